/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Joining by pages: see vk_match.h.
 *
 * A process and its tree have most pages in common, but so have a parent and
 * its child after a fork, of which either may be missing in what is told, or
 * be younger than it.  So a pair needs two things.  More than half of the pages
 * of either are the other's.  And where both have a page, at most one of
 * sixteen lies in another frame: what a child writes to after a fork gets a
 * frame of its own at the same address (stack, data, heap), while a process
 * that was read twice has other frames there only for what came back from
 * swap meanwhile.  And of the pages that are a process's own among those told
 * of, an eighth is in the tree: two runs of one program have nearly all else in
 * common, and one of them may have ended before the tables were walked.
 *
 * Which pairs are looked at is found by frames that few trees have: one of its
 * own names its owner, one of a library nobody.
 */
#include "vk_match.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Trees that a frame may be of and still tell who somebody is. */
#define HOLDERS_MAX 6

/* Trees that a process is compared with, those with most pages in common. */
#define RIVALS_MAX 8

#define OTHER_SHARE 16
#define OWN_SHARE 8

/* ---- Frames and the trees that have them -------------------------------- */

struct frame {
	uint32_t holders;		/* HOLDERS_MAX + 1: too many */
	uint32_t trees[HOLDERS_MAX];
};

struct index {
	uint32_t *places;		/* by frame: in frames, from 1; 0: none */
	uint64_t frame_count;
	struct frame *frames;
	size_t count;
};

static void index_free(struct index *index)
{
	free(index->places);
	free(index->frames);
}

static void add_holder(struct index *index, uint64_t pfn, uint32_t tree)
{
	struct frame *frame;

	if (!index->places[pfn]) {
		index->frames[index->count++] = (struct frame){ 0 };
		index->places[pfn] = (uint32_t)index->count;
	}
	frame = &index->frames[index->places[pfn] - 1];
	/* Trees come one after another: one that maps it twice was last. */
	if (frame->holders > HOLDERS_MAX ||
	    (frame->holders && frame->trees[frame->holders - 1] == tree))
		return;
	if (frame->holders < HOLDERS_MAX)
		frame->trees[frame->holders] = tree;
	frame->holders++;
}

/* NULL: no tree has it, or too many have. */
static const struct frame *find_frame(const struct index *index, uint64_t pfn)
{
	const struct frame *frame;

	if (pfn >= index->frame_count || !index->places[pfn])
		return NULL;
	frame = &index->frames[index->places[pfn] - 1];
	return frame->holders > HOLDERS_MAX ? NULL : frame;
}

/* How many leaves there are, and the end of the frames that they name. */
static int measure(const struct vk_layout *layout, const struct vk_tree *trees,
		   size_t tree_count, struct index *index, size_t *ret_leaves)
{
	size_t t, i, total = 0;
	uint64_t pfn;

	for (t = 0; t < tree_count; t++) {
		const struct vk_leaf *leaves = trees[t].leaves.items;

		total += trees[t].leaves.count;
		for (i = 0; i < trees[t].leaves.count; i++)
			if (vk_entry_is_page(layout, leaves[i].entry, &pfn) &&
			    pfn >= index->frame_count)
				index->frame_count = pfn + 1;
	}
	*ret_leaves = total;
	return total < UINT32_MAX && tree_count < UINT32_MAX &&
	       index->frame_count < UINT32_MAX ? 0 : -ENOMEM;
}

static int index_make(const struct vk_layout *layout,
		      const struct vk_tree *trees, size_t tree_count,
		      struct index *ret_index)
{
	struct index index = { 0 };
	size_t t, i, leaves_count;
	uint64_t pfn;
	int err = measure(layout, trees, tree_count, &index, &leaves_count);

	if (err)
		return err;
	if (index.frame_count < leaves_count)
		leaves_count = (size_t)index.frame_count;
	index.places = calloc((size_t)index.frame_count + 1,
			      sizeof(*index.places));
	index.frames = malloc((leaves_count + 1) * sizeof(*index.frames));
	if (!index.places || !index.frames) {
		index_free(&index);
		return -ENOMEM;
	}
	for (t = 0; t < tree_count; t++) {
		const struct vk_leaf *leaves = trees[t].leaves.items;

		for (i = 0; i < trees[t].leaves.count; i++)
			if (vk_entry_is_page(layout, leaves[i].entry, &pfn))
				add_holder(&index, pfn, (uint32_t)t);
	}
	*ret_index = index;
	return 0;
}

/* ---- Pairs that may be -------------------------------------------------- */

struct pair {
	size_t process;
	size_t tree;
	uint64_t same;
	uint64_t all;			/* pages that either has, each once */
};

