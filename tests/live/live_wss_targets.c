// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Targets of working set sessions that are not as one would wish: measured by
 * another already, ended, another program by now, someone else's, without
 * memory.  And methods that do nothing, which have to be found out.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
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

#include "common_busy.h"
#include "common_guardian.h"
#include "common_measure.h"
#include "common_tool.h"

#include <cmocka.h>

static struct pagemap_source *source;
static struct busy_control *control;

static int setup(void **unused)
{
	(void)unused;
	source = open_live();
	control = busy_new();
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	victim_end_all();
	busy_free(control);
	pagemap_source_close(source);
	return 0;
}

static int try_begin(struct pagemap_source *from, const pid_t *pids,
		     size_t count, struct pagemap_wss **ret_session)
{
	struct pagemap_wss_opts opts = {
		.size = sizeof(opts),
		.methods = PAGEMAP_WSS_BIT(PAGEMAP_WSS_CLEAR_REFS),
		.pids = pids,
		.pid_count = count,
	};

	return pagemap_wss_begin(from, &opts, ret_session);
}

static struct pagemap_wss *begin(const pid_t *pids, size_t count)
{
	struct pagemap_wss *session;
	int err = try_begin(source, pids, count, &session);

	if (err)
		fail_msg("%s: %s", strerror(-err),
			 pagemap_source_last_error(source));
	return session;
}

static void make_little(struct report *report, void *unused)
{
	char *area = map_range(report, 32 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1);

	(void)unused;
	if (area)
		touch_write(area, 32);
}

static struct pagemap_wss_process
process_of(const struct pagemap_working_set *set, size_t index)
{
	struct pagemap_wss_process process;

	assert_int_equal(pagemap_working_set_process_at(set, index, &process),
			 0);
	return process;
}

/* Whatever is not measured is unavailable, and not 0 bytes. */
static void expect_nothing(const struct pagemap_wss_process *process,
			   enum pagemap_status status)
{
	assert_int_equal(process->status, status);
	assert_int_equal(process->mapping_count, 0);
	assert_int_equal(process->figures.rss.quality, PAGEMAP_UNAVAILABLE);
	assert_int_equal(process->figures.referenced.quality,
			 PAGEMAP_UNAVAILABLE);
	assert_int_equal(process->figures.cold.quality, PAGEMAP_UNAVAILABLE);
}

/* ---- The lock ---------------------------------------------------------- */

