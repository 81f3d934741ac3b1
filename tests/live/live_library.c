// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The library as a user's program sees it: who a process is, what its mappings
 * are, the ranking, watching, and what wrong calls give.  What it says of this
 * test's own process and children is compared with what libc and stat(2) say.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "common_measure.h"

#include <cmocka.h>

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

static struct pagemap_snapshot *take_with(struct pagemap_snapshot_opts opts)
{
	struct pagemap_snapshot *snapshot;

	opts.size = sizeof(opts);
	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot), 0);
	return snapshot;
}

static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static const pid_t nobody_pid[1] = { 0x3ffffff };

/* ---- The source -------------------------------------------------------- */

static void count_message(void *context, const char *message)
{
	assert_true(*message);
	++*(int *)context;
}

static void source_says_what_it_reads(void **unused)
{
	struct utsname names;

	(void)unused;
	uname(&names);
	assert_int_equal(pagemap_source_kind(source), PAGEMAP_SOURCE_LIVE);
	assert_string_equal(pagemap_source_kernel(source), names.release);
	assert_int_equal(pagemap_source_page_size_bytes(source),
			 sysconf(_SC_PAGESIZE));
	for (int i = 0; i < PAGEMAP_FEATURE_COUNT; i++) {
		bool there = pagemap_source_has_feature(source, i);

		assert_non_null(pagemap_feature_name(i));
		/* What is missing has a reason. */
		if (!there)
			assert_true(*pagemap_feature_reason(source, i));
	}
}

static void pids_rise_and_hold_us(void **unused)
{
	pid_t pid = 0, last = 0;
	bool seen = false;

	(void)unused;
	while (pagemap_source_next_pid(source, &pid) == 1) {
		assert_true(pid > last);
		last = pid;
		seen |= pid == getpid();
	}
	assert_true(seen);
}

static void names_without_a_snapshot(void **unused)
{
	char name[64], short_name[4];

	(void)unused;
	prctl(PR_SET_NAME, "odd\n) name");
	assert_int_equal(pagemap_source_comm(source, getpid(), name,
					     sizeof(name)), 0);
	assert_string_equal(name, "odd\n) name");
	assert_int_equal(pagemap_source_comm(source, getpid(), short_name,
					     sizeof(short_name)), 0);
	assert_string_equal(short_name, "odd");
	assert_int_equal(pagemap_source_comm(source, nobody_pid[0], name,
					     sizeof(name)), -ENOENT);
	assert_int_equal(pagemap_source_comm(source, getpid(), name, 0),
			 -EINVAL);
}

/* ---- Who a process is -------------------------------------------------- */

static void identity_is_what_libc_says(void **unused)
{
	const pid_t pids[1] = { getpid() };
	struct pagemap_snapshot *snapshot = take_with(
		(struct pagemap_snapshot_opts){
			.identity = PAGEMAP_ID_STAT | PAGEMAP_ID_COMMAND |
				    PAGEMAP_ID_EXE | PAGEMAP_ID_CGROUP |
				    PAGEMAP_ID_UID | PAGEMAP_ID_COMM,
			.pids = pids, .pid_count = 1,
		});
	const struct pagemap_process *self =
		pagemap_snapshot_find_pid(snapshot, getpid());
	char exe[4096];
	ssize_t length = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	uint64_t start = pagemap_process_start_time_ns(self);

	(void)unused;
	assert_true(length > 0);
	exe[length] = '\0';
	assert_int_equal(pagemap_process_pid(self), getpid());
	assert_int_equal(pagemap_process_ppid(self), getppid());
	assert_int_equal(pagemap_process_session(self), getsid(0));
	assert_int_equal(pagemap_process_uid(self), geteuid());
	assert_string_equal(pagemap_process_exe(self), exe);
	assert_string_equal(pagemap_process_comm(self), "odd\n) name");
	assert_non_null(strstr(pagemap_process_command(self), "live_library"));
	assert_non_null(pagemap_process_cgroup(self));
	assert_true(start > 0 && start < now_ns(CLOCK_BOOTTIME));
	pagemap_snapshot_free(snapshot);
}

static void nothing_is_told_that_was_not_asked(void **unused)
{
	const pid_t pids[1] = { getpid() };
	struct pagemap_snapshot *snapshot = take_with(
		(struct pagemap_snapshot_opts){
			.pids = pids, .pid_count = 1,
		});
	const struct pagemap_process *self =
		pagemap_snapshot_find_pid(snapshot, getpid());

	(void)unused;
	assert_null(pagemap_process_command(self));
	assert_null(pagemap_process_exe(self));
	assert_null(pagemap_process_cgroup(self));
	assert_int_equal(pagemap_process_start_time_ns(self), UINT64_MAX);
	assert_int_equal(pagemap_process_mapping_count(self), 0);
	pagemap_snapshot_free(snapshot);
}

