/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The core of sessions, on a process made up in memory and methods that the
 * test plays: merging, ages, runs, and texts that no honest kernel gives.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "wss.h"
#include "wss_set.h"

#define PAGE 4096ul
#define MAPPINGS 3
#define PAGES 600			/* of each mapping */
#define SAMPLES 40
#define PRESENT (UINT64_C(1) << 63)

/* The process: what each page is, and what was done to it. */
static struct world {
	bool present[MAPPINGS][PAGES];
	bool accessed[MAPPINGS][PAGES];
	bool written[MAPPINGS][PAGES];
	unsigned int since[MAPPINGS][PAGES];	/* samples; UINT_MAX never */
	bool scans;
	const char *smaps;		/* instead of what is true; NULL */
	unsigned int lies;		/* so many readings get it */
	unsigned int gone_after;	/* reads of entries; 0: never */
	unsigned int forgot;
} world;

static uint64_t first_page_of(size_t mapping)
{
	return 0x10000 + mapping * 0x100000;
}

static bool find_page(uint64_t page, size_t *ret_mapping, size_t *ret_index)
{
	for (size_t m = 0; m < MAPPINGS; m++) {
		if (page < first_page_of(m) || page >= first_page_of(m) + PAGES)
			continue;
		*ret_mapping = m;
		*ret_index = page - first_page_of(m);
		return true;
	}
	return false;
}

static bool is_present(uint64_t page)
{
	size_t m = 0, i = 0;

	return find_page(page, &m, &i) && world.present[m][i];
}

/* ---- The source -------------------------------------------------------- */

static int open_process(struct pagemap_source *source, pid_t pid,
			struct process_ref *ret_ref)
{
	(void)source;
	*ret_ref = (struct process_ref){ .pid = pid, .dir_fd = -1 };
	return pid == 1 ? 0 : -ENOENT;
}

static void close_process(struct process_ref *ref)
{
	(void)ref;
}

static int set_text(struct buffer *text, const char *from)
{
	int err = buffer_reserve(text, strlen(from));

	if (err)
		return err;
	text->size = strlen(from);
	memcpy(text->data, from, text->size + 1);
	return 0;
}

static void write_maps(char *at, size_t size, bool smaps)
{
	size_t used = 0;

	for (size_t m = 0; m < MAPPINGS; m++) {
		unsigned long start = first_page_of(m) * PAGE, count = 0;

		used += (size_t)snprintf(at + used, size - used,
					 "%lx-%lx rw-p 00000000 00:00 0 \n",
					 start, start + PAGES * PAGE);
		for (size_t i = 0; i < PAGES; i++)
			count += world.present[m][i];
		if (smaps)
			used += (size_t)snprintf(
				at + used, size - used,
				"Rss: %lu kB\nPss: %lu kB\nReferenced: 0 kB\n",
				count * 4, count * 4);
	}
}

static int read_text(struct pagemap_source *source,
		     const struct process_ref *ref, const char *name,
		     struct buffer *ret_text)
{
	char text[2048];

	(void)source;
	if (!ref)
		return -ENOENT;
	if (!strcmp(name, "smaps") && world.smaps && world.lies) {
		world.lies--;
		return set_text(ret_text, world.smaps);
	}
	write_maps(text, sizeof(text), !strcmp(name, "smaps"));
	return set_text(ret_text, text);
}

static int open_pages(struct pagemap_source *source,
		      const struct process_ref *ref, struct pages_file *ret)
{
	(void)source, (void)ref;
	*ret = (struct pages_file){ .fd = -1, .uses_fd = -1 };
	return 0;
}

static void close_pages(struct pages_file *pages)
{
	(void)pages;
}

static ssize_t read_entries(const struct pages_file *pages, uint64_t first,
			    uint64_t *ret_entries, size_t count)
{
	(void)pages;
	if (world.gone_after && !--world.gone_after)
		world.gone_after = 1;
	if (world.gone_after == 1)
		return 0;
	for (size_t i = 0; i < count; i++)
		ret_entries[i] = is_present(first + i) ? PRESENT : 0;
	return (ssize_t)count;
}

