/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All of RAM on machines made up in memory: each frame in one class, what is
 * told taken from the right ones, the balance, and who maps what counted again
 * the slow way.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common_bare.h"
#include "common_machine.h"

#define F(name) (UINT64_C(1) << PAGEMAP_FLAG_##name)
#define BIT(name) PAGEMAP_RAM_BIT(PAGEMAP_RAM_##name)

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

static int read_with(uint32_t threads, bool ranges)
{
	const struct pagemap_ram_opts opts = {
		.size = sizeof(opts), .threads = threads, .ranges = ranges,
	};

	bare.looks = 0;
	pagemap_ram_free(ram);
	ram = NULL;
	return pagemap_ram_read(source, &opts, &ram);
}

static uint64_t pages(uint64_t classes)
{
	return pagemap_ram_value(ram, classes).value >> 12;
}

static struct pagemap_ram_balance balance(void)
{
	struct pagemap_ram_balance found;

	pagemap_ram_balance(ram, &found);
	return found;
}

/* Each frame is in one class: what all tests have in common. */
static void check_sum(void)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++)
		sum += pages(PAGEMAP_RAM_BIT(i));
	assert_int_equal(sum, FRAMES);
	assert_int_equal(balance().frames, FRAMES);
}

/* What the frames show of a field of meminfo. */
static void check_field(const char *name, uint64_t seen_pages)
{
	struct pagemap_ram_check check = { .name = "" };
	size_t i;

	for (i = 0; strcmp(check.name, name) != 0; i++)
		assert_int_equal(pagemap_ram_check_at(ram, i, &check), 0);
	assert_int_equal(check.seen.value, seen_pages << 12);
	assert_int_equal(check.told.value, check.seen.value);
}

/* ---- What is told ------------------------------------------------------ */

/* Some of each class; the rest says nothing. */
static void lay_out(void)
{
	bare_set(0, 100, F(RESERVED));
	bare_set(100, 1100, F(BUDDY));
	bare_set(2000, 2300, F(LRU) | F(ANON) | F(MMAP));
	bare_set(2300, 2800, F(LRU) | F(UPTODATE));
	bare_set(2800, 2900, F(LRU) | F(DIRTY));
	bare_set(2900, 3000, F(LRU) | F(SWAPBACKED));
	bare_set(3000, 3400, F(SLAB));
	bare_set(3400, 3450, F(PGTABLE) | F(ANON));
	bare_set(3450, 3482, F(COMPOUND_TAIL));
	bare_set(4096, 4096 + 1024, F(HUGE));
	bare_set(6000, 6004, F(HWPOISON));
	bare_set(6100, 6110, F(OFFLINE) | F(RESERVED));
}

static const char told[] =
	"MemTotal:       654960 kB\n"		/* 163740 pages */
	"MemFree:          4000 kB\n"		/* 1000 */
	"Buffers:          1200 kB\n"		/* 300 */
	"Cached:           1600 kB\n"		/* 400 */
	"AnonPages:        1200 kB\n"		/* 300 */
	"Slab:             1680 kB\n"		/* 420 */
	"SReclaimable:      400 kB\n"		/* 100 */
	"KernelStack:        80 kB\n"		/* 20 */
	"PageTables:        200 kB\n"		/* 50 */
	"SecPageTables:      20 kB\n"		/* 5 */
	"VmallocUsed:       200 kB\n"		/* 50, stacks in it */
	"Percpu:             40 kB\n"		/* 10 */
	"HugePages_Total:     2\n"
	"HugePages_Free:      1\n"
	"Hugepagesize:     2048 kB\n";

static const char zones[] =
	"  pages free     1000\n        spanned  163940\n"
	"        present  163850\n        managed  163740\n"
	"      nr_zspages   3\n              count:    12\n"
	"              count:    18\n  start_pfn:           0\n";

