/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a source of a vkernel says of guest processes that are not whole: whom
 * no child runs, whose child has no tables, whose stub is larger; and of RAM
 * with more roots than there can be.  The tree is made by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common_guest_ram.h"
#include "common_vkernel.h"

#define FRAMES (MADE_RAM_BYTES / GUEST_PAGE_BYTES)

/* Where the first child has its pages, and in which frames. */
#define FIRST_VPN UINT64_C(0x400)
#define FIRST_FRAME UINT64_C(0x500)

static struct guest_ram *ram;
static struct pagemap_source *host, *source;
static struct pagemap_snapshot *snapshot;

static int set_up(void **state)
{
	(void)state;
	made_vkernel();
	ram = guest_ram_new(FRAMES, MADE_FIRST_PFN, MADE_BASE, 3);
	/* Frames that children map lie below, those of tables above. */
	guest_ram_skip_to(ram, 0xa00);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
	pagemap_source_close(host);
	snapshot = NULL;
	source = host = NULL;
	guest_ram_free(ram);
	made_end();
	return 0;
}

/* The mm of the first child: all that it maps. */
static uint64_t add_first_mm(void)
{
	uint64_t root = guest_ram_new_mm(ram);

	guest_ram_map(ram, root, FIRST_VPN, FIRST_FRAME, GUEST_READONLY);
	guest_ram_map(ram, root, FIRST_VPN + 1, FIRST_FRAME + 1,
		      GUEST_READONLY);
	guest_ram_map(ram, root, 0x500, 0x700, GUEST_WRITTEN);
	guest_ram_map(ram, root, 0x7fbffff, 0x600, GUEST_READONLY);
	return root;
}

static uint64_t add_other_mm(void)
{
	uint64_t root = guest_ram_new_mm(ram);

	guest_ram_map(ram, root, FIRST_VPN, FIRST_FRAME, GUEST_READONLY);
	guest_ram_map(ram, root, FIRST_VPN + 1, 0x701, GUEST_WRITTEN);
	return root;
}

static void name_child(uint64_t root, pid_t child, uint64_t stub_pfn)
{
	guest_ram_put_mm(ram, guest_ram_take(ram), 64, root, child, stub_pfn);
}

static void take(void)
{
	struct pagemap_snapshot_opts opts = { .size = sizeof(opts) };

	made_write_at(MADE_MAIN, MADE_RAM_NAME, 0, ram->bytes, MADE_RAM_BYTES);
	host = made_open();
	assert_int_equal(pagemap_source_open_vkernel(host, MADE_MAIN, NULL,
						     &source), 0);
	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot), 0);
}

static struct pagemap_guest_process guest_of(pid_t pid)
{
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(snapshot, pid);
	struct pagemap_guest_process guest;

	assert_non_null(process);
	assert_int_equal(pagemap_guest_process(process, &guest), 0);
	return guest;
}

static enum pagemap_guest_use use_of(uint64_t pfn)
{
	const struct pagemap_guest *guest = pagemap_snapshot_guest(snapshot);
	struct pagemap_guest_run run;
	size_t index;

	assert_int_equal(pagemap_guest_run_of(guest, pfn, &index), 0);
	assert_int_equal(pagemap_guest_run_at(guest, index, &run), 0);
	return run.use;
}

/* From 6.10 on a stub has two frames of data. */
static void test_all_frames_of_a_stub(void **state)
{
	struct pagemap_guest_cost cost;

	(void)state;
	name_child(add_first_mm(), MADE_CHILD, 0x800);
	name_child(add_other_mm(), MADE_OTHER_CHILD, 0x802);
	take();
	assert_int_equal(guest_of(MADE_CHILD).stub_frames, 1);
	assert_int_equal(guest_of(MADE_OTHER_CHILD).stub_frames, 2);
	assert_int_equal(use_of(0x800), PAGEMAP_GUEST_STUB);
	assert_int_equal(use_of(0x801), PAGEMAP_GUEST_OTHER);
	assert_int_equal(use_of(0x802), PAGEMAP_GUEST_STUB);
	assert_int_equal(use_of(0x803), PAGEMAP_GUEST_STUB);
	assert_int_equal(use_of(0x804), PAGEMAP_GUEST_OTHER);
	pagemap_guest_cost(pagemap_snapshot_guest(snapshot), &cost);
	assert_int_equal(cost.guest_stub.low, GUEST_PAGE_BYTES);
	assert_int_equal(cost.guest_stub.high, 2 * GUEST_PAGE_BYTES);
}

/* Two mms that are alike to the page: a child has neither. */
static void test_no_child_no_pages_of_one(void **state)
{
	uint64_t one = add_first_mm(), two = add_first_mm();
	struct pagemap_guest_process guest;

	(void)state;
	name_child(add_other_mm(), MADE_OTHER_CHILD, 0x802);
	take();
	guest = guest_of(PAGEMAP_GUEST_PID_BASE + (pid_t)one);
	assert_int_equal(guest.link, PAGEMAP_GUEST_LINK_NONE);
	assert_int_equal(guest.page_count, 4);
	assert_int_equal(guest.child_pages, 0);
	guest = guest_of(PAGEMAP_GUEST_PID_BASE + (pid_t)two);
	assert_int_equal(guest.child_pages, 0);
	guest = guest_of(MADE_CHILD);
	assert_int_equal(guest.root_pfn, PAGEMAP_PFN_UNKNOWN);
	assert_int_equal(guest.host_pss.quality, PAGEMAP_UNAVAILABLE);
}

/* Roots with the same tables below them, more than mms would have room for. */
static void test_too_many_roots_are_said(void **state)
{
	uint64_t i, root = add_first_mm();

	(void)state;
	name_child(root, MADE_CHILD, 0x800);
	name_child(add_other_mm(), MADE_OTHER_CHILD, 0x802);
	for (i = 0; i < FRAMES / 3 - 3; i++)
		guest_ram_copy(ram, root);
	take();
	assert_true(pagemap_source_has_feature(source,
					       PAGEMAP_FEATURE_ALL_PIDS));
}

static void test_roots_left_out_are_said(void **state)
{
	uint64_t i, root = add_first_mm();

	(void)state;
	name_child(root, MADE_CHILD, 0x800);
	name_child(add_other_mm(), MADE_OTHER_CHILD, 0x802);
	for (i = 0; i < FRAMES / 3; i++)
		guest_ram_copy(ram, root);
	take();
	assert_false(pagemap_source_has_feature(source,
						PAGEMAP_FEATURE_ALL_PIDS));
	assert_int_equal(guest_of(MADE_CHILD).host_pss.quality,
			 PAGEMAP_BOUNDED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_frames_of_a_stub,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_child_no_pages_of_one,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_too_many_roots_are_said,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_roots_left_out_are_said,
						set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
