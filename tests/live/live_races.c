// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes that are not what they were a moment ago, or never had memory: a
 * snapshot must neither fail for one of them nor make figures up.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common_measure.h"

#include <cmocka.h>

#define ROUNDS 60

static struct pagemap_source *source;

static int setup(void **unused)
{
	(void)unused;
	source = open_live();
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	victim_end_all();
	pagemap_source_close(source);
	return 0;
}

/* Takes the pids alone; gives the error where there is no snapshot. */
static int take_pids(enum pagemap_engine engine, const pid_t *pids,
		     size_t count, struct pagemap_snapshot **ret_snapshot)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = engine,
		.detail = PAGEMAP_DETAIL_MAPPINGS,
		.identity = PAGEMAP_ID_STAT | PAGEMAP_ID_COMMAND |
			    PAGEMAP_ID_EXE,
		.pids = pids,
		.pid_count = count,
	};

	return pagemap_snapshot_take(source, &opts, ret_snapshot);
}

static enum pagemap_status status_of(const struct pagemap_snapshot *snapshot,
				     pid_t pid)
{
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(snapshot, pid);

	assert_non_null(process);
	return pagemap_process_status(process);
}

/* Whatever is not measured is unavailable, and not 0 bytes. */
static void expect_nothing_measured(const struct pagemap_snapshot *snapshot,
				    pid_t pid)
{
	struct pagemap_usage usage;

	assert_int_equal(pagemap_usage_of_process(
		pagemap_snapshot_find_pid(snapshot, pid), &usage), 0);
	assert_int_equal(usage.quality[PAGEMAP_RSS], PAGEMAP_UNAVAILABLE);
	assert_int_equal(usage.quality[PAGEMAP_PSS], PAGEMAP_UNAVAILABLE);
	assert_int_equal(usage.quality[PAGEMAP_USS], PAGEMAP_UNAVAILABLE);
}

/* ---- Dies, or becomes another program, while it is read ---------------- */

static pid_t start_brief(int kind, unsigned int delay_us)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	usleep(delay_us);
	if (kind)
		execl("/bin/sleep", "sleep", "30", (char *)NULL);
	_exit(0);
}

static void check_brief(const struct pagemap_snapshot *snapshot, pid_t pid)
{
	struct pagemap_usage usage;
	enum pagemap_status status = status_of(snapshot, pid);

	switch (status) {
	case PAGEMAP_STATUS_COMPLETE:
	case PAGEMAP_STATUS_CHANGED:
		assert_int_equal(pagemap_usage_of_process(
			pagemap_snapshot_find_pid(snapshot, pid), &usage), 0);
		assert_true(usage.value_bytes[PAGEMAP_RSS] >=
			    usage.value_bytes[PAGEMAP_USS]);
		assert_true(usage.value_bytes[PAGEMAP_VSS] > 0);
		break;
	case PAGEMAP_STATUS_VANISHED:
	case PAGEMAP_STATUS_NO_MEMORY:
		expect_nothing_measured(snapshot, pid);
		break;
	default:
		fail_msg("status %s", pagemap_status_name(status));
	}
}

static void make_little(struct report *report, void *unused)
{
	char *area = map_range(report, 8 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1);

	(void)unused;
	if (area)
		touch_write(area, 8);
}

static void brief_lives(int kind, enum pagemap_engine engine)
{
	struct victim steady;

	victim_start(&steady, make_little, NULL);
	victim_stop(&steady);
	for (int i = 0; i < ROUNDS; i++) {
		struct pagemap_snapshot *snapshot;
		pid_t pids[2] = { steady.pid, start_brief(kind, i * 40) };
		int error = take_pids(engine, pids, 2, &snapshot);

		assert_int_equal(error, 0);
		assert_int_equal(status_of(snapshot, pids[0]),
				 PAGEMAP_STATUS_COMPLETE);
		check_brief(snapshot, pids[1]);
		pagemap_snapshot_free(snapshot);
		kill(pids[1], SIGKILL);
		waitpid(pids[1], NULL, 0);
	}
	victim_end(&steady);
}

