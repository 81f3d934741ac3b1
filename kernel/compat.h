/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs from one kernel to the next, once: 5.10 to 7.2.  Each branch
 * names the release that brought the change.  Drivers hold none of it.
 */
#ifndef PAGEMAP_COMPAT_H
#define PAGEMAP_COMPAT_H

#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/version.h>

/* 6.18 made the word of flags a struct. */
static inline unsigned long compat_page_flags(const struct page *page)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
	return page->flags.f;
#else
	return page->flags;
#endif
}

/* 6.12 moved page_mapcount() to where no module sees it. */
static inline int compat_page_mapcount(struct page *page)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
	int count = atomic_read(&page->_mapcount) + 1;

	if (page_mapcount_is_type(count))
		count = 0;
	if (folio_test_large(page_folio(page)))
		count += folio_entire_mapcount(page_folio(page));
	return count;
#else
	return page_mapcount(page);
#endif
}

/* 6.8 gave the largest order of the page allocator its name. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define COMPAT_MAX_ORDER MAX_PAGE_ORDER
#else
#define COMPAT_MAX_ORDER MAX_ORDER
#endif

/* 6.12 dropped PG_error, and PG_mappedtodisk became PG_owner_2. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define COMPAT_KPF_ERROR(raw) 0
#define COMPAT_PG_34 PG_owner_2
#else
#define COMPAT_KPF_ERROR(raw) ((u64)((raw) >> PG_error & 1) << KPF_ERROR)
#define COMPAT_PG_34 PG_mappedtodisk
#endif

#endif
