/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Standard output and its errors, see output.h.
 */
#include "output.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

#define BUFFER_SIZE 65536

static int first_error;

#ifdef __GLIBC__

/* After an error all is thrown away: what is broken off must not go on. */
static ssize_t write_all(void *cookie, const char *data, size_t size)
{
	size_t done = 0;

	(void)cookie;
	while (!first_error && done < size) {
		ssize_t count = write(STDOUT_FILENO, data + done, size - done);

		if (count > 0)
			done += (size_t)count;
		else if (count < 0 && errno != EINTR)
			first_error = errno;
	}
	return first_error ? 0 : (ssize_t)size;
}

void output_begin(void)
{
	const cookie_io_functions_t functions = { .write = write_all };
	FILE *out = fopencookie(NULL, "w", functions);

	if (!out)
		return;
	setvbuf(out, NULL, _IOFBF, BUFFER_SIZE);
	/* A variable like any other here, which elsewhere is a constant. */
	stdout = out;
}

#else

void output_begin(void)
{
	setvbuf(stdout, NULL, _IOFBF, BUFFER_SIZE);
}

#endif

/* Where stdio has lost the error: a pipe without a reader can be seen. */
static int guess_error(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) ? EPIPE : EIO;
}

int output_finish(void)
{
	static int said;
	int err = fflush(stdout) ? errno : 0;

	if (first_error)
		err = first_error;
	else if (!err && ferror(stdout))
		err = guess_error();
	if (!err)
		return EXIT_DONE;
	/* A reader that has seen enough is no failure worth a word. */
	if (err != EPIPE && !said)
		message("cannot write the output: %s", strerror(err));
	said = 1;
	return EXIT_NOTHING;
}
