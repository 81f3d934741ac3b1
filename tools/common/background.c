/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The thread that reads, see background.h.
 */
#include "background.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum state { IDLE, WAITING, RUNNING, DONE, ENDING };

struct background {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum state state;
	struct background_work work;
	struct opened_source source;
	int fd;
	bool busy;			/* the caller's own knowledge */
};

static void destroy(struct background *background)
{
	pthread_cond_destroy(&background->changed);
	pthread_mutex_destroy(&background->lock);
	source_close(&background->source);
	if (background->fd >= 0)
		close(background->fd);
	free(background);
}

static void drop(struct background *background)
{
	if (background->work.drop)
		background->work.drop(background->work.context);
}

/* The lock is held; false: the other side has left. */
static bool do_work(struct background *background)
{
	const uint64_t one = 1;

	background->state = RUNNING;
	pthread_mutex_unlock(&background->lock);
	background->work.run(background->source.source,
			     background->work.context);
	pthread_mutex_lock(&background->lock);
	if (background->state == ENDING) {
		drop(background);
		return false;
	}
	background->state = DONE;
	pthread_cond_broadcast(&background->changed);
	return write(background->fd, &one, sizeof(one)) == sizeof(one);
}

static void *run(void *argument)
{
	struct background *background = argument;
	bool on = true;

	pthread_mutex_lock(&background->lock);
	while (on && background->state != ENDING)
		if (background->state == WAITING)
			on = do_work(background);
		else
			pthread_cond_wait(&background->changed,
					  &background->lock);
	pthread_mutex_unlock(&background->lock);
	destroy(background);
	return NULL;
}

/* Signals are for the thread that has the terminal. */
static int start_thread(struct background *background)
{
	sigset_t all, before;
	pthread_t thread;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&thread, NULL, run, background);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!err)
		pthread_detach(thread);
	return -err;
}

int background_open(const struct source_choice *choice,
		    struct background **ret_background)
{
	enum source_step failed;
	struct background *background = calloc(1, sizeof(*background));
	int err;

	if (!background)
		return -ENOMEM;
	pthread_mutex_init(&background->lock, NULL);
	pthread_cond_init(&background->changed, NULL);
	background->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = background->fd < 0 ? -errno : 0;
	if (!err)
		err = source_choice_open(choice, &background->source, &failed);
	if (!err)
		err = start_thread(background);
	if (err) {
		destroy(background);
		return err;
	}
	*ret_background = background;
	return 0;
}

void background_close(struct background *background)
{
	if (!background)
		return;
	pthread_mutex_lock(&background->lock);
	if (background->state == WAITING || background->state == DONE)
		drop(background);
	background->state = ENDING;
	pthread_cond_broadcast(&background->changed);
	pthread_mutex_unlock(&background->lock);
}

int background_start(struct background *background,
		     const struct background_work *work)
{
	if (background->busy)
		return -EBUSY;
	pthread_mutex_lock(&background->lock);
	background->work = *work;
	background->state = WAITING;
	background->busy = true;
	pthread_cond_broadcast(&background->changed);
	pthread_mutex_unlock(&background->lock);
	return 0;
}

void background_wait(struct background *background)
{
	pthread_mutex_lock(&background->lock);
	while (background->state == WAITING || background->state == RUNNING)
		pthread_cond_wait(&background->changed, &background->lock);
	pthread_mutex_unlock(&background->lock);
}

void *background_fetch(struct background *background)
{
	void *context = NULL;
	uint64_t done;

	if (!background->busy)
		return NULL;
	pthread_mutex_lock(&background->lock);
	if (background->state == DONE) {
		context = background->work.context;
		background->state = IDLE;
		background->busy = false;
		if (read(background->fd, &done, sizeof(done)) < 0)
			done = 0;
	}
	pthread_mutex_unlock(&background->lock);
	return context;
}

void background_discard(struct background *background)
{
	void *context = background_fetch(background);

	if (context && background->work.drop)
		background->work.drop(context);
}

bool background_is_busy(const struct background *background)
{
	return background->busy;
}

int background_fd(const struct background *background)
{
	return background->fd;
}
