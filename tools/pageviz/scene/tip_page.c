// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All that is known of one page, in rows: where it is, what it is, its frame,
 * who shares it, when it was used; and why, where something is not known.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "flag_text.h"
#include "page_class.h"
#include "tip.h"

#define NAMES_MOST 8

static bool in_ram(const struct tip_page *page)
{
	return page->of.picture->id.kind == MAP_RAM;
}

static bool in_guest(const struct tip_page *page)
{
	return page->of.picture->id.kind == MAP_GUEST;
}

static void add_where(struct drawing *d, struct tip *tip,
		      const struct tip_page *page)
{
	const struct area *area = page->area;
	uint64_t bytes = page->of.moment->page_bytes;
	uint64_t offset;

	if (in_ram(page) || in_guest(page)) {
		tip_addf(d, tip, NULL, "%sframe %" PRIu64 " (0x%" PRIx64 ")",
			 in_guest(page) ? "guest " : "", page->number,
			 page->number)->mono = true;
		tip_addf(d, tip, "at", "0x%" PRIx64, page->number *
			 bytes)->mono = true;
		if (area)
			tip_add(d, tip, in_ram(page) ? "zone" : "part",
				area->name);
		return;
	}
	tip_addf(d, tip, NULL, "0x%" PRIx64, page->number * bytes)->mono = true;
	if (!area)
		return;
	offset = (page->number - area->first_page) * bytes +
		 area->offset_bytes;
	tip_addf(d, tip, "mapping", "%s  %s", area->name, area->permissions);
	if (*area->name == '/')
		tip_addf(d, tip, "offset", "0x%" PRIx64, offset)->mono = true;
}

static void add_state(struct drawing *d, struct tip *tip,
		      const struct tip_page *page)
{
	const struct stretch *stretch = page->stretch;
	const struct page_class_row *row;

	if (in_ram(page)) {
		enum pagemap_ram_class class_of =
			(enum pagemap_ram_class)stretch->class_of;

		tip_addf(d, tip, "state", "%s: %s",
			 pagemap_ram_class_name(class_of),
			 pagemap_ram_class_describe(class_of));
		return;
	}
	if (in_guest(page)) {
		tip_guest_use(d, tip, page);
		return;
	}
	row = page_class_row(PAGE_BY_STATE, stretch->class_of);
	tip_addf(d, tip, "state", "%s: %s", row->name, row->help);
}

static void add_frame(struct drawing *d, struct tip *tip,
		      const struct tip_page *page)
{
	const struct stretch *stretch = page->stretch;
	uint64_t place = stretch->place;

	if (in_ram(page) || in_guest(page))
		return;
	if (!(stretch->bits & PAGEMAP_RUN_SAME_FRAME) &&
	    place != PAGEMAP_PFN_UNKNOWN)
		place += page->number - stretch->first_page;
	if (stretch->state == PAGEMAP_PAGE_SWAPPED)
		tip_addf(d, tip, "swap", "area %u, slot %" PRIu64,
			 stretch->swap_type, place);
	else if (place != PAGEMAP_PFN_UNKNOWN)
		tip_addf(d, tip, page->of.moment->machine == MACHINE_GUEST ?
			 "guest frame" : "frame", "%" PRIu64 " (0x%" PRIx64 ")",
			 place, place)->mono = true;
}

/* "a,b" as "a, b", so that it can be wrapped. */
static void add_flags(struct drawing *d, struct tip *tip,
		      const struct tip_page *page)
{
	char flags[FLAGS_TEXT_SIZE], text[2 * FLAGS_TEXT_SIZE];
	const struct moment *moment = page->of.moment;
	size_t i, length = 0;

	if (page->stretch->flags >= moment->flag_count ||
	    moment->flags[page->stretch->flags] == PAGEMAP_FLAGS_UNKNOWN)
		return;
	flags_to_text(moment->flags[page->stretch->flags], flags);
	for (i = 0; flags[i]; i++) {
		text[length++] = flags[i];
		if (flags[i] == ',')
			text[length++] = ' ';
	}
	text[length] = '\0';
	tip_add(d, tip, "flags", length ? text : "none");
}

/* ---- Sharers ----------------------------------------------------------- */

