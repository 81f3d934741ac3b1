/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory.stat and its like: keys and numbers, in the order of their lines.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *start = (const char *)data;
	struct text text = { start, start + size };
	const char *at = start;
	struct span key;
	uint64_t number;
	int got;

	while ((got = parse_keyed_next(&text, &key, &number))) {
		CHECK(got == 1 || got == -EINVAL);
		CHECK(text.at > at && text.at <= text.end);
		if (got > 0) {
			CHECK(span_inside(key, at, (size_t)(text.at - at)));
			CHECK(key.len && !span_has(key, ' '));
			CHECK(!span_has(key, '\n'));
			CHECK(key.at[key.len] == ' ');
			CHECK(text.at[-1] == '\n');
		}
		at = text.at;
	}
	CHECK(text.at == text.end);
	return 0;
}
