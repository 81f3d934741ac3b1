/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows that are groups: of processes by user, program, cgroup and so on, or
 * of mappings by name or by process.  What a group's figures mean is the
 * library's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "mappings.h"
#include "memrank.h"

#define UNKNOWN "(unknown)"

struct grouping {
	const struct settings *settings;
	const struct pagemap_snapshot *snapshot;
	struct ranking *ranking;
	uint32_t *group_of;		/* by index of process or mapping */
	size_t item_count;
	uint64_t *processes;		/* by group */
	uint32_t group_count;
	bool by_mapping;		/* items are mappings */
	/* The path that was matched last: a file's mappings follow each other. */
	const char *last_path;
	bool last_matches;
};

bool settings_group(const struct settings *settings)
{
	return settings->by != BY_PROCESS || settings->mapping_filter.set;
}

/* ---- Names of groups --------------------------------------------------- */

static const char *session_of(const struct pagemap_snapshot *snapshot,
			      const struct pagemap_process *process,
			      char *scratch, size_t size)
{
	pid_t session = pagemap_process_session(process);
	const struct pagemap_process *leader;
	const char *comm;

	if (session < 0)
		return NULL;
	leader = session ? pagemap_snapshot_find_pid(snapshot, session) : NULL;
	comm = leader ? pagemap_process_comm(leader) : NULL;
	snprintf(scratch, size, "%d%s%s", (int)session, comm ? " " : "",
		 comm ? comm : "");
	return scratch;
}

static const char *name_of(enum rank_by by,
			   const struct pagemap_snapshot *snapshot,
			   const struct row *row, char *scratch, size_t size)
{
	const struct pagemap_process *process = row->process;
	const char *name;

	switch (by) {
	case BY_USER:
		return row->user;
	case BY_EXE:
		return pagemap_process_exe(process);
	case BY_COMM:
		return pagemap_process_comm(process);
	case BY_CGROUP:
		return pagemap_process_cgroup(process);
	case BY_UNIT:
		name = text_of_unit(row, scratch, size);
		return name || !pagemap_process_cgroup(process) ? name
								: "(no unit)";
	case BY_SESSION:
		return session_of(snapshot, process, scratch, size);
	default:
		return NULL;
	}
}

const char *group_name(enum rank_by by, const struct pagemap_snapshot *snapshot,
		       const struct row *row, char *scratch, size_t size)
{
	const char *name = name_of(by, snapshot, row, scratch, size);

	return name && *name ? name : UNKNOWN;
}

static uint32_t number_of(struct grouping *grouping, const char *name)
{
	return strings_number(grouping->ranking->group_names, name,
			      strlen(name));
}

static uint32_t group_of_row(struct grouping *grouping, size_t i)
{
	const struct row *row = &grouping->ranking->rows[i];
	char scratch[1024];

	if (grouping->settings->by == BY_PROCESS)
		return (uint32_t)i;
	return number_of(grouping, group_name(grouping->settings->by,
					      grouping->snapshot, row, scratch,
					      sizeof(scratch)));
}

/* ---- Which item is in which group -------------------------------------- */

static bool mapping_matches(struct grouping *grouping, const char *name)
{
	const struct filter *filter = &grouping->settings->mapping_filter;

	if (!filter->set)
		return true;
	if (!grouping->last_path || strcmp(grouping->last_path, name) != 0) {
		grouping->last_path = name;
		grouping->last_matches = filter_matches(filter, name);
	}
	return grouping->last_matches;
}

static int place_mappings(struct grouping *grouping,
			  const struct pagemap_process *process, uint32_t group)
{
	size_t i;

	for (i = 0; i < pagemap_process_mapping_count(process); i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(process, i);
		const char *name = mapping_name(mapping);

		if (!mapping_matches(grouping, name))
			continue;
		if (grouping->settings->by == BY_MAPPING)
			group = number_of(grouping, name);
		if (group == STRINGS_NONE)
			return -ENOMEM;
		grouping->group_of[pagemap_mapping_index(mapping)] = group;
	}
	return 0;
}

