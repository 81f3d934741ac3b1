/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smaps and smaps_rollup as kernels from 2.6 to 6.18 print them, and as none
 * does.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common_edge.h"
#include "parse.h"

#define BIT(metric) PAGEMAP_METRIC_BIT(metric)
#define HEAD_64 "5640c7536000-7ffe24442000 ---p 00000000 00:00 0 " \
		"                         [rollup]\n"

/* Every size of 6.18, each with a number of its own. */
static const char rollup_6_18[] =
	HEAD_64
	"Rss:                1001 kB\n"
	"Pss:                1002 kB\n"
	"Pss_Dirty:          1003 kB\n"
	"Pss_Anon:           1004 kB\n"
	"Pss_File:           1005 kB\n"
	"Pss_Shmem:          1006 kB\n"
	"Shared_Clean:       1007 kB\n"
	"Shared_Dirty:       1008 kB\n"
	"Private_Clean:      1009 kB\n"
	"Private_Dirty:      1010 kB\n"
	"Referenced:         1011 kB\n"
	"Anonymous:          1012 kB\n"
	"KSM:                1013 kB\n"
	"LazyFree:           1014 kB\n"
	"AnonHugePages:      1015 kB\n"
	"ShmemPmdMapped:     1016 kB\n"
	"FilePmdMapped:      1017 kB\n"
	"Shared_Hugetlb:     1018 kB\n"
	"Private_Hugetlb:    1019 kB\n"
	"Swap:               1020 kB\n"
	"SwapPss:            1021 kB\n"
	"Locked:             1022 kB\n";

static const enum pagemap_metric order_6_18[] = {
	PAGEMAP_RSS, PAGEMAP_PSS, PAGEMAP_PSS_DIRTY, PAGEMAP_PSS_ANON,
	PAGEMAP_PSS_FILE, PAGEMAP_PSS_SHMEM, PAGEMAP_SHARED_CLEAN,
	PAGEMAP_SHARED_DIRTY, PAGEMAP_PRIVATE_CLEAN, PAGEMAP_PRIVATE_DIRTY,
	PAGEMAP_REFERENCED, PAGEMAP_ANON, PAGEMAP_KSM, PAGEMAP_LAZY_FREE,
	PAGEMAP_ANON_THP, PAGEMAP_SHMEM_THP, PAGEMAP_FILE_THP,
	PAGEMAP_HUGETLB_SHARED, PAGEMAP_HUGETLB_PRIVATE, PAGEMAP_SWAP,
	PAGEMAP_SWAP_PSS, PAGEMAP_LOCKED,
};

#define ORDER_COUNT (sizeof(order_6_18) / sizeof(order_6_18[0]))

static const char rollup_4_14[] =
	"00400000-7ffd03bd3000 ---p 00000000 00:00 0    [rollup]\n"
	"Rss:                 884 kB\n"
	"Pss:                 385 kB\n"
	"Shared_Clean:        696 kB\n"
	"Shared_Dirty:          0 kB\n"
	"Private_Clean:       120 kB\n"
	"Private_Dirty:        68 kB\n"
	"Referenced:          884 kB\n"
	"Anonymous:            68 kB\n"
	"LazyFree:              0 kB\n"
	"AnonHugePages:         0 kB\n"
	"ShmemPmdMapped:        0 kB\n"
	"Shared_Hugetlb:        0 kB\n"
	"Private_Hugetlb:       0 kB\n"
	"Swap:                  0 kB\n"
	"SwapPss:               0 kB\n"
	"Locked:              385 kB\n";

