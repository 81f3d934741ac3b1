/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the targets have in common: each holds a parser to what its header
 * promises, whatever the bytes are.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(what) \
	do { \
		if (!(what)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, \
				#what); \
			abort(); \
		} \
	} while (0)

/* A span that a parser gave lies in the text that it was given. */
static inline bool span_inside(struct span span, const char *text, size_t size)
{
	return span.at >= text && span.len <= size &&
	       (size_t)(span.at - text) <= size - span.len;
}

static inline bool span_has(struct span span, char c)
{
	return span.len && memchr(span.at, c, span.len);
}

static inline bool spans_equal(struct span a, struct span b)
{
	return a.len == b.len && !memcmp(a.at, b.at, a.len);
}

/* Whether each of the metrics is the same in both. */
static inline bool bytes_equal(const uint64_t *a, const uint64_t *b,
			       uint64_t metrics)
{
	for (unsigned int i = 0; i < PAGEMAP_METRIC_COUNT; i++)
		if (metrics & PAGEMAP_METRIC_BIT(i) && a[i] != b[i])
			return false;
	return true;
}

#endif
