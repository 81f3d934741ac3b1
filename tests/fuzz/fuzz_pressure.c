/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory.pressure: the total of its line "some".
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	uint64_t us = 42;
	int err = parse_pressure(text, size, &us);

	CHECK(err == 0 || err == -EINVAL);
	if (err) {
		CHECK(us == 42);
		return 0;
	}
	CHECK(text_is_whole(text, size));
	CHECK(memmem(text, size, "some", 4));
	CHECK(memmem(text, size, "total=", 6));
	return 0;
}
