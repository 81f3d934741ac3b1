/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mappings of a process: each, and by file; its runs of pages.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "flag_text.h"
#include "guest.h"
#include "mappings.h"
#include "memstats.h"

#define NAME_SIZE 4352

/* A size as it is mostly; ranges are wider. */
#define USUAL_WIDTH 9

/* How wide the columns of sizes are, by enum mapping_column. */
struct widths {
	int of[MAPPING_SWAP + 1];
};

static void format_size(const struct pagemap_usage *usage, unsigned int column,
			enum units units, char text[UNITS_SIZE])
{
	struct pagemap_value value = pagemap_usage_value(usage,
		(enum pagemap_metric)mapping_column(column)->metric);

	units_format_value(&value, units, text);
}

static void widths_init(struct widths *widths)
{
	unsigned int i;

	for (i = MAPPING_VSS; i <= MAPPING_SWAP; i++)
		widths->of[i] = USUAL_WIDTH;
}

static void widths_fit(struct widths *widths, const struct pagemap_usage *usage,
		       enum units units)
{
	char text[UNITS_SIZE];
	unsigned int i;

	for (i = MAPPING_VSS; i <= MAPPING_SWAP; i++) {
		format_size(usage, i, units, text);
		if ((int)strlen(text) > widths->of[i])
			widths->of[i] = (int)strlen(text);
	}
}

static void print_sizes(const struct pagemap_usage *usage, enum units units,
			const struct widths *widths)
{
	char text[UNITS_SIZE];
	unsigned int i;

	for (i = MAPPING_VSS; i <= MAPPING_SWAP; i++) {
		format_size(usage, i, units, text);
		printf(" %*s", widths->of[i], text);
	}
}

static void print_size_headings(const struct widths *widths)
{
	unsigned int i;

	for (i = MAPPING_VSS; i <= MAPPING_SWAP; i++)
		printf(" %*s", widths->of[i], mapping_column(i)->heading);
}

/* The text of a column that is no size, and needs no escapes. */
static const char *text_of(unsigned int column,
			   const struct pagemap_mapping *mapping,
			   char scratch[MAPPING_TEXT_SIZE])
{
	return mapping_column(column)->text(mapping, scratch,
					    MAPPING_TEXT_SIZE);
}

static void print_mapping(const struct settings *settings,
			  const struct pagemap_mapping *mapping,
			  const struct widths *widths)
{
	char name[NAME_SIZE], scratch[MAPPING_TEXT_SIZE];
	struct pagemap_usage usage;

	if (pagemap_usage_of_mapping(mapping, &usage))
		return;
	escape_text(mapping_name(mapping), name, sizeof(name));
	printf("%s ", text_of(MAPPING_RANGE, mapping, scratch));
	printf("%s", text_of(MAPPING_PERMISSIONS, mapping, scratch));
	print_sizes(&usage, settings->usual.units, widths);
	printf("  %-7s %s\n", text_of(MAPPING_KIND, mapping, scratch), name);
}

/* Mappings of one process with the same name, as groups of the library. */
struct files {
	const char **names;
	uint32_t *group_of;
	struct pagemap_usage *usages;
	uint32_t *order;
	size_t count;
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int allocate(struct files *files, size_t mappings, size_t all_mappings)
{
	files->names = calloc(mappings + 1, sizeof(*files->names));
	files->group_of = malloc((all_mappings + 1) * sizeof(uint32_t));
	files->usages = calloc(mappings + 1, sizeof(*files->usages));
	files->order = calloc(mappings + 1, sizeof(*files->order));
	return files->names && files->group_of && files->usages &&
	       files->order ? 0 : -ENOMEM;
}

static void files_free(struct files *files)
{
	free(files->names);
	free(files->group_of);
	free(files->usages);
	free(files->order);
}

static int group_files(const struct pagemap_snapshot *snapshot,
		       const struct pagemap_process *process,
		       struct files *files)
{
	size_t all = pagemap_snapshot_mapping_count(snapshot);
	size_t i, kept = 0, count = pagemap_process_mapping_count(process);
	struct pagemap_partition partition;
	int err = allocate(files, count, all);

