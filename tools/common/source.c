/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening what was chosen, and telling people what could not be read.
 */
#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

/* Names that later versions will know. */
static bool is_of_later(const char *name)
{
	return !strcmp(name, "-") || !strncmp(name, "guest:", 6);
}

static int no_tree(const char *name, int err)
{
	if (err == -ENOTDIR)
		message("%s is no directory: this version reads the running "
			"machine and directories that look like /proc", name);
	else if (err == -ENODATA)
		message("%s holds no process: give a directory that looks "
			"like /proc", name);
	else
		message("cannot open %s: %s", name, strerror(-err));
	return err == -ENOTDIR ? EXIT_USAGE : EXIT_NOTHING;
}

static int no_machine(const struct source_choice *choice, int err)
{
	if (choice->name)
		return no_tree(choice->name, err);
	message("cannot open the process file system: %s: is it mounted?",
		strerror(-err));
	return EXIT_NOTHING;
}

/* The vkernels that could be opened instead: ": try 12, 345", cut if long. */
static void name_vkernels(struct pagemap_source *host, char *text, size_t size)
{
	struct pagemap_vkernel vkernel;
	pid_t pid = 0;
	size_t at = 0;

	*text = '\0';
	while (pagemap_vkernel_next(host, &pid, &vkernel) == 1) {
		int length = snprintf(text + at, size - at, "%s%d",
				      at ? ", " : "; vkernels here: ",
				      (int)pid);

		if (length < 0 || (size_t)length >= size - at) {
			text[at] = '\0';
			break;
		}
		at += (size_t)length;
	}
	if (!at)
		snprintf(text, size, "; no vkernel is seen here");
}

static int no_vkernel(const struct source_choice *choice,
		      struct pagemap_source *host, int err)
{
	int pid = (int)choice->vkernel;
	char why[512], others[128] = "";

	/* Kept before the host is asked for others. */
	snprintf(why, sizeof(why), "%s", *pagemap_source_last_error(host) ?
		 pagemap_source_last_error(host) : strerror(-err));
	if (err == -ESRCH) {
		message("process %d does not exist", pid);
	} else if (err == -EACCES) {
		message("vkernel %d may not be read: %s", pid, why);
	} else {
		if (err == -ENOTSUP)
			name_vkernels(host, others, sizeof(others));
		message("process %d cannot be read as a vkernel (User-Mode "
			"Linux): %s%s", pid, why, others);
	}
	return EXIT_NOTHING;
}

int source_open(const struct source_choice *choice,
		struct opened_source *ret_opened)
{
	enum source_step failed;
	int status, err;

	if (choice->name && is_of_later(choice->name)) {
		message("%s is not supported by this version: give a "
			"directory that looks like /proc", choice->name);
		return EXIT_USAGE;
	}
	err = source_choice_open(choice, ret_opened, &failed);
	if (!err)
		return EXIT_DONE;
	if (failed == SOURCE_STEP_MACHINE)
		status = no_machine(choice, err);
	else if (failed == SOURCE_STEP_INSIDE)
		status = no_tree(choice->inside, err);
	else
		status = no_vkernel(choice, ret_opened->host, err);
	source_close(ret_opened);
	return status;
}

bool engine_parse(const char *name, enum pagemap_engine *ret_engine)
{
	int engine;

	for (engine = PAGEMAP_ENGINE_AUTO; engine <= PAGEMAP_ENGINE_CENSUS;
	     engine++) {
		if (strcmp(pagemap_engine_name((enum pagemap_engine)engine),
			   name) != 0)
			continue;
		*ret_engine = (enum pagemap_engine)engine;
		return true;
	}
	message("unknown engine '%s': use auto, kernel or census", name);
	return false;
}

void say_missing(const struct pagemap_source *source, pid_t pid)
{
	if (pagemap_source_host(source))
		message("process %d runs nothing of the guest (processes are "
			"named by their pids in the host)", (int)pid);
	else
		message("process %d does not exist", (int)pid);
}

