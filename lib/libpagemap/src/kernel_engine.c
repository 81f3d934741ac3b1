/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's own figures: smaps_rollup for a process, smaps for its
 * mappings, status for what neither has.  The cheapest way, the same numbers
 * as ps and smem; estimates where the kernel averages its counts.
 */
#include <errno.h>
#include <string.h>

#include "engine.h"
#include "parse.h"

#define BIT(metric) PAGEMAP_METRIC_BIT(metric)

/* What the kernel derives from its map counts. */
#define COUNTED                                                               \
	(BIT(PAGEMAP_PSS) | BIT(PAGEMAP_USS) | BIT(PAGEMAP_SWAP_PSS) |        \
	 BIT(PAGEMAP_PSS_ANON) | BIT(PAGEMAP_PSS_FILE) |                      \
	 BIT(PAGEMAP_PSS_SHMEM) | BIT(PAGEMAP_PSS_DIRTY) |                    \
	 BIT(PAGEMAP_SHARED_CLEAN) | BIT(PAGEMAP_SHARED_DIRTY) |              \
	 BIT(PAGEMAP_PRIVATE_CLEAN) | BIT(PAGEMAP_PRIVATE_DIRTY))

/* What needs status besides. */
#define IN_STATUS                                                             \
	(BIT(PAGEMAP_FILE) | BIT(PAGEMAP_SHMEM) |                             \
	 BIT(PAGEMAP_PAGE_TABLES) | BIT(PAGEMAP_RSS_PEAK))

static void sizes_to_figures(const struct pagemap_snapshot *snapshot,
			     const struct smaps_sizes *sizes,
			     struct figures *ret_figures)
{
	*ret_figures = (struct figures){
		.known = sizes->found,
		.missing_reason = PAGEMAP_REASON_NO_FEATURE,
	};
	memcpy(ret_figures->bytes, sizes->bytes, sizeof(sizes->bytes));
	if (snapshot->averaged)
		figures_estimate(ret_figures,
				 COUNTED & ~BIT(PAGEMAP_SWAP_PSS) &
				 sizes->found,
				 (enum pagemap_reason)snapshot->averaged_reason);
}

/* Two mms that are one have the same first and last address. */
static uint64_t layout_of(uint64_t first_vaddr, uint64_t last_vaddr)
{
	return (first_vaddr * UINT64_C(0x9e3779b97f4a7c15)) ^ last_vaddr;
}

static uint64_t rollup_layout(const struct buffer *text)
{
	const char *at = text->data, *end = text->data + text->size;
	uint64_t numbers[2] = { 0, 0 };
	int i;

	for (i = 0; i < 2; i++, at++)
		for (; at < end && *at != '-' && *at != ' '; at++)
			numbers[i] = numbers[i] << 4 |
				     (uint64_t)(*at <= '9' ? *at - '0'
							   : *at - 'a' + 10);
	return layout_of(numbers[0], numbers[1]);
}

static int read_rollup(struct worker *worker, const struct process_ref *ref,
		       struct pagemap_process *process)
{
	struct pagemap_source *source = worker->source;
	struct smaps_sizes sizes;
	int err = source->ops->read_text(source, ref, "smaps_rollup",
					 &worker->text);

	if (err)
		return err;
	err = parse_smaps_rollup(worker->text.data, worker->text.size, &sizes);
	if (err)
		/* Older kernels give a kernel thread an empty file. */
		return err == -ENODATA ? -ESRCH : err;
	process->layout = rollup_layout(&worker->text);
	sizes_to_figures(worker->snapshot, &sizes, &process->figures);
	return 0;
}

/* RSS of a mapping that is not anonymous is all of one kind. */
static void split_by_kind(const struct pagemap_mapping *mapping,
			  struct figures *figures)
{
	uint64_t rest = figures->bytes[PAGEMAP_RSS];
	bool shmem = mapping->kind == PAGEMAP_MAPPING_SHMEM;

	if (!(figures->known & BIT(PAGEMAP_ANON)) ||
	    figures->bytes[PAGEMAP_ANON] > rest)
		return;
	rest -= figures->bytes[PAGEMAP_ANON];
	figures_set(figures, PAGEMAP_SHMEM, shmem ? rest : 0);
	figures_set(figures, PAGEMAP_FILE, shmem ? 0 : rest);
}

struct smaps_item {
	struct pagemap_mapping mapping;
	struct figures figures;
};

static int collect_smaps(struct worker *worker, struct text *text,
			 struct figures *ret_sum)
{
	struct array *found = &worker->mappings;
	struct smaps_item *item, *previous = NULL;
	struct maps_line line;
	struct smaps_sizes sizes;
	uint32_t vm_flags;
	int err;

