/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which source is asked for (-S, --vkernel, --inside), and the same opened: a
 * vkernel stands on a source of its host, and may have one of what its guest
 * says.  Says nothing: who opens in front of people is source.h.
 */
#ifndef TOOLS_SOURCE_CHOICE_H
#define TOOLS_SOURCE_CHOICE_H

#include <stdbool.h>

#include <libpagemap/pagemap.h>

/* Texts are borrowed of the command line. */
struct source_choice {
	const char *name;	/* a folder; NULL: the running machine */
	pid_t vkernel;		/* on that one; 0: none */
	bool all_vkernels;	/* all that it has: their tool opens them */
	const char *inside;	/* a folder; NULL: none */
};

/* All that was opened for it. */
struct opened_source {
	struct pagemap_source *source;	/* the one that is read */
	struct pagemap_source *host;	/* a vkernel's, of which it borrows; */
	struct pagemap_source *inside;	/* NULL where there is none */
};

/* What is opened one after the other. */
enum source_step {
	SOURCE_STEP_MACHINE,
	SOURCE_STEP_INSIDE,
	SOURCE_STEP_VKERNEL,
};

/* Whether something else is read than the processes of this machine. */
bool source_is_elsewhere(const struct source_choice *choice);

/* Whether what is read goes on: of the running machine, or of a guest there. */
bool source_is_live(const struct pagemap_source *source);

/*
 * Opens it.  With all_vkernels that is the host alone.  0, or a negative errno
 * and the step that failed; what was opened until then is to be closed too.
 */
int source_choice_open(const struct source_choice *choice,
		       struct opened_source *ret_opened,
		       enum source_step *ret_failed);

/* Closes what was opened; one in which all is NULL is fine. */
void source_close(struct opened_source *opened);

#endif
