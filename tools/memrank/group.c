/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows that are groups: of processes by user, program, cgroup and so on, or
 * of mappings by name.  What a group's figures mean is the library's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "memrank.h"

/* A name for each item, and the groups that equal names make. */
struct grouping {
	const char **names;		/* by item; NULL: in no group */
	char **own;			/* those made here */
	size_t own_count;
	uint32_t *group_of;
	uint64_t *processes;		/* by group */
	size_t count;			/* of items */
	struct ranking *ranking;
};

struct named {
	const char *name;
	size_t item;
};

static int compare_named(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->item > y->item) - (x->item < y->item);
}

static const char *own_name(struct grouping *grouping, const char *text,
			    size_t length)
{
	char *name = strndup(text, length);

	if (name)
		grouping->own[grouping->own_count++] = name;
	return name;
}

/* The last .service, .scope or .slice of a cgroup's path. */
static const char *unit_of(struct grouping *grouping, const char *cgroup)
{
	static const char *const endings[] = { ".service", ".scope", ".slice" };
	const char *end = cgroup + strlen(cgroup);
	size_t i;

	while (end > cgroup) {
		const char *begin = end;

		while (begin > cgroup && begin[-1] != '/')
			begin--;
		for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
			size_t length = strlen(endings[i]);

			if ((size_t)(end - begin) > length &&
			    !memcmp(end - length, endings[i], length))
				return own_name(grouping, begin,
						(size_t)(end - begin));
		}
		end = begin > cgroup ? begin - 1 : begin;
	}
	return "(no unit)";
}

static const char *session_of(struct grouping *grouping,
			      const struct pagemap_snapshot *snapshot,
			      const struct pagemap_process *process)
{
	pid_t session = pagemap_process_session(process);
	const struct pagemap_process *leader =
		session > 0 ? pagemap_snapshot_find_pid(snapshot, session)
			    : NULL;
	char text[64];
	int length;

	if (session < 0)
		return "(unknown)";
	if (leader && pagemap_process_comm(leader))
		length = snprintf(text, sizeof(text), "%d %s", (int)session,
				  pagemap_process_comm(leader));
	else
		length = snprintf(text, sizeof(text), "%d", (int)session);
	return own_name(grouping, text, (size_t)length);
}

static const char *name_of(struct grouping *grouping,
			   const struct settings *settings,
			   const struct pagemap_snapshot *snapshot,
			   const struct row *row)
{
	const struct pagemap_process *process = row->process;
	const char *name = NULL;

	switch (settings->by) {
	case BY_USER:
		name = row->user;
		break;
	case BY_EXE:
		name = pagemap_process_exe(process);
		break;
	case BY_COMM:
		name = pagemap_process_comm(process);
		break;
	case BY_CGROUP:
		name = pagemap_process_cgroup(process);
		break;
	case BY_UNIT:
		name = pagemap_process_cgroup(process);
		return name ? unit_of(grouping, name) : "(unknown)";
	case BY_SESSION:
		return session_of(grouping, snapshot, process);
	default:
		break;
	}
	return name && *name ? name : "(unknown)";
}

static const char *mapping_name(const struct pagemap_mapping *mapping)
{
	const char *path = pagemap_mapping_path(mapping);

	return *path ? path : "<anonymous>";
}

/* Items of equal names become groups, in the order of the names. */
static int make_groups(struct grouping *grouping)
{
	struct named *sorted = calloc(grouping->count + 1, sizeof(*sorted));
	struct ranking *ranking = grouping->ranking;
	size_t i, kept = 0;

	ranking->group_names = calloc(grouping->count + 1, sizeof(char *));
	if (!sorted || !ranking->group_names) {
		free(sorted);
		return -ENOMEM;
	}
	for (i = 0; i < grouping->count; i++) {
		grouping->group_of[i] = PAGEMAP_NO_GROUP;
		if (grouping->names[i])
			sorted[kept++] = (struct named){ grouping->names[i], i };
	}
	qsort(sorted, kept, sizeof(*sorted), compare_named);
	for (i = 0; i < kept; i++) {
		if (!i || strcmp(sorted[i - 1].name, sorted[i].name) != 0)
			ranking->group_names[ranking->group_count++] =
				strdup(sorted[i].name);
		grouping->group_of[sorted[i].item] =
			(uint32_t)ranking->group_count - 1;
	}
	free(sorted);
	return 0;
}

static int make_group_rows(struct grouping *grouping)
{
	struct ranking *ranking = grouping->ranking;
	size_t i;

	free(ranking->rows);
	ranking->rows = calloc(ranking->group_count + 1,
			       sizeof(*ranking->rows));
	if (!ranking->rows)
		return -ENOMEM;
	for (i = 0; i < ranking->group_count; i++)
		ranking->rows[i] = (struct row){
			.usage = &ranking->usages[i],
			.name = ranking->group_names[i],
			.processes = grouping->processes[i],
			.start_time_ns = UINT64_MAX,
		};
	ranking->count = ranking->group_count;
	return 0;
}

