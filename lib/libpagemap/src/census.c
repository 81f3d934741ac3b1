/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The census: the frames of every process joined, the sharers counted by the
 * toolkit itself.  Exact on every kernel, by processes and not by mappings.
 * Here is what its numbers mean; reading is in pages.c, counting in settle.c.
 */
#include "census.h"

#include <errno.h>

#include "engine.h"
#include "frames.h"
#include "pages.h"
#include "repeats.h"

#define BIT(metric) PAGEMAP_METRIC_BIT(metric)
#define UNIT (UINT64_C(1) << CENSUS_UNIT_SHIFT)

/* What status knows and entries do not. */
#define IN_STATUS                                                             \
	(BIT(PAGEMAP_FILE) | BIT(PAGEMAP_SHMEM) |                             \
	 BIT(PAGEMAP_PAGE_TABLES) | BIT(PAGEMAP_RSS_PEAK))

uint64_t census_units_to_bytes(const struct pagemap_snapshot *snapshot,
			       uint64_t units)
{
	/* Thirds of a page add up to one: less than 1/256 of a byte is noise. */
	unsigned __int128 nearly = (unsigned __int128)units + (1 << 12);

	return (uint64_t)((nearly << snapshot->page_shift)
			  >> CENSUS_UNIT_SHIFT);
}

/* So many frames that are alike. */
struct alike {
	uint64_t pages;
	uint32_t sharers;
	uint32_t high;		/* upper bound of sharers */
	uint32_t times;		/* that the mm maps each of them */
	bool anon;
};

static void weigh_frames(struct weighed *weighed, struct alike alike)
{
	uint64_t share, pages = alike.pages;
	uint32_t sharers = alike.sharers;

	if (frames_is_mark(sharers)) {
		if (sharers == (uint32_t)FRAMES_ZERO)
			weighed->zero_pages += pages;
		else if (sharers == (uint32_t)FRAMES_HUGETLB)
			weighed->hugetlb_pages += pages;
		return;
	}
	share = UNIT / sharers / alike.times;
	weighed->pages += pages;
	if (alike.anon)
		weighed->anon_pages += pages;
	if (sharers == 1)
		weighed->sole_units += pages * share;
	weighed->units_high += pages * share;
	if (alike.high != sharers)
		share = UNIT / alike.high / alike.times;
	else if (sharers == 1)
		weighed->sole_low += pages * share;
	weighed->units_low += pages * share;
	/* Who was not seen is in the kernel's count, so that is likelier. */
	weighed->units = weighed->units_low;
}

static void weigh_piece(const struct pagemap_snapshot *snapshot,
			const struct frame_piece *piece, struct alike alike,
			struct weighed *weighed)
{
	const uint32_t *unseen = snapshot->unseen_counts;
	uint32_t i, next;

	if (unseen)
		unseen += piece->slot;
	/* Neighbours mostly have the same sharers. */
	for (i = 0; i < piece->count; i = next) {
		alike.sharers = piece->counts ? piece->counts[i]
					      : piece->uniform;
		alike.high = alike.sharers;
		if (unseen && !frames_is_mark(alike.sharers))
			alike.high += unseen[i];
		next = piece->counts ? i + 1 : piece->count;
		while (next < piece->count &&
		       piece->counts[next] == alike.sharers &&
		       (!unseen || unseen[next] == unseen[i]))
			next++;
		alike.pages = next - i;
		weigh_frames(weighed, alike);
	}
}

static void weigh_run(const struct pagemap_snapshot *snapshot, uint64_t first,
		      uint64_t count, struct alike alike,
		      struct weighed *weighed)
{
	struct frame_piece piece;

	while (count && frames_piece(snapshot->frames, first, count, &piece)) {
		weigh_piece(snapshot, &piece, alike, weighed);
		first += piece.count;
		count -= piece.count;
	}
}

void census_weigh_process(const struct pagemap_process *process,
			  struct weighed *ret_weighed)
{
	const struct pagemap_snapshot *snapshot = process->snapshot;
	struct weighed all = { 0 };
	uint32_t i;

