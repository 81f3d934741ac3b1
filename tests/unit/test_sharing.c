// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sets of mms and the frames that just these map, on machines made up at
 * random: every frame's set, kind and pairs counted again the slow way.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common_machine.h"

#define SEEDS 8
#define KINDS PAGEMAP_FRAME_KIND_COUNT

static struct machine machine;
static struct pagemap_source *source;
static struct pagemap_snapshot *snapshot;
static struct pagemap_sharing *sharing;
static bool kinds_only;
static const struct pagemap_page_filter *filter;

/* Who maps each frame, by bits of processes of the snapshot. */
static uint32_t mappers[MACHINE_FRAMES];
static uint32_t slot_users[MACHINE_SLOTS];

static size_t index_in_snapshot(int process)
{
	return pagemap_process_index(
		pagemap_snapshot_find_pid(snapshot, MACHINE_PID(process)));
}

static void count_slowly(void)
{
	uint32_t indexes[MACHINE_PROCESSES];
	int i;

	for (i = 0; i < MACHINE_PROCESSES; i++)
		indexes[i] = (uint32_t)index_in_snapshot(i);
	machine_users(&machine, indexes, mappers, slot_users);
}

static void begin(unsigned int seed, enum pagemap_frame_detail frames,
		  enum pagemap_detail detail, bool twins)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.detail = detail,
		.frames = frames,
		.pages = filter,
		.threads = 2,
	};

	memset(&machine, 0, sizeof(machine));
	machine.can_scan = seed & 1;
	machine.same_mm[0] = twins ? 2 : -1;
	machine.same_mm[1] = twins ? 9 : -1;
	machine_make(&machine, seed);
	kinds_only = frames == PAGEMAP_FRAMES_KINDS;
	source = machine_source(&machine);
	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot), 0);
	assert_int_equal(pagemap_snapshot_engine(snapshot),
			 PAGEMAP_ENGINE_CENSUS);
	assert_int_equal(pagemap_sharing_find(snapshot, &sharing), 0);
	count_slowly();
}

static void end(void)
{
	pagemap_sharing_free(sharing);
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
}

static uint32_t bits_of(const struct pagemap_share_set *set)
{
	uint32_t bits = 0;
	size_t i;

	assert_true(set->member_count > 0);
	for (i = 0; i < set->member_count; i++) {
		assert_true(!i || set->members[i - 1] < set->members[i]);
		bits |= 1u << set->members[i];
	}
	return bits;
}

/* Each set's frames, counted by walking all frames. */
static void check_set(size_t index)
{
	struct pagemap_share_set set;
	uint64_t pages[KINDS] = { 0 }, slots = 0;
	uint32_t bits;
	int frame, kind;

	assert_int_equal(pagemap_sharing_set_at(sharing, index, &set), 0);
	bits = bits_of(&set);
	for (frame = 0; frame < MACHINE_FRAMES; frame++)
		if (mappers[frame] == bits)
			pages[machine_kind((uint64_t)frame)]++;
	for (frame = 1; frame < MACHINE_SLOTS; frame++)
		slots += slot_users[frame] == bits;
	/* Of anonymous pages of one process nothing more is looked at. */
	if (kinds_only && set.member_count == 1) {
		set.pages[PAGEMAP_FRAME_ANON] += set.pages[PAGEMAP_FRAME_KSM];
		pages[PAGEMAP_FRAME_ANON] += pages[PAGEMAP_FRAME_KSM];
		set.pages[PAGEMAP_FRAME_KSM] = pages[PAGEMAP_FRAME_KSM] = 0;
	}
	for (kind = 0; kind < KINDS; kind++)
		assert_int_equal(set.pages[kind], pages[kind]);
	assert_int_equal(set.swap_pages, slots);
	assert_int_equal(set.unseen_pages, 0);
}