	found->count = 0;
	worker->keeps_mappings = worker->snapshot->detail >
				 PAGEMAP_DETAIL_PROCESSES;
	while ((err = parse_smaps_next(text, &line, &sizes, &vm_flags)) == 1) {
		item = array_push(found, sizeof(*item));
		if (!item)
			return -ENOMEM;
		previous = found->count > 1 ? item - 1 : NULL;
		err = mapping_from_line(worker, &line,
					previous ? &previous->mapping : NULL,
					&item->mapping);
		if (err)
			return err;
		if (vm_flags & SMAPS_VM_HUGETLB)
			item->mapping.kind = PAGEMAP_MAPPING_HUGETLB;
		sizes_to_figures(worker->snapshot, &sizes, &item->figures);
		split_by_kind(&item->mapping, &item->figures);
		if (previous)
			figures_add(ret_sum, &item->figures);
		else
			*ret_sum = item->figures;
		if (previous &&
		    line.start_vaddr < previous->mapping.end_vaddr)
			return -EAGAIN;
	}
	if (!err && !found->count)
		return -ESRCH;
	return err;
}

/* The collected ones, apart in the arena: mappings, then their figures. */
static int keep_smaps(struct worker *worker, struct pagemap_process *process)
{
	const struct smaps_item *items = worker->mappings.items;
	size_t i, count = worker->mappings.count;
	struct figures *figures;

	process->mappings = arena_alloc(&worker->arena,
					count * sizeof(*process->mappings));
	figures = arena_alloc(&worker->arena, count * sizeof(*figures));
	if (!process->mappings || !figures)
		return -ENOMEM;
	process->mapping_count = count;
	for (i = 0; i < count; i++) {
		figures[i] = items[i].figures;
		process->mappings[i] = items[i].mapping;
		process->mappings[i].kernel = &figures[i];
	}
	return 0;
}

static int read_smaps(struct worker *worker, const struct process_ref *ref,
		      struct pagemap_process *process, struct figures *ret_sum)
{
	struct pagemap_source *source = worker->source;
	const struct smaps_item *items;
	struct text text;
	int err = source->ops->read_text(source, ref, "smaps", &worker->text);

	if (err)
		return err;
	text = (struct text){ worker->text.data,
			      worker->text.data + worker->text.size };
	err = collect_smaps(worker, &text, ret_sum);
	if (err)
		return err;
	items = worker->mappings.items;
	process->layout =
		layout_of(items[0].mapping.start_vaddr,
			  items[worker->mappings.count - 1].mapping.end_vaddr);
	/* The size of the mm is statm's: smaps also lists the vsyscall page. */
	ret_sum->known &= ~BIT(PAGEMAP_VSS);
	if (worker->snapshot->detail == PAGEMAP_DETAIL_PROCESSES)
		return 0;
	return keep_smaps(worker, process);
}

static int read_status(struct worker *worker, const struct process_ref *ref,
		       struct figures *figures)
{
	struct pagemap_source *source = worker->source;
	uint64_t rss = figures->bytes[PAGEMAP_RSS];
	uint64_t anon = figures->bytes[PAGEMAP_ANON];
	struct proc_status status;
	int err = source->ops->read_text(source, ref, "status", &worker->text);

	if (!err)
		err = parse_status(worker->text.data, worker->text.size,
				   &status);
	if (err)
		return err;
	if (status.found & BIT(PAGEMAP_PAGE_TABLES))
		figures_set(figures, PAGEMAP_PAGE_TABLES,
			    status.bytes[PAGEMAP_PAGE_TABLES]);
	if (status.found & BIT(PAGEMAP_RSS_PEAK))
		figures_set(figures, PAGEMAP_RSS_PEAK,
			    status.bytes[PAGEMAP_RSS_PEAK]);
	if (!(status.found & BIT(PAGEMAP_SHMEM)) ||
	    !(figures->known & BIT(PAGEMAP_ANON)) || anon > rss ||
	    status.bytes[PAGEMAP_SHMEM] > rss - anon)
		return 0;
	/* status drifts with the counters of each CPU; Rss does not. */
	figures_set(figures, PAGEMAP_SHMEM, status.bytes[PAGEMAP_SHMEM]);
	figures_set(figures, PAGEMAP_FILE,
		    rss - anon - status.bytes[PAGEMAP_SHMEM]);
	return 0;
}

/* A zero page at a mapping, or at any if the snapshot has no mappings. */
static void add_zero(struct pagemap_process *process, size_t *cursor,
		     const struct extent *extent, uint32_t shift)
{
	uint64_t bytes = (extent->end_page - extent->start_page) << shift;
	uint64_t vaddr = extent->start_page << shift;

	process->figures.bytes[PAGEMAP_ZERO] += bytes;
	while (*cursor < process->mapping_count &&
	       process->mappings[*cursor].end_vaddr <= vaddr)
		++*cursor;
	if (*cursor < process->mapping_count &&
	    process->mappings[*cursor].start_vaddr <= vaddr)
		process->mappings[*cursor].kernel->bytes[PAGEMAP_ZERO] += bytes;
}

