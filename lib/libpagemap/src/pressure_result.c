/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a pressure session found, as values with their bounds: at any moment,
 * also in the middle of it.
 */
#include "pressure.h"

#include <errno.h>

/* More than that between both ends of a session, and it has grown. */
#define GREW_PERMILLE 20
#define GREW_BYTES (UINT64_C(256) << 10)

static const struct {
	const char *name;
	const char *describe;
} figures[PAGEMAP_PRESSURE_FIGURE_COUNT] = {
	[PAGEMAP_PRESSURE_GENTLE] = {
		"gentle", "in use again after all was reclaimed, no limit" },
	[PAGEMAP_PRESSURE_BY_REFAULTS] = {
		"by_refaults", "least memory with almost no refaults" },
	[PAGEMAP_PRESSURE_BY_PROGRESS] = {
		"by_progress", "least memory at almost full speed" },
	[PAGEMAP_PRESSURE_FLOOR] = {
		"floor", "least memory under which it moves at all" },
};

static const char *const phases[] = {
	[PAGEMAP_PRESSURE_SETTLE] = "settle",
	[PAGEMAP_PRESSURE_BASELINE] = "baseline",
	[PAGEMAP_PRESSURE_RETURN] = "return",
	[PAGEMAP_PRESSURE_PROBE] = "probe",
	[PAGEMAP_PRESSURE_REST] = "rest",
	[PAGEMAP_PRESSURE_DONE] = "done",
};

const char *pagemap_pressure_figure_name(enum pagemap_pressure_figure figure)
{
	return (unsigned int)figure < PAGEMAP_PRESSURE_FIGURE_COUNT ?
	       figures[figure].name : NULL;
}

const char *
pagemap_pressure_figure_describe(enum pagemap_pressure_figure figure)
{
	return (unsigned int)figure < PAGEMAP_PRESSURE_FIGURE_COUNT ?
	       figures[figure].describe : NULL;
}

const char *pagemap_pressure_phase_name(enum pagemap_pressure_phase phase)
{
	return (unsigned int)phase <= PAGEMAP_PRESSURE_DONE ? phases[phase] :
							     NULL;
}

static struct pagemap_value unavailable(enum pagemap_reason reason)
{
	return (struct pagemap_value){
		.quality = PAGEMAP_UNAVAILABLE,
		.reason = reason,
	};
}

static struct pagemap_value exactly(uint64_t bytes)
{
	return (struct pagemap_value){ bytes, bytes, bytes, PAGEMAP_EXACT,
				       PAGEMAP_REASON_NONE };
}

static struct pagemap_value figure_of_rest(const struct pagemap_pressure *session,
					   enum pagemap_cgroup_figure figure)
{
	if (!session->rest.books.time_ns)
		return unavailable(PAGEMAP_REASON_NOT_ASKED);
	if (session->rest.books.value[figure] == PAGEMAP_CGROUP_UNKNOWN)
		return unavailable(PAGEMAP_REASON_NO_FEATURE);
	return exactly(session->rest.books.value[figure]);
}

static struct pagemap_value gentle_value(const struct pagemap_pressure *session)
{
	struct pagemap_value value;

	if (!session->gentle)
		return unavailable(session->reclaim_error == -EACCES ?
				   PAGEMAP_REASON_DENIED :
				   session->reclaim_error == -ENOTSUP ?
				   PAGEMAP_REASON_NO_FEATURE :
				   PAGEMAP_REASON_NOT_ASKED);
	/* Some of it may have been needed later, or by chance then. */
	value = exactly(session->gentle);
	value.quality = PAGEMAP_ESTIMATED;
	value.reason = PAGEMAP_REASON_CHANGED;
	return value;
}

static bool has_grown(const struct pagemap_pressure *session)
{
	uint64_t before = sample_figure(&session->rest, PAGEMAP_CGROUP_ANON);
	uint64_t after = session->anon_last;

	return session->settled && after > before + GREW_BYTES &&
	       after - before > before / 1000 * GREW_PERMILLE;
}

/* Whether a figure can be found at all. */
static enum pagemap_reason missing(const struct pagemap_pressure *session,
				   enum pagemap_pressure_figure figure)
{
	if (!session->rest.books.time_ns)
		return PAGEMAP_REASON_NOT_ASKED;
	if (figure == PAGEMAP_PRESSURE_BY_PROGRESS &&
	    session->baseline.progress_per_s <= 0)
		return PAGEMAP_REASON_NOT_ASKED;
	if (figure == PAGEMAP_PRESSURE_BY_REFAULTS &&
	    session->baseline.refaults_per_s < 0)
		return PAGEMAP_REASON_NO_FEATURE;
	return PAGEMAP_REASON_NONE;
}

static struct pagemap_value found(const struct pagemap_pressure *session,
				  enum pagemap_pressure_figure figure)
{
	enum pagemap_reason reason = missing(session, figure);
	struct pagemap_value value = { .quality = PAGEMAP_BOUNDED };
	struct pressure_search search = session->searches[figure];

	if (reason)
		return unavailable(reason);
	if (!session->has_search[figure])
		search_of_session(session, figure, &search);
	value.low = search.bad;
	value.value = value.high = search.good;
	if (search.contradicted || has_grown(session)) {
		value.quality = PAGEMAP_ESTIMATED;
		value.reason = PAGEMAP_REASON_CHANGED;
	}
	return value;
}

void pagemap_pressure_result(const struct pagemap_pressure *session,
			     struct pagemap_pressure_result *ret_result)
{
	const bool has_rest = session->rest.books.time_ns;
	struct pagemap_pressure_result result = {
		.outcome = session->outcome,
		.rest = figure_of_rest(session, PAGEMAP_CGROUP_USAGE),
		.rest_anon = figure_of_rest(session, PAGEMAP_CGROUP_ANON),
		.rest_file = figure_of_rest(session, PAGEMAP_CGROUP_FILE),
		.rest_shmem = figure_of_rest(session, PAGEMAP_CGROUP_SHMEM),
		.rest_kernel = figure_of_rest(session, PAGEMAP_CGROUP_KERNEL),
		.progress_per_s = has_rest ? session->baseline.progress_per_s : -1,
		.refaults_per_s = has_rest ? session->baseline.refaults_per_s : -1,
		.settled = session->settled,
		.grew = has_rest && has_grown(session),
		.by_major_faults = session->by_major_faults,
		.probe_count = session->probe_count,
		.duration_ns = sample_age(&session->first, &session->now),
		.limited_ns = session->limited_ns,
	};
	int figure;

	result.figures[PAGEMAP_PRESSURE_GENTLE] = gentle_value(session);
	for (figure = PAGEMAP_PRESSURE_BY_REFAULTS;
	     figure < PAGEMAP_PRESSURE_FIGURE_COUNT; figure++)
		result.figures[figure] = found(session, figure);
	*ret_result = result;
}

int pagemap_pressure_probe_at(const struct pagemap_pressure *session,
			      size_t index,
			      struct pagemap_pressure_probe *ret_probe)
{
	if (index >= session->probe_count)
		return -ENOENT;
	*ret_probe = session->probes[index];
	return 0;
}