/* Before 4.2: no SwapPss, no hugetlb; before 3.8: no VmFlags. */
static const char smaps_2_6[] =
	"08048000-080bc000 r-xp 00000000 03:02 13130      /bin/bash\n"
	"Size:               1164 kB\n"
	"Rss:                 892 kB\n"
	"Pss:                 374 kB\n"
	"Shared_Clean:        892 kB\n"
	"Shared_Dirty:          0 kB\n"
	"Private_Clean:         0 kB\n"
	"Private_Dirty:         4 kB\n"
	"Referenced:          892 kB\n"
	"Swap:                  0 kB\n"
	"KernelPageSize:        4 kB\n"
	"MMUPageSize:           4 kB\n"
	"bf8f1000-bf912000 rw-p 00000000 00:00 0          [stack]\n"
	"Size:                132 kB\n"
	"Rss:                  12 kB\n"
	"Pss:                  11 kB\n"
	"Shared_Clean:          0 kB\n"
	"Shared_Dirty:          0 kB\n"
	"Private_Clean:         0 kB\n"
	"Private_Dirty:        12 kB\n"
	"Referenced:           12 kB\n"
	"Swap:                  8 kB\n"
	"KernelPageSize:        4 kB\n"
	"MMUPageSize:           4 kB\n";

static const char smaps_6_18[] =
	"7f8b27600000-7f8b27a00000 rw-s 00000000 00:0f 4711"
	"                       /anon_hugepage (deleted)\n"
	"Size:               4096 kB\n"
	"KernelPageSize:     2048 kB\n"
	"MMUPageSize:        2048 kB\n"
	"Rss:                   0 kB\n"
	"Pss:                   0 kB\n"
	"Pss_Dirty:             0 kB\n"
	"Shared_Clean:          0 kB\n"
	"Shared_Dirty:          0 kB\n"
	"Private_Clean:         0 kB\n"
	"Private_Dirty:         0 kB\n"
	"Referenced:            0 kB\n"
	"Anonymous:             0 kB\n"
	"KSM:                   0 kB\n"
	"LazyFree:              0 kB\n"
	"AnonHugePages:         0 kB\n"
	"ShmemPmdMapped:        0 kB\n"
	"FilePmdMapped:         0 kB\n"
	"Shared_Hugetlb:        0 kB\n"
	"Private_Hugetlb:    2048 kB\n"
	"Swap:                  0 kB\n"
	"SwapPss:               0 kB\n"
	"Locked:                0 kB\n"
	"THPeligible:           0\n"
	"ProtectionKey:         0\n"
	"VmFlags: rd wr sh mr mw me ms de ht sd \n"
	"7f8b27a12000-7f8b27a16000 r--p 00000000 00:00 0 "
	"                         [vvar]\n"
	"Size:                 16 kB\n"
	"KernelPageSize:        4 kB\n"
	"MMUPageSize:           4 kB\n"
	"Rss:                   0 kB\n"
	"Pss:                   0 kB\n"
	"Private_Clean:         0 kB\n"
	"Private_Dirty:         0 kB\n"
	"VmFlags: rd mr pf io de dd sd \n";

static int rollup(const char *text, size_t size, struct smaps_sizes *ret_sizes)
{
	fill_garbage(ret_sizes, sizeof(*ret_sizes));
	return parse_smaps_rollup(edge_copy(text, size), size, ret_sizes);
}

static void assert_rollup_fails(const char *text, int err)
{
	struct smaps_sizes sizes;

	assert_int_equal(rollup(text, strlen(text), &sizes), err);
	assert_garbage(&sizes, sizeof(sizes));
}

static void assert_size(const struct smaps_sizes *sizes,
			enum pagemap_metric metric, uint64_t kib)
{
	assert_true(sizes->found & BIT(metric));
	assert_int_equal(sizes->bytes[metric], kib * 1024);
}

static void rollup_of_6_18(void **state)
{
	uint64_t want = BIT(PAGEMAP_USS);
	struct smaps_sizes sizes;

	(void)state;
	assert_int_equal(rollup(rollup_6_18, strlen(rollup_6_18), &sizes), 0);
	for (size_t i = 0; i < ORDER_COUNT; i++) {
		assert_size(&sizes, order_6_18[i], 1001 + i);
		want |= BIT(order_6_18[i]);
	}
	assert_size(&sizes, PAGEMAP_USS, 1009 + 1010);
	assert_int_equal(sizes.found, want);
}

