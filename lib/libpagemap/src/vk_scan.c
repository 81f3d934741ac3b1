/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds roots of page tables in a guest's RAM, see vk_walk.h.  All of RAM is
 * read once, in blocks: tables above the lowest are so strict in form that a
 * page of anything else is dismissed at one of its first words.  What is left
 * is looked at along the ways that it names.  Walks no tree.
 */
#include "vk_walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Read at a time: enough for few calls, and it stays in the cache. */
#define BLOCK_FRAMES 64

struct bits {
	uint64_t *words;
};

/* What a way down from a frame was found to be, of so many tables. */
struct height {
	struct bits tested;
	struct bits good;
};

struct scan {
	const struct vk_layout *layout;
	const struct vk_memory *memory;
	struct vk_also *also;	/* NULL: nobody */
	bool resident_only;

	struct bits upper;	/* could be tables that name tables */
	struct bits named;	/* by any of these */
	struct bits inner;	/* tables of a root that was found */
	struct bits roots;
	size_t root_count;
	size_t limit;

	struct height heights[VK_LEVELS_MAX];	/* from 1 on: lowest tables */
	uint64_t way[VK_LEVELS_MAX + 1][VK_TABLE_WORDS];
	uint64_t block[BLOCK_FRAMES][VK_TABLE_WORDS];
};

/* ---- Bits, one for each frame ------------------------------------------- */

static int bits_init(struct bits *bits, uint64_t count)
{
	const uint64_t words = count / 64 + 1;

	if (count > UINT64_MAX >> 12 || words > SIZE_MAX / sizeof(*bits->words))
		return -ENOMEM;
	bits->words = calloc((size_t)words, sizeof(*bits->words));
	return bits->words ? 0 : -ENOMEM;
}

static bool bits_has(const struct bits *bits, uint64_t n)
{
	return bits->words[n / 64] >> n % 64 & 1;
}

static void bits_set(struct bits *bits, uint64_t n)
{
	bits->words[n / 64] |= UINT64_C(1) << n % 64;
}

/* The first bit that is set from n on, below end; end if there is none. */
static uint64_t bits_next(const struct bits *bits, uint64_t n, uint64_t end)
{
	while (n < end) {
		const uint64_t rest = bits->words[n / 64] >> n % 64;

		if (rest) {
			n += (uint64_t)__builtin_ctzll(rest);
			return n < end ? n : end;
		}
		n += 64 - n % 64;
	}
	return end;
}

/* ---- Tables by their form ----------------------------------------------- */

/* A table of RAM that an entry names. */
static bool names_table(const struct scan *scan, uint64_t entry,
			uint64_t *ret_pfn)
{
	return vk_entry_is_table(scan->layout, entry, ret_pfn) &&
	       *ret_pfn < scan->memory->frame_count;
}

/*
 * Whether words of a page from one on are those of a table that names tables,
 * and one of them does; names: one before did.
 */
static bool name_tables(const struct scan *scan, const uint64_t *words,
			size_t from, bool names)
{
	const size_t count = vk_table_words(scan->layout);
	uint64_t pfn;

	for (size_t i = from; i < count; i++) {
		if (vk_entry_is_empty(scan->layout, words[i]))
			continue;
		if (!names_table(scan, words[i], &pfn))
			return false;
		names = true;
	}
	return names;
}

/* Whether a page could be a table that names tables, and names one. */
static bool is_upper(const struct scan *scan, const uint64_t *words)
{
	return name_tables(scan, words, 0, false);
}

static bool is_of_user(const struct scan *scan, uint64_t entry)
{
	const struct vk_layout *layout = scan->layout;

	return (entry & layout->user) == layout->user ||
	       entry & layout->protnone;
}

/*
 * Whether a page could be a table of the lowest level, and has something of a
 * user's.  Pages outside of RAM do not count against it: devices have such.
 */
static bool is_lowest(const struct scan *scan, const uint64_t *words)
{
	const struct vk_layout *layout = scan->layout;
	bool has = false;

	for (size_t i = 0; i < vk_table_words(layout); i++) {
		switch (vk_leaf_kind(layout, words[i])) {
		case VK_LEAF_WRONG:
			return false;
		case VK_LEAF_EMPTY:
			break;
		case VK_LEAF_SWAPPED:
			has = true;
			break;
		case VK_LEAF_PAGE:
			has |= is_of_user(scan, words[i]) &&
			       vk_entry_pfn(layout, words[i]) <
			       scan->memory->frame_count;
			break;
		}
	}
	return has;
}

/* ---- Tables of which the first byte is not known ------------------------ */

/*
 * Many pages of programs hold a small number and nothing else, and many tables
 * of the lowest level look as if they named those: frame 0 is no table.
 */