	for (i = 0; i < process->shared_count; i++) {
		packed_run run = process->shared[i];
		struct alike alike = { .times = 1, .anon = run & PACKED_ANON };

		weigh_run(snapshot, packed_number(run), packed_count(run),
			  alike, &all);
	}
	/* RSS counts a page as often as it is mapped, as the kernel does. */
	for (i = 0; i < process->repeats.count; i++) {
		const struct repeat *repeat = &process->repeats.items[i];
		uint32_t more = repeat->times - 1;
		struct weighed once = { 0 };

		weigh_run(snapshot, repeat->first, repeat->count,
			  (struct alike){ .times = 1 }, &once);
		all.sole_units -= once.sole_units * more;
		all.sole_low -= once.sole_low * more;
		all.units_low -= once.units_low * more;
		all.units_high -= once.units_high * more;
	}
	all.units = all.units_low;
	*ret_weighed = all;
}

void census_weigh_mapping(const struct pagemap_mapping *mapping,
			  struct weighed *ret_weighed)
{
	const struct pagemap_process *process = mapping->process;
	const packed_run *run = process->shared + mapping->shared.first;
	uint32_t i;

	*ret_weighed = (struct weighed){ 0 };
	for (i = 0; i < mapping->shared.count; i++, run++) {
		uint64_t first = packed_number(*run);
		uint64_t rest = packed_count(*run), part;

		for (; rest; first += part, rest -= part) {
			struct alike alike = { .anon = *run & PACKED_ANON };

			alike.times = repeats_times(&process->repeats, first,
						    &part);
			part = part < rest ? part : rest;
			weigh_run(process->snapshot, first, part, alike,
				  ret_weighed);
		}
	}
}

void census_weigh_swap(const struct pagemap_process *process,
		       struct slice slice, struct weighed *weighed)
{
	const struct pagemap_snapshot *snapshot = process->snapshot;
	const packed_run *runs = process->swapped + slice.first;
	struct frame_piece piece;
	uint64_t part;
	uint32_t i;

	for (i = 0; i < slice.count; i++) {
		uint64_t slot = packed_number(runs[i]);
		uint32_t times;

		if (!frames_piece(snapshot->slots, slot, 1, &piece))
			continue;
		times = repeats_times(&process->slot_repeats, slot, &part);
		/* The kernel's count of a slot is not shown: low is nothing. */
		weigh_frames(weighed, (struct alike){
			.pages = 1, .times = times, .anon = true,
			.sharers = *piece.counts, .high = *piece.counts,
		});
		if (snapshot->unseen_swap)
			weighed->units_low -= UNIT / *piece.counts / times;
	}
	/* Those that were seen are what is known. */
	weighed->units = weighed->units_high;
}

/* Shared pages whose frames are not shown: some part of each is ours. */
static void add_unknown(const struct tally *tally, struct weighed *weighed)
{
	weighed->pages += tally->unknown_pfn;
	weighed->anon_pages += tally->unknown_pfn_anon;
	weighed->units += tally->unknown_pfn * (UNIT / 2);
	weighed->units_high += tally->unknown_pfn * UNIT;
	weighed->sole_units += tally->unknown_pfn * UNIT;
}

static void set_swap(const struct pagemap_snapshot *snapshot,
		     const struct weighed *swap, uint64_t unknown,
		     struct figures *figures)
{
	uint64_t swapped = (swap->pages + unknown) << snapshot->page_shift;
	uint64_t more = unknown << CENSUS_UNIT_SHIFT;

	/* smaps' Swap, where it was read, also knows swapped shmem. */
	if (!(figures->known & BIT(PAGEMAP_SWAP)))
		figures_set(figures, PAGEMAP_SWAP, swapped);
	figures_bound(figures, PAGEMAP_SWAP_PSS,
		      census_units_to_bytes(snapshot, swap->units_low),
		      census_units_to_bytes(snapshot, swap->units + more),
		      census_units_to_bytes(snapshot,
					    swap->units_high + more));
}

static void set_pages(const struct pagemap_snapshot *snapshot,
		      enum pagemap_metric metric, uint64_t pages,
		      struct figures *figures)
{
	figures_set(figures, metric, pages << snapshot->page_shift);
}

/* Without a scan frame numbers and flags must tell what kind a page is. */
static void doubt_kinds(const struct pagemap_snapshot *snapshot,
			const struct tally *tally, struct figures *figures)
{
	/* Frames of a huge page, but is it mapped as one? */
	if (tally->anon_thp)
		figures_estimate(figures, BIT(PAGEMAP_ANON_THP),
				 PAGEMAP_REASON_NO_FEATURE);
	if (snapshot->frames_shown)
		return;
	figures_unset(figures, PAGEMAP_ANON_THP);
	figures_unset(figures, PAGEMAP_ZERO);
}

