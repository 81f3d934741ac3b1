/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What copies have in use of files, which is what thrashing takes from them:
 * pages that they map, by making the kernel forget accesses and looking which
 * come again, for twice as long each time until it grows no more; and pages
 * that they read, by dropping them and looking what comes back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "copies.h"
#include "message.h"
#include "string_table.h"

/* Looked at for so many seconds: first, at least, and at most. */
#define FIRST_S 1
#define LEAST_S 4
#define MOST_S 16

/* What was dropped has so long to come back. */
#define BACK_S 5

/* Less page cache than this that nobody maps is not worth dropping. */
#define UNMAPPED_LEAST (UINT64_C(256) << 10)

#define ALL_COPIES (SIZE_MAX - 1)
#define EVERYONE SIZE_MAX

/* ---- One set of processes ---------------------------------------------- */

/* Of one file: sums over the processes that count. */
struct file_use {
	uint64_t rss;
	uint64_t referenced;
	uint64_t now;			/* of the process at hand, */
	uint64_t largest;		/* and the most of any */
};

struct uses {
	const struct copies_report *report;
	const struct reading *reading;
	struct strings *paths;
	struct file_use *files;		/* by number of the path */
	size_t who;			/* a copy, ALL_COPIES or EVERYONE */
	bool for_certain;		/* not what others may have used */
	bool code;			/* what is executed of them alone */
};

static bool counts(const struct uses *uses, pid_t pid)
{
	const struct trial *trial = &uses->report->trial;
	size_t copy;

	if (uses->who == EVERYONE)
		return true;
	copy = reading_copy_of(trial, uses->reading, pid);
	if (copy == SIZE_MAX || trial->teams[copy])
		return false;
	return uses->who == ALL_COPIES || copy == uses->who;
}

static bool is_wanted(const struct uses *uses, const char *permissions)
{
	return !uses->code || permissions[2] == 'x';
}

static int add_mapping(struct uses *uses,
		       const struct pagemap_wss_mapping *mapping)
{
	uint32_t count = strings_count(uses->paths), number;
	struct file_use *files;

	if (mapping->kind != PAGEMAP_MAPPING_FILE ||
	    !is_wanted(uses, mapping->permissions))
		return 0;
	number = strings_number(uses->paths, mapping->path,
				strlen(mapping->path));
	if (number == STRINGS_NONE)
		return -ENOMEM;
	if (number == count) {
		files = reallocarray(uses->files, count + 1, sizeof(*files));
		if (!files)
			return -ENOMEM;
		uses->files = files;
		files[number] = (struct file_use){ 0 };
	}
	uses->files[number].rss += mapping->figures.rss.value;
	uses->files[number].now += uses->for_certain ?
				   mapping->figures.referenced.low :
				   mapping->figures.referenced.value;
	return 0;
}

static int add_process(struct uses *uses,
		       const struct pagemap_working_set *set, size_t index)
{
	struct pagemap_wss_mapping mapping;
	uint32_t number;
	int err = 0;
	size_t i;

	for (i = 0; !err && !pagemap_working_set_mapping_at(set, index, i,
							    &mapping); i++)
		err = add_mapping(uses, &mapping);
	for (number = 0; number < strings_count(uses->paths); number++) {
		struct file_use *file = &uses->files[number];

		file->referenced += file->now;
		if (file->now > file->largest)
			file->largest = file->now;
		file->now = 0;
	}
	return err;
}

static void number_mappings(const struct uses *uses,
			    const struct pagemap_process *process,
			    uint32_t *group_of)
{
	size_t i;

	for (i = 0; i < pagemap_process_mapping_count(process); i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(process, i);
		const char *path = pagemap_mapping_path(mapping);
		uint32_t number = strings_find(uses->paths, path,
					       strlen(path));

		if (number != STRINGS_NONE &&
		    is_wanted(uses, pagemap_mapping_permissions(mapping)))
			group_of[pagemap_mapping_index(mapping)] = number;
	}
}

/* For each mapping of those who count, the number of its path. */
static uint32_t *partition_of(const struct uses *uses, size_t *ret_count)
{
	const struct reading *reading = uses->reading;
	const struct pagemap_snapshot *snapshot = reading->snapshot;
	size_t i, count = pagemap_snapshot_mapping_count(snapshot);
	uint32_t *group_of = malloc((count + 1) * sizeof(*group_of));

	for (i = 0; group_of && i < count; i++)
		group_of[i] = PAGEMAP_NO_GROUP;
	for (i = 0; group_of && i < reading->pid_count; i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_find_pid(snapshot, reading->pids[i]);

		if (process && counts(uses, reading->pids[i]))
			number_mappings(uses, process, group_of);
	}
	*ret_count = count;
	return group_of;
}

