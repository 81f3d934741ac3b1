// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The walk of a guest's tables, held against the truth: see common_walk.h.
 * One look at one vkernel in a program: what it is made of is kept here.
 */
#include "common_walk.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libpagemap/pagemap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../kernel/uapi/procfs_pagemap.h"
#include "common_figures.h"
#include "common_tally.h"

/* A page of a process of the snapshot. */
struct walk_page {
	uint64_t vpn;
	struct pagemap_run run;		/* of this page alone */
	bool is_said;			/* the guest has it too */
};

struct walked {
	const struct pagemap_process *process;
	const struct dump_process *is;
	struct pagemap_guest_process facts;
	struct walk_page *pages;	/* by rising vpn */
	size_t page_count;
};

static struct {
	const struct dump *dump;
	const struct outside *outside;
	struct pagemap_source *host, *source;
	struct pagemap_snapshot *snapshot;
	const struct pagemap_guest *guest;
	struct walked *processes;
	size_t count;
} walk;

static struct tally
	processes = { .name = "walk: as many processes as the guest has" },
	frames = { .name = "walk: guest frames" },
	states = { .name = "walk: zero pages and others" },
	used = { .name = "walk: accessed and modified, as the module has them" },
	sharers = { .name = "walk: sharers of frames" },
	host = { .name = "walk: frames of the host" },
	links = { .name = "walk: the child that runs a process" },
	stubs = { .name = "walk: frames of stubs" },
	swapped = { .name = "walk: places in the guest's swap" },
	beside = { .name = "walk: no page that the guest has not" },
	runs = { .name = "walk: all frames of RAM, by use and mappers" },
	holes = { .name = "walk: all frames of RAM, there or never touched" },
	places = { .name = "walk: where a frame is mapped, and back from the host" },
	names = { .name = "inside: names and pids, joined by the pages" };

/* ---- Taking it ------------------------------------------------------------ */

static void add_run(struct walked *walked, const struct pagemap_run *run)
{
	struct walk_page *pages = realloc(walked->pages, sizeof(*pages) *
		(walked->page_count + run->page_count));

	if (!pages)
		err(2, "memory");
	walked->pages = pages;
	for (uint64_t i = 0; i < run->page_count; i++) {
		struct walk_page *page = &pages[walked->page_count++];

		*page = (struct walk_page){ run->start_vaddr / PAGE + i, *run,
					    false };
		if (page->run.pfn != PAGEMAP_PFN_UNKNOWN &&
		    !(run->bits & PAGEMAP_RUN_SAME_FRAME))
			page->run.pfn += i;
		page->run.swap_offset += i;
	}
}

static void add_process(struct walked *walked,
			const struct pagemap_process *process)
{
	size_t count = pagemap_process_mapping_count(process);
	struct pagemap_run_iter iter;
	struct pagemap_run run;

	*walked = (struct walked){ .process = process };
	if (pagemap_guest_process(process, &walked->facts))
		errx(2, "process %d is of no vkernel",
		     pagemap_process_pid(process));
	for (size_t i = 0; i < count; i++) {
		if (pagemap_run_iter_init(&iter,
				pagemap_process_mapping_at(process, i)))
			errx(2, "no runs of pages");
		while (pagemap_run_iter_next(&iter, &run) > 0)
			add_run(walked, &run);
	}
}

/* NULL: none has a page there. */
static struct walk_page *page_at(const struct walked *walked, uint64_t vpn)
{
	size_t low = 0, high = walked->page_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (walked->pages[middle].vpn < vpn)
			low = middle + 1;
		else
			high = middle;
	}
	return low < walked->page_count && walked->pages[low].vpn == vpn ?
		&walked->pages[low] : NULL;
}

static size_t same_pages(const struct walked *walked,
			 const struct dump_process *process)
{
	size_t same = 0;

	for (size_t i = 0; i < process->page_count; i++) {
		const struct walk_page *page =
			page_at(walked, process->pages[i].vpn);

		same += page && page->run.pfn == dump_pfn(&process->pages[i]);
	}
	return same;
}

/* The one that has most pages in common, and that nobody else is. */
static void find_process(const struct dump_process *process)
{
	struct walked *best = NULL;
	size_t most = 0;

	for (size_t i = 0; i < walk.count; i++) {
		size_t same = same_pages(&walk.processes[i], process);

		if (!walk.processes[i].is && same > most) {
			best = &walk.processes[i];
			most = same;
		}
	}
	if (best)
		best->is = process;
}

static struct walked *walked_of(const struct dump_process *process)
{
	for (size_t i = 0; i < walk.count; i++)
		if (walk.processes[i].is == process)
			return &walk.processes[i];
	return NULL;
}