static ssize_t scan(struct pagemap_source *source,
		    const struct pages_file *pages, struct scan *scan,
		    struct extent *ret_extents, size_t count)
{
	size_t found = 0;

	(void)source, (void)pages;
	while (found < count && scan->next_page < scan->end_page) {
		uint64_t start = scan->next_page, end;

		while (start < scan->end_page && !is_present(start))
			start++;
		for (end = start; end < scan->end_page && is_present(end);)
			end++;
		scan->next_page = end;
		if (start < end)
			ret_extents[found++] = (struct extent){ start, end,
								EXTENT_SURE };
	}
	return (ssize_t)found;
}

static int open_forget(struct pagemap_source *source,
		       const struct process_ref *ref, enum forget_file file)
{
	(void)source, (void)ref, (void)file;
	return memfd_create("clear_refs", MFD_CLOEXEC);
}

static bool probe(struct pagemap_source *source, enum pagemap_feature feature,
		  const char **ret_reason)
{
	(void)source;
	*ret_reason = "";
	return feature == PAGEMAP_FEATURE_PRECISE_COUNTS ||
	       (feature == PAGEMAP_FEATURE_SCAN && world.scans);
}

static void close_source(struct pagemap_source *source)
{
	(void)source;
}

static const struct source_ops source_ops = {
	.open_process = open_process,
	.close_process = close_process,
	.read_text = read_text,
	.open_pages = open_pages,
	.close_pages = close_pages,
	.read_entries = read_entries,
	.scan = scan,
	.open_forget = open_forget,
	.probe = probe,
	.close = close_source,
};

/* ---- Methods ----------------------------------------------------------- */

static int forget(struct wss_hold *hold)
{
	(void)hold;
	world.forgot++;
	return 0;
}

/* Tells accesses; writes only as perhaps, where the page was used. */
static int tell_access(struct wss_hold *hold, uint64_t first,
		       const uint64_t *entries, size_t count,
		       uint8_t *ret_bits)
{
	size_t m = 0, i = 0;

	(void)hold;
	for (size_t k = 0; k < count; k++) {
		if (!wss_is_present(entries[k]))
			continue;
		assert_true(find_page(first + k, &m, &i));
		assert_int_equal(ret_bits[k], 0);
		ret_bits[k] = WSS_ACCESSED_TOLD | WSS_WRITTEN_TOLD;
		if (world.accessed[m][i])
			ret_bits[k] |= WSS_ACCESSED | WSS_MAYBE_WRITTEN;
	}
	return 0;
}

/* Tells writes for certain, and lies about accesses. */
static int tell_writes(struct wss_hold *hold, uint64_t first,
		       const uint64_t *entries, size_t count,
		       uint8_t *ret_bits)
{
	size_t m = 0, i = 0;

	(void)hold;
	for (size_t k = 0; k < count; k++) {
		if (!wss_is_present(entries[k]))
			continue;
		assert_true(find_page(first + k, &m, &i));
		ret_bits[k] = WSS_ACCESSED_TOLD | WSS_ACCESSED |
			      WSS_WRITTEN_TOLD |
			      (world.written[m][i] ? WSS_WRITTEN : 0);
	}
	return 0;
}

static const struct wss_method_ops access_ops = {
	.facts = { .tells = PAGEMAP_WSS_TELLS_REFERENCED |
			    PAGEMAP_WSS_TELLS_WRITTEN |
			    PAGEMAP_WSS_TELLS_PAGES },
	.forget = forget, .read_pages = tell_access,
};

static const struct wss_method_ops writes_ops = {
	.facts = { .tells = PAGEMAP_WSS_TELLS_WRITTEN |
			    PAGEMAP_WSS_TELLS_PAGES },
	.forget = forget, .read_pages = tell_writes,
};

/* ---- The session ------------------------------------------------------- */

static struct pagemap_source *source;

