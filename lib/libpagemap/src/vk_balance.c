/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All of a guest added up: its RAM by use and by what the host has made of it,
 * what running it takes of the host beside, and what one more process of its
 * costs.
 */
#include <errno.h>
#include <stdlib.h>

#include "vk_reading.h"

static struct pagemap_value known(uint64_t bytes)
{
	if (bytes == UINT64_MAX)
		return (struct pagemap_value){
			.quality = PAGEMAP_UNAVAILABLE,
			.reason = PAGEMAP_REASON_DENIED,
		};
	return (struct pagemap_value){
		.value = bytes, .low = bytes, .high = bytes,
	};
}

/* Of all children; not known if it is not of one of them. */
static uint64_t children_tables(const struct vk_reading *reading)
{
	const struct vk_child *children = reading->children.items;
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; i < reading->children.count; i++) {
		if (children[i].tables_bytes == UINT64_MAX)
			return UINT64_MAX;
		bytes += children[i].tables_bytes;
	}
	return bytes;
}

void pagemap_guest_balance(const struct pagemap_guest *guest,
			   struct pagemap_guest_balance *ret_balance)
{
	const struct vk_reading *reading = vk_reading_of(guest);
	const struct vk_overhead *overhead = &reading->overhead;
	size_t tasks = 1 + reading->facts.child_count +
		       reading->facts.helper_count;
	struct pagemap_guest_balance balance = {
		.frames = reading->frame_count,
		.page_bytes = UINT64_C(1) << reading->layout->page_shift,
		.main_own = known(overhead->main_own_bytes),
		.main_tables = known(overhead->main_tables_bytes),
		.child_tables = known(children_tables(reading)),
		.child_own = known(overhead->children_own_bytes),
		.stacks = known(overhead->stack_bytes == UINT64_MAX ?
				UINT64_MAX : overhead->stack_bytes * tasks),
	};
	uint64_t pfn;

	for (pfn = 0; pfn < reading->frame_count; pfn++) {
		uint8_t use = reading->uses[pfn];

		balance.counts[use][reading->states[pfn]]++;
		balance.maybe_swapped[use] += vk_maybe_swapped(reading, pfn);
	}
	*ret_balance = balance;
}

/* The median, between the least and the most; takes what is known. */
static struct pagemap_value median_of(uint64_t *values, size_t count)
{
	size_t i, kept = 0;

	for (i = 0; i < count; i++)
		if (values[i] != UINT64_MAX)
			values[kept++] = values[i];
	if (!kept)
		return (struct pagemap_value){
			.quality = PAGEMAP_UNAVAILABLE,
			.reason = PAGEMAP_REASON_NO_FEATURE,
		};
	qsort(values, kept, sizeof(*values), array_compare_u64);
	return (struct pagemap_value){
		.value = values[kept / 2],
		.low = values[0],
		.high = values[kept - 1],
		.quality = values[0] == values[kept - 1] ? PAGEMAP_EXACT :
							   PAGEMAP_BOUNDED,
	};
}

enum cost { COST_TABLES, COST_STACK, COST_MAPPINGS, COST_GUEST_TABLES,
	    COST_GUEST_STUB };

static uint64_t cost_of(const struct vk_reading *reading,
			const struct vk_process *process, enum cost cost)
{
	uint64_t page = UINT64_C(1) << reading->layout->page_shift;
	const struct vk_child *children = reading->children.items;
	const struct vk_child *child = process->child == VK_NO_CHILD ? NULL :
				       &children[process->child];

	if (cost == COST_GUEST_TABLES)
		return process->has_root ? process->tree.tables.count * page :
					   UINT64_MAX;
	if (!child)
		return UINT64_MAX;
	switch (cost) {
	case COST_TABLES:
		return child->tables_bytes;
	case COST_STACK:
		return reading->overhead.stack_bytes;
	case COST_MAPPINGS:
		return reading->overhead.mapping_bytes == UINT64_MAX ?
		       UINT64_MAX :
		       child->mappings * reading->overhead.mapping_bytes;
	default:
		return child->stub_pfn == PAGEMAP_PFN_UNKNOWN ?
		       UINT64_MAX : child->stub_frames * page;
	}
}

void pagemap_guest_cost(const struct pagemap_guest *guest,
			struct pagemap_guest_cost *ret_cost)
{
	const struct vk_reading *reading = vk_reading_of(guest);
	uint64_t *values = calloc(reading->process_count + 1, sizeof(*values));
	struct pagemap_value costs[COST_GUEST_STUB + 1];
	int cost;
	size_t i;

	for (cost = COST_TABLES; cost <= COST_GUEST_STUB; cost++) {
		for (i = 0; values && i < reading->process_count; i++)
			values[i] = cost_of(reading, &reading->processes[i],
					    (enum cost)cost);
		costs[cost] = median_of(values, values ?
					reading->process_count : 0);
	}
	free(values);
	*ret_cost = (struct pagemap_guest_cost){
		.host_tables = costs[COST_TABLES],
		.host_stack = costs[COST_STACK],
		.host_mappings = costs[COST_MAPPINGS],
		.guest_tables = costs[COST_GUEST_TABLES],
		.guest_stub = costs[COST_GUEST_STUB],
	};
}