static void told_classes(void **state)
{
	(void)state;
	lay_out();
	bare.meminfo[0] = bare.meminfo[1] = told;
	bare.zoneinfo = zones;
	assert_int_equal(read_with(1, false), 0);
	check_sum();
	assert_int_equal(pages(BIT(FREE)), 1000);
	assert_int_equal(pages(BIT(FREE_CPU_LISTS)), 30);
	assert_int_equal(pages(BIT(FREE_LAZY)), 0);
	assert_int_equal(pages(BIT(ANON)), 300);
	assert_int_equal(pages(BIT(BUFFERS)), 300);
	assert_int_equal(pages(BIT(FILE_CLEAN)), 200);
	assert_int_equal(pages(BIT(FILE_DIRTY)), 100);
	assert_int_equal(pages(BIT(SHMEM_UNMAPPED)), 100);
	assert_int_equal(pages(BIT(HUGETLB_FREE)), 512);
	assert_int_equal(pages(BIT(HUGETLB_UNMAPPED)), 512);
	assert_int_equal(pages(BIT(SLAB)), 300);
	assert_int_equal(pages(BIT(SLAB_RECLAIMABLE)), 100);
	assert_int_equal(pages(BIT(KMALLOC_LARGE)), 20);
	assert_int_equal(pages(BIT(KERNEL_BLOCKS)), 12);
	assert_int_equal(pages(BIT(PAGE_TABLES)), 50);
	assert_int_equal(pages(BIT(SEC_PAGE_TABLES)), 5);
	assert_int_equal(pages(BIT(KERNEL_STACKS)), 20);
	assert_int_equal(pages(BIT(VMALLOC)), 30);
	assert_int_equal(pages(BIT(PERCPU)), 10);
	assert_int_equal(pages(BIT(ZSMALLOC)), 3);
	assert_int_equal(pages(BIT(HWPOISON)), 4);
	assert_int_equal(pages(BIT(RESERVED)), 100);
	assert_int_equal(pages(BIT(OFFLINE)), 10);
	/* 163940 frames, 163850 of them with RAM. */
	assert_int_equal(pages(BIT(HOLE)), 90);
	assert_int_equal(pages(PAGEMAP_RAM_ALL & ~PAGEMAP_RAM_OUTSIDE), 163740);
	assert_int_equal(balance().mem_total.value, 163740 << 12);
	assert_int_equal(balance().residual_bytes,
			 pages(PAGEMAP_RAM_RESIDUAL) << 12);
	assert_int_equal(balance().overdrawn_bytes, 0);
}

static void assert_quality(uint64_t classes, enum pagemap_quality quality,
			   enum pagemap_reason reason)
{
	struct pagemap_value value = pagemap_ram_value(ram, classes);

	assert_int_equal(value.quality, quality);
	assert_int_equal(value.reason, reason);
	assert_true(value.low <= value.value && value.value <= value.high);
	if (quality == PAGEMAP_EXACT)
		assert_true(value.low == value.high);
}

static void quality_of_what_is_told(void **state)
{
	const uint64_t slab = BIT(SLAB) | BIT(SLAB_RECLAIMABLE);

	(void)state;
	lay_out();
	bare.meminfo[0] = bare.meminfo[1] = told;
	bare.zoneinfo = zones;
	assert_int_equal(read_with(1, false), 0);
	assert_quality(BIT(ANON), PAGEMAP_EXACT, PAGEMAP_REASON_NONE);
	assert_quality(BIT(SLAB), PAGEMAP_ESTIMATED, PAGEMAP_REASON_TOLD);
	assert_quality(BIT(VMALLOC), PAGEMAP_ESTIMATED, PAGEMAP_REASON_TOLD);
	assert_quality(BIT(UNKNOWN), PAGEMAP_ESTIMATED, PAGEMAP_REASON_TOLD);
	/* Both parts together were seen. */
	assert_quality(slab, PAGEMAP_EXACT, PAGEMAP_REASON_NONE);
	assert_quality(BIT(FILE_CLEAN) | BIT(BUFFERS), PAGEMAP_EXACT,
		       PAGEMAP_REASON_NONE);
	assert_quality(PAGEMAP_RAM_ALL, PAGEMAP_EXACT, PAGEMAP_REASON_NONE);
}

