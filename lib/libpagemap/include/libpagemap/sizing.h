/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libpagemap, continued: what one more copy of a program costs, and how many
 * fit: lines through measured steps, when copies have come to rest, and what
 * follows for a budget.  Part of <libpagemap/pagemap.h>, which includes it and
 * whose conventions hold here; not to be included alone.  Starting copies is
 * the caller's matter.
 */
#ifndef LIBPAGEMAP_SIZING_H
#define LIBPAGEMAP_SIZING_H

#ifndef LIBPAGEMAP_PAGEMAP_H
#error "include <libpagemap/pagemap.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

/* ---- A line through measured points ------------------------------------ */

/** The straight line that is nearest to some points, by least squares. */
struct pagemap_line {
	size_t point_count;
	double slope;			/**< y for each x */
	double intercept;		/**< y at x = 0 */
	double slope_deviation;		/**< standard errors; infinite where two
					     points are all there are */
	double intercept_deviation;
	double slope_error;		/**< half widths of the intervals that
					     hold the truth in 95 of 100 cases
					     (Student); infinite as above */
	double intercept_error;
	double largest_residual;	/**< of a point from the line; >= 0 */
};

/**
 * Fits a line.  Errors: -EINVAL for less than two points, points that all have
 * the same x, or a number that is not finite.
 */
int pagemap_line_fit(const double *x, const double *y, size_t count,
		     struct pagemap_line *ret_line);

/* ---- When copies have come to rest ------------------------------------- */

/** What is known of it; made by pagemap_settling_init, fed with readings. */
struct pagemap_settling {
	uint64_t window_ns;		/**< at rest for so long */
	uint64_t begin_ns;		/**< since when it is */
	uint64_t last_ns;
	uint64_t low_bytes;		/**< anonymous memory since then */
	uint64_t high_bytes;
	uint64_t first_file_bytes;	/**< file cache then, and at last */
	uint64_t last_file_bytes;
	bool begun;
};

/** A detector; window_ns 0: a second. */
struct pagemap_settling pagemap_settling_init(uint64_t window_ns);

/**
 * Takes a reading.  True if the anonymous memory of the window that ends with
 * it lies within 1 % (or 16 KiB, if that is more).  Times of CLOCK_MONOTONIC;
 * one that goes back begins anew.
 */
bool pagemap_settling_feed(struct pagemap_settling *settling, uint64_t time_ns,
			   uint64_t anon_bytes, uint64_t file_bytes);

/**
 * How fast the file cache grew in that window, bytes a second; 0 where it
 * shrank.  It may grow long after the rest has settled.
 */
uint64_t pagemap_settling_file_growth(const struct pagemap_settling *settling);

/* ---- What the kernel keeps, and what there is -------------------------- */

/** What the kernel keeps for some processes beside their pages. */
struct pagemap_kernel_share {
	uint64_t process_count;		/**< that were read */
	uint64_t thread_count;
	struct pagemap_value page_tables; /**< VmPTE, and a page each for the
					     top level, which it leaves out */
	struct pagemap_value stacks;	/**< one of each thread, of the size
					     that all threads have by meminfo
					     and loadavg; 16 KiB, estimated,
					     where these tell none */
};

/**
 * Reads it; processes that have ended count nothing.  Errors: -ENOMEM; -ESRCH
 * if none of them could be read.
 */
int pagemap_kernel_share_of(struct pagemap_source *source, const pid_t *pids,
			    size_t count,
			    struct pagemap_kernel_share *ret_share);

/**
 * Memory that the machine could give to programs without swapping, by meminfo:
 * free, page cache without shmem, and half of the reclaimable slab.  Errors:
 * as reading meminfo; -ENODATA.
 */
int pagemap_source_available_bytes(struct pagemap_source *source,
				   uint64_t *ret_bytes);

/* ---- Copies ------------------------------------------------------------ */

/** What copies of a program cost, part by part. */
enum pagemap_copies_figure {
	PAGEMAP_COPIES_ANON,		/**< anonymous, each page once */
	PAGEMAP_COPIES_FILE,		/**< page cache: what is mapped, each page
					     once whoever paid for it, and what
					     is charged and mapped by nobody */
	PAGEMAP_COPIES_SHMEM,		/**< shmem, mapped or charged */
	PAGEMAP_COPIES_PAGE_TABLES,
	PAGEMAP_COPIES_KERNEL_STACKS,
	PAGEMAP_COPIES_KERNEL_OTHER,	/**< slab and the rest of the kernel's;
					     not known without a cgroup */
	PAGEMAP_COPIES_SWAP,		/**< in swap, beside RAM */
	PAGEMAP_COPIES_KERNEL,		/**< the three of the kernel together */
	PAGEMAP_COPIES_KEPT,		/**< anonymous, shmem, kernel: cannot be
					     dropped where there is no swap */
	PAGEMAP_COPIES_ALL,		/**< that and the page cache */
	PAGEMAP_COPIES_FILE_CHARGED,	/**< page cache that the cgroup paid for */
	PAGEMAP_COPIES_CHARGED,		/**< KEPT and FILE_CHARGED: what the
					     usage is made of */
	PAGEMAP_COPIES_USAGE,		/**< usage of the cgroup, for comparison:
					     above the truth by up to 256 KiB a
					     CPU, charged in advance */
	PAGEMAP_COPIES_FIGURE_COUNT
};

/** "anon", "kernel_other" ...; static storage, NULL for an unknown figure. */
const char *pagemap_copies_figure_name(enum pagemap_copies_figure figure);

/** A figure of a sample that is not known. */
#define PAGEMAP_COPIES_UNKNOWN UINT64_MAX

