/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs of all frames with flags and sharers, and the zones that they lie in:
 * against every frame by itself, on machines made up in memory.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common_bare.h"
#include "common_machine.h"

#define F(name) (UINT64_C(1) << PAGEMAP_FLAG_##name)

#define SECTION BARE_SECTION
#define FRAMES BARE_FRAMES

static struct pagemap_source *source;
static struct pagemap_ram *ram;

static int begin(void **state)
{
	(void)state;
	ram = NULL;
	source = bare_begin();
	return source ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	pagemap_ram_free(ram);
	pagemap_source_close(source);
	return 0;
}

static void read_with(struct pagemap_ram_opts opts)
{
	opts.size = sizeof(opts);
	bare.looks = 0;
	pagemap_ram_free(ram);
	ram = NULL;
	assert_int_equal(pagemap_ram_read(source, &opts, &ram), 0);
}

/* ---- Runs -------------------------------------------------------------- */

static bool is_alike(const struct pagemap_ram_run *a,
		     const struct pagemap_ram_run *b)
{
	return a->flags == b->flags && a->set == b->set &&
	       a->ram_class == b->ram_class;
}

/* Without gaps, none empty, none that could be one with the next. */
static size_t check_order(uint64_t frames)
{
	struct pagemap_ram_run run, last = { .frame_count = 0 };
	uint64_t next = 0;
	size_t i;

	for (i = 0; !pagemap_ram_run_at(ram, i, &run); i++) {
		assert_int_equal(run.first_pfn, next);
		assert_true(run.frame_count > 0);
		assert_false(i && is_alike(&run, &last));
		next += run.frame_count;
		last = run;
	}
	assert_int_equal(next, frames);
	assert_int_equal(pagemap_ram_run_at(ram, i, &run), -ENOENT);
	assert_int_equal(pagemap_ram_run_at(ram, SIZE_MAX, &run), -ENOENT);
	return i;
}

/* Runs of a class add up to its ranges, and each frame has its flags. */
static void check_frames(void)
{
	uint64_t pages[PAGEMAP_RAM_CLASS_COUNT] = { 0 }, pfn;
	struct pagemap_ram_range range;
	struct pagemap_ram_run run;
	size_t i;

	for (i = 0; !pagemap_ram_run_at(ram, i, &run); i++) {
		pages[run.ram_class] += run.frame_count;
		assert_int_equal(run.set, PAGEMAP_NO_SET);
		for (pfn = run.first_pfn;
		     pfn < run.first_pfn + run.frame_count; pfn++)
			assert_int_equal(run.flags, bare.flags[pfn]);
	}
	for (i = 0; !pagemap_ram_range_at(ram, i, &range); i++)
		pages[range.ram_class] -= range.frame_count;
	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++)
		assert_int_equal(pages[i], 0);
}

/* Bits that nobody knows yet are kept like others. */
static void runs_are_all_frames(void **state)
{
	const struct pagemap_ram_opts plain = { .ranges = true };
	struct pagemap_ram_run run;
	uint32_t threads;
	uint64_t i;

	(void)state;
	srandom(5);
	for (i = 0; i < FRAMES; i++)
		bare.flags[i] = UINT64_C(1) <<
			(i % 5 ? random() % 27 : 61 + random() % 3);
	bare_set(SECTION - 7, SECTION + 7, F(SLAB));
	bare_set(3 * SECTION - 1000, FRAMES, F(BUDDY));
	bare_set(4 * SECTION - 9, 4 * SECTION, 0);
	read_with(plain);
	assert_int_equal(pagemap_ram_run_at(ram, 0, &run), -ENOTSUP);
	for (threads = 1; threads <= 5; threads += 2) {
		read_with((struct pagemap_ram_opts){
			.runs = true, .ranges = true, .threads = threads });
		assert_true(check_order(FRAMES) > SECTION);
		check_frames();
	}
}

static void what_is_alike_is_one_run(void **state)
{
	struct pagemap_ram_run run;

	(void)state;
	bare_set(0, FRAMES, F(LRU) | F(UPTODATE));
	read_with((struct pagemap_ram_opts){ .runs = true, .threads = 3 });
	assert_int_equal(check_order(FRAMES), 1);
	/* Flags that mean the same class are runs of their own. */
	bare_set(100, 200, F(LRU) | F(UPTODATE) | F(ACTIVE));
	read_with((struct pagemap_ram_opts){ .runs = true, .threads = 3 });
	assert_int_equal(check_order(FRAMES), 3);
	assert_int_equal(pagemap_ram_run_at(ram, 1, &run), 0);
	assert_int_equal(run.first_pfn, 100);
	assert_int_equal(run.frame_count, 100);
	assert_int_equal(run.ram_class, PAGEMAP_RAM_FILE_CLEAN);
}

