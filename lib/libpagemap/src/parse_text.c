/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What all parsers stand on: lines, fields, numbers, escapes.  Nothing here
 * knows what a text is about.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "parse.h"

bool text_next_line(struct text *text, struct span *ret_line)
{
	const char *newline;

	if (text->at >= text->end)
		return false;
	ret_line->at = text->at;
	newline = memchr(text->at, '\n', (size_t)(text->end - text->at));
	if (newline) {
		ret_line->len = (size_t)(newline - text->at);
		text->at = newline + 1;
	} else {
		ret_line->len = (size_t)(text->end - text->at);
		text->at = text->end;
	}
	return true;
}

bool text_is_whole(const char *text, size_t size)
{
	return size > 0 && text[size - 1] == '\n';
}

bool span_take(struct span *rest, char separator, struct span *ret_field)
{
	const char *found;

	if (!rest->len)
		return false;
	found = memchr(rest->at, separator, rest->len);
	if (!found)
		return false;
	ret_field->at = rest->at;
	ret_field->len = (size_t)(found - rest->at);
	rest->len -= ret_field->len + 1;
	rest->at = found + 1;
	return true;
}

bool span_take_word(struct span *rest, struct span *ret_word)
{
	const char *at = rest->at, *end = rest->at + rest->len;

	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	ret_word->at = at;
	while (at < end && *at != ' ' && *at != '\t')
		at++;
	ret_word->len = (size_t)(at - ret_word->at);
	rest->at = at;
	rest->len = (size_t)(end - at);
	return ret_word->len > 0;
}

bool span_is(struct span span, const char *word)
{
	return span.len == strlen(word) && !memcmp(span.at, word, span.len);
}

bool span_list_has(struct span list, const char *word)
{
	struct span item;

	while (span_take(&list, ',', &item))
		if (span_is(item, word))
			return true;
	return span_is(list, word);
}

int span_number_after(struct span line, const char *word, uint64_t *ret_number)
{
	struct span field;

	if (!span_take_word(&line, &field) || !span_is(field, word))
		return 0;
	return span_take_word(&line, &field) &&
	       span_to_u64(field, 10, ret_number) ? 1 : -EINVAL;
}

static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned int)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned int)(c - 'A') + 10;
	return UINT_MAX;
}

bool span_to_u64(struct span span, unsigned int base, uint64_t *ret_number)
{
	uint64_t number = 0;

	for (size_t i = 0; i < span.len; i++) {
		unsigned int digit = digit_value(span.at[i]);

		if (digit >= base ||
		    __builtin_mul_overflow(number, base, &number) ||
		    __builtin_add_overflow(number, digit, &number))
			return false;
	}
	if (!span.len)
		return false;
	*ret_number = number;
	return true;
}

bool span_to_u32(struct span span, unsigned int base, uint32_t *ret_number)
{
	uint64_t number;

	if (!span_to_u64(span, base, &number) || number > UINT32_MAX)
		return false;
	*ret_number = (uint32_t)number;
	return true;
}

bool span_to_int(struct span span, int *ret_number)
{
	bool negative = span.len && *span.at == '-';
	uint64_t number;

	span.at += negative;
	span.len -= negative;
	if (!span_to_u64(span, 10, &number) || number > INT_MAX)
		return false;
	*ret_number = negative ? -(int)number : (int)number;
	return true;
}

bool span_to_bytes(struct span span, uint64_t *ret_bytes)
{
	struct span word;
	uint64_t kib;

	if (!span_take_word(&span, &word) || !span_to_u64(word, 10, &kib) ||
	    !span_is(span, " kB") || kib > UINT64_MAX / 1024)
		return false;
	*ret_bytes = kib * 1024;
	return true;
}

/*
 * maps escapes the newline alone, and not the backslash: any other \ooo was
 * typed by whoever named the file.
 */
size_t unescape_path(struct span path, char *ret_path)
{
	static const char escape[] = "\\012";
	const size_t width = sizeof(escape) - 1;
	size_t from = 0, to = 0;

	while (from < path.len) {
		const char *at = path.at + from;

		if (*at == '\\' && path.len - from >= width &&
		    !memcmp(at, escape, width)) {
			ret_path[to++] = '\n';
			from += width;
		} else {
			ret_path[to++] = *at;
			from++;
		}
	}
	ret_path[to] = '\0';
	return to;
}

static bool is_octal(const char *at)
{
	return at[0] >= '0' && at[0] <= '3' && at[1] >= '0' && at[1] <= '7' &&
	       at[2] >= '0' && at[2] <= '7';
}

size_t unescape_octal(struct span text, char *ret_text, size_t size)
{
	size_t i, at = 0;

	for (i = 0; i < text.len && at + 1 < size; i++) {
		char byte = text.at[i];

		if (byte == '\\' && text.len - i > 3 &&
		    is_octal(text.at + i + 1)) {
			byte = (char)((text.at[i + 1] - '0') << 6 |
				      (text.at[i + 2] - '0') << 3 |
				      (text.at[i + 3] - '0'));
			i += 3;
		}
		ret_text[at++] = byte;
	}
	ret_text[at] = '\0';
	return at;
}