static int allocate(struct grouping *grouping, size_t count)
{
	grouping->count = count;
	grouping->names = calloc(count + 1, sizeof(*grouping->names));
	grouping->own = calloc(count + 1, sizeof(*grouping->own));
	grouping->group_of = calloc(count + 1, sizeof(*grouping->group_of));
	grouping->processes = calloc(count + 1, sizeof(*grouping->processes));
	return grouping->names && grouping->own && grouping->group_of &&
	       grouping->processes ? 0 : -ENOMEM;
}

static void grouping_free(struct grouping *grouping)
{
	while (grouping->own && grouping->own_count)
		free(grouping->own[--grouping->own_count]);
	free(grouping->own);
	free(grouping->names);
	free(grouping->group_of);
	free(grouping->processes);
}

static void name_processes(struct grouping *grouping,
			   const struct settings *settings,
			   const struct pagemap_snapshot *snapshot,
			   const struct row *rows)
{
	size_t i;

	for (i = 0; i < grouping->count; i++)
		if (settings_show_row(settings, &rows[i]))
			grouping->names[i] = name_of(grouping, settings,
						     snapshot, &rows[i]);
}

static void name_mappings(struct grouping *grouping,
			  const struct settings *settings,
			  const struct pagemap_snapshot *snapshot,
			  const struct row *rows)
{
	size_t i, k;

	for (i = 0; i < pagemap_snapshot_process_count(snapshot); i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_process_at(snapshot, i);

		if (!settings_show_row(settings, &rows[i]))
			continue;
		for (k = 0; k < pagemap_process_mapping_count(process); k++) {
			const struct pagemap_mapping *mapping =
				pagemap_process_mapping_at(process, k);
			const char *name = mapping_name(mapping);

			if (filter_matches(&settings->mapping_filter, name))
				grouping->names[pagemap_mapping_index(mapping)] =
					name;
		}
	}
}

/* A process counts once for each group that it has a mapping in. */
static void count_processes(struct grouping *grouping, bool by_mapping,
			    const struct pagemap_snapshot *snapshot)
{
	size_t i, k, groups = grouping->ranking->group_count;
	size_t *last = calloc(groups + 1, sizeof(*last));

	for (i = 0; last && i < pagemap_snapshot_process_count(snapshot); i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_process_at(snapshot, i);
		size_t count = by_mapping ?
			pagemap_process_mapping_count(process) : 1;

		for (k = 0; k < count; k++) {
			size_t item = by_mapping ? pagemap_mapping_index(
				pagemap_process_mapping_at(process, k)) : i;
			uint32_t group = grouping->group_of[item];

			if (group == PAGEMAP_NO_GROUP || last[group] == i + 1)
				continue;
			last[group] = i + 1;
			grouping->processes[group]++;
		}
	}
	free(last);
}

static int name_rows(const struct settings *settings,
		     struct pagemap_source *source,
		     const struct pagemap_snapshot *snapshot,
		     struct ranking *ranking)
{
	size_t i, count = pagemap_snapshot_process_count(snapshot);

	ranking->rows = calloc(count + 1, sizeof(*ranking->rows));
	if (!ranking->rows)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		ranking->rows[i].process =
			pagemap_snapshot_process_at(snapshot, i);
	return proclist_name_rows(source, snapshot, ranking->rows, count,
				  settings_early_names(settings),
				  &ranking->names);
}

int groups_make(const struct settings *settings, struct pagemap_source *source,
		const struct pagemap_snapshot *snapshot,
		struct ranking *ranking)
{
	bool by_mapping = settings->by == BY_MAPPING;
	struct grouping grouping = { .ranking = ranking };
	struct pagemap_partition partition;
	int err = allocate(&grouping, by_mapping ?
			   pagemap_snapshot_mapping_count(snapshot) :
			   pagemap_snapshot_process_count(snapshot));

	if (!err)
		err = name_rows(settings, source, snapshot, ranking);
	if (!err) {
		if (by_mapping)
			name_mappings(&grouping, settings, snapshot,
				      ranking->rows);
		else
			name_processes(&grouping, settings, snapshot,
				       ranking->rows);
		err = make_groups(&grouping);
	}
	if (!err) {
		ranking->usages = calloc(ranking->group_count + 1,
					 sizeof(*ranking->usages));
		err = ranking->usages ? 0 : -ENOMEM;
	}
	partition = (struct pagemap_partition){
		grouping.group_of, grouping.count, ranking->group_count,
	};
	if (!err)
		err = by_mapping ?
			pagemap_usage_of_mapping_groups(snapshot, &partition,
							ranking->usages) :
			pagemap_usage_of_groups(snapshot, &partition,
						ranking->usages);
	if (!err) {
		count_processes(&grouping, by_mapping, snapshot);
		err = make_group_rows(&grouping);
	}
	grouping_free(&grouping);
	return err;
}
