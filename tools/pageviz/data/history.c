/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The moments kept, see history.h.
 */
#include "history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store.h"

struct history {
	size_t most_bytes;
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

	for (i = 0; i < count; i++)
		moment_unref(history->moments[i]);
	history->count -= count;
	/* Of an empty one there is nothing to point to. */
	if (!history->count)
		return;
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

/* All but the newest; those that somebody looks at when nobody does. */
static void pack(struct history *history)
{
	size_t i;

	for (i = 0; i + 1 < history->count; i++)
		store_pack(store_of(history->moments[i]));
}

/* How many of the oldest have to go; never the newest. */
static size_t too_many(const struct history *history)
{
	size_t i, bytes = 0;

	for (i = history->count; i--;) {
		const struct moment *moment = history->moments[i];

		bytes += i + 1 == history->count ?
			 moment->memory_bytes :
			 store_packed_bytes(store_of(moment));
		if (bytes > history->most_bytes && i + 1 < history->count)
			return i + 1;
	}
	return 0;
}

/* A first look has had its time when all of it was read. */
static void drop_first_look(struct history *history)
{
	if (history->count && history->moments[history->count - 1]->quick)
		moment_unref(history->moments[--history->count]);
}

int history_add(struct history *history, struct moment *moment)
{
	size_t gone;

	drop_first_look(history);
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
	pack(history);
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
	size_t i, bytes = 0;

	for (i = 0; i < history->count; i++)
		bytes += history->moments[i]->memory_bytes;
	return bytes;
}
