/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside the stage: what it keeps of panes, and its caches.
 */
#ifndef PAGEVIZ_STAGE_INSIDE_H
#define PAGEVIZ_STAGE_INSIDE_H

#include "stage.h"

/* ---- Layers: stage_layers.c -------------------------------------------- */

/* Which pages in which classes. */
struct layer_key {
	struct map_id map;
	enum colouring by;
	const struct moment *moment;	/* may be gone: its time says so */
	uint64_t time_ns;
	uint64_t base_time_ns;	/* 0: compared with nothing */
};

struct kept_layer {
	struct layer_key key;
	struct layer *layer;
	uint64_t serial;
	uint64_t used;		/* the call of stage_prepare() */
	size_t bytes;
};

#define LAYERS_MOST 24

struct layer_cache {
	struct kept_layer layers[LAYERS_MOST];
	size_t count;
	uint64_t serials;
	uint64_t pinned;	/* serial of one that stays; 0: none */
};

struct layer_key layer_key_of(const struct layer_input *input,
			      enum colouring by);

/* A layer that is kept, as of this use; false: it is not. */
bool layers_find(struct layer_cache *cache, const struct layer_key *key,
		 uint64_t use, struct kept_layer *ret_layer);
/* The same of one whose serial is known; NULL: it is gone. */
const struct layer *layers_at(struct layer_cache *cache, uint64_t serial,
			      uint64_t use);
/* Takes one over. */
void layers_put(struct layer_cache *cache, const struct layer_key *key,
		struct layer *layer, uint64_t use,
		struct kept_layer *ret_layer);

/* The layer of an input, as of this use; made if it is not kept.  0 or
 * -ENOMEM. */
int layers_get(struct layer_cache *cache, const struct layer_input *input,
	       enum colouring by, uint64_t use, struct kept_layer *ret_layer);
void layers_free(struct layer_cache *cache);

/* Whether a class's number means the same in both. */
bool layers_alike(const struct layer *a, const struct layer *b);

/* ---- Layers made in a thread: stage_ahead.c ---------------------------- */

struct ahead;

struct ahead *ahead_new(void);
/* Waits for what is under way.  NULL is fine. */
void ahead_free(struct ahead *ahead);

/* Brings packed moments back and, where there is none, makes a layer; -EBUSY:
 * it does already, or the last was not taken. */
int ahead_start(struct ahead *ahead, const struct layer_input *input,
		enum colouring by, bool has_layer);
bool ahead_is_busy(const struct ahead *ahead);
bool ahead_is_done(const struct ahead *ahead);
/* A layer that is done; false: none is. */
bool ahead_take(struct ahead *ahead, struct layer_key *ret_key,
		struct layer **ret_layer);

/* ---- Tiles: stage_tiles.c ---------------------------------------------- */

struct tile_key {
	uint64_t world_serial;
	uint64_t layer_serial;
	uint64_t lit;
	uint32_t level, x, y, zero;
};

struct tile_cache;

struct tile_cache *tiles_new(void);
void tiles_free(struct tile_cache *cache);

/* What is used from here on stays until the next call. */
void tiles_frame(struct tile_cache *cache);

/* NULL: not there. */
const struct tile *tiles_find(struct tile_cache *cache,
			      const struct tile_key *key);

/* Room for one more, in place of the one that was used longest ago; NULL: no
 * memory.  It is filled before it is asked for, or taken back. */
struct tile *tiles_add(struct tile_cache *cache, const struct tile_key *key);
void tiles_take_back(struct tile_cache *cache, const struct tile_key *key);

/* ---- Tiles made in a thread: stage_maker.c ----------------------------- */

struct maker;

struct maker_job {
	const struct world *world;
	const struct picture *picture;
	const struct layer *layer;	/* stays until the tile is taken */
	struct moment *moment;		/* the picture's; a reference is kept */
	struct tile_key key;
};

struct maker *maker_new(void);
/* Waits for what is under way.  NULL is fine. */
void maker_free(struct maker *maker);

/* -EBUSY: the last was not taken; -EAGAIN: there is no thread. */
int maker_ask(struct maker *maker, const struct maker_job *job);
bool maker_is_busy(const struct maker *maker);
bool maker_is_done(struct maker *maker);

/* What is done, or is within a time: 0, -EAGAIN, or an error of tile_make().
 * The tile stays until the next is asked for. */
int maker_take(struct maker *maker, uint64_t wait_ns, struct tile_key *ret_key,
	       const struct tile **ret_tile);

/* Frees a world, when nothing is made of it.  NULLs are fine. */
void maker_leave_world(struct maker *maker, struct world *world);

/* ---- Panes: stage_panes.c ---------------------------------------------- */

/* What was seen before, whose tiles stand in for those that are not there. */
struct look {
	uint64_t layer_serial;		/* 0: nothing */
	uint64_t lit;
	bool alike;			/* its classes are numbered as now */
	const struct layer *layer;	/* of one that is not alike */
};

#define LOOKS_BEFORE 3

struct staged_pane {
	struct map_id map;
	bool used;
	/* What the world was made of, and for. */
	enum layout layout;
	uint32_t row_pages;
	double aspect;
	struct extent *extents;
	size_t extent_count;
	const struct moment *joined;	/* whose extents are in them */
	uint64_t made_pages;		/* when its rows were chosen */
	struct world *world;
	uint64_t world_serial;
	/* What is seen. */
	struct moment *moment;		/* references */
	struct moment *base_moment;
	struct stage_pane seen;
	struct layer_key key;		/* of the layer */
	uint64_t lit;
	uint64_t layer_serial;
	struct look before[LOOKS_BEFORE];	/* newest first */
};

void staged_free(struct staged_pane *staged, struct maker *maker);

/* Its world holds what the picture shows, laid out as the pane wants it; a new
 * one takes the next serial.  0 or -ENOMEM. */
int staged_world(struct staged_pane *staged, const struct pane *pane,
		 const struct moment *moment, const struct picture *picture,
		 uint64_t *serials, struct maker *maker);

/* ---- People: stage_list.c ---------------------------------------------- */

struct people_list {
	struct moment *moment;		/* a reference */
	char search[PROMPT_SIZE];
	uint32_t *people;
	size_t count;
};

int people_find(struct people_list *list, struct moment *moment,
		const char *search);
void people_free(struct people_list *list);

/* ---- All of it: stage.c, its tiles: stage_frame.c ---------------------- */

struct stage {
	const struct history *history;
	struct staged_pane panes[PANES_MOST];
	struct layer_cache layers;
	struct tile_cache *tiles;
	struct people_list people;
	uint64_t world_serials;
	uint64_t uses;		/* calls of stage_prepare() */
	uint64_t budget_ns;
	uint64_t spent_ns;
	bool missing;		/* a tile, in this frame, */
	bool postponed;		/* which only wants time */
	struct stage_look look;	/* of the tile that was given last */
	struct maker *maker;
	struct ahead *ahead;
	bool lagging;		/* a pane shows a moment before the one seen */
};

/* References are counted in moments that never change otherwise. */
static inline struct moment *moment_of(const struct moment *moment)
{
	return (struct moment *)(uintptr_t)moment;
}

#endif
