/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/iomem: a bank of RAM is a range of a line, never empty, and the text
 * comes to its end.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct text rest = { text, text + size };
	struct ram_bank bank;
	size_t banks = 0;
	int got;

	while ((got = parse_iomem_next(&rest, &bank)) == 1) {
		const char *at = rest.at;

		CHECK(bank.start_bytes < bank.end_bytes);
		CHECK(at > text && at <= text + size);
		banks++;
	}
	CHECK(got == 0 || got == -EINVAL);
	/* "0-0 : System RAM" is the shortest. */
	CHECK(banks <= size / 16);
	CHECK(got || rest.at == rest.end);
	return 0;
}
