/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest said of itself (guest_report.c), read for the oracle: processes
 * with each of their pages, the list of known pages, and sharers counted anew
 * from these pages alone.  Uses nothing of the library: it is what the library
 * is held against.
 */
#ifndef COMMON_DUMP_H
#define COMMON_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE 4096ul
#define PRESENT (UINT64_C(1) << 63)
#define SWAPPED (UINT64_C(1) << 62)
#define PFN_MASK ((UINT64_C(1) << 55) - 1)
#define NO_PFN UINT64_MAX

/* A page, or what stands for one, by the guest's own pagemap. */
struct dump_page {
	uint64_t vpn;
	uint64_t entry;			/* mainline's, bit for bit */
	uint32_t bits;			/* PROCFS_PAGEMAP_*, of the module */
	bool is_closed;			/* in a mapping without permissions */
	bool has_bits;
	bool has_hash;
	uint64_t hash;			/* of its contents */
	uint64_t hash_pfn;		/* where it was when they were read */
};

/* From smaps_rollup, in KiB. */
enum rollup {
	ROLLUP_RSS, ROLLUP_PSS, ROLLUP_PRIVATE_CLEAN, ROLLUP_PRIVATE_DIRTY,
	ROLLUP_SWAP, ROLLUP_SWAP_PSS, ROLLUP_COUNT
};

struct dump_process {
	int pid;
	char comm[16];
	bool is_reporter;		/* it was at work when it was looked at */
	struct dump_page *pages;	/* by rising vpn */
	size_t page_count;
	uint64_t rollup[ROLLUP_COUNT];
	bool has_rollup;
};

/* A line of the list of known pages; see guest_known.h. */
struct dump_known {
	int pid;
	uint64_t start;
	size_t pages;
	uint32_t owner, index;
	char state[16], use[16];
	unsigned int sharers;
	char name[32];
};

/* Who maps a frame, by all that was dumped. */
struct dump_frame {
	uint32_t sharers;		/* distinct processes */
	uint32_t mappings;		/* entries that name it */
};

struct dump {
	struct dump_process *processes;	/* that have memory, by rising pid */
	size_t process_count;
	struct dump_known *known;
	size_t known_count;
	struct dump_frame *frames;
	size_t frame_count;
	uint64_t zero_pfn;		/* NO_PFN: none was mapped */
	bool has_bits;			/* the module was there */
};

/* Reads a folder that guest_report wrote; ends the program if it cannot. */
void dump_read(const char *folder, size_t frame_count, struct dump *ret_dump);
void dump_free(struct dump *dump);

const struct dump_process *dump_find(const struct dump *dump, int pid);
const struct dump_page *dump_page_at(const struct dump_process *process,
				     uint64_t vpn);

static inline uint64_t dump_pfn(const struct dump_page *page)
{
	return page && page->entry & PRESENT ? page->entry & PFN_MASK : NO_PFN;
}

/* Present, and no zero page: what counts as resident. */
static inline bool dump_is_resident(const struct dump *dump,
				    const struct dump_page *page)
{
	return page->entry & PRESENT && dump_pfn(page) != dump->zero_pfn;
}

#endif
