/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the library's enumerations are called, one table each, and how a
 * usage is read.  Where figures come from is the engines' concern.
 */
#include <errno.h>
#include <string.h>

#include "parse.h"

#ifndef PAGEMAP_VERSION
#error "PAGEMAP_VERSION is given by the build"
#endif

#define NAME_IN(names, index) \
	name_in(names, sizeof(names) / sizeof((names)[0]), (unsigned int)(index))

/* NULL where the table ends or has a gap. */
static const char *name_in(const char *const *names, size_t count,
			   unsigned int index)
{
	return index < count ? names[index] : NULL;
}

const char *pagemap_version_string(void)
{
	return PAGEMAP_VERSION;
}

const char *pagemap_quality_name(enum pagemap_quality quality)
{
	static const char *const names[] = {
		[PAGEMAP_EXACT] = "exact",
		[PAGEMAP_BOUNDED] = "bounded",
		[PAGEMAP_ESTIMATED] = "estimated",
		[PAGEMAP_UNAVAILABLE] = "unavailable",
	};

	return NAME_IN(names, quality);
}

const char *pagemap_reason_describe(enum pagemap_reason reason)
{
	static const char *const sentences[PAGEMAP_REASON_COUNT] = {
		[PAGEMAP_REASON_NONE] = "",
		[PAGEMAP_REASON_DENIED] = "permission denied",
		[PAGEMAP_REASON_NO_FEATURE] =
			"this kernel or source does not tell it",
		[PAGEMAP_REASON_NOT_ASKED] =
			"not read by this engine or at this detail",
		[PAGEMAP_REASON_AVERAGED] =
			"this kernel averages map counts over large folios",
		[PAGEMAP_REASON_MAYBE_AVERAGED] =
			"this kernel may average map counts over large folios",
		[PAGEMAP_REASON_CHANGED] =
			"the process changed while it was read",
		[PAGEMAP_REASON_UNSEEN] = "some sharers could not be read",
		[PAGEMAP_REASON_OLD] = "kept from an earlier reading",
		[PAGEMAP_REASON_SUMMED] =
			"summed over members, which may have pages in common",
		[PAGEMAP_REASON_MALFORMED] = "a file of it was not understood",
		[PAGEMAP_REASON_VANISHED] = "it ended before it was read",
		[PAGEMAP_REASON_TOLD] = "the kernel says so; no frame shows it",
		[PAGEMAP_REASON_MOVED] = "memory moved while it was read",
		[PAGEMAP_REASON_STALE_TLB] =
			"accesses through stale TLB entries are not seen",
		[PAGEMAP_REASON_DIRTY_BEFORE] =
			"dirty pages that were used may have been written before",
		[PAGEMAP_REASON_APPORTIONED] =
			"shared out as the whole mapping is",
		[PAGEMAP_REASON_BY_OTHERS] =
			"pages of files that others used count as well",
		[PAGEMAP_REASON_TOO_SHORT] = "not so many samples were taken",
		[PAGEMAP_REASON_FITTED] =
			"a line through measured steps, with its 95 % interval",
		[PAGEMAP_REASON_FREE] =
			"a further one was not seen to cost anything",
		[PAGEMAP_REASON_REMAPPED] =
			"pages that came or went meanwhile may have been used",
	};

	return NAME_IN(sentences, reason);
}

