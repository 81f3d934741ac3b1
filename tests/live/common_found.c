// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a session finds of a truth target, see common_found.h.
 */
#include "common_found.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static bool is_in(const struct truth *truth,
		  const struct pagemap_wss_mapping *mapping)
{
	uint64_t start = (uintptr_t)truth->memory;

	return mapping->start_vaddr >= start &&
	       mapping->end_vaddr <= start + truth->spec.pages * TRUTH_PAGE;
}

static void count_pages(const struct truth *truth,
			struct pagemap_wss_run_iter *iter, bool writes,
			struct found *found)
{
	uint32_t hits = 0, all = writes ? truth->spec.written
					: truth->used_count;
	struct pagemap_wss_run run;

	while (pagemap_wss_run_iter_next(iter, &run) == 1) {
		uint32_t first = (uint32_t)((run.start_vaddr -
					     (uintptr_t)truth->memory) /
					    TRUTH_PAGE);

		for (uint32_t i = 0; !run.age && i < run.page_count; i++) {
			bool right = writes ?
				truth_is_written(truth, first + i) :
				truth_is_used(truth, first + i);

			hits += right;
			found->beyond += !right;
		}
	}
	found->missed = all - hits;
}

/* Pages are then by writes: no method tells of each whether it was used. */
static bool are_by_writes(uint32_t methods)
{
	uint32_t both = PAGEMAP_WSS_TELLS_PAGES | PAGEMAP_WSS_TELLS_REFERENCED;

	for (unsigned int i = 0; i < PAGEMAP_WSS_METHOD_COUNT; i++)
		if (methods & PAGEMAP_WSS_BIT(i) &&
		    (pagemap_wss_method_facts(i)->tells & both) == both)
			return false;
	return true;
}

static int take_mapping(struct truth *truth,
			const struct pagemap_working_set *set, size_t index,
			const struct pagemap_wss_mapping *mapping,
			bool by_writes, struct found *found)
{
	struct pagemap_wss_run_iter iter;

	if (!is_in(truth, mapping))
		return 0;
	/* It was made to be one mapping. */
	if (mapping->start_vaddr != (uintptr_t)truth->memory)
		return -EINVAL;
	found->referenced = mapping->figures.referenced;
	found->written = mapping->figures.written;
	if (pagemap_wss_run_iter_init(&iter, set, 0, index))
		return 0;
	found->pages_told = true;
	count_pages(truth, &iter, by_writes, found);
	return 0;
}

static int take_set(struct truth *truth, const struct pagemap_working_set *set,
		    bool by_writes, struct found *found)
{
	struct pagemap_wss_process process;
	struct pagemap_wss_mapping mapping;
	int err = pagemap_working_set_process_at(set, 0, &process);

	for (size_t i = 0; i < process.mapping_count && !err; i++) {
		err = pagemap_working_set_mapping_at(set, 0, i, &mapping);
		if (!err)
			err = take_mapping(truth, set, i, &mapping, by_writes,
					   found);
	}
	return err;
}

int found_by(struct pagemap_source *source, uint32_t methods,
	     struct truth *truth, enum found_while when,
	     struct found *ret_found)
{
	struct pagemap_wss_opts opts = {
		.size = sizeof(opts),
		.methods = methods,
		.may_disturb = true,
		.pids = &truth->pid,
		.pid_count = 1,
	};
	struct pagemap_working_set *set = NULL;
	struct pagemap_wss *session;
	int err = pagemap_wss_begin(source, &opts, &session);

	if (err)
		return err;
	*ret_found = (struct found){
		.referenced = { .quality = PAGEMAP_UNAVAILABLE },
		.written = { .quality = PAGEMAP_UNAVAILABLE },
	};
	if (when == FOUND_ASKED)
		truth_touch(truth);
	else
		truth_wait_round(truth);
	err = pagemap_wss_look(session, &set);
	if (!err)
		err = take_set(truth, set, are_by_writes(methods), ret_found);
	pagemap_working_set_free(set);
	pagemap_wss_end(session);
	return err;
}

bool found_is_true(const struct pagemap_value *value, uint64_t truth)
{
	return value->quality != PAGEMAP_UNAVAILABLE && value->low <= truth &&
	       truth <= value->high;
}

const char *found_text(const struct pagemap_value *value, char text[64])
{
	if (value->quality == PAGEMAP_UNAVAILABLE)
		snprintf(text, 64, "-");
	else if (value->quality == PAGEMAP_EXACT)
		snprintf(text, 64, "%" PRIu64, value->value);
	else
		snprintf(text, 64, "%" PRIu64 " (%" PRIu64 "..%" PRIu64 ")",
			 value->value, value->low, value->high);
	return text;
}
