/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The balance of a vkernel's guest for people, below the table of processes.
 */
#include <errno.h>

#include "grid.h"
#include "guest.h"
#include "table.h"

/* In the order of enum pagemap_guest_use; the rest comes last. */
static const char *const use_labels[PAGEMAP_GUEST_USE_COUNT] = {
	[PAGEMAP_GUEST_MAPPED] = "mapped by guest processes",
	[PAGEMAP_GUEST_ZERO_PAGE] = "zero page",
	[PAGEMAP_GUEST_TABLE] = "page tables of guest processes",
	[PAGEMAP_GUEST_STUB] = "stubs, by which processes are driven",
	[PAGEMAP_GUEST_OTHER] = "slack: kernel, page cache or free",
};

static const enum pagemap_guest_state states[] = {
	PAGEMAP_GUEST_RESIDENT, PAGEMAP_GUEST_SWAPPED, PAGEMAP_GUEST_UNTOUCHED,
};

#define STATE_COUNT (sizeof(states) / sizeof(states[0]))

struct printing {
	const struct settings *settings;
	const struct guest_sum *sum;
	FILE *out;
};

static int show(const struct printing *printing, struct grid *grid)
{
	size_t width, lines;
	int err;

	terminal_size(&width, &lines);
	putc('\n', printing->out);
	err = grid_print(grid, printing->settings->usual.units,
			 printing->settings->usual.header, width,
			 printing->out);
	grid_free(grid);
	return err;
}

/* ---- Guest RAM --------------------------------------------------------- */

static void add_use(const struct printing *printing, struct grid *grid,
		    enum pagemap_guest_use use)
{
	const struct pagemap_guest_balance *balance = &printing->sum->balance;
	struct pagemap_value value;
	size_t i;

	for (i = 0; i < STATE_COUNT; i++) {
		value = guest_value(balance, use, states[i]);
		grid_size(grid, &value);
	}
	/* The image has a row of its own. */
	value = guest_value(balance, use, PAGEMAP_GUEST_IMAGE);
	grid_bytes(grid, guest_use_bytes(balance, use) - value.value);
	grid_text(grid, use_labels[use]);
}

/* The image is no part of the file, and of main's own memory in the host. */
static void add_image(const struct printing *printing, struct grid *grid)
{
	struct pagemap_value value = guest_state_value(&printing->sum->balance,
						       PAGEMAP_GUEST_IMAGE);
	size_t i;

	for (i = 0; i < STATE_COUNT; i++)
		grid_unknown(grid);
	grid_size(grid, &value);
	grid_text(grid, "the kernel's image, which is not in the RAM's file");
}

static void add_all(const struct printing *printing, struct grid *grid)
{
	const struct pagemap_guest_balance *balance = &printing->sum->balance;
	struct pagemap_value value;
	size_t i;

	for (i = 0; i < STATE_COUNT; i++) {
		value = guest_state_value(balance, states[i]);
		grid_size(grid, &value);
	}
	grid_bytes(grid, balance->frames * balance->page_bytes);
	grid_text(grid, "all of it");
}

static int print_ram(const struct printing *printing)
{
	static const struct grid_column columns[] = {
		{ "RESIDENT", NULL, GRID_SIZE },
		{ "SWAPPED", NULL, GRID_SIZE },
		{ "UNTOUCHED", NULL, GRID_SIZE },
		{ "ALL", NULL, GRID_SIZE },
		{ "GUEST RAM, AND WHERE THE HOST HAS IT", NULL, GRID_TEXT },
	};
	struct grid *grid = grid_new(columns, 5);
	int use;

	if (!grid)
		return -ENOMEM;
	for (use = 0; use < PAGEMAP_GUEST_USE_COUNT; use++)
		add_use(printing, grid, (enum pagemap_guest_use)use);
	add_image(printing, grid);
	add_all(printing, grid);
	return show(printing, grid);
}

/* ---- The host ---------------------------------------------------------- */

static void add_value(struct grid *grid, const struct pagemap_value *value,
		      const char *label)
{
	grid_size(grid, value);
	grid_text(grid, label);
}

