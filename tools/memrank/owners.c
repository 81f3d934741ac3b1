/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --owners: everyone who maps a frame, or a page of a file, and where.  Looks
 * through all processes, and keeps only runs of what is asked for.  A whole
 * file is in owners_file.c.
 */
#include "owners.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "flag_text.h"
#include "grid.h"
#include "message.h"
#include "source.h"
#include "table.h"

/* How often a page may move while its frame is looked for. */
#define TRIES 3

/* Frames that the pages of a place in a file are in: nearly always one. */
#define FRAMES_MAX 4

static const struct grid_column columns[] = {
	{ "PID", "pid", GRID_NUMBER },
	{ "NAME", "comm", GRID_TEXT },
	{ "ADDRESS", "address", GRID_TEXT },
	{ "PAGES", "pages", GRID_NUMBER },
	{ "PAGE", "state", GRID_TEXT },
	{ "FRAME", NULL, GRID_TEXT },
	{ NULL, "pfn", GRID_NUMBER },
	{ "START", "start", GRID_TEXT },
	{ "END", "end", GRID_TEXT },
	{ "PERM", "perms", GRID_TEXT },
	{ "OFFSET", "offset", GRID_TEXT },
	{ "MAPPING", "path", GRID_TEXT },
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

/* A frame of which owners are shown. */
struct frame {
	uint64_t pfn;
	size_t processes;
	size_t last_process;		/* index + 1 of the last one counted */
	uint64_t mappings;		/* how often it is mapped, seen */
	struct pagemap_frame_facts facts;
};

struct looking {
	struct owners *owners;
	struct grid *grid;
	struct frame frames[FRAMES_MAX];
	size_t frame_count;
	size_t copies;			/* private ones of a page of a file */
	size_t shown;
	size_t found;
	bool here;			/* the address asked for was met */
	bool unseen;			/* others map it too */
};

int owners_check(const struct settings *settings)
{
	if (settings->process_filter.set || settings->user_filter.set ||
	    settings->mapping_filter.set || settings->pid_count ||
	    settings->by != BY_PROCESS) {
		message("--owners is of all processes: no pids, -P, -U, -M or "
			"groups");
		return EXIT_USAGE;
	}
	if (settings->columns.count || settings->sort || settings->reverse ||
	    settings->totals) {
		message("--owners has its own columns and order: no -c, -s, -r "
			"or -t");
		return EXIT_USAGE;
	}
	if (settings->usual.engine == PAGEMAP_ENGINE_KERNEL) {
		message("--owners takes the census: the kernel's figures do "
			"not tell who maps a page");
		return EXIT_USAGE;
	}
	return 0;
}

/* ---- Processes and their names ----------------------------------------- */

static int name_rows(struct owners *owners)
{
	size_t i, count = pagemap_snapshot_process_count(owners->snapshot);

	owners->rows = calloc(count + 1, sizeof(*owners->rows));
	if (!owners->rows)
		return -ENOMEM;
	owners->count = count;
	for (i = 0; i < count; i++) {
		owners->rows[i] = row_init();
		owners->rows[i].process =
			pagemap_snapshot_process_at(owners->snapshot, i);
	}
	return proclist_name_rows(owners->source, owners->snapshot,
				  owners->rows, count, NAME_COMM,
				  &owners->names);
}

int owners_take(struct owners *owners, const struct pagemap_snapshot_opts *opts)
{
	struct pagemap_snapshot_opts all = *opts;
	int err;

	all.identity = proclist_identity(owners->source, NAME_COMM);
	err = pagemap_snapshot_take(owners->source, &all, &owners->snapshot);
	if (err)
		return snapshot_failed(owners->source, err, opts->pids,
				       opts->pid_count);
	err = name_rows(owners);
	if (err)
		message("%s", strerror(-err));
	return err ? EXIT_NOTHING : 0;
}

void owners_drop(struct owners *owners)
{
	free(owners->rows);
	owners->rows = NULL;
	owners->count = 0;
	pagemap_snapshot_free(owners->snapshot);
	owners->snapshot = NULL;
}

/* ---- Rows -------------------------------------------------------------- */

static void add_address(struct grid *grid, uint64_t address)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%" PRIx64, address);
	grid_text(grid, text);
}

