/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stat, statm and status: names made to mislead, fields missing, texts cut at
 * every byte.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common_edge.h"
#include "parse.h"

#define BIT(metric) PAGEMAP_METRIC_BIT(metric)

/* Of 2.6: fewer fields than today, and enough. */
#define STAT_REST "S 7 8 9 34816 -1 4194560 100 0 0 0 1 2 0 0 20 0 1 0 701178"
#define STAT_TAIL " 6750208 311 18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1\n"

static int stat_of(const char *text, size_t size, struct proc_stat *ret_stat)
{
	fill_garbage(ret_stat, sizeof(*ret_stat));
	return parse_stat(edge_copy(text, size), size, ret_stat);
}

static void a_process(void **state)
{
	static const char text[] = "1234 (bash) " STAT_REST STAT_TAIL;
	struct proc_stat stat;

	(void)state;
	assert_int_equal(stat_of(text, strlen(text), &stat), 0);
	assert_int_equal(stat.pid, 1234);
	assert_int_equal(stat.ppid, 7);
	assert_int_equal(stat.session, 9);
	assert_int_equal(stat.state, 'S');
	assert_false(stat.kernel_thread);
	assert_int_equal(stat.user_ticks, 1);
	assert_int_equal(stat.system_ticks, 2);
	assert_int_equal(stat.start_ticks, 701178);
	assert_int_equal(stat.comm.len, 4);
	assert_memory_equal(stat.comm.at, "bash", 4);
}

static void a_kernel_thread(void **state)
{
	static const char text[] =
		"2 (kthreadd) I 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 3 "
		"0 0 18446744073709551615 0 0 0 0 0 0 0 2147483647 0 0 0 0 0\n";
	struct proc_stat stat;

	(void)state;
	assert_int_equal(stat_of(text, strlen(text), &stat), 0);
	assert_true(stat.kernel_thread);
	assert_int_equal(stat.ppid, 0);
	assert_int_equal(stat.thread_count, 1);
	assert_int_equal(stat.start_ticks, 3);
}

/* A process that is being reaped has neither group nor session. */
static void a_session_of_minus_one(void **state)
{
	static const char text[] =
		"5 (x) X 1 -1 -1 0 -1 4 0 0 0 0 0 0 0 0 20 0 0 0 77\n";
	struct proc_stat stat;

	(void)state;
	assert_int_equal(stat_of(text, strlen(text), &stat), 0);
	assert_int_equal(stat.session, -1);
	assert_int_equal(stat.thread_count, 0);
	assert_int_equal(stat.start_ticks, 77);
}

static void names_made_to_mislead(void **state)
{
	static const char *const names[] = {
		"", " ", ")", "(", "()", ") (", "a) S 1 2 3", ") R 1 1 1 (x",
		"a b", "a\nb", "new\nline) S 9", "\033[31m", "((sd-pam))",
		"kworker/u4:1-events_unbound_and_longer_than_15",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct proc_stat stat;
		char text[512];

		snprintf(text, sizeof(text), "9 (%s) %s\n", names[i],
			 STAT_REST);
		assert_int_equal(stat_of(text, strlen(text), &stat), 0);
		assert_int_equal(stat.comm.len, strlen(names[i]));
		assert_memory_equal(stat.comm.at, names[i], stat.comm.len);
		assert_int_equal(stat.ppid, 7);
		assert_int_equal(stat.start_ticks, 701178);
	}
}

static void the_largest_start(void **state)
{
	static const char text[] =
		"2147483647 (x) S 2147483647 1 1 0 0 4294967295 0 0 0 0 0 0 0 "
		"0 20 0 1 0 18446744073709551615 0\n";
	struct proc_stat stat;

	(void)state;
	assert_int_equal(stat_of(text, strlen(text), &stat), 0);
	assert_int_equal(stat.pid, INT32_MAX);
	assert_int_equal(stat.start_ticks, UINT64_MAX);
}

