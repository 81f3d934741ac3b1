// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * load: a machine full of processes of known kinds, to measure against.
 *
 * Starts freshly executed dynamic processes that touch private, shared and
 * file memory, and special ones, prints "ready PID..." once all have touched
 * theirs, and ends with all of them when its standard input closes.  What
 * each process maps is in common_memory.c; nothing here measures anything.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common_memory.h"

/* Descriptors at which a started process finds what it shares. */
enum { FD_READY = 3, FD_GROUP = 4, FD_FILE = 5 };

/* Processes that share one memfd, as the workers of one server do. */
#define GROUP_SIZE 8

struct plan {
	unsigned long processes;
	unsigned long dense_gib;
	unsigned long thp_gib;
	unsigned long mappings;
	unsigned long sparse;
	unsigned long skewed;
	unsigned long idle;
};

struct fds {
	int ready[2];
	int group;
	int file;
};

struct option_row {
	const char *name;
	size_t place;
	bool takes_number;
	const char *help;
};

static const struct option_row option_table[] = {
	{ "processes", offsetof(struct plan, processes), true,
	  "so many ordinary processes" },
	{ "skewed", offsetof(struct plan, skewed), false,
	  "the ordinary ones differ in size as on a real machine" },
	{ "idle", offsetof(struct plan, idle), false,
	  "the ordinary ones map nothing of their own" },
	{ "dense-gib", offsetof(struct plan, dense_gib), true,
	  "one process with so many GiB of small pages" },
	{ "thp-gib", offsetof(struct plan, thp_gib), true,
	  "one process with so many GiB of huge pages" },
	{ "mappings", offsetof(struct plan, mappings), true,
	  "one process with so many mappings" },
	{ "sparse", offsetof(struct plan, sparse), false,
	  "one process with 16 TiB reserved and 2,000 pages touched" },
};

#define OPTION_COUNT (sizeof(option_table) / sizeof(*option_table))

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void usage(FILE *out)
{
	fputs("usage: load OPTION...\n", out);
	for (size_t i = 0; i < OPTION_COUNT; i++)
		fprintf(out, "  --%s%s\t%s\n", option_table[i].name,
			option_table[i].takes_number ? " N" : "",
			option_table[i].help);
}

static void parse_options(int argc, char **argv, struct plan *plan)
{
	struct option options[OPTION_COUNT + 1] = { 0 };
	int index;

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		options[i].name = option_table[i].name;
		options[i].has_arg = option_table[i].takes_number;
	}
	while (getopt_long(argc, argv, "", options, &index) == 0) {
		const struct option_row *row = &option_table[index];
		unsigned long *value = (void *)((char *)plan + row->place);

		*value = row->takes_number ? strtoul(optarg, NULL, 10) : 1;
	}
	if (argc < 2 || optind != argc || optopt) {
		usage(stderr);
		exit(2);
	}
}

/* ---- One process of the load ------------------------------------------- */

/* argv: load --one KIND AMOUNT INDEX */
static int be_one(char **argv)
{
	const char *kind = argv[2];
	unsigned long amount = strtoul(argv[3], NULL, 10);
	unsigned long index = strtoul(argv[4], NULL, 10);
	struct memory_files files = { FD_GROUP, FD_FILE };
	pid_t pid = getpid();

	if (memory_make(kind, amount, index, &files) < 0)
		die(kind);
	if (write(FD_READY, &pid, sizeof(pid)) != sizeof(pid))
		die("ready");
	close(FD_READY);
	close(FD_GROUP);
	close(FD_FILE);
	/* Only a signal that is caught would end this. */
	pause();
	return 0;
}

/* ---- The generator ----------------------------------------------------- */

static void exec_one(const char *kind, unsigned long amount,
		     unsigned long index, const struct fds *fds)
{
	char amount_text[24], index_text[24];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(amount_text, sizeof(amount_text), "%lu", amount);
	snprintf(index_text, sizeof(index_text), "%lu", index);
	if (dup2(fds->ready[1], FD_READY) < 0 ||
	    dup2(fds->group, FD_GROUP) < 0 || dup2(fds->file, FD_FILE) < 0)
		_exit(1);
	execl("/proc/self/exe", "load", "--one", kind, amount_text, index_text,
	      (char *)NULL);
	_exit(1);
}

