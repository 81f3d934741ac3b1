/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A session of copies: steps with more and more of them, and what a line
 * through the steps says each costs.  Where a figure of a step comes from, the
 * cgroup's books or the processes, is decided here.  Pure.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "sizing.h"

#define UNKNOWN INT64_MIN

/* Bytes of each figure; a cgroup that shrank is below 0. */
struct step {
	unsigned int count;
	int64_t figures[PAGEMAP_COPIES_FIGURE_COUNT];
};

struct pagemap_copies {
	struct pagemap_cgroup_books empty;
	bool has_empty;
	bool without_books;		/* a step had none */
	struct step *steps;
	size_t step_count;
	int64_t warm_bytes;		/* of the last step */
};

const char *pagemap_copies_figure_name(enum pagemap_copies_figure figure)
{
	static const char *const names[PAGEMAP_COPIES_FIGURE_COUNT] = {
		[PAGEMAP_COPIES_ANON] = "anon",
		[PAGEMAP_COPIES_FILE] = "file",
		[PAGEMAP_COPIES_SHMEM] = "shmem",
		[PAGEMAP_COPIES_PAGE_TABLES] = "page_tables",
		[PAGEMAP_COPIES_KERNEL_STACKS] = "kernel_stacks",
		[PAGEMAP_COPIES_KERNEL_OTHER] = "kernel_other",
		[PAGEMAP_COPIES_SWAP] = "swap",
		[PAGEMAP_COPIES_KERNEL] = "kernel",
		[PAGEMAP_COPIES_KEPT] = "kept",
		[PAGEMAP_COPIES_ALL] = "all",
		[PAGEMAP_COPIES_FILE_CHARGED] = "file_charged",
		[PAGEMAP_COPIES_CHARGED] = "charged",
		[PAGEMAP_COPIES_USAGE] = "usage",
	};

	return (unsigned int)figure < PAGEMAP_COPIES_FIGURE_COUNT ?
	       names[figure] : NULL;
}

/* ---- Steps ------------------------------------------------------------- */

int pagemap_copies_begin(const struct pagemap_cgroup_books *empty,
			 struct pagemap_copies **ret_copies)
{
	struct pagemap_copies *copies = calloc(1, sizeof(*copies));

	if (!copies)
		return -ENOMEM;
	copies->warm_bytes = UNKNOWN;
	if (empty) {
		copies->empty = *empty;
		copies->has_empty = true;
	}
	*ret_copies = copies;
	return 0;
}

/* What the cgroup has more than when it was empty. */
static int64_t more(const struct pagemap_copies *copies,
		    const struct pagemap_cgroup_books *books,
		    enum pagemap_cgroup_figure figure)
{
	uint64_t now, before = 0;

	if (!books || books->value[figure] == PAGEMAP_CGROUP_UNKNOWN)
		return UNKNOWN;
	now = books->value[figure];
	if (copies->has_empty &&
	    copies->empty.value[figure] != PAGEMAP_CGROUP_UNKNOWN)
		before = copies->empty.value[figure];
	return (int64_t)now - (int64_t)before;
}

static int64_t known(uint64_t bytes)
{
	return bytes == PAGEMAP_COPIES_UNKNOWN ? UNKNOWN : (int64_t)bytes;
}

