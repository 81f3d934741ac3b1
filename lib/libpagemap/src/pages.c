/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading all pages of a process for a census: where they are by a scan of
 * the whole address space, or mapping by mapping where a source has none; then
 * their entries, in reads that bridge small gaps.  What entries mean is the
 * business of gather.c.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "pages.h"

#define FLAG(bit) (UINT64_C(1) << PAGEMAP_FLAG_##bit)

/*
 * An empty entry costs 3 ns to read and another read 300 ns, so holes of up
 * to this many pages are read over.
 */
#define GAP_PAGES 96

/* A longer mapping is not read to its end once smaps' pages are found. */
#define LONG_MAPPING_PAGES (UINT64_C(1) << 18)

/* Between two steps of a gentle reading the target may take its lock. */
#define GENTLE_PAUSE_NS 50000
#define GENTLE_PAGES 4096

static void pause_if_gentle(const struct worker *worker)
{
	struct timespec pause = { .tv_nsec = GENTLE_PAUSE_NS };

	if (worker->snapshot->gentle)
		nanosleep(&pause, NULL);
}

/* What a huge page is, by the flags of its first frame. */
static enum gather_as huge_as(struct reading *reading, uint64_t entry)
{
	const struct pagemap_mapping *mapping = reading->gather.mapping;
	struct pagemap_source *source = reading->worker->source;
	uint64_t flags, pfn = pagemap_decode_entry(entry, 0).pfn;

	if (mapping && mapping->kind == PAGEMAP_MAPPING_HUGETLB)
		return GATHER_HUGETLB;
	if (pfn == PAGEMAP_PFN_UNKNOWN || !reading->flags_shown ||
	    source->ops->read_frames(source, FRAME_FLAGS, pfn, &flags, 1) != 1)
		return GATHER_COUNTED;
	if (flags & FLAG(ZERO_PAGE))
		return GATHER_ZERO;
	if (flags & FLAG(HUGE))
		return GATHER_HUGETLB;
	/* Frames may follow each other by chance; a scan is never wrong. */
	return flags & FLAG(THP) || reading->scanned ? GATHER_COUNTED
						     : GATHER_PLAIN;
}

/* Whether entries look like a whole page mapped by a PMD. */
static bool looks_huge(const struct reading *reading, uint64_t page,
		       const uint64_t *entries)
{
	uint64_t i, count = reading->block_pages;
	struct pagemap_page first = pagemap_decode_entry(entries[0], 0);

	if (page % count || first.state != PAGEMAP_PAGE_PRESENT ||
	    first.pfn == PAGEMAP_PFN_UNKNOWN || first.pfn % count)
		return false;
	for (i = 1; i < count; i++)
		if (entries[i] != entries[0] + i)
			return false;
	return true;
}

/* Pages that a scan calls huge, one PMD's at a time. */
static void take_huge(struct reading *reading, uint64_t page,
		      const uint64_t *entries, size_t count)
{
	while (count) {
		uint64_t room = reading->block_pages -
				page % reading->block_pages;
		size_t part = room < count ? (size_t)room : count;

		gather_entries(&reading->gather, page, entries, part,
			       huge_as(reading, entries[0]));
		page += part;
		entries += part;
		count -= part;
	}
}

/* Pages of which no scan has told whether they are huge. */
static void take_unscanned(struct reading *reading, uint64_t page,
			   const uint64_t *entries, size_t count)
{
	const struct pagemap_mapping *mapping = reading->gather.mapping;

	if (mapping && mapping->kind == PAGEMAP_MAPPING_HUGETLB) {
		gather_entries(&reading->gather, page, entries, count,
			       GATHER_HUGETLB);
		return;
	}
	while (count) {
		uint64_t room = reading->block_pages -
				page % reading->block_pages;
		size_t part = room < count ? (size_t)room : count;
		enum gather_as as = GATHER_PLAIN;

		if (part == reading->block_pages &&
		    looks_huge(reading, page, entries))
			as = huge_as(reading, entries[0]);
		gather_entries(&reading->gather, page, entries, part, as);
		page += part;
		entries += part;
		count -= part;
	}
}

