/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of processes: by libproc2 on the running machine, by the library's
 * own list in a saved tree and in builds without libproc2.  The only file
 * that knows libproc2.
 */
#include "proclist.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_LIBPROC2
#include <libproc2/pids.h>
#endif

/* What libproc2 takes at once (FILL_ID_MAX is 255). */
#define BATCH 250

struct text_block {
	struct text_block *next;
	char text[];
};

struct proclist {
	struct text_block *blocks;
};

static const char *keep(struct proclist *list, const char *text)
{
	size_t size = strlen(text) + 1;
	struct text_block *block = malloc(sizeof(*block) + size);

	if (!block)
		return NULL;
	memcpy(block->text, text, size);
	block->next = list->blocks;
	list->blocks = block;
	return block->text;
}

void proclist_free(struct proclist *list)
{
	struct text_block *block, *next;

	if (!list)
		return;
	for (block = list->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	free(list);
}

static bool uses_libproc2(const struct pagemap_source *source)
{
#ifdef HAVE_LIBPROC2
	return pagemap_source_kind(source) == PAGEMAP_SOURCE_LIVE;
#else
	(void)source;
	return false;
#endif
}

uint32_t proclist_identity(const struct pagemap_source *source, uint32_t names)
{
	uint32_t identity = 0;

	if (uses_libproc2(source))
		return 0;
	if (names & NAME_USER)
		identity |= PAGEMAP_ID_UID;
	if (names & NAME_COMMAND)
		identity |= PAGEMAP_ID_COMMAND | PAGEMAP_ID_COMM;
	if (names & NAME_COMM)
		identity |= PAGEMAP_ID_COMM;
	if (names & NAME_START)
		identity |= PAGEMAP_ID_STAT;
	return identity;
}

#ifdef HAVE_LIBPROC2

enum { ITEM_PID, ITEM_START, ITEM_COMM, ITEM_USER, ITEM_COMMAND, ITEM_COUNT };

static const enum pids_item all_items[ITEM_COUNT] = {
	[ITEM_PID] = PIDS_ID_PID,
	[ITEM_START] = PIDS_TICS_BEGAN,
	[ITEM_COMM] = PIDS_CMD,
	[ITEM_USER] = PIDS_ID_EUSER,
	[ITEM_COMMAND] = PIDS_CMDLINE,
};

static int compare_pids(const void *key, const void *item)
{
	pid_t pid = *(const pid_t *)key;
	pid_t other = pagemap_process_pid((*(struct row *const *)item)->process);

	return (pid > other) - (pid < other);
}

static int compare_rows(const void *a, const void *b)
{
	pid_t pid = pagemap_process_pid((*(struct row *const *)a)->process);

	return compare_pids(&pid, b);
}

static void name_row(struct proclist *list, struct pids_stack *stack,
		     uint64_t snapshot_ns, struct row *row, uint32_t names)
{
	const struct pids_result *results = stack->head;
	uint64_t tick_ns = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
	uint64_t start_ns = results[ITEM_START].result.ull_int * tick_ns;

	/* Begun after the snapshot: another process has taken this pid. */
	if (start_ns > snapshot_ns)
		return;
	row->start_time_ns = start_ns;
	row->comm = keep(list, results[ITEM_COMM].result.str);
	if (names & NAME_USER)
		row->user = keep(list, results[ITEM_USER].result.str);
	if (names & NAME_COMMAND)
		row->command = keep(list, results[ITEM_COMMAND].result.str);
}

static void name_batch(struct proclist *list, struct pids_info *info,
		       const struct pagemap_snapshot *snapshot,
		       struct row **rows, size_t count, uint32_t names)
{
	unsigned int pids[BATCH];
	struct pids_fetch *fetched;
	int i;

	for (i = 0; i < (int)count; i++)
		pids[i] = (unsigned int)pagemap_process_pid(rows[i]->process);
	fetched = procps_pids_select(info, pids, (int)count, PIDS_SELECT_PID);
	for (i = 0; fetched && i < fetched->counts->total; i++) {
		struct pids_stack *stack = fetched->stacks[i];
		pid_t pid = stack->head[ITEM_PID].result.s_int;
		struct row **row = bsearch(&pid, rows, count, sizeof(*rows),
					   compare_pids);

		if (row)
			name_row(list, stack,
				 pagemap_snapshot_boottime_ns(snapshot), *row,
				 names);
	}
}

static int name_live(struct proclist *list,
		     const struct pagemap_snapshot *snapshot, struct row *rows,
		     size_t count, uint32_t names)
{
	/* A command line is another file to read: only where it is shown. */
	int item_count = names & NAME_COMMAND ? ITEM_COUNT : ITEM_COMMAND;
	enum pids_item items[ITEM_COUNT];
	struct row **sorted = calloc(count + 1, sizeof(*sorted));
	struct pids_info *info = NULL;
	size_t i, kept = 0;

	memcpy(items, all_items, sizeof(items));
	if (!sorted || procps_pids_new(&info, items, item_count) < 0) {
		free(sorted);
		return -ENOMEM;
	}
	for (i = 0; i < count; i++)
		if (rows[i].process)
			sorted[kept++] = &rows[i];
	qsort(sorted, kept, sizeof(*sorted), compare_rows);
	for (i = 0; i < kept; i += BATCH)
		name_batch(list, info, snapshot, sorted + i,
			   kept - i < BATCH ? kept - i : BATCH, names);
	procps_pids_unref(&info);
	free(sorted);
	return 0;
}

#endif

static const char *user_name(struct proclist *list, bool live, uid_t uid)
{
	struct passwd *entry = live ? getpwuid(uid) : NULL;
	char number[16];

	/* The users of a saved machine are not those of this one. */
	if (entry)
		return keep(list, entry->pw_name);
	snprintf(number, sizeof(number), "%u", (unsigned int)uid);
	return keep(list, number);
}

static void name_by_library(struct proclist *list, bool live, struct row *rows,
			    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct pagemap_process *process = rows[i].process;

		if (!process)
			continue;
		rows[i].comm = pagemap_process_comm(process);
		rows[i].command = pagemap_process_command(process);
		rows[i].start_time_ns = pagemap_process_start_time_ns(process);
		if (pagemap_process_uid(process) != (uid_t)-1)
			rows[i].user = user_name(list, live,
						 pagemap_process_uid(process));
	}
}

int proclist_name_rows(struct pagemap_source *source,
		       const struct pagemap_snapshot *snapshot,
		       struct row *rows, size_t count, uint32_t names,
		       struct proclist **ret_list)
{
	struct proclist *list = calloc(1, sizeof(*list));
	int err = 0;

	if (!list)
		return -ENOMEM;
#ifdef HAVE_LIBPROC2
	if (names && uses_libproc2(source))
		err = name_live(list, snapshot, rows, count, names);
#else
	(void)snapshot;
#endif
	if (!uses_libproc2(source))
		name_by_library(list, pagemap_source_kind(source) ==
				PAGEMAP_SOURCE_LIVE, rows, count);
	if (err)
		proclist_free(list);
	else
		*ret_list = list;
	return err;
}
