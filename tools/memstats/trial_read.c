/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What copies have in memory at one moment: the books of their cgroup, and
 * sums over their processes in which each page counts once.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "string_table.h"
#include "trial.h"

/* The process of a pid that leads its memory; NULL: another one does. */
static const struct pagemap_process *leader(const struct reading *reading,
					    size_t index)
{
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(reading->snapshot,
					  reading->pids[index]);

	return process && pagemap_process_pid(process) ==
			  reading->pids[index] ? process : NULL;
}

/* ---- Each frame once --------------------------------------------------- */

static int add_frames(struct reading *reading, uint32_t page_size)
{
	size_t i, k, count = pagemap_snapshot_mapping_count(reading->snapshot);
	struct pagemap_partition partition = { NULL, count, 1 };
	uint64_t pages[1][PAGEMAP_FRAME_KIND_COUNT] = { { 0 } };
	uint32_t *group_of = malloc((count + 1) * sizeof(*group_of));
	int err;

	if (!group_of)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		group_of[i] = PAGEMAP_NO_GROUP;
	for (i = 0; i < reading->pid_count; i++) {
		const struct pagemap_process *process = leader(reading, i);

		for (k = 0; process &&
		     k < pagemap_process_mapping_count(process); k++)
			group_of[pagemap_mapping_index(
				pagemap_process_mapping_at(process, k))] = 0;
	}
	partition.group_of = group_of;
	err = pagemap_sharing_of_mapping_groups(reading->sharing, &partition,
						pages);
	free(group_of);
	if (err)
		return err;
	reading->census.anon_bytes = page_size *
		(pages[0][PAGEMAP_FRAME_ANON] + pages[0][PAGEMAP_FRAME_KSM]);
	reading->census.file_bytes = page_size *
		(pages[0][PAGEMAP_FRAME_FILE] +
		 pages[0][PAGEMAP_FRAME_FILE_DIRTY] +
		 pages[0][PAGEMAP_FRAME_UNKNOWN]);
	reading->census.shmem_bytes = page_size * pages[0][PAGEMAP_FRAME_SHMEM];
	return 0;
}

/* ---- Without frames ---------------------------------------------------- */

/* Of a file, what the process that has most of it has. */
struct file_part {
	uint64_t largest;
	uint64_t now;			/* of the process at hand */
	bool shmem;
};

struct files {
	struct strings *names;		/* "device:inode" */
	struct file_part *parts;	/* by number */
};

static int add_mapping(struct files *files,
		       const struct pagemap_mapping *mapping)
{
	enum pagemap_mapping_kind kind = pagemap_mapping_kind(mapping);
	struct pagemap_usage usage;
	struct file_part *parts;
	uint32_t number, count = strings_count(files->names);
	uint64_t inode;
	char name[64];
	dev_t dev;

	if ((kind != PAGEMAP_MAPPING_FILE && kind != PAGEMAP_MAPPING_SHMEM) ||
	    pagemap_usage_of_mapping(mapping, &usage))
		return 0;
	pagemap_mapping_file(mapping, &dev, &inode);
	snprintf(name, sizeof(name), "%ju:%" PRIu64, (uintmax_t)dev, inode);
	number = strings_number(files->names, name, strlen(name));
	if (number == STRINGS_NONE)
		return -ENOMEM;
	if (number == count) {
		parts = reallocarray(files->parts, count + 1, sizeof(*parts));
		if (!parts)
			return -ENOMEM;
		parts[number] = (struct file_part){
			.shmem = kind == PAGEMAP_MAPPING_SHMEM,
		};
		files->parts = parts;
	}
	files->parts[number].now +=
		pagemap_usage_value(&usage, PAGEMAP_RSS).value -
		pagemap_usage_value(&usage, PAGEMAP_ANON).value;
	return 0;
}

static int add_process(struct files *files,
		       const struct pagemap_process *process)
{
	uint32_t number;
	int err = 0;
	size_t i;

	for (i = 0; i < pagemap_process_mapping_count(process) && !err; i++)
		err = add_mapping(files,
				  pagemap_process_mapping_at(process, i));
	for (number = 0; number < strings_count(files->names); number++) {
		struct file_part *part = &files->parts[number];

		if (part->now > part->largest)
			part->largest = part->now;
		part->now = 0;
	}
	return err;
}

/*
 * Which pages of a file two processes have in common cannot be seen here:
 * copies of one program use the same ones, so each file counts once, with the
 * most that one of them has.
 */
