/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * meta.json of a tree: a reader of JSON that keeps a few keys of the
 * outermost object and passes over all others, however they are nested (to a
 * depth, and without recursion).  Keys and strings are taken as they stand:
 * escapes are checked, not undone.
 */
#include <errno.h>
#include <string.h>

#include "parse.h"

#define DEPTH_MAX 64

enum json_kind {
	JSON_STRING,
	JSON_NUMBER,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
	JSON_NESTED,	/* an object or array, which has been passed over */
};

/* A value: a string without its quotes, all else as it is written. */
struct json_value {
	enum json_kind kind;
	struct span text;
};

static void skip_space(struct text *text)
{
	while (text->at < text->end && (*text->at == ' ' || *text->at == '\t' ||
					*text->at == '\n' || *text->at == '\r'))
		text->at++;
}

/* Takes one character after any space. */
static bool take_char(struct text *text, char c)
{
	skip_space(text);
	if (text->at == text->end || *text->at != c)
		return false;
	text->at++;
	return true;
}

static bool take_word(struct text *text, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(text->end - text->at) < len ||
	    memcmp(text->at, word, len))
		return false;
	text->at += len;
	return true;
}

static size_t take_digits(struct text *text)
{
	const char *start = text->at;

	while (text->at < text->end && *text->at >= '0' && *text->at <= '9')
		text->at++;
	return (size_t)(text->at - start);
}

static bool take_one_of(struct text *text, const char *chars)
{
	if (text->at == text->end || !*text->at || !strchr(chars, *text->at))
		return false;
	text->at++;
	return true;
}

static bool take_escape(struct text *text)
{
	static const char hex[] = "0123456789abcdefABCDEF";

	if (!take_one_of(text, "u"))
		return take_one_of(text, "\"\\/bfnrt");
	for (int i = 0; i < 4; i++)
		if (!take_one_of(text, hex))
			return false;
	return true;
}

/* The rest of a string, whose first quote has been taken. */
static bool take_string(struct text *text, struct span *ret_string)
{
	const char *start = text->at;

	while (text->at < text->end) {
		unsigned char c = (unsigned char)*text->at++;

		if (c == '"') {
			ret_string->at = start;
			ret_string->len = (size_t)(text->at - 1 - start);
			return true;
		}
		if (c < ' ' || (c == '\\' && !take_escape(text)))
			return false;
	}
	return false;
}

static bool take_number(struct text *text)
{
	bool zero;

	take_one_of(text, "-");
	zero = text->at < text->end && *text->at == '0';
	switch (take_digits(text)) {
	case 0:
		return false;
	case 1:
		break;
	default:
		if (zero)
			return false;
	}
	if (take_one_of(text, ".") && !take_digits(text))
		return false;
	if (!take_one_of(text, "eE"))
		return true;
	take_one_of(text, "+-");
	return take_digits(text) > 0;
}

/* Anything but an object or array. */
static bool take_scalar(struct text *text, struct json_value *ret_value)
{
	static const struct {
		const char *word;
		enum json_kind kind;
	} words[] = {
		{ "true", JSON_TRUE },
		{ "false", JSON_FALSE },
		{ "null", JSON_NULL },
	};
	const char *start;

	if (take_char(text, '"')) {
		ret_value->kind = JSON_STRING;
		return take_string(text, &ret_value->text);
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (take_word(text, words[i].word)) {
			ret_value->kind = words[i].kind;
			return true;
		}
	}
	start = text->at;
	if (!take_number(text))
		return false;
	ret_value->kind = JSON_NUMBER;
	ret_value->text.at = start;
	ret_value->text.len = (size_t)(text->at - start);
	return true;
}

static bool take_key(struct text *text, struct span *ret_key)
{
	return take_char(text, '"') && take_string(text, ret_key) &&
	       take_char(text, ':');
}

/* What is open around the place that is being read. */
struct nesting {
	uint64_t objects;	/* a bit for each depth: an object, no array */
	unsigned int depth;
};

static bool in_object(const struct nesting *nesting)
{
	return nesting->objects >> (nesting->depth - 1) & 1;
}

/*
 * Opens a container if one begins here, and reads the key of its first
 * member.  ret_value says whether a value is awaited: not in an empty one.
 */
static bool open_nested(struct text *text, struct nesting *nesting,
			bool *ret_value)
{
	bool object = text->at[-1] == '{';
	struct span key;

	if (nesting->depth == DEPTH_MAX)
		return false;
	nesting->objects &= ~(UINT64_C(1) << nesting->depth);
	nesting->objects |= (uint64_t)object << nesting->depth;
	nesting->depth++;
	skip_space(text);
	if (text->at < text->end && *text->at == (object ? '}' : ']')) {
		*ret_value = false;
		return true;
	}
	*ret_value = true;
	return !object || take_key(text, &key);
}

