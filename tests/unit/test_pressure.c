/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pressure sessions over simulated programs in virtual time: whether they find
 * what is true of the program, and that they leave no limit behind.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pressure.h"

#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)
#define PAGE 4096.0
#define SECOND UINT64_C(1000000000)
/* Of virtual time; more is a session that does not end. */
#define SECONDS_MAX 600

enum shape {
	SHAPE_CYCLIC,	/* one page too few, and every page is missed */
	SHAPE_RANDOM,	/* misses by the share that is not resident */
};

struct program {
	const char *name;
	/* What it is. */
	enum shape shape;
	double anon, kernel, hot, junk;	/* bytes */
	double least_file;		/* without which it does not move */
	double pages_per_work;
	double work_seconds, miss_seconds;
	double noise;			/* of work, 0.1 is +-10 % */
	double stray_refaults;		/* a second, whatever the limit */
	double growth;			/* anon, bytes a second */
	int version;
	bool progress_unknown;
	bool tells_pause;
	bool whole_works;		/* are counted alone */
	bool no_reclaim;
	bool no_refaults;		/* this kernel does not count them */
	double vanishes_at, ends_at, stuck_at;	/* seconds; 0: never */
	int set_error;			/* of every limit */
	/* Its state. */
	double now, resident, refaults, work;
	double limit;			/* 0: none */
	unsigned int random, limits_set;
	bool pauses;			/* at a limit, instead of dying */
};

static double unlimited(const struct program *program)
{
	return program->hot + program->junk;
}

/* Bytes of files that may be resident. */
static double room(const struct program *program)
{
	double left;

	if (!program->limit)
		return unlimited(program);
	left = program->limit - program->anon - program->kernel;
	return left < 0 ? 0 : left;
}

static double noise_of(struct program *program)
{
	program->random = program->random * 1103515245u + 12345u;
	return 1 + program->noise *
		   ((program->random >> 16 & 1023) / 511.5 - 1);
}

static double miss_ratio(const struct program *program)
{
	double cap = room(program);

	if (cap >= program->hot)
		return program->resident < program->hot ?
		       1 - program->resident / program->hot : 0;
	if (program->shape == SHAPE_CYCLIC)
		return 1;
	return 1 - cap / program->hot;
}

static void run_for(struct program *program, double seconds)
{
	const double tick = 0.01;
	double end = program->now + seconds;

	while (program->now < end) {
		double misses = program->pages_per_work * miss_ratio(program);
		double work = tick / (program->work_seconds +
				      misses * program->miss_seconds);

		program->now += tick;
		program->anon += program->growth * tick;
		if (room(program) < program->least_file)
			continue;
		work *= noise_of(program);
		program->work += work;
		program->refaults += work * misses +
				     program->stray_refaults * tick;
		program->resident += work * misses * PAGE;
		if (program->resident > room(program))
			program->resident = room(program);
		if (program->resident > program->hot &&
		    !program->junk)
			program->resident = program->hot;
	}
}

static double usage_of(const struct program *program)
{
	return program->anon + program->kernel + program->resident;
}

static int sim_read(void *target, struct pagemap_cgroup_books *ret_books)
{
	struct program *program = target;

	if (program->vanishes_at && program->now >= program->vanishes_at)
		return -ENODEV;
	memset(ret_books, 0xff, sizeof(*ret_books));
	ret_books->time_ns = (uint64_t)(program->now * 1e9) + 1;
	ret_books->value[PAGEMAP_CGROUP_USAGE] = (uint64_t)usage_of(program);
	ret_books->value[PAGEMAP_CGROUP_ANON] = (uint64_t)program->anon;
	ret_books->value[PAGEMAP_CGROUP_KERNEL] = (uint64_t)program->kernel;
	ret_books->value[PAGEMAP_CGROUP_FILE] = (uint64_t)program->resident;
	if (program->tells_pause)
		ret_books->value[PAGEMAP_CGROUP_PAUSED] =
			room(program) < program->least_file;
	if (!program->no_refaults)
		ret_books->value[PAGEMAP_CGROUP_REFAULTS] =
			(uint64_t)program->refaults;
	return 0;
}

