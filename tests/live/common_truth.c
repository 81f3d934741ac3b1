// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Truth targets, see common_truth.h.  A target shares a board with the test,
 * on which it is asked and answers; it looks at nothing else, so that the only
 * pages it uses of its memory are those of the set.
 */
#include "common_truth.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Of Linux 6.7, which Debian 12's headers do not have yet. */
#ifndef UFFD_FEATURE_WP_ASYNC
#define UFFD_FEATURE_WP_ASYNC (1 << 15)
#endif

enum asked { ASKED_NOTHING, ASKED_TOUCH, ASKED_RUN, ASKED_RUN_PAIRS };

struct truth_board {
	volatile unsigned int asked, done;	/* numbers of requests */
	volatile enum asked what;
	volatile uint64_t rounds, touches, stall_ns, pairs, pair_ns;
	volatile int failed;			/* errno of what it could not */
	volatile unsigned int partner_done;
	uint64_t cpu_ns;			/* the test's: so far */
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int last_cpu(void)
{
	return (int)sysconf(_SC_NPROCESSORS_ONLN) - 1;
}

/* ---- In the target -------------------------------------------------------- */

static void run_on_last_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(last_cpu(), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void use(const struct truth *truth, uint32_t nth)
{
	volatile char *at = truth->memory + truth->used[nth] * TRUTH_PAGE;

	if (nth < truth->spec.read)
		(void)*at;
	else
		*at = (char)(*at + 1);
}

static void use_all(const struct truth *truth)
{
	for (uint32_t i = 0; i < truth->used_count; i++)
		use(truth, i);
	truth->board->rounds++;
}

static void *map_and_unmap(void *argument)
{
	struct truth_board *board = argument;

	for (;;) {
		struct timespec rest = { .tv_nsec = 100000 };
		uint64_t before = now_ns(), took;
		char *page = mmap(NULL, TRUTH_PAGE, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		munmap(page, TRUTH_PAGE);
		took = now_ns() - before;
		if (took > board->pair_ns)
			board->pair_ns = took;
		board->pairs++;
		nanosleep(&rest, NULL);
	}
	return NULL;
}

/* Looks at the clock after some touches: often enough, and not for each. */
static void look_at_clock(struct truth_board *board, uint64_t *last)
{
	uint64_t now = now_ns();

	if (now - *last > board->stall_ns)
		board->stall_ns = now - *last;
	*last = now;
	board->touches += TRUTH_LOOK;
}

static void run(const struct truth *truth)
{
	uint64_t last = now_ns();
	unsigned int unseen = 0;

	for (;; truth->board->rounds++) {
		for (uint32_t i = 0; i < truth->used_count; i++) {
			use(truth, i);
			if (++unseen < TRUTH_LOOK)
				continue;
			look_at_clock(truth->board, &last);
			unseen = 0;
		}
	}
}

/* Writes to none, and leaves all mapped. */
static void read_all(const struct truth *truth)
{
	for (size_t i = 0; i < truth->spec.pages; i++)
		(void)((volatile char *)truth->memory)[i * TRUTH_PAGE];
}

static void write_all(const struct truth *truth)
{
	for (size_t i = 0; i < truth->spec.pages; i++)
		((volatile char *)truth->memory)[i * TRUTH_PAGE] = 1;
}

static int register_all(const struct truth *truth)
{
	struct uffdio_api api = {
		.api = UFFD_API, .features = UFFD_FEATURE_WP_ASYNC,
	};
	struct uffdio_register reg = {
		.mode = UFFDIO_REGISTER_MODE_WP,
		.range = { (uintptr_t)truth->memory,
			   truth->spec.pages * TRUTH_PAGE },
	};
	/* Open as long as the process lives. */
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &reg))
		return errno;
	return 0;
}

static void serve(const struct truth *truth)
{
	struct truth_board *board = truth->board;
	unsigned int done = 0;
	pthread_t thread;

	for (;; board->done = ++done) {
		/* It goes on running: no switch may empty its CPU's TLB. */
		while (board->asked == done)
			if (last_cpu() == 0)
				sched_yield();
		if (board->what == ASKED_TOUCH)
			use_all(truth);
		if (board->what == ASKED_RUN_PAIRS)
			board->failed = pthread_create(&thread, NULL,
						       map_and_unmap, board);
		if (board->what >= ASKED_RUN) {
			board->done = done + 1;
			run(truth);
		}
	}
}

static void die_with_parent(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

/* Uses the pages beside those of the set, all the time. */
static void be_partner(const struct truth *truth, pid_t parent)
{
	volatile char *memory = truth->memory;
	struct timespec rest = { .tv_nsec = 1000000 };

	die_with_parent(parent);
	for (;;) {
		for (uint32_t i = 0; i < truth->used_count; i++)
			memory[(truth->used[i] + 1) * TRUTH_PAGE] = 1;
		truth->board->partner_done++;
		nanosleep(&rest, NULL);
	}
}

static void be_target(const struct truth *truth, pid_t parent)
{
	struct truth_board *board = truth->board;
	pid_t self = getpid();

	die_with_parent(parent);
	run_on_last_cpu();
	/* Else it would show whether all of a huge page was used, or none. */
	madvise(truth->memory, truth->spec.pages * TRUTH_PAGE,
		MADV_NOHUGEPAGE);
	if (truth->spec.dirtied)
		write_all(truth);
	if (truth->spec.partner && fork() == 0)
		be_partner(truth, self);
	if (truth->spec.registered)
		board->failed = register_all(truth);
	read_all(truth);
	serve(truth);
}

/* ---- In the test ---------------------------------------------------------- */

/* Left to be waited for, so that its number goes to nobody else. */
static bool is_dead(const struct truth *truth)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)truth->pid, &info,
		      WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
}