void match_count(const struct vk_layout *layout, const struct vk_tree *tree,
		 const struct told *told, struct match_counts *ret_counts)
{
	const struct vk_leaf *leaf = tree->leaves.items;
	const struct vk_leaf *leaf_end = leaf + tree->leaves.count;
	const struct told_page *page = told->pages.items;
	const struct told_page *page_end = page + told->pages.count;
	struct match_counts counts = { 0 };

	for (; leaf < leaf_end; leaf++) {
		uint64_t pfn;

		if (!vk_entry_is_page(layout, leaf->entry, &pfn))
			continue;
		for (; page < page_end && page->vpn < leaf->vpn; page++)
			counts.process_alone++;
		if (page == page_end || page->vpn != leaf->vpn) {
			counts.tree_alone++;
			continue;
		}
		if (page->pfn == pfn)
			counts.same++;
		else
			counts.other++;
		page++;
	}
	counts.process_alone += (uint64_t)(page_end - page);
	*ret_counts = counts;
}

static bool is_majority(const struct match_counts *counts)
{
	uint64_t both = counts->same + counts->other;

	return counts->same * 2 > both + counts->tree_alone &&
	       counts->same * 2 > both + counts->process_alone &&
	       counts->other * OTHER_SHARE <= both;
}

struct search {
	const struct vk_layout *layout;
	const struct vk_tree *trees;
	size_t tree_count;
	struct index index;
	uint32_t *owners;		/* by frame: the process that has it,
					   from 1; OWNERS_MANY; 0: none */
	uint32_t *votes;		/* by tree, of one process */
	struct array touched;		/* size_t: trees that have any */
	struct array pairs;
};

#define OWNERS_MANY UINT32_MAX

/* Which frames one process alone tells of. */
static int find_owners(struct search *search, const struct told *told,
		       size_t told_count)
{
	size_t i, k;

	search->owners = calloc((size_t)search->index.frame_count + 1,
				sizeof(*search->owners));
	if (!search->owners)
		return -ENOMEM;
	for (i = 0; i < told_count; i++) {
		const struct told_page *pages = told[i].pages.items;

		for (k = 0; k < told[i].pages.count; k++) {
			uint32_t *owner;

			if (pages[k].pfn >= search->index.frame_count)
				continue;
			owner = &search->owners[pages[k].pfn];
			*owner = !*owner || *owner == i + 1 ?
				 (uint32_t)i + 1 : OWNERS_MANY;
		}
	}
	return 0;
}

/* A frame that no tree has is nobody else's either. */
static bool is_own(const struct search *search, size_t process, uint64_t pfn)
{
	return pfn >= search->index.frame_count ||
	       search->owners[pfn] == process + 1;
}

/* Whether enough of what is a process's own is in the tree. */
static bool agrees_in_own(const struct search *search, const struct told *told,
			  size_t process, size_t tree)
{
	const struct vk_leaf *leaf = search->trees[tree].leaves.items;
	const struct vk_leaf *end = leaf + search->trees[tree].leaves.count;
	const struct told_page *pages = told->pages.items;
	size_t i, own = 0, same = 0;

	for (i = 0; i < told->pages.count; i++) {
		uint64_t pfn;

		if (!is_own(search, process, pages[i].pfn))
			continue;
		own++;
		while (leaf < end && leaf->vpn < pages[i].vpn)
			leaf++;
		same += leaf < end && leaf->vpn == pages[i].vpn &&
			vk_entry_is_page(search->layout, leaf->entry, &pfn) &&
			pfn == pages[i].pfn;
	}
	return same * OWN_SHARE >= own;
}

static int vote(struct search *search, const struct told *told)
{
	const struct told_page *pages = told->pages.items;
	size_t i;

	search->touched.count = 0;
	for (i = 0; i < told->pages.count; i++) {
		const struct frame *frame =
			find_frame(&search->index, pages[i].pfn);
		uint32_t k;

		for (k = 0; frame && k < frame->holders; k++) {
			size_t *place;

			if (search->votes[frame->trees[k]]++)
				continue;
			place = array_push(&search->touched, sizeof(*place));
			if (!place)
				return -ENOMEM;
			*place = frame->trees[k];
		}
	}
	return 0;
}

/* The tree with most votes, which has none then; VK_NO_TREE at the end. */
static size_t take_most(struct search *search)
{
	const size_t *touched = search->touched.items;
	size_t i, best = VK_NO_TREE;

	for (i = 0; i < search->touched.count; i++)
		if (search->votes[touched[i]] &&
		    (best == VK_NO_TREE ||
		     search->votes[touched[i]] > search->votes[best]))
			best = touched[i];
	if (best != VK_NO_TREE)
		search->votes[best] = 0;
	return best;
}

static int compare_with(struct search *search, const struct told *told,
			size_t process, size_t tree)
{
	struct match_counts counts;
	struct pair *pair;

	match_count(search->layout, &search->trees[tree], told, &counts);
	if (!is_majority(&counts) ||
	    !agrees_in_own(search, told, process, tree))
		return 0;
	pair = array_push(&search->pairs, sizeof(*pair));
	if (!pair)
		return -ENOMEM;
	*pair = (struct pair){
		process, tree, counts.same, counts.same + counts.other +
		counts.tree_alone + counts.process_alone,
	};
	return 0;
}

static int find_rivals(struct search *search, const struct told *told,
		       size_t process)
{
	const size_t *touched;
	size_t i, tree;
	int err = vote(search, told);

	for (i = 0; i < RIVALS_MAX && !err; i++) {
		tree = take_most(search);
		if (tree == VK_NO_TREE)
			break;
		err = compare_with(search, told, process, tree);
	}
	touched = search->touched.items;
	for (i = 0; i < search->touched.count; i++)
		search->votes[touched[i]] = 0;
	return err;
}