static int sim_pause(void *target)
{
	((struct program *)target)->pauses = true;
	return 0;
}

static int sim_set_limit(void *target, uint64_t bytes)
{
	struct program *program = target;
	double left = (double)bytes - program->anon - program->kernel;

	assert_false(program->limit);
	assert_true(program->pauses);
	program->limits_set++;
	if (program->set_error)
		return program->set_error;
	if (program->resident > (left > 0 ? left : 0))
		program->resident = left > 0 ? left : 0;
	if (left < 0 && program->version == 1)
		return -EBUSY;
	program->limit = (double)bytes;
	return 0;
}

static int sim_lift(void *target)
{
	struct program *program = target;

	if (program->vanishes_at && program->now >= program->vanishes_at)
		return -ENODEV;
	if (program->stuck_at && program->now >= program->stuck_at)
		return -EIO;
	program->limit = 0;
	program->pauses = false;
	return 0;
}

static int sim_reclaim(void *target, uint64_t bytes)
{
	struct program *program = target;

	(void)bytes;
	if (program->no_reclaim)
		return -ENOTSUP;
	program->resident = 0;
	return -EAGAIN;
}

static const struct pressure_ops sim_ops = {
	.read = sim_read,
	.pause = sim_pause,
	.set_limit = sim_set_limit,
	.lift = sim_lift,
	.reclaim = sim_reclaim,
};

static struct program program_of(enum shape shape, double anon, double kernel,
				 double hot, double junk)
{
	return (struct program){
		.shape = shape,
		.anon = anon * MIB,
		.kernel = kernel * MIB,
		.hot = hot * MIB,
		.junk = junk * MIB,
		.least_file = 64 * KIB,
		.resident = (hot + junk) * MIB,
		.pages_per_work = 100,
		.work_seconds = 0.005,
		.miss_seconds = 0.0001,
		.version = 1,
		.random = 7,
	};
}

static uint64_t progress_of(const struct program *program)
{
	if (program->ends_at && program->now >= program->ends_at)
		return PAGEMAP_PROGRESS_ENDED;
	if (program->progress_unknown)
		return PAGEMAP_PROGRESS_UNKNOWN;
	return (uint64_t)(program->work *
			  (program->whole_works ? 1 : 1000));
}

/* Until it is done, or until so many seconds.  Gives the last step's answer. */
static int squeeze(struct program *program, struct pagemap_pressure *session,
		   double seconds)
{
	struct pagemap_pressure_state state;
	int answer;

	while ((answer = pagemap_pressure_step(session, progress_of(program),
					       &state)) > 0) {
		assert_true(state.wait_ns > 0);
		assert_int_equal(state.limit_bytes != PAGEMAP_CGROUP_NO_LIMIT,
				 program->limit != 0);
		if (program->now > seconds)
			return answer;
		run_for(program, (double)state.wait_ns / 1e9);
		assert_true(program->now < SECONDS_MAX);
	}
	return answer;
}

static struct pagemap_pressure *begin(struct program *program)
{
	struct pagemap_pressure *session;

	assert_int_equal(pressure_begin_on(&sim_ops, program, NULL, &session),
			 0);
	return session;
}

/* Within 2 % of the truth, or of what one charge batch hides. */
static void check_figure(const struct program *program,
			 const struct pagemap_value *value, double truth)
{
	double slack = truth * 0.02 > 128 * KIB ? truth * 0.02 : 128 * KIB;

	if (fabs((double)value->value - truth) > slack ||
	    value->quality != PAGEMAP_BOUNDED)
		fail_msg("%s: %.2f..%.2f MiB (%s) is not %.2f", program->name,
			 (double)value->low / MIB, (double)value->high / MIB,
			 pagemap_quality_name(value->quality), truth / MIB);
	assert_true(value->low <= value->value && value->value <= value->high);
}

