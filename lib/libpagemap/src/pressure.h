/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside of a pressure session.  What is squeezed stands behind a table of
 * operations, so that tests squeeze a simulated program in virtual time; the
 * time is that of the books.
 */
#ifndef PAGEMAP_PRESSURE_H
#define PAGEMAP_PRESSURE_H

#include <libpagemap/pagemap.h>

/* What a session does to its target.  0 or a negative errno each. */
struct pressure_ops {
	int (*read)(void *target, struct pagemap_cgroup_books *ret_books);
	/* Nobody is to be killed at a limit, until it is lifted. */
	int (*pause)(void *target);
	/* -EBUSY: it cannot be lowered so far, and is as it was. */
	int (*set_limit)(void *target, uint64_t bytes);
	int (*lift)(void *target);
	int (*reclaim)(void *target, uint64_t bytes);
};

/* pagemap_pressure_begin for any target. */
int pressure_begin_on(const struct pressure_ops *ops, void *target,
		      const struct pagemap_pressure_opts *opts,
		      struct pagemap_pressure **ret_session);

/* ---- A search: pressure_search.c ---------------------------------------- */

/* For the least limit that is good, between one that is bad and one that is. */
struct pressure_search {
	uint64_t bad;		/* the largest that was too little; 0: none */
	uint64_t good;		/* the least that was enough */
	uint64_t hint;		/* where it may be; 0: no idea */
	uint64_t low;		/* below is not looked while none was bad */
	uint64_t step;		/* away from the hint, the next time, */
	int way;		/* up or down; 0: not known yet */
	uint64_t last;		/* limit that was tried; 0: none */
	uint32_t probes;
	bool confirms;		/* once more: one good window may be luck */
	bool confirmed;		/* the least good was good twice */
	bool contradicted;	/* one was good below a bad one */
};

/* good: what is enough for certain; hint: 0 or a guess; low: see above. */
void search_begin(struct pressure_search *search, uint64_t good, uint64_t hint,
		  uint64_t low);

/*
 * What was learnt of a limit, whoever asked for it.  enough: a larger one that
 * is good.
 */
void search_learn(struct pressure_search *search, uint64_t limit, bool good,
		  uint64_t enough);

/* Whether its bounds are close enough, and whether that is all. */
bool search_is_near(const struct pressure_search *search,
		    const struct pagemap_pressure_opts *opts);
bool search_is_done(const struct pressure_search *search,
		    const struct pagemap_pressure_opts *opts);

/* The limit to try next. */
uint64_t search_next(struct pressure_search *search,
		     const struct pagemap_pressure_opts *opts);

/* ---- A measurement: pressure_rates.c ------------------------------------ */

/* Everything at one moment that a session looks at. */
struct pressure_sample {
	struct pagemap_cgroup_books books;
	uint64_t progress;	/* or PAGEMAP_PROGRESS_UNKNOWN */
	uint64_t refaults;	/* or PAGEMAP_CGROUP_UNKNOWN */
};

/* What happened from one to another; negative: not known. */
struct pressure_rates {
	double progress_per_s;
	double refaults_per_s;
	double stall_ratio;
};

struct pressure_rates rates_between(const struct pressure_sample *from,
				    const struct pressure_sample *to);

/* Nanoseconds from one to another. */
uint64_t sample_age(const struct pressure_sample *from,
		    const struct pressure_sample *to);

static inline uint64_t sample_figure(const struct pressure_sample *sample,
				     enum pagemap_cgroup_figure figure)
{
	uint64_t value = sample->books.value[figure];

	return value == PAGEMAP_CGROUP_UNKNOWN ? 0 : value;
}

/* ---- A session ---------------------------------------------------------- */

/* In reclaim_error. */
#define NOT_RECLAIMED 1

struct pagemap_pressure {
	const struct pressure_ops *ops;
	void *target;
	struct pagemap_pressure_opts opts;
	enum pagemap_pressure_phase phase;
	enum pagemap_pressure_outcome outcome;
	enum pagemap_pressure_figure figure;	/* that is searched for */
	uint64_t limit;			/* in force, or NO_LIMIT */
	uint64_t limited_ns;

	struct pressure_sample first;	/* of all */
	struct pressure_sample begin;	/* of the phase */
	struct pressure_sample flat;	/* anonymous memory is flat from here */
	struct pressure_sample window;	/* a limit is measured from here */
	struct pressure_sample part;	/* a first part of that is over */
	struct pressure_sample before;	/* the last step */
	struct pressure_sample now;
	unsigned int windows;		/* that were begun under this limit */
	bool has_part;

	struct pressure_sample rest;	/* at the end of the baseline */
	struct pressure_rates baseline;
	uint64_t enough;		/* bytes that it never needs more than */
	uint64_t anon_last;		/* at the last rest */
	bool settled;
	bool by_major_faults;
	int reclaim_error;		/* 0, a negative errno, or: */
	uint64_t gentle;		/* 0: not known */

	struct pressure_search searches[PAGEMAP_PRESSURE_FIGURE_COUNT];
	bool has_search[PAGEMAP_PRESSURE_FIGURE_COUNT];
	struct pagemap_pressure_probe *probes;
	size_t probe_count;
	size_t probe_capacity;
};

/* A search for a figure that knows all limits that were tried for others. */
void search_of_session(const struct pagemap_pressure *session,
		       enum pagemap_pressure_figure figure,
		       struct pressure_search *ret_search);

/* ---- What a limit does: pressure_verdict.c ------------------------------ */

/* Nothing moves, or somebody was killed: it has to be lifted at once. */
bool probe_is_stalled(const struct pagemap_pressure *session);

/* The cgroup does not get down to its limit, where none is refused. */
bool probe_is_over(const struct pagemap_pressure *session);

/* Whether enough was seen; may begin to measure anew. */
bool probe_is_measured(struct pagemap_pressure *session);

/* The verdict on what was measured. */
void probe_judge(const struct pagemap_pressure *session,
		 struct pagemap_pressure_probe *probe);

/* The verdict of a probe for one figure. */
bool probe_is_good(const struct pagemap_pressure_probe *probe,
		   enum pagemap_pressure_figure figure);

#endif
