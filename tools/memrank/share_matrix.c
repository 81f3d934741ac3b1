/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --sharing --matrix: what processes share, as a square.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "share.h"
#include "table.h"

/* Without a terminal and without -n. */
#define SIDE_DEFAULT 16
#define CELL_WIDTH 10
#define HEAD_WIDTH 23			/* a pid and a comm */

struct square {
	const struct share *share;
	uint32_t *members;		/* indexes of processes */
	size_t count;
	size_t *place;			/* by process: in members + 1; 0 none */
	uint64_t *pages;		/* count by count */
};

static size_t side_limit(const struct share *share)
{
	const struct settings *settings = share->settings;
	size_t columns, lines;

	if (settings->limit)
		return settings->limit;
	terminal_size(&columns, &lines);
	if (!columns)
		return SIDE_DEFAULT;
	return columns > HEAD_WIDTH + 2 * CELL_WIDTH ?
	       (columns - HEAD_WIDTH) / CELL_WIDTH : 2;
}

struct weight {
	uint64_t pages;
	uint32_t index;
};

static int compare_weights(const void *a, const void *b)
{
	const struct weight *x = a, *y = b;

	if (x->pages != y->pages)
		return x->pages > y->pages ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

static int compare_members(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static uint64_t all_pages(const struct pagemap_share_set *set)
{
	uint64_t sum = 0;
	int kind;

	for (kind = 0; kind < PAGEMAP_FRAME_KIND_COUNT; kind++)
		sum += set->pages[kind];
	return sum;
}

static bool is_wanted(const struct share *share, size_t index)
{
	return !share->wanted || share->wanted[index];
}

/* What each wanted process shares with another one that is wanted. */
static void weigh(const struct share *share, struct weight *weights)
{
	struct pagemap_share_set set;
	size_t i, k;

	for (i = 0; !pagemap_sharing_set_at(share->sharing, i, &set); i++) {
		uint64_t pages = all_pages(&set);
		size_t wanted = 0;

		for (k = 0; k < set.member_count; k++)
			wanted += is_wanted(share, set.members[k]);
		for (k = 0; wanted > 1 && k < set.member_count; k++)
			weights[set.members[k]].pages += pages;
	}
}

/* Those that share most, by rising pid. */
static int choose(struct square *square, bool *ret_cut)
{
	const struct share *share = square->share;
	size_t i, kept = 0, count = share->ranking.count;
	size_t limit = side_limit(share);
	struct weight *weights = calloc(count + 1, sizeof(*weights));

	square->members = calloc(count + 1, sizeof(*square->members));
	square->place = calloc(count + 1, sizeof(*square->place));
	if (!weights || !square->members || !square->place) {
		free(weights);
		return -ENOMEM;
	}
	weigh(share, weights);
	for (i = 0; i < count; i++)
		if (is_wanted(share, i))
			weights[kept++] = (struct weight){ weights[i].pages,
							   (uint32_t)i };
	qsort(weights, kept, sizeof(*weights), compare_weights);
	square->count = kept < limit ? kept : limit;
	*ret_cut = kept > limit;
	for (i = 0; i < square->count; i++)
		square->members[i] = weights[i].index;
	qsort(square->members, square->count, sizeof(*square->members),
	      compare_members);
	for (i = 0; i < square->count; i++)
		square->place[square->members[i]] = i + 1;
	free(weights);
	return 0;
}

static void add_set(struct square *square, const struct pagemap_share_set *set,
		    size_t *present)
{
	uint64_t pages = all_pages(set);
	size_t i, k, count = 0;

	for (i = 0; i < set->member_count; i++)
		if (square->place[set->members[i]])
			present[count++] = square->place[set->members[i]] - 1;
	for (i = 0; i < count; i++)
		for (k = 0; k < count; k++)
			square->pages[present[i] * square->count +
				      present[k]] += pages;
}

static int fill(struct square *square)
{
	size_t i, *present = calloc(square->count + 1, sizeof(*present));
	struct pagemap_share_set set;

	square->pages = calloc(square->count * square->count + 1,
			       sizeof(*square->pages));
	if (!present || !square->pages) {
		free(present);
		return -ENOMEM;
	}
	for (i = 0; !pagemap_sharing_set_at(square->share->sharing, i, &set);
	     i++)
		add_set(square, &set, present);
	free(present);
	return 0;
}

static const struct row *row_of(const struct square *square, size_t i)
{
	return &square->share->ranking.rows[square->members[i]];
}

static void print_csv(const struct square *square, FILE *out)
{
	const struct share *share = square->share;
	size_t i, k;

	if (share->settings->usual.header) {
		fputs("pid,comm", out);
		for (i = 0; i < square->count; i++)
			fprintf(out, ",%d", (int)pagemap_process_pid(
					row_of(square, i)->process));
		putc('\n', out);
	}
	for (i = 0; i < square->count; i++) {
		const struct row *row = row_of(square, i);

		fprintf(out, "%d,", (int)pagemap_process_pid(row->process));
		csv_field(row->comm ? row->comm : "", out);
		for (k = 0; k < square->count; k++)
			fprintf(out, ",%" PRIu64,
				square->pages[i * square->count + k]
					<< share->shift);
		putc('\n', out);
	}
}

static void print_text(const struct square *square, FILE *out)
{
	const struct share *share = square->share;
	char text[128];
	size_t i, k;

	if (share->settings->usual.header) {
		fprintf(out, "%7s %-15s", "PID", "NAME");
		for (i = 0; i < square->count; i++)
			fprintf(out, "%10d", (int)pagemap_process_pid(
					row_of(square, i)->process));
		putc('\n', out);
	}
	for (i = 0; i < square->count; i++) {
		const struct row *row = row_of(square, i);
		size_t columns;

		escape_text(row->comm ? row->comm : "-", text, sizeof(text));
		text[escape_fit(text, 15)] = '\0';
		columns = escape_width(text);
		fprintf(out, "%7d %s%*s",
			(int)pagemap_process_pid(row->process), text,
			(int)(columns < 15 ? 15 - columns : 0), "");
		for (k = 0; k < square->count; k++) {
			units_format(square->pages[i * square->count + k]
				     << share->shift,
				     share->settings->usual.units, text);
			fprintf(out, "%10s", text);
		}
		putc('\n', out);
	}
}

int share_print_matrix(struct share *share, FILE *out)
{
	struct square square = { .share = share };
	int err = choose(&square, &share->cut);

	if (!err)
		err = fill(&square);
	if (!err)
		(share->settings->usual.csv ? print_csv : print_text)(&square,
								      out);
	share->count = square.count;
	free(square.members);
	free(square.place);
	free(square.pages);
	return err;
}
