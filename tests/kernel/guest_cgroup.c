// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory cgroups of version 2 on a kernel that has them alone: the library's
 * handle, and what the kernel does.  Linked with the library.
 */
#include "guest.h"

#include <string.h>
#include <sys/mount.h>

#include <libpagemap/pagemap.h>

#define MIB (1024ul * 1024)
#define BYTES (24 * MIB)
#define SHMEM_BYTES (8 * MIB)
#define SLACK (MIB)		/* what CPUs have not yet added up */
#define ROOT "/sys/fs/cgroup"

static struct pagemap_source *source;
static struct pagemap_cgroup *cgroup;

static uint64_t figure(enum pagemap_cgroup_figure which)
{
	struct pagemap_cgroup_books books;

	if (pagemap_cgroup_read(cgroup, &books))
		give_up("pagemap_cgroup_read");
	return books.value[which];
}

static bool is_near(uint64_t value, uint64_t least)
{
	return value >= least - SLACK && value <= least + SLACK;
}

static void touch(char *at)
{
	for (size_t i = 0; i < BYTES; i += PAGE)
		at[i]++;
}

/* Anonymous memory, touched again when it is told, and tmpfs. */
static void work(int wish, int answer)
{
	static char buffer[1 << 16];
	int fd = open("/tmp/file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char letter = 0, *anon;

	if (fd < 0)
		_exit(1);
	unlink("/tmp/file");
	for (size_t at = 0; at < SHMEM_BYTES; at += sizeof(buffer))
		if (write(fd, buffer, sizeof(buffer)) < 0)
			_exit(1);
	anon = map(BYTES, MAP_PRIVATE | MAP_ANONYMOUS);
	do {
		touch(anon);
		if (write(answer, &letter, 1) != 1)
			break;
	} while (read(wish, &letter, 1) == 1);
	_exit(0);
}

/* Joins before it forks, so that the worker's stack is charged too. */
static void be_member(int wish, int answer)
{
	int status = 0;
	pid_t worker;

	if (pagemap_cgroup_join(cgroup, 0))
		_exit(1);
	worker = start_child();
	if (!worker)
		work(wish, answer);
	waitpid(worker, &status, 0);
	_exit(WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

struct member {
	pid_t pid;
	int wish;
	int answer;
};

static struct member member_start(void)
{
	int wishes[2], answers[2];
	struct member member;
	char letter;

	if (pipe(wishes) || pipe(answers))
		give_up("pipe");
	member.pid = start_child();
	if (!member.pid)
		be_member(wishes[0], answers[1]);
	close(wishes[0]);
	close(answers[1]);
	member.wish = wishes[1];
	member.answer = answers[0];
	if (read(member.answer, &letter, 1) != 1)
		give_up("the member's answer");
	return member;
}

static void member_touches(const struct member *member)
{
	char letter = 'r';

	if (write(member->wish, &letter, 1) != 1 ||
	    read(member->answer, &letter, 1) != 1)
		give_up("the member's answer");
}

/* False where the kernel has no memory controller. */
static bool check_making(void)
{
	int err = pagemap_cgroup_make(source, "guest", &cgroup);

	if (err == -ENOTSUP) {
		skip("memory cgroups of version 2", "not in this kernel");
		return false;
	}
	if (err) {
		printf("# %s\n", pagemap_source_last_error(source));
		give_up("pagemap_cgroup_make");
	}
	check(pagemap_cgroup_version(cgroup) == 2, "it is of version 2");
	check(!strcmp(pagemap_cgroup_path(cgroup), ROOT "/guest") &&
	      !access(ROOT "/guest/memory.max", F_OK),
	      "made below the root, with the controller handed down");
	return true;
}

static void check_books(void)
{
	const uint64_t tables = figure(PAGEMAP_CGROUP_PAGE_TABLES);
	const uint64_t kernel = figure(PAGEMAP_CGROUP_KERNEL);
	const uint64_t stacks = figure(PAGEMAP_CGROUP_KERNEL_STACKS);

	check(is_near(figure(PAGEMAP_CGROUP_ANON), BYTES), "anon");
	check(is_near(figure(PAGEMAP_CGROUP_SHMEM), SHMEM_BYTES), "shmem");
	check(figure(PAGEMAP_CGROUP_FILE) < SLACK, "which is not among file");
	check(figure(PAGEMAP_CGROUP_USAGE) > BYTES + SHMEM_BYTES - SLACK &&
	      figure(PAGEMAP_CGROUP_PEAK) > BYTES + SHMEM_BYTES - SLACK,
	      "usage and peak");
	check(tables >= BYTES / 512 && tables < MIB, "page tables");
	check(stacks >= 2 * PAGE && stacks < MIB, "kernel stacks");
	/* Not told before 5.18. */
	check(kernel >= tables + stacks &&
	      (kernel < 16 * MIB || kernel == PAGEMAP_CGROUP_UNKNOWN),
	      "all of the kernel's");
	check(figure(PAGEMAP_CGROUP_SLAB) != PAGEMAP_CGROUP_UNKNOWN, "slab");
	check(figure(PAGEMAP_CGROUP_LIMIT) == PAGEMAP_CGROUP_NO_LIMIT,
	      "no limit");
	check(figure(PAGEMAP_CGROUP_OOM_KILLS) == 0, "nobody was killed");
	printf("# usage %llu, kernel %llu, stalled %lld us\n",
	       (unsigned long long)figure(PAGEMAP_CGROUP_USAGE),
	       (unsigned long long)kernel,
	       (long long)figure(PAGEMAP_CGROUP_STALL_US));
}

/* To swap, and back when it is touched. */
static void check_reclaim(const struct member *member)
{
	uint64_t usage = figure(PAGEMAP_CGROUP_USAGE), after;
	double start = now_s(), took;
	int err = pagemap_cgroup_reclaim(cgroup, BYTES / 2);

	if (err == -ENOTSUP) {
		skip("memory.reclaim", "it came with Linux 5.19");
		return;
	}
	took = now_s() - start;
	after = figure(PAGEMAP_CGROUP_USAGE);
	printf("# memory.reclaim of %lu KiB: %d, %.1f ms, usage %llu to %llu "
	       "KiB\n", BYTES / 2 / 1024, err, took * 1e3,
	       (unsigned long long)usage / 1024,
	       (unsigned long long)after / 1024);
	check(!err || err == -EAGAIN, "reclaims on demand");
	check(after < usage - BYTES / 3, "and usage falls");
	check(figure(PAGEMAP_CGROUP_SWAP) > BYTES / 4, "swap rises");
	member_touches(member);
	printf("# %llu refaults\n",
	       (unsigned long long)figure(PAGEMAP_CGROUP_REFAULTS));
	check(figure(PAGEMAP_CGROUP_REFAULTS) > BYTES / PAGE / 8,
	      "what comes back is counted");
}

static void check_limits(const struct member *member)
{
	const uint64_t limit = BYTES;

	check(!pagemap_cgroup_set_limit(cgroup, limit) &&
	      figure(PAGEMAP_CGROUP_LIMIT) == limit, "memory.high is set");
	check(figure(PAGEMAP_CGROUP_USAGE) <= limit + SLACK, "and holds");
	member_touches(member);
	check(figure(PAGEMAP_CGROUP_OOM_KILLS) == 0 &&
	      waitpid(member->pid, NULL, WNOHANG) == 0, "without a kill");
	check(!pagemap_cgroup_restore_limits(cgroup) &&
	      figure(PAGEMAP_CGROUP_LIMIT) == PAGEMAP_CGROUP_NO_LIMIT,
	      "limits are put back");
}

static void check_cost(void)
{
	struct timespec start, end;
	struct pagemap_cgroup_books books;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	for (int i = 0; i < 200; i++)
		pagemap_cgroup_read(cgroup, &books);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	printf("# a reading of the books takes %.1f us (under emulation)\n",
	       ((double)(end.tv_sec - start.tv_sec) * 1e9 +
		(double)(end.tv_nsec - start.tv_nsec)) / 200 / 1e3);
}

/* Past memory.max and what may be swapped, somebody is killed. */
static void check_hard_limit(const struct member *member)
{
	int status, fd = open(ROOT "/guest/memory.swap.max", O_WRONLY);

	if (fd >= 0 && write(fd, "0", 1) != 1)
		give_up("memory.swap.max");
	close(fd);
	check(!pagemap_cgroup_set_hard_limit(cgroup, BYTES / 4),
	      "memory.max is set");
	/* The worker, and its parent too if memory is not back in time. */
	check(waitpid(member->pid, &status, 0) == member->pid &&
	      (WIFSIGNALED(status) || WEXITSTATUS(status) == SIGKILL),
	      "below what cannot be had it kills");
	check(figure(PAGEMAP_CGROUP_OOM_KILLS) >= 1, "which is counted");
	check(!pagemap_cgroup_restore_limits(cgroup) &&
	      figure(PAGEMAP_CGROUP_LIMIT) == PAGEMAP_CGROUP_NO_LIMIT,
	      "memory.max is put back too");
}

static void check_killing(void)
{
	struct member member = member_start();
	struct pagemap_cgroup_books books;
	pid_t *pids = NULL;
	size_t count = 0;
	int status, err;

	check(!pagemap_cgroup_pids(cgroup, &pids, &count) && count == 2 &&
	      (pids[0] == member.pid || pids[1] == member.pid),
	      "who is in it is listed");
	check(pagemap_cgroup_remove(cgroup) == -EBUSY,
	      "it is not removed with somebody in it");
	err = pagemap_cgroup_kill(cgroup);
	if (err == -ENOTSUP) {
		skip("cgroup.kill", "it came with Linux 5.14");
		kill(pids[0], SIGKILL);
		kill(pids[1], SIGKILL);
	} else {
		check(!err, "all are killed by one write");
	}
	free(pids);
	waitpid(member.pid, &status, 0);
	for (int i = 0; i < 100 && pagemap_cgroup_remove(cgroup); i++)
		usleep(10000);
	check(pagemap_cgroup_remove(cgroup) == 0 && access(ROOT "/guest", F_OK),
	      "it is removed");
	check(pagemap_cgroup_read(cgroup, &books) == -ENODEV,
	      "and a reading says so");
}

static void check_all(bool swap)
{
	struct member member;

	if (!check_making())
		return;
	member = member_start();
	check_books();
	check_cost();
	if (swap) {
		check_reclaim(&member);
		check_limits(&member);
	}
	check_hard_limit(&member);
	check_killing();
	pagemap_cgroup_close(cgroup);
}

/* SWAP: there is a disk to swap to. */
int main(int argc, char **argv)
{
	if (mount("none", ROOT, "cgroup2", 0, NULL)) {
		skip("memory cgroups of version 2", "no cgroup2 here");
		return 0;
	}
	if (pagemap_source_open_live(&source))
		give_up("pagemap_source_open_live");
	check_all(argc > 1 && !strcmp(argv[1], "SWAP"));
	pagemap_source_close(source);
	umount(ROOT);
	return 0;
}
