/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/zoneinfo: the end is some zone's, sums are of what it lists, and a
 * text that is cut has none.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct proc_zones zones;
	uint64_t end = 0;
	int err = parse_zoneinfo(text, size, &end);

	if (!parse_zones(text, size, &zones)) {
		CHECK(zones.spanned && text[size - 1] == '\n');
		CHECK(zones.has_managed || !zones.managed);
		CHECK(!zones.zspages || memmem(text, size, "nr_zspages", 10));
	}
	CHECK(err == 0 || err == -EINVAL);
	CHECK(!err == (end != 0));
	if (err)
		return 0;
	CHECK(size && text[size - 1] == '\n');
	return 0;
}
