/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The pass over the flags of all frames, by workers that take block after
 * block.  A worker counts for itself; what all write to are the pages of the
 * share sets, by atomic sums, and the list of ranges, under a lock.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ram.h"

#define FLAG(name) (UINT64_C(1) << PAGEMAP_FLAG_##name)

#define MAX_THREADS 16

struct pass {
	struct pagemap_source *source;
	struct pagemap_ram *ram;
	atomic_uint_fast64_t next_block;
	atomic_int error;
	pthread_mutex_t lock;		/* of the ram's ranges */
};

/* Where a worker stands in its block. */
struct walk {
	struct pass *pass;
	pthread_t thread;
	struct ram_counts counts;
	uint64_t frames;
	uint64_t cpu_ns;
	struct array ranges;		/* of the block at hand */
	struct run_keeper *keeper;	/* NULL: runs are not kept */
	uint64_t first_pfn;
	size_t got;
	bool has_map_counts;		/* of the block at hand: read on need */
	uint64_t head_flags;
	uint64_t *flags;
	uint64_t *map_counts;
};

/* Frames of one class and one set, counted when they end. */
struct stretch {
	uint64_t first_pfn;
	uint64_t frame_count;
	enum pagemap_ram_class ram_class;
	size_t set;
};

/* ---- One frame --------------------------------------------------------- */

/* Whether a frame lies where no RAM is; banks rise, and so do the frames. */
static bool is_hole(const struct pagemap_ram *ram, uint64_t pfn, size_t *bank)
{
	const struct ram_bank_pfns *banks = ram->banks.items;

	while (*bank < ram->banks.count && pfn >= banks[*bank].end)
		(*bank)++;
	return ram->banks.count &&
	       (*bank == ram->banks.count || pfn < banks[*bank].first);
}

/*
 * The flags of a large folio say that some page of it is mapped; whether this
 * one is, its count tells.
 */
static bool is_unmapped_part(struct walk *walk, size_t i)
{
	struct pagemap_ram *ram = walk->pass->ram;
	ssize_t got;

	if (!ram->has_counts || !(walk->flags[i] & (FLAG(COMPOUND_HEAD) |
						    FLAG(COMPOUND_TAIL))))
		return false;
	if (!walk->has_map_counts) {
		got = walk->pass->source->ops->read_frames(walk->pass->source,
				FRAME_COUNTS, walk->first_pfn,
				walk->map_counts, walk->got);
		/* What is not shown may be mapped. */
		for (got = got < 0 ? 0 : got; (size_t)got < walk->got; got++)
			walk->map_counts[got] = 1;
		walk->has_map_counts = true;
	}
	return !walk->map_counts[i];
}

static bool has_set(const struct pagemap_ram *ram, uint64_t pfn,
		    size_t *ret_set)
{
	return ram->sharing &&
	       !pagemap_sharing_set_of_frame(ram->sharing, pfn, ret_set);
}

static enum pagemap_ram_class class_of(struct walk *walk, size_t i, size_t *bank,
				       size_t *ret_set)
{
	struct pagemap_ram *ram = walk->pass->ram;
	uint64_t pfn = walk->first_pfn + i, flags = walk->flags[i];
	enum pagemap_ram_class ram_class;
	size_t set;

	*ret_set = PAGEMAP_NO_SET;
	if (!ram->ksm_flag)
		flags &= ~FLAG(KSM);
	if (flags & FLAG(COMPOUND_HEAD))
		walk->head_flags = flags;
	ram_class = pagemap_ram_class_of(flags, walk->head_flags);
	/* Linux 6.15 on shows nothing of a hole, and firmware is reserved. */
	if ((ram_class == PAGEMAP_RAM_UNKNOWN ||
	     ram_class == PAGEMAP_RAM_RESERVED) && is_hole(ram, pfn, bank))
		return PAGEMAP_RAM_HOLE;
	/* Pages of the kernel's image are mapped too: the vdso. */
	if (ram_class == PAGEMAP_RAM_RESERVED && flags & FLAG(MMAP))
		walk->counts.found_pages += has_set(ram, pfn, &set);
	if (!(PAGEMAP_RAM_BIT(ram_class) & RAM_MAPPED) ||
	    has_set(ram, pfn, ret_set))
		return ram_class;
	if (is_unmapped_part(walk, i))
		ram_class = pagemap_ram_class_of(flags & ~FLAG(MMAP),
						 walk->head_flags);
	return ram_class;
}

