/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pageviz: shows the pages of processes and of RAM.
 */
#include <locale.h>
#include <malloc.h>
#include <signal.h>

#include "message.h"
#include "output.h"
#include "pageviz.h"
#include "source.h"

/* Bytes from which memory is mapped, and goes back when it is freed. */
#define MAPPED_BYTES (256 << 10)

int main(int argc, char **argv)
{
	struct opened_source opened;
	struct settings settings;
	int status;

	setlocale(LC_CTYPE, "");
	/* A closed pipe is an error of the stream, not the end of us. */
	signal(SIGPIPE, SIG_IGN);
	/*
	 * Moments and layers of megabytes come and go.  By itself the C library
	 * soon keeps what was freed of them, as much again as is in use.
	 */
	mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES);
	output_begin();
	message_set_name("pageviz");
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