static void broken_stats(void **state)
{
	static const char *const texts[] = {
		"", "\n", "1", "1 (", "1 (x", "1 (x)", "1 (x) ", "1 (x)\n",
		"1 x) " STAT_REST "\n",
		"1 (x " STAT_REST "\n",
		"1 )x( " STAT_REST "\n",
		"(x) " STAT_REST "\n",
		"x (x) " STAT_REST "\n",
		"-1 (x) " STAT_REST "\n",
		"2147483648 (x) " STAT_REST "\n",
		"1 (x)  " STAT_REST "\n",
		"1 (x)S" STAT_REST "\n",
		/* 21 fields. */
		"1 (x) S 7 8 9 0 -1 4194560 1 0 0 0 1 2 0 0 20 0 1 0\n",
		/* No state, two letters of it. */
		"1 (x) 1 2 3\n",
		"1 (x) SS 7 8 9 0 -1 4 1 0 0 0 1 2 0 0 20 0 1 0 9\n",
		/* Numbers that are none, or too large. */
		"1 (x) S x 8 9 0 -1 4 1 0 0 0 1 2 0 0 20 0 1 0 9\n",
		"1 (x) S 4294967296 8 9 0 -1 4 1 0 0 0 1 2 0 0 20 0 1 0 9\n",
		"1 (x) S 7 8 x 0 -1 4 1 0 0 0 1 2 0 0 20 0 1 0 9\n",
		"1 (x) S 7 8 9 0 -1 4294967296 1 0 0 0 1 2 0 0 20 0 1 0 9\n",
		"1 (x) S 7 8 9 0 -1 -4 1 0 0 0 1 2 0 0 20 0 1 0 9\n",
		"1 (x) S 7 8 9 0 -1 4 x 0 0 0 1 2 0 0 20 0 1 0 9\n",
		"1 (x) S 7 8 9 0 -1 4  0 0 0 1 2 0 0 20 0 1 0 9 9\n",
		"1 (x) S 7 8 9 0 -1 4 1 0 0 0 1 2 0 0 20 0 1 0 -9\n",
		"1 (x) S 7 8 9 0 -1 4 1 0 0 0 1 2 0 0 20 0 1 0 "
		"18446744073709551616\n",
		/* More than a line; the line ends before field 22. */
		"1 (x) " STAT_REST "\nmore\n",
		"1 (x) S 7 8 9 0 -1 4 1 0 0 0 1 2 0\n0 20 0 1 0 9\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct proc_stat stat;

		assert_int_equal(stat_of(texts[i], strlen(texts[i]), &stat),
				 -EINVAL);
		assert_garbage(&stat, sizeof(stat));
	}
	assert_int_equal(parse_stat(NULL, 0, &(struct proc_stat){ 0 }),
			 -EINVAL);
}

static void stat_cut_at_every_byte(void **state)
{
	static const char text[] = "1234 (a) b) " STAT_REST STAT_TAIL;
	const size_t needed = strlen("1234 (a) b) " STAT_REST " ");
	struct proc_stat stat;

	(void)state;
	for (size_t len = 0; len < strlen(text); len++) {
		assert_int_equal(stat_of(text, len, &stat),
				 len >= needed ? 0 : -EINVAL);
		if (len >= needed)
			assert_int_equal(stat.start_ticks, 701178);
	}
}

static int statm_of(const char *text, size_t size, struct proc_statm *ret_statm)
{
	fill_garbage(ret_statm, sizeof(*ret_statm));
	return parse_statm(edge_copy(text, size), size, ret_statm);
}

static void statm_of_a_process(void **state)
{
	static const char text[] = "1648 357 18446744073709551615 4 0 1113 0\n";
	struct proc_statm statm;

	(void)state;
	assert_int_equal(statm_of(text, strlen(text), &statm), 0);
	assert_int_equal(statm.size_pages, 1648);
	assert_int_equal(statm.resident_pages, 357);
	assert_int_equal(statm.shared_pages, UINT64_MAX);
	assert_int_equal(statm_of("1 2 3\n", 6, &statm), 0);
	assert_int_equal(statm.shared_pages, 3);
}

