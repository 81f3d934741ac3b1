// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What comes back when random sets of processes of machines made up at random
 * die, counted again the slow way: frame by frame and file by file.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common_machine.h"

#define SEEDS 10
#define SETS 6				/* of each machine */
#define PARTS PAGEMAP_KILLED_PART_COUNT
#define PAGE MACHINE_PAGE_BYTES

static struct machine machine;
static struct pagemap_source *source;
static struct pagemap_snapshot *snapshot;
static struct pagemap_sharing *sharing;

/* By index of process of the machine: whether it dies; twins do together. */
static bool dies[MACHINE_PROCESSES];
static uint32_t mappers[MACHINE_FRAMES];
static uint32_t slot_users[MACHINE_SLOTS];

static int leader(int process)
{
	return process == machine.same_mm[1] ? machine.same_mm[0] : process;
}

static void count_slowly(void)
{
	uint32_t leaders[MACHINE_PROCESSES];
	int i;

	for (i = 0; i < MACHINE_PROCESSES; i++)
		leaders[i] = (uint32_t)leader(i);
	machine_users(&machine, leaders, mappers, slot_users);
}

static void begin(unsigned int seed, bool twins, uint32_t hides_files)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.detail = PAGEMAP_DETAIL_MAPPINGS,
		.frames = PAGEMAP_FRAMES_KINDS,
		.threads = 2,
	};

	memset(&machine, 0, sizeof(machine));
	machine.can_scan = seed & 1;
	machine.same_mm[0] = twins ? 2 : -1;
	machine.same_mm[1] = twins ? 9 : -1;
	machine.hides_files = hides_files;
	machine_make(&machine, seed);
	machine_make_files(&machine, seed + 1);
	source = machine_source(&machine);
	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot), 0);
	assert_int_equal(pagemap_sharing_find(snapshot, &sharing), 0);
	count_slowly();
}

static void end(void)
{
	pagemap_sharing_free(sharing);
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
}

/* ---- The slow way ------------------------------------------------------ */

static uint32_t dying_mask(void)
{
	uint32_t mask = 0;
	int i;

	for (i = 0; i < MACHINE_PROCESSES; i++)
		mask |= dies[leader(i)] ? 1u << i : 0;
	return mask;
}

static bool has_members(const struct machine_file *file, uint32_t mask)
{
	return (file->mapped_by | file->open_by) & mask;
}

static bool file_dies(const struct machine_file *file, uint32_t mask)
{
	return !file->linked && has_members(file, mask) &&
	       !((file->mapped_by | file->open_by) & ~mask);
}

static const struct machine_file *file_of(int frame)
{
	int file = (frame - MACHINE_FIRST_FILE_FRAME) / MACHINE_FILE_PAGES;

	if (frame < MACHINE_FIRST_FILE_FRAME || file >= MACHINE_FILES)
		return NULL;
	return &machine.files[file];
}

/* Others map a part of this frame's huge page, and members that part too. */
static bool is_held(int frame, uint32_t mask)
{
	int i, first = MACHINE_FOLIO, end = first + MACHINE_BLOCK;

	for (i = first; i < end && frame >= first && frame < end; i++)
		if ((mappers[i] & mask) && (mappers[i] & ~mask))
			return true;
	return false;
}

static void add_frame(int frame, uint32_t mask, uint64_t parts[PARTS])
{
	static const enum pagemap_killed_part part_of[] = {
		[PAGEMAP_FRAME_ANON] = PAGEMAP_KILLED_FREED_ANON,
		[PAGEMAP_FRAME_KSM] = PAGEMAP_KILLED_FREED_ANON,
		[PAGEMAP_FRAME_FILE] = PAGEMAP_KILLED_CLEAN_CACHE,
		[PAGEMAP_FRAME_FILE_DIRTY] = PAGEMAP_KILLED_DIRTY,
		[PAGEMAP_FRAME_SHMEM] = PAGEMAP_KILLED_STAYS_SHMEM,
	};
	enum pagemap_frame_kind kind = machine_kind((uint64_t)frame);
	const struct machine_file *file = file_of(frame);
	bool copied = kind == PAGEMAP_FRAME_ANON || kind == PAGEMAP_FRAME_KSM;

	if (!(mappers[frame] & mask))
		return;
	if ((mappers[frame] & ~mask) || is_held(frame, mask))
		parts[PAGEMAP_KILLED_STAYS_SHARED]++;
	else if (copied || !file || !file_dies(file, mask))
		parts[part_of[kind]]++;
}