static int place_items(struct grouping *grouping)
{
	struct ranking *ranking = grouping->ranking;
	size_t i;
	int err = 0;

	for (i = 0; i < ranking->count && !err; i++) {
		const struct pagemap_process *process = ranking->rows[i].process;
		uint32_t group = 0;

		if (grouping->settings->by != BY_MAPPING)
			group = group_of_row(grouping, i);
		if (group == STRINGS_NONE)
			return -ENOMEM;
		if (grouping->by_mapping)
			err = place_mappings(grouping, process, group);
		else
			grouping->group_of[pagemap_process_index(process)] =
				group;
	}
	grouping->group_count = grouping->settings->by == BY_PROCESS ?
				(uint32_t)ranking->count :
				strings_count(ranking->group_names);
	return err;
}

/* ---- What groups hold -------------------------------------------------- */

/* A row's processes count once for each group that it has a mapping in. */
static void count_in_mappings(struct grouping *grouping, size_t row,
			      size_t *last)
{
	const struct row *from = &grouping->ranking->rows[row];
	size_t i;

	for (i = 0; i < pagemap_process_mapping_count(from->process); i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(from->process, i);
		uint32_t group =
			grouping->group_of[pagemap_mapping_index(mapping)];

		if (group == PAGEMAP_NO_GROUP || last[group] == row + 1)
			continue;
		last[group] = row + 1;
		grouping->processes[group] += from->processes;
	}
}

static int count_processes(struct grouping *grouping)
{
	size_t i;
	size_t *last = calloc(grouping->group_count + 1, sizeof(*last));

	grouping->processes = calloc(grouping->group_count + 1,
				     sizeof(*grouping->processes));
	if (!last || !grouping->processes) {
		free(last);
		return -ENOMEM;
	}
	for (i = 0; i < grouping->ranking->count; i++) {
		const struct row *row = &grouping->ranking->rows[i];

		if (grouping->by_mapping) {
			count_in_mappings(grouping, i, last);
			continue;
		}
		grouping->processes[grouping->group_of[
			pagemap_process_index(row->process)]] +=
			row->processes;
	}
	free(last);
	return 0;
}

static int usage_of_items(const struct grouping *grouping, uint32_t group_count,
			  struct pagemap_usage *ret_usages)
{
	const struct pagemap_partition partition = {
		grouping->group_of, grouping->item_count, group_count,
	};

	return (grouping->by_mapping ? pagemap_usage_of_mapping_groups
				     : pagemap_usage_of_groups)(
		grouping->snapshot, &partition, ret_usages);
}

static int find_usages(struct grouping *grouping)
{
	struct ranking *ranking = grouping->ranking;
	size_t i;
	int err;

	ranking->usages = calloc(grouping->group_count + 1,
				 sizeof(*ranking->usages));
	if (!ranking->usages)
		return -ENOMEM;
	err = usage_of_items(grouping, grouping->group_count, ranking->usages);
	if (err || !ranking->totals.usage ||
	    !grouping->settings->mapping_filter.set)
		return err;
	/* The totals are one group of all that matched. */
	for (i = 0; i < grouping->item_count; i++)
		if (grouping->group_of[i] != PAGEMAP_NO_GROUP)
			grouping->group_of[i] = 0;
	return usage_of_items(grouping, 1, &ranking->totals_usage);
}

static void choose_members(const struct grouping *grouping, uint32_t group,
			   bool *which)
{
	const struct ranking *ranking = grouping->ranking;
	size_t i;

	for (i = 0; i < ranking->count; i++)
		which[i] = grouping->group_of[pagemap_process_index(
			ranking->rows[i].process)] == group;
}

/* What adds up of a guest's processes, where groups are of whole ones. */
static int find_sums(struct grouping *grouping)
{
	struct ranking *ranking = grouping->ranking;
	bool *which;
	size_t i;
	int err = 0;

	if (grouping->by_mapping || !pagemap_snapshot_guest(grouping->snapshot))
		return 0;
	ranking->sums = calloc(grouping->group_count + 1,
			       sizeof(*ranking->sums));
	which = calloc(ranking->count + 1, sizeof(*which));
	if (!ranking->sums || !which) {
		free(which);
		return -ENOMEM;
	}
	for (i = 0; i < grouping->group_count && !err; i++) {
		choose_members(grouping, (uint32_t)i, which);
		err = row_sums_make(grouping->snapshot, ranking->rows,
				    ranking->count, which, &ranking->sums[i]);
	}
	free(which);
	return err;
}

