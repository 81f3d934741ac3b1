// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs as root inside a guest with procfs_pagemap mounted at /proc/pagemap:
 * which pages a process used and wrote after clear_refs, exactly, beside what
 * mainline's clear_refs lets one find; by kind of mapping, by kind of page.
 * Prints TAP.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <string.h>

#include "../../kernel/uapi/procfs_pagemap.h"
#include "guest.h"

#define PAGES 1024
#define READ 22
#define WRITTEN 11
#define TOUCHED (READ + WRITTEN)
#define RUNS 10

typedef struct procfs_pagemap_record record_t;

/* What the target is asked for, and when it has done it. */
struct board {
	volatile unsigned int asked, done;
	unsigned int pages[TOUCHED];	/* the last WRITTEN are written */
};

struct target {
	pid_t pid;
	struct board *board;
	char *memory;			/* the same address here and there */
};

static void run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static int last_cpu(void)
{
	return (int)sysconf(_SC_NPROCESSORS_ONLN) - 1;
}

static void touch(const struct target *target)
{
	volatile char *memory = target->memory;

	for (int i = 0; i < READ; i++)
		(void)memory[target->board->pages[i] * PAGE];
	for (int i = READ; i < TOUCHED; i++)
		memory[target->board->pages[i] * PAGE] = 1;
}

/*
 * Every page is in memory, none has been written through this mapping, and all
 * have just been read: CPUs know them. Then it does not stop running, so that
 * no switch to another process makes a CPU forget what it knows.
 */
static void be_target(const struct target *target)
{
	struct board *board = target->board;
	unsigned int done = 0;

	run_on(last_cpu());
	for (size_t i = 0; i < PAGES; i++)
		(void)((volatile char *)target->memory)[i * PAGE];
	for (;;) {
		while (board->asked == done)
			if (last_cpu() == 0)
				sched_yield();
		if (done++)
			touch(target);
		board->done = done;
	}
}

/* A file in memory: reading maps its pages without writing to them. */
static char *map_clean(size_t pages)
{
	static const char zeros[PAGE];
	char name[] = "/tmp/memory-XXXXXX";
	int fd = mkstemp(name);
	char *at;

	unlink(name);
	for (size_t i = 0; i < pages; i++)
		if (write(fd, zeros, PAGE) != PAGE)
			give_up("/tmp");
	at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		  0);
	if (at == MAP_FAILED)
		give_up("mmap");
	close(fd);
	return at;
}

static void ask(const struct target *target)
{
	unsigned int wanted = ++target->board->asked;

	while (target->board->done != wanted)
		usleep(1000);
}

static struct target start_target(void)
{
	struct target target = {
		.board = (struct board *)map(sizeof(struct board),
					     MAP_SHARED | MAP_ANONYMOUS),
		.memory = map_clean(PAGES),
	};

	target.pid = start_child();
	if (!target.pid)
		be_target(&target);
	ask(&target);
	return target;
}

static void end_target(struct target *target)
{
	end_child(target->pid);
	munmap(target->board, sizeof(*target->board));
	munmap(target->memory, PAGES * PAGE);
}

/* Different pages, scattered; none follows another. */
static void choose(struct target *target, unsigned int seed)
{
	bool chosen[PAGES] = { false };

	for (int i = 0; i < TOUCHED;) {
		unsigned int page = rand_r(&seed) % (PAGES - 1);

		if (chosen[page] || chosen[page + 1] ||
		    (page && chosen[page - 1]))
			continue;
		chosen[page] = true;
		target->board->pages[i++] = page;
	}
}

static bool clear_refs(const char *format, pid_t pid, char kind)
{
	char path[64];
	bool cleared;
	int fd;

	snprintf(path, sizeof(path), format, pid);
	fd = open(path, O_WRONLY);
	cleared = fd >= 0 && write(fd, &kind, 1) == 1;
	close(fd);
	return cleared;
}

#define OURS "/proc/pagemap/%d/clear_refs"
#define MAINLINE "/proc/%d/clear_refs"

static void read_records(pid_t pid, const char *at, record_t *records,
			 size_t count)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/pagemap/%d/pagemap", pid);
	fd = open(path, O_RDONLY);
	if (pread(fd, records, count * 16, (uintptr_t)at / PAGE * 16) !=
	    (ssize_t)(count * 16))
		give_up(path);
	close(fd);
}

struct found {
	int accessed, modified;		/* of the pages that were touched */
	int beyond;			/* others that say so */
};

static struct found look(const struct target *target)
{
	static record_t records[PAGES];
	static bool touched[PAGES], written[PAGES];
	struct found found = { 0, 0, 0 };

	memset(touched, 0, sizeof(touched));
	memset(written, 0, sizeof(written));
	for (int i = 0; i < TOUCHED; i++) {
		touched[target->board->pages[i]] = true;
		written[target->board->pages[i]] = i >= READ;
	}
	read_records(target->pid, target->memory, records, PAGES);
	for (size_t i = 0; i < PAGES; i++) {
		bool accessed = records[i].bits & PROCFS_PAGEMAP_ACCESSED;
		bool modified = records[i].bits & PROCFS_PAGEMAP_MODIFIED;

		found.accessed += accessed && touched[i];
		found.modified += modified && written[i];
		found.beyond += (accessed && !touched[i]) ||
				(modified && !written[i]);
	}
	return found;
}

/* ---- Exact working sets --------------------------------------------------- */

struct figures {
	int exact;			/* runs in which all was found */
	int least, most;		/* touched pages found in a run */
	int beyond;
};

static struct found run_once(const char *file, unsigned int seed, bool stopped)
{
	struct target target = start_target();
	struct found found;

