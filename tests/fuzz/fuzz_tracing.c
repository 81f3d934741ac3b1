/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status of a process: who traces it.  A text that is cut at a line says the
 * same, or that something is missing.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct proc_tracing whole, cut;
	int err = parse_tracing(text, size, &whole);

	CHECK(err == 0 || err == -EINVAL);
	if (err)
		return 0;
	CHECK(text[size - 1] == '\n');
	CHECK(whole.ppid >= 0 && whole.tracer_pid >= 0);
	CHECK(whole.switches <= INT64_MAX || whole.switches == UINT64_MAX);
	if (parse_tracing(text, size / 2, &cut))
		return 0;
	CHECK(cut.state == whole.state && cut.ppid == whole.ppid);
	CHECK(cut.tracer_pid == whole.tracer_pid);
	return 0;
}
