/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Large memory is given back in a thread of its own: the kernel takes a frame's
 * time and more for a hundred megabytes, and whoever draws has none to lose.
 */
#ifndef PAGEVIZ_DATA_DISCARD_H
#define PAGEVIZ_DATA_DISCARD_H

#include <stddef.h>

/* Calls release(item), here where it is small or there is no thread. */
void discard(void (*release)(void *item), void *item, size_t bytes);

#endif
