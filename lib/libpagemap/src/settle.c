/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * When every process has been read: counts the sharers of each frame, takes
 * out what is no memory of a process, and sets the figures of each process so
 * that their PSS adds up to the distinct frames, to the byte.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "census.h"
#include "engine.h"
#include "frames.h"
#include "repeats.h"

#define BIT(metric) PAGEMAP_METRIC_BIT(metric)
#define FLAG(bit) (UINT64_C(1) << PAGEMAP_FLAG_##bit)
#define BLOCK_FRAMES 512

/* A read costs as much as so many frames' counts. */
#define UNSEEN_GAP 6

static bool counts(const struct pagemap_process *process)
{
	return !process->ended && process_is_measured(process);
}

static int count_runs(struct frames *frames, const packed_run *runs,
		      size_t count, struct array *again)
{
	size_t i;
	int err = 0;

	frames_begin_mm(frames);
	again->count = 0;
	for (i = 0; i < count && !err; i++)
		err = frames_count(frames, packed_number(runs[i]),
				   packed_count(runs[i]), again);
	return err;
}

static int count_process(struct pagemap_snapshot *snapshot,
			 struct pagemap_process *process, struct array *again)
{
	int err = count_runs(snapshot->slots, process->swapped,
			     process->swapped_count, again);

	if (!err)
		err = repeats_make(&snapshot->arena, again,
				   &process->slot_repeats);
	if (!err)
		err = count_runs(snapshot->frames, process->shared,
				 process->shared_count, again);
	return err ? err : repeats_make(&snapshot->arena, again,
					&process->repeats);
}

static int count_all(struct pagemap_snapshot *snapshot)
{
	struct array again = { 0 };
	int err = 0;
	size_t i;

	snapshot->frames = frames_new();
	snapshot->slots = frames_new();
	if (!snapshot->frames || !snapshot->slots)
		return -ENOMEM;
	for (i = 0; i < snapshot->process_count && !err; i++) {
		struct pagemap_process *process = &snapshot->processes[i];

		process->snapshot = snapshot;
		if (counts(process))
			err = count_process(snapshot, process, &again);
	}
	array_free(&again);
	if (!err)
		err = frames_settle(snapshot->slots);
	return err ? err : frames_settle(snapshot->frames);
}

static uint32_t mark_of(uint64_t flags)
{
	/* A free or kernel frame is caught in passing: it was memory then. */
	if (flags & FLAG(ZERO_PAGE))
		return (uint32_t)FRAMES_ZERO;
	if (flags & FLAG(NOPAGE))
		return (uint32_t)FRAMES_SPECIAL;
	return flags & FLAG(HUGE) ? (uint32_t)FRAMES_HUGETLB : 0;
}

/*
 * A frame that kpageflags does not show: of a device, unless a zone of RAM has
 * it. A User-Mode Linux shows not all of its frames.
 */
static uint32_t mark_unshown(struct pagemap_source *source,
			     struct pagemap_snapshot *snapshot, uint64_t pfn)
{
	struct buffer text = { 0 };

	if (!snapshot->ram_end &&
	    (source->ops->read_text(source, NULL, "zoneinfo", &text) ||
	     parse_zoneinfo(text.data, text.size, &snapshot->ram_end)))
		snapshot->ram_end = 1;
	buffer_free(&text);
	return pfn < snapshot->ram_end ? 0 : (uint32_t)FRAMES_SPECIAL;
}

static void mark_one(struct frames *frames, const struct frame_piece *piece,
		     uint32_t which, uint32_t mark)
{
	struct frame_piece one = *piece;

	if (!mark || (piece->counts && !piece->counts[which]))
		return;
	if (piece->counts) {
		one.first += which;
		one.count = 1;
		one.counts += which;
	}
	frames_mark(frames, &one, mark);
}

static uint32_t first_used(const struct frame_piece *piece)
{
	uint32_t i = 0;

	while (piece->counts && i < piece->count && !piece->counts[i])
		i++;
	return i;
}

/*
 * A scan has set zero pages and hugetlb aside; what remains to be found are
 * frames of devices, and these come in blocks of 2 MiB at least: one look a
 * block does.  *block is the last one that was found to be RAM.
 */