static int64_t either(int64_t first, int64_t second)
{
	return first != UNKNOWN ? first : second;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t sum(int64_t a, int64_t b)
{
	return a == UNKNOWN || b == UNKNOWN ? UNKNOWN : a + b;
}

static int64_t difference(int64_t a, int64_t b)
{
	return a == UNKNOWN || b == UNKNOWN ? UNKNOWN : a - b;
}

/*
 * What is charged and mapped by nobody: files that are read.  The cgroup's
 * mapped files are page cache and shmem in one figure.
 */
static int64_t unmapped(int64_t charged_file, int64_t charged_shmem,
			int64_t charged_mapped, int64_t mapped_shmem)
{
	int64_t shmem = charged_shmem;
	int64_t bytes;

	if (shmem != UNKNOWN && mapped_shmem != UNKNOWN && shmem > mapped_shmem)
		shmem = mapped_shmem;
	bytes = difference(sum(charged_file, shmem), charged_mapped);
	return bytes == UNKNOWN ? 0 : larger(bytes, 0);
}

static void set_kernel(struct step *step)
{
	int64_t *figures = step->figures;
	int64_t told = sum(figures[PAGEMAP_COPIES_PAGE_TABLES],
			   figures[PAGEMAP_COPIES_KERNEL_STACKS]);

	figures[PAGEMAP_COPIES_KERNEL_OTHER] =
		difference(figures[PAGEMAP_COPIES_KERNEL], told);
	figures[PAGEMAP_COPIES_KERNEL] =
		either(figures[PAGEMAP_COPIES_KERNEL], told);
	figures[PAGEMAP_COPIES_KEPT] =
		sum(sum(figures[PAGEMAP_COPIES_ANON],
			figures[PAGEMAP_COPIES_SHMEM]),
		    figures[PAGEMAP_COPIES_KERNEL]);
	figures[PAGEMAP_COPIES_ALL] = sum(figures[PAGEMAP_COPIES_KEPT],
					  figures[PAGEMAP_COPIES_FILE]);
	figures[PAGEMAP_COPIES_CHARGED] =
		sum(figures[PAGEMAP_COPIES_KEPT],
		    figures[PAGEMAP_COPIES_FILE_CHARGED]);
}

static void set_figures(struct pagemap_copies *copies,
			const struct pagemap_cgroup_books *books,
			const struct pagemap_copies_census *census,
			struct step *step)
{
	static const struct pagemap_copies_census none = {
		UINT64_MAX, UINT64_MAX, UINT64_MAX,
		UINT64_MAX, UINT64_MAX, UINT64_MAX,
	};
	int64_t *figures = step->figures;
	int64_t file = more(copies, books, PAGEMAP_CGROUP_FILE);
	int64_t shmem = more(copies, books, PAGEMAP_CGROUP_SHMEM);
	int64_t mapped = more(copies, books, PAGEMAP_CGROUP_MAPPED_FILE);
	int64_t mapped_file, mapped_shmem;

	if (!census)
		census = &none;
	mapped_file = known(census->file_bytes);
	mapped_shmem = known(census->shmem_bytes);
	figures[PAGEMAP_COPIES_ANON] =
		either(known(census->anon_bytes),
		       more(copies, books, PAGEMAP_CGROUP_ANON));
	figures[PAGEMAP_COPIES_FILE] = mapped_file == UNKNOWN ? file :
		mapped_file + unmapped(file, shmem, mapped, mapped_shmem);
	figures[PAGEMAP_COPIES_SHMEM] = larger(shmem, mapped_shmem);
	figures[PAGEMAP_COPIES_PAGE_TABLES] =
		either(more(copies, books, PAGEMAP_CGROUP_PAGE_TABLES),
		       known(census->page_table_bytes));
	figures[PAGEMAP_COPIES_KERNEL_STACKS] =
		either(more(copies, books, PAGEMAP_CGROUP_KERNEL_STACKS),
		       known(census->stack_bytes));
	figures[PAGEMAP_COPIES_SWAP] =
		either(known(census->swap_bytes),
		       more(copies, books, PAGEMAP_CGROUP_SWAP));
	figures[PAGEMAP_COPIES_KERNEL] =
		more(copies, books, PAGEMAP_CGROUP_KERNEL);
	figures[PAGEMAP_COPIES_FILE_CHARGED] = file;
	figures[PAGEMAP_COPIES_USAGE] =
		more(copies, books, PAGEMAP_CGROUP_USAGE);
	set_kernel(step);
	copies->warm_bytes = difference(sum(mapped_file, mapped_shmem), mapped);
}

int pagemap_copies_sample(struct pagemap_copies *copies, unsigned int count,
			  const struct pagemap_cgroup_books *books,
			  const struct pagemap_copies_census *census)
{
	struct step *steps;

	if (!count || (!books && !census))
		return -EINVAL;
	steps = reallocarray(copies->steps, copies->step_count + 1,
			     sizeof(*steps));
	if (!steps)
		return -ENOMEM;
	copies->steps = steps;
	steps[copies->step_count].count = count;
	set_figures(copies, books, census, &steps[copies->step_count]);
	copies->without_books |= !books;
	copies->step_count++;
	return 0;
}

size_t pagemap_copies_step_count(const struct pagemap_copies *copies)
{
	return copies->step_count;
}

int pagemap_copies_step_at(const struct pagemap_copies *copies, size_t index,
			   enum pagemap_copies_figure figure,
			   unsigned int *ret_count, uint64_t *ret_bytes)
{
	int64_t bytes;

	if ((unsigned int)figure >= PAGEMAP_COPIES_FIGURE_COUNT)
		return -EINVAL;
	if (index >= copies->step_count)
		return -ENOENT;
	bytes = copies->steps[index].figures[figure];
	*ret_count = copies->steps[index].count;
	*ret_bytes = bytes == UNKNOWN ? PAGEMAP_COPIES_UNKNOWN :
		     bytes < 0 ? 0 : (uint64_t)bytes;
	return 0;
}

void pagemap_copies_end(struct pagemap_copies *copies)
{
	if (!copies)
		return;
	free(copies->steps);
	free(copies);
}

/* ---- What they cost ---------------------------------------------------- */

uint64_t sizing_bytes(double bytes)
{
	if (!(bytes > 0))
		return 0;
	return bytes < 0x1p64 ? (uint64_t)bytes : UINT64_MAX;
}

struct pagemap_value sizing_value(double value, double error,
				  enum pagemap_reason reason)
{
	/* To the nearest byte, as far as a double can tell bytes. */
	return (struct pagemap_value){
		.value = sizing_bytes(value + 0.5),
		.low = sizing_bytes(value - error),
		.high = isfinite(error) ? sizing_bytes(value + error + 0.5) :
					  UINT64_MAX,
		.quality = PAGEMAP_ESTIMATED,
		.reason = reason,
	};
}

struct pagemap_value sizing_unknown(enum pagemap_reason reason)
{
	return (struct pagemap_value){
		.quality = PAGEMAP_UNAVAILABLE,
		.reason = reason,
	};
}

static bool has_two_counts(const struct pagemap_copies *copies)
{
	size_t i;

	for (i = 1; i < copies->step_count; i++)
		if (copies->steps[i].count != copies->steps[0].count)
			return true;
	return false;
}

/* False: a step does not know it. */
static bool take_points(const struct pagemap_copies *copies,
			enum pagemap_copies_figure figure, double *x,
			double *y)
{
	size_t i;

	for (i = 0; i < copies->step_count; i++) {
		if (copies->steps[i].figures[figure] == UNKNOWN)
			return false;
		x[i] = copies->steps[i].count;
		y[i] = (double)copies->steps[i].figures[figure];
	}
	return true;
}

int pagemap_copies_cost(const struct pagemap_copies *copies,
			enum pagemap_copies_figure figure,
			struct pagemap_cost *ret_cost)
{
	enum pagemap_reason reason = copies->without_books ?
		PAGEMAP_REASON_SUMMED : PAGEMAP_REASON_FITTED;
	struct pagemap_cost cost = { .line = { 0 } };
	double *points;
	int err = 0;

	if ((unsigned int)figure >= PAGEMAP_COPIES_FIGURE_COUNT)
		return -EINVAL;
	if (!has_two_counts(copies))
		return -ENODATA;
	points = calloc(copies->step_count, 2 * sizeof(*points));
	if (!points)
		return -ENOMEM;
	if (!take_points(copies, figure, points, points + copies->step_count)) {
		cost.fixed = cost.each =
			sizing_unknown(PAGEMAP_REASON_NO_FEATURE);
	} else {
		err = pagemap_line_fit(points, points + copies->step_count,
				       copies->step_count, &cost.line);
		cost.fixed = sizing_value(cost.line.intercept,
					  cost.line.intercept_error, reason);
		cost.each = sizing_value(cost.line.slope,
					 cost.line.slope_error, reason);
	}
	free(points);
	if (!err)
		*ret_cost = cost;
	return err;
}

struct pagemap_value pagemap_copies_warm(const struct pagemap_copies *copies)
{
	if (copies->warm_bytes == UNKNOWN)
		return sizing_unknown(PAGEMAP_REASON_NO_FEATURE);
	return sizing_value((double)copies->warm_bytes, 0,
			    PAGEMAP_REASON_TOLD);
}
