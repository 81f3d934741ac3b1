// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Copies of commands and their guardian: they run where they should and with
 * what they should, and nothing of them, no process, no limit, no cgroup, is
 * left behind, also when their owner is killed in the middle.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common_measure.h"
#include "guardian.h"
#include "launch.h"

#include <cmocka.h>

#define KILLS 20
#define LIMIT (256 * MIB)

/* Longer than any wait here; an argument that tells it from others' sleeps. */
#define SLEEP "sleep 4242"

static struct pagemap_source *source;
static struct pagemap_cgroup *cgroup;
static struct guardian *guardian;
static struct launch *launch;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* 0, or a negative errno if there is no cgroup to be had here. */
static int make_cgroup(void)
{
	char name[64];

	snprintf(name, sizeof(name), "libpagemap-launch-%d", (int)getpid());
	return pagemap_cgroup_make(source, name, &cgroup);
}

static int begin(void **state)
{
	int err;

	(void)state;
	/* Orphans come to us: the first process may take seconds to see them. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) ||
	    pagemap_source_open_live(&source))
		return -1;
	err = make_cgroup();
	if (err == -EACCES || err == -EROFS || err == -ENOTSUP || err == -EPERM)
		return 0;
	return err || guardian_begin(cgroup, GUARDIAN_OWN, &guardian) ||
	       launch_begin(cgroup, &launch);
}

static int end(void **state)
{
	(void)state;
	launch_end(launch);
	launch = NULL;
	/* With the cgroup: -EBUSY would say that somebody is left. */
	if (guardian_end(guardian))
		return -1;
	guardian = NULL;
	pagemap_cgroup_close(cgroup);
	cgroup = NULL;
	pagemap_source_close(source);
	return 0;
}

/* Starts "sh -c SCRIPT" with its number as the first word after it. */
static int start_shell(char *script, unsigned int number, int output,
		       pid_t *ret_pid)
{
	char *words[] = { "sh", "-c", script, "copy-{}", NULL };
	const struct launch_command command = { words, 4 };

	return launch_start(launch, &command, number, output, ret_pid);
}

static void wait_for_end(size_t running)
{
	int i;

	for (i = 0; i < 1000 && launch_running(launch) > running; i++)
		usleep(5000);
	assert_int_equal(launch_running(launch), running);
}

static void assert_line(int fd, const char *expected)
{
	char line[128];
	size_t at = 0;

	while (at < sizeof(line) - 1 && read(fd, line + at, 1) == 1 &&
	       line[at] != '\n')
		at++;
	line[at] = '\0';
	assert_string_equal(line, expected);
}

static void copies_get_what_they_should(void **state)
{
	int ends[2];
	pid_t pid;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(start_shell("echo $MEMSTATS_COPY $0 {}{}; "
				     "read x || echo nothing; "
				     "echo $(ls /proc/self/fd | wc -l); "
				     "grep SigBlk /proc/self/status", 7,
				     ends[1], &pid), 0);
	close(ends[1]);
	assert_line(ends[0], "7 copy-7 77");
	assert_line(ends[0], "nothing");
	/* 0, 1, 2 and the one that ls reads by. */
	assert_line(ends[0], "4");
	assert_line(ends[0], "SigBlk:\t0000000000000000");
	close(ends[0]);
	wait_for_end(0);
}

static void copies_are_in_the_cgroup(void **state)
{
	struct pagemap_cgroup *its;
	struct pagemap_cgroup_books books;
	pid_t pid, *pids;
	size_t count;
	unsigned int i;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	for (i = 0; i < 3; i++) {
		assert_int_equal(start_shell(SLEEP "; :", i, -1, &pid), 0);
		assert_int_equal(pagemap_cgroup_open_of(source, pid, &its), 0);
		assert_string_equal(pagemap_cgroup_path(its),
				    pagemap_cgroup_path(cgroup));
		pagemap_cgroup_close(its);
		assert_int_equal(getpgid(pid), pid);
	}
	assert_int_equal(launch_running(launch), 3);
	/* Each shell forks its sleep: they count as theirs. */
	for (i = 0; i < 400; i++) {
		assert_int_equal(launch_pids(launch, source, &pids, &count), 0);
		free(pids);
		if (count == 6)
			break;
		usleep(5000);
	}
	assert_int_equal(count, 6);
	assert_int_equal(pagemap_cgroup_read(cgroup, &books), 0);
	assert_true(books.value[PAGEMAP_CGROUP_ANON] > 0);
}