static void what_moves_is_estimated(void **state)
{
	struct pagemap_value value;

	(void)state;
	lay_out();
	bare.meminfo[0] = "MemTotal: 654960 kB\nAnonPages: 1200 kB\n"
		     "Percpu: 40 kB\n";
	bare.meminfo[1] = "MemTotal: 654960 kB\nAnonPages: 1240 kB\n"
		     "Percpu: 80 kB\n";
	assert_int_equal(read_with(1, false), 0);
	check_sum();
	assert_quality(BIT(ANON), PAGEMAP_ESTIMATED, PAGEMAP_REASON_MOVED);
	value = pagemap_ram_value(ram, BIT(ANON));
	assert_int_equal(value.low >> 12, 290);
	assert_int_equal(value.high >> 12, 310);
	/* Nothing there, nothing moved. */
	assert_quality(BIT(KSM), PAGEMAP_EXACT, PAGEMAP_REASON_NONE);
	assert_quality(BIT(FREE), PAGEMAP_EXACT, PAGEMAP_REASON_NONE);
	assert_quality(BIT(PERCPU), PAGEMAP_ESTIMATED, PAGEMAP_REASON_TOLD);
	value = pagemap_ram_value(ram, BIT(PERCPU));
	assert_int_equal(value.value >> 12, 15);
	assert_int_equal(value.low >> 12, 10);
	assert_int_equal(value.high >> 12, 20);
	assert_quality(PAGEMAP_RAM_ALL, PAGEMAP_EXACT, PAGEMAP_REASON_NONE);
}

/* More is told of than there is: said, and the sum still right. */
static void overdrawn(void **state)
{
	(void)state;
	bare_set(0, FRAMES, F(BUDDY));
	bare_set(0, 40, F(SLAB));
	bare_set(50, 60, 0);
	bare.meminfo[0] = bare.meminfo[1] = "MemTotal: 656560 kB\nPercpu: 400 kB\n"
				  "SReclaimable: 400 kB\n";
	assert_int_equal(read_with(1, false), 0);
	check_sum();
	assert_int_equal(pages(BIT(PERCPU)), 10);
	assert_int_equal(pages(BIT(SLAB_RECLAIMABLE)), 40);
	assert_int_equal(balance().overdrawn_bytes, (90 + 60) << 12);
	assert_int_equal(balance().residual_bytes, (164140 - FRAMES) << 12);
}

/* MemTotal below what is known: the residual is negative, not huge. */
static void negative_residual(void **state)
{
	(void)state;
	bare_set(0, FRAMES, F(SLAB));
	bare.meminfo[0] = bare.meminfo[1] = "MemTotal: 40 kB\n";
	assert_int_equal(read_with(1, false), 0);
	assert_int_equal(balance().residual_bytes, (10 - FRAMES) * 4096);
}

static void without_meminfo(void **state)
{
	struct pagemap_ram_check check;

	(void)state;
	lay_out();
	assert_int_equal(read_with(1, false), 0);
	check_sum();
	assert_int_equal(balance().mem_total.quality, PAGEMAP_UNAVAILABLE);
	assert_int_equal(balance().residual_bytes, 0);
	assert_int_equal(pagemap_ram_check_at(ram, 0, &check), -ENOENT);
}

/* ---- Kernels ----------------------------------------------------------- */