	if (err)
		return err;
	for (i = 0; i < count; i++)
		files->names[i] = mapping_name(
			pagemap_process_mapping_at(process, i));
	qsort(files->names, count, sizeof(*files->names), compare_names);
	for (i = 0; i < count; i++)
		if (!i || strcmp(files->names[i - 1], files->names[i]) != 0)
			kept = i ? kept + 1 : 0, files->names[kept] =
				files->names[i];
	files->count = count ? kept + 1 : 0;
	for (i = 0; i < all; i++)
		files->group_of[i] = PAGEMAP_NO_GROUP;
	for (i = 0; i < count; i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(process, i);
		const char *name = mapping_name(mapping);
		const char **found = bsearch(&name, files->names, files->count,
					     sizeof(*files->names),
					     compare_names);

		files->group_of[pagemap_mapping_index(mapping)] =
			(uint32_t)(found - files->names);
	}
	partition = (struct pagemap_partition){
		files->group_of, all, files->count,
	};
	return pagemap_usage_of_mapping_groups(snapshot, &partition,
					       files->usages);
}

static int compare_files(const void *a, const void *b, void *context)
{
	const struct pagemap_usage *usages = context;
	uint64_t x = usages[*(const uint32_t *)a].value_bytes[PAGEMAP_PSS];
	uint64_t y = usages[*(const uint32_t *)b].value_bytes[PAGEMAP_PSS];

	return (x < y) - (x > y);
}

static int print_files(const struct settings *settings,
		       const struct pagemap_snapshot *snapshot,
		       const struct pagemap_process *process)
{
	enum units units = settings->usual.units;
	struct files files = { 0 };
	struct widths widths;
	char name[NAME_SIZE];
	uint32_t i;
	int err = group_files(snapshot, process, &files);

	widths_init(&widths);
	for (i = 0; !err && i < files.count; i++) {
		files.order[i] = i;
		widths_fit(&widths, &files.usages[i], units);
	}
	if (!err)
		qsort_r(files.order, files.count, sizeof(*files.order),
			compare_files, files.usages);
	if (!err && settings->usual.header) {
		printf("\nBy file:\n");
		print_size_headings(&widths);
		printf("  NAME\n");
	}
	for (i = 0; !err && i < files.count; i++) {
		print_sizes(&files.usages[files.order[i]], units, &widths);
		escape_text(files.names[files.order[i]], name, sizeof(name));
		printf("  %s\n", name);
	}
	files_free(&files);
	return err;
}

static void print_title(const struct row *row)
{
	const char *name = row->command ? row->command : row->comm;
	char escaped[1024];

	escape_text(name ? name : "(name not known)", escaped,
		    sizeof(escaped));
	printf("%d %s\n", (int)pagemap_process_pid(row->process), escaped);
}

/* Ranges are the census's: of the kernel's figures none need a second look. */
static void widths_of_mappings(const struct settings *settings,
			       const struct pagemap_snapshot *snapshot,
			       const struct pagemap_process *process,
			       struct widths *ret_widths)
{
	size_t i, count = pagemap_process_mapping_count(process);
	struct pagemap_usage usage;

