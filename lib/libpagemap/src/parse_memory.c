/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parsers of what the kernel says of all its memory: meminfo, the zones of
 * zoneinfo, and the banks of RAM in iomem.  What the numbers mean together is
 * the business of ram_told.c.
 */
#include <errno.h>
#include <string.h>

#include "parse.h"

/* No machine has more; below it sums of some of them do not overflow. */
#define MOST_BYTES (UINT64_C(1) << 58)
#define MOST_PAGES (MOST_BYTES >> 10)

static const char *const meminfo_names[MEMINFO_FIELD_COUNT] = {
	[MEMINFO_TOTAL] = "MemTotal",
	[MEMINFO_FREE] = "MemFree",
	[MEMINFO_BUFFERS] = "Buffers",
	[MEMINFO_CACHED] = "Cached",
	[MEMINFO_SWAP_CACHED] = "SwapCached",
	[MEMINFO_DIRTY] = "Dirty",
	[MEMINFO_WRITEBACK] = "Writeback",
	[MEMINFO_ANON_PAGES] = "AnonPages",
	[MEMINFO_MAPPED] = "Mapped",
	[MEMINFO_SHMEM] = "Shmem",
	[MEMINFO_SLAB] = "Slab",
	[MEMINFO_SLAB_RECLAIMABLE] = "SReclaimable",
	[MEMINFO_SLAB_UNRECLAIMABLE] = "SUnreclaim",
	[MEMINFO_KERNEL_STACK] = "KernelStack",
	[MEMINFO_PAGE_TABLES] = "PageTables",
	[MEMINFO_SEC_PAGE_TABLES] = "SecPageTables",
	[MEMINFO_VMALLOC_USED] = "VmallocUsed",
	[MEMINFO_PERCPU] = "Percpu",
	[MEMINFO_ZSWAP] = "Zswap",
	[MEMINFO_CORRUPTED] = "HardwareCorrupted",
	[MEMINFO_BALLOON] = "Balloon",
	[MEMINFO_HUGETLB] = "Hugetlb",
	[MEMINFO_HUGE_TOTAL] = "HugePages_Total",
	[MEMINFO_HUGE_FREE] = "HugePages_Free",
	[MEMINFO_HUGE_RESERVED] = "HugePages_Rsvd",
	[MEMINFO_HUGE_SURPLUS] = "HugePages_Surp",
	[MEMINFO_HUGE_SIZE] = "Hugepagesize",
};

const char *meminfo_field_name(enum meminfo_field field)
{
	return meminfo_names[field];
}

static int find_field(struct span name)
{
	int field;

	for (field = 0; field < MEMINFO_FIELD_COUNT; field++)
		if (span_is(name, meminfo_names[field]))
			return field;
	return -1;
}

int parse_meminfo(const char *text, size_t size,
		  struct proc_meminfo *ret_meminfo)
{
	struct proc_meminfo meminfo = { .found = 0 };
	struct text rest = { text, text + size };
	struct span line, name, number;
	int field;

	if (!text_is_whole(text, size))
		return -EINVAL;
	while (text_next_line(&rest, &line)) {
		if (!span_take(&line, ':', &name))
			continue;
		field = find_field(name);
		if (field < 0)
			continue;
		/* Huge pages are a number of them. */
		if (!span_to_bytes(line, &meminfo.values[field]) &&
		    (!meminfo_is_number((enum meminfo_field)field) ||
		     !span_take_word(&line, &number) ||
		     !span_to_u64(number, 10, &meminfo.values[field])))
			return -EINVAL;
		if (meminfo.values[field] > MOST_BYTES)
			return -EINVAL;
		meminfo.found |= UINT32_C(1) << field;
	}
	*ret_meminfo = meminfo;
	return 0;
}

static bool add(uint64_t *sum, uint64_t number)
{
	return !__builtin_add_overflow(*sum, number, sum) &&
	       *sum <= MOST_PAGES;
}

/* 1 if a line was taken, 0 if it tells of something else. */
static int take_zone_line(struct span line, struct proc_zones *zones)
{
	const struct {
		const char *word;
		uint64_t *sum;
	} rows[] = {
		{ "spanned", &zones->spanned },
		{ "present", &zones->present },
		{ "managed", &zones->managed },
		{ "count:", &zones->cpu_lists },
		{ "nr_zspages", &zones->zspages },
	};
	struct span word;
	uint64_t number;
	size_t i;
	int found;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		found = span_number_after(line, rows[i].word, &number);
		if (!found)
			continue;
		zones->has_managed |= rows[i].sum == &zones->managed;
		return found > 0 && add(rows[i].sum, number) ? 1 : -EINVAL;
	}
	/* "  pages free     3840" */
	if (!span_take_word(&line, &word) || !span_is(word, "pages"))
		return 0;
	found = span_number_after(line, "free", &number);
	return found > 0 && !add(&zones->free, number) ? -EINVAL : found;
}

