/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --with FILE: which commands, and how many of each.
 */
#include "companions.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "words.h"

/* The first word is the number; it goes. */
static bool take_count(struct companion *companion)
{
	char *end;
	unsigned long count;

	if (companion->words[0][0] < '0' || companion->words[0][0] > '9')
		return false;
	count = strtoul(companion->words[0], &end, 10);
	if (*end || !count || count > COMPANIONS_MOST)
		return false;
	companion->count = (unsigned int)count;
	companion->word_count--;
	memmove(companion->words, companion->words + 1,
		(companion->word_count + 1) * sizeof(*companion->words));
	return true;
}

static int add(struct companions *companions, const char *line,
	       const char **ret_wrong)
{
	struct companion companion = { 0 }, *items;
	int err = words_split(line, &companion.words, &companion.word_count,
			      ret_wrong);

	if (err)
		return err;
	if (!companion.word_count) {
		free(companion.words);
		return 0;
	}
	if (!take_count(&companion)) {
		*ret_wrong = "it does not begin with a number of copies, from 1 "
			     "to 10000";
		err = -EINVAL;
	} else if (!companion.word_count) {
		*ret_wrong = "no command follows the number of copies";
		err = -EINVAL;
	}
	items = err ? NULL : reallocarray(companions->items,
					  companions->count + 1,
					  sizeof(*items));
	if (!items) {
		free(companion.words);
		return err ? err : -ENOMEM;
	}
	companions->items = items;
	items[companions->count++] = companion;
	return 0;
}

int companions_parse(const char *text, struct companions *ret_companions,
		     size_t *ret_line, const char **ret_wrong)
{
	struct companions companions = { 0 };
	size_t number = 0;
	int err = 0;

	while (*text && !err) {
		size_t length = strcspn(text, "\n");
		char *line = strndup(text, length);

		number++;
		err = line ? add(&companions, line, ret_wrong) : -ENOMEM;
		free(line);
		text += length + (text[length] == '\n');
	}
	if (!err && !companions.count)
		err = -ENODATA;
	if (err) {
		companions_free(&companions);
		*ret_line = number;
		return err;
	}
	*ret_companions = companions;
	return 0;
}

/* All of a stream, ended by a NUL; one inside ends it earlier. */
static char *read_all(FILE *stream)
{
	char *text = NULL;
	size_t size = 0;

	/* What has no NUL in it is one "line" that ends with the file. */
	if (getdelim(&text, &size, '\0', stream) < 0 && !ferror(stream)) {
		free(text);
		return strdup("");
	}
	if (ferror(stream)) {
		free(text);
		return NULL;
	}
	return text;
}

int companions_read(const char *path, struct companions *ret_companions)
{
	FILE *stream = strcmp(path, "-") ? fopen(path, "re") : stdin;
	const char *wrong = "";
	size_t line = 0;
	char *text;
	int err;

	errno = 0;
	text = stream ? read_all(stream) : NULL;
	if (!text) {
		message("--with %s: %s", path, strerror(errno ? errno : ENOMEM));
		if (stream && stream != stdin)
			fclose(stream);
		return EXIT_USAGE;
	}
	if (stream != stdin)
		fclose(stream);
	err = companions_parse(text, ret_companions, &line, &wrong);
	free(text);
	if (err == -ENODATA)
		message("--with %s: no line names a command: write COUNT "
			"COMMAND ARG..., as in: 2 redis-server --port 70{}",
			path);
	else if (err == -EINVAL)
		message("--with %s, line %zu: %s", path, line, wrong);
	else if (err)
		message("%s", strerror(-err));
	return err ? EXIT_USAGE : 0;
}

void companions_free(struct companions *companions)
{
	size_t i;

	for (i = 0; i < companions->count; i++)
		free(companions->items[i].words);
	free(companions->items);
	*companions = (struct companions){ 0 };
}