static void rollup_of_4_14(void **state)
{
	const uint64_t absent = BIT(PAGEMAP_PSS_ANON) | BIT(PAGEMAP_PSS_FILE) |
		BIT(PAGEMAP_PSS_SHMEM) | BIT(PAGEMAP_PSS_DIRTY) |
		BIT(PAGEMAP_KSM) | BIT(PAGEMAP_FILE_THP) | BIT(PAGEMAP_VSS);
	struct smaps_sizes sizes;

	(void)state;
	assert_int_equal(rollup(rollup_4_14, strlen(rollup_4_14), &sizes), 0);
	assert_size(&sizes, PAGEMAP_RSS, 884);
	assert_size(&sizes, PAGEMAP_PSS, 385);
	assert_size(&sizes, PAGEMAP_USS, 188);
	assert_size(&sizes, PAGEMAP_LOCKED, 385);
	assert_size(&sizes, PAGEMAP_SWAP_PSS, 0);
	assert_int_equal(sizes.found & absent, 0);
}

static void order_and_layout_do_not_matter(void **state)
{
	static const char text[] =
		"Locked: 7 kB\n"
		"SwapPss:\t6 kB\n"
		"Pss:                       2 kB\n"
		"Private_Hugetlb:     123456789 kB\n"
		"Rss:           123456789 kB\n"
		"Private_Dirty:  00000004 kB\n";
	struct smaps_sizes sizes;

	(void)state;
	assert_int_equal(rollup(text, strlen(text), &sizes), 0);
	assert_size(&sizes, PAGEMAP_LOCKED, 7);
	assert_size(&sizes, PAGEMAP_SWAP_PSS, 6);
	assert_size(&sizes, PAGEMAP_PSS, 2);
	assert_size(&sizes, PAGEMAP_HUGETLB_PRIVATE, 123456789);
	assert_size(&sizes, PAGEMAP_RSS, 123456789);
	assert_size(&sizes, PAGEMAP_PRIVATE_DIRTY, 4);
	/* One half of USS is not USS. */
	assert_false(sizes.found & BIT(PAGEMAP_USS));
}

/* Every width of number, through the fast layout and past it. */
static void numbers_of_every_width(void **state)
{
	uint64_t kib = 0;

	(void)state;
	for (unsigned int digits = 1; digits <= 16; digits++) {
		struct smaps_sizes sizes;
		char text[128];

		kib = kib * 10 + digits % 10;
		snprintf(text, sizeof(text),
			 "Rss:            %8llu kB\nPss:            %8llu kB\n",
			 (unsigned long long)kib,
			 (unsigned long long)(kib - kib / 2));
		assert_int_equal(rollup(text, strlen(text), &sizes), 0);
		assert_size(&sizes, PAGEMAP_RSS, kib);
		assert_size(&sizes, PAGEMAP_PSS, kib - kib / 2);
	}
}

static void unknown_lines_are_passed_over(void **state)
{
	static const char text[] =
		HEAD_64
		"Rss:                   8 kB\n"
		"Rss_New:               1 kB\n"
		"Psst:                  1 kB\n"
		"Brand_New_Thing:       1 kB\n"
		"A_Name_Longer_Than_Any_Known: 1 kB\n"
		"Private_Hugetlbs:      3 kB\n"
		"Words:                 many words\n"
		"no colon\n"
		"\n"
		":\n"
		"Pss:                   4 kB\n";
	struct smaps_sizes sizes;

	(void)state;
	assert_int_equal(rollup(text, strlen(text), &sizes), 0);
	assert_int_equal(sizes.found, BIT(PAGEMAP_RSS) | BIT(PAGEMAP_PSS));
	assert_size(&sizes, PAGEMAP_RSS, 8);
	assert_size(&sizes, PAGEMAP_PSS, 4);
}