static void add_file(const struct machine_file *file, uint32_t mask,
		     uint64_t parts[PARTS])
{
	if (!file_dies(file, mask))
		return;
	parts[file->in_shmem ? PAGEMAP_KILLED_FREED_SHMEM
			     : PAGEMAP_KILLED_FREED_FILE] += file->cached_pages;
	parts[PAGEMAP_KILLED_SWAP_FREED] += file->swapped_pages;
}

/* Pages of all parts, but those that are sums. */
static void expect(uint64_t parts[PARTS])
{
	uint32_t mask = dying_mask();
	int i;

	memset(parts, 0, PARTS * sizeof(*parts));
	for (i = 0; i < MACHINE_FRAMES; i++)
		add_frame(i, mask, parts);
	for (i = 1; i < MACHINE_SLOTS; i++)
		parts[PAGEMAP_KILLED_SWAP_FREED] +=
			(slot_users[i] & mask) && !(slot_users[i] & ~mask);
	for (i = 0; i < MACHINE_FILES; i++)
		add_file(&machine.files[i], mask, parts);
	for (i = 0; i < MACHINE_PROCESSES; i++) {
		if (!(mask & 1u << i))
			continue;
		parts[PAGEMAP_KILLED_FREED_KERNEL_STACKS] +=
			4 * (uint64_t)machine_threads(i);
		/* And the topmost table. */
		if (leader(i) == i)
			parts[PAGEMAP_KILLED_FREED_PAGE_TABLES] +=
				(uint64_t)machine_table_kib(i) / 4 + 1;
	}
}

/* ---- Against the library ----------------------------------------------- */

static void choose_dying(unsigned int *seed, unsigned int one_in)
{
	int i;

	for (i = 0; i < MACHINE_PROCESSES; i++)
		dies[i] = !((unsigned int)rand_r(seed) % one_in);
	if (machine.same_mm[1] >= 0)
		dies[machine.same_mm[1]] = dies[machine.same_mm[0]];
}

static struct pagemap_if_killed predict(void)
{
	size_t i, count = pagemap_snapshot_process_count(snapshot);
	bool by_index[MACHINE_PROCESSES] = { false };
	struct pagemap_if_killed killed;

	for (i = 0; i < count; i++)
		by_index[i] = dies[(pagemap_process_pid(
			pagemap_snapshot_process_at(snapshot, i)) -
			MACHINE_PID(0)) / 3];
	assert_int_equal(pagemap_if_killed(source, sharing, by_index, &killed),
			 0);
	return killed;
}

static void check_exact(const struct pagemap_if_killed *killed)
{
	uint64_t parts[PARTS];
	int part;

	expect(parts);
	for (part = PAGEMAP_KILLED_FREED_ANON;
	     part <= PAGEMAP_KILLED_FREED_HUGETLB; part++)
		parts[PAGEMAP_KILLED_FREED] += parts[part];
	for (part = PAGEMAP_KILLED_STAYS_SHARED;
	     part <= PAGEMAP_KILLED_STAYS_HUGETLB; part++)
		parts[PAGEMAP_KILLED_STAYS] += parts[part];
	for (part = 0; part < PARTS; part++) {
		const struct pagemap_value *value = &killed->parts[part];

		assert_int_equal(value->quality, PAGEMAP_EXACT);
		if (value->value != parts[part] * PAGE)
			fail_msg("%s: %lu pages, not %lu",
				 pagemap_killed_part_name(
					(enum pagemap_killed_part)part),
				 (unsigned long)value->value / PAGE,
				 (unsigned long)parts[part]);
	}
}

static void test_random_sets(void **state)
{
	unsigned int seed, set, twins, chosen;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++)
		for (twins = 0; twins < 2; twins++) {
			begin(seed, twins, 0);
			chosen = seed;
			for (set = 0; set < SETS; set++) {
				struct pagemap_if_killed killed;

				choose_dying(&chosen, 1 + set % 4);
				killed = predict();
				check_exact(&killed);
			}
			end();
		}
}