static struct pagemap_snapshot *take(struct pagemap_source *source)
{
	const struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.detail = PAGEMAP_DETAIL_PAGES,
		.frames = PAGEMAP_FRAMES_ALL,
		.metrics = PAGEMAP_METRICS_SIZES,
		.identity = PAGEMAP_ID_COMM,
	};
	struct pagemap_snapshot *snapshot;
	int err = pagemap_snapshot_take(source, &opts, &snapshot);

	if (err)
		errx(2, "no snapshot: %s: %s", strerror(-err),
		     pagemap_source_last_error(source));
	return snapshot;
}

static struct pagemap_source *open_vkernel(struct pagemap_source *inside)
{
	const struct pagemap_vkernel_opts opts = {
		.size = sizeof(opts), .inside = inside,
	};
	struct pagemap_source *source;
	int err = pagemap_source_open_vkernel(walk.host, walk.outside->pid,
					      &opts, &source);

	if (err)
		errx(2, "no vkernel: %s: %s", strerror(-err),
		     pagemap_source_last_error(walk.host));
	return source;
}

void walk_open(const struct dump *dump, const struct outside *outside)
{
	walk.dump = dump;
	walk.outside = outside;
	if (pagemap_source_open_live(&walk.host))
		errx(2, "no live source");
	walk.source = open_vkernel(NULL);
	walk.snapshot = take(walk.source);
	walk.guest = pagemap_snapshot_guest(walk.snapshot);
	if (!walk.guest)
		errx(2, "a snapshot of no guest");
	walk.count = pagemap_snapshot_process_count(walk.snapshot);
	walk.processes = calloc(walk.count, sizeof(*walk.processes));
	if (!walk.processes)
		err(2, "memory");
	for (size_t i = 0; i < walk.count; i++)
		add_process(&walk.processes[i],
			    pagemap_snapshot_process_at(walk.snapshot, i));
	for (size_t i = 0; i < dump->process_count; i++)
		find_process(&dump->processes[i]);
	tally_add(&processes, walk.count == dump->process_count,
		  "%zu, and the guest has %zu", walk.count,
		  dump->process_count);
}

/* ---- A page ---------------------------------------------------------------- */

static bool check_use(const struct dump_process *process,
		      const struct dump_page *page,
		      const struct pagemap_run *run)
{
	uint32_t both = PROCFS_PAGEMAP_ACCESSED | PROCFS_PAGEMAP_MODIFIED;
	uint32_t bits = 0;

	if (!page->has_bits || process->is_reporter)
		return true;
	bits |= run->bits & PAGEMAP_RUN_ACCESSED ? PROCFS_PAGEMAP_ACCESSED : 0;
	bits |= run->bits & PAGEMAP_RUN_MODIFIED ? PROCFS_PAGEMAP_MODIFIED : 0;
	return tally_add(&used, run->bits & PAGEMAP_RUN_USE_KNOWN &&
			 bits == (page->bits & both), "%s, page %#" PRIx64
			 ": bits %#x, the module says %#x", process->comm,
			 page->vpn, run->bits, page->bits);
}

static bool check_host(uint64_t pfn)
{
	uint64_t truth = outside_host_pfn(walk.outside, pfn);
	struct pagemap_guest_run run;
	size_t index;
	uint64_t told;

	if (truth == NO_PFN)
		return true;
	if (pagemap_guest_run_of(walk.guest, pfn, &index) ||
	    pagemap_guest_run_at(walk.guest, index, &run))
		return tally_add(&host, false, "guest frame %#" PRIx64
				 " is in no run", pfn);
	told = run.host_pfn == PAGEMAP_PFN_UNKNOWN ? NO_PFN :
		run.host_pfn + (pfn - run.first_pfn);
	return tally_add(&host, told == truth, "guest frame %#" PRIx64 ": %#"
			 PRIx64 ", main has it in %#" PRIx64, pfn, told, truth);
}

