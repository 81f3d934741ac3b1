/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines of maps, which are also the head lines of smaps.  Reading lines one
 * after the other, and what backs a mapping, are others' work.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "parse.h"

/* What is left of the line. */
struct cursor {
	const char *at;
	const char *end;
};

/* Values of hexadecimal digits plus one, so that 0 says "none". */
static const unsigned char hex_value[UCHAR_MAX + 1] = {
	['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5,
	['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
	['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

/* A hexadecimal number up to and with its terminator. */
static inline bool take_hex(struct cursor *cursor, char terminator,
			    uint64_t *ret_number)
{
	const char *at = cursor->at;
	uint64_t number = 0;
	unsigned int digit;

	for (; at < cursor->end; at++) {
		digit = hex_value[(unsigned char)*at];
		if (!digit)
			break;
		if (number >> 60)
			return false;
		number = number << 4 | (digit - 1);
	}
	if (at == cursor->at || at == cursor->end || *at != terminator)
		return false;
	cursor->at = at + 1;
	*ret_number = number;
	return true;
}

static inline bool take_hex32(struct cursor *cursor, char terminator,
			      uint32_t *ret_number)
{
	uint64_t number;

	if (!take_hex(cursor, terminator, &number) || number > UINT32_MAX)
		return false;
	*ret_number = (uint32_t)number;
	return true;
}

static inline bool is_one_of(char c, char a, char b)
{
	return c == a || c == b;
}

static inline bool take_permissions(struct cursor *cursor, char *ret_permissions)
{
	const char *at = cursor->at;

	/* Of a source that does not know it, "?". */
	if (cursor->end - at < 5 ||
	    !(is_one_of(at[0], 'r', '-') || at[0] == '?') ||
	    !(is_one_of(at[1], 'w', '-') || at[1] == '?') ||
	    !(is_one_of(at[2], 'x', '-') || at[2] == '?') ||
	    !(is_one_of(at[3], 'p', 's') || at[3] == '?') || at[4] != ' ')
		return false;
	memcpy(ret_permissions, at, 4);
	ret_permissions[4] = '\0';
	cursor->at += 5;
	return true;
}

/* The inode ends at a space, or at the end where a writer trimmed the line. */
static inline bool take_inode(struct cursor *cursor, uint64_t *ret_inode)
{
	const char *at = cursor->at;
	uint64_t number = 0;

	for (; at < cursor->end; at++) {
		unsigned int digit = (unsigned int)*at - '0';

		if (digit > 9)
			break;
		if (__builtin_mul_overflow(number, 10, &number) ||
		    __builtin_add_overflow(number, digit, &number))
			return false;
	}
	if (at == cursor->at || (at < cursor->end && *at != ' '))
		return false;
	cursor->at = at;
	*ret_inode = number;
	return true;
}

int parse_maps_line(struct span line, struct maps_line *ret_map)
{
	struct cursor cursor = { line.at, line.at + line.len };
	struct maps_line map;

	if (!take_hex(&cursor, '-', &map.start_vaddr) ||
	    !take_hex(&cursor, ' ', &map.end_vaddr) ||
	    map.start_vaddr >= map.end_vaddr ||
	    !take_permissions(&cursor, map.permissions) ||
	    !take_hex(&cursor, ' ', &map.offset_bytes) ||
	    !take_hex32(&cursor, ':', &map.dev_major) ||
	    !take_hex32(&cursor, ' ', &map.dev_minor) ||
	    !take_inode(&cursor, &map.inode))
		return -EINVAL;
	while (cursor.at < cursor.end && *cursor.at == ' ')
		cursor.at++;
	map.path.at = cursor.at;
	map.path.len = (size_t)(cursor.end - cursor.at);
	*ret_map = map;
	return 0;
}
