/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages, see message.h.
 */
#include "message.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *tool_name = "pagemap";

void message_set_name(const char *name)
{
	tool_name = name;
}

void message(const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s: ", tool_name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

int message_flush_output(void)
{
	int err = fflush(stdout) ? errno : 0;

	if (!err && !ferror(stdout))
		return EXIT_DONE;
	/* A reader that has seen enough is no failure worth a word. */
	if (err != EPIPE)
		message("cannot write the output: %s",
			strerror(err ? err : EIO));
	return EXIT_NOTHING;
}
