/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of selectors taken apart into terms.  What a term selects is found
 * in selector_match.c.
 */
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "near.h"
#include "selector_terms.h"

/*
 * glibc compiles nested and counted expressions by recursion and by copying:
 * these two bounds keep its stack and its memory small.
 */
#define PATTERN_MAX 512
#define REPEATS_MAX 1000

static const struct kind *find_kind(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < KIND_COUNT; i++)
		if (strlen(selector_kinds[i].name) == length &&
		    !memcmp(selector_kinds[i].name, name, length))
			return &selector_kinds[i];
	return NULL;
}

static int unknown_kind(const char *word, size_t length, size_t whole_length)
{
	char near[64];

	if (near_names(word, length, selector_kind_at, near, sizeof(near)))
		message("unknown kind '%.*s' in a selector: did you mean %s?",
			(int)length, word, near);
	else
		message("unknown kind '%.*s' in a selector: use pid, tree, "
			"user, cgroup, unit, exe or comm (comm:%.*s for a "
			"name with a colon)", (int)length, word,
			(int)whole_length, word);
	return EXIT_USAGE;
}

/* Bytes up to the slash that ends a pattern; 0: there is none. */
static size_t pattern_length(const char *value)
{
	size_t i;

	for (i = 1; value[i]; i++) {
		if (value[i] == '\\' && value[i + 1])
			i++;
		else if (value[i] == '/')
			return i;
	}
	return 0;
}

/*
 * The length of a value.  In slashes, up to the second: that one has to be
 * the last of the value.  Without, up to a comma.
 */
static size_t value_length(const char *value, bool *ret_pattern)
{
	size_t length = value[0] == '/' ? pattern_length(value) : 0;

	*ret_pattern = length && (!value[length + 1] ||
				  value[length + 1] == ',');
	return *ret_pattern ? length + 1 : strcspn(value, ",");
}

/* How often {m,n} repeat in all what they follow, at most; saturates. */
static unsigned long count_repeats(const char *pattern)
{
	unsigned long most = 1;

	for (; *pattern; pattern++) {
		unsigned long times = 0;

		if (*pattern == '\\' && pattern[1]) {
			pattern++;
			continue;
		}
		if (*pattern != '{')
			continue;
		for (; pattern[1] == ',' || (pattern[1] >= '0' &&
					     pattern[1] <= '9'); pattern++) {
			unsigned long digit = (unsigned long)(pattern[1] - '0');

			times = pattern[1] == ',' || times > REPEATS_MAX ?
				times : times * 10 + digit;
		}
		most *= times ? times : 1;
		if (most > REPEATS_MAX)
			return most;
	}
	return most;
}

/* What stands between the slashes, \/ a plain slash. */
static void copy_pattern(const char *value, size_t length, char *pattern)
{
	size_t i, at = 0;

	for (i = 1; i < length - 1; i++) {
		if (value[i] == '\\' && value[i + 1] == '/')
			i++;
		else if (value[i] == '\\')
			pattern[at++] = value[i++];
		pattern[at++] = value[i];
	}
	pattern[at] = '\0';
}

static int parse_pattern(const char *value, size_t length, struct term *term)
{
	char pattern[PATTERN_MAX + 1], why[128];
	int err;

	if (length == 2 || length - 2 > PATTERN_MAX) {
		message("a regular expression in a selector has 1 to %d bytes",
			PATTERN_MAX);
		return EXIT_USAGE;
	}
	copy_pattern(value, length, pattern);
	if (count_repeats(pattern) > REPEATS_MAX) {
		message("'%s' repeats more than %d times", pattern,
			REPEATS_MAX);
		return EXIT_USAGE;
	}
	err = regcomp(&term->pattern, pattern, REG_EXTENDED | REG_NOSUB);
	if (!err)
		return 0;
	regerror(err, &term->pattern, why, sizeof(why));
	message("'%s' is no regular expression: %s", pattern, why);
	return EXIT_USAGE;
}

static bool is_number(const char *text, size_t length)
{
	return length && strspn(text, "0123456789") >= length;
}

