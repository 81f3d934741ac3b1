/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The quickest way to all entries of a process: a scan is asked only where
 * the next page is, and from there entries are read ahead until a hole.  A
 * full scan costs 20 ns a page, an empty entry 3 ns.  What a scan would have
 * said of each page is found in the entries: the zero page by its frame, huge
 * pages by their shape.  Used where that is enough, see ahead_prepare.
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pages.h"

/* The first read of a stretch; each further one is twice as long. */
#define FIRST_PAGES 128

/* So many empty entries at the end of a read are the beginning of a hole. */
#define HOLE_PAGES 64

static bool is_used(uint64_t entry)
{
	return entry >> 62 != 0;
}

/* How many of count entries are empty at their end. */
static size_t empty_tail(const uint64_t *entries, size_t count)
{
	size_t tail = 0;

	while (tail < count && !is_used(entries[count - 1 - tail]))
		tail++;
	return tail;
}

/* How much to read: reads that end with a page table are walked in one go. */
static size_t part_of(const struct reading *reading, uint64_t page, size_t want)
{
	size_t table = (size_t)reading->block_pages;
	size_t room = table - (size_t)(page % table), part = want;

	if (want >= table)
		part = want - want % table + room;
	else if (room <= 2 * want)
		part = room;
	return part < WORKER_ENTRIES ? part : WORKER_ENTRIES;
}

/* Reads from a page that is there to the next hole; gives where that is. */
static int read_stretch(struct reading *reading, uint64_t *page)
{
	size_t tail, want = FIRST_PAGES;
	const uint64_t *entries = reading->worker->entries;
	int err;

	do {
		size_t part = part_of(reading, *page, want);

		err = reading_read(reading, *page, part);
		if (err)
			return err;
		tail = empty_tail(entries, part);
		reading_gather(reading, *page, entries, part - tail, 0);
		*page += part;
		want = want < WORKER_ENTRIES ? want * 2 : WORKER_ENTRIES;
	} while (tail < HOLE_PAGES);
	return 0;
}

int ahead_read(struct reading *reading)
{
	struct worker *worker = reading->worker;
	struct pagemap_source *source = worker->source;
	struct scan scan = { .end_page = UINT64_MAX, .max_pages = 1 };
	struct extent extent;
	ssize_t found;
	int err;

	while ((found = source->ops->scan(source, &reading->pages, &scan,
					  &extent, 1)) > 0) {
		uint64_t page = extent.start_page;

		err = read_stretch(reading, &page);
		if (err)
			return err;
		scan.next_page = page;
	}
	return (int)found;
}

/* Out of a page of ours that was only read. */
uint64_t zero_frame_find(struct pagemap_source *source)
{
	struct pages_file pages;
	uint64_t entry = 0;
	volatile char *page = mmap(NULL, source->page_size_bytes, PROT_READ,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return 0;
	(void)*page;
	pages.fd = openat(source->root_fd, "self/pagemap",
			  O_RDONLY | O_CLOEXEC);
	if (pages.fd >= 0) {
		source->ops->read_entries(&pages, (uintptr_t)page >>
					  source->page_shift, &entry, 1);
		close(pages.fd);
	}
	munmap((void *)page, source->page_size_bytes);
	entry = pagemap_decode_entry(entry, 0).pfn;
	return entry == PAGEMAP_PFN_UNKNOWN ? 0 : entry;
}

/* Whether no hugetlb page is in use: some sizes have no shape of their own. */
static bool no_hugetlb(struct pagemap_source *source)
{
	struct buffer text = { 0 };
	struct proc_meminfo meminfo;
	bool none = !source->ops->read_text(source, NULL, "meminfo", &text) &&
		    !parse_meminfo(text.data, text.size, &meminfo) &&
		    meminfo_has(&meminfo, MEMINFO_HUGETLB) &&
		    !meminfo.values[MEMINFO_HUGETLB];

	buffer_free(&text);
	return none;
}

void ahead_prepare(struct pagemap_source *source,
		   struct pagemap_snapshot *snapshot)
{
	const enum feature_state *features = source->features;

	snapshot->zero_frame = 0;
	snapshot->reads_ahead = false;
	if (source->kind != PAGEMAP_SOURCE_LIVE || !snapshot->frames_shown)
		return;
	snapshot->zero_frame = zero_frame_find(source);
	/* Some architectures have several zero pages: there a scan tells. */
#if defined(__x86_64__) || defined(__aarch64__)
	snapshot->reads_ahead =
		snapshot->zero_frame &&
		snapshot->detail == PAGEMAP_DETAIL_PROCESSES &&
		features[PAGEMAP_FEATURE_SCAN] == FEATURE_PRESENT &&
		features[PAGEMAP_FEATURE_KPAGEFLAGS] == FEATURE_PRESENT &&
		no_hugetlb(source);
#else
	(void)features, (void)no_hugetlb;
#endif
}
