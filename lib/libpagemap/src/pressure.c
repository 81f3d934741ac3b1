/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A pressure session: its phases, one step at a time, and the promise that no
 * limit outlives it.  What is probed next is pressure_search.c's, what a probe
 * means pressure_verdict.c's.
 */
#include "pressure.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define SECOND UINT64_C(1000000000)

/* Anonymous memory is flat within this, and this at least. */
#define FLAT_PERMILLE 10
#define FLAT_BYTES (UINT64_C(64) << 10)

/* Above usage at rest: the batches that CPUs charge ahead. */
#define SPARE_BYTES (UINT64_C(512) << 10)

/* While it comes back after a limit, it rests up to so many times as long. */
#define REST_TIMES 30
/* In one tick: more than chance brings. */
#define QUIET_TIMES 5

/* For so much longer a limit is measured, where work comes slowly. */
#define PROBE_TIMES 3

static void enter(struct pagemap_pressure *session,
		  enum pagemap_pressure_phase phase)
{
	session->phase = phase;
	session->begin = session->now;
	session->flat = session->now;
	session->windows = 0;
	session->has_part = false;
}

static int lift(struct pagemap_pressure *session)
{
	int err;

	if (session->limit == PAGEMAP_CGROUP_NO_LIMIT)
		return 0;
	err = session->ops->lift(session->target);
	if (err && err != -ENODEV && err != -ENOENT)
		return err;
	session->limit = PAGEMAP_CGROUP_NO_LIMIT;
	session->limited_ns += sample_age(&session->begin, &session->now);
	return 0;
}

/* Ends the session.  A limit that cannot be lifted is the worse error. */
static int finish(struct pagemap_pressure *session,
		  enum pagemap_pressure_outcome outcome, int err)
{
	int lift_err = lift(session);

	if (lift_err)
		err = lift_err;
	session->outcome = err ? PAGEMAP_PRESSURE_FAILED : outcome;
	session->phase = PAGEMAP_PRESSURE_DONE;
	return err;
}

/* ---- Searching ---------------------------------------------------------- */

/* What cannot be reclaimed where there is no swap. */
static uint64_t fixed_bytes(const struct pagemap_pressure *session)
{
	return sample_figure(&session->rest, PAGEMAP_CGROUP_ANON) +
	       sample_figure(&session->rest, PAGEMAP_CGROUP_SHMEM) +
	       sample_figure(&session->rest, PAGEMAP_CGROUP_KERNEL);
}

/* The least larger limit that was good for a figure. */
static uint64_t enough_above(const struct pagemap_pressure *session,
			     enum pagemap_pressure_figure figure,
			     uint64_t limit)
{
	uint64_t least = session->enough;
	size_t i;

	for (i = 0; i < session->probe_count; i++) {
		const struct pagemap_pressure_probe *probe =
			&session->probes[i];

		if (probe->limit_bytes > limit && probe->limit_bytes < least &&
		    probe_is_good(probe, figure))
			least = probe->limit_bytes;
	}
	return least;
}

static void learn(const struct pagemap_pressure *session,
		  struct pressure_search *search,
		  enum pagemap_pressure_figure figure,
		  const struct pagemap_pressure_probe *probe)
{
	search_learn(search, probe->limit_bytes, probe_is_good(probe, figure),
		     enough_above(session, figure, probe->limit_bytes));
}

void search_of_session(const struct pagemap_pressure *session,
		       enum pagemap_pressure_figure figure,
		       struct pressure_search *ret_search)
{
	uint64_t hint = 0;
	size_t i;

	if (figure == PAGEMAP_PRESSURE_BY_REFAULTS)
		hint = session->gentle;
	else if (figure == PAGEMAP_PRESSURE_FLOOR)
		hint = fixed_bytes(session);
	search_begin(ret_search, session->enough, hint, fixed_bytes(session));
	ret_search->confirms = figure == PAGEMAP_PRESSURE_BY_REFAULTS;
	for (i = 0; i < session->probe_count; i++)
		learn(session, ret_search, figure, &session->probes[i]);
}

