// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Methods that tell working sets page by page, on this machine: write
 * protection on targets that registered their memory, page for page against
 * the truth; and that methods which are not there are said not to be.  The
 * module's and mainline's on other kernels are tests/kernel's, guest_wss.c.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common_found.h"
#include "common_measure.h"

#include <cmocka.h>

#define PROTECT PAGEMAP_WSS_BIT(PAGEMAP_WSS_WRITE_PROTECT)
#define CLEAR_REFS PAGEMAP_WSS_BIT(PAGEMAP_WSS_CLEAR_REFS)

static const struct truth_spec specs[] = {
	{ .name = "scattered, clean", .memory = TRUTH_SHMEM, .registered = true,
	  .pages = 1024, .read = 22, .written = 11 },
	{ .name = "scattered, dirtied before", .memory = TRUTH_ANON,
	  .registered = true, .dirtied = true, .pages = 1024, .read = 22,
	  .written = 11 },
	{ .name = "8 MiB hot of 64", .memory = TRUTH_ANON, .registered = true,
	  .dirtied = true, .in_a_row = true, .pages = 16384, .read = 1024,
	  .written = 1024 },
	{ .name = "only read", .memory = TRUTH_ANON, .registered = true,
	  .dirtied = true, .pages = 1024, .read = 200 },
	{ .name = "only written", .memory = TRUTH_ANON, .registered = true,
	  .dirtied = true, .pages = 1024, .written = 200 },
	{ .name = "shared by two", .memory = TRUTH_SHMEM, .registered = true,
	  .partner = true, .pages = 1024, .read = 22, .written = 11 },
};

static struct pagemap_source *source;
static struct truth truth;

static int begin(void **unused)
{
	(void)unused;
	source = open_live();
	truth = (struct truth){ 0 };
	return 0;
}

static int end(void **unused)
{
	(void)unused;
	truth_end(&truth);
	pagemap_source_close(source);
	return 0;
}

static void need(unsigned int method)
{
	const char *reason;

	if (!pagemap_wss_method_works(source, method, &reason))
		SKIP("%s: %s", pagemap_wss_method_facts(method)->name, reason);
}

static void start(const struct truth_spec *spec, unsigned int seed)
{
	if (!truth_start(spec, seed, "/tmp", &truth))
		SKIP("%s: %s", spec->name, truth.skip);
}

static struct found find(uint32_t methods, enum found_while when)
{
	struct found found;
	int err = found_by(source, methods, &truth, when, &found);

	if (err)
		fail_msg("%s: %s", strerror(-err),
			 pagemap_source_last_error(source));
	return found;
}

static void expect_written(const struct found *found)
{
	char text[64];

	if (found->written.quality != PAGEMAP_EXACT ||
	    found->written.value != truth_written_bytes(&truth) ||
	    found->missed || found->beyond)
		fail_msg("%s: written %s of %lu, pages missed %u, beyond %u",
			 truth.spec.name, found_text(&found->written, text),
			 truth_written_bytes(&truth), found->missed,
			 found->beyond);
}

/* Every page that was written is found, and no other; used ones it knows not. */
static void protect_finds_writes(void **spec)
{
	struct found found;

	need(PAGEMAP_WSS_WRITE_PROTECT);
	start(*spec, 1);
	found = find(PROTECT, FOUND_ASKED);
	assert_int_equal(found.referenced.quality, PAGEMAP_UNAVAILABLE);
	assert_true(found.pages_told);
	expect_written(&found);
	truth_run(&truth, false);
	found = find(PROTECT, FOUND_RUNNING);
	expect_written(&found);
}

/* One tells what is used, the other what is written. */
static void protect_beside_clear_refs(void **unused)
{
	struct found found;

	(void)unused;
	need(PAGEMAP_WSS_WRITE_PROTECT);
	need(PAGEMAP_WSS_CLEAR_REFS);
	start(&specs[1], 2);
	found = find(PROTECT | CLEAR_REFS, FOUND_ASKED);
	assert_int_equal(found.written.quality, PAGEMAP_EXACT);
	assert_int_equal(found.written.value, truth_written_bytes(&truth));
	assert_true(found_is_true(&found.referenced, truth_used_bytes(&truth)));
}

/* Of memory that nobody registered nothing is known, which is not 0. */
static void unregistered_is_not_known(void **unused)
{
	struct truth_spec spec = specs[1];
	struct found found;

	(void)unused;
	need(PAGEMAP_WSS_WRITE_PROTECT);
	spec.registered = false;
	start(&spec, 3);
	found = find(PROTECT, FOUND_ASKED);
	assert_int_equal(found.written.quality, PAGEMAP_UNAVAILABLE);
}

static bool exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

/* What needs a file does not work without it, and the reason says more. */
static void absent_methods_are_found_out(void **unused)
{
	static const struct {
		unsigned int method;
		const char *file;
		const char *word;
	} needs[] = {
		{ PAGEMAP_WSS_MODULE, "/proc/pagemap/1/clear_refs",
		  "procfs_pagemap" },
		{ PAGEMAP_WSS_IDLE, "/sys/kernel/mm/page_idle/bitmap",
		  "CONFIG_IDLE_PAGE_TRACKING" },
	};
	const char *reason;

	(void)unused;
	for (size_t i = 0; i < sizeof(needs) / sizeof(*needs); i++) {
		bool works = pagemap_wss_method_works(source, needs[i].method,
						      &reason);

		if (exists(needs[i].file))
			continue;
		assert_false(works);
		assert_non_null(strstr(reason, needs[i].word));
	}
}

#define SPECS (sizeof(specs) / sizeof(*specs))

int main(void)
{
	struct CMUnitTest tests[SPECS + 3] = {
		cmocka_unit_test_setup_teardown(protect_beside_clear_refs,
						begin, end),
		cmocka_unit_test_setup_teardown(unregistered_is_not_known,
						begin, end),
		cmocka_unit_test_setup_teardown(absent_methods_are_found_out,
						begin, end),
	};

	if (geteuid() != 0) {
		printf("needs root, to look into other processes\n");
		return 77;
	}
	for (size_t i = 0; i < SPECS; i++)
		tests[3 + i] = (struct CMUnitTest){
			specs[i].name, protect_finds_writes, begin, end,
			(void *)&specs[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