/*
 * Each page once: of the pages of a file that any of them maps, as large a
 * part as of all that they map, counted by each, was used.
 */
static int sum_frames(const struct uses *uses, uint64_t *ret_bytes)
{
	struct pagemap_partition partition = {
		.group_count = strings_count(uses->paths),
	};
	uint64_t (*pages)[PAGEMAP_FRAME_KIND_COUNT], bytes = 0, page_size =
		pagemap_source_page_size_bytes(uses->report->source);
	uint32_t *group_of = partition_of(uses, &partition.count);
	size_t i;
	int err = -ENOMEM;

	pages = calloc(partition.group_count + 1, sizeof(*pages));
	partition.group_of = group_of;
	if (group_of && pages)
		err = pagemap_sharing_of_mapping_groups(uses->reading->sharing,
							&partition, pages);
	for (i = 0; !err && i < partition.group_count; i++)
		if (uses->files[i].rss)
			bytes += (uint64_t)((double)page_size *
				(double)(pages[i][PAGEMAP_FRAME_FILE] +
					 pages[i][PAGEMAP_FRAME_FILE_DIRTY] +
					 pages[i][PAGEMAP_FRAME_UNKNOWN]) *
				(double)uses->files[i].referenced /
				(double)uses->files[i].rss);
	free(group_of);
	free(pages);
	if (!err)
		*ret_bytes = bytes;
	return err;
}

/* Bytes that they have used of the files. */
static int sum_files(const struct uses *uses, uint64_t *ret_bytes)
{
	uint32_t number;

	*ret_bytes = 0;
	if (uses->reading->sharing)
		return sum_frames(uses, ret_bytes);
	for (number = 0; number < strings_count(uses->paths); number++)
		*ret_bytes += uses->files[number].largest;
	return 0;
}

/* Which files everyone has used, and what part of each. */
static int uses_begin(struct uses *uses, const struct pagemap_working_set *set)
{
	struct pagemap_wss_process process;
	int err = 0;
	size_t i;

	uses->who = EVERYONE;
	uses->paths = strings_new();
	if (!uses->paths)
		return -ENOMEM;
	for (i = 0; !err && !pagemap_working_set_process_at(set, i, &process);
	     i++)
		err = add_process(uses, set, i);
	return err;
}

static void uses_end(struct uses *uses)
{
	free(uses->files);
	strings_free(uses->paths);
}

/* ---- Shared and of each ------------------------------------------------ */

struct split {
	uint64_t shared;
	uint64_t each;
};

/* What one copy uses, by the mean of all. */
static int one_of(struct uses *uses, double *ret_bytes)
{
	const struct copies_report *report = uses->report;
	uint64_t one, sum = 0;
	size_t i, count;
	int err = 0;

	launch_copies(report->trial.launch, &count);
	for (i = 0; !err && i < count; i++) {
		uses->who = i;
		if (!report->trial.teams[i])
			err = sum_files(uses, &one);
		sum += err || report->trial.teams[i] ? 0 : one;
	}
	*ret_bytes = (double)sum / report->copy_count;
	return err;
}

/*
 * What all copies map together is a + b x copies, what one maps a + b: so the
 * two of them tell a and b, whatever is shared with whom.  Of both the same
 * part is used: one copy alone has in the same time seen less of what all use
 * at random, and the rest would pass for what each adds.
 */
static int split_uses(struct uses *uses, struct split *ret_split)
{
	unsigned int copies = uses->report->copy_count;
	uint64_t all = 0, together = 0;
	double one = 0, each = 0;
	int err = sum_files(uses, &all);

	uses->who = ALL_COPIES;
	if (!err && copies > 1)
		err = sum_files(uses, &together);
	if (!err && copies > 1)
		err = one_of(uses, &one);
	if (err)
		return err;
	if (copies > 1 && (double)together > one)
		each = ((double)together - one) / (copies - 1);
	ret_split->each = (uint64_t)each;
	ret_split->shared = all - (uint64_t)each * copies;
	if ((uint64_t)each * copies > all)
		ret_split->shared = 0;
	return 0;
}

static struct pagemap_value between(uint64_t low, uint64_t value,
				    uint64_t high)
{
	return (struct pagemap_value){
		value, low < value ? low : value, high > value ? high : value,
		PAGEMAP_ESTIMATED, PAGEMAP_REASON_APPORTIONED,
	};
}

