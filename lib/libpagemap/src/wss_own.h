/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A method that tells page by page, tried as a session uses it, with this very
 * process as its target.
 */
#ifndef PAGEMAP_WSS_OWN_H
#define PAGEMAP_WSS_OWN_H

#include "wss.h"

struct own_opts {
	uint8_t tells;		/* WSS_ACCESSED or WSS_WRITTEN: what must be
				   told of the pages, and rightly */
	bool registered;	/* the pages are registered with userfaultfd */
	bool flush;		/* the TLB is emptied after forgetting, for a
				   method that does not */
};

/*
 * True if it tells of nearly every page of a few whether it was used, and of
 * none wrongly; else false, or a negative errno if it cannot be tried.
 */
int wss_probe_own(struct pagemap_source *source,
		  const struct wss_method_ops *ops, struct own_opts opts);

#endif