/* Another process that measures the victim, until it is killed. */
static pid_t start_holder(pid_t target)
{
	struct pagemap_wss *session;
	pid_t self = getpid(), pid;
	int ends[2];
	char byte;

	assert_return_code(pipe2(ends, O_CLOEXEC), errno);
	pid = fork();
	if (pid == 0) {
		struct pagemap_source *own;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != self || pagemap_source_open_live(&own) ||
		    try_begin(own, &target, 1, &session) ||
		    write(ends[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	return pid;
}

static void a_second_session_is_refused(void **unused)
{
	struct pagemap_wss *session;
	struct victim victim;
	char pid_text[16];
	pid_t holder;

	(void)unused;
	victim_start(&victim, make_little, NULL);
	holder = start_holder(victim.pid);
	assert_int_equal(try_begin(source, &victim.pid, 1, &session), -EBUSY);
	snprintf(pid_text, sizeof(pid_text), "%d", victim.pid);
	assert_non_null(strstr(pagemap_source_last_error(source), pid_text));
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
	pagemap_wss_end(begin(&victim.pid, 1));
}

static void a_process_does_not_lock_itself_out(void **unused)
{
	struct pagemap_wss *first, *second;
	struct victim victim;

	(void)unused;
	victim_start(&victim, make_little, NULL);
	first = begin(&victim.pid, 1);
	assert_int_equal(try_begin(source, &victim.pid, 1, &second), -EBUSY);
	pagemap_wss_end(first);
	second = begin(&victim.pid, 1);
	pagemap_wss_end(second);
}

/* A refused session leaves no lock on its other targets. */
static void a_refusal_unlocks_the_others(void **unused)
{
	struct pagemap_wss *held, *refused;
	struct victim free_one, taken;

	(void)unused;
	victim_start(&free_one, make_little, NULL);
	victim_start(&taken, make_little, NULL);
	held = begin(&taken.pid, 1);
	assert_int_equal(try_begin(source,
				   (pid_t[2]){ free_one.pid, taken.pid }, 2,
				   &refused), -EBUSY);
	pagemap_wss_end(begin(&free_one.pid, 1));
	pagemap_wss_end(held);
}

/* ---- Ends, or is another ----------------------------------------------- */

static void one_that_ended_is_said_to_have(void **unused)
{
	struct pagemap_working_set *set;
	struct pagemap_wss_process process;
	struct pagemap_wss *session;
	struct victim stays, goes;

	(void)unused;
	victim_start(&stays, make_little, NULL);
	victim_start(&goes, make_little, NULL);
	session = begin((pid_t[2]){ goes.pid, stays.pid }, 2);
	victim_end(&goes);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pagemap_wss_sample(session, &set), 0);
		process = process_of(set, 0);
		expect_nothing(&process, PAGEMAP_STATUS_VANISHED);
		process = process_of(set, 1);
		assert_int_equal(process.status, PAGEMAP_STATUS_COMPLETE);
		assert_int_equal(process.samples, i + 1);
		pagemap_working_set_free(set);
	}
	victim_end(&stays);
	assert_int_equal(pagemap_wss_sample(session, &set), -ESRCH);
	assert_int_equal(pagemap_wss_look(session, &set), -ESRCH);
	pagemap_wss_end(session);
}

/* Not yet waited for: it has a pid and no memory. */
static void a_zombie_has_ended(void **unused)
{
	struct pagemap_working_set *set;
	struct pagemap_wss *session;
	struct victim victim;

	(void)unused;
	victim_start(&victim, make_little, NULL);
	session = begin(&victim.pid, 1);
	kill(victim.pid, SIGKILL);
	while (waitid(P_PID, (id_t)victim.pid, &(siginfo_t){ 0 },
		      WEXITED | WNOWAIT))
		assert_int_equal(errno, EINTR);
	assert_int_equal(pagemap_wss_sample(session, &set), -ESRCH);
	pagemap_wss_end(session);
	assert_int_equal(try_begin(source, &victim.pid, 1, &session), -ESRCH);
}

static void make_exec(struct report *report, void *context)
{
	int *ends = context, fds[2] = { ends[0], ends[1] };
	pid_t pid = getpid();
	char byte;

	(void)report;
	/* Reports by itself: the one that waits is another program. */
	if (write(fds[1], &pid, sizeof(pid)) != sizeof(pid) ||
	    read(fds[0], &byte, 1) != 1)
		_exit(1);
	execl("/bin/sleep", "sleep", "30", (char *)NULL);
	_exit(1);
}

/* Forked by hand, as it does not wait in the victim's manner. */
static pid_t start_exec(int to[2], int from[2])
{
	pid_t self = getpid(), pid, told;

	assert_return_code(pipe2(to, O_CLOEXEC), errno);
	assert_return_code(pipe2(from, O_CLOEXEC), errno);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != self)
			_exit(1);
		make_exec(NULL, (int[2]){ to[0], from[1] });
	}
	close(from[1]);
	assert_int_equal(read(from[0], &told, sizeof(told)), sizeof(told));
	return pid;
}

static void another_program_is_said_to_be_one(void **unused)
{
	struct pagemap_working_set *set;
	struct pagemap_wss_process process;
	struct pagemap_wss *session;
	int to[2], from[2];
	char byte;
	pid_t pid = start_exec(to, from);

	(void)unused;
	session = begin(&pid, 1);
	assert_int_equal(pagemap_wss_sample(session, &set), 0);
	assert_int_equal(process_of(set, 0).status, PAGEMAP_STATUS_COMPLETE);
	pagemap_working_set_free(set);
	assert_int_equal(write(to[1], "x", 1), 1);
	/* Its end of the pipe is closed by exec. */
	assert_int_equal(read(from[0], &byte, 1), 0);
	usleep(50000);
	assert_int_equal(pagemap_wss_sample(session, &set), 0);
	process = process_of(set, 0);
	assert_int_equal(process.status, PAGEMAP_STATUS_CHANGED);
	assert_int_equal(process.samples, 1);
	assert_int_equal(process.figures.referenced.quality,
			 PAGEMAP_ESTIMATED);
	assert_int_equal(process.figures.referenced.reason,
			 PAGEMAP_REASON_CHANGED);
	pagemap_working_set_free(set);
	assert_int_equal(pagemap_wss_sample(session, &set), 0);
	process = process_of(set, 0);
	assert_int_equal(process.status, PAGEMAP_STATUS_COMPLETE);
	assert_int_equal(process.samples, 2);
	pagemap_working_set_free(set);
	pagemap_wss_end(session);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(to[0]);
	close(to[1]);
	close(from[0]);
}