	widths_init(ret_widths);
	if (pagemap_snapshot_engine(snapshot) != PAGEMAP_ENGINE_CENSUS)
		return;
	for (i = 0; i < count; i++)
		if (!pagemap_usage_of_mapping(
			    pagemap_process_mapping_at(process, i), &usage))
			widths_fit(ret_widths, &usage, settings->usual.units);
}

int print_maps(const struct settings *settings,
	       const struct pagemap_snapshot *snapshot, const struct row *row)
{
	const struct pagemap_process *process = row->process;
	size_t i, count = pagemap_process_mapping_count(process);
	struct widths widths;

	widths_of_mappings(settings, snapshot, process, &widths);
	if (settings->usual.header) {
		print_title(row);
		printf("%-25s %s", mapping_column(MAPPING_RANGE)->heading,
		       mapping_column(MAPPING_PERMISSIONS)->heading);
		print_size_headings(&widths);
		printf("  %-7s %s\n", mapping_column(MAPPING_KIND)->heading,
		       mapping_column(MAPPING_NAME)->heading);
	}
	for (i = 0; i < count; i++)
		print_mapping(settings, pagemap_process_mapping_at(process, i),
			      &widths);
	return print_files(settings, snapshot, process);
}

/* Accessed and modified, a letter each; "-" if that is not known. */
static const char *use_text(uint32_t bits)
{
	static const char *const texts[] = { "..", "a.", ".m", "am" };

	if (!(bits & PAGEMAP_RUN_USE_KNOWN))
		return "-";
	return texts[(bits & PAGEMAP_RUN_ACCESSED ? 1 : 0) +
		     (bits & PAGEMAP_RUN_MODIFIED ? 2 : 0)];
}

/* Of a guest's pages also where they are in the host. */
static void print_part(const struct guest_pages *pages, bool is_guest)
{
	char flags[FLAGS_TEXT_SIZE], frame[FRAME_TEXT_SIZE];
	char sharers[SHARERS_TEXT_SIZE], host[GUEST_FRAME_SIZE];
	const struct pagemap_run *run = &pages->run;

	flags_to_text(run->flags, flags);
	frame_to_text(run, frame);
	sharers_to_text(run, sharers);
	printf("  %012" PRIx64 " %8" PRIu64 "  %-9s %10s", run->start_vaddr,
	       run->page_count, pagemap_page_state_name(run->state), frame);
	guest_pages_frame(pages, host);
	if (is_guest)
		printf(" %10s  %-9s", host, guest_pages_state(pages));
	printf(" %8s  %-3s  %s%s\n", sharers, use_text(run->bits), flags,
	       run->bits & PAGEMAP_RUN_SOFT_DIRTY ? " soft-dirty" : "");
}

static void print_run(const struct report *report,
		      const struct pagemap_run *run)
{
	struct guest_pages_iter iter;
	struct guest_pages pages;

	guest_pages_begin(&iter, report, run);
	while (guest_pages_next(&iter, &pages))
		print_part(&pages, iter.guest);
}

static void print_page_headings(const struct report *report)
{
	bool is_guest = pagemap_snapshot_guest(report->snapshot);

	printf("  %-12s %8s  %-9s %10s", "ADDRESS", "PAGES", "STATE", "FRAME");
	if (is_guest)
		printf(" %10s  %-9s", "HOST FRAME", "HOST");
	printf(" %8s  %-3s  %s\n", "SHARERS", "USE", "FLAGS");
}

void print_pages(const struct settings *settings, const struct report *report,
		 const struct row *row)
{
	const struct pagemap_process *process = row->process;
	size_t i, count = pagemap_process_mapping_count(process);
	struct pagemap_run_iter iter;
	struct pagemap_run run;
	char name[NAME_SIZE];

	if (settings->usual.header) {
		print_title(row);
		print_page_headings(report);
	}
	for (i = 0; i < count; i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(process, i);

		escape_text(mapping_name(mapping), name, sizeof(name));
		printf("%012" PRIx64 "-%012" PRIx64 " %s %s\n",
		       pagemap_mapping_start_vaddr(mapping),
		       pagemap_mapping_end_vaddr(mapping),
		       pagemap_mapping_permissions(mapping), name);
		if (pagemap_run_iter_init(&iter, mapping))
			continue;
		while (pagemap_run_iter_next(&iter, &run) == 1)
			print_run(report, &run);
	}
}
