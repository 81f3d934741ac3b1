// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tiles that were made, found by what they show; the ones used longest ago
 * make way.  Those of the frame that is drawn never do.
 */
#include <stdlib.h>
#include <string.h>

#include "stage_inside.h"

#define TILES_MOST 400		/* of 128 KiB: 50 MiB */
#define BUCKETS 1024

struct kept_tile {
	struct tile_key key;
	struct tile tile;
	uint64_t frame;			/* in which it was used last */
	struct kept_tile *next;		/* in its bucket */
	struct kept_tile *newer, *older;
};

struct tile_cache {
	struct kept_tile *buckets[BUCKETS];
	struct kept_tile *newest, *oldest;
	size_t count;
	uint64_t frame;
};

struct tile_cache *tiles_new(void)
{
	return calloc(1, sizeof(struct tile_cache));
}

void tiles_free(struct tile_cache *cache)
{
	struct kept_tile *kept, *older;

	if (!cache)
		return;
	for (kept = cache->newest; kept; kept = older) {
		older = kept->older;
		free(kept);
	}
	free(cache);
}

void tiles_frame(struct tile_cache *cache)
{
	cache->frame++;
}

static size_t bucket_of(const struct tile_key *key)
{
	uint64_t hash = key->world_serial;

	hash = hash * 31 + key->layer_serial;
	hash = hash * 31 + key->lit;
	hash = hash * 31 + key->level;
	hash = hash * UINT64_C(0x9e3779b97f4a7c15) + key->x;
	hash = hash * UINT64_C(0x9e3779b97f4a7c15) + key->y;
	return (hash * UINT64_C(0x9e3779b97f4a7c15)) >> 54;
}

/* ---- The order of use -------------------------------------------------- */

static void unchain(struct tile_cache *cache, struct kept_tile *kept)
{
	*(kept->newer ? &kept->newer->older : &cache->newest) = kept->older;
	*(kept->older ? &kept->older->newer : &cache->oldest) = kept->newer;
}

static void chain(struct tile_cache *cache, struct kept_tile *kept)
{
	kept->newer = NULL;
	kept->older = cache->newest;
	*(kept->older ? &kept->older->newer : &cache->oldest) = kept;
	cache->newest = kept;
	kept->frame = cache->frame;
}

/* ---- Finding and adding ------------------------------------------------ */

static struct kept_tile **slot_of(struct tile_cache *cache,
				  const struct tile_key *key)
{
	struct kept_tile **slot = &cache->buckets[bucket_of(key)];

	while (*slot && memcmp(&(*slot)->key, key, sizeof(*key)) != 0)
		slot = &(*slot)->next;
	return slot;
}

const struct tile *tiles_find(struct tile_cache *cache,
			      const struct tile_key *key)
{
	struct kept_tile *kept = *slot_of(cache, key);

	if (!kept)
		return NULL;
	unchain(cache, kept);
	chain(cache, kept);
	return &kept->tile;
}

static void leave(struct tile_cache *cache, struct kept_tile *kept)
{
	*slot_of(cache, &kept->key) = kept->next;
	unchain(cache, kept);
	cache->count--;
}

/* One that may go, or new memory. */
static struct kept_tile *room_for_one(struct tile_cache *cache)
{
	struct kept_tile *kept = cache->oldest;

	if (cache->count < TILES_MOST || kept->frame == cache->frame)
		return malloc(sizeof(*kept));
	leave(cache, kept);
	return kept;
}

struct tile *tiles_add(struct tile_cache *cache, const struct tile_key *key)
{
	struct kept_tile *kept = room_for_one(cache);
	size_t bucket = bucket_of(key);

	if (!kept)
		return NULL;
	kept->key = *key;
	kept->next = cache->buckets[bucket];
	cache->buckets[bucket] = kept;
	chain(cache, kept);
	cache->count++;
	/* A frame may have needed more than there may be. */
	while (cache->count > TILES_MOST && cache->oldest != kept &&
	       cache->oldest->frame != cache->frame) {
		struct kept_tile *goes = cache->oldest;

		leave(cache, goes);
		free(goes);
	}
	return &kept->tile;
}

void tiles_take_back(struct tile_cache *cache, const struct tile_key *key)
{
	struct kept_tile *kept = *slot_of(cache, key);

	leave(cache, kept);
	free(kept);
}