int parse_zones(const char *text, size_t size, struct proc_zones *ret_zones)
{
	struct proc_zones zones = { .spanned = 0 };
	struct text rest = { text, text + size };
	struct span line;

	if (!text_is_whole(text, size))
		return -EINVAL;
	while (text_next_line(&rest, &line))
		if (take_zone_line(line, &zones) < 0)
			return -EINVAL;
	if (!zones.spanned)
		return -EINVAL;
	*ret_zones = zones;
	return 0;
}

static bool is_zone_name(struct span name)
{
	size_t i;

	for (i = 0; i < name.len; i++)
		if (!(name.at[i] >= 'a' && name.at[i] <= 'z') &&
		    !(name.at[i] >= 'A' && name.at[i] <= 'Z') &&
		    !(name.at[i] >= '0' && name.at[i] <= '9') &&
		    name.at[i] != '_')
			return false;
	return name.len && name.len < ZONE_NAME_SIZE;
}

/* "Node 0, zone   Normal": 1, 0 for another line, -EINVAL. */
static int take_zone_head(struct span line, struct zone_place *place)
{
	struct span word, number, more;

	if (!span_take_word(&line, &word) || !span_is(word, "Node"))
		return 0;
	*place = (struct zone_place){ .node = -1 };
	return span_take_word(&line, &word) && span_take(&word, ',', &number) &&
	       !word.len && span_to_int(number, &place->node) &&
	       place->node >= 0 && span_take_word(&line, &word) &&
	       span_is(word, "zone") && span_take_word(&line, &place->name) &&
	       is_zone_name(place->name) && !span_take_word(&line, &more) ?
	       1 : -EINVAL;
}

int parse_zone_next(struct text *zoneinfo, struct zone_place *ret_place)
{
	struct zone_place place = { .node = -1 };
	struct span line;
	int found;

	/* What a zone spans comes before where it starts; one without pages
	   has no start. */
	while (text_next_line(zoneinfo, &line)) {
		found = take_zone_head(line, &place);
		if (!found)
			found = span_number_after(line, "spanned",
						  &place.spanned);
		if (found < 0 || place.spanned > MOST_PAGES)
			return -EINVAL;
		if (found)
			continue;
		found = span_number_after(line, "start_pfn:", &place.first_pfn);
		if (found < 0 || (found && (place.node < 0 ||
					    place.first_pfn > MOST_PAGES)))
			return -EINVAL;
		if (!found || !place.spanned)
			continue;
		*ret_place = place;
		return 1;
	}
	return 0;
}

/* "  00100000-bfffffff : System RAM"; the end is inclusive. */
static bool parse_iomem_line(struct span line, struct ram_bank *ret_bank,
			     struct span *ret_name)
{
	struct span start, end;
	uint64_t last;

	while (line.len && *line.at == ' ') {
		line.at++;
		line.len--;
	}
	if (!span_take(&line, '-', &start) || !span_take(&line, ' ', &end) ||
	    !span_to_u64(start, 16, &ret_bank->start_bytes) ||
	    !span_to_u64(end, 16, &last) || last < ret_bank->start_bytes ||
	    last == UINT64_MAX || line.len < 2 || memcmp(line.at, ": ", 2) != 0)
		return false;
	ret_bank->end_bytes = last + 1;
	*ret_name = (struct span){ line.at + 2, line.len - 2 };
	return true;
}

int parse_iomem_next(struct text *iomem, struct ram_bank *ret_bank)
{
	static const char ram[] = "System RAM";
	struct span line, name;
	struct ram_bank bank;

	while (text_next_line(iomem, &line)) {
		if (!parse_iomem_line(line, &bank, &name))
			return -EINVAL;
		/* Also "System RAM (kmem)", inside of another range. */
		if (name.len < sizeof(ram) - 1 ||
		    memcmp(name.at, ram, sizeof(ram) - 1) != 0)
			continue;
		*ret_bank = bank;
		return 1;
	}
	return 0;
}
