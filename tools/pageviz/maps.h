/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which maps the words of the command line mean.
 */
#ifndef PAGEVIZ_MAPS_H
#define PAGEVIZ_MAPS_H

#include "pageviz.h"

/*
 * A word is a pid, or a name: the largest process that is called so.  All of
 * RAM, of the host or of a vkernel, comes after those.  No word, no --physical
 * and no vkernel: the largest of all.  0, or an exit status after a message.
 * source: whose processes words are, see settings_machine().
 */
int maps_choose(const struct settings *settings, struct pagemap_source *source,
		struct map_id maps[PANES_MOST], size_t *ret_count);

#endif
