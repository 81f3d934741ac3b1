/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads what a target used: its mappings from smaps, with what methods tell of
 * them, then page by page where a method tells pages apart.  One reading of
 * one target; when to read and when to forget is wss.c's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wss_reading.h"

struct wss_reader *wss_reader_new(struct pagemap_wss *session)
{
	struct pagemap_source *source = session->source;
	struct wss_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	reader->session = session;
	reader->averaged = !pagemap_source_has_feature(
		source, PAGEMAP_FEATURE_PRECISE_COUNTS);
	for (size_t i = 0; i < session->method_count; i++) {
		uint32_t tells = session->ops[i]->facts.tells;

		if (!(tells & PAGEMAP_WSS_TELLS_PAGES))
			continue;
		reader->reads_pages = true;
		reader->tells_access |= tells & PAGEMAP_WSS_TELLS_REFERENCED;
		reader->tells_writing |= tells & PAGEMAP_WSS_TELLS_WRITTEN;
	}
	reader->worker.source = source;
	reader->worker.keeps_mappings = true;
	reader->worker.snapshot = snapshot_new(source);
	if (!reader->worker.snapshot ||
	    mounts_read(source, reader->worker.snapshot)) {
		wss_reader_free(reader);
		return NULL;
	}
	return reader;
}

void wss_reader_free(struct wss_reader *reader)
{
	if (!reader)
		return;
	pagemap_snapshot_free(reader->worker.snapshot);
	buffer_free(&reader->worker.text);
	arena_free(&reader->worker.arena);
	array_free(&reader->told);
	free(reader);
}

void wss_next_free(struct wss_next *next)
{
	ages_free(&next->ages);
	array_free(&next->histories);
}

/* ---- Mappings ---------------------------------------------------------- */

bool wss_tell_mapping(const struct reading *reading,
		      const struct smaps_sizes *sizes,
		      struct pagemap_value *ret_referenced)
{
	struct pagemap_wss *session = reading->reader->session;

	for (size_t i = 0; i < session->method_count; i++) {
		if (!session->ops[i]->referenced)
			continue;
		*ret_referenced = session->ops[i]->referenced(
			&reading->target->holds[i], sizes);
		if (ret_referenced->quality != PAGEMAP_UNAVAILABLE)
			return true;
	}
	return false;
}

static int keep_mapping(const struct reading *reading,
			const struct maps_line *line,
			struct found_mapping *found)
{
	const struct array *mappings = &reading->found->mappings;
	struct worker *worker = &reading->reader->worker;
	struct pagemap_mapping mapping, before = { .path = "" };
	int err;

	/* One path for the pieces of a file. */
	if (mappings->count > 1)
		before.path = found[-1].is.path;
	err = mapping_from_line(worker, line, &before, &mapping);
	if (err)
		return err;
	found->is = (struct pagemap_wss_mapping){
		.start_vaddr = mapping.start_vaddr,
		.end_vaddr = mapping.end_vaddr,
		.offset_bytes = mapping.offset_bytes,
		.path = mapping.path,
		.kind = mapping.kind,
		.is_new = !wss_was_mapped(reading->target, mapping.start_vaddr,
					  mapping.end_vaddr),
	};
	found->is.permissions = arena_string(&worker->arena, line->permissions,
					     strlen(line->permissions));
	return found->is.permissions ? 0 : -ENOMEM;
}

/* All that is resident, where the kernel does not tell (before 2.6.37). */
static uint64_t file_bytes_of(const struct smaps_sizes *sizes)
{
	uint64_t rss_bytes = sizes->bytes[PAGEMAP_RSS];
	uint64_t anon_bytes = sizes->bytes[PAGEMAP_ANON];

	return rss_bytes > anon_bytes ? rss_bytes - anon_bytes : 0;
}

