/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When pages of a target of memstats -w were used last, as a histogram, and
 * the mappings that have the most that never were.
 */
#include <errno.h>
#include <langinfo.h>
#include <string.h>

#include "memstats.h"
#include "table.h"
#include "working_set.h"

#define BAR_COLUMNS 30

static const struct grid_column columns[] = {
	{ "USED WITHIN", NULL, GRID_TEXT },
	{ "BYTES", NULL, GRID_SIZE },
	{ "OF RSS", NULL, GRID_TEXT },
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

static void format_bar(double part, char *text)
{
	bool utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	const char *block = utf8 ? "█" : "#";
	size_t i, at = 0, length = strlen(block);

	for (i = 0; i < (size_t)(part * BAR_COLUMNS + 0.5) && i < BAR_COLUMNS;
	     i++, at += length)
		memcpy(text + at, block, length);
	text[at] = '\0';
}

static void add_row(struct grid *grid, const char *label,
		    const struct pagemap_value *value,
		    const struct pagemap_value *rss)
{
	char text[32 + BAR_COLUMNS * 4] = "-", bar[BAR_COLUMNS * 4 + 1];
	double part;

	grid_text(grid, label);
	grid_size(grid, value);
	if (value->quality != PAGEMAP_UNAVAILABLE && rss->value) {
		part = (double)value->value / (double)rss->value;
		format_bar(part, bar);
		snprintf(text, sizeof(text), "%c%5.1f %% %s",
			 value->quality == PAGEMAP_EXACT ? ' ' : '~',
			 part * 100, bar);
	}
	grid_text(grid, text);
}

/* How long the last 1, 2, 4 ... samples took together. */
static uint64_t length_of_last(const struct wset_target *target, size_t samples)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < samples && i < target->count; i++)
		sum += target->samples[target->count - 1 - i].interval_ns;
	return sum;
}

static void add_ages(const struct wset_target *target, struct grid *grid)
{
	const struct pagemap_wss_figures *figures =
		&target->samples[target->count - 1].figures;
	char label[64], length[WSET_TIME_SIZE];
	size_t i;

	for (i = 0; i < PAGEMAP_WSS_AGES; i++) {
		size_t samples = (size_t)1 << i;

		if (samples > target->count ||
		    figures->touched_within[i].quality == PAGEMAP_UNAVAILABLE)
			break;
		wset_format_time(length_of_last(target, samples), length);
		snprintf(label, sizeof(label), "the last %zu (%s)", samples,
			 length);
		add_row(grid, label, &figures->touched_within[i],
			&figures->rss);
	}
	snprintf(label, sizeof(label), "none of %zu", target->count);
	add_row(grid, label, &figures->cold, &figures->rss);
}

/* Ages that are not known though there were samples enough. */
static bool ages_are_missing(const struct wset_target *target)
{
	const struct wset_sample *newest = &target->samples[target->count - 1];

	return target->count > 1 &&
	       newest->figures.touched_within[1].quality ==
		       PAGEMAP_UNAVAILABLE;
}

int wset_print_ages(const struct wset *set, const struct wset_target *target)
{
	const struct usual *usual = &set->settings->usual;
	struct grid *grid = grid_new(columns, COLUMN_COUNT);
	char who[METHODS_SIZE * 2];
	int err;

	if (!grid)
		return -ENOMEM;
	add_ages(target, grid);
	if (usual->header)
		wset_print_title(target);
	err = grid_print(grid, usual->units, usual->header, 0, stdout);
	grid_free(grid);
	if (!ages_are_missing(target) || !usual->header)
		return err;
	methods_who_tell(set->source, PAGEMAP_WSS_TELLS_PAGES |
			 PAGEMAP_WSS_TELLS_REFERENCED, who, sizeof(who));
	printf("  older -: %s does not tell when pages were referenced; "
	       "would: %s\n", set->method_names, who);
	return err;
}
