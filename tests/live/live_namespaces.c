// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where processes are hidden, by a pid namespace or by hidepid, sharers go
 * unseen: the census gives bounds that hold the truth, and says why.  What
 * the kernel itself calls exclusive stays exact.
 */
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common_measure.h"

#include <cmocka.h>

#define N 64ul
#define NOBODY 65534

/* What the hidden process found, sent to the test. */
struct findings {
	bool sees_all;
	bool has_pfn;
	int error;
	struct pagemap_usage own[2];	/* by engine */
	struct pagemap_usage shared[2];
	size_t processes[2];
	char stage[64];
};

struct inside {
	const char *proc_options;
	bool pid_namespace;
	uid_t uid;
	int memfd;
};

static struct inside plan;

/* ---- In the hidden process, where an assertion would be lost ----------- */

static void find_mapping(const struct pagemap_snapshot *snapshot,
			 const struct range *range,
			 struct pagemap_usage *ret_usage)
{
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(snapshot, getpid());

	for (size_t i = 0; process &&
	     i < pagemap_process_mapping_count(process); i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(process, i);

		if (pagemap_mapping_start_vaddr(mapping) == range->start)
			pagemap_usage_of_mapping(mapping, ret_usage);
	}
}

static int measure(const struct report *report, struct findings *found)
{
	struct pagemap_source *source;
	int error = pagemap_source_open_live(&source);

	if (error)
		return error;
	found->sees_all = pagemap_source_has_feature(
		source, PAGEMAP_FEATURE_ALL_PIDS);
	found->has_pfn = pagemap_source_has_feature(source,
						    PAGEMAP_FEATURE_PFN);
	for (int e = 0; e < 2 && !error; e++) {
		struct pagemap_snapshot_opts opts = {
			.size = sizeof(opts),
			.engine = both_engines[e],
			.detail = PAGEMAP_DETAIL_MAPPINGS,
		};
		struct pagemap_snapshot *snapshot;

		error = pagemap_snapshot_take(source, &opts, &snapshot);
		if (error)
			break;
		found->processes[e] = pagemap_snapshot_process_count(snapshot);
		find_mapping(snapshot, &report->ranges[0], &found->own[e]);
		find_mapping(snapshot, &report->ranges[1], &found->shared[e]);
		pagemap_snapshot_free(snapshot);
	}
	pagemap_source_close(source);
	return error;
}

static int become_hidden(struct findings *found)
{
	strcpy(found->stage, "mounting /proc");
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("proc", "/proc", "proc", 0, plan.proc_options))
		return -errno;
	strcpy(found->stage, "changing the user");
	if (plan.uid && (setgroups(0, NULL) || setgid(plan.uid) ||
			 setuid(plan.uid) || prctl(PR_SET_DUMPABLE, 1)))
		return -errno;
	strcpy(found->stage, "measuring");
	return 0;
}

static void be_hidden(int to_test)
{
	struct findings found = { 0 };
	struct report report = { 0 };
	char *own, *shared;

	found.error = become_hidden(&found);
	own = map_range(&report, N * PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	shared = map_range(&report, N * PAGE, MAP_SHARED, plan.memfd);
	if (own && shared && !found.error) {
		touch_write(own, N);
		touch_read(shared, N);
		found.error = measure(&report, &found);
	}
	if (write(to_test, &found, sizeof(found)) != sizeof(found))
		_exit(1);
	_exit(0);
}

static void enter(int to_test)
{
	struct findings found = { .stage = "unshare" };
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNS | (plan.pid_namespace ? CLONE_NEWPID : 0))) {
		found.error = -errno;
		if (write(to_test, &found, sizeof(found)) < 0)
			_exit(1);
		_exit(0);
	}
	/* Only a child is inside a new pid namespace. */
	pid = fork();
	if (pid == 0)
		be_hidden(to_test);
	waitpid(pid, NULL, 0);
	_exit(0);
}

/* ---- In the test ------------------------------------------------------- */

static void make_outside(struct report *report, void *unused)
{
	char *shared = map_range(report, N * PAGE, MAP_SHARED, plan.memfd);

	(void)unused;
	if (shared)
		touch_write(shared, N);
}