static int take_mapping(const struct reading *reading,
			const struct maps_line *line,
			const struct smaps_sizes *sizes, uint32_t vm_flags)
{
	struct wss_reader *reader = reading->reader;
	struct array *mappings = &reading->found->mappings;
	struct found_mapping *found = array_push(mappings, sizeof(*found));
	struct wss_told *told = array_push(&reader->told, sizeof(*told));
	int err;

	if (!found || !told)
		return -ENOMEM;
	err = keep_mapping(reading, line, found);
	if (err)
		return err;
	if (vm_flags & SMAPS_VM_HUGETLB)
		found->is.kind = PAGEMAP_MAPPING_HUGETLB;
	*told = (struct wss_told){
		.page_bytes = reader->session->source->page_size_bytes,
		.samples = reading->target->samples + 1,
		.rss_bytes = sizes->bytes[PAGEMAP_RSS],
		.pss_bytes = sizes->bytes[PAGEMAP_PSS],
		.file_bytes = file_bytes_of(sizes),
		.averaged = reader->averaged,
		.uncounted = !sizes->bytes[PAGEMAP_RSS] &&
			     (found->is.kind == PAGEMAP_MAPPING_HUGETLB ||
			      vm_flags & (SMAPS_VM_PFNMAP | SMAPS_VM_IO)),
	};
	told->by_mapping = wss_tell_mapping(reading, sizes, &told->referenced);
	/* Read piece by piece: it can change in between. */
	return mappings->count > 1 &&
	       found->is.start_vaddr < found[-1].is.end_vaddr ? -EAGAIN : 0;
}

int wss_read_smaps(const struct reading *reading, struct text *ret_text)
{
	struct pagemap_source *source = reading->reader->session->source;
	struct buffer *buffer = &reading->reader->worker.text;
	int err = source->ops->read_text(source, &reading->target->ref,
					 "smaps", buffer);

	if (err)
		return err;
	/* It was there when it forgot. */
	if (!buffer->size)
		return -ENOENT;
	*ret_text = (struct text){ buffer->data, buffer->data + buffer->size };
	return 0;
}

static int read_mappings(const struct reading *reading)
{
	struct smaps_sizes sizes;
	struct maps_line line;
	uint32_t vm_flags;
	struct text text;
	int err;

	reading->found->mappings.count = 0;
	reading->reader->told.count = 0;
	err = wss_read_smaps(reading, &text);
	if (err)
		return err;
	while ((err = parse_smaps_next(&text, &line, &sizes, &vm_flags)) == 1) {
		err = take_mapping(reading, &line, &sizes, vm_flags);
		if (err)
			break;
	}
	return err;
}

/* ---- Pages ------------------------------------------------------------- */

/* What one method says and none before it did. */
static void merge_bits(uint8_t *bits, const uint8_t *more, size_t count)
{
	const uint8_t access = WSS_ACCESSED_TOLD | WSS_ACCESSED;
	const uint8_t writing = WSS_WRITTEN_TOLD | WSS_WRITTEN |
				WSS_MAYBE_WRITTEN;

	for (size_t i = 0; i < count; i++) {
		if (!(bits[i] & WSS_ACCESSED_TOLD))
			bits[i] |= more[i] & access;
		if (!(bits[i] & WSS_WRITTEN_TOLD))
			bits[i] |= more[i] & writing;
		else if (bits[i] & WSS_MAYBE_WRITTEN &&
			 more[i] & WSS_WRITTEN_TOLD)
			bits[i] = (bits[i] & ~writing) | (more[i] & writing);
	}
}

/* Pages of these are written back now and then, by whoever they were used. */
static bool is_written_back(const struct pagemap_wss_mapping *mapping)
{
	return mapping->kind == PAGEMAP_MAPPING_FILE &&
	       mapping->permissions[1] == 'w' && mapping->permissions[3] == 's';
}

static void doubt_clean(uint8_t *bits, size_t count)
{
	const uint8_t mask = WSS_WRITTEN_TOLD | WSS_WRITTEN | WSS_ACCESSED;

	for (size_t i = 0; i < count; i++)
		if ((bits[i] & mask) == (WSS_WRITTEN_TOLD | WSS_ACCESSED))
			bits[i] |= WSS_MAYBE_WRITTEN;
}

int wss_ask_methods(const struct reading *reading, uint64_t first_page,
		    const uint64_t *entries, size_t count, uint8_t *bits)
{
	struct pagemap_wss *session = reading->reader->session;
	uint8_t more[WSS_BATCH];
	int err = 0;

	memset(bits, 0, count);
	for (size_t i = 0; i < session->method_count && !err; i++) {
		if (!session->ops[i]->read_pages)
			continue;
		memset(more, 0, count);
		err = session->ops[i]->read_pages(&reading->target->holds[i],
						  first_page, entries, count,
						  more);
		if (session->ops[i]->loses_written_back &&
		    reading->written_back)
			doubt_clean(more, count);
		merge_bits(bits, more, count);
	}
	return err;
}

