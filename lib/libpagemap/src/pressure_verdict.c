/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a limit does to its target: when enough was seen of it, and what that
 * means for each figure.  Knows nothing of the search.
 */
#include "pressure.h"

/* Work that must have been expected before none is a sign. */
#define STALL_EXPECTED 8
/* Before that nobody is said to be stalled. */
#define STALL_NS UINT64_C(1000000000)
/* Of time, by PSI, where work is not known. */
#define STALL_RATIO 0.95

/* Charges come in batches, and reclaim under memory.high in turns. */
#define OVER_SLACK (UINT64_C(512) << 10)

/* Windows under one limit, while what it pushed out still comes back. */
#define WINDOWS_MAX 4
#define FALLING_SHARE 0.5

/* So far above what is allowed, and so steadily, that half is enough. */
#define CLEAR_FACTOR 20
#define STEADY_SHARE 0.7
#define CLEAR_WORK 20

static bool killed(const struct pagemap_pressure *session)
{
	return sample_figure(&session->now, PAGEMAP_CGROUP_OOM_KILLS) >
	       sample_figure(&session->begin, PAGEMAP_CGROUP_OOM_KILLS);
}

static double refaults_allowed(const struct pagemap_pressure *session)
{
	double rest = session->baseline.refaults_per_s;

	return (rest > 0 ? rest : 0) + session->opts.refaults_per_s;
}

/* For two ticks: one may be a short wait for what is being written. */
static bool paused(const struct pagemap_pressure *session)
{
	return sample_figure(&session->before, PAGEMAP_CGROUP_PAUSED) &&
	       sample_figure(&session->now, PAGEMAP_CGROUP_PAUSED);
}

/* Whether so much work was to be expected that none of it is a sign. */
static bool no_work(const struct pagemap_pressure *session,
		    const struct pressure_sample *from,
		    const struct pressure_rates *rates)
{
	double seconds = (double)sample_age(from, &session->now) / 1e9;

	return from->progress == session->now.progress &&
	       rates->progress_per_s >= 0 &&
	       session->baseline.progress_per_s * seconds > STALL_EXPECTED;
}

/* Whoever still refaults may move, if slowly: the whole window tells. */
bool probe_is_stalled(const struct pagemap_pressure *session)
{
	const struct pressure_sample *from = session->windows ?
					     &session->window : &session->begin;
	struct pressure_rates rates = rates_between(from, &session->now);

	if (killed(session) || paused(session))
		return true;
	if (sample_age(from, &session->now) < STALL_NS)
		return false;
	if (rates.progress_per_s < 0 || session->baseline.progress_per_s < 0)
		return rates.stall_ratio > STALL_RATIO;
	return rates.refaults_per_s <= refaults_allowed(session) &&
	       no_work(session, from, &rates);
}

bool probe_is_over(const struct pagemap_pressure *session)
{
	uint64_t usage = sample_figure(&session->now, PAGEMAP_CGROUP_USAGE);

	return sample_age(&session->begin, &session->now) >= STALL_NS &&
	       usage > session->limit + session->limit / 20 + OVER_SLACK;
}

static double refaults_of(const struct pressure_sample *from,
			  const struct pressure_sample *to)
{
	return rates_between(from, to).refaults_per_s;
}

/* Many refaults, by far and steadily, and enough work to tell its rate. */
static bool is_clear(const struct pagemap_pressure *session)
{
	double first = refaults_of(&session->window, &session->part);
	double second = refaults_of(&session->part, &session->now);

	return second > refaults_allowed(session) * CLEAR_FACTOR &&
	       second > first * STEADY_SHARE &&
	       (session->baseline.progress_per_s < 0 ||
		session->now.progress - session->window.progress > CLEAR_WORK);
}

/* What the limit pushed out is still coming back, less and less. */
static bool is_falling(const struct pagemap_pressure *session)
{
	double first = refaults_of(&session->window, &session->part);
	double second = refaults_of(&session->part, &session->now);

	return first + second > refaults_allowed(session) * 2 &&
	       second < first * FALLING_SHARE;
}

static void begin_window(struct pagemap_pressure *session)
{
	session->window = session->now;
	session->has_part = false;
	session->windows++;
}

bool probe_is_measured(struct pagemap_pressure *session)
{
	const uint64_t wanted = session->opts.probe_ns;
	struct pressure_rates rates;
	uint64_t age;

	if (!session->windows) {
		if (sample_age(&session->begin, &session->now) >=
		    session->opts.probe_settle_ns)
			begin_window(session);
		return false;
	}
	age = sample_age(&session->window, &session->now);
	if (!session->has_part && age >= wanted / 4) {
		session->part = session->now;
		session->has_part = true;
	}
	if (age < wanted)
		return age >= wanted / 2 && is_clear(session);
	/* A piece of work may just take long now. */
	rates = rates_between(&session->window, &session->now);
	if (age < WINDOWS_MAX * wanted &&
	    no_work(session, &session->window, &rates))
		return false;
	if (session->windows >= WINDOWS_MAX || !is_falling(session))
		return true;
	begin_window(session);
	return false;
}

/*
 * A process that stands still has no refaults either.  Where its work is not
 * known, it is told by a larger limit that gave some.
 */
static bool stands_still(const struct pagemap_pressure *session,
			 const struct pagemap_pressure_probe *probe)
{
	const struct pressure_search *search =
		&session->searches[PAGEMAP_PRESSURE_BY_REFAULTS];

	return probe->progress_ratio < 0 && probe->limit_bytes < search->bad &&
	       probe->refaults_per_s <= refaults_allowed(session);
}

/*
 * Without refaults it is not the limit that slows it: the machine is busy with
 * something else.
 */
static void grade(const struct pagemap_pressure *session,
		  struct pagemap_pressure_probe *probe)
{
	probe->runs = !probe->stalled && !probe->refused;
	probe->refaults_good = probe->runs && probe->refaults_per_s >= 0 &&
			       probe->refaults_per_s <=
			       refaults_allowed(session);
	probe->progress_good = probe->runs &&
		(probe->refaults_good || probe->progress_ratio * 1000 >=
		 session->opts.progress_permille);
}

void probe_judge(const struct pagemap_pressure *session,
		 struct pagemap_pressure_probe *probe)
{
	const struct pressure_sample *from = session->windows ?
					     &session->window : &session->begin;
	struct pressure_rates rates = rates_between(from, &session->now);

	probe->usage_bytes = sample_figure(&session->now, PAGEMAP_CGROUP_USAGE);
	probe->duration_ns = sample_age(from, &session->now);
	probe->refaults_per_s = rates.refaults_per_s;
	probe->stall_ratio = rates.stall_ratio;
	probe->progress_ratio = -1;
	if (rates.progress_per_s >= 0 && session->baseline.progress_per_s > 0)
		probe->progress_ratio = rates.progress_per_s /
					session->baseline.progress_per_s;
	if (stands_still(session, probe) || no_work(session, from, &rates))
		probe->stalled = true;
	grade(session, probe);
}

bool probe_is_good(const struct pagemap_pressure_probe *probe,
		   enum pagemap_pressure_figure figure)
{
	switch (figure) {
	case PAGEMAP_PRESSURE_BY_REFAULTS:
		return probe->refaults_good;
	case PAGEMAP_PRESSURE_BY_PROGRESS:
		return probe->progress_good;
	default:
		return probe->runs;
	}
}
