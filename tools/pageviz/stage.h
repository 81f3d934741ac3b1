/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What follows from the history and the view (worlds, layers, tiles), kept so
 * that it is not made again for each picture.  A world only grows while its
 * map is open: what is seen does not jump when mappings come and go.
 */
#ifndef PAGEVIZ_STAGE_H
#define PAGEVIZ_STAGE_H

#include "history.h"
#include "layer.h"
#include "tile.h"
#include "view.h"
#include "world.h"

struct stage;

/* NULL: no memory.  The history outlives it. */
struct stage *stage_new(const struct history *history);
void stage_free(struct stage *stage);
const struct history *stage_history(const struct stage *stage);

/* What is drawn of a pane; all NULL: not read yet.  Borrowed: until the view
 * changes. */
struct stage_pane {
	const struct moment *moment;
	const struct picture *picture;
	const struct moment *base_moment;
	const struct picture *base;
	const struct layer *layer;
	const struct world *world;
	uint64_t world_serial;	/* another one: pages have other places */
};

/* Makes what is missing but tiles.  0 or -ENOMEM. */
int stage_prepare(struct stage *stage, const struct view *view);
struct stage_pane stage_pane(const struct stage *stage, size_t pane);

/* The tile of a pane, or one of the same place as it was seen before; made if
 * there is time; NULL: not there yet.  Tiles stay
 * until stage_budget() is called again. */
const struct tile *stage_tile(struct stage *stage, size_t pane,
			      unsigned int level, uint32_t x, uint32_t y);

/* The same, and never made. */
const struct tile *stage_tile_there(struct stage *stage, size_t pane,
				    unsigned int level, uint32_t x, uint32_t y);

/* In whose classes the tile given last is, and which of them are lit: those of
 * a look that was seen before, where it stands in. */
struct stage_look {
	const struct layer *layer;
	uint64_t lit;
};

struct stage_look stage_tile_look(const struct stage *stage);

/* Begins a frame, before it is prepared: tiles may take so long in it;
 * UINT64_MAX: as long as needed, and layers too, which is so before the first
 * call.  True: some were missing in the frame before. */
bool stage_budget(struct stage *stage, uint64_t ns);

/* Whether some were missing in this frame so far: it will look otherwise. */
bool stage_is_short(const struct stage *stage);

/* Then: whether drawing again has more than the last time. */
bool stage_has_news(const struct stage *stage);

/* The people of the moment seen whose name, command, user or pid matches the
 * search, largest PSS first; indexes.  Borrowed: until the view changes. */
const uint32_t *stage_list(struct stage *stage, const struct view *view,
			   size_t *ret_count);

#endif
