/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What guest_uses uses, and where: the same numbers stand in working-set.sh.
 */
#ifndef GUEST_USES_H
#define GUEST_USES_H

#define PAGES 600ul
#define USED 100ul
#define STEP 5ul		/* of the pages that are used, each so many */
#define BEATS 5000ul		/* in which a new page is used */

/* Where the pages of each way are. */
#define USES_RING 0x50000000ul
#define USES_NOTHING 0x51000000ul
#define USES_BY_READING 0x52000000ul
#define USES_NEW 0x53000000ul
#define USES_NEW_PAGES 0x54000000ul

#endif