static bool first_may_name(const struct scan *scan, uint64_t word)
{
	uint64_t pfn;

	if (vk_entry_is_empty(scan->layout, word))
		return true;
	memcpy(&word, &scan->layout->table_value, 1);
	return names_table(scan, word, &pfn) && pfn;
}

static bool may_be_upper(const struct scan *scan, const uint64_t *words)
{
	return first_may_name(scan, words[0]) &&
	       name_tables(scan, words, 1,
			   !vk_entry_is_empty(scan->layout, words[0]));
}

/* Neither a frame nor a slot of swap has number 0. */
static bool may_be_lowest(const struct scan *scan, const uint64_t *words)
{
	const struct vk_layout *layout = scan->layout;
	bool has = vk_entry_pfn(layout, words[0]) ||
		   words[0] >> layout->swap_offset_shift;

	for (size_t i = 1; i < vk_table_words(layout); i++) {
		enum vk_leaf_kind kind = vk_leaf_kind(layout, words[i]);

		if (kind == VK_LEAF_WRONG)
			return false;
		has |= kind != VK_LEAF_EMPTY;
	}
	return has;
}

/* Reads what may be a table, of so many to the lowest: 1; 0, it is none. */
static int read_table(struct scan *scan, uint64_t pfn, unsigned int height,
		      uint64_t *ret_words)
{
	const struct vk_memory *memory = scan->memory;
	int err = 0;

	if (memory->skim) {
		err = memory->skim(memory, pfn, 1, ret_words);
		if (!err && !(height > 1 ? may_be_upper(scan, ret_words) :
					   may_be_lowest(scan, ret_words)))
			return 0;
	}
	if (!err)
		err = memory->read(memory, pfn, 1, ret_words);
	return err ? err : 1;
}

/* ---- All of RAM --------------------------------------------------------- */

bool vk_is_zeros(const uint64_t *words)
{
	/* Each word is the next one: all are the first. */
	return !words[0] && !words[VK_TABLE_WORDS - 1] &&
	       !memcmp(words, words + 1,
		       (VK_TABLE_WORDS - 1) * sizeof(*words));
}

/* All of a frame that was skimmed, if it may be what we look for. */
static int read_upper(struct scan *scan, uint64_t pfn, const uint64_t **words)
{
	const struct vk_memory *memory = scan->memory;
	int err;

	if (!memory->skim || !may_be_upper(scan, *words))
		return 0;
	err = memory->read(memory, pfn, 1, scan->way[0]);
	*words = scan->way[0];
	return err;
}

static int look_at_frame(struct scan *scan, uint64_t pfn, const uint64_t *words)
{
	uint64_t child;
	int err;

	/* Most of what is free or fresh. */
	if (vk_is_zeros(words))
		return 0;
	err = read_upper(scan, pfn, &words);
	if (err)
		return err;
	if (is_upper(scan, words)) {
		bits_set(&scan->upper, pfn);
		for (size_t i = 0; i < vk_table_words(scan->layout); i++)
			if (names_table(scan, words[i], &child))
				bits_set(&scan->named, child);
	}
	return scan->also ? scan->also->look(scan->also, pfn, words) : 0;
}

static int look_at_stretch(struct scan *scan, uint64_t pfn, uint64_t end)
{
	while (pfn < end) {
		const uint64_t left = end - pfn;
		const size_t count = left < BLOCK_FRAMES ? (size_t)left :
							   BLOCK_FRAMES;
		int err = vk_skim(scan->memory, pfn, count, scan->block);

		for (size_t i = 0; i < count && !err; i++)
			err = look_at_frame(scan, pfn + i, scan->block[i]);
		if (err)
			return err;
		pfn += count;
	}
	return 0;
}

static int look_at_all(struct scan *scan)
{
	const struct vk_memory *memory = scan->memory;
	uint64_t pfn = 0, count;
	int got;

	for (;;) {
		got = memory->next_used(memory, &pfn, scan->resident_only,
					&count);
		if (got <= 0 || pfn >= memory->frame_count)
			return got < 0 ? got : 0;
		if (count > memory->frame_count - pfn)
			count = memory->frame_count - pfn;
		got = look_at_stretch(scan, pfn, pfn + count);
		if (got)
			return got;
		pfn += count;
	}
}

/* ---- Ways down ---------------------------------------------------------- */

static int leads_down(struct scan *scan, uint64_t pfn, unsigned int height);

/* From one of the tables that a page names. */
static int one_leads_down(struct scan *scan, const uint64_t *words,
			  unsigned int height)
{
	uint64_t child;
	int got = 0;

	if (!is_upper(scan, words))
		return 0;
	for (size_t i = 0; i < vk_table_words(scan->layout) && !got; i++)
		if (names_table(scan, words[i], &child))
			got = leads_down(scan, child, height - 1);
	return got;
}

