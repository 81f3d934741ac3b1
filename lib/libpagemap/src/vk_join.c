/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finding the mm_structs of a guest by words that only they have beside each
 * other, see vk_join.h.  The guest may lie: what is found is believed no
 * further than what its children map agrees.
 */
#include "vk_join.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Read at a time, and how far words of one struct lie apart at most. */
#define BLOCK_FRAMES 64
#define WINDOW_BYTES 2048
#define PID_WINDOW_BYTES 64

/* Places of the words beside each other that are kept: hostile RAM has many. */
#define SIGHTINGS_MAX 65536

/* A word with the address of a stub's data, and its child's pid near it. */
struct sighting {
	size_t child;
	uint64_t at;			/* bytes into the RAM */
	int32_t pid_offset;
	int32_t root_offset;
	uint64_t root_pfn;
};

struct search {
	const struct vk_memory *memory;
	const struct vk_found *found;
	const struct array *roots;
	const struct vk_mm_shape *shape;
	struct array stubs;		/* struct stub, by rising frame */
	struct array sightings;
	unsigned char *block;		/* with a window before and behind */
	int err;
};

struct stub {
	uint64_t pfn;
	size_t child;
};

static int compare_stubs(const void *a, const void *b)
{
	const struct stub *x = a, *y = b;

	return (x->pfn > y->pfn) - (x->pfn < y->pfn);
}

static int list_stubs(struct search *search)
{
	const struct vk_child *children = search->found->children.items;
	size_t i;

	for (i = 0; i < search->found->children.count; i++) {
		struct stub *stub;

		if (children[i].stub_pfn == PAGEMAP_PFN_UNKNOWN)
			continue;
		stub = array_push(&search->stubs, sizeof(*stub));
		if (!stub)
			return -ENOMEM;
		*stub = (struct stub){ children[i].stub_pfn, i };
	}
	if (search->stubs.count)
		qsort(search->stubs.items, search->stubs.count,
		      sizeof(struct stub), compare_stubs);
	return 0;
}

static const struct stub *find_stub(const struct search *search, uint64_t pfn)
{
	const struct stub key = { .pfn = pfn };

	return bsearch(&key, search->stubs.items, search->stubs.count,
		       sizeof(key), compare_stubs);
}