/* RAM that is counted and not managed yet: two whole sections say nothing. */
static void lazy_memory(void **state)
{
	(void)state;
	bare_set(0, FRAMES, F(BUDDY));
	bare_set(SECTION, 3 * SECTION, 0);
	bare_set(4 * SECTION, 4 * SECTION + 200, 0);
	bare.meminfo[0] = bare.meminfo[1] = "MemTotal: 654160 kB\n";	/* 163540 */
	bare.zoneinfo = "        spanned  163940\n        present  163940\n"
		   "        managed  98404\n  start_pfn: 0\n";
	assert_int_equal(read_with(2, false), 0);
	check_sum();
	/* 400 of the RAM are outside of MemTotal; none is marked reserved. */
	assert_int_equal(pages(BIT(RESERVED_LAZY)), 400);
	assert_int_equal(pages(BIT(FREE_LAZY)), 2 * SECTION - 400);
	assert_int_equal(pages(BIT(UNKNOWN)), 200);
	assert_int_equal(balance().residual_bytes, 200 << 12);
	/* Where the kernel manages all, such sections are just not known. */
	bare.zoneinfo = "        spanned  163940\n        present  163940\n"
		   "        managed  163540\n  start_pfn: 0\n";
	assert_int_equal(read_with(2, false), 0);
	check_sum();
	assert_int_equal(pages(BIT(FREE_LAZY)), 0);
	assert_int_equal(pages(BIT(RESERVED_LAZY)), 0);
}

/* A balloon's pages are outside of MemTotal, unless that still has them. */
static void balloons(void **state)
{
	(void)state;
	bare_set(0, FRAMES, F(BUDDY));
	bare_set(0, 1000, F(RESERVED));
	bare_set(2000, 12000, F(OFFLINE));
	bare.zoneinfo = "        spanned  163940\n        present  163940\n"
		   "        managed  162940\n  start_pfn: 0\n";
	bare.meminfo[0] = bare.meminfo[1] = "MemTotal: 651760 kB\n";	/* 162940 */
	assert_int_equal(read_with(1, false), 0);
	check_sum();
	assert_int_equal(pages(BIT(LENT)), 10000);
	assert_int_equal(pages(BIT(OFFLINE)), 0);
	assert_int_equal(balance().residual_bytes, 0);
	bare.zoneinfo = "        spanned  163940\n        present  163940\n"
		   "        managed  152940\n  start_pfn: 0\n";
	bare.meminfo[0] = bare.meminfo[1] = "MemTotal: 611760 kB\n";	/* 152940 */
	assert_int_equal(read_with(1, false), 0);
	check_sum();
	assert_int_equal(pages(BIT(LENT)), 0);
	assert_int_equal(pages(BIT(OFFLINE)), 10000);
	assert_int_equal(balance().residual_bytes, 0);
}

/* Before 4.6 the first page of a free block alone is marked. */
static void free_blocks_by_their_heads(void **state)
{
	uint64_t i;

	(void)state;
	for (i = 0; i < FRAMES; i += 1024)
		bare.flags[i] = F(BUDDY);
	bare.meminfo[0] = bare.meminfo[1] = "MemTotal: 655760 kB\nMemFree: 640000 kB\n";
	assert_int_equal(read_with(1, false), 0);
	check_sum();
	assert_int_equal(pages(BIT(FREE)), 160000);
	assert_quality(BIT(FREE), PAGEMAP_ESTIMATED, PAGEMAP_REASON_TOLD);
	/* A small difference is what moved. */
	bare_set(0, 159000, F(BUDDY));
	assert_int_equal(read_with(1, false), 0);
	assert_in_range(pages(BIT(FREE)), 159000, 159010);
}

/* Before 4.18 page tables are not marked. */
static void tables_that_are_told(void **state)
{
	(void)state;
	bare.meminfo[0] = bare.meminfo[1] = "MemTotal: 655760 kB\nPageTables: 400 kB\n";
	assert_int_equal(read_with(1, false), 0);
	assert_int_equal(pages(BIT(PAGE_TABLES)), 100);
	bare.flags[5] = F(PGTABLE);
	assert_int_equal(read_with(1, false), 0);
	assert_int_equal(pages(BIT(PAGE_TABLES)), 1);
}

