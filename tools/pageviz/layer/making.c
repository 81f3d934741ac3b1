/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What all layers have in common: adding classes, and what follows when all
 * pages are in one: sums, bytes with their quality, the order of the legend.
 */
#include "making.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

uint8_t making_add(struct making *making, const struct class_row *row)
{
	uint8_t number = (uint8_t)making->layer->class_count++;

	making->layer->classes[number] = (struct layer_class){
		.key = row->key,
		.name = row->name,
		.help = row->help,
		.swatch = row->swatch,
	};
	making->kinds[number] = row->kind;
	return number;
}

void making_add_all(struct making *making, const struct class_row *rows,
		    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		making_add(making, &rows[i]);
}

const char *making_text(struct making *making, const char *format, ...)
{
	const char *kept;
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	kept = strings_keep(making->texts, text, strlen(text));
	return kept ? kept : "";
}

/*
 * Room for the most that there can be: what is not used is hardly touched, and
 * given back at the end.  Huge pages, where the kernel gives them, spare the
 * faults that would take longer than all else.
 */
int making_room(struct making *making, size_t runs)
{
	const size_t huge = (size_t)2 << 20;
	size_t size = (runs + 1) * sizeof(*making->runs);

	if (size < huge) {
		making->runs = malloc(size);
	} else {
		size = (size + huge - 1) & ~(huge - 1);
		making->runs = aligned_alloc(huge, size);
		if (making->runs)
			madvise(making->runs, size, MADV_HUGEPAGE);
	}
	return making->runs ? 0 : -ENOMEM;
}

int making_collect(struct making *making, classify_fn classify,
		   const void *context)
{
	const struct stretch *stretches = making->picture->stretches;
	size_t i, count = making->picture->stretch_count;
	int err = making_room(making, count);

	if (err)
		return err;
	for (i = 0; i < count; i++)
		making_put(making, stretches[i].first_page,
			   stretches[i].page_count,
			   classify(making, context, &stretches[i]));
	return 0;
}

/* All that processes mapped was seen: the rest came after that, or is mapped by
 * something that is no process. */
void making_doubt_sharers(struct making *making)
{
	making->why = making->picture->why_sharers;
	making->complete = !*making->why && !making->moment->unreadable;
	if (making->complete)
		making->why = "mapped, but no process was seen that maps it";
}

/* ---- Bytes ------------------------------------------------------------- */

void making_set_bytes(struct making *making, uint8_t class_of,
		      const struct pagemap_value *bytes)
{
	making->layer->classes[class_of].bytes = *bytes;
	making->has_bytes[class_of] = true;
}

static void value_add(struct pagemap_value *sum,
		      const struct pagemap_value *value)
{
	sum->value += value->value;
	sum->low += value->low;
	sum->high += value->high;
	if (value->quality > sum->quality) {
		sum->quality = value->quality;
		sum->reason = value->reason;
	}
}

void making_set_metrics(struct making *making, uint8_t class_of,
			uint64_t metrics)
{
	struct pagemap_value value, sum = { .quality = PAGEMAP_EXACT };
	int metric;

	for (metric = 0; metric < PAGEMAP_METRIC_COUNT; metric++) {
		if (!(metrics & PAGEMAP_METRIC_BIT(metric)))
			continue;
		value = pagemap_usage_value(&making->picture->usage,
					    (enum pagemap_metric)metric);
		value_add(&sum, &value);
	}
	if (sum.quality != PAGEMAP_UNAVAILABLE) {
		making_set_bytes(making, class_of, &sum);
	} else if (!making->pages[class_of]) {
		value = (struct pagemap_value){
			.quality = PAGEMAP_UNAVAILABLE, .reason = sum.reason,
		};
		making_set_bytes(making, class_of, &value);
	}
}

/* Pages of which the answer is not known, and that may be of any class. */
static uint64_t doubtful_pages(const struct making *making)
{
	uint64_t pages = 0;
	size_t i;

	for (i = 0; i < making->layer->class_count; i++)
		if (making->kinds[i] == ROW_DOUBT)
			pages += making->pages[i];
	return pages;
}

static void bound(struct making *making, size_t i, uint64_t doubtful,
		  struct pagemap_value *value)
{
	uint64_t page_bytes = making->moment->page_bytes;

