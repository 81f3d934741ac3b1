/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A layer being made: classes are added, then pages are put into them in rising
 * order, then sums follow.  Each by_*.c knows one or two colourings; what all
 * have in common is here and in making.c.
 */
#ifndef PAGEVIZ_MAKING_H
#define PAGEVIZ_MAKING_H

#include "layer.h"
#include "string_table.h"

/* What a class is to pages of which the answer is not known. */
enum row_kind {
	ROW_FIXED,		/* they are in another one for sure */
	ROW_ANSWER,		/* they may be of it */
	ROW_DOUBT,		/* they are drawn in it */
};

/* A class as tables have it. */
struct class_row {
	const char *key;
	const char *name;
	const char *help;
	uint8_t swatch;
	uint8_t kind;		/* enum row_kind */
};

struct making {
	const struct moment *moment;
	const struct picture *picture;
	const struct layer_input *input;
	struct layer *layer;
	struct strings *texts;		/* of the layer */
	struct layer_run *runs;	/* room for run_room */
	size_t run_count;
	uint64_t pages[LAYER_CLASSES];
	uint64_t unsure[LAYER_CLASSES];	/* of these, may be another's */
	uint64_t maybe[LAYER_CLASSES];	/* unsure ones of others, may be its */
	uint64_t outside_pages;		/* drawn, and in no area of now */
	uint8_t kinds[LAYER_CLASSES];	/* enum row_kind */
	bool has_bytes[LAYER_CLASSES];	/* said already, not by pages */
	size_t first_owner;		/* from here on largest first; 0: none */
	const char *why;		/* of what is in doubt */
	bool complete;			/* what is in doubt is of no class that
					   is an answer */
};

/* Adds a class, and gives its number. */
uint8_t making_add(struct making *making, const struct class_row *row);
void making_add_all(struct making *making, const struct class_row *rows,
		    size_t count);

/* Says what the other tools say of a class. */
void making_set_bytes(struct making *making, uint8_t class_of,
		      const struct pagemap_value *bytes);

/*
 * Takes metrics of the process, added up, for a class's bytes.  What was not
 * asked for is told by pages; what cannot be known stays unknown.
 */
void making_set_metrics(struct making *making, uint8_t class_of,
			uint64_t metrics);

/* A copy that lives as long as the layer; "" without memory. */
const char *making_text(struct making *making, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Room for so many runs; 0 or -ENOMEM. */
int making_room(struct making *making, size_t runs);

/* Sums, values and the order of the legend. */
void making_finish(struct making *making);

static inline bool making_is_ram(const struct making *making)
{
	return making->picture->id.kind == MAP_RAM;
}

static inline bool making_is_guest(const struct making *making)
{
	return making->picture->id.kind == MAP_GUEST;
}

/* A page is a frame, and each has its stretch. */
static inline bool making_is_frames(const struct making *making)
{
	return making->picture->id.kind != MAP_PROCESS;
}

/* Why sharers are in doubt; where all were seen, nobody's pages are. */
void making_doubt_sharers(struct making *making);

/* Puts pages into a class, behind all that were put before. */
static inline void making_put(struct making *making, uint64_t first_page,
			      uint64_t page_count, uint8_t class_of)
{
	struct layer_run *last = making->runs + making->run_count;

	making->pages[class_of] += page_count;
	if (making->run_count && last[-1].class_of == class_of &&
	    last[-1].first_page + last[-1].page_count == first_page) {
		last[-1].page_count += page_count;
		return;
	}
	*last = (struct layer_run){ first_page, page_count, class_of };
	making->run_count++;
}

/* The class of a stretch. */
typedef uint8_t (*classify_fn)(struct making *making, const void *context,
			       const struct stretch *stretch);

/* Puts all stretches of the picture into classes.  0 or -ENOMEM. */
int making_collect(struct making *making, classify_fn classify,
		   const void *context);

/* ---- nobody.c ---------------------------------------------------------- */

/* Classes for frames of RAM that no process maps, which every question about
 * processes has to leave apart. */
enum nobody {
	NOBODY_CACHE,		/* holds something, and nobody maps it */
	NOBODY_KERNEL,
	NOBODY_FREE,
	NOBODY_OUT,		/* broken, offline, lent */
	NOBODY_HOLE,
	NOBODY_APART,		/* mapped, and not counted: hugetlb */
	NOBODY_COUNT
};

/* What a class of RAM (enum pagemap_ram_class) is; -1: processes map it. */
int nobody_of(unsigned int ram_class);

/* The same of a vkernel's RAM. */
enum guest_part {
	GUEST_PART_SLACK,	/* the host has it, and no guest process maps it */
	GUEST_PART_SWAPPED,	/* the same in the host's swap */
	GUEST_PART_TABLE,
	GUEST_PART_STUB,
	GUEST_PART_ZERO,
	GUEST_PART_IMAGE,
	GUEST_PART_UNTOUCHED,
	GUEST_PART_COUNT
};

/* What a frame of it is; -1: guest processes map it. */
int guest_part_of(const struct stretch *stretch);
const struct class_row *guest_part_row(enum guest_part part);

/*
 * Adds these classes, in a process's map NOBODY_APART alone (swapped, zero,
 * guard ...), and says which class a stretch is in for want of a frame that
 * processes map; 0: it has one.
 */
struct apart {
	enum map_kind kind;
	uint8_t of_ram[256];
	uint8_t of_guest[GUEST_PART_COUNT];
	uint8_t none;
};
void apart_add(struct making *making, struct apart *ret_apart);

static inline uint8_t apart_class(const struct apart *apart,
				  const struct stretch *stretch)
{
	int part;

	switch (apart->kind) {
	case MAP_RAM:
		return apart->of_ram[stretch->class_of];
	case MAP_GUEST:
		part = guest_part_of(stretch);
		return part < 0 ? 0 : apart->of_guest[part];
	default:
		return stretch->state == PAGEMAP_PAGE_PRESENT ? 0
							      : apart->none;
	}
}

/* ---- by_*.c: 0 or -ENOMEM ---------------------------------------------- */

int make_by_state(struct making *making);
int make_by_sharers(struct making *making);
int make_by_flags(struct making *making);
int make_by_owner(struct making *making);	/* user and group too */
int make_by_use(struct making *making);
int make_by_age(struct making *making);
int make_by_change(struct making *making);
int make_by_host(struct making *making);
int make_by_vkernel(struct making *making);

/* Its classes that are the vkernel's, as a mask. */
uint64_t vkernel_classes(void);

/* make_by_state() of a vkernel's RAM, and a class of RAM as others have it. */
int make_guest_state(struct making *making);
struct class_row ram_class_row(enum pagemap_ram_class class_of);

#endif