/* ---- The best first ----------------------------------------------------- */

/* By falling share of pages in common; counts are below 2^32. */
static int compare_shares(const struct pair *x, const struct pair *y)
{
	uint64_t a = x->same * y->all, b = y->same * x->all;

	return (a < b) - (a > b);
}

static int compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	int order = compare_shares(x, y);

	if (order)
		return order;
	if (x->tree != y->tree)
		return x->tree < y->tree ? -1 : 1;
	return (x->process > y->process) - (x->process < y->process);
}

/* What is known of each process and tree while pairs are taken. */
struct taking {
	struct told *told;
	uint8_t *process_done, *tree_done;
	uint32_t *process_rivals, *tree_rivals;	/* pairs of this share */
};

static bool is_open(const struct taking *taking, const struct pair *pair)
{
	return !taking->process_done[pair->process] &&
	       !taking->tree_done[pair->tree];
}

/*
 * Processes that agree in every page with one tree, and with no other, are one
 * mm: the first of them, which is the oldest, stands for all.
 */
static bool stands_for_all(const struct taking *taking,
			   const struct pair *pairs, size_t at, size_t begin,
			   size_t end)
{
	size_t i;

	if (pairs[at].same != pairs[at].all)
		return false;
	for (i = begin; i < end; i++)
		if (pairs[i].tree == pairs[at].tree &&
		    taking->process_rivals[pairs[i].process] != 1)
			return false;
	return true;
}

static void take_pair(struct taking *taking, const struct pair *pairs,
		      size_t at, size_t begin, size_t end)
{
	const struct pair *pair = &pairs[at];
	bool first = at == begin || pairs[at - 1].tree != pair->tree;
	bool alone = taking->process_rivals[pair->process] == 1 &&
		     taking->tree_rivals[pair->tree] == 1;

	if (alone || (first && stands_for_all(taking, pairs, at, begin, end)))
		taking->told[pair->process].process.tree = pair->tree;
	else if (stands_for_all(taking, pairs, at, begin, end))
		taking->told[pair->process].process.shares_mm = true;
}

/* Pairs of one share, from begin on: rivals among them get nothing. */
static void take_level(struct taking *taking, struct pair *pairs, size_t begin,
		       size_t end)
{
	size_t i, open = begin;

	for (i = begin; i < end; i++)
		if (is_open(taking, &pairs[i]))
			pairs[open++] = pairs[i];
	for (i = begin; i < open; i++) {
		taking->process_rivals[pairs[i].process]++;
		taking->tree_rivals[pairs[i].tree]++;
	}
	for (i = begin; i < open; i++)
		take_pair(taking, pairs, i, begin, open);
	for (i = begin; i < open; i++) {
		taking->process_done[pairs[i].process] = 1;
		taking->tree_done[pairs[i].tree] = 1;
		taking->process_rivals[pairs[i].process] = 0;
		taking->tree_rivals[pairs[i].tree] = 0;
	}
}

static int take_pairs(struct array *found, struct told *told, size_t told_count,
		      size_t tree_count)
{
	struct pair *pairs = found->items;
	struct taking taking = {
		.told = told,
		.process_done = calloc(told_count + 1, 1),
		.tree_done = calloc(tree_count + 1, 1),
		.process_rivals = calloc(told_count + 1, sizeof(uint32_t)),
		.tree_rivals = calloc(tree_count + 1, sizeof(uint32_t)),
	};
	size_t begin, end;
	int err = taking.process_done && taking.tree_done &&
		  taking.process_rivals && taking.tree_rivals ? 0 : -ENOMEM;

	if (!err && found->count)
		qsort(pairs, found->count, sizeof(*pairs), compare_pairs);
	for (begin = 0; begin < found->count && !err; begin = end) {
		for (end = begin + 1; end < found->count; end++)
			if (compare_shares(&pairs[begin], &pairs[end]))
				break;
		take_level(&taking, pairs, begin, end);
	}
	free(taking.process_done);
	free(taking.tree_done);
	free(taking.process_rivals);
	free(taking.tree_rivals);
	return err;
}

int match_by_pages(const struct vk_layout *layout, const struct vk_tree *trees,
		   size_t tree_count, struct told *told, size_t told_count)
{
	struct search search = {
		.layout = layout, .trees = trees, .tree_count = tree_count,
	};
	size_t i;
	int err = index_make(layout, trees, tree_count, &search.index);

	if (err)
		return err;
	search.votes = calloc(tree_count + 1, sizeof(*search.votes));
	err = search.votes ? find_owners(&search, told, told_count) : -ENOMEM;
	for (i = 0; i < told_count && !err; i++)
		err = find_rivals(&search, &told[i], i);
	if (!err)
		err = take_pairs(&search.pairs, told, told_count, tree_count);
	index_free(&search.index);
	free(search.votes);
	free(search.owners);
	array_free(&search.touched);
	array_free(&search.pairs);
	return err;
}
