/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a snapshot is made of.  Written while it is taken (take.c and the
 * engines), read only afterwards.  All memory below it is in its arena but
 * for the array of processes, the runs of their pages and the tables of frames.
 */
#ifndef PAGEMAP_SNAPSHOT_H
#define PAGEMAP_SNAPSHOT_H

#include <libpagemap/pagemap.h>

#include "arena.h"
#include "figures.h"

struct frames;
struct source_beside;

/* Pages of one thing as a census finds them, by what entries alone say. */
struct tally {
	uint64_t vss_pages;
	uint64_t exclusive_anon;	/* bit 56 trusted: one sharer for sure */
	uint64_t exclusive_file;
	uint64_t unknown_pfn;		/* present, shared, frame not shown */
	uint64_t unknown_pfn_anon;	/* of these, anonymous */
	uint64_t unknown_swap;		/* in swap, where is not shown */
	uint64_t hugetlb_private;
	uint64_t hugetlb_shared;
	uint64_t zero;
	uint64_t anon_thp;		/* mapped by a PMD */
	uint64_t file_thp;
};

/* Part of one of a process's arrays. */
struct slice {
	uint32_t first;
	uint32_t count;
};

/*
 * Frames (or swap slots) in a row that may have other sharers, packed:
 * the low 40 bits are the first number, the next 23 the count less one, the
 * top bit says that it is anonymous.
 */
typedef uint64_t packed_run;
#define PACKED_NUMBER_BITS 40
#define PACKED_COUNT_BITS 23
#define PACKED_MAX_COUNT (UINT64_C(1) << PACKED_COUNT_BITS)
#define PACKED_ANON (UINT64_C(1) << 63)

static inline packed_run pack_run(uint64_t number, uint64_t count, bool anon)
{
	return number | (count - 1) << PACKED_NUMBER_BITS |
	       (anon ? PACKED_ANON : 0);
}

static inline uint64_t packed_number(packed_run run)
{
	return run & ((UINT64_C(1) << PACKED_NUMBER_BITS) - 1);
}

static inline uint64_t packed_count(packed_run run)
{
	return (run >> PACKED_NUMBER_BITS & (PACKED_MAX_COUNT - 1)) + 1;
}

/* A run of pages whose entries are alike, until a snapshot is settled. */
struct entry_run {
	uint64_t start_page;
	uint64_t number;	/* frame, or swap offset; PAGEMAP_PFN_UNKNOWN */
	uint32_t count;
	uint16_t bits;		/* enum pagemap_run_bits */
	uint8_t state;		/* enum pagemap_page_state */
	uint8_t swap_type;
};

/* A run of like pages, kept only at PAGEMAP_DETAIL_PAGES. */
struct page_run {
	uint64_t start_page;
	uint64_t number;	/* frame, or swap offset; PAGEMAP_PFN_UNKNOWN */
	uint64_t flags;		/* kpageflags */
	uint32_t count;
	uint32_t sharers;	/* 0 not known */
	uint32_t sharers_high;
	uint16_t bits;		/* enum pagemap_run_bits */
	uint8_t state;		/* enum pagemap_page_state */
	uint8_t swap_type;
};

/* Frames in a row that one mm maps `times` times each, twice or more. */
struct repeat {
	uint64_t first;
	uint32_t count;
	uint32_t times;
};

/* All of one mm, by rising number. */
struct repeats {
	struct repeat *items;
	uint32_t count;
};

struct pagemap_mapping {
	const struct pagemap_process *process;
	uint64_t start_vaddr;
	uint64_t end_vaddr;
	uint64_t offset_bytes;
	uint64_t inode;
	dev_t dev;
	const char *path;
	char permissions[5];
	uint8_t kind;			/* enum pagemap_mapping_kind */
	struct figures *kernel;		/* kernel engine; else NULL */
	struct tally tally;		/* census */
	struct slice shared;
	struct slice swapped;
	struct slice runs;
};

struct pagemap_process {
	const struct pagemap_snapshot *snapshot;
	pid_t pid;
	pid_t ppid;
	pid_t session;
	uid_t uid;
	uint8_t status;			/* enum pagemap_status */
	bool ended;			/* to be left out */
	bool merged;			/* ended since another leads its mm */
	uint64_t start_time_ns;
	uint64_t read_time_ns;
	const char *comm;
	const char *command;
	const char *exe;
	const char *cgroup;
	uint64_t layout;		/* equal where the mm is equal */
	const pid_t *mm_pids;		/* NULL: itself alone */
	size_t mm_pid_count;
	struct figures figures;
	struct proc_moved {		/* statm when it was read */
		uint64_t size_pages;
		uint64_t resident_pages;
		uint64_t shared_pages;
	} statm;

