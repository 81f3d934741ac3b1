/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is drawn as JSON (pageviz/1) and CSV.  Counts are the layer's own: what
 * a program reads is what is seen.
 */
#include <errno.h>
#include <inttypes.h>

#include "drawn.h"
#include "grid.h"

static void set_known(struct json *object, const char *key, const char *text)
{
	json_set_text(object, key, text && *text ? text : NULL);
}

/* ---- Classes ----------------------------------------------------------- */

static struct json *json_class(const struct layer_class *one)
{
	const struct pagemap_value *bytes = &one->bytes;
	struct json *object = json_new_object();

	json_set_text(object, "class", one->key);
	json_set_text(object, "name", one->name);
	if (one->pid)
		json_set_number(object, "pid", one->pid);
	json_set_number(object, "pages", (int64_t)one->pages);
	json_set_value(object, "size", bytes);
	json_set_text(object, "quality", pagemap_quality_name(bytes->quality));
	json_set_text(object, "reason", bytes->reason ?
		      pagemap_reason_describe(bytes->reason) : NULL);
	json_set_bool(object, "told", one->told);
	return object;
}

static struct json *json_classes(const struct layer *layer)
{
	struct json *array = json_new_array();
	size_t i;

	for (i = 0; i < layer->class_count; i++)
		json_append(array, json_class(&layer->classes[i]));
	return array;
}

/* ---- Areas ------------------------------------------------------------- */

/* Counts an area's pages by class; *next: a run that ends in or after it. */
static void count_area(const struct layer *layer, const struct area *area,
		       size_t *next, uint64_t counts[LAYER_CLASSES])
{
	uint64_t found = 0;
	size_t i = *next;

	for (; i < layer->run_count; i++) {
		const struct layer_run *run = &layer->runs[i];
		uint64_t first = run->first_page;
		uint64_t end = first + run->page_count;

		if (end <= area->first_page)
			continue;
		if (first >= area->end_page)
			break;
		if (first < area->first_page)
			first = area->first_page;
		if (end > area->end_page)
			end = area->end_page;
		counts[run->class_of] += end - first;
		found += end - first;
		if (run->first_page + run->page_count > area->end_page)
			break;
	}
	*next = i;
	counts[0] = area->end_page - area->first_page - found;
}

static struct json *json_counts(const struct layer *layer,
				const uint64_t counts[LAYER_CLASSES])
{
	struct json *object, *array = json_new_array();
	size_t i;

	for (i = 0; i < layer->class_count; i++) {
		if (!counts[i])
			continue;
		object = json_new_object();
		json_set_text(object, "class", layer->classes[i].key);
		json_set_number(object, "pages", (int64_t)counts[i]);
		json_append(array, object);
	}
	return array;
}

static void set_address(struct json *object, const char *key, uint64_t vaddr)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%" PRIx64, vaddr);
	json_set_text(object, key, text);
}

static struct json *json_area(const struct drawn *drawn,
			      const struct drawn_map *map,
			      const struct area *area, size_t *next)
{
	struct json *object = json_new_object();
	uint64_t counts[LAYER_CLASSES] = { 0 };
	uint32_t page_bytes = drawn->moment->page_bytes;

	count_area(map->layer, area, next, counts);
	if (map->picture->id.kind != MAP_PROCESS) {
		json_set_number(object, "first_pfn", (int64_t)area->first_page);
		json_set_number(object, "end_pfn", (int64_t)area->end_page);
		json_set_text(object, "name", area->name);
		counts[0] = 0;
	} else {
		set_address(object, "start", area->first_page * page_bytes);
		set_address(object, "end", area->end_page * page_bytes);
		set_known(object, "perms", area->permissions);
		json_set_text(object, "name", area->name);
		json_set_text(object, "kind", pagemap_mapping_kind_name(
			      (enum pagemap_mapping_kind)area->kind));
	}
	json_set(object, "classes", json_counts(map->layer, counts));
	return object;
}

static struct json *json_areas(const struct drawn *drawn,
			       const struct drawn_map *map)
{
	struct json *array = json_new_array();
	size_t i, next = 0;

	for (i = 0; i < map->picture->area_count; i++)
		json_append(array, json_area(drawn, map,
					     &map->picture->areas[i], &next));
	return array;
}

/* ---- Maps -------------------------------------------------------------- */

static void set_process(struct json *object, const struct drawn *drawn,
			const struct picture *picture)
{
	const struct person *person = moment_person(drawn->moment,
						    picture->id.pid);

	json_set_text(object, "kind", "process");
	json_set_number(object, "pid", picture->id.pid);
	if (person && person->guest_pid)
		json_set_number(object, "guest_pid", person->guest_pid);
	set_known(object, "comm", picture->name);
	set_known(object, "command", person ? person->command : NULL);
	set_known(object, "user", person ? person->user : NULL);
	json_set_text(object, "status", pagemap_status_name(picture->status));
	json_set_bool(object, "ended", picture->ended);
}

/* What may be in swap counts as resident. */
static struct pagemap_value value_of(const struct pagemap_guest_balance *guest,
				     int use, int state)
{
	uint64_t bytes = guest->counts[use][state] * guest->page_bytes;
	uint64_t maybe = guest->maybe_swapped[use] * guest->page_bytes;
	struct pagemap_value value = {
		bytes, bytes, bytes, PAGEMAP_EXACT, PAGEMAP_REASON_NONE,
	};

	if (state == PAGEMAP_GUEST_RESIDENT)
		value.low -= maybe;
	if (state == PAGEMAP_GUEST_SWAPPED)
		value.high += maybe;
	if (value.low != value.high) {
		value.quality = PAGEMAP_BOUNDED;
		value.reason = PAGEMAP_REASON_NO_FEATURE;
	}
	return value;
}

