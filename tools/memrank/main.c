/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memrank: ranks processes by the memory that is theirs.
 */
#include <locale.h>
#include <signal.h>

#include "memrank.h"
#include "message.h"
#include "output.h"
#include "source.h"

int main(int argc, char **argv)
{
	struct opened_source opened;
	struct settings settings;
	int status;

	setlocale(LC_CTYPE, "");
	/* A closed pipe is an error of the stream, not the end of us. */
	signal(SIGPIPE, SIG_IGN);
	output_begin();
	message_set_name("memrank");
	status = settings_read(&settings, argc, argv);
	if (status < 0) {
		status = source_open(&settings.usual.source, &opened);
		if (status == EXIT_DONE) {
			status = settings.run(&settings, opened.source);
			source_close(&opened);
		}
	}
	settings_free(&settings);
	return status;
}
