/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why an address of a process has no frame whose owners could be told.
 */
#include <inttypes.h>

#include "escape.h"
#include "message.h"
#include "owners.h"

static const struct pagemap_mapping *
find_mapping(const struct pagemap_process *process, uint64_t address)
{
	size_t i;

	for (i = 0; i < pagemap_process_mapping_count(process); i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(process, i);

		if (address >= pagemap_mapping_start_vaddr(mapping) &&
		    address < pagemap_mapping_end_vaddr(mapping))
			return mapping;
	}
	return NULL;
}

/* Nothing stands there: is it mapped at all? */
static int say_empty(struct owners *owners)
{
	const struct owned *owned = owners->owned;
	const pid_t pids[] = { owned->pid };
	const struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.detail = PAGEMAP_DETAIL_MAPPINGS,
		.metrics = PAGEMAP_METRIC_BIT(PAGEMAP_VSS),
		.pids = pids,
		.pid_count = 1,
	};
	const struct pagemap_process *process;
	const struct pagemap_mapping *mapping;
	char path[4352];
	int status = owners_take(owners, &opts);

	if (status)
		return status;
	process = pagemap_snapshot_find_pid(owners->snapshot, owned->pid);
	mapping = process ? find_mapping(process, owned->address) : NULL;
	if (!mapping) {
		message("process %d maps nothing at 0x%" PRIx64,
			(int)owned->pid, owned->address);
		return EXIT_NOTHING;
	}
	escape_text(pagemap_mapping_path(mapping), path, sizeof(path));
	message("process %d has no page at 0x%" PRIx64 " yet, in its mapping "
		"0x%" PRIx64 "-0x%" PRIx64 "%s%s", (int)owned->pid,
		owned->address, pagemap_mapping_start_vaddr(mapping),
		pagemap_mapping_end_vaddr(mapping), *path ? " " : "", path);
	return EXIT_NOTHING;
}

int owners_say_no_frame(struct owners *owners, const struct pagemap_page *page)
{
	static const char *const states[] = {
		[PAGEMAP_PAGE_GUARD] = "a guard page, which is no memory",
		[PAGEMAP_PAGE_MARKER] = "a marker of userfaultfd and no page",
		[PAGEMAP_PAGE_MIGRATING] = "being moved: try again",
		[PAGEMAP_PAGE_SPECIAL] = "no page of memory",
	};
	const struct owned *owned = owners->owned;

	if (!page->mapped)
		return say_empty(owners);
	if (page->state == PAGEMAP_PAGE_SWAPPED)
		message("the page of process %d at 0x%" PRIx64 " is in swap: "
			"area %u, slot %" PRIu64, (int)owned->pid,
			owned->address, page->swap_type, page->swap_offset);
	else if (page->state == PAGEMAP_PAGE_PRESENT)
		message("which frame is at 0x%" PRIx64 " of process %d is not "
			"shown: %s", owned->address, (int)owned->pid,
			pagemap_feature_reason(owners->source,
					       PAGEMAP_FEATURE_PFN));
	else
		message("at 0x%" PRIx64 " of process %d is %s", owned->address,
			(int)owned->pid, states[page->state]);
	return EXIT_NOTHING;
}