static int add_files(struct reading *reading)
{
	struct files files = { .names = strings_new() };
	uint32_t number;
	size_t i;
	int err = files.names ? 0 : -ENOMEM;

	reading->census.anon_bytes = 0;
	reading->census.file_bytes = reading->census.shmem_bytes = 0;
	for (i = 0; i < reading->pid_count && !err; i++) {
		const struct pagemap_process *process = leader(reading, i);

		if (!process)
			continue;
		reading->census.anon_bytes += pagemap_process_value(process,
						PAGEMAP_PSS_ANON).value;
		err = add_process(&files, process);
	}
	for (number = 0; !err && number < strings_count(files.names); number++)
		*(files.parts[number].shmem ? &reading->census.shmem_bytes :
		  &reading->census.file_bytes) += files.parts[number].largest;
	free(files.parts);
	strings_free(files.names);
	return err;
}

/* ---- All of it --------------------------------------------------------- */

static void add_sums(struct reading *reading)
{
	size_t i;

	reading->census.swap_bytes = 0;
	for (i = 0; i < reading->pid_count; i++) {
		const struct pagemap_process *process = leader(reading, i);

		if (!process)
			continue;
		reading->census.swap_bytes +=
			pagemap_process_value(process, PAGEMAP_SWAP_PSS).value;
		reading->huge_bytes +=
			pagemap_process_value(process,
				PAGEMAP_HUGETLB_PRIVATE).value +
			pagemap_process_value(process,
				PAGEMAP_HUGETLB_SHARED).value;
	}
}

/* All of the machine where frames are shown, else the copies alone. */
static int take(struct trial *trial, struct reading *reading)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = PAGEMAP_ENGINE_CENSUS,
		.detail = PAGEMAP_DETAIL_MAPPINGS,
		.frames = PAGEMAP_FRAMES_ALL,
		.metrics = PAGEMAP_METRICS_ALL,
		.identity = PAGEMAP_ID_STAT,
	};
	int err = -ENOTSUP;

	if (trial->engine != PAGEMAP_ENGINE_KERNEL &&
	    pagemap_source_has_feature(trial->source,
				       PAGEMAP_FEATURE_KPAGEFLAGS))
		err = pagemap_snapshot_take(trial->source, &opts,
					    &reading->snapshot);
	if (!err) {
		err = pagemap_sharing_find(reading->snapshot,
					   &reading->sharing);
		if (!err)
			return 0;
		pagemap_snapshot_free(reading->snapshot);
		reading->snapshot = NULL;
	}
	if (err != -ENOTSUP)
		return err;
	opts.engine = PAGEMAP_ENGINE_KERNEL;
	opts.frames = PAGEMAP_FRAMES_COUNTED;
	opts.pids = reading->pids;
	opts.pid_count = reading->pid_count;
	return pagemap_snapshot_take(trial->source, &opts, &reading->snapshot);
}

/* The sums over the processes of a reading that has been taken. */
static int sum_up(struct trial *trial, struct reading *reading)
{
	struct pagemap_kernel_share share;
	int err = reading->sharing ?
		  add_frames(reading,
			pagemap_source_page_size_bytes(trial->source)) :
		  add_files(reading);

	if (!err)
		err = pagemap_kernel_share_of(trial->source, reading->pids,
					      reading->pid_count, &share);
	if (err)
		return err;
	reading->census.page_table_bytes = share.page_tables.value;
	reading->census.stack_bytes = share.stacks.value;
	add_sums(reading);
	return 0;
}

static void books_unknown(struct pagemap_cgroup_books *books)
{
	size_t i;

	for (i = 0; i < PAGEMAP_CGROUP_FIGURE_COUNT; i++)
		books->value[i] = PAGEMAP_CGROUP_UNKNOWN;
}

int trial_read(struct trial *trial, struct reading *ret_reading)
{
	struct reading reading = { .huge_bytes = 0 };
	int err;

	books_unknown(&reading.books);
	err = launch_pids(trial->launch, trial->source, &reading.pids,
			  &reading.pid_count);
	if (!err)
		err = take(trial, &reading);
	if (!err)
		err = sum_up(trial, &reading);
	if (!err && trial->cgroup)
		err = pagemap_cgroup_read(trial->cgroup, &reading.books);
	if (err) {
		message("the copies cannot be read: %s", strerror(-err));
		reading_free(&reading);
		return EXIT_NOTHING;
	}
	*ret_reading = reading;
	return 0;
}

/* ---- Programs that breathe --------------------------------------------- */

/* So many readings at least, and at most while they lie apart by 1 %. */
#define READINGS_LEAST 3
#define READINGS_MOST 12
#define READINGS_APART_MS 100