/* ---- Mappings ---------------------------------------------------------- */

static const struct pagemap_mapping *
mapping_at_address(const struct pagemap_process *process, const void *at)
{
	uint64_t vaddr = (uintptr_t)at;

	for (size_t i = 0; i < pagemap_process_mapping_count(process); i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(process, i);

		if (vaddr >= pagemap_mapping_start_vaddr(mapping) &&
		    vaddr < pagemap_mapping_end_vaddr(mapping))
			return mapping;
	}
	return NULL;
}

static void mappings_name_their_file(void **unused)
{
	const pid_t pids[1] = { getpid() };
	int fd = new_file(8);
	char *area = mmap(NULL, 4 * PAGE, PROT_READ, MAP_SHARED, fd, 2 * PAGE);

	(void)unused;
	assert_true(area != MAP_FAILED);
	for (int i = 0; i < 2; i++) {
		struct pagemap_snapshot *snapshot =
			take(source, both_engines[i], pids, 1);
		const struct pagemap_mapping *mapping = mapping_at_address(
			pagemap_snapshot_find_pid(snapshot, getpid()), area);
		struct stat st;
		uint64_t inode;
		dev_t dev;

		assert_non_null(mapping);
		fstat(fd, &st);
		pagemap_mapping_file(mapping, &dev, &inode);
		assert_int_equal(dev, st.st_dev);
		assert_int_equal(inode, st.st_ino);
		assert_int_equal(pagemap_mapping_offset_bytes(mapping),
				 2 * PAGE);
		assert_string_equal(pagemap_mapping_permissions(mapping),
				    "r--s");
		assert_int_equal(pagemap_mapping_kind(mapping),
				 PAGEMAP_MAPPING_FILE);
		assert_true(pagemap_mapping_index(mapping) <
			    pagemap_snapshot_mapping_count(snapshot));
		pagemap_snapshot_free(snapshot);
	}
	munmap(area, 4 * PAGE);
	close(fd);
}

/* ---- The ranking ------------------------------------------------------- */

static void ranking_falls(void **unused)
{
	static const enum pagemap_metric metrics[] = {
		PAGEMAP_PSS, PAGEMAP_RSS, PAGEMAP_USS,
	};
	struct pagemap_snapshot *snapshot = take_with(
		(struct pagemap_snapshot_opts){
			.engine = PAGEMAP_ENGINE_KERNEL,
		});
	struct pagemap_ranking *ranking;

	(void)unused;
	for (size_t m = 0; m < 3; m++) {
		struct pagemap_value last = { .value = UINT64_MAX };
		size_t i;

		assert_int_equal(pagemap_rank(snapshot, metrics[m], &ranking),
				 0);
		assert_true(pagemap_ranking_count(ranking) > 1);
		for (i = 0; i < pagemap_ranking_count(ranking); i++) {
			struct pagemap_value value = pagemap_process_value(
				pagemap_ranking_at(ranking, i), metrics[m]);

			/* What is not known comes last. */
			if (last.quality == PAGEMAP_UNAVAILABLE)
				assert_int_equal(value.quality,
						 PAGEMAP_UNAVAILABLE);
			else if (value.quality != PAGEMAP_UNAVAILABLE)
				assert_true(value.value <= last.value);
			last = value;
		}
		assert_null(pagemap_ranking_at(ranking, i));
		pagemap_ranking_free(ranking);
	}
	assert_int_equal(pagemap_rank(snapshot, PAGEMAP_METRIC_COUNT,
				      &ranking), -EINVAL);
	pagemap_snapshot_free(snapshot);
}

/* ---- Snapshots and watching -------------------------------------------- */

static void snapshot_knows_its_moment(void **unused)
{
	uint64_t before = now_ns(CLOCK_REALTIME);
	uint64_t before_boot = now_ns(CLOCK_BOOTTIME), wall, cpu;
	struct pagemap_snapshot *snapshot =
		take_with((struct pagemap_snapshot_opts){ 0 });
	const struct pagemap_process *self =
		pagemap_snapshot_find_pid(snapshot, getpid());

	(void)unused;
	pagemap_snapshot_cost(snapshot, &wall, &cpu);
	assert_in_range(pagemap_snapshot_time_ns(snapshot), before,
			now_ns(CLOCK_REALTIME));
	assert_in_range(pagemap_snapshot_boottime_ns(snapshot), before_boot,
			now_ns(CLOCK_BOOTTIME));
	assert_in_range(pagemap_process_read_time_ns(self), before,
			now_ns(CLOCK_REALTIME));
	assert_true(wall > 0 && cpu > 0 &&
		    wall <= now_ns(CLOCK_REALTIME) - before);
	assert_true(pagemap_snapshot_memory_bytes(snapshot) > 1000);
	pagemap_snapshot_free(snapshot);
}

