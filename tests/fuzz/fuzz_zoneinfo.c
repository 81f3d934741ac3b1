/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/zoneinfo: the end is some zone's, sums are of what it lists, and a
 * text that is cut has none; zones have a place, below that end, and a name
 * that is safe to print.
 */
#include "fuzz.h"

static void check_place(const struct zone_place *place)
{
	size_t i;

	CHECK(place->node >= 0 && place->spanned);
	CHECK(place->first_pfn + place->spanned > place->first_pfn);
	CHECK(place->name.len && place->name.len < ZONE_NAME_SIZE);
	for (i = 0; i < place->name.len; i++)
		CHECK(place->name.at[i] > ' ' && place->name.at[i] < 0x7f);
}

static void check_places(const char *text, size_t size, uint64_t end)
{
	struct text rest = { text, text + size };
	struct zone_place place;
	size_t count = 0;
	int got;

	while ((got = parse_zone_next(&rest, &place)) == 1) {
		check_place(&place);
		CHECK(!end || place.first_pfn + place.spanned <= end);
		count++;
	}
	CHECK(got == 0 || got == -EINVAL);
	/* Of "Node 0, zone A", "spanned 1" and "start_pfn: 0" and no less. */
	CHECK(count <= size / 38);
}

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
	check_places(text, size, end);
	if (err)
		return 0;
	CHECK(size && text[size - 1] == '\n');
	return 0;
}
