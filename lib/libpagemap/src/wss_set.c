/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A working set, once it was found: its processes, mappings and runs.
 */
#include "wss_set.h"

#include <errno.h>
#include <stdlib.h>

#include "wss.h"

struct pagemap_working_set *working_set_new(size_t process_count,
					    uint32_t page_shift)
{
	struct pagemap_working_set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	set->processes = calloc(process_count, sizeof(*set->processes));
	if (!set->processes) {
		free(set);
		return NULL;
	}
	set->process_count = process_count;
	set->page_shift = page_shift;
	return set;
}

void pagemap_working_set_free(struct pagemap_working_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->process_count; i++) {
		array_free(&set->processes[i].mappings);
		array_free(&set->processes[i].runs);
	}
	free(set->processes);
	arena_free(&set->arena);
	free(set);
}

size_t pagemap_working_set_process_count(const struct pagemap_working_set *set)
{
	return set->process_count;
}

int pagemap_working_set_process_at(const struct pagemap_working_set *set,
				   size_t index,
				   struct pagemap_wss_process *ret_process)
{
	if (index >= set->process_count)
		return -ENOENT;
	*ret_process = set->processes[index].is;
	return 0;
}

static const struct found_mapping *
mapping_at(const struct pagemap_working_set *set, size_t process_index,
	   size_t index)
{
	const struct array *mappings;

	if (process_index >= set->process_count)
		return NULL;
	mappings = &set->processes[process_index].mappings;
	return index < mappings->count ?
	       (const struct found_mapping *)mappings->items + index : NULL;
}

int pagemap_working_set_mapping_at(const struct pagemap_working_set *set,
				   size_t process_index, size_t index,
				   struct pagemap_wss_mapping *ret_mapping)
{
	const struct found_mapping *mapping = mapping_at(set, process_index,
							 index);

	if (!mapping)
		return -ENOENT;
	*ret_mapping = mapping->is;
	return 0;
}

int pagemap_wss_run_iter_init(struct pagemap_wss_run_iter *iter,
			      const struct pagemap_working_set *set,
			      size_t process_index, size_t mapping_index)
{
	const struct found_mapping *mapping = mapping_at(set, process_index,
							 mapping_index);

	if (!mapping)
		return -ENOENT;
	if (!set->processes[process_index].pages_told)
		return -ENOTSUP;
	*iter = (struct pagemap_wss_run_iter){
		.set = set,
		.process_index = process_index,
		.next_run = mapping->first_run,
		.end_run = mapping->first_run + mapping->run_count,
	};
	return 0;
}

int pagemap_wss_run_iter_next(struct pagemap_wss_run_iter *iter,
			      struct pagemap_wss_run *ret_run)
{
	const struct array *runs =
		&iter->set->processes[iter->process_index].runs;
	const struct found_run *run;

	if (iter->next_run >= iter->end_run)
		return 0;
	run = (const struct found_run *)runs->items + iter->next_run++;
	*ret_run = (struct pagemap_wss_run){
		.start_vaddr = run->start_page << iter->set->page_shift,
		.page_count = run->count,
		.age = run->age == AGE_NEVER ? PAGEMAP_WSS_NEVER : run->age,
		.written = run->bits & WSS_WRITTEN,
		.maybe_written = run->bits & WSS_MAYBE_WRITTEN,
	};
	return 1;
}