static void broken_statms(void **state)
{
	static const char *const texts[] = {
		"", "\n", "1", "1 2", "1 2\n", "1 2 3", "1 2 x 4\n", "a 2 3\n",
		"1  2 3\n", "-1 2 3\n", " 1 2 3\n", "1\n2 3\n", "1 2 3\n4",
		"18446744073709551616 2 3\n", "1 2 18446744073709551616\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct proc_statm statm;

		assert_int_equal(statm_of(texts[i], strlen(texts[i]), &statm),
				 -EINVAL);
		assert_garbage(&statm, sizeof(statm));
	}
}

static void statm_cut_at_every_byte(void **state)
{
	static const char text[] = "1648 357 327 4 0 1113 0\n";
	const size_t needed = strlen("1648 357 327 ");
	struct proc_statm statm;

	(void)state;
	for (size_t len = 0; len < strlen(text); len++) {
		assert_int_equal(statm_of(text, len, &statm),
				 len >= needed ? 0 : -EINVAL);
		if (len >= needed)
			assert_int_equal(statm.shared_pages, 327);
	}
}

static const char status_6_18[] =
	"Name:\tVmRSS:\\n1 kB\n"
	"Umask:\t0022\n"
	"State:\tS (sleeping)\n"
	"Tgid:\t1\n"
	"Uid:\t1000\t1001\t1002\t1003\n"
	"Gid:\t0\t0\t0\t0\n"
	"Groups:\t \n"
	"VmPeak:\t   53948 kB\n"
	"VmSize:\t      11 kB\n"
	"VmLck:\t      12 kB\n"
	"VmPin:\t       0 kB\n"
	"VmHWM:\t      20 kB\n"
	"VmRSS:\t      13 kB\n"
	"RssAnon:\t      14 kB\n"
	"RssFile:\t      15 kB\n"
	"RssShmem:\t      16 kB\n"
	"VmData:\t   42348 kB\n"
	"VmStk:\t     132 kB\n"
	"VmPTE:\t      17 kB\n"
	"VmSwap:\t      18 kB\n"
	"HugetlbPages:\t      19 kB\n"
	"THP_enabled:\t1\n"
	"Threads:\t13\n"
	"Cpus_allowed_list:\t0-1\n"
	"nonvoluntary_ctxt_switches:\t42\n";

static int status_of(const char *text, size_t size,
		     struct proc_status *ret_status)
{
	fill_garbage(ret_status, sizeof(*ret_status));
	return parse_status(edge_copy(text, size), size, ret_status);
}

static const struct {
	enum pagemap_metric metric;
	uint64_t kib;
} status_sizes[] = {
	{ PAGEMAP_VSS, 11 }, { PAGEMAP_LOCKED, 12 }, { PAGEMAP_RSS, 13 },
	{ PAGEMAP_ANON, 14 }, { PAGEMAP_FILE, 15 }, { PAGEMAP_SHMEM, 16 },
	{ PAGEMAP_PAGE_TABLES, 17 }, { PAGEMAP_SWAP, 18 },
	{ PAGEMAP_RSS_PEAK, 20 },
};

#define STATUS_COUNT (sizeof(status_sizes) / sizeof(status_sizes[0]))

static void status_of_6_18(void **state)
{
	struct proc_status status;
	uint64_t want = 0;

	(void)state;
	assert_int_equal(status_of(status_6_18, strlen(status_6_18), &status),
			 0);
	for (size_t i = 0; i < STATUS_COUNT; i++) {
		want |= BIT(status_sizes[i].metric);
		assert_int_equal(status.bytes[status_sizes[i].metric],
				 status_sizes[i].kib * 1024);
	}
	assert_int_equal(status.found, want);
	assert_int_equal(status.hugetlb_bytes, 19 * 1024);
	assert_int_equal(status.euid, 1001);
}