/* A whole number up to limit; -1: it is none. */
static int64_t parse_number(const char *text, size_t length, int64_t limit)
{
	int64_t number = 0;
	size_t i;

	if (!is_number(text, length))
		return -1;
	for (i = 0; i < length && number <= limit; i++)
		number = number * 10 + (text[i] - '0');
	return number <= limit ? number : -1;
}

/* Plain texts that mean something else than they seem to. */
static int check_text(const struct kind *kind, const char *value,
		      size_t length)
{
	if (value[0] != '/' || length == 1)
		return 0;
	if (kind->value == VALUE_PATH && value[length - 1] != '/')
		return 0;
	message("'%s:%.*s': %s a regular expression stands between two "
		"slashes and has \\/ for a slash of its own", kind->name,
		(int)length, value, kind->value == VALUE_PATH ?
		"a path has no slash at its end;" :
		"is exe: or cgroup: meant?");
	return EXIT_USAGE;
}

static int parse_text(const char *value, size_t length, struct term *term)
{
	const struct kind *kind = term->kind;
	int status = check_text(kind, value, length);

	if (status)
		return status;
	if (kind->value == VALUE_USER)
		term->number = parse_number(value, length, UINT32_MAX - 1);
	if (kind->value == VALUE_PID)
		term->number = parse_number(value, length, INT32_MAX);
	if (kind->value == VALUE_PID && term->number < 1) {
		message("'%s:%.*s': a process id is a whole number from 1",
			kind->name, (int)length, value);
		return EXIT_USAGE;
	}
	term->text = strndup(value, length);
	if (term->text)
		return 0;
	message("out of memory");
	return EXIT_NOTHING;
}

/* What a value without a kind is; NULL: it has one, known or not. */
static const struct kind *kind_of_bare(const char *text)
{
	size_t length = strcspn(text, ",");

	if (*text == '/')
		return &selector_kinds[KIND_COMM];
	if (memchr(text, ':', length))
		return NULL;
	return &selector_kinds[is_number(text, length) ? KIND_PID : KIND_COMM];
}

/* Takes one term off the text; *text moves behind it. */
static int parse_term(const char **text, struct term *term)
{
	const char *value = *text;
	bool is_pattern;
	size_t length;

	*term = (struct term){ .kind = kind_of_bare(value), .number = -1 };
	if (!term->kind) {
		length = strcspn(value, ":");
		term->kind = find_kind(value, length);
		if (!term->kind)
			return unknown_kind(value, length,
					    strcspn(value, ","));
		value += length + 1;
	}
	length = value_length(value, &is_pattern);
	*text = value + length;
	if (!length) {
		message("a selector has an empty part: write kind:value, "
			"joined by commas");
		return EXIT_USAGE;
	}
	if (!is_pattern || term->kind->value == VALUE_PID)
		return parse_text(value, length, term);
	return parse_pattern(value, length, term);
}

static bool make_room(struct selector *selector)
{
	size_t capacity = selector->capacity * 2 + 4;
	struct term *terms;

	if (selector->count < selector->capacity)
		return true;
	terms = realloc(selector->terms, capacity * sizeof(*terms));
	if (!terms)
		return false;
	selector->terms = terms;
	selector->capacity = capacity;
	return true;
}

static int parse_terms(const char *text, struct selector *selector)
{
	for (;;) {
		int status;

		if (!make_room(selector)) {
			message("out of memory");
			return EXIT_NOTHING;
		}
		status = parse_term(&text,
				    &selector->terms[selector->count]);
		if (status)
			return status;
		selector->count++;
		if (!*text)
			return 0;
		text++;		/* a comma: nothing else ends a value */
	}
}

int selector_parse(const char *text, struct selector **ret_selector)
{
	struct selector *selector = calloc(1, sizeof(*selector));
	int status;

	if (!selector) {
		message("out of memory");
		return EXIT_NOTHING;
	}
	status = parse_terms(text, selector);
	if (status) {
		selector_free(selector);
		return status;
	}
	*ret_selector = selector;
	return 0;
}

void selector_free(struct selector *selector)
{
	size_t i;

	if (!selector)
		return;
	for (i = 0; i < selector->count; i++) {
		if (!selector->terms[i].text)
			regfree(&selector->terms[i].pattern);
		free(selector->terms[i].text);
	}
	free(selector->terms);
	free(selector);
}
