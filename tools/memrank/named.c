/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --group NAME=SELECTOR: groups that were named, each a row.  A process may be
 * in several of them.  What a selector selects is tools/common's, what the
 * figures of a group mean is the library's; who comes and goes between two
 * rankings is in members.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "escape.h"
#include "memrank.h"
#include "message.h"

/* Who came and went in one group. */
#define CHANGES_SIZE 256

/* Rankings that are made of the groups of one command line. */
struct naming {
	const struct settings *settings;
	const struct pagemap_snapshot *snapshot;
	struct ranking *ranking;
	bool *member;			/* group by group, a bool a row */
	uint32_t *group_of;		/* the partition at hand */
	size_t process_count;
};

/* ---- The command line -------------------------------------------------- */

int groups_take(struct settings *settings, const char *text)
{
	return named_groups_take(text, &settings->groups,
				 &settings->group_count);
}

int groups_check(const struct settings *settings)
{
	if (!settings->group_count)
		return 0;
	if (settings->by != BY_PROCESS || settings->mapping_filter.set) {
		message("--group excludes --by, -m, -u and -M");
		return EXIT_USAGE;
	}
	if (settings->pid_count) {
		message("--group takes processes by its selector, as pid:%d",
			(int)settings->pids[0]);
		return EXIT_USAGE;
	}
	return 0;
}

void groups_free(struct settings *settings)
{
	named_groups_free(settings->groups, settings->group_count);
}

uint32_t groups_identity(const struct settings *settings)
{
	return named_groups_identity(settings->groups, settings->group_count);
}

uint32_t groups_names(const struct settings *settings)
{
	/* Who comes and goes is said with its name. */
	uint32_t names = settings->group_count && settings->watch_s ? NAME_COMM
								    : 0;

	return names | named_groups_names(settings->groups,
					  settings->group_count);
}

/* ---- Members ----------------------------------------------------------- */

static const bool *members_of(const struct naming *naming, size_t group)
{
	return naming->member + group * naming->ranking->count;
}

/* The group of a row's process, in the round that is being made. */
static uint32_t *group_of_row(const struct naming *naming, size_t i)
{
	return &naming->group_of[pagemap_process_index(
		naming->ranking->rows[i].process)];
}

static int find_members(struct naming *naming)
{
	const struct settings *settings = naming->settings;
	struct ranking *ranking = naming->ranking;
	size_t i, count = ranking->count;
	int err = 0;

	for (i = 0; i < settings->group_count && !err; i++) {
		struct group_found *found = &ranking->found[i];
		bool *member = naming->member + i * count;
		size_t k;

		err = selector_match(settings->groups[i].selector,
				     naming->snapshot, ranking->rows, count,
				     member);
		if (err)
			break;
		for (k = 0; k < count; k++)
			if (member[k])
				found->processes += ranking->rows[k].processes;
		found->unsure = selector_unsure(settings->groups[i].selector,
						ranking->rows, count, member);
		err = members_add(ranking->members, (uint32_t)i, ranking->rows,
				  count, member);
	}
	return err;
}

/* ---- Figures ----------------------------------------------------------- */

static void clear_partition(struct naming *naming)
{
	size_t i;

	for (i = 0; i < naming->process_count; i++)
		naming->group_of[i] = PAGEMAP_NO_GROUP;
}

static bool fits(const struct naming *naming, size_t group)
{
	const bool *member = members_of(naming, group);
	size_t i;

	for (i = 0; i < naming->ranking->count; i++)
		if (member[i] && *group_of_row(naming, i) !=
				 PAGEMAP_NO_GROUP)
			return false;
	return true;
}

static void place(struct naming *naming, size_t group, uint32_t number)
{
	const bool *member = members_of(naming, group);
	size_t i;

	for (i = 0; i < naming->ranking->count; i++)
		if (member[i])
			*group_of_row(naming, i) = number;
}

static int measure_partition(const struct naming *naming, size_t group_count,
			     struct pagemap_usage *ret_usages)
{
	const struct pagemap_partition partition = {
		naming->group_of, naming->process_count, group_count,
	};

	return pagemap_usage_of_groups(naming->snapshot, &partition,
				       ret_usages);
}

/*
 * The library takes a partition: groups without a member in common are
 * measured together, as many as fit, and the others in further rounds.
 */
