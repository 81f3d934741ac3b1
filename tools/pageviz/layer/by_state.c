/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands there: in a process the states of page_class.h, in RAM the
 * classes of pagemap_ram, also those that the kernel tells and no flag shows.
 * What a vkernel's RAM is for is by_guest.c's.
 */
#include "making.h"
#include "page_class.h"

/* ---- A process --------------------------------------------------------- */

static const uint8_t swatches[CLASS_COUNT] = {
	[CLASS_ABSENT] = SWATCH_ABSENT,
	[CLASS_ANON] = SWATCH_ANON,
	[CLASS_FILE] = SWATCH_FILE,
	[CLASS_SHMEM] = SWATCH_SHMEM,
	[CLASS_HUGE] = SWATCH_HUGE,
	[CLASS_HUGETLB] = SWATCH_HUGETLB,
	[CLASS_KSM] = SWATCH_KSM,
	[CLASS_SWAPPED] = SWATCH_SWAP,
	[CLASS_ZERO] = SWATCH_ZERO,
	[CLASS_GUARD] = SWATCH_GUARD,
	[CLASS_MARKER] = SWATCH_MARKER,
	[CLASS_MOVING] = SWATCH_MOVING,
	[CLASS_DEVICE] = SWATCH_DEVICE,
	[CLASS_MAPPED] = SWATCH_UNKNOWN,
};

#define BIT(name) PAGEMAP_METRIC_BIT(PAGEMAP_##name)

/* Metrics that count the pages of just this class. */
static const uint64_t metrics[CLASS_COUNT] = {
	[CLASS_HUGETLB] = BIT(HUGETLB_PRIVATE) | BIT(HUGETLB_SHARED),
	[CLASS_SWAPPED] = BIT(SWAP),
	[CLASS_ZERO] = BIT(ZERO),
};

static uint8_t state_of(struct making *making, const void *context,
			const struct stretch *stretch)
{
	(void)context;
	return stretch->class_of < making->layer->class_count ?
	       stretch->class_of : 0;
}

/* Only of a guest it may be that nobody says what backs pages. */
static unsigned int count_states(const struct making *making)
{
	return making->moment->machine == MACHINE_GUEST ? CLASS_COUNT
							: CLASS_MAPPED;
}

static int make_process(struct making *making)
{
	unsigned int i, count = count_states(making);
	int err;

	for (i = 0; i < count; i++) {
		const struct page_class_row *state =
			page_class_row(PAGE_BY_STATE, i);
		const struct class_row row = {
			state->name, state->name, state->help, swatches[i],
			ROW_FIXED,
		};

		making_add(making, &row);
	}
	err = making_collect(making, state_of, NULL);
	for (i = 0; !err && i < count; i++)
		if (metrics[i])
			making_set_metrics(making, i, metrics[i]);
	return err;
}

/* ---- RAM --------------------------------------------------------------- */

#define RAM(name) PAGEMAP_RAM_##name

