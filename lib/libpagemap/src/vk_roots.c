/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which mms a guest has: the roots of its page tables, found by two ways that
 * know nothing of each other (mm_structs, and the tables themselves), walked
 * until nothing changed meanwhile, each with the child that runs it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vk_reading.h"

/*
 * More roots than this in one guest are a lie; and more than there could be
 * trees, for every one has a table of its own at each level.
 */
#define ROOTS_MAX 65536

static size_t roots_max(const struct vk_state *state,
			const struct vk_layout *layout)
{
	uint64_t trees = state->ram.memory.frame_count / layout->levels;

	return trees < ROOTS_MAX ? (size_t)trees : ROOTS_MAX;
}

/* Walks of a guest that does not hold still. */
#define TRIES 4

/* A root to be walked, and whose it is. */
struct candidate {
	uint64_t root_pfn;
	size_t child;			/* VK_NO_CHILD: none named it */
};

static int add_candidate(struct array *candidates, uint64_t root_pfn,
			 size_t child)
{
	struct candidate *place = array_push(candidates, sizeof(*place));

	if (!place)
		return -ENOMEM;
	*place = (struct candidate){ root_pfn, child };
	return 0;
}

static size_t child_of_pid(const struct vk_found *found, pid_t pid)
{
	const struct vk_child *children = found->children.items;
	size_t low = 0, high = found->children.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (children[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < found->children.count && children[low].pid == pid ?
	       low : VK_NO_CHILD;
}

/* ---- By mm_structs ------------------------------------------------------ */

/* Those of the last reading that still are. */
static int refresh_mms(struct vk_state *state)
{
	const struct vk_child *children = state->found.children.items;
	struct vk_mm *mms = state->mms.items;
	size_t i, kept = 0;

	for (i = 0; i < state->mms.count; i++) {
		size_t child = child_of_pid(&state->found, mms[i].pid);
		int got = child == VK_NO_CHILD ?
			vk_mm_lives_on(state->layout, &state->ram.memory,
				       &state->found, &state->shape, &mms[i]) :
			vk_mm_again(&state->ram.memory, &state->found,
				    &children[child], &state->shape, &mms[i]);

		if (got < 0)
			return got;
		if (child == VK_NO_CHILD)
			state->seeks_childless |= got;
		else if (got)
			mms[kept++] = mms[i];
	}
	state->mms.count = kept;
	return 0;
}

/* Every child is known: there is no need to search further. */
static bool knows_all(const struct vk_state *state)
{
	return state->shape.known &&
	       state->mms.count == state->found.children.count;
}

static bool has_swapped(const struct vk_state *state)
{
	return memchr(state->ram.states, PAGEMAP_GUEST_SWAPPED,
		      state->ram.memory.frame_count);
}

/* New mm_structs mostly lie beside old ones, in the same slabs. */
#define NEAR_FRAMES 8

static int see_near(const struct vk_state *state, struct vk_mm_search *search)
{
	const struct vk_mm *mms = state->mms.items;
	size_t i, k;
	int err = 0;

	for (i = 0; i < state->mms.count && !err; i++) {
		uint64_t block = (mms[i].at >> 12) / NEAR_FRAMES;

		/* Each block once. */
		for (k = 0; k < i; k++)
			if ((mms[k].at >> 12) / NEAR_FRAMES == block)
				break;
		if (k == i)
			err = vk_mm_search_frames(search, block * NEAR_FRAMES,
						  NEAR_FRAMES);
	}
	return err;
}

static int search_near(struct vk_state *state)
{
	struct vk_mm_search search;
	struct array found = { 0 }, none = { 0 };
	int err = vk_mm_search_init(&state->ram.memory, &state->found, &search);

	if (err)
		return err;
	err = see_near(state, &search);
	if (!err)
		err = vk_mm_search_end(&search, &none, &state->shape, &found);
	vk_mm_search_free(&search);
	if (err) {
		array_free(&found);
		return err;
	}
	array_free(&state->mms);
	state->mms = found;
	return 0;
}

/* Reads all RAM, once, for both ways. */
static int search_all(struct vk_state *state, const struct vk_layout *layout,
		      bool resident_only, struct array *ret_roots)
{
	struct vk_mm_search search;
	int err = vk_mm_search_init(&state->ram.memory, &state->found, &search);

	if (err)
		return err;
	ret_roots->count = 0;
	state->mms.count = 0;
	err = vk_scan_roots(layout, &state->ram.memory, resident_only,
			    roots_max(state, layout), &search.also, ret_roots);
	state->roots_left_out = err == -E2BIG;
	if (!err || err == -E2BIG)
		err = vk_mm_search_end(&search, ret_roots, &state->shape,
				       &state->mms);
	vk_mm_search_free(&search);
	return err;
}

/*
 * What is in the host's swap is read only if need be: where RAM does not tell
 * of every child.
 */
static int search_mms(struct vk_state *state, const struct vk_layout *layout,
		      struct array *ret_roots)
{
	int err = 0;

	if (state->shape.known && !state->seeks_childless)
		err = search_near(state);
	if (!err && (state->seeks_childless || !knows_all(state)))
		err = search_all(state, layout, true, ret_roots);
	if (!err && !knows_all(state) && has_swapped(state))
		err = search_all(state, layout, false, ret_roots);
	return err;
}

/* Those that a child names first: they own what tables they share. */
static int list_candidates(const struct vk_state *state,
			   const struct array *roots, struct array *ret_list)
{
	const struct vk_mm *mms = state->mms.items;
	const uint64_t *frames = roots->items;
	size_t i, k;
	int err = 0;

	for (i = 0; i < state->mms.count && !err; i++)
		err = add_candidate(ret_list, mms[i].root_pfn,
				    child_of_pid(&state->found, mms[i].pid));
	for (i = 0; i < roots->count && !err; i++) {
		for (k = 0; k < state->mms.count; k++)
			if (mms[k].root_pfn == frames[i])
				break;
		if (k == state->mms.count)
			err = add_candidate(ret_list, frames[i], VK_NO_CHILD);
	}
	return err;
}

/* ---- Walking ------------------------------------------------------------ */

void vk_roots_drop(struct vk_reading *reading)
{
	size_t i;

	for (i = 0; i < reading->process_count; i++)
		vk_tree_free(&reading->processes[i].tree);
	free(reading->processes);
	reading->processes = NULL;
	reading->process_count = 0;
}

/* A copy of a root, or of a part of one, owns no table of its own. */
static bool is_copy(const struct vk_tree *tree)
{
	return (tree->wrong & VK_WRONG_TWICE) && tree->tables.count <= 1;
}

static int walk_all(const struct vk_state *state,
		    const struct vk_layout *layout,
		    const struct array *candidates, struct vk_reading *reading)
{
	const struct candidate *all = candidates->items;
	struct vk_visited visited;
	size_t i;
	int err = vk_visited_init(&visited, reading->frame_count);

	if (err)
		return err;
	reading->processes = calloc(candidates->count + 1,
				    sizeof(*reading->processes));
	if (!reading->processes)
		err = -ENOMEM;
	for (i = 0; i < candidates->count && !err; i++) {
		struct vk_process *process =
			&reading->processes[reading->process_count];

		*process = (struct vk_process){
			.child = all[i].child, .inside = SIZE_MAX,
			.has_root = true,
			.link = all[i].child == VK_NO_CHILD ?
				PAGEMAP_GUEST_LINK_NONE : PAGEMAP_GUEST_LINK_MM,
		};
		err = vk_walk(layout, &state->ram.memory, all[i].root_pfn,
			      &visited, &process->tree);
		if (err)
			break;
		if (all[i].child == VK_NO_CHILD &&
		    (is_copy(&process->tree) || !process->tree.leaves.count))
			vk_tree_free(&process->tree);
		else
			reading->process_count++;
	}
	vk_visited_free(&visited);
	return err;
}

/* Which trees are not what they were; how many, or a negative errno. */
static int mark_changed(const struct vk_state *state,
			const struct vk_layout *layout,
			struct vk_reading *reading)
{
	size_t i;
	int changed = 0;

	for (i = 0; i < reading->process_count; i++) {
		struct vk_process *process = &reading->processes[i];
		int same = vk_walk_is_same(layout, &state->ram.memory,
					   &process->tree);

		if (same < 0)
			return same;
		process->changed = !same || (process->tree.wrong &
					     VK_WRONG_READ);
		changed += process->changed;
	}
	return changed;
}

/*
 * When a second look finds all tables as the first did, they are of one moment:
 * that between the two.
 */
static int walk_still(const struct vk_state *state,
		      const struct vk_layout *layout,
		      const struct array *candidates,
		      struct vk_reading *reading)
{
	int i, changed = 1, err = 0;

	for (i = 0; i < TRIES && changed > 0 && !err; i++) {
		vk_roots_drop(reading);
		err = walk_all(state, layout, candidates, reading);
		if (!err)
			changed = mark_changed(state, layout, reading);
		if (changed < 0)
			err = changed;
	}
	return err;
}

/* ---- Children without an mm_struct, and layouts ------------------------- */

static bool has_process(const struct vk_reading *reading, size_t child)
{
	size_t i;

	for (i = 0; i < reading->process_count; i++)
		if (reading->processes[i].child == child)
			return true;
	return false;
}

/* Of the trees that no child has: the only one that has all the child maps. */
static struct vk_process *find_by_pages(const struct vk_layout *layout,
					struct vk_reading *reading,
					const struct vk_child *child)
{
	struct vk_process *best = NULL;
	uint64_t most = 0;
	bool twice = false;
	size_t i;

	for (i = 0; i < reading->process_count; i++) {
		struct vk_process *process = &reading->processes[i];
		struct vk_overlap overlap;

		if (process->child != VK_NO_CHILD)
			continue;
		vk_overlap_count(layout, &process->tree, child, &overlap);
		if (!overlap.same || overlap.other > overlap.same / 8)
			continue;
		if (overlap.same > most) {
			best = process;
			most = overlap.same;
			twice = false;
		} else if (overlap.same == most) {
			twice = true;
		}
	}
	return twice ? NULL : best;
}

static void link_by_pages(const struct vk_state *state,
			  const struct vk_layout *layout,
			  struct vk_reading *reading)
{
	const struct vk_child *children = state->found.children.items;
	size_t i;

	for (i = 0; i < state->found.children.count; i++) {
		struct vk_process *process;

		if (has_process(reading, i))
			continue;
		process = find_by_pages(layout, reading, &children[i]);
		if (!process)
			continue;
		process->child = i;
		process->link = PAGEMAP_GUEST_LINK_PAGES;
	}
}

static uint64_t count_overlaps(const struct vk_state *state,
			       const struct vk_layout *layout,
			       struct vk_reading *reading)
{
	const struct vk_child *children = state->found.children.items;
	uint64_t same = 0;
	size_t i;

	for (i = 0; i < reading->process_count; i++) {
		struct vk_process *process = &reading->processes[i];

		if (process->child == VK_NO_CHILD)
			continue;
		vk_overlap_count(layout, &process->tree,
				 &children[process->child], &process->overlap);
		same += process->overlap.same;
	}
	return same;
}

/* Those without a child are sought as long as there are any. */
static void note_childless(struct vk_state *state,
			   const struct vk_reading *reading)
{
	size_t i;

	state->seeks_childless = false;
	for (i = 0; i < reading->process_count; i++)
		state->seeks_childless |=
			reading->processes[i].child == VK_NO_CHILD;
}

static int walk_layout(struct vk_state *state, const struct vk_layout *layout,
		       struct vk_reading *reading, uint64_t *ret_same)
{
	struct array roots = { 0 }, candidates = { 0 };
	int err = state->shape.known && state->layout ? refresh_mms(state) : 0;

	state->roots_left_out = false;
	if (!err && (state->seeks_childless || !knows_all(state)))
		err = search_mms(state, layout, &roots);
	if (!err)
		err = list_candidates(state, &roots, &candidates);
	if (!err)
		err = walk_still(state, layout, &candidates, reading);
	if (!err) {
		link_by_pages(state, layout, reading);
		note_childless(state, reading);
		*ret_same = count_overlaps(state, layout, reading);
	}
	array_free(&roots);
	array_free(&candidates);
	return err;
}

/* All children are in it, and have what it says. */
static bool fits_well(const struct vk_state *state,
		      const struct vk_reading *reading, uint64_t same)
{
	uint64_t other = 0;
	size_t i;

	for (i = 0; i < reading->process_count; i++)
		other += reading->processes[i].overlap.other;
	return knows_all(state) && same > other;
}

static void forget_mms(struct vk_state *state)
{
	state->shape = (struct vk_mm_shape){ 0 };
	state->mms.count = 0;
}

/*
 * The layout under which children have most of what the tables say: the first
 * that fits well, and it is walked then.
 */
static int choose_layout(struct vk_state *state, struct vk_reading *reading)
{
	const struct vk_layout *layout;
	uint64_t same = 0, most = 0;
	size_t i;
	int err = 0;

	for (i = 0; (layout = vk_layout_at(i)) && !err; i++) {
		forget_mms(state);
		same = 0;
		err = walk_layout(state, layout, reading, &same);
		if (!err && same > most) {
			most = same;
			state->layout = layout;
		}
		if (!err && fits_well(state, reading, same))
			return 0;
	}
	if (err || !state->layout)
		return err ? err : -ENOTSUP;
	forget_mms(state);
	return walk_layout(state, state->layout, reading, &same);
}

int vk_roots_walk(struct vk_state *state, struct vk_reading *reading)
{
	uint64_t same;
	int err = state->layout ?
		walk_layout(state, state->layout, reading, &same) :
		choose_layout(state, reading);

	if (err == -ENOTSUP)
		source_fail(state->host, err, "page tables of the vkernel: "
			    "none is of a known layout",
			    state->found.facts.pid);
	reading->layout = state->layout;
	return err;
}