/* Where the rate of work is such a share of that without misses. */
static double truth_at(const struct program *program, double share)
{
	double fixed = program->anon + program->kernel;
	double misses = (program->work_seconds / share -
			 program->work_seconds) / program->miss_seconds;
	double ratio = misses / program->pages_per_work;

	if (ratio >= 1)
		return fixed + program->least_file;
	if (program->shape == SHAPE_CYCLIC)
		return fixed + program->hot;
	return fixed + program->hot * (1 - ratio);
}

static struct program named(struct program program, const char *name)
{
	program.name = name;
	return program;
}

static size_t make_shapes(struct program *shapes)
{
	size_t n = 0;

	shapes[n++] = named(program_of(SHAPE_CYCLIC, 8, 0.2, 24, 0), "cyclic");
	shapes[n++] = named(program_of(SHAPE_CYCLIC, 8, 0.2, 24, 200),
			    "cyclic, junk");
	shapes[n++] = named(program_of(SHAPE_RANDOM, 8, 0.2, 24, 5), "random");
	shapes[n++] = named(program_of(SHAPE_RANDOM, 500, 20, 100, 1000), "big");
	shapes[n++] = named(program_of(SHAPE_CYCLIC, 1, 0.1, 1.5, 0), "small");
	shapes[n++] = named(program_of(SHAPE_CYCLIC, 60, 0.5, 0.2, 0),
			    "all anonymous");
	shapes[n] = named(program_of(SHAPE_CYCLIC, 0.2, 0.2, 64, 0), "fast disk");
	shapes[n++].miss_seconds = 1e-6;
	shapes[n] = named(program_of(SHAPE_RANDOM, 8, 0.2, 24, 0), "slow disk");
	shapes[n++].miss_seconds = 0.01;
	shapes[n] = named(program_of(SHAPE_RANDOM, 8, 0.2, 24, 5), "version 2");
	shapes[n++].version = 2;
	shapes[n] = named(program_of(SHAPE_RANDOM, 8, 0.2, 24, 50),
			  "no reclaim");
	shapes[n++].no_reclaim = true;
	shapes[n] = named(program_of(SHAPE_CYCLIC, 8, 0.2, 24, 5), "noise");
	shapes[n].stray_refaults = 3;
	shapes[n++].noise = 0.05;
	shapes[n] = named(program_of(SHAPE_CYCLIC, 8, 0.2, 24, 5), "busy machine");
	shapes[n++].noise = 0.9;
	shapes[n] = named(program_of(SHAPE_CYCLIC, 8, 0.2, 24, 5),
			  "refaults at rest");
	shapes[n++].stray_refaults = 200;
	shapes[n] = named(program_of(SHAPE_CYCLIC, 16000, 100, 8000, 100),
			  "24 GiB");
	shapes[n++].pages_per_work = 100000;
	return n;
}

static void test_finds_the_truth(void **state)
{
	struct program shapes[32];
	size_t i, count = make_shapes(shapes);

	(void)state;
	for (i = 0; i < count; i++) {
		struct program *program = &shapes[i];
		struct pagemap_pressure *session = begin(program);
		double fixed = program->anon + program->kernel;
		struct pagemap_pressure_result result;

		assert_int_equal(squeeze(program, session, SECONDS_MAX), 0);
		pagemap_pressure_result(session, &result);
		assert_int_equal(result.outcome, PAGEMAP_PRESSURE_COMPLETE);
		check_figure(program,
			     &result.figures[PAGEMAP_PRESSURE_BY_REFAULTS],
			     fixed + program->hot);
		check_figure(program, &result.figures[PAGEMAP_PRESSURE_FLOOR],
			     fixed + program->least_file);
		check_figure(program,
			     &result.figures[PAGEMAP_PRESSURE_BY_PROGRESS],
			     truth_at(program, 0.9));
		print_message("%s: %zu probes, %.0f s\n", program->name,
			      result.probe_count, program->now);
		assert_true(result.settled && !result.grew);
		assert_true(program->limit == 0 && !program->pauses);
		assert_int_equal(pagemap_pressure_end(session), 0);
	}
}

