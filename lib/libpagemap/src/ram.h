/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside of a pagemap_ram: pages by class as the flags tell them, what the
 * kernel told before and after, and what was taken from one class for another.
 */
#ifndef PAGEMAP_RAM_H
#define PAGEMAP_RAM_H

#include "buffer.h"
#include "parse.h"
#include "source.h"

#define RAM_BIT(name) PAGEMAP_RAM_BIT(PAGEMAP_RAM_##name)

/* Classes that may be of processes: their frames are looked up. */
#define RAM_MAPPED (RAM_BIT(ANON) | RAM_BIT(KSM) | RAM_BIT(SHMEM_MAPPED) | \
		    RAM_BIT(FILE_MAPPED) | RAM_BIT(KERNEL_MAPPED))

/* Frames in one piece of work: a section of memory, which is lazy as one. */
#define RAM_BLOCK_FRAMES 32768

/* Pages that have a flag which meminfo counts, whatever their class. */
enum ram_mark { RAM_DIRTY, RAM_WRITEBACK, RAM_IN_SWAP_CACHE, RAM_MARKS };

/* One look at what the kernel tells. */
struct ram_look {
	struct proc_meminfo meminfo;
	struct proc_zones zones;
	bool has_meminfo;
	bool has_zones;
};

/* Pages of one class that were counted in another by their flags. */
struct ram_transfer {
	enum pagemap_ram_class to;
	enum pagemap_ram_class from;
	uint64_t pages;
	uint64_t low;			/* by the two looks */
	uint64_t high;
};

/* What all frames are by their flags; one of each worker, then of all. */
struct ram_counts {
	uint64_t pages[PAGEMAP_RAM_CLASS_COUNT];
	uint64_t marks[RAM_MARKS];
	uint64_t found_pages;		/* of those that have a set */
};

/* Words of flags, each once, by their numbers. */
struct flag_words {
	struct array words;		/* uint64_t */
	uint32_t *hash;			/* number + 1; 0 free */
	uint32_t hash_size;		/* a power of two */
};

/* What one worker keeps of the runs of frames. */
struct run_keeper {
	struct array runs;		/* of the block at hand */
	struct array blocks;		/* those that are done */
	struct flag_words words;
};

/* A zone, or a part of one. */
struct ram_zone {
	int node;			/* -1: of several */
	char name[ZONE_NAME_SIZE];
	uint64_t first_pfn;
	uint64_t end_pfn;		/* exclusive */
};

struct ram_bank_pfns {
	uint64_t first;
	uint64_t end;			/* exclusive */
};

struct pagemap_ram {
	const struct pagemap_sharing *sharing;	/* NULL: not asked */
	size_t set_count;
	uint64_t (*set_pages)[PAGEMAP_RAM_CLASS_COUNT];
	uint32_t page_size_bytes;
	uint32_t page_shift;
	bool ksm_flag;
	bool has_counts;
	bool keeps_ranges;
	bool keeps_runs;

	struct ram_look before;
	struct ram_look after;
	struct array banks;		/* struct ram_bank_pfns; none: unknown */
	uint64_t lazy_pages;		/* in MemTotal and not yet managed */

	uint64_t frames;
	struct ram_counts seen;
	uint64_t pages[PAGEMAP_RAM_CLASS_COUNT];	/* after transfers */
	struct array transfers;
	uint64_t overdrawn_pages;
	struct array ranges;		/* struct pagemap_ram_range */
	struct array run_blocks;	/* of ram_runs.c */
	size_t run_count;
	struct flag_words words;	/* of the runs */
	struct array zones;		/* struct ram_zone, none overlapping */
	uint64_t wall_ns;
	uint64_t cpu_ns;
};

/* ---- ram_class.c ------------------------------------------------------- */

/* The flags of a tail with those that older kernels show of its head alone. */
uint64_t ram_flags_of_tail(uint64_t flags, uint64_t head_flags);

/* ---- ram_told.c -------------------------------------------------------- */

/* Reads meminfo, which must be understood if it is there, and zoneinfo. */
int ram_look_take(struct pagemap_source *source, struct ram_look *ret_look);

/* Reads where RAM is; nothing where that is not shown.  0 or -ENOMEM. */
int ram_banks_read(struct pagemap_source *source, struct pagemap_ram *ram);

/* A field of meminfo in bytes, huge pages too; false: not told. */
bool ram_field(const struct ram_look *look, enum meminfo_field field,
	       uint64_t *ret_bytes);

/* The pages that are in MemTotal and not yet managed. */
uint64_t ram_lazy_pages(const struct pagemap_ram *ram,
			const struct ram_look *look);

/* Gives each class that is told its pages.  0 or -ENOMEM. */
int ram_transfers_make(struct pagemap_ram *ram);

/* ---- ram_read.c -------------------------------------------------------- */

/* Reads all frames into ram->seen, ram->frames, set_pages, ranges and runs. */
int ram_frames_read(struct pagemap_source *source, struct pagemap_ram *ram,
		    uint32_t threads);

/* ---- ram_runs.c -------------------------------------------------------- */

/* A run begins at this frame, in the block at hand.  0 or -ENOMEM. */
int run_keeper_add(struct run_keeper *keeper, uint64_t pfn, uint64_t flags,
		   enum pagemap_ram_class ram_class, size_t set);

/* All of the block at hand is of another class after all. */
void run_keeper_turn(struct run_keeper *keeper,
		     enum pagemap_ram_class ram_class);

/* The block at hand is done; each has a number of its own.  0 or -ENOMEM. */
int run_keeper_end_block(struct run_keeper *keeper, uint64_t number);
void run_keeper_free(struct run_keeper *keeper);

/* All blocks become the runs of RAM.  0 or -ENOMEM. */
int ram_runs_join(struct pagemap_ram *ram, struct run_keeper *keepers,
		  size_t count);
void ram_runs_free(struct pagemap_ram *ram);

/* ---- ram_zones.c ------------------------------------------------------- */

/* Reads where zones are; nothing where that is not told.  0 or -ENOMEM. */
int ram_zones_read(struct pagemap_source *source, struct pagemap_ram *ram);

#endif