static bool is_of_file(const struct pagemap_mapping *mapping)
{
	uint64_t inode;
	dev_t dev;

	pagemap_mapping_file(mapping, &dev, &inode);
	return inode != 0;
}

/* An anonymous page in a mapping of a file is somebody's own copy. */
static bool is_copy(const struct pagemap_mapping *mapping,
		    const struct pagemap_run *run)
{
	return !(run->bits & PAGEMAP_RUN_FILE) && is_of_file(mapping) &&
	       (run->state == PAGEMAP_PAGE_PRESENT ||
		run->state == PAGEMAP_PAGE_SWAPPED);
}

static const char *state_of(const struct pagemap_mapping *mapping,
			    const struct pagemap_run *run)
{
	if (!is_copy(mapping, run))
		return pagemap_page_state_name(run->state);
	return run->state == PAGEMAP_PAGE_SWAPPED ? "swapped copy" : "copy";
}

static void count_frame(struct looking *looking, size_t process,
			const struct pagemap_run *run)
{
	struct frame *frame;
	size_t i;

	for (i = 0; i < looking->frame_count; i++)
		if (looking->frames[i].pfn == run->pfn)
			break;
	if (i == FRAMES_MAX)
		return;
	frame = &looking->frames[i];
	if (i == looking->frame_count) {
		*frame = (struct frame){ .pfn = run->pfn };
		looking->frame_count++;
	}
	frame->processes += frame->last_process != process + 1;
	frame->last_process = process + 1;
	frame->mappings += run->page_count;
}

/* Where it is mapped; run NULL: there is no page. */
static void add_row(struct looking *looking, size_t process,
		    const struct pagemap_mapping *mapping, uint64_t address,
		    const struct pagemap_run *run)
{
	const struct row *row = &looking->owners->rows[process];
	uint64_t start = pagemap_mapping_start_vaddr(mapping);
	unsigned long limit = looking->owners->settings->limit;
	struct grid *grid = looking->grid;
	const char *path = pagemap_mapping_path(mapping);

	looking->found++;
	if (limit && looking->shown == limit)
		return;
	looking->shown++;
	grid_number(grid, pagemap_process_pid(row->process));
	grid_text(grid, row->comm);
	add_address(grid, address);
	grid_number(grid, run ? (int64_t)run->page_count : 1);
	grid_text(grid, run ? state_of(mapping, run) : "absent");
	if (run && run->pfn != PAGEMAP_PFN_UNKNOWN) {
		add_address(grid, run->pfn);
		grid_number(grid, (int64_t)run->pfn);
	} else {
		grid_unknown(grid);
		grid_unknown(grid);
	}
	add_address(grid, start);
	add_address(grid, pagemap_mapping_end_vaddr(mapping));
	grid_text(grid, pagemap_mapping_permissions(mapping));
	if (is_of_file(mapping))
		add_address(grid, pagemap_mapping_offset_bytes(mapping) +
				  (address - start));
	else
		grid_unknown(grid);
	grid_text(grid, *path ? path : NULL);
}

static void take_run(struct looking *looking, size_t process,
		     const struct pagemap_mapping *mapping,
		     const struct pagemap_run *run)
{
	const struct owners *owners = looking->owners;
	const struct owned *owned = owners->owned;
	uint32_t page = pagemap_source_page_size_bytes(owners->source);
	const struct pagemap_process *asked = owned->kind == OWNED_ADDRESS ?
		pagemap_snapshot_find_pid(owners->snapshot, owned->pid) : NULL;

	if (asked == owners->rows[process].process &&
	    owned->address >= run->start_vaddr &&
	    owned->address - run->start_vaddr < run->page_count * page)
		looking->here = true;
	looking->copies += is_copy(mapping, run);
	if (run->pfn != PAGEMAP_PFN_UNKNOWN &&
	    (owned->kind != OWNED_FILE_PAGE || !is_copy(mapping, run)))
		count_frame(looking, process, run);
	add_row(looking, process, mapping, run->start_vaddr, run);
}

