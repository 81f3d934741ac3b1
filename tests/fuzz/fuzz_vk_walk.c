/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest's RAM: its roots are looked for and walked, which must end soon,
 * read no frame that is not there and give no page outside of RAM.
 *
 * The first byte is the layout, with a bit for a frame that cannot be read; then
 * stretches of words that follow each other in a frame, 8 bytes each: the frame,
 * the first word (2 bytes), how many more, flags and what lies above the frame
 * (2 bytes: 12 bits and 4), the frame that is named, and by how much it rises
 * from word to word.
 */
#include "fuzz.h"
#include "unit/own_guest_memory.h"

#define FRAMES 32
#define FIRST 1
#define ROOTS_MAX 20
#define STRETCH_BYTES 8

static void put_stretch(struct guest_ram *ram, const uint8_t *at)
{
	uint64_t *words = guest_ram_words(ram, at[0] % FRAMES);
	const uint64_t flags = (at[4] | (unsigned int)at[5] << 8) & 0xfff;
	const uint64_t above = (uint64_t)(at[5] >> 4) << 60;
	size_t index = at[1] | (size_t)at[2] << 8;
	uint64_t pfn = at[6];

	for (size_t i = 0; i <= at[3]; i++, pfn += at[7])
		words[index++ % GUEST_TABLE_WORDS] = above | pfn << 12 | flags;
}

/* Of two readings what one found is walked; its leaves are in RAM, rising. */
static void check_leaves(const struct vk_layout *layout,
			 const struct vk_tree *tree)
{
	const struct vk_leaf *leaves = tree->leaves.items;
	const uint64_t end = UINT64_C(1) << layout->index_bits * layout->levels;

	for (size_t i = 0; i < tree->leaves.count; i++) {
		enum vk_leaf_kind kind = vk_leaf_kind(layout, leaves[i].entry);

		CHECK(leaves[i].vpn < end);
		CHECK(!i || leaves[i].vpn > leaves[i - 1].vpn);
		CHECK(kind == VK_LEAF_PAGE || kind == VK_LEAF_SWAPPED);
		CHECK(kind == VK_LEAF_SWAPPED ||
		      vk_entry_pfn(layout, leaves[i].entry) < FRAMES);
	}
}

static void check_tables(const struct vk_tree *tree,
			 const struct vk_visited *visited, bool *taken)
{
	const uint64_t *tables = tree->tables.items;

	CHECK(!tree->tables.count || tables[0] == tree->root_pfn);
	for (size_t i = 0; i < tree->tables.count; i++) {
		CHECK(tables[i] < FRAMES && !taken[tables[i]]);
		CHECK(vk_visited_has(visited, tables[i]));
		taken[tables[i]] = true;
	}
}

static void walk_one(const struct vk_layout *layout, struct guest_memory *guest,
		     uint64_t root, struct vk_visited *visited, bool *taken)
{
	const uint64_t before = guest->frames_read;
	struct vk_tree tree;

	CHECK(!vk_walk(layout, &guest->memory, root, visited, &tree));
	CHECK(guest->frames_read - before == tree.tables.count);
	CHECK(tree.root_pfn == root);
	check_leaves(layout, &tree);
	check_tables(&tree, visited, taken);
	CHECK(visited->leaf_count <= FRAMES * VK_LEAVES_PER_FRAME);
	CHECK(vk_walk_is_same(layout, &guest->memory, &tree) == 1);
	vk_tree_free(&tree);
}

/* The roots first, then every frame as if it were one, and some beside RAM. */
static void walk_all(const struct vk_layout *layout, struct guest_memory *guest,
		     const struct array *roots)
{
	const uint64_t *pfns = roots->items;
	bool taken[FRAMES] = { false };
	struct vk_visited visited;

	CHECK(!vk_visited_init(&visited, FRAMES));
	for (size_t i = 0; i < roots->count; i++)
		walk_one(layout, guest, pfns[i], &visited, taken);
	for (uint64_t pfn = 0; pfn < FRAMES + 2; pfn++)
		walk_one(layout, guest, pfn, &visited, taken);
	for (uint64_t pfn = 0; pfn < FRAMES; pfn++)
		CHECK(taken[pfn] == (pfn != guest->broken_pfn));
	vk_visited_free(&visited);
}

static void check_roots(const struct array *roots, int got)
{
	const uint64_t *pfns = roots->items;

	CHECK(roots->count <= ROOTS_MAX);
	CHECK(got != -E2BIG || roots->count == ROOTS_MAX);
	CHECK(got != -EIO || !roots->count);
	for (size_t i = 0; i < roots->count; i++)
		CHECK(pfns[i] < FRAMES && (!i || pfns[i] > pfns[i - 1]));
}

static void find_and_walk(const struct vk_layout *layout,
			  struct guest_memory *guest)
{
	struct array roots = { 0 };
	int got = vk_scan_roots(layout, &guest->memory, false, ROOTS_MAX,
				NULL, &roots);

	CHECK(!got || got == -E2BIG || got == -EIO);
	/* RAM, each way down, and the tables of roots. */
	CHECK(guest->frames_read <= FRAMES * (layout->levels + 3));
	check_roots(&roots, got);
	walk_all(layout, guest, &roots);
	CHECK(!guest->read_outside);
	array_free(&roots);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct vk_layout *layout;
	struct guest_memory guest;
	struct guest_ram *ram;

	if (!size)
		return 0;
	layout = vk_layout_at(data[0] & 1);
	ram = guest_ram_new(FRAMES, FIRST, 0, layout->levels);
	guest = guest_memory_make(ram);
	if (data[0] & 2)
		guest.broken_pfn = data[0] >> 2 & (FRAMES - 1);
	for (size_t at = 1; at + STRETCH_BYTES <= size; at += STRETCH_BYTES)
		put_stretch(ram, data + at);
	find_and_walk(layout, &guest);
	guest_ram_free(ram);
	return 0;
}