/* The bytes that are in use with so many copies. */
static uint64_t total(const struct split *split, unsigned int copies)
{
	return split->shared + split->each * copies;
}

/*
 * Where it does not flatten: from what was seen first to all that there is.
 * In any case from what they used for certain.
 */
static void set_mapped(struct copies_report *report,
		       const struct reading *reading,
		       const struct split *first, const struct split *last,
		       const struct split *certain)
{
	struct files_in_use *files = &report->files;
	unsigned int copies = report->copy_count;
	uint64_t all = reading->census.file_bytes;
	uint64_t seen = total(last, copies);
	uint64_t more = all > seen ? all - seen : 0;

	if (files->flat)
		first = last, more = 0;
	files->each = between(first->each, last->each, last->each);
	files->shared = between(first->shared, last->shared,
				last->shared + more);
	if (certain->shared < files->shared.low)
		files->shared.low = certain->shared;
	if (certain->each < files->each.low)
		files->each.low = certain->each;
}

/* ---- Mapped files ------------------------------------------------------ */

/* What a set shows of the uses that are asked for. */
static int split_set(struct uses *uses, const struct pagemap_working_set *set,
		     struct split *ret_split)
{
	int err = uses_begin(uses, set);

	if (!err)
		err = split_uses(uses, ret_split);
	uses_end(uses);
	return err;
}

/*
 * Also what is code of it: when memory runs out the kernel takes what is read,
 * however often, before it kills; code that runs comes back quicker than it is
 * taken.
 */
static int look(struct copies_report *report, const struct reading *reading,
		struct pagemap_wss *session, struct split *ret_split,
		struct split *ret_certain, struct split *ret_code)
{
	struct uses all = { .report = report, .reading = reading };
	struct uses certain = all, code = all;
	struct pagemap_working_set *set;
	int err = pagemap_wss_look(session, &set);

	if (err)
		return err;
	certain.for_certain = true;
	code.code = true;
	err = split_set(&all, set, ret_split);
	if (!err)
		err = split_set(&certain, set, ret_certain);
	if (!err)
		err = split_set(&code, set, ret_code);
	pagemap_working_set_free(set);
	return err;
}

static int watch_mapped(struct copies_report *report,
			const struct reading *reading,
			struct pagemap_wss *session)
{
	struct files_in_use *files = &report->files;
	struct split first = { 0 }, now = { 0 }, certain = { 0 }, code, before;
	unsigned int copies = report->copy_count;
	unsigned int seconds;
	int err, status;

	for (seconds = FIRST_S; seconds <= MOST_S && !files->flat;
	     seconds *= 2) {
		status = trial_wait(&report->trial,
				    1000 * (seconds - files->seconds));
		if (status)
			return status;
		before = now;
		err = look(report, reading, session, &now, &certain, &code);
		if (err) {
			message("the files in use cannot be read: %s",
				strerror(-err));
			return EXIT_NOTHING;
		}
		files->seconds = seconds;
		if (seconds == FIRST_S)
			files->floor = between(0, code.shared, code.shared);
		if (seconds == LEAST_S)
			first = now;
		files->flat = seconds >= LEAST_S && total(&now, copies) * 20 <=
			      total(&before, copies) * 21;
	}
	set_mapped(report, reading, &first, &now, &certain);
	return 0;
}

static int find_mapped(struct copies_report *report,
		       const struct reading *reading)
{
	const struct pagemap_wss_opts opts = {
		.size = sizeof(opts),
		.methods = PAGEMAP_WSS_BIT(PAGEMAP_WSS_CLEAR_REFS),
		.pids = reading->pids,
		.pid_count = reading->pid_count,
	};
	struct pagemap_wss *session;
	int status, err = pagemap_wss_begin(report->source, &opts, &session);

	if (err) {
		report->files.shared = report->files.each =
			report->files.floor = (struct pagemap_value){
			.quality = PAGEMAP_UNAVAILABLE,
			.reason = err == -EACCES ? PAGEMAP_REASON_DENIED :
						   PAGEMAP_REASON_NO_FEATURE,
		};
		message("which files are in use is not known, and so not when "
			"they thrash: %s",
			*pagemap_source_last_error(report->source) ?
			pagemap_source_last_error(report->source) :
			strerror(-err));
		return 0;
	}
	status = watch_mapped(report, reading, session);
	pagemap_wss_end(session);
	return status;
}

