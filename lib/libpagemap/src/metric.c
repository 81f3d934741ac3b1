/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names and descriptions of everything that can be listed: metrics, qualities,
 * reasons, features and so on, one table each.
 */
#include <errno.h>
#include <string.h>

#include "parse.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
	const char *name;
	const char *description;
} metrics[PAGEMAP_METRIC_COUNT] = {
	[PAGEMAP_VSS] = { "vss", "mapped size (statm; maps)" },
	[PAGEMAP_RSS] = { "rss", "resident size (smaps Rss; present pages)" },
	[PAGEMAP_PSS] = { "pss",
		"resident, each page divided by its sharers (smaps Pss)" },
	[PAGEMAP_USS] = { "uss",
		"resident pages with one sharer (smaps Private_*)" },
	[PAGEMAP_SWAP] = { "swap", "in swap (smaps Swap)" },
	[PAGEMAP_SWAP_PSS] = { "swap_pss",
		"in swap, each slot divided by its sharers (smaps SwapPss)" },
	[PAGEMAP_ANON] = { "anon", "resident anonymous (smaps Anonymous)" },
	[PAGEMAP_FILE] = { "file", "resident file pages (status RssFile)" },
	[PAGEMAP_SHMEM] = { "shmem", "resident shmem (status RssShmem)" },
	[PAGEMAP_PSS_ANON] = { "pss_anon",
		"PSS of anonymous pages (smaps_rollup Pss_Anon)" },
	[PAGEMAP_PSS_FILE] = { "pss_file",
		"PSS of file pages (smaps_rollup Pss_File)" },
	[PAGEMAP_PSS_SHMEM] = { "pss_shmem",
		"PSS of shmem (smaps_rollup Pss_Shmem)" },
	[PAGEMAP_PSS_DIRTY] = { "pss_dirty",
		"PSS of dirty pages (smaps Pss_Dirty)" },
	[PAGEMAP_SHARED_CLEAN] = { "shared_clean",
		"mapped more than once, clean (smaps Shared_Clean)" },
	[PAGEMAP_SHARED_DIRTY] = { "shared_dirty",
		"mapped more than once, dirty (smaps Shared_Dirty)" },
	[PAGEMAP_PRIVATE_CLEAN] = { "private_clean",
		"mapped once, clean (smaps Private_Clean)" },
	[PAGEMAP_PRIVATE_DIRTY] = { "private_dirty",
		"mapped once, dirty (smaps Private_Dirty)" },
	[PAGEMAP_REFERENCED] = { "referenced",
		"accessed since last cleared (smaps Referenced)" },
	[PAGEMAP_LAZY_FREE] = { "lazy_free",
		"given up by MADV_FREE (smaps LazyFree)" },
	[PAGEMAP_LOCKED] = { "locked", "locked in memory (smaps Locked)" },
	[PAGEMAP_KSM] = { "ksm", "merged by KSM (smaps KSM)" },
	[PAGEMAP_ANON_THP] = { "anon_thp",
		"anonymous huge pages (smaps AnonHugePages)" },
	[PAGEMAP_SHMEM_THP] = { "shmem_thp",
		"shmem in huge pages (smaps ShmemPmdMapped)" },
	[PAGEMAP_FILE_THP] = { "file_thp",
		"files in huge pages (smaps FilePmdMapped)" },
	[PAGEMAP_HUGETLB_PRIVATE] = { "hugetlb_private",
		"hugetlb of its own, not in RSS (smaps Private_Hugetlb)" },
	[PAGEMAP_HUGETLB_SHARED] = { "hugetlb_shared",
		"hugetlb shared, not in RSS (smaps Shared_Hugetlb)" },
	[PAGEMAP_ZERO] = { "zero",
		"mapped zero pages, not in RSS (pagemap)" },
	[PAGEMAP_PAGE_TABLES] = { "page_tables",
		"the process's page tables (status VmPTE)" },
};

static const char *const qualities[] = {
	[PAGEMAP_EXACT] = "exact",
	[PAGEMAP_BOUNDED] = "bounded",
	[PAGEMAP_ESTIMATED] = "estimated",
	[PAGEMAP_UNAVAILABLE] = "unavailable",
};

static const char *const reasons[PAGEMAP_REASON_COUNT] = {
	[PAGEMAP_REASON_NONE] = "",
	[PAGEMAP_REASON_DENIED] = "permission denied",
	[PAGEMAP_REASON_NO_FEATURE] = "this kernel or source does not tell it",
	[PAGEMAP_REASON_NOT_ASKED] = "not read by this engine or at this detail",
	[PAGEMAP_REASON_AVERAGED] =
		"this kernel averages map counts over large folios",
	[PAGEMAP_REASON_MAYBE_AVERAGED] =
		"this kernel may average map counts over large folios",
	[PAGEMAP_REASON_CHANGED] = "the process changed while it was read",
	[PAGEMAP_REASON_UNSEEN] = "some sharers could not be read",
	[PAGEMAP_REASON_OLD] = "kept from an earlier reading",
	[PAGEMAP_REASON_SUMMED] =
		"summed over members, which may have pages in common",
	[PAGEMAP_REASON_MALFORMED] = "a file of it was not understood",
	[PAGEMAP_REASON_VANISHED] = "it ended before it was read",
};

