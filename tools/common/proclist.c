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

#include "string_table.h"

/* What libproc2 takes at once (FILL_ID_MAX is 255). */
#define BATCH 250

/* Of an entry of the user database; a larger one is shown as its number. */
#define USER_SIZE 4096

/* What was found of a process, while it is not read again. */
struct named {
	pid_t pid;
	uint64_t read_time_ns;
	struct row row;
};

struct proclist {
	struct strings *strings;
	struct named *named;		/* by rising pid */
	size_t named_count;
	uid_t last_uid;			/* the user that was named last */
	const char *last_user;
};

static const char *keep(struct proclist *list, const char *text)
{
	return text ? strings_keep(list->strings, text, strlen(text)) : NULL;
}

void proclist_free(struct proclist *list)
{
	if (!list)
		return;
	strings_free(list->strings);
	free(list->named);
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
	static const struct {
		uint32_t names;
		uint32_t identity;
	} needs[] = {
		{ NAME_USER | NAME_UID, PAGEMAP_ID_UID },
		{ NAME_COMMAND, PAGEMAP_ID_COMMAND | PAGEMAP_ID_COMM },
		{ NAME_COMM, PAGEMAP_ID_COMM },
		{ NAME_START | NAME_PPID | NAME_SESSION, PAGEMAP_ID_STAT },
	};
	uint32_t identity = 0;
	size_t i;

	if (uses_libproc2(source))
		return 0;
	for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (names & needs[i].names)
			identity |= needs[i].identity;
	/* Not every saved tree has a file comm, but stat has the name too. */
	if ((identity & PAGEMAP_ID_COMM) &&
	    pagemap_source_kind(source) != PAGEMAP_SOURCE_LIVE)
		identity |= PAGEMAP_ID_STAT;
	return identity;
}

#ifdef HAVE_LIBPROC2

enum {
	ITEM_PID, ITEM_START, ITEM_COMM, ITEM_USER, ITEM_COMMAND, ITEM_PPID,
	ITEM_UID, ITEM_SESSION, ITEM_STATE, ITEM_COUNT,
};

/* Each costs a file to read or a part of one: only what is needed is asked. */
static const struct {
	uint32_t names;			/* 0: always */
	enum pids_item item;
} wanted[ITEM_COUNT] = {
	[ITEM_PID] = { 0, PIDS_ID_PID },
	[ITEM_START] = { 0, PIDS_TICS_BEGAN },
	[ITEM_COMM] = { NAME_COMM, PIDS_CMD },
	[ITEM_USER] = { NAME_USER, PIDS_ID_EUSER },
	[ITEM_COMMAND] = { NAME_COMMAND, PIDS_CMDLINE },
	[ITEM_PPID] = { NAME_PPID | NAME_STATE, PIDS_ID_PPID },
	[ITEM_UID] = { NAME_UID, PIDS_ID_EUID },
	[ITEM_SESSION] = { NAME_SESSION, PIDS_ID_SESSION },
	[ITEM_STATE] = { NAME_STATE, PIDS_STATE },
};