static void what_cannot_run_is_said(void **state)
{
	char *nowhere[] = { "/no/such/program", NULL };
	char *no_program[] = { "/etc/passwd", NULL };
	const struct launch_command missing = { nowhere, 1 };
	const struct launch_command refused = { no_program, 1 };
	size_t count;
	pid_t pid;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	assert_int_equal(launch_start(launch, &missing, 0, -1, &pid), -ENOENT);
	assert_int_equal(launch_start(launch, &refused, 0, -1, &pid), -EACCES);
	assert_int_equal(launch_running(launch), 0);
	launch_copies(launch, &count);
	assert_int_equal(count, 0);
}

static void ends_are_told(void **state)
{
	const struct launch_copy *copies;
	size_t count;
	pid_t pid;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	assert_int_equal(start_shell("exit 3", 0, -1, &pid), 0);
	assert_int_equal(start_shell("kill -TERM $$", 1, -1, &pid), 0);
	assert_int_equal(start_shell(SLEEP "; :", 2, -1, &pid), 0);
	wait_for_end(1);
	copies = launch_copies(launch, &count);
	assert_int_equal(count, 3);
	assert_true(copies[0].ended && WIFEXITED(copies[0].status));
	assert_int_equal(WEXITSTATUS(copies[0].status), 3);
	assert_true(copies[1].ended && WIFSIGNALED(copies[1].status));
	assert_int_equal(WTERMSIG(copies[1].status), SIGTERM);
	assert_false(copies[2].ended);
	launch_kill(launch, &copies[2]);
	wait_for_end(0);
	assert_true(WIFSIGNALED(copies[2].status));
	assert_int_equal(WTERMSIG(copies[2].status), SIGKILL);
}

/* One copy is killed, not all of them with the agent. */
static void a_full_cgroup_kills_a_copy(void **state)
{
	/* And what it starts, should the kernel choose more than one. */
	char *words[] = { "sh", "-c", "cat /proc/self/oom_score_adj; "
			  "echo 500 >/proc/self/oom_score_adj; "
			  "x=$(head -c 100000000 /dev/zero | tr '\\0' x); "
			  SLEEP, NULL };
	const struct launch_command command = { words, 3 };
	struct pagemap_cgroup_books books;
	const struct launch_copy *copies;
	char score[16] = "";
	int ends[2], own;
	size_t count;
	pid_t pid;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	own = open("/proc/self/oom_score_adj", O_RDONLY | O_CLOEXEC);
	assert_true(read(own, score, sizeof(score) - 1) > 0);
	close(own);
	score[strcspn(score, "\n")] = '\0';
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(start_shell(SLEEP "; :", 0, -1, &pid), 0);
	assert_int_equal(pagemap_cgroup_set_hard_limit(cgroup, 32 * MIB), 0);
	assert_int_equal(launch_start(launch, &command, 1, ends[1], &pid), 0);
	close(ends[1]);
	assert_line(ends[0], score);
	close(ends[0]);
	wait_for_end(1);
	copies = launch_copies(launch, &count);
	assert_false(copies[0].ended);
	assert_true(WIFSIGNALED(copies[1].status));
	assert_int_equal(pagemap_cgroup_read(cgroup, &books), 0);
	assert_true(books.value[PAGEMAP_CGROUP_OOM_KILLS] > 0);
}