/* Waits for a number, and not for one who has died. */
static void wait_until(const struct truth *truth, volatile unsigned int *number,
		       unsigned int wanted)
{
	while ((int)(*number - wanted) < 0 && !is_dead(truth))
		usleep(500);
}

static void ask(struct truth *truth, enum asked what)
{
	truth->board->what = what;
	truth->board->asked++;
	wait_until(truth, &truth->board->done, truth->board->asked);
}

/* With a page between any two, which is a partner's. */
static void choose_scattered(struct truth *truth, unsigned int seed)
{
	const struct truth_spec *spec = &truth->spec;
	bool *taken = calloc(spec->pages + 1, sizeof(*taken));
	uint32_t count = 0;

	while (count < truth->used_count) {
		uint32_t page = (uint32_t)rand_r(&seed) % (spec->pages - 1);

		if (taken[page] || taken[page + 1] || (page && taken[page - 1]))
			continue;
		taken[page] = true;
		truth->used[count++] = page;
	}
	free(taken);
}

static void choose(struct truth *truth, unsigned int seed)
{
	const struct truth_spec *spec = &truth->spec;
	uint32_t i, count = spec->read + spec->written;

	truth->used_count = count;
	truth->used = calloc(count, sizeof(*truth->used));
	truth->use = calloc(spec->pages, sizeof(*truth->use));
	if (!spec->in_a_row)
		choose_scattered(truth, seed);
	for (i = 0; i < count; i++) {
		if (spec->in_a_row)
			truth->used[i] = (spec->pages - count) / 2 + i;
		truth->use[truth->used[i]] = i < spec->read ? TRUTH_READ
							    : TRUTH_WRITTEN;
	}
}

static int open_file(const struct truth *truth, const char *folder)
{
	size_t bytes = truth->spec.pages * TRUTH_PAGE;
	char name[256], page[TRUTH_PAGE];
	int fd;

	snprintf(name, sizeof(name), "%s/truth-XXXXXX", folder);
	fd = truth->spec.memory == TRUTH_SHMEM ?
		(int)syscall(SYS_memfd_create, "truth", 1u) : mkstemp(name);
	if (fd < 0)
		return -1;
	if (truth->spec.memory == TRUTH_FILE)
		unlink(name);
	memset(page, 1, sizeof(page));
	for (size_t i = 0; i < bytes; i += sizeof(page))
		if (write(fd, page, sizeof(page)) != sizeof(page))
			return close(fd), -1;
	fsync(fd);
	return fd;
}