/* What one call of name_live() works on. */
struct naming {
	struct proclist *list;
	const struct pagemap_snapshot *snapshot;
	uint32_t names;
	uint64_t tick_ns;
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

/* On CLOCK_BOOTTIME: when the figures of a row were read. */
static uint64_t read_boottime_ns(const struct pagemap_snapshot *snapshot,
				 const struct row *row)
{
	return pagemap_snapshot_boottime_ns(snapshot) +
	       (pagemap_process_read_time_ns(row->process) -
		pagemap_snapshot_time_ns(snapshot));
}

static const char *user_of(struct proclist *list,
			   const struct pids_result *results)
{
	const char *name = results[ITEM_USER].result.str;

	/* Few users have many processes: one copy of a name is enough. */
	if (!list->last_user || strcmp(list->last_user, name) != 0)
		list->last_user = keep(list, name);
	return list->last_user;
}

static void name_row(const struct naming *naming,
		     const struct pids_result *results, struct row *row)
{
	uint64_t start_ns = results[ITEM_START].result.ull_int *
			    naming->tick_ns;
	uint32_t names = naming->names;

	/* Begun after its figures were read: another one has this pid now. */
	if (start_ns > read_boottime_ns(naming->snapshot, row))
		return;
	row->start_time_ns = start_ns;
	if (names & NAME_COMM)
		row->comm = keep(naming->list, results[ITEM_COMM].result.str);
	if (names & NAME_USER)
		row->user = user_of(naming->list, results);
	if (names & NAME_COMMAND)
		row->command = keep(naming->list,
				    results[ITEM_COMMAND].result.str);
	if (names & (NAME_PPID | NAME_STATE))
		row->ppid = results[ITEM_PPID].result.s_int;
	if (names & NAME_UID)
		row->uid = results[ITEM_UID].result.u_int;
	if (names & NAME_SESSION)
		row->session = results[ITEM_SESSION].result.s_int;
	if (names & NAME_STATE)
		row->state = results[ITEM_STATE].result.s_ch;
}

static void name_batch(const struct naming *naming, struct pids_info *info,
		       struct row **rows, size_t count)
{
	unsigned int pids[BATCH];
	struct pids_fetch *fetched;
	int i;

	for (i = 0; i < (int)count; i++)
		pids[i] = (unsigned int)pagemap_process_pid(rows[i]->process);
	fetched = procps_pids_select(info, pids, (int)count, PIDS_SELECT_PID);
	for (i = 0; fetched && i < fetched->counts->total; i++) {
		const struct pids_result *results = fetched->stacks[i]->head;
		pid_t pid = results[ITEM_PID].result.s_int;
		struct row **row = bsearch(&pid, rows, count, sizeof(*rows),
					   compare_pids);

		if (row)
			name_row(naming, results, *row);
	}
}

static struct pids_info *open_pids(uint32_t names)
{
	enum pids_item items[ITEM_COUNT];
	struct pids_info *info = NULL;
	int i;

	for (i = 0; i < ITEM_COUNT; i++)
		items[i] = !wanted[i].names || (names & wanted[i].names) ?
			   wanted[i].item : PIDS_noop;
	return procps_pids_new(&info, items, ITEM_COUNT) < 0 ? NULL : info;
}

static int compare_named(const void *key, const void *item)
{
	pid_t pid = *(const pid_t *)key;
	pid_t other = ((const struct named *)item)->pid;

	return (pid > other) - (pid < other);
}

/* Takes over what an earlier list knows of a process; false if nothing. */
static bool name_as_before(struct proclist *list,
			   const struct proclist *earlier, struct row *row)
{
	pid_t pid = pagemap_process_pid(row->process);
	const struct named *named;

	if (!earlier || !earlier->named_count)
		return false;
	named = bsearch(&pid, earlier->named, earlier->named_count,
			sizeof(*named), compare_named);
	if (!named || named->read_time_ns !=
		      pagemap_process_read_time_ns(row->process))
		return false;
	row->start_time_ns = named->row.start_time_ns;
	row->comm = keep(list, named->row.comm);
	row->command = keep(list, named->row.command);
	row->user = keep(list, named->row.user);
	row->ppid = named->row.ppid;
	row->uid = named->row.uid;
	row->session = named->row.session;
	return true;
}

/* What is known of the processes now, for the next call. */
static int remember(struct proclist *list, struct row *const *sorted,
		    size_t count)
{
	size_t i;

	list->named = calloc(count + 1, sizeof(*list->named));
	if (!list->named)
		return -ENOMEM;
	list->named_count = count;
	for (i = 0; i < count; i++)
		list->named[i] = (struct named){
			pagemap_process_pid(sorted[i]->process),
			pagemap_process_read_time_ns(sorted[i]->process),
			*sorted[i],
		};
	return 0;
}

/* By rising pid; those that are to be looked up come first in new. */
static void sort_rows(struct proclist *list, const struct proclist *earlier,
		      struct row *rows, size_t count, struct row **sorted,
		      size_t *ret_sorted, struct row **new, size_t *ret_new)
{
	size_t i, kept = 0, news = 0;

	for (i = 0; i < count; i++)
		if (rows[i].process)
			sorted[kept++] = &rows[i];
	qsort(sorted, kept, sizeof(*sorted), compare_rows);
	for (i = 0; i < kept; i++)
		if (!name_as_before(list, earlier, sorted[i]))
			new[news++] = sorted[i];
	*ret_sorted = kept;
	*ret_new = news;
}

static int look_up(const struct naming *naming, struct row **rows,
		   size_t count)
{
	struct pids_info *info;
	size_t i;

	if (!count)
		return 0;
	info = open_pids(naming->names);
	if (!info)
		return -ENOMEM;
	for (i = 0; i < count; i += BATCH)
		name_batch(naming, info, rows + i,
			   count - i < BATCH ? count - i : BATCH);
	procps_pids_unref(&info);
	return 0;
}

static int name_live(struct proclist *list, const struct proclist *earlier,
		     const struct pagemap_snapshot *snapshot, struct row *rows,
		     size_t count, uint32_t names)
{
	const struct naming naming = {
		.list = list,
		.snapshot = snapshot,
		.names = names,
		.tick_ns = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK),
	};
	struct row **sorted = calloc(2 * count + 1, sizeof(*sorted)), **new;
	size_t kept, news;
	int err;