/* Words that no kernel would write: each frame another one. */
static void each_frame_its_own_flags(void **state)
{
	uint64_t i;

	(void)state;
	for (i = 0; i < FRAMES; i++)
		bare.flags[i] = i << 43 | F(LRU);
	read_with((struct pagemap_ram_opts){
		.runs = true, .ranges = true, .threads = 2 });
	assert_int_equal(check_order(FRAMES), FRAMES);
	check_frames();
}

/* A section is lazy as a whole, whatever of it nobody knows. */
static void lazy_sections(void **state)
{
	struct pagemap_ram_run run;

	(void)state;
	bare_set(0, FRAMES, F(BUDDY));
	bare_set(SECTION, 4 * SECTION, 0);
	bare_set(2 * SECTION + 50, 2 * SECTION + 60, UINT64_C(1) << 61);
	bare_set(4 * SECTION, 4 * SECTION + 10, 0);
	bare.meminfo[0] = bare.meminfo[1] = "MemTotal: 655760 kB\n";
	bare.zoneinfo = "        spanned  163940\n        present  163940\n"
			"        managed  65636\n  start_pfn: 0\n";
	read_with((struct pagemap_ram_opts){
		.runs = true, .ranges = true, .threads = 3 });
	assert_int_equal(check_order(FRAMES), 6);
	check_frames();
	assert_int_equal(pagemap_ram_run_at(ram, 1, &run), 0);
	assert_int_equal(run.frame_count, SECTION + 50);
	assert_int_equal(run.ram_class, PAGEMAP_RAM_FREE_LAZY);
	assert_int_equal(pagemap_ram_run_at(ram, 4, &run), 0);
	assert_int_equal(run.first_pfn, 4 * SECTION);
	assert_int_equal(run.ram_class, PAGEMAP_RAM_UNKNOWN);
}

/* What says nothing is a hole or not by where it is. */
static void nothing_said_across_banks(void **state)
{
	static const uint64_t ends[] = {
		300, SECTION + 11, SECTION + 12, 4 * SECTION, FRAMES - 1, FRAMES,
	};
	struct pagemap_ram_run run;
	size_t i;

	(void)state;
	bare.iomem = "0012c000-0800afff : System RAM\n"
		     "0800c000-1fffffff : System RAM\n"
		     "28063000-28063fff : System RAM\n";
	read_with((struct pagemap_ram_opts){
		.runs = true, .ranges = true, .threads = 2 });
	assert_int_equal(check_order(FRAMES), 6);
	check_frames();
	for (i = 0; i < 6; i++) {
		assert_int_equal(pagemap_ram_run_at(ram, i, &run), 0);
		assert_int_equal(run.first_pfn + run.frame_count, ends[i]);
		assert_int_equal(run.ram_class, i % 2 ? PAGEMAP_RAM_UNKNOWN :
						PAGEMAP_RAM_HOLE);
	}
}

static void reading_fails(void **state)
{
	const struct pagemap_ram_opts opts = {
		.size = sizeof(opts), .runs = true, .threads = 3,
	};

	(void)state;
	bare.flags_error = -EIO;
	assert_int_equal(pagemap_ram_read(source, &opts, &ram), -EIO);
	assert_null(ram);
}

/* ---- Whose they are ---------------------------------------------------- */

static struct machine machine;
static struct pagemap_snapshot *snapshot;
static struct pagemap_sharing *sharing;

static bool can_be_mapped(enum pagemap_ram_class ram_class)
{
	return ram_class == PAGEMAP_RAM_ANON || ram_class == PAGEMAP_RAM_KSM ||
	       ram_class == PAGEMAP_RAM_SHMEM_MAPPED ||
	       ram_class == PAGEMAP_RAM_FILE_MAPPED ||
	       ram_class == PAGEMAP_RAM_KERNEL_MAPPED;
}