static bool is_wanted(const struct pagemap_pressure *session,
		      enum pagemap_pressure_figure figure)
{
	if (figure == PAGEMAP_PRESSURE_BY_PROGRESS)
		return session->baseline.progress_per_s > 0;
	if (figure == PAGEMAP_PRESSURE_BY_REFAULTS)
		return session->baseline.refaults_per_s >= 0;
	return figure == PAGEMAP_PRESSURE_FLOOR;
}

/* Goes to the first figure that is not found yet; false: all are. */
static bool has_more(struct pagemap_pressure *session)
{
	for (; session->figure < PAGEMAP_PRESSURE_FIGURE_COUNT;
	     session->figure++) {
		if (!is_wanted(session, session->figure))
			continue;
		if (!session->has_search[session->figure])
			search_of_session(session, session->figure,
				&session->searches[session->figure]);
		session->has_search[session->figure] = true;
		if (!search_is_done(&session->searches[session->figure],
				    &session->opts))
			return true;
	}
	return false;
}

static int keep_probe(struct pagemap_pressure *session,
		      const struct pagemap_pressure_probe *probe)
{
	size_t capacity = session->probe_capacity;
	struct pagemap_pressure_probe *probes = session->probes;

	if (session->probe_count == capacity) {
		capacity = capacity ? 2 * capacity : 16;
		probes = realloc(probes, capacity * sizeof(*probes));
		if (!probes)
			return -ENOMEM;
		session->probes = probes;
		session->probe_capacity = capacity;
	}
	probes[session->probe_count++] = *probe;
	return 0;
}

/* The probe is over: its verdict, for every search, and the limit goes. */
static int end_probe(struct pagemap_pressure *session, uint64_t limit,
		     bool refused, bool stalled)
{
	struct pagemap_pressure_probe probe = {
		.figure = session->figure,
		.limit_bytes = limit,
		.refused = refused,
		.stalled = stalled,
	};
	int figure, err = lift(session);

	if (err)
		return err;
	probe_judge(session, &probe);
	for (figure = 0; figure < PAGEMAP_PRESSURE_FIGURE_COUNT; figure++)
		if (session->has_search[figure])
			learn(session, &session->searches[figure], figure,
			      &probe);
	enter(session, PAGEMAP_PRESSURE_REST);
	return keep_probe(session, &probe);
}

static int begin_probe(struct pagemap_pressure *session)
{
	uint64_t limit;
	int err;

	if (!has_more(session))
		return finish(session, PAGEMAP_PRESSURE_COMPLETE, 0);
	limit = search_next(&session->searches[session->figure],
			    &session->opts);
	enter(session, PAGEMAP_PRESSURE_PROBE);
	/* Before it is tried: it may be in force also after an error. */
	session->limit = limit;
	/* Where that cannot be had, it is killed at worst. */
	if (!session->opts.may_kill)
		session->ops->pause(session->target);
	err = session->ops->set_limit(session->target, limit);
	if (err == -EBUSY || err == -EINTR)
		return end_probe(session, limit, true, false);
	return err;
}

/* ---- Phases ------------------------------------------------------------- */

static bool is_near(uint64_t a, uint64_t b, uint32_t permille)
{
	uint64_t apart = a > b ? a - b : b - a;

	return apart <= b / 1000 * permille || apart <= FLAT_BYTES;
}

static int step_settle(struct pagemap_pressure *session)
{
	const struct pagemap_pressure_opts *opts = &session->opts;

	if (!is_near(sample_figure(&session->now, PAGEMAP_CGROUP_ANON),
		     sample_figure(&session->flat, PAGEMAP_CGROUP_ANON),
		     FLAT_PERMILLE))
		session->flat = session->now;
	session->settled = sample_age(&session->flat, &session->now) >=
			   opts->settle_ns;
	if (session->settled || sample_age(&session->begin, &session->now) >=
				opts->settle_max_ns)
		enter(session, PAGEMAP_PRESSURE_BASELINE);
	return 0;
}

static void note_usage(struct pagemap_pressure *session)
{
	uint64_t usage = sample_figure(&session->now, PAGEMAP_CGROUP_USAGE) +
			 SPARE_BYTES;

	if (usage > session->enough)
		session->enough = usage;
}

