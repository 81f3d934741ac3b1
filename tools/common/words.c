/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words of a command, see words.h: one pass that copies each into the block
 * behind the pointers.
 */
#include "words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n\f\v"
#define FOR_SHELLS "|&;<>()$`"

struct splitting {
	const char *at;
	char *out;
	const char *wrong;
};

static bool needs_shell(struct splitting *splitting, const char *set)
{
	if (!strchr(set, *splitting->at))
		return false;
	splitting->wrong = "it needs a shell (| & ; < > ( ) $ ` mean "
			   "something to one): quote it, or write sh -c '...'";
	return true;
}

/* '...': from behind the first quote to behind the last. */
static bool take_single(struct splitting *splitting)
{
	while (*splitting->at && *splitting->at != '\'')
		*splitting->out++ = *splitting->at++;
	if (!*splitting->at) {
		splitting->wrong = "a ' is never closed";
		return false;
	}
	splitting->at++;
	return true;
}

static bool take_double(struct splitting *splitting)
{
	while (*splitting->at && *splitting->at != '"') {
		if (*splitting->at == '\\' && splitting->at[1] &&
		    strchr("\"\\$`", splitting->at[1]))
			splitting->at++;
		else if (needs_shell(splitting, "$`"))
			return false;
		*splitting->out++ = *splitting->at++;
	}
	if (!*splitting->at) {
		splitting->wrong = "a \" is never closed";
		return false;
	}
	splitting->at++;
	return true;
}

/* One character, or what quotes hold. */
static bool take_piece(struct splitting *splitting)
{
	switch (*splitting->at) {
	case '\'':
		splitting->at++;
		return take_single(splitting);
	case '"':
		splitting->at++;
		return take_double(splitting);
	case '\\':
		splitting->at++;
		if (!*splitting->at) {
			splitting->wrong = "it ends with a \\";
			return false;
		}
		break;
	default:
		if (needs_shell(splitting, FOR_SHELLS))
			return false;
	}
	*splitting->out++ = *splitting->at++;
	return true;
}

static bool take_word(struct splitting *splitting)
{
	while (*splitting->at && !strchr(BLANKS, *splitting->at))
		if (!take_piece(splitting))
			return false;
	*splitting->out++ = '\0';
	return true;
}

int words_split(const char *line, char ***ret_words, size_t *ret_count,
		const char **ret_wrong)
{
	/* A word takes at least one character and the blank behind it. */
	size_t most = strlen(line) / 2 + 2, count = 0;
	char **words = malloc(most * sizeof(*words) + strlen(line) + 1);
	struct splitting splitting = { .at = line };

	if (!words)
		return -ENOMEM;
	splitting.out = (char *)(words + most);
	for (;;) {
		splitting.at += strspn(splitting.at, BLANKS);
		if (!*splitting.at || *splitting.at == '#')
			break;
		words[count++] = splitting.out;
		if (!take_word(&splitting)) {
			*ret_wrong = splitting.wrong;
			free(words);
			return -EINVAL;
		}
	}
	words[count] = NULL;
	*ret_words = words;
	*ret_count = count;
	return 0;
}

/* What no shell sees anything in. */
static bool is_plain(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%{}";

	return *word && !word[strspn(word, plain)];
}

static char *add_quoted(char *at, const char *word)
{
	if (is_plain(word))
		return stpcpy(at, word);
	*at++ = '\'';
	for (; *word; word++) {
		if (*word == '\'')
			at = stpcpy(at, "'\\'");
		*at++ = *word;
	}
	*at++ = '\'';
	*at = '\0';
	return at;
}

char *words_join(char *const *words, size_t count)
{
	size_t i, size = 1;
	char *line, *at;

	/* A quote may become four characters. */
	for (i = 0; i < count; i++)
		size += 4 * strlen(words[i]) + 3;
	line = malloc(size);
	if (!line)
		return NULL;
	*line = '\0';
	for (at = line, i = 0; i < count; i++) {
		if (i)
			*at++ = ' ';
		at = add_quoted(at, words[i]);
	}
	return line;
}