/* Where the page of the file would be, if it is in the mapping. */
static bool find_place(const struct owned *owned,
		       const struct pagemap_mapping *mapping, uint32_t page,
		       uint64_t *ret_address)
{
	uint64_t start = pagemap_mapping_start_vaddr(mapping);
	uint64_t end = pagemap_mapping_end_vaddr(mapping);
	uint64_t offset = pagemap_mapping_offset_bytes(mapping);
	uint64_t wanted = owned->offset & ~(uint64_t)(page - 1);

	if (owned->kind != OWNED_FILE_PAGE || !owned_is_file(owned, mapping) ||
	    wanted < offset || wanted - offset >= end - start)
		return false;
	*ret_address = start + (wanted - offset);
	return true;
}

static void look_at_mapping(struct looking *looking, size_t process,
			    const struct pagemap_mapping *mapping)
{
	const struct owners *owners = looking->owners;
	struct pagemap_run_iter iter;
	struct pagemap_run run;
	uint64_t address;
	bool any = false;

	if (pagemap_run_iter_init(&iter, mapping))
		return;
	while (pagemap_run_iter_next(&iter, &run) == 1) {
		take_run(looking, process, mapping, &run);
		any = true;
	}
	if (!any && find_place(owners->owned, mapping,
			       pagemap_source_page_size_bytes(owners->source),
			       &address))
		add_row(looking, process, mapping, address, NULL);
}

static void look_at_all(struct looking *looking)
{
	const struct owners *owners = looking->owners;
	size_t i, k;

	for (i = 0; i < owners->count; i++) {
		const struct pagemap_process *process = owners->rows[i].process;

		for (k = 0; k < pagemap_process_mapping_count(process); k++)
			look_at_mapping(looking, i,
					pagemap_process_mapping_at(process, k));
	}
	for (i = 0; i < looking->frame_count; i++) {
		struct frame *frame = &looking->frames[i];

		if (pagemap_source_frame(owners->source, frame->pfn,
					 &frame->facts))
			frame->facts = (struct pagemap_frame_facts){
				PAGEMAP_FLAGS_UNKNOWN, PAGEMAP_COUNT_UNKNOWN,
			};
	}
}

/* ---- Telling ----------------------------------------------------------- */

/* Not averages over the pages of a folio. */
static bool has_counts(const struct looking *looking)
{
	return pagemap_source_has_feature(looking->owners->source,
					  PAGEMAP_FEATURE_PRECISE_COUNTS);
}

static void print_frames(const struct looking *looking)
{
	char flags[FLAGS_TEXT_SIZE];
	size_t i;

	for (i = 0; i < looking->frame_count; i++) {
		const struct frame *frame = &looking->frames[i];

		flags_to_text(frame->facts.flags, flags);
		printf("frame 0x%" PRIx64 " (%" PRIu64 "): %zu process%s",
		       frame->pfn, frame->pfn, frame->processes,
		       frame->processes == 1 ? "" : "es");
		if (frame->facts.map_count != PAGEMAP_COUNT_UNKNOWN)
			printf(", the kernel counts %s%" PRIu64 " mapping%s",
			       has_counts(looking) ? "" : "~",
			       frame->facts.map_count,
			       frame->facts.map_count == 1 ? "" : "s");
		printf(", flags %s\n", flags);
	}
}

static struct json *json_frames(const struct looking *looking)
{
	struct json *array = json_new_array();
	size_t i;

	for (i = 0; i < looking->frame_count; i++) {
		const struct frame *frame = &looking->frames[i];
		struct json *object = json_new_object();

		json_set_number(object, "pfn", (int64_t)frame->pfn);
		json_set_number(object, "processes", (int64_t)frame->processes);
		if (frame->facts.map_count != PAGEMAP_COUNT_UNKNOWN)
			json_set_number(object, "map_count",
					(int64_t)frame->facts.map_count);
		else
			json_set(object, "map_count", NULL);
		json_set_bool(object, "map_count_exact", has_counts(looking));
		json_set(object, "flags", json_flags(frame->facts.flags));
		json_append(array, object);
	}
	return array;
}

