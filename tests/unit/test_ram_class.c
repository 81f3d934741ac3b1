/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The class that a frame's flags tell: every state that kernels show, and the
 * traps: false bits, unknown bits, tails that say nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <libpagemap/pagemap.h>

#define F(name) (UINT64_C(1) << PAGEMAP_FLAG_##name)
#define C(name) PAGEMAP_RAM_##name

#define ON_LRU (F(LRU) | F(UPTODATE) | F(REFERENCED) | F(ACTIVE))
#define FALSE_BITS (F(ANON) | F(KSM) | F(MMAP))

/* Bits that mainline does not use, and that a later kernel may. */
#define UNKNOWN_BITS (~(F(ARCH_3) * 2 - 1) | UINT64_C(0x1f) << 27)

static const struct {
	uint64_t flags;
	enum pagemap_ram_class ram_class;
} rows[] = {
	{ 0, C(UNKNOWN) },
	{ UNKNOWN_BITS, C(UNKNOWN) },
	{ F(OWNER_PRIVATE) | F(PRIVATE), C(UNKNOWN) },
	{ F(IDLE), C(UNKNOWN) },
	{ F(NOPAGE), C(HOLE) },
	{ F(BUDDY), C(FREE) },
	{ F(BUDDY) | FALSE_BITS, C(FREE) },
	{ F(SLAB), C(SLAB) },
	{ F(SLAB) | FALSE_BITS | F(COMPOUND_HEAD), C(SLAB) },
	{ F(SLAB) | F(LOCKED) | F(ACTIVE), C(SLAB) },
	{ F(PGTABLE), C(PAGE_TABLES) },
	{ F(PGTABLE) | FALSE_BITS, C(PAGE_TABLES) },
	{ F(RESERVED), C(RESERVED) },
	{ F(RESERVED) | F(MMAP), C(RESERVED) },
	{ F(RESERVED) | F(ZERO_PAGE), C(RESERVED) },
	{ F(OFFLINE), C(OFFLINE) },
	{ F(OFFLINE) | F(RESERVED), C(OFFLINE) },
	{ F(HWPOISON) | F(BUDDY), C(HWPOISON) },
	{ F(HWPOISON) | ON_LRU | F(ANON) | F(MMAP), C(HWPOISON) },
	{ F(HUGE) | F(COMPOUND_HEAD) | F(MMAP) | F(UPTODATE), C(HUGETLB_MAPPED) },
	{ F(HUGE) | F(COMPOUND_TAIL) | F(MMAP) | F(ANON), C(HUGETLB_MAPPED) },
	{ F(HUGE) | F(COMPOUND_TAIL), C(HUGETLB_UNMAPPED) },
	{ F(ZERO_PAGE) | F(THP) | F(COMPOUND_HEAD), C(ZERO_PAGE) },
	{ F(MMAP), C(KERNEL_MAPPED) },
	{ F(MMAP) | F(COMPOUND_HEAD) | F(REFERENCED), C(KERNEL_MAPPED) },
	{ ON_LRU | F(ANON) | F(SWAPBACKED) | F(MMAP), C(ANON) },
	{ F(ANON) | F(SWAPBACKED) | F(MMAP) | F(UPTODATE), C(ANON) },
	{ ON_LRU | F(ANON) | F(MMAP), C(ANON) },	/* MADV_FREE */
	{ ON_LRU | F(ANON) | F(MMAP) | F(MLOCKED) | F(UNEVICTABLE), C(ANON) },
	{ ON_LRU | F(ANON) | F(MMAP) | F(SWAPBACKED) | F(SWAPCACHE), C(ANON) },
	{ ON_LRU | F(ANON) | F(MMAP) | F(KSM), C(KSM) },
	{ F(KSM) | F(ANON) | F(MMAP), C(KSM) },
	{ F(KSM), C(UNKNOWN) },
	{ ON_LRU | F(ANON) | F(SWAPBACKED), C(ANON_UNMAPPED) },
	{ ON_LRU | F(ANON) | F(KSM), C(ANON_UNMAPPED) },
	{ ON_LRU | F(ANON) | F(SWAPBACKED) | F(SWAPCACHE), C(SWAP_CACHE) },
	{ ON_LRU | F(SWAPBACKED) | F(SWAPCACHE) | F(DIRTY), C(SWAP_CACHE) },
	{ ON_LRU | F(SWAPBACKED) | F(MMAP) | F(DIRTY), C(SHMEM_MAPPED) },
	{ ON_LRU | F(SWAPBACKED) | F(DIRTY), C(SHMEM_UNMAPPED) },
	{ F(SWAPBACKED) | F(UPTODATE), C(SHMEM_UNMAPPED) },
	{ ON_LRU | F(MMAP), C(FILE_MAPPED) },
	{ ON_LRU | F(MMAP) | F(DIRTY), C(FILE_MAPPED) },
	{ ON_LRU, C(FILE_CLEAN) },
	{ F(LRU), C(FILE_CLEAN) },
	{ ON_LRU | F(PRIVATE) | F(OWNER_2), C(FILE_CLEAN) },
	{ F(UPTODATE), C(FILE_CLEAN) },
	{ ON_LRU | F(DIRTY), C(FILE_DIRTY) },
	{ ON_LRU | F(WRITEBACK), C(FILE_DIRTY) },
	{ F(COMPOUND_HEAD), C(KERNEL_BLOCKS) },
	{ F(COMPOUND_TAIL), C(KERNEL_BLOCKS) },
	{ F(COMPOUND_HEAD) | F(IDLE), C(KERNEL_BLOCKS) },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void each_state(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS; i++)
		assert_int_equal(pagemap_ram_class_of(rows[i].flags, 0),
				 rows[i].ram_class);
}