/* The figures of a reading as one array after the other. */
static size_t figures_of(struct reading *reading, uint64_t **ret_figures)
{
	struct pagemap_copies_census *census = &reading->census;
	size_t i, count = 0;

	for (i = 0; i < PAGEMAP_CGROUP_FIGURE_COUNT; i++)
		ret_figures[count++] = &reading->books.value[i];
	ret_figures[count++] = &census->anon_bytes;
	ret_figures[count++] = &census->file_bytes;
	ret_figures[count++] = &census->shmem_bytes;
	ret_figures[count++] = &census->page_table_bytes;
	ret_figures[count++] = &census->stack_bytes;
	ret_figures[count++] = &census->swap_bytes;
	return count;
}

#define FIGURES_MAX (PAGEMAP_CGROUP_FIGURE_COUNT + 6)

/* The next one's figures, moved towards those of all before it. */
static void mix(struct reading *next, struct reading *mean, unsigned int before)
{
	uint64_t *news[FIGURES_MAX], *olds[FIGURES_MAX];
	size_t i, count = figures_of(next, news);

	figures_of(mean, olds);
	for (i = 0; i < count; i++) {
		/* What has no number has none in the next one either. */
		if (*news[i] >= PAGEMAP_CGROUP_NO_LIMIT ||
		    *olds[i] >= PAGEMAP_CGROUP_NO_LIMIT)
			continue;
		*news[i] = (*news[i] + *olds[i] * before) / (before + 1);
	}
}

/* How far readings lie apart in what cannot be dropped. */
struct spread {
	uint64_t low;
	uint64_t high;
};

static void widen(struct spread *spread, const struct reading *reading)
{
	uint64_t kernel = reading->books.value[PAGEMAP_CGROUP_KERNEL];
	uint64_t bytes = reading->census.anon_bytes +
		(kernel != PAGEMAP_CGROUP_UNKNOWN ? kernel :
		 reading->census.page_table_bytes +
		 reading->census.stack_bytes);

	if (!spread->high || bytes < spread->low)
		spread->low = bytes;
	if (bytes > spread->high)
		spread->high = bytes;
}

static bool is_enough(const struct spread *spread, unsigned int readings)
{
	return readings >= READINGS_MOST ||
	       (readings >= READINGS_LEAST &&
		spread->high - spread->low <= spread->high / 100);
}

int trial_read_mean(struct trial *trial, struct reading *ret_reading)
{
	struct spread spread = { 0 };
	struct reading mean, next;
	unsigned int readings;
	int status = trial_read(trial, &mean);

	if (status)
		return status;
	widen(&spread, &mean);
	for (readings = 1; !is_enough(&spread, readings); readings++) {
		status = trial_wait(trial, READINGS_APART_MS);
		if (!status)
			status = trial_read(trial, &next);
		if (status) {
			reading_free(&mean);
			return status;
		}
		widen(&spread, &next);
		mix(&next, &mean, readings);
		reading_free(&mean);
		mean = next;
	}
	*ret_reading = mean;
	return 0;
}

/* ---- Teams ------------------------------------------------------------- */

/* The copy that a process is of, or comes from; SIZE_MAX: not known. */
size_t reading_copy_of(const struct trial *trial,
		       const struct reading *reading, pid_t pid)
{
	const struct launch_copy *copies;
	unsigned int depth;
	size_t i, count;

	copies = launch_copies(trial->launch, &count);
	for (depth = 0; pid > 1 && depth < 64; depth++) {
		const struct pagemap_process *process;

		for (i = 0; i < count; i++)
			if (copies[i].pid == pid)
				return i;
		process = pagemap_snapshot_find_pid(reading->snapshot, pid);
		pid = process ? pagemap_process_ppid(process) : 0;
	}
	return SIZE_MAX;
}

int reading_of_team(struct trial *trial, const struct reading *reading,
		    size_t team, struct reading *ret_reading)
{
	struct reading part = {
		.snapshot = reading->snapshot,
		.sharing = reading->sharing,
		.pids = malloc((reading->pid_count + 1) * sizeof(pid_t)),
	};
	size_t i, copy;
	int err;

	if (!part.pids)
		return -ENOMEM;
	books_unknown(&part.books);
	for (i = 0; i < reading->pid_count; i++) {
		copy = reading_copy_of(trial, reading, reading->pids[i]);
		if (copy != SIZE_MAX && trial->teams[copy] == team)
			part.pids[part.pid_count++] = reading->pids[i];
	}
	err = sum_up(trial, &part);
	free(part.pids);
	part.pids = NULL;
	part.snapshot = NULL;
	part.sharing = NULL;
	if (!err)
		*ret_reading = part;
	return err;
}

void reading_free(struct reading *reading)
{
	pagemap_sharing_free(reading->sharing);
	pagemap_snapshot_free(reading->snapshot);
	free(reading->pids);
	*reading = (struct reading){ 0 };
}
