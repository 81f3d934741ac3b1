/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/loadavg: there is always a thread, or nothing is told.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	uint64_t threads = 0;
	int err = parse_loadavg(text, size, &threads);

	CHECK(err == 0 || err == -EINVAL);
	CHECK(!err == (threads != 0));
	CHECK(err || (memchr(text, '/', size) && text[size - 1] == '\n'));
	return 0;
}
