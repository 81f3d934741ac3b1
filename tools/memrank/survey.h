/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A census of the whole machine sorted by who shares what, with a row for each
 * process: what the questions about sets of processes begin with.
 */
#ifndef SURVEY_H
#define SURVEY_H

#include "memrank.h"

struct survey {
	struct pagemap_source *source;	/* borrowed */
	struct pagemap_snapshot *snapshot;
	struct pagemap_sharing *sharing;
	struct row *rows;		/* by index of process, named */
	size_t count;
	struct proclist *names;
};

/*
 * What is needed beyond the sizes: metrics, names and identity of all rows,
 * which are added up with what the caller asks.
 */
struct survey_needs {
	uint64_t metrics;
	uint32_t identity;
	uint32_t names;
	enum pagemap_frame_detail frames;
	bool kinds;			/* it makes no sense without */
};

/*
 * Takes it.  what: the option that asks, for messages.  EXIT_DONE, or another
 * exit status after a message; a survey that failed need not be freed.
 */
int survey_take(const struct settings *settings, struct pagemap_source *source,
		const char *what, const struct survey_needs *needs,
		struct survey *ret_survey);
void survey_free(struct survey *survey);

#endif
