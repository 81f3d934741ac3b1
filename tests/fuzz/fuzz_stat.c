/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stat of a process: whatever the name holds, the fields are those behind it.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct proc_stat stat;
	const char *after;
	int err = parse_stat(text, size, &stat);

	CHECK(err == 0 || err == -EINVAL);
	if (err)
		return 0;
	CHECK(stat.pid >= 0);
	CHECK(span_inside(stat.comm, text + 1, size - 2));
	CHECK(stat.comm.at[-1] == '(');
	after = stat.comm.at + stat.comm.len;
	CHECK(after[0] == ')' && after[1] == ' ' && after[2] == stat.state);
	CHECK(!memchr(after + 1, ')', (size_t)(text + size - after - 1)));
	return 0;
}
