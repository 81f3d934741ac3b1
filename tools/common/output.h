/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Standard output that remembers why it failed.
 */
#ifndef TOOLS_OUTPUT_H
#define TOOLS_OUTPUT_H

/*
 * Gives standard output large buffers and a memory for its first error, which
 * stdio forgets when more is written after it.  Once, before any output.
 */
void output_begin(void);

/*
 * Flushes standard output: EXIT_DONE, or EXIT_NOTHING and, if it was no closed
 * pipe, a message.
 */
int output_finish(void);

#endif
