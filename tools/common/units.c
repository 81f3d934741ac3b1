/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes as text, see units.h.
 */
#include "units.h"

#include <string.h>

static size_t format_number(uint64_t number, char *text)
{
	char digits[20];
	size_t i, count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	for (i = 0; i < count; i++)
		text[i] = digits[count - 1 - i];
	text[count] = '\0';
	return count;
}

size_t units_format(uint64_t bytes, enum units units, char *text)
{
	static const char suffixes[] = "BKMGTP";
	unsigned int power = 0, shift;
	size_t length;

	if (units == UNITS_KIB)
		return format_number(bytes >> 10, text);
	while (power < 5 && bytes >> (10 * power) >= 1024)
		power++;
	shift = 10 * power;
	length = format_number(bytes >> shift, text);
	if (power) {
		uint64_t below = bytes & ((UINT64_C(1) << shift) - 1);

		text[length++] = '.';
		/* Tenths without overflow: the lowest bits cannot matter. */
		text[length++] = (char)('0' + ((below >> (shift - 10)) * 10 >>
					       10));
	}
	text[length++] = suffixes[power];
	text[length] = '\0';
	return length;
}

size_t units_format_value(const struct pagemap_value *value, enum units units,
			  char text[UNITS_SIZE])
{
	size_t length;
	char high[UNITS_SIZE];

	switch (value->quality) {
	case PAGEMAP_EXACT:
		return units_format(value->value, units, text);
	case PAGEMAP_BOUNDED:
		length = units_format(value->low, units, text);
		units_format(value->high, units, high);
		if (strcmp(text, high) == 0)
			return length;
		memcpy(text + length, "..", 2);
		strcpy(text + length + 2, high);
		return strlen(text);
	case PAGEMAP_ESTIMATED:
		text[0] = '~';
		return units_format(value->value, units, text + 1) + 1;
	case PAGEMAP_UNAVAILABLE:
		break;
	}
	strcpy(text, "-");
	return 1;
}
