/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory behind a moment, see store.h.  Small things share blocks; what is
 * large has one of its own.
 */
#include "store.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "discard.h"
#include "escape.h"
#include "pack.h"
#include "string_table.h"

#define BLOCK_BYTES 8192

/* Of a text, escaped: no screen is as wide. */
#define TEXT_BYTES 4096

struct block {
	struct block *next;
	void *items;
};

struct store {
	struct moment moment;		/* first: store_of() */
	atomic_uint users;
	struct block *blocks;
	char *at;			/* where the newest shared block */
	size_t left;			/* goes on */
	size_t bytes;
	struct strings *strings;
	const struct store_pid *pids;	/* rising */
	size_t pid_count;
	pthread_mutex_t packing;	/* held as long as that takes, */
	pthread_mutex_t counting;	/* this for two sums */
	atomic_bool packed;
	struct list packs;		/* struct pack */
	size_t shown_bytes;		/* of stretches that are not packed */
};

/* The stretches of a picture, once more in few bytes. */
struct pack {
	struct picture *picture;
	struct stretch *stretches;	/* NULL: packed alone */
	size_t count;
	uint8_t *bytes;
	size_t size;
};

struct store *store_new(void)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store)
		return NULL;
	atomic_init(&store->users, 1);
	pthread_mutex_init(&store->packing, NULL);
	pthread_mutex_init(&store->counting, NULL);
	store->bytes = sizeof(*store);
	store->strings = strings_new();
	if (store->strings)
		return store;
	store_free(store);
	return NULL;
}

static struct pack *pack_at(struct store *store, size_t index)
{
	return (struct pack *)store->packs.items + index;
}

static void free_packs(struct store *store)
{
	size_t i;

	for (i = 0; i < store->packs.count; i++) {
		free(pack_at(store, i)->stretches);
		free(pack_at(store, i)->bytes);
	}
	list_free(&store->packs);
}

void store_free(struct store *store)
{
	struct block *block, *next;

	if (!store)
		return;
	for (block = store->blocks; block; block = next) {
		next = block->next;
		free(block->items);
		free(block);
	}
	free_packs(store);
	strings_free(store->strings);
	pthread_mutex_destroy(&store->packing);
	pthread_mutex_destroy(&store->counting);
	free(store);
}

struct moment *store_moment(struct store *store)
{
	return &store->moment;
}

struct store *store_of(const struct moment *moment)
{
	return (struct store *)moment;
}

size_t store_bytes(const struct store *store)
{
	return store->bytes + store->shown_bytes +
	       strings_bytes(store->strings);
}

/* ---- Stretches --------------------------------------------------------- */

int store_set_stretches(struct store *store, struct picture *picture,
			struct packer *packer)
{
	struct pack *pack = list_add(&store->packs, sizeof(*pack));

	if (!pack)
		return -ENOMEM;
	packer_finish(packer);
	*pack = (struct pack){ picture, NULL, packer->count, packer->bytes,
			       packer->size };
	store->bytes += packer->size;
	*packer = (struct packer){ 0 };
	return 0;
}

static void count_shown(struct store *store, const struct pack *pack,
			bool shown)
{
	size_t bytes = pack->count * sizeof(*pack->stretches);

	pthread_mutex_lock(&store->counting);
	store->shown_bytes += shown ? bytes : -bytes;
	store->moment.memory_bytes += shown ? bytes : -bytes;
	pthread_mutex_unlock(&store->counting);
}

static void hide_stretches(struct store *store, struct pack *pack)
{
	if (!pack->stretches)
		return;
	discard(free, pack->stretches, pack->count * sizeof(*pack->stretches));
	pack->stretches = NULL;
	pack->picture->stretches = NULL;
	pack->picture->stretch_count = 0;
	count_shown(store, pack, false);
}

void store_pack(struct store *store)
{
	size_t i;

	pthread_mutex_lock(&store->packing);
	if (atomic_load(&store->users) == 1) {
		for (i = 0; i < store->packs.count; i++)
			hide_stretches(store, pack_at(store, i));
		atomic_store(&store->packed, true);
	}
	pthread_mutex_unlock(&store->packing);
}

size_t store_packed_bytes(struct store *store)
{
	size_t bytes;

	pthread_mutex_lock(&store->counting);
	bytes = store->moment.memory_bytes - store->shown_bytes;
	pthread_mutex_unlock(&store->counting);
	return bytes;
}