static void find(struct findings *found)
{
	struct victim outside;
	ssize_t got;
	int ends[2];
	pid_t pid;

	plan.memfd = new_memfd(N);
	victim_start(&outside, make_outside, NULL);
	assert_return_code(pipe(ends), errno);
	pid = fork();
	if (pid == 0)
		enter(ends[1]);
	close(ends[1]);
	got = read(ends[0], found, sizeof(*found));
	close(ends[0]);
	close(plan.memfd);
	waitpid(pid, NULL, 0);
	victim_end(&outside);
	assert_int_equal(got, sizeof(*found));
	if (found->error && strcmp(found->stage, "measuring"))
		SKIP("%s: %s", found->stage, strerror(-found->error));
	assert_int_equal(found->error, 0);
}

static void expect_bounds(const struct pagemap_usage *usage,
			  enum pagemap_metric metric, uint64_t truth)
{
	struct pagemap_value value = pagemap_usage_value(usage, metric);

	if (value.quality == PAGEMAP_BOUNDED && value.low <= truth &&
	    truth <= value.high && value.low < value.high)
		return;
	fail_msg("%s is %lu (%lu to %lu, %s), not bounds around %lu",
		 pagemap_metric_name(metric), value.value, value.low,
		 value.high, pagemap_quality_name(value.quality), truth);
}

/* The kernel counts all mappings, also those that nobody here can see. */
static void expect_kernel_exact(const struct findings *found)
{
	expect_exact(&found->own[0], PAGEMAP_USS, N * PAGE, "own");
	expect_exact(&found->own[0], PAGEMAP_PSS, N * PAGE, "own");
	expect_exact(&found->shared[0], PAGEMAP_RSS, N * PAGE, "shared");
	expect_exact(&found->shared[0], PAGEMAP_PSS, N * PAGE / 2, "shared");
	expect_exact(&found->shared[0], PAGEMAP_USS, 0, "shared");
}

static void pid_namespace_gives_bounds(void **unused)
{
	struct findings found;

	(void)unused;
	plan = (struct inside){ .pid_namespace = true };
	find(&found);
	assert_false(found.sees_all);
	assert_int_equal(found.processes[1], 1);
	expect_kernel_exact(&found);
	expect_exact(&found.own[1], PAGEMAP_RSS, N * PAGE, "own");
	expect_exact(&found.own[1], PAGEMAP_USS, N * PAGE, "own");
	expect_exact(&found.own[1], PAGEMAP_PSS, N * PAGE, "own");
	expect_exact(&found.shared[1], PAGEMAP_RSS, N * PAGE, "shared");
	expect_bounds(&found.shared[1], PAGEMAP_PSS, N * PAGE / 2);
	assert_int_equal(found.shared[1].reason[PAGEMAP_PSS],
			 PAGEMAP_REASON_UNSEEN);
	assert_true(found.shared[1].low_bytes[PAGEMAP_USS] == 0);
}

/* Nobody sees only itself there, and no frame numbers. */
static void hidepid_gives_bounds(void **unused)
{
	struct findings found;
	struct pagemap_value pss;

	(void)unused;
	plan = (struct inside){ .proc_options = "hidepid=2", .uid = NOBODY };
	find(&found);
	assert_false(found.sees_all);
	assert_false(found.has_pfn);
	expect_kernel_exact(&found);
	expect_exact(&found.own[1], PAGEMAP_RSS, N * PAGE, "own");
	expect_exact(&found.own[1], PAGEMAP_USS, N * PAGE, "own");
	expect_exact(&found.shared[1], PAGEMAP_RSS, N * PAGE, "shared");
	pss = pagemap_usage_value(&found.shared[1], PAGEMAP_PSS);
	if (pss.quality != PAGEMAP_UNAVAILABLE)
		expect_bounds(&found.shared[1], PAGEMAP_PSS, N * PAGE / 2);
}

static int end_all(void **unused)
{
	(void)unused;
	victim_end_all();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(pid_namespace_gives_bounds, end_all),
		cmocka_unit_test_teardown(hidepid_gives_bounds, end_all),
	};

	if (geteuid() != 0) {
		printf("needs root\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
