/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the list has read by a thread, see reader.h.  It knows snapshots, and
 * nothing of what is shown.
 */
#include "reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "background.h"

struct job {
	struct read_request request;
	struct reading reading;
};

struct reader {
	struct background *background;
	struct job job;
};

/* ---- In the thread ----------------------------------------------------- */

static uint64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int take(struct job *job, struct pagemap_source *source)
{
	const struct read_request *request = &job->request;
	struct reading *reading = &job->reading;
	int err;

	if (request->kind == READ_KILLED)
		return pagemap_if_killed(source, request->sharing,
					 request->dies, &reading->killed);
	if (request->kind == READ_AGAIN)
		return pagemap_snapshot_update(source,
					       request->previous,
					       &reading->snapshot);
	err = pagemap_snapshot_take(source, &request->opts,
				    &reading->snapshot);
	if (err || request->kind != READ_SETS)
		return err;
	return pagemap_sharing_find(reading->snapshot, &reading->sharing);
}

static void explain(struct reading *reading, struct pagemap_source *source)
{
	const char *why = pagemap_source_last_error(source);

	if (reading->err == -ENOTSUP &&
	    !pagemap_source_has_feature(source, PAGEMAP_FEATURE_PFN))
		why = pagemap_feature_reason(source,
					     PAGEMAP_FEATURE_PFN);
	else if (reading->err == -ESRCH)
		why = "none of these processes exists any more";
	snprintf(reading->why, sizeof(reading->why), "%s",
		 *why ? why : strerror(-reading->err));
}

static void read_once(struct pagemap_source *source, void *context)
{
	struct job *job = context;
	struct reading *reading = &job->reading;
	uint64_t before = cpu_ns();

	*reading = (struct reading){ .kind = job->request.kind };
	reading->err = take(job, source);
	if (reading->err) {
		explain(reading, source);
		pagemap_snapshot_free(reading->snapshot);
		reading->snapshot = NULL;
	}
	free(job->request.dies);
	reading->cpu_ns = cpu_ns() - before;
}

/* ---- From outside ------------------------------------------------------ */

int reader_new(const struct source_choice *choice,
	       struct reader **ret_reader)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int err;

	if (!reader)
		return -ENOMEM;
	err = background_open(choice, &reader->background);
	if (err) {
		free(reader);
		return err;
	}
	*ret_reader = reader;
	return 0;
}

void reader_free(struct reader *reader)
{
	struct reading left;

	if (!reader)
		return;
	reader_wait(reader);
	if (reader_take(reader, &left)) {
		pagemap_sharing_free(left.sharing);
		pagemap_snapshot_free(left.snapshot);
	}
	background_close(reader->background);
	free(reader);
}

bool reader_ask(struct reader *reader, const struct read_request *request)
{
	const struct background_work work = { read_once, NULL, &reader->job };

	if (background_is_busy(reader->background))
		return false;
	reader->job.request = *request;
	return !background_start(reader->background, &work);
}

bool reader_is_busy(struct reader *reader)
{
	return background_is_busy(reader->background);
}

bool reader_take(struct reader *reader, struct reading *ret_reading)
{
	struct job *job = background_fetch(reader->background);

	if (job)
		*ret_reading = job->reading;
	return job != NULL;
}

int reader_fd(const struct reader *reader)
{
	return background_fd(reader->background);
}

void reader_wait(struct reader *reader)
{
	background_wait(reader->background);
}