/**
 * Sums over the processes of all copies, by snapshots; bytes, or
 * PAGEMAP_COPIES_UNKNOWN.
 */
struct pagemap_copies_census {
	uint64_t anon_bytes;		/**< each page once */
	uint64_t file_bytes;		/**< mapped page cache, each page once */
	uint64_t shmem_bytes;		/**< mapped shmem, each page once */
	uint64_t page_table_bytes;
	uint64_t stack_bytes;
	uint64_t swap_bytes;
};

/** Steps that were measured, each with more copies than the last. */
struct pagemap_copies;

/**
 * Begins.  empty: the books of the cgroup before the first copy, with what
 * starts them already inside; NULL: there is no cgroup, or nothing in it.
 * Errors: -ENOMEM.  Owner: the caller, who ends it.
 */
int pagemap_copies_begin(const struct pagemap_cgroup_books *empty,
			 struct pagemap_copies **ret_copies);

/**
 * Adds a step: so many copies, the books of their cgroup and the sums of their
 * processes; one of the two may be NULL.  For steps that are to be compared
 * both are given each time, or the same one.  Errors: -EINVAL for no copies or
 * neither, -ENOMEM.
 */
int pagemap_copies_sample(struct pagemap_copies *copies, unsigned int count,
			  const struct pagemap_cgroup_books *books,
			  const struct pagemap_copies_census *census);

/** How many steps there are. */
size_t pagemap_copies_step_count(const struct pagemap_copies *copies);

/**
 * A figure of a step, PAGEMAP_COPIES_UNKNOWN where it is not known; may be
 * below 0 where the cgroup shrank.  -ENOENT past the end; -EINVAL.
 */
int pagemap_copies_step_at(const struct pagemap_copies *copies, size_t index,
			   enum pagemap_copies_figure figure,
			   unsigned int *ret_count, uint64_t *ret_bytes);

/** What copies cost. */
struct pagemap_cost {
	struct pagemap_value fixed;	/**< of all copies together */
	struct pagemap_value each;	/**< of each further one */
	struct pagemap_line line;	/**< bytes over copies: may be below 0,
					     where the values above end at 0 */
};

/**
 * The cost by one figure, from a line through all steps.  low and high are its
 * 95 % interval (of two steps: 0 and UINT64_MAX); the quality is ESTIMATED by
 * PAGEMAP_REASON_FITTED, without a cgroup by PAGEMAP_REASON_SUMMED.  Where a
 * step does not know the figure, both are UNAVAILABLE and the line has no
 * points.  Errors: -EINVAL; -ENODATA for less than two different numbers of
 * copies.
 */
int pagemap_copies_cost(const struct pagemap_copies *copies,
			enum pagemap_copies_figure figure,
			struct pagemap_cost *ret_cost);

/**
 * What the copies map of files that were in memory before, paid for by others
 * (a warm start): the last step's mapped files less those that the cgroup was
 * charged for.  UNAVAILABLE without both books and census.
 */
struct pagemap_value pagemap_copies_warm(const struct pagemap_copies *copies);

/** Ends it and frees all of it.  NULL is fine. */
void pagemap_copies_end(struct pagemap_copies *copies);

/* ---- How many fit ------------------------------------------------------ */

/** What a cgroup charges in advance, and a budget must have left. */
#define PAGEMAP_CHARGE_BATCH_BYTES (UINT64_C(256) << 10)

/**
 * What is to fit.  Values that are UNAVAILABLE count as 0, but for the working
 * sets: without these nothing is said of thrashing.
 */
struct pagemap_fit_opts {
	size_t size;			/**< sizeof(struct pagemap_fit_opts) */
	uint64_t budget_bytes;
	struct pagemap_value beside;	/**< kept by others in the same budget */
	struct pagemap_value fixed;	/**< kept by all copies together, */
	struct pagemap_value each;	/**< and by each: PAGEMAP_COPIES_KEPT */
	struct pagemap_value file_floor; /**< page cache that is used so much
					     that even a lack of memory does
					     not drop it */
	struct pagemap_value shared_file; /**< working set of files: of all
					     together, the others' too, */
	struct pagemap_value private_file; /**< and of each copy */
};

/**
 * How many copies fit.  The values are numbers of copies: low with the highest
 * costs, high with the lowest (UINT64_MAX: no end).  UNAVAILABLE by
 * PAGEMAP_REASON_FREE where a further copy costs nothing that was seen.
 */
struct pagemap_fit {
	struct pagemap_value until_killed;	/**< before memory runs out */
	struct pagemap_value until_thrashing;	/**< before pages of files that
						     are in use go and come */
};

/**
 * Computes it:
 *
 *	until_killed    = (budget - batch - beside - fixed - floor) / each
 *	until_thrashing = (budget - batch - beside - fixed - shared file)
 *			  / (each + private file)
 *
 * and 0 where the budget does not even hold what is subtracted.  Pure.
 * Errors: -EINVAL for a wrong size.
 */
int pagemap_fit_copies(const struct pagemap_fit_opts *opts,
		       struct pagemap_fit *ret_fit);

/**
 * What is left of the budget beside what is measured already: the numerators
 * above, with so many copies of each cost.  Negative: that much is missing.
 */
struct pagemap_fit_left {
	int64_t until_killed_bytes;
	int64_t until_thrashing_bytes;		/**< by the likeliest working set */
	int64_t until_thrashing_low_bytes;	/**< by the largest */
	bool thrashing_known;
};

/** Computes it for a number of copies.  Pure.  -EINVAL for a wrong size. */
int pagemap_fit_left(const struct pagemap_fit_opts *opts, uint64_t copies,
		     struct pagemap_fit_left *ret_left);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* LIBPAGEMAP_SIZING_H */
