/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All of RAM for people: classes with their parts, what adds up to MemTotal,
 * and the checks; and the classes as CSV.  What is a part of which class is
 * the business of ram_parts.c.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "grid.h"
#include "layout.h"
#include "ram.h"
#include "table.h"

#define BIT(name) PAGEMAP_RAM_BIT(PAGEMAP_RAM_##name)
#define FILES (BIT(FILE_MAPPED) | BIT(FILE_CLEAN) | BIT(FILE_DIRTY) | \
	       BIT(BUFFERS))

enum parts_of { NO_PARTS, GROUPS, FILE_SYSTEMS };

/* A line, and what is shown below it; one that is empty is left out. */
static const struct line {
	unsigned int depth;
	enum parts_of parts;
	const char *name;
	uint64_t classes;
} lines[] = {
	{ 0, NO_PARTS, "anonymous", BIT(ANON) | BIT(KSM) |
	  BIT(ANON_UNMAPPED) | BIT(SWAP_CACHE) },
	{ 1, GROUPS, "mapped", BIT(ANON) },
	{ 1, GROUPS, "merged by KSM", BIT(KSM) },
	{ 1, NO_PARTS, "mapped by nobody", BIT(ANON_UNMAPPED) },
	{ 1, NO_PARTS, "swap cache", BIT(SWAP_CACHE) },
	{ 0, NO_PARTS, "shared memory and tmpfs", BIT(SHMEM_MAPPED) |
	  BIT(SHMEM_UNMAPPED) },
	{ 1, GROUPS, "mapped", BIT(SHMEM_MAPPED) },
	{ 1, NO_PARTS, "mapped by nobody", BIT(SHMEM_UNMAPPED) },
	{ 0, NO_PARTS, "page cache", FILES },
	{ 1, FILE_SYSTEMS, "mapped", BIT(FILE_MAPPED) },
	{ 1, NO_PARTS, "clean, mapped by nobody", BIT(FILE_CLEAN) },
	{ 1, NO_PARTS, "dirty, mapped by nobody", BIT(FILE_DIRTY) },
	{ 1, NO_PARTS, "of block devices", BIT(BUFFERS) },
	{ 0, NO_PARTS, "huge pages (hugetlb)", BIT(HUGETLB_MAPPED) |
	  BIT(HUGETLB_UNMAPPED) | BIT(HUGETLB_FREE) },
	{ 1, NO_PARTS, "mapped", BIT(HUGETLB_MAPPED) },
	{ 1, NO_PARTS, "mapped by nobody", BIT(HUGETLB_UNMAPPED) },
	{ 1, NO_PARTS, "free in the pool", BIT(HUGETLB_FREE) },
	{ 0, NO_PARTS, "kernel", BIT(KERNEL_MAPPED) | BIT(SLAB) |
	  BIT(SLAB_RECLAIMABLE) | BIT(KMALLOC_LARGE) | BIT(PAGE_TABLES) |
	  BIT(SEC_PAGE_TABLES) | BIT(KERNEL_STACKS) | BIT(VMALLOC) |
	  BIT(PERCPU) | BIT(ZSMALLOC) | BIT(ZERO_PAGE) },
	{ 1, NO_PARTS, "slab", BIT(SLAB) | BIT(SLAB_RECLAIMABLE) },
	{ 2, NO_PARTS, "reclaimable", BIT(SLAB_RECLAIMABLE) },
	{ 2, NO_PARTS, "unreclaimable", BIT(SLAB) },
	{ 1, NO_PARTS, "kmalloc above two pages", BIT(KMALLOC_LARGE) },
	{ 1, NO_PARTS, "page tables", BIT(PAGE_TABLES) },
	{ 1, NO_PARTS, "page tables of guests", BIT(SEC_PAGE_TABLES) },
	{ 1, NO_PARTS, "kernel stacks", BIT(KERNEL_STACKS) },
	{ 1, NO_PARTS, "vmalloc", BIT(VMALLOC) },
	{ 1, NO_PARTS, "per-CPU memory", BIT(PERCPU) },
	{ 1, NO_PARTS, "compressed swap", BIT(ZSMALLOC) },
	{ 1, GROUPS, "mapped by processes", BIT(KERNEL_MAPPED) },
	{ 1, NO_PARTS, "huge zero page", BIT(ZERO_PAGE) },
	{ 0, NO_PARTS, "free", BIT(FREE) | BIT(FREE_CPU_LISTS) |
	  BIT(FREE_LAZY) },
	{ 1, NO_PARTS, "in free blocks", BIT(FREE) },
	{ 1, NO_PARTS, "kept by CPUs", BIT(FREE_CPU_LISTS) },
	{ 1, NO_PARTS, "not yet managed", BIT(FREE_LAZY) },
	{ 0, NO_PARTS, "broken", BIT(HWPOISON) },
	{ 0, NO_PARTS, "lent to the host", BIT(LENT) },
	{ 0, NO_PARTS, "in use, not known for what", PAGEMAP_RAM_RESIDUAL },
	{ 1, NO_PARTS, "blocks of the kernel", BIT(KERNEL_BLOCKS) },
	{ 1, NO_PARTS, "single pages", BIT(UNKNOWN) },
	{ 0, NO_PARTS, "outside of MemTotal",
	  PAGEMAP_RAM_OUTSIDE & ~BIT(HOLE) },
	{ 1, NO_PARTS, "reserved", BIT(RESERVED) },
	{ 1, NO_PARTS, "reserved, not yet managed", BIT(RESERVED_LAZY) },
	{ 1, NO_PARTS, "offline or given to the host", BIT(OFFLINE) },
};