/*
 * Without a scan a hugetlb mapping is known by its alignment and the flags of
 * its first page, since its name may say nothing.
 */
static void look_at_mapping(struct reading *reading,
			    struct pagemap_mapping *mapping,
			    const uint64_t *entries, size_t count)
{
	uint64_t smallest = 64 * 1024 - 1;
	size_t i;

	if ((mapping->start_vaddr | mapping->end_vaddr) & smallest)
		return;
	for (i = 0; i < count; i++) {
		if (pagemap_decode_entry(entries[i], 0).pfn ==
		    PAGEMAP_PFN_UNKNOWN)
			continue;
		if (huge_as(reading, entries[i]) == GATHER_HUGETLB)
			mapping->kind = PAGEMAP_MAPPING_HUGETLB;
		return;
	}
}

/* Finds the mapping of a page, going forward.  NULL if it is in none. */
static struct pagemap_mapping *mapping_of(struct reading *reading,
					  uint64_t page)
{
	const struct pagemap_process *process = reading->gather.process;
	uint32_t shift = reading->worker->snapshot->page_shift;

	while (reading->next_mapping < process->mapping_count) {
		struct pagemap_mapping *mapping =
			&process->mappings[reading->next_mapping];

		if (page < mapping->start_vaddr >> shift)
			return NULL;
		if (page < mapping->end_vaddr >> shift)
			return mapping;
		reading->next_mapping++;
	}
	return NULL;
}

/* How many of count pages from page on are in the mapping that we enter. */
static size_t enter_mapping(struct reading *reading, uint64_t page,
			    size_t count)
{
	uint32_t shift = reading->worker->snapshot->page_shift;
	struct pagemap_mapping *mapping = mapping_of(reading, page);
	uint64_t room;

	if (!mapping) {
		reading->outside = true;
		return 0;
	}
	if (mapping != reading->gather.mapping)
		gather_enter(&reading->gather, mapping);
	room = (mapping->end_vaddr >> shift) - page;
	return room < count ? (size_t)room : count;
}

static void take_part(struct reading *reading, uint64_t page,
		      const uint64_t *entries, size_t count, uint32_t bits)
{
	struct gather *gather = &reading->gather;
	uint64_t missing = gather->missing;

	if (bits & EXTENT_SURE) {
		if (bits & EXTENT_ZERO)
			gather_entries(gather, page, entries, count,
				       GATHER_ZERO);
		else if (bits & EXTENT_HUGE)
			take_huge(reading, page, entries, count);
		else
			gather_entries(gather, page, entries, count,
				       GATHER_PLAIN);
		return;
	}
	if (gather->mapping)
		look_at_mapping(reading, gather->mapping, entries, count);
	take_unscanned(reading, page, entries, count);
	/* Holes were to be expected. */
	gather->missing = missing;
}

void reading_gather(struct reading *reading, uint64_t page,
		    const uint64_t *entries, size_t count, uint32_t bits)
{
	while (count) {
		size_t part = count;

		if (reading->gather.process->mapping_count)
			part = enter_mapping(reading, page, count);
		if (part)
			take_part(reading, page, entries, part, bits);
		else
			part = 1;
		page += part;
		entries += part;
		count -= part;
	}
}

static void take_zero(struct reading *reading, const struct extent *extent)
{
	uint64_t page = extent->start_page;

	while (page < extent->end_page) {
		uint64_t part = extent->end_page - page;

		if (reading->gather.process->mapping_count)
			part = enter_mapping(reading, page, (size_t)part);
		if (part)
			gather_zero(&reading->gather, page, part);
		else
			part = 1;
		page += part;
	}
}

int reading_read(struct reading *reading, uint64_t page, size_t count)
{
	struct worker *worker = reading->worker;
	const struct source_ops *ops = worker->source->ops;
	ssize_t got = reading->gather.keeps_uses ?
		ops->read_uses(&reading->pages, page, worker->entries,
			       worker->uses, count) :
		ops->read_entries(&reading->pages, page, worker->entries,
				  count);

	if (got < 0)
		return (int)got;
	for (; (size_t)got < count; got++)
		worker->entries[got] = 0;
	pause_if_gentle(worker);
	return 0;
}

