/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest processes that words mean: a pid of the host's child, a pid inside
 * the guest, or a name, of which the host knows the last two by --inside alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "guest.h"
#include "memstats.h"
#include "message.h"
#include "pids.h"
#include "source.h"

#define LIST_SIZE 400
#define NAME_SIZE 64

bool guest_of(const struct pagemap_process *process,
	      struct pagemap_guest_process *ret_guest)
{
	return process && !pagemap_guest_process(process, ret_guest);
}

/* All of the guest, and of those only who they are. */
static int take_all(struct pagemap_source *source,
		    struct pagemap_snapshot **ret_snapshot)
{
	const struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.metrics = PAGEMAP_METRIC_BIT(PAGEMAP_RSS),
		.detail = PAGEMAP_DETAIL_PROCESSES,
		.identity = PAGEMAP_ID_COMM,
	};
	int err = pagemap_snapshot_take(source, &opts, ret_snapshot);

	return err ? snapshot_failed(source, err, NULL, 0) : 0;
}

/* ---- Which there are ---------------------------------------------------- */

static int format_one(const struct pagemap_process *process, char *text,
		      size_t size)
{
	const char *comm = pagemap_process_comm(process);
	struct pagemap_guest_process guest;
	char name[NAME_SIZE];

	if (!comm || !*comm || !guest_of(process, &guest))
		return snprintf(text, size, "%d",
				(int)pagemap_process_pid(process));
	escape_text(comm, name, sizeof(name));
	if (guest.guest_pid < 0)
		return snprintf(text, size, "%d (%s)",
				(int)pagemap_process_pid(process), name);
	return snprintf(text, size, "%d (%d %s)",
			(int)pagemap_process_pid(process),
			(int)guest.guest_pid, name);
}

/* Cut where it is too long for a message. */
static void list_all(const struct pagemap_snapshot *snapshot,
		     char text[LIST_SIZE])
{
	size_t i, at = 0, count = pagemap_snapshot_process_count(snapshot);
	char one[2 * NAME_SIZE];

	text[0] = '\0';
	for (i = 0; i < count; i++) {
		size_t length = (size_t)format_one(
			pagemap_snapshot_process_at(snapshot, i), one,
			sizeof(one));

		if (at + length + sizeof(", ...") >= LIST_SIZE) {
			snprintf(text + at, LIST_SIZE - at, ", ...");
			return;
		}
		at += (size_t)snprintf(text + at, LIST_SIZE - at, "%s%s",
				       at ? ", " : "", one);
	}
	if (!count)
		snprintf(text, LIST_SIZE, "none");
}

static int say_none_named(const struct settings *settings,
			  const struct pagemap_snapshot *snapshot)
{
	char list[LIST_SIZE];

	list_all(snapshot, list);
	message("name a guest process of vkernel %d: %s; memrank --vkernel "
		"ranks them", (int)settings->usual.source.vkernel, list);
	return EXIT_USAGE;
}

/* The others are shown: processes come and go. */
static void say_not_there(const struct settings *settings,
			  const struct pagemap_snapshot *snapshot,
			  const char *word)
{
	char list[LIST_SIZE], escaped[NAME_SIZE];

	list_all(snapshot, list);
	escape_text(word, escaped, sizeof(escaped));
	message("vkernel %d has no guest process '%s'; it has: %s",
		(int)settings->usual.source.vkernel, escaped, list);
}

/* ---- Which are meant ---------------------------------------------------- */

static int add(struct settings *settings,
	       const struct pagemap_process *process)
{
	pid_t *more = reallocarray(settings->pids, settings->pid_count + 1,
				   sizeof(*more));

	if (!more) {
		message("out of memory");
		return EXIT_NOTHING;
	}
	more[settings->pid_count++] = pagemap_process_pid(process);
	settings->pids = more;
	return 0;
}

static const struct pagemap_process *
find_inside(const struct pagemap_snapshot *snapshot, pid_t guest_pid)
{
	size_t i;

	for (i = 0; i < pagemap_snapshot_process_count(snapshot); i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_process_at(snapshot, i);
		struct pagemap_guest_process guest;

		if (guest_of(process, &guest) && guest.guest_pid == guest_pid)
			return process;
	}
	return NULL;
}

/* The host's pid before the guest's. */
static int add_pid(struct settings *settings,
		   const struct pagemap_snapshot *snapshot, const char *word,
		   pid_t pid)
{
	const struct pagemap_process *outside =
		pagemap_snapshot_find_pid(snapshot, pid);
	const struct pagemap_process *inside = find_inside(snapshot, pid);

	if (outside && inside && outside != inside)
		message("%d is taken as the host's pid; the guest's process %d "
			"is %d in the host", (int)pid, (int)pid,
			(int)pagemap_process_pid(inside));
	if (!outside && !inside) {
		say_not_there(settings, snapshot, word);
		return 0;
	}
	return add(settings, outside ? outside : inside);
}

/* A name is all that the kernel keeps of it: 15 bytes. */
static bool is_called(const struct pagemap_process *process, const char *name)
{
	const char *comm = pagemap_process_comm(process);

	return comm && *comm && !strncmp(comm, name, 15) &&
	       (strlen(comm) >= 15 || !strcmp(comm, name));
}

static int add_named(struct settings *settings,
		     const struct pagemap_snapshot *snapshot, const char *name)
{
	size_t i, before = settings->pid_count;
	int status = 0;

	if (!settings->usual.source.inside) {
		message("'%s': names of guest processes are known by --inside "
			"DIR alone; give a pid", name);
		return EXIT_USAGE;
	}
	for (i = 0; i < pagemap_snapshot_process_count(snapshot) && !status;
	     i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_process_at(snapshot, i);

		if (is_called(process, name))
			status = add(settings, process);
	}
	if (!status && settings->pid_count == before)
		say_not_there(settings, snapshot, name);
	return status;
}

int guest_select(struct settings *settings, struct pagemap_source *source)
{
	struct pagemap_snapshot *snapshot;
	int i, status = take_all(source, &snapshot);

	if (status)
		return status;
	if (!settings->word_count)
		status = say_none_named(settings, snapshot);
	for (i = 0; i < settings->word_count && !status; i++) {
		const char *word = settings->words[i];
		pid_t pid;

		status = pid_parse(word, &pid) ?
			add_pid(settings, snapshot, word, pid) :
			add_named(settings, snapshot, word);
	}
	if (!status && !settings->pid_count)
		status = EXIT_NOTHING;
	pagemap_snapshot_free(snapshot);
	return status;
}

int guest_check_children(const struct settings *settings)
{
	size_t i;

	for (i = 0; i < settings->pid_count; i++) {
		if (settings->pids[i] < PAGEMAP_GUEST_PID_BASE)
			continue;
		message("guest process %d: no child of the host was found that "
			"runs it, so its accesses cannot be seen",
			(int)settings->pids[i]);
		return EXIT_NOTHING;
	}
	return 0;
}