static void count_page(struct page_counts *counts, uint8_t bits, uint8_t age)
{
	counts->resident++;
	if (bits & WSS_WRITTEN_TOLD) {
		counts->write_told++;
		counts->written += (bits & WSS_WRITTEN) != 0;
		counts->maybe_written += !(bits & WSS_WRITTEN) &&
					 (bits & WSS_MAYBE_WRITTEN);
	}
	if (!(bits & WSS_ACCESSED_TOLD))
		return;
	counts->access_told++;
	counts->accessed += (bits & WSS_ACCESSED) != 0;
	counts->cold += age == AGE_NEVER;
	for (unsigned int k = 0; k < PAGEMAP_WSS_AGES; k++)
		counts->within[k] += age < 1u << k;
}

static int keep_run(struct reading *reading, uint64_t page, uint8_t bits,
		    uint8_t age)
{
	struct found_run *run = reading->run;

	bits &= WSS_WRITTEN | WSS_MAYBE_WRITTEN;
	if (run && run->start_page + run->count == page && run->age == age &&
	    run->bits == bits && run->count < UINT32_MAX) {
		run->count++;
		return 0;
	}
	run = array_push(&reading->found->runs, sizeof(*run));
	if (!run)
		return -ENOMEM;
	*run = (struct found_run){ page, 1, age, bits };
	reading->run = run;
	return 0;
}

int wss_take_page(struct reading *reading, uint64_t page, uint8_t bits)
{
	uint8_t use = reading->reader->tells_access ?
		WSS_ACCESSED : WSS_WRITTEN | WSS_MAYBE_WRITTEN;
	uint8_t age = age_next(ages_get(&reading->target->past.ages,
					&reading->cursor, page),
			       bits & use);
	int err = ages_put(&reading->next->ages, page, age);

	count_page(&reading->told->pages, bits, age);
	return err ? err : keep_run(reading, page, bits, age);
}

static int take_entries(void *context, uint64_t first_page,
			const uint64_t *entries, size_t count)
{
	struct reading *reading = context;
	uint8_t bits[WSS_BATCH];
	int err = wss_ask_methods(reading, first_page, entries, count, bits);

	for (size_t i = 0; i < count && !err; i++)
		if (wss_is_present(entries[i]))
			err = wss_take_page(reading, first_page + i, bits[i]);
	return err;
}

static int read_pages(struct reading *reading)
{
	struct found_mapping *mappings = reading->found->mappings.items;
	struct wss_told *told = reading->reader->told.items;
	struct array *runs = &reading->found->runs;
	int err = 0;

	for (size_t i = 0; i < reading->found->mappings.count && !err; i++) {
		struct wss_range range = {
			.start_vaddr = mappings[i].is.start_vaddr,
			.end_vaddr = mappings[i].is.end_vaddr,
		};

		mappings[i].first_run = runs->count;
		reading->told = &told[i];
		reading->written_back = is_written_back(&mappings[i].is);
		reading->run = NULL;
		if (told[i].rss_bytes)
			err = wss_walk(reading->reader->session->source,
				       reading->target, &range, take_entries,
				       reading);
		mappings[i].run_count = runs->count - mappings[i].first_run;
	}
	reading->found->pages_told = true;
	array_shrink(runs, sizeof(struct found_run));
	return err;
}

/* Of figures told by mapping that stand alone. */
static int leave_out_others(const struct reading *reading)
{
	const struct found_mapping *mappings = reading->found->mappings.items;
	struct wss_told *told = reading->reader->told.items;
	int err = 0;

	for (size_t i = 0; i < reading->found->mappings.count && !err; i++) {
		struct wss_range range = {
			.start_vaddr = mappings[i].is.start_vaddr,
			.end_vaddr = mappings[i].is.end_vaddr,
		};

		if (told[i].by_mapping && !told[i].pages.access_told)
			err = wss_others_leave_out(
				reading->reader->session->source,
				reading->target, &range, told[i].file_bytes,
				&told[i].referenced);
	}
	return err;
}

/* ---- Figures ----------------------------------------------------------- */

/* All that was known where it is now; *next: the first that may overlap. */
static bool find_history(const struct array *histories, size_t *next,
			 const struct found_mapping *mapping,
			 struct wss_history *ret_history)
{
	const struct wss_history *all = histories->items;
	struct wss_history sum = { 0 };
	bool found = false;

