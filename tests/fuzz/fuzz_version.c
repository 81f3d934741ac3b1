/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/version: a release that is one word and begins with its numbers.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct proc_version version;
	int err = parse_version(text, size, &version);

	CHECK(err == 0 || err == -EINVAL);
	if (err)
		return 0;
	CHECK(span_inside(version.release, text, size - 1));
	CHECK(version.release.len >= 3);
	CHECK(!span_has(version.release, ' '));
	CHECK(!span_has(version.release, '\n'));
	CHECK(strtoul(version.release.at, NULL, 10) == version.major);
	return 0;
}
