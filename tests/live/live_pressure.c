// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pressure on programs whose working set is known, in a cgroup of our own: it
 * is found, nobody dies of it, and nothing is left behind, also when memstats
 * is killed in the middle.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common_measure.h"
#include "common_tool.h"
#include "guardian.h"

#include <cmocka.h>

#define FILE_BYTES (24 * MIB)
#define ANON_BYTES (8 * MIB)
#define MS UINT64_C(1000000)
#define KILLS 3

/* Short ones: a round of the scanner takes some milliseconds. */
static const struct pagemap_pressure_opts opts = {
	.size = sizeof(opts),
	.settle_ns = 300 * MS,
	.settle_max_ns = 2000 * MS,
	.baseline_ns = 1000 * MS,
	.return_ns = 700 * MS,
	.probe_settle_ns = 200 * MS,
	.probe_ns = 700 * MS,
	.rest_ns = 300 * MS,
	.tick_ns = 50 * MS,
	.tolerance_permille = 20,
};

static struct pagemap_source *source;
static struct pagemap_cgroup *cgroup;
static struct guardian *guardian;
static pid_t scanner;

/* Of the scanner: how often it has touched a part of its file. */
static _Atomic uint64_t *parts;
#define PART_BYTES (64 * PAGE)
#define PARTS (FILE_BYTES / PART_BYTES)

static int begin(void **state)
{
	char name[64];
	int err;

	(void)state;
	parts = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (parts == MAP_FAILED || pagemap_source_open_live(&source))
		return -1;
	snprintf(name, sizeof(name), "libpagemap-pressure-%d", (int)getpid());
	err = pagemap_cgroup_make(source, name, &cgroup);
	if (err == -EACCES || err == -EROFS || err == -ENOTSUP || err == -EPERM)
		return 0;
	return err || guardian_begin(cgroup, GUARDIAN_OWN, &guardian) ? -1 : 0;
}

static int end(void **state)
{
	(void)state;
	if (scanner > 0) {
		kill(scanner, SIGKILL);
		waitpid(scanner, NULL, 0);
	}
	if (guardian_end(guardian))
		return -1;
	pagemap_cgroup_close(cgroup);
	pagemap_source_close(source);
	return 0;
}