/* ---- Files that are read ----------------------------------------------- */

/* Page cache of the cgroup that nobody maps; shmem is counted elsewhere. */
static uint64_t unmapped(const struct copies_report *report,
			 uint64_t mapped_shmem)
{
	struct pagemap_cgroup_books books;
	uint64_t file, shmem, mapped;

	if (pagemap_cgroup_read(report->trial.cgroup, &books))
		return 0;
	file = books.value[PAGEMAP_CGROUP_FILE];
	shmem = books.value[PAGEMAP_CGROUP_SHMEM];
	mapped = books.value[PAGEMAP_CGROUP_MAPPED_FILE];
	if (file == PAGEMAP_CGROUP_UNKNOWN || mapped == PAGEMAP_CGROUP_UNKNOWN)
		return 0;
	if (shmem > mapped_shmem)
		shmem = mapped_shmem;
	return file + shmem > mapped ? file + shmem - mapped : 0;
}

/*
 * The page cache that each further copy brought, bytes: the least of any step.
 * A cache that all share and that is still filling makes steps look larger,
 * the first ones most of all, and none smaller.
 */
static double own_cache(const struct copies_report *report)
{
	size_t i, count = pagemap_copies_step_count(report->copies);
	unsigned int copies, before = 0;
	uint64_t bytes, bytes_before = 0;
	double slope, least = -1;

	for (i = 0; i < count; i++) {
		if (pagemap_copies_step_at(report->copies, i,
					   PAGEMAP_COPIES_FILE, &copies, &bytes) ||
		    bytes == PAGEMAP_COPIES_UNKNOWN)
			return 0;
		slope = ((double)bytes - (double)bytes_before) /
			(copies - before);
		if (before && (least < 0 || slope < least))
			least = slope < 0 ? 0 : slope;
		before = copies;
		bytes_before = bytes;
	}
	return least < 0 ? 0 : least;
}

/* A part of it is of each copy: as large as of all page cache. */
static void add_read(struct copies_report *report, uint64_t low,
		     uint64_t likely, uint64_t high)
{
	struct files_in_use *files = &report->files;
	struct pagemap_cost cost = copies_cost(report, PAGEMAP_COPIES_FILE);
	double own = 0, all = cost.line.intercept +
			     cost.line.slope * report->copy_count;

	if (files->shared.quality == PAGEMAP_UNAVAILABLE)
		return;
	if (report->copies && all > 0)
		own = own_cache(report) * report->copy_count / all;
	if (own > 1)
		own = 1;
	files->shared.low += (uint64_t)((double)low * (1 - own));
	files->shared.value += (uint64_t)((double)likely * (1 - own));
	files->shared.high += (uint64_t)((double)high * (1 - own));
	if (!report->copy_count)
		return;
	own /= report->copy_count;
	files->each.low += (uint64_t)((double)low * own);
	files->each.value += (uint64_t)((double)likely * own);
	files->each.high += (uint64_t)((double)high * own);
}

static int find_read(struct copies_report *report,
		     const struct reading *reading)
{
	struct files_in_use *files = &report->files;
	uint64_t before, after = 0;
	int err, status;

	if (!report->trial.cgroup)
		return 0;
	before = unmapped(report, reading->census.shmem_bytes);
	files->unmapped = between(before, before, before);
	if (before < UNMAPPED_LEAST)
		return 0;
	/* With swap reclaim would push anonymous memory out as well. */
	err = pagemap_source_has_feature(report->source, PAGEMAP_FEATURE_SWAP) ?
	      -ENOTSUP : pagemap_cgroup_reclaim(report->trial.cgroup, before);
	if (err && err != -EAGAIN && err != -EBUSY) {
		add_read(report, 0, before, before);
		return 0;
	}
	status = trial_wait(&report->trial, BACK_S * 1000);
	if (status)
		return status;
	after = unmapped(report, reading->census.shmem_bytes);
	files->came_back = between(after, after, before);
	add_read(report, after, after, after);
	return 0;
}

int files_in_use_find(struct copies_report *report)
{
	const struct reading *reading = report->copy_count ? &report->last :
							    &report->beside;
	const struct pagemap_value unknown = {
		.quality = PAGEMAP_UNAVAILABLE,
		.reason = PAGEMAP_REASON_NOT_ASKED,
	};
	int status;

	report->files = (struct files_in_use){
		.unmapped = unknown, .came_back = unknown,
	};
	status = find_mapped(report, reading);
	return status ? status : find_read(report, reading);
}