/* What meminfo counts by these flags is cache, or whatever is in swap cache. */
static void count_marks(struct walk *walk, uint64_t flags,
			enum pagemap_ram_class ram_class)
{
	const uint64_t cache = RAM_BIT(FILE_MAPPED) | RAM_BIT(FILE_CLEAN) |
			       RAM_BIT(FILE_DIRTY);
	const uint64_t swapped = RAM_BIT(ANON) | RAM_BIT(SWAP_CACHE) |
				 RAM_BIT(ANON_UNMAPPED) | RAM_BIT(KSM);
	uint64_t bit = PAGEMAP_RAM_BIT(ram_class);

	flags = ram_flags_of_tail(flags, walk->head_flags);
	walk->counts.marks[RAM_DIRTY] += (bit & cache) && flags & FLAG(DIRTY);
	walk->counts.marks[RAM_WRITEBACK] +=
		(bit & (cache | swapped)) && flags & FLAG(WRITEBACK);
	walk->counts.marks[RAM_IN_SWAP_CACHE] +=
		(bit & swapped) && flags & FLAG(SWAPCACHE);
}

/* ---- A block ----------------------------------------------------------- */

static int keep_range(struct walk *walk, const struct stretch *stretch)
{
	struct pagemap_ram_range *last = walk->ranges.items, *place;

	if (walk->ranges.count) {
		last += walk->ranges.count - 1;
		if (last->ram_class == stretch->ram_class) {
			last->frame_count += stretch->frame_count;
			return 0;
		}
	}
	place = array_push(&walk->ranges, sizeof(*place));
	if (!place)
		return -ENOMEM;
	*place = (struct pagemap_ram_range){
		.first_pfn = stretch->first_pfn,
		.frame_count = stretch->frame_count,
		.ram_class = stretch->ram_class,
	};
	return 0;
}

static int end_stretch(struct walk *walk, struct stretch *stretch)
{
	struct pagemap_ram *ram = walk->pass->ram;
	uint64_t pages = stretch->frame_count;

	/* RAM that the kernel has not begun to manage lies in whole sections. */
	if (stretch->ram_class == PAGEMAP_RAM_UNKNOWN && ram->lazy_pages &&
	    pages == RAM_BLOCK_FRAMES)
		stretch->ram_class = PAGEMAP_RAM_FREE_LAZY;
	walk->counts.pages[stretch->ram_class] += pages;
	if (stretch->set != PAGEMAP_NO_SET) {
		walk->counts.found_pages += pages;
		__atomic_fetch_add(&ram->set_pages[stretch->set]
						  [stretch->ram_class],
				   pages, __ATOMIC_RELAXED);
	}
	return pages && ram->keeps_ranges ? keep_range(walk, stretch) : 0;
}

static int end_runs(struct walk *walk, const struct stretch *last)
{
	if (last->ram_class == PAGEMAP_RAM_FREE_LAZY)
		run_keeper_turn(walk->keeper, last->ram_class);
	return run_keeper_end_block(walk->keeper,
				    walk->first_pfn / RAM_BLOCK_FRAMES);
}

/*
 * Where the next frame is that needs a look of its own: most are free, or say
 * nothing at all, as the one before.
 */