static void look_at_first(struct pagemap_source *source,
			  struct pagemap_snapshot *snapshot,
			  const struct frame_piece *piece, uint64_t *block)
{
	uint32_t mark, which = first_used(piece);
	uint64_t flags = 0;
	ssize_t got;

	if (which == piece->count || piece->first / BLOCK_FRAMES == *block)
		return;
	got = source->ops->read_frames(source, FRAME_FLAGS,
				       piece->first + which, &flags, 1);
	mark = got == 1 ? mark_of(flags) :
	       mark_unshown(source, snapshot, piece->first + which);
	if (mark)
		frames_mark(snapshot->frames, piece, mark);
	else
		*block = piece->first / BLOCK_FRAMES;
}

static void look_at_all(struct pagemap_source *source,
			struct pagemap_snapshot *snapshot,
			const struct frame_piece *piece)
{
	uint32_t i, count = piece->counts ? piece->count : 1;
	uint64_t flags[BLOCK_FRAMES];
	ssize_t got = source->ops->read_frames(source, FRAME_FLAGS,
					       piece->first, flags, count);

	for (i = 0; i < count; i++)
		mark_one(snapshot->frames, piece, i, (ssize_t)i < got ?
			 mark_of(flags[i]) :
			 mark_unshown(source, snapshot, piece->first + i));
}

static void mark_special(struct pagemap_source *source,
			 struct pagemap_snapshot *snapshot)
{
	uint64_t block = UINT64_MAX;
	struct frame_piece piece;
	size_t at = 0;

	if (source->features[PAGEMAP_FEATURE_KPAGEFLAGS] != FEATURE_PRESENT)
		return;
	while (frames_next(snapshot->frames, &at, &piece)) {
		if (snapshot->scanned)
			look_at_first(source, snapshot, &piece, &block);
		else
			look_at_all(source, snapshot, &piece);
	}
}

static bool is_unread(const struct pagemap_process *process)
{
	return process->status == PAGEMAP_STATUS_DENIED ||
	       process->status == PAGEMAP_STATUS_MALFORMED;
}

static bool some_unread(const struct pagemap_snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->process_count; i++)
		if (is_unread(&snapshot->processes[i]))
			return true;
	return false;
}

static void add_extra(const struct pagemap_snapshot *snapshot,
		      const struct repeat *repeat, uint32_t *extra)
{
	struct frame_piece piece;
	uint32_t i;

	for (i = 0; i < repeat->count; i++)
		if (frames_piece(snapshot->frames, repeat->first + i, 1,
				 &piece))
			extra[piece.slot] += repeat->times - 1;
}

/* Mappings that were seen beyond one for each sharer. */
static void count_repeats(struct pagemap_snapshot *snapshot, uint32_t *extra)
{
	size_t i;
	uint32_t k;

	for (i = 0; i < snapshot->process_count; i++) {
		const struct pagemap_process *process = &snapshot->processes[i];

		if (!counts(process))
			continue;
		for (k = 0; k < process->repeats.count; k++)
			add_extra(snapshot, &process->repeats.items[k], extra);
	}
}

static uint32_t unseen_of(uint64_t kernel_count, uint32_t sharers,
			  uint32_t extra)
{
	uint64_t seen = (uint64_t)sharers + extra;

	if (frames_is_mark(sharers) || kernel_count <= seen)
		return 0;
	return kernel_count - seen > INT32_MAX ? INT32_MAX
					       : (uint32_t)(kernel_count - seen);
}

/* Whether some process that was not read may share a swap slot. */
static bool swap_unread(const struct pagemap_snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->process_count; i++) {
		const struct pagemap_process *process = &snapshot->processes[i];

		if (is_unread(process) &&
		    (!(process->figures.known & BIT(PAGEMAP_SWAP)) ||
		     process->figures.bytes[PAGEMAP_SWAP]))
			return true;
	}
	return false;
}

/* The unseen mappings of frames [first, end) of a piece. */
static void count_unseen_in(struct pagemap_source *source,
			    const struct frame_piece *piece, uint32_t first,
			    uint32_t end, uint32_t *unseen)
{
	uint64_t values[BLOCK_FRAMES];
	ssize_t got = source->ops->read_frames(source, FRAME_COUNTS,
					       piece->first + first, values,
					       end - first);
	uint32_t i;

	for (i = first; i < end; i++) {
		uint32_t *place = &unseen[piece->slot + i];

		*place = (ssize_t)(i - first) >= got ? 0 :
			 unseen_of(values[i - first], piece->counts[i], *place);
	}
}