/* ---- Cells ------------------------------------------------------------- */

/* One table being made; an error for want of memory is kept. */
struct making {
	const struct ram_report *report;
	struct layout *layout;
	int err;
};

static void add_text(struct making *making, const char *text)
{
	char *room = layout_room(making->layout);

	if (room)
		layout_add(making->layout,
			   (size_t)snprintf(room, LAYOUT_CELL_SIZE, "%s", text));
	else
		making->err = -ENOMEM;
}

static void add_name(struct making *making, unsigned int depth,
		     const char *name)
{
	char *room = layout_room(making->layout);
	size_t indent = 2 * (size_t)depth;

	if (!room) {
		making->err = -ENOMEM;
		return;
	}
	memset(room, ' ', indent);
	layout_add(making->layout, indent +
		   escape_text(name, room + indent, LAYOUT_CELL_SIZE - indent));
}

static void add_size(struct making *making, const struct pagemap_value *value)
{
	char text[UNITS_SIZE];

	units_format_value(value, making->report->settings->usual.units, text);
	add_text(making, text);
}

static int begin_table(struct making *making, const struct ram_report *report,
		       const bool *left, const char *const *headings,
		       size_t count)
{
	size_t i;

	*making = (struct making){ .report = report };
	making->layout = layout_new(left, count);
	if (!making->layout)
		return -ENOMEM;
	for (i = 0; report->settings->usual.header && i < count; i++)
		add_text(making, headings[i]);
	return 0;
}

static int end_table(struct making *making, FILE *out)
{
	size_t width, height;

	terminal_size(&width, &height);
	if (!making->err)
		making->err = layout_print(making->layout, width, out);
	layout_free(making->layout);
	return making->err;
}

/* ---- Classes ----------------------------------------------------------- */

static void add_share(struct making *making, uint64_t bytes)
{
	uint64_t total = making->report->balance.mem_total.value;
	char text[UNITS_SIZE] = "-";

	if (total)
		snprintf(text, sizeof(text), "%.2f",
			 100.0 * (double)bytes / (double)total);
	add_text(making, text);
}

static void add_value(struct making *making, unsigned int depth,
		      const char *name, const struct pagemap_value *value)
{
	char text[UNITS_SIZE];

	add_name(making, depth, name);
	add_size(making, value);
	add_share(making, value->value);
	snprintf(text, sizeof(text), "%" PRIu64, value->value /
		 pagemap_source_page_size_bytes(making->report->source));
	add_text(making, text);
}

/* A part of a class has its quality. */
static void add_part(struct making *making, unsigned int depth,
		     const char *name, uint64_t pages,
		     const struct pagemap_value *whole)
{
	uint64_t bytes = pages * pagemap_source_page_size_bytes(
						making->report->source);
	struct pagemap_value value = *whole;

	value.value = value.low = value.high = bytes;
	add_value(making, depth, name, &value);
}

static void add_others(struct making *making, unsigned int depth,
		       size_t others, uint64_t pages,
		       const struct pagemap_value *whole)
{
	char name[64];

	snprintf(name, sizeof(name), "(%zu other%s)", others,
		 others > 1 ? "s" : "");
	if (others)
		add_part(making, depth, name, pages, whole);
}