	while (*next < histories->count &&
	       all[*next].end_vaddr <= mapping->is.start_vaddr)
		++*next;
	for (size_t i = *next; i < histories->count &&
			       all[i].start_vaddr < mapping->is.end_vaddr; i++) {
		if (__builtin_add_overflow(sum.used_sum, all[i].used_sum,
					   &sum.used_sum))
			sum.used_sum = UINT64_MAX;
		if (all[i].used_most > sum.used_most)
			sum.used_most = all[i].used_most;
		found = true;
	}
	*ret_history = sum;
	return found;
}

static int make_figures(struct reading *reading, bool changed)
{
	struct found_mapping *mappings = reading->found->mappings.items;
	struct wss_told *told = reading->reader->told.items;
	struct wss_sum sum = { 0 };
	size_t past = 0;

	for (size_t i = 0; i < reading->found->mappings.count; i++) {
		struct wss_history *next = array_push(&reading->next->histories,
						      sizeof(*next));
		struct pagemap_wss_mapping *is = &mappings[i].is;
		struct wss_history history;

		if (!next)
			return -ENOMEM;
		told[i].changed = changed;
		if (find_history(&reading->target->past.histories, &past,
				 &mappings[i], &history))
			told[i].history = &history;
		wss_figures_make(&told[i], &is->figures);
		*next = wss_history_next(told[i].history, is->start_vaddr,
					 is->end_vaddr,
					 &is->figures.referenced);
		wss_sum_add(&sum, &is->figures);
	}
	wss_sum_finish(&sum, &reading->found->is.figures);
	return 0;
}

static int read_once(struct reading *reading)
{
	int err;

	wss_next_free(reading->next);
	reading->found->runs.count = 0;
	reading->cursor = (struct ages_cursor){ 0 };
	if (reading->target->guest)
		return wss_guest_read(reading);
	err = read_mappings(reading);
	if (!err && reading->reader->reads_pages)
		err = read_pages(reading);
	reading->told_ns = wss_now_ns();
	return err ? err : leave_out_others(reading);
}

/* By another mm than the one whose accesses were forgotten, or in between. */
static int read_target(struct reading *reading)
{
	struct pagemap_wss *session = reading->reader->session;
	struct wss_target *target = reading->target;
	int late, err = wss_target_check(session, target);

	if (!err)
		err = read_once(reading);
	if (err == -EAGAIN || err == -ESTALE) {
		err = wss_target_check(session, target);
		if (!err)
			err = read_once(reading);
	}
	late = !err ? wss_target_check(session, target) : 0;
	if (late)
		return late;
	return !err && target->replaced ? -EAGAIN : err;
}

static void set_unknown(struct found_process *found, int err)
{
	enum pagemap_reason reason =
		err == -EACCES || err == -EPERM ? PAGEMAP_REASON_DENIED :
		wss_status_of(err) == PAGEMAP_STATUS_MALFORMED ?
			PAGEMAP_REASON_MALFORMED : PAGEMAP_REASON_VANISHED;

	found->mappings.count = 0;
	found->runs.count = 0;
	found->is.mapping_count = 0;
	wss_figures_unknown(reason, &found->is.figures);
}

static void set_times(struct reading *reading, uint64_t begin_ns)
{
	struct pagemap_wss_process *is = &reading->found->is;
	const struct wss_target *target = reading->target;

	is->read_ns = wss_now_ns() - begin_ns;
	is->interval_ns = begin_ns + (reading->told_ns - begin_ns) / 2 -
			  target->forgot_ns;
	is->forget_ns = target->forget_ns;
	is->samples = target->samples + 1;
}

int wss_read(struct wss_reader *reader, struct wss_target *target,
	     struct pagemap_working_set *set, struct found_process *ret_found,
	     struct wss_next *ret_next)
{
	struct reading reading = {
		.reader = reader,
		.target = target,
		.found = ret_found,
		.next = ret_next,
		.told_ns = wss_now_ns(),
	};
	uint64_t begin_ns = reading.told_ns;
	int err = target->error;

	ret_found->is.pid = target->pid;
	if (!err) {
		err = read_target(&reading);
		set_times(&reading, begin_ns);
	}
	if (err == -ENOMEM || err == -EMFILE || err == -ENFILE)
		return err;
	ret_found->is.status = wss_status_of(err);
	ret_found->is.mapping_count = ret_found->mappings.count;
	if (err && err != -EAGAIN) {
		target->error = err;
		set_unknown(ret_found, err);
		return 0;
	}
	err = make_figures(&reading, err == -EAGAIN);
	arena_join(&set->arena, &reader->worker.arena);
	array_shrink(&ret_found->mappings, sizeof(struct found_mapping));
	return err;
}