static void test_gentle_leaves_junk_out(void **state)
{
	struct program program = program_of(SHAPE_CYCLIC, 8, 0.2, 24, 200);
	struct pagemap_pressure *session = begin(&program);
	struct pagemap_pressure_result result;
	struct pagemap_value *gentle;

	(void)state;
	squeeze(&program, session, 12);
	pagemap_pressure_result(session, &result);
	gentle = &result.figures[PAGEMAP_PRESSURE_GENTLE];
	assert_int_equal(gentle->quality, PAGEMAP_ESTIMATED);
	assert_true(fabs((double)gentle->value - 32.2 * MIB) < 0.7 * MIB);
	assert_true(result.rest.value > 230 * MIB);
	pagemap_pressure_end(session);
}

/* Ended in the middle, at every moment: bounds that hold, and no limit. */
static void test_bounds_at_any_moment(void **state)
{
	double seconds;

	(void)state;
	for (seconds = 0; seconds < 70; seconds += 0.7) {
		struct program program =
			program_of(SHAPE_RANDOM, 8, 0.2, 24, 20);
		struct pagemap_pressure *session = begin(&program);
		struct pagemap_pressure_result result;
		const struct pagemap_value *value;

		squeeze(&program, session, seconds);
		pagemap_pressure_result(session, &result);
		value = &result.figures[PAGEMAP_PRESSURE_BY_REFAULTS];
		if (value->quality == PAGEMAP_BOUNDED)
			assert_true((double)value->low <= 32.3 * MIB &&
				    (double)value->high >= 32.1 * MIB);
		else
			assert_true(seconds < 7);
		assert_int_equal(pagemap_pressure_end(session), 0);
		assert_true(program.limit == 0);
	}
}

static void test_program_ends(void **state)
{
	double seconds;

	(void)state;
	for (seconds = 0.5; seconds < 60; seconds += 1.3) {
		struct program program =
			program_of(SHAPE_RANDOM, 8, 0.2, 24, 20);
		struct pagemap_pressure *session = begin(&program);
		struct pagemap_pressure_result result;

		program.ends_at = seconds;
		assert_int_equal(squeeze(&program, session, SECONDS_MAX), 0);
		pagemap_pressure_result(session, &result);
		if (result.outcome != PAGEMAP_PRESSURE_COMPLETE)
			assert_int_equal(result.outcome, PAGEMAP_PRESSURE_ENDED);
		assert_true(program.limit == 0);
		pagemap_pressure_end(session);
	}
}

static void test_cgroup_vanishes(void **state)
{
	double seconds;

	(void)state;
	for (seconds = 0.5; seconds < 30; seconds += 1.3) {
		struct program program =
			program_of(SHAPE_RANDOM, 8, 0.2, 24, 20);
		struct pagemap_pressure *session = begin(&program);
		struct pagemap_pressure_result result;

		program.vanishes_at = seconds;
		assert_int_equal(squeeze(&program, session, SECONDS_MAX), 0);
		pagemap_pressure_result(session, &result);
		assert_int_equal(result.outcome, PAGEMAP_PRESSURE_VANISHED);
		assert_int_equal(pagemap_pressure_end(session), 0);
	}
}

static void test_program_grows(void **state)
{
	struct program program = program_of(SHAPE_CYCLIC, 8, 0.2, 24, 5);
	struct pagemap_pressure *session = begin(&program);
	struct pagemap_pressure_result result;
	int figure;

	(void)state;
	/* Slow enough to look flat for a second. */
	program.growth = 60 * KIB;
	assert_int_equal(squeeze(&program, session, SECONDS_MAX), 0);
	pagemap_pressure_result(session, &result);
	assert_true(result.grew);
	for (figure = PAGEMAP_PRESSURE_BY_REFAULTS;
	     figure < PAGEMAP_PRESSURE_FIGURE_COUNT; figure++) {
		assert_int_equal(result.figures[figure].quality,
				 PAGEMAP_ESTIMATED);
		assert_int_equal(result.figures[figure].reason,
				 PAGEMAP_REASON_CHANGED);
	}
	assert_true(program.limit == 0);
	pagemap_pressure_end(session);
}

