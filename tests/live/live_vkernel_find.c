/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes that look like a vkernel from their host, made here: a RAM without
 * a name, children that are traced and map pages of it.  Each that lacks one
 * thing is refused with its reason; the whole one is found from each of its
 * processes, whether its child runs or not, and by its own user, too.
 */
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common_measure.h"
#include "common_tool.h"

#include <cmocka.h>

#define RAM_BYTES (8 * MIB)
#define FIRST_BYTES MIB			/* where main's mapping begins, */
#define MAPPED_BYTES (6 * MIB)		/* and how long it is */

/* Where children have their pages. */
#define GUEST_VADDR ((char *)0x10000000ul)

/* What a process that may be a vkernel has. */
struct fake {
	const char *name;
	const char *says;		/* of main; NULL: it is one */
	const char *child_says;		/* of its child */
	bool has_name;			/* of its RAM */
	bool is_private;
	bool is_small;
	bool is_cut;			/* after it was mapped */
	bool no_child;
	bool untraced;
	bool no_pages;			/* of the RAM, in the child */
	bool only_forked;		/* those that every fork has */
	bool runs;			/* the child does */
	bool has_helper;
	bool is_closed;			/* its RAM, which stays mapped */
	int ram;
};

static struct pagemap_source *source;

/* ---- Making one ---------------------------------------------------------- */

static _Noreturn void wait_for_death(bool runs)
{
	for (;;)
		if (!runs)
			pause();
}

static void die_with_parent(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

/* Guest pages, then code that may only be run and data: the stub. */
static void map_guest(int ram)
{
	static const struct {
		size_t at;
		int protection;
		int flags;
		off_t offset;
	} pages[] = {
		{ 0, PROT_READ | PROT_EXEC, MAP_SHARED, 2 * MIB },
		{ 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 3 * MIB },
		{ 64 * PAGE, PROT_EXEC, MAP_PRIVATE, 0 },
		{ 65 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 4 * MIB },
	};
	size_t i;
	void *at;

	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		at = mmap(GUEST_VADDR + pages[i].at, PAGE, pages[i].protection,
			  pages[i].flags | MAP_FIXED, ram, pages[i].offset);
		if (at == MAP_FAILED)
			_exit(2);
	}
}

static _Noreturn void be_child(const struct fake *fake, char *mapped,
			       pid_t parent)
{
	die_with_parent(parent);
	if (!fake->untraced && ptrace(PTRACE_TRACEME, 0, 0, 0))
		_exit(3);
	if (!fake->only_forked) {
		munmap(mapped, MAPPED_BYTES);
		if (!fake->no_pages)
			map_guest(fake->ram);
	}
	if (!fake->untraced)
		raise(SIGSTOP);
	wait_for_death(fake->runs);
}

static pid_t start_child(const struct fake *fake, char *mapped)
{
	pid_t self = getpid(), pid = fork();
	int status;

	if (pid == 0)
		be_child(fake, mapped, self);
	if (pid < 0 || fake->untraced)
		return pid;
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status) ||
	    (fake->runs && ptrace(PTRACE_CONT, pid, 0, 0)))
		return -1;
	return pid;
}

static int be_helper(void *unused)
{
	(void)unused;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	wait_for_death(false);
}

static void make_fake(struct report *report, void *context)
{
	static char stack[16384] __attribute__((aligned(16)));
	const struct fake *fake = context;
	size_t bytes = fake->is_small ? MIB - PAGE : MAPPED_BYTES;
	char *mapped = mmap(place(MAPPED_BYTES), bytes, PROT_READ | PROT_WRITE,
			    MAP_FIXED | (fake->is_private ? MAP_PRIVATE :
					 MAP_SHARED), fake->ram, FIRST_BYTES);
	pid_t helper = 0;

	if (mapped == MAP_FAILED) {
		report_skip(report, "mmap");
		return;
	}
	report_range(report, mapped, bytes);
	if (!fake->no_child)
		report->partner = start_child(fake, mapped);
	if (fake->has_helper)
		helper = clone(be_helper, stack + sizeof(stack),
			       CLONE_VM | SIGCHLD, NULL);
	if (report->partner < 0 || helper < 0)
		report_skip(report, "child");
	/* Its pid, in a range's clothes. */
	if (fake->has_helper)
		report->ranges[report->count++].start = (uint64_t)helper;
	if (fake->is_closed)
		close(fake->ram);
	if (fake->is_cut && ftruncate(fake->ram, FIRST_BYTES))
		report_skip(report, "ftruncate");
}

