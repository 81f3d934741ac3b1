/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether the running kernel keeps a map count for each page or averages over
 * large folios (CONFIG_NO_PAGE_MAPCOUNT, 6.15 on), found by its effect.
 */
#ifndef PAGEMAP_AVERAGES_H
#define PAGEMAP_AVERAGES_H

#include "source.h"

/* True if a count per page is kept; else a reason for people. */
bool counts_are_precise(struct pagemap_source *source, const char **ret_reason);

#endif