/*
 * Little work tells no rate: each limit is measured longer, or its work is
 * not looked at.
 */
static void fit_probes(struct pagemap_pressure *session)
{
	double rate = session->baseline.progress_per_s;
	double wanted_ns = rate > 0 ?
		session->opts.work_least / rate * SECOND : INFINITY;

	if (wanted_ns > PROBE_TIMES * (double)session->opts.probe_ns)
		session->baseline.progress_per_s = -1;
	else if (wanted_ns > (double)session->opts.probe_ns)
		session->opts.probe_ns = (uint64_t)wanted_ns;
}

static int step_baseline(struct pagemap_pressure *session)
{
	note_usage(session);
	if (sample_age(&session->begin, &session->now) <
	    session->opts.baseline_ns)
		return 0;
	session->baseline = rates_between(&session->begin, &session->now);
	fit_probes(session);
	session->rest = session->now;
	session->anon_last = sample_figure(&session->now, PAGEMAP_CGROUP_ANON);
	session->figure = PAGEMAP_PRESSURE_BY_REFAULTS;
	enter(session, PAGEMAP_PRESSURE_RETURN);
	return 0;
}

static int reclaim(struct pagemap_pressure *session)
{
	int err = session->ops->reclaim(session->target,
					sample_figure(&session->now,
						      PAGEMAP_CGROUP_USAGE));

	/* Not all of it could be had: what was meant. */
	if (err == -EAGAIN || err == -EBUSY)
		err = 0;
	if (err == -ENODEV)
		return err;
	session->reclaim_error = err;
	enter(session, err ? PAGEMAP_PRESSURE_REST : PAGEMAP_PRESSURE_RETURN);
	return 0;
}

static int step_return(struct pagemap_pressure *session)
{
	if (session->reclaim_error == NOT_RECLAIMED)
		return reclaim(session);
	if (sample_age(&session->begin, &session->now) <
	    session->opts.return_ns)
		return 0;
	session->gentle = sample_figure(&session->now, PAGEMAP_CGROUP_USAGE);
	return begin_probe(session);
}

static int step_probe(struct pagemap_pressure *session)
{
	if (probe_is_stalled(session))
		return end_probe(session, session->limit, false, true);
	if (probe_is_over(session))
		return end_probe(session, session->limit, true, false);
	if (probe_is_measured(session))
		return end_probe(session, session->limit, false, false);
	return 0;
}

static int step_rest(struct pagemap_pressure *session)
{
	uint64_t age = sample_age(&session->begin, &session->now);
	double refaults = rates_between(&session->before,
					&session->now).refaults_per_s;

	note_usage(session);
	if (age < session->opts.rest_ns)
		return 0;
	if (refaults > QUIET_TIMES * (session->baseline.refaults_per_s +
				      session->opts.refaults_per_s) &&
	    age < REST_TIMES * session->opts.rest_ns)
		return 0;
	session->anon_last = sample_figure(&session->now, PAGEMAP_CGROUP_ANON);
	return begin_probe(session);
}

static int (*const steps[])(struct pagemap_pressure *session) = {
	[PAGEMAP_PRESSURE_SETTLE] = step_settle,
	[PAGEMAP_PRESSURE_BASELINE] = step_baseline,
	[PAGEMAP_PRESSURE_RETURN] = step_return,
	[PAGEMAP_PRESSURE_PROBE] = step_probe,
	[PAGEMAP_PRESSURE_REST] = step_rest,
};

/* Refaults; kernels that do not count them count reads from the disk. */
static uint64_t refaults_of(struct pagemap_pressure *session,
			    const struct pagemap_cgroup_books *books)
{
	uint64_t refaults = books->value[PAGEMAP_CGROUP_REFAULTS];

	session->by_major_faults = refaults == PAGEMAP_CGROUP_UNKNOWN;
	return session->by_major_faults ?
	       books->value[PAGEMAP_CGROUP_MAJOR_FAULTS] : refaults;
}