static int print_host(const struct printing *printing)
{
	static const struct grid_column columns[] = {
		{ "SIZE", NULL, GRID_SIZE },
		{ "THE HOST'S MEMORY FOR THIS VKERNEL", NULL, GRID_TEXT },
	};
	const struct pagemap_guest_balance *balance = &printing->sum->balance;
	struct pagemap_value resident = guest_state_value(balance,
						PAGEMAP_GUEST_RESIDENT);
	struct grid *grid = grid_new(columns, 2);

	if (!grid)
		return -ENOMEM;
	add_value(grid, &resident, "guest RAM, resident");
	add_value(grid, &balance->main_own,
		  "the guest kernel's own: image, data, heap, stack");
	add_value(grid, &balance->main_tables, "page tables of its process");
	add_value(grid, &balance->child_own,
		  "what runs guest processes, beside guest RAM");
	add_value(grid, &balance->child_tables, "page tables of these");
	add_value(grid, &balance->stacks, "kernel stacks of all of them");
	add_value(grid, &printing->sum->host_all, "together");
	return show(printing, grid);
}

/* ---- One more ---------------------------------------------------------- */

static void add_cost(struct grid *grid, const struct pagemap_value *value,
		     const char *label)
{
	struct pagemap_value shown = *value;

	if (value->quality == PAGEMAP_UNAVAILABLE) {
		grid_unknown(grid);
		grid_unknown(grid);
		grid_unknown(grid);
	} else {
		/* Its bounds stand beside it. */
		if (shown.quality == PAGEMAP_BOUNDED)
			shown.quality = PAGEMAP_EXACT;
		grid_size(grid, &shown);
		grid_bytes(grid, value->low);
		grid_bytes(grid, value->high);
	}
	grid_text(grid, label);
}

static int print_cost(const struct printing *printing)
{
	static const struct grid_column columns[] = {
		{ "MEDIAN", NULL, GRID_SIZE },
		{ "LEAST", NULL, GRID_SIZE },
		{ "MOST", NULL, GRID_SIZE },
		{ "ONE MORE GUEST PROCESS, BESIDE ITS PAGES", NULL, GRID_TEXT },
	};
	const struct pagemap_guest_cost *cost = &printing->sum->cost;
	struct grid *grid = grid_new(columns, 4);

	if (!grid)
		return -ENOMEM;
	add_cost(grid, &cost->host_tables, "host: page tables");
	add_cost(grid, &cost->host_stack, "host: kernel stack");
	add_cost(grid, &cost->host_mappings, "host: records of mappings");
	add_cost(grid, &cost->guest_tables, "guest RAM: page tables");
	add_cost(grid, &cost->guest_stub, "guest RAM: stub");
	add_cost(grid, &printing->sum->cost_all, "together");
	return show(printing, grid);
}

/* Whether that is fixed, and small. */
static void print_conclusion(const struct printing *printing)
{
	const struct guest_sum *sum = printing->sum;
	char least[UNITS_SIZE], most[UNITS_SIZE], mapped[UNITS_SIZE];

	if (sum->cost_all.quality == PAGEMAP_UNAVAILABLE)
		return;
	units_format(sum->cost_all.low, UNITS_SUFFIX, least);
	units_format(sum->cost_all.high, UNITS_SUFFIX, most);
	units_format(guest_use_bytes(&sum->balance, PAGEMAP_GUEST_MAPPED) /
		     sum->processes, UNITS_SUFFIX, mapped);
	fprintf(printing->out, "Each of %zu takes between %s and %s so, and "
		"maps %s of guest RAM on average, shared out.\n",
		sum->processes, least, most, mapped);
}

int guest_print(const struct settings *settings,
		const struct pagemap_snapshot *snapshot, FILE *out)
{
	struct guest_sum sum;
	const struct printing printing = { settings, &sum, out };
	int err;

	guest_sum_up(snapshot, &sum);
	err = print_ram(&printing);
	if (!err)
		err = print_host(&printing);
	if (err || !sum.processes)
		return err;
	err = print_cost(&printing);
	if (!err)
		print_conclusion(&printing);
	return err;
}