static void dies_while_read(void **unused)
{
	(void)unused;
	for (int e = 0; e < 2; e++)
		brief_lives(0, both_engines[e]);
}

static void execs_while_read(void **unused)
{
	(void)unused;
	for (int e = 0; e < 2; e++)
		brief_lives(1, both_engines[e]);
}

/* Maps and unmaps all the time: figures or estimates, but no failure. */
static void changes_all_the_time(void **unused)
{
	pid_t pids[1] = { fork() };

	(void)unused;
	if (pids[0] == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			char *area = mmap(NULL, HUGE, PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

			touch_write(area, 512);
			munmap(area, HUGE);
		}
	}
	for (int i = 0; i < 2 * ROUNDS; i++) {
		struct pagemap_snapshot *snapshot;

		assert_int_equal(take_pids(both_engines[i % 2], pids, 1,
					   &snapshot), 0);
		check_brief(snapshot, pids[0]);
		pagemap_snapshot_free(snapshot);
	}
	kill(pids[0], SIGKILL);
	waitpid(pids[0], NULL, 0);
}

/* ---- No memory at all -------------------------------------------------- */

static void expect_no_memory(pid_t pid)
{
	for (int e = 0; e < 2; e++) {
		struct pagemap_snapshot *snapshot;

		assert_int_equal(take_pids(both_engines[e], &pid, 1,
					   &snapshot), 0);
		assert_string_equal(
			pagemap_status_name(status_of(snapshot, pid)),
			pagemap_status_name(PAGEMAP_STATUS_NO_MEMORY));
		expect_nothing_measured(snapshot, pid);
		pagemap_snapshot_free(snapshot);
	}
}

static void zombie_has_no_memory(void **unused)
{
	siginfo_t info;
	pid_t pid = fork();

	(void)unused;
	if (pid == 0)
		_exit(0);
	assert_return_code(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), errno);
	expect_no_memory(pid);
	waitpid(pid, NULL, 0);
}

static void kernel_thread_has_no_memory(void **unused)
{
	char comm[32] = "";
	FILE *file = fopen("/proc/2/comm", "r");

	(void)unused;
	if (!file || !fgets(comm, sizeof(comm), file) ||
	    strcmp(comm, "kthreadd\n"))
		SKIP("no kernel threads are seen here");
	fclose(file);
	expect_no_memory(2);
}

static void ended_pid_is_not_found(void **unused)
{
	struct pagemap_snapshot *snapshot = NULL;
	pid_t pid = fork();

	(void)unused;
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	for (int e = 0; e < 2; e++)
		assert_int_equal(take_pids(both_engines[e], &pid, 1, &snapshot),
				 -ESRCH);
	assert_null(snapshot);
}

/* ---- One address space, several processes ------------------------------ */

static int idle(void *unused)
{
	(void)unused;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
	return 0;
}

/* Two processes of one mm; the memory is made before. */
static void make_pair(struct report *report, void *unused)
{
	char *area = map_range(report, 100 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1);
	char *stack = malloc(65536);

	(void)unused;
	if (!area || !stack)
		return;
	touch_write(area, 100);
	report->partner = clone(idle, stack + 65536, CLONE_VM | SIGCHLD, NULL);
	if (report->partner < 0)
		report_skip(report, "clone");
}

