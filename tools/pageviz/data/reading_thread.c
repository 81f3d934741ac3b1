/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moments taken by a thread, see reading.h.
 */
#include "reading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "background.h"

#define NICE 7

struct job {
	struct reading_request request;
	struct moment *moment;
	int err;
	char why[256];
};

struct reader {
	struct background *background;
	struct reading_session *session;
	struct job job;
};

/* Pictures come before readings: 5 times the share of a busy CPU.  Threads that
 * the library starts from here have the same. */
static void stand_back(void)
{
	setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICE);
}

static void take(struct pagemap_source *source, void *context)
{
	struct job *job = context;

	stand_back();
	job->err = reading_take(source, &job->request, &job->moment, job->why);
}

int reader_new(const struct source_choice *choice,
	       struct reader **ret_reader)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int err;

	if (!reader)
		return -ENOMEM;
	reader->session = reading_session_new();
	err = reader->session ? background_open(choice,
						&reader->background) : -ENOMEM;
	if (err) {
		reading_session_free(reader->session);
		free(reader);
		return err;
	}
	*ret_reader = reader;
	return 0;
}

void reader_free(struct reader *reader)
{
	struct moment *left = NULL;
	char why[256];

	if (!reader)
		return;
	reader_wait(reader);
	if (reader_fetch(reader, &left, why) == 1)
		moment_unref(left);
	/* The source, which is the thread's, outlives the session. */
	reading_session_free(reader->session);
	background_close(reader->background);
	free(reader);
}

bool reader_ask(struct reader *reader, const struct reading_request *request)
{
	const struct background_work work = { take, NULL, &reader->job };

	if (background_is_busy(reader->background))
		return false;
	reader->job = (struct job){ .request = *request };
	reader->job.request.session = reader->session;
	/* Only its count of users changes. */
	moment_ref((struct moment *)(uintptr_t)request->previous);
	return !background_start(reader->background, &work);
}

bool reader_is_busy(const struct reader *reader)
{
	return background_is_busy(reader->background);
}

int reader_fetch(struct reader *reader, struct moment **ret_moment,
		 char why[256])
{
	struct job *job = background_fetch(reader->background);

	if (!job)
		return 0;
	moment_unref((struct moment *)(uintptr_t)job->request.previous);
	if (job->err) {
		memcpy(why, job->why, sizeof(job->why));
		return job->err;
	}
	*ret_moment = job->moment;
	return 1;
}

int reader_fd(const struct reader *reader)
{
	return background_fd(reader->background);
}

void reader_wait(struct reader *reader)
{
	background_wait(reader->background);
}
