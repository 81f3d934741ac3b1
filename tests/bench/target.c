// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * target: one process of a load, started by load.c and by nobody else.  It
 * makes the memory that its command line asks for, touches it, writes one
 * byte to the descriptor --ready, and sleeps until its parent ends.  It owns
 * what memory looks like; how many processes there are, and when they end,
 * is load.c's.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common_bench.h"

enum { PAGE = 4096, FILES_MAX = 16, STALLS_MAX = 1 << 20, SPARSE_PAGES = 2000 };

struct want {
	size_t parent;
	size_t ready_fd;
	size_t shared_fd;
	size_t private_size;
	size_t pieces;
	size_t shared_size;
	size_t file_size;
	const char *files[FILES_MAX];
	size_t file_count;
	const char *special;
	size_t amount;
};

static void *map(size_t size, int protection, int flags, int fd)
{
	void *start = mmap(NULL, size, protection, flags, fd, 0);

	if (start == MAP_FAILED)
		die_errno("mapping %zu KiB", size >> 10);
	return start;
}

static char *map_anonymous(size_t size)
{
	return map(size, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
}

/* No two pages alike, so that nothing is merged or compressed away. */
static void write_pages(char *start, size_t size, size_t stride)
{
	size_t at;

	for (at = 0; at < size; at += stride)
		*(uintptr_t *)(start + at) = (uintptr_t)(start + at) ^
					     (uintptr_t)getpid() << 48;
}

static void read_pages(const volatile char *start, size_t size)
{
	size_t at;

	for (at = 0; at < size; at += PAGE)
		(void)start[at];
}

/* In pieces that cannot merge: a guard page follows each. */
static void make_private(size_t size, size_t pieces)
{
	size_t piece = size / pieces & ~(size_t)(PAGE - 1);
	char *start;

	for (; pieces; pieces--) {
		start = map_anonymous(piece + PAGE);
		if (mprotect(start + piece, PAGE, PROT_NONE))
			die_errno("a guard page");
		write_pages(start, piece, PAGE);
	}
}

static void make_shared(int fd, size_t size)
{
	char *start = map(size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);

	write_pages(start, size, PAGE);
	close(fd);
}

/* Up to limit bytes of a file, as a program maps what it only reads. */
static void map_file(const char *path, size_t limit)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	size_t size;

	if (fd < 0 || fstat(fd, &status))
		die_errno("%s", path);
	size = (size_t)status.st_size < limit ? (size_t)status.st_size : limit;
	if (size)
		read_pages(map(size, PROT_READ, MAP_PRIVATE, fd), size);
	close(fd);
}

/* ---- Specials ---------------------------------------------------------- */

static void make_dense(size_t size)
{
	write_pages(map_anonymous(size), size, PAGE);
}

static void make_thp(size_t size)
{
	const size_t huge = 2 << 20;
	char *start = map_anonymous(size + huge);

	start += -(uintptr_t)start & (huge - 1);
	if (prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0) ||
	    madvise(start, size, MADV_HUGEPAGE))
		die_errno("MADV_HUGEPAGE");
	write_pages(start, size, PAGE);
}

/* Pages of one area that are readable and writable in turn. */
static void make_mappings(size_t count)
{
	char *start = map_anonymous(count * PAGE);
	size_t i;

	write_pages(start, count * PAGE, PAGE);
	for (i = 0; i < count; i += 2)
		if (mprotect(start + i * PAGE, PAGE, PROT_READ))
			die_errno("mapping %zu (see vm.max_map_count)", i);
}

static void make_sparse(size_t size)
{
	write_pages(map_anonymous(size), size / PAGE / SPARSE_PAGES *
		    SPARSE_PAGES * PAGE, size / PAGE / SPARSE_PAGES * PAGE);
}

static void make_nothing(size_t unused)
{
	(void)unused;
}

static const struct special {
	const char *name;
	void (*make)(size_t amount);
} specials[] = {
	{ "dense", make_dense },
	{ "thp", make_thp },
	{ "mappings", make_mappings },
	{ "sparse", make_sparse },
	{ "idle", make_nothing },
	{ "stall", make_dense },
};

static void make_special(const char *name, size_t amount)
{
	size_t i;

	for (i = 0; i < sizeof(specials) / sizeof(*specials); i++) {
		if (!strcmp(specials[i].name, name)) {
			specials[i].make(amount);
			return;
		}
	}
	die("no special called '%s'", name);
}

/* ---- Stalls ------------------------------------------------------------ */

static uint32_t stalls_ns[STALLS_MAX];
static atomic_size_t stall_count;

/*
 * First in line for a CPU, so that what is measured is the wait for the lock
 * and not that for other programs of a busy machine.
 */
