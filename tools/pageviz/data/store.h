/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory behind a moment: blocks that go with it, and its texts, each once
 * and escaped.  It knows nothing of what is kept in them.
 */
#ifndef PAGEVIZ_DATA_STORE_H
#define PAGEVIZ_DATA_STORE_H

#include "list.h"
#include "moment.h"
#include "pack.h"

struct store;

/* NULL: no memory. */
struct store *store_new(void);
void store_free(struct store *store);

/* The moment in it, to be filled in; whoever has that has the store. */
struct moment *store_moment(struct store *store);
struct store *store_of(const struct moment *moment);

/* Memory that goes with the moment, zeroed.  NULL: none, also for size 0. */
void *store_allocate(struct store *store, size_t size);

/* A copy; of nothing NULL, which then is no error. */
void *store_copy(struct store *store, const void *items, size_t size);

/*
 * A text escaped, cut after so many bytes; equal ones are one.  NULL as text
 * is "".  NULL: no memory.
 */
const char *store_text(struct store *store, const char *text);

/* The same of a text that is escaped already, or our own. */
const char *store_own_text(struct store *store, const char *text);

/*
 * Takes over the stretches of a picture of the moment, packed: they are there
 * from store_unpack() on.  The packer is empty then.  0 or -ENOMEM.
 */
int store_set_stretches(struct store *store, struct picture *picture,
			struct packer *packer);

/* All stretches that are packed are there again.  0 or -ENOMEM. */
int store_unpack(struct store *store);

/*
 * Leaves a moment that its history alone has without its stretches, packed;
 * whoever takes a reference has them again.
 */
void store_pack(struct store *store);

/* Bytes that remain of a moment where it is packed. */
size_t store_packed_bytes(struct store *store);

/* Bytes of all of it. */
size_t store_bytes(const struct store *store);

/* Under which pids a person is found: its own, and others of its mm. */
struct store_pid {
	pid_t pid;
	uint32_t person;
};

void store_set_pids(struct store *store, const struct store_pid *pids,
		    size_t count);
const struct store_pid *store_find_pid(const struct store *store, pid_t pid);

/* ---- Lists taken over -------------------------------------------------- */

/*
 * Gives a list's items to the store without copying, and empties the list.
 * NULL where it is empty.
 */
void *store_take(struct store *store, struct list *list, size_t item_size,
		 int *err);

#endif
