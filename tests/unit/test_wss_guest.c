/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much of a guest process's pages was used, by what a host says of the
 * mappings of its child: bounds that hold whichever pages they were.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wss_guest.h"
#include "own_chance.h"

#define PAGE 4096u
#define PAGES 64

static struct wss_guest_child child;
static struct array present;
static struct wss_guest_page pages[PAGES];
static size_t page_count;
static size_t seen[PAGES];

static int setup(void **unused)
{
	(void)unused;
	memset(&child, 0, sizeof(child));
	memset(&present, 0, sizeof(present));
	child.present = &present;
	page_count = 0;
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	array_free(&child.vmas);
	array_free(&child.seen);
	array_free(&present);
	return 0;
}

/* A mapping of which so many pages count as used. */
static void add_vma(uint64_t used_pages)
{
	struct wss_guest_vma *vma = array_push(&child.vmas, sizeof(*vma));

	assert_non_null(vma);
	*vma = (struct wss_guest_vma){
		.referenced = wss_value_exact(used_pages * PAGE), .told = true,
	};
}

static void add_seen(uint64_t page, bool came, bool marked)
{
	struct wss_guest_vma *vmas = child.vmas.items;
	struct wss_guest_seen *one = array_push(&child.seen, sizeof(*one));

	assert_non_null(one);
	*one = (struct wss_guest_seen){
		.page = page, .vma = (uint32_t)child.vmas.count - 1,
		.came = came, .marked = marked,
	};
	vmas[child.vmas.count - 1].present++;
}

static void add_present(uint64_t page)
{
	struct wss_pages *one = array_push(&present, sizeof(*one));

	assert_non_null(one);
	*one = (struct wss_pages){ page, 1 };
}

static void add_page(uint64_t page)
{
	pages[page_count++] = (struct wss_guest_page){ .page = page };
}

static void expect(uint64_t low, uint64_t value, uint64_t high)
{
	struct pagemap_value used = wss_guest_join(&child, pages, page_count,
						   PAGE, seen);

	assert_int_equal(used.low, low * PAGE);
	assert_int_equal(used.value, value * PAGE);
	assert_int_equal(used.high, high * PAGE);
	assert_int_equal(used.quality,
			 low == high ? PAGEMAP_EXACT : PAGEMAP_BOUNDED);
	if (low != high)
		assert_int_equal(used.reason, PAGEMAP_REASON_REMAPPED);
}

/* The child had all of them, and has them: what the host says is so. */
static void test_quiet(void **unused)
{
	(void)unused;
	add_vma(3);
	for (uint64_t i = 0; i < 8; i++) {
		add_present(i);
		add_seen(i, false, false);
		add_page(i);
	}
	add_vma(0);
	add_present(100);
	add_seen(100, false, false);
	add_page(100);
	expect(3, 3, 3);
	assert_int_equal(seen[7], 7);
	assert_int_equal(seen[8], 8);
}

static void test_not_mapped(void **unused)
{
	(void)unused;
	add_page(1);
	add_page(2);
	expect(0, 0, 0);
	assert_int_equal(seen[0], WSS_GUEST_ABSENT);
}

/* It was there and is not any more: perhaps it was used before. */
static void test_taken_away(void **unused)
{
	(void)unused;
	add_present(1);
	add_page(1);
	add_page(2);
	expect(0, 0, 1);
	assert_int_equal(seen[0], WSS_GUEST_GONE);
	assert_int_equal(seen[1], WSS_GUEST_ABSENT);
}

/* One came because it was used, the others of its window perhaps with it. */
static void test_came(void **unused)
{
	(void)unused;
	add_vma(20);
	for (uint64_t i = 16; i < 36; i++) {
		add_seen(i, true, false);
		add_page(i);
	}
	expect(2, 20, 20);
}

static void test_came_alone(void **unused)
{
	(void)unused;
	for (uint64_t i = 0; i < 5; i++) {
		add_vma(1);
		add_seen(3 * i, true, false);
		add_page(3 * i);
	}
	expect(5, 5, 5);
}

static void test_marked(void **unused)
{
	(void)unused;
	add_vma(4);
	for (uint64_t i = 0; i < 6; i++) {
		add_present(i);
		add_seen(i, false, i < 3);
		add_page(i);
	}
	expect(1, 4, 4);
}

