/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pages can be told apart by, as people call it.
 */
#include <errno.h>
#include <string.h>

#include "layer.h"

static const struct {
	const char *name;
	const char *line;
} colourings[COLOUR_COUNT] = {
	[COLOUR_STATE] = { "state", "what stands there" },
	[COLOUR_SHARERS] = { "sharers", "how many processes map it" },
	[COLOUR_FLAGS] = { "flags", "what the kernel's flags say of the frame" },
	[COLOUR_OWNER] = { "owner", "the process that has it alone" },
	[COLOUR_USER] = { "user", "the user whose processes alone map it" },
	[COLOUR_GROUP] = { "group",
			   "the group or unit whose processes alone map it" },
	[COLOUR_USE] = { "use", "whether it was read and written" },
	[COLOUR_AGE] = { "age", "how long ago it was used" },
	[COLOUR_CHANGED] = { "changed", "what is other than it was" },
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
