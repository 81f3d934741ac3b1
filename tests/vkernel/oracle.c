// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * oracle MAIN FOLDER [without-module]: every page of every process of a
 * vkernel, four ways: by the guest's own pagemap (FOLDER, which guest_report
 * wrote), by what main's children map, by what stands in the file of the RAM,
 * and by the library's walk of the guest's tables (common_walk.c).  Also what
 * the known pages must be.  Prints TAP.  Uses nothing of the library here.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../kernel/uapi/procfs_pagemap.h"
#include "common_dump.h"
#include "common_outside.h"
#include "common_tally.h"
#include "common_walk.h"
#include "guest_content.h"
#include "guest_known.h"

static struct tally
	pages = { .name = "pages of which all that tells of them agrees" },
	by_child = { .name = "frames, as children map them" },
	by_use = { .name = "accessed and modified, as children map them" },
	by_content = { .name = "contents, through the RAM's file" },
	children = { .name = "each process has a child, each child one" },
	stubs = { .name = "what children map beside that is their stub" },
	host = { .name = "frames of the host, as main and children have them" },
	known_state = { .name = "known pages are there, or not, as they must" },
	known_use = { .name = "known pages were used, or not" },
	known_sharers = { .name = "known pages are shared by as many" },
	known_mark = { .name = "known pages have their magic number in the file" };

/* ---- Whose child is it ---------------------------------------------------- */

struct match {
	const struct dump_process *process;
	const struct outside_child *child;
	size_t same, other;
};

static struct match compare(const struct dump_process *process,
			    const struct outside_child *child)
{
	struct match match = { process, child, 0, 0 };

	for (size_t i = 0; i < child->page_count; i++) {
		const struct outside_page *page = &child->pages[i];

		if (dump_pfn(dump_page_at(process, page->vpn)) == page->pfn)
			match.same++;
		else
			match.other++;
	}
	return match;
}

/* Of code and of data: of no process is a child that maps more beside it. */
#define STUB_PAGES 3

static struct match match_child(const struct dump *dump,
				const struct outside_child *child)
{
	struct match best = { NULL, child, 0, 0 };

	for (size_t i = 0; i < dump->process_count; i++) {
		struct match match = compare(&dump->processes[i], child);

		if (match.other <= STUB_PAGES && match.same > best.same)
			best = match;
	}
	return best;
}

static const struct outside_page *child_page(const struct outside_child *child,
					     uint64_t vpn)
{
	size_t low = 0, high = child->page_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (child->pages[middle].vpn < vpn)
			low = middle + 1;
		else
			high = middle;
	}
	return low < child->page_count && child->pages[low].vpn == vpn ?
		&child->pages[low] : NULL;
}

/* ---- A page ---------------------------------------------------------------- */

/*
 * Pages that were not used cannot be read, those that were not written cannot
 * be written, so that the guest's kernel learns of it by a fault.
 */
static bool check_use(const struct dump_process *process,
		      const struct dump_page *page,
		      const struct outside_page *mapped)
{
	bool used = page->bits & PROCFS_PAGEMAP_ACCESSED;
	bool written = page->bits & PROCFS_PAGEMAP_MODIFIED &&
		       page->bits & PROCFS_PAGEMAP_WRITABLE;
	bool open = !page->is_closed;

	if (!page->has_bits)
		return true;
	return tally_add(&by_use, mapped->readable == (used && open) &&
			 mapped->writable == (used && written && open) &&
			 mapped->executable == open,
			 "%s, page %#" PRIx64 ": %c%c%c of bits %#x",
			 process->comm, page->vpn, mapped->readable ? 'r' : '-',
			 mapped->writable ? 'w' : '-',
			 mapped->executable ? 'x' : '-', page->bits);
}

