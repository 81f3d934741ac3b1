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

/* How far words of one struct lie apart at most. */
#define WINDOW_BYTES 2048
#define PID_WINDOW_BYTES 64

/* What is kept of each search: hostile RAM is full of such words. */
#define HITS_MAX 65536
#define SIGHTINGS_MAX 65536

/* Read at a time where nobody else reads. */
#define BLOCK_FRAMES 8

/* The frame of a stub's data. */
struct stub {
	uint64_t pfn;
	size_t child;
};

/* A word with its address. */
struct hit {
	uint64_t at;			/* bytes into the RAM */
	size_t child;
};

/* And what stands near it: the child's pid, the address of a root. */
struct sighting {
	size_t child;
	uint64_t at;
	int32_t pid_offset;
	int32_t root_offset;
	uint64_t root_pfn;
};

/* Looking around the hits. */
struct look {
	const struct vk_mm_search *search;
	const struct array *roots;
	const struct vk_mm_shape *shape;
	struct array sightings;
	int err;
};

/* ---- Where the addresses of stubs stand --------------------------------- */

static int compare_stubs(const void *a, const void *b)
{
	const struct stub *x = a, *y = b;

	return (x->pfn > y->pfn) - (x->pfn < y->pfn);
}

static const struct stub *find_stub(const struct vk_mm_search *search,
				    uint64_t pfn)
{
	const struct stub key = { .pfn = pfn };

	if (!search->stubs.count)
		return NULL;
	return bsearch(&key, search->stubs.items, search->stubs.count,
		       sizeof(key), compare_stubs);
}

static int look_at_frame(struct vk_also *also, uint64_t pfn,
			 const uint64_t *words)
{
	struct vk_mm_search *search = (struct vk_mm_search *)(void *)also;
	uint64_t low = search->found->facts.base_vaddr;
	uint64_t span = search->memory->frame_count << 12;
	size_t i;

	for (i = 0; i < VK_TABLE_WORDS; i++) {
		const struct stub *stub;
		struct hit *hit;

		if (words[i] - low >= span || words[i] & 4095)
			continue;
		stub = find_stub(search, (words[i] - low) >> 12);
		if (!stub || search->hits.count == HITS_MAX)
			continue;
		hit = array_push(&search->hits, sizeof(*hit));
		if (!hit)
			return -ENOMEM;
		*hit = (struct hit){ (pfn << 12) + i * 8, stub->child };
	}
	return 0;
}

int vk_mm_search_init(const struct vk_memory *memory,
		      const struct vk_found *found,
		      struct vk_mm_search *ret_search)
{
	struct vk_mm_search search = {
		.also.look = look_at_frame, .memory = memory, .found = found,
	};
	const struct vk_child *children = found->children.items;
	size_t i;

	for (i = 0; i < found->children.count; i++) {
		struct stub *stub;

		if (children[i].stub_pfn == PAGEMAP_PFN_UNKNOWN)
			continue;
		stub = array_push(&search.stubs, sizeof(*stub));
		if (!stub) {
			array_free(&search.stubs);
			return -ENOMEM;
		}
		*stub = (struct stub){ children[i].stub_pfn, i };
	}
	if (search.stubs.count)
		qsort(search.stubs.items, search.stubs.count,
		      sizeof(struct stub), compare_stubs);
	*ret_search = search;
	return 0;
}

void vk_mm_search_free(struct vk_mm_search *search)
{
	array_free(&search->stubs);
	array_free(&search->hits);
}

int vk_mm_search_frames(struct vk_mm_search *search, uint64_t pfn,
			uint64_t count)
{
	const struct vk_memory *memory = search->memory;
	uint64_t block[BLOCK_FRAMES][VK_TABLE_WORDS];
	uint64_t end = memory->frame_count, part, i;
	int err = 0;

	if (pfn < end && count < end - pfn)
		end = pfn + count;
	for (; pfn < end && !err; pfn += part) {
		part = end - pfn < BLOCK_FRAMES ? end - pfn : BLOCK_FRAMES;
		/* An address of a frame has 0 in its lowest byte. */
		err = vk_skim(memory, pfn, (size_t)part, block);
		for (i = 0; i < part && !err; i++)
			if (!vk_is_zeros(block[i]))
				err = look_at_frame(&search->also, pfn + i,
						    block[i]);
	}
	return err;
}

/* ---- What stands near them ---------------------------------------------- */

static bool is_root(const struct look *look, uint64_t pfn)
{
	return look->roots->count &&
	       bsearch(&pfn, look->roots->items, look->roots->count,
		       sizeof(pfn), array_compare_u64);
}

/* The frame that an address of main's lies at the beginning of. */
static bool word_to_frame(const struct vk_mm_search *search, uint64_t word,
			  uint64_t *ret_pfn)
{
	uint64_t offset = word - search->found->facts.base_vaddr;

	if (offset & 4095 || offset >> 12 >= search->memory->frame_count)
		return false;
	*ret_pfn = offset >> 12;
	return true;
}

