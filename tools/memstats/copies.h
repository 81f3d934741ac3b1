/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What --one-more and --fit found, and what of it is printed where.
 */
#ifndef MEMSTATS_COPIES_H
#define MEMSTATS_COPIES_H

#include "companions.h"
#include "grid.h"
#include "memstats.h"
#include "trial.h"

#define COPIES_STEPS_MAX 16

/* Numbers of copies to be measured, rising. */
struct copies_plan {
	unsigned int steps[COPIES_STEPS_MAX];
	size_t count;
};

/* Files that are in use: their pages that were accessed in some seconds. */
struct files_in_use {
	struct pagemap_value shared;	/* of all together */
	struct pagemap_value each;	/* and of each copy besides */
	struct pagemap_value floor;	/* code that ran in the first second */
	unsigned int seconds;		/* looked at for so long; 0: not */
	bool flat;			/* it grew by less than 5 % at last */
	struct pagemap_value unmapped;	/* page cache that nobody maps: of
					   files that are read */
	struct pagemap_value came_back;	/* of it, when it had been dropped */
};

/* Copies of a command that were measured. */
struct copies_report {
	const struct settings *settings;
	struct pagemap_source *source;
	char *command;			/* as a shell takes it; NULL: none */
	struct companions companions;	/* that run beside it */
	struct trial trial;
	struct pagemap_copies *copies;
	struct reading beside;		/* the companions alone */
	struct reading last;		/* of all, at the last step */
	unsigned int copy_count;	/* of the command, then */
	bool restless;			/* some step had not settled */
	uint64_t file_growth_bytes;	/* a second: the most of any step */
	/* --fit */
	uint64_t budget_bytes;
	struct files_in_use files;
	struct pagemap_fit_opts opts;
	struct pagemap_fit fit;
	struct pagemap_fit_left left;
};

/* Reads "1,2,3"; false after a message. */
bool copies_plan_parse(const char *text, struct copies_plan *ret_plan);

/* Starts and measures all; 0, or an exit status after a message. */
int copies_measure(struct settings *settings, struct pagemap_source *source,
		   struct copies_report *ret_report);
void copies_report_free(struct copies_report *report);

/* What of page cache copies have in use; 0, or an exit status. */
int files_in_use_find(struct copies_report *report);

/* The cost of a figure; what is not known is UNAVAILABLE. */
struct pagemap_cost copies_cost(const struct copies_report *report,
				enum pagemap_copies_figure figure);

/* Writes it as the settings say; gives the exit status. */
int copies_print(const struct copies_report *report);
int fit_print(const struct copies_report *report);

/* Parts of the output of both. */
int copies_print_table(const struct copies_report *report);
void copies_print_facts(const struct copies_report *report);
int companions_print(const struct copies_report *report);
struct json *copies_json(const struct copies_report *report);
struct json *companions_json(const struct copies_report *report);
void copies_json_open(const struct copies_report *report);
void copies_json_member(const char *key, struct json *value, const char *end);
void copies_json_value(struct json *object, const char *key,
		       const struct pagemap_value *value);
int copies_csv(const struct copies_report *report);

#endif
