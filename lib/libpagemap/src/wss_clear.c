/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two methods of mainline's <pid>/clear_refs: 1 forgets accesses, which
 * smaps then tells by mapping (Referenced); 4 forgets writes, which bit 55 of
 * pagemap then tells page by page (CONFIG_MEM_SOFT_DIRTY).
 *
 * After a 1 the kernel does not flush the TLB: pages that are hot in it are
 * used without setting the bit again, and are lost.  After a 4 it does, also
 * where soft-dirty is not built in and nothing else happens (clear_refs_write
 * in fs/proc/task_mmu.c): so a 4 follows wherever it does no harm.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "wss.h"
#include "wss_figures.h"
#include "wss_probe.h"

/* Bits of an entry of pagemap. */
#define SOFT_DIRTY (UINT64_C(1) << 55)
#define OF_FILE (UINT64_C(1) << 61)

int wss_write(int fd, const char *number)
{
	size_t length = strlen(number);
	ssize_t written = write(fd, number, length);

	if (written < 0)
		/* Its process is gone, or has no memory any more. */
		return errno == ESRCH ? -ENOENT : -errno;
	return (size_t)written == length ? 0 : -EIO;
}

/* ---- clear_refs -------------------------------------------------------- */

/* Whether a 4 changes what others see of the target's writes. */
static bool soft_dirty_exists(struct pagemap_source *source)
{
	const char *reason;

	return pagemap_wss_method_works(source, PAGEMAP_WSS_SOFT_DIRTY,
					&reason);
}

static int forget_referenced(struct wss_hold *hold)
{
	int err = wss_write(hold->target->lock_fd, "1");

	/* Where it is in use, the 4 is that method's, and comes after. */
	if (!err && !soft_dirty_exists(hold->source))
		err = wss_write(hold->target->lock_fd, "4");
	return err;
}

/* Whether a 4 followed, and flushes. */
static bool was_flushed(struct wss_hold *hold)
{
	return (hold->methods & PAGEMAP_WSS_BIT(PAGEMAP_WSS_SOFT_DIRTY) ||
		!soft_dirty_exists(hold->source)) &&
	       probe_flush(hold->source);
}

static struct pagemap_value referenced_of(struct wss_hold *hold,
					  const struct smaps_sizes *sizes)
{
	uint64_t bytes = sizes->bytes[PAGEMAP_REFERENCED];

	if (!(sizes->found & PAGEMAP_METRIC_BIT(PAGEMAP_REFERENCED)))
		return wss_value_unknown(PAGEMAP_REASON_NO_FEATURE);
	if (was_flushed(hold))
		return wss_value_exact(bytes);
	return wss_value_between(bytes, bytes, sizes->bytes[PAGEMAP_RSS],
			     PAGEMAP_REASON_STALE_TLB);
}

static bool clear_refs_works(struct pagemap_source *source,
			     const char **ret_reason)
{
	struct probe probe;
	uint64_t found = 0;
	int err = probe_begin(source, &probe);

	*ret_reason = err == -EACCES || err == -EPERM ?
		"clear_refs may not be written to" :
		"this kernel has no clear_refs and smaps "
		"(CONFIG_PROC_PAGE_MONITOR)";
	if (err)
		return false;
	probe_touch(&probe, PROBE_PAGES);
	err = wss_write(probe.clear_fd, "1");
	if (!err)
		err = probe_flush_own(&probe);
	if (!err) {
		probe_touch(&probe, PROBE_TOUCHED);
		err = probe_referenced(&probe, &found);
	}
	probe_end(&probe);
	if (err)
		return false;
	*ret_reason = "clear_refs can be written to, but accesses are not seen "
		      "afterwards (User-Mode Linux): load the kernel module "
		      "procfs_pagemap";
	return probe_is_right(found);
}

const struct wss_method_ops wss_clear_refs_ops = {
	.facts = {
		.name = "clear_refs",
		.describe = "forgets accesses by 1 to clear_refs, then reads "
			    "Referenced of each mapping from smaps",
		.harm = "stalls the target's mmap 20-40 ms per GiB and costs "
			"it up to 90 ms of CPU time for each GiB that it uses, "
			"and reclaim forgets what it used",
		.disturbs = true,
		.tells = PAGEMAP_WSS_TELLS_REFERENCED,
	},
	.probe = clear_refs_works,
	.forget = forget_referenced,
	.referenced = referenced_of,
};

/* ---- soft-dirty -------------------------------------------------------- */

static int forget_written(struct wss_hold *hold)
{
	return wss_write(hold->target->lock_fd, "4");
}

/*
 * All pages of a mapping that came in the interval have the bit (the mapping
 * itself is dirty): of a file's it may be that they were only read.
 */
static uint8_t written_bits(const struct wss_hold *hold, uint64_t page,
			    uint64_t entry)
{
	uint32_t shift = hold->source->page_shift;

	if (!(entry & SOFT_DIRTY))
		return WSS_WRITTEN_TOLD;
	if (entry & OF_FILE &&
	    !wss_was_mapped(hold->target, page << shift, (page + 1) << shift))
		return WSS_WRITTEN_TOLD | WSS_MAYBE_WRITTEN;
	return WSS_WRITTEN_TOLD | WSS_WRITTEN;
}

static int read_written(struct wss_hold *hold, uint64_t first_page,
			const uint64_t *entries, size_t count,
			uint8_t *ret_bits)
{
	for (size_t i = 0; i < count; i++)
		ret_bits[i] = written_bits(hold, first_page + i, entries[i]);
	return 0;
}

static bool soft_dirty_works(struct pagemap_source *source,
			     const char **ret_reason)
{
	uint64_t entries[PROBE_PAGES];
	struct probe probe;
	size_t i, found = 0;
	int err = probe_begin(source, &probe);

	*ret_reason = err == -EACCES || err == -EPERM ?
		"clear_refs may not be written to" :
		"this kernel has no clear_refs and pagemap "
		"(CONFIG_PROC_PAGE_MONITOR)";
	if (err)
		return false;
	probe_write(&probe, PROBE_PAGES);
	err = wss_write(probe.clear_fd, "4");
	if (!err) {
		probe_write(&probe, PROBE_TOUCHED);
		err = probe_entries(&probe, entries);
	}
	for (i = 0; i < PROBE_PAGES && !err; i++)
		found += (entries[i] & SOFT_DIRTY) != 0;
	probe_end(&probe);
	if (err)
		return false;
	*ret_reason = "4 to clear_refs does nothing on this kernel "
		      "(CONFIG_MEM_SOFT_DIRTY)";
	return found == PROBE_TOUCHED;
}

const struct wss_method_ops wss_soft_dirty_ops = {
	.facts = {
		.name = "soft-dirty",
		.describe = "forgets writes by 4 to clear_refs, then reads "
			    "bit 55 of each page from pagemap",
		.harm = "one fault for each page that the target writes, and "
			"others who track its writes so (CRIU) lose theirs",
		.disturbs = true,
		.by_name_alone = true,
		.tells = PAGEMAP_WSS_TELLS_WRITTEN | PAGEMAP_WSS_TELLS_PAGES,
	},
	.probe = soft_dirty_works,
	.forget = forget_written,
	.read_pages = read_written,
};
