/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What both modules tell of a page.
 */
#ifndef PAGEMAP_PAGE_H
#define PAGEMAP_PAGE_H

#include "compat.h"

/* How often it is mapped, as in /proc/kpagecount. */
static inline u32 page_map_count(struct page *page)
{
	int count;

	/* There the field is used for something else. */
	if (PageSlab(page) || page_has_type(page))
		return 0;
	count = compat_page_mapcount(page);
	return count > 0 ? count : 0;
}

#endif
