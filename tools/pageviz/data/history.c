/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The moments kept, see history.h.
 */
#include "history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct history {
	size_t most_bytes;
	size_t bytes;
	struct moment **moments;	/* oldest first */
	size_t count;
	size_t capacity;
};

struct history *history_new(size_t most_bytes)
{
	struct history *history = calloc(1, sizeof(*history));

	if (history)
		history->most_bytes = most_bytes;
	return history;
}

static void forget(struct history *history, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		history->bytes -= history->moments[i]->memory_bytes;
		moment_unref(history->moments[i]);
	}
	history->count -= count;
	memmove(history->moments, history->moments + count,
		history->count * sizeof(*history->moments));
}

void history_free(struct history *history)
{
	if (!history)
		return;
	forget(history, history->count);
	free(history->moments);
	free(history);
}

/* How many of the oldest have to go; never the newest. */
static size_t too_many(const struct history *history)
{
	size_t i, bytes = history->bytes;

	for (i = 0; i + 1 < history->count && bytes > history->most_bytes; i++)
		bytes -= history->moments[i]->memory_bytes;
	return i;
}

int history_add(struct history *history, struct moment *moment)
{
	size_t gone;

	if (history->count == history->capacity) {
		size_t capacity = history->capacity * 2 + 16;
		struct moment **moments = reallocarray(history->moments,
			capacity, sizeof(struct moment *));

		if (!moments) {
			moment_unref(moment);
			return -ENOMEM;
		}
		history->moments = moments;
		history->capacity = capacity;
	}
	history->moments[history->count++] = moment;
	history->bytes += moment->memory_bytes;
	gone = too_many(history);
	forget(history, gone);
	return (int)gone;
}

size_t history_count(const struct history *history)
{
	return history->count;
}

struct moment *history_at(const struct history *history, size_t index)
{
	return index < history->count ? history->moments[index] : NULL;
}

size_t history_memory_bytes(const struct history *history)
{
	return history->bytes;
}
