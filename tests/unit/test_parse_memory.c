/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meminfo, the zones of zoneinfo, and the banks of RAM in iomem.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common_edge.h"
#include "parse.h"

/* ---- meminfo ----------------------------------------------------------- */

static int meminfo_of(const char *text, struct proc_meminfo *ret_meminfo)
{
	fill_garbage(ret_meminfo, sizeof(*ret_meminfo));
	return parse_meminfo(edge_copy(text, strlen(text)), strlen(text),
			     ret_meminfo);
}

/* Every field that is named is found, and no other. */
static void each_field(void **state)
{
	int field;

	(void)state;
	for (field = 0; field < MEMINFO_FIELD_COUNT; field++) {
		const char *name = meminfo_field_name(field);
		bool number = meminfo_is_number((enum meminfo_field)field);
		struct proc_meminfo meminfo;
		char text[128];

		snprintf(text, sizeof(text), "Other: 7 kB\n%s:   %d%s\nX: y\n",
			 name, field + 3, number ? "" : " kB");
		assert_int_equal(meminfo_of(text, &meminfo), 0);
		assert_int_equal(meminfo.found, UINT32_C(1) << field);
		assert_int_equal(meminfo.values[field],
				 (field + 3) * (number ? 1 : 1024));
	}
}

static void broken_meminfo(void **state)
{
	static const char *const broken[] = {
		"", "MemFree: 4 kB", "MemFree: 4\n", "MemFree:\n",
		"MemFree: x kB\n", "MemFree: -4 kB\n", "MemFree: 4 MB\n",
		"MemFree: 18446744073709551615 kB\n", "HugePages_Free: x\n",
		"HugePages_Free: 18446744073709551616\n",
		"MemFree: 281474976710657 kB\n",
		"HugePages_Total: 288230376151711745\n",
	};
	struct proc_meminfo meminfo;

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_int_equal(meminfo_of(broken[i], &meminfo), -EINVAL);
	/* Lines that are not known may be anything. */
	assert_int_equal(meminfo_of("\nx\nMemFree : 1\nMemFreeX: y\n",
				    &meminfo), 0);
	assert_int_equal(meminfo.found, 0);
}

/* ---- Zones ------------------------------------------------------------- */

#define ZONE_DMA                                                              \
	"Node 0, zone      DMA\n  per-node stats\n      nr_anon_pages 4161\n" \
	"  pages free     3840\n        min      51\n        spanned  4095\n"  \
	"        present  3998\n        managed  3841\n        cma      0\n"   \
	"      nr_free_pages 3840\n      nr_zspages   5\n  pagesets\n"         \
	"    cpu: 0\n              count:    7\n              high:     0\n"   \
	"  start_pfn:           1\n"
#define ZONE_NORMAL                                                           \
	"Node 0, zone   Normal\n  pages free     100\n"                        \
	"        spanned  5505024\n        present  5505000\n"                 \
	"        managed  491520\n      nr_zspages   6\n  pagesets\n"          \
	"    cpu: 0\n              count:    3608\n    cpu: 1\n"               \
	"              count:    4051\n  start_pfn:           1048576\n"

static int zones_of(const char *text, struct proc_zones *ret_zones)
{
	fill_garbage(ret_zones, sizeof(*ret_zones));
	return parse_zones(edge_copy(text, strlen(text)), strlen(text),
			   ret_zones);
}

static void sums_of_zones(void **state)
{
	struct proc_zones zones;

	(void)state;
	assert_int_equal(zones_of(ZONE_DMA ZONE_NORMAL, &zones), 0);
	assert_int_equal(zones.spanned, 4095 + 5505024);
	assert_int_equal(zones.present, 3998 + 5505000);
	assert_int_equal(zones.managed, 3841 + 491520);
	assert_int_equal(zones.free, 3840 + 100);
	assert_int_equal(zones.cpu_lists, 7 + 3608 + 4051);
	assert_int_equal(zones.zspages, 11);
	assert_true(zones.has_managed);
	/* Before 3.9 a zone does not say what it manages. */
	assert_int_equal(zones_of("        spanned  5\n        present  4\n",
				  &zones), 0);
	assert_false(zones.has_managed);
	assert_int_equal(zones.present, 4);
}

#define SPANNED "        spanned  5\n"
#define COUNT_MOST "        count: 18446744073709551615\n"
#define FREE_MOST "  pages free 18446744073709551615\n"

static void broken_zones(void **state)
{
	static const char *const broken[] = {
		"", "\n", "        spanned  0\n", "        spanned  5",
		"        spanned  281474976710657\n",
		SPANNED "  pages free\n", SPANNED "  pages free x\n",
		SPANNED "        managed\n", SPANNED COUNT_MOST COUNT_MOST,
		SPANNED FREE_MOST FREE_MOST,
	};
	struct proc_zones zones;

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_int_equal(zones_of(broken[i], &zones), -EINVAL);
}

static void assert_place(const struct zone_place *place, int node,
			 const char *name, uint64_t first, uint64_t spanned)
{
	assert_int_equal(place->node, node);
	assert_int_equal(place->name.len, strlen(name));
	assert_memory_equal(place->name.at, name, place->name.len);
	assert_int_equal(place->first_pfn, first);
	assert_int_equal(place->spanned, spanned);
}