static void check_all(void)
{
	uint64_t distinct = 0, in_sets = 0;
	size_t i, count = pagemap_sharing_set_count(sharing);
	struct pagemap_share_set set;
	int frame, kind;

	for (i = 0; i < count; i++) {
		check_set(i);
		pagemap_sharing_set_at(sharing, i, &set);
		for (kind = 0; kind < KINDS; kind++)
			in_sets += set.pages[kind];
	}
	assert_int_equal(pagemap_sharing_set_at(sharing, count, &set),
			 -ENOENT);
	for (frame = 0; frame < MACHINE_FRAMES; frame++)
		distinct += mappers[frame] != 0;
	assert_int_equal(in_sets, distinct);
}

static void test_sets(void **state)
{
	unsigned int seed;

	(void)state;
	for (seed = 1; seed <= SEEDS; seed++) {
		begin(seed, seed & 2 ? PAGEMAP_FRAMES_ALL
				     : PAGEMAP_FRAMES_KINDS,
		      (enum pagemap_detail)(seed % 3), seed == 3);
		check_all();
		end();
	}
}

static void test_set_of_each_frame(void **state)
{
	struct pagemap_share_set set;
	size_t index, found = 0;
	int frame;

	(void)state;
	begin(21, PAGEMAP_FRAMES_ALL, PAGEMAP_DETAIL_PROCESSES, true);
	for (frame = 0; frame < MACHINE_FRAMES; frame++) {
		int err = pagemap_sharing_set_of_frame(sharing,
						       (uint64_t)frame, &index);

		assert_int_equal(err, mappers[frame] ? 0 : -ENOENT);
		if (err)
			continue;
		assert_int_equal(pagemap_sharing_set_at(sharing, index, &set),
				 0);
		assert_int_equal(bits_of(&set), mappers[frame]);
		found++;
	}
	assert_true(found > 1000);
	end();
}

static size_t set_of(uint64_t frame)
{
	size_t index;

	return pagemap_sharing_set_of_frame(sharing, frame, &index) ?
	       PAGEMAP_NO_SET : index;
}

/* From a frame on: as far as the limit, or as the next is in another set. */
static uint64_t check_set_run(uint64_t frame, uint64_t limit)
{
	uint64_t i, count = 0;
	size_t set = 0;

	pagemap_sharing_set_run(sharing, frame, limit, &set, &count);
	assert_true(count > 0 && count <= limit);
	for (i = 0; i < count; i++)
		assert_int_equal(set_of(frame + i), set);
	if (count < limit)
		assert_true(set_of(frame + count) != set);
	return count;
}

static void test_sets_of_frames_in_a_row(void **state)
{
	static const uint64_t limits[] = {
		1, 7, 63, 64, 65, 512, 3000, 2 * MACHINE_FRAMES,
	};
	uint64_t frame, count;
	size_t i, set;

	(void)state;
	begin(22, PAGEMAP_FRAMES_ALL, PAGEMAP_DETAIL_PROCESSES, false);
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		for (frame = 0; frame < MACHINE_FRAMES; frame += count)
			count = check_set_run(frame, limits[i]);
		for (frame = 0; frame < MACHINE_FRAMES; frame += 331)
			check_set_run(frame, limits[i]);
	}
	/* Far beyond all RAM, and at the last number of all. */
	check_set_run(UINT64_C(1) << 60, 5000);
	check_set_run(UINT64_MAX - 5, 6);
	pagemap_sharing_set_run(sharing, UINT64_MAX, 5, &set, &count);
	assert_int_equal(set, PAGEMAP_NO_SET);
	assert_int_equal(count, 1);
	pagemap_sharing_set_run(sharing, UINT64_MAX - 5, 100, &set, &count);
	assert_int_equal(count, 6);
	pagemap_sharing_set_run(sharing, 0, 0, &set, &count);
	assert_int_equal(count, 0);
	end();
}