	if (making->complete)
		doubtful = 0;
	value->low -= making->unsure[i] * page_bytes;
	value->high += (making->maybe[i] + doubtful) * page_bytes;
	if (value->low == value->high)
		return;
	value->quality = PAGEMAP_BOUNDED;
	value->reason = PAGEMAP_REASON_UNSEEN;
	/* Not one is known to be in it: that is no 0. */
	if (!value->value && doubtful)
		*value = (struct pagemap_value){
			.quality = PAGEMAP_UNAVAILABLE,
			.reason = PAGEMAP_REASON_UNSEEN,
		};
}

static struct pagemap_value value_of_pages(struct making *making, size_t i,
					   uint64_t doubtful)
{
	const struct picture *picture = making->picture;
	uint64_t bytes = making->pages[i] * making->moment->page_bytes;
	struct pagemap_value value = {
		.value = bytes, .low = bytes, .high = bytes,
		.quality = PAGEMAP_EXACT,
	};

	if (making->kinds[i] == ROW_ANSWER)
		bound(making, i, doubtful, &value);
	if (value.quality == PAGEMAP_UNAVAILABLE)
		return value;
	if (picture->status == PAGEMAP_STATUS_CHANGED) {
		value.quality = PAGEMAP_ESTIMATED;
		value.reason = PAGEMAP_REASON_CHANGED;
	} else if (making_is_ram(making) && picture->balance.moved_pages) {
		value.quality = PAGEMAP_ESTIMATED;
		value.reason = PAGEMAP_REASON_MOVED;
	}
	return value;
}

/* ---- The end ----------------------------------------------------------- */

/* All mapped pages that are in no stretch. */
static void count_absent(struct making *making)
{
	uint64_t pages = 0;
	size_t i;

	if (making_is_frames(making))
		return;
	for (i = 1; i < making->layer->class_count; i++)
		pages += making->pages[i];
	pages -= making->outside_pages;
	if (making->picture->mapped_pages > pages)
		making->pages[0] = making->picture->mapped_pages - pages;
}

static void set_values(struct making *making, uint64_t doubtful)
{
	struct layer *layer = making->layer;
	size_t i;

	for (i = 0; i < layer->class_count; i++) {
		layer->classes[i].pages = making->pages[i];
		if (!making->has_bytes[i])
			layer->classes[i].bytes = value_of_pages(making, i,
								 doubtful);
	}
}

static bool is_listed(const struct layer_class *one)
{
	return one->pages || one->bytes.value || one->bytes.high;
}

static void list_class(struct layer *layer, size_t i)
{
	if (is_listed(&layer->classes[i]))
		layer->legend[layer->legend_count++] = (uint8_t)i;
}

/* Largest first; equal ones as they are numbered. */
static void sort_owners(struct layer *layer)
{
	uint8_t *legend = layer->legend;
	size_t i, k;

	for (i = 1; i < layer->legend_count; i++) {
		uint8_t number = legend[i];

		for (k = i; k && layer->classes[legend[k - 1]].pages <
				 layer->classes[number].pages; k--)
			legend[k] = legend[k - 1];
		legend[k] = number;
	}
}

/* Owners, the others as they are numbered, and last what is absent. */
static void list_classes(struct making *making)
{
	struct layer *layer = making->layer;
	size_t i, end = making->first_owner ? making->first_owner
					    : layer->class_count;

	for (i = end; i < layer->class_count; i++)
		list_class(layer, i);
	sort_owners(layer);
	for (i = 1; i < end; i++)
		list_class(layer, i);
	list_class(layer, 0);
}

static const char *doubt_of(struct making *making, uint64_t doubtful)
{
	const struct layer *layer = making->layer;
	const char *why = making->picture->why;
	size_t i;

	if (making->layer->by == COLOUR_STATE || !making->picture->stretch_count)
		return why ? why : "";
	for (i = 0; i < layer->class_count && !doubtful; i++)
		doubtful = layer->classes[i].bytes.quality == PAGEMAP_BOUNDED;
	if (!doubtful)
		return "";
	return making->why && *making->why ? making->why :
	       "not known of all pages";
}

static void shrink(struct making *making)
{
	struct layer_run *runs = realloc(making->runs, (making->run_count + 1) *
							sizeof(*runs));

	if (runs)
		making->runs = runs;
}

void making_finish(struct making *making)
{
	uint64_t doubtful = doubtful_pages(making);
	struct layer *layer = making->layer;

	count_absent(making);
	set_values(making, doubtful);
	list_classes(making);
	shrink(making);
	layer->doubt = making_text(making, "%s", doubt_of(making, doubtful));
}