/*
 * Of frames that stand in one slot the first tells, as hidden processes rarely
 * have a part of a huge page.  Others that were just not read may well: the
 * one that has the most.
 */
static void count_unseen_block(struct pagemap_source *source,
			       const struct pagemap_snapshot *snapshot,
			       const struct frame_piece *piece,
			       uint32_t *unseen)
{
	uint64_t values[BLOCK_FRAMES], most = 0;
	uint32_t count = snapshot->alone ? piece->count : 1;
	ssize_t i, got = source->ops->read_frames(source, FRAME_COUNTS,
						  piece->first, values, count);

	for (i = 0; i < got; i++)
		if (values[i] > most)
			most = values[i];
	unseen[piece->slot] = unseen_of(most, piece->uniform,
					unseen[piece->slot]);
}

/* Frames that were counted, read together where few lie between. */
static void count_unseen_piece(struct pagemap_source *source,
			       const struct pagemap_snapshot *snapshot,
			       const struct frame_piece *piece,
			       uint32_t *unseen)
{
	uint32_t first, at = 0;

	if (!piece->counts) {
		if (piece->uniform && !frames_is_mark(piece->uniform))
			count_unseen_block(source, snapshot, piece, unseen);
		return;
	}
	while (frames_stretch(piece, UNSEEN_GAP, &at, &first))
		count_unseen_in(source, piece, first, at, unseen);
}

/*
 * Where sharers may exist unseen, the kernel's counts bound their number: of
 * the mappings that it counts, those that were seen are known.
 */
static int count_unseen(struct pagemap_source *source,
			struct pagemap_snapshot *snapshot)
{
	size_t size = (frames_slots(snapshot->frames) + 1) * sizeof(uint32_t);
	struct frame_piece piece;
	uint32_t *unseen;
	size_t at = 0;

	if (source->features[PAGEMAP_FEATURE_KPAGECOUNT] != FEATURE_PRESENT)
		return 0;
	unseen = arena_alloc(&snapshot->arena, size);
	if (!unseen)
		return -ENOMEM;
	memset(unseen, 0, size);
	count_repeats(snapshot, unseen);
	while (frames_next(snapshot->frames, &at, &piece))
		count_unseen_piece(source, snapshot, &piece, unseen);
	snapshot->unseen_counts = unseen;
	return 0;
}

static void finish_figures(struct pagemap_snapshot *snapshot,
			   struct pagemap_process *process)
{
	struct figures *figures = &process->figures;
	uint64_t rss = figures->bytes[PAGEMAP_RSS];
	uint64_t rest = rss - figures->bytes[PAGEMAP_ANON];

	if (!snapshot->file_bit)
		figures_unset(figures, PAGEMAP_SHMEM);
	if (figures->known & BIT(PAGEMAP_SHMEM)) {
		if (figures->bytes[PAGEMAP_SHMEM] > rest)
			figures_set(figures, PAGEMAP_SHMEM, rest);
		figures_set(figures, PAGEMAP_FILE,
			    rest - figures->bytes[PAGEMAP_SHMEM]);
	}
	if ((figures->known & BIT(PAGEMAP_VSS)) &&
	    figures->bytes[PAGEMAP_VSS] < rss) {
		figures_set(figures, PAGEMAP_VSS, rss);
		figures_estimate(figures, BIT(PAGEMAP_VSS),
				 PAGEMAP_REASON_CHANGED);
	}
	/* Entries do not show swapped shmem, and smaps was not to be read. */
	if (snapshot->swap_in_use && snapshot->gentle)
		figures_estimate(figures, figures->known & BIT(PAGEMAP_SWAP),
				 PAGEMAP_REASON_NO_FEATURE);
	/* Where frames are not shown, bounds hold whoever shares them. */
	if (snapshot->unseen && !snapshot->unseen_counts &&
	    snapshot->frames_shown)
		figures_estimate(figures, BIT(PAGEMAP_PSS) | BIT(PAGEMAP_USS),
				 PAGEMAP_REASON_UNSEEN);
	if (process->claimed_rss_bytes && process->claimed_rss_bytes != rss)
		process->status = PAGEMAP_STATUS_CHANGED;
	if (process->status == PAGEMAP_STATUS_CHANGED)
		figures_estimate(figures, figures->known,
				 PAGEMAP_REASON_CHANGED);
}