static struct json *json_use(const struct pagemap_guest_balance *guest, int use)
{
	struct json *object = json_new_object();
	struct pagemap_value value;
	uint64_t all = 0;
	int state;

	json_set_text(object, "use",
		      pagemap_guest_use_name((enum pagemap_guest_use)use));
	for (state = 0; state < PAGEMAP_GUEST_STATE_COUNT; state++) {
		value = value_of(guest, use, state);
		all += value.value;
		json_set_value(object, pagemap_guest_state_name(
			       (enum pagemap_guest_state)state), &value);
	}
	json_set_number(object, "size_bytes", (int64_t)all);
	return object;
}

/* Frames by use and by what the host made of them, as the library counts them
 * and memrank --vkernel says. */
static struct json *json_uses(const struct pagemap_guest_balance *guest)
{
	struct json *array = json_new_array();
	int use;

	for (use = 0; use < PAGEMAP_GUEST_USE_COUNT; use++)
		json_append(array, json_use(guest, use));
	return array;
}

static void set_guest(struct json *object, const struct picture *picture)
{
	json_set_text(object, "kind", "guest");
	json_set_bool(object, "ended", picture->ended);
	if (picture->guest)
		json_set(object, "uses", json_uses(picture->guest));
}

/* Whose RAM and processes these are, or whose frames are told apart. */
static void set_vkernel(struct json *object, const struct moment *moment)
{
	if (moment->vkernel.pid)
		json_set_number(object, "vkernel", moment->vkernel.pid);
}

/* Pages that are drawn: all but absent ones. */
static uint64_t pages_drawn(const struct layer *layer)
{
	uint64_t pages = 0;
	size_t i;

	for (i = 1; i < layer->class_count; i++)
		pages += layer->classes[i].pages;
	return pages;
}

static struct json *json_map(const struct drawn *drawn,
			     const struct drawn_map *map)
{
	struct json *object = json_new_object();
	const struct picture *picture = map->picture;

	switch (picture->id.kind) {
	case MAP_RAM:
		json_set_text(object, "kind", "ram");
		break;
	case MAP_GUEST:
		set_guest(object, picture);
		break;
	default:
		set_process(object, drawn, picture);
		break;
	}
	set_vkernel(object, drawn->moment);
	json_set_text(object, "by", colouring_name(map->layer->by));
	json_set_text(object, "layout", map->layout);
	json_set_number(object, "pages", (int64_t)pages_drawn(map->layer));
	set_known(object, "why", picture->why);
	set_known(object, "doubt", map->layer->doubt);
	json_set(object, "classes", json_classes(map->layer));
	json_set(object, "areas", json_areas(drawn, map));
	return object;
}

static struct json *json_unread(const struct moment *moment)
{
	struct json *array = json_new_array();
	size_t i;

	for (i = 0; i < moment->person_count; i++)
		json_append_unreadable(array, moment->people[i].pid,
				       moment->people[i].status);
	return array;
}

struct json *drawn_json(const struct drawn *drawn)
{
	const struct moment *moment = drawn->moment;
	const struct json_origin origin = {
		.kind = drawn->kind,
		.kernel = drawn->kernel,
		.page_size_bytes = moment->page_bytes,
		.time_ns = moment->time_ns,
		.engine = PAGEMAP_ENGINE_CENSUS,
		.vkernel = moment->machine == MACHINE_GUEST &&
			   moment->vkernel.pid ? &moment->vkernel : NULL,
	};
	struct json *object = json_new_object(), *maps;
	size_t i;

	if (!object)
		return NULL;
	json_set_text(object, "schema", "pageviz/1");
	json_set(object, "source", json_source_of(&origin));
	json_set(object, "cost", json_cost_of(moment->wall_ns,
					      moment->cost_ns));
	json_set(object, "unreadable", json_unread(moment));
	maps = json_new_array();
	for (i = 0; i < drawn->map_count; i++)
		json_append(maps, json_map(drawn, &drawn->maps[i]));
	json_set(object, "maps", maps);
	return object;
}

/* ---- CSV --------------------------------------------------------------- */

static void csv_map(const struct drawn_map *map, struct grid *grid)
{
	const struct layer *layer = map->layer;
	const struct picture *picture = map->picture;
	char name[16] = "ram";
	size_t i;

	if (picture->id.kind == MAP_PROCESS)
		snprintf(name, sizeof(name), "%d", (int)picture->id.pid);
	else if (picture->id.kind == MAP_GUEST)
		snprintf(name, sizeof(name), "guest");
	for (i = 0; i < layer->class_count; i++) {
		const struct layer_class *one = &layer->classes[i];

		grid_text(grid, name);
		grid_text(grid, colouring_name(layer->by));
		grid_text(grid, one->key);
		grid_number(grid, (int64_t)one->pages);
		grid_size(grid, &one->bytes);
		grid_text(grid, one->told ? "true" : "false");
	}
}

int drawn_csv(const struct drawn *drawn, bool header, FILE *out)
{
	static const struct grid_column columns[] = {
		{ NULL, "map", GRID_TEXT }, { NULL, "by", GRID_TEXT },
		{ NULL, "class", GRID_TEXT }, { NULL, "pages", GRID_NUMBER },
		{ NULL, "size", GRID_SIZE }, { NULL, "told", GRID_TEXT },
	};
	struct grid *grid = grid_new(columns, 6);
	size_t i;
	int err;

	if (!grid)
		return -ENOMEM;
	for (i = 0; i < drawn->map_count; i++)
		csv_map(&drawn->maps[i], grid);
	err = grid_csv(grid, header, out);
	grid_free(grid);
	return err;
}
