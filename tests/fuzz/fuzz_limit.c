/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file with a number of bytes or "max": the number as it is written, but
 * for those that stand for none.
 */
#include "fuzz.h"

#include <inttypes.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	uint64_t bytes = 42;
	int err = parse_limit(text, size, &bytes);
	char again[24];

	CHECK(err == 0 || err == -EINVAL);
	if (err) {
		CHECK(bytes == 42);
		return 0;
	}
	CHECK(size && text[size - 1] == '\n');
	CHECK(bytes != PAGEMAP_CGROUP_UNKNOWN);
	if (bytes == PAGEMAP_CGROUP_NO_LIMIT)
		return 0;
	while (size > 2 && *text == '0') {
		text++;
		size--;
	}
	snprintf(again, sizeof(again), "%" PRIu64 "\n", bytes);
	CHECK(strlen(again) == size && !memcmp(again, text, size));
	return 0;
}
