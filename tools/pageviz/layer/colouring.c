/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pages can be told apart by, as people call it.
 */
#include <errno.h>
#include <string.h>

#include "layer.h"

/* Of which machines and maps a colouring says something. */
enum {
	OF_PLAIN = 1 << MACHINE_PLAIN,
	OF_GUEST = 1 << MACHINE_GUEST,
	OF_HOST = 1 << MACHINE_HOST,
	OF_ALL = OF_PLAIN | OF_GUEST | OF_HOST,
};

static const struct {
	const char *name;
	const char *line;
	uint8_t machines;
	uint8_t kinds;		/* mask by enum map_kind; 0: all */
} colourings[COLOUR_COUNT] = {
	[COLOUR_STATE] = { "state", "what stands there", OF_ALL, 0 },
	[COLOUR_SHARERS] = { "sharers", "how many processes map it", OF_ALL,
			     0 },
	[COLOUR_FLAGS] = { "flags", "what the kernel's flags say of the frame",
			   OF_ALL, 0 },
	[COLOUR_OWNER] = { "owner", "the process that has it alone", OF_ALL,
			   0 },
	[COLOUR_USER] = { "user", "the user whose processes alone map it",
			  OF_ALL, 0 },
	[COLOUR_GROUP] = { "group",
			   "the group or unit whose processes alone map it",
			   OF_ALL, 0 },
	[COLOUR_USE] = { "use", "whether it was read and written", OF_ALL, 0 },
	[COLOUR_AGE] = { "age", "how long ago it was used",
			 OF_PLAIN | OF_HOST, 0 },
	[COLOUR_CHANGED] = { "changed", "what is other than it was", OF_ALL,
			     0 },
	[COLOUR_HOST] = { "host", "what the host has made of a vkernel's pages",
			  OF_GUEST, 0 },
	[COLOUR_VKERNEL] = { "vkernel", "what of the host's RAM a vkernel has",
			     OF_HOST, 1 << MAP_RAM },
};

const char *colouring_name(enum colouring by)
{
	return colouring_name_at(by);
}

const char *colouring_describe(enum colouring by)
{
	return by < COLOUR_COUNT ? colourings[by].line : NULL;
}

int colouring_from_name(const char *name, enum colouring *ret_by)
{
	size_t i;

	for (i = 0; i < COLOUR_COUNT; i++) {
		if (strcmp(colourings[i].name, name) != 0)
			continue;
		*ret_by = (enum colouring)i;
		return 0;
	}
	return -ENOENT;
}

const char *colouring_name_at(size_t index)
{
	return index < COLOUR_COUNT ? colourings[index].name : NULL;
}

bool colouring_fits(enum colouring by, enum machine_kind machine,
		    enum map_kind kind)
{
	return by < COLOUR_COUNT && colourings[by].machines >> machine & 1 &&
	       (!colourings[by].kinds || colourings[by].kinds >> kind & 1);
}

enum colouring colouring_usual(enum machine_kind machine, enum map_kind kind)
{
	/* What stands there is what a host knows least of its guest. */
	if (machine == MACHINE_GUEST)
		return COLOUR_SHARERS;
	return machine == MACHINE_HOST && kind == MAP_RAM ? COLOUR_VKERNEL
							  : COLOUR_STATE;
}
