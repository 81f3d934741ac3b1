/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a vkernel's RAM is for, as far as its host can tell, or further by the
 * guest's own flags where these are known; and what the host has made of the
 * frames of a guest, in its RAM and in the maps of its processes.
 */
#include "making.h"

#include <errno.h>
#include <stdlib.h>

#define FLAG(name) (UINT64_C(1) << PAGEMAP_FLAG_##name)

static const struct class_row absent = {
	"absent", "absent", "nothing there", SWATCH_ABSENT, ROW_FIXED,
};

/* ---- What frames are for ----------------------------------------------- */

static const struct class_row mapped = {
	"mapped", "mapped", "guest processes map it", SWATCH_ANON, ROW_FIXED,
};

/* Calm colours are for questions about processes: here they are the answer. */
static const uint8_t part_swatches[GUEST_PART_COUNT] = {
	[GUEST_PART_SLACK] = SWATCH_UNKNOWN,
	[GUEST_PART_SWAPPED] = SWATCH_SWAP,
	[GUEST_PART_TABLE] = SWATCH_PAGE_TABLES,
	[GUEST_PART_STUB] = SWATCH_GUARD,
	[GUEST_PART_ZERO] = SWATCH_ZERO,
	[GUEST_PART_IMAGE] = SWATCH_RESERVED,
	[GUEST_PART_UNTOUCHED] = SWATCH_FREE,
};

struct uses {
	uint8_t mapped;
	uint8_t ram;			/* the first class of RAM */
	uint8_t parts[GUEST_PART_COUNT];
	uint64_t head_flags;		/* of the block of pages at hand */
};

/* What the guest's kernel says of a frame that it uses, 0: nothing. */
static uint8_t class_by_flags(struct making *making, struct uses *uses,
			      const struct stretch *stretch)
{
	uint64_t flags = stretch->flags < making->moment->flag_count ?
			 making->moment->flags[stretch->flags]
			 : PAGEMAP_FLAGS_UNKNOWN;

	if (flags == PAGEMAP_FLAGS_UNKNOWN)
		return 0;
	if (flags & FLAG(COMPOUND_HEAD))
		uses->head_flags = flags;
	return (uint8_t)(uses->ram +
			 pagemap_ram_class_of(flags, uses->head_flags));
}

static uint8_t use_of(struct making *making, const void *context,
		      const struct stretch *stretch)
{
	struct uses *uses = (struct uses *)(uintptr_t)context;
	uint8_t by_flags = class_by_flags(making, uses, stretch);
	int part = guest_part_of(stretch);

	if (by_flags && (part < 0 || part == GUEST_PART_SLACK ||
			 part == GUEST_PART_SWAPPED))
		return by_flags;
	return part < 0 ? uses->mapped : uses->parts[part];
}

static void add_part(struct making *making, struct uses *uses,
		     enum guest_part part)
{
	struct class_row row = *guest_part_row(part);

	row.swatch = part_swatches[part];
	uses->parts[part] = making_add(making, &row);
}

int make_guest_state(struct making *making)
{
	struct uses uses = { 0 };
	int i;

	making_add(making, &absent);
	uses.mapped = making_add(making, &mapped);
	uses.ram = (uint8_t)making->layer->class_count;
	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++) {
		struct class_row row = ram_class_row((enum pagemap_ram_class)i);

		/* Both have one: of the guest's flags it is rather the large. */
		if (i == PAGEMAP_RAM_ZERO_PAGE)
			row.key = "huge_zero_page";
		making_add(making, &row);
	}
	for (i = 0; i < GUEST_PART_COUNT; i++)
		add_part(making, &uses, (enum guest_part)i);
	return making_collect(making, use_of, &uses);
}

/* ---- What the host made of them ---------------------------------------- */

static const struct class_row hosts[HOST_STATE_COUNT] = {
	[HOST_NOT_ASKED] = { "absent", "absent", "nothing there",
			     SWATCH_ABSENT, ROW_FIXED },
	[HOST_RESIDENT] = { "resident", "resident", "in the host's RAM",
			    SWATCH_SHMEM, ROW_ANSWER },
	[HOST_MERGED] = { "merged", "merged by KSM",
			  "in the host's RAM, one frame with equal pages",
			  SWATCH_KSM, ROW_ANSWER },
	[HOST_SWAPPED] = { "swapped", "swapped", "in the host's swap",
			   SWATCH_SWAP, ROW_ANSWER },
	[HOST_UNTOUCHED] = { "untouched", "never touched",
			     "the host never had to give it memory, or has it "
			     "back", SWATCH_PLAIN, ROW_ANSWER },
	[HOST_IMAGE] = { "image", "kernel image",
			 "the guest kernel's image, beside its RAM",
			 SWATCH_RESERVED, ROW_ANSWER },
	[HOST_UNKNOWN] = { "unknown", "unknown",
			   "what the host made of it could not be read",
			   SWATCH_UNKNOWN, ROW_DOUBT },
	[HOST_EITHER] = { "resident_or_swapped", "resident or swapped",
			  "used, and of a saved host nobody tells where it is",
			  SWATCH_DEVICE, ROW_FIXED },
};

static uint8_t host_of(struct making *making, const void *context,
		       const struct stretch *stretch)
{
	const struct apart *apart = context;

	if (!making_is_frames(making) &&
	    stretch->state != PAGEMAP_PAGE_PRESENT)
		return apart->none;
	return stretch->host != HOST_NOT_ASKED ? stretch->host : HOST_UNKNOWN;
}

int make_by_host(struct making *making)
{
	struct apart apart = { .kind = MAP_PROCESS };

	making_add_all(making, hosts, HOST_STATE_COUNT);
	if (!making_is_frames(making))
		apart_add(making, &apart);
	making->why = "what the host made of these pages could not be read";
	return making_collect(making, host_of, &apart);
}
