// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a kill gives back, by killing: processes are made in a known state,
 * the library and memrank predict, the processes die, and what the kernel
 * then shows has to be that.  Deaths are rows of tables; those that need a
 * setting of the system are made with a guardian.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common_death.h"
#include "common_guardian.h"
#include "common_measure.h"
#include "common_tool.h"

#include <cmocka.h>

#define SIZE (64 * MIB)
#define PAGES (SIZE / PAGE)
#define HALF (SIZE / 2)
#define PRIVATE_ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *area;

/* What a test holds for its victims, who inherit it. */
static int held_fd = -1;
static int held_segment = -1;

static void partner_reads(struct report *report, void *context)
{
	(void)report;
	touch_read(area, (size_t)context);
}

static void partner_idles(struct report *report, void *context)
{
	(void)report;
	(void)context;
}

/* ---- Anonymous memory -------------------------------------------------- */

static void make_anonymous(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, SIZE, PRIVATE_ANON, -1);
	if (area)
		touch_write(area, PAGES);
}

static void make_much(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, 4 * SIZE, PRIVATE_ANON, -1);
	if (area)
		touch_write(area, 4 * PAGES);
}

static void make_huge(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, SIZE, PRIVATE_ANON, -1);
	if (!area || madvise(area, SIZE, MADV_HUGEPAGE))
		return report_skip(report, "MADV_HUGEPAGE");
	touch_write(area, PAGES);
}

static void partner_copies_quarter(struct report *report, void *unused)
{
	(void)report;
	(void)unused;
	touch_write(area, PAGES / 4);
}

/* The first range is what the partner copies, the second what stays shared. */
static void make_copied(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, SIZE, PRIVATE_ANON, -1);
	if (!area)
		return;
	report->ranges[0].end = report->ranges[0].start + SIZE / 4;
	report_range(report, area + SIZE / 4, SIZE - SIZE / 4);
	touch_write(area, PAGES);
	partner_start(report, partner_copies_quarter, NULL);
}

/* Who lives keeps half of each huge page, by pages; the first range is that of
 * the other halves. */
static void make_huge_halves(struct report *report, void *unused)
{
	make_huge(report, unused);
	if (report->skip[0])
		return;
	partner_start(report, partner_idles, NULL);
	for (size_t at = 0; at < SIZE; at += HUGE)
		madvise(area + at, HUGE / 2, MADV_DONTNEED);
	if (own_entry(area + HUGE / 2) >> 63 == 0)
		report_skip(report, "the half is gone");
	report->ranges[0].end = report->ranges[0].start + HUGE / 2;
}

/* ---- Page cache -------------------------------------------------------- */

/* A file with a name is the test's, which removes it. */
static char file_name[64];

static int new_named_file(void)
{
	static const char page[PAGE] = "page";
	int fd;

	strcpy(file_name, "/var/tmp/live-if-killed-XXXXXX");
	fd = mkostemp(file_name, O_CLOEXEC);
	for (size_t i = 0; fd >= 0 && i < PAGES; i++)
		if (write(fd, page, PAGE) != (ssize_t)PAGE)
			return -1;
	fsync(fd);
	return fd;
}

static void remove_file(void)
{
	if (file_name[0])
		unlink(file_name);
	file_name[0] = 0;
	if (held_fd >= 0)
		close(held_fd);
	held_fd = -1;
}

static void map_file(struct report *report, bool write)
{
	area = held_fd < 0 ? NULL :
	       map_range(report, SIZE, MAP_SHARED, held_fd);
	if (!area)
		return report_skip(report, "a file");
	if (write)
		touch_write(area, PAGES);
	else
		touch_read(area, PAGES);
	close(held_fd);
}

static void make_clean(struct report *report, void *unused)
{
	(void)unused;
	map_file(report, false);
}

static void make_dirty(struct report *report, void *unused)
{
	(void)unused;
	map_file(report, true);
}