/* With nothing beside it, so that it is a mapping of its own. */
static char *map_memory(const struct truth *truth, const char *folder)
{
	size_t bytes = truth->spec.pages * TRUTH_PAGE;
	bool anon = truth->spec.memory == TRUTH_ANON;
	int fd = anon ? -1 : open_file(truth, folder);
	char *around, *at;

	if (!anon && fd < 0)
		return NULL;
	around = mmap(NULL, bytes + 2 * TRUTH_PAGE, PROT_NONE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	at = around == MAP_FAILED ? MAP_FAILED :
		mmap(around + TRUTH_PAGE, bytes, PROT_READ | PROT_WRITE,
		     MAP_FIXED | (anon ? MAP_PRIVATE | MAP_ANONYMOUS
				       : MAP_SHARED), fd, 0);
	if (fd >= 0)
		close(fd);
	return at == MAP_FAILED ? NULL : at;
}

static void free_all(struct truth *truth)
{
	size_t bytes = truth->spec.pages * TRUTH_PAGE;

	if (truth->memory)
		munmap(truth->memory - TRUTH_PAGE, bytes + 2 * TRUTH_PAGE);
	if (truth->board)
		munmap(truth->board, sizeof(*truth->board));
	free(truth->used);
	free(truth->use);
	truth->memory = NULL;
	truth->board = NULL;
	truth->used = NULL;
	truth->use = NULL;
}

static bool cannot(struct truth *truth, const char *why)
{
	truth->skip = why;
	truth_end(truth);
	return false;
}

bool truth_start(const struct truth_spec *spec, unsigned int seed,
		 const char *folder, struct truth *truth)
{
	pid_t self = getpid();

	*truth = (struct truth){ .spec = *spec };
	truth->board = mmap(NULL, sizeof(*truth->board), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (truth->board == MAP_FAILED) {
		truth->board = NULL;
		return cannot(truth, "no memory");
	}
	choose(truth, seed);
	truth->memory = map_memory(truth, folder);
	if (!truth->memory)
		return cannot(truth, "its memory cannot be mapped");
	fflush(stdout);
	truth->pid = fork();
	if (truth->pid == 0)
		be_target(truth, self);
	if (truth->pid < 0)
		return cannot(truth, "fork fails");
	ask(truth, ASKED_NOTHING);
	if (truth->board->failed)
		return cannot(truth, "userfaultfd has no asynchronous "
			      "write-protection (Linux 6.7 on)");
	if (spec->partner)
		wait_until(truth, &truth->board->partner_done, 1);
	return true;
}

void truth_end(struct truth *truth)
{
	if (truth->pid > 0) {
		kill(truth->pid, SIGKILL);
		waitpid(truth->pid, NULL, 0);
	}
	truth->pid = 0;
	free_all(truth);
}

void truth_touch(struct truth *truth)
{
	unsigned int partner = truth->board->partner_done;

	ask(truth, ASKED_TOUCH);
	/* The first may have begun before. */
	if (truth->spec.partner)
		wait_until(truth, &truth->board->partner_done, partner + 2);
}

void truth_run(struct truth *truth, bool with_pairs)
{
	struct truth_pace unused;

	ask(truth, with_pairs ? ASKED_RUN_PAIRS : ASKED_RUN);
	truth_pace(truth, &unused);
}

void truth_wait_round(struct truth *truth)
{
	uint64_t begun = truth->board->rounds;

	while (truth->board->rounds < begun + 2 && !is_dead(truth))
		usleep(500);
}

static uint64_t take(volatile uint64_t *count)
{
	return __atomic_exchange_n(count, 0, __ATOMIC_SEQ_CST);
}

static uint64_t cpu_ns(pid_t pid)
{
	struct timespec used = { 0 };
	clockid_t clock;

	if (!clock_getcpuclockid(pid, &clock))
		clock_gettime(clock, &used);
	return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

void truth_pace(struct truth *truth, struct truth_pace *ret_pace)
{
	struct truth_board *board = truth->board;
	uint64_t now = cpu_ns(truth->pid);

	*ret_pace = (struct truth_pace){
		.cpu_ns = now - board->cpu_ns,
		.touches = take(&board->touches),
		.stall_ns = take(&board->stall_ns),
		.pairs = take(&board->pairs),
		.pair_ns = take(&board->pair_ns),
	};
	board->cpu_ns = now;
}

uint64_t truth_used_bytes(const struct truth *truth)
{
	return truth->used_count * TRUTH_PAGE;
}

uint64_t truth_written_bytes(const struct truth *truth)
{
	return truth->spec.written * TRUTH_PAGE;
}

bool truth_is_used(const struct truth *truth, uint32_t page)
{
	return truth->use[page] != TRUTH_UNUSED;
}

bool truth_is_written(const struct truth *truth, uint32_t page)
{
	return truth->use[page] == TRUTH_WRITTEN;
}
