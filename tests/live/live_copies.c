// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memstats --one-more and --fit on a program of known cost, as root and as
 * nobody; what they say when it cannot work; and that nothing stays behind.
 */
#include <dirent.h>
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
#include <sys/wait.h>
#include <unistd.h>

#include "common_tool.h"

#include <cmocka.h>

#define KIB 1024.0
#define MIB (1024.0 * 1024.0)

#define KNOWN_NAME "known_cost"
#define KNOWN_ANON_BYTES (24u << 20)
#define KNOWN_SHARED_BYTES (16u << 20)
#define KNOWN_OWN_BYTES (8u << 20)

/*
 * The program of known cost, of which copies are measured, is this one, told
 * to be it: some memory of its own, a file that all copies map and one of
 * each, all in use.
 */
#define BE_KNOWN "be-known-cost"

static volatile char sink;

static const char *map_file(const char *path, size_t size)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	const char *at;

	if (fd < 0 || ftruncate(fd, (off_t)size))
		return NULL;
	at = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	return at == MAP_FAILED ? NULL : at;
}

static void use(const char *at, size_t size)
{
	size_t i;

	for (i = 0; i < size; i += 4096)
		sink = at[i];
}

static int be_known_cost(const char *shared_path, const char *own_path)
{
	const char *shared, *own;
	char *anon = mmap(NULL, KNOWN_ANON_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	prctl(PR_SET_NAME, KNOWN_NAME);
	if (anon == MAP_FAILED)
		return 2;
	madvise(anon, KNOWN_ANON_BYTES, MADV_NOHUGEPAGE);
	memset(anon, 1, KNOWN_ANON_BYTES);
	shared = map_file(shared_path, KNOWN_SHARED_BYTES);
	own = map_file(own_path, KNOWN_OWN_BYTES);
	if (!shared || !own)
		return 3;
	for (;;) {
		use(shared, KNOWN_SHARED_BYTES);
		use(own, KNOWN_OWN_BYTES);
		usleep(100000);
	}
}

static char folder[] = "/var/tmp/pagemap-copies-XXXXXX";

/* ---- What JSON says ---------------------------------------------------- */

/* A number behind a key, behind another key; fails the test without one. */
static double number_of(const char *json, const char *object, const char *key)
{
	char text[64];
	const char *at;

	snprintf(text, sizeof(text), "\"%s\":{", object);
	at = strstr(json, text);
	snprintf(text, sizeof(text), "\"%s\":", key);
	at = at ? strstr(at, text) : NULL;
	if (!at || strncmp(at + strlen(text), "null", 4) == 0)
		fail_msg("no %s in %s of: %.2000s", key, object, json);
	return strtod(at + strlen(text), NULL);
}

static void within(const char *what, double value, double low, double high)
{
	if (value < low || value > high)
		fail_msg("%s: %.0f is not from %.0f to %.0f", what, value, low,
			 high);
}

static void run(struct tool_run *result, uid_t uid, const char *options)
{
	char command[512];

	snprintf(command, sizeof(command), "memstats %s -- "
		 "\"$BUILD/tests/live/live_copies\" " BE_KNOWN " %s/shared "
		 "%s/own%d-{}", options, folder, folder, (int)uid);
	tool_run(result, uid, command, NULL);
}

static bool has_cgroup(const struct tool_run *result)
{
	return strstr(result->out, "\"way\":\"cgroup\"");
}

/* ---- Tests ------------------------------------------------------------- */

/*
 * Within 1 % of the whole; what libc and the kernel need comes on top and is
 * small.  Which pages of a library are mapped around a fault differs by some
 * between copies.
 */
#define ONE_PER_CENT ((KNOWN_ANON_BYTES + KNOWN_OWN_BYTES) * 0.01)

/* The program is this one, and what a sanitizer adds to it is not known. */
#ifdef __SANITIZE_ADDRESS__
#define NEEDS_KNOWN_COST() do { \
	printf("# SKIP a sanitizer's shadow is a part of each copy\n"); \
	fflush(stdout); skip(); } while (0)
