/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of figures made up for tests, see common_rows.h.
 */
#include "common_rows.h"

#include <stdlib.h>
#include <string.h>

#include "common_edge.h"

struct pagemap_value value_exact(uint64_t bytes)
{
	return (struct pagemap_value){ bytes, bytes, bytes, PAGEMAP_EXACT,
				       PAGEMAP_REASON_NONE };
}

struct pagemap_value value_estimated(uint64_t bytes)
{
	return (struct pagemap_value){ bytes, bytes, bytes, PAGEMAP_ESTIMATED,
				       PAGEMAP_REASON_AVERAGED };
}

struct pagemap_value value_bounded(uint64_t low, uint64_t best, uint64_t high)
{
	return (struct pagemap_value){ best, low, high, PAGEMAP_BOUNDED,
				       PAGEMAP_REASON_UNSEEN };
}

struct pagemap_value value_unknown(enum pagemap_reason reason)
{
	return (struct pagemap_value){ 0, 0, 0, PAGEMAP_UNAVAILABLE, reason };
}

void usage_set(struct pagemap_usage *usage, enum pagemap_metric metric,
	       struct pagemap_value value)
{
	usage->value_bytes[metric] = value.value;
	usage->low_bytes[metric] = value.low;
	usage->high_bytes[metric] = value.high;
	usage->quality[metric] = (uint8_t)value.quality;
	usage->reason[metric] = (uint8_t)value.reason;
}

void usage_clear(struct pagemap_usage *usage)
{
	int metric;

	memset(usage, 0, sizeof(*usage));
	for (metric = 0; metric < PAGEMAP_METRIC_SLOTS; metric++)
		usage_set(usage, (enum pagemap_metric)metric,
			  value_unknown(PAGEMAP_REASON_NOT_ASKED));
}

struct row row_of(const struct pagemap_usage *usage, const char *name)
{
	struct row row = row_init();

	row.usage = usage;
	row.name = name;
	return row;
}

struct column_list columns_of(const char *names)
{
	struct column_list list;
	const char *wrong;
	size_t length;

	assert_int_equal(columns_parse(names, &list, &wrong, &length), 0);
	return list;
}

/* One at a time: where its text ends up. */
static char *memory;
static size_t memory_size;

FILE *stream_open(void)
{
	FILE *stream = open_memstream(&memory, &memory_size);

	assert_non_null(stream);
	return stream;
}

char *stream_text(FILE *stream)
{
	assert_int_equal(fclose(stream), 0);
	return memory;
}
