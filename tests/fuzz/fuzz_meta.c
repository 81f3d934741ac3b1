/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meta.json: what is known is in its range, space around it changes nothing,
 * and no beginning of it is JSON too.
 */
#include "fuzz.h"

static void check_spaced(const char *text, size_t size,
			 const struct tree_meta *meta)
{
	char *spaced = malloc(size + 2);
	struct tree_meta again;

	CHECK(spaced);
	spaced[0] = '\n';
	memcpy(spaced + 1, text, size);
	spaced[size + 1] = ' ';
	CHECK(!parse_meta(spaced, size + 2, &again));
	CHECK(again.page_size_bytes == meta->page_size_bytes);
	CHECK(again.word_bits == meta->word_bits);
	CHECK(again.averaged == meta->averaged);
	CHECK(again.big_endian == meta->big_endian);
	CHECK(again.all_pids == meta->all_pids);
	CHECK(again.time_ns == meta->time_ns);
	CHECK(again.kernel.len == meta->kernel.len);
	free(spaced);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct tree_meta meta, cut;
	size_t len = size;
	int err = parse_meta(text, size, &meta);

	CHECK(err == 0 || err == -EINVAL);
	if (err)
		return 0;
	CHECK(!meta.word_bits || meta.word_bits == 32 || meta.word_bits == 64);
	CHECK(meta.averaged >= -1 && meta.averaged <= 1);
	CHECK(!meta.kernel.len || (span_inside(meta.kernel, text, size) &&
				   meta.kernel.at[-1] == '"' &&
				   meta.kernel.at[meta.kernel.len] == '"'));
	while (text[len - 1] != '}')
		len--;
	CHECK(parse_meta(text, len - 1, &cut) == -EINVAL);
	CHECK(parse_meta(text, len / 2, &cut) == -EINVAL);
	check_spaced(text, size, &meta);
	return 0;
}