static const struct metric {
	const char *name;
	const char *description;
} metrics[PAGEMAP_METRIC_COUNT] = {
	[PAGEMAP_VSS] = { "vss", "mapped size (statm size, maps)" },
	[PAGEMAP_RSS] = { "rss", "resident size (smaps Rss; present pages)" },
	[PAGEMAP_PSS] = { "pss",
		"resident pages, each divided by its sharers (smaps Pss)" },
	[PAGEMAP_USS] = { "uss",
		"resident pages of one sharer (smaps Private_Clean + Private_Dirty)" },
	[PAGEMAP_SWAP] = { "swap", "in swap (smaps Swap)" },
	[PAGEMAP_SWAP_PSS] = { "swap_pss",
		"in swap, each page divided by its sharers (smaps SwapPss)" },
	[PAGEMAP_ANON] = { "anon", "resident anonymous pages (smaps Anonymous)" },
	[PAGEMAP_FILE] = { "file", "resident pages of files (status RssFile)" },
	[PAGEMAP_SHMEM] = { "shmem",
		"resident pages of shared memory (status RssShmem)" },
	[PAGEMAP_PSS_ANON] = { "pss_anon",
		"anonymous part of pss (smaps_rollup Pss_Anon)" },
	[PAGEMAP_PSS_FILE] = { "pss_file",
		"part of pss in files (smaps_rollup Pss_File)" },
	[PAGEMAP_PSS_SHMEM] = { "pss_shmem",
		"part of pss in shared memory (smaps_rollup Pss_Shmem)" },
	[PAGEMAP_PSS_DIRTY] = { "pss_dirty",
		"dirty part of pss (smaps Pss_Dirty, Linux 6.0 on)" },
	[PAGEMAP_SHARED_CLEAN] = { "shared_clean",
		"clean pages of several sharers (smaps Shared_Clean)" },
	[PAGEMAP_SHARED_DIRTY] = { "shared_dirty",
		"dirty pages of several sharers (smaps Shared_Dirty)" },
	[PAGEMAP_PRIVATE_CLEAN] = { "private_clean",
		"clean pages of one sharer (smaps Private_Clean)" },
	[PAGEMAP_PRIVATE_DIRTY] = { "private_dirty",
		"dirty pages of one sharer (smaps Private_Dirty)" },
	[PAGEMAP_REFERENCED] = { "referenced",
		"pages marked as accessed (smaps Referenced)" },
	[PAGEMAP_LAZY_FREE] = { "lazy_free",
		"pages given up by MADV_FREE, not yet taken (smaps LazyFree)" },
	[PAGEMAP_LOCKED] = { "locked", "pages locked in memory (smaps Locked)" },
	[PAGEMAP_KSM] = { "ksm",
		"pages merged by KSM (smaps KSM, Linux 6.5 on; kpageflags)" },
	[PAGEMAP_ANON_THP] = { "anon_thp",
		"anonymous huge pages (smaps AnonHugePages)" },
	[PAGEMAP_SHMEM_THP] = { "shmem_thp",
		"huge pages of shared memory (smaps ShmemPmdMapped)" },
	[PAGEMAP_FILE_THP] = { "file_thp",
		"huge pages of files (smaps FilePmdMapped)" },
	[PAGEMAP_HUGETLB_PRIVATE] = { "hugetlb_private",
		"hugetlb pages of one sharer, not in rss (smaps Private_Hugetlb)" },
	[PAGEMAP_HUGETLB_SHARED] = { "hugetlb_shared",
		"hugetlb pages of several sharers, not in rss (smaps Shared_Hugetlb)" },
	[PAGEMAP_ZERO] = { "zero",
		"mapped zero pages, not in rss (pagemap, kpageflags)" },
	[PAGEMAP_PAGE_TABLES] = { "page_tables",
		"page tables (status VmPTE, with VmPMD before Linux 4.15)" },
	[PAGEMAP_RSS_PEAK] = { "rss_peak",
		"largest resident size so far (status VmHWM)" },
};

const char *pagemap_metric_name(enum pagemap_metric metric)
{
	if ((unsigned int)metric >= PAGEMAP_METRIC_COUNT)
		return NULL;
	return metrics[metric].name;
}

const char *pagemap_metric_describe(enum pagemap_metric metric)
{
	if ((unsigned int)metric >= PAGEMAP_METRIC_COUNT)
		return NULL;
	return metrics[metric].description;
}

int pagemap_metric_from_name(const char *name, enum pagemap_metric *ret_metric)
{
	for (unsigned int i = 0; i < PAGEMAP_METRIC_COUNT; i++) {
		if (!strcmp(metrics[i].name, name)) {
			*ret_metric = (enum pagemap_metric)i;
			return 0;
		}
	}
	return -ENOENT;
}

const char *pagemap_feature_name(enum pagemap_feature feature)
{
	static const char *const names[PAGEMAP_FEATURE_COUNT] = {
		[PAGEMAP_FEATURE_PAGEMAP] = "pagemap",
		[PAGEMAP_FEATURE_PFN] = "pfn",
		[PAGEMAP_FEATURE_EXCLUSIVE] = "exclusive",
		[PAGEMAP_FEATURE_SCAN] = "scan",
		[PAGEMAP_FEATURE_KPAGECOUNT] = "kpagecount",
		[PAGEMAP_FEATURE_KPAGEFLAGS] = "kpageflags",
		[PAGEMAP_FEATURE_SMAPS] = "smaps",
		[PAGEMAP_FEATURE_SMAPS_ROLLUP] = "smaps_rollup",
		[PAGEMAP_FEATURE_PRECISE_COUNTS] = "precise_counts",
		[PAGEMAP_FEATURE_KCMP] = "kcmp",
		[PAGEMAP_FEATURE_ALL_PIDS] = "all_pids",
		[PAGEMAP_FEATURE_SWAP] = "swap",
		[PAGEMAP_FEATURE_KPAGEMAP] = "kpagemap",
		[PAGEMAP_FEATURE_PAGE_USE] = "page_use",
		[PAGEMAP_FEATURE_KSM_FLAG] = "ksm_flag",
		[PAGEMAP_FEATURE_FILE_BIT] = "file_bit",
		[PAGEMAP_FEATURE_MAPPINGS] = "mappings",
	};

	return NAME_IN(names, feature);
}