/* Whoever has a page there is among the members of its frame's set. */
static size_t check_members(const struct pagemap_process *process,
			    const struct pagemap_run *run)
{
	uint64_t i, pages = run->bits & PAGEMAP_RUN_SAME_FRAME ?
			    1 : run->page_count;

	for (i = 0; i < pages; i++) {
		struct pagemap_share_set set;

		assert_int_equal(pagemap_sharing_set_at(sharing,
				set_of(run->pfn + i), &set), 0);
		assert_int_equal(set.member_count, run->sharers);
		assert_true(bits_of(&set) &
			    1u << pagemap_process_index(process));
	}
	return (size_t)pages;
}

/* Private pages, parts of huge pages and merged ones as well. */
static size_t check_present_pages(bool *ret_huge, bool *ret_merged)
{
	size_t i, m, found = 0;

	*ret_huge = *ret_merged = false;
	begin(23, PAGEMAP_FRAMES_ALL, PAGEMAP_DETAIL_PAGES, true);
	for (i = 0; i < pagemap_snapshot_process_count(snapshot); i++)
		for (m = 0; m < MACHINE_MAPPINGS; m++) {
			const struct pagemap_process *process =
				pagemap_snapshot_process_at(snapshot, i);
			struct pagemap_run_iter iter;
			struct pagemap_run run;

			pagemap_run_iter_init(&iter,
				pagemap_process_mapping_at(process, m));
			while (pagemap_run_iter_next(&iter, &run) == 1) {
				if (run.state != PAGEMAP_PAGE_PRESENT)
					continue;
				found += check_members(process, &run);
				*ret_huge |= run.bits & PAGEMAP_RUN_HUGE;
				*ret_merged |=
					run.flags >> PAGEMAP_FLAG_KSM & 1;
			}
		}
	end();
	return found;
}

static void test_each_present_page_has_a_set(void **state)
{
	const pid_t pid = MACHINE_PID(4);
	const struct pagemap_page_filter of_one = {
		.pids = &pid, .pid_count = 1,
	};
	bool huge, merged;
	size_t all, some;

	(void)state;
	all = check_present_pages(&huge, &merged);
	assert_true(all > 10000 && huge && merged);
	/* Of one process alone; the sets are of all of them none the less. */
	filter = &of_one;
	some = check_present_pages(&huge, &merged);
	filter = NULL;
	assert_true(some > 1000 && some < all / 4);
}

static void check_pair(const struct pagemap_share_pair *pair)
{
	uint32_t both = 1u << pair->first | 1u << pair->second;
	uint64_t pages[KINDS] = { 0 };
	int frame, kind;

	assert_true(pair->first < pair->second);
	for (frame = 0; frame < MACHINE_FRAMES; frame++)
		if ((mappers[frame] & both) == both)
			pages[machine_kind((uint64_t)frame)]++;
	for (kind = 0; kind < KINDS; kind++)
		assert_int_equal(pair->pages[kind], pages[kind]);
}

static uint64_t sum_of(const struct pagemap_share_pair *pair)
{
	uint64_t sum = 0;
	int kind;

	for (kind = 0; kind < KINDS; kind++)
		sum += pair->pages[kind];
	return sum;
}

static void test_pairs(void **state)
{
	bool wanted[MACHINE_PROCESSES] = { [4] = true, [7] = true };
	struct pagemap_share_pair *pairs, *few;
	size_t i, count = 0, few_count = 5;

	(void)state;
	begin(31, PAGEMAP_FRAMES_KINDS, PAGEMAP_DETAIL_MAPPINGS, false);
	assert_int_equal(pagemap_sharing_pairs(sharing, NULL, &count, &pairs),
			 0);
	assert_int_equal(count,
			 MACHINE_PROCESSES * (MACHINE_PROCESSES - 1) / 2);
	for (i = 0; i < count; i++) {
		check_pair(&pairs[i]);
		assert_true(!i || sum_of(&pairs[i - 1]) >= sum_of(&pairs[i]));
	}
	assert_int_equal(pagemap_sharing_pairs(sharing, NULL, &few_count,
					       &few), 0);
	assert_int_equal(few_count, 5);
	assert_memory_equal(pairs, few, 5 * sizeof(*few));
	free(few);
	few_count = 0;
	assert_int_equal(pagemap_sharing_pairs(sharing, wanted, &few_count,
					       &few), 0);
	assert_int_equal(few_count, 2 * (MACHINE_PROCESSES - 1) - 1);
	for (i = 0; i < few_count; i++)
		assert_true(wanted[few[i].first] || wanted[few[i].second]);
	free(few);
	free(pairs);
	end();
}