bool walk_page_agrees(const struct dump_process *process,
		      const struct dump_page *page)
{
	const struct walked *walked = walked_of(process);
	struct walk_page *mine = walked ? page_at(walked, page->vpn) : NULL;
	uint64_t pfn = dump_pfn(page);
	bool resident = dump_is_resident(walk.dump, page);
	bool agrees;

	agrees = tally_add(&frames, mine && (mine->run.pfn == pfn ||
			   (!resident && mine->run.pfn == PAGEMAP_PFN_UNKNOWN)),
			   "%s, page %#" PRIx64 ": %#" PRIx64 ", not %#" PRIx64,
			   process->comm, page->vpn, pfn,
			   mine ? mine->run.pfn : NO_PFN);
	if (!mine)
		return false;
	mine->is_said = true;
	agrees &= tally_add(&states, mine->run.state == (resident ?
			    PAGEMAP_PAGE_PRESENT : PAGEMAP_PAGE_ZERO),
			    "%s, page %#" PRIx64 ": %s", process->comm,
			    page->vpn,
			    pagemap_page_state_name(mine->run.state));
	agrees &= check_use(process, page, &mine->run);
	agrees &= check_host(pfn);
	if (!resident)
		return agrees;
	return agrees & tally_add(&sharers, mine->run.sharers ==
				  walk.dump->frames[pfn].sharers,
				  "%s, frame %#" PRIx64 ": %u, not %u",
				  process->comm, pfn, mine->run.sharers,
				  walk.dump->frames[pfn].sharers);
}

void walk_link(const struct dump_process *process, pid_t child)
{
	const struct walked *walked = walked_of(process);

	tally_add(&links, walked && walked->facts.child_pid == child &&
		  walked->facts.link == PAGEMAP_GUEST_LINK_MM &&
		  pagemap_process_pid(walked->process) == child,
		  "%s: %d, not %d, by %s", process->comm,
		  walked ? walked->facts.child_pid : -1, child,
		  walked ? pagemap_guest_link_name(walked->facts.link) : "-");
}

void walk_stub(const struct dump_process *process, size_t count)
{
	const struct walked *walked = walked_of(process);

	tally_add(&stubs, walked && walked->facts.stub_frames == count,
		  "%s: %" PRIu64 ", not %zu", process->comm,
		  walked ? walked->facts.stub_frames : 0, count);
}

void walk_stub_frame(const struct dump_process *process, uint64_t pfn)
{
	struct pagemap_guest_run run = { .use = PAGEMAP_GUEST_USE_COUNT };
	size_t index;

	if (!pagemap_guest_run_of(walk.guest, pfn, &index))
		pagemap_guest_run_at(walk.guest, index, &run);
	tally_add(&stubs, run.use == PAGEMAP_GUEST_STUB,
		  "%s, frame %#" PRIx64 ": use %d", process->comm, pfn,
		  run.use);
}

/* ---- What is no page that is present --------------------------------------- */

static void check_swap(const struct dump_process *process,
		       const struct walked *walked)
{
	for (size_t i = 0; i < process->page_count; i++) {
		const struct dump_page *page = &process->pages[i];
		struct walk_page *mine = page_at(walked, page->vpn);
		uint64_t slot = page->entry & PFN_MASK;

		if (!(page->entry & SWAPPED))
			continue;
		tally_add(&swapped, mine &&
			  mine->run.state == PAGEMAP_PAGE_SWAPPED &&
			  mine->run.swap_type == slot % 32 &&
			  mine->run.swap_offset == slot / 32,
			  "%s, page %#" PRIx64, process->comm, page->vpn);
		if (mine)
			mine->is_said = true;
	}
}

static void check_beside(const struct walked *walked)
{
	for (size_t i = 0; i < walked->page_count; i++)
		tally_add(&beside, walked->pages[i].is_said, "%s, page %#" PRIx64
			  ": %s, frame %#" PRIx64, walked->is ? walked->is->comm
			  : "nobody", walked->pages[i].vpn,
			  pagemap_page_state_name(walked->pages[i].run.state),
			  walked->pages[i].run.pfn);
}

/* ---- Frames ------------------------------------------------------------------ */

static bool is_hole(uint64_t pfn)
{
	off_t at = (off_t)(pfn * PAGE);

	return lseek(walk.outside->ram, at, SEEK_DATA) != at;
}

static void check_frame(const struct pagemap_guest_run *run, uint64_t pfn)
{
	uint32_t truth = pfn == walk.dump->zero_pfn ? 0 :
		walk.dump->frames[pfn].sharers;
	bool untouched = run->state == PAGEMAP_GUEST_UNTOUCHED;

	tally_add(&runs, pfn == walk.dump->zero_pfn ?
		  run->use == PAGEMAP_GUEST_ZERO_PAGE :
		  run->mappers == truth &&
		  (run->use == PAGEMAP_GUEST_MAPPED) == (truth > 0),
		  "frame %#" PRIx64 ": %s of %u, not %u", pfn,
		  pagemap_guest_use_name(run->use), run->mappers, truth);
	/* Of the image main has its own; a page of it is copied to the file. */
	tally_add(&holes, pfn < walk.outside->first_pfn ?
		  run->state == PAGEMAP_GUEST_IMAGE :
		  untouched == is_hole(pfn), "frame %#" PRIx64 ": %s", pfn,
		  pagemap_guest_state_name(run->state));
}