static int take_sample(struct pagemap_pressure *session, uint64_t progress)
{
	struct pressure_sample sample = { .progress = progress };
	int err = session->ops->read(session->target, &sample.books);

	if (err)
		return err;
	sample.refaults = refaults_of(session, &sample.books);
	session->before = session->now;
	session->now = sample;
	if (!session->first.books.time_ns) {
		session->first = session->before = sample;
		enter(session, PAGEMAP_PRESSURE_SETTLE);
	}
	return 0;
}

static void tell_state(const struct pagemap_pressure *session,
		       struct pagemap_pressure_state *ret_state)
{
	*ret_state = (struct pagemap_pressure_state){
		.phase = session->phase,
		.figure = session->figure,
		.wait_ns = session->opts.tick_ns,
		.elapsed_ns = sample_age(&session->first, &session->now),
		.limit_bytes = session->limit,
		.usage_bytes = sample_figure(&session->now,
					     PAGEMAP_CGROUP_USAGE),
		.probe_count = session->probe_count,
	};
}

static int go_on(struct pagemap_pressure *session, uint64_t progress)
{
	int err;

	if (progress == PAGEMAP_PROGRESS_ENDED)
		return finish(session, PAGEMAP_PRESSURE_ENDED, 0);
	err = take_sample(session, progress);
	if (!err)
		err = steps[session->phase](session);
	if (err == -ENODEV || err == -ENOENT)
		return finish(session, PAGEMAP_PRESSURE_VANISHED, 0);
	return err ? finish(session, PAGEMAP_PRESSURE_FAILED, err) : 0;
}

int pagemap_pressure_step(struct pagemap_pressure *session, uint64_t progress,
			  struct pagemap_pressure_state *ret_state)
{
	int err;

	if (session->phase != PAGEMAP_PRESSURE_DONE) {
		err = go_on(session, progress);
		if (err)
			return err;
	}
	tell_state(session, ret_state);
	return session->phase != PAGEMAP_PRESSURE_DONE;
}

/* ---- Beginning and end -------------------------------------------------- */

static void set_defaults(struct pagemap_pressure_opts *opts)
{
	const struct {
		uint64_t *field;
		uint64_t value;
	} times[] = {
		{ &opts->settle_ns, SECOND },
		{ &opts->settle_max_ns, 30 * SECOND },
		{ &opts->baseline_ns, 5 * SECOND },
		{ &opts->return_ns, 4 * SECOND },
		{ &opts->probe_settle_ns, SECOND },
		{ &opts->probe_ns, 2 * SECOND },
		{ &opts->rest_ns, SECOND },
		{ &opts->tick_ns, SECOND / 10 },
	};
	const struct {
		uint32_t *field;
		uint32_t value;
	} numbers[] = {
		{ &opts->progress_permille, 900 },
		{ &opts->refaults_per_s, 10 },
		{ &opts->tolerance_permille, 10 },
		{ &opts->probes_max, 12 },
		{ &opts->work_least, 8 },
	};
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(*times); i++)
		if (!*times[i].field)
			*times[i].field = times[i].value;
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (!*numbers[i].field)
			*numbers[i].field = numbers[i].value;
}

int pressure_begin_on(const struct pressure_ops *ops, void *target,
		      const struct pagemap_pressure_opts *opts,
		      struct pagemap_pressure **ret_session)
{
	struct pagemap_pressure *session;

	if (opts && opts->size != sizeof(*opts))
		return -EINVAL;
	if (opts && (opts->progress_permille > 1000 ||
		     opts->tolerance_permille > 500))
		return -EINVAL;
	session = calloc(1, sizeof(*session));
	if (!session)
		return -ENOMEM;
	session->ops = ops;
	session->target = target;
	if (opts)
		session->opts = *opts;
	set_defaults(&session->opts);
	session->limit = PAGEMAP_CGROUP_NO_LIMIT;
	session->reclaim_error = NOT_RECLAIMED;
	*ret_session = session;
	return 0;
}

int pagemap_pressure_end(struct pagemap_pressure *session)
{
	int err;

	if (!session)
		return 0;
	err = lift(session);
	free(session->probes);
	free(session);
	return err;
}