/* The same by the sets of the mapping, each of which is there once. */
static void sum_parts(const struct pagemap_mapping *mapping, uint32_t process,
		      uint64_t *ret_pages)
{
	struct pagemap_share_part *parts;
	size_t i, k, count;
	int kind;

	memset(ret_pages, 0, KINDS * sizeof(*ret_pages));
	assert_int_equal(pagemap_sharing_parts(sharing, mapping, &parts,
					       &count), 0);
	for (i = 0; i < count; i++) {
		struct pagemap_share_set set;

		assert_true(!i || parts[i - 1].set < parts[i].set);
		assert_int_equal(pagemap_sharing_set_at(sharing, parts[i].set,
							&set), 0);
		for (k = 0; k < set.member_count; k++)
			for (kind = 0; set.members[k] == process &&
			     kind < KINDS; kind++)
				ret_pages[kind] += parts[i].pages[kind];
	}
	free(parts);
}

/* Pages of a mapping of one process that another maps too. */
static void test_of_mapping(void **state)
{
	int mapping, other, page, kind;

	(void)state;
	begin(41, PAGEMAP_FRAMES_ALL, PAGEMAP_DETAIL_MAPPINGS, false);
	for (mapping = 0; mapping < MACHINE_MAPPINGS; mapping++)
		for (other = 0; other < MACHINE_PROCESSES; other++) {
			uint64_t pages[KINDS], expected[KINDS] = { 0 };
			const struct pagemap_mapping *asked =
				pagemap_process_mapping_at(
				pagemap_snapshot_process_at(snapshot, 3),
				(size_t)mapping);
			uint64_t parts[KINDS];

			for (page = 0; page < MACHINE_PAGES; page++) {
				const struct machine_page *p =
					&machine.mappings[3][mapping]
					.pages[page];

				if (p->kind == PAGE_FRAME &&
				    mappers[p->number] & 1u << other)
					expected[machine_kind(p->number)]++;
			}
			pagemap_sharing_of_mapping(sharing, asked,
						   (uint32_t)other, pages);
			sum_parts(asked, (uint32_t)other, parts);
			for (kind = 0; kind < KINDS; kind++) {
				assert_int_equal(pages[kind], expected[kind]);
				assert_int_equal(parts[kind], expected[kind]);
			}
		}
	end();
}

/* Mappings that have the same place in their process are a group. */
static void test_of_mapping_groups(void **state)
{
	static uint32_t group_of[MACHINE_PROCESSES * MACHINE_MAPPINGS];
	uint64_t pages[MACHINE_MAPPINGS - 1][KINDS];
	struct pagemap_partition partition = {
		group_of, sizeof(group_of) / sizeof(group_of[0]),
		MACHINE_MAPPINGS - 1,
	};
	size_t i;
	int mapping, process, page, frame, kind;

	(void)state;
	begin(43, PAGEMAP_FRAMES_ALL, PAGEMAP_DETAIL_MAPPINGS, false);
	for (i = 0; i < partition.count; i++)
		group_of[i] = i % MACHINE_MAPPINGS < partition.group_count ?
			      (uint32_t)(i % MACHINE_MAPPINGS) :
			      PAGEMAP_NO_GROUP;
	assert_int_equal(pagemap_sharing_of_mapping_groups(sharing, &partition,
							   pages), 0);
	for (mapping = 0; mapping < MACHINE_MAPPINGS - 1; mapping++) {
		uint64_t expected[KINDS] = { 0 };
		bool met[MACHINE_FRAMES] = { false };

		for (process = 0; process < MACHINE_PROCESSES; process++)
			for (page = 0; page < MACHINE_PAGES; page++) {
				const struct machine_page *p = &machine
					.mappings[process][mapping].pages[page];

				if (p->kind == PAGE_FRAME)
					met[p->number] = true;
			}
		for (frame = 0; frame < MACHINE_FRAMES; frame++)
			if (met[frame])
				expected[machine_kind((uint64_t)frame)]++;
		for (kind = 0; kind < KINDS; kind++)
			assert_int_equal(pages[mapping][kind], expected[kind]);
	}
	partition.group_count = 2;
	assert_int_equal(pagemap_sharing_of_mapping_groups(sharing, &partition,
							   pages), -EINVAL);
	partition.count--;
	assert_int_equal(pagemap_sharing_of_mapping_groups(sharing, &partition,
							   pages), -EINVAL);
	end();
}