static void test_never_settles(void **state)
{
	struct program program = program_of(SHAPE_CYCLIC, 8, 0.2, 24, 5);
	struct pagemap_pressure *session = begin(&program);
	struct pagemap_pressure_result result;

	(void)state;
	program.growth = 4 * MIB;
	squeeze(&program, session, 37);
	pagemap_pressure_result(session, &result);
	assert_false(result.settled);
	assert_int_equal(result.rest.quality, PAGEMAP_EXACT);
	pagemap_pressure_end(session);
	assert_true(program.limit == 0);
}

static void test_unknown_progress(void **state)
{
	struct program program = named(program_of(SHAPE_CYCLIC, 8, 0.2, 24, 5),
				       "unknown progress");
	struct pagemap_pressure *session = begin(&program);
	struct pagemap_pressure_result result;

	(void)state;
	program.progress_unknown = true;
	assert_int_equal(squeeze(&program, session, SECONDS_MAX), 0);
	pagemap_pressure_result(session, &result);
	assert_int_equal(result.figures[PAGEMAP_PRESSURE_BY_PROGRESS].quality,
			 PAGEMAP_UNAVAILABLE);
	assert_int_equal(result.figures[PAGEMAP_PRESSURE_BY_PROGRESS].reason,
			 PAGEMAP_REASON_NOT_ASKED);
	check_figure(&program, &result.figures[PAGEMAP_PRESSURE_BY_REFAULTS],
		     32.2 * MIB);
	assert_true(result.progress_per_s < 0);
	pagemap_pressure_end(session);
}

/*
 * Of what waits at a limit there are no refaults: where its work is not known
 * that must not look good, whatever was tried before.
 */
static void test_pause_is_not_good(void **state)
{
	struct program program = named(program_of(SHAPE_CYCLIC, 60, 0.5, 2, 30),
				       "pause");
	struct pagemap_pressure *session = begin(&program);
	struct pagemap_pressure_result result;

	(void)state;
	program.progress_unknown = true;
	program.tells_pause = true;
	/* Falls from good to waiting at once. */
	program.least_file = 2 * MIB;
	assert_int_equal(squeeze(&program, session, SECONDS_MAX), 0);
	pagemap_pressure_result(session, &result);
	check_figure(&program, &result.figures[PAGEMAP_PRESSURE_BY_REFAULTS],
		     62.5 * MIB);
	pagemap_pressure_end(session);
}

/* Runs of a second each: measured longer; of a minute: not looked at. */
static void test_slow_work(void **state)
{
	static const double seconds[] = { 0.5, 60 };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct program program = named(
			program_of(SHAPE_CYCLIC, 8, 0.2, 24, 5), "slow work");
		struct pagemap_pressure *session = begin(&program);
		struct pagemap_pressure_result result;
		struct pagemap_pressure_probe probe;

		program.whole_works = true;
		program.work_seconds = seconds[i];
		program.pages_per_work = 12288 * seconds[i];
		assert_int_equal(squeeze(&program, session, SECONDS_MAX), 0);
		pagemap_pressure_result(session, &result);
		check_figure(&program,
			     &result.figures[PAGEMAP_PRESSURE_BY_REFAULTS],
			     32.2 * MIB);
		assert_int_equal(result.progress_per_s < 0, i == 1);
		assert_int_equal(pagemap_pressure_probe_at(session, 0, &probe),
				 0);
		assert_true((probe.duration_ns > 3 * SECOND) == (i == 0));
		pagemap_pressure_end(session);
	}
}

static void test_no_refault_counter(void **state)
{
	struct program program = program_of(SHAPE_CYCLIC, 8, 0.2, 24, 5);
	struct pagemap_pressure *session = begin(&program);
	struct pagemap_pressure_result result;

	(void)state;
	program.no_refaults = true;
	assert_int_equal(squeeze(&program, session, SECONDS_MAX), 0);
	pagemap_pressure_result(session, &result);
	assert_true(result.by_major_faults);
	assert_int_equal(result.figures[PAGEMAP_PRESSURE_BY_REFAULTS].reason,
			 PAGEMAP_REASON_NO_FEATURE);
	pagemap_pressure_end(session);
}

