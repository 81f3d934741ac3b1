/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flags of frames by name, see flag_text.h.
 */
#include "flag_text.h"

#include <string.h>

void flags_to_text(uint64_t flags, char text[FLAGS_TEXT_SIZE])
{
	unsigned int bit;
	size_t length = 0;

	text[0] = '\0';
	if (flags == PAGEMAP_FLAGS_UNKNOWN) {
		memcpy(text, "-", 2);
		return;
	}
	for (bit = 0; bit < 64; bit++) {
		const char *name = pagemap_flag_name(bit);
		int more;

		if (!(flags >> bit & 1))
			continue;
		more = name ? snprintf(text + length, FLAGS_TEXT_SIZE - length,
				       "%s%s", length ? "," : "", name) :
			snprintf(text + length, FLAGS_TEXT_SIZE - length,
				 "%sbit%u", length ? "," : "", bit);
		if (more < 0 || length + (size_t)more >= FLAGS_TEXT_SIZE)
			return;
		length += (size_t)more;
	}
}

struct json *json_flags(uint64_t flags)
{
	struct json *array;
	unsigned int bit;
	char number[16];

	if (flags == PAGEMAP_FLAGS_UNKNOWN)
		return NULL;
	array = json_new_array();
	for (bit = 0; bit < 64; bit++) {
		const char *name = pagemap_flag_name(bit);

		if (!(flags >> bit & 1))
			continue;
		snprintf(number, sizeof(number), "bit%u", bit);
		json_append_text(array, name ? name : number);
	}
	return array;
}