/* The largest, the others as one, and then what is no name. */
static void add_parts(struct making *making, const struct ram_parts *parts,
		      unsigned int depth, uint64_t classes,
		      const struct pagemap_value *whole)
{
	size_t limit = making->report->settings->limit;
	const struct ram_part **sorted;
	size_t i, count, others = 0;
	uint64_t rest = 0;

	if (!parts->items)
		return;
	sorted = ram_parts_sort(parts, classes, &count);
	if (!sorted) {
		making->err = -ENOMEM;
		return;
	}
	for (i = 0; i < count && !sorted[i]->plain; i++) {
		uint64_t pages = ram_part_pages(sorted[i], classes);

		if (i < (limit ? limit : RAM_PARTS)) {
			add_part(making, depth, sorted[i]->name, pages, whole);
			continue;
		}
		rest += pages;
		others++;
	}
	add_others(making, depth, others, rest, whole);
	for (; i < count; i++)
		add_part(making, depth, sorted[i]->name,
			 ram_part_pages(sorted[i], classes), whole);
	free(sorted);
}

/* What is mapped and in none of the file systems: whose maps were not read. */
static void add_rest(struct making *making, const struct ram_parts *parts,
		     unsigned int depth, uint64_t classes,
		     const struct pagemap_value *whole)
{
	uint64_t pages = whole->value / pagemap_source_page_size_bytes(
						making->report->source);
	size_t i;

	for (i = 0; i < parts->count; i++) {
		uint64_t part = ram_part_pages(&parts->items[i], classes);

		pages -= part < pages ? part : pages;
	}
	if (parts->items && pages)
		add_part(making, depth, "(not seen of which)", pages, whole);
}

static void add_files(struct making *making, const struct line *line,
		      const struct pagemap_value *value)
{
	const struct ram_report *report = making->report;

	add_parts(making, &report->file_systems, line->depth + 1,
		  line->classes, value);
	if (report->settings->limit)
		add_parts(making, &report->files, line->depth + 2,
			  line->classes, value);
	add_rest(making, &report->file_systems, line->depth + 1, line->classes,
		 value);
}

static void add_line(struct making *making, const struct line *line)
{
	const struct ram_report *report = making->report;
	struct pagemap_value value = pagemap_ram_value(report->ram,
						       line->classes);

	/* What may be there, as far as is known, is shown. */
	if (!value.value && !value.high)
		return;
	add_value(making, line->depth, line->name, &value);
	if (line->parts == GROUPS)
		add_parts(making, &report->groups, line->depth + 1,
			  line->classes, &value);
	if (line->parts == FILE_SYSTEMS)
		add_files(making, line, &value);
}

static int print_classes(const struct ram_report *report, FILE *out)
{
	static const bool left[] = { true, false, false, false };
	static const char *const headings[] = { "RAM", "SIZE", "%", "FRAMES" };
	struct making making;
	size_t i;

	if (begin_table(&making, report, left, headings, 4))
		return -ENOMEM;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]) && !making.err; i++)
		add_line(&making, &lines[i]);
	return end_table(&making, out);
}

/* ---- The sum ----------------------------------------------------------- */

static void print_signed(int64_t bytes, enum units units, FILE *out)
{
	char text[UNITS_SIZE];

	units_format((uint64_t)(bytes < 0 ? -bytes : bytes), units, text);
	fprintf(out, "%s%s", bytes < 0 ? "-" : "", text);
}

static void print_balance(const struct ram_report *report, FILE *out)
{
	const struct pagemap_ram_balance *balance = &report->balance;
	enum units units = report->settings->usual.units;
	char total[UNITS_SIZE], known[UNITS_SIZE];

	fputc('\n', out);
	units_format(balance->known_bytes, units, known);
	if (balance->mem_total.quality == PAGEMAP_UNAVAILABLE) {
		fprintf(out, "known %s; MemTotal is not known: no meminfo\n",
			known);
		return;
	}
	units_format(balance->mem_total.value, units, total);
	fprintf(out, "MemTotal %s = known %s + residual ", total, known);
	print_signed(balance->residual_bytes, units, out);
	fprintf(out, " (%.3f %%, %" PRId64 " pages)\n",
		balance->mem_total.value ?
		100.0 * (double)balance->residual_bytes /
		(double)balance->mem_total.value : 0.0,
		balance->residual_bytes / (int64_t)
		pagemap_source_page_size_bytes(report->source));
	if (balance->overdrawn_bytes) {
		units_format(balance->overdrawn_bytes, units, known);
		fprintf(out, "meminfo tells of %s more than there are frames "
			"for\n", known);
	}
	if (balance->moved_pages)
		fprintf(out, "%" PRIu64 " frame%s given to other uses while "
			"all were read: counted by their last\n",
			balance->moved_pages,
			balance->moved_pages > 1 ? "s were" : " was");
}

