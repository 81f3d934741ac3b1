/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes that the words of the command line name.
 */
#include "guest.h"
#include "memstats.h"
#include "message.h"
#include "pids.h"

int select_processes(struct settings *settings, struct pagemap_source *source)
{
	int i, status = 0;

	if (settings->usual.source.vkernel)
		return guest_select(settings, source);
	for (i = 0; i < settings->word_count && !status; i++)
		status = pids_add_word(source, settings->words[i],
				       &settings->pids, &settings->pid_count);
	if (!status && !settings->pid_count)
		status = EXIT_NOTHING;
	return status;
}
