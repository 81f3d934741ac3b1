/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ways to find accesses, as a command line has them: --method and --yes.  What
 * each does to its target is said before it is begun, and one that disturbs is
 * used by consent alone.  What they measure is the library's.
 */
#ifndef TOOLS_METHODS_H
#define TOOLS_METHODS_H

#include <libpagemap/pagemap.h>

/* Room for the names of all methods, with a + between them. */
#define METHODS_SIZE 80

/*
 * Takes the argument of --method: names with commas between them are added to
 * *methods, "help" and "list" set *list.  0, or an exit status after a message.
 */
int methods_take(const char *text, uint32_t *methods, bool *list);

/*
 * Chooses: those of asked if there are any, else the best that may be used.
 * yes: one that disturbs may be.  0, or an exit status after a message.
 */
int methods_choose(struct pagemap_source *source, uint32_t asked, bool yes,
		   uint32_t *ret_methods);

/*
 * Says what they do to their targets, before it is begun, so that it can still
 * be left.
 */
void methods_say_harm(uint32_t methods, bool gentle);

/* What all methods of a mask tell together. */
uint32_t methods_tell(uint32_t methods);

/* "module+soft-dirty". */
void methods_names(uint32_t methods, char names[METHODS_SIZE]);

/*
 * Who would tell all of this, which the methods in use do not: "module,
 * soft-dirty (not here)"; "none" if there is no such method.
 */
void methods_who_tell(struct pagemap_source *source, uint32_t tells, char *text,
		      size_t size);

/* Prints what there is. */
int methods_print(struct pagemap_source *source);

#endif