static int print_json(const struct looking *looking)
{
	struct json *rows = json_new_array(), *what = json_new_object();
	int err = grid_json(looking->grid, rows);

	json_set(what, "frames", json_frames(looking));
	json_begin(looking->owners->source, looking->owners->snapshot, stdout);
	json_print_member("owners", what, ",\n", stdout);
	json_print_member("rows", rows, "}\n", stdout);
	return err;
}

static int print(const struct looking *looking)
{
	const struct usual *usual = &looking->owners->settings->usual;
	size_t width, lines;

	if (usual->json)
		return print_json(looking);
	if (usual->csv)
		return grid_csv(looking->grid, usual->header, stdout);
	terminal_size(&width, &lines);
	if (usual->header)
		print_frames(looking);
	return grid_print(looking->grid, usual->units, usual->header, width,
			  stdout);
}

/* Whether some process could not be looked at. */
static bool is_blind(const struct owners *owners)
{
	size_t i;

	for (i = 0; i < owners->count; i++)
		if (pagemap_process_status(owners->rows[i].process) >
		    PAGEMAP_STATUS_CHANGED)
			return true;
	return !pagemap_source_has_feature(owners->source,
					   PAGEMAP_FEATURE_ALL_PIDS);
}

static void say_unseen(struct looking *looking, const struct frame *frame)
{
	uint64_t more = frame->facts.map_count - frame->mappings;

	looking->unseen = true;
	message("frame 0x%" PRIx64 " is mapped %" PRIu64 " time%s more, where "
		"it could not be seen", frame->pfn, more, more == 1 ? "" : "s");
}

/* A count for each page tells whether all of its mappings were seen. */
static void report_unseen(struct looking *looking)
{
	size_t i;

	for (i = 0; i < looking->frame_count; i++) {
		const struct frame *frame = &looking->frames[i];
		uint64_t count = frame->facts.map_count;

		if (count == PAGEMAP_COUNT_UNKNOWN ||
		    !has_counts(looking))
			looking->unseen |= is_blind(looking->owners);
		else if (count > frame->mappings)
			say_unseen(looking, frame);
	}
}

static int tell(struct looking *looking)
{
	const struct owners *owners = looking->owners;
	int err = print(looking);

	if (err) {
		message("%s", strerror(-err));
		return EXIT_NOTHING;
	}
	if (message_flush_output())
		return EXIT_NOTHING;
	report_unseen(looking);
	report_unreadable(owners->source, owners->snapshot);
	if (owners->owned->kind == OWNED_FILE_PAGE && !looking->frame_count)
		message("nobody maps the file's own page there%s",
			looking->copies ? ": only copies" : "");
	if (looking->shown < looking->found)
		message("only the first %zu of %zu places are shown",
			looking->shown, looking->found);
	return owners->settings->usual.strict && looking->unseen ?
	       EXIT_NOT_EXACT : EXIT_DONE;
}

/* ---- Asking ------------------------------------------------------------ */

static int take_pages(struct owners *owners,
		      const struct pagemap_page_filter *filter)
{
	const struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = PAGEMAP_ENGINE_CENSUS,
		.gentle = owners->settings->usual.gentle,
		.detail = PAGEMAP_DETAIL_PAGES,
		.metrics = PAGEMAP_METRIC_BIT(PAGEMAP_RSS),
		.pages = filter,
	};

	return owners_take(owners, &opts);
}

static int nobody(const struct owners *owners)
{
	const struct owned *owned = owners->owned;
	struct pagemap_frame_facts facts;
	char flags[FLAGS_TEXT_SIZE];

	report_unreadable(owners->source, owners->snapshot);
	if (owned->kind == OWNED_FILE_PAGE) {
		message("no process maps %s at 0x%" PRIx64, owned->path,
			owned->offset);
	} else if (pagemap_source_frame(owners->source, owned->pfn, &facts)) {
		message("there is no frame 0x%" PRIx64, owned->pfn);
	} else {
		flags_to_text(facts.flags, flags);
		message("no process maps frame 0x%" PRIx64 "; its flags: %s",
			owned->pfn, *flags ? flags : "none");
	}
	return EXIT_NOTHING;
}

