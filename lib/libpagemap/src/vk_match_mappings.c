/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Joining processes that do not tell their frames: see vk_match.h.  A tree may
 * be a process's if all it maps lies in the process's mappings, and if it has a
 * page in more than half of these, guards aside: else whoever maps the most
 * could be anybody.  It is, if nobody else may have that tree and the process
 * may have no other, those aside whose turn has come.
 */
#include "vk_match.h"

#include <errno.h>
#include <stdlib.h>

/*
 * Pairs that are looked at in all: beyond this it takes too long, and whoever
 * is not joined by then is not.
 */
#define PAIRS_MAX (UINT64_C(1) << 24)

/* Pages of a tree that follow each other. */
struct area {
	uint64_t start_vpn;
	uint64_t end_vpn;		/* exclusive */
};

struct state {
	const struct vk_tree *trees;
	struct array *areas;		/* by tree: struct area; empty: taken,
					   or of a tree without pages */
	size_t tree_count;
	struct told *told;
	size_t told_count;
	size_t *only_tree;		/* by process */
	size_t *tree_users;		/* processes that may have a tree */
};

static int list_areas(const struct vk_tree *tree, struct array *ret_areas)
{
	const struct vk_leaf *leaves = tree->leaves.items;
	struct area *area = NULL;
	size_t i;

	for (i = 0; i < tree->leaves.count; i++) {
		if (!area || area->end_vpn != leaves[i].vpn) {
			area = array_push(ret_areas, sizeof(*area));
			if (!area)
				return -ENOMEM;
			area->start_vpn = leaves[i].vpn;
		}
		area->end_vpn = leaves[i].vpn + 1;
	}
	return 0;
}

/* Whether mappings that follow each other hold all of an area. */
static bool holds(const struct told *told, const struct area *area,
		  size_t *mapping)
{
	const struct told_mapping *all = told->mappings.items;
	uint64_t vpn = area->start_vpn;

	while (vpn < area->end_vpn) {
		if (!told_has_page(told, vpn, mapping))
			return false;
		vpn = all[*mapping].end_vpn;
	}
	return true;
}

static bool is_used(const struct told_mapping *mapping,
		    const struct array *areas, size_t *area)
{
	const struct area *all = areas->items;

	while (*area < areas->count && all[*area].end_vpn <= mapping->start_vpn)
		++*area;
	return *area < areas->count && all[*area].start_vpn < mapping->end_vpn;
}

static bool may_have(const struct told *told, const struct vk_tree *tree,
		     const struct array *areas)
{
	const struct told_mapping *mappings = told->mappings.items;
	const struct area *all = areas->items;
	size_t i, at = 0, used = 0, open = 0;

	/* It may tell how many pages it has, if not where. */
	if (told->process.page_count > tree->leaves.count * 2)
		return false;
	for (i = 0; i < areas->count; i++)
		if (!holds(told, &all[i], &at))
			return false;
	for (i = 0, at = 0; i < told->mappings.count; i++) {
		if (mappings[i].closed)
			continue;
		open++;
		used += is_used(&mappings[i], areas, &at);
	}
	return areas->count && used * 2 > open;
}

static bool is_waiting(const struct told *told)
{
	return !told->has_frames && told->process.tree == VK_NO_TREE;
}

/* Who may have what, as things stand. */
static void find_possible(struct state *state)
{
	size_t p, t, possible;

	for (t = 0; t < state->tree_count; t++)
		state->tree_users[t] = 0;
	for (p = 0; p < state->told_count; p++) {
		state->only_tree[p] = VK_NO_TREE;
		if (!is_waiting(&state->told[p]))
			continue;
		for (t = 0, possible = 0; t < state->tree_count; t++) {
			if (!may_have(&state->told[p], &state->trees[t],
				      &state->areas[t]))
				continue;
			state->tree_users[t]++;
			state->only_tree[p] = possible++ ? VK_NO_TREE : t;
		}
	}
}

/* Joins whom there is no doubt of; whether there was any. */
static bool take_sure(struct state *state)
{
	bool any = false;
	size_t p;

	for (p = 0; p < state->told_count; p++) {
		size_t tree = state->only_tree[p];

		if (tree == VK_NO_TREE || state->tree_users[tree] != 1)
			continue;
		state->told[p].process.tree = tree;
		state->areas[tree].count = 0;
		any = true;
	}
	return any;
}

static int fill(struct state *state)
{
	size_t t, p;
	int err = 0;

	for (t = 0; t < state->tree_count && !err; t++)
		err = list_areas(&state->trees[t], &state->areas[t]);
	/* Those that pages have spoken for. */
	for (p = 0; p < state->told_count; p++)
		if (state->told[p].process.tree != VK_NO_TREE)
			state->areas[state->told[p].process.tree].count = 0;
	return err;
}

static void state_free(struct state *state)
{
	size_t t;

	for (t = 0; state->areas && t < state->tree_count; t++)
		array_free(&state->areas[t]);
	free(state->areas);
	free(state->only_tree);
	free(state->tree_users);
}

static size_t count_waiting(const struct state *state)
{
	size_t p, waiting = 0;

	for (p = 0; p < state->told_count; p++)
		waiting += is_waiting(&state->told[p]);
	return waiting;
}

/* Whether one more round may be made, in which somebody could be joined. */
static bool may_go_on(const struct state *state, uint64_t *pairs_left)
{
	uint64_t pairs = (uint64_t)count_waiting(state) * state->tree_count;

	if (!pairs || pairs > *pairs_left)
		return false;
	*pairs_left -= pairs;
	return true;
}

int match_by_mappings(const struct vk_tree *trees, size_t tree_count,
		      struct told *told, size_t told_count)
{
	struct state state = {
		.trees = trees,
		.areas = calloc(tree_count + 1, sizeof(*state.areas)),
		.tree_count = tree_count, .told = told,
		.told_count = told_count,
		.only_tree = calloc(told_count + 1, sizeof(size_t)),
		.tree_users = calloc(tree_count + 1, sizeof(size_t)),
	};
	uint64_t pairs_left = PAIRS_MAX;
	int err = state.areas && state.only_tree && state.tree_users ?
		  0 : -ENOMEM;

	if (!err && count_waiting(&state))
		err = fill(&state);
	while (!err && may_go_on(&state, &pairs_left)) {
		find_possible(&state);
		if (!take_sure(&state))
			break;
	}
	state_free(&state);
	return err;
}