/* Its pages are its own: written after it has joined. */
static char *make_file(void)
{
	static char block[1 << 16];
	char *area;
	int fd = open("/var/tmp", O_TMPFILE | O_RDWR, 0600);

	memset(block, 1, sizeof(block));
	for (size_t at = 0; fd >= 0 && at < FILE_BYTES; at += sizeof(block))
		if (write(fd, block, sizeof(block)) != sizeof(block))
			_exit(2);
	if (fd < 0 || fsync(fd))
		_exit(2);
	area = mmap(NULL, FILE_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	if (area == MAP_FAILED || madvise(area, FILE_BYTES, MADV_RANDOM))
		_exit(2);
	return area;
}

static void scan(volatile const char *file, volatile char *anon)
{
	for (;;) {
		for (size_t at = 0; at < FILE_BYTES; at += PAGE) {
			(void)file[at];
			if (at % PART_BYTES == 0)
				atomic_fetch_add(parts, 1);
		}
		for (size_t at = 0; at < ANON_BYTES; at += PAGE)
			anon[at]++;
		usleep(1000);
	}
}

static void be_scanner(void)
{
	char *anon, *file;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (pagemap_cgroup_join(cgroup, 0))
		_exit(1);
	file = make_file();
	anon = mmap(NULL, ANON_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (anon == MAP_FAILED)
		_exit(2);
	madvise(anon, ANON_BYTES, MADV_NOHUGEPAGE);
	scan(file, anon);
}

static void start_scanner(void)
{
	int i;

	scanner = fork();
	assert_true(scanner >= 0);
	if (!scanner)
		be_scanner();
	for (i = 0; i < 1000 && atomic_load(parts) < 3 * PARTS; i++)
		usleep(10000);
	assert_true(atomic_load(parts) >= 3 * PARTS);
}

static uint64_t figure(enum pagemap_cgroup_figure which)
{
	struct pagemap_cgroup_books books;

	assert_int_equal(pagemap_cgroup_read(cgroup, &books), 0);
	return books.value[which];
}

static uint64_t squeeze(struct pagemap_pressure *session)
{
	struct pagemap_pressure_state now;
	struct timespec wait;
	int more;

	while ((more = pagemap_pressure_step(session, atomic_load(parts),
					     &now)) > 0) {
		wait = (struct timespec){ .tv_nsec = (long)now.wait_ns };
		nanosleep(&wait, NULL);
	}
	assert_int_equal(more, 0);
	return now.elapsed_ns;
}

static void assert_near(const char *what, const struct pagemap_value *value,
			uint64_t truth)
{
	uint64_t apart = value->value > truth ? value->value - truth :
						truth - value->value;

	print_message("%s: %lu..%lu KiB, it is %lu\n", what,
		      (unsigned long)value->low >> 10,
		      (unsigned long)value->high >> 10,
		      (unsigned long)truth >> 10);
	assert_true(value->quality != PAGEMAP_UNAVAILABLE);
	assert_true(apart <= truth / 20);
}

static void finds_a_known_set(void **state)
{
	struct pagemap_pressure_result result;
	struct pagemap_pressure *session;
	uint64_t fixed, elapsed;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	start_scanner();
	assert_int_equal(pagemap_pressure_begin(cgroup, &opts, &session), 0);
	elapsed = squeeze(session);
	pagemap_pressure_result(session, &result);
	fixed = figure(PAGEMAP_CGROUP_ANON) + figure(PAGEMAP_CGROUP_KERNEL);
	assert_int_equal(result.outcome, PAGEMAP_PRESSURE_COMPLETE);
	assert_near("by refaults",
		    &result.figures[PAGEMAP_PRESSURE_BY_REFAULTS],
		    fixed + FILE_BYTES);
	assert_near("gentle", &result.figures[PAGEMAP_PRESSURE_GENTLE],
		    fixed + FILE_BYTES);
	/* With no page of a file; with a few of them it moves. */
	print_message("floor: %lu KiB, fixed: %lu, %lu ms\n",
		      (unsigned long)result.figures[PAGEMAP_PRESSURE_FLOOR]
		      .value >> 10, (unsigned long)fixed >> 10,
		      (unsigned long)(elapsed / MS));
	assert_true(result.figures[PAGEMAP_PRESSURE_FLOOR].value >= fixed);
	assert_true(result.figures[PAGEMAP_PRESSURE_FLOOR].value <
		    fixed + FILE_BYTES / 2);
	assert_int_equal(pagemap_pressure_end(session), 0);
	assert_int_equal(figure(PAGEMAP_CGROUP_LIMIT), PAGEMAP_CGROUP_NO_LIMIT);
	assert_int_equal(figure(PAGEMAP_CGROUP_OOM_KILLS), 0);
	assert_int_equal(waitpid(scanner, NULL, WNOHANG), 0);
}

/* Ended in the middle of a probe: the limit is lifted at once. */
static void lifts_when_it_ends(void **state)
{
	struct pagemap_pressure_state now = { 0 };
	struct pagemap_pressure *session;
	int i;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	assert_true(scanner > 0);
	assert_int_equal(pagemap_pressure_begin(cgroup, &opts, &session), 0);
	for (i = 0; i < 500 && now.phase != PAGEMAP_PRESSURE_PROBE; i++) {
		assert_int_equal(pagemap_pressure_step(session,
					atomic_load(parts), &now), 1);
		usleep(20000);
	}
	assert_int_equal(now.phase, PAGEMAP_PRESSURE_PROBE);
	assert_true(figure(PAGEMAP_CGROUP_LIMIT) != PAGEMAP_CGROUP_NO_LIMIT);
	assert_int_equal(pagemap_pressure_end(session), 0);
	assert_int_equal(figure(PAGEMAP_CGROUP_LIMIT), PAGEMAP_CGROUP_NO_LIMIT);
}

static void grow(size_t bytes, int done)
{
	char *area;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (pagemap_cgroup_join(cgroup, 0))
		_exit(1);
	area = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		_exit(2);
	touch_write(area, bytes / PAGE);
	_exit(write(done, "", 1) != 1);
}

/* Where a limit of version 1 would kill, it waits, and then goes on. */
static void waits_at_a_limit(void **state)
{
	int ends[2], status;
	char byte;
	pid_t child;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	if (pagemap_cgroup_version(cgroup) != 1 ||
	    pagemap_source_has_feature(source, PAGEMAP_FEATURE_SWAP)) {
		print_message("version 1 without swap alone runs short\n");
		skip();
	}
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(pagemap_cgroup_pause_when_short(cgroup), 0);
	assert_int_equal(pagemap_cgroup_set_limit(cgroup, 48 * MIB), 0);
	child = fork();
	if (!child)
		grow(64 * MIB, ends[1]);
	usleep(700000);
	assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
	assert_int_equal(figure(PAGEMAP_CGROUP_PAUSED), 1);
	assert_int_equal(pagemap_cgroup_restore_limits(cgroup), 0);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(figure(PAGEMAP_CGROUP_OOM_KILLS), 0);
	close(ends[0]);
	close(ends[1]);
}

/* ---- The tool ----------------------------------------------------------- */

static pid_t start_memstats(void)
{
	const char *folder = getenv("BUILD");
	char path[4096];
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof(path), "%s/memstats", folder ? folder : "build");
	if (dup2(open("/dev/null", O_RDWR), 1) < 0 || dup2(1, 2) < 0)
		_exit(1);
	execl(path, "memstats", "--pressure", "--", "sh", "-c",
	      "while :; do :; done", NULL);
	_exit(1);
}

/* Its cgroup is gone within two seconds, and with it all who were inside. */
static void assert_gone(pid_t pid)
{
	struct pagemap_cgroup *left;
	char path[4096];
	const char *base = pagemap_cgroup_path(cgroup);
	int i, err = 0;

	snprintf(path, sizeof(path), "%.*s/memstats-%d",
		 (int)(strrchr(base, '/') - base), base, (int)pid);
	for (i = 0; i < 100 && !err; i++) {
		err = pagemap_cgroup_open(source, path, &left);
		if (!err)
			pagemap_cgroup_close(left);
		usleep(20000);
	}
	assert_int_equal(err, -ENOENT);
}

static bool has_limit(pid_t pid)
{
	struct pagemap_cgroup_books books = { 0 };
	struct pagemap_cgroup *other;
	char path[4096];
	const char *base = pagemap_cgroup_path(cgroup);

	snprintf(path, sizeof(path), "%.*s/memstats-%d",
		 (int)(strrchr(base, '/') - base), base, (int)pid);
	if (pagemap_cgroup_open(source, path, &other))
		return false;
	if (pagemap_cgroup_read(other, &books))
		books.value[PAGEMAP_CGROUP_LIMIT] = PAGEMAP_CGROUP_NO_LIMIT;
	pagemap_cgroup_close(other);
	return books.value[PAGEMAP_CGROUP_LIMIT] < PAGEMAP_CGROUP_NO_LIMIT;
}

/* One while it looks, one while it measures, one under a limit. */
static void killed_it_leaves_nothing(void **state)
{
	pid_t pids[KILLS];
	int i, k;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	if (!tools_are_there(0))
		skip();
	for (k = 0; k < KILLS; k++)
		pids[k] = start_memstats();
	sleep(1);
	for (k = 0; k < KILLS; k++) {
		for (i = 0; i < 2000 && k == KILLS - 1 && !has_limit(pids[k]);
		     i++)
			usleep(20000);
		assert_true(k < KILLS - 1 || has_limit(pids[k]));
		kill(pids[k], SIGKILL);
		assert_int_equal(waitpid(pids[k], NULL, 0), pids[k]);
		assert_gone(pids[k]);
		sleep(4);
	}
}

static void interrupted_it_tells_bounds(void **state)
{
	struct tool_run run;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	if (!tools_are_there(0))
		skip();
	tool_run(&run, 0, "timeout -s INT 15 memstats --pressure --json "
		 "--progress cpu -- sh -c 'while :; do :; done' >&2 & "
		 "timeout -s INT 15 memstats --pressure -- "
		 "sh -c 'while :; do :; done'; wait", NULL);
	assert_non_null(strstr(run.err, "interrupted: the figures are the "
			       "bounds known by then"));
	assert_non_null(strstr(run.out, "least by refaults"));
	assert_non_null(strstr(run.err, "\"outcome\":\"interrupted\""));
	assert_non_null(strstr(run.err, "\"progress\":\"cpu\""));
	assert_non_null(strstr(run.err, "\"by_refaults_high_bytes\":"));
	tool_done(&run);
}

static void needs_permission(void **state)
{
	struct tool_run run;

	(void)state;
	if (getuid() || !tools_are_there(NOBODY))
		skip();
	tool_run(&run, NOBODY, "memstats --pressure -- sleep 9", NULL);
	assert_int_equal(run.status, 1);
	assert_string_equal(run.out, "");
	assert_int_equal(count_lines(run.err), 1);
	assert_true(strstr(run.err, "run it as root") ||
		    strstr(run.err, "no memory cgroups here"));
	tool_done(&run);
}

static void needs_consent(void **state)
{
	struct tool_run run;

	(void)state;
	if (!tools_are_there(0))
		skip();
	tool_run(&run, 0, "memstats --pressure --cgroup /", NULL);
	assert_int_equal(run.status, 2);
	assert_non_null(strstr(run.err, "slowed down"));
	assert_non_null(strstr(run.err, "--yes"));
	tool_done(&run);
	tool_run(&run, 0, "memstats --pressure --cgroup /no/such --yes", NULL);
	assert_int_equal(run.status, 1);
	tool_done(&run);
	tool_run(&run, 0, "memstats --pressure --cgroup / --yes -- true", NULL);
	assert_int_equal(run.status, 2);
	tool_done(&run);
}

static void what_fails_is_said(void **state)
{
	struct tool_run run;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	if (!tools_are_there(0))
		skip();
	tool_run(&run, 0, "memstats --pressure -- /no/such", NULL);
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "cannot run /no/such"));
	tool_done(&run);
	tool_run(&run, 0, "memstats --pressure -- sh -c 'exit 3'", NULL);
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.err, "exit status 3"));
	tool_done(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_a_known_set),
		cmocka_unit_test(lifts_when_it_ends),
		cmocka_unit_test(waits_at_a_limit),
		cmocka_unit_test(killed_it_leaves_nothing),
		cmocka_unit_test(interrupted_it_tells_bounds),
		cmocka_unit_test(needs_permission),
		cmocka_unit_test(needs_consent),
		cmocka_unit_test(what_fails_is_said),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