static int make_rows(struct grouping *grouping)
{
	struct ranking *ranking = grouping->ranking;
	struct row *rows = calloc(grouping->group_count + 1, sizeof(*rows));
	struct row row = row_init();
	size_t i, kept = 0;

	if (!rows)
		return -ENOMEM;
	if (ranking->count) {
		row.metrics = ranking->rows[0].metrics;
		row.taken_ns = ranking->rows[0].taken_ns;
	}
	for (i = 0; i < grouping->group_count; i++) {
		if (!grouping->processes[i])
			continue;	/* none of its mappings matched */
		rows[kept] = row;
		if (grouping->settings->by == BY_PROCESS)
			rows[kept] = ranking->rows[i];
		rows[kept].usage = &ranking->usages[i];
		rows[kept].sums = ranking->sums ? &ranking->sums[i] : NULL;
		rows[kept].name = strings_at(ranking->group_names, (uint32_t)i);
		rows[kept++].processes = grouping->processes[i];
	}
	free(ranking->rows);
	ranking->rows = rows;
	ranking->count = kept;
	return 0;
}

static int allocate_items(struct grouping *grouping)
{
	size_t i;

	grouping->item_count = grouping->by_mapping ?
		pagemap_snapshot_mapping_count(grouping->snapshot) :
		pagemap_snapshot_process_count(grouping->snapshot);
	grouping->group_of = calloc(grouping->item_count + 1,
				    sizeof(*grouping->group_of));
	if (!grouping->group_of)
		return -ENOMEM;
	for (i = 0; i < grouping->item_count; i++)
		grouping->group_of[i] = PAGEMAP_NO_GROUP;
	return 0;
}

int groups_make(const struct settings *settings,
		const struct pagemap_snapshot *snapshot,
		struct ranking *ranking)
{
	struct grouping grouping = {
		.settings = settings,
		.snapshot = snapshot,
		.ranking = ranking,
		.by_mapping = settings->by == BY_MAPPING ||
			      settings->mapping_filter.set,
	};
	int err;

	ranking->group_names = strings_new();
	err = ranking->group_names ? allocate_items(&grouping) : -ENOMEM;
	if (!err)
		err = place_items(&grouping);
	if (!err)
		err = count_processes(&grouping);
	if (!err)
		err = find_usages(&grouping);
	if (!err)
		err = find_sums(&grouping);
	if (!err)
		err = make_rows(&grouping);
	free(grouping.group_of);
	free(grouping.processes);
	return err;
}

int groups_number(const struct settings *settings,
		  const struct pagemap_snapshot *snapshot,
		  struct ranking *ranking, uint32_t **ret_group_of,
		  uint32_t *ret_count)
{
	struct grouping grouping = {
		.settings = settings,
		.snapshot = snapshot,
		.ranking = ranking,
	};
	int err;

	ranking->group_names = strings_new();
	err = ranking->group_names ? allocate_items(&grouping) : -ENOMEM;
	if (!err)
		err = place_items(&grouping);
	if (err) {
		free(grouping.group_of);
		return err;
	}
	*ret_group_of = grouping.group_of;
	*ret_count = grouping.group_count;
	return 0;
}

int usage_of_rows(const struct pagemap_snapshot *snapshot,
		  const struct row *rows, size_t count,
		  struct pagemap_usage *ret_usage)
{
	size_t i, items = pagemap_snapshot_process_count(snapshot);
	uint32_t *group_of = calloc(items + 1, sizeof(*group_of));
	const struct pagemap_partition partition = { group_of, items, 1 };
	int err;

	if (!group_of)
		return -ENOMEM;
	for (i = 0; i < items; i++)
		group_of[i] = PAGEMAP_NO_GROUP;
	for (i = 0; i < count; i++)
		group_of[pagemap_process_index(rows[i].process)] = 0;
	err = pagemap_usage_of_groups(snapshot, &partition, ret_usage);
	free(group_of);
	return err;
}