static bool check_mapped(const struct outside *outside,
			 const struct match *match,
			 const struct dump_page *page)
{
	const struct outside_page *mapped = child_page(match->child, page->vpn);
	uint64_t pfn = dump_pfn(page), in_main, in_child;
	bool agrees;

	if (!mapped)
		return true;
	agrees = tally_add(&by_child, mapped->pfn == pfn, "%s, page %#" PRIx64
			   ": frame %#" PRIx64 ", its child has %#" PRIx64,
			   match->process->comm, page->vpn, pfn, mapped->pfn);
	agrees &= check_use(match->process, page, mapped);
	in_main = outside_host_pfn(outside, pfn);
	in_child = outside_child_host_pfn(match->child, page->vpn);
	if (in_main == NO_PFN || in_child == NO_PFN)
		return agrees;
	return agrees & tally_add(&host, in_main == in_child, "frame %#" PRIx64
				  ": %#" PRIx64 " in main, %#" PRIx64
				  " in child %d", pfn, in_main, in_child,
				  match->child->pid);
}

static bool check_content(const struct outside *outside,
			  const struct dump_process *process,
			  const struct dump_page *page)
{
	uint64_t bytes[PAGE / 8], pfn = dump_pfn(page);

	/* It wrote to its pages while it looked at them. */
	if (!page->has_hash || process->is_reporter)
		return true;
	return tally_add(&by_content, page->hash_pfn == pfn &&
			 outside_contents(outside, pfn, bytes) &&
			 content_hash(bytes, PAGE) == page->hash,
			 "%s, page %#" PRIx64 ": frame %#" PRIx64
			 " holds something else", process->comm, page->vpn, pfn);
}

static void check_process(const struct outside *outside,
			  const struct match *match)
{
	const struct dump_process *process = match->process;

	for (size_t i = 0; i < process->page_count; i++) {
		const struct dump_page *page = &process->pages[i];
		bool agrees;

		if (!(page->entry & PRESENT))
			continue;
		agrees = check_mapped(outside, match, page);
		agrees &= check_content(outside, process, page);
		agrees &= walk_page_agrees(process, page);
		tally_add(&pages, agrees, "%s, page %#" PRIx64, process->comm,
			  page->vpn);
	}
}

/* Above all that a process can have; its code is never written. */
static void check_stub(const struct match *match)
{
	const struct dump_process *process = match->process;
	uint64_t last = process->pages[process->page_count - 1].vpn;
	size_t data = 0;

	for (size_t i = 0; i < match->child->page_count; i++) {
		const struct outside_page *page = &match->child->pages[i];

		if (dump_page_at(process, page->vpn))
			continue;
		tally_add(&stubs, page->vpn > last, "child %d maps page %#"
			  PRIx64 ", which %s has not", match->child->pid,
			  page->vpn, process->comm);
		if (!page->writable)
			continue;
		walk_stub_frame(process, page->pfn);
		data++;
	}
	walk_stub(process, data);
}

/* ---- Known pages ------------------------------------------------------------ */

static bool is_state(const struct dump *dump, const struct dump_page *page,
		     const char *state)
{
	if (!strcmp(state, "none"))
		return !page;
	if (!page)
		return false;
	if (!strcmp(state, "swapped"))
		return page->entry & SWAPPED;
	if (!strcmp(state, "zero"))
		return dump_pfn(page) == dump->zero_pfn;
	return dump_is_resident(dump, page);
}

static const struct {
	const char *name;
	bool accessed, modified;
} uses[] = {
	{ "old", false, false },
	{ "clean", true, false },
	{ "modified", true, true },
	{ "old_modified", false, true },
};

static void check_known_use(const struct dump_known *known,
			    const struct dump_page *page)
{
	bool accessed = page->bits & PROCFS_PAGEMAP_ACCESSED;
	bool modified = page->bits & PROCFS_PAGEMAP_MODIFIED;

	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++)
		if (!strcmp(uses[i].name, known->use))
			tally_add(&known_use, accessed == uses[i].accessed &&
				  modified == uses[i].modified,
				  "%d, %s, page %#" PRIx64 ": %s, and has bits "
				  "%#x", known->pid, known->name, page->vpn,
				  known->use, page->bits);
}