/* After a value: the end of containers, or a comma and the next value. */
static bool close_nested(struct text *text, struct nesting *nesting)
{
	struct span key;

	while (nesting->depth) {
		bool object = in_object(nesting);

		if (take_char(text, object ? '}' : ']')) {
			nesting->depth--;
			continue;
		}
		return take_char(text, ',') && (!object || take_key(text, &key));
	}
	return true;
}

static bool take_value(struct text *text, struct json_value *ret_value)
{
	struct nesting nesting = { 0, 0 };
	struct json_value inner;
	bool value;

	do {
		if (take_char(text, '{') || take_char(text, '[')) {
			if (!open_nested(text, &nesting, &value))
				return false;
			ret_value->kind = JSON_NESTED;
			if (value)
				continue;
		} else if (!take_scalar(text, nesting.depth ? &inner :
							      ret_value)) {
			return false;
		}
		if (!close_nested(text, &nesting))
			return false;
	} while (nesting.depth);
	return true;
}

static bool value_to_u64(const struct json_value *value, uint64_t *ret_number)
{
	return value->kind == JSON_NUMBER &&
	       span_to_u64(value->text, 10, ret_number);
}

/* A string that is one of two words: which one. */
static bool value_to_choice(const struct json_value *value, const char *first,
			    const char *second, bool *ret_second)
{
	if (value->kind != JSON_STRING)
		return false;
	*ret_second = span_is(value->text, second);
	return *ret_second || span_is(value->text, first);
}

static bool keep_page_size(struct tree_meta *meta, const struct json_value *value)
{
	uint64_t number;

	if (!value_to_u64(value, &number) || number > UINT32_MAX)
		return false;
	meta->page_size_bytes = (uint32_t)number;
	return true;
}

static bool keep_word_bits(struct tree_meta *meta, const struct json_value *value)
{
	uint64_t number;

	if (!value_to_u64(value, &number) || (number != 32 && number != 64))
		return false;
	meta->word_bits = (uint32_t)number;
	return true;
}

static bool keep_counts(struct tree_meta *meta, const struct json_value *value)
{
	bool averaged;

	if (!value_to_choice(value, "precise", "averaged", &averaged))
		return false;
	meta->averaged = averaged;
	return true;
}

static bool keep_order(struct tree_meta *meta, const struct json_value *value)
{
	return value_to_choice(value, "little", "big", &meta->big_endian);
}

static bool keep_all_pids(struct tree_meta *meta, const struct json_value *value)
{
	meta->all_pids = value->kind == JSON_TRUE;
	return value->kind == JSON_TRUE || value->kind == JSON_FALSE;
}

static bool keep_time(struct tree_meta *meta, const struct json_value *value)
{
	return value_to_u64(value, &meta->time_ns);
}

static bool keep_kernel(struct tree_meta *meta, const struct json_value *value)
{
	meta->kernel = value->text;
	return value->kind == JSON_STRING;
}

static const struct {
	const char *key;
	bool (*keep)(struct tree_meta *meta, const struct json_value *value);
} known_keys[] = {
	{ "page_size_bytes", keep_page_size },
	{ "word_bits", keep_word_bits },
	{ "page_counts", keep_counts },
	{ "byte_order", keep_order },
	{ "all_pids", keep_all_pids },
	{ "time", keep_time },
	{ "kernel", keep_kernel },
};

#define KEY_COUNT (sizeof(known_keys) / sizeof(known_keys[0]))

/* One member of the outermost object.  A known key may be there once. */
static bool keep_member(struct tree_meta *meta, uint32_t *seen,
			struct span key, const struct json_value *value)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (!span_is(key, known_keys[i].key))
			continue;
		if (*seen & 1U << i)
			return false;
		*seen |= 1U << i;
		/* null: the writer did not know it. */
		return value->kind == JSON_NULL ||
		       known_keys[i].keep(meta, value);
	}
	return true;
}

int parse_meta(const char *text, size_t size, struct tree_meta *ret_meta)
{
	struct tree_meta meta = { .averaged = -1, .all_pids = true };
	struct text rest;
	uint32_t seen = 0;

	if (!size)
		return -EINVAL;
	rest = (struct text){ text, text + size };
	if (!take_char(&rest, '{'))
		return -EINVAL;
	if (!take_char(&rest, '}')) {
		do {
			struct json_value value = { .kind = JSON_NULL };
			struct span key;

			if (!take_key(&rest, &key) ||
			    !take_value(&rest, &value) ||
			    !keep_member(&meta, &seen, key, &value))
				return -EINVAL;
		} while (take_char(&rest, ','));
		if (!take_char(&rest, '}'))
			return -EINVAL;
	}
	skip_space(&rest);
	if (rest.at != rest.end)
		return -EINVAL;
	*ret_meta = meta;
	return 0;
}
