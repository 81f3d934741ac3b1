// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The laws that hold in every snapshot of every machine: VSS >= RSS >= PSS >=
 * USS >= 0; the census's PSS add up to the machine's frames; a group of all
 * has USS = PSS; a group's USS is no less than the sum of its members'.  They
 * are asked for while processes are born and end all the time.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common_measure.h"

#include <cmocka.h>

#define SNAPSHOTS 100
#define STORM_SECONDS 700

/* ---- The storm --------------------------------------------------------- */

/* One short life: some memory, perhaps another program, an end. */
static void live_briefly(unsigned int seed)
{
	char *area = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (area != MAP_FAILED)
		touch_write(area, seed % 64);
	if (seed % 3 == 0)
		execl("/bin/true", "true", (char *)NULL);
	usleep(seed % 2000);
	_exit(0);
}

/* Four at a time; ends with the test, and by itself after a while. */
static void be_storm(pid_t parent)
{
	time_t end = time(NULL) + STORM_SECONDS;
	unsigned int seed = 1;
	int alive = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent && time(NULL) < end) {
		pid_t pid = fork();

		seed = seed * 1103515245 + 12345;
		if (pid == 0)
			live_briefly(seed >> 8);
		alive += pid > 0;
		while (alive >= 4 && wait(NULL) > 0)
			alive--;
	}
	_exit(0);
}

struct weather {
	pid_t storm;
	struct victim victims[2];
	struct pagemap_source *source;
};

static void make_two(struct report *report, void *unused)
{
	char *own = map_range(report, 32 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS,
			      -1);
	char *shared = map_range(report, 32 * PAGE,
				 MAP_SHARED | MAP_ANONYMOUS, -1);

	(void)unused;
	touch_write(own, 32);
	touch_write(shared, 32);
}

static int setup(void **state)
{
	static struct weather weather;
	pid_t self = getpid();

	weather.source = open_live();
	for (int i = 0; i < 2; i++)
		victim_start(&weather.victims[i], make_two, NULL);
	weather.storm = fork();
	if (weather.storm == 0)
		be_storm(self);
	*state = &weather;
	return weather.storm < 0;
}

static int teardown(void **state)
{
	struct weather *weather = *state;

	kill(weather->storm, SIGKILL);
	waitpid(weather->storm, NULL, 0);
	victim_end_all();
	pagemap_source_close(weather->source);
	return 0;
}

/* ---- The laws ---------------------------------------------------------- */

static bool known(const struct pagemap_usage *usage,
		  enum pagemap_metric metric)
{
	return usage->quality[metric] != PAGEMAP_UNAVAILABLE;
}

/* Each pair of neighbours that are known must fall. */
static void check_order(const struct pagemap_usage *usage, const char *what,
			pid_t pid)
{
	static const enum pagemap_metric order[] = {
		PAGEMAP_VSS, PAGEMAP_RSS, PAGEMAP_PSS, PAGEMAP_USS,
	};

	for (int i = 0; i + 1 < 4; i++) {
		enum pagemap_metric more = order[i], less = order[i + 1];

		if (!known(usage, more) || !known(usage, less))
			continue;
		if (usage->value_bytes[more] < usage->value_bytes[less])
			fail_msg("%s %d: %s %lu < %s %lu (%s)", what, pid,
				 pagemap_metric_name(more),
				 usage->value_bytes[more],
				 pagemap_metric_name(less),
				 usage->value_bytes[less],
				 pagemap_quality_name(usage->quality[less]));
	}
}

static void check_bounds(const struct pagemap_usage *usage, pid_t pid)
{
	for (int i = 0; i < PAGEMAP_METRIC_COUNT; i++) {
		if (usage->quality[i] == PAGEMAP_UNAVAILABLE) {
			assert_int_equal(usage->value_bytes[i], 0);
			continue;
		}
		if (usage->low_bytes[i] > usage->value_bytes[i] ||
		    usage->value_bytes[i] > usage->high_bytes[i])
			fail_msg("process %d: %s is %lu, not in %lu..%lu", pid,
				 pagemap_metric_name(i), usage->value_bytes[i],
				 usage->low_bytes[i], usage->high_bytes[i]);
	}
}