/* iomem tells where RAM is; 6.15 on, a hole shows no flag. */
static void holes_by_iomem(void **state)
{
	struct pagemap_ram_range range;

	(void)state;
	bare_set(0, FRAMES, F(BUDDY));
	bare_set(0, 1, F(RESERVED));
	bare_set(159, 256, F(RESERVED));
	bare_set(300, 310, F(RESERVED));
	bare_set(1000, 2000, 0);
	bare_set(3000, 4000, F(NOPAGE));
	bare.iomem = "00001000-0009fbff : System RAM\n"
		"00100000-003e7fff : System RAM\n"
		"007d0000-28063fff : System RAM\n";
	bare.meminfo[0] = bare.meminfo[1] = "MemTotal: 4 kB\n";
	assert_int_equal(read_with(1, true), 0);
	check_sum();
	/* A page of which only a part is RAM is none. */
	assert_int_equal(pages(BIT(HOLE)), 1 + 97 + 1000 + 1000);
	assert_int_equal(pages(BIT(RESERVED)), 10);
	assert_int_equal(pagemap_ram_range_at(ram, 0, &range), 0);
	assert_int_equal(range.ram_class, PAGEMAP_RAM_HOLE);
	/* Shown without permission: nothing is known of where RAM is. */
	bare.iomem = "00000000-00000000 : System RAM\n"
		"00000000-00000000 : System RAM\n";
	assert_int_equal(read_with(1, false), 0);
	check_sum();
	assert_int_equal(pages(BIT(HOLE)), 1000);
	assert_int_equal(pages(BIT(RESERVED)), 1 + 97 + 10);
	bare.iomem = "nonsense\n";
	assert_int_equal(read_with(1, false), 0);
	assert_int_equal(pages(BIT(HOLE)), 1000);
}

/* 6.12 calls every anonymous page merged. */
static void false_ksm(void **state)
{
	(void)state;
	bare_set(0, 50, F(LRU) | F(ANON) | F(MMAP) | F(KSM));
	bare.ksm_flag = false;
	assert_int_equal(read_with(1, false), 0);
	assert_int_equal(pages(BIT(ANON)), 50);
	source->features[PAGEMAP_FEATURE_KSM_FLAG] = FEATURE_UNTRIED;
	bare.ksm_flag = true;
	assert_int_equal(read_with(1, false), 0);
	assert_int_equal(pages(BIT(KSM)), 50);
}

/* Of a large folio that is mapped in part, counts tell which part. */
static void part_of_a_folio(void **state)
{
	uint64_t folio = F(LRU) | F(UPTODATE) | F(MMAP) | F(THP);
	int i;

	(void)state;
	bare_set(512, 513, folio | F(COMPOUND_HEAD));
	bare_set(513, 1024, folio | F(COMPOUND_TAIL));
	bare_set(1024, 1025, folio | F(ANON) | F(COMPOUND_HEAD));
	bare_set(1025, 1536, folio | F(ANON) | F(COMPOUND_TAIL));
	bare_set(2048, 2050, F(LRU) | F(UPTODATE) | F(MMAP));
	for (i = 600; i < 610; i++)
		bare.counts[i] = 1;
	for (i = 1024; i < 1100; i++)
		bare.counts[i] = 2;
	assert_int_equal(read_with(1, false), 0);
	assert_int_equal(pages(BIT(FILE_MAPPED)), 10 + 2);
	assert_int_equal(pages(BIT(FILE_CLEAN)), 502);
	assert_int_equal(pages(BIT(ANON)), 76);
	assert_int_equal(pages(BIT(ANON_UNMAPPED)), 512 - 76);
}