static void add_names(struct drawing *d, struct tip *tip,
		      const struct tip_page *page)
{
	const struct moment *moment = page->of.moment;
	const struct share_set *set;
	char pid[PID_NAME_SIZE];
	uint32_t i;

	if (page->stretch->set >= moment->set_count)
		return;
	set = &moment->sets[page->stretch->set];
	for (i = 0; i < set->member_count && i < NAMES_MOST; i++) {
		const struct person *person = &moment->people[set->members[i]];

		pid_name(person->pid, pid);
		tip_addf(d, tip, " ", "%s %s",
			 *person->name ? person->name :
			 moment->machine == MACHINE_GUEST ? "process" : "-",
			 pid);
	}
	if (set->member_count > NAMES_MOST)
		tip_addf(d, tip, " ", "and %u more",
			 set->member_count - NAMES_MOST);
	if (set->unseen)
		tip_add(d, tip, " ", "and perhaps others, not seen")->dim =
			true;
}

static void add_sharers(struct drawing *d, struct tip *tip,
			const struct tip_page *page)
{
	const struct stretch *stretch = page->stretch;
	const char *why = page->of.picture->why_sharers;

	if (stretch->state != PAGEMAP_PAGE_PRESENT)
		return;
	if (stretch->set == SET_NOBODY) {
		tip_add(d, tip, "sharers", in_guest(page) ?
			"no guest process maps it" : "no process maps it");
		return;
	}
	if (!stretch->sharers) {
		tip_addf(d, tip, "sharers", "- %s", why ? why : "")->dim = true;
		return;
	}
	if (stretch->sharers_high > stretch->sharers)
		tip_addf(d, tip, "sharers", "%u to %u processes",
			 stretch->sharers, stretch->sharers_high);
	else
		tip_addf(d, tip, "sharers", "%u process%s", stretch->sharers,
			 stretch->sharers == 1 ? "" : "es");
	/* Of a guest it is known at which addresses. */
	if (in_guest(page) && page->of.moment->place_count)
		tip_guest_places(d, tip, page);
	else
		add_names(d, tip, page);
}

/* ---- Use --------------------------------------------------------------- */

static void add_use(struct drawing *d, struct tip *tip,
		    const struct tip_page *page)
{
	const struct stretch *stretch = page->stretch;
	uint32_t bits = stretch->bits;
	const char *words[] = { "not used", "used", "modified",
				"used, modified" };

	if (bits & PAGEMAP_RUN_USE_KNOWN)
		tip_add(d, tip, "use", words[
			((bits & PAGEMAP_RUN_ACCESSED) != 0) +
			2 * ((bits & PAGEMAP_RUN_MODIFIED) != 0)]);
	if (stretch->age == AGE_NEVER)
		tip_add(d, tip, "age", "not used since the first sample");
	else if (stretch->age == 0)
		tip_add(d, tip, "age", "used in the last sample");
	else if (stretch->age != AGE_UNKNOWN)
		tip_addf(d, tip, "age", "used %u sample%s ago", stretch->age,
			 stretch->age == 1 ? "" : "s");
}

/* What it counts as in the legend. */
static void add_class(struct drawing *d, struct tip *tip, size_t pane,
		      const struct tip_page *page)
{
	const struct layer *layer = page->of.layer;
	uint8_t class_of = layer_class_at(layer, page->number);
	struct tip_row *row;

	if (class_of >= layer->class_count)
		return;
	row = tip_add(d, tip, colouring_name(layer->by),
		      layer->classes[class_of].name);
	row->has_swatch = true;
	row->swatch = class_colour(d, layer, d->view->panes[pane].lit,
				   class_of);
}

void tip_of_page(struct drawing *d, struct tip *tip, size_t pane,
		 uint64_t number)
{
	struct tip_page page = { .of = stage_pane(d->stage, pane),
			     .number = number };

	page.area = picture_area(page.of.picture, number);
	page.stretch = picture_stretch(page.of.picture, number);
	add_where(d, tip, &page);
	if (!page.area) {
		tip_add(d, tip, "", in_ram(&page) ? "no RAM here" :
						    "not mapped");
		return;
	}
	if (page.of.layer->by != COLOUR_STATE || !page.stretch)
		add_class(d, tip, pane, &page);
	if (!page.stretch)
		return;
	add_state(d, tip, &page);
	add_frame(d, tip, &page);
	tip_guest_host(d, tip, &page);
	add_flags(d, tip, &page);
	add_sharers(d, tip, &page);
	add_use(d, tip, &page);
}
