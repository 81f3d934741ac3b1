/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages, see message.h.
 */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>

#include "output.h"

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
	return output_finish();
}