static void make_ten(struct report *report, void *unused)
{
	char *area = map_range(report, 10 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS,
			       -1);

	(void)unused;
	if (area)
		touch_write(area, 10);
}

static uint64_t rss_of(const struct pagemap_snapshot *snapshot, pid_t pid)
{
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(snapshot, pid);

	return process ? pagemap_process_value(process, PAGEMAP_RSS).value : 0;
}

/* What moved is read again, what came is there, what went is not. */
static void watching_sees_what_moves(void **unused)
{
	struct pagemap_snapshot *first, *next;
	struct victim still, gone, fresh;
	pid_t gone_pid;
	char *mine;

	(void)unused;
	victim_start(&still, make_ten, NULL);
	victim_start(&gone, make_ten, NULL);
	first = take_with((struct pagemap_snapshot_opts){
		.engine = PAGEMAP_ENGINE_KERNEL,
	});
	gone_pid = gone.pid;
	victim_end(&gone);
	victim_start(&fresh, make_ten, NULL);
	mine = mmap(NULL, 500 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	touch_write(mine, 500);
	assert_int_equal(pagemap_snapshot_update(source, first, &next), 0);
	assert_int_equal(rss_of(next, still.pid), rss_of(first, still.pid));
	assert_non_null(pagemap_snapshot_find_pid(first, gone_pid));
	assert_null(pagemap_snapshot_find_pid(next, gone_pid));
	assert_null(pagemap_snapshot_find_pid(first, fresh.pid));
	assert_true(rss_of(next, fresh.pid) >= 10 * PAGE);
	assert_true(rss_of(next, getpid()) >=
		    rss_of(first, getpid()) + 500 * PAGE);
	munmap(mine, 500 * PAGE);
	pagemap_snapshot_free(first);
	pagemap_snapshot_free(next);
	victim_end(&still);
	victim_end(&fresh);
}

/* ---- Wrong calls ------------------------------------------------------- */

static void wrong_calls_are_told(void **unused)
{
	const pid_t self[1] = { getpid() };
	struct pagemap_snapshot_opts missing = {
		.size = sizeof(missing), .pids = nobody_pid, .pid_count = 1,
	};
	struct pagemap_snapshot_opts pages_by_kernel = {
		.size = sizeof(missing), .pids = self, .pid_count = 1,
		.engine = PAGEMAP_ENGINE_KERNEL,
		.detail = PAGEMAP_DETAIL_PAGES,
	};
	struct pagemap_snapshot *snapshot = NULL;
	struct pagemap_source *tree;
	int messages = 0;
	char name[] = "/tmp/live_library.XXXXXX";
	int fd;

	(void)unused;
	assert_int_equal(pagemap_snapshot_take(source, &missing, &snapshot),
			 -ESRCH);
	pagemap_source_set_log(source, count_message, &messages);
	assert_int_equal(pagemap_snapshot_take(source, &pages_by_kernel,
					       &snapshot), -ENOTSUP);
	pagemap_source_set_log(source, NULL, NULL);
	assert_true(messages > 0);
	assert_true(*pagemap_source_last_error(source));
	assert_null(snapshot);
	assert_non_null(mkdtemp(name));
	fd = open(name, O_RDONLY | O_DIRECTORY);
	assert_int_equal(pagemap_source_open_tree(fd, NULL, &tree), -ENODATA);
	close(fd);
	rmdir(name);
	assert_int_equal(pagemap_source_open_tree(-1, NULL, &tree), -EBADF);
	pagemap_snapshot_free(NULL);
	pagemap_source_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(source_says_what_it_reads),
		cmocka_unit_test(pids_rise_and_hold_us),
		cmocka_unit_test(names_without_a_snapshot),
		cmocka_unit_test(identity_is_what_libc_says),
		cmocka_unit_test(nothing_is_told_that_was_not_asked),
		cmocka_unit_test(mappings_name_their_file),
		cmocka_unit_test(ranking_falls),
		cmocka_unit_test(snapshot_knows_its_moment),
		cmocka_unit_test(watching_sees_what_moves),
		cmocka_unit_test(wrong_calls_are_told),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