static size_t next_look(const struct walk *walk, size_t i, size_t bank)
{
	const struct pagemap_ram *ram = walk->pass->ram;
	const struct ram_bank_pfns *banks = ram->banks.items;
	uint64_t flags = walk->flags[i], pfn = walk->first_pfn + i;
	size_t end = walk->got;

	if (flags && flags != FLAG(BUDDY) && flags != FLAG(NOPAGE))
		return i + 1;
	/* Nothing said is a hole or not by where it is; see is_hole(). */
	if (!flags && bank < ram->banks.count) {
		uint64_t edge = pfn < banks[bank].first ? banks[bank].first
							: banks[bank].end;

		if (edge - walk->first_pfn < end)
			end = (size_t)(edge - walk->first_pfn);
	}
	for (i++; i < end && walk->flags[i] == flags; i++)
		;
	return i;
}

static int count_block(struct walk *walk)
{
	struct stretch stretch = {
		.first_pfn = walk->first_pfn, .set = PAGEMAP_NO_SET,
	};
	size_t i, next, set, bank = 0;
	int err = 0;

	for (i = 0; i < walk->got && !err; i = next) {
		uint64_t flags = walk->flags[i];
		enum pagemap_ram_class ram_class;
		bool other;

		ram_class = class_of(walk, i, &bank, &set);
		count_marks(walk, flags, ram_class);
		next = next_look(walk, i, bank);
		other = ram_class != stretch.ram_class || set != stretch.set;
		if (walk->keeper &&
		    (other || !i || flags != walk->flags[i - 1]))
			err = run_keeper_add(walk->keeper, walk->first_pfn + i,
					     flags, ram_class, set);
		if (other && !err) {
			err = end_stretch(walk, &stretch);
			stretch = (struct stretch){
				.first_pfn = walk->first_pfn + i,
				.ram_class = ram_class,
				.set = set,
			};
		}
		stretch.frame_count += next - i;
	}
	if (!err)
		err = end_stretch(walk, &stretch);
	if (!err && walk->keeper)
		err = end_runs(walk, &stretch);
	return err;
}

static int join_ranges(struct walk *walk)
{
	struct pass *pass = walk->pass;
	const struct pagemap_ram_range *ranges = walk->ranges.items;
	struct pagemap_ram_range *place;
	size_t i;
	int err = 0;

	pthread_mutex_lock(&pass->lock);
	for (i = 0; i < walk->ranges.count && !err; i++) {
		place = array_push(&pass->ram->ranges, sizeof(*place));
		if (place)
			*place = ranges[i];
		else
			err = -ENOMEM;
	}
	pthread_mutex_unlock(&pass->lock);
	walk->ranges.count = 0;
	return err;
}

/* 1, 0 at the end of RAM, or a negative errno. */
static int walk_block(struct walk *walk)
{
	struct pass *pass = walk->pass;
	uint64_t block = atomic_fetch_add(&pass->next_block, 1);
	ssize_t got;
	int err;

	if (block > UINT64_MAX / 16 / RAM_BLOCK_FRAMES)
		return 0;
	walk->first_pfn = block * RAM_BLOCK_FRAMES;
	walk->head_flags = 0;
	walk->has_map_counts = false;
	got = pass->source->ops->read_frames(pass->source, FRAME_FLAGS,
					     walk->first_pfn, walk->flags,
					     RAM_BLOCK_FRAMES);
	if (got <= 0)
		return (int)got;
	walk->got = (size_t)got;
	walk->frames += walk->got;
	err = count_block(walk);
	if (!err && walk->ranges.count)
		err = join_ranges(walk);
	return err ? err : 1;
}

/* ---- All blocks -------------------------------------------------------- */

static uint64_t thread_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void *walk_main(void *argument)
{
	struct walk *walk = argument;
	uint64_t begin = thread_cpu_ns();
	int err = 1;

	walk->flags = malloc(RAM_BLOCK_FRAMES * sizeof(*walk->flags));
	walk->map_counts = malloc(RAM_BLOCK_FRAMES * sizeof(*walk->flags));
	if (!walk->flags || !walk->map_counts)
		err = -ENOMEM;
	while (err > 0 && !atomic_load(&walk->pass->error))
		err = walk_block(walk);
	if (err < 0)
		atomic_store(&walk->pass->error, err);
	free(walk->flags);
	free(walk->map_counts);
	array_free(&walk->ranges);
	walk->cpu_ns = thread_cpu_ns() - begin;
	return NULL;
}