static int measure_round(struct naming *naming, bool *done)
{
	size_t i, kept = 0, count = naming->settings->group_count;
	struct pagemap_usage *usages = calloc(count, sizeof(*usages));
	size_t *groups = calloc(count, sizeof(*groups));
	int err = usages && groups ? 0 : -ENOMEM;

	clear_partition(naming);
	for (i = 0; i < count && !err; i++) {
		if (done[i] || !fits(naming, i))
			continue;
		place(naming, i, (uint32_t)kept);
		groups[kept++] = i;
		done[i] = true;
	}
	if (!err)
		err = measure_partition(naming, kept, usages);
	for (i = 0; i < kept && !err; i++)
		naming->ranking->usages[groups[i]] = usages[i];
	free(usages);
	free(groups);
	return err;
}

static int measure_groups(struct naming *naming)
{
	size_t i, count = naming->settings->group_count;
	bool *done = calloc(count, sizeof(*done));
	int err = done ? 0 : -ENOMEM;

	for (i = 0; i < count && !err; i++)
		if (!done[i])
			err = measure_round(naming, done);
	free(done);
	return err;
}

/* What the members of all groups have of the host, if they are a guest's. */
static int sum_totals(struct naming *naming)
{
	struct ranking *ranking = naming->ranking;
	bool *which;
	size_t i;
	int err;

	if (!pagemap_snapshot_guest(naming->snapshot))
		return 0;
	which = calloc(ranking->count + 1, sizeof(*which));
	if (!which)
		return -ENOMEM;
	for (i = 0; i < ranking->count; i++)
		which[i] = *group_of_row(naming, i) != PAGEMAP_NO_GROUP;
	err = row_sums_make(naming->snapshot, ranking->rows, ranking->count,
			    which, &ranking->totals_sums);
	ranking->totals.sums = &ranking->totals_sums;
	free(which);
	return err;
}

/* All members of all groups, each page once. */
static int measure_totals(struct naming *naming)
{
	struct ranking *ranking = naming->ranking;
	size_t i;
	int err;

	if (!ranking->totals.usage)
		return 0;
	clear_partition(naming);
	for (i = 0; i < naming->settings->group_count; i++)
		place(naming, i, 0);
	ranking->totals.processes = 0;
	for (i = 0; i < ranking->count; i++)
		if (*group_of_row(naming, i) != PAGEMAP_NO_GROUP)
			ranking->totals.processes += ranking->rows[i].processes;
	err = sum_totals(naming);
	return err ? err : measure_partition(naming, 1,
					     &ranking->totals_usage);
}

/* Who may be a member and is not counted makes every figure too small. */
static void mark_unsure(struct pagemap_usage *usage)
{
	size_t i;

	for (i = 0; i < PAGEMAP_METRIC_COUNT; i++) {
		if (usage->quality[i] >= PAGEMAP_ESTIMATED)
			continue;
		usage->quality[i] = PAGEMAP_ESTIMATED;
		usage->reason[i] = PAGEMAP_REASON_DENIED;
	}
}

/* What adds up of a guest's processes. */
static int find_sums(struct naming *naming)
{
	struct ranking *ranking = naming->ranking;
	size_t i;
	int err = 0;

	if (!pagemap_snapshot_guest(naming->snapshot))
		return 0;
	ranking->sums = calloc(naming->settings->group_count,
			       sizeof(*ranking->sums));
	if (!ranking->sums)
		return -ENOMEM;
	for (i = 0; i < naming->settings->group_count && !err; i++)
		err = row_sums_make(naming->snapshot, ranking->rows,
				    ranking->count, members_of(naming, i),
				    &ranking->sums[i]);
	return err;
}

/* ---- Rows -------------------------------------------------------------- */

static int make_rows(struct naming *naming)
{
	const struct settings *settings = naming->settings;
	struct ranking *ranking = naming->ranking;
	size_t i, count = settings->group_count;
	struct row *rows = calloc(count, sizeof(*rows));
	struct row row = row_init();

	if (!rows)
		return -ENOMEM;
	if (ranking->count) {
		row.metrics = ranking->rows[0].metrics;
		row.taken_ns = ranking->rows[0].taken_ns;
	}
	for (i = 0; i < count; i++) {
		const struct group_found *found = &ranking->found[i];

		/* Nobody uses nothing: all figures are 0 and exact. */
		if (!found->processes && !found->unsure)
			ranking->usages[i] = (struct pagemap_usage){ 0 };
		else if (found->unsure)
			mark_unsure(&ranking->usages[i]);
		rows[i] = row;
		rows[i].usage = &ranking->usages[i];
		if (ranking->sums && !found->unsure)
			rows[i].sums = &ranking->sums[i];
		rows[i].name = settings->groups[i].name;
		rows[i].processes = found->processes;
		rows[i].counted = true;
	}
	free(ranking->rows);
	ranking->rows = rows;
	ranking->count = count;
	return 0;
}