/* Written, half of it mapped, and without a name. */
static void make_deleted(struct report *report, void *unused)
{
	int fd = new_file(PAGES);

	(void)unused;
	area = fd < 0 ? NULL : map_range(report, HALF, MAP_SHARED, fd);
	if (!area)
		return report_skip(report, "a file");
	touch_write(area, PAGES / 2);
	close(fd);
}

/* ---- Files in memory --------------------------------------------------- */

static bool fill(int fd)
{
	static char page[PAGE];

	for (size_t i = 0; i < PAGES; i++) {
		page[0] = (char)(i + 1);
		if (pwrite(fd, page, PAGE, (off_t)(i * PAGE)) !=
		    (ssize_t)PAGE)
			return false;
	}
	return true;
}

/* Half of it is mapped, all of it is there. */
static void make_memfd(struct report *report, void *unused)
{
	int fd = new_memfd(PAGES);

	(void)unused;
	area = fd < 0 || !fill(fd) ? NULL :
	       map_range(report, HALF, MAP_SHARED, fd);
	if (!area)
		return report_skip(report, "memfd");
	touch_read(area, PAGES / 2);
	close(fd);
	partner_start(report, partner_reads, (void *)(PAGES / 2));
}

static void make_memfd_open(struct report *report, void *unused)
{
	int fd = new_memfd(PAGES);

	(void)unused;
	if (fd < 0 || !fill(fd))
		report_skip(report, "memfd");
}

/* The test has it open. */
static void make_memfd_held(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, SIZE, MAP_SHARED, held_fd);
	if (area)
		touch_write(area, PAGES);
	close(held_fd);
}

/* The victim lives and maps the first half, the partner the second. */
static void partner_maps_second(struct report *report, void *context)
{
	char *second;

	munmap(area, HALF);
	second = mmap(area + HALF, HALF, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_FIXED, (int)(intptr_t)context, HALF);
	if (second == MAP_FAILED)
		return report_skip(report, "mmap");
	touch_write(second, PAGES / 2);
	close((int)(intptr_t)context);
}

static void make_memfd_halves(struct report *report, void *unused)
{
	int fd = new_memfd(PAGES);
	char *first = MAP_FAILED;

	(void)unused;
	area = fd < 0 ? NULL : map_range(report, SIZE, PRIVATE_ANON, -1);
	if (area)
		first = mmap(area, HALF, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_FIXED, fd, 0);
	if (first == MAP_FAILED)
		return report_skip(report, "memfd");
	report->ranges[0] = (struct range){ (uintptr_t)area + HALF,
					    (uintptr_t)area + SIZE };
	touch_write(area, PAGES / 2);
	partner_start(report, partner_maps_second, (void *)(intptr_t)fd);
	close(fd);
}

static int new_tmpfs_file(void)
{
	int fd;

	strcpy(file_name, "/dev/shm/live-if-killed-XXXXXX");
	fd = mkostemp(file_name, O_CLOEXEC);
	return fd < 0 || ftruncate(fd, SIZE) ? -1 : fd;
}

static void make_tmpfs_deleted(struct report *report, void *unused)
{
	int fd = new_tmpfs_file();

	(void)unused;
	area = fd < 0 ? NULL : map_range(report, SIZE, MAP_SHARED, fd);
	unlink(file_name);
	if (!area)
		return report_skip(report, "tmpfs");
	touch_write(area, PAGES);
}

static void make_zero(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, SIZE, MAP_SHARED | MAP_ANONYMOUS, -1);
	if (!area)
		return;
	touch_write(area, PAGES);
	partner_start(report, partner_reads, (void *)(PAGES / 4));
}

/* Only half of it is touched by who dies; the rest by nobody who lives. */
static void make_segment(struct report *report, void *unused)
{
	(void)unused;
	area = shmat(held_segment, NULL, 0);
	if (area == (void *)-1)
		return report_skip(report, "shmat");
	report_range(report, area, SIZE);
	touch_write(area, PAGES);
}