/* Waits for each one, so that the machine never has many starting at once. */
static pid_t start_one(const char *kind, unsigned long amount,
		       unsigned long index, const struct fds *fds)
{
	pid_t child = fork(), pid;

	if (child < 0)
		die("fork");
	if (child == 0)
		exec_one(kind, amount, index, fds);
	if (read(fds->ready[0], &pid, sizeof(pid)) != sizeof(pid) ||
	    pid != child)
		die("a process did not come up");
	return child;
}

static int new_memfd(const char *name, size_t bytes)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	int high;

	if (fd < 0 || ftruncate(fd, bytes) < 0)
		die("memfd");
	/* Above the numbers that the started processes find theirs at. */
	high = fcntl(fd, F_DUPFD_CLOEXEC, 10);
	if (high < 0)
		die("memfd");
	close(fd);
	return high;
}

static int new_file(size_t bytes)
{
	static char block[1 << 16];
	const char *dir = getenv("TMPDIR");
	int fd = open(dir ? dir : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	int high;

	memset(block, 'x', sizeof(block));
	for (size_t done = 0; fd >= 0 && done < bytes; done += sizeof(block)) {
		if (write(fd, block, sizeof(block)) != sizeof(block))
			die("file");
	}
	high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 10);
	if (high < 0 || fsync(high) < 0)
		die("file");
	close(fd);
	return high;
}

static void open_fds(struct fds *fds)
{
	int low[2];

	if (pipe2(low, O_CLOEXEC) < 0)
		die("pipe");
	for (int i = 0; i < 2; i++) {
		fds->ready[i] = fcntl(low[i], F_DUPFD_CLOEXEC, 10);
		if (fds->ready[i] < 0)
			die("pipe");
		close(low[i]);
	}
	fds->group = -1;
	fds->file = new_file(MEMORY_FILE_BYTES);
}

static void start_ordinary(const struct plan *plan, struct fds *fds)
{
	const char *kind = plan->idle ? "idle" :
			   plan->skewed ? "skewed" : "ordinary";

	for (unsigned long i = 0; i < plan->processes; i++) {
		if (i % GROUP_SIZE == 0) {
			if (fds->group >= 0)
				close(fds->group);
			fds->group = new_memfd("load", MEMORY_GROUP_BYTES);
		}
		printf(" %d", start_one(kind, 0, i, fds));
	}
}

static void start_specials(const struct plan *plan, struct fds *fds)
{
	const struct {
		const char *kind;
		unsigned long amount;
	} specials[] = {
		{ "dense", plan->dense_gib },
		{ "thp", plan->thp_gib },
		{ "mappings", plan->mappings },
		{ "sparse", plan->sparse },
	};

	if (fds->group < 0)
		fds->group = new_memfd("load", MEMORY_GROUP_BYTES);
	for (size_t i = 0; i < sizeof(specials) / sizeof(*specials); i++) {
		if (specials[i].amount == 0)
			continue;
		printf(" %d", start_one(specials[i].kind, specials[i].amount,
					i, fds));
	}
}

static void wait_for_end_of_input(void)
{
	char byte;
	ssize_t n;

	do
		n = read(STDIN_FILENO, &byte, 1);
	while (n > 0 || (n < 0 && errno == EINTR));
}

int main(int argc, char **argv)
{
	struct plan plan = { 0 };
	struct fds fds;

	if (argc == 5 && strcmp(argv[1], "--one") == 0)
		return be_one(argv);
	parse_options(argc, argv, &plan);
	open_fds(&fds);
	printf("ready");
	start_ordinary(&plan, &fds);
	start_specials(&plan, &fds);
	putchar('\n');
	fflush(stdout);
	/* Killing each is not needed: they die with this process. */
	wait_for_end_of_input();
	return 0;
}
