/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/meminfo: what is found is of a line of the text, and a text that is
 * cut has nothing.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct proc_meminfo meminfo;
	unsigned int field, lines = 0;
	int err = parse_meminfo(text, size, &meminfo);

	CHECK(err == 0 || err == -EINVAL);
	if (err)
		return 0;
	CHECK(size && text[size - 1] == '\n');
	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	CHECK((unsigned int)__builtin_popcount(meminfo.found) <= lines);
	CHECK(!(meminfo.found >> MEMINFO_FIELD_COUNT));
	for (field = 0; field < MEMINFO_FIELD_COUNT; field++) {
		bool found = meminfo.found >> field & 1;

		CHECK(found || !meminfo.values[field]);
		CHECK(!found || memmem(text, size, meminfo_field_name(field),
				       strlen(meminfo_field_name(field))));
		/* Sizes are in kB; only numbers of huge pages are not. */
		CHECK(meminfo_is_number((enum meminfo_field)field) ||
		      meminfo.values[field] % 1024 == 0);
	}
	return 0;
}