static void unknown_bits_change_nothing(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS; i++)
		assert_int_equal(pagemap_ram_class_of(rows[i].flags |
						      UNKNOWN_BITS, 0),
				 rows[i].ram_class);
}

/* What a head says is not looked at for frames that are no tails. */
static void heads_are_for_tails(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < ROWS; i++)
		if (!(rows[i].flags & F(COMPOUND_TAIL)))
			assert_int_equal(pagemap_ram_class_of(rows[i].flags,
							      UINT64_MAX),
					 rows[i].ram_class);
}

/* As kernels before 6.9 show large folios, and before 4.6 slabs. */
static void tails_that_say_nothing(void **state)
{
	static const struct {
		uint64_t flags, head;
		enum pagemap_ram_class ram_class;
	} tails[] = {
		{ F(THP) | F(MMAP), ON_LRU | F(ANON) | F(SWAPBACKED) | F(MMAP),
		  C(ANON) },
		{ F(THP), ON_LRU | F(SWAPBACKED) | F(MMAP), C(SHMEM_UNMAPPED) },
		{ F(THP) | F(MMAP), ON_LRU | F(SWAPBACKED) | F(MMAP),
		  C(SHMEM_MAPPED) },
		{ F(THP), ON_LRU | F(DIRTY), C(FILE_DIRTY) },
		{ F(THP), F(UPTODATE) | F(WRITEBACK), C(FILE_DIRTY) },
		{ 0, F(LRU) | F(SWAPBACKED) | F(SWAPCACHE), C(SWAP_CACHE) },
		{ F(THP) | F(MMAP), ON_LRU, C(FILE_MAPPED) },
		{ 0, F(SLAB), C(SLAB) },
		{ F(ANON), F(SLAB), C(SLAB) },
		{ 0, F(HUGE), C(HUGETLB_UNMAPPED) },
		{ 0, F(RESERVED), C(RESERVED) },
		{ 0, 0, C(KERNEL_BLOCKS) },
		{ F(HWPOISON), ON_LRU | F(ANON) | F(MMAP), C(HWPOISON) },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
		assert_int_equal(pagemap_ram_class_of(
					 tails[i].flags | F(COMPOUND_TAIL),
					 tails[i].head | F(COMPOUND_HEAD)),
				 tails[i].ram_class);
}

/* Any flags at all have a class, and one that flags can tell. */
static void any_flags(void **state)
{
	const uint64_t told = PAGEMAP_RAM_BIT(C(BUFFERS)) |
		PAGEMAP_RAM_BIT(C(HUGETLB_FREE)) |
		PAGEMAP_RAM_BIT(C(SLAB_RECLAIMABLE)) |
		PAGEMAP_RAM_BIT(C(KMALLOC_LARGE)) |
		PAGEMAP_RAM_BIT(C(SEC_PAGE_TABLES)) |
		PAGEMAP_RAM_BIT(C(KERNEL_STACKS)) | PAGEMAP_RAM_BIT(C(VMALLOC)) |
		PAGEMAP_RAM_BIT(C(PERCPU)) | PAGEMAP_RAM_BIT(C(ZSMALLOC)) |
		PAGEMAP_RAM_BIT(C(FREE_CPU_LISTS)) |
		PAGEMAP_RAM_BIT(C(FREE_LAZY)) | PAGEMAP_RAM_BIT(C(LENT)) |
		PAGEMAP_RAM_BIT(C(RESERVED_LAZY));
	uint64_t met = 0;
	int i;

	(void)state;
	srandom(7);
	for (i = 0; i < 2000000; i++) {
		uint64_t flags = (uint64_t)random() << 33 ^
				 (uint64_t)random() << 11 ^ (uint64_t)random();
		enum pagemap_ram_class ram_class;

		/* Few bits, so that the last rules are met too. */
		flags &= (uint64_t)random() << 20 ^ (uint64_t)random();
		flags &= (uint64_t)random() << 20 ^ (uint64_t)random();
		ram_class = pagemap_ram_class_of(flags, flags >> 7);
		assert_in_range(ram_class, 0, PAGEMAP_RAM_CLASS_COUNT - 1);
		met |= PAGEMAP_RAM_BIT(ram_class);
	}
	assert_int_equal(met, PAGEMAP_RAM_ALL & ~told);
}

static void classes_have_names(void **state)
{
	int i, k;

	(void)state;
	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++) {
		const char *name = pagemap_ram_class_name(
						(enum pagemap_ram_class)i);

		assert_in_range(strlen(pagemap_ram_class_describe(
					(enum pagemap_ram_class)i)), 10, 72);
		for (k = 0; k < i; k++)
			assert_string_not_equal(name, pagemap_ram_class_name(
						(enum pagemap_ram_class)k));
	}
	assert_null(pagemap_ram_class_name(PAGEMAP_RAM_CLASS_COUNT));
	assert_null(pagemap_ram_class_describe(PAGEMAP_RAM_CLASS_COUNT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state),
		cmocka_unit_test(unknown_bits_change_nothing),
		cmocka_unit_test(heads_are_for_tails),
		cmocka_unit_test(tails_that_say_nothing),
		cmocka_unit_test(any_flags),
		cmocka_unit_test(classes_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
