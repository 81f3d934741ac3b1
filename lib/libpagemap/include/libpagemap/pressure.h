/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libpagemap, continued: how little memory a memory cgroup can do with, found
 * by taking memory away from it.  A session is a state machine: it neither
 * waits nor starts anything, the caller steps it and sleeps in between.  Part
 * of <libpagemap/pagemap.h>, which includes it and whose conventions hold
 * here; not to be included alone.
 */
#ifndef LIBPAGEMAP_PRESSURE_H
#define LIBPAGEMAP_PRESSURE_H

#ifndef LIBPAGEMAP_PAGEMAP_H
#error "include <libpagemap/pagemap.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/** What is found, in this order: from what hurts least to what hurts most. */
enum pagemap_pressure_figure {
	PAGEMAP_PRESSURE_GENTLE,	/**< what is in use again within return_ns
					     after all that can be was reclaimed,
					     without any limit */
	PAGEMAP_PRESSURE_BY_REFAULTS,	/**< the least limit with almost no
					     refaults: the working set */
	PAGEMAP_PRESSURE_BY_PROGRESS,	/**< the least limit at which work goes
					     on at progress_permille of its rate:
					     depends on the speed of the disk */
	PAGEMAP_PRESSURE_FLOOR,		/**< the least limit under which it moves
					     at all */
	PAGEMAP_PRESSURE_FIGURE_COUNT
};

/** Short name, "by_refaults"; NULL for an unknown figure. */
const char *pagemap_pressure_figure_name(enum pagemap_pressure_figure figure);

/** One line for people, without a full stop; static storage. */
const char *
pagemap_pressure_figure_describe(enum pagemap_pressure_figure figure);

/** What a session is doing. */
enum pagemap_pressure_phase {
	PAGEMAP_PRESSURE_SETTLE,	/**< waits until anonymous memory is flat */
	PAGEMAP_PRESSURE_BASELINE,	/**< measures without a limit */
	PAGEMAP_PRESSURE_RETURN,	/**< reclaims, on the step after that which
					     tells of it, and sees what comes
					     back */
	PAGEMAP_PRESSURE_PROBE,		/**< a limit is set */
	PAGEMAP_PRESSURE_REST,		/**< it is lifted again */
	PAGEMAP_PRESSURE_DONE
};

/** "settle", "baseline" ...; NULL for an unknown phase. */
const char *pagemap_pressure_phase_name(enum pagemap_pressure_phase phase);

/** How a session ended. */
enum pagemap_pressure_outcome {
	PAGEMAP_PRESSURE_UNFINISHED,	/**< it goes on, or was ended early: the
					     figures are the bounds so far */
	PAGEMAP_PRESSURE_COMPLETE,
	PAGEMAP_PRESSURE_ENDED,		/**< the caller said that the work ended */
	PAGEMAP_PRESSURE_VANISHED,	/**< the cgroup is no more */
	PAGEMAP_PRESSURE_FAILED		/**< step said why */
};

/** In progress: the caller does not know how much work was done. */
#define PAGEMAP_PROGRESS_UNKNOWN UINT64_MAX

/** In progress: there is nothing more that could do work. */
#define PAGEMAP_PROGRESS_ENDED (UINT64_MAX - 1)

/** Room for figures in struct pagemap_pressure_result. */
#define PAGEMAP_PRESSURE_FIGURE_SLOTS 8

/** A session over one cgroup. */
struct pagemap_pressure;

/** Options of a session; zero in a field means its default. */
struct pagemap_pressure_opts {
	size_t size;			/**< sizeof(struct pagemap_pressure_opts) */
	uint64_t settle_ns;		/**< flat for so long; 1 s */
	uint64_t settle_max_ns;		/**< go on after that all the same; 30 s */
	uint64_t baseline_ns;		/**< 5 s */
	uint64_t return_ns;		/**< 4 s */
	uint64_t probe_settle_ns;	/**< under a limit, before measuring; 1 s */
	uint64_t probe_ns;		/**< measured under each limit; 2 s */
	uint64_t rest_ns;		/**< without a limit between two; 1 s */
	uint64_t tick_ns;		/**< the longest wait_ns; 100 ms */
	uint32_t progress_permille;	/**< of the baseline's rate; 900 */
	uint32_t refaults_per_s;	/**< above the baseline's rate; 10 */
	uint32_t tolerance_permille;	/**< a figure is found when its bounds
					     are so close; 10 */
	uint32_t probes_max;		/**< for each figure; 12 */
	uint32_t work_least;		/**< progress that must come while a limit
					     is measured, or its rate is not known
					     well enough; 8.  probe_ns grows for
					     that, three times at most */
	bool may_kill;			/**< at a limit of v1 that is too low the
					     kernel may kill, as it does else;
					     not set: processes wait there until
					     it is lifted.  For callers that
					     themselves wait for one of them */
};