static void check_mark(const struct outside *outside,
		       const struct dump_known *known, size_t n, uint64_t pfn)
{
	uint32_t index = known->index +
		(known->owner == OWNER_ALIKE ? 0 : (uint32_t)n);
	union {
		struct known_mark mark;
		char bytes[PAGE];
	} page;

	if (!outside_contents(outside, pfn, &page))
		memset(&page, 0, sizeof(page));
	tally_add(&known_mark, page.mark.magic == KNOWN_MAGIC &&
		  page.mark.owner == known->owner && page.mark.index == index &&
		  page.mark.check == known_check(known->owner, index),
		  "%d, %s, %zu in frame %#" PRIx64 ": owner %u index %u",
		  known->pid, known->name, n, pfn, page.mark.owner,
		  page.mark.index);
}

static void check_known(const struct dump *dump, const struct outside *outside,
			const struct dump_known *known)
{
	const struct dump_process *process = dump_find(dump, known->pid);

	for (size_t n = 0; process && n < known->pages; n++) {
		uint64_t vpn = known->start / PAGE + n;
		const struct dump_page *page = dump_page_at(process, vpn);

		if (!tally_add(&known_state, is_state(dump, page, known->state),
			       "%d, %s, page %#" PRIx64 " is not %s", known->pid,
			       known->name, vpn, known->state) ||
		    !page || !(page->entry & PRESENT))
			continue;
		if (page->has_bits)
			check_known_use(known, page);
		if (known->sharers)
			tally_add(&known_sharers,
				  dump->frames[dump_pfn(page)].sharers ==
				  known->sharers, "%d, %s, page %#" PRIx64
				  ": %u, not %u", known->pid, known->name, vpn,
				  dump->frames[dump_pfn(page)].sharers,
				  known->sharers);
		if (known->owner)
			check_mark(outside, known, n, dump_pfn(page));
	}
	if (!process)
		tally_add(&known_state, false, "there is no %d", known->pid);
}

/* ---- All ---------------------------------------------------------------------- */

static size_t check_children(const struct dump *dump,
			     const struct outside *outside,
			     struct match *ret_matches)
{
	size_t count = 0;

	for (size_t i = 0; i < outside->child_count; i++) {
		struct match match = match_child(dump, &outside->children[i]);
		bool taken = false;

		for (size_t n = 0; n < count; n++)
			taken |= ret_matches[n].process == match.process;
		if (tally_add(&children, match.process && !taken, "child %d "
			      "maps %zu pages, and runs %s",
			      outside->children[i].pid,
			      outside->children[i].page_count, taken ?
			      "what another does" : "nobody"))
			ret_matches[count++] = match;
	}
	for (size_t i = 0; i < dump->process_count; i++) {
		bool found = false;

		for (size_t n = 0; n < count; n++)
			found |= ret_matches[n].process == &dump->processes[i];
		tally_add(&children, found, "no child runs %d (%s)",
			  dump->processes[i].pid, dump->processes[i].comm);
	}
	return count;
}

static void check_all(const struct dump *dump, const struct outside *outside)
{
	struct match *matches = calloc(outside->child_count, sizeof(*matches));
	size_t count = check_children(dump, outside, matches);

	for (size_t i = 0; i < count; i++) {
		walk_link(matches[i].process, matches[i].child->pid);
		check_process(outside, &matches[i]);
		check_stub(&matches[i]);
	}
	for (size_t i = 0; i < dump->known_count; i++)
		check_known(dump, outside, &dump->known[i]);
	free(matches);
}

int main(int argc, char *argv[])
{
	static const struct tally *const all[] = {
		&children, &by_child, &by_use, &stubs, &by_content, &host,
		&known_state, &known_use, &known_sharers, &known_mark, &pages,
	};
	struct outside outside;
	struct dump dump;
	bool passed = true;

	if (argc < 3) {
		fprintf(stderr, "oracle MAIN FOLDER [without-module]\n");
		return 2;
	}
	by_use.may_be_none = known_use.may_be_none = argc > 3;
	outside_read(atoi(argv[1]), &outside);
	dump_read(argv[2], outside.ram_bytes / PAGE, &dump);
	walk_open(&dump, &outside);
	check_all(&dump, &outside);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		passed &= tally_report(all[i]);
	walk_rest(argv[2]);
	passed &= walk_close();
	dump_free(&dump);
	outside_free(&outside);
	return !passed;
}