static void make_segment_removed(struct report *report, void *unused)
{
	make_segment(report, unused);
	if (shmctl(held_segment, IPC_RMID, NULL))
		report_skip(report, "IPC_RMID");
	partner_start(report, partner_reads, (void *)(PAGES / 4));
}

/* ---- Of the kernel ----------------------------------------------------- */

#define THREADS 2048

static void *idle(void *unused)
{
	while (pause())
		;
	return unused;
}

static void make_threads(struct report *report, void *unused)
{
	pthread_attr_t attributes;

	(void)unused;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 64 * KIB);
	for (int i = 0; i < THREADS; i++) {
		pthread_t thread;

		errno = pthread_create(&thread, &attributes, idle, NULL);
		if (errno)
			return report_skip(report, "pthread_create");
	}
}

#define TABLES 16384ul

/*
 * A page in each 2 MiB has a table of its own.  A sanitizer would look at as
 * much shadow, which has tables too.
 */
__attribute__((no_sanitize("address")))
static void make_tables(struct report *report, void *unused)
{
	(void)unused;
	area = map_range(report, TABLES * HUGE, PRIVATE_ANON | MAP_NORESERVE,
			 -1);
	for (size_t i = 0; area && i < TABLES; i++)
		area[i * HUGE] = 1;
	report->count = 0;
}

static const struct death deaths[] = {
	{ "anonymous", make_anonymous,
	  .expected = { PART_OWN(FREED_ANON, SIZE) }, .fates = { FATE_FREE } },
	/* With its tables: each has 512 entries. */
	{ "256 MiB, by MemFree", make_much,
	  .expected = { PART_OWN(FREED, 4 * SIZE + 4 * SIZE / 512) } },
	{ "huge pages", make_huge,
	  .expected = { PART_OWN(FREED_ANON, SIZE) }, .fates = { FATE_FREE } },
	{ "huge pages, half kept", make_huge_halves, .partner_alone = true,
	  .expected = { PART(FREED_ANON, 0), PART_OWN(STAYS_SHARED, SIZE) },
	  .fates = { FATE_ANON },
	  .apart = "the books call a page anonymous only while it is mapped" },
	{ "copied on write, both die", make_copied,
	  .expected = { PART_OWN(FREED_ANON, SIZE + SIZE / 4) },
	  .fates = { FATE_FREE, FATE_FREE } },
	{ "copied on write, one lives", make_copied, .partner_alone = true,
	  .expected = { PART(FREED_ANON, SIZE / 4),
			PART_OWN(STAYS_SHARED, SIZE - SIZE / 4) },
	  .fates = { FATE_FREE, FATE_ANON } },
	{ "deleted file, half mapped", make_deleted,
	  .expected = { PART(FREED_FILE, SIZE), PART(DIRTY, 0) },
	  .fates = { FATE_FREE } },
	{ "memfd, half mapped", make_memfd,
	  .expected = { PART(FREED_SHMEM, SIZE), PART(STAYS_SHMEM, 0) },
	  .fates = { FATE_FREE } },
	{ "memfd, open only", make_memfd_open,
	  .expected = { PART(FREED_SHMEM, SIZE) } },
	{ "memfd, another half mapped", make_memfd_halves,
	  .partner_alone = true,
	  .expected = { PART(FREED_SHMEM, 0), PART(STAYS_SHMEM, HALF) },
	  .fates = { FATE_SHMEM } },
	{ "tmpfs file, deleted", make_tmpfs_deleted,
	  .expected = { PART(FREED_SHMEM, SIZE) }, .fates = { FATE_FREE } },
	{ "/dev/zero, shared", make_zero,
	  .expected = { PART(FREED_SHMEM, SIZE) }, .fates = { FATE_FREE } },
	{ "2048 threads", make_threads,
	  .expected = { PART(FREED_KERNEL_STACKS, (THREADS + 1) * 16 * KIB) } },
	{ "16384 page tables", make_tables,
	  .expected = { PART_OWN(FREED_PAGE_TABLES, TABLES * PAGE),
			PART_OWN(FREED_ANON, TABLES * PAGE) } },
};

