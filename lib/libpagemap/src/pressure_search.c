/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The search for the least limit that is good.  Where there is a hint, steps
 * away from it that grow by four, until it is between two; then by halves of
 * the ratio, since what is sought may be anywhere from 1 to 100 %.
 */
#include "pressure.h"

/* Page counters are charged in batches: a limit is no sharper than this. */
#define LEAST_STEP (UINT64_C(64) << 10)

/* Bounds that lie so far apart are halved by their ratio. */
#define WIDE_RATIO 2

#define STEPS_GROW 4
#define CLOSE_PERMILLE 20

static uint64_t step_of(uint64_t bytes, uint32_t permille)
{
	uint64_t step = bytes / 1000 * permille;

	return step > LEAST_STEP ? step : LEAST_STEP;
}

void search_begin(struct pressure_search *search, uint64_t good, uint64_t hint,
		  uint64_t low)
{
	*search = (struct pressure_search){
		.good = good,
		.hint = hint < good ? hint : 0,
		.low = low,
	};
}

/* So near it is chance, not a contradiction. */
static bool is_close(uint64_t a, uint64_t b)
{
	return (a > b ? a - b : b - a) <= step_of(b, CLOSE_PERMILLE);
}

/*
 * Later knowledge wins: a target that grows makes bad what was good.  The
 * search then starts again towards the side that is open.
 */
void search_learn(struct pressure_search *search, uint64_t limit, bool good,
		  uint64_t enough)
{
	if (good) {
		if (limit <= search->good)
			search->confirmed = limit == search->good;
		if (limit < search->good)
			search->good = limit;
		if (search->bad < search->good)
			return;
		if (!is_close(search->bad, search->good))
			search->contradicted = true;
		search->bad = 0;
		return;
	}
	if (limit > search->bad)
		search->bad = limit;
	if (search->good > search->bad)
		return;
	if (!is_close(search->good, search->bad))
		search->contradicted = true;
	search->good = enough > limit ? enough : limit + step_of(limit, 100);
	search->confirmed = false;
}

bool search_is_near(const struct pressure_search *search,
		    const struct pagemap_pressure_opts *opts)
{
	return search->good - search->bad <=
	       step_of(search->good, opts->tolerance_permille);
}

bool search_is_done(const struct pressure_search *search,
		    const struct pagemap_pressure_opts *opts)
{
	return search->probes >= opts->probes_max ||
	       (search_is_near(search, opts) &&
		(search->confirmed || !search->confirms));
}

/* Up to the square root of a 64-bit number. */
static uint64_t square_root(uint64_t number)
{
	uint64_t root = 0, bit;

	for (bit = UINT64_C(1) << 31; bit; bit >>= 1)
		if ((root + bit) * (root + bit) <= number)
			root += bit;
	return root;
}

static uint64_t middle(const struct pressure_search *search,
		       const struct pagemap_pressure_opts *opts)
{
	uint64_t high = search->good, low = search->bad;
	uint64_t step = step_of(high, opts->tolerance_permille);

	if (!low && search->low > step && search->low < high) {
		/* Good down to it: a step below, once, and then anywhere. */
		if (high - search->low <= step)
			return search->low - step;
		low = search->low;
	}
	if (low < LEAST_STEP)
		low = LEAST_STEP;
	/* In KiB, so that the product fits up to 4 TiB. */
	if (high / low >= WIDE_RATIO && high >> 42 == 0)
		return square_root((low >> 10) * (high >> 10)) << 10;
	return low + (high - low) / 2;
}

/*
 * Beginning just above the hint: if that is good and the step below it bad,
 * two probes are all.  0: it is between two, or the step leads nowhere.
 */
static uint64_t beside_hint(struct pressure_search *search,
			    const struct pagemap_pressure_opts *opts)
{
	bool was_good = search->good <= search->last;
	uint64_t step = search->step;

	if (!search->last) {
		search->step = step_of(search->hint, opts->tolerance_permille);
		return search->hint + search->step / 2;
	}
	if (!search->way)
		search->way = was_good ? -1 : 1;
	else if (was_good != (search->way < 0))
		return 0;
	search->step *= STEPS_GROW;
	if (search->way > 0)
		return search->bad + step;
	return search->good > step ? search->good - step : 0;
}

uint64_t search_next(struct pressure_search *search,
		     const struct pagemap_pressure_opts *opts)
{
	uint64_t limit = search->hint ? beside_hint(search, opts) : 0;

	if (search_is_near(search, opts))
		limit = search->good;
	else if (limit <= search->bad || limit >= search->good ||
		 (!search->bad && limit < search->low &&
		  search->hint > search->low)) {
		search->hint = 0;
		limit = middle(search, opts);
	}
	search->probes++;
	search->last = limit;
	return limit;
}