/* Before 6.9 a large folio's head alone says what it is. */
static void tails_of_older_kernels(void **state)
{
	(void)state;
	bare_set(512, 513, F(LRU) | F(UPTODATE) | F(DIRTY) | F(COMPOUND_HEAD));
	bare_set(513, 1024, F(COMPOUND_TAIL) | F(THP));
	/* Nor is what the next one has from another head. */
	bare_set(1024, 1025, F(COMPOUND_HEAD));
	bare_set(1025, 1028, F(COMPOUND_TAIL));
	bare.meminfo[0] = bare.meminfo[1] = "MemTotal: 655760 kB\nDirty: 2048 kB\n";
	assert_int_equal(read_with(1, false), 0);
	assert_int_equal(pages(BIT(FILE_DIRTY)), 512);
	assert_int_equal(pages(BIT(KERNEL_BLOCKS)), 4);
	check_sum();
	check_field("Dirty", 512);
}

/* ---- Ranges and threads ------------------------------------------------ */

static void ranges_are_all_frames(void **state)
{
	struct pagemap_ram_range range;
	uint64_t next = 0, i, by_threads[PAGEMAP_RAM_CLASS_COUNT];
	uint32_t threads;
	size_t index;

	(void)state;
	srandom(3);
	for (i = 0; i < FRAMES; i++)
		bare.flags[i] = UINT64_C(1) << (i % 7 ? random() % 27 : 10);
	bare_set(SECTION - 5, SECTION + 5, F(SLAB));
	assert_int_equal(read_with(1, false), 0);
	assert_int_equal(pagemap_ram_range_at(ram, 0, &range), -ENOTSUP);
	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++)
		by_threads[i] = pages(PAGEMAP_RAM_BIT(i));
	for (threads = 1; threads <= 5; threads += 2) {
		assert_int_equal(read_with(threads, true), 0);
		check_sum();
		for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++)
			assert_int_equal(pages(PAGEMAP_RAM_BIT(i)),
					 by_threads[i]);
		next = 0;
		for (index = 0; !pagemap_ram_range_at(ram, index, &range);
		     index++) {
			assert_int_equal(range.first_pfn, next);
			assert_true(range.frame_count > 0);
			next += range.frame_count;
			for (i = range.first_pfn; i < next; i++)
				assert_int_equal(range.ram_class,
					pagemap_ram_class_of(bare.flags[i], 0));
		}
		assert_int_equal(next, FRAMES);
	}
}

/* ---- Failures ---------------------------------------------------------- */

static void failures(void **state)
{
	(void)state;
	bare.meminfo[0] = "MemTotal: much\n";
	assert_int_equal(read_with(1, false), -EINVAL);
	assert_non_null(strstr(pagemap_source_last_error(source), "meminfo"));
	bare.meminfo[0] = NULL;
	bare.flags_error = -EIO;
	assert_int_equal(read_with(3, false), -EIO);
	bare.flags_error = 0;
	bare.has_flags = false;
	source->features[PAGEMAP_FEATURE_KPAGEFLAGS] = FEATURE_UNTRIED;
	assert_int_equal(read_with(1, false), -ENOTSUP);
	assert_null(ram);
}

/* ---- Whose ------------------------------------------------------------- */

static struct machine machine;
static uint32_t mappers[MACHINE_FRAMES];

static void find_mappers(const struct pagemap_snapshot *snapshot)
{
	machine_users(&machine, NULL, mappers, NULL);
	assert_int_equal(pagemap_snapshot_process_count(snapshot),
			 MACHINE_PROCESSES);
}

/* By the pid's remainder: 0 and 1 are groups, 2 is in none. */
static size_t slow_row(uint32_t bits)
{
	size_t row = SIZE_MAX;
	int process;

	for (process = 0; process < MACHINE_PROCESSES; process++) {
		size_t group = (size_t)process % 3;

		if (!(bits & 1u << process))
			continue;
		if (group == 2 || (row != SIZE_MAX && row != group))
			return 2 + PAGEMAP_RAM_ROW_SEVERAL;
		row = group;
	}
	return row;
}