static struct pagemap_wss *begin(const struct wss_method_ops *first,
				 const struct wss_method_ops *second)
{
	struct pagemap_wss *session = calloc(1, sizeof(*session));

	assert_non_null(session);
	session->source = source;
	session->ops[session->method_count++] = first;
	if (second)
		session->ops[session->method_count++] = second;
	session->targets = calloc(1, sizeof(*session->targets));
	assert_non_null(session->targets);
	session->target_count = 1;
	assert_int_equal(wss_target_open(session, 1, session->targets), 0);
	assert_int_equal(session->targets->error, 0);
	session->reader = wss_reader_new(session);
	assert_non_null(session->reader);
	assert_int_equal(wss_target_forget(session, session->targets), 0);
	return session;
}

static int setup(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	memset(world.since, 0xff, sizeof(world.since));
	source = source_new(&source_ops, PAGEMAP_SOURCE_LIVE);
	assert_non_null(source);
	source->page_size_bytes = PAGE;
	source->page_shift = 12;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pagemap_source_close(source);
	return 0;
}

static void live_on(unsigned int *seed)
{
	for (size_t m = 0; m < MAPPINGS; m++) {
		int often = 1 + rand_r(seed) % 8;

		for (size_t i = 0; i < PAGES; i++) {
			if (rand_r(seed) % 50 == 0)
				world.present[m][i] = !world.present[m][i];
			world.accessed[m][i] = world.present[m][i] &&
					       rand_r(seed) % 30 < often;
			world.written[m][i] = world.accessed[m][i] &&
					      rand_r(seed) % 2;
			if (!world.present[m][i])
				world.since[m][i] = UINT32_MAX;
			else if (world.accessed[m][i])
				world.since[m][i] = 0;
			else if (world.since[m][i] != UINT32_MAX)
				world.since[m][i]++;
		}
	}
}

static void expect_pages(struct pagemap_value value, uint64_t pages)
{
	assert_int_equal(value.quality, PAGEMAP_EXACT);
	assert_int_equal(value.value, pages * PAGE);
}

static void check_figures(const struct pagemap_wss_mapping *mapping, size_t m,
			  uint64_t samples)
{
	uint64_t within[PAGEMAP_WSS_AGES] = { 0 };
	uint64_t resident = 0, written = 0, never = 0;

	for (size_t i = 0; i < PAGES; i++) {
		if (!world.present[m][i])
			continue;
		resident++;
		written += world.written[m][i];
		never += world.since[m][i] == UINT32_MAX;
		for (int k = 0; k < PAGEMAP_WSS_AGES; k++)
			within[k] += world.since[m][i] < 1u << k;
	}
	expect_pages(mapping->figures.rss, resident);
	expect_pages(mapping->figures.referenced, within[0]);
	expect_pages(mapping->figures.written, written);
	expect_pages(mapping->figures.cold, never);
	for (int k = 0; k < PAGEMAP_WSS_AGES; k++) {
		if (samples >= 1u << k)
			expect_pages(mapping->figures.touched_within[k],
				     within[k]);
		else
			assert_int_equal(
				mapping->figures.touched_within[k].quality,
				PAGEMAP_UNAVAILABLE);
	}
}

/* Runs are the pages again, each once, and neighbours are not alike. */
static void check_runs(const struct pagemap_working_set *set, size_t m)
{
	struct pagemap_wss_run_iter iter;
	struct pagemap_wss_run run, before = { 0 };
	uint64_t pages = 0, resident = 0;

	assert_int_equal(pagemap_wss_run_iter_init(&iter, set, 0, m), 0);
	while (pagemap_wss_run_iter_next(&iter, &run) == 1) {
		uint64_t first = run.start_vaddr / PAGE - first_page_of(m);

		assert_false(before.page_count && before.age == run.age &&
			     before.written == run.written &&
			     before.start_vaddr + before.page_count * PAGE ==
				     run.start_vaddr);
		for (uint64_t i = first; i < first + run.page_count; i++) {
			assert_true(i < PAGES && world.present[m][i]);
			assert_int_equal(run.age, world.since[m][i]);
			assert_int_equal(run.written, world.written[m][i]);
			assert_false(run.maybe_written);
		}
		pages += run.page_count;
		before = run;
	}
	for (size_t i = 0; i < PAGES; i++)
		resident += world.present[m][i];
	assert_int_equal(pages, resident);
}