/*
 * Whether a way of `height` tables leads from a frame, itself the first, to
 * something of a user's.  Each frame is read once for each height at most.  1,
 * 0, or a negative errno.
 */
static int leads_down(struct scan *scan, uint64_t pfn, unsigned int height)
{
	struct height *known = &scan->heights[height - 1];
	uint64_t *words = scan->way[height];
	int got;

	if (bits_has(&known->tested, pfn))
		return bits_has(&known->good, pfn);
	bits_set(&known->tested, pfn);
	got = read_table(scan, pfn, height, words);
	if (got <= 0)
		return got;
	got = height > 1 ? one_leads_down(scan, words, height) :
			   is_lowest(scan, words);
	if (got > 0)
		bits_set(&known->good, pfn);
	return got;
}

/*
 * Marks the tables below one.  What is marked already is not entered again:
 * without that, a guest could have the same few tables read for ever.
 */
static int mark_inner(struct scan *scan, uint64_t pfn, unsigned int height)
{
	uint64_t *words = scan->way[height];
	uint64_t child;
	int err = scan->memory->read(scan->memory, pfn, 1, words);

	for (size_t i = 0; i < vk_table_words(scan->layout) && !err; i++) {
		if (!names_table(scan, words[i], &child) ||
		    bits_has(&scan->inner, child))
			continue;
		bits_set(&scan->inner, child);
		if (height > 2)
			err = mark_inner(scan, child, height - 1);
	}
	return err;
}

static int try_root(struct scan *scan, uint64_t pfn)
{
	const unsigned int levels = scan->layout->levels;
	int got = leads_down(scan, pfn, levels);

	if (got <= 0)
		return got;
	if (scan->root_count == scan->limit)
		return -E2BIG;
	scan->root_count++;
	bits_set(&scan->roots, pfn);
	return mark_inner(scan, pfn, levels);
}

/*
 * Those first that nothing names.  Then those that are named, but are no table
 * of a root that was found: a table of pages may look as if it named tables,
 * and a loop of tables has no first one.
 */
static int find_roots(struct scan *scan)
{
	const uint64_t end = scan->memory->frame_count;
	int err = 0;

	for (int named = 0; named < 2; named++) {
		uint64_t pfn = bits_next(&scan->upper, 0, end);

		for (; pfn < end && !err;
		     pfn = bits_next(&scan->upper, pfn + 1, end))
			if (bits_has(&scan->named, pfn) == named &&
			    !(named && bits_has(&scan->inner, pfn)))
				err = try_root(scan, pfn);
	}
	return err;
}

/* ---- Together ----------------------------------------------------------- */

static int add_roots(const struct scan *scan, struct array *ret_roots)
{
	const uint64_t end = scan->memory->frame_count;
	const size_t before = ret_roots->count;
	uint64_t pfn = bits_next(&scan->roots, 0, end);

	for (; pfn < end; pfn = bits_next(&scan->roots, pfn + 1, end)) {
		uint64_t *root = array_push(ret_roots, sizeof(*root));

		if (!root) {
			ret_roots->count = before;
			return -ENOMEM;
		}
		*root = pfn;
	}
	return 0;
}

static void scan_free(struct scan *scan)
{
	if (!scan)
		return;
	for (size_t i = 0; i < VK_LEVELS_MAX; i++) {
		free(scan->heights[i].tested.words);
		free(scan->heights[i].good.words);
	}
	free(scan->upper.words);
	free(scan->named.words);
	free(scan->inner.words);
	free(scan->roots.words);
	free(scan);
}

static int scan_init(struct scan *scan)
{
	const uint64_t count = scan->memory->frame_count;
	int err = bits_init(&scan->upper, count);

	if (!err)
		err = bits_init(&scan->named, count);
	if (!err)
		err = bits_init(&scan->inner, count);
	if (!err)
		err = bits_init(&scan->roots, count);
	for (size_t i = 0; i < scan->layout->levels && !err; i++) {
		err = bits_init(&scan->heights[i].tested, count);
		if (!err)
			err = bits_init(&scan->heights[i].good, count);
	}
	return err;
}

int vk_scan_roots(const struct vk_layout *layout,
		  const struct vk_memory *memory, bool resident_only,
		  size_t limit, struct vk_also *also, struct array *ret_roots)
{
	struct scan *scan = calloc(1, sizeof(*scan));
	int err, added;

	if (!scan)
		return -ENOMEM;
	scan->layout = layout;
	scan->memory = memory;
	scan->also = also;
	scan->resident_only = resident_only;
	scan->limit = limit;
	err = scan_init(scan);
	if (!err)
		err = look_at_all(scan);
	if (!err)
		err = find_roots(scan);
	if (!err || err == -E2BIG) {
		added = add_roots(scan, ret_roots);
		err = added ? added : err;
	}
	scan_free(scan);
	return err;
}