/* Pages that the child has and the process does not may be the used ones. */
static void test_not_its_own(void **unused)
{
	(void)unused;
	add_vma(3);
	for (uint64_t i = 0; i < 4; i++) {
		add_present(i);
		add_seen(i, false, false);
	}
	add_page(1);
	add_page(2);
	expect(1, 2, 2);
}

/* One mapping of the child, two of the process. */
static void test_cut_in_two(void **unused)
{
	(void)unused;
	add_vma(3);
	for (uint64_t i = 0; i < 4; i++) {
		add_present(i);
		add_seen(i, false, false);
	}
	add_page(0);
	add_page(1);
	expect(1, 2, 2);
	page_count = 0;
	add_page(2);
	add_page(3);
	expect(1, 2, 2);
	assert_int_equal(seen[1], 3);
}

static void test_untold(void **unused)
{
	struct wss_guest_vma *vma;

	(void)unused;
	add_vma(1);
	vma = child.vmas.items;
	vma->told = false;
	add_present(1);
	add_seen(1, false, false);
	add_page(1);
	expect(0, 0, 0);
}

/* ---- Worlds by chance -------------------------------------------------- */

struct truth {
	bool has, had, used, counts;
};

/* Faults bring windows; what the host counts is what is there and marked. */
static void make_truth(struct truth truth[PAGES])
{
	for (size_t i = 0; i < PAGES; i++) {
		struct truth *page = &truth[i];

		*page = (struct truth){
			.had = chance(3) > 0,
			.used = chance(4) == 0,
		};
		page->has = page->had;
		page->counts = page->used;
	}
}

static void bring_windows(struct truth truth[PAGES],
			  const size_t vma_of[PAGES])
{
	for (size_t i = 0; i < PAGES; i++) {
		if (!truth[i].used || truth[i].had)
			continue;
		truth[i].has = true;
		for (size_t k = i / 16 * 16; k < i / 16 * 16 + 16; k++)
			if (k < PAGES && vma_of[k] == vma_of[i] &&
			    !truth[k].has && chance(2))
				truth[k].has = truth[k].counts = true;
	}
}

static void lay_out(size_t vma_of[PAGES])
{
	size_t vma = 0;

	for (size_t i = 0; i < PAGES; i++) {
		vma += i && chance(5) == 0;
		vma_of[i] = vma;
	}
}

static uint64_t tell(const struct truth truth[PAGES],
		     const size_t vma_of[PAGES])
{
	uint64_t used = 0;

	for (size_t i = 0; i < PAGES; i++) {
		bool marked = chance(10) == 0;
		bool gone = truth[i].had && chance(20) == 0;

		if (!i || vma_of[i] != vma_of[i - 1])
			add_vma(0);
		if (truth[i].had)
			add_present(i);
		if (truth[i].has && !gone) {
			struct wss_guest_vma *vma = child.vmas.items;

			add_seen(i, !truth[i].had, marked);
			if (truth[i].counts || marked)
				vma[vma_of[i]].referenced = wss_value_exact(
					vma[vma_of[i]].referenced.value + PAGE);
		}
		add_page(i);
		used += truth[i].used;
	}
	return used;
}

static void test_by_chance(void **unused)
{
	size_t vma_of[PAGES];
	struct truth truth[PAGES];

	for (int round = 0; round < 2000; round++) {
		struct pagemap_value found;
		uint64_t used;

		lay_out(vma_of);
		make_truth(truth);
		bring_windows(truth, vma_of);
		used = tell(truth, vma_of) * PAGE;
		found = wss_guest_join(&child, pages, page_count, PAGE, seen);
		assert_in_range(used, found.low, found.high);
		assert_in_range(found.value, found.low, found.high);
		teardown(unused);
		setup(unused);
	}
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_quiet),
		TEST(test_not_mapped),
		TEST(test_taken_away),
		TEST(test_came),
		TEST(test_came_alone),
		TEST(test_marked),
		TEST(test_not_its_own),
		TEST(test_cut_in_two),
		TEST(test_untold),
		TEST(test_by_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
