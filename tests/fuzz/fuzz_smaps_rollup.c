/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * smaps_rollup, against a second reader that knows nothing of columns or of
 * an order, and against itself with the end cut off.
 */
#include "fuzz.h"

#define BIT(metric) PAGEMAP_METRIC_BIT(metric)

static const struct {
	const char *key;
	enum pagemap_metric metric;
} keys[] = {
	{ "Rss", PAGEMAP_RSS },
	{ "Pss", PAGEMAP_PSS },
	{ "Pss_Dirty", PAGEMAP_PSS_DIRTY },
	{ "Pss_Anon", PAGEMAP_PSS_ANON },
	{ "Pss_File", PAGEMAP_PSS_FILE },
	{ "Pss_Shmem", PAGEMAP_PSS_SHMEM },
	{ "Shared_Clean", PAGEMAP_SHARED_CLEAN },
	{ "Shared_Dirty", PAGEMAP_SHARED_DIRTY },
	{ "Private_Clean", PAGEMAP_PRIVATE_CLEAN },
	{ "Private_Dirty", PAGEMAP_PRIVATE_DIRTY },
	{ "Referenced", PAGEMAP_REFERENCED },
	{ "Anonymous", PAGEMAP_ANON },
	{ "KSM", PAGEMAP_KSM },
	{ "LazyFree", PAGEMAP_LAZY_FREE },
	{ "AnonHugePages", PAGEMAP_ANON_THP },
	{ "ShmemPmdMapped", PAGEMAP_SHMEM_THP },
	{ "FilePmdMapped", PAGEMAP_FILE_THP },
	{ "Shared_Hugetlb", PAGEMAP_HUGETLB_SHARED },
	{ "Private_Hugetlb", PAGEMAP_HUGETLB_PRIVATE },
	{ "Swap", PAGEMAP_SWAP },
	{ "SwapPss", PAGEMAP_SWAP_PSS },
	{ "Locked", PAGEMAP_LOCKED },
};

/* One line, by the C library.  False where it must not be accepted. */
static bool slow_line(const char *line, struct smaps_sizes *sizes)
{
	const char *colon = strchr(line, ':'), *digits;
	unsigned long long kib;
	char *end;

	for (size_t i = 0; colon && i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strlen(keys[i].key) != (size_t)(colon - line) ||
		    strncmp(keys[i].key, line, (size_t)(colon - line)) != 0)
			continue;
		digits = colon + 1 + strspn(colon + 1, " \t");
		if (!strspn(digits, "0123456789"))
			return false;
		errno = 0;
		kib = strtoull(digits, &end, 10);
		if (errno || kib > UINT64_MAX / 1024 || strcmp(end, " kB") ||
		    sizes->found & BIT(keys[i].metric))
			return false;
		sizes->bytes[keys[i].metric] = kib * 1024;
		sizes->found |= BIT(keys[i].metric);
	}
	return true;
}

/* Lines with a NUL can only be unknown ones, or broken: left to the other. */
static int slow_rollup(const char *text, size_t size,
		       struct smaps_sizes *ret_sizes)
{
	const uint64_t needed = BIT(PAGEMAP_RSS) | BIT(PAGEMAP_PSS);
	const uint64_t halves = BIT(PAGEMAP_PRIVATE_CLEAN) |
				BIT(PAGEMAP_PRIVATE_DIRTY);
	struct smaps_sizes sizes = { .found = 0 };
	char *copy = strndup(text, size), *rest = copy, *line;
	bool good = true;

	CHECK(copy);
	if (*text < 'A' || *text > 'Z')
		strsep(&rest, "\n");
	while (good && (line = strsep(&rest, "\n")))
		good = slow_line(line, &sizes);
	free(copy);
	if (!good || (sizes.found & needed) != needed)
		return -EINVAL;
	if ((sizes.found & halves) == halves) {
		sizes.found |= BIT(PAGEMAP_USS);
		if (__builtin_add_overflow(sizes.bytes[PAGEMAP_PRIVATE_CLEAN],
					   sizes.bytes[PAGEMAP_PRIVATE_DIRTY],
					   &sizes.bytes[PAGEMAP_USS]))
			return -EINVAL;
	}
	*ret_sizes = sizes;
	return 0;
}

static void check_cut(const char *text, size_t size,
		      const struct smaps_sizes *whole)
{
	struct smaps_sizes cut;

	if (parse_smaps_rollup(text, size / 2, &cut))
		return;
	CHECK(!(cut.found & ~whole->found));
	CHECK(bytes_equal(cut.bytes, whole->bytes, cut.found));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct smaps_sizes sizes, slow;
	int err = parse_smaps_rollup(text, size, &sizes);

	CHECK(err == 0 || err == (size ? -EINVAL : -ENODATA));
	if (!size || text[size - 1] != '\n') {
		CHECK(err);
		return 0;
	}
	if (!memchr(text, '\0', size)) {
		CHECK(err == slow_rollup(text, size, &slow));
		if (!err) {
			CHECK(sizes.found == slow.found);
			CHECK(bytes_equal(sizes.bytes, slow.bytes, slow.found));
		}
	}
	if (!err)
		check_cut(text, size, &sizes);
	return 0;
}
