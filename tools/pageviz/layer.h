/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A picture's pages in classes by one thing that is known of them, with counts:
 * what a legend says and what cells are made of.  No colours: a class names a
 * swatch, and a theme knows how that looks.
 */
#ifndef PAGEVIZ_LAYER_H
#define PAGEVIZ_LAYER_H

#include "moment.h"
#include "swatch.h"

enum colouring {
	COLOUR_STATE,		/* what stands there; in RAM, the frame's class */
	COLOUR_SHARERS,		/* how many processes map it */
	COLOUR_FLAGS,		/* kpageflags, by what matters most */
	COLOUR_OWNER,		/* the process that has it alone */
	COLOUR_USER,		/* the user */
	COLOUR_GROUP,		/* the group, or the unit */
	COLOUR_USE,		/* accessed, modified */
	COLOUR_AGE,		/* how long ago it was used */
	COLOUR_CHANGED,		/* what is other than in the base picture */
	COLOUR_HOST,		/* what the host has made of a guest's pages */
	COLOUR_VKERNEL,		/* which frames are a vkernel's */
	COLOUR_COUNT
};

/* What people call it: "state", "sharers" ...; and what it shows, one line. */
const char *colouring_name(enum colouring by);
const char *colouring_describe(enum colouring by);
/* -ENOENT; NULL past the end, for near_names(). */
int colouring_from_name(const char *name, enum colouring *ret_by);
const char *colouring_name_at(size_t index);

/* Whether it says something of a kind of map; and the one to begin with. */
bool colouring_fits(enum colouring by, enum machine_kind machine,
		    enum map_kind kind);
enum colouring colouring_usual(enum machine_kind machine, enum map_kind kind);

/* Classes that are shown alone at first, as a mask; 0: all. */
uint64_t colouring_lit(enum colouring by);

#define LAYER_CLASSES 64

struct layer_class {
	const char *key;	/* for programs; one of its kind in the layer */
	const char *name;	/* for people, short; all borrowed: layer */
	const char *help;	/* one line, what it means */
	pid_t pid;		/* whose it is; 0: of no one process */
	uint8_t swatch;		/* enum swatch */
	bool told;		/* no page is drawn in it: the kernel says how
				   many there are, not where; they are drawn in
				   the class of the same swatch */
	uint64_t pages;		/* drawn in it */
	struct pagemap_value bytes; /* what the other tools say of the class;
				   pages that are mapped twice may be one */
};

/* Pages that follow each other in one class. */
struct layer_run {
	uint64_t first_page;
	uint64_t page_count : 56;
	uint64_t class_of : 8;
};

struct layer {
	enum colouring by;
	struct layer_class classes[LAYER_CLASSES]; /* [0]: absent.  A number
				   means the same in every layer of a map, but
				   for owners, who come last */
	size_t class_count;
	uint8_t legend[LAYER_CLASSES];	/* those that have pages or bytes, in
					   the order in which they are listed */
	size_t legend_count;
	const struct layer_run *runs;	/* rising; none of class 0 */
	size_t run_count;
	const char *doubt;	/* why some cannot be told, one line; "" */
};

struct layer_input {
	const struct moment *moment;
	const struct picture *picture;
	const struct moment *base_moment;	/* for COLOUR_CHANGED alone: */
	const struct picture *base;	/* an earlier picture of the same map;
					   NULL: there is none */
};

/* The layer keeps nothing of the input.  0 or -ENOMEM. */
int layer_make(const struct layer_input *input, enum colouring by,
	       struct layer **ret_layer);
void layer_free(struct layer *layer);

/* The index of the first run that ends after a page; run_count: none does. */
size_t layer_run_from(const struct layer *layer, uint64_t page);

/* The class of a page of an area. */
uint8_t layer_class_at(const struct layer *layer, uint64_t page);

/*
 * Goes to where the next pages of some classes (a mask; absent ones are not
 * looked for) begin after a page, or the last ones before it.  LAYER_FROM_END:
 * from the first page of all on, backwards from the last.  1, or 0: none.
 */
#define LAYER_FROM_END UINT64_MAX
int layer_next(const struct layer *layer, uint64_t classes, uint64_t *page,
	       bool backwards);

#endif
