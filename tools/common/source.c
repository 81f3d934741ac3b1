/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening what -S names, and telling people what could not be read.
 */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

/* Names that later versions will know. */
static bool is_of_later(const char *name)
{
	return !strcmp(name, "-") || !strncmp(name, "vkernel:", 8) ||
	       !strncmp(name, "guest:", 6);
}

static int open_tree(const char *name, struct pagemap_source **ret_source)
{
	int err, fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 && errno == ENOTDIR) {
		message("%s is no directory: this version reads the running "
			"machine and directories that look like /proc", name);
		return EXIT_USAGE;
	}
	if (fd < 0) {
		message("cannot open %s: %s", name, strerror(errno));
		return EXIT_NOTHING;
	}
	err = pagemap_source_open_tree(fd, NULL, ret_source);
	close(fd);
	if (err == -ENODATA)
		message("%s holds no process: give a directory that looks "
			"like /proc", name);
	else if (err)
		message("cannot read %s: %s", name, strerror(-err));
	return err ? EXIT_NOTHING : EXIT_DONE;
}

int source_open(const char *name, struct pagemap_source **ret_source)
{
	int err;

	if (name && is_of_later(name)) {
		message("%s is not supported by this version: give a "
			"directory that looks like /proc", name);
		return EXIT_USAGE;
	}
	if (name)
		return open_tree(name, ret_source);
	err = pagemap_source_open_live(ret_source);
	if (err)
		message("cannot open the process file system: %s: is it "
			"mounted?", strerror(-err));
	return err ? EXIT_NOTHING : EXIT_DONE;
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

int snapshot_failed(struct pagemap_source *source, int err, const pid_t *pids,
		    size_t count)
{
	size_t i;

	for (i = 0; err == -ESRCH && i < count; i++)
		message("process %d does not exist", (int)pids[i]);
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
		message("%zu process%s could not be read (files not "
			"understood)", malformed, plural(malformed));
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
		message("%zu process%s changed while being read: the figures "
			"are estimates, marked ~", changed, plural(changed));
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
