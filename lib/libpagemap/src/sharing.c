/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All mapped frames sorted by the set of mms that map them.  Process after
 * process, every frame that it maps moves from the set that it was in to that
 * set and this process: exact, without a hash of sets, and one number a frame.
 * What the sets say of pairs is in sharing_pairs.c.
 */
#include "sharing.h"

#include <errno.h>
#include <stdlib.h>

static struct share_node *node_at(struct pagemap_sharing *sharing,
				  uint32_t index)
{
	return (struct share_node *)sharing->nodes.items + index;
}

static int add_node(struct pagemap_sharing *sharing, uint32_t parent,
		    uint32_t process)
{
	struct share_node *node = array_push(&sharing->nodes, sizeof(*node));

	if (!node || sharing->nodes.count > UINT32_MAX)
		return -ENOMEM;
	node->parent = parent;
	node->process = process;
	return 0;
}

/* The set of a node and this process, which is the last so far. */
static int find_child(struct pagemap_sharing *sharing, uint32_t parent,
		      uint32_t process, uint32_t *ret_child)
{
	struct share_node *node = node_at(sharing, parent);
	int err;

	if (node->child_of != process + 1) {
		err = add_node(sharing, parent, process);
		if (err)
			return err;
		node = node_at(sharing, parent);
		node->child = (uint32_t)sharing->nodes.count - 1;
		node->child_of = process + 1;
	}
	*ret_child = node->child;
	return 0;
}

/* What is in this place moves on, unless this process was seen there. */
static int move(struct pagemap_sharing *sharing, uint32_t *node,
		uint32_t process)
{
	if (node_at(sharing, *node)->process == process)
		return 0;
	return find_child(sharing, *node, process, node);
}

static int move_piece(struct pagemap_sharing *sharing,
		      const struct frame_piece *piece, uint32_t process,
		      uint32_t *nodes)
{
	uint32_t i;
	int err = 0;

	if (!piece->counts)
		return frames_is_mark(piece->uniform) ? 0 :
		       move(sharing, &nodes[piece->slot], process);
	for (i = 0; i < piece->count && !err; i++)
		if (!frames_is_mark(piece->counts[i]))
			err = move(sharing, &nodes[piece->slot + i], process);
	return err;
}

static int move_runs(struct pagemap_sharing *sharing,
		     const struct frames *frames, const packed_run *runs,
		     size_t run_count, uint32_t process, uint32_t *nodes)
{
	struct frame_piece piece;
	size_t i;
	int err = 0;

	for (i = 0; i < run_count; i++) {
		uint64_t first = packed_number(runs[i]);
		uint64_t count = packed_count(runs[i]);

		while (!err && count &&
		       frames_piece(frames, first, count, &piece)) {
			err = move_piece(sharing, &piece, process, nodes);
			first += piece.count;
			count -= piece.count;
		}
	}
	return err;
}

static int sort_frames(struct pagemap_sharing *sharing, uint32_t *slot_nodes)
{
	const struct pagemap_snapshot *snapshot = sharing->snapshot;
	uint32_t i, alone;
	int err = add_node(sharing, 0, NO_PROCESS);

	for (i = 0; i < snapshot->process_count && !err; i++) {
		const struct pagemap_process *process = &snapshot->processes[i];

		if (!process_is_measured(process))
			continue;
		err = move_runs(sharing, snapshot->frames, process->shared,
				process->shared_count, i,
				sharing->node_of_slot);
		if (!err)
			err = move_runs(sharing, snapshot->slots,
					process->swapped,
					process->swapped_count, i, slot_nodes);
		/* Its pages that the kernel itself says it has alone. */
		if (!err)
			err = find_child(sharing, 0, i, &alone);
	}
	return err;
}

/* ---- What each set has ------------------------------------------------- */

static void weigh_slot(struct pagemap_sharing *sharing, uint32_t slot,
		       uint32_t pages)
{
	const struct pagemap_snapshot *snapshot = sharing->snapshot;
	uint32_t node = sharing->node_of_slot[slot];
	struct share_weight *weight = &sharing->weights[node];

	/* A mark: not the memory of a process after all. */
	if (!node)
		return;
	weight->pages[snapshot->kinds[slot]] += pages;
	/* Where no kernel's count tells, any of them may have more sharers. */
	if (snapshot->unseen &&
	    (!snapshot->unseen_counts || snapshot->unseen_counts[slot]))
		weight->unseen[snapshot->kinds[slot]] += pages;
}

