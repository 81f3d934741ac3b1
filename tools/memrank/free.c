/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memrank --free SIZE: the cheapest sets of processes whose end gives SIZE
 * back.  Never proposed are pid 1, this memrank and what it runs in, those that
 * we may not end, and those that --keep selects.  The search is the library's;
 * what each set gives is asked of it once more, with all its parts.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descent.h"
#include "grid.h"
#include "message.h"
#include "source.h"
#include "survey.h"
#include "table.h"

#define SETS_DEFAULT 5

/* What comes back when nobody maps it, whatever else is true. */
#define FREED_KINDS (1u << PAGEMAP_FRAME_ANON | 1u << PAGEMAP_FRAME_KSM)

static const struct grid_column columns[] = {
	{ "SET", "set", GRID_NUMBER },
	{ "FREED", "freed", GRID_SIZE },
	{ "ALONE", "alone", GRID_SIZE },
	{ "PID", "pid", GRID_NUMBER },
	{ "USER", "user", GRID_TEXT },
	{ "COMMAND", "command", GRID_TEXT },
	{ NULL, "quality", GRID_TEXT },		/* of what is freed */
	{ NULL, "processes", GRID_NUMBER },	/* that share the memory */
};

#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))

struct freeing {
	const struct settings *settings;
	struct survey survey;
	bool *allowed;			/* by index of process */
	uint64_t *also_bytes;
	struct pagemap_cheapest *cheapest;
	struct pagemap_value *alone;	/* by index of process, where asked for */
	bool *alone_known;
	struct grid *grid;
	bool exact;
};

int free_take_size(struct settings *settings, const char *text)
{
	if (units_parse(text, &settings->free_bytes))
		return 0;
	message("--free takes a size like 512M or 1.5G, not '%s'", text);
	return EXIT_USAGE;
}

int free_take_keep(struct settings *settings, const char *text)
{
	selector_free(settings->keep);
	settings->keep = NULL;
	return selector_parse(text, &settings->keep);
}

int free_check(const struct settings *settings)
{
	if (settings->by != BY_PROCESS || settings_filter(settings) ||
	    settings->columns.count || settings->sort || settings->reverse ||
	    settings->totals) {
		message("--free looks at all processes and has columns of its "
			"own: of the other choices it takes -n and --keep");
		return EXIT_USAGE;
	}
	return 0;
}

/* ---- Who may be proposed ----------------------------------------------- */