/* ---- Not ours, nobody's, nothing --------------------------------------- */

static void make_as_nobody(struct report *report, void *unused)
{
	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
		return report_skip(report, "changing the user");
	prctl(PR_SET_DUMPABLE, 1);
	make_little(report, unused);
	if (!report->count)
		return;
	busy_add(control, (struct busy_use){
		.area = (char *)(uintptr_t)report->ranges[0].start,
		.step = 2, .count = 10 });
	busy_begin(report, control);
}

/* Run by nobody: 0, or the line that failed. */
static int look_as_nobody(pid_t own, pid_t other)
{
	struct pagemap_working_set *set;
	struct pagemap_wss_process process;
	struct pagemap_wss *session;
	struct pagemap_source *from;

	if (pagemap_source_open_live(&from))
		return __LINE__;
	if (try_begin(from, &other, 1, &session) != -EACCES)
		return __LINE__;
	if (try_begin(from, (pid_t[2]){ own, other }, 2, &session))
		return __LINE__;
	busy_wait(control);
	if (pagemap_wss_sample(session, &set))
		return __LINE__;
	process = process_of(set, 0);
	if (process.status != PAGEMAP_STATUS_COMPLETE ||
	    process.figures.referenced.low < 10 * PAGE)
		return __LINE__;
	process = process_of(set, 1);
	if (process.status != PAGEMAP_STATUS_DENIED ||
	    process.figures.rss.quality != PAGEMAP_UNAVAILABLE ||
	    process.figures.rss.reason != PAGEMAP_REASON_DENIED)
		return __LINE__;
	pagemap_working_set_free(set);
	pagemap_wss_end(session);
	pagemap_source_close(from);
	return 0;
}