static void broken_rollups(void **state)
{
	static const char *const texts[] = {
		"\n",
		"Rss",
		HEAD_64,
		"Rss:                   8 kB\n",
		"Pss:                   8 kB\n",
		/* The last line is cut. */
		"Rss:                   8 kB\nPss:                   4 kB",
		/* A size twice. */
		"Rss:                   8 kB\nPss:                   4 kB\n"
		"Rss:                   8 kB\n",
		/* Numbers that are none. */
		"Rss:                   8 kB\nPss:                     kB\n",
		"Rss:                   8 kB\nPss:                  -4 kB\n",
		"Rss:                   8 kB\nPss:                 4 4 kB\n",
		"Rss:                   8 kB\nPss:                4    kB\n",
		"Rss:                   8 kB\nPss:                  4a kB\n",
		"Rss:                   8 kB\nPss:                  :4 kB\n",
		"Rss:                   8 kB\nPss:                  *4 kB\n",
		"Rss:                   8 kB\nPss:                  !4 kB\n",
		"Rss:                   8 kB\nPss:                   4 MB\n",
		"Rss:                   8 kB\nPss:                   4\n",
		"Rss:                   8 kB\nPss:\n",
		/* More bytes than 64 bits hold. */
		"Rss:            18014398509481984 kB\n"
		"Pss:                   4 kB\n",
		"Rss:            18446744073709551616 kB\n"
		"Pss:                   4 kB\n",
		"Rss:                   8 kB\nPss:                   4 kB\n"
		"Private_Clean: 18014398509481983 kB\n"
		"Private_Dirty:         1 kB\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_rollup_fails(texts[i], -EINVAL);
	assert_rollup_fails("", -ENODATA);
}

static void the_largest_size(void **state)
{
	static const char text[] = "Rss:  18014398509481983 kB\nPss: 0 kB\n";
	struct smaps_sizes sizes;

	(void)state;
	assert_int_equal(rollup(text, strlen(text), &sizes), 0);
	assert_int_equal(sizes.bytes[PAGEMAP_RSS], UINT64_MAX - 1023);
}

/* Whole lines can be missing at the end, a part of a line never counts. */
static void rollup_cut_at_every_byte(void **state)
{
	const size_t size = strlen(rollup_6_18);
	const char *pss = strstr(rollup_6_18, "Pss_Dirty");
	struct smaps_sizes whole, sizes;

	(void)state;
	assert_int_equal(rollup(rollup_6_18, size, &whole), 0);
	for (size_t len = 1; len < size; len++) {
		bool good = rollup_6_18[len - 1] == '\n' &&
			    len >= (size_t)(pss - rollup_6_18);

		assert_int_equal(rollup(rollup_6_18, len, &sizes),
				 good ? 0 : -EINVAL);
		if (!good) {
			assert_garbage(&sizes, sizeof(sizes));
			continue;
		}
		assert_int_equal(sizes.found & ~whole.found, 0);
		for (size_t i = 0; i < PAGEMAP_METRIC_COUNT; i++)
			if (sizes.found & BIT(i))
				assert_int_equal(sizes.bytes[i],
						 whole.bytes[i]);
	}
}

struct entry {
	struct maps_line map;
	struct smaps_sizes sizes;
	uint32_t vm_flags;
};

static int next(struct text *text, struct entry *ret_entry)
{
	fill_garbage(ret_entry, sizeof(*ret_entry));
	return parse_smaps_next(text, &ret_entry->map, &ret_entry->sizes,
				&ret_entry->vm_flags);
}

static struct text text_of(const char *text, size_t size)
{
	const char *copy = edge_copy(text, size);

	return (struct text){ copy, copy + size };
}

static void smaps_of_2_6(void **state)
{
	struct text text = text_of(smaps_2_6, strlen(smaps_2_6));
	struct entry entry;

	(void)state;
	assert_int_equal(next(&text, &entry), 1);
	assert_int_equal(entry.map.start_vaddr, 0x08048000);
	assert_size(&entry.sizes, PAGEMAP_VSS, (0x080bc000 - 0x08048000) / 1024);
	assert_size(&entry.sizes, PAGEMAP_RSS, 892);
	assert_size(&entry.sizes, PAGEMAP_USS, 4);
	assert_int_equal(entry.vm_flags, 0);
	assert_false(entry.sizes.found & BIT(PAGEMAP_SWAP_PSS));
	assert_false(entry.sizes.found & BIT(PAGEMAP_ANON));
	assert_int_equal(next(&text, &entry), 1);
	assert_int_equal(entry.map.end_vaddr, 0xbf912000);
	assert_size(&entry.sizes, PAGEMAP_PSS, 11);
	assert_size(&entry.sizes, PAGEMAP_SWAP, 8);
	assert_int_equal(next(&text, &entry), 0);
	assert_garbage(&entry, sizeof(entry));
	assert_int_equal(next(&text, &entry), 0);
}

static void smaps_of_6_18(void **state)
{
	struct text text = text_of(smaps_6_18, strlen(smaps_6_18));
	struct entry entry;

	(void)state;
	assert_int_equal(next(&text, &entry), 1);
	assert_int_equal(entry.map.inode, 4711);
	assert_size(&entry.sizes, PAGEMAP_VSS, 4096);
	assert_size(&entry.sizes, PAGEMAP_RSS, 0);
	assert_size(&entry.sizes, PAGEMAP_HUGETLB_PRIVATE, 2048);
	assert_int_equal(entry.vm_flags, SMAPS_VM_HUGETLB);
	assert_int_equal(next(&text, &entry), 1);
	assert_size(&entry.sizes, PAGEMAP_VSS, 16);
	assert_int_equal(entry.map.path.len, 6);
	assert_int_equal(entry.vm_flags, SMAPS_VM_PFNMAP | SMAPS_VM_IO);
	assert_int_equal(next(&text, &entry), 0);
}

static void only_words_of_vm_flags_count(void **state)
{
	static const struct {
		const char *line;
		uint32_t flags;
	} rows[] = {
		{ "VmFlags:\n", 0 },
		{ "VmFlags: \n", 0 },
		{ "VmFlags: ht\n", SMAPS_VM_HUGETLB },
		{ "VmFlags: mm pf io ht \n", SMAPS_VM_HUGETLB |
		  SMAPS_VM_PFNMAP | SMAPS_VM_IO | SMAPS_VM_MIXEDMAP },
		{ "VmFlags: rd wr htt hh t h iop \n", 0 },
		{ "VmFlags: ?? mm zz \n", SMAPS_VM_MIXEDMAP },
		{ "VmFlagsX: ht \n", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char smaps[256] = "1000-2000 rw-p 00000000 00:00 0 \n"
				  "Rss:                   4 kB\n"
				  "Pss:                   4 kB\n";
		struct entry entry;
		struct text text;

		strcat(smaps, rows[i].line);
		text = text_of(smaps, strlen(smaps));
		assert_int_equal(next(&text, &entry), 1);
		assert_int_equal(entry.vm_flags, rows[i].flags);
		assert_int_equal(next(&text, &entry), 0);
	}
}

static void broken_smaps(void **state)
{
	static const char *const texts[] = {
		"\n",
		"Rss:                   4 kB\n",
		"1000-2000 rw-p 00000000 00:00 0 \n",
		"1000-2000 rw-p 00000000 00:00 0 ",
		"1000-2000 rw-p 00000000 00:00 0 \n"
		"Rss:                   4 kB\n",
		"1000-2000 rw-p 00000000 00:00 0 \n"
		"Rss:                   4 kB\n"
		"2000-3000 rw-p 00000000 00:00 0 \n"
		"Pss:                   4 kB\n",
		"1000-2000 rw-p 00000000 00:00 0 \n"
		"Rss:                   4 kB\n"
		"Pss:                   4 kB",
		"1000-2000 rw-p 00000000 00:00 0 \n"
		"Rss:                   4 kB\n"
		"Pss:                   x kB\n",
		"1000-2000 rw-p 00000000 00:00 0 \n"
		"Rss:                   4 kB\n"
		"Pss:                   4 kB\n"
		"Pss:                   4 kB\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct text text = text_of(texts[i], strlen(texts[i]));
		const char *before = text.at;
		struct entry entry;

		assert_int_equal(next(&text, &entry), -EINVAL);
		assert_garbage(&entry, sizeof(entry));
		assert_ptr_equal(text.at, before);
	}
}

/* What follows a good entry and is no entry is found in its turn. */
static void rubbish_after_an_entry(void **state)
{
	static const char smaps[] = "1000-2000 rw-p 00000000 00:00 0 \n"
				    "Rss:                   4 kB\n"
				    "Pss:                   4 kB\n"
				    "rubbish\n";
	struct text text = text_of(smaps, strlen(smaps));
	struct entry entry;

	(void)state;
	assert_int_equal(next(&text, &entry), 1);
	assert_int_equal(next(&text, &entry), -EINVAL);
}

static void smaps_cut_at_every_byte(void **state)
{
	const size_t size = strlen(smaps_6_18);
	const char *second = strstr(smaps_6_18, "7f8b27a12000");
	const size_t first_end = (size_t)(second - smaps_6_18);

	(void)state;
	for (size_t len = 1; len < size; len++) {
		struct text text = text_of(smaps_6_18, len);
		struct entry entry;
		int err, count = 0;

		while ((err = next(&text, &entry)) == 1)
			count++;
		if (smaps_6_18[len - 1] != '\n')
			assert_int_equal(err, -EINVAL);
		else if (len == first_end)
			assert_int_equal(err, 0);
		assert_int_equal(count > 1, len > first_end && !err);
	}
}

/* 65,000 mappings, in a time that a search per line would not allow. */
static void many_mappings(void **state)
{
	const size_t count = 65000, room = 1024;
	char *smaps = malloc(count * room);
	struct text text = { smaps, smaps };
	uint64_t rss = 0, seen = 0;
	struct entry entry;
	size_t size = 0;
	int err;

	(void)state;
	assert_non_null(smaps);
	for (size_t i = 0; i < count; i++)
		size += (size_t)snprintf(
			smaps + size, room, "%zx-%zx rw-p 00000000 00:00 0 \n%s",
			(i + 1) << 16, (i + 2) << 16,
			strchr(rollup_6_18, '\n') + 1);
	text.end = smaps + size;
	while ((err = next(&text, &entry)) == 1) {
		seen++;
		rss += entry.sizes.bytes[PAGEMAP_RSS];
		assert_int_equal(entry.map.start_vaddr, seen << 16);
	}
	assert_int_equal(err, 0);
	assert_int_equal(seen, count);
	assert_int_equal(rss, count * 1001 * 1024);
	free(smaps);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rollup_of_6_18),
		cmocka_unit_test(rollup_of_4_14),
		cmocka_unit_test(order_and_layout_do_not_matter),
		cmocka_unit_test(numbers_of_every_width),
		cmocka_unit_test(unknown_lines_are_passed_over),
		cmocka_unit_test(broken_rollups),
		cmocka_unit_test(the_largest_size),
		cmocka_unit_test(rollup_cut_at_every_byte),
		cmocka_unit_test(smaps_of_2_6),
		cmocka_unit_test(smaps_of_6_18),
		cmocka_unit_test(only_words_of_vm_flags_count),
		cmocka_unit_test(broken_smaps),
		cmocka_unit_test(rubbish_after_an_entry),
		cmocka_unit_test(smaps_cut_at_every_byte),
		cmocka_unit_test(many_mappings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