static void test_limit_is_not_permitted(void **state)
{
	struct program program = program_of(SHAPE_CYCLIC, 8, 0.2, 24, 5);
	struct pagemap_pressure *session = begin(&program);
	struct pagemap_pressure_result result;

	(void)state;
	program.set_error = -EACCES;
	assert_int_equal(squeeze(&program, session, SECONDS_MAX), -EACCES);
	pagemap_pressure_result(session, &result);
	assert_int_equal(result.outcome, PAGEMAP_PRESSURE_FAILED);
	assert_int_equal(program.limits_set, 1);
	assert_int_equal(pagemap_pressure_end(session), 0);
}

static void test_limit_that_cannot_be_lifted(void **state)
{
	struct program program = program_of(SHAPE_CYCLIC, 8, 0.2, 24, 5);
	struct pagemap_pressure *session = begin(&program);

	(void)state;
	program.stuck_at = 20;
	assert_int_equal(squeeze(&program, session, SECONDS_MAX), -EIO);
	assert_int_equal(pagemap_pressure_end(session), -EIO);
	assert_true(program.limit != 0);
}

static void test_probes_are_readable(void **state)
{
	struct program program = program_of(SHAPE_RANDOM, 8, 0.2, 24, 5);
	struct pagemap_pressure *session = begin(&program);
	struct pagemap_pressure_result result;
	struct pagemap_pressure_probe probe;
	size_t i;

	(void)state;
	squeeze(&program, session, SECONDS_MAX);
	pagemap_pressure_result(session, &result);
	assert_true(result.probe_count > 5);
	for (i = 0; i < result.probe_count; i++) {
		assert_int_equal(pagemap_pressure_probe_at(session, i, &probe),
				 0);
		/* What is good for one is good for all below it. */
		assert_true(probe.progress_good || !probe.refaults_good);
		assert_true(probe.runs || !probe.progress_good);
		assert_true(probe.runs || probe.refused || probe.stalled);
	}
	assert_int_equal(pagemap_pressure_probe_at(session, i, &probe),
			 -ENOENT);
	pagemap_pressure_end(session);
}

static void test_bad_options(void **state)
{
	struct program program = program_of(SHAPE_RANDOM, 8, 0.2, 24, 5);
	struct pagemap_pressure_opts opts = { .size = 3 };
	struct pagemap_pressure *session = NULL;

	(void)state;
	assert_int_equal(pressure_begin_on(&sim_ops, &program, &opts, &session),
			 -EINVAL);
	opts.size = sizeof(opts);
	opts.progress_permille = 1001;
	assert_int_equal(pressure_begin_on(&sim_ops, &program, &opts, &session),
			 -EINVAL);
	assert_int_equal(pagemap_pressure_begin(NULL, NULL, &session), -EINVAL);
	assert_null(session);
	assert_int_equal(pagemap_pressure_end(NULL), 0);
}

static void test_names(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < PAGEMAP_PRESSURE_FIGURE_COUNT; i++) {
		assert_non_null(pagemap_pressure_figure_name(i));
		assert_non_null(pagemap_pressure_figure_describe(i));
	}
	assert_null(pagemap_pressure_figure_name(i));
	assert_string_equal(pagemap_pressure_phase_name(PAGEMAP_PRESSURE_DONE),
			    "done");
	assert_null(pagemap_pressure_phase_name(PAGEMAP_PRESSURE_DONE + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds_the_truth),
		cmocka_unit_test(test_gentle_leaves_junk_out),
		cmocka_unit_test(test_bounds_at_any_moment),
		cmocka_unit_test(test_program_ends),
		cmocka_unit_test(test_cgroup_vanishes),
		cmocka_unit_test(test_program_grows),
		cmocka_unit_test(test_never_settles),
		cmocka_unit_test(test_unknown_progress),
		cmocka_unit_test(test_pause_is_not_good),
		cmocka_unit_test(test_slow_work),
		cmocka_unit_test(test_no_refault_counter),
		cmocka_unit_test(test_limit_is_not_permitted),
		cmocka_unit_test(test_limit_that_cannot_be_lifted),
		cmocka_unit_test(test_probes_are_readable),
		cmocka_unit_test(test_bad_options),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