/* EXIT_DONE and *ret_again: the page is no longer where it was. */
static int show_pages(struct owners *owners,
		      const struct pagemap_page_filter *filter, bool *ret_again)
{
	struct looking looking = { .owners = owners };
	int status = take_pages(owners, filter);

	if (status)
		return status;
	looking.grid = grid_new(columns, COLUMN_COUNT);
	if (!looking.grid) {
		message("out of memory");
		return EXIT_NOTHING;
	}
	look_at_all(&looking);
	if (owners->owned->kind == OWNED_ADDRESS && !looking.here)
		*ret_again = true;
	else
		status = looking.found ? tell(&looking) : nobody(owners);
	grid_free(looking.grid);
	return status;
}

static bool is_zero_page(struct owners *owners, uint64_t pfn)
{
	struct pagemap_frame_facts facts;

	return !pagemap_source_frame(owners->source, pfn, &facts) &&
	       facts.flags != PAGEMAP_FLAGS_UNKNOWN &&
	       facts.flags >> PAGEMAP_FLAG_ZERO_PAGE & 1;
}

static int show_frame(struct owners *owners, uint64_t pfn, bool *ret_again)
{
	const struct pagemap_page_filter filter = {
		.first_pfn = pfn, .frame_count = 1,
	};

	if (!pagemap_source_has_feature(owners->source, PAGEMAP_FEATURE_PFN)) {
		message("who maps a frame cannot be told: %s",
			pagemap_feature_reason(owners->source,
					       PAGEMAP_FEATURE_PFN));
		return EXIT_NOTHING;
	}
	if (is_zero_page(owners, pfn)) {
		message("frame 0x%" PRIx64 " is the zero page: whoever reads "
			"untouched memory maps it, and nobody owns it", pfn);
		return EXIT_NOTHING;
	}
	return show_pages(owners, &filter, ret_again);
}

/* What stands at an address, and then who else has it. */
static int show_address(struct owners *owners)
{
	const struct owned *owned = owners->owned;
	int i;

	for (i = 0; i < TRIES; i++) {
		struct pagemap_page page;
		bool again = false;
		int status, err = pagemap_source_page(owners->source,
				owned->pid, owned->address, &page);

		if (err == -ENOENT) {
			message("process %d does not exist", (int)owned->pid);
			return EXIT_NOTHING;
		}
		if (err) {
			message("process %d cannot be read: %s",
				(int)owned->pid, strerror(-err));
			return EXIT_NOTHING;
		}
		if (!page.mapped || page.state != PAGEMAP_PAGE_PRESENT ||
		    page.pfn == PAGEMAP_PFN_UNKNOWN)
			return owners_say_no_frame(owners, &page);
		status = show_frame(owners, page.pfn, &again);
		if (!again)
			return status;
		owners_drop(owners);
	}
	message("the page of process %d at 0x%" PRIx64 " keeps moving: try "
		"again", (int)owned->pid, owned->address);
	return EXIT_NOTHING;
}

static int show(struct owners *owners)
{
	const struct owned *owned = owners->owned;
	const struct pagemap_page_filter filter = {
		.path = owned->path,
		.dev = owned->dev,
		.inode = owned->inode,
		.offset_bytes = owned->offset,
		.size_bytes = 1,
	};
	bool again = false;

	switch (owned->kind) {
	case OWNED_FRAME:
		return show_frame(owners, owned->pfn, &again);
	case OWNED_ADDRESS:
		return show_address(owners);
	case OWNED_FILE:
		return owners_of_file(owners);
	default:
		return show_pages(owners, &filter, &again);
	}
}

int rank_owners(const struct settings *settings, struct pagemap_source *source)
{
	struct owned owned = { 0 };
	struct owners owners = {
		.settings = settings,
		.source = source,
		.owned = &owned,
	};
	int status = owned_parse(settings->owners, source, &owned);

	if (!status)
		status = show(&owners);
	owners_drop(&owners);
	proclist_free(owners.names);
	owned_free(&owned);
	return status;
}