static uint32_t members_of(size_t set)
{
	struct pagemap_share_set found;
	uint32_t bits = 0;
	size_t i;

	if (set == PAGEMAP_NO_SET)
		return 0;
	assert_int_equal(pagemap_sharing_set_at(sharing, set, &found), 0);
	for (i = 0; i < found.member_count; i++)
		bits |= 1u << found.members[i];
	return bits;
}

/* Each frame's, by who was made to map it. */
static void check_sets(void)
{
	uint32_t mappers[MACHINE_FRAMES];
	struct pagemap_ram_run run;
	size_t i, shared = 0;
	uint64_t pfn;

	machine_users(&machine, NULL, mappers, NULL);
	for (i = 0; !pagemap_ram_run_at(ram, i, &run); i++)
		for (pfn = run.first_pfn;
		     pfn < run.first_pfn + run.frame_count; pfn++) {
			assert_int_equal(members_of(run.set),
					 can_be_mapped(run.ram_class) ?
					 mappers[pfn] : 0);
			shared += run.set != PAGEMAP_NO_SET;
		}
	assert_true(shared > 1000);
}

/* Runs of one process's sets add up to its row of pagemap_ram_of_groups. */
static void check_rows(uint32_t process)
{
	uint64_t rows[3][PAGEMAP_RAM_CLASS_COUNT];
	uint32_t group_of[MACHINE_PROCESSES];
	struct pagemap_partition partition = {
		group_of, MACHINE_PROCESSES, 1,
	};
	struct pagemap_ram_run run;
	size_t i;

	for (i = 0; i < MACHINE_PROCESSES; i++)
		group_of[i] = i == process ? 0 : PAGEMAP_NO_GROUP;
	assert_int_equal(pagemap_ram_of_groups(ram, &partition, rows), 0);
	for (i = 0; !pagemap_ram_run_at(ram, i, &run); i++)
		if (members_of(run.set) == 1u << process)
			rows[0][run.ram_class] -= run.frame_count;
	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++)
		assert_int_equal(rows[0][i], 0);
}

static void whose_the_frames_are(void **state)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts), .frames = PAGEMAP_FRAMES_ALL,
	};
	uint32_t process;

	(void)state;
	pagemap_source_close(source);
	memset(&machine, 0, sizeof(machine));
	machine.same_mm[0] = machine.same_mm[1] = -1;
	machine_make(&machine, 73);
	source = machine_source(&machine);
	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot), 0);
	assert_int_equal(pagemap_sharing_find(snapshot, &sharing), 0);
	read_with((struct pagemap_ram_opts){
		.runs = true, .sharing = sharing });
	check_order(MACHINE_FRAMES);
	check_sets();
	for (process = 0; process < MACHINE_PROCESSES; process++)
		check_rows(process);
	pagemap_sharing_free(sharing);
	pagemap_snapshot_free(snapshot);
}

/* ---- Zones ------------------------------------------------------------- */

struct zone_row {
	int node;
	const char *name;
	uint64_t first;
	uint64_t end;
};

/* Adds what zoneinfo says of a zone. */
static void tell(char *text, const struct zone_row *row)
{
	sprintf(text + strlen(text), "Node %d, zone %8s\n  pages free     1\n"
		"        spanned  %ju\n        present  1\n  start_pfn: %ju\n",
		row->node, row->name, (uintmax_t)(row->end - row->first),
		(uintmax_t)row->first);
}

static void expect_zones(const struct zone_row *told, size_t told_count,
			 const struct zone_row *wanted, size_t count)
{
	static char text[4096];
	struct pagemap_ram_zone zone;
	size_t i;

	*text = '\0';
	for (i = 0; i < told_count; i++)
		tell(text, &told[i]);
	bare.zoneinfo = text;
	read_with((struct pagemap_ram_opts){ .threads = 1 });
	for (i = 0; i < count; i++) {
		assert_int_equal(pagemap_ram_zone_at(ram, i, &zone), 0);
		assert_int_equal(zone.node, wanted[i].node);
		assert_string_equal(zone.name, wanted[i].name);
		assert_int_equal(zone.first_pfn, wanted[i].first);
		assert_int_equal(zone.first_pfn + zone.frame_count,
				 wanted[i].end);
	}
	assert_int_equal(pagemap_ram_zone_at(ram, count, &zone), -ENOENT);
}

#define ROWS(rows) rows, sizeof(rows) / sizeof((rows)[0])

