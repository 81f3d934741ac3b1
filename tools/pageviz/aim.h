/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where options want a view to look: --show, --at and --zoom, which need a
 * picture to mean anything.
 */
#ifndef PAGEVIZ_AIM_H
#define PAGEVIZ_AIM_H

#include "pageviz.h"
#include "stage.h"

/* 0, or an exit status after a message. */
int aim(struct view *view, struct stage *stage, const struct settings *settings);

#endif