/* The kernel counts more mappings than were seen: said, page for page. */
static void test_unseen(void **state)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts), .frames = PAGEMAP_FRAMES_KINDS,
	};
	struct pagemap_share_set set;
	uint64_t unseen = 0, expected = 0;
	size_t i;
	int frame;

	(void)state;
	memset(&machine, 0, sizeof(machine));
	machine.same_mm[0] = machine.same_mm[1] = -1;
	machine.hides_pids = true;
	for (frame = 0; frame < 2000; frame += 3)
		machine.hidden_counts[frame] = 1;
	machine_make(&machine, 51);
	source = machine_source(&machine);
	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot), 0);
	assert_int_equal(pagemap_sharing_find(snapshot, &sharing), 0);
	count_slowly();
	for (frame = 0; frame < 2000; frame += 3)
		expected += mappers[frame] != 0;
	for (i = 0; !pagemap_sharing_set_at(sharing, i, &set); i++)
		unseen += set.unseen_pages;
	assert_int_equal(unseen, expected);
	assert_true(expected > 0);
	end();
}

static void test_what_cannot_be_sorted(void **state)
{
	const pid_t pid = MACHINE_PID(1);
	struct pagemap_snapshot_opts some = {
		.size = sizeof(some), .frames = PAGEMAP_FRAMES_KINDS,
		.pids = &pid, .pid_count = 1,
	};
	struct pagemap_snapshot_opts counted = {
		.size = sizeof(counted), .engine = PAGEMAP_ENGINE_CENSUS,
	};
	struct pagemap_snapshot_opts wrong = {
		.size = sizeof(wrong),
		.frames = (enum pagemap_frame_detail)(PAGEMAP_FRAMES_ALL + 1),
	};

	(void)state;
	memset(&machine, 0, sizeof(machine));
	machine.same_mm[0] = machine.same_mm[1] = -1;
	machine_make(&machine, 61);
	source = machine_source(&machine);
	assert_int_equal(pagemap_snapshot_take(source, &wrong, &snapshot),
			 -EINVAL);
	assert_int_equal(pagemap_snapshot_take(source, &some, &snapshot), 0);
	assert_int_equal(pagemap_sharing_find(snapshot, &sharing), -ENOTSUP);
	pagemap_snapshot_free(snapshot);
	assert_int_equal(pagemap_snapshot_take(source, &counted, &snapshot),
			 0);
	assert_int_equal(pagemap_sharing_find(snapshot, &sharing), -ENOTSUP);
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
	pagemap_sharing_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_set_of_each_frame),
		cmocka_unit_test(test_sets_of_frames_in_a_row),
		cmocka_unit_test(test_each_present_page_has_a_set),
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_of_mapping),
		cmocka_unit_test(test_of_mapping_groups),
		cmocka_unit_test(test_unseen),
		cmocka_unit_test(test_what_cannot_be_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