/* smaps leaves zero pages out; a scan counts them without frame numbers. */
static int read_zero(struct worker *worker, const struct process_ref *ref,
		     struct pagemap_process *process)
{
	struct scan scan = { .end_page = UINT64_MAX };
	struct pagemap_source *source = worker->source;
	struct pages_file pages;
	size_t i, cursor = 0;
	ssize_t k, found;
	int err = source->ops->open_pages(source, ref, &pages);

	if (err)
		return err;
	figures_set(&process->figures, PAGEMAP_ZERO, 0);
	for (i = 0; i < process->mapping_count; i++)
		figures_set(process->mappings[i].kernel, PAGEMAP_ZERO, 0);
	while ((found = source->ops->scan(source, &pages, &scan,
					  worker->extents,
					  WORKER_EXTENTS)) > 0)
		for (k = 0; k < found; k++)
			if (worker->extents[k].bits & EXTENT_ZERO)
				add_zero(process, &cursor, &worker->extents[k],
					 source->page_shift);
	source->ops->close_pages(&pages);
	return (int)found;
}

/* Neither smaps nor smaps_rollup: statm has the resident size. */
static int read_rss(struct worker *worker, const struct process_ref *ref,
		    struct pagemap_process *process, struct figures *figures)
{
	int err = statm_read(worker, ref, process);

	if (err)
		return err;
	if (!process->statm.size_pages)
		return -ESRCH;
	figures->missing_reason = PAGEMAP_REASON_NO_FEATURE;
	figures_set(figures, PAGEMAP_RSS, process->statm.resident_pages
					  << worker->snapshot->page_shift);
	return 0;
}

static int kernel_read(struct worker *worker, const struct process_ref *ref,
		       struct pagemap_process *process)
{
	struct pagemap_source *source = worker->source;
	bool rollup = source->features[PAGEMAP_FEATURE_SMAPS_ROLLUP] ==
		      FEATURE_PRESENT;
	bool smaps = source->features[PAGEMAP_FEATURE_SMAPS] ==
		     FEATURE_PRESENT;
	struct figures sum = { 0 };
	int err = 0;

	if (smaps && (!rollup ||
		      worker->snapshot->detail > PAGEMAP_DETAIL_PROCESSES))
		err = read_smaps(worker, ref, process, &sum);
	else if (!rollup)
		err = read_rss(worker, ref, process, &sum);
	if (err)
		return err;
	process->figures = sum;
	if (rollup)
		err = read_rollup(worker, ref, process);
	if (!err && (worker->snapshot->metrics & IN_STATUS))
		err = read_status(worker, ref, &process->figures);
	if (!err && (worker->snapshot->metrics & BIT(PAGEMAP_ZERO)) &&
	    source->features[PAGEMAP_FEATURE_SCAN] == FEATURE_PRESENT)
		err = read_zero(worker, ref, process);
	return err;
}

static int kernel_prepare(struct pagemap_source *source,
			  struct pagemap_snapshot *snapshot)
{
	bool rollup = pagemap_source_has_feature(source,
						 PAGEMAP_FEATURE_SMAPS_ROLLUP);
	bool plain = snapshot->detail == PAGEMAP_DETAIL_PROCESSES;

	if (snapshot->detail == PAGEMAP_DETAIL_PAGES)
		return source_fail(source, -ENOTSUP,
				   "the kernel engine cannot list pages", 0);
	if (!plain || !rollup)
		pagemap_source_has_feature(source, PAGEMAP_FEATURE_SMAPS);
	snapshot->one_file = plain && rollup && !snapshot->identity &&
		!(snapshot->metrics & (IN_STATUS | BIT(PAGEMAP_VSS) |
				       BIT(PAGEMAP_ZERO)));
	if (snapshot->metrics & BIT(PAGEMAP_ZERO))
		pagemap_source_has_feature(source, PAGEMAP_FEATURE_SCAN);
	if (!(snapshot->metrics & COUNTED) ||
	    pagemap_source_has_feature(source, PAGEMAP_FEATURE_PRECISE_COUNTS))
		return 0;
	snapshot->averaged = true;
	snapshot->averaged_reason = source->averaged_for_sure ?
		PAGEMAP_REASON_AVERAGED : PAGEMAP_REASON_MAYBE_AVERAGED;
	return 0;
}

static int kernel_settle(struct pagemap_source *source,
			 struct pagemap_snapshot *snapshot)
{
	(void)source, (void)snapshot;
	return 0;
}

const struct engine kernel_engine = {
	.id = PAGEMAP_ENGINE_KERNEL,
	.prepare = kernel_prepare,
	.read = kernel_read,
	.settle = kernel_settle,
};