	choose(&target, seed);
	if (stopped) {
		kill(target.pid, SIGSTOP);
		usleep(20000);
	}
	if (!clear_refs(file, target.pid, '1'))
		give_up(file);
	if (stopped)
		kill(target.pid, SIGCONT);
	ask(&target);
	found = look(&target);
	end_target(&target);
	return found;
}

static struct figures run_many(const char *file, bool stopped)
{
	struct figures figures = { .least = TOUCHED };

	for (unsigned int i = 1; i <= RUNS; i++) {
		struct found found = run_once(file, i, stopped);

		figures.exact += found.accessed == TOUCHED && !found.beyond &&
				 found.modified == WRITTEN;
		figures.beyond += found.beyond;
		if (found.accessed < figures.least)
			figures.least = found.accessed;
		if (found.accessed > figures.most)
			figures.most = found.accessed;
	}
	return figures;
}

static void check_exact(bool stopped, const char *how, const char *name)
{
	struct figures ours = run_many(OURS, stopped);
	struct figures mainline = run_many(MAINLINE, stopped);

	printf("# %s, %d runs of %d touched of %d: found %d..%d, %d others, "
	       "exact %d times; with mainline's clear_refs %d..%d, %d others, "
	       "exact %d times\n", how, RUNS, TOUCHED, PAGES, ours.least,
	       ours.most, ours.beyond, ours.exact, mainline.least,
	       mainline.most, mainline.beyond, mainline.exact);
	check(ours.exact == RUNS, name);
}

/* ---- Kinds of mappings and of pages ---------------------------------------- */

static bool is_accessed(const char *at)
{
	record_t record;

	read_records(getpid(), at, &record, 1);
	return record.entry & PRESENT && record.bits & PROCFS_PAGEMAP_ACCESSED;
}

static bool forget(char kind)
{
	return clear_refs(OURS, getpid(), kind);
}

static void check_kinds(void)
{
	char *anon = map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS);
	char *file = map_clean(1);
	volatile char *read_anon = anon, *read_file = file;

	anon[0] = 1;
	(void)read_file[0];
	check(forget('2') && !is_accessed(anon) && is_accessed(file),
	      "2 forgets anonymous mappings alone");
	(void)read_anon[0];
	check(is_accessed(anon), "and the next access shows");
	check(forget('3') && is_accessed(anon) && !is_accessed(file),
	      "3 forgets mappings of files alone");
	check(forget('1') && !is_accessed(anon) && !is_accessed(file),
	      "1 forgets all");
	(void)read_file[0];
	check(!is_accessed(anon) && is_accessed(file),
	      "what is used after that is seen, the rest is not");
	check(!forget('0') && errno == EINVAL && !forget('4') &&
	      !forget('x'), "other numbers are EINVAL");
	munmap(anon, PAGE);
	munmap(file, PAGE);
}

static void check_one(const char *at, const char *name)
{
	bool before, forgotten, again;

	(void)*(volatile const char *)at;
	before = is_accessed(at);
	forgotten = forget('1') && !is_accessed(at);
	(void)*(volatile const char *)at;
	again = is_accessed(at);
	check(before && forgotten && again, name);
}

static void check_huge(void)
{
	char *area = map(2 * HUGE, MAP_PRIVATE | MAP_ANONYMOUS);
	char *huge = (char *)(((uintptr_t)area + HUGE - 1) & ~(HUGE - 1));
	char *zero = map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS);
	record_t record;
	int fd;

	check_one(zero, "the zero page, forgotten and used again");
	if (madvise(huge, HUGE, MADV_HUGEPAGE)) {
		skip("a huge page", "this kernel has none");
	} else {
		huge[0] = 1;
		read_records(getpid(), huge, &record, 1);
		check(record.bits & PROCFS_PAGEMAP_HUGE, "there is a huge page");
		check_one(huge, "a huge page, forgotten and used again");
	}
	fd = open("/proc/sys/vm/nr_hugepages", O_WRONLY);
	if (fd < 0 || write(fd, "4", 1) != 1) {
		skip("a page of hugetlb", "this kernel has none");
		return;
	}
	huge = map(HUGE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB);
	huge[0] = 1;
	check_one(huge, "a page of hugetlb, forgotten and used again");
	munmap(huge, HUGE);
	if (write(fd, "0", 1) != 1)
		give_up("nr_hugepages");
	close(fd);
}

/* What is written is still there; what was mapped is mapped. */
static void check_contents(void)
{
	char *at = map(1000 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS);
	bool right = true;

	for (size_t i = 0; i < 1000; i++)
		*(size_t *)(at + i * PAGE) = i * 17;
	mprotect(at + 500 * PAGE, 100 * PAGE, PROT_NONE);
	for (int round = 0; round < 20; round++) {
		right &= forget('1');
		for (size_t i = round; i < 500; i += 3)
			right &= *(size_t *)(at + i * PAGE) == i * 17;
	}
	mprotect(at + 500 * PAGE, 100 * PAGE, PROT_READ);
	for (size_t i = 0; i < 1000; i++)
		right &= *(size_t *)(at + i * PAGE) == i * 17;
	check(right, "nothing is lost by forgetting");
	munmap(at, 1000 * PAGE);
}

int main(void)
{
	run_on(0);
	check_kinds();
	check_huge();
	check_contents();
	check_exact(false, "running", last_cpu() ?
		    "a working set while the target runs on another CPU" :
		    "a working set while the target runs");
	check_exact(true, "stopped",
		    "a working set of a target that was stopped meanwhile");
	return 0;
}