static int make_ram(const struct fake *fake)
{
	char name[] = "/dev/shm/not-a-vkernel-XXXXXX";
	int fd = fake->has_name ? mkstemp(name) :
		 memfd_create("vkernel", MFD_CLOEXEC);

	assert_return_code(fd, errno);
	assert_return_code(ftruncate(fd, RAM_BYTES), errno);
	return fd;
}

static void start(struct fake *fake, struct victim *victim)
{
	fake->ram = make_ram(fake);
	victim_start(victim, make_fake, fake);
	if (victim->report.skip[0])
		fail_msg("%s: %s", fake->name, victim->report.skip);
}

static void stop(struct fake *fake, struct victim *victim)
{
	char path[64], name[256];
	ssize_t length;

	victim_end(victim);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fake->ram);
	length = readlink(path, name, sizeof(name) - 1);
	if (fake->has_name && length > 0) {
		name[length] = '\0';
		unlink(name);
	}
	close(fake->ram);
}

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

/* ---- One that is --------------------------------------------------------- */

static void expect_facts(const struct fake *fake, const struct victim *victim,
			 pid_t pid, size_t helpers)
{
	struct pagemap_vkernel facts = { 0 };
	struct stat st;
	int err = pagemap_vkernel_look(source, pid, &facts);

	if (err)
		fail_msg("%d: %s", (int)pid, pagemap_source_last_error(source));
	assert_return_code(fstat(fake->ram, &st), errno);
	assert_int_equal(facts.pid, victim->pid);
	assert_int_equal(facts.ram_dev, st.st_dev);
	assert_int_equal(facts.ram_inode, st.st_ino);
	/* By the file: the mapping ends before. */
	assert_int_equal(facts.ram_bytes, RAM_BYTES);
	assert_int_equal(facts.base_vaddr,
			 victim->report.ranges[0].start - FIRST_BYTES);
	assert_int_equal(facts.first_pfn, FIRST_BYTES / PAGE);
	assert_int_equal(facts.child_count, 1);
	assert_int_equal(facts.helper_count, helpers);
}

/* How often it is among all of the machine, which may have others. */
static int count_among_all(pid_t pid)
{
	struct pagemap_vkernel facts;
	pid_t at = 0, last = 0;
	int got, count = 0;

	while ((got = pagemap_vkernel_next(source, &at, &facts)) == 1) {
		assert_true(at > last);
		assert_int_equal(facts.pid, at);
		last = at;
		count += at == pid;
	}
	assert_int_equal(got, 0);
	return count;
}

static void a_whole_one(void **unused)
{
	struct fake fake = { .name = "whole" };
	struct victim victim;

	(void)unused;
	start(&fake, &victim);
	expect_facts(&fake, &victim, victim.pid, 0);
	expect_facts(&fake, &victim, victim.report.partner, 0);
	assert_int_equal(count_among_all(victim.pid), 1);
	stop(&fake, &victim);
	assert_int_equal(count_among_all(victim.pid), 0);
}

static void one_with_a_helper(void **unused)
{
	struct fake fake = { .name = "helper", .has_helper = true };
	struct victim victim;

	(void)unused;
	start(&fake, &victim);
	expect_facts(&fake, &victim, victim.pid, 1);
	expect_facts(&fake, &victim, (pid_t)victim.report.ranges[1].start, 1);
	assert_int_equal(count_among_all(victim.pid), 1);
	stop(&fake, &victim);
}

