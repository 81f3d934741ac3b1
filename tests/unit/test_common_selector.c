/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Selectors: each kind, unions, patterns, trees also where parents go in
 * circles, what is refused, and texts made up at random.
 */
#include "selector.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common_edge.h"
#include "message.h"
#include "snapshot.h"

/*
 * 1 - 10 - 11 - 12: a tree.  20 and 21 share an mm, 22 is the child of 21.
 * 30 and 31 are each other's parent.  40: its parent is no process here.
 */
static struct pagemap_process processes[] = {
	{ .pid = 1, .ppid = 0, .exe = "/sbin/init", .cgroup = "/init.scope" },
	{ .pid = 10, .ppid = 1, .exe = "/usr/sbin/nginx",
	  .cgroup = "/system.slice/nginx.service" },
	{ .pid = 11, .ppid = 10, .exe = "/usr/sbin/nginx (deleted)",
	  .cgroup = "/system.slice/nginx.service/worker" },
	{ .pid = 12, .ppid = 11, .exe = "/opt/a,b/nginx",
	  .cgroup = "/system.slice/nginx.service.d" },
	{ .pid = 20, .ppid = 1, .exe = "/usr/bin/two", .cgroup = "/" },
	{ .pid = 22, .ppid = 21, .cgroup = "/user.slice/x" },
	{ .pid = 30, .ppid = 31 },
	{ .pid = 31, .ppid = 30 },
	{ .pid = 40, .ppid = 4711 },
	{ .pid = 41, .ppid = -1 },
};

#define COUNT (sizeof(processes) / sizeof(processes[0]))

static const char *const comms[COUNT] = {
	"init", "nginx", "nginx: worker p", "kworker/0:1", "two", "two", "a,b",
	"systemd-journal", "\xff\n", NULL,
};
static const int64_t uids[COUNT] = { 0, 0, 33, 33, 1000, 1000, 1001, 0, 5, -1 };
static const char *const users[COUNT] = {
	"root", "root", "www-data", "www-data", "1000", "1000", "33", "root",
	"games", NULL,
};

static const pid_t shared_mm[] = { 20, 21 };
static struct alias alias = { .pid = 21, .index = 4 };
static struct pagemap_snapshot snapshot = {
	.processes = processes,
	.process_count = COUNT,
	.aliases = &alias,
	.alias_count = 1,
};
static struct row rows[COUNT + 1];

static int make_rows(void **state)
{
	size_t i;

	(void)state;
	processes[4].mm_pids = shared_mm;
	processes[4].mm_pid_count = 2;
	for (i = 0; i < COUNT; i++) {
		processes[i].snapshot = &snapshot;
		rows[i] = row_init();
		rows[i].process = &processes[i];
		rows[i].comm = comms[i];
		rows[i].user = users[i];
		rows[i].uid = uids[i];
	}
	rows[COUNT] = row_init();	/* a group: of no process */
	return 0;
}

/* The pids that a selector selects, "1 10". */
static void assert_selects(const char *text, const char *pids)
{
	struct selector *selector = NULL;
	bool member[COUNT + 1];
	char got[256] = "";
	size_t i, at = 0;

	memset(member, 0x5a, sizeof(member));
	assert_int_equal(selector_parse(text, &selector), 0);
	assert_int_equal(selector_match(selector, &snapshot, rows, COUNT + 1,
					member), 0);
	for (i = 0; i < COUNT; i++)
		if (member[i])
			at += (size_t)snprintf(got + at, sizeof(got) - at,
					       "%s%d", at ? " " : "",
					       (int)processes[i].pid);
	assert_false(member[COUNT]);
	if (strcmp(got, pids) != 0)
		print_error("%s\n", text);
	assert_string_equal(got, pids);
	selector_free(selector);
}

static void each_kind_selects(void **state)
{
	(void)state;
	assert_selects("pid:10", "10");
	assert_selects("10", "10");
	assert_selects("pid:9", "");
	assert_selects("user:root", "1 10 31");
	assert_selects("user:0", "1 10 31");
	assert_selects("user:1000", "20 22");
	/* The number of some, the name of another. */
	assert_selects("user:33", "11 12 30");
	assert_selects("comm:nginx", "10");
	assert_selects("nginx", "10");
	assert_selects("comm:kworker/0:1", "12");
	assert_selects("unit:nginx.service", "10 11");
	assert_selects("unit:init.scope", "1");
	assert_selects("exe:nginx", "10 11 12");
	assert_selects("exe:/usr/sbin/nginx", "10 11");
	assert_selects("exe:/usr/sbin/nginx (deleted)", "11");
	assert_selects("exe:sbin/nginx", "");
}

