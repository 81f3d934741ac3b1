/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes of a machine as people know them: names, users, groups.  A
 * group is one that was asked for, or else the unit of the cgroup.
 */
#include "taking.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "proclist.h"
#include "selector.h"

#define NAMES (NAME_USER | NAME_COMM | NAME_COMMAND | NAME_PPID | NAME_UID)

/* Of the path of a cgroup. */
#define UNIT_SIZE 1024

/* The rows of a snapshot while they are looked at. */
struct census_rows {
	struct row *rows;
	size_t count;
	const char **groups;		/* by row; NULL: none was asked for */
	struct proclist *names;
};

static uint32_t names_of(const struct taking *taking)
{
	uint32_t names = NAMES;
	size_t i;

	for (i = 0; i < taking->request->group_count; i++)
		names |= selector_names(taking->request->groups[i].selector);
	return names;
}

uint32_t people_identity(const struct taking *taking)
{
	uint32_t identity = PAGEMAP_ID_CGROUP |
			    proclist_identity(taking->source,
					      names_of(taking));
	size_t i;

	for (i = 0; i < taking->request->group_count; i++)
		identity |= selector_identity(
			taking->request->groups[i].selector);
	return identity;
}

static int name_rows(struct taking *taking, struct census_rows *census)
{
	const struct pagemap_snapshot *snapshot = taking->snapshot;
	size_t i;

	census->count = pagemap_snapshot_process_count(snapshot);
	census->rows = calloc(census->count + 1, sizeof(*census->rows));
	census->groups = calloc(census->count + 1, sizeof(*census->groups));
	if (!census->rows || !census->groups)
		return -ENOMEM;
	for (i = 0; i < census->count; i++) {
		census->rows[i] = row_init();
		census->rows[i].process =
			pagemap_snapshot_process_at(snapshot, i);
	}
	return proclist_name_rows(taking->source, snapshot, census->rows,
				  census->count, names_of(taking),
				  &census->names);
}

/* The first group that a row is selected into is its group. */
static int find_groups(const struct taking *taking, struct census_rows *census)
{
	bool *member = calloc(census->count + 1, sizeof(*member));
	size_t i, k;
	int err = member ? 0 : -ENOMEM;

	for (i = 0; i < taking->request->group_count && !err; i++) {
		const struct reading_group *group =
			&taking->request->groups[i];

		err = selector_match(group->selector, taking->snapshot,
				     census->rows, census->count, member);
		for (k = 0; k < census->count && !err; k++)
			if (member[k] && !census->groups[k])
				census->groups[k] = group->name;
	}
	free(member);
	return err;
}

/* As memrank --by unit names it; "" where that is not known. */
static const char *unit_of(const struct row *row, char scratch[UNIT_SIZE])
{
	const char *unit = text_of_unit(row, scratch, UNIT_SIZE);

	if (unit)
		return unit;
	return pagemap_process_cgroup(row->process) ? "(no unit)" : "";
}

static pid_t guest_pid_of(const struct pagemap_process *process)
{
	struct pagemap_guest_process guest;

	return !pagemap_guest_process(process, &guest) && guest.guest_pid > 0 ?
	       guest.guest_pid : 0;
}

/* Main, the helper that shares its mm, and one child for each guest mm. */
static bool is_of_vkernel(const struct taking *taking, const struct row *row)
{
	pid_t main = store_moment(taking->store)->vkernel.pid;

	return taking->machine == MACHINE_HOST && main > 0 &&
	       (pagemap_process_pid(row->process) == main ||
		row->ppid == main);
}

static int add_person(struct taking *taking, const struct row *row,
		      const char *group)
{
	const struct pagemap_process *process = row->process;
	struct person *person = list_add(&taking->people, sizeof(*person));
	char scratch[UNIT_SIZE];

	if (!person)
		return -ENOMEM;
	*person = (struct person){
		.pid = pagemap_process_pid(process),
		.ppid = (pid_t)row->ppid,
		.guest_pid = guest_pid_of(process),
		.of_vkernel = is_of_vkernel(taking, row),
		.uid = row->uid,
		.status = pagemap_process_status(process),
		.name = store_text(taking->store, row->comm),
		.command = store_text(taking->store, row->command),
		.user = store_text(taking->store, row->user),
		.group = store_text(taking->store,
				    group ? group : unit_of(row, scratch)),
		.rss = pagemap_process_value(process, PAGEMAP_RSS),
		.pss = pagemap_process_value(process, PAGEMAP_PSS),
		.uss = pagemap_process_value(process, PAGEMAP_USS),
	};
	return person->name && person->command && person->user &&
	       person->group ? 0 : -ENOMEM;
}

int people_make(struct taking *taking)
{
	struct census_rows census = { 0 };
	size_t i;
	int err = name_rows(taking, &census);

	if (!err)
		err = find_groups(taking, &census);
	for (i = 0; i < census.count && !err; i++)
		err = add_person(taking, &census.rows[i], census.groups[i]);
	proclist_free(census.names);
	free(census.groups);
	free(census.rows);
	return err;
}

const char *people_name(struct taking *taking,
			const struct pagemap_process *process)
{
	char comm[64];

	if (pagemap_source_comm(taking->source, pagemap_process_pid(process),
				comm, sizeof(comm)))
		return "";
	return store_text(taking->store, comm);
}
