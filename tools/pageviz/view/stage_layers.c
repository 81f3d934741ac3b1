// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Layers that were made, by moment, map and colouring: stepping back and forth
 * makes none again.  Those that are seen stay; others within a bound of memory.
 */
#include <string.h>

#include "stage_inside.h"

#define BYTES_MOST (64u << 20)	/* of layers that are not seen */

static bool same_key(const struct layer_key *a, const struct layer_key *b)
{
	return map_id_equal(a->map, b->map) && a->by == b->by &&
	       a->moment == b->moment && a->time_ns == b->time_ns &&
	       a->base_time_ns == b->base_time_ns;
}

static void drop(struct layer_cache *cache, size_t index)
{
	layer_free(cache->layers[index].layer);
	cache->layers[index] = cache->layers[--cache->count];
}

/* The one unused for longest, that is not used now; false: none. */
static bool oldest(const struct layer_cache *cache, uint64_t use,
		   size_t *ret_index)
{
	bool found = false;
	size_t i;

	for (i = 0; i < cache->count; i++) {
		/* What was seen in the call before may stand in now. */
		if (cache->layers[i].used + 1 >= use ||
		    cache->layers[i].serial == cache->pinned)
			continue;
		if (found && cache->layers[i].used >=
			     cache->layers[*ret_index].used)
			continue;
		found = true;
		*ret_index = i;
	}
	return found;
}

static void make_room(struct layer_cache *cache, uint64_t use)
{
	size_t i, index = 0, bytes = 0;

	for (i = 0; i < cache->count; i++)
		bytes += cache->layers[i].bytes;
	while ((cache->count == LAYERS_MOST || bytes > BYTES_MOST) &&
	       oldest(cache, use, &index)) {
		bytes -= cache->layers[index].bytes;
		drop(cache, index);
	}
}

struct layer_key layer_key_of(const struct layer_input *input,
			      enum colouring by)
{
	return (struct layer_key){
		.map = input->picture->id,
		.by = by,
		.moment = input->moment,
		.time_ns = input->moment->time_ns,
		.base_time_ns = input->base && by == COLOUR_CHANGED ?
				input->base_moment->time_ns : 0,
	};
}

bool layers_find(struct layer_cache *cache, const struct layer_key *key,
		 uint64_t use, struct kept_layer *ret_layer)
{
	size_t i;

	for (i = 0; i < cache->count; i++) {
		if (!same_key(&cache->layers[i].key, key))
			continue;
		cache->layers[i].used = use;
		*ret_layer = cache->layers[i];
		return true;
	}
	return false;
}

const struct layer *layers_at(struct layer_cache *cache, uint64_t serial,
			      uint64_t use)
{
	size_t i;

	for (i = 0; i < cache->count; i++) {
		if (cache->layers[i].serial != serial)
			continue;
		cache->layers[i].used = use;
		return cache->layers[i].layer;
	}
	return NULL;
}

void layers_put(struct layer_cache *cache, const struct layer_key *key,
		struct layer *layer, uint64_t use,
		struct kept_layer *ret_layer)
{
	make_room(cache, use);
	*ret_layer = (struct kept_layer){
		.key = *key,
		.layer = layer,
		.serial = ++cache->serials,
		.used = use,
		.bytes = sizeof(*layer) +
			 layer->run_count * sizeof(*layer->runs),
	};
	cache->layers[cache->count++] = *ret_layer;
}

int layers_get(struct layer_cache *cache, const struct layer_input *input,
	       enum colouring by, uint64_t use, struct kept_layer *ret_layer)
{
	struct layer_key key = layer_key_of(input, by);
	struct layer *layer;
	int err;

	if (layers_find(cache, &key, use, ret_layer))
		return 0;
	err = layer_make(input, by, &layer);
	if (err)
		return err;
	layers_put(cache, &key, layer, use, ret_layer);
	return 0;
}

void layers_free(struct layer_cache *cache)
{
	while (cache->count)
		drop(cache, cache->count - 1);
}

bool layers_alike(const struct layer *a, const struct layer *b)
{
	size_t count = a->class_count < b->class_count ? a->class_count
						       : b->class_count;
	size_t i;

	if (a->by != b->by)
		return false;
	for (i = 0; i < count; i++)
		if (strcmp(a->classes[i].key, b->classes[i].key) != 0)
			return false;
	return true;
}