	struct pagemap_mapping *mappings;
	size_t mapping_count;
	size_t first_mapping;		/* index of mappings[0] in the snapshot */

	/* Census. */
	struct tally tally;
	packed_run *shared;
	packed_run *swapped;
	struct entry_run *found;	/* these two its own: of a large one most
					   of a snapshot's memory; then NULL, */
	struct page_run *runs;		/* and these are made of them */
	uint32_t shared_count;
	uint32_t swapped_count;
	uint32_t found_count;
	uint32_t run_count;
	struct repeats repeats;		/* frames mapped more than once */
	struct repeats slot_repeats;	/* the same of swap slots */
	uint64_t claimed_rss_bytes;	/* a saved tree's smaps_rollup; or 0 */
};

/* A device whose files are shmem, hugetlb or devices. */
struct mount_kind {
	dev_t dev;
	uint8_t kind;			/* enum pagemap_mapping_kind */
};

/* Whether its figures were read, perhaps as estimates. */
static inline bool process_is_measured(const struct pagemap_process *process)
{
	return process->status == PAGEMAP_STATUS_COMPLETE ||
	       process->status == PAGEMAP_STATUS_CHANGED;
}

/* Lets the runs of its pages go. */
void process_drop_runs(struct pagemap_process *process);

/* A pid that does not lead its mm. */
struct alias {
	pid_t pid;
	uint32_t index;
};

struct pagemap_snapshot {
	struct arena arena;
	struct pagemap_process *processes;
	size_t process_count;
	struct alias *aliases;		/* by rising pid */
	size_t alias_count;
	size_t mapping_count;
	size_t vanished_count;

	enum pagemap_engine engine;
	enum pagemap_engine wanted_engine;
	enum pagemap_detail detail;
	uint64_t metrics;
	uint32_t identity;
	uint32_t threads;
	bool gentle;
	bool groups;
	size_t top_count;
	enum pagemap_frame_detail frames_detail;
	const struct pagemap_page_filter *filter; /* in the arena; NULL */
	const pid_t *pids;		/* asked for, rising; NULL: all */
	size_t pid_count;
	bool alone;			/* of these no others are read */
	bool no_flags;			/* runs are kept without them */

	uint32_t page_shift;
	uint32_t swap_types;
	bool swap_in_use;
	uint64_t zero_frame;		/* census: the zero page's; 0 unknown */
	bool reads_ahead;		/* census, see ahead.c */
	bool one_file;			/* an engine opens but one per process */
	bool averaged;			/* the kernel's counts are averages ... */
	uint8_t averaged_reason;	/* ... for sure or perhaps */
	uint64_t time_ns;
	uint64_t boottime_ns;
	uint64_t begin_ns;		/* CLOCK_MONOTONIC */
	uint64_t wall_ns;
	uint64_t cpu_ns;

	struct frames *frames;		/* census; NULL else */
	struct frames *slots;		/* of swap */
	uint64_t ram_end;		/* census: frames end here; 0 not read */
	bool scanned;			/* census: PAGEMAP_SCAN is there */
	bool frames_shown;		/* census: entries have PFNs */
	bool missing_pids;		/* the source does not list all */
	bool unseen;			/* sharers exist that were not read */
	bool unseen_swap;		/* and they have something in swap */
	uint32_t *unseen_counts;	/* where some are: mappings of a frame
					   that were not seen, by its slot */
	uint8_t *kinds;			/* enum pagemap_frame_kind, by slot;
					   NULL: PAGEMAP_FRAMES_COUNTED */
	uint8_t *compound;		/* bits beside kinds: of a huge page or
					   another large folio */
	uint64_t distinct_bytes;	/* frames mapped by the measured ones */
	bool file_bit;			/* census: entries tell pages of files */
	bool mappings_told;		/* maps tells every mapping */
	enum pagemap_source_kind source_kind;
	struct source_beside *beside;	/* the source's own; NULL */
	const struct mount_kind *mounts;	/* for the kinds of mappings */
	size_t mount_count;
};

#endif
