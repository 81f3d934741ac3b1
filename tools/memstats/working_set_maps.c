/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mappings of a target of memstats -w: those that are used most first,
 * and by file.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mappings.h"
#include "memstats.h"
#include "table.h"
#include "working_set.h"

static const struct grid_column mapping_columns[] = {
	{ "ADDRESS", NULL, GRID_TEXT },
	{ "PERM", NULL, GRID_TEXT },
	{ "RSS", NULL, GRID_SIZE },
	{ "REFERENCED", NULL, GRID_SIZE },
	{ "WRITTEN", NULL, GRID_SIZE },
	{ "COLD", NULL, GRID_SIZE },
	{ "KIND", NULL, GRID_TEXT },
	{ "NAME", NULL, GRID_TEXT },
};

static const struct grid_column file_columns[] = {
	{ "RSS", NULL, GRID_SIZE },
	{ "REFERENCED", NULL, GRID_SIZE },
	{ "WRITTEN", NULL, GRID_SIZE },
	{ "COLD", NULL, GRID_SIZE },
	{ "NAME", NULL, GRID_TEXT },
};

static const enum wset_figure shown[] = {
	WSET_RSS, WSET_REFERENCED, WSET_WRITTEN, WSET_COLD,
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Mappings, or the sums of those of one name. */
struct maps {
	struct pagemap_wss_mapping *items;
	size_t count;
	size_t unused;			/* of them, and resident bytes of those */
	uint64_t unused_bytes;
	enum wset_figure key;		/* the largest first */
	size_t limit;			/* of what is shown; 0: none */
};

/* Mappings that --ages shows if --maps is not asked for. */
#define COLDEST 10


static const char *name_of(const struct pagemap_wss_mapping *mapping)
{
	return mapping_name_of(mapping->path, mapping->kind);
}

/* Negative or positive: by a figure, the largest first. */
static int compare_figures(const struct pagemap_wss_mapping *a,
			   const struct pagemap_wss_mapping *b,
			   enum wset_figure figure)
{
	uint64_t x = wset_figure_of(&a->figures, figure)->value;
	uint64_t y = wset_figure_of(&b->figures, figure)->value;

	return (x < y) - (x > y);
}

static int compare_use(const void *a, const void *b, void *context)
{
	const struct pagemap_wss_mapping *x = a, *y = b;
	int order = compare_figures(x, y, *(enum wset_figure *)context);

	if (!order)
		order = compare_figures(x, y, WSET_RSS);
	return order ? order : (x->start_vaddr > y->start_vaddr) -
			       (x->start_vaddr < y->start_vaddr);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(name_of(a), name_of(b));
}

static bool has_pages(const struct pagemap_wss_mapping *mapping)
{
	const struct pagemap_wss_figures *figures = &mapping->figures;

	return figures->rss.value || figures->referenced.value ||
	       figures->written.value;
}

/* Certainly not: of what is bounded the most counts. */
static bool is_used(const struct pagemap_wss_mapping *mapping)
{
	const struct pagemap_wss_figures *figures = &mapping->figures;

	return figures->referenced.high || figures->written.high;
}

static int maps_read(const struct wset *set, const struct wset_target *target,
		     struct maps *maps)
{
	struct pagemap_wss_process process;
	struct pagemap_wss_mapping mapping;
	size_t i;

	if (!wset_last_process(set, target, &process))
		return 0;
	maps->items = calloc(process.mapping_count + 1, sizeof(*maps->items));
	if (!maps->items)
		return -ENOMEM;
	for (i = 0; i < process.mapping_count; i++) {
		if (pagemap_working_set_mapping_at(set->last, target->index, i,
						   &mapping))
			continue;
		if (has_pages(&mapping))
			maps->items[maps->count++] = mapping;
	}
	return 0;
}

static void sort_by_use(struct maps *maps)
{
	qsort_r(maps->items, maps->count, sizeof(*maps->items), compare_use,
		&maps->key);
}

/* Mappings of one name become one. */
static void maps_join(struct maps *maps)
{
	size_t i, kept = 0;

	qsort(maps->items, maps->count, sizeof(*maps->items), compare_names);
	for (i = 0; i < maps->count; i++) {
		struct pagemap_wss_mapping *into = kept ?
			&maps->items[kept - 1] : NULL;

		if (!into || compare_names(into, &maps->items[i]) != 0) {
			maps->items[kept++] = maps->items[i];
			continue;
		}
		wset_figures_add(&into->figures, &maps->items[i].figures);
	}
	maps->count = kept;
}

static void add_figures(struct grid *grid,
			const struct pagemap_wss_mapping *mapping)
{
	size_t i;

	for (i = 0; i < COUNT_OF(shown); i++)
		grid_size(grid, wset_figure_of(&mapping->figures, shown[i]));
}

static void add_mapping(struct grid *grid,
			const struct pagemap_wss_mapping *mapping)
{
	char range[64];

	snprintf(range, sizeof(range), "%012" PRIx64 "-%012" PRIx64,
		 mapping->start_vaddr, mapping->end_vaddr);
	grid_text(grid, range);
	grid_text(grid, mapping->permissions);
	add_figures(grid, mapping);
	grid_text(grid, pagemap_mapping_kind_name(mapping->kind));
	grid_text(grid, name_of(mapping));
}

static int print_grid(const struct wset *set, struct grid *grid)
{
	const struct usual *usual = &set->settings->usual;
	size_t width, lines;
	int err;

	terminal_size(&width, &lines);
	err = grid_print(grid, usual->units, usual->header, width, stdout);
	grid_free(grid);
	return err;
}

/* Those that were used; all that have something, if it is of cold bytes. */
static int print_mappings(const struct wset *set, struct maps *maps)
{
	struct grid *grid = grid_new(mapping_columns,
				     COUNT_OF(mapping_columns));
	size_t i;

	if (!grid)
		return -ENOMEM;
	for (i = 0; i < maps->count && (!maps->limit || i < maps->limit); i++)
		if (maps->key == WSET_COLD || is_used(&maps->items[i])) {
			add_mapping(grid, &maps->items[i]);
		} else {
			maps->unused++;
			maps->unused_bytes +=
				maps->items[i].figures.rss.value;
		}
	return print_grid(set, grid);
}

static int print_files(const struct wset *set, const struct maps *maps)
{
	struct grid *grid = grid_new(file_columns, COUNT_OF(file_columns));
	size_t i;

	if (!grid)
		return -ENOMEM;
	for (i = 0; i < maps->count; i++) {
		add_figures(grid, &maps->items[i]);
		grid_text(grid, name_of(&maps->items[i]));
	}
	return print_grid(set, grid);
}

static void print_heading(const struct wset *set,
			  const struct wset_target *target,
			  const struct maps *maps)
{
	char text[WSET_TIME_SIZE], of[32] = "";

	if (!set->settings->usual.header)
		return;
	wset_format_time(target->samples[target->count - 1].interval_ns, text);
	if (set->target_count > 1)
		snprintf(of, sizeof(of), " of %d", (int)target->pid);
	if (maps->key == WSET_COLD)
		printf("\nMappings%s, most cold bytes first:\n", of);
	else
		printf("\nMappings%s, in the last interval (%s):\n", of, text);
}

static int print_by_file(const struct wset *set, struct maps *maps)
{
	char size[UNITS_SIZE];

	units_format(maps->unused_bytes, UNITS_SUFFIX, size);
	if (maps->unused && set->settings->usual.header)
		printf("  and %zu that were not used, with %s resident\n",
		       maps->unused, size);
	maps_join(maps);
	sort_by_use(maps);
	if (set->settings->usual.header)
		puts("\nBy file:");
	return print_files(set, maps);
}

int wset_print_maps(const struct wset *set, const struct wset_target *target)
{
	bool ages = set->settings->working_set.ages;
	struct maps maps = {
		.key = ages ? WSET_COLD : wset_main_figure(set->methods),
		.limit = set->settings->maps ? 0 : COLDEST,
	};
	int err = maps_read(set, target, &maps);

	if (!err && maps.count) {
		sort_by_use(&maps);
		print_heading(set, target, &maps);
		err = print_mappings(set, &maps);
		if (!err && !maps.limit)
			err = print_by_file(set, &maps);
	}
	free(maps.items);
	return err;
}
