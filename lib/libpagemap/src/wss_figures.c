/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From what was told of a mapping to figures: see wss_figures.h.  Bounds are
 * strict, whatever the target did meanwhile; the best guess lies between.
 */
#include "wss_figures.h"

/* smaps cuts PSS of a mapping to whole KiB. */
#define PSS_CUT_BYTES 1023

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t less_down_to_0(uint64_t from, uint64_t bytes)
{
	return from > bytes ? from - bytes : 0;
}

static uint64_t add_up_to_max(uint64_t a, uint64_t b)
{
	uint64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

struct pagemap_value wss_value_exact(uint64_t bytes)
{
	return (struct pagemap_value){ .value = bytes, .low = bytes,
				       .high = bytes };
}

struct pagemap_value wss_value_unknown(enum pagemap_reason reason)
{
	return (struct pagemap_value){ .quality = PAGEMAP_UNAVAILABLE,
				       .reason = reason };
}

struct pagemap_value wss_value_between(uint64_t low, uint64_t bytes, uint64_t high,
				   enum pagemap_reason reason)
{
	if (low >= high)
		return wss_value_exact(low);
	return (struct pagemap_value){
		.value = most(low, least(bytes, high)), .low = low,
		.high = high, .quality = PAGEMAP_BOUNDED, .reason = reason,
	};
}

static bool is_known(const struct pagemap_value *value)
{
	return value->quality != PAGEMAP_UNAVAILABLE;
}

static void estimate(struct pagemap_value *value, enum pagemap_reason reason)
{
	if (!is_known(value) || value->quality == PAGEMAP_ESTIMATED)
		return;
	value->quality = PAGEMAP_ESTIMATED;
	value->reason = reason;
}

/* No part of the resident size can be more. */
static struct pagemap_value within(struct pagemap_value value,
				   uint64_t rss_bytes)
{
	value.low = least(value.low, rss_bytes);
	value.value = least(value.value, rss_bytes);
	value.high = least(value.high, rss_bytes);
	return value;
}

/* ---- One mapping ------------------------------------------------------- */

static bool pages_tell_access(const struct wss_told *told)
{
	return told->pages.access_told != 0;
}

/* Pages known to be so, and perhaps those of which it is not told. */
static struct pagemap_value of_pages(const struct wss_told *told,
				     uint64_t pages, uint64_t pages_told)
{
	uint64_t bytes = pages * told->page_bytes;
	uint64_t untold = told->pages.resident - pages_told;

	return wss_value_between(bytes, bytes, bytes + untold * told->page_bytes,
			     PAGEMAP_REASON_NO_FEATURE);
}

static struct pagemap_value referenced(const struct wss_told *told,
				       uint64_t rss_bytes)
{
	if (pages_tell_access(told))
		return of_pages(told, told->pages.accessed,
				told->pages.access_told);
	return told->by_mapping ? within(told->referenced, rss_bytes) :
				  wss_value_unknown(PAGEMAP_REASON_NO_FEATURE);
}

static struct pagemap_value written(const struct wss_told *told,
				    uint64_t rss_bytes)
{
	const struct page_counts *pages = &told->pages;
	uint64_t untold = pages->resident - pages->write_told;
	uint64_t bytes = pages->written * told->page_bytes;
	uint64_t maybe = pages->maybe_written * told->page_bytes;

	if (!pages->write_told)
		return wss_value_unknown(PAGEMAP_REASON_NO_FEATURE);
	return within(wss_value_between(bytes, bytes + maybe,
				    bytes + maybe + untold * told->page_bytes,
				    maybe ? PAGEMAP_REASON_DIRTY_BEFORE :
					    PAGEMAP_REASON_NO_FEATURE),
		      rss_bytes);
}

/*
 * By mapping it is not known whether an interval's pages are those of another.
 * All that was used in any of them is at most their sum; of what was used in
 * this one all is resident, of what was used before perhaps no more.
 */
static struct pagemap_value cold_by_mapping(const struct wss_told *told,
					    const struct pagemap_value *used,
					    uint64_t rss_bytes)
{
	uint64_t sum = 0, greatest = 0;

	if (told->history) {
		sum = told->history->used_sum;
		greatest = told->history->used_most;
	}
	return wss_value_between(
		less_down_to_0(rss_bytes, add_up_to_max(sum, used->high)),
		less_down_to_0(rss_bytes, most(greatest, used->value)),
		less_down_to_0(rss_bytes, used->low),
		is_known(used) && used->quality != PAGEMAP_EXACT ?
			used->reason : PAGEMAP_REASON_SUMMED);
}

static struct pagemap_value cold(const struct wss_told *told,
				 const struct pagemap_value *used,
				 uint64_t rss_bytes)
{
	if (pages_tell_access(told))
		return of_pages(told, told->pages.cold,
				told->pages.access_told);
	return is_known(used) ? cold_by_mapping(told, used, rss_bytes) :
				wss_value_unknown(PAGEMAP_REASON_NO_FEATURE);
}

/*
 * A page that was not used has at most its whole size of the PSS, and one that
 * was used no more than that: between these the mapping's ratio is a guess.
 */
static struct pagemap_value share(const struct wss_told *told,
				  const struct pagemap_value *used)
{
	uint64_t rss_bytes = told->rss_bytes;
	uint64_t pss_bytes = least(told->pss_bytes, rss_bytes);
	struct pagemap_value value;
	uint64_t low, high;
	double ratio;

	/* Nothing is shared: as it is. */
	if (!is_known(used) || (pss_bytes == rss_bytes && !told->averaged))
		return *used;
	ratio = rss_bytes ? (double)pss_bytes / (double)rss_bytes : 1;
	low = less_down_to_0(pss_bytes, less_down_to_0(rss_bytes, used->low));
	high = least(used->high, add_up_to_max(pss_bytes, PSS_CUT_BYTES));
	value = wss_value_between(low, (uint64_t)((double)used->value * ratio),
				  high, used->quality == PAGEMAP_EXACT ?
				  PAGEMAP_REASON_APPORTIONED : used->reason);
	if (told->averaged)
		estimate(&value, PAGEMAP_REASON_AVERAGED);
	return value;
}

static struct pagemap_value touched(const struct wss_told *told,
				    unsigned int number)
{
	if (told->samples < UINT64_C(1) << number)
		return wss_value_unknown(PAGEMAP_REASON_TOO_SHORT);
	if (!pages_tell_access(told))
		return wss_value_unknown(PAGEMAP_REASON_NO_FEATURE);
	return of_pages(told, told->pages.within[number],
			told->pages.access_told);
}

static struct pagemap_value *as_array(struct pagemap_wss_figures *figures)
{
	_Static_assert(sizeof(*figures) ==
			       WSS_FIGURES * sizeof(struct pagemap_value),
		       "figures are values and nothing else");
	return (struct pagemap_value *)figures;
}

void wss_figures_unknown(enum pagemap_reason reason,
			 struct pagemap_wss_figures *ret_figures)
{
	for (size_t i = 0; i < WSS_FIGURES; i++)
		as_array(ret_figures)[i] = wss_value_unknown(reason);
}

static void nothing_resident(const struct wss_told *told,
			     struct pagemap_wss_figures *figures)
{
	for (size_t i = 0; i < WSS_FIGURES; i++)
		as_array(figures)[i] = wss_value_exact(0);
	for (unsigned int k = 1; k < PAGEMAP_WSS_AGES; k++)
		if (told->samples < UINT64_C(1) << k)
			figures->touched_within[k] =
				wss_value_unknown(PAGEMAP_REASON_TOO_SHORT);
}

void wss_figures_make(const struct wss_told *told,
		      struct pagemap_wss_figures *ret_figures)
{
	uint64_t rss_bytes = pages_tell_access(told) ?
		told->pages.resident * told->page_bytes : told->rss_bytes;
	struct pagemap_wss_figures figures;
	unsigned int k;

	if (told->uncounted) {
		wss_figures_unknown(PAGEMAP_REASON_NO_FEATURE, ret_figures);
		ret_figures->rss = wss_value_exact(0);
		return;
	}
	if (!rss_bytes) {
		nothing_resident(told, ret_figures);
		return;
	}
	figures.rss = wss_value_exact(rss_bytes);
	figures.referenced = referenced(told, rss_bytes);
	figures.written = written(told, rss_bytes);
	figures.cold = cold(told, &figures.referenced, rss_bytes);
	figures.referenced_share = share(told, &figures.referenced);
	figures.touched_within[0] = figures.referenced;
	for (k = 1; k < PAGEMAP_WSS_AGES; k++)
		figures.touched_within[k] = touched(told, k);
	for (size_t i = 0; told->changed && i < WSS_FIGURES; i++)
		estimate(&as_array(&figures)[i], PAGEMAP_REASON_CHANGED);
	*ret_figures = figures;
}

/* ---- Sums -------------------------------------------------------------- */

static void value_add(struct pagemap_value *sum,
		      const struct pagemap_value *more)
{
	sum->value = add_up_to_max(sum->value, more->value);
	sum->low = add_up_to_max(sum->low, more->low);
	sum->high = add_up_to_max(sum->high, more->high);
	if (more->quality > sum->quality) {
		sum->quality = more->quality;
		sum->reason = more->reason;
	}
}

void wss_sum_add(struct wss_sum *sum, const struct pagemap_wss_figures *more)
{
	const struct pagemap_value *values = (const void *)more;

	for (size_t i = 0; i < WSS_FIGURES; i++) {
		if (is_known(&values[i])) {
			value_add(&sum->of[i].sum, &values[i]);
			sum->of[i].known |= more->rss.value != 0;
			continue;
		}
		sum->of[i].missing_bytes += more->rss.value;
		if (more->rss.value || !sum->of[i].missing_reason)
			sum->of[i].missing_reason = values[i].reason;
	}
}

void wss_sum_finish(const struct wss_sum *sum,
		    struct pagemap_wss_figures *ret_figures)
{
	struct pagemap_value *figures = as_array(ret_figures);

	for (size_t i = 0; i < WSS_FIGURES; i++) {
		uint64_t missing = sum->of[i].missing_bytes;

		figures[i] = sum->of[i].sum;
		if (missing && !sum->of[i].known) {
			figures[i] = wss_value_unknown(sum->of[i].missing_reason);
		} else if (missing) {
			struct pagemap_value rest = {
				.high = missing,
				.quality = PAGEMAP_BOUNDED,
				.reason = sum->of[i].missing_reason,
			};

			value_add(&figures[i], &rest);
		}
	}
}

/* ---- From interval to interval ----------------------------------------- */

struct wss_history wss_history_next(const struct wss_history *history,
				    uint64_t start_vaddr, uint64_t end_vaddr,
				    const struct pagemap_value *used)
{
	struct wss_history next = {
		.start_vaddr = start_vaddr,
		.end_vaddr = end_vaddr,
		.used_sum = is_known(used) ? used->high : UINT64_MAX,
		.used_most = used->low,
	};

	if (history) {
		next.used_sum = add_up_to_max(next.used_sum, history->used_sum);
		next.used_most = most(next.used_most, history->used_most);
	}
	return next;
}
