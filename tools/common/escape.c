/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from processes made harmless, see escape.h.  A process may call itself
 * anything: newlines, terminal escapes, half a character.
 */
#include "escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

/* Decodes one character of UTF-8; 0 if the bytes are none. */
static size_t decode(const unsigned char *text, uint32_t *ret_code)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = {
		{ 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};
	size_t length, i;
	uint32_t code;

	for (length = 0; length < 4; length++)
		if ((text[0] & forms[length].mask) == forms[length].lead)
			break;
	if (length == 4)
		return 0;
	code = text[0] & (unsigned char)~forms[length].mask;
	for (i = 1; i <= length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < forms[length].least || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000))
		return 0;
	*ret_code = code;
	return length + 1;
}

bool escape_is_utf8(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	uint32_t code;
	size_t bytes;

	for (; *at; at += bytes) {
		bytes = decode(at, &code);
		if (!bytes)
			return false;
	}
	return true;
}

static bool is_harmless(uint32_t code)
{
	/*
	 * Controls of C0 and C1, marks that turn the direction of text, and
	 * separators of lines.
	 */
	return code >= 0x20 && code != 0x7f && !(code >= 0x80 && code < 0xa0) &&
	       !(code >= 0x202a && code <= 0x202e) &&
	       !(code >= 0x2066 && code <= 0x2069) && code != 0x200e &&
	       code != 0x200f && code != 0x2028 && code != 0x2029 &&
	       code != '\\';
}

static size_t escape_byte(unsigned char byte, char text[5])
{
	static const char named[] = "\nn\tt\rr\\\\";
	const char *at = byte ? strchr(named, byte) : NULL;

	text[0] = '\\';
	if (at && (at - named) % 2 == 0) {
		text[1] = at[1];
		text[2] = '\0';
		return 2;
	}
	return (size_t)snprintf(text, 5, "\\x%02x", byte);
}

static bool is_plain(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x7f && byte != '\\';
}

size_t escape_text(const char *text, char *ret_escaped, size_t size)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t length = 0;

	/* Nearly all text is plain: one byte, one column, no decoding. */
	while (is_plain(*at) && length + 1 < size)
		ret_escaped[length++] = (char)*at++;
	while (*at) {
		uint32_t code;
		size_t i, bytes = decode(at, &code);
		char escaped[5];

		if (bytes && is_harmless(code)) {
			if (length + bytes >= size)
				break;
			memcpy(ret_escaped + length, at, bytes);
			length += bytes;
			at += bytes;
			continue;
		}
		for (i = 0; i < (bytes ? bytes : 1); i++) {
			size_t more = escape_byte(at[i], escaped);

			if (length + more >= size)
				goto out;
			memcpy(ret_escaped + length, escaped, more);
			length += more;
		}
		at += i;
	}
out:
	ret_escaped[length] = '\0';
	return length;
}

static size_t next_width(const unsigned char *at, size_t *ret_bytes)
{
	uint32_t code = 0;
	size_t bytes;
	int width;

	*ret_bytes = 1;
	if (*at < 0x80)
		return 1;
	bytes = decode(at, &code);
	*ret_bytes = bytes ? bytes : 1;
	width = bytes > 1 ? wcwidth((wchar_t)code) : 1;
	return width < 0 ? 1 : (size_t)width;
}

size_t escape_next(const char *escaped, size_t *ret_bytes)
{
	return next_width((const unsigned char *)escaped, ret_bytes);
}

size_t escape_width(const char *escaped)
{
	const unsigned char *at = (const unsigned char *)escaped;
	size_t bytes, width = 0;

	for (; *at; at += bytes)
		width += next_width(at, &bytes);
	return width;
}

size_t escape_fit(const char *escaped, size_t columns)
{
	const unsigned char *at = (const unsigned char *)escaped;
	size_t bytes, width = 0;

	for (; *at; at += bytes) {
		width += next_width(at, &bytes);
		if (width > columns)
			break;
	}
	return (size_t)((const char *)at - escaped);
}
