/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One process in depth, over the list: opened, given events, closed.  What it
 * shows is the process view's.
 */
#include "screen.h"

void screen_open_process(struct screen *screen, const struct row *row)
{
	screen_say(screen, STYLE_WARNING, "process %d cannot be opened",
		   (int)pagemap_process_pid(row->process));
}
