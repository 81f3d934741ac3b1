/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status of a process: sizes are whole kB, and a text cut at a line says
 * nothing that the whole does not.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint64_t summed = PAGEMAP_METRIC_BIT(PAGEMAP_PAGE_TABLES);
	const char *text = (const char *)data;
	struct proc_status whole, cut;
	int err = parse_status(text, size, &whole);

	CHECK(err == 0 || err == -EINVAL);
	if (err)
		return 0;
	CHECK(text[size - 1] == '\n');
	CHECK(!(whole.found & ~PAGEMAP_METRICS_ALL));
	for (unsigned int i = 0; i < PAGEMAP_METRIC_COUNT; i++)
		CHECK(whole.bytes[i] % 1024 == 0);
	CHECK(whole.hugetlb_bytes == UINT64_MAX ||
	      whole.hugetlb_bytes % 1024 == 0);
	if (parse_status(text, size / 2, &cut))
		return 0;
	CHECK(!(cut.found & ~whole.found));
	CHECK(bytes_equal(cut.bytes, whole.bytes, cut.found & ~summed));
	return 0;
}