/* Each resident page of theirs is in one part: their union's RSS. */
static void test_parts_add_up(void **state)
{
	unsigned int seed, chosen;

	(void)state;
	for (seed = 20; seed < 20 + SEEDS; seed++) {
		uint32_t group_of[MACHINE_PROCESSES];
		struct pagemap_partition partition = { group_of, 0, 1 };
		struct pagemap_if_killed killed;
		struct pagemap_usage usage;
		uint64_t sum = 0, mask, unmapped = 0;
		size_t i;
		int file;

		begin(seed, false, 0);
		chosen = seed;
		choose_dying(&chosen, 2);
		killed = predict();
		partition.count = pagemap_snapshot_process_count(snapshot);
		for (i = 0; i < partition.count; i++)
			group_of[i] = dies[i] ? 0 : PAGEMAP_NO_GROUP;
		assert_int_equal(pagemap_usage_of_groups(snapshot, &partition,
							 &usage), 0);
		mask = dying_mask();
		/* Of files that die more than what is mapped comes back. */
		for (file = 0; file < MACHINE_FILES; file++) {
			const struct machine_file *made = &machine.files[file];
			int k, first = MACHINE_FIRST_FILE_FRAME +
				       file * MACHINE_FILE_PAGES;

			if (!file_dies(made, (uint32_t)mask))
				continue;
			unmapped += made->cached_pages;
			for (k = first; k < first + MACHINE_FILE_PAGES; k++)
				unmapped -= k % 3 && mappers[k];
		}
		sum += killed.parts[PAGEMAP_KILLED_FREED_ANON].value;
		sum += killed.parts[PAGEMAP_KILLED_FREED_SHMEM].value;
		sum += killed.parts[PAGEMAP_KILLED_FREED_FILE].value;
		sum += killed.parts[PAGEMAP_KILLED_CLEAN_CACHE].value;
		sum += killed.parts[PAGEMAP_KILLED_DIRTY].value;
		sum += killed.parts[PAGEMAP_KILLED_STAYS].value;
		assert_int_equal(sum - unmapped * PAGE,
				 usage.value_bytes[PAGEMAP_RSS]);
		end();
	}
}

/* Who may not be asked may hold a file: the truth is within the bounds. */
static void test_hidden_descriptors(void **state)
{
	unsigned int seed, chosen, bounded = 0;
	int part;

	(void)state;
	for (seed = 40; seed < 40 + SEEDS; seed++) {
		uint64_t parts[PARTS];
		struct pagemap_if_killed killed;

		begin(seed, false, 0x3f);
		chosen = seed;
		choose_dying(&chosen, 2);
		killed = predict();
		expect(parts);
		for (part = 0; part < PARTS; part++) {
			const struct pagemap_value *value =
				&killed.parts[part];

			if (part == PAGEMAP_KILLED_FREED ||
			    part == PAGEMAP_KILLED_STAYS ||
			    value->quality == PAGEMAP_ESTIMATED)
				continue;
			bounded += value->quality == PAGEMAP_BOUNDED;
			assert_true(value->low <= parts[part] * PAGE);
			assert_true(value->high >= parts[part] * PAGE);
			assert_true(value->low <= value->value);
			assert_true(value->value <= value->high);
		}
		end();
	}
	assert_true(bounded > 0);
}

/* The kernel counts an attachment more than was seen: the segment stays. */
static void test_unseen_attachment(void **state)
{
	struct machine_file *segment = &machine.files[MACHINE_SEGMENT];
	unsigned int seed;

	(void)state;
	for (seed = 61; seed < 61 + SEEDS; seed++) {
		struct pagemap_if_killed killed;

		begin(seed, false, 0);
		memset(dies, true, sizeof(dies));
		killed = predict();
		check_exact(&killed);
		segment->mappings++;
		/* As if it were held by somebody else. */
		segment->linked = true;
		killed = predict();
		check_exact(&killed);
		end();
	}
}

static void test_refuses(void **state)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts), .frames = PAGEMAP_FRAMES_KINDS,
	};
	bool none[MACHINE_PROCESSES] = { false };
	struct pagemap_if_killed killed;

	(void)state;
	memset(&machine, 0, sizeof(machine));
	machine.same_mm[0] = machine.same_mm[1] = -1;
	machine_make(&machine, 3);
	source = machine_source(&machine);
	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot), 0);
	assert_int_equal(pagemap_sharing_find(snapshot, &sharing), 0);
	assert_int_equal(pagemap_if_killed(source, sharing, none, &killed),
			 -EINVAL);
	end();
}

static void test_names(void **state)
{
	int part;

	(void)state;
	for (part = 0; part < PARTS; part++)
		assert_non_null(pagemap_killed_part_name(
			(enum pagemap_killed_part)part));
	assert_null(pagemap_killed_part_name(PAGEMAP_KILLED_PART_COUNT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_sets),
		cmocka_unit_test(test_parts_add_up),
		cmocka_unit_test(test_hidden_descriptors),
		cmocka_unit_test(test_unseen_attachment),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
