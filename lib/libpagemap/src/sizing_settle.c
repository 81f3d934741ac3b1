/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether copies have come to rest.  The window begins anew with each reading
 * that leaves the range of those before it, so nothing is to be remembered but
 * that range.  Pure.
 */
#include "sizing.h"

#define SECOND_NS UINT64_C(1000000000)

/* Of small programs a page or two that come and go are no unrest. */
#define RANGE_PER_CENT 1
#define RANGE_LEAST_BYTES (UINT64_C(16) << 10)

struct pagemap_settling pagemap_settling_init(uint64_t window_ns)
{
	return (struct pagemap_settling){
		.window_ns = window_ns ? window_ns : SECOND_NS,
	};
}

static void begin(struct pagemap_settling *settling, uint64_t time_ns,
		  uint64_t anon_bytes, uint64_t file_bytes)
{
	settling->begun = true;
	settling->begin_ns = settling->last_ns = time_ns;
	settling->low_bytes = settling->high_bytes = anon_bytes;
	settling->first_file_bytes = settling->last_file_bytes = file_bytes;
}

bool pagemap_settling_feed(struct pagemap_settling *settling, uint64_t time_ns,
			   uint64_t anon_bytes, uint64_t file_bytes)
{
	uint64_t low = anon_bytes, high = anon_bytes, range;

	if (!settling->begun || time_ns < settling->last_ns) {
		begin(settling, time_ns, anon_bytes, file_bytes);
		return false;
	}
	if (settling->low_bytes < low)
		low = settling->low_bytes;
	if (settling->high_bytes > high)
		high = settling->high_bytes;
	range = high / 100 * RANGE_PER_CENT;
	if (range < RANGE_LEAST_BYTES)
		range = RANGE_LEAST_BYTES;
	if (high - low > range) {
		begin(settling, time_ns, anon_bytes, file_bytes);
		return false;
	}
	settling->low_bytes = low;
	settling->high_bytes = high;
	settling->last_ns = time_ns;
	settling->last_file_bytes = file_bytes;
	return time_ns - settling->begin_ns >= settling->window_ns;
}

uint64_t pagemap_settling_file_growth(const struct pagemap_settling *settling)
{
	uint64_t time_ns = settling->last_ns - settling->begin_ns;

	if (!time_ns ||
	    settling->last_file_bytes <= settling->first_file_bytes)
		return 0;
	return sizing_bytes((double)(settling->last_file_bytes -
				     settling->first_file_bytes) *
			    (double)SECOND_NS / (double)time_ns);
}
