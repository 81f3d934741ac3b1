/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pageviz: shows the pages of processes and of RAM.
 */
#include <locale.h>
#include <signal.h>

#include "message.h"
#include "output.h"
#include "pageviz.h"
#include "source.h"

int main(int argc, char **argv)
{
	struct pagemap_source *source;
	struct settings settings;
	int status;

	setlocale(LC_CTYPE, "");
	/* A closed pipe is an error of the stream, not the end of us. */
	signal(SIGPIPE, SIG_IGN);
	output_begin();
	message_set_name("pageviz");
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