static int show_stretches(struct store *store, struct pack *pack)
{
	if (pack->stretches || !pack->count)
		return 0;
	pack->stretches = malloc(pack->count * sizeof(*pack->stretches));
	if (!pack->stretches)
		return -ENOMEM;
	stretches_unpack(pack->bytes, pack->stretches, pack->count);
	pack->picture->stretches = pack->stretches;
	pack->picture->stretch_count = pack->count;
	count_shown(store, pack, true);
	return 0;
}

int store_unpack(struct store *store)
{
	size_t i;
	int err = 0;

	for (i = 0; i < store->packs.count && !err; i++)
		err = show_stretches(store, pack_at(store, i));
	if (!err)
		atomic_store(&store->packed, false);
	return err;
}

/* ---- Who uses it ------------------------------------------------------- */

struct moment *moment_keep(struct moment *moment)
{
	if (moment)
		atomic_fetch_add(&store_of(moment)->users, 1);
	return moment;
}

bool moment_is_packed(const struct moment *moment)
{
	return moment && atomic_load(&store_of(moment)->packed);
}

/* Whoever is here has a reference: it is not packed again meanwhile. */
int moment_unpack(struct moment *moment)
{
	struct store *store = store_of(moment);
	int err = 0;

	pthread_mutex_lock(&store->packing);
	if (atomic_load(&store->packed))
		err = store_unpack(store);
	pthread_mutex_unlock(&store->packing);
	return err;
}

struct moment *moment_ref(struct moment *moment)
{
	if (!moment_keep(moment) || !moment_unpack(moment))
		return moment;
	moment_unref(moment);
	return NULL;
}

static void free_store(void *store)
{
	store_free(store);
}

void moment_unref(struct moment *moment)
{
	struct store *store = moment ? store_of(moment) : NULL;

	if (store && atomic_fetch_sub(&store->users, 1) == 1)
		discard(free_store, store, store_bytes(store));
}

/* ---- Blocks ------------------------------------------------------------ */

/* Takes memory over, or frees it. */
static int keep_block(struct store *store, void *items, size_t size)
{
	struct block *block = items ? malloc(sizeof(*block)) : NULL;

	if (!block) {
		free(items);
		return -ENOMEM;
	}
	block->items = items;
	block->next = store->blocks;
	store->blocks = block;
	store->bytes += sizeof(*block) + size;
	return 0;
}

static void *new_block(struct store *store, size_t size)
{
	void *items = calloc(1, size);

	return keep_block(store, items, size) ? NULL : items;
}

void *store_allocate(struct store *store, size_t size)
{
	void *items;

	size = (size + 15) & ~(size_t)15;
	if (!size)
		return NULL;
	if (size > BLOCK_BYTES / 4)
		return new_block(store, size);
	if (size > store->left) {
		store->at = new_block(store, BLOCK_BYTES);
		store->left = store->at ? BLOCK_BYTES : 0;
	}
	if (!store->at)
		return NULL;
	items = store->at;
	store->at += size;
	store->left -= size;
	return items;
}

void *store_copy(struct store *store, const void *items, size_t size)
{
	void *copy = store_allocate(store, size);

	return copy ? memcpy(copy, items, size) : NULL;
}

/* ---- Texts ------------------------------------------------------------- */

const char *store_own_text(struct store *store, const char *text)
{
	uint32_t number = strings_number(store->strings, text, strlen(text));

	return strings_at(store->strings, number);
}

const char *store_text(struct store *store, const char *text)
{
	char escaped[TEXT_BYTES];

	escape_text(text ? text : "", escaped, sizeof(escaped));
	return store_own_text(store, escaped);
}

/* ---- Pids -------------------------------------------------------------- */

void store_set_pids(struct store *store, const struct store_pid *pids,
		    size_t count)
{
	store->pids = pids;
	store->pid_count = count;
}

static int compare_pids(const void *a, const void *b)
{
	pid_t x = ((const struct store_pid *)a)->pid;
	pid_t y = ((const struct store_pid *)b)->pid;

	return (x > y) - (x < y);
}

const struct store_pid *store_find_pid(const struct store *store, pid_t pid)
{
	const struct store_pid key = { .pid = pid };

	return store->pid_count ?
	       bsearch(&key, store->pids, store->pid_count, sizeof(key),
		       compare_pids) : NULL;
}

/* ---- Lists taken over -------------------------------------------------- */

void *store_take(struct store *store, struct list *list, size_t item_size,
		 int *err)
{
	void *items = NULL;

	if (list->count) {
		/* What is not needed goes back: a history keeps many. */
		items = reallocarray(list->items, list->count, item_size);
		if (!items)
			items = list->items;
		*err = keep_block(store, items, list->count * item_size);
		list->items = NULL;
	}
	list_free(list);
	return *err ? NULL : items;
}