/* The only process of a guest, while it has the CPU. */
static void one_whose_child_runs(void **unused)
{
	struct fake fake = { .name = "running", .runs = true };
	struct victim victim;

	(void)unused;
	start(&fake, &victim);
	expect_facts(&fake, &victim, victim.pid, 0);
	expect_facts(&fake, &victim, victim.report.partner, 0);
	assert_int_equal(count_among_all(victim.pid), 1);
	stop(&fake, &victim);
}

/* Its RAM can be found by the mapping alone. */
static void one_whose_ram_is_closed(void **unused)
{
	struct fake fake = { .name = "closed", .is_closed = true };
	struct victim victim;

	(void)unused;
	if (getuid() != 0)
		SKIP("only root may follow map_files");
	start(&fake, &victim);
	expect_facts(&fake, &victim, victim.pid, 0);
	stop(&fake, &victim);
}

static void one_that_ended(void **unused)
{
	struct fake fake = { .name = "ended" };
	struct pagemap_vkernel facts;
	struct victim victim;
	siginfo_t info;

	(void)unused;
	start(&fake, &victim);
	/* First not yet waited for, then without a trace. */
	kill(victim.pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)victim.pid, &info,
				WEXITED | WNOWAIT), 0);
	assert_int_equal(pagemap_vkernel_look(source, victim.pid, &facts),
			 -ESRCH);
	stop(&fake, &victim);
	assert_int_equal(pagemap_vkernel_look(source, victim.pid, &facts),
			 -ESRCH);
}

/* ---- Those that are not -------------------------------------------------- */

static struct fake fakes[] = {
	{ "a debugger", "maps no deleted file shared",
	  .child_says = "its tracer", .is_private = true, .no_pages = true },
	{ "a file with a name", "maps no deleted file shared", NULL,
	  .has_name = true },
	{ "too little", "1020 KiB of a deleted file, too little", NULL,
	  .is_small = true },
	{ "a file cut short", "beyond its end", NULL, .is_cut = true },
	{ "shared memory alone", "has no children that it traces", NULL,
	  .no_child = true },
	{ "a debugger with shared memory", "which maps nothing of its deleted",
	  .child_says = "maps no deleted file shared, as a vkernel its RAM; "
	  "its tracer", .no_pages = true },
	{ "shared memory with a child", "does not trace it",
	  .child_says = "too little", .untraced = true },
	{ "a debugger of its fork", "what any fork has",
	  .child_says = "has no children that it traces, as a vkernel has; "
	  "its tracer", .only_forked = true },
};

static void expect_refusal(const struct fake *fake, pid_t pid, const char *says)
{
	struct pagemap_vkernel facts;
	const char *said;
	char number[16];

	assert_int_equal(pagemap_vkernel_look(source, pid, &facts), -ENOTSUP);
	said = pagemap_source_last_error(source);
	snprintf(number, sizeof(number), "%d ", (int)pid);
	if (strncmp(said, number, strlen(number)) != 0 || !strstr(said, says))
		fail_msg("%s: %s", fake->name, said);
}

static void refused(void **row)
{
	struct fake *fake = *row;
	struct victim victim;

	start(fake, &victim);
	expect_refusal(fake, victim.pid, fake->says);
	if (fake->child_says)
		expect_refusal(fake, victim.report.partner, fake->child_says);
	assert_int_equal(count_among_all(victim.pid), 0);
	stop(fake, &victim);
}

/* ---- Whose it is --------------------------------------------------------- */

