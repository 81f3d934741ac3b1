/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Walks the tables below one root, see vk_walk.h.  The depth is the layout's,
 * the number of tables that of frames, since each is walked once, and that of
 * pages is limited.  Knows not how roots are found.
 */
#include "vk_walk.h"

#include <errno.h>
#include <stdlib.h>

/* ---- What was visited --------------------------------------------------- */

int vk_visited_init(struct vk_visited *visited, uint64_t frame_count)
{
	const uint64_t words = frame_count / 64 + 1;
	uint64_t *bits;

	/* More than there are addresses for, and here too much to multiply. */
	if (frame_count > UINT64_MAX >> 12 || words > SIZE_MAX / sizeof(*bits))
		return -ENOMEM;
	bits = calloc((size_t)words, sizeof(*bits));
	if (!bits)
		return -ENOMEM;
	*visited = (struct vk_visited){ .bits = bits,
					.frame_count = frame_count };
	return 0;
}

void vk_visited_free(struct vk_visited *visited)
{
	if (!visited)
		return;
	free(visited->bits);
	*visited = (struct vk_visited){ 0 };
}

bool vk_visited_has(const struct vk_visited *visited, uint64_t pfn)
{
	return pfn < visited->frame_count &&
	       visited->bits[pfn / 64] >> pfn % 64 & 1;
}

static void visit(struct vk_visited *visited, uint64_t pfn)
{
	visited->bits[pfn / 64] |= UINT64_C(1) << pfn % 64;
}

/* ---- Walking ------------------------------------------------------------ */

struct walk {
	const struct vk_layout *layout;
	const struct vk_memory *memory;
	struct vk_visited *visited;
	struct vk_tree *tree;
	uint64_t leaves_max;
	/* The tables on the way to where the walk is. */
	uint64_t words[VK_LEVELS_MAX][VK_TABLE_WORDS];
};

/*
 * Four sums side by side, for a multiplication takes a while and each would
 * wait for the one before it.
 */
static uint64_t hash_words(uint64_t hash, const uint64_t *words, size_t count)
{
	static const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t sums[4] = { hash, 1, 2, 3 };

	for (size_t i = 0; i < count; i++) {
		uint64_t *sum = &sums[i % 4];

		*sum = (*sum ^ words[i]) * odd;
		*sum ^= *sum >> 32;
	}
	for (size_t i = 1; i < 4; i++)
		sums[0] = ((sums[0] ^ sums[i]) * odd) ^ sums[0] >> 29;
	return sums[0];
}

static int add_leaf(struct walk *walk, uint64_t vpn, uint64_t entry)
{
	struct vk_leaf *leaf;

	if (walk->visited->leaf_count >= walk->leaves_max) {
		walk->tree->wrong |= VK_WRONG_LIMIT;
		return 0;
	}
	leaf = array_push(&walk->tree->leaves, sizeof(*leaf));
	if (!leaf)
		return -ENOMEM;
	*leaf = (struct vk_leaf){ vpn, entry };
	walk->visited->leaf_count++;
	return 0;
}

static int take_leaf(struct walk *walk, uint64_t vpn, uint64_t entry)
{
	switch (vk_leaf_kind(walk->layout, entry)) {
	case VK_LEAF_EMPTY:
		return 0;
	case VK_LEAF_PAGE:
		if (vk_entry_pfn(walk->layout, entry) <
		    walk->memory->frame_count)
			return add_leaf(walk, vpn, entry);
		walk->tree->wrong |= VK_WRONG_OUTSIDE;
		return 0;
	case VK_LEAF_SWAPPED:
		return add_leaf(walk, vpn, entry);
	case VK_LEAF_WRONG:
		break;
	}
	walk->tree->wrong |= VK_WRONG_ENTRY;
	return 0;
}

static int walk_leaves(struct walk *walk, const uint64_t *words, uint64_t vpn)
{
	const size_t count = vk_table_words(walk->layout);
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		if (words[i])
			err = take_leaf(walk, vpn | i, words[i]);
	return err;
}