/* An extent that is longer than one read. */
static int take_long(struct reading *reading, const struct extent *extent)
{
	uint64_t page = extent->start_page;

	while (page < extent->end_page) {
		uint64_t part = extent->end_page - page;
		uint64_t i, found = 0;
		int err;

		if (part > WORKER_ENTRIES)
			part = WORKER_ENTRIES;
		err = reading_read(reading, page, (size_t)part);
		if (err)
			return err;
		reading_gather(reading, page, reading->worker->entries,
			       (size_t)part, extent->bits);
		page += part;
		if (reading->expected == UINT64_MAX)
			continue;
		for (i = 0; i < part; i++)
			found += reading->worker->entries[i] >> 62 != 0;
		if (found >= reading->expected)
			return 0;
		reading->expected -= found;
	}
	return 0;
}

/* How many extents from the first on one read can take. */
static size_t batch_size(const struct extent *extents, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (extents[i].bits & EXTENT_ZERO ||
		    extents[i].start_page - extents[i - 1].end_page >
		    GAP_PAGES ||
		    extents[i].end_page - extents[0].start_page >
		    WORKER_ENTRIES)
			break;
	return i;
}

static int take_extents(struct reading *reading, const struct extent *extents,
			size_t count)
{
	size_t i, k, batch;
	int err = 0;

	for (i = 0; i < count && !err; i += batch) {
		const struct extent *first = &extents[i];
		uint64_t length = first->end_page - first->start_page;

		batch = 1;
		if (first->bits & EXTENT_ZERO && !reading->gather.keeps_uses) {
			take_zero(reading, first);
			continue;
		}
		if (length > WORKER_ENTRIES) {
			err = take_long(reading, first);
			continue;
		}
		batch = batch_size(first, count - i);
		length = first[batch - 1].end_page - first->start_page;
		err = reading_read(reading, first->start_page, (size_t)length);
		for (k = 0; k < batch && !err; k++)
			reading_gather(reading, first[k].start_page,
				       reading->worker->entries +
				       (first[k].start_page -
					first->start_page),
				       (size_t)(first[k].end_page -
						first[k].start_page),
				       first[k].bits);
	}
	return err;
}

/* All that a scan of these pages finds. */
static int read_scanned(struct reading *reading, uint64_t first_page,
			uint64_t end_page)
{
	struct worker *worker = reading->worker;
	struct scan scan = {
		.next_page = first_page,
		.end_page = end_page,
		.max_pages = worker->snapshot->gentle ? GENTLE_PAGES : 0,
	};
	ssize_t found;

	while ((found = worker->source->ops->scan(worker->source,
						  &reading->pages, &scan,
						  worker->extents,
						  WORKER_EXTENTS)) > 0) {
		int err;

		pause_if_gentle(worker);
		err = take_extents(reading, worker->extents, (size_t)found);
		if (err)
			return err;
	}
	return (int)found;
}

/*
 * How many pages smaps finds in each mapping, for kernels without a scan: a
 * reservation of terabytes is then left when all its pages are found.
 */
static int expect_pages(struct reading *reading, const struct process_ref *ref,
			uint64_t **ret_expected)
{
	const struct pagemap_process *process = reading->gather.process;
	struct worker *worker = reading->worker;
	uint32_t flags, shift = worker->snapshot->page_shift;
	struct smaps_sizes sizes;
	struct maps_line line;
	struct text text;
	uint64_t *expected;
	size_t i = 0;
	int err;

	err = worker->source->ops->read_text(worker->source, ref, "smaps",
					     &worker->text);
	if (err)
		return err;
	expected = calloc(process->mapping_count, sizeof(*expected));
	if (!expected)
		return -ENOMEM;
	text = (struct text){ worker->text.data,
			      worker->text.data + worker->text.size };
	while (i < process->mapping_count &&
	       parse_smaps_next(&text, &line, &sizes, &flags) == 1 &&
	       line.start_vaddr == process->mappings[i].start_vaddr)
		expected[i++] = (sizes.bytes[PAGEMAP_RSS] +
				 sizes.bytes[PAGEMAP_SWAP] +
				 sizes.bytes[PAGEMAP_HUGETLB_PRIVATE] +
				 sizes.bytes[PAGEMAP_HUGETLB_SHARED]) >> shift;
	/* Changed meanwhile: nothing is known of the rest. */
	for (; i < process->mapping_count; i++)
		expected[i] = UINT64_MAX;
	*ret_expected = expected;
	return 0;
}

