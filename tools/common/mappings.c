/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns of mappings and the texts of pages, see mappings.h.
 */
#include "mappings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *range_text(const struct pagemap_mapping *mapping,
			      char *scratch, size_t size)
{
	snprintf(scratch, size, "%012" PRIx64 "-%012" PRIx64,
		 pagemap_mapping_start_vaddr(mapping),
		 pagemap_mapping_end_vaddr(mapping));
	return scratch;
}

static const char *start_text(const struct pagemap_mapping *mapping,
			      char *scratch, size_t size)
{
	snprintf(scratch, size, "%012" PRIx64,
		 pagemap_mapping_start_vaddr(mapping));
	return scratch;
}

static const char *permissions_text(const struct pagemap_mapping *mapping,
				    char *scratch, size_t size)
{
	(void)scratch, (void)size;
	return pagemap_mapping_permissions(mapping);
}

static const char *kind_text(const struct pagemap_mapping *mapping,
			     char *scratch, size_t size)
{
	(void)scratch, (void)size;
	return pagemap_mapping_kind_name(pagemap_mapping_kind(mapping));
}

static const char *name_text(const struct pagemap_mapping *mapping,
			     char *scratch, size_t size)
{
	(void)scratch, (void)size;
	return mapping_name(mapping);
}

static const struct mapping_column columns[MAPPING_COLUMNS] = {
	[MAPPING_RANGE] = { "ADDRESS", -1, range_text },
	[MAPPING_PERMISSIONS] = { "PERM", -1, permissions_text },
	[MAPPING_VSS] = { "VSS", PAGEMAP_VSS, NULL },
	[MAPPING_RSS] = { "RSS", PAGEMAP_RSS, NULL },
	[MAPPING_PSS] = { "PSS", PAGEMAP_PSS, NULL },
	[MAPPING_USS] = { "USS", PAGEMAP_USS, NULL },
	[MAPPING_SWAP] = { "SWAP", PAGEMAP_SWAP, NULL },
	[MAPPING_KIND] = { "KIND", -1, kind_text },
	[MAPPING_NAME] = { "NAME", -1, name_text },
	[MAPPING_START] = { "ADDRESS", -1, start_text },
};

const struct mapping_column *mapping_column(unsigned int number)
{
	return &columns[number];
}

const char *mapping_name(const struct pagemap_mapping *mapping)
{
	return mapping_name_of(pagemap_mapping_path(mapping),
			       pagemap_mapping_kind(mapping));
}

const char *mapping_name_of(const char *path, enum pagemap_mapping_kind kind)
{
	if (*path)
		return path;
	return kind == PAGEMAP_MAPPING_UNKNOWN ? "<unknown>" : "<anonymous>";
}

void sharers_to_text(const struct pagemap_run *run,
		     char text[SHARERS_TEXT_SIZE])
{
	if (run->sharers_high > run->sharers)
		snprintf(text, SHARERS_TEXT_SIZE, "%u..%u", run->sharers,
			 run->sharers_high);
	else if (run->sharers)
		snprintf(text, SHARERS_TEXT_SIZE, "%u", run->sharers);
	else
		memcpy(text, "-", 2);
}

void frame_to_text(const struct pagemap_run *run, char text[FRAME_TEXT_SIZE])
{
	if (run->state == PAGEMAP_PAGE_SWAPPED && run->swap_offset)
		snprintf(text, FRAME_TEXT_SIZE, "%u:%" PRIu64, run->swap_type,
			 run->swap_offset);
	else if (run->pfn != PAGEMAP_PFN_UNKNOWN)
		snprintf(text, FRAME_TEXT_SIZE, "%s%" PRIx64,
			 run->bits & PAGEMAP_RUN_SAME_FRAME ? "=" : "",
			 run->pfn);
	else
		memcpy(text, "-", 2);
}