struct sums {
	uint64_t pss;
	uint64_t uss;
	size_t measured;
};

static struct sums check_processes(const struct pagemap_snapshot *snapshot)
{
	struct sums sums = { 0 };

	for (size_t i = 0; i < pagemap_snapshot_process_count(snapshot); i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_process_at(snapshot, i);
		pid_t pid = pagemap_process_pid(process);
		struct pagemap_usage usage;

		assert_int_equal(pagemap_usage_of_process(process, &usage), 0);
		check_order(&usage, "process", pid);
		check_bounds(&usage, pid);
		if (!known(&usage, PAGEMAP_PSS))
			continue;
		sums.measured++;
		sums.pss += usage.value_bytes[PAGEMAP_PSS];
		sums.uss += usage.value_bytes[PAGEMAP_USS];
	}
	return sums;
}

/*
 * The census's PSS are parts of whole frames: only each one's rounding to a
 * byte may be between their sum and the total.  In a pid namespace these are
 * not all of the machine's processes, and what they share stays a part.
 */
static void check_total(const struct pagemap_snapshot *snapshot,
			const struct sums *sums, bool all_are_seen)
{
	struct pagemap_usage total;

	assert_int_equal(pagemap_usage_of_snapshot(snapshot, &total), 0);
	check_order(&total, "total", 0);
	assert_in_range(sums->pss + sums->measured,
			total.value_bytes[PAGEMAP_PSS],
			total.value_bytes[PAGEMAP_PSS] + 2 * sums->measured);
	if (all_are_seen) {
		assert_int_equal(total.value_bytes[PAGEMAP_RSS],
				 total.value_bytes[PAGEMAP_PSS]);
		assert_int_equal(total.value_bytes[PAGEMAP_USS],
				 total.value_bytes[PAGEMAP_PSS]);
	}
	assert_true(total.value_bytes[PAGEMAP_USS] >= sums->uss);
}

/* The processes dealt out to three groups, some to none. */
static void check_groups(const struct pagemap_snapshot *snapshot)
{
	size_t count = pagemap_snapshot_process_count(snapshot);
	uint32_t *group_of = calloc(count, sizeof(*group_of));
	struct pagemap_partition partition = { group_of, count, 3 };
	struct pagemap_usage groups[3], usage;
	uint64_t members[3] = { 0 };

	assert_non_null(group_of);
	for (size_t i = 0; i < count; i++) {
		group_of[i] = i % 4 == 3 ? PAGEMAP_NO_GROUP : i % 4;
		assert_int_equal(pagemap_usage_of_process(
			pagemap_snapshot_process_at(snapshot, i), &usage), 0);
		if (i % 4 != 3 && known(&usage, PAGEMAP_USS))
			members[i % 4] += usage.low_bytes[PAGEMAP_USS];
	}
	assert_int_equal(pagemap_usage_of_groups(snapshot, &partition, groups),
			 0);
	for (int i = 0; i < 3; i++) {
		check_order(&groups[i], "group", i);
		if (known(&groups[i], PAGEMAP_USS))
			assert_true(groups[i].value_bytes[PAGEMAP_USS] >=
				    members[i]);
	}
	free(group_of);
}

/* What the storm does not touch stays what it is. */
static void check_victims(const struct pagemap_snapshot *snapshot,
			  const struct weather *weather)
{
	for (int i = 0; i < 2; i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_find_pid(snapshot,
						  weather->victims[i].pid);
		struct pagemap_usage usage;

		assert_non_null(process);
		assert_int_equal(pagemap_process_status(process),
				 PAGEMAP_STATUS_COMPLETE);
		assert_int_equal(pagemap_usage_of_process(process, &usage), 0);
		assert_true(usage.value_bytes[PAGEMAP_USS] >= 64 * PAGE);
	}
}