/* Zones without pages have no start, or span nothing. */
static void places_of_zones(void **state)
{
	static const char zones[] =
		ZONE_DMA ZONE_NORMAL
		"Node 0, zone  Movable\n        spanned  0\n"
		"Node 0, zone   Device\n        spanned  0\n"
		"  start_pfn:           0\n"
		"Node 0, zone  HighMem\n        spanned  77\n"
		"Node 12, zone    DMA32\n        spanned  9\n"
		"  start_pfn: 281474976710656\n"
		"Node 13, zone fifteen_letters\n        spanned  1\n"
		"  start_pfn: 0\n"
		"        spanned  2\n  start_pfn: 5\n";
	const char *copy = edge_copy(zones, strlen(zones));
	struct text text = { copy, copy + strlen(zones) };
	struct zone_place place;

	(void)state;
	assert_int_equal(parse_zone_next(&text, &place), 1);
	assert_place(&place, 0, "DMA", 1, 4095);
	assert_int_equal(parse_zone_next(&text, &place), 1);
	assert_place(&place, 0, "Normal", 1048576, 5505024);
	assert_int_equal(parse_zone_next(&text, &place), 1);
	assert_place(&place, 12, "DMA32", UINT64_C(1) << 48, 9);
	assert_int_equal(parse_zone_next(&text, &place), 1);
	assert_place(&place, 13, "fifteen_letters", 0, 1);
	/* A start is of the head above it, and of no other zone. */
	assert_int_equal(parse_zone_next(&text, &place), -EINVAL);
}

static void broken_places(void **state)
{
	static const char *const heads[] = {
		"Node\n", "Node 0\n", "Node 0,\n", "Node 0, zone\n",
		"Node 0, zone \n", "Node , zone A\n", "Node x, zone A\n",
		"Node -1, zone A\n", "Node 0,1 zone A\n",
		"Node 2147483648, zone A\n", "Node 0, pool A\n",
		"Node 0 zone A\n", "Node 0, zone A B\n",
		"Node 0, zone A-B\n", "Node 0, zone A\033[31m\n",
		"Node 0, zone sixteen__letters\n",
		"Node 0, zone A\n        spanned  x\n",
		"Node 0, zone A\n        spanned  281474976710657\n",
		"Node 0, zone A\n        spanned  1\n  start_pfn:\n",
		"Node 0, zone A\n        spanned  1\n"
			"  start_pfn: 281474976710657\n",
		"        spanned  1\n  start_pfn: 1\n",
	};
	struct zone_place place;

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		const char *copy = edge_copy(heads[i], strlen(heads[i]));
		struct text text = { copy, copy + strlen(heads[i]) };

		fill_garbage(&place, sizeof(place));
		assert_int_equal(parse_zone_next(&text, &place), -EINVAL);
		assert_garbage(&place, sizeof(place));
	}
}

/* ---- iomem ------------------------------------------------------------- */

static void banks_at_any_depth(void **state)
{
	static const char iomem[] =
		"00000000-00000fff : Reserved\n"
		"00001000-0009fbff : System RAM\n"
		"  00002000-00002fff : Kernel code\n"
		"000f0000-000fffff : System ROM\n"
		"100000000-1ffffffff : Persistent Memory\n"
		"  140000000-17fffffff : dax0.0\n"
		"    140000000-17fffffff : System RAM (kmem)\n";
	const char *copy = edge_copy(iomem, strlen(iomem));
	struct text text = { copy, copy + strlen(iomem) };
	struct ram_bank bank;

	(void)state;
	assert_int_equal(parse_iomem_next(&text, &bank), 1);
	assert_int_equal(bank.start_bytes, 0x1000);
	assert_int_equal(bank.end_bytes, 0x9fc00);
	assert_int_equal(parse_iomem_next(&text, &bank), 1);
	assert_int_equal(bank.start_bytes, 0x140000000);
	assert_int_equal(bank.end_bytes, 0x180000000);
	assert_int_equal(parse_iomem_next(&text, &bank), 0);
}

static void broken_banks(void **state)
{
	static const char *const broken[] = {
		"\n", "1-2\n", "1-2:System RAM\n", "1-2  System RAM\n",
		"x-2 : System RAM\n", "1-x : System RAM\n",
		"2-1 : System RAM\n", "1 : System RAM\n",
		"0-ffffffffffffffff : System RAM\n",
		"0-10000000000000000 : System RAM\n", "1-2 :",
	};
	struct ram_bank bank;

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		size_t size = strlen(broken[i]);
		const char *copy = edge_copy(broken[i], size);
		struct text text = { copy, copy + size };

		assert_int_equal(parse_iomem_next(&text, &bank), -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field),
		cmocka_unit_test(broken_meminfo),
		cmocka_unit_test(sums_of_zones),
		cmocka_unit_test(broken_zones),
		cmocka_unit_test(places_of_zones),
		cmocka_unit_test(broken_places),
		cmocka_unit_test(banks_at_any_depth),
		cmocka_unit_test(broken_banks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
