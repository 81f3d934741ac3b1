/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The moments kept, oldest first, within a bound of memory: the oldest go when
 * it is reached, the newest never.  Those that nobody else has a reference to
 * are packed, but for the newest: a tenth to a fifth of their size.
 */
#ifndef PAGEVIZ_HISTORY_H
#define PAGEVIZ_HISTORY_H

#include "moment.h"

struct history;

/* NULL: no memory. */
struct history *history_new(size_t most_bytes);
void history_free(struct history *history);

/* Takes a moment over, in place of the newest if that was quick.  Gives how
 * many of the oldest went; -ENOMEM: it is dropped. */
int history_add(struct history *history, struct moment *moment);

size_t history_count(const struct history *history);

/* Borrowed: until it goes.  Who looks at stretches takes a reference first:
 * their number is 0 while they are packed. */
struct moment *history_at(const struct history *history, size_t index);

/* Of all of them as they are, also while others look at some. */
size_t history_memory_bytes(const struct history *history);

#endif