static void a_cgroup_has_those_below(void **state)
{
	(void)state;
	assert_selects("cgroup:/system.slice/nginx.service", "10 11");
	assert_selects("cgroup:/system.slice", "10 11 12");
	assert_selects("cgroup:/system.slice/nginx.service/worker", "11");
	assert_selects("cgroup:/system", "");
	assert_selects("cgroup:/", "1 10 11 12 20 22");
	assert_selects("cgroup:system.slice", "");
}

static void a_name_is_as_long_as_the_kernel_keeps_it(void **state)
{
	(void)state;
	assert_selects("comm:systemd-journald", "31");
	assert_selects("comm:systemd-journal", "31");
	assert_selects("comm:systemd-journa", "");
}

static void unions_take_all_together(void **state)
{
	(void)state;
	assert_selects("pid:1,pid:12", "1 12");
	assert_selects("pid:10,comm:nginx,10,nginx", "10");
	assert_selects("tree:11,unit:init.scope,40", "1 11 12 40");
}

static void patterns_match(void **state)
{
	(void)state;
	assert_selects("comm:/^nginx/", "10 11");
	assert_selects("/^nginx/", "10 11");
	assert_selects("exe:/^\\/usr\\/s?bin\\//", "10 11 20");
	assert_selects("exe:/a,b/,pid:1", "1 12");
	assert_selects("comm:/^a,b$/", "30");
	assert_selects("comm:/^nginx$/,comm:/^two$/", "10 20 22");
	assert_selects("comm:/\\//", "12");
	assert_selects("comm:/\\\\/", "");
	assert_selects("user:/^(root|games)$/", "1 10 31 40");
	/* A unit ends where it ends, also inside a path. */
	assert_selects("unit:/\\.service$/", "10 11");
	assert_selects("unit:/^nginx/", "10 11");
	assert_selects("cgroup:/service\\./", "12");
	assert_selects("comm:/./", "1 10 11 12 20 22 30 31 40");
}

static void a_path_is_no_pattern(void **state)
{
	(void)state;
	assert_selects("exe:/usr/sbin/nginx,comm:/^two$/", "10 11 20 22");
	assert_selects("exe:/sbin/init", "1");
	assert_selects("cgroup:/init.scope,cgroup:/user.slice", "1 22");
}

static void a_tree_has_all_that_descend(void **state)
{
	(void)state;
	assert_selects("tree:1", "1 10 11 12 20 22");
	assert_selects("tree:10", "10 11 12");
	assert_selects("tree:12", "12");
	/* Neither has to be the one that leads the mm. */
	assert_selects("tree:20", "20 22");
	assert_selects("tree:21", "20 22");
	assert_selects("pid:21", "20");
	/* A parent that is gone from the list still has its children. */
	assert_selects("tree:4711", "40");
	assert_selects("tree:4712", "");
}

static void circles_end(void **state)
{
	(void)state;
	assert_selects("tree:30", "30 31");
	assert_selects("tree:31", "30 31");
	processes[0].ppid = 12;
	assert_selects("tree:11", "1 10 11 12 20 22");
	assert_selects("tree:40", "40");
	processes[0].ppid = 0;
}

static void what_is_not_known_is_counted(void **state)
{
	static const struct {
		const char *text;
		size_t unsure;
	} cases[] = {
		{ "pid:1", 0 }, { "exe:init", 5 }, { "unit:init.scope", 4 },
		{ "user:root", 1 }, { "comm:two", 1 }, { "tree:1", 1 },
		{ "exe:init,pid:41", 4 },
	};
	struct selector *selector;
	bool member[COUNT + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(selector_parse(cases[i].text, &selector), 0);
		assert_int_equal(selector_match(selector, &snapshot, rows,
						COUNT + 1, member), 0);
		assert_int_equal(selector_unsure(selector, rows, COUNT + 1,
						 member), cases[i].unsure);
		selector_free(selector);
	}
}

static void it_says_what_it_needs(void **state)
{
	struct selector *selector;

	(void)state;
	assert_int_equal(selector_parse("pid:1", &selector), 0);
	assert_int_equal(selector_identity(selector), 0);
	assert_int_equal(selector_names(selector), 0);
	selector_free(selector);
	assert_int_equal(selector_parse("tree:1,unit:/x/,exe:y,user:z,comm:w",
					&selector), 0);
	assert_int_equal(selector_identity(selector), PAGEMAP_ID_STAT |
			 PAGEMAP_ID_CGROUP | PAGEMAP_ID_EXE);
	assert_int_equal(selector_names(selector), NAME_USER | NAME_UID |
			 NAME_COMM);
	selector_free(selector);
}

/* Messages of refusals go nowhere: here it is the status that counts. */
static int silence(void)
{
	int kept = dup(STDERR_FILENO);
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	fflush(stderr);
	dup2(nowhere, STDERR_FILENO);
	close(nowhere);
	return kept;
}

static void end_silence(int kept)
{
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	close(kept);
}

