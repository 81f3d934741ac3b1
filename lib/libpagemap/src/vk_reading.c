/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making a reading, step by step, and letting it go: see vk_reading.h.  Each
 * step is the business of another file.
 */
#include "vk_reading.h"

#include <errno.h>
#include <stdlib.h>

/* Readings of a guest whose processes come and go. */
#define TRIES 5

static void free_reading(struct vk_reading *reading)
{
	size_t i;

	for (i = 0; i < reading->process_count; i++)
		vk_tree_free(&reading->processes[i].tree);
	free(reading->processes);
	vk_children_free(&reading->children);
	vk_inside_free(&reading->inside);
	free(reading->states);
	free(reading->uses);
	free(reading->mappers);
	free(reading->bits);
	free(reading->host_pfns);
	free(reading->host_flags);
	free(reading->guest_flags);
	array_free(&reading->runs);
	array_free(&reading->by_host);
	free(reading->places);
	free(reading->place_firsts);
	free(reading);
}

void vk_reading_hold(struct vk_reading *reading)
{
	atomic_fetch_add(&reading->users, 1);
}

void vk_reading_release(struct vk_reading *reading)
{
	if (reading && atomic_fetch_sub(&reading->users, 1) == 1)
		free_reading(reading);
}

static void release_beside(struct source_beside *beside)
{
	vk_reading_release((struct vk_reading *)(void *)beside);
}

/* ---- Who they are ------------------------------------------------------- */