static void page_tables_of_4_4(void **state)
{
	static const char text[] = "Name:\tx\nUid:\t0\t0\t0\t0\n"
		"VmRSS:\t      13 kB\nVmPTE:\t      20 kB\nVmPMD:\t      12 kB\n";
	struct proc_status status;

	(void)state;
	assert_int_equal(status_of(text, strlen(text), &status), 0);
	assert_int_equal(status.bytes[PAGEMAP_PAGE_TABLES], 32 * 1024);
	assert_int_equal(status.found, BIT(PAGEMAP_RSS) |
			 BIT(PAGEMAP_PAGE_TABLES));
	assert_int_equal(status.hugetlb_bytes, UINT64_MAX);
	assert_int_equal(status.euid, 0);
}

static void a_kernel_thread_has_no_sizes(void **state)
{
	static const char text[] = "Name:\tkthreadd\nState:\tS\nThreads:\t1\n";
	struct proc_status status;

	(void)state;
	assert_int_equal(status_of(text, strlen(text), &status), 0);
	assert_int_equal(status.found, 0);
	assert_int_equal(status.euid, (uid_t)-1);
	assert_int_equal(status.hugetlb_bytes, UINT64_MAX);
}

/* Only the start of a line is a key; a name cannot make lines. */
static void names_in_status(void **state)
{
	static const char text[] =
		"Name:\tUid:\t7\t7\t7\t7 VmRSS:\t1 kB\n"
		" VmRSS:\t 2 kB\nXVmRSS:\t 3 kB\nVmRSSX:\t 4 kB\nVmR:\t 5 kB\n"
		"VmRSS\nVmSize :\t 9 kB\nUidX:\t1\nvmrss:\t 6 kB\n"
		"VmRSS:\t      13 kB\n";
	struct proc_status status;

	(void)state;
	assert_int_equal(status_of(text, strlen(text), &status), 0);
	assert_int_equal(status.found, BIT(PAGEMAP_RSS));
	assert_int_equal(status.bytes[PAGEMAP_RSS], 13 * 1024);
	assert_int_equal(status.euid, (uid_t)-1);
}

static void broken_statuses(void **state)
{
	static const char *const texts[] = {
		"",
		"VmRSS:\t      13 kB",
		"VmRSS:\t\n",
		"VmRSS:\t 13\n",
		"VmRSS:\t x kB\n",
		"VmRSS:\t -1 kB\n",
		"VmRSS:\t 18014398509481984 kB\n",
		"VmRSS:\t 18446744073709551616 kB\n",
		"VmRSS:\t 1 kB\nVmRSS:\t 1 kB\n",
		"HugetlbPages:\t 1 kB\nHugetlbPages:\t 1 kB\n",
		"VmPTE:\t 18014398509481983 kB\nVmPMD:\t 1 kB\n",
		"Uid:\t\n",
		"Uid:\t1\n",
		"Uid:\t1\t2\t3\n",
		"Uid:\t1\tx\t3\t4\n",
		"Uid:\t1\t-1\t3\t4\n",
		"Uid:\t1\t4294967296\t3\t4\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct proc_status status;

		assert_int_equal(status_of(texts[i], strlen(texts[i]),
					   &status), -EINVAL);
		assert_garbage(&status, sizeof(status));
	}
}

static void status_cut_at_every_byte(void **state)
{
	(void)state;
	for (size_t len = 1; len < strlen(status_6_18); len++) {
		bool good = status_6_18[len - 1] == '\n';
		struct proc_status status;

		assert_int_equal(status_of(status_6_18, len, &status),
				 good ? 0 : -EINVAL);
		for (size_t i = 0; good && i < STATUS_COUNT; i++)
			if (status.found & BIT(status_sizes[i].metric))
				assert_int_equal(
					status.bytes[status_sizes[i].metric],
					status_sizes[i].kib * 1024);
	}
}

/* ---- Who traces it ----------------------------------------------------- */

#define TRACED "Name:\tlinux\nState:\tt (tracing stop)\nTgid:\t12\n" \
	"PPid:\t10\nTracerPid:\t11\n"