static struct pagemap_snapshot *take_all(struct weather *weather,
					 enum pagemap_engine engine)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = engine,
	};
	struct pagemap_snapshot *snapshot;

	assert_int_equal(pagemap_snapshot_take(weather->source, &opts,
					       &snapshot), 0);
	return snapshot;
}

static void kernel_engine_keeps_the_laws(void **state)
{
	for (int i = 0; i < SNAPSHOTS; i++) {
		struct pagemap_snapshot *snapshot =
			take_all(*state, PAGEMAP_ENGINE_KERNEL);

		check_processes(snapshot);
		check_groups(snapshot);
		check_victims(snapshot, *state);
		pagemap_snapshot_free(snapshot);
	}
}

static void census_keeps_the_laws(void **state)
{
	struct weather *weather = *state;
	bool all_are_seen = pagemap_source_has_feature(weather->source,
						PAGEMAP_FEATURE_ALL_PIDS);

	for (int i = 0; i < SNAPSHOTS; i++) {
		struct pagemap_snapshot *snapshot =
			take_all(*state, PAGEMAP_ENGINE_CENSUS);
		struct sums sums = check_processes(snapshot);

		check_total(snapshot, &sums, all_are_seen);
		check_groups(snapshot);
		check_victims(snapshot, *state);
		pagemap_snapshot_free(snapshot);
	}
}

/* Of mappings too, and their sum is the process. */
static void mappings_add_up_to_their_process(void **state)
{
	struct weather *weather = *state;
	pid_t pid = weather->victims[0].pid;
	struct pagemap_snapshot *snapshot = take(
		weather->source, PAGEMAP_ENGINE_CENSUS, &pid, 1);
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(snapshot, pid);
	size_t count = pagemap_process_mapping_count(process);
	struct pagemap_usage whole, part;
	uint64_t sums[PAGEMAP_METRIC_COUNT] = { 0 };

	assert_true(count > 10);
	for (size_t i = 0; i < count; i++) {
		const struct pagemap_mapping *mapping =
			pagemap_process_mapping_at(process, i);

		/* A page of the kernel's, in maps but not in statm. */
		if (strcmp(pagemap_mapping_path(mapping), "[vsyscall]") == 0)
			continue;
		assert_int_equal(pagemap_usage_of_mapping(mapping, &part), 0);
		check_order(&part, "mapping", i);
		for (int m = 0; m < PAGEMAP_METRIC_COUNT; m++)
			sums[m] += part.value_bytes[m];
	}
	assert_int_equal(pagemap_usage_of_process(process, &whole), 0);
	assert_int_equal(sums[PAGEMAP_VSS], whole.value_bytes[PAGEMAP_VSS]);
	assert_int_equal(sums[PAGEMAP_RSS], whole.value_bytes[PAGEMAP_RSS]);
	assert_int_equal(sums[PAGEMAP_USS], whole.value_bytes[PAGEMAP_USS]);
	assert_in_range(whole.value_bytes[PAGEMAP_PSS],
			sums[PAGEMAP_PSS] - count, sums[PAGEMAP_PSS] + count);
	pagemap_snapshot_free(snapshot);
}

static void the_storm_blew_to_the_end(void **state)
{
	struct weather *weather = *state;
	struct pagemap_snapshot *snapshot;
	size_t vanished = 0;

	assert_int_equal(waitpid(weather->storm, NULL, WNOHANG), 0);
	for (int i = 0; i < 300 && !vanished; i++) {
		snapshot = take_all(weather, PAGEMAP_ENGINE_KERNEL);
		vanished += pagemap_snapshot_vanished_count(snapshot);
		pagemap_snapshot_free(snapshot);
	}
	assert_true(vanished > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_engine_keeps_the_laws),
		cmocka_unit_test(census_keeps_the_laws),
		cmocka_unit_test(mappings_add_up_to_their_process),
		cmocka_unit_test(the_storm_blew_to_the_end),
	};

	if (geteuid() != 0) {
		printf("needs root, for frame numbers\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
