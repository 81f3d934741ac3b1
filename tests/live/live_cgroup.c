// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A memory cgroup of our own and one process in it whose memory is known: the
 * books say what was made, limits and reclaim do what they promise, and
 * nothing of it is left behind.
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
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <libpagemap/pagemap.h>

#include "common_measure.h"

#include <cmocka.h>

#define BYTES (64 * MIB)
#define SLACK (2 * MIB)		/* counters of each CPU, not yet added up */

static struct pagemap_source *source;
static struct pagemap_cgroup *cgroup;

/* A process in the cgroup, told by a letter what to do; it answers the same. */
struct worker {
	pid_t pid;
	int wish;
	int answer;
};

static struct worker worker;

static void make_anon(void)
{
	char *area = mmap(NULL, BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (area == MAP_FAILED)
		_exit(1);
	madvise(area, BYTES, MADV_NOHUGEPAGE);
	touch_write(area, BYTES / PAGE);
}

static void read_all(int fd)
{
	static char buffer[1 << 16];

	for (off_t at = 0; at < (off_t)BYTES; at += sizeof(buffer))
		if (pread(fd, buffer, sizeof(buffer), at) <= 0)
			_exit(1);
}

static void be_worker(int wish, int answer)
{
	int fd = -1;
	char letter;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (pagemap_cgroup_join(cgroup, 0))
		_exit(1);
	while (read(wish, &letter, 1) == 1) {
		if (letter == 'a')
			make_anon();
		if (letter == 'f')
			fd = new_file(BYTES / PAGE);
		if (letter == 'r')
			read_all(fd);
		if (write(answer, &letter, 1) != 1)
			break;
	}
	_exit(0);
}

static void worker_do(char letter)
{
	char answer = 0;

	assert_int_equal(write(worker.wish, &letter, 1), 1);
	assert_int_equal(read(worker.answer, &answer, 1), 1);
	assert_int_equal(answer, letter);
}

static void worker_start(void)
{
	int wishes[2], answers[2];

	assert_int_equal(pipe2(wishes, O_CLOEXEC), 0);
	assert_int_equal(pipe2(answers, O_CLOEXEC), 0);
	worker.pid = fork();
	assert_true(worker.pid >= 0);
	if (!worker.pid)
		be_worker(wishes[0], answers[1]);
	close(wishes[0]);
	close(answers[1]);
	worker.wish = wishes[1];
	worker.answer = answers[0];
	worker_do('-');
}

static void worker_end(void)
{
	if (worker.pid <= 0)
		return;
	kill(worker.pid, SIGKILL);
	waitpid(worker.pid, NULL, 0);
	close(worker.wish);
	close(worker.answer);
	worker.pid = 0;
}

static bool worker_lives(void)
{
	return waitpid(worker.pid, NULL, WNOHANG) == 0;
}

static uint64_t figure(enum pagemap_cgroup_figure which)
{
	struct pagemap_cgroup_books books;

	assert_int_equal(pagemap_cgroup_read(cgroup, &books), 0);
	return books.value[which];
}

static void assert_near(uint64_t value, uint64_t least, uint64_t slack)
{
	assert_true(value != PAGEMAP_CGROUP_UNKNOWN);
	if (value < least || value > least + slack)
		fail_msg("%llu is not in %llu + %llu",
			 (unsigned long long)value, (unsigned long long)least,
			 (unsigned long long)slack);
}

static void remove_cgroup(void)
{
	int i, err = -EBUSY;

	for (i = 0; i < 500 && err == -EBUSY; i++) {
		err = pagemap_cgroup_remove(cgroup);
		if (err)
			usleep(10000);
	}
	assert_int_equal(err, 0);
}

static char name[64];

/* Each test has a cgroup and a worker of its own. */
static int begin(void **state)
{
	int err;

	(void)state;
	snprintf(name, sizeof(name), "libpagemap-test-%d", (int)getpid());
	if (pagemap_source_open_live(&source))
		return -1;
	err = pagemap_cgroup_make(source, name, &cgroup);
	if (err == -EACCES || err == -EROFS || err == -ENOTSUP ||
	    err == -EPERM) {
		cgroup = NULL;
		return 0;
	}
	if (err)
		return -1;
	worker_start();
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (cgroup) {
		worker_end();
		pagemap_cgroup_restore_limits(cgroup);
		remove_cgroup();
	}
	pagemap_cgroup_close(cgroup);
	cgroup = NULL;
	pagemap_source_close(source);
	return 0;
}

static void charges_what_was_made(void **state)
{
	(void)state;
	NEEDS_CGROUP(cgroup, source);
	worker_do('a');
	assert_near(figure(PAGEMAP_CGROUP_ANON), BYTES, SLACK);
	assert_true(figure(PAGEMAP_CGROUP_USAGE) > BYTES - SLACK);
	assert_true(figure(PAGEMAP_CGROUP_PEAK) > BYTES - SLACK);
	assert_true(figure(PAGEMAP_CGROUP_FAULTS) > BYTES / PAGE / 2);
	/* A page table of 4 KiB for each 2 MiB, at the least. */
	assert_true(figure(PAGEMAP_CGROUP_KERNEL) >= BYTES / 512);
	assert_true(figure(PAGEMAP_CGROUP_LIMIT) == PAGEMAP_CGROUP_NO_LIMIT);
	assert_true(figure(PAGEMAP_CGROUP_OOM_KILLS) == 0);
	worker_do('f');
	assert_near(figure(PAGEMAP_CGROUP_FILE), BYTES - SLACK, 2 * SLACK);
	assert_near(figure(PAGEMAP_CGROUP_ANON), BYTES, SLACK);
	assert_true(figure(PAGEMAP_CGROUP_SHMEM) == 0);
}

/* What the two versions do not tell is not 0. */
static void unknown_is_said(void **state)
{
	bool first;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	worker_do('a');
	first = pagemap_cgroup_version(cgroup) == 1;
	assert_true((figure(PAGEMAP_CGROUP_PAGE_TABLES) ==
		     PAGEMAP_CGROUP_UNKNOWN) == first);
	assert_true((figure(PAGEMAP_CGROUP_SLAB) ==
		     PAGEMAP_CGROUP_UNKNOWN) == first);
}

static void reclaims_and_sees_it_come_back(void **state)
{
	uint64_t refaults;
	int err;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	worker_do('f');
	worker_do('r');
	refaults = figure(PAGEMAP_CGROUP_REFAULTS_FILE);
	err = pagemap_cgroup_reclaim(cgroup, BYTES);
	if (err == -ENOTSUP) {
		print_message("this kernel cannot reclaim on demand\n");
		skip();
	}
	assert_true(!err || err == -EAGAIN);
	assert_true(figure(PAGEMAP_CGROUP_FILE) < BYTES / 4);
	worker_do('r');
	assert_true(worker_lives());
	/* On a page of file come some more by reading ahead. */
	assert_true(figure(PAGEMAP_CGROUP_REFAULTS_FILE) > refaults + 1000);
	assert_true(figure(PAGEMAP_CGROUP_REFAULTS) >=
		    figure(PAGEMAP_CGROUP_REFAULTS_FILE));
}

static void a_limit_takes_file_pages(void **state)
{
	(void)state;
	NEEDS_CGROUP(cgroup, source);
	worker_do('f');
	worker_do('r');
	assert_int_equal(pagemap_cgroup_set_limit(cgroup, BYTES / 4), 0);
	assert_true(figure(PAGEMAP_CGROUP_LIMIT) == BYTES / 4);
	worker_do('r');
	assert_true(figure(PAGEMAP_CGROUP_USAGE) <= BYTES / 4 + SLACK);
	assert_true(figure(PAGEMAP_CGROUP_REFAULTS_FILE) > 1000);
	assert_int_equal(pagemap_cgroup_restore_limits(cgroup), 0);
	assert_true(figure(PAGEMAP_CGROUP_LIMIT) == PAGEMAP_CGROUP_NO_LIMIT);
	assert_true(figure(PAGEMAP_CGROUP_OOM_KILLS) == 0);
}

static bool swap_is_on(void)
{
	struct pagemap_source *live;
	bool on;

	assert_int_equal(pagemap_source_open_live(&live), 0);
	on = pagemap_source_has_feature(live, PAGEMAP_FEATURE_SWAP);
	pagemap_source_close(live);
	return on;
}

static void a_limit_below_anon_kills_nobody(void **state)
{
	int err;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	if (swap_is_on()) {
		print_message("anonymous memory can go to swap here\n");
		skip();
	}
	worker_do('a');
	err = pagemap_cgroup_set_limit(cgroup, BYTES / 2);
	if (pagemap_cgroup_version(cgroup) == 1) {
		assert_int_equal(err, -EBUSY);
		assert_true(figure(PAGEMAP_CGROUP_LIMIT) ==
			    PAGEMAP_CGROUP_NO_LIMIT);
	} else {
		assert_int_equal(err, 0);
		assert_true(figure(PAGEMAP_CGROUP_LIMIT) == BYTES / 2);
	}
	assert_true(worker_lives());
	assert_true(figure(PAGEMAP_CGROUP_OOM_KILLS) == 0);
	assert_int_equal(pagemap_cgroup_set_limit(cgroup,
					PAGEMAP_CGROUP_NO_LIMIT), 0);
	assert_true(figure(PAGEMAP_CGROUP_LIMIT) == PAGEMAP_CGROUP_NO_LIMIT);
	worker_do('-');
}

/* A cgroup of the worker's, below ours. */
static void those_below_count_too(void **state)
{
	char path[4096], text[16];
	pid_t *pids;
	size_t count;
	int fd;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	worker_do('a');
	snprintf(path, sizeof(path), "%s/below", pagemap_cgroup_path(cgroup));
	assert_int_equal(mkdir(path, 0755), 0);
	strcat(path, "/cgroup.procs");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	snprintf(text, sizeof(text), "%d", (int)worker.pid);
	assert_true(write(fd, text, strlen(text)) > 0);
	close(fd);
	assert_int_equal(pagemap_cgroup_pids(cgroup, &pids, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(pids[0], worker.pid);
	free(pids);
	assert_near(figure(PAGEMAP_CGROUP_ANON), BYTES, SLACK);
	assert_int_equal(pagemap_cgroup_remove(cgroup), -EBUSY);
	/* end() removes it with the one below. */
}

static void is_found_again(void **state)
{
	struct pagemap_cgroup *same;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	assert_int_equal(pagemap_cgroup_open_of(source, worker.pid, &same), 0);
	assert_string_equal(pagemap_cgroup_path(same),
			    pagemap_cgroup_path(cgroup));
	assert_int_equal(pagemap_cgroup_version(same),
			 pagemap_cgroup_version(cgroup));
	pagemap_cgroup_close(same);
	assert_int_equal(pagemap_cgroup_open(source,
				pagemap_cgroup_path(cgroup), &same), 0);
	assert_string_equal(pagemap_cgroup_path(same),
			    pagemap_cgroup_path(cgroup));
	pagemap_cgroup_close(same);
	assert_int_equal(pagemap_cgroup_make(source, name, &same), -EEXIST);
	assert_int_equal(pagemap_cgroup_open_of(source, 0, &same), 0);
	assert_true(strlen(pagemap_cgroup_path(same)) <
		    strlen(pagemap_cgroup_path(cgroup)));
	pagemap_cgroup_close(same);
}

static void what_is_gone_says_so(void **state)
{
	struct pagemap_cgroup_books books;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	assert_int_equal(pagemap_cgroup_remove(cgroup), -EBUSY);
	worker_end();
	remove_cgroup();
	assert_int_equal(pagemap_cgroup_read(cgroup, &books), -ENODEV);
	assert_int_equal(pagemap_cgroup_join(cgroup, 0), -ENODEV);
	assert_int_equal(pagemap_cgroup_set_limit(cgroup, BYTES), -ENODEV);
	assert_int_equal(pagemap_cgroup_remove(cgroup), 0);
}

static void kills_where_the_kernel_can(void **state)
{
	int err, status;

	(void)state;
	NEEDS_CGROUP(cgroup, source);
	err = pagemap_cgroup_kill(cgroup);
	if (err == -ENOTSUP) {
		assert_true(worker_lives());
		print_message("cgroup.kill came with Linux 5.14\n");
		skip();
	}
	assert_int_equal(err, 0);
	assert_int_equal(waitpid(worker.pid, &status, 0), worker.pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	close(worker.wish);
	close(worker.answer);
	worker.pid = 0;
}

static int nothing_left(void **state)
{
	(void)state;
	worker_end();
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(charges_what_was_made),
		TEST(unknown_is_said),
		TEST(reclaims_and_sees_it_come_back),
		TEST(a_limit_takes_file_pages),
		TEST(a_limit_below_anon_kills_nobody),
		TEST(those_below_count_too),
		TEST(is_found_again),
		TEST(what_is_gone_says_so),
		TEST(kills_where_the_kernel_can),
	};

	return cmocka_run_group_tests(tests, NULL, nothing_left);
}