static bool leads(const struct pagemap_process *process, pid_t pid)
{
	size_t i, count;
	const pid_t *pids = pagemap_process_mm_pids(process, &count);

	for (i = 0; i < count; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

/* Whether all processes of an mm could be ended by us. */
static bool may_end(const struct pagemap_process *process)
{
	size_t i, count;
	const pid_t *pids = pagemap_process_mm_pids(process, &count);

	for (i = 0; i < count; i++)
		if (kill(pids[i], 0))
			return false;
	return true;
}

/* This memrank, and its ancestors: with them who asks would end. */
static void protect_ourselves(struct freeing *freeing)
{
	const struct pagemap_snapshot *snapshot = freeing->survey.snapshot;
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(snapshot, getpid());
	size_t steps = 0;

	for (; process && steps < freeing->survey.count; steps++) {
		freeing->allowed[pagemap_process_index(process)] = false;
		process = pagemap_snapshot_find_pid(snapshot,
					pagemap_process_ppid(process));
	}
}

static int find_allowed(struct freeing *freeing)
{
	const struct settings *settings = freeing->settings;
	struct survey *survey = &freeing->survey;
	bool live = pagemap_source_kind(survey->source) == PAGEMAP_SOURCE_LIVE;
	bool *kept = calloc(survey->count + 1, sizeof(*kept));
	size_t i;
	int err = 0;

	freeing->allowed = calloc(survey->count + 1, sizeof(bool));
	freeing->also_bytes = calloc(survey->count + 1, sizeof(uint64_t));
	if (!kept || !freeing->allowed || !freeing->also_bytes)
		err = -ENOMEM;
	if (!err && settings->keep)
		err = selector_match(settings->keep, survey->snapshot,
				     survey->rows, survey->count, kept);
	for (i = 0; i < survey->count && !err; i++) {
		const struct pagemap_process *process =
			survey->rows[i].process;

		freeing->allowed[i] = !kept[i] && !leads(process, 1) &&
				      (!live || may_end(process));
		freeing->also_bytes[i] = pagemap_process_value(process,
					PAGEMAP_PAGE_TABLES).value;
	}
	free(kept);
	if (!err && live)
		protect_ourselves(freeing);
	return err;
}

/* ---- What was found ---------------------------------------------------- */

static int freed_by(const struct freeing *freeing, const uint32_t *members,
		    size_t count, struct pagemap_value *ret_freed)
{
	bool *dies = calloc(freeing->survey.count + 1, sizeof(*dies));
	struct pagemap_if_killed killed;
	size_t i;
	int err;

	if (!dies)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		dies[members[i]] = true;
	err = pagemap_if_killed(freeing->survey.source,
				freeing->survey.sharing, dies, &killed);
	free(dies);
	if (!err)
		*ret_freed = killed.parts[PAGEMAP_KILLED_FREED];
	return err;
}

/* What the end of one gives: asked once, however many sets it is in. */
static int freed_alone(struct freeing *freeing, uint32_t member,
		       struct pagemap_value *ret_freed)
{
	struct pagemap_value *alone = &freeing->alone[member];
	int err = 0;

	if (!freeing->alone_known[member])
		err = freed_by(freeing, &member, 1, alone);
	freeing->alone_known[member] = !err;
	*ret_freed = *alone;
	return err;
}

static int add_member(struct freeing *freeing, size_t set, uint32_t member,
		      const struct pagemap_value *freed)
{
	const struct row *row = &freeing->survey.rows[member];
	struct pagemap_value alone;
	int err = freed_alone(freeing, member, &alone);

	if (err)
		return err;
	grid_number(freeing->grid, (int64_t)set + 1);
	grid_size(freeing->grid, freed);
	grid_size(freeing->grid, &alone);
	grid_number(freeing->grid, pagemap_process_pid(row->process));
	grid_text(freeing->grid, row->user);
	grid_text(freeing->grid, row->command ? row->command : row->comm);
	grid_text(freeing->grid, pagemap_quality_name(freed->quality));
	grid_number(freeing->grid, (int64_t)row->processes);
	return 0;
}

static int add_set(struct freeing *freeing, size_t set)
{
	struct pagemap_value freed;
	size_t i, count;
	const uint32_t *members = pagemap_cheapest_at(freeing->cheapest, set,
						      &count);
	int err = freed_by(freeing, members, count, &freed);

	if (!err && freed.quality != PAGEMAP_EXACT)
		freeing->exact = false;
	for (i = 0; i < count && !err; i++)
		err = add_member(freeing, set, members[i], &freed);
	return err;
}

static int fill_grid(struct freeing *freeing)
{
	size_t set;
	int err = 0;

	freeing->grid = grid_new(columns, COLUMN_COUNT);
	freeing->alone = calloc(freeing->survey.count + 1,
				sizeof(*freeing->alone));
	freeing->alone_known = calloc(freeing->survey.count + 1, sizeof(bool));
	if (!freeing->grid || !freeing->alone || !freeing->alone_known)
		return -ENOMEM;
	for (set = 0; set < pagemap_cheapest_count(freeing->cheapest) && !err;
	     set++)
		err = add_set(freeing, set);
	return err;
}

static int print_json(const struct freeing *freeing)
{
	const struct settings *settings = freeing->settings;
	const struct survey *survey = &freeing->survey;
	struct json *object = json_new_object(), *found = json_new_object();
	struct json *rows = json_new_array();
	int err = grid_json(freeing->grid, rows);

	json_set_text(object, "schema", "memrank/1");
	json_set(object, "source", json_source(survey->source,
					       survey->snapshot));
	json_set(object, "cost", json_cost(survey->snapshot));
	json_set(object, "unreadable", json_unreadable(survey->snapshot));
	json_set_number(found, "wanted_bytes", (int64_t)settings->free_bytes);
	json_set_number(found, "all_bytes", (int64_t)
			pagemap_cheapest_all_bytes(freeing->cheapest));
	if (grid_row_count(freeing->grid))
		json_set_bool(found, "smallest",
			      pagemap_cheapest_is_smallest(freeing->cheapest));
	else
		json_set(found, "smallest", NULL);
	json_set(object, "free", found);
	json_set(object, "rows", rows);
	json_print(object, stdout);
	putchar('\n');
	json_free(object);
	return err;
}

static int print_text(const struct freeing *freeing)
{
	const struct usual *usual = &freeing->settings->usual;
	size_t width, lines, count;

	terminal_size(&width, &lines);
	pagemap_cheapest_at(freeing->cheapest, 0, &count);
	if (usual->header && !pagemap_cheapest_is_smallest(freeing->cheapest))
		puts("Fewer processes may be enough: there are too many ways "
		     "to look at all.");
	else if (usual->header && count > 1)
		printf("No fewer than %zu processes are enough.\n", count);
	return grid_print(freeing->grid, usual->units, usual->header, width,
			  stdout);
}

static int print(const struct freeing *freeing)
{
	if (freeing->settings->usual.json)
		return print_json(freeing);
	if (freeing->settings->usual.csv)
		return grid_csv(freeing->grid, freeing->settings->usual.header,
				stdout);
	return grid_row_count(freeing->grid) ? print_text(freeing) : 0;
}

static void say_not_enough(const struct freeing *freeing)
{
	char all[UNITS_SIZE], wanted[UNITS_SIZE];

	units_format(pagemap_cheapest_all_bytes(freeing->cheapest),
		     UNITS_SUFFIX, all);
	units_format(freeing->settings->free_bytes, UNITS_SUFFIX, wanted);
	message("not even the end of all processes that could be ended gives "
		"%s back: %s would come back", wanted, all);
}

static int find(struct freeing *freeing)
{
	const struct settings *settings = freeing->settings;
	struct pagemap_cheapest_opts opts = {
		.size = sizeof(opts),
		.wanted_bytes = settings->free_bytes,
		.wanted_sets = settings->limit ? (uint32_t)settings->limit
					       : SETS_DEFAULT,
		.kinds = FREED_KINDS,
	};
	int err = find_allowed(freeing);

	opts.allowed = freeing->allowed;
	opts.also_bytes = freeing->also_bytes;
	if (!err)
		err = pagemap_cheapest_find(freeing->survey.sharing, &opts,
					    &freeing->cheapest);
	return err ? err : fill_grid(freeing);
}

static int status_of(const struct freeing *freeing)
{
	if (!grid_row_count(freeing->grid)) {
		say_not_enough(freeing);
		return EXIT_NOTHING;
	}
	return freeing->settings->usual.strict && !freeing->exact ?
	       EXIT_NOT_EXACT : EXIT_DONE;
}

int rank_free(const struct settings *settings, struct pagemap_source *source)
{
	struct survey_needs needs = {
		.metrics = PAGEMAP_METRIC_BIT(PAGEMAP_PAGE_TABLES),
		.identity = PAGEMAP_ID_STAT,
		.names = NAME_USER | NAME_COMMAND | NAME_COMM,
		.frames = PAGEMAP_FRAMES_KINDS,
		.kinds = true,
	};
	struct freeing freeing = { .settings = settings, .exact = true };
	int err, status;

	if (settings->keep) {
		needs.identity |= selector_identity(settings->keep);
		needs.names |= selector_names(settings->keep);
	}
	status = survey_take(settings, source, "--free", &needs,
			     &freeing.survey);
	if (status != EXIT_DONE)
		return status;
	err = find(&freeing);
	if (!err)
		err = print(&freeing);
	if (err)
		message("%s", strerror(-err));
	status = err || message_flush_output() ? EXIT_NOTHING
					       : status_of(&freeing);
	report_unreadable(source, freeing.survey.snapshot);
	grid_free(freeing.grid);
	pagemap_cheapest_free(freeing.cheapest);
	free(freeing.alone);
	free(freeing.alone_known);
	free(freeing.allowed);
	free(freeing.also_bytes);
	survey_free(&freeing.survey);
	return status;
}