static int compare_frames(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static bool is_root(const struct search *search, uint64_t pfn)
{
	return search->roots->count &&
	       bsearch(&pfn, search->roots->items, search->roots->count,
		       sizeof(pfn), compare_frames);
}

/* The frame that an address of main's lies at the beginning of. */
static bool word_to_frame(const struct search *search, uint64_t word,
			  uint64_t *ret_pfn)
{
	uint64_t offset = word - search->found->facts.base_vaddr;

	if (offset & 4095 || offset >> 12 >= search->memory->frame_count)
		return false;
	*ret_pfn = offset >> 12;
	return true;
}

static void add_sighting(struct search *search, struct sighting sighting)
{
	struct sighting *place;

	if (search->sightings.count == SIGHTINGS_MAX)
		return;
	place = array_push(&search->sightings, sizeof(*place));
	if (place)
		*place = sighting;
	else
		search->err = -ENOMEM;
}

static uint64_t word_at(const unsigned char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static int32_t int_at(const unsigned char *at)
{
	int32_t number;

	memcpy(&number, at, sizeof(number));
	return number;
}

/* Every root whose address stands near, beside a pid that stands there too. */
static void look_for_root(struct search *search, const unsigned char *at,
			  struct sighting sighting)
{
	int32_t offset;

	for (offset = -WINDOW_BYTES; offset < WINDOW_BYTES; offset += 8) {
		uint64_t pfn;

		if (search->shape->known &&
		    offset != search->shape->root_offset)
			continue;
		if (!word_to_frame(search, word_at(at + offset), &pfn) ||
		    (!search->shape->known && !is_root(search, pfn)))
			continue;
		sighting.root_offset = offset;
		sighting.root_pfn = pfn;
		add_sighting(search, sighting);
	}
}

static void look_for_pid(struct search *search, const unsigned char *at,
			 struct sighting sighting)
{
	const struct vk_child *children = search->found->children.items;
	int32_t offset;

	for (offset = -PID_WINDOW_BYTES; offset < PID_WINDOW_BYTES;
	     offset += 4) {
		if (int_at(at + offset) != children[sighting.child].pid ||
		    (search->shape->known &&
		     offset != search->shape->pid_offset))
			continue;
		sighting.pid_offset = offset;
		look_for_root(search, at, sighting);
	}
}

/* Words of the stretch [first, end) that are the address of a stub's data. */
static void search_block(struct search *search, uint64_t base,
			 const unsigned char *bytes, size_t size)
{
	uint64_t low = search->found->facts.base_vaddr;
	uint64_t span = search->memory->frame_count << 12;
	size_t i;

	for (i = 0; i < size; i += 8) {
		uint64_t word = word_at(bytes + i);
		const struct stub *stub;

		if (word - low >= span || word & 4095)
			continue;
		stub = find_stub(search, (word - low) >> 12);
		if (stub)
			look_for_pid(search, bytes + i, (struct sighting){
				.child = stub->child, .at = base + i,
			});
	}
}

/* Count frames from pfn on, with what is around them. */
static int search_frames(struct search *search, uint64_t pfn, size_t count)
{
	const struct vk_memory *memory = search->memory;
	unsigned char *middle = search->block + 4096;
	int err;

	memset(search->block, 0, 4096);
	memset(middle + count * 4096, 0, 4096);
	err = memory->read(memory, pfn, count, middle);
	if (!err && pfn)
		err = memory->read(memory, pfn - 1, 1, search->block);
	if (!err && pfn + count < memory->frame_count)
		err = memory->read(memory, pfn + count, 1,
				   middle + count * 4096);
	if (err)
		return err;
	search_block(search, pfn << 12, middle, count * 4096);
	return search->err;
}

static int search_all(struct search *search)
{
	uint64_t pfn = 0, count;
	int got = 0, err = 0;

	search->block = malloc((BLOCK_FRAMES + 2) * 4096);
	if (!search->block)
		return -ENOMEM;
	while (!err && (got = search->memory->next_used(search->memory, &pfn,
							true, &count)) == 1) {
		for (; count && !err; count -= got, pfn += (uint64_t)got) {
			got = count < BLOCK_FRAMES ? (int)count : BLOCK_FRAMES;
			err = search_frames(search, pfn, (size_t)got);
		}
	}
	free(search->block);
	return err ? err : got < 0 ? got : 0;
}

/* ---- Of all sightings, those of one shape ------------------------------- */

/* Of one shape stand together, each child's after each other. */
static int compare_shapes(const void *a, const void *b)
{
	const struct sighting *x = a, *y = b;

	if (x->root_offset != y->root_offset)
		return x->root_offset < y->root_offset ? -1 : 1;
	if (x->pid_offset != y->pid_offset)
		return x->pid_offset < y->pid_offset ? -1 : 1;
	if (x->child != y->child)
		return x->child < y->child ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

static bool same_shape(const struct sighting *a, const struct sighting *b)
{
	return a->root_offset == b->root_offset &&
	       a->pid_offset == b->pid_offset;
}

/* The shape that most children were seen in; where as many, the nearer one. */
static void choose_shape(const struct array *sightings,
			 struct vk_mm_shape *shape)
{
	const struct sighting *all = sightings->items;
	size_t i, next, most = 0;

	for (i = 0; i < sightings->count; i = next) {
		size_t children = 1;

		for (next = i + 1; next < sightings->count &&
		     same_shape(&all[i], &all[next]); next++)
			children += all[next].child != all[next - 1].child;
		if (children < most ||
		    (children == most && abs(all[i].root_offset) >=
					 abs(shape->root_offset)))
			continue;
		most = children;
		*shape = (struct vk_mm_shape){
			true, all[i].pid_offset, all[i].root_offset,
		};
	}
}

static bool fits(const struct sighting *sighting,
		 const struct vk_mm_shape *shape)
{
	return sighting->root_offset == shape->root_offset &&
	       sighting->pid_offset == shape->pid_offset;
}

/* One for each child: where two name different roots, neither is believed. */
static int take_mms(const struct search *search,
		    const struct vk_mm_shape *shape, struct array *ret_mms)
{
	const struct vk_child *children = search->found->children.items;
	const struct sighting *all = search->sightings.items;
	size_t i, next, count = search->sightings.count;

	for (i = 0; i < count; i = next) {
		bool agree = true;
		struct vk_mm *mm;

		for (next = i + 1; next < count &&
		     same_shape(&all[i], &all[next]) &&
		     all[i].child == all[next].child; next++)
			agree &= all[i].root_pfn == all[next].root_pfn;
		if (!agree || !fits(&all[i], shape))
			continue;
		mm = array_push(ret_mms, sizeof(*mm));
		if (!mm)
			return -ENOMEM;
		*mm = (struct vk_mm){
			children[all[i].child].pid, all[i].at,
			all[i].root_pfn,
		};
	}
	return 0;
}

int vk_find_mms(const struct vk_memory *memory, const struct vk_found *found,
		const struct array *roots, struct vk_mm_shape *shape,
		struct array *ret_mms)
{
	struct search search = {
		.memory = memory, .found = found, .roots = roots,
		.shape = shape,
	};
	int err = list_stubs(&search);

	if (!err && search.stubs.count)
		err = search_all(&search);
	if (!err && search.sightings.count) {
		qsort(search.sightings.items, search.sightings.count,
		      sizeof(struct sighting), compare_shapes);
		if (!shape->known)
			choose_shape(&search.sightings, shape);
		err = take_mms(&search, shape, ret_mms);
	}
	array_free(&search.stubs);
	array_free(&search.sightings);
	return err;
}

/* Bytes of RAM anywhere, across the end of a frame too. */
static int read_bytes(const struct vk_memory *memory, uint64_t at, void *bytes,
		      size_t size)
{
	unsigned char frames[2 * 4096];
	uint64_t pfn = at >> 12;
	size_t count = ((at & 4095) + size + 4095) >> 12;
	int err;

	if (pfn >= memory->frame_count || count > memory->frame_count - pfn)
		return -ERANGE;
	err = memory->read(memory, pfn, count, frames);
	if (!err)
		memcpy(bytes, frames + (at & 4095), size);
	return err;
}

int vk_mm_again(const struct vk_memory *memory, const struct vk_found *found,
		const struct vk_child *child, const struct vk_mm_shape *shape,
		struct vk_mm *mm)
{
	uint64_t stub, root;
	int32_t pid;
	int err = read_bytes(memory, mm->at, &stub, sizeof(stub));

	if (!err)
		err = read_bytes(memory, mm->at + (uint64_t)(int64_t)
				 shape->pid_offset, &pid, sizeof(pid));
	if (!err)
		err = read_bytes(memory, mm->at + (uint64_t)(int64_t)
				 shape->root_offset, &root, sizeof(root));
	if (err)
		return err == -ERANGE ? 0 : err;
	root -= found->facts.base_vaddr;
	if (pid != child->pid || child->stub_pfn == PAGEMAP_PFN_UNKNOWN ||
	    stub != found->facts.base_vaddr + (child->stub_pfn << 12) ||
	    root & 4095 || root >> 12 >= memory->frame_count)
		return 0;
	mm->root_pfn = root >> 12;
	return 1;
}

/* ---- What a child maps beside what a tree has --------------------------- */

void vk_overlap_count(const struct vk_layout *layout,
		      const struct vk_tree *tree, const struct vk_child *child,
		      struct vk_overlap *ret_overlap)
{
	const struct vk_leaf *leaf = tree->leaves.items;
	const struct vk_leaf *end = leaf + tree->leaves.count;
	const struct vk_piece *pieces = child->pieces.items;
	struct vk_overlap overlap = { 0 };
	size_t i;

	for (i = 0; i < child->pieces.count; i++) {
		const struct vk_piece *piece = &pieces[i];
		uint64_t same = 0;

		if (piece->is_private ||
		    (child->stub_vaddr &&
		     piece->start_vpn >= child->stub_vaddr >> 12))
			continue;
		while (leaf < end && leaf->vpn < piece->start_vpn)
			leaf++;
		for (; leaf < end &&
		     leaf->vpn - piece->start_vpn < piece->page_count; leaf++)
			same += vk_leaf_kind(layout, leaf->entry) ==
					VK_LEAF_PAGE &&
				vk_entry_pfn(layout, leaf->entry) ==
					piece->first_pfn +
					(leaf->vpn - piece->start_vpn);
		overlap.same += same;
		overlap.other += piece->page_count - same;
	}
	*ret_overlap = overlap;
}
