/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of /proc/sysvipc/shm: one that is understood has all its columns.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct text rest = { text, text + size };
	struct shm_line segment;
	struct span line, word;

	while (text_next_line(&rest, &line)) {
		int columns = 0, err = parse_shm_line(line, &segment);

		CHECK(err == 0 || err == -EINVAL);
		while (span_take_word(&line, &word))
			columns++;
		CHECK(err || columns >= 16);
	}
	return 0;
}