static void add_sighting(struct look *look, struct sighting sighting)
{
	struct sighting *place;

	if (look->sightings.count == SIGHTINGS_MAX)
		return;
	place = array_push(&look->sightings, sizeof(*place));
	if (place)
		*place = sighting;
	else
		look->err = -ENOMEM;
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
static void look_for_root(struct look *look, const unsigned char *at,
			  struct sighting sighting)
{
	const struct vk_mm_shape *shape = look->shape;
	int32_t offset;

	for (offset = -WINDOW_BYTES; offset < WINDOW_BYTES; offset += 8) {
		uint64_t pfn;

		if ((shape->known && offset != shape->root_offset) ||
		    !word_to_frame(look->search, word_at(at + offset), &pfn) ||
		    (!shape->known && !is_root(look, pfn)))
			continue;
		sighting.root_offset = offset;
		sighting.root_pfn = pfn;
		add_sighting(look, sighting);
	}
}

static void look_for_pid(struct look *look, const unsigned char *at,
			 struct sighting sighting)
{
	const struct vk_child *children = look->search->found->children.items;
	const struct vk_mm_shape *shape = look->shape;
	int32_t offset;

	for (offset = -PID_WINDOW_BYTES; offset < PID_WINDOW_BYTES;
	     offset += 4) {
		if (int_at(at + offset) != children[sighting.child].own_pid ||
		    (shape->known && offset != shape->pid_offset))
			continue;
		sighting.pid_offset = offset;
		look_for_root(look, at, sighting);
	}
}

/* Reads what is around a hit; beyond the ends of RAM there are zeros. */
static int look_around(struct look *look, const struct hit *hit)
{
	const struct vk_memory *memory = look->search->memory;
	unsigned char frames[3 * 4096] = { 0 };
	uint64_t pfn = hit->at >> 12;
	uint64_t first = pfn ? pfn - 1 : pfn;
	uint64_t end = pfn + 2 < memory->frame_count ? pfn + 2 :
						       memory->frame_count;
	int err = memory->read(memory, first, (size_t)(end - first),
			       frames + (pfn ? 0 : 4096));

	if (err)
		return err;
	look_for_pid(look, frames + 4096 + (hit->at & 4095), (struct sighting){
		.child = hit->child, .at = hit->at,
	});
	return look->err;
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
static int take_mms(const struct look *look, const struct vk_mm_shape *shape,
		    struct array *ret_mms)
{
	const struct vk_child *children = look->search->found->children.items;
	const struct sighting *all = look->sightings.items;
	size_t i, next, count = look->sightings.count;

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

int vk_mm_search_end(const struct vk_mm_search *search,
		     const struct array *roots, struct vk_mm_shape *shape,
		     struct array *ret_mms)
{
	struct look look = {
		.search = search, .roots = roots, .shape = shape,
	};
	const struct hit *hits = search->hits.items;
	size_t i;
	int err = 0;

	for (i = 0; i < search->hits.count && !err; i++)
		err = look_around(&look, &hits[i]);
	if (!err && look.sightings.count) {
		qsort(look.sightings.items, look.sightings.count,
		      sizeof(struct sighting), compare_shapes);
		if (!shape->known)
			choose_shape(&look.sightings, shape);
		err = take_mms(&look, shape, ret_mms);
	}
	array_free(&look.sightings);
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
	if (pid != child->own_pid || child->stub_pfn == PAGEMAP_PFN_UNKNOWN ||
	    stub != found->facts.base_vaddr + (child->stub_pfn << 12) ||
	    root & 4095 || root >> 12 >= memory->frame_count)
		return 0;
	mm->root_pfn = root >> 12;
	return 1;
}

int vk_mm_lives_on(const struct vk_layout *layout,
		   const struct vk_memory *memory, const struct vk_found *found,
		   const struct vk_mm_shape *shape, const struct vk_mm *mm)
{
	uint64_t root, words[VK_TABLE_WORDS];
	size_t i;
	int err = read_bytes(memory, mm->at + (uint64_t)(int64_t)
			     shape->root_offset, &root, sizeof(root));

	if (!err && root != found->facts.base_vaddr + (mm->root_pfn << 12))
		return 0;
	if (!err)
		err = memory->read(memory, mm->root_pfn, 1, words);
	if (err)
		return err == -ERANGE ? 0 : err;
	/* What a guest frees it clears before. */
	for (i = 0; i < VK_TABLE_WORDS; i++)
		if (!vk_entry_is_empty(layout, words[i]))
			return 1;
	return 0;
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
		uint64_t pfn, same = 0;

		if (piece->is_private ||
		    (child->stub_vaddr &&
		     piece->start_vpn >= child->stub_vaddr >> 12))
			continue;
		while (leaf < end && leaf->vpn < piece->start_vpn)
			leaf++;
		for (; leaf < end &&
		     leaf->vpn - piece->start_vpn < piece->page_count; leaf++)
			same += vk_entry_is_page(layout, leaf->entry, &pfn) &&
				pfn == piece->first_pfn +
				       (leaf->vpn - piece->start_vpn);
		overlap.same += same;
		overlap.other += piece->page_count - same;
	}
	*ret_overlap = overlap;
}