int snapshot_failed(struct pagemap_source *source, int err, const pid_t *pids,
		    size_t count)
{
	size_t i;

	for (i = 0; err == -ESRCH && i < count; i++)
		say_missing(source, pids[i]);
	if (err == -ESRCH && count)
		return EXIT_NOTHING;
	if (err == -ENOTSUP && !pagemap_source_has_feature(source,
						PAGEMAP_FEATURE_PAGEMAP))
		message("the census cannot work here: %s",
			pagemap_feature_reason(source,
					       PAGEMAP_FEATURE_PAGEMAP));
	else if (*pagemap_source_last_error(source))
		message("nothing could be measured: %s",
			pagemap_source_last_error(source));
	else
		message("nothing could be measured: %s", strerror(-err));
	return EXIT_NOTHING;
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "es";
}

/* What somebody can do about it who wants to see all. */
static const char *how_to_see_more(const struct pagemap_source *source)
{
	if (pagemap_source_kind(source) != PAGEMAP_SOURCE_LIVE)
		return "its files are not readable by this user";
	if (geteuid())
		return "run as root (CAP_SYS_PTRACE) to see all";
	return "that takes CAP_SYS_PTRACE and every capability the process has";
}

static void report_failed(struct pagemap_source *source, size_t denied,
			  size_t malformed)
{
	if (denied && malformed)
		message("%zu process%s could not be read (%zu: permission "
			"denied, %zu: files not understood); %s",
			denied + malformed, plural(denied + malformed), denied,
			malformed, how_to_see_more(source));
	else if (denied)
		message("%zu process%s could not be read (permission denied); "
			"%s", denied, plural(denied), how_to_see_more(source));
	else if (malformed)
		message("%zu process%s could not be read (%s)", malformed,
			plural(malformed), pagemap_source_host(source) ?
			"page tables not found: it begins or ends" :
			"files not understood");
}

/* Why figures are marked as estimates or shown as ranges. */
static void report_quality(struct pagemap_source *source,
			   const struct pagemap_snapshot *snapshot,
			   size_t changed)
{
	bool census = pagemap_snapshot_engine(snapshot) ==
		      PAGEMAP_ENGINE_CENSUS;

	if (!census && !pagemap_source_has_feature(source,
					PAGEMAP_FEATURE_PRECISE_COUNTS))
		message("figures marked ~ are estimates: %s",
			pagemap_feature_reason(source,
				PAGEMAP_FEATURE_PRECISE_COUNTS));
	if (census && !pagemap_source_has_feature(source,
						  PAGEMAP_FEATURE_ALL_PIDS))
		message("figures are ranges where pages are shared: %s",
			pagemap_feature_reason(source,
					       PAGEMAP_FEATURE_ALL_PIDS));
	else if (census && !pagemap_source_has_feature(source,
						       PAGEMAP_FEATURE_PFN))
		message("figures are ranges where pages may be shared: %s",
			pagemap_feature_reason(source, PAGEMAP_FEATURE_PFN));
	if (changed)
		message("%zu process%s changed while being read%s: the figures "
			"are estimates, marked ~", changed, plural(changed),
			pagemap_source_kind(source) == PAGEMAP_SOURCE_VKERNEL ?
			", or page tables make no sense" : "");
}

void report_unreadable(struct pagemap_source *source,
		       const struct pagemap_snapshot *snapshot)
{
	size_t i, denied = 0, malformed = 0, changed = 0;

	for (i = 0; i < pagemap_snapshot_process_count(snapshot); i++) {
		enum pagemap_status status = pagemap_process_status(
			pagemap_snapshot_process_at(snapshot, i));

		denied += status == PAGEMAP_STATUS_DENIED;
		malformed += status == PAGEMAP_STATUS_MALFORMED;
		changed += status == PAGEMAP_STATUS_CHANGED;
	}
	report_failed(source, denied, malformed);
	report_quality(source, snapshot, changed);
}

bool number_parse(const char *text, const char *what, unsigned long limit,
		  unsigned long *ret_number)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || !number ||
	    number > limit) {
		message("%s must be a whole number from 1 to %lu, not '%s'",
			what, limit, text);
		return false;
	}
	*ret_number = number;
	return true;
}