	if (!sorted)
		return -ENOMEM;
	new = sorted + count;
	sort_rows(list, earlier, rows, count, sorted, &kept, new, &news);
	err = look_up(&naming, new, news);
	if (!err)
		err = remember(list, sorted, kept);
	free(sorted);
	return err;
}

#endif

/* The users of a saved machine are not those of this one. */
static const char *user_name(struct proclist *list, bool live, uid_t uid)
{
	struct passwd room, *entry = NULL;
	char number[16], texts[USER_SIZE];

	if (list->last_user && list->last_uid == uid)
		return list->last_user;
	snprintf(number, sizeof(number), "%u", (unsigned int)uid);
	if (live && getpwuid_r(uid, &room, texts, sizeof(texts), &entry))
		entry = NULL;
	list->last_user = keep(list, entry ? entry->pw_name : number);
	list->last_uid = uid;
	return list->last_user;
}

/* What the snapshot itself knows; the rest stays unknown. */
static void name_by_library(struct proclist *list, bool live, struct row *row)
{
	const struct pagemap_process *process = row->process;
	uid_t uid = pagemap_process_uid(process);

	row->comm = pagemap_process_comm(process);
	row->command = pagemap_process_command(process);
	row->start_time_ns = pagemap_process_start_time_ns(process);
	row->ppid = pagemap_process_ppid(process);
	row->session = pagemap_process_session(process);
	row->uid = uid == (uid_t)-1 ? -1 : (int64_t)uid;
	if (row->uid >= 0)
		row->user = user_name(list, live, uid);
}

int proclist_name_rows(struct pagemap_source *source,
		       const struct pagemap_snapshot *snapshot,
		       struct row *rows, size_t count, uint32_t names,
		       struct proclist **kept)
{
	bool live = pagemap_source_kind(source) == PAGEMAP_SOURCE_LIVE;
	struct proclist *list = calloc(1, sizeof(*list));
	size_t i;
	int err = 0;

	if (list)
		list->strings = strings_new();
	if (!list || !list->strings) {
		free(list);
		return -ENOMEM;
	}
	for (i = 0; i < count; i++)
		if (rows[i].process)
			name_by_library(list, live, &rows[i]);
#ifdef HAVE_LIBPROC2
	list->last_user = NULL;
	if (names && uses_libproc2(source))
		err = name_live(list, *kept, snapshot, rows, count, names);
#else
	(void)snapshot, (void)names;
#endif
	if (err) {
		proclist_free(list);
		return err;
	}
	proclist_free(*kept);
	*kept = list;
	return 0;
}