static void add_walk(struct pagemap_ram *ram, const struct walk *walk)
{
	int i;

	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++)
		ram->seen.pages[i] += walk->counts.pages[i];
	for (i = 0; i < RAM_MARKS; i++)
		ram->seen.marks[i] += walk->counts.marks[i];
	ram->seen.found_pages += walk->counts.found_pages;
	ram->frames += walk->frames;
	ram->cpu_ns += walk->cpu_ns;
}

static int compare_ranges(const void *a, const void *b)
{
	const struct pagemap_ram_range *x = a, *y = b;

	return (x->first_pfn > y->first_pfn) - (x->first_pfn < y->first_pfn);
}

/* In order, and where one goes on over the edge of a block, as one. */
static void settle_ranges(struct pagemap_ram *ram)
{
	struct pagemap_ram_range *ranges = ram->ranges.items;
	size_t i, kept = 0;

	if (!ram->ranges.count)
		return;
	qsort(ranges, ram->ranges.count, sizeof(*ranges), compare_ranges);
	for (i = 1; i < ram->ranges.count; i++) {
		if (ranges[i].ram_class == ranges[kept].ram_class)
			ranges[kept].frame_count += ranges[i].frame_count;
		else
			ranges[++kept] = ranges[i];
	}
	ram->ranges.count = kept + 1;
	array_shrink(&ram->ranges, sizeof(*ranges));
}

static uint32_t thread_count(uint32_t threads)
{
	cpu_set_t cpus;

	if (!threads)
		threads = sched_getaffinity(0, sizeof(cpus), &cpus) ? 1 :
			  (uint32_t)CPU_COUNT(&cpus);
	return threads > MAX_THREADS ? MAX_THREADS : threads;
}

static void run_walks(struct walk *walks, uint32_t count)
{
	uint32_t i, started;

	/* A thread that does not start is one hand less, no more. */
	for (started = 1; started < count; started++)
		if (pthread_create(&walks[started].thread, NULL, walk_main,
				   &walks[started]))
			break;
	walk_main(&walks[0]);
	for (i = 1; i < started; i++)
		pthread_join(walks[i].thread, NULL);
}

/* One for each walk, where runs are kept.  False: no memory. */
static bool give_keepers(const struct pagemap_ram *ram, struct walk *walks,
			 uint32_t count, struct run_keeper **ret_keepers)
{
	struct run_keeper *keepers = NULL;
	uint32_t i;

	if (ram->keeps_runs) {
		keepers = calloc(count, sizeof(*keepers));
		if (!keepers)
			return false;
		for (i = 0; i < count; i++)
			walks[i].keeper = &keepers[i];
	}
	*ret_keepers = keepers;
	return true;
}

static int read_by(struct pass *pass, struct walk *walks, uint32_t count)
{
	struct pagemap_ram *ram = pass->ram;
	struct run_keeper *keepers;
	uint32_t i;
	int err;

	if (!give_keepers(ram, walks, count, &keepers))
		return -ENOMEM;
	run_walks(walks, count);
	for (i = 0; i < count; i++)
		add_walk(ram, &walks[i]);
	settle_ranges(ram);
	err = atomic_load(&pass->error);
	if (!err && keepers)
		err = ram_runs_join(ram, keepers, count);
	for (i = 0; keepers && i < count; i++)
		run_keeper_free(&keepers[i]);
	free(keepers);
	return err;
}

int ram_frames_read(struct pagemap_source *source, struct pagemap_ram *ram,
		    uint32_t threads)
{
	struct pass pass = { .source = source, .ram = ram };
	uint32_t i, count = thread_count(threads);
	struct walk *walks = calloc(count, sizeof(*walks));
	int err;

	if (!walks)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		walks[i].pass = &pass;
	pthread_mutex_init(&pass.lock, NULL);
	err = read_by(&pass, walks, count);
	pthread_mutex_destroy(&pass.lock);
	free(walks);
	return err;
}
