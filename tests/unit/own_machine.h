/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moments of a small machine that is made up: two processes that share a
 * library, and RAM.  Included by one file of a program.
 *
 *	tool (10)	file 64 pages, heap 1024 with 512 there and one in swap,
 *			libc 256 + 16, and from the second moment on a mapping
 *	other (11)	libc alone
 *	last (200)	nothing of note, and its PSS is not known
 */
#ifndef TESTS_OWN_MACHINE_H
#define TESTS_OWN_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/store.h"
#include "history.h"
#include "page_class.h"

#define PAGE UINT64_C(4096)
#define TEXT_PAGE UINT64_C(0x400)
#define HEAP_PAGE UINT64_C(0x1000)
#define SWAP_PAGE UINT64_C(0x1300)
#define LIBC_PAGE UINT64_C(0x7f0000000)
#define NEW_PAGE  UINT64_C(0x7f8000000)
#define LIBC_PFN  4000
#define HEAP_PFN  2000
#define RAM_PAGES 8192

#define KNOWN(bytes) { .value = (bytes), .low = (bytes), .high = (bytes), \
		       .quality = PAGEMAP_EXACT }

static const struct map_id map_tool = { MAP_PROCESS, 10 };
static const struct map_id map_other = { MAP_PROCESS, 11 };
static const struct map_id map_ram = { MAP_RAM, 0 };

static const struct person own_people[] = {
	{ .pid = 10, .name = "tool", .command = "/usr/bin/tool --fast",
	  .user = "ann", .group = "", .pss = KNOWN(100), .rss = KNOWN(900) },
	{ .pid = 11, .name = "other", .command = "other", .user = "bob",
	  .group = "", .pss = KNOWN(300), .rss = KNOWN(300) },
	{ .pid = 200, .name = "last", .command = "last", .user = "Ann",
	  .group = "", .pss = { .quality = PAGEMAP_UNAVAILABLE },
	  .rss = KNOWN(200) },
};

static const uint64_t own_flags[] = { PAGEMAP_FLAGS_UNKNOWN };
static const uint32_t own_members[] = { 0, 1 };
static const struct share_set own_sets[] = {
	{ own_members, 1, false }, { own_members, 2, false },
};

static const struct area tool_areas[] = {
	{ TEXT_PAGE, TEXT_PAGE + 64, "/usr/bin/tool", "r-xp", 0, 0 },
	{ HEAP_PAGE, HEAP_PAGE + 1024, "[heap]", "rw-p", 0, 0 },
	{ LIBC_PAGE, LIBC_PAGE + 256, "/usr/lib/libc.so.6", "r-xp", 0, 0 },
	{ LIBC_PAGE + 256, LIBC_PAGE + 272, "/usr/lib/libc.so.6", "rw-p", 0,
	  0 },
	{ NEW_PAGE, NEW_PAGE + 2048, "anonymous", "rw-p", 0, 0 },
};

static const struct extent tool_extents[] = {
	{ TEXT_PAGE, 64 }, { HEAP_PAGE, 1024 }, { LIBC_PAGE, 272 },
	{ NEW_PAGE, 2048 },
};

static const struct stretch tool_stretches[] = {
	{ TEXT_PAGE, 1000, 64, 0, 1, 1, 0, 0, PAGEMAP_PAGE_PRESENT, CLASS_FILE,
	  AGE_UNKNOWN, 0, 0 },
	{ HEAP_PAGE, HEAP_PFN, 512, 0, 1, 1, 0, 0, PAGEMAP_PAGE_PRESENT,
	  CLASS_ANON, AGE_UNKNOWN, 0, 0 },
	{ SWAP_PAGE, 77, 1, SET_UNKNOWN, 0, 0, 0, 0, PAGEMAP_PAGE_SWAPPED,
	  CLASS_SWAPPED, AGE_UNKNOWN, 0, 0 },
	{ LIBC_PAGE, LIBC_PFN, 256, 1, 2, 2, 0, 0, PAGEMAP_PAGE_PRESENT,
	  CLASS_FILE, AGE_UNKNOWN, 0, 0 },
};

static const struct area other_areas[] = {
	{ LIBC_PAGE, LIBC_PAGE + 256, "/usr/lib/libc.so.6", "r-xp", 0, 0 },
};
static const struct extent other_extents[] = { { LIBC_PAGE, 256 } };
static const struct stretch other_stretches[] = {
	{ LIBC_PAGE, LIBC_PFN, 256, 1, 2, 2, 0, 0, PAGEMAP_PAGE_PRESENT,
	  CLASS_FILE, AGE_UNKNOWN, 0, 0 },
};

static const struct area ram_areas[] = {
	{ 0, RAM_PAGES, "node 0 Normal", "", 0, 0 },
};
static const struct extent ram_extents[] = { { 0, RAM_PAGES } };
static const struct stretch ram_stretches[] = {
	{ HEAP_PFN, HEAP_PFN, 512, 0, 1, 1, 0, 0, PAGEMAP_PAGE_PRESENT,
	  PAGEMAP_RAM_ANON, AGE_UNKNOWN, 0, 0 },
	{ LIBC_PFN, LIBC_PFN, 256, 1, 2, 2, 0, 0, PAGEMAP_PAGE_PRESENT,
	  PAGEMAP_RAM_FILE_MAPPED, AGE_UNKNOWN, 0, 0 },
};

static const struct ram_figure ram_figures[PAGEMAP_RAM_CLASS_COUNT];

static void own_pictures(struct picture pictures[3], bool grown)
{
	pictures[0] = (struct picture){
		.id = map_tool, .name = "tool",
		.areas = tool_areas, .area_count = grown ? 5 : 4,
		.extents = tool_extents, .extent_count = grown ? 4 : 3,
		.stretches = tool_stretches, .stretch_count = 4,
	};
	pictures[1] = (struct picture){
		.id = map_other, .name = "other",
		.areas = other_areas, .area_count = 1,
		.extents = other_extents, .extent_count = 1,
		.stretches = other_stretches, .stretch_count = 1,
	};
	pictures[2] = (struct picture){
		.id = map_ram, .name = "RAM",
		.areas = ram_areas, .area_count = 1,
		.extents = ram_extents, .extent_count = 1,
		.stretches = ram_stretches, .stretch_count = 2,
		.ram = ram_figures,
	};
	for (int i = 0; i < 3; i++) {
		pictures[i].why = "";
		pictures[i].why_sharers = "";
		pictures[i].why_use = "not asked for";
		pictures[i].why_age = "not asked for";
		pictures[i].why_flags = "";
	}
}

/* A moment of 1000 bytes; grown: the tool has its new mapping. */
static struct moment *own_moment(uint64_t time_ns, bool grown)
{
	struct store *store = store_new();
	struct moment *moment;
	struct picture *pictures;

	assert_non_null(store);
	moment = store_moment(store);
	pictures = store_allocate(store, 3 * sizeof(*pictures));
	assert_non_null(pictures);
	own_pictures(pictures, grown);
	moment->time_ns = time_ns;
	moment->page_bytes = (uint32_t)PAGE;
	moment->people = own_people;
	moment->person_count = 3;
	moment->sets = own_sets;
	moment->set_count = 2;
	moment->flags = own_flags;
	moment->flag_count = 1;
	moment->pictures = pictures;
	moment->picture_count = 3;
	moment->memory_bytes = 1000;
	return moment;
}

#endif
