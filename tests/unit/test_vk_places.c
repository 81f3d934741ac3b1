// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where frames of a guest are mapped, by the index and without one; and what a
 * process has of the host, weighed alone and together with nobody.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "snapshot.h"
#include "vk_reading.h"

#define FRAMES 64
#define LEAVES 90
#define PROCESSES 4			/* the last has nothing */
#define ZERO_PFN 7

static struct vk_leaf leaves[PROCESSES][LEAVES];
static struct vk_process mms[PROCESSES];
static struct pagemap_process processes[PROCESSES];
static struct vk_reading reading;
static struct pagemap_snapshot snapshot;
static uint8_t states[FRAMES];
static uint32_t mappers[FRAMES];
static uint64_t host_pfns[FRAMES];

static uint64_t entry_of(uint64_t pfn, size_t i)
{
	const struct vk_layout *layout = vk_layout_at(0);

	/* Some are in swap, with the frame's bits in their number. */
	if (i % 11 == 5)
		return pfn << 12;
	return pfn << 12 | (layout->present_any & ~layout->protnone) |
	       layout->user | (i % 3 ? layout->writable : 0) |
	       (i % 5 ? layout->accessed : 0) | (i % 7 ? 0 : layout->modified);
}

static void map_pages(struct vk_process *mm, struct vk_leaf *all, size_t seed)
{
	bool seen[FRAMES] = { false };
	size_t i;

	for (i = 0; i < LEAVES; i++) {
		/* Frames 0 to 59, many twice by one process. */
		uint64_t pfn = (i * 37 + seed * 13) * (seed + 1) % 60;

		all[i] = (struct vk_leaf){ 100 + i * 2, entry_of(pfn, i) };
		if (vk_leaf_kind(vk_layout_at(0), all[i].entry) ==
		    VK_LEAF_PAGE && !seen[pfn]) {
			seen[pfn] = true;
			mappers[pfn]++;
		}
	}
	mm->tree.leaves = (struct array){ all, LEAVES, LEAVES };
}

static int begin(void **state)
{
	size_t i;

	(void)state;
	memset(mappers, 0, sizeof(mappers));
	memset(mms, 0, sizeof(mms));
	reading = (struct vk_reading){
		.layout = vk_layout_at(0), .processes = mms,
		.process_count = PROCESSES, .frame_count = FRAMES,
		.states = states, .mappers = mappers, .host_pfns = host_pfns,
		.zero_pfn = ZERO_PFN, .swap_untold = true,
	};
	snapshot = (struct pagemap_snapshot){
		.source_kind = PAGEMAP_SOURCE_VKERNEL,
		.beside = &reading.beside, .processes = processes,
		.process_count = PROCESSES,
	};
	for (i = 0; i < PROCESSES; i++) {
		mms[i].pid = processes[i].pid = 500 + (pid_t)i * 4;
		mms[i].has_root = true;
		processes[i].snapshot = &snapshot;
		if (i + 1 < PROCESSES)
			map_pages(&mms[i], leaves[i], i);
	}
	for (i = 0; i < FRAMES; i++) {
		states[i] = i % 4 ? PAGEMAP_GUEST_RESIDENT :
				    PAGEMAP_GUEST_SWAPPED;
		host_pfns[i] = i % 6 ? i + 1000 : PAGEMAP_PFN_UNKNOWN;
	}
	return 0;
}

static int end(void **state)
{
	(void)state;
	free(reading.places);
	free(reading.place_firsts);
	return 0;
}

static bool is_before(const struct pagemap_guest_place *a,
		      const struct pagemap_guest_place *b)
{
	return a->process == b->process ? a->vaddr < b->vaddr :
					  a->process < b->process;
}

static void with_and_without_an_index(void **state)
{
	struct pagemap_guest_place found[FRAMES][LEAVES * PROCESSES];
	struct pagemap_guest_place again[LEAVES * PROCESSES];
	size_t counts[FRAMES], all = 0, i;
	uint64_t pfn;

	(void)state;
	memset(found, 0, sizeof(found));
	for (pfn = 0; pfn < FRAMES; pfn++) {
		counts[pfn] = pagemap_guest_places(&snapshot, pfn, found[pfn],
						   LEAVES * PROCESSES);
		all += counts[pfn];
	}
	assert_true(all > 200);
	assert_int_equal(counts[FRAMES - 1], 0);
	assert_int_equal(vk_places_fill(&reading), 0);
	assert_non_null(reading.place_firsts);
	for (pfn = 0; pfn < FRAMES; pfn++) {
		memset(again, 0, sizeof(again));
		assert_int_equal(pagemap_guest_places(&snapshot, pfn, again,
						      LEAVES * PROCESSES),
				 counts[pfn]);
		assert_memory_equal(again, found[pfn], sizeof(again));
		for (i = 1; i < counts[pfn]; i++)
			assert_true(is_before(&again[i - 1], &again[i]));
	}
}

static void no_more_than_there_is_room_for(void **state)
{
	struct pagemap_guest_place place = { 0 }, beyond = { 0 };
	size_t count;

	(void)state;
	assert_int_equal(vk_places_fill(&reading), 0);
	count = pagemap_guest_places(&snapshot, 3, NULL, 0);
	assert_true(count > 1);
	assert_int_equal(pagemap_guest_places(&snapshot, 3, &place, 1), count);
	assert_ptr_equal(place.process, &processes[0]);
	/* Not of RAM. */
	assert_int_equal(pagemap_guest_places(&snapshot, FRAMES, &beyond, 1),
			 0);
	assert_int_equal(pagemap_guest_places(&snapshot, UINT64_MAX, &beyond,
					      1), 0);
}

/* What is kept of each process is what adding up with an empty one gives. */
static void alone_as_together(void **state)
{
	struct pagemap_guest_share alone, together;
	uint64_t held = 0;
	size_t i;

	(void)state;
	assert_int_equal(vk_share_fill(&reading), 0);
	for (i = 0; i + 1 < PROCESSES; i++) {
		const struct vk_process *one[] = {
			&mms[i], &mms[PROCESSES - 1],
		};

		assert_int_equal(vk_share_of(&reading, one, 1, &alone), 0);
		assert_int_equal(vk_share_of(&reading, one, 2, &together), 0);
		assert_memory_equal(&alone, &together, sizeof(alone));
		assert_true(alone.host_pss.low < alone.host_pss.value);
		assert_true(alone.host_swapped.value != 0);
		assert_true(mms[i].page_count > 70 &&
			    mms[i].page_count < LEAVES);
		held += alone.host_uss.value;
	}
	assert_true(held != 0);
	assert_int_equal(mms[PROCESSES - 1].page_count, 0);
}

int main(void)
{
#define MADE(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		MADE(with_and_without_an_index),
		MADE(no_more_than_there_is_room_for),
		MADE(alone_as_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
