/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the zones of RAM lie, by zoneinfo: cut where they overlap, so that each
 * frame is in one piece at most.  What zoneinfo counts is in ram_told.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ram.h"

/* The kernel has at most 1024 nodes of at most 6 zones. */
#define MOST_ZONES (1024 * 6)

static int compare_zones(const void *a, const void *b)
{
	const struct ram_zone *x = a, *y = b;

	return (x->first_pfn > y->first_pfn) - (x->first_pfn < y->first_pfn);
}

/* Those that the text tells of, as far as frames were read. */
static int read_zones(struct text *text, uint64_t frames, struct array *zones)
{
	struct zone_place place;
	struct ram_zone *zone;
	int err;

	while ((err = parse_zone_next(text, &place)) == 1) {
		if (place.first_pfn >= frames)
			continue;
		if (zones->count == MOST_ZONES)
			return -EINVAL;
		zone = array_push(zones, sizeof(*zone));
		if (!zone)
			return -ENOMEM;
		*zone = (struct ram_zone){
			.node = place.node,
			.first_pfn = place.first_pfn,
			.end_pfn = place.first_pfn + place.spanned,
		};
		if (zone->end_pfn > frames)
			zone->end_pfn = frames;
		memcpy(zone->name, place.name.at, place.name.len);
	}
	return err;
}

/* A piece behind the others; one that goes on stays one. */
static int add_piece(struct array *pieces, const struct ram_zone *piece)
{
	struct ram_zone *last = pieces->items;

	if (pieces->count) {
		last += pieces->count - 1;
		if (last->end_pfn == piece->first_pfn &&
		    last->node == piece->node &&
		    !strcmp(last->name, piece->name)) {
			last->end_pfn = piece->end_pfn;
			return 0;
		}
	}
	last = array_push(pieces, sizeof(*last));
	if (!last)
		return -ENOMEM;
	*last = *piece;
	return 0;
}

/* How many zones, from the first on, a frame is in: 0, 1 or 2 for several. */
static int zones_at(const struct array *zones, size_t first, uint64_t pfn,
		    const struct ram_zone **ret_zone)
{
	const struct ram_zone *all = zones->items;
	int found = 0;

	for (; first < zones->count && all[first].first_pfn <= pfn &&
	       found < 2; first++)
		if (all[first].end_pfn > pfn && found++ == 0)
			*ret_zone = &all[first];
	return found;
}

/* From one edge of any zone to the next it is the same that hold a frame. */
static int cut(struct array *pieces, const struct array *zones,
	       const uint64_t *edges)
{
	const struct ram_zone *all = zones->items, *zone = NULL;
	size_t i, first = 0;
	int found, err = 0;

	for (i = 0; i + 1 < 2 * zones->count && !err; i++) {
		struct ram_zone piece = { .node = -1 };

		while (first < zones->count && all[first].end_pfn <= edges[i])
			first++;
		found = zones_at(zones, first, edges[i], &zone);
		if (!found || edges[i] == edges[i + 1])
			continue;
		if (found == 1)
			piece = *zone;
		piece.first_pfn = edges[i];
		piece.end_pfn = edges[i + 1];
		err = add_piece(pieces, &piece);
	}
	return err;
}

static int cut_all(struct pagemap_ram *ram, struct array *zones)
{
	uint64_t *edges = calloc(2 * zones->count + 1, sizeof(*edges));
	struct ram_zone *all = zones->items;
	size_t i;
	int err;

	if (!edges)
		return -ENOMEM;
	if (zones->count)
		qsort(all, zones->count, sizeof(*all), compare_zones);
	for (i = 0; i < zones->count; i++) {
		edges[2 * i] = all[i].first_pfn;
		edges[2 * i + 1] = all[i].end_pfn;
	}
	qsort(edges, 2 * zones->count, sizeof(*edges), array_compare_u64);
	err = cut(&ram->zones, zones, edges);
	free(edges);
	return err;
}

int ram_zones_read(struct pagemap_source *source, struct pagemap_ram *ram)
{
	struct array zones = { 0 };
	struct buffer file = { 0 };
	struct text text;
	int err = source->ops->read_text(source, NULL, "zoneinfo", &file);

	text = (struct text){ file.data, file.data + file.size };
	if (!err)
		err = text_is_whole(file.data, file.size) ? 0 : -EINVAL;
	if (!err)
		err = read_zones(&text, ram->frames, &zones);
	if (!err)
		err = cut_all(ram, &zones);
	array_free(&zones);
	buffer_free(&file);
	/* What is not understood says nothing of where zones are. */
	return err == -ENOMEM ? err : 0;
}

int pagemap_ram_zone_at(const struct pagemap_ram *ram, size_t index,
			struct pagemap_ram_zone *ret_zone)
{
	const struct ram_zone *zones = ram->zones.items;

	if (index >= ram->zones.count)
		return -ENOENT;
	*ret_zone = (struct pagemap_ram_zone){
		.node = zones[index].node,
		.name = zones[index].name,
		.first_pfn = zones[index].first_pfn,
		.frame_count = zones[index].end_pfn - zones[index].first_pfn,
	};
	return 0;
}