/* What is told has the swatch of the frames that it is told of. */
static const struct {
	const char *name;
	uint8_t swatch;
	bool told;
} frames[PAGEMAP_RAM_CLASS_COUNT] = {
	[RAM(ANON)] = { "anonymous", SWATCH_ANON, false },
	[RAM(KSM)] = { "merged by KSM", SWATCH_KSM, false },
	[RAM(ANON_UNMAPPED)] = { "anonymous, not mapped",
				 SWATCH_ANON_UNMAPPED, false },
	[RAM(SWAP_CACHE)] = { "swap cache", SWATCH_SWAP, false },
	[RAM(SHMEM_MAPPED)] = { "shmem, mapped", SWATCH_SHMEM, false },
	[RAM(SHMEM_UNMAPPED)] = { "shmem, not mapped", SWATCH_SHMEM_UNMAPPED,
				  false },
	[RAM(FILE_MAPPED)] = { "files, mapped", SWATCH_FILE, false },
	[RAM(FILE_CLEAN)] = { "files, clean", SWATCH_FILE_CLEAN, false },
	[RAM(FILE_DIRTY)] = { "files, dirty", SWATCH_FILE_DIRTY, false },
	[RAM(BUFFERS)] = { "of block devices", SWATCH_FILE_CLEAN, true },
	[RAM(HUGETLB_MAPPED)] = { "hugetlb, mapped", SWATCH_HUGETLB, false },
	[RAM(HUGETLB_UNMAPPED)] = { "hugetlb, not mapped", SWATCH_HUGETLB_FREE,
				    false },
	[RAM(HUGETLB_FREE)] = { "hugetlb, free", SWATCH_HUGETLB_FREE, true },
	[RAM(KERNEL_MAPPED)] = { "kernel, mapped", SWATCH_KERNEL_2, false },
	[RAM(ZERO_PAGE)] = { "huge zero page", SWATCH_ZERO, false },
	[RAM(SLAB)] = { "slab", SWATCH_SLAB, false },
	[RAM(SLAB_RECLAIMABLE)] = { "slab, reclaimable", SWATCH_SLAB, true },
	[RAM(KMALLOC_LARGE)] = { "kmalloc above two pages", SWATCH_KERNEL,
				 true },
	[RAM(PAGE_TABLES)] = { "page tables", SWATCH_PAGE_TABLES, false },
	[RAM(SEC_PAGE_TABLES)] = { "page tables of guests", SWATCH_UNKNOWN,
				   true },
	[RAM(KERNEL_STACKS)] = { "kernel stacks", SWATCH_UNKNOWN, true },
	[RAM(VMALLOC)] = { "vmalloc", SWATCH_UNKNOWN, true },
	[RAM(PERCPU)] = { "per-CPU memory", SWATCH_UNKNOWN, true },
	[RAM(ZSMALLOC)] = { "compressed swap", SWATCH_UNKNOWN, true },
	[RAM(KERNEL_BLOCKS)] = { "kernel, blocks", SWATCH_KERNEL, false },
	[RAM(UNKNOWN)] = { "in use, unknown", SWATCH_UNKNOWN, false },
	[RAM(FREE)] = { "free", SWATCH_FREE, false },
	[RAM(FREE_CPU_LISTS)] = { "free, kept by CPUs", SWATCH_UNKNOWN, true },
	[RAM(FREE_LAZY)] = { "free, not yet managed", SWATCH_FREE, false },
	[RAM(HWPOISON)] = { "broken", SWATCH_BROKEN, false },
	[RAM(LENT)] = { "lent to the host", SWATCH_OFFLINE, true },
	[RAM(RESERVED)] = { "reserved", SWATCH_RESERVED, false },
	[RAM(RESERVED_LAZY)] = { "reserved, not yet managed", SWATCH_FREE,
				 true },
	[RAM(OFFLINE)] = { "offline", SWATCH_OFFLINE, false },
	[RAM(HOLE)] = { "hole", SWATCH_GAP, false },
};

static const struct class_row absent = {
	"absent", "absent", "nothing there", SWATCH_ABSENT, ROW_FIXED,
};

static uint8_t frame_of(struct making *making, const void *context,
			const struct stretch *stretch)
{
	(void)making, (void)context;
	return stretch->class_of < PAGEMAP_RAM_CLASS_COUNT ?
	       stretch->class_of + 1 : RAM(UNKNOWN) + 1;
}

struct class_row ram_class_row(enum pagemap_ram_class class_of)
{
	return (struct class_row){
		pagemap_ram_class_name(class_of), frames[class_of].name,
		pagemap_ram_class_describe(class_of),
		frames[class_of].swatch, ROW_FIXED,
	};
}

static int make_ram(struct making *making)
{
	const struct ram_figure *figures = making->picture->ram;
	int i, err;

	making_add(making, &absent);
	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++) {
		const struct class_row row =
			ram_class_row((enum pagemap_ram_class)i);

		making_add(making, &row);
	}
	err = making_collect(making, frame_of, NULL);
	for (i = 0; !err && figures && i < PAGEMAP_RAM_CLASS_COUNT; i++) {
		making_set_bytes(making, (uint8_t)(i + 1), &figures[i].bytes);
		/* Older kernels have no flag for page tables. */
		making->layer->classes[i + 1].told = frames[i].told ||
			(i == RAM(PAGE_TABLES) && !making->pages[i + 1] &&
			 figures[i].bytes.high);
	}
	return err;
}

int make_by_state(struct making *making)
{
	switch (making->picture->id.kind) {
	case MAP_RAM:
		return make_ram(making);
	case MAP_GUEST:
		return make_guest_state(making);
	default:
		return make_process(making);
	}
}