static void check(const struct pagemap_working_set *set, uint64_t samples)
{
	struct pagemap_wss_process process;
	struct pagemap_wss_mapping mapping;

	assert_int_equal(pagemap_working_set_process_count(set), 1);
	assert_int_equal(pagemap_working_set_process_at(set, 0, &process), 0);
	assert_int_equal(process.status, PAGEMAP_STATUS_COMPLETE);
	assert_int_equal(process.samples, samples);
	assert_int_equal(process.mapping_count, MAPPINGS);
	for (size_t m = 0; m < MAPPINGS; m++) {
		assert_int_equal(pagemap_working_set_mapping_at(set, 0, m,
								&mapping), 0);
		assert_int_equal(mapping.start_vaddr, first_page_of(m) * PAGE);
		check_figures(&mapping, m, samples);
		check_runs(set, m);
	}
	assert_int_equal(pagemap_working_set_mapping_at(set, 0, MAPPINGS,
							&mapping), -ENOENT);
	assert_int_equal(pagemap_working_set_process_at(set, 1, &process),
			 -ENOENT);
}

static void live_and_sample(bool scans)
{
	struct pagemap_working_set *set;
	struct pagemap_wss *session;
	unsigned int seed = scans ? 7 : 8;

	world.scans = scans;
	live_on(&seed);
	memset(world.since, 0xff, sizeof(world.since));
	session = begin(&access_ops, &writes_ops);
	for (uint64_t k = 1; k <= SAMPLES; k++) {
		live_on(&seed);
		assert_int_equal(pagemap_wss_look(session, &set), 0);
		check(set, k);
		pagemap_working_set_free(set);
		assert_int_equal(pagemap_wss_sample(session, &set), 0);
		check(set, k);
		pagemap_working_set_free(set);
		assert_int_equal(world.forgot, 2 * (k + 1));
	}
	pagemap_wss_end(session);
}

static void ages_follow_the_pages(void **unused)
{
	(void)unused;
	live_and_sample(true);
}

static void also_where_no_scan_finds_them(void **unused)
{
	(void)unused;
	live_and_sample(false);
}

/* Without a method that knows better. */
static void perhaps_written_is_bounded(void **unused)
{
	struct pagemap_working_set *set;
	struct pagemap_wss_mapping mapping;
	struct pagemap_wss_run_iter iter;
	struct pagemap_wss *session;
	struct pagemap_wss_run run;

	(void)unused;
	for (size_t i = 0; i < 10; i++)
		world.present[0][i] = true;
	world.accessed[0][3] = world.accessed[0][4] = true;
	session = begin(&access_ops, NULL);
	assert_int_equal(pagemap_wss_sample(session, &set), 0);
	assert_int_equal(pagemap_working_set_mapping_at(set, 0, 0, &mapping),
			 0);
	assert_int_equal(mapping.figures.written.quality, PAGEMAP_BOUNDED);
	assert_int_equal(mapping.figures.written.low, 0);
	assert_int_equal(mapping.figures.written.high, 2 * PAGE);
	assert_int_equal(mapping.figures.written.reason,
			 PAGEMAP_REASON_DIRTY_BEFORE);
	assert_int_equal(pagemap_wss_run_iter_init(&iter, set, 0, 0), 0);
	assert_int_equal(pagemap_wss_run_iter_next(&iter, &run), 1);
	assert_int_equal(run.age, PAGEMAP_WSS_NEVER);
	assert_int_equal(pagemap_wss_run_iter_next(&iter, &run), 1);
	assert_int_equal(run.page_count, 2);
	assert_true(run.maybe_written && !run.written && run.age == 0);
	pagemap_working_set_free(set);
	pagemap_wss_end(session);
}

/* ---- Texts that change, or are none ------------------------------------ */