/* In a process of its own: the library asks as the user that it runs as. */
static int as_nobody(int (*function)(const struct victim *victim),
		     const struct victim *victim)
{
	pid_t self = getpid(), pid = fork();
	int status;

	if (pid == 0) {
		die_with_parent(self);
		if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
			_exit(100);
		/* What a change of user takes away: to look at its own. */
		prctl(PR_SET_DUMPABLE, 1);
		_exit(function(victim));
	}
	assert_return_code(pid, errno);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int look(const struct victim *victim)
{
	struct pagemap_vkernel facts;
	int err;

	if (pagemap_source_open_live(&source))
		return 101;
	err = pagemap_vkernel_look(source, victim->pid, &facts);
	if (err)
		return -err;
	return facts.ram_bytes == RAM_BYTES ? 0 : 102;
}

/* Without the right to follow map_files: by a descriptor of the process. */
static int make_and_look(const struct victim *unused)
{
	struct fake fake = { .name = "nobody's" };
	struct report report = { 0 };
	struct victim self = { .pid = getpid() };
	int err;

	(void)unused;
	fake.ram = make_ram(&fake);
	make_fake(&report, &fake);
	if (report.skip[0])
		return 103;
	err = look(&self);
	kill(report.partner, SIGKILL);
	return err;
}

static void of_another_user(void **unused)
{
	struct fake fake = { .name = "root's" };
	struct victim victim;

	(void)unused;
	if (getuid() != 0)
		SKIP("only root can be another user");
	start(&fake, &victim);
	assert_int_equal(as_nobody(look, &victim), EACCES);
	stop(&fake, &victim);
	assert_int_equal(as_nobody(make_and_look, NULL), 0);
}

/* ---- Children that come and go ------------------------------------------- */

#define CHURN_LIVING 6

/* Replaces its children one after the other, and never has less than five. */
static _Noreturn void churn(const struct fake *fake, pid_t parent, int to_test)
{
	pid_t children[CHURN_LIVING] = { 0 };
	char *mapped = mmap(place(MAPPED_BYTES), MAPPED_BYTES,
			    PROT_READ | PROT_WRITE, MAP_FIXED | MAP_SHARED,
			    fake->ram, FIRST_BYTES);
	size_t i;

	die_with_parent(parent);
	for (i = 0; mapped != MAP_FAILED; i++) {
		pid_t *child = &children[i % CHURN_LIVING];

		if (*child) {
			kill(*child, SIGKILL);
			waitpid(*child, NULL, 0);
		}
		*child = start_child(fake, mapped);
		if (*child < 0 ||
		    (i == CHURN_LIVING && write(to_test, "x", 1) != 1))
			break;
	}
	_exit(1);
}

static void children_come_and_go(void **unused)
{
	struct fake fake = { .name = "busy" };
	pid_t self = getpid(), pid;
	int ends[2], i;
	char byte;

	(void)unused;
	fake.ram = make_ram(&fake);
	assert_return_code(pipe(ends), errno);
	pid = fork();
	if (pid == 0)
		churn(&fake, self, ends[1]);
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	for (i = 0; i < 300; i++) {
		struct pagemap_vkernel facts;

		if (pagemap_vkernel_look(source, pid, &facts)) {
			kill(pid, SIGKILL);
			fail_msg("%s", pagemap_source_last_error(source));
		}
		/* One may be between being listed and being read. */
		assert_in_range(facts.child_count, CHURN_LIVING - 2,
				CHURN_LIVING);
	}
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ends[0]);
	close(fake.ram);
}

int main(void)
{
	enum { FAKES = sizeof(fakes) / sizeof(fakes[0]), OWN = 7 };
	struct CMUnitTest tests[OWN + FAKES] = {
		cmocka_unit_test(a_whole_one),
		cmocka_unit_test(one_with_a_helper),
		cmocka_unit_test(one_whose_child_runs),
		cmocka_unit_test(one_whose_ram_is_closed),
		cmocka_unit_test(one_that_ended),
		cmocka_unit_test(of_another_user),
		cmocka_unit_test(children_come_and_go),
	};
	size_t i;

	for (i = 0; i < FAKES; i++)
		tests[OWN + i] = (struct CMUnitTest){
			.name = fakes[i].name, .test_func = refused,
			.initial_state = &fakes[i],
		};
	return cmocka_run_group_tests(tests, setup, teardown);
}