#define DEATH_COUNT (sizeof(deaths) / sizeof(deaths[0]))

/* ---- With something of the test's -------------------------------------- */

static void check_with_file(int fd, const struct death *death)
{
	held_fd = fd;
	if (fd < 0)
		SKIP("%s: the file cannot be made: %s", death->name,
		     strerror(errno));
	death_check(death);
	remove_file();
}

static void clean_file(void **unused)
{
	static const struct death death = {
		"clean file", make_clean,
		.expected = { PART(CLEAN_CACHE, SIZE), PART(FREED_FILE, 0) },
		.fates = { FATE_CACHE },
	};

	(void)unused;
	check_with_file(new_named_file(), &death);
}

/* Nobody writes it back meanwhile. */
static void dirty_file(void **unused)
{
	static const struct death death = {
		"dirty file", make_dirty,
		.expected = { PART(DIRTY, SIZE), PART(FREED_FILE, 0) },
		.fates = { FATE_DIRTY },
	};
	struct guardian *guardian = guardian_start();

	(void)unused;
	if (!guardian)
		SKIP("somebody else changes settings");
	guardian_set(guardian, "/proc/sys/vm/dirty_writeback_centisecs", "0");
	check_with_file(new_named_file(), &death);
	guardian_stop(guardian);
}

static void memfd_held_outside(void **unused)
{
	static const struct death death = {
		"memfd, held by another", make_memfd_held,
		.expected = { PART(STAYS_SHMEM, SIZE), PART(FREED_SHMEM, 0) },
		.fates = { FATE_SHMEM },
	};

	(void)unused;
	check_with_file(new_memfd(PAGES), &death);
}

static void tmpfs_file(void **unused)
{
	static const struct death death = {
		"tmpfs file", make_dirty,
		.expected = { PART(STAYS_SHMEM, SIZE), PART(FREED_SHMEM, 0) },
		.fates = { FATE_SHMEM },
	};

	(void)unused;
	check_with_file(new_tmpfs_file(), &death);
}

static void segment_that_stays(void **unused)
{
	static const struct death death = {
		"SysV segment", make_segment,
		.expected = { PART(STAYS_SHMEM, SIZE), PART(FREED_SHMEM, 0) },
		.fates = { FATE_SHMEM },
	};

	(void)unused;
	held_segment = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
	assert_return_code(held_segment, errno);
	death_check(&death);
	shmctl(held_segment, IPC_RMID, NULL);
	held_segment = -1;
}

/* Each attempt removes its segment. */
static void make_new_segment_removed(struct report *report, void *unused)
{
	held_segment = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
	make_segment_removed(report, unused);
}

static void segment_removed(void **unused)
{
	static const struct death death = {
		"SysV segment, removed", make_new_segment_removed,
		.expected = { PART(FREED_SHMEM, SIZE), PART(STAYS_SHMEM, 0) },
		.fates = { FATE_FREE },
	};

	(void)unused;
	death_check(&death);
}

/* ---- What lives on ----------------------------------------------------- */

static int sleep_on(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return 0;
}

/* A process that shares the victim's memory, and outlives it. */
static void make_clone(struct report *report, void *unused)
{
	static char stack[64 * KIB] __attribute__((aligned(16)));

	make_anonymous(report, unused);
	report->partner = clone(sleep_on, stack + sizeof(stack), CLONE_VM |
				SIGCHLD, NULL);
	if (report->partner < 0)
		report_skip(report, "clone");
}