/* Arguments that do not fit into one message of a socket. */
static void long_words_arrive(void **state)
{
	const size_t size = 100000;
	char *word = malloc(size + 1);
	char *words[] = { "sh", "-c", "test ${#1} = 100000 && test ${#2} = "
			  "100000", "x", word, word, NULL };
	const struct launch_command command = { words, 6 };
	const struct launch_copy *copies;
	size_t count;
	pid_t pid;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	memset(word, 'w', size);
	word[size] = '\0';
	assert_int_equal(launch_start(launch, &command, 0, -1, &pid), 0);
	free(word);
	wait_for_end(0);
	copies = launch_copies(launch, &count);
	assert_true(WIFEXITED(copies[0].status));
	assert_int_equal(WEXITSTATUS(copies[0].status), 0);
}

/* Those that fork away from their parent, their group and their session. */
#define RUNAWAYS "setsid " SLEEP " & (" SLEEP " & ) ; " SLEEP " & wait"

static bool is_gone(pid_t pid)
{
	int i;

	/* A dead one whose parent has died is ours to bury: see begin(). */
	for (i = 0; i < 1000; i++) {
		waitpid(pid, NULL, WNOHANG);
		if (kill(pid, 0) && errno == ESRCH)
			return true;
		usleep(5000);
	}
	return false;
}

/* The pids once there are so many. */
static pid_t *wait_for_pids(size_t wanted)
{
	pid_t *pids;
	size_t count, i;

	for (i = 0; i < 1000; i++) {
		assert_int_equal(launch_pids(launch, source, &pids, &count), 0);
		if (count == wanted)
			return pids;
		free(pids);
		usleep(5000);
	}
	fail_msg("%zu processes, not %zu", count, wanted);
	return NULL;
}

static void the_end_reaches_all(void **state)
{
	pid_t pid, *pids;
	size_t i;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	assert_int_equal(start_shell(RUNAWAYS, 0, -1, &pid), 0);
	assert_int_equal(start_shell(RUNAWAYS, 1, -1, &pid), 0);
	pids = wait_for_pids(8);
	launch_end(launch);
	launch = NULL;
	for (i = 0; i < 8; i++)
		assert_true(is_gone(pids[i]));
	free(pids);
}

static void the_end_reaches_all_without_a_cgroup(void **state)
{
	pid_t pid, *pids;
	size_t i;

	(void)state;
	launch_end(launch);
	assert_int_equal(launch_begin(NULL, &launch), 0);
	assert_int_equal(start_shell(RUNAWAYS, 0, -1, &pid), 0);
	pids = wait_for_pids(4);
	launch_end(launch);
	launch = NULL;
	for (i = 0; i < 4; i++)
		assert_true(is_gone(pids[i]));
	free(pids);
}

/* ---- Their owner is killed --------------------------------------------- */

/* What an owner tells of itself before it is killed. */
struct told {
	pid_t pids[8];
	char path[512];
};

/* As memstats would: a limit is set, and two copies run away. */
static _Noreturn void be_owner(int told_fd, bool with_cgroup)
{
	struct told told = { 0 };
	pid_t pid, *pids;
	size_t i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	cgroup = NULL;
	if (pagemap_source_open_live(&source) ||
	    (with_cgroup && (make_cgroup() ||
	     guardian_begin(cgroup, GUARDIAN_OWN, &guardian))) ||
	    launch_begin(cgroup, &launch) ||
	    start_shell(RUNAWAYS, 0, -1, &pid) ||
	    start_shell(RUNAWAYS, 1, -1, &pid))
		_exit(1);
	pids = wait_for_pids(8);
	if (with_cgroup) {
		if (pagemap_cgroup_set_limit(cgroup, LIMIT))
			_exit(1);
		snprintf(told.path, sizeof(told.path), "%s",
			 pagemap_cgroup_path(cgroup));
	}
	for (i = 0; i < 8; i++)
		told.pids[i] = pids[i];
	if (write(told_fd, &told, sizeof(told)) != sizeof(told))
		_exit(1);
	for (;;)
		pause();
}

static pid_t start_owner(bool with_cgroup, struct told *ret_told)
{
	int ends[2];
	pid_t owner;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	owner = fork();
	assert_true(owner >= 0);
	if (!owner)
		be_owner(ends[1], with_cgroup);
	close(ends[1]);
	assert_int_equal(read(ends[0], ret_told, sizeof(*ret_told)),
			 sizeof(*ret_told));
	close(ends[0]);
	return owner;
}