static void weigh_frames(struct pagemap_sharing *sharing)
{
	struct frame_piece piece;
	size_t at = 0;
	uint32_t i;

	while (frames_next(sharing->snapshot->frames, &at, &piece)) {
		if (!piece.counts)
			weigh_slot(sharing, piece.slot, piece.count);
		for (i = 0; piece.counts && i < piece.count; i++)
			weigh_slot(sharing, piece.slot + i, 1);
	}
}

static void weigh_slots(struct pagemap_sharing *sharing,
			const uint32_t *slot_nodes)
{
	struct frame_piece piece;
	size_t at = 0;
	uint32_t i;

	/* Slots of swap are counted one by one: none is uniform. */
	while (frames_next(sharing->snapshot->slots, &at, &piece))
		for (i = 0; piece.counts && i < piece.count; i++)
			if (slot_nodes[piece.slot + i])
				sharing->weights[slot_nodes[piece.slot + i]]
					.swap_pages++;
}

static void weigh_exclusive(struct pagemap_sharing *sharing)
{
	const struct pagemap_snapshot *snapshot = sharing->snapshot;
	uint32_t node;

	for (node = 1; node < sharing->nodes.count; node++) {
		const struct share_node *at = share_node_at(sharing, node);
		const struct tally *tally =
			&snapshot->processes[at->process].tally;
		uint64_t *pages = sharing->weights[node].pages;

		if (at->parent)
			continue;
		pages[PAGEMAP_FRAME_ANON] += tally->exclusive_anon;
		pages[PAGEMAP_FRAME_UNKNOWN] += tally->exclusive_file;
	}
}

static int weigh(struct pagemap_sharing *sharing, const uint32_t *slot_nodes)
{
	sharing->weights = calloc(sharing->nodes.count,
				  sizeof(*sharing->weights));
	if (!sharing->weights)
		return -ENOMEM;
	weigh_frames(sharing);
	weigh_slots(sharing, slot_nodes);
	weigh_exclusive(sharing);
	return 0;
}

static bool has_something(const struct share_weight *weight)
{
	uint64_t sum = weight->swap_pages;
	int kind;

	for (kind = 0; kind < PAGEMAP_FRAME_KIND_COUNT; kind++)
		sum += weight->pages[kind];
	return sum != 0;
}

/* Each set's number of members, and the sum of them. */
static size_t count_sets(struct pagemap_sharing *sharing)
{
	uint32_t node, at, count = 0;
	size_t members = 0;

	for (node = 1; node < sharing->nodes.count; node++) {
		struct share_set *set = &sharing->sets[count];

		if (!has_something(&sharing->weights[node]))
			continue;
		*set = (struct share_set){ .node = node,
					   .first_member = members };
		for (at = node; at; at = node_at(sharing, at)->parent)
			set->member_count++;
		members += set->member_count;
		sharing->set_of_node[node] = ++count;
	}
	sharing->set_count = count;
	return members;
}

static int make_sets(struct pagemap_sharing *sharing)
{
	size_t i, members, nodes = sharing->nodes.count;

	sharing->sets = calloc(nodes, sizeof(*sharing->sets));
	sharing->set_of_node = calloc(nodes, sizeof(uint32_t));
	if (!sharing->sets || !sharing->set_of_node)
		return -ENOMEM;
	members = count_sets(sharing);
	sharing->members = calloc(members + 1, sizeof(uint32_t));
	if (!sharing->members)
		return -ENOMEM;
	for (i = 0; i < sharing->set_count; i++) {
		const struct share_set *set = &sharing->sets[i];
		uint32_t *member = sharing->members + set->first_member +
				   set->member_count;
		uint32_t at;

		/* From the last, which has the highest index. */
		for (at = set->node; at; at = node_at(sharing, at)->parent)
			*--member = node_at(sharing, at)->process;
	}
	return 0;
}