/** Where a session stands. */
struct pagemap_pressure_state {
	enum pagemap_pressure_phase phase;
	enum pagemap_pressure_figure figure;	/**< that is searched for */
	uint64_t wait_ns;		/**< until the next step */
	uint64_t elapsed_ns;		/**< since it began */
	uint64_t limit_bytes;		/**< in force, or
					     PAGEMAP_CGROUP_NO_LIMIT */
	uint64_t usage_bytes;		/**< of the cgroup */
	size_t probe_count;		/**< finished so far */
};

/** What a limit did.  Rates and ratios: negative where not known. */
struct pagemap_pressure_probe {
	enum pagemap_pressure_figure figure;	/**< that was searched for */
	uint64_t limit_bytes;
	uint64_t usage_bytes;		/**< of the cgroup, at the end */
	uint64_t duration_ns;		/**< how long it was measured */
	double progress_ratio;		/**< rate of work over the baseline's */
	double refaults_per_s;		/**< pages */
	double stall_ratio;		/**< of time (PSI, some) */
	bool refused;			/**< it cannot be lowered so far */
	bool stalled;			/**< nothing moved: released at once */
	bool runs;			/**< it moves at all, */
	bool progress_good;		/**< fast enough, */
	bool refaults_good;		/**< and with almost no refaults */
};

/** What was found.  Bytes of the whole cgroup. */
struct pagemap_pressure_result {
	enum pagemap_pressure_outcome outcome;
	/** BOUNDED: between low, the largest limit that was too little, and
	    high == value, the least that was enough.  ESTIMATED with
	    PAGEMAP_REASON_CHANGED where the cgroup grew meanwhile, or limits
	    contradict each other.  UNAVAILABLE with NO_FEATURE or NOT_ASKED. */
	struct pagemap_value figures[PAGEMAP_PRESSURE_FIGURE_SLOTS];
	struct pagemap_value rest;	/**< usage at rest, and of it: */
	struct pagemap_value rest_anon;
	struct pagemap_value rest_file;	/**< page cache but shmem */
	struct pagemap_value rest_shmem;
	struct pagemap_value rest_kernel;
	double progress_per_s;		/**< at rest; negative: not known, or
					     less than work_least */
	double refaults_per_s;		/**< at rest; negative: not known */
	bool settled;			/**< anonymous memory was flat */
	bool grew;			/**< by more than 2 % while measured */
	bool by_major_faults;		/**< this kernel counts no refaults */
	size_t probe_count;
	uint64_t duration_ns;		/**< of all */
	uint64_t limited_ns;		/**< under a limit */
};

/**
 * Begins a session.  Nothing is done to the cgroup before a later step.  The
 * cgroup must outlive it.  opts may be NULL.  Errors: -EINVAL, -ENOMEM.
 * Owner: the caller, who ends it.
 */
int pagemap_pressure_begin(struct pagemap_cgroup *cgroup,
			   const struct pagemap_pressure_opts *opts,
			   struct pagemap_pressure **ret_session);

/**
 * Goes on, as far as that goes without waiting.  progress: work done so far,
 * in any unit, never falling, or one of PAGEMAP_PROGRESS_*.  Returns 1 if it
 * is to be called again after ret_state->wait_ns, 0 when it is done; then no
 * limit is left.  Errors end it and are those of the cgroup: -EACCES if its
 * limit cannot be set; also then no limit is left, unless it cannot be lifted.
 */
int pagemap_pressure_step(struct pagemap_pressure *session, uint64_t progress,
			  struct pagemap_pressure_state *ret_state);

/** What was found so far. */
void pagemap_pressure_result(const struct pagemap_pressure *session,
			     struct pagemap_pressure_result *ret_result);

/** The probe at an index, in the order of time.  -ENOENT past the end. */
int pagemap_pressure_probe_at(const struct pagemap_pressure *session,
			      size_t index,
			      struct pagemap_pressure_probe *ret_probe);

/**
 * Lifts the limit, if one is set, and frees the session.  Errors: why it
 * cannot be lifted; a cgroup that is no more has none.  NULL is fine.
 */
int pagemap_pressure_end(struct pagemap_pressure *session);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* LIBPAGEMAP_PRESSURE_H */