static void what_is_wrong_is_bad_usage(void **state)
{
	static const char *const texts[] = {
		"", ",", "pid:", "pid:1,", ",pid:1", "pid:1,,pid:2", ":", ":1",
		"pid:0", "pid:-1", "pid:x", "pid:1 ", "pid:2147483648",
		"pid:99999999999999999999999", "99999999999999999999999", "0",
		"pid:/1/", "tree:/x/", "tree:", "comm:", "comm://x", "//",
		"comm:/(/", "comm:/[/", "comm:/x/y", "comm:/x/y/", "comm:/x",
		"/usr/bin/x", "exe:/usr/bin/", "exe://", "colour:red", "PID:1",
		"comm:/a{1000}{1000}/", "comm:/(a{40}){40}/",
		"comm:/a{99999999999999999999}/",
	};
	struct selector *const mark = (struct selector *)&rows;
	size_t i;
	int kept = silence();

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct selector *selector = mark;
		int status = selector_parse(texts[i], &selector);

		if (status == EXIT_USAGE && selector == mark)
			continue;
		end_silence(kept);
		fail_msg("'%s' gives %d", texts[i], status);
	}
	end_silence(kept);
}

static void long_ones_have_bounds(void **state)
{
	char *text = malloc(200001);
	struct selector *selector;
	size_t i;
	int kept;

	(void)state;
	assert_non_null(text);
	/* Nested deeper than glibc's stack would bear. */
	memcpy(text, "comm:/", 6);
	memset(text + 6, '(', 100000);
	memset(text + 100006, ')', 90000);
	memcpy(text + 190006, "/", 2);
	kept = silence();
	i = (size_t)selector_parse(text, &selector);
	end_silence(kept);
	assert_int_equal(i, EXIT_USAGE);
	/* As many parts as there are commas is fine. */
	for (i = 0; i < 100000; i += 2)
		memcpy(text + i, i ? ",7" : "77", 2);
	text[100000] = '\0';
	assert_int_equal(selector_parse(text, &selector), 0);
	selector_free(selector);
	free(text);
}

static unsigned int next_random(unsigned int *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

static void make_text(unsigned int *seed, char *text, size_t size)
{
	static const char *const parts[] = {
		"pid:", "tree:", "user:", "cgroup:", "unit:", "exe:", "comm:",
		"/", "/", "\\", "\\/", ",", ",", ":", "(", ")", "[", "]", "{9}",
		"{", "}", "*", "+", "?", "|", "^", "$", ".", "a", "0", "1",
		"12", "\xff", "\xc3\xa4", " ", "\n",
	};
	size_t at = 0, count = next_random(seed) % 14;

	text[0] = '\0';
	while (count-- && at + 8 < size) {
		const char *part = parts[next_random(seed) %
					 (sizeof(parts) / sizeof(parts[0]))];

		at += (size_t)snprintf(text + at, size - at, "%s", part);
	}
}

/* Whatever the text: a status, nothing leaked, a match that ends. */
static void random_texts_are_taken_or_refused(void **state)
{
	unsigned int seed = 1, taken = 0, refused = 0;
	int i, kept = silence();
	struct rusage before, after;

	(void)state;
	getrusage(RUSAGE_SELF, &before);
	for (i = 0; i < 100000; i++) {
		struct selector *selector;
		bool member[COUNT + 1];
		char text[256];
		int status;

		make_text(&seed, text, sizeof(text));
		status = selector_parse(edge_copy(text, strlen(text) + 1),
					&selector);
		refused += status == EXIT_USAGE;
		if (status)
			continue;
		taken++;
		status = selector_match(selector, &snapshot, rows, COUNT + 1,
					member);
		selector_free(selector);
		if (status)
			break;
	}
	getrusage(RUSAGE_SELF, &after);
	end_silence(kept);
	assert_int_equal(taken + refused, 100000);
	assert_true(taken > 10000 && refused > 10000);
	/* In KiB; an expression of these may take some, and gives it back. */
	assert_true(after.ru_maxrss - before.ru_maxrss < 65536);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_selects),
		cmocka_unit_test(a_cgroup_has_those_below),
		cmocka_unit_test(a_name_is_as_long_as_the_kernel_keeps_it),
		cmocka_unit_test(unions_take_all_together),
		cmocka_unit_test(patterns_match),
		cmocka_unit_test(a_path_is_no_pattern),
		cmocka_unit_test(a_tree_has_all_that_descend),
		cmocka_unit_test(circles_end),
		cmocka_unit_test(what_is_not_known_is_counted),
		cmocka_unit_test(it_says_what_it_needs),
		cmocka_unit_test(what_is_wrong_is_bad_usage),
		cmocka_unit_test(long_ones_have_bounds),
		cmocka_unit_test(random_texts_are_taken_or_refused),
	};

	return cmocka_run_group_tests(tests, make_rows, NULL);
}
