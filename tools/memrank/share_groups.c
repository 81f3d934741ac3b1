/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pairs of groups that share memory: a frame is shared by two groups if a
 * member of each maps it, and counts once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "pairs.h"
#include "share.h"

/* There is a place for each pair: of these, 112 MB. */
#define GROUPS_MAX 2000

/* ---- Which groups a process is in -------------------------------------- */

static int allocate(struct share *share, size_t group_count, size_t items)
{
	struct share_groups *groups = calloc(1, sizeof(*groups));
	size_t processes = share->ranking.count;

	share->groups = groups;
	if (!groups)
		return -ENOMEM;
	groups->count = group_count;
	groups->names = calloc(group_count + 1, sizeof(*groups->names));
	groups->first = calloc(processes + 1, sizeof(*groups->first));
	groups->items = calloc(items + 1, sizeof(*groups->items));
	return groups->names && groups->first && groups->items ? 0 : -ENOMEM;
}

void share_groups_free(struct share_groups *groups)
{
	if (!groups)
		return;
	free(groups->names);
	free(groups->first);
	free(groups->items);
	free(groups);
}

/* members: group by group, a bool a process. */
static void list_by_process(struct share *share, const bool *members)
{
	struct share_groups *groups = share->groups;
	size_t i, k, at = 0, count = share->ranking.count;

	for (i = 0; i < count; i++) {
		groups->first[i] = at;
		for (k = 0; k < groups->count; k++)
			if (members[k * count + i])
				groups->items[at++] = (uint32_t)k;
	}
	groups->first[count] = at;
}

static int make_named(struct share *share)
{
	const struct settings *settings = share->settings;
	size_t i, total = 0, count = share->ranking.count;
	size_t groups = settings->group_count;
	bool *members = calloc(groups * count + 1, sizeof(*members));
	int err = members ? 0 : -ENOMEM;

	for (i = 0; i < groups && !err; i++)
		err = selector_match(settings->groups[i].selector,
				     share->snapshot, share->ranking.rows,
				     count, members + i * count);
	for (i = 0; i < groups * count && !err; i++)
		total += members[i];
	if (!err)
		err = allocate(share, groups, total);
	for (i = 0; i < groups && !err; i++)
		share->groups->names[i] = settings->groups[i].name;
	if (!err)
		list_by_process(share, members);
	free(members);
	return err;
}

static int make_by_key(struct share *share)
{
	size_t i, count = share->ranking.count;
	uint32_t groups, *group_of;
	int err = groups_number(share->settings, share->snapshot,
				&share->ranking, &group_of, &groups);

	if (err)
		return err;
	err = allocate(share, groups, count);
	for (i = 0; i < count && !err; i++) {
		share->groups->first[i] = i;
		share->groups->items[i] = group_of[i];
	}
	if (!err)
		share->groups->first[count] = count;
	for (i = 0; i < groups && !err; i++)
		share->groups->names[i] =
			strings_at(share->ranking.group_names, (uint32_t)i);
	free(group_of);
	return err;
}

int share_groups_make(struct share *share)
{
	int err = share->settings->by == BY_NAMED ? make_named(share)
						  : make_by_key(share);

	if (err) {
		message("%s", strerror(-err));
		return EXIT_NOTHING;
	}
	if (share->groups->count <= GROUPS_MAX)
		return 0;
	message("--sharing takes at most %d groups, and these are %zu: name "
		"some with --group", GROUPS_MAX, share->groups->count);
	return EXIT_USAGE;
}

/* ---- What they share --------------------------------------------------- */

struct pairing {
	const struct share_groups *groups;
	struct pagemap_share_pair *pairs;	/* a triangle */
	size_t *seen;			/* by group: the last set + 1 */
	uint32_t *present;		/* groups of the set at hand */
};

/* The groups that have a member in a set; gives how many. */
static size_t find_groups(struct pairing *pairing, size_t index,
			  const struct pagemap_share_set *set)
{
	const struct share_groups *groups = pairing->groups;
	size_t i, k, count = 0;

	for (i = 0; i < set->member_count; i++) {
		uint32_t process = set->members[i];

		for (k = groups->first[process]; k < groups->first[process + 1];
		     k++) {
			uint32_t group = groups->items[k];

			if (pairing->seen[group] == index + 1)
				continue;
			pairing->seen[group] = index + 1;
			pairing->present[count++] = group;
		}
	}
	return count;
}

static void add_set(struct pairing *pairing, size_t index,
		    const struct pagemap_share_set *set)
{
	size_t i, k, count = find_groups(pairing, index, set);

	for (i = 1; i < count; i++)
		for (k = 0; k < i; k++)
			pairs_add_pages(pairs_at(pairing->pairs,
						 pairing->present[i],
						 pairing->present[k])->pages,
					set->pages);
}

static bool *groups_wanted(const struct share *share)
{
	const struct share_groups *groups = share->groups;
	bool *wanted = calloc(groups->count + 1, sizeof(*wanted));
	size_t i, k;

	for (i = 0; wanted && i < share->ranking.count; i++)
		for (k = groups->first[i]; k < groups->first[i + 1]; k++)
			wanted[groups->items[k]] |=
				!share->wanted || share->wanted[i];
	return wanted;
}

int share_groups_pairs(const struct share *share,
		       struct pagemap_share_pair **ret_pairs, size_t *ret_count)
{
	size_t i, count = share->groups->count;
	struct pagemap_share_set set;
	struct pairing pairing = {
		.groups = share->groups,
		.pairs = pairs_new(count),
		.seen = calloc(count + 1, sizeof(*pairing.seen)),
		.present = calloc(count + 1, sizeof(*pairing.present)),
	};
	bool *wanted = groups_wanted(share);
	int err = pairing.pairs && pairing.seen && pairing.present && wanted ?
		  0 : -ENOMEM;

	for (i = 0; !err && !pagemap_sharing_set_at(share->sharing, i, &set);
	     i++)
		add_set(&pairing, i, &set);
	if (!err) {
		*ret_count = pairs_pack(pairing.pairs, count, wanted);
		*ret_pairs = pairing.pairs;
	} else {
		free(pairing.pairs);
	}
	free(pairing.seen);
	free(pairing.present);
	free(wanted);
	return err;
}