#else
#define NEEDS_KNOWN_COST() ((void)0)
#endif

static void costs_are_those_of_the_program(void **state)
{
	struct tool_run result;
	double each, kept;

	(void)state;
	NEEDS_KNOWN_COST();
	run(&result, 0, "--one-more --json --copies 1,3");
	if (result.status)
		fail_msg("status %d: %s", result.status, result.err);
	within("anonymous", number_of(result.out, "each", "anon_bytes"),
	       KNOWN_ANON_BYTES, KNOWN_ANON_BYTES + 240 * KIB);
	within("files", number_of(result.out, "each", "file_bytes") +
	       number_of(result.out, "each", "shmem_bytes"),
	       KNOWN_OWN_BYTES - ONE_PER_CENT, KNOWN_OWN_BYTES + ONE_PER_CENT);
	within("tables", number_of(result.out, "each", "page_tables_bytes"),
	       76 * KIB, 300 * KIB);
	within("stacks", number_of(result.out, "each", "kernel_stacks_bytes"),
	       4 * KIB, 64 * KIB);
	each = number_of(result.out, "each", "all_bytes");
	kept = number_of(result.out, "each", "kept_bytes");
	within("each", each, (KNOWN_ANON_BYTES + KNOWN_OWN_BYTES) * 1.0,
	       KNOWN_ANON_BYTES + KNOWN_OWN_BYTES + ONE_PER_CENT + 300 * KIB);
	within("kept", kept, each - KNOWN_OWN_BYTES - ONE_PER_CENT,
	       each - KNOWN_OWN_BYTES + ONE_PER_CENT);
	within("in common", number_of(result.out, "fixed", "file_bytes"),
	       KNOWN_SHARED_BYTES, KNOWN_SHARED_BYTES + 4 * MIB);
	assert_non_null(strstr(result.out, "\"settled\":true"));
	if (has_cgroup(&result))
		within("usage", number_of(result.out, "each", "charged_bytes"),
		       KNOWN_ANON_BYTES, each * 1.01);
	tool_done(&result);
}

static void without_a_cgroup_it_is_estimated(void **state)
{
	struct tool_run result;

	(void)state;
	NEEDS_KNOWN_COST();
	run(&result, NOBODY, "--one-more --json --copies 1,2");
	if (result.status)
		fail_msg("status %d: %s", result.status, result.err);
	if (!has_cgroup(&result)) {
		assert_non_null(strstr(result.err, "without a cgroup"));
		assert_non_null(strstr(result.out, "\"way\":\"sums\""));
	}
	within("anonymous", number_of(result.out, "each", "anon_bytes"),
	       KNOWN_ANON_BYTES, KNOWN_ANON_BYTES + 240 * KIB);
	within("kept", number_of(result.out, "each", "kept_bytes"),
	       KNOWN_ANON_BYTES, KNOWN_ANON_BYTES + 600 * KIB);
	within("files", number_of(result.out, "each", "file_bytes") +
	       number_of(result.out, "each", "shmem_bytes"),
	       KNOWN_OWN_BYTES * 0.95, KNOWN_OWN_BYTES * 1.05);
	tool_done(&result);
}

static void says(const char *command, int status, const char *part)
{
	struct tool_run result;

	tool_run(&result, 0, command, NULL);
	if (result.status != status || !strstr(result.err, part))
		fail_msg("%s: status %d: %s", command, result.status,
			 result.err);
	tool_done(&result);
}