/* Reads a table that may be walked.  0, or what is wrong with it. */
static uint32_t read_table(const struct walk *walk, uint64_t pfn,
			   uint64_t *ret_words)
{
	if (pfn >= walk->memory->frame_count ||
	    pfn >= walk->visited->frame_count)
		return VK_WRONG_OUTSIDE;
	if (vk_visited_has(walk->visited, pfn))
		return VK_WRONG_TWICE;
	if (walk->memory->read(walk->memory, pfn, 1, ret_words))
		return VK_WRONG_READ;
	return 0;
}

static int add_table(struct walk *walk, uint64_t pfn, const uint64_t *words)
{
	struct vk_tree *tree = walk->tree;
	uint64_t *table = array_push(&tree->tables, sizeof(*table));

	if (!table)
		return -ENOMEM;
	*table = pfn;
	visit(walk->visited, pfn);
	tree->hash = hash_words(tree->hash, words,
				vk_table_words(walk->layout));
	return 0;
}

static int walk_table(struct walk *walk, uint64_t pfn, unsigned int level,
		      uint64_t vpn);

static int walk_tables(struct walk *walk, const uint64_t *words,
		       unsigned int level, uint64_t vpn)
{
	const struct vk_layout *layout = walk->layout;
	const unsigned int below = layout->levels - 1 - level;
	int err = 0;

	for (uint64_t i = 0; i < vk_table_words(layout) && !err; i++) {
		uint64_t child;

		if (vk_entry_is_empty(layout, words[i]))
			continue;
		if (walk->tree->wrong & VK_WRONG_LIMIT)
			break;
		if (vk_entry_is_table(layout, words[i], &child))
			err = walk_table(walk, child, level + 1,
					 vpn | i << layout->index_bits * below);
		else
			walk->tree->wrong |= VK_WRONG_ENTRY;
	}
	return err;
}

/*
 * Comes to itself again by walk_tables, once for each level at most.  vpn: of
 * the first page that the table could map.
 */
static int walk_table(struct walk *walk, uint64_t pfn, unsigned int level,
		      uint64_t vpn)
{
	uint64_t *words = walk->words[level];
	const uint32_t wrong = read_table(walk, pfn, words);
	int err;

	if (wrong) {
		walk->tree->wrong |= wrong;
		return 0;
	}
	err = add_table(walk, pfn, words);
	if (err)
		return err;
	return level == walk->layout->levels - 1 ?
	       walk_leaves(walk, words, vpn) :
	       walk_tables(walk, words, level, vpn);
}

static uint64_t leaves_max(const struct vk_memory *memory)
{
	return memory->frame_count < UINT64_MAX / VK_LEAVES_PER_FRAME ?
	       memory->frame_count * VK_LEAVES_PER_FRAME : UINT64_MAX;
}

int vk_walk(const struct vk_layout *layout, const struct vk_memory *memory,
	    uint64_t root_pfn, struct vk_visited *visited,
	    struct vk_tree *ret_tree)
{
	struct vk_tree tree = { .root_pfn = root_pfn };
	struct walk *walk = malloc(sizeof(*walk));
	int err;

	if (!walk)
		return -ENOMEM;
	walk->layout = layout;
	walk->memory = memory;
	walk->visited = visited;
	walk->tree = &tree;
	walk->leaves_max = leaves_max(memory);
	err = walk_table(walk, root_pfn, 0, 0);
	free(walk);
	if (err) {
		vk_tree_free(&tree);
		return err;
	}
	array_shrink(&tree.leaves, sizeof(struct vk_leaf));
	array_shrink(&tree.tables, sizeof(uint64_t));
	*ret_tree = tree;
	return 0;
}

int vk_walk_is_same(const struct vk_layout *layout,
		    const struct vk_memory *memory, const struct vk_tree *tree)
{
	const uint64_t *tables = tree->tables.items;
	uint64_t words[VK_TABLE_WORDS], hash = 0;

	for (size_t i = 0; i < tree->tables.count; i++) {
		int err = memory->read(memory, tables[i], 1, words);

		if (err)
			return err;
		hash = hash_words(hash, words, vk_table_words(layout));
	}
	return hash == tree->hash;
}

void vk_tree_free(struct vk_tree *tree)
{
	if (!tree)
		return;
	array_free(&tree->leaves);
	array_free(&tree->tables);
	*tree = (struct vk_tree){ 0 };
}