/* ---- Checks ------------------------------------------------------------ */

static void add_difference(struct making *making,
			   const struct pagemap_ram_check *check)
{
	int64_t more = (int64_t)(check->seen.value - check->told.value);
	char text[UNITS_SIZE + 1] = "-";

	if (check->seen.quality != PAGEMAP_UNAVAILABLE) {
		text[0] = more < 0 ? '-' : '+';
		units_format((uint64_t)(more < 0 ? -more : more),
			     making->report->settings->usual.units,
			     text + (more != 0));
	}
	add_text(making, text);
}

static int print_checks(const struct ram_report *report, FILE *out)
{
	static const bool left[] = { true, false, false, false, true };
	static const char *const headings[] = {
		"MEMINFO", "TELLS", "FRAMES", "DIFF", "WHY",
	};
	struct pagemap_ram_check check;
	struct making making;
	size_t i;

	if (begin_table(&making, report, left, headings, 5))
		return -ENOMEM;
	for (i = 0; !pagemap_ram_check_at(report->ram, i, &check); i++) {
		if (!check.told.high && !check.seen.high)
			continue;
		add_name(&making, 0, check.name);
		add_size(&making, &check.told);
		add_size(&making, &check.seen);
		add_difference(&making, &check);
		add_text(&making, *check.note ? check.note :
			 "counts the same: only what moved may differ");
	}
	fputc('\n', out);
	return end_table(&making, out);
}

int ram_print_text(const struct ram_report *report, FILE *out)
{
	int err = print_classes(report, out);

	if (err)
		return err;
	print_balance(report, out);
	return report->balance.mem_total.quality == PAGEMAP_UNAVAILABLE ? 0 :
	       print_checks(report, out);
}

/* ---- CSV --------------------------------------------------------------- */

static void csv_row(const struct ram_report *report, struct grid *grid,
		    const char *ram_class, const char *name, uint64_t bytes,
		    enum pagemap_quality quality)
{
	grid_text(grid, ram_class);
	grid_text(grid, name);
	grid_bytes(grid, bytes);
	grid_number(grid, (int64_t)(bytes /
		    pagemap_source_page_size_bytes(report->source)));
	grid_text(grid, pagemap_quality_name(quality));
}

/* A class as a whole, and below it the groups that it is of. */
static int csv_class(const struct ram_report *report, struct grid *grid,
		     enum pagemap_ram_class ram_class)
{
	uint64_t bit = PAGEMAP_RAM_BIT(ram_class);
	struct pagemap_value value = pagemap_ram_value(report->ram, bit);
	const char *key = pagemap_ram_class_name(ram_class);
	const struct ram_part **sorted;
	size_t i, count;

	csv_row(report, grid, key, NULL, value.value, value.quality);
	if (!report->groups.items)
		return 0;
	sorted = ram_parts_sort(&report->groups, bit, &count);
	if (!sorted)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		csv_row(report, grid, key, sorted[i]->name,
			ram_part_pages(sorted[i], bit) *
			pagemap_source_page_size_bytes(report->source),
			value.quality);
	free(sorted);
	return 0;
}

int ram_print_csv(const struct ram_report *report, FILE *out)
{
	static const struct grid_column columns[] = {
		{ NULL, "class", GRID_TEXT }, { NULL, "name", GRID_TEXT },
		{ NULL, "size", GRID_SIZE }, { NULL, "frames", GRID_NUMBER },
		{ NULL, "quality", GRID_TEXT },
	};
	struct grid *grid = grid_new(columns, 5);
	int i, err = grid ? 0 : -ENOMEM;

	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT && !err; i++)
		err = csv_class(report, grid, (enum pagemap_ram_class)i);
	if (!err)
		err = grid_csv(grid, report->settings->usual.header, out);
	grid_free(grid);
	return err;
}