const char *pagemap_frame_kind_name(enum pagemap_frame_kind kind)
{
	static const char *const names[PAGEMAP_FRAME_KIND_COUNT] = {
		[PAGEMAP_FRAME_UNKNOWN] = "unknown",
		[PAGEMAP_FRAME_ANON] = "anon",
		[PAGEMAP_FRAME_KSM] = "ksm",
		[PAGEMAP_FRAME_FILE] = "file",
		[PAGEMAP_FRAME_FILE_DIRTY] = "file_dirty",
		[PAGEMAP_FRAME_SHMEM] = "shmem",
	};

	return NAME_IN(names, kind);
}

const char *pagemap_engine_name(enum pagemap_engine engine)
{
	static const char *const names[] = {
		[PAGEMAP_ENGINE_AUTO] = "auto",
		[PAGEMAP_ENGINE_KERNEL] = "kernel",
		[PAGEMAP_ENGINE_CENSUS] = "census",
	};

	return NAME_IN(names, engine);
}

const char *pagemap_status_name(enum pagemap_status status)
{
	static const char *const names[] = {
		[PAGEMAP_STATUS_COMPLETE] = "complete",
		[PAGEMAP_STATUS_CHANGED] = "changed",
		[PAGEMAP_STATUS_DENIED] = "denied",
		[PAGEMAP_STATUS_MALFORMED] = "malformed",
		[PAGEMAP_STATUS_SKIPPED] = "skipped",
		[PAGEMAP_STATUS_VANISHED] = "vanished",
		[PAGEMAP_STATUS_NO_MEMORY] = "no_memory",
	};

	return NAME_IN(names, status);
}

const char *pagemap_mapping_kind_name(enum pagemap_mapping_kind kind)
{
	static const char *const names[] = {
		[PAGEMAP_MAPPING_ANON] = "anon",
		[PAGEMAP_MAPPING_HEAP] = "heap",
		[PAGEMAP_MAPPING_STACK] = "stack",
		[PAGEMAP_MAPPING_FILE] = "file",
		[PAGEMAP_MAPPING_SHMEM] = "shmem",
		[PAGEMAP_MAPPING_HUGETLB] = "hugetlb",
		[PAGEMAP_MAPPING_DEVICE] = "device",
		[PAGEMAP_MAPPING_VDSO] = "vdso",
		[PAGEMAP_MAPPING_UNKNOWN] = "unknown",
	};

	return NAME_IN(names, kind);
}

const char *pagemap_page_state_name(enum pagemap_page_state state)
{
	static const char *const names[] = {
		[PAGEMAP_PAGE_PRESENT] = "present",
		[PAGEMAP_PAGE_SWAPPED] = "swapped",
		[PAGEMAP_PAGE_ZERO] = "zero",
		[PAGEMAP_PAGE_HUGETLB] = "hugetlb",
		[PAGEMAP_PAGE_SPECIAL] = "special",
		[PAGEMAP_PAGE_GUARD] = "guard",
		[PAGEMAP_PAGE_MARKER] = "marker",
		[PAGEMAP_PAGE_MIGRATING] = "migrating",
	};

	return NAME_IN(names, state);
}

struct pagemap_value pagemap_usage_value(const struct pagemap_usage *usage,
					 enum pagemap_metric metric)
{
	struct pagemap_value value = {
		.quality = PAGEMAP_UNAVAILABLE,
		.reason = PAGEMAP_REASON_NO_FEATURE,
	};

	if ((unsigned int)metric >= PAGEMAP_METRIC_COUNT)
		return value;
	value.quality = usage->quality[metric];
	value.reason = usage->reason[metric];
	if (value.quality == PAGEMAP_UNAVAILABLE)
		return value;
	value.value = usage->value_bytes[metric];
	value.low = usage->low_bytes[metric];
	value.high = usage->high_bytes[metric];
	return value;
}

enum pagemap_quality pagemap_usage_quality(const struct pagemap_usage *usage,
					   uint64_t metrics_asked)
{
	enum pagemap_quality worst = PAGEMAP_EXACT;

	if (metrics_asked & ~PAGEMAP_METRICS_ALL)
		return PAGEMAP_UNAVAILABLE;
	for (unsigned int i = 0; i < PAGEMAP_METRIC_COUNT; i++)
		if (metrics_asked & PAGEMAP_METRIC_BIT(i) &&
		    usage->quality[i] > worst)
			worst = usage->quality[i];
	return worst;
}