static bool has_long_mapping(const struct reading *reading)
{
	const struct pagemap_process *process = reading->gather.process;
	size_t i;

	for (i = 0; i < process->mapping_count; i++)
		if (process->mappings[i].tally.vss_pages > LONG_MAPPING_PAGES)
			return true;
	return false;
}

static struct extent mapping_extent(const struct pagemap_mapping *mapping,
				    uint32_t shift)
{
	return (struct extent){
		.start_page = mapping->start_vaddr >> shift,
		.end_page = mapping->end_vaddr >> shift,
	};
}

/* Mapping by mapping, neighbours in one read. */
static int read_mappings(struct reading *reading, const uint64_t *expected)
{
	const struct pagemap_process *process = reading->gather.process;
	struct worker *worker = reading->worker;
	uint32_t shift = worker->snapshot->page_shift;
	size_t i, count = 0;
	int err = 0;

	for (i = 0; i < process->mapping_count && !err; i++) {
		const struct pagemap_mapping *mapping = &process->mappings[i];
		bool is_long = mapping->tally.vss_pages > LONG_MAPPING_PAGES;

		/* The vsyscall page is the kernel's, beyond every pagemap. */
		if (mapping->start_vaddr >> 63)
			break;
		if (is_long && expected && !expected[i])
			continue;
		if (is_long || count == WORKER_EXTENTS) {
			err = take_extents(reading, worker->extents, count);
			count = 0;
		}
		worker->extents[count++] = mapping_extent(mapping, shift);
		if (err || !is_long)
			continue;
		reading->expected = expected ? expected[i] : UINT64_MAX;
		err = take_extents(reading, worker->extents, count);
		reading->expected = UINT64_MAX;
		count = 0;
	}
	return err ? err : take_extents(reading, worker->extents, count);
}

static int read_by_maps(struct reading *reading, const struct process_ref *ref)
{
	const struct pagemap_process *process = reading->gather.process;
	uint32_t shift = reading->worker->snapshot->page_shift;
	struct pagemap_source *source = reading->worker->source;
	uint64_t *expected = NULL;
	size_t i;
	int err = 0;

	/* A saved tree finds the holes of its files by itself. */
	if (source->kind == PAGEMAP_SOURCE_TREE) {
		for (i = 0; i < process->mapping_count && !err; i++) {
			struct extent extent =
				mapping_extent(&process->mappings[i], shift);

			if (process->mappings[i].start_vaddr >> 63)
				break;
			err = read_scanned(reading, extent.start_page,
					   extent.end_page);
		}
		return err;
	}
	if (has_long_mapping(reading)) {
		err = expect_pages(reading, ref, &expected);
		if (err && err != -ENOENT)
			return err;
	}
	err = read_mappings(reading, expected);
	free(expected);
	return err;
}

static void set_vss(struct pagemap_process *process, uint32_t shift)
{
	size_t i;

	for (i = 0; i < process->mapping_count; i++) {
		struct pagemap_mapping *mapping = &process->mappings[i];

		mapping->tally.vss_pages =
			(mapping->end_vaddr - mapping->start_vaddr) >> shift;
	}
}

/*
 * For who wants to see pages, where a source knows how they are used.  Not to
 * know it is no error.
 */
static int open_uses(struct reading *reading, const struct process_ref *ref)
{
	struct worker *worker = reading->worker;
	struct pagemap_source *source = worker->source;

	if (!reading->gather.keep_runs ||
	    source->features[PAGEMAP_FEATURE_PAGE_USE] != FEATURE_PRESENT)
		return 0;
	if (!worker->uses)
		worker->uses = malloc(WORKER_ENTRIES * sizeof(uint32_t));
	if (!worker->uses)
		return -ENOMEM;
	reading->gather.keeps_uses =
		!source->ops->open_uses(source, ref, &reading->pages);
	return 0;
}