static void check_groups(const struct pagemap_ram *of_machine)
{
	uint64_t rows[4][PAGEMAP_RAM_CLASS_COUNT], slow[3] = { 0 }, sum[4] = { 0 };
	uint32_t group_of[MACHINE_PROCESSES];
	struct pagemap_partition partition = {
		group_of, MACHINE_PROCESSES, 2,
	};
	int i, k;

	for (i = 0; i < MACHINE_PROCESSES; i++)
		group_of[i] = i % 3 == 2 ? PAGEMAP_NO_GROUP : (uint32_t)i % 3;
	assert_int_equal(pagemap_ram_of_groups(of_machine, &partition, rows),
			 0);
	for (i = 0; i < MACHINE_FRAMES; i++)
		if (mappers[i])
			slow[slow_row(mappers[i])]++;
	for (i = 0; i < 4; i++)
		for (k = 0; k < PAGEMAP_RAM_CLASS_COUNT; k++)
			sum[i] += rows[i][k];
	assert_int_equal(sum[0], slow[0]);
	assert_int_equal(sum[1], slow[1]);
	assert_int_equal(sum[2], slow[2]);
	assert_true(slow[0] && slow[1] && slow[2]);
	/* The rows of a class add up to it. */
	for (k = 0; k < PAGEMAP_RAM_CLASS_COUNT; k++)
		if (rows[0][k] + rows[1][k] + rows[2][k])
			assert_int_equal(rows[0][k] + rows[1][k] + rows[2][k] +
					 rows[3][k],
					 pagemap_ram_value(of_machine,
						PAGEMAP_RAM_BIT(k)).value >> 12);
	partition.count--;
	assert_int_equal(pagemap_ram_of_groups(of_machine, &partition, rows),
			 -EINVAL);
	partition.count++;
	partition.group_count = 1;
	assert_int_equal(pagemap_ram_of_groups(of_machine, &partition, rows),
			 -EINVAL);
}

static void whose_the_frames_are(void **state)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts), .frames = PAGEMAP_FRAMES_ALL,
	};
	struct pagemap_ram_opts ram_opts = { .size = sizeof(ram_opts) };
	struct pagemap_ram_balance found;
	struct pagemap_snapshot *snapshot;
	struct pagemap_source *of_machine;
	struct pagemap_sharing *sharing;

	(void)state;
	memset(&machine, 0, sizeof(machine));
	machine.same_mm[0] = machine.same_mm[1] = -1;
	machine_make(&machine, 71);
	of_machine = machine_source(&machine);
	assert_int_equal(pagemap_snapshot_take(of_machine, &opts, &snapshot),
			 0);
	assert_int_equal(pagemap_sharing_find(snapshot, &sharing), 0);
	find_mappers(snapshot);
	ram_opts.sharing = sharing;
	assert_int_equal(pagemap_ram_read(of_machine, &ram_opts, &ram), 0);
	check_groups(ram);
	pagemap_ram_balance(ram, &found);
	assert_int_equal(found.moved_pages, 0);
	assert_int_equal(found.frames, MACHINE_FRAMES);
	pagemap_sharing_free(sharing);
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(of_machine);
}

static void not_told_whose(void **state)
{
	uint64_t rows[PAGEMAP_RAM_ROW_COUNT][PAGEMAP_RAM_CLASS_COUNT];
	struct pagemap_partition partition = { NULL, 0, 0 };

	(void)state;
	assert_int_equal(read_with(1, false), 0);
	assert_int_equal(pagemap_ram_of_groups(ram, &partition, rows),
			 -ENOTSUP);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(told_classes),
		CASE(quality_of_what_is_told),
		CASE(what_moves_is_estimated),
		CASE(overdrawn),
		CASE(negative_residual),
		CASE(without_meminfo),
		CASE(lazy_memory),
		CASE(balloons),
		CASE(free_blocks_by_their_heads),
		CASE(tables_that_are_told),
		CASE(holes_by_iomem),
		CASE(false_ksm),
		CASE(part_of_a_folio),
		CASE(tails_of_older_kernels),
		CASE(ranges_are_all_frames),
		CASE(failures),
		CASE(whose_the_frames_are),
		CASE(not_told_whose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