static void what_cannot_be_measured_is_said(void **state)
{
	(void)state;
	says("memstats --one-more -- true", 1, "has to stay");
	says("memstats --one-more -- /no/such/program", 1, "/no/such/program");
	says("memstats --one-more --copies 1,2 -- "
	     "sh -c 'test $MEMSTATS_COPY = 0 && exec sleep 99'", 1,
	     "MEMSTATS_COPY");
	says("memstats --one-more --copies 2,2 -- sleep 99", 2, "rising");
	says("memstats --one-more --copies 2 -- sleep 99", 2, "two numbers");
	says("memstats --one-more", 2, "name");
	says("memstats --fit nonsense -- sleep 99", 2, "not a size");
	says("memstats --fit 1M --with /no/such/list", 2, "/no/such/list");
	says("echo 'x sleep 9' | memstats --fit 1M --with -", 2, "line 1");
	says("echo '2 a | b' | memstats --fit 1M --with -", 2, "needs a shell");
}

/* How many processes of the known program there are. */
static unsigned int count_known(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	unsigned int count = 0;
	char path[300], name[32];

	while (proc && (entry = readdir(proc))) {
		FILE *comm;

		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		comm = *entry->d_name >= '1' && *entry->d_name <= '9' ?
		       fopen(path, "r") : NULL;
		if (!comm)
			continue;
		if (fscanf(comm, "%31s", name) == 1)
			count += strcmp(name, KNOWN_NAME) == 0;
		fclose(comm);
	}
	if (proc)
		closedir(proc);
	return count;
}

static bool wait_for(unsigned int least, unsigned int most)
{
	unsigned int i;

	for (i = 0; i < 100; i++) {
		unsigned int count = count_known();

		if (count >= least && count <= most)
			return true;
		usleep(50000);
	}
	return false;
}

/* Memstats itself, without a shell between. */
static pid_t start_one_more(void)
{
	char known[512], tool[512], shared[64], own[64];
	const char *build = getenv("BUILD");
	pid_t pid;

	snprintf(tool, sizeof(tool), "%s/memstats", build);
	snprintf(known, sizeof(known), "%s/tests/live/live_copies", build);
	snprintf(shared, sizeof(shared), "%s/shared", folder);
	snprintf(own, sizeof(own), "%s/own-k{}", folder);
	pid = fork();
	if (pid)
		return pid;
	if (!freopen("/dev/null", "w", stderr))
		_exit(3);
	execl(tool, "memstats", "--one-more", "--", known, BE_KNOWN,
	      shared, own, NULL);
	_exit(4);
}

static void nothing_stays_behind_of_it(int number)
{
	pid_t pid = start_one_more();
	int status;

	assert_true(wait_for(1, 6));
	kill(pid, number);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (number == SIGKILL)
		assert_true(WIFSIGNALED(status));
	else
		assert_int_equal(WEXITSTATUS(status), 128 + number);
	assert_true(wait_for(0, 0));
}

static void nothing_stays_behind(void **state)
{
	(void)state;
	if (count_known()) {
		print_message("another run measures: skipped\n");
		skip();
	}
	nothing_stays_behind_of_it(SIGTERM);
	nothing_stays_behind_of_it(SIGKILL);
}

static int make_folder(void **state)
{
	char path[64];
	int fd;

	(void)state;
	if (!mkdtemp(folder) || chmod(folder, 0777))
		return -1;
	snprintf(path, sizeof(path), "%s/shared", folder);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 || fchmod(fd, 0666) || ftruncate(fd, KNOWN_SHARED_BYTES))
		return -1;
	close(fd);
	return 0;
}

static int remove_folder(void **state)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	(void)state;
	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	return rmdir(folder);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(costs_are_those_of_the_program),
		cmocka_unit_test(without_a_cgroup_it_is_estimated),
		cmocka_unit_test(what_cannot_be_measured_is_said),
		cmocka_unit_test(nothing_stays_behind),
	};

	if (argc == 4 && strcmp(argv[1], BE_KNOWN) == 0)
		return be_known_cost(argv[2], argv[3]);
	if (geteuid()) {
		print_message("copies as another user: run by root alone\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
