/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entries of smaps.  The lines of an entry, taken alone, are a smaps_rollup:
 * both parsers must say the same of them.
 */
#include "fuzz.h"

#define BIT(metric) PAGEMAP_METRIC_BIT(metric)

static void check_sizes(const struct maps_line *map,
			const struct smaps_sizes *sizes)
{
	const uint64_t needed = BIT(PAGEMAP_RSS) | BIT(PAGEMAP_PSS) |
				BIT(PAGEMAP_VSS);
	const uint64_t *bytes = sizes->bytes;

	CHECK((sizes->found & needed) == needed);
	CHECK(!(sizes->found & ~PAGEMAP_METRICS_ALL));
	CHECK(bytes[PAGEMAP_VSS] == map->end_vaddr - map->start_vaddr);
	for (unsigned int i = 0; i < PAGEMAP_METRIC_COUNT; i++)
		CHECK(i == PAGEMAP_VSS || bytes[i] % 1024 == 0);
	if (sizes->found & BIT(PAGEMAP_USS))
		CHECK(bytes[PAGEMAP_USS] == bytes[PAGEMAP_PRIVATE_CLEAN] +
					    bytes[PAGEMAP_PRIVATE_DIRTY]);
}

static void check_against_rollup(const char *entry, const char *end,
				 const struct smaps_sizes *sizes)
{
	const char *lines = (const char *)memchr(entry, '\n',
						 (size_t)(end - entry)) + 1;
	struct smaps_sizes rollup;

	CHECK(!parse_smaps_rollup(lines, (size_t)(end - lines), &rollup));
	CHECK(rollup.found == (sizes->found & ~BIT(PAGEMAP_VSS)));
	CHECK(bytes_equal(rollup.bytes, sizes->bytes, rollup.found));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *start = (const char *)data;
	struct text text = { start, start + size };
	struct smaps_sizes sizes;
	struct maps_line map;
	uint32_t vm_flags;

	for (;;) {
		const char *entry = text.at;
		int ret = parse_smaps_next(&text, &map, &sizes, &vm_flags);

		if (ret != 1) {
			CHECK(ret == 0 || ret == -EINVAL);
			CHECK(text.at == entry);
			CHECK(ret || text.at == text.end);
			return 0;
		}
		CHECK(text.at > entry && text.at <= text.end);
		CHECK(text.at[-1] == '\n');
		CHECK(map.start_vaddr < map.end_vaddr);
		CHECK(span_inside(map.path, entry, (size_t)(text.at - entry)));
		CHECK(vm_flags < 2 * SMAPS_VM_MIXEDMAP);
		check_sizes(&map, &sizes);
		check_against_rollup(entry, text.at, &sizes);
	}
}
