/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/slabinfo: the size of an object of one cache.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char cache[] = "vm_area_struct";
	const char *text = (const char *)data;
	uint64_t whole = 0, cut = 0;
	int err = parse_slab_object(text, size, cache, &whole);

	CHECK(err == 0 || err == -EINVAL || err == -ENODATA);
	CHECK(err || memmem(text, size, cache, sizeof(cache) - 1));
	/* The first line of it counts, and what is cut off behind does not. */
	if (!parse_slab_object(text, size / 2, cache, &cut))
		CHECK(!err && cut == whole);
	return 0;
}