#define SIZES "Rss: 4 kB\nPss: 4 kB\nReferenced: 4 kB\n"
#define HEAD "10000000-10001000 rw-p 00000000 00:00 0 \n"

static const struct hostile {
	const char *what;
	const char *smaps;
	unsigned int lies;
	enum pagemap_status status;
} hostile[] = {
	{ "overlaps once", HEAD SIZES HEAD SIZES, 1,
	  PAGEMAP_STATUS_COMPLETE },
	{ "overlaps again", HEAD SIZES HEAD SIZES, 9, PAGEMAP_STATUS_CHANGED },
	{ "goes down", "20000000-20001000 rw-p 00000000 00:00 0 \n" SIZES
		       HEAD SIZES, 9, PAGEMAP_STATUS_CHANGED },
	{ "cut off", HEAD "Rss: 4 kB\nPss:", 9, PAGEMAP_STATUS_MALFORMED },
	{ "without sizes", HEAD HEAD, 9, PAGEMAP_STATUS_MALFORMED },
	{ "no smaps at all", "hello\n", 9, PAGEMAP_STATUS_MALFORMED },
	{ "too large", HEAD "Rss: 99999999999999999999 kB\nPss: 4 kB\n", 9,
	  PAGEMAP_STATUS_MALFORMED },
	{ "empty", "", 9, PAGEMAP_STATUS_VANISHED },
	{ "whole address space", "0-ffffffffffffffff rw-p 00000000 00:00 0 \n"
	  "Rss: 0 kB\nPss: 0 kB\n", 9, PAGEMAP_STATUS_COMPLETE },
};

static void a_hostile_text_is_survived(void **state)
{
	const struct hostile *row = *state;
	struct pagemap_working_set *set;
	struct pagemap_wss_process process;
	struct pagemap_wss *session = begin(&access_ops, &writes_ops);
	int err;

	world.scans = true;
	world.present[0][0] = true;
	world.smaps = row->smaps;
	world.lies = row->lies;
	err = pagemap_wss_sample(session, &set);
	if (row->status == PAGEMAP_STATUS_VANISHED ||
	    row->status == PAGEMAP_STATUS_MALFORMED) {
		/* The only target, and it cannot be read. */
		assert_int_equal(err, -ESRCH);
		assert_int_equal(wss_status_of(session->targets->error),
				 row->status);
	} else {
		assert_int_equal(err, 0);
		assert_int_equal(pagemap_working_set_process_at(set, 0,
								&process), 0);
		assert_int_equal(process.status, row->status);
		assert_int_equal(process.figures.rss.quality,
				 row->status == PAGEMAP_STATUS_CHANGED ?
					 PAGEMAP_ESTIMATED : PAGEMAP_EXACT);
		pagemap_working_set_free(set);
	}
	pagemap_wss_end(session);
}

/* After any number of reads. */
static void one_that_ends_while_it_is_read(void **unused)
{
	unsigned int seed = 3;

	(void)unused;
	live_on(&seed);
	for (unsigned int after = 1; after < 40; after++) {
		struct pagemap_working_set *set = NULL;
		struct pagemap_wss *session;
		int err;

		world.gone_after = 0;
		session = begin(&access_ops, NULL);
		world.gone_after = after;
		err = pagemap_wss_sample(session, &set);
		assert_true(err == -ESRCH || err == 0);
		if (!err)
			pagemap_working_set_free(set);
		pagemap_wss_end(session);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define HOSTILE(row) \
	{ hostile[row].what, a_hostile_text_is_survived, setup, teardown, \
	  (void *)&hostile[row] }

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ages_follow_the_pages),
		TEST(also_where_no_scan_finds_them),
		TEST(perhaps_written_is_bounded),
		TEST(one_that_ends_while_it_is_read),
		HOSTILE(0), HOSTILE(1), HOSTILE(2), HOSTILE(3), HOSTILE(4),
		HOSTILE(5), HOSTILE(6), HOSTILE(7), HOSTILE(8),
	};

	return cmocka_run_group_tests_name("wss_session", tests, NULL, NULL);
}