static int allocate(struct naming *naming)
{
	struct ranking *ranking = naming->ranking;
	size_t groups = naming->settings->group_count;

	naming->process_count =
		pagemap_snapshot_process_count(naming->snapshot);
	naming->member = calloc(groups * ranking->count + 1, sizeof(bool));
	naming->group_of = calloc(naming->process_count + 1, sizeof(uint32_t));
	ranking->usages = calloc(groups, sizeof(*ranking->usages));
	ranking->found = calloc(groups, sizeof(*ranking->found));
	ranking->members = members_new();
	return naming->member && naming->group_of &&
	       ranking->usages && ranking->found && ranking->members ? 0
								     : -ENOMEM;
}

int named_groups_make(const struct settings *settings,
		      const struct pagemap_snapshot *snapshot,
		      struct ranking *ranking)
{
	struct naming naming = {
		.settings = settings,
		.snapshot = snapshot,
		.ranking = ranking,
	};
	int err = allocate(&naming);

	if (!err) {
		err = find_members(&naming);
	}
	if (!err)
		err = measure_groups(&naming);
	if (!err)
		err = measure_totals(&naming);
	if (!err)
		err = find_sums(&naming);
	if (!err)
		err = make_rows(&naming);
	free(naming.member);
	free(naming.group_of);
	return err;
}

/* ---- What is said of them ---------------------------------------------- */

static const char *plural(size_t count)
{
	return count == 1 ? "" : "es";
}

void groups_report(const struct settings *settings,
		   const struct pagemap_snapshot *snapshot,
		   const struct group_found *found)
{
	size_t i, vanished = pagemap_snapshot_vanished_count(snapshot);

	for (i = 0; found && i < settings->group_count; i++) {
		const char *name = settings->groups[i].name;

		if (found[i].unsure)
			message("group %s: %zu process%s may belong to it: "
				"what decides could not be read", name,
				found[i].unsure, plural(found[i].unsure));
		else if (!found[i].processes)
			message("group %s: no process matches", name);
	}
	if (found && vanished)
		message("%zu process%s ended while being read: in no group",
			vanished, plural(vanished));
}

void groups_report_changes(const struct settings *settings,
			   const struct kept *kept)
{
	char text[CHANGES_SIZE];
	uint32_t i;

	for (i = 0; kept->before && i < settings->group_count; i++)
		if (members_changes(kept->before, kept->members, i, text,
				    sizeof(text)))
			message("%s: %s", settings->groups[i].name, text);
}

/* The changes of all groups, if there are any, in the line that is kept. */
static void join_changes(const struct settings *settings, uint64_t time_ns,
			 struct kept *kept)
{
	time_t seconds = (time_t)(time_ns / 1000000000u);
	char text[CHANGES_SIZE], name[64], *line = kept->changes;
	size_t at = 0, size = sizeof(kept->changes);
	struct tm local;
	uint32_t i;

	for (i = 0; i < settings->group_count && at + 1 < size; i++) {
		int more;

		if (!members_changes(kept->before, kept->members, i, text,
				     sizeof(text)))
			continue;
		if (!at && localtime_r(&seconds, &local))
			at = strftime(line, size, "%H:%M:%S", &local);
		escape_text(settings->groups[i].name, name, sizeof(name));
		more = snprintf(line + at, size - at, "  %s: %s", name, text);
		at = more < 0 || (size_t)more >= size - at ? size - 1
							   : at + (size_t)more;
	}
}

void groups_print_changes(const struct settings *settings, uint64_t time_ns,
			  size_t width, struct kept *kept, FILE *out)
{
	size_t length;

	if (kept->before)
		join_changes(settings, time_ns, kept);
	length = width ? escape_fit(kept->changes, width)
		       : strlen(kept->changes);
	fprintf(out, "%.*s\n", (int)length, kept->changes);
}