/* Nanoseconds until the limit is gone, be it with its cgroup. */
static uint64_t wait_for_no_limit(const char *path, int version)
{
	char file[600], text[32];
	uint64_t start = now_ns();
	ssize_t size;
	int fd;

	snprintf(file, sizeof(file), "%s/%s", path, version == 1 ?
		 "memory.limit_in_bytes" : "memory.high");
	fd = open(file, O_RDONLY | O_CLOEXEC);
	while (fd >= 0) {
		size = pread(fd, text, sizeof(text) - 1, 0);
		text[size > 0 ? size : 0] = '\0';
		if (size <= 0 || strtoull(text, NULL, 10) != LIMIT)
			break;
		assert_true(now_ns() - start < 5000000000u);
	}
	if (fd >= 0)
		close(fd);
	return now_ns() - start;
}

static bool is_removed(const char *path)
{
	int i;

	for (i = 0; i < 1000; i++) {
		if (access(path, F_OK))
			return true;
		usleep(5000);
	}
	return false;
}

/* Its whole process group every other time, as a shell's kill does. */
static uint64_t kill_owner(int turn, int version)
{
	struct told told;
	pid_t owner = start_owner(true, &told);
	uint64_t lifted_ns;
	size_t i;

	kill(turn % 2 ? -owner : owner, SIGKILL);
	lifted_ns = wait_for_no_limit(told.path, version);
	waitpid(owner, NULL, 0);
	assert_true(is_removed(told.path));
	for (i = 0; i < 8; i++)
		assert_true(is_gone(told.pids[i]));
	return lifted_ns;
}

static int compare_ns(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void nothing_is_left_by_a_killed_owner(void **state)
{
	uint64_t times[KILLS];
	int i;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	for (i = 0; i < KILLS; i++)
		times[i] = kill_owner(i, pagemap_cgroup_version(cgroup));
	qsort(times, KILLS, sizeof(times[0]), compare_ns);
	print_message("limit lifted after %.2f ms (%.2f to %.2f)\n",
		      (double)times[KILLS / 2] / 1e6, (double)times[0] / 1e6,
		      (double)times[KILLS - 1] / 1e6);
}

static void nobody_is_left_without_a_cgroup(void **state)
{
	struct told told;
	pid_t owner;
	size_t i;

	(void)state;
	owner = start_owner(false, &told);
	kill(owner, SIGKILL);
	waitpid(owner, NULL, 0);
	for (i = 0; i < 8; i++)
		assert_true(is_gone(told.pids[i]));
}

/* Of somebody else's cgroup only the limits are the guardian's. */
static void a_guest_leaves_as_it_came(void **state)
{
	struct pagemap_cgroup_books books;
	struct guardian *guest;
	pid_t pid;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	assert_int_equal(start_shell(SLEEP, 0, -1, &pid), 0);
	assert_int_equal(guardian_begin(cgroup, GUARDIAN_LIMITS, &guest), 0);
	assert_int_equal(pagemap_cgroup_set_limit(cgroup, LIMIT), 0);
	assert_int_equal(guardian_end(guest), 0);
	assert_int_equal(pagemap_cgroup_read(cgroup, &books), 0);
	assert_true(books.value[PAGEMAP_CGROUP_LIMIT] ==
		    PAGEMAP_CGROUP_NO_LIMIT);
	assert_int_equal(launch_running(launch), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(copies_get_what_they_should),
		TEST(copies_are_in_the_cgroup),
		TEST(what_cannot_run_is_said),
		TEST(ends_are_told),
		TEST(a_full_cgroup_kills_a_copy),
		TEST(long_words_arrive),
		TEST(the_end_reaches_all),
		TEST(the_end_reaches_all_without_a_cgroup),
		TEST(nothing_is_left_by_a_killed_owner),
		TEST(nobody_is_left_without_a_cgroup),
		TEST(a_guest_leaves_as_it_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