static const char *go_first(void)
{
	const struct sched_param first = { .sched_priority = 2 };

	return sched_setscheduler(0, SCHED_FIFO, &first) ? "other" : "fifo";
}

static void *stall_loop(void *policy)
{
	const struct timespec rest = { .tv_nsec = 50000 };
	uint64_t begin;
	size_t at;

	*(const char **)policy = go_first();
	for (;;) {
		begin = now_ns();
		munmap(map_anonymous(PAGE), PAGE);
		begin = now_ns() - begin;
		at = atomic_load(&stall_count);
		if (at < STALLS_MAX) {
			stalls_ns[at] = begin > UINT32_MAX ? UINT32_MAX : begin;
			/* Not if they were asked for meanwhile. */
			atomic_compare_exchange_strong(&stall_count, &at, at + 1);
		}
		nanosleep(&rest, NULL);
	}
	return NULL;
}

static int compare_stalls(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

/* Says how long mmap and munmap took since the last time, and begins anew. */
static void report_stalls(const char *policy)
{
	static uint32_t sorted[STALLS_MAX];
	size_t count = atomic_exchange(&stall_count, 0);

	memcpy(sorted, stalls_ns, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare_stalls);
	if (!count)
		sorted[0] = 0;
	printf("stall worst_us %.1f p999_us %.1f median_us %.1f samples %zu %s\n",
	       sorted[count ? count - 1 : 0] / 1e3, sorted[count * 999 / 1000] / 1e3,
	       sorted[count / 2] / 1e3, count, policy);
	fflush(stdout);
}

static void serve_stalls(void)
{
	const char *policy = "other";
	pthread_t thread;
	sigset_t asked;
	int signal;

	sigemptyset(&asked);
	sigaddset(&asked, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &asked, NULL);
	if (pthread_create(&thread, NULL, stall_loop, &policy))
		die("no thread");
	for (;;) {
		sigwait(&asked, &signal);
		report_stalls(policy);
	}
}

/* ---- The process ------------------------------------------------------- */

/* One that this system lacks is five mappings less, and no harm. */
static void add_library(const char *name)
{
	dlopen(name, RTLD_NOW | RTLD_LOCAL);
}

static const struct {
	const char *name;
	size_t place;
} numbers[] = {
	{ "parent", offsetof(struct want, parent) },
	{ "ready", offsetof(struct want, ready_fd) },
	{ "shared-fd", offsetof(struct want, shared_fd) },
	{ "private", offsetof(struct want, private_size) },
	{ "pieces", offsetof(struct want, pieces) },
	{ "shared", offsetof(struct want, shared_size) },
	{ "file-limit", offsetof(struct want, file_size) },
	{ "amount", offsetof(struct want, amount) },
};

enum { NUMBERS = sizeof(numbers) / sizeof(*numbers) };

static void set_text(struct want *want, int letter, const char *text)
{
	if (letter == 'l')
		add_library(text);
	else if (letter == 's')
		want->special = text;
	else if (letter == 'f' && want->file_count < FILES_MAX)
		want->files[want->file_count++] = text;
	else
		exit(2);
}

static void parse_options(int argc, char **argv, struct want *want)
{
	struct option names[NUMBERS + 4] = {
		[NUMBERS] = { "file", required_argument, NULL, 'f' },
		{ "library", required_argument, NULL, 'l' },
		{ "special", required_argument, NULL, 's' },
	};
	int i, letter;

	for (i = 0; i < NUMBERS; i++)
		names[i] = (struct option){ numbers[i].name, 1, NULL, 'n' };
	while ((letter = getopt_long(argc, argv, "", names, &i)) != -1) {
		if (letter == 'n')
			*(size_t *)((char *)want + numbers[i].place) =
				parse_size(optarg);
		else
			set_text(want, letter, optarg);
	}
}

static void make_memory(const struct want *want)
{
	size_t i;

	/* Pages of 4 KiB on every machine, but where the special asks for more. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	if (want->private_size)
		make_private(want->private_size, want->pieces);
	if (want->shared_size)
		make_shared((int)want->shared_fd, want->shared_size);
	for (i = 0; i < want->file_count; i++)
		map_file(want->files[i], want->file_size);
	if (want->special)
		make_special(want->special, want->amount);
}

int main(int argc, char **argv)
{
	struct want want = { .pieces = 1 };

	parse_options(argc, argv, &want);
	die_with_parent((pid_t)want.parent, SIGKILL);
	make_memory(&want);
	if (write((int)want.ready_fd, "", 1) != 1)
		die_errno("saying that all is ready");
	close((int)want.ready_fd);
	if (want.special && !strcmp(want.special, "stall"))
		serve_stalls();
	for (;;)
		pause();
}