static void shared_mm_lives_on(void **unused)
{
	struct victim victim;
	pid_t pids[2] = { 0 };
	struct tool_run run;

	(void)unused;
	if (!tools_are_there(0))
		SKIP("the tools are not built");
	victim_start(&victim, make_clone, NULL);
	assert_string_equal(victim.report.skip, "");
	pids[0] = victim.pid;
	pids[1] = victim.report.partner;
	tool_run(&run, 0, "memrank --if-killed pid:$1 --csv", pids);
	assert_int_equal(run.status, 0);
	assert_int_equal(csv_number(run.out, 1, "bytes"), 0);
	assert_non_null(strstr(run.err, "lives on"));
	tool_done(&run);
	tool_run(&run, 0, "memrank --if-killed pid:$1,pid:$2 --csv", pids);
	assert_int_equal(run.status, 0);
	assert_true(csv_number(run.out, 1, "bytes") >= SIZE);
	tool_done(&run);
	kill(pids[1], SIGKILL);
	victim_end(&victim);
}

#define PINNED 256ul			/* a pipe of 1 MiB */

static int pinning_pipe[2];

/* The pages go into a pipe of the test's: they are its, without a mapping. */
static void make_pinned(struct report *report, void *unused)
{
	struct iovec pages = { .iov_len = PINNED * PAGE };

	(void)unused;
	area = map_range(report, PINNED * PAGE, PRIVATE_ANON, -1);
	if (!area)
		return;
	touch_write(area, PINNED);
	pages.iov_base = area;
	if (vmsplice(pinning_pipe[1], &pages, 1, 0) !=
	    (ssize_t)(PINNED * PAGE))
		report_skip(report, "vmsplice");
}

/* What is written of it in the man page, so that it stays true. */
static void pinned_pages_are_not_seen(void **unused)
{
	static const struct death death = {
		"pinned by another", make_pinned,
		.expected = { PART_OWN(FREED_ANON, PINNED * PAGE) },
		.fates = { FATE_ANON },
		.apart = "a pin is no mapping",
	};

	(void)unused;
	if (pipe2(pinning_pipe, O_CLOEXEC) < 0 ||
	    fcntl(pinning_pipe[1], F_SETPIPE_SZ, PINNED * PAGE) < 0)
		SKIP("a pipe of %lu pages: %s", PINNED, strerror(errno));
	death_check(&death);
	close(pinning_pipe[0]);
	close(pinning_pipe[1]);
}

static int end_all(void **unused)
{
	(void)unused;
	victim_end_all();
	guardian_end_running();
	remove_file();
	if (held_segment >= 0)
		shmctl(held_segment, IPC_RMID, NULL);
	held_segment = -1;
	return 0;
}

static int remove_cage(void **unused)
{
	(void)unused;
	cage_remove();
	return 0;
}

/* The tests beside the table of deaths. */
#define OTHERS 8

#define OWN_TEST(name) cmocka_unit_test_teardown(name, end_all)

int main(void)
{
	struct CMUnitTest tests[DEATH_COUNT + OTHERS] = {
		OWN_TEST(clean_file),
		OWN_TEST(dirty_file),
		OWN_TEST(memfd_held_outside),
		OWN_TEST(tmpfs_file),
		OWN_TEST(segment_that_stays),
		OWN_TEST(segment_removed),
		OWN_TEST(shared_mm_lives_on),
		OWN_TEST(pinned_pages_are_not_seen),
	};

	if (geteuid() != 0) {
		printf("needs root, for frame numbers\n");
		return 77;
	}
	for (size_t i = 0; i < DEATH_COUNT; i++)
		tests[OTHERS + i] = (struct CMUnitTest){
			deaths[i].name, death_test, NULL, end_all,
			(void *)&deaths[i],
		};
	if (!cage_make())
		printf("# no memory cgroup: only meminfo and frames\n");
	death_print_head();
	return cmocka_run_group_tests(tests, NULL, remove_cage);
}