/* In whatever order; what lies beyond the frames is left out. */
static void zones_by_their_places(void **state)
{
	static const struct zone_row told[] = {
		{ 0, "DMA", 1, 4096 }, { 0, "Normal", 90000, 100000 },
		{ 0, "Device", FRAMES, FRAMES + 5 }, { 0, "DMA32", 4096, 80000 },
		{ 1, "Normal", 100000, FRAMES + 77 },
	};
	static const struct zone_row wanted[] = {
		{ 0, "DMA", 1, 4096 }, { 0, "DMA32", 4096, 80000 },
		{ 0, "Normal", 90000, 100000 }, { 1, "Normal", 100000, FRAMES },
	};

	(void)state;
	expect_zones(ROWS(told), ROWS(wanted));
	expect_zones(NULL, 0, NULL, 0);
	bare.zoneinfo = NULL;
	read_with((struct pagemap_ram_opts){ .threads = 1 });
	assert_int_equal(pagemap_ram_zone_at(ram, 0,
					     &(struct pagemap_ram_zone){ 0 }),
			 -ENOENT);
}

/* Of nodes that interleave, frames in both are of neither for sure. */
static void zones_that_overlap(void **state)
{
	static const struct zone_row told[] = {
		{ 0, "Normal", 1000, 9000 }, { 1, "Normal", 3000, 5000 },
		{ 2, "Normal", 4000, 4500 }, { 3, "Normal", 8000, 12000 },
		{ 4, "Movable", 12000, 13000 }, { 5, "Movable", 12000, 13000 },
	};
	static const struct zone_row wanted[] = {
		{ 0, "Normal", 1000, 3000 }, { -1, "", 3000, 5000 },
		{ 0, "Normal", 5000, 8000 }, { -1, "", 8000, 9000 },
		{ 3, "Normal", 9000, 12000 }, { -1, "", 12000, 13000 },
	};

	(void)state;
	expect_zones(ROWS(told), ROWS(wanted));
}

/* What is not understood tells nothing, and all else is as it was. */
static void zones_that_lie(void **state)
{
	static const char *const lies[] = {
		"Node 0, zone A\n        spanned  5\n  start_pfn: 0\n"
			"Node x, zone B\n        spanned  5\n  start_pfn: 9\n",
		"Node 0, zone A\033[2J\n        spanned  5\n  start_pfn: 0\n",
		"Node 0, zone A\n        spanned  5\n  start_pfn: 0",
		"",
	};
	struct pagemap_ram_zone zone;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		bare.zoneinfo = lies[i];
		read_with((struct pagemap_ram_opts){ .runs = true });
		assert_int_equal(pagemap_ram_zone_at(ram, 0, &zone), -ENOENT);
		assert_int_equal(check_order(FRAMES), 1);
	}
}

/* As many as a kernel can have, each within the one before; and more. */
static void zones_without_end(void **state)
{
	struct pagemap_ram_zone zone;
	size_t i, most = 1024 * 6;
	char *text = calloc(most + 1, 128), *at = text;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < most; i++)
		at += sprintf(at, "Node %zu, zone A\n        spanned  %zu\n"
			      "  start_pfn: %zu\n", i, 2 * (most - i), i);
	bare.zoneinfo = text;
	read_with((struct pagemap_ram_opts){ .threads = 1 });
	assert_int_equal(pagemap_ram_zone_at(ram, 1, &zone), 0);
	assert_int_equal(zone.node, -1);
	assert_int_equal(zone.first_pfn, 1);
	assert_int_equal(zone.frame_count, 2 * most - 2);
	assert_int_equal(pagemap_ram_zone_at(ram, 2, &zone), 0);
	assert_int_equal(zone.node, 0);
	assert_int_equal(pagemap_ram_zone_at(ram, 3, &zone), -ENOENT);
	sprintf(at, "Node 0, zone B\n        spanned  1\n  start_pfn: 0\n");
	read_with((struct pagemap_ram_opts){ .threads = 1 });
	assert_int_equal(pagemap_ram_zone_at(ram, 0, &zone), -ENOENT);
	free(text);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(runs_are_all_frames),
		CASE(what_is_alike_is_one_run),
		CASE(each_frame_its_own_flags),
		CASE(lazy_sections),
		CASE(nothing_said_across_banks),
		CASE(reading_fails),
		CASE(whose_the_frames_are),
		CASE(zones_by_their_places),
		CASE(zones_that_overlap),
		CASE(zones_that_lie),
		CASE(zones_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
