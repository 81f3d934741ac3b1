/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * statm of a process: three numbers, which more on their line does not change.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct proc_statm whole, cut;
	int err = parse_statm(text, size, &whole);
	char again[96];
	int len;

	CHECK(err == 0 || err == -EINVAL);
	/* What follows a third number and its space cannot matter. */
	if (!parse_statm(text, size / 2, &cut) && text[size / 2 - 1] != '\n') {
		CHECK(!err);
		CHECK(!memcmp(&whole, &cut, sizeof(cut)));
	}
	if (err)
		return 0;
	len = snprintf(again, sizeof(again), "%llu %llu %llu\n",
		       (unsigned long long)whole.size_pages,
		       (unsigned long long)whole.resident_pages,
		       (unsigned long long)whole.shared_pages);
	CHECK(!parse_statm(again, (size_t)len, &cut));
	CHECK(!memcmp(&whole, &cut, sizeof(cut)));
	return 0;
}