void census_figures(const struct pagemap_snapshot *snapshot,
		    const struct tally *tally, const struct weighed *weighed,
		    const struct weighed *swap, struct figures *figures)
{
	uint64_t sole = tally->exclusive_anon + tally->exclusive_file;
	uint64_t units = sole << CENSUS_UNIT_SHIFT;
	struct weighed all = *weighed;

	add_unknown(tally, &all);
	figures->missing_reason = snapshot->file_bit ?
		PAGEMAP_REASON_NOT_ASKED : PAGEMAP_REASON_NO_FEATURE;
	figures->bounded_reason = PAGEMAP_REASON_UNSEEN;
	set_pages(snapshot, PAGEMAP_RSS, sole + all.pages, figures);
	if (snapshot->file_bit)
		set_pages(snapshot, PAGEMAP_ANON,
			  tally->exclusive_anon + all.anon_pages, figures);
	set_pages(snapshot, PAGEMAP_ZERO, tally->zero + all.zero_pages,
		  figures);
	set_pages(snapshot, PAGEMAP_HUGETLB_PRIVATE, tally->hugetlb_private,
		  figures);
	set_pages(snapshot, PAGEMAP_HUGETLB_SHARED,
		  tally->hugetlb_shared + all.hugetlb_pages, figures);
	set_pages(snapshot, PAGEMAP_ANON_THP, tally->anon_thp, figures);
	if (!snapshot->scanned)
		doubt_kinds(snapshot, tally, figures);
	figures_bound(figures, PAGEMAP_PSS,
		      census_units_to_bytes(snapshot, units + all.units_low),
		      census_units_to_bytes(snapshot, units + all.units),
		      census_units_to_bytes(snapshot, units + all.units_high));
	figures_bound(figures, PAGEMAP_USS,
		      census_units_to_bytes(snapshot, units + all.sole_low),
		      census_units_to_bytes(snapshot, units + all.sole_low),
		      census_units_to_bytes(snapshot, units + all.sole_units));
	set_swap(snapshot, swap, tally->unknown_swap, figures);
}

/* All that is not anonymous in a mapping is of one kind. */
static void split_by_kind(const struct pagemap_mapping *mapping,
			  struct figures *figures)
{
	uint64_t rest = figures->bytes[PAGEMAP_RSS] -
			figures->bytes[PAGEMAP_ANON];
	uint64_t thp = mapping->tally.file_thp
		       << mapping->process->snapshot->page_shift;
	bool shmem = mapping->kind == PAGEMAP_MAPPING_SHMEM;

	figures_set(figures, PAGEMAP_SHMEM, shmem ? rest : 0);
	figures_set(figures, PAGEMAP_FILE, shmem ? 0 : rest);
	figures_set(figures, PAGEMAP_SHMEM_THP, shmem ? thp : 0);
	figures_set(figures, PAGEMAP_FILE_THP, shmem ? 0 : thp);
}

void census_mapping_figures(const struct pagemap_mapping *mapping,
			    struct figures *ret_figures)
{
	const struct pagemap_process *process = mapping->process;
	const struct pagemap_snapshot *snapshot = process->snapshot;
	struct weighed weighed, swap = { 0 };

	*ret_figures = (struct figures){ 0 };
	census_weigh_mapping(mapping, &weighed);
	census_weigh_swap(process, mapping->swapped, &swap);
	census_figures(snapshot, &mapping->tally, &weighed, &swap, ret_figures);
	if (snapshot->mappings_told)
		set_pages(snapshot, PAGEMAP_VSS, mapping->tally.vss_pages,
			  ret_figures);
	if (snapshot->file_bit)
		split_by_kind(mapping, ret_figures);
	/* Swapped shmem has no entry: how much there is, only smaps knows. */
	if (snapshot->swap_in_use && mapping->kind == PAGEMAP_MAPPING_SHMEM)
		figures_unset(ret_figures, PAGEMAP_SWAP);
	if (process->status == PAGEMAP_STATUS_CHANGED)
		figures_estimate(ret_figures, ret_figures->known,
				 PAGEMAP_REASON_CHANGED);
}

/*
 * Swapped shmem has no entry, but smaps_rollup knows it; on a live machine it
 * would hold the target's lock.  A saved tree's tells whether the pagemap is
 * whole, and of the same moment.
 */