static int tracing_of(const char *text, size_t size,
		      struct proc_tracing *ret_tracing)
{
	fill_garbage(ret_tracing, sizeof(*ret_tracing));
	return parse_tracing(edge_copy(text, size), size, ret_tracing);
}

static void a_process_that_is_traced(void **state)
{
	static const char text[] = TRACED "voluntary_ctxt_switches:\t40\n"
				   "nonvoluntary_ctxt_switches:\t2\n";
	struct proc_tracing tracing;

	(void)state;
	assert_int_equal(tracing_of(text, strlen(text), &tracing), 0);
	assert_int_equal(tracing.state, 't');
	assert_int_equal(tracing.ppid, 10);
	assert_int_equal(tracing.tracer_pid, 11);
	assert_int_equal(tracing.switches, 42);
	assert_int_equal(tracing.own_pid, 0);
	/* Kernels before 2.6.23 do not count them. */
	assert_int_equal(tracing_of(TRACED, strlen(TRACED), &tracing), 0);
	assert_int_equal(tracing.switches, UINT64_MAX);
}

/* Before 4.1 there is no such line. */
static void a_pid_of_its_own(void **state)
{
	static const char *const texts[] = {
		TRACED "NSpid:\t12\n", TRACED "NSpid:\t4711\t300\t12\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct proc_tracing tracing;

		assert_int_equal(tracing_of(texts[i], strlen(texts[i]),
					    &tracing), 0);
		assert_int_equal(tracing.own_pid, 12);
	}
}

static void broken_tracings(void **state)
{
	static const char *const texts[] = {
		"", "State:\tt (tracing stop)\nPPid:\t10\n",
		"State:\tt\nTracerPid:\t11\n", "PPid:\t10\nTracerPid:\t11\n",
		TRACED "State:\tS\n", TRACED "PPid:\t1\n",
		TRACED "TracerPid:\t0\n", TRACED "cut",
		"State:\t\nPPid:\t10\nTracerPid:\t11\n",
		"State:\ttt\nPPid:\t10\nTracerPid:\t11\n",
		"State:\tt\nPPid:\t-1\nTracerPid:\t11\n",
		"State:\tt\nPPid:\t10\nTracerPid:\t\n",
		"State:\tt\nPPid:\t10\nTracerPid:\t4294967296\n",
		TRACED "NSpid:\t\n", TRACED "NSpid:\t12\t0\n",
		TRACED "NSpid:\t12\tx\n",
		TRACED "voluntary_ctxt_switches:\t\n",
		TRACED "voluntary_ctxt_switches:\tx\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct proc_tracing tracing;

		assert_int_equal(tracing_of(texts[i], strlen(texts[i]),
					    &tracing), -EINVAL);
		assert_garbage(&tracing, sizeof(tracing));
	}
}

static void tracing_cut_at_every_byte(void **state)
{
	(void)state;
	for (size_t len = 0; len < strlen(TRACED); len++) {
		struct proc_tracing tracing;

		assert_int_equal(tracing_of(TRACED, len, &tracing), -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_process),
		cmocka_unit_test(a_kernel_thread),
		cmocka_unit_test(a_session_of_minus_one),
		cmocka_unit_test(names_made_to_mislead),
		cmocka_unit_test(the_largest_start),
		cmocka_unit_test(broken_stats),
		cmocka_unit_test(stat_cut_at_every_byte),
		cmocka_unit_test(statm_of_a_process),
		cmocka_unit_test(broken_statms),
		cmocka_unit_test(statm_cut_at_every_byte),
		cmocka_unit_test(status_of_6_18),
		cmocka_unit_test(page_tables_of_4_4),
		cmocka_unit_test(a_kernel_thread_has_no_sizes),
		cmocka_unit_test(names_in_status),
		cmocka_unit_test(broken_statuses),
		cmocka_unit_test(status_cut_at_every_byte),
		cmocka_unit_test(a_process_that_is_traced),
		cmocka_unit_test(a_pid_of_its_own),
		cmocka_unit_test(broken_tracings),
		cmocka_unit_test(tracing_cut_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