static int compare_processes(const void *a, const void *b)
{
	const struct vk_process *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* A child without a tree is a guest process too, of which nothing is known. */
static int add_childless(struct vk_reading *reading)
{
	size_t i, count = reading->process_count;
	bool *has_tree = calloc(reading->children.count + 1, sizeof(bool));
	struct vk_process *all = reallocarray(reading->processes, count +
					      reading->children.count + 1,
					      sizeof(*all));

	if (all)
		reading->processes = all;
	if (!all || !has_tree) {
		free(has_tree);
		return -ENOMEM;
	}
	for (i = 0; i < count; i++)
		if (all[i].child != VK_NO_CHILD)
			has_tree[all[i].child] = true;
	for (i = 0; i < reading->children.count; i++)
		if (!has_tree[i])
			all[reading->process_count++] = (struct vk_process){
				.child = i, .inside = SIZE_MAX,
				.tree.root_pfn = PAGEMAP_PFN_UNKNOWN,
			};
	free(has_tree);
	return 0;
}

static int name_processes(struct vk_reading *reading)
{
	const struct vk_child *children;
	size_t i;
	int err = add_childless(reading);

	if (err)
		return err;
	children = reading->children.items;
	for (i = 0; i < reading->process_count; i++) {
		struct vk_process *process = &reading->processes[i];

		process->pid = process->child == VK_NO_CHILD ?
			PAGEMAP_GUEST_PID_BASE +
			(pid_t)process->tree.root_pfn :
			children[process->child].pid;
	}
	if (reading->process_count)
		qsort(reading->processes, reading->process_count,
		      sizeof(*reading->processes), compare_processes);
	return 0;
}

const struct vk_process *vk_reading_find(const struct vk_reading *reading,
					 pid_t pid)
{
	const struct vk_process key = { .pid = pid };

	return reading->process_count ?
	       bsearch(&key, reading->processes, reading->process_count,
		       sizeof(key), compare_processes) : NULL;
}

/* ---- What is missing, and what is inside --------------------------------- */

static void note_missing(const struct vk_state *state,
			 struct vk_reading *reading)
{
	size_t i;

	if (state->roots_left_out) {
		reading->incomplete = true;
		reading->incomplete_reason =
			"the guest's RAM is full of what looks like page "
			"tables: some of its processes may be missing";
	}
	for (i = 0; i < reading->process_count; i++) {
		const struct vk_process *process = &reading->processes[i];

		if (!process->has_root) {
			reading->incomplete = true;
			reading->incomplete_reason =
				"of some guest process no page tables were "
				"found";
		} else if (process->tree.wrong & ~(uint32_t)VK_WRONG_READ) {
			reading->incomplete = true;
			reading->incomplete_reason = process->changed ?
				"page tables of some guest process changed "
				"while they were read" :
				"page tables of some guest process make no "
				"sense: what they map is not all known";
		}
	}
}

static int join_inside(struct vk_state *state, struct vk_reading *reading)
{
	struct vk_inside_process *told;
	struct vk_tree *trees;
	size_t i;
	int err;

	if (!state->inside)
		return 0;
	trees = calloc(reading->process_count + 1, sizeof(*trees));
	if (!trees)
		return -ENOMEM;
	for (i = 0; i < reading->process_count; i++)
		trees[i] = reading->processes[i].tree;
	err = vk_inside_join(state->inside, reading->layout, trees,
			     reading->process_count, &reading->inside);
	free(trees);
	if (err)
		return err;
	told = reading->inside.processes.items;
	for (i = 0; i < reading->inside.processes.count; i++)
		if (told[i].tree < reading->process_count)
			reading->processes[told[i].tree].inside = i;
	return 0;
}

/* The guest's own flags of its frames, of when it told of them. */
static int read_guest_flags(struct vk_state *state, struct vk_reading *reading)
{
	size_t done = 0, count = reading->frame_count;
	ssize_t got = 1;

	if (!state->inside || !pagemap_source_has_feature(state->inside,
						PAGEMAP_FEATURE_KPAGEFLAGS))
		return 0;
	reading->guest_flags = malloc(count * sizeof(uint64_t));
	if (!reading->guest_flags)
		return -ENOMEM;
	for (; done < count && got > 0; done += got > 0 ? (size_t)got : 0)
		got = state->inside->ops->read_frames(state->inside,
			FRAME_FLAGS, done, reading->guest_flags + done,
			count - done);
	for (; done < count; done++)
		reading->guest_flags[done] = PAGEMAP_FLAGS_UNKNOWN;
	return 0;
}

/* The reading has its children for itself: the next finds them anew. */
static void take_children(struct vk_state *state, struct vk_reading *reading)
{
	reading->children = state->found.children;
	state->found.children = (struct array){ 0 };
}

/* ---- A moment at which it is all of a piece ------------------------------ */

/* Between a fork and an exec a child and its mm come one after the other. */
static bool is_settled(const struct vk_state *state,
		       const struct vk_reading *reading)
{
	size_t i;

	for (i = 0; i < reading->process_count; i++)
		if (reading->processes[i].child == VK_NO_CHILD ||
		    reading->processes[i].tree.wrong)
			return false;
	return reading->process_count == state->found.children.count;
}

/*
 * Walks it until each child has its tables, and no child came or went.  The
 * last try counts as it is: what does not fit is said.
 */
static int walk_settled(struct vk_state *state, struct vk_reading *reading)
{
	int i, same = 0, err = 0;

	for (i = 1; !err && !same; i++) {
		vk_roots_drop(reading);
		/* What is walked is joined with the children of that moment. */
		err = vk_find_again(state->host, &state->found);
		if (!err)
			err = vk_ram_refresh(&state->ram);
		if (!err)
			err = vk_roots_walk(state, reading);
		if (err || i == TRIES)
			break;
		same = vk_find_same(state->host, &state->found);
		if (same < 0)
			err = same;
		same = same > 0 && is_settled(state, reading);
	}
	return err;
}

int vk_reading_make(struct vk_state *state, bool whole,
		    struct vk_reading **ret_reading)
{
	struct vk_reading *reading = calloc(1, sizeof(*reading));
	int err;

	if (!reading)
		return -ENOMEM;
	reading->beside.release = release_beside;
	reading->beside.ram_end = state->ram.memory.frame_count;
	reading->users = 1;
	reading->zero_pfn = PAGEMAP_PFN_UNKNOWN;
	reading->frame_count = state->ram.memory.frame_count;
	err = walk_settled(state, reading);
	reading->facts = state->found.facts;
	if (!err)
		vk_overhead_read(state->host, &state->found,
				 state->ram.is_shmem, &reading->overhead);
	if (!err)
		err = vk_frames_fill(state, whole, reading);
	if (!err)
		err = vk_share_fill(reading);
	take_children(state, reading);
	if (!err)
		err = name_processes(reading);
	if (!err)
		err = join_inside(state, reading);
	if (!err)
		err = read_guest_flags(state, reading);
	if (!err)
		err = vk_frames_find_runs(reading, whole);
	if (!err && whole)
		err = vk_places_fill(reading);
	if (err) {
		free_reading(reading);
		return err;
	}
	note_missing(state, reading);
	*ret_reading = reading;
	return 0;
}

void vk_state_free(struct vk_state *state)
{
	vk_ram_close(&state->ram);
	vk_found_free(&state->found);
	array_free(&state->mms);
}

size_t vk_leaf_from(const struct vk_tree *tree, uint64_t vpn)
{
	const struct vk_leaf *leaves = tree->leaves.items;
	size_t low = 0, high = tree->leaves.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (leaves[middle].vpn < vpn)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
