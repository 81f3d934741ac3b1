/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine made up in memory: processes, mappings and pages chosen at
 * random, offered to the library as a source like any other, and to a test as
 * plain arrays from which every figure can be counted the slow way.
 */
#ifndef TESTS_COMMON_MACHINE_H
#define TESTS_COMMON_MACHINE_H

#include "source.h"

#define MACHINE_PROCESSES 12
#define MACHINE_MAPPINGS 5
#define MACHINE_PAGES 1200		/* of each mapping */
#define MACHINE_FRAMES 16384
#define MACHINE_SLOTS 512
#define MACHINE_ZERO_FRAME 7
#define MACHINE_BLOCK 512
#define MACHINE_FOLIO 4096		/* a huge page's first frame, by flags */
#define MACHINE_PAGE_BYTES 4096

enum page_kind { PAGE_NONE, PAGE_FRAME, PAGE_ZERO, PAGE_SWAP };

struct machine_page {
	uint8_t kind;
	bool by_pmd;
	bool anon;
	uint32_t number;		/* frame or swap slot */
};

struct machine_mapping {
	uint64_t first_page;
	struct machine_page pages[MACHINE_PAGES];
};

/*
 * Files that mappings are of, where machine_make_files() was called: each has
 * frames of its own.  Any of them may be copies on write, by their kind.
 */
#define MACHINE_FILES 6
#define MACHINE_FILE_PAGES 40
#define MACHINE_FIRST_FILE_FRAME 3840
#define MACHINE_SEGMENT 1		/* this one is of SysV, and removed */

struct machine_file {
	bool linked;
	bool in_shmem;
	uint64_t cached_pages;
	uint64_t swapped_pages;
	uint32_t open_by;		/* mask of processes, by index */
	uint32_t mapped_by;		/* the same */
	uint32_t mappings;
};

struct machine {
	struct machine_mapping mappings[MACHINE_PROCESSES][MACHINE_MAPPINGS];
	uint32_t map_counts[MACHINE_FRAMES];
	bool can_scan;
	bool hides_pids;		/* not every sharer can be seen */
	uint32_t hidden_counts[MACHINE_FRAMES];
	int same_mm[2];			/* indexes of processes; -1 none */
	struct machine_file files[MACHINE_FILES];
	int8_t file_of[MACHINE_PROCESSES][MACHINE_MAPPINGS]; /* + 1 */
	uint32_t hides_files;		/* mask of processes: what they have
					   open may not be read */
};

/* The pid of the process at an index. */
#define MACHINE_PID(index) ((pid_t)(100 + (index) * 3))

/* What the texts of the process at an index say. */
static inline int machine_threads(int process)
{
	return process + 1;
}

static inline int machine_table_kib(int process)
{
	return 4 * (process + 3);
}

void machine_make(struct machine *machine, unsigned int seed);

/* Makes some of the mappings, and some more descriptors, files'. */
void machine_make_files(struct machine *machine, unsigned int seed);

/* What a frame holds, as the machine's flags tell it. */
enum pagemap_frame_kind machine_kind(uint64_t pfn);

/*
 * Who maps each frame and uses each slot of swap (NULL: not asked), counted the
 * slow way: a bit for each process, that of bit_of by its index; NULL: its
 * index.
 */
void machine_users(const struct machine *machine, const uint32_t *bit_of,
		   uint32_t ret_mappers[MACHINE_FRAMES],
		   uint32_t ret_slot_users[MACHINE_SLOTS]);

/* A source that reads it; the machine stays the caller's and must outlive. */
struct pagemap_source *machine_source(struct machine *machine);

#endif
