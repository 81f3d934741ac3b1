// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sizes from outside held against those from inside: see common_figures.h.
 *
 * smaps_rollup counts how often a page is mapped, not by how many processes:
 * where one process maps a frame twice (a file mapped twice, merged pages) the
 * two must differ, and are not compared.  That is told of each such process.
 */
#include "common_figures.h"

#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common_tally.h"

static struct tally
	counted = { .name = "sizes: as counted from the guest's own pagemaps" },
	kernel = { .name = "sizes: as the guest's smaps_rollup has them" };

/* What it has, counted here; PSS in 1/4096 of a byte. */
struct sizes {
	uint64_t rss, pss, uss, swap;
	bool is_twice;			/* maps some frame more than once, or
					   one who shares it does */
};

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void add_frame(const struct dump *dump, uint64_t pfn,
		      struct sizes *sizes)
{
	uint32_t sharers = dump->frames[pfn].sharers;

	sizes->pss += (PAGE << 12) / sharers;
	sizes->uss += sharers == 1 ? PAGE : 0;
	sizes->is_twice |= dump->frames[pfn].mappings != sharers;
}

static struct sizes count_sizes(const struct dump *dump,
				const struct dump_process *process)
{
	uint64_t *pfns = calloc(process->page_count, sizeof(*pfns));
	struct sizes sizes = { 0 };
	size_t count = 0;

	if (!pfns)
		err(2, "memory");
	for (size_t i = 0; i < process->page_count; i++) {
		const struct dump_page *page = &process->pages[i];

		sizes.swap += page->entry & SWAPPED ? PAGE : 0;
		if (dump_is_resident(dump, page))
			pfns[count++] = dump_pfn(page);
	}
	sizes.rss = count * PAGE;
	qsort(pfns, count, sizeof(*pfns), by_number);
	for (size_t i = 0; i < count; i++)
		if (!i || pfns[i] != pfns[i - 1])
			add_frame(dump, pfns[i], &sizes);
	free(pfns);
	return sizes;
}

static void compare(struct tally *tally, const struct dump_process *process,
		    const char *what, struct pagemap_value value, uint64_t low,
		    uint64_t high)
{
	tally_add(tally, value.quality == PAGEMAP_EXACT && value.value >= low &&
		  value.value <= high, "%s of %s: %" PRIu64 " (%s), not %"
		  PRIu64, what, process->comm, value.value,
		  pagemap_quality_name(value.quality), low);
}

/*
 * smaps_rollup cuts what it says to whole KiB, and before that each share of a
 * page: up to a KiB less than the truth.
 */
static void compare_kib(const struct dump_process *process, const char *what,
			struct pagemap_value value, uint64_t kib)
{
	compare(&kernel, process, what, value, kib * 1024, kib * 1024 + 1026);
}

static void compare_kernel(const struct dump_process *process,
			   const struct pagemap_usage *usage,
			   const struct sizes *sizes)
{
	const uint64_t *rollup = process->rollup;
	uint64_t private = rollup[ROLLUP_PRIVATE_CLEAN] +
			   rollup[ROLLUP_PRIVATE_DIRTY];

	compare_kib(process, "RSS", pagemap_usage_value(usage, PAGEMAP_RSS),
		    rollup[ROLLUP_RSS]);
	compare_kib(process, "swap", pagemap_usage_value(usage, PAGEMAP_SWAP),
		    rollup[ROLLUP_SWAP]);
	if (sizes->is_twice)
		return;
	compare_kib(process, "PSS", pagemap_usage_value(usage, PAGEMAP_PSS),
		    rollup[ROLLUP_PSS]);
	compare_kib(process, "USS", pagemap_usage_value(usage, PAGEMAP_USS),
		    private);
	compare_kib(process, "swap PSS",
		    pagemap_usage_value(usage, PAGEMAP_SWAP_PSS),
		    rollup[ROLLUP_SWAP_PSS]);
}

void figures_check(const struct dump *dump, const struct dump_process *inside,
		   const struct pagemap_process *outside)
{
	struct sizes sizes = count_sizes(dump, inside);
	struct pagemap_usage usage;
	struct pagemap_value pss;

	if (pagemap_usage_of_process(outside, &usage))
		errx(2, "no usage of %s", inside->comm);
	pss = pagemap_usage_value(&usage, PAGEMAP_PSS);
	printf("# %s: PSS %" PRIu64 " outside, %" PRIu64 " counted, %" PRIu64
	       " kB in smaps_rollup; USS %" PRIu64 ", %" PRIu64 ", %" PRIu64
	       " kB%s\n", inside->comm, pss.value, sizes.pss >> 12,
	       inside->rollup[ROLLUP_PSS],
	       pagemap_usage_value(&usage, PAGEMAP_USS).value, sizes.uss,
	       inside->rollup[ROLLUP_PRIVATE_CLEAN] +
	       inside->rollup[ROLLUP_PRIVATE_DIRTY],
	       sizes.is_twice ? " (maps a frame twice)" : "");
	compare(&counted, inside, "RSS", pagemap_usage_value(&usage,
		PAGEMAP_RSS), sizes.rss, sizes.rss);
	/* Bytes that do not divide go to one of those who share. */
	compare(&counted, inside, "PSS", pss, (sizes.pss >> 12) - 2,
		(sizes.pss >> 12) + 2);
	compare(&counted, inside, "USS", pagemap_usage_value(&usage,
		PAGEMAP_USS), sizes.uss, sizes.uss);
	compare(&counted, inside, "swap", pagemap_usage_value(&usage,
		PAGEMAP_SWAP), sizes.swap, sizes.swap);
	if (inside->has_rollup)
		compare_kernel(inside, &usage, &sizes);
}

bool figures_report(void)
{
	bool passed = tally_report(&counted);

	return tally_report(&kernel) && passed;
}