static void read_rollup(struct worker *worker, const struct process_ref *ref,
			struct pagemap_process *process)
{
	const struct pagemap_snapshot *snapshot = worker->snapshot;
	struct pagemap_source *source = worker->source;
	bool swap = (snapshot->metrics & BIT(PAGEMAP_SWAP)) &&
		    snapshot->swap_in_use && !snapshot->gentle;
	struct smaps_sizes sizes;

	process->claimed_rss_bytes = 0;
	if ((!swap && source->kind == PAGEMAP_SOURCE_LIVE) ||
	    source->ops->read_text(source, ref, "smaps_rollup",
				   &worker->text) ||
	    parse_smaps_rollup(worker->text.data, worker->text.size, &sizes))
		return;
	if (swap && (sizes.found & BIT(PAGEMAP_SWAP)))
		figures_set(&process->figures, PAGEMAP_SWAP,
			    sizes.bytes[PAGEMAP_SWAP]);
	if (source->kind != PAGEMAP_SOURCE_LIVE &&
	    (sizes.found & BIT(PAGEMAP_RSS)))
		process->claimed_rss_bytes = sizes.bytes[PAGEMAP_RSS];
}

/* What the entries cannot tell, while the process is held. */
static int read_besides(struct worker *worker, const struct process_ref *ref,
			struct pagemap_process *process)
{
	const struct pagemap_snapshot *snapshot = worker->snapshot;
	struct pagemap_source *source = worker->source;
	struct figures *figures = &process->figures;
	struct proc_status status;

	if ((snapshot->metrics & IN_STATUS) &&
	    !source->ops->read_text(source, ref, "status", &worker->text) &&
	    !parse_status(worker->text.data, worker->text.size, &status)) {
		if (status.found & BIT(PAGEMAP_PAGE_TABLES))
			figures_set(figures, PAGEMAP_PAGE_TABLES,
				    status.bytes[PAGEMAP_PAGE_TABLES]);
		if (status.found & BIT(PAGEMAP_RSS_PEAK))
			figures_set(figures, PAGEMAP_RSS_PEAK,
				    status.bytes[PAGEMAP_RSS_PEAK]);
		if (status.found & BIT(PAGEMAP_SHMEM))
			figures_set(figures, PAGEMAP_SHMEM,
				    status.bytes[PAGEMAP_SHMEM]);
	}
	read_rollup(worker, ref, process);
	return 0;
}

static int census_read(struct worker *worker, const struct process_ref *ref,
		       struct pagemap_process *process)
{
	int err = gather_pages(worker, ref, process);
	int late;

	if (err && err != -EAGAIN)
		return err;
	late = read_besides(worker, ref, process);
	return late ? late : err;
}

static int census_prepare(struct pagemap_source *source,
			  struct pagemap_snapshot *snapshot)
{
	static const enum pagemap_feature probed[] = {
		PAGEMAP_FEATURE_PFN, PAGEMAP_FEATURE_EXCLUSIVE,
		PAGEMAP_FEATURE_SCAN, PAGEMAP_FEATURE_KPAGEFLAGS,
		PAGEMAP_FEATURE_KPAGECOUNT, PAGEMAP_FEATURE_KCMP,
	};
	size_t i;

	if (!pagemap_source_has_feature(source, PAGEMAP_FEATURE_PAGEMAP))
		return source_fail(source, -ENOTSUP,
				   "the census needs pagemap", 0);
	/* Workers only look at what is found here. */
	for (i = 0; i < sizeof(probed) / sizeof(probed[0]); i++)
		pagemap_source_has_feature(source, probed[i]);
	if (snapshot->detail == PAGEMAP_DETAIL_PAGES)
		pagemap_source_has_feature(source, PAGEMAP_FEATURE_PAGE_USE);
	snapshot->scanned = source->features[PAGEMAP_FEATURE_SCAN] ==
			    FEATURE_PRESENT;
	snapshot->frames_shown = source->features[PAGEMAP_FEATURE_PFN] ==
				 FEATURE_PRESENT;
	ahead_prepare(source, snapshot);
	snapshot->one_file = !snapshot->identity && !snapshot->swap_in_use &&
		snapshot->scanned &&
		snapshot->detail == PAGEMAP_DETAIL_PROCESSES &&
		!(snapshot->metrics & (IN_STATUS | BIT(PAGEMAP_VSS)));
	return 0;
}

const struct engine census_engine = {
	.id = PAGEMAP_ENGINE_CENSUS,
	.prepare = census_prepare,
	.read = census_read,
	.settle = census_settle,
};