static void what_is_not_ours_is_denied(void **unused)
{
	struct victim own, other;
	int status;
	pid_t pid;

	(void)unused;
	if (geteuid())
		SKIP("only root can become nobody");
	victim_start(&other, make_little, NULL);
	victim_start(&own, make_as_nobody, NULL);
	assert_string_equal(own.report.skip, "");
	pid = fork();
	if (pid == 0) {
		int line = 0;

		if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
			_exit(1);
		prctl(PR_SET_DUMPABLE, 1);
		line = look_as_nobody(own.pid, other.pid);
		if (line)
			fprintf(stderr, "# line %d\n", line);
		_exit(line ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void kernel_threads_have_no_memory(void **unused)
{
	struct pagemap_working_set *set;
	struct pagemap_wss_process process;
	struct pagemap_wss *session;
	struct victim victim;

	(void)unused;
	victim_start(&victim, make_little, NULL);
	if (getpid() == 1 || access("/proc/2/exe", F_OK) == 0)
		SKIP("pid 2 is no kernel thread here");
	session = begin((pid_t[2]){ 2, victim.pid }, 2);
	assert_int_equal(pagemap_wss_sample(session, &set), 0);
	process = process_of(set, 0);
	expect_nothing(&process, PAGEMAP_STATUS_NO_MEMORY);
	assert_int_equal(process_of(set, 1).status, PAGEMAP_STATUS_COMPLETE);
	pagemap_working_set_free(set);
	pagemap_wss_end(session);
}

static void impossible_options_are_refused(void **unused)
{
	struct pagemap_wss *session;
	struct victim victim;
	pid_t none = 4194303 /* above pid_max */;

	(void)unused;
	victim_start(&victim, make_little, NULL);
	assert_int_equal(try_begin(source, &victim.pid, 0, &session), -EINVAL);
	assert_int_equal(try_begin(source,
				   (pid_t[2]){ victim.pid, victim.pid }, 2,
				   &session), -EINVAL);
	assert_int_equal(try_begin(source, &(pid_t){ -1 }, 1, &session),
			 -EINVAL);
	assert_int_equal(try_begin(source, &none, 1, &session), -ESRCH);
}

/* ---- Methods ----------------------------------------------------------- */

static void a_method_that_disturbs_is_asked_for(void **unused)
{
	struct pagemap_wss_opts opts = { .size = sizeof(opts) };
	const struct pagemap_wss_method_facts *facts;
	struct pagemap_wss *session;
	struct victim victim;
	const char *reason;

	(void)unused;
	for (unsigned int i = 0; i < PAGEMAP_WSS_METHOD_COUNT; i++) {
		facts = pagemap_wss_method_facts(i);
		if (facts && !facts->disturbs &&
		    facts->tells & PAGEMAP_WSS_TELLS_REFERENCED &&
		    pagemap_wss_method_works(source, i, &reason))
			SKIP("%s does not disturb, and works", facts->name);
	}
	victim_start(&victim, make_little, NULL);
	opts.pids = &victim.pid;
	opts.pid_count = 1;
	assert_int_equal(pagemap_wss_begin(source, &opts, &session), -EPERM);
	opts.may_disturb = true;
	assert_int_equal(pagemap_wss_begin(source, &opts, &session), 0);
	assert_true(pagemap_wss_methods(session) != 0);
	pagemap_wss_end(session);
}

/* Bit 55 of a page of ours that was just written to. */
static bool kernel_has_soft_dirty(void)
{
	char *area = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t entry;

	assert_true(area != MAP_FAILED);
	*area = 1;
	entry = own_entry(area);
	munmap(area, PAGE);
	return entry >> 55 & 1;
}

/* The kernel takes the 4 in any case. */
static void a_method_that_does_nothing_is_found_out(void **unused)
{
	struct pagemap_wss_opts opts = {
		.size = sizeof(opts),
		.methods = PAGEMAP_WSS_BIT(PAGEMAP_WSS_SOFT_DIRTY),
		.pid_count = 1,
	};
	struct pagemap_wss *session;
	struct victim victim;
	const char *reason;
	bool works = pagemap_wss_method_works(source, PAGEMAP_WSS_SOFT_DIRTY,
					      &reason);

	(void)unused;
	assert_int_equal(works, kernel_has_soft_dirty());
	victim_start(&victim, make_little, NULL);
	opts.pids = &victim.pid;
	if (works) {
		assert_string_equal(reason, "");
		assert_int_equal(pagemap_wss_begin(source, &opts, &session), 0);
		pagemap_wss_end(session);
		return;
	}
	assert_non_null(strstr(reason, "CONFIG_MEM_SOFT_DIRTY"));
	assert_int_equal(pagemap_wss_begin(source, &opts, &session), -ENOTSUP);
	assert_non_null(strstr(pagemap_source_last_error(source), reason));
}

/* DAMON has one owner; whoever it is, nothing of it moves. */
static void damon_is_left_alone(void **unused)
{
	static const char path[] =
		"/sys/kernel/mm/damon/admin/kdamonds/nr_kdamonds";
	char before[32], after[32];
	struct victim victim;

	(void)unused;
	if (!setting_read(path, before, sizeof(before)))
		SKIP("this kernel has no DAMON in sysfs");
	victim_start(&victim, make_little, NULL);
	pagemap_wss_end(begin(&victim.pid, 1));
	assert_true(setting_read(path, after, sizeof(after)));
	assert_string_equal(before, after);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_second_session_is_refused),
		TEST(a_process_does_not_lock_itself_out),
		TEST(a_refusal_unlocks_the_others),
		TEST(one_that_ended_is_said_to_have),
		TEST(a_zombie_has_ended),
		TEST(another_program_is_said_to_be_one),
		TEST(what_is_not_ours_is_denied),
		TEST(kernel_threads_have_no_memory),
		TEST(impossible_options_are_refused),
		TEST(a_method_that_disturbs_is_asked_for),
		TEST(a_method_that_does_nothing_is_found_out),
		TEST(damon_is_left_alone),
	};

	return cmocka_run_group_tests_name("wss_targets", tests, NULL, NULL);
}
