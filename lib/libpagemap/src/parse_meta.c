/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * meta.json, which a saved tree may hold: one JSON object of which a few keys
 * at the top are known.  Other keys may have any value; they are passed over.
 */
#include <errno.h>
#include <string.h>

#include "parse.h"

#define MAX_DEPTH 64

static void skip_blanks(struct text *rest)
{
	while (rest->at < rest->end && (*rest->at == ' ' || *rest->at == '\n' ||
					*rest->at == '\t' || *rest->at == '\r'))
		rest->at++;
}

static bool take_char(struct text *rest, char c)
{
	skip_blanks(rest);
	if (rest->at >= rest->end || *rest->at != c)
		return false;
	rest->at++;
	return true;
}

/* A string, without undoing its escapes: no known value has any. */
static bool take_string(struct text *rest, struct span *ret_string)
{
	if (!take_char(rest, '"'))
		return false;
	ret_string->at = rest->at;
	for (; rest->at < rest->end; rest->at++) {
		if (*rest->at == '"') {
			ret_string->len = (size_t)(rest->at - ret_string->at);
			rest->at++;
			return true;
		}
		if (*rest->at == '\\' && ++rest->at >= rest->end)
			return false;
	}
	return false;
}

/* A number or a word: true, false, null. */
static bool take_plain(struct text *rest, struct span *ret_plain)
{
	skip_blanks(rest);
	*ret_plain = (struct span){ rest->at, 0 };
	while (rest->at < rest->end && *rest->at &&
	       !strchr(" \t\r\n,]}[{:\"", *rest->at)) {
		rest->at++;
		ret_plain->len++;
	}
	return ret_plain->len > 0;
}

/* Passes over an object or an array, without recursion. */
static bool skip_nested(struct text *rest)
{
	struct span string;
	int depth = 0;

	do {
		skip_blanks(rest);
		if (rest->at >= rest->end)
			return false;
		switch (*rest->at) {
		case '"':
			if (!take_string(rest, &string))
				return false;
			continue;
		case '{':
		case '[':
			if (++depth > MAX_DEPTH)
				return false;
			break;
		case '}':
		case ']':
			depth--;
			break;
		default:
			break;
		}
		rest->at++;
	} while (depth > 0);
	return true;
}

static bool is_text(struct span span, const char *text)
{
	return span.len == strlen(text) && !memcmp(span.at, text, span.len);
}

static bool take_u32(struct span value, uint32_t *ret_number)
{
	uint64_t number;

	if (!span_to_u64(value, 10, &number) || number > UINT32_MAX)
		return false;
	*ret_number = (uint32_t)number;
	return true;
}

static bool take_choice(struct span value, const char *no, const char *yes,
			bool *ret_yes)
{
	*ret_yes = is_text(value, yes);
	return *ret_yes || is_text(value, no);
}

static bool take_known(struct span key, struct span value,
		       struct tree_meta *meta)
{
	bool yes;

	if (is_text(key, "page_size_bytes"))
		return take_u32(value, &meta->page_size_bytes);
	if (is_text(key, "word_bits"))
		return take_u32(value, &meta->word_bits);
	if (is_text(key, "time"))
		return span_to_u64(value, 10, &meta->time_ns);
	if (is_text(key, "byte_order"))
		return take_choice(value, "little", "big", &meta->big_endian);
	if (is_text(key, "all_pids"))
		return take_choice(value, "false", "true", &meta->all_pids);
	if (is_text(key, "page_counts")) {
		if (!take_choice(value, "precise", "averaged", &yes))
			return false;
		meta->averaged = yes;
	}
	if (is_text(key, "kernel"))
		meta->kernel = value;
	return true;
}

static bool take_pair(struct text *rest, struct tree_meta *meta)
{
	struct span key, value;

	if (!take_string(rest, &key) || !take_char(rest, ':'))
		return false;
	skip_blanks(rest);
	if (rest->at >= rest->end)
		return false;
	if (*rest->at == '{' || *rest->at == '[')
		return skip_nested(rest);
	if (*rest->at == '"' ? !take_string(rest, &value)
			     : !take_plain(rest, &value))
		return false;
	return take_known(key, value, meta);
}

int parse_meta(const char *text, size_t size, struct tree_meta *ret_meta)
{
	struct tree_meta meta = { .averaged = -1, .all_pids = true };
	struct text rest = { text, text + size };

	if (!take_char(&rest, '{'))
		return -EINVAL;
	if (!take_char(&rest, '}')) {
		do {
			if (!take_pair(&rest, &meta))
				return -EINVAL;
		} while (take_char(&rest, ','));
		if (!take_char(&rest, '}'))
			return -EINVAL;
	}
	skip_blanks(&rest);
	if (rest.at != rest.end)
		return -EINVAL;
	*ret_meta = meta;
	return 0;
}
