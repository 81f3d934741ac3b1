/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memstats: takes the memory of processes apart.
 */
#include <locale.h>
#include <signal.h>
#include <string.h>

#include "memstats.h"
#include "message.h"
#include "source.h"

int report_processes(struct settings *settings, struct pagemap_source *source)
{
	struct pagemap_snapshot_opts opts;
	struct pagemap_snapshot *snapshot;
	struct report report;
	int err, status = select_processes(settings, source);

	if (status)
		return status;
	settings_to_opts(settings, &opts);
	opts.identity |= proclist_identity(source, NAME_USER | NAME_COMM |
					   NAME_COMMAND);
	err = pagemap_snapshot_take(source, &opts, &snapshot);
	if (err)
		return snapshot_failed(source, err, settings->pids,
				       settings->pid_count);
	err = report_make(source, snapshot, &report);
	status = EXIT_NOTHING;
	if (err)
		message("%s", strerror(-err));
	else
		status = report_print(settings, &report);
	report_free(&report);
	report_unreadable(source, snapshot);
	pagemap_snapshot_free(snapshot);
	return status;
}

int main(int argc, char **argv)
{
	struct pagemap_source *source;
	struct settings settings;
	int status;

	setlocale(LC_CTYPE, "");
	/* A closed pipe is an error of the stream, not the end of us. */
	signal(SIGPIPE, SIG_IGN);
	message_set_name("memstats");
	status = settings_read(&settings, argc, argv);
	if (status < 0) {
		status = source_open(settings.usual.source, &source);
		if (status == EXIT_DONE) {
			status = settings.run(&settings, source);
			pagemap_source_close(source);
		}
	}
	settings_free(&settings);
	return status;
}
