/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/swaps: an area is a line, and the mask of types covers them all.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct proc_swaps swaps;
	uint32_t lines = 0;
	int err = parse_swaps(text, size, &swaps);

	CHECK(err == 0 || err == -EINVAL);
	if (err)
		return 0;
	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	CHECK(swaps.area_count == lines - 1);
	CHECK(!swaps.types == !swaps.area_count);
	CHECK(!(swaps.types & (swaps.types + 1)));
	CHECK(!swaps.area_count || swaps.types >= 0x7fffff);
	CHECK((uint32_t)__builtin_popcount(swaps.types) >= swaps.area_count ||
	      swaps.types == UINT32_MAX);
	CHECK(swaps.used_bytes % 1024 == 0);
	return 0;
}