/* What rounding down took from a process, to be shared out again. */
struct remainder {
	uint64_t units;
	struct pagemap_process *process;
};

static int compare_remainders(const void *a, const void *b)
{
	const struct remainder *x = a, *y = b;

	if (x->units != y->units)
		return x->units > y->units ? -1 : 1;
	return x->process->pid < y->process->pid ? -1 : 1;
}

static void set_figures(struct pagemap_snapshot *snapshot,
			struct remainder *remainders, size_t *ret_count)
{
	uint64_t below_a_byte = (UINT64_C(1) << (CENSUS_UNIT_SHIFT -
						 snapshot->page_shift)) - 1;
	size_t i, count = 0;

	for (i = 0; i < snapshot->process_count; i++) {
		struct pagemap_process *process = &snapshot->processes[i];
		struct weighed weighed, swap = { 0 };

		if (!counts(process))
			continue;
		census_weigh_process(process, &weighed);
		census_weigh_swap(process,
				  (struct slice){ 0, process->swapped_count },
				  &swap);
		if (weighed.units & below_a_byte)
			remainders[count++] = (struct remainder){
				weighed.units & below_a_byte, process,
			};
		census_figures(snapshot, &process->tally, &weighed, &swap,
			       &process->figures);
		finish_figures(snapshot, process);
	}
	*ret_count = count;
}

/* Bytes of the distinct frames that the counted processes map. */
static uint64_t distinct_bytes(const struct pagemap_snapshot *snapshot,
			       bool *ret_all_known)
{
	struct frame_piece piece;
	uint64_t pages = 0;
	size_t i, at = 0;
	uint32_t k;

	*ret_all_known = !snapshot->unseen;
	while (frames_next(snapshot->frames, &at, &piece)) {
		if (!piece.counts) {
			if (!frames_is_mark(piece.uniform))
				pages += piece.count;
			continue;
		}
		for (k = 0; k < piece.count; k++)
			pages += piece.counts[k] &&
				 !frames_is_mark(piece.counts[k]);
	}
	for (i = 0; i < snapshot->process_count; i++) {
		const struct pagemap_process *process = &snapshot->processes[i];

		if (!counts(process))
			continue;
		pages += process->tally.exclusive_anon +
			 process->tally.exclusive_file;
		if (process->tally.unknown_pfn)
			*ret_all_known = false;
	}
	return pages << snapshot->page_shift;
}

/* Gives the bytes lost by rounding to those who lost the most. */
static void share_out(struct pagemap_snapshot *snapshot,
		      struct remainder *remainders, size_t count)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < snapshot->process_count; i++)
		if (counts(&snapshot->processes[i]))
			sum += snapshot->processes[i].figures.bytes[PAGEMAP_PSS];
	qsort(remainders, count, sizeof(*remainders), compare_remainders);
	for (i = 0; count && sum < snapshot->distinct_bytes; sum++) {
		remainders[i].process->figures.bytes[PAGEMAP_PSS]++;
		i = i + 1 < count ? i + 1 : 0;
	}
}

static int set_all_figures(struct pagemap_snapshot *snapshot)
{
	struct remainder *remainders = calloc(snapshot->process_count + 1,
					      sizeof(*remainders));
	bool all_known;
	size_t count;

	if (!remainders)
		return -ENOMEM;
	set_figures(snapshot, remainders, &count);
	snapshot->distinct_bytes = distinct_bytes(snapshot, &all_known);
	if (all_known)
		share_out(snapshot, remainders, count);
	free(remainders);
	return 0;
}

int census_settle(struct pagemap_source *source,
		  struct pagemap_snapshot *snapshot)
{
	int err = count_all(snapshot);

	if (err)
		return err;
	mark_special(source, snapshot);
	err = kinds_settle(source, snapshot);
	if (err)
		return err;
	snapshot->unseen = snapshot->missing_pids || some_unread(snapshot);
	snapshot->unseen_swap = snapshot->missing_pids || swap_unread(snapshot);
	if (snapshot->unseen)
		err = count_unseen(source, snapshot);
	if (!err)
		err = set_all_figures(snapshot);
	if (!err && snapshot->detail == PAGEMAP_DETAIL_PAGES)
		err = runs_settle(source, snapshot);
	return err;
}