static const char *const features[PAGEMAP_FEATURE_COUNT] = {
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
};

static const char *const engines[] = {
	[PAGEMAP_ENGINE_AUTO] = "auto",
	[PAGEMAP_ENGINE_KERNEL] = "kernel",
	[PAGEMAP_ENGINE_CENSUS] = "census",
};

static const char *const statuses[] = {
	[PAGEMAP_STATUS_COMPLETE] = "complete",
	[PAGEMAP_STATUS_CHANGED] = "changed",
	[PAGEMAP_STATUS_DENIED] = "denied",
	[PAGEMAP_STATUS_MALFORMED] = "malformed",
	[PAGEMAP_STATUS_SKIPPED] = "skipped",
	[PAGEMAP_STATUS_VANISHED] = "vanished",
	[PAGEMAP_STATUS_NO_MEMORY] = "no_memory",
};

static const char *const mapping_kinds[] = {
	[PAGEMAP_MAPPING_ANON] = "anon",
	[PAGEMAP_MAPPING_HEAP] = "heap",
	[PAGEMAP_MAPPING_STACK] = "stack",
	[PAGEMAP_MAPPING_FILE] = "file",
	[PAGEMAP_MAPPING_SHMEM] = "shmem",
	[PAGEMAP_MAPPING_HUGETLB] = "hugetlb",
	[PAGEMAP_MAPPING_DEVICE] = "device",
	[PAGEMAP_MAPPING_VDSO] = "vdso",
};

static const char *const page_states[] = {
	[PAGEMAP_PAGE_PRESENT] = "present",
	[PAGEMAP_PAGE_SWAPPED] = "swapped",
	[PAGEMAP_PAGE_ZERO] = "zero",
	[PAGEMAP_PAGE_HUGETLB] = "hugetlb",
	[PAGEMAP_PAGE_SPECIAL] = "special",
	[PAGEMAP_PAGE_GUARD] = "guard",
	[PAGEMAP_PAGE_MARKER] = "marker",
	[PAGEMAP_PAGE_MIGRATING] = "migrating",
};

static const char *name_in(const char *const *table, size_t count,
			   unsigned int index)
{
	return index < count ? table[index] : NULL;
}

const char *pagemap_version_string(void)
{
	return PAGEMAP_VERSION;
}

const char *pagemap_quality_name(enum pagemap_quality quality)
{
	return name_in(qualities, COUNT(qualities), quality);
}

const char *pagemap_reason_describe(enum pagemap_reason reason)
{
	return name_in(reasons, COUNT(reasons), reason);
}

const char *pagemap_feature_name(enum pagemap_feature feature)
{
	return name_in(features, COUNT(features), feature);
}

const char *pagemap_engine_name(enum pagemap_engine engine)
{
	return name_in(engines, COUNT(engines), engine);
}

const char *pagemap_status_name(enum pagemap_status status)
{
	return name_in(statuses, COUNT(statuses), status);
}

const char *pagemap_mapping_kind_name(enum pagemap_mapping_kind kind)
{
	return name_in(mapping_kinds, COUNT(mapping_kinds), kind);
}

const char *pagemap_page_state_name(enum pagemap_page_state state)
{
	return name_in(page_states, COUNT(page_states), state);
}

const char *pagemap_metric_name(enum pagemap_metric metric)
{
	return (unsigned int)metric < PAGEMAP_METRIC_COUNT ?
	       metrics[metric].name : NULL;
}

const char *pagemap_metric_describe(enum pagemap_metric metric)
{
	return (unsigned int)metric < PAGEMAP_METRIC_COUNT ?
	       metrics[metric].description : NULL;
}

int pagemap_metric_from_name(const char *name, enum pagemap_metric *ret_metric)
{
	unsigned int metric;

	for (metric = 0; metric < PAGEMAP_METRIC_COUNT; metric++) {
		if (strcmp(metrics[metric].name, name) != 0)
			continue;
		*ret_metric = (enum pagemap_metric)metric;
		return 0;
	}
	return -ENOENT;
}

struct pagemap_value pagemap_usage_value(const struct pagemap_usage *usage,
					 enum pagemap_metric metric)
{
	if ((unsigned int)metric >= PAGEMAP_METRIC_COUNT)
		return (struct pagemap_value){
			.quality = PAGEMAP_UNAVAILABLE,
			.reason = PAGEMAP_REASON_NO_FEATURE,
		};
	return (struct pagemap_value){
		.value = usage->value_bytes[metric],
		.low = usage->low_bytes[metric],
		.high = usage->high_bytes[metric],
		.quality = (enum pagemap_quality)usage->quality[metric],
		.reason = (enum pagemap_reason)usage->reason[metric],
	};
}

enum pagemap_quality pagemap_usage_quality(const struct pagemap_usage *usage,
					   uint64_t metrics_mask)
{
	enum pagemap_quality worst = PAGEMAP_EXACT;
	unsigned int metric;

	for (metric = 0; metric < PAGEMAP_METRIC_COUNT; metric++)
		if ((metrics_mask & PAGEMAP_METRIC_BIT(metric)) &&
		    usage->quality[metric] > worst)
			worst = (enum pagemap_quality)usage->quality[metric];
	return worst;
}
