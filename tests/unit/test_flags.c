/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of page flags, there and back.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "common_edge.h"
#include "parse.h"

/* Mainline's numbers, written out again: the header must not drift. */
static const struct {
	unsigned int bit;
	const char *name;
} known[] = {
	{ 0, "locked" }, { 1, "error" }, { 2, "referenced" },
	{ 3, "uptodate" }, { 4, "dirty" }, { 5, "lru" }, { 6, "active" },
	{ 7, "slab" }, { 8, "writeback" }, { 9, "reclaim" }, { 10, "buddy" },
	{ 11, "mmap" }, { 12, "anon" }, { 13, "swapcache" },
	{ 14, "swapbacked" }, { 15, "compound_head" },
	{ 16, "compound_tail" }, { 17, "huge" }, { 18, "unevictable" },
	{ 19, "hwpoison" }, { 20, "nopage" }, { 21, "ksm" }, { 22, "thp" },
	{ 23, "offline" }, { 24, "zero_page" }, { 25, "idle" },
	{ 26, "pgtable" }, { 32, "reserved" }, { 33, "mlocked" },
	{ 34, "owner_2" }, { 35, "private" }, { 36, "private_2" },
	{ 37, "owner_private" }, { 38, "arch" }, { 39, "uncached" },
	{ 40, "softdirty" }, { 41, "arch_2" }, { 42, "arch_3" },
};

#define KNOWN_COUNT (sizeof(known) / sizeof(known[0]))

static void known_bits_have_their_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < KNOWN_COUNT; i++) {
		unsigned int bit = 99;

		assert_string_equal(pagemap_flag_name(known[i].bit),
				    known[i].name);
		assert_int_equal(pagemap_flag_from_name(known[i].name, &bit),
				 0);
		assert_int_equal(bit, known[i].bit);
	}
}

static void other_bits_have_none(void **state)
{
	size_t named = 0;

	(void)state;
	for (unsigned int bit = 0; bit < 200; bit++)
		named += pagemap_flag_name(bit) != NULL;
	assert_int_equal(named, KNOWN_COUNT);
	assert_null(pagemap_flag_name(27));
	assert_null(pagemap_flag_name(31));
	assert_null(pagemap_flag_name(43));
	assert_null(pagemap_flag_name(63));
	assert_null(pagemap_flag_name(64));
	assert_null(pagemap_flag_name(UINT_MAX));
}

static void other_names_are_not_found(void **state)
{
	static const char *const names[] = {
		"", "Dirty", "dirt", "dirtyy", "43", " dirty", "kpf_dirty",
	};
	unsigned int bit = 99;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(pagemap_flag_from_name(names[i], &bit),
				 -ENOENT);
	assert_int_equal(bit, 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_bits_have_their_names),
		cmocka_unit_test(other_bits_have_none),
		cmocka_unit_test(other_names_are_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