static int read_pages(struct reading *reading, const struct process_ref *ref)
{
	if (reading->worker->snapshot->reads_ahead)
		return ahead_read(reading);
	if (reading->scanned)
		return read_scanned(reading, 0, UINT64_MAX);
	return read_by_maps(reading, ref);
}

static int prepare(struct reading *reading, const struct process_ref *ref)
{
	struct pagemap_process *process = reading->gather.process;
	struct worker *worker = reading->worker;
	bool scan = worker->snapshot->scanned;
	int err = 0;

	if (!worker->entries)
		worker->entries = malloc(WORKER_ENTRIES * sizeof(uint64_t));
	if (!worker->entries)
		return -ENOMEM;
	worker->shared.count = 0;
	worker->swapped.count = 0;
	worker->runs.count = 0;
	process->tally = (struct tally){ 0 };
	process->mappings = NULL;
	process->mapping_count = 0;
	if (!scan || worker_detail(worker, process) > PAGEMAP_DETAIL_PROCESSES)
		err = mappings_read(worker, ref, process);
	/* Changed between two reads, once more; it is not like that always. */
	if (err == -EAGAIN)
		err = mappings_read(worker, ref, process);
	if (err == -EAGAIN)
		err = -EBADMSG;
	set_vss(process, worker->snapshot->page_shift);
	return err;
}

/* Frames that are to be looked up are counted, whatever bit 56 says. */
static uint32_t trusted_of(const struct worker *worker)
{
	const struct pagemap_snapshot *snapshot = worker->snapshot;
	const enum feature_state *features = worker->source->features;

	if (features[PAGEMAP_FEATURE_EXCLUSIVE] != FEATURE_PRESENT)
		return 0;
	if (snapshot->frames_detail == PAGEMAP_FRAMES_COUNTED ||
	    !snapshot->frames_shown)
		return TRUST_ANON | TRUST_FILE;
	return snapshot->frames_detail == PAGEMAP_FRAMES_KINDS ? TRUST_ANON : 0;
}

/* NULL: all pages of those processes that have their runs kept. */
static const struct pagemap_page_filter *filter_of(const struct worker *worker)
{
	const struct pagemap_page_filter *filter = worker->snapshot->filter;

	return filter && (filter->frame_count || filter->path || filter->inode)
	       ? filter : NULL;
}

static bool keeps_runs(const struct worker *worker,
		       const struct pagemap_process *process)
{
	return worker_detail(worker, process) == PAGEMAP_DETAIL_PAGES &&
	       snapshot_keeps_runs_of(worker->snapshot, process->pid);
}

int gather_pages(struct worker *worker, const struct process_ref *ref,
		 struct pagemap_process *process)
{
	struct pagemap_source *source = worker->source;
	const enum feature_state *features = source->features;
	struct reading reading = {
		.worker = worker,
		.block_pages = source->page_size_bytes / 8,
		.flags_shown = features[PAGEMAP_FEATURE_KPAGEFLAGS] ==
			       FEATURE_PRESENT,
		.scanned = worker->snapshot->scanned,
		.expected = UINT64_MAX,
		.gather = {
			.worker = worker,
			.process = process,
			.tally = &process->tally,
			.keep_runs = keeps_runs(worker, process),
			.filter = filter_of(worker),
			.trusted = trusted_of(worker),
			.frames_shown = worker->snapshot->frames_shown,
			.swap_types = worker->snapshot->swap_types,
			.zero_frame = worker->snapshot->zero_frame,
			.first_page = UINT64_MAX,
		},
	};
	bool changed = false;
	int err = prepare(&reading, ref);

	if (!err)
		err = source->ops->open_pages(source, ref, &reading.pages);
	if (!err) {
		err = open_uses(&reading, ref);
		if (!err)
			err = read_pages(&reading, ref);
		changed = reading.pages.changed;
		source->ops->close_pages(&reading.pages);
	}
	if (!err)
		err = gather_finish(&reading.gather);
	/* The worker's array is for the next process. */
	if (err) {
		process->mappings = NULL;
		process->mapping_count = 0;
	}
	if (!err && (changed || reading.gather.missing ||
		     reading.gather.moving || reading.outside))
		err = -EAGAIN;
	return err;
}