static void clone_vm_pair_counts_once(void **unused)
{
	struct victim victim;

	(void)unused;
	victim_start(&victim, make_pair, NULL);
	assert_string_equal(victim.report.skip, "");
	victim_stop(&victim);
	for (int e = 0; e < 2; e++) {
		struct pagemap_snapshot *all = take_detail(source,
			both_engines[e], PAGEMAP_DETAIL_MAPPINGS, NULL, 0);
		const struct pagemap_process *process =
			pagemap_snapshot_find_pid(all, victim.pid);
		struct pagemap_usage usage;
		const pid_t *pids;
		size_t count;

		assert_ptr_equal(process, pagemap_snapshot_find_pid(
			all, victim.report.partner));
		pids = pagemap_process_mm_pids(process, &count);
		assert_int_equal(count, 2);
		assert_int_equal(pids[0] + pids[1],
				 victim.pid + victim.report.partner);
		usage_of_ranges(all, victim.pid, victim.report.ranges, 1,
				&usage);
		expect_exact(&usage, PAGEMAP_USS, 100 * PAGE, "CLONE_VM");
		expect_exact(&usage, PAGEMAP_PSS, 100 * PAGE, "CLONE_VM");
		pagemap_snapshot_free(all);
	}
	victim_end(&victim);
}

/* By pid, either of the two finds the one. */
static void clone_vm_pair_by_pid(void **unused)
{
	struct victim victim;

	(void)unused;
	victim_start(&victim, make_pair, NULL);
	victim_stop(&victim);
	for (int e = 0; e < 2; e++) {
		pid_t pids[2] = { victim.report.partner, victim.pid };
		struct pagemap_snapshot *one = take(source, both_engines[e],
						    pids, 1);
		struct pagemap_snapshot *both = take(source, both_engines[e],
						     pids, 2);
		struct pagemap_usage usage;

		usage_of_ranges(one, pids[0], victim.report.ranges, 1, &usage);
		expect_exact(&usage, PAGEMAP_USS, 100 * PAGE, "partner");
		assert_int_equal(pagemap_snapshot_process_count(both), 1);
		pagemap_snapshot_free(one);
		pagemap_snapshot_free(both);
	}
	victim_end(&victim);
}

/*
 * Between vfork and exec the child runs in its parent's memory, and the
 * parent waits: one mm, counted once.
 */
static void make_vfork(struct report *report, void *context)
{
	char *area = map_range(report, 50 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1);
	int *ends = context;

	if (!area)
		return;
	touch_write(area, 50);
	/* The report must be out before vfork blocks: another tells it. */
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		return;
	}
	if (vfork() == 0) {
		pid_t pid = getpid();

		if (write(ends[1], &pid, sizeof(pid)) != sizeof(pid))
			_exit(1);
		for (;;)
			pause();
	}
	_exit(0);
}

static void vfork_child_is_its_parent(void **unused)
{
	struct victim victim;
	pid_t child;
	int ends[2];

	(void)unused;
	assert_return_code(pipe(ends), errno);
	victim_start(&victim, make_vfork, ends);
	assert_int_equal(read(ends[0], &child, sizeof(child)), sizeof(child));
	for (int e = 0; e < 2; e++) {
		pid_t pids[2] = { victim.pid, child };
		struct pagemap_snapshot *snapshot = take(
			source, both_engines[e], pids, 2);

		assert_int_equal(pagemap_snapshot_process_count(snapshot), 1);
		assert_ptr_equal(pagemap_snapshot_find_pid(snapshot, child),
				 pagemap_snapshot_find_pid(snapshot,
							   victim.pid));
		pagemap_snapshot_free(snapshot);
	}
	close(ends[0]);
	close(ends[1]);
	kill(child, SIGKILL);
	victim_end(&victim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dies_while_read),
		cmocka_unit_test(execs_while_read),
		cmocka_unit_test(changes_all_the_time),
		cmocka_unit_test(zombie_has_no_memory),
		cmocka_unit_test(kernel_thread_has_no_memory),
		cmocka_unit_test(ended_pid_is_not_found),
		cmocka_unit_test(clone_vm_pair_counts_once),
		cmocka_unit_test(clone_vm_pair_by_pid),
		cmocka_unit_test(vfork_child_is_its_parent),
	};

	if (geteuid() != 0) {
		printf("needs root, for frame numbers\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
