/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sizes as text, see units.h.
 */
#include "units.h"

#include <stdlib.h>
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
		text[length++] = (char)('0' + (below * 10 >> shift));
	}
	text[length++] = suffixes[power];
	text[length] = '\0';
	return length;
}

static size_t format_guess(const struct pagemap_value *value, enum units units,
			   char *text)
{
	text[0] = '~';
	return units_format(value->value, units, text + 1) + 1;
}

static size_t format_range(const struct pagemap_value *value, enum units units,
			   char *text)
{
	char high[UNITS_SIZE / 2];
	size_t low_length = units_format(value->low, units, text);
	size_t high_length = units_format(value->high, units, high);

	if (strcmp(text, high) == 0)
		return low_length;
	if (low_length + 2 + high_length > UNITS_RANGE_MAX)
		return format_guess(value, units, text);
	memcpy(text + low_length, "..", 2);
	memcpy(text + low_length + 2, high, high_length + 1);
	return low_length + 2 + high_length;
}

size_t units_format_value(const struct pagemap_value *value, enum units units,
			  char text[UNITS_SIZE])
{
	switch (value->quality) {
	case PAGEMAP_EXACT:
		return units_format(value->value, units, text);
	case PAGEMAP_BOUNDED:
		return format_range(value, units, text);
	case PAGEMAP_ESTIMATED:
		return format_guess(value, units, text);
	case PAGEMAP_UNAVAILABLE:
		break;
	}
	memcpy(text, "-", 2);
	return 1;
}

bool units_parse(const char *text, uint64_t *ret_bytes)
{
	static const char suffixes[] = "KMGTP";
	const char *suffix;
	double number;
	char *end;

	/* Not what strtod also takes: signs, blanks, 0x, inf. */
	if (strspn(text, "0123456789.") == 0)
		return false;
	number = strtod(text, &end);
	if (end != text + strspn(text, "0123456789."))
		return false;
	suffix = *end ? strchr(suffixes, *end & ~0x20) : NULL;
	if (suffix && *suffix) {
		number *= (double)(UINT64_C(1) << 10 * (suffix - suffixes + 1));
		end++;
		if (*end == 'i')
			end++;
	}
	if (*end == 'B')
		end++;
	if (*end || number < 1 || number >= 0x1p63)
		return false;
	*ret_bytes = (uint64_t)number;
	return true;
}
