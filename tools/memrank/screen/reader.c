/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reading thread, see reader.h.  It knows sources and snapshots, and
 * nothing of what is shown.
 */
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum reader_state { IDLE, ASKED, DONE, ENDING };

struct reader {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum reader_state state;
	int fd;				/* of an eventfd: a reading is done */
	struct pagemap_source *source;	/* the thread's */
	struct read_request request;
	struct reading reading;
};

/* ---- The thread -------------------------------------------------------- */

static uint64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int take(struct reader *reader, struct reading *reading)
{
	const struct read_request *request = &reader->request;
	int err;

	if (request->kind == READ_KILLED)
		return pagemap_if_killed(reader->source, request->sharing,
					 request->dies, &reading->killed);
	if (request->kind == READ_AGAIN)
		return pagemap_snapshot_update(reader->source,
					       request->previous,
					       &reading->snapshot);
	err = pagemap_snapshot_take(reader->source, &request->opts,
				    &reading->snapshot);
	if (err || request->kind != READ_SETS)
		return err;
	return pagemap_sharing_find(reading->snapshot, &reading->sharing);
}

static void explain(struct reader *reader, struct reading *reading)
{
	const char *why = pagemap_source_last_error(reader->source);

	if (reading->err == -ENOTSUP &&
	    !pagemap_source_has_feature(reader->source, PAGEMAP_FEATURE_PFN))
		why = pagemap_feature_reason(reader->source,
					     PAGEMAP_FEATURE_PFN);
	else if (reading->err == -ESRCH)
		why = "none of these processes exists any more";
	snprintf(reading->why, sizeof(reading->why), "%s",
		 *why ? why : strerror(-reading->err));
}

static void read_once(struct reader *reader)
{
	struct reading reading = { .kind = reader->request.kind };
	uint64_t before = cpu_ns();

	reading.err = take(reader, &reading);
	if (reading.err) {
		explain(reader, &reading);
		pagemap_snapshot_free(reading.snapshot);
		reading.snapshot = NULL;
	}
	free(reader->request.dies);
	reading.cpu_ns = cpu_ns() - before;
	reader->reading = reading;
}

static void *run(void *context)
{
	struct reader *reader = context;

	pthread_mutex_lock(&reader->lock);
	for (;;) {
		while (reader->state == IDLE || reader->state == DONE)
			pthread_cond_wait(&reader->changed, &reader->lock);
		if (reader->state == ENDING)
			break;
		pthread_mutex_unlock(&reader->lock);
		read_once(reader);
		pthread_mutex_lock(&reader->lock);
		if (reader->state == ASKED)
			reader->state = DONE;
		eventfd_write(reader->fd, 1);
		pthread_cond_broadcast(&reader->changed);
	}
	pthread_mutex_unlock(&reader->lock);
	return NULL;
}

/* ---- From outside ------------------------------------------------------ */

static int open_source(const char *name, struct pagemap_source **ret_source)
{
	int fd, err;

	if (!name)
		return pagemap_source_open_live(ret_source);
	fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = pagemap_source_open_tree(fd, NULL, ret_source);
	close(fd);
	return err;
}

/* Signals are for the thread that has the terminal. */
static int start(struct reader *reader)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&reader->thread, NULL, run, reader);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

int reader_new(const char *source_name, struct reader **ret_reader)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int err = -ENOMEM;

	if (!reader)
		return err;
	pthread_mutex_init(&reader->lock, NULL);
	pthread_cond_init(&reader->changed, NULL);
	reader->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = reader->fd < 0 ? -errno : open_source(source_name,
						    &reader->source);
	if (!err)
		err = start(reader);
	if (!err) {
		*ret_reader = reader;
		return 0;
	}
	if (reader->fd >= 0)
		close(reader->fd);
	pagemap_source_close(reader->source);
	free(reader);
	return err;
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
	pthread_mutex_lock(&reader->lock);
	reader->state = ENDING;
	pthread_cond_broadcast(&reader->changed);
	pthread_mutex_unlock(&reader->lock);
	pthread_join(reader->thread, NULL);
	close(reader->fd);
	pagemap_source_close(reader->source);
	pthread_cond_destroy(&reader->changed);
	pthread_mutex_destroy(&reader->lock);
	free(reader);
}

bool reader_ask(struct reader *reader, const struct read_request *request)
{
	bool idle;

	pthread_mutex_lock(&reader->lock);
	idle = reader->state == IDLE;
	if (idle) {
		reader->request = *request;
		reader->state = ASKED;
		pthread_cond_broadcast(&reader->changed);
	}
	pthread_mutex_unlock(&reader->lock);
	return idle;
}

bool reader_is_busy(struct reader *reader)
{
	bool busy;

	pthread_mutex_lock(&reader->lock);
	busy = reader->state != IDLE;
	pthread_mutex_unlock(&reader->lock);
	return busy;
}

bool reader_take(struct reader *reader, struct reading *ret_reading)
{
	eventfd_t count;
	bool done;

	pthread_mutex_lock(&reader->lock);
	done = reader->state == DONE;
	if (done) {
		eventfd_read(reader->fd, &count);
		*ret_reading = reader->reading;
		reader->state = IDLE;
	}
	pthread_mutex_unlock(&reader->lock);
	return done;
}

int reader_fd(const struct reader *reader)
{
	return reader->fd;
}

void reader_wait(struct reader *reader)
{
	pthread_mutex_lock(&reader->lock);
	while (reader->state == ASKED)
		pthread_cond_wait(&reader->changed, &reader->lock);
	pthread_mutex_unlock(&reader->lock);
}
