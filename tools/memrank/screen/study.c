/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a process in depth, see study.h.
 */
#include "clock.h"
#include "study.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAMES (NAME_USER | NAME_COMM | NAME_COMMAND | NAME_START)

struct study *study_new(enum study_kind kind, pid_t pid,
			    const struct settings *settings)
{
	struct study *study = calloc(1, sizeof(*study));

	if (!study)
		return NULL;
	study->kind = kind;
	study->pid = pid;
	/* Only the census knows pages and sharers, whatever was asked for. */
	study->engine = kind == STUDY_PROCESS ? settings->usual.engine
					       : PAGEMAP_ENGINE_AUTO;
	study->gentle = settings->usual.gentle;
	return study;
}

void study_free(struct study *study)
{
	if (!study)
		return;
	page_map_free(study->map);
	free(study->sharers);
	proclist_free(study->sharer_names);
	proclist_free(study->names);
	pagemap_snapshot_free(study->snapshot);
	free(study);
}

/* ---- The process ------------------------------------------------------- */

static int name_process(struct study *study, struct pagemap_source *source)
{
	study->row = row_init();
	study->row.process = study->process;
	return proclist_name_rows(source, study->snapshot, &study->row, 1,
				  NAMES, &study->names);
}

static int take(struct study *study, struct pagemap_source *source)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = study->engine,
		.gentle = study->gentle,
		.identity = PAGEMAP_ID_STAT | proclist_identity(source, NAMES),
		.detail = study->kind == STUDY_PAGES ? PAGEMAP_DETAIL_PAGES
						      : PAGEMAP_DETAIL_MAPPINGS,
		.pids = &study->pid,
		.pid_count = 1,
	};

	if (study->kind == STUDY_SHARERS) {
		opts.detail = PAGEMAP_DETAIL_PROCESSES;
		opts.pids = NULL;
		opts.pid_count = 0;
		opts.frames = PAGEMAP_FRAMES_KINDS;
	}
	return pagemap_snapshot_take(source, &opts, &study->snapshot);
}

/* ---- Its sharers ------------------------------------------------------- */

static uint64_t sum_of(const uint64_t pages[PAGEMAP_FRAME_KIND_COUNT])
{
	uint64_t sum = 0;
	int kind;

	for (kind = 0; kind < PAGEMAP_FRAME_KIND_COUNT; kind++)
		sum += pages[kind];
	return sum;
}

static int compare_members(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void sum_sets(const struct pagemap_sharing *sharing, uint32_t index,
		     struct sharing_sums *sums)
{
	struct pagemap_share_set set;
	size_t i;

	for (i = 0; !pagemap_sharing_set_at(sharing, i, &set); i++) {
		if (!bsearch(&index, set.members, set.member_count,
			     sizeof(index), compare_members))
			continue;
		if (set.member_count == 1)
			sums->alone += sum_of(set.pages);
		else
			sums->shared += sum_of(set.pages);
		sums->unseen += set.unseen_pages;
	}
}

static void add_sharer(struct study *study, uint32_t index,
		       const struct pagemap_share_pair *pair)
{
	struct sharer *sharer = &study->sharers[study->sharer_count++];

	sharer->row = row_init();
	sharer->row.process = pagemap_snapshot_process_at(study->snapshot,
		pair->first == index ? pair->second : pair->first);
	memcpy(sharer->pages, pair->pages, sizeof(sharer->pages));
	sharer->total = sum_of(pair->pages);
}

/* The rows of all sharers at once, for their names. */
static int name_sharers(struct study *study, struct pagemap_source *source)
{
	size_t i, count = study->sharer_count;
	struct row *rows = calloc(count + 1, sizeof(*rows));
	int err;

	if (!rows)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		rows[i] = study->sharers[i].row;
	err = proclist_name_rows(source, study->snapshot, rows, count, NAMES,
				 &study->sharer_names);
	for (i = 0; i < count && !err; i++)
		study->sharers[i].row = rows[i];
	free(rows);
	return err;
}

static int find_pairs(struct study *study,
		      const struct pagemap_sharing *sharing)
{
	struct pagemap_share_pair *pairs;
	size_t i, count = 0;
	uint32_t index = (uint32_t)pagemap_process_index(study->process);
	bool *wanted = calloc(
		pagemap_snapshot_process_count(study->snapshot) + 1,
		sizeof(bool));
	int err;

	if (!wanted)
		return -ENOMEM;
	wanted[index] = true;
	err = pagemap_sharing_pairs(sharing, wanted, &count, &pairs);
	free(wanted);
	if (err)
		return err;
	study->sharers = calloc(count + 1, sizeof(*study->sharers));
	for (i = 0; study->sharers && i < count; i++)
		add_sharer(study, index, &pairs[i]);
	free(pairs);
	sum_sets(sharing, index, &study->sums);
	return study->sharers ? 0 : -ENOMEM;
}

static int find_sharers(struct study *study, struct pagemap_source *source)
{
	struct pagemap_sharing *sharing;
	int err = pagemap_sharing_find(study->snapshot, &sharing);

	if (err)
		return err;
	err = find_pairs(study, sharing);
	pagemap_sharing_free(sharing);
	return err ? err : name_sharers(study, source);
}

/* ---- What cannot be read ------------------------------------------------ */

/* Who it is may be known where what it has is not. */
static bool is_readable(struct study *study, struct pagemap_source *source)
{
	const char *why = NULL;

	switch (pagemap_process_status(study->process)) {
	case PAGEMAP_STATUS_NO_MEMORY:
		why = "a kernel thread or a zombie: it has no memory";
		break;
	case PAGEMAP_STATUS_DENIED:
		why = "not permitted: run as root to see into it";
		break;
	case PAGEMAP_STATUS_MALFORMED:
		why = pagemap_source_last_error(source);
		break;
	default:
		return true;
	}
	snprintf(study->why, sizeof(study->why), "%s",
		 *why ? why : "its files were not understood");
	return false;
}

/* ---- All of it --------------------------------------------------------- */

static void explain(struct study *study, struct pagemap_source *source)
{
	const char *why = "";

	if (study->err == -ENOTSUP)
		why = pagemap_feature_reason(source, PAGEMAP_FEATURE_PFN);
	if (!*why)
		why = pagemap_source_last_error(source);
	if (!*why)
		why = strerror(-study->err);
	snprintf(study->why, sizeof(study->why), "%s", why);
}

static int read_all(struct study *study, struct pagemap_source *source)
{
	int err = take(study, source);

	if (err)
		return err;
	study->process = pagemap_snapshot_find_pid(study->snapshot,
						     study->pid);
	if (!study->process)
		return -ESRCH;
	if (pagemap_process_status(study->process) ==
	    PAGEMAP_STATUS_VANISHED)
		return -ESRCH;
	err = name_process(study, source);
	if (!err && !is_readable(study, source))
		return 0;
	if (!err && study->kind == STUDY_PAGES)
		err = page_map_make(study->process, study->page_bytes,
				    &study->map);
	if (!err && study->kind == STUDY_SHARERS)
		err = find_sharers(study, source);
	return err;
}

void study_run(struct study *study, struct pagemap_source *source)
{
	/* Of all threads: the library's workers are what costs. */
	uint64_t before = clock_ns(CLOCK_PROCESS_CPUTIME_ID);

	study->page_bytes = pagemap_source_page_size_bytes(source);
	study->err = read_all(study, source);
	if (study->err)
		explain(study, source);
	study->cpu_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - before;
	study->done_ns = clock_ns(CLOCK_MONOTONIC);
}
