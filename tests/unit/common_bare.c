/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine of frames and texts alone, see common_bare.h.
 */
#include "common_bare.h"

#include <errno.h>
#include <string.h>

struct bare_machine bare;

static int give(const char *text, struct buffer *ret_text)
{
	if (!text)
		return -ENOENT;
	if (buffer_reserve(ret_text, strlen(text)))
		return -ENOMEM;
	memcpy(ret_text->data, text, strlen(text) + 1);
	ret_text->size = strlen(text);
	return 0;
}

static int bare_read_text(struct pagemap_source *source,
			  const struct process_ref *ref, const char *name,
			  struct buffer *ret_text)
{
	(void)source, (void)ref;
	if (!strcmp(name, "meminfo"))
		return give(bare.meminfo[bare.looks++ > 0], ret_text);
	if (!strcmp(name, "zoneinfo"))
		return give(bare.zoneinfo, ret_text);
	return give(!strcmp(name, "iomem") ? bare.iomem : NULL, ret_text);
}

static ssize_t bare_read_frames(struct pagemap_source *source,
				enum frame_file file, uint64_t pfn,
				uint64_t *ret_values, size_t count)
{
	size_t i;

	(void)source;
	if (bare.flags_error)
		return bare.flags_error;
	for (i = 0; i < count && pfn + i < BARE_FRAMES; i++)
		ret_values[i] = file == FRAME_FLAGS ? bare.flags[pfn + i]
						    : bare.counts[pfn + i];
	return (ssize_t)i;
}

static bool bare_probe(struct pagemap_source *source,
		       enum pagemap_feature feature, const char **ret_reason)
{
	(void)source;
	*ret_reason = "left out by the test";
	if (feature == PAGEMAP_FEATURE_KSM_FLAG)
		return bare.ksm_flag;
	return feature == PAGEMAP_FEATURE_KPAGEFLAGS ? bare.has_flags :
	       feature == PAGEMAP_FEATURE_KPAGECOUNT ||
	       feature == PAGEMAP_FEATURE_PRECISE_COUNTS;
}

static void bare_close(struct pagemap_source *source)
{
	(void)source;
}

static const struct source_ops bare_ops = {
	.read_text = bare_read_text,
	.read_frames = bare_read_frames,
	.probe = bare_probe,
	.close = bare_close,
};

struct pagemap_source *bare_begin(void)
{
	struct pagemap_source *source =
		source_new(&bare_ops, PAGEMAP_SOURCE_TREE);

	memset(&bare, 0, sizeof(bare));
	bare.has_flags = bare.ksm_flag = true;
	if (source) {
		source->page_size_bytes = 4096;
		source->page_shift = 12;
	}
	return source;
}

void bare_set(uint64_t first, uint64_t end, uint64_t flags)
{
	for (; first < end; first++)
		bare.flags[first] = flags;
}
