/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of a vkernel's page, in rows: what its frame is for, in which
 * frame of the host it lies, at which addresses guest processes map it; and, of
 * a frame of the host, which of the guest's it holds.
 */
#include <inttypes.h>
#include <stdio.h>

#include "tip.h"

#define PLACES_MOST 8

/* ---- What it is for ---------------------------------------------------- */

static const char *const uses[PAGEMAP_GUEST_USE_COUNT] = {
	[PAGEMAP_GUEST_MAPPED] = "pages of guest processes",
	[PAGEMAP_GUEST_ZERO_PAGE] = "the guest's page of zeros",
	[PAGEMAP_GUEST_TABLE] = "a page table of a guest process",
	[PAGEMAP_GUEST_STUB] = "by which the vkernel drives its children",
	[PAGEMAP_GUEST_OTHER] = "the guest kernel's own, its cache, or free",
};

void tip_guest_use(struct drawing *d, struct tip *tip,
		   const struct tip_page *page)
{
	uint8_t use = page->stretch->class_of;
	const char *name = pagemap_guest_use_name((enum pagemap_guest_use)use);

	if (page->stretch->host == HOST_IMAGE)
		tip_add(d, tip, "state", "image: of the guest kernel, beside "
			"its RAM");
	else if (name && use < PAGEMAP_GUEST_USE_COUNT)
		tip_addf(d, tip, "state", "%s: %s", name, uses[use]);
}

/* ---- The host ---------------------------------------------------------- */

static const char *const hosts[HOST_STATE_COUNT] = {
	[HOST_RESIDENT] = "resident",
	[HOST_MERGED] = "resident, merged by KSM",
	[HOST_SWAPPED] = "in swap",
	[HOST_UNTOUCHED] = "never touched: it has no memory",
	[HOST_UNKNOWN] = "- it could not be read",
	[HOST_EITHER] = "resident or in swap: a saved host does not tell",
};

/* The host's frame of a guest frame; PAGEMAP_PFN_UNKNOWN. */
static uint64_t host_frame(const struct moment *moment, uint64_t frame)
{
	const struct picture *ram = moment_picture(moment,
		(struct map_id){ .kind = MAP_GUEST });
	const struct stretch *stretch = ram ? picture_stretch(ram, frame)
					    : NULL;

	return stretch && stretch->place != PAGEMAP_PFN_UNKNOWN ?
	       stretch->place + (frame - stretch->first_page)
	       : PAGEMAP_PFN_UNKNOWN;
}

static void add_guest_of(struct drawing *d, struct tip *tip,
			 const struct tip_page *page)
{
	const struct guest_piece *piece = picture_piece(page->of.picture,
							page->number);
	uint64_t frame;

	if (!piece)
		return;
	frame = piece->guest_page + (page->number - piece->first_page);
	tip_addf(d, tip, "vkernel", "%d, guest frame %" PRIu64 " (0x%" PRIx64
		 ")", (int)page->of.moment->vkernel.pid, frame, frame);
	if (piece->use == PAGEMAP_GUEST_MAPPED)
		tip_addf(d, tip, " ", "mapped by %u guest process%s",
			 piece->mappers, piece->mappers == 1 ? "" : "es");
	else if (piece->use < PAGEMAP_GUEST_USE_COUNT)
		tip_add(d, tip, " ", uses[piece->use]);
}

void tip_guest_host(struct drawing *d, struct tip *tip,
		    const struct tip_page *page)
{
	uint64_t frame = picture_frame_of(page->of.picture, page->number);
	uint8_t host = page->stretch->host;

	if (page->of.moment->machine == MACHINE_HOST) {
		add_guest_of(d, tip, page);
		return;
	}
	if (host == HOST_NOT_ASKED || host >= HOST_STATE_COUNT || !hosts[host])
		return;
	frame = frame == PAGEMAP_PFN_UNKNOWN ? frame :
		host_frame(page->of.moment, frame);
	if (frame == PAGEMAP_PFN_UNKNOWN)
		tip_add(d, tip, "host", hosts[host]);
	else
		tip_addf(d, tip, "host", "%s, frame %" PRIu64 " (0x%" PRIx64
			 ")", hosts[host], frame, frame);
}

/* ---- Guest processes --------------------------------------------------- */

static void add_place(struct drawing *d, struct tip *tip,
		      const struct tip_page *page,
		      const struct guest_place *place)
{
	const struct moment *moment = page->of.moment;
	const struct person *person = &moment->people[place->person];
	uint64_t at = place->page + (page->number - place->first_frame);
	char pid[PID_NAME_SIZE];

	pid_name(person->pid, pid);
	tip_addf(d, tip, " ", "0x%" PRIx64 "  %s %s%s%s",
		 at * moment->page_bytes,
		 *person->name ? person->name : "process", pid,
		 place->bits & GUEST_PLACE_ACCESSED ? ", used" : "",
		 place->bits & GUEST_PLACE_MODIFIED ? ", modified" : "");
}

void tip_guest_places(struct drawing *d, struct tip *tip,
		      const struct tip_page *page)
{
	const struct guest_place *places[PLACES_MOST];
	size_t i, count = moment_places(page->of.moment, page->number, places,
					PLACES_MOST);

	/* They were found from the last one on. */
	for (i = count; i; i--)
		add_place(d, tip, page, places[i - 1]);
	if (page->stretch->sharers > count)
		tip_addf(d, tip, " ", "and %u more", page->stretch->sharers -
			 (uint32_t)count);
}