static int find_sets(struct pagemap_sharing *sharing)
{
	const struct pagemap_snapshot *snapshot = sharing->snapshot;
	uint32_t *slot_nodes = calloc(frames_slots(snapshot->slots) + 1,
				      sizeof(*slot_nodes));
	int err = -ENOMEM;

	sharing->node_of_slot = calloc(frames_slots(snapshot->frames) + 1,
				       sizeof(*sharing->node_of_slot));
	if (slot_nodes && sharing->node_of_slot)
		err = sort_frames(sharing, slot_nodes);
	if (!err)
		err = weigh(sharing, slot_nodes);
	if (!err)
		err = make_sets(sharing);
	free(slot_nodes);
	return err;
}

int pagemap_sharing_find(const struct pagemap_snapshot *snapshot,
			 struct pagemap_sharing **ret_sharing)
{
	struct pagemap_sharing *sharing;
	int err;

	if (!snapshot->kinds || snapshot->pids || !snapshot->frames_shown)
		return -ENOTSUP;
	sharing = calloc(1, sizeof(*sharing));
	if (!sharing)
		return -ENOMEM;
	sharing->snapshot = snapshot;
	err = find_sets(sharing);
	if (err)
		pagemap_sharing_free(sharing);
	else
		*ret_sharing = sharing;
	return err;
}

void pagemap_sharing_free(struct pagemap_sharing *sharing)
{
	if (!sharing)
		return;
	array_free(&sharing->nodes);
	free(sharing->weights);
	free(sharing->node_of_slot);
	free(sharing->set_of_node);
	free(sharing->sets);
	free(sharing->members);
	free(sharing);
}

/* ---- Looking into it --------------------------------------------------- */

size_t pagemap_sharing_set_count(const struct pagemap_sharing *sharing)
{
	return sharing->set_count;
}

int pagemap_sharing_set_at(const struct pagemap_sharing *sharing, size_t index,
			   struct pagemap_share_set *ret_set)
{
	const struct share_weight *weight;
	const struct share_set *set;
	int kind;

	if (index >= sharing->set_count)
		return -ENOENT;
	set = &sharing->sets[index];
	weight = &sharing->weights[set->node];
	*ret_set = (struct pagemap_share_set){
		.members = sharing->members + set->first_member,
		.member_count = set->member_count,
		.swap_pages = weight->swap_pages,
	};
	for (kind = 0; kind < PAGEMAP_FRAME_KIND_COUNT; kind++) {
		ret_set->pages[kind] = weight->pages[kind];
		ret_set->unseen_pages += weight->unseen[kind];
	}
	return 0;
}

int pagemap_sharing_set_of_frame(const struct pagemap_sharing *sharing,
				 uint64_t pfn, size_t *ret_index)
{
	struct frame_piece piece;
	uint32_t set;

	if (!frames_piece(sharing->snapshot->frames, pfn, 1, &piece))
		return -ENOENT;
	set = sharing->set_of_node[sharing->node_of_slot[piece.slot]];
	if (!set)
		return -ENOENT;
	*ret_index = set - 1;
	return 0;
}

/* The set of the first frame of what can be told at once, and how many. */
static size_t set_of_piece(const struct pagemap_sharing *sharing, uint64_t pfn,
			   uint64_t limit, uint64_t *ret_count)
{
	const uint32_t *set_of_node = sharing->set_of_node, *nodes;
	struct frame_piece piece;
	uint32_t i, set;

	if (!frames_piece(sharing->snapshot->frames, pfn, limit, &piece)) {
		*ret_count = piece.count;
		return PAGEMAP_NO_SET;
	}
	*ret_count = piece.count;
	nodes = sharing->node_of_slot + piece.slot;
	set = set_of_node[nodes[0]];
	for (i = 1; piece.counts && i < piece.count; i++)
		if (set_of_node[nodes[i]] != set) {
			*ret_count = i;
			break;
		}
	return set ? set - 1 : PAGEMAP_NO_SET;
}

void pagemap_sharing_set_run(const struct pagemap_sharing *sharing,
			     uint64_t pfn, uint64_t limit, size_t *ret_set,
			     uint64_t *ret_count)
{
	size_t set = PAGEMAP_NO_SET;
	uint64_t done, count;

	/* Frame numbers end somewhere. */
	if (limit && limit - 1 > UINT64_MAX - pfn)
		limit = UINT64_MAX - pfn + 1;
	for (done = 0; done < limit; done += count) {
		size_t next = set_of_piece(sharing, pfn + done, limit - done,
					   &count);

		if (done && next != set)
			break;
		set = next;
	}
	*ret_set = set;
	*ret_count = done;
}
