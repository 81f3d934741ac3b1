// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The thread that makes tiles: one that shows much of RAM takes several frames'
 * time.  A frame waits for it as long as it has time, and has what was there
 * before in its place when that is over.  Nothing is shared but what is handed
 * over: moments and layers never change, and a world stays as it is.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "clock.h"
#include "stage_inside.h"

#define SECOND 1000000000u

enum maker_state { IDLE, ASKED, DONE, ENDING };

struct maker {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	bool started;
	bool busy;			/* the caller's own knowledge */
	enum maker_state state;
	struct maker_job job;
	struct world *left;		/* the job's, that nobody else has */
	int err;
	struct tile tile;
};

struct maker *maker_new(void)
{
	struct maker *maker = calloc(1, sizeof(*maker));
	pthread_condattr_t attributes;

	if (!maker)
		return NULL;
	pthread_mutex_init(&maker->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&maker->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	return maker;
}

/* The lock is held. */
static void make(struct maker *maker)
{
	const struct maker_job *job = &maker->job;
	const struct tile_key *key = &job->key;

	pthread_mutex_unlock(&maker->lock);
	maker->err = tile_make(job->world, job->picture, job->layer, key->lit,
			       key->level, key->x, key->y, &maker->tile);
	pthread_mutex_lock(&maker->lock);
	if (maker->state == ASKED)
		maker->state = DONE;
	pthread_cond_broadcast(&maker->changed);
}

static void *run(void *argument)
{
	struct maker *maker = argument;

	pthread_mutex_lock(&maker->lock);
	while (maker->state != ENDING)
		if (maker->state == ASKED)
			make(maker);
		else
			pthread_cond_wait(&maker->changed, &maker->lock);
	pthread_mutex_unlock(&maker->lock);
	return NULL;
}

/* Images need none: it begins with the first tile.  Signals are for others. */
static bool start(struct maker *maker)
{
	sigset_t all, before;

	if (maker->started)
		return true;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	maker->started = !pthread_create(&maker->thread, NULL, run, maker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return maker->started;
}

static void set_state(struct maker *maker, enum maker_state state)
{
	pthread_mutex_lock(&maker->lock);
	maker->state = state;
	pthread_cond_broadcast(&maker->changed);
	pthread_mutex_unlock(&maker->lock);
}

static void let_go(struct maker *maker)
{
	moment_unref(maker->job.moment);
	world_free(maker->left);
	maker->left = NULL;
	maker->busy = false;
}

void maker_free(struct maker *maker)
{
	if (!maker)
		return;
	if (maker->started) {
		set_state(maker, ENDING);
		pthread_join(maker->thread, NULL);
	}
	if (maker->busy)
		let_go(maker);
	pthread_cond_destroy(&maker->changed);
	pthread_mutex_destroy(&maker->lock);
	free(maker);
}

int maker_ask(struct maker *maker, const struct maker_job *job)
{
	if (maker->busy)
		return -EBUSY;
	if (!start(maker))
		return -EAGAIN;
	maker->job = *job;
	maker->busy = true;
	moment_keep(job->moment);
	set_state(maker, ASKED);
	return 0;
}

bool maker_is_busy(const struct maker *maker)
{
	return maker->busy;
}

bool maker_is_done(struct maker *maker)
{
	bool done;

	pthread_mutex_lock(&maker->lock);
	done = maker->state == DONE;
	pthread_mutex_unlock(&maker->lock);
	return done;
}

static bool wait_until(struct maker *maker, uint64_t until_ns)
{
	const struct timespec until = {
		.tv_sec = (time_t)(until_ns / SECOND),
		.tv_nsec = (long)(until_ns % SECOND),
	};
	int err = 0;
	bool done;

	pthread_mutex_lock(&maker->lock);
	while (maker->state != DONE && !err)
		err = pthread_cond_timedwait(&maker->changed, &maker->lock,
					     &until);
	done = maker->state == DONE;
	if (done)
		maker->state = IDLE;
	pthread_mutex_unlock(&maker->lock);
	return done;
}

int maker_take(struct maker *maker, uint64_t wait_ns, struct tile_key *ret_key,
	       const struct tile **ret_tile)
{
	if (!maker->busy || !wait_until(maker, now_ns() + wait_ns))
		return -EAGAIN;
	let_go(maker);
	*ret_key = maker->job.key;
	*ret_tile = &maker->tile;
	return maker->err;
}

void maker_leave_world(struct maker *maker, struct world *world)
{
	if (world && maker && maker->busy && maker->job.world == world)
		maker->left = world;
	else
		world_free(world);
}