static void check_places(const struct pagemap_guest_run *run, uint64_t pfn)
{
	uint32_t mappings = walk.dump->frames[pfn].mappings;
	uint64_t back = NO_PFN;
	ssize_t count;

	if (run->use != PAGEMAP_GUEST_MAPPED)
		return;
	count = pagemap_guest_places(walk.snapshot, pfn, NULL, 0);
	tally_add(&places, count == (ssize_t)mappings, "frame %#" PRIx64
		  " in %zd places, not %u", pfn, count, mappings);
	if (run->host_pfn == PAGEMAP_PFN_UNKNOWN)
		return;
	tally_add(&places, !pagemap_guest_from_host(walk.guest, run->host_pfn +
		  (pfn - run->first_pfn), &back) && back == pfn,
		  "frame %#" PRIx64 " and back: %#" PRIx64, pfn, back);
}

static void check_frames(void)
{
	struct pagemap_guest_run run;
	uint64_t next = 0;

	for (size_t i = 0; !pagemap_guest_run_at(walk.guest, i, &run); i++) {
		tally_add(&runs, run.first_pfn == next, "a gap at frame %#"
			  PRIx64, next);
		for (uint64_t n = 0; n < run.frame_count; n++) {
			uint64_t pfn = run.first_pfn + n;

			if (pfn >= walk.dump->frame_count)
				break;
			check_frame(&run, pfn);
			check_places(&run, pfn);
		}
		next = run.first_pfn + run.frame_count;
	}
	tally_add(&runs, next == walk.dump->frame_count, "they end at frame %#"
		  PRIx64 ", RAM at %#zx", next, walk.dump->frame_count);
}

/* ---- With what the guest says ------------------------------------------------ */

static void check_names(const struct pagemap_snapshot *snapshot)
{
	for (size_t i = 0; i < walk.count; i++) {
		const struct dump_process *is = walk.processes[i].is;
		const struct pagemap_process *process =
			pagemap_snapshot_find_pid(snapshot,
				pagemap_process_pid(walk.processes[i].process));
		struct pagemap_guest_process facts = { .guest_pid = -1 };
		const char *comm = process ? pagemap_process_comm(process) :
			NULL;

		if (process)
			pagemap_guest_process(process, &facts);
		tally_add(&names, is && facts.guest_pid == is->pid && comm &&
			  !strcmp(comm, is->comm) && facts.inside_pages &&
			  !facts.inside_differ && !facts.inside_outside,
			  "%s (%d): %s (%d), of %" PRIu64 " pages %" PRIu64
			  " differ, %" PRIu64 " outside", is ? is->comm : "nobody",
			  is ? is->pid : 0, comm ? comm : "-", facts.guest_pid,
			  facts.inside_pages, facts.inside_differ,
			  facts.inside_outside);
	}
}

static void check_inside(const char *folder)
{
	struct pagemap_source *inside, *source;
	struct pagemap_snapshot *snapshot;
	struct pagemap_guest_stray stray;
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/proc", folder);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || pagemap_source_open_tree(fd, NULL, &inside))
		errx(2, "%s is no source", path);
	close(fd);
	source = open_vkernel(inside);
	snapshot = take(source);
	check_names(snapshot);
	tally_add(&names, pagemap_guest_stray_at(
			  pagemap_snapshot_guest(snapshot), 0, &stray) ==
		  -ENOENT, "a process of the guest was not found");
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
	pagemap_source_close(inside);
}

/* ---- All ---------------------------------------------------------------------- */

void walk_rest(const char *folder)
{
	for (size_t i = 0; i < walk.count; i++) {
		const struct walked *walked = &walk.processes[i];

		if (walked->is) {
			check_swap(walked->is, walked);
			figures_check(walk.dump, walked->is, walked->process);
		}
		check_beside(walked);
	}
	check_frames();
	check_inside(folder);
}

bool walk_close(void)
{
	static const struct tally *const all[] = {
		&processes, &frames, &states, &used, &sharers, &host, &links,
		&stubs, &swapped, &beside, &runs, &holes, &places, &names,
	};
	bool passed = true;

	used.may_be_none = !walk.dump->has_bits;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		passed &= tally_report(all[i]);
	passed &= figures_report();
	for (size_t i = 0; i < walk.count; i++)
		free(walk.processes[i].pages);
	free(walk.processes);
	pagemap_snapshot_free(walk.snapshot);
	pagemap_source_close(walk.source);
	pagemap_source_close(walk.host);
	return passed;
}
