// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest_known LIST [module]: inside a vkernel, processes whose every page is
 * known: who shares it, what stands in it, whether it was used.  Each writes
 * what it has to LIST and then waits for ever.  What is in LIST is in force
 * once LIST.done is there.  Does not look at itself: that is the oracle's.
 */
#define _GNU_SOURCE
#include <string.h>
#include <sys/shm.h>

#include "../kernel/guest.h"
#include "guest_known.h"

#define WINDOW 16		/* pages that a fault on a file brings along */
#define PAGEOUT 21		/* MADV_PAGEOUT, where headers are older */

static const char *list_name;
static bool has_module;

/* ---- Telling and waiting ------------------------------------------------ */

static void tell(const char *at, size_t pages, unsigned int owner,
		 unsigned int index, const char *state, const char *use,
		 unsigned int sharers, const char *name)
{
	char line[160];
	int fd = open(list_name, O_WRONLY | O_APPEND | O_CREAT, 0644);
	int length = snprintf(line, sizeof(line), KNOWN_WRITE, getpid(),
			      (unsigned long)at, pages, owner, index, state,
			      use, sharers, name);

	if (fd < 0 || write(fd, line, (size_t)length) != length)
		give_up(list_name);
	close(fd);
}

static void wait_for_ever(void)
{
	for (;;)
		pause();
}

/* Runs one in a child, up to where it has told what it has. */
static pid_t start(void (*actor)(int ready, void *context), void *context,
		   const char *name)
{
	int ends[2];
	char byte;
	pid_t child;

	if (pipe(ends))
		give_up("pipe");
	child = start_child();
	if (!child) {
		prctl(PR_SET_NAME, name);
		close(ends[0]);
		actor(ends[1], context);
		wait_for_ever();
	}
	close(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		give_up(name);
	close(ends[0]);
	return child;
}

static void be_ready(int ready)
{
	if (write(ready, "r", 1) != 1)
		give_up("ready");
	close(ready);
}

/* ---- Pages -------------------------------------------------------------- */

static void mark(char *at, size_t pages, unsigned int owner,
		 unsigned int index)
{
	for (size_t i = 0; i < pages; i++) {
		unsigned int n = index +
			(owner == OWNER_ALIKE ? 0 : (unsigned int)i);

		*(struct known_mark *)(at + i * PAGE) = (struct known_mark){
			KNOWN_MAGIC, owner, n, known_check(owner, n)
		};
	}
}

static void use(const char *at, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		(void)*(const volatile char *)(at + i * PAGE);
}

/*
 * Room for pages that begins where a window of faults does, and that no other
 * mapping becomes one with: pages around it are none.
 */
static char *room(size_t pages)
{
	size_t bytes = (pages + 3 * WINDOW) * PAGE;
	char *at = mmap(NULL, bytes, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		give_up("mmap");
	return (char *)(((uintptr_t)at + 2 * WINDOW * PAGE) &
			~(WINDOW * PAGE - 1));
}

static char *area(size_t pages, int how, int fd)
{
	char *at = mmap(room(pages), pages * PAGE, PROT_READ | PROT_WRITE,
			how | MAP_FIXED, fd, 0);

	if (at == MAP_FAILED)
		give_up("mmap");
	return at;
}

static char *own_area(size_t pages)
{
	return area(pages, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static unsigned int me(void)
{
	return (unsigned int)getpid();
}

/* What a use is only if a module can make the kernel forget. */
static const char *by_module(const char *use)
{
	return has_module ? use : "any";
}

static void forget(void)
{
	char path[64];
	int fd;

	if (!has_module)
		return;
	snprintf(path, sizeof(path), "/proc/pagemap/%d/clear_refs", getpid());
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "1", 1) != 1)
		give_up(path);
	close(fd);
}

static uint64_t entry_of(const char *at)
{
	uint64_t entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY);

	if (pread(fd, &entry, 8, (off_t)((uintptr_t)at / PAGE * 8)) != 8)
		give_up("pagemap");
	close(fd);
	return entry;
}

static void push_out(char *at, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		for (int tries = 0; !(entry_of(at + i * PAGE) & SWAPPED);
		     tries++) {
			if (tries == 100)
				give_up("MADV_PAGEOUT: no swap");
			madvise(at, pages * PAGE, PAGEOUT);
			usleep(1000 * (unsigned int)tries);
		}
}

/* ---- A tree of forks ---------------------------------------------------- */

/* 1,000 pages; a child writes to 300 of them, and its child to 100 others. */
struct tree {
	char *at;
	unsigned int owner;		/* the first parent */
	unsigned int second;
};

static void be_grandchild(int ready, void *context)
{
	const struct tree *tree = context;
	char *at = tree->at;

	mark(at + 600 * PAGE, 100, me(), 600);
	tell(at, 300, tree->second, 0, "present", "old_modified", 2, "tree");
	tell(at + 300 * PAGE, 300, tree->owner, 300, "present", "old_modified",
	     3, "tree");
	tell(at + 600 * PAGE, 100, me(), 600, "present", "modified", 1, "tree");
	tell(at + 700 * PAGE, 300, tree->owner, 700, "present", "old_modified",
	     3, "tree");
	be_ready(ready);
}

static void be_child(int ready, void *context)
{
	struct tree *tree = context;
	char *at = tree->at;

	tree->second = me();
	mark(at, 300, me(), 0);
	start(be_grandchild, tree, "known-grandson");
	tell(at, 300, me(), 0, "present", "modified", 2, "tree");
	tell(at + 300 * PAGE, 300, tree->owner, 300, "present", "old_modified",
	     3, "tree");
	tell(at + 600 * PAGE, 100, tree->owner, 600, "present", "old_modified",
	     2, "tree");
	tell(at + 700 * PAGE, 300, tree->owner, 700, "present", "old_modified",
	     3, "tree");
	be_ready(ready);
}

static void be_parent(int ready, void *context)
{
	struct tree tree = { own_area(1000), me(), 0 };
	char *at = tree.at;

	(void)context;
	mark(at, 1000, me(), 0);
	start(be_child, &tree, "known-child");
	tell(at, 300, me(), 0, "present", "modified", 1, "tree");
	tell(at + 300 * PAGE, 300, me(), 300, "present", "modified", 3, "tree");
	tell(at + 600 * PAGE, 100, me(), 600, "present", "modified", 2, "tree");
	tell(at + 700 * PAGE, 300, me(), 700, "present", "modified", 3, "tree");
	be_ready(ready);
}

/* ---- A file, and memory that is shared ---------------------------------- */

#define FILE_PAGES 256
#define FILE_READ 192
#define FILE_WRITTEN 48

static int open_file(void)
{
	static char page[PAGE];
	int fd = open("/tmp/file", O_RDWR | O_CREAT, 0644);

	for (unsigned int i = 0; i < FILE_PAGES; i++) {
		mark(page, 1, OWNER_FILE, i);
		if (pwrite(fd, page, PAGE, (off_t)(i * PAGE)) != PAGE)
			give_up("/tmp/file");
	}
	return fd;
}

static void be_file_reader(int ready, void *context)
{
	char *at = area(FILE_PAGES, MAP_SHARED, *(int *)context);

	use(at, FILE_PAGES);
	tell(at, FILE_WRITTEN, OWNER_FILE, 0, "present", "clean", 1, "file");
	tell(at + FILE_WRITTEN * PAGE, FILE_READ - FILE_WRITTEN, OWNER_FILE,
	     FILE_WRITTEN, "present", "clean", 2, "file");
	tell(at + FILE_READ * PAGE, FILE_PAGES - FILE_READ, OWNER_FILE,
	     FILE_READ, "present", "clean", 1, "file");
	be_ready(ready);
}

static void be_file_writer(int ready, void *context)
{
	char *at = area(FILE_PAGES, MAP_PRIVATE, *(int *)context);

	use(at, FILE_READ);
	mark(at, FILE_WRITTEN, me(), 0);
	tell(at, FILE_WRITTEN, me(), 0, "present", "modified", 1, "file-cow");
	tell(at + FILE_WRITTEN * PAGE, FILE_READ - FILE_WRITTEN, OWNER_FILE,
	     FILE_WRITTEN, "present", "clean", 2, "file-cow");
	tell(at + FILE_READ * PAGE, FILE_PAGES - FILE_READ, 0, 0, "none", "any",
	     0, "file-cow");
	be_ready(ready);
}

/* A program that others run, as data. */
static void be_binary(int ready, void *context)
{
	int fd = open("/bin/busybox", O_RDONLY);
	char *at = mmap(room(WINDOW), WINDOW * PAGE, PROT_READ,
			MAP_PRIVATE | MAP_FIXED, fd, 0);

	(void)context;
	if (at == MAP_FAILED)
		give_up("/bin/busybox");
	use(at, WINDOW);
	tell(at, WINDOW, 0, 0, "present", "clean", 0, "binary");
	be_ready(ready);
}

struct shared {
	char *anon, *segment;
	int memfd;
	unsigned int owner;
};

static void be_shared_reader(int ready, void *context)
{
	const struct shared *shared = context;

	use(shared->anon, 128);
	use(shared->segment, 64);
	tell(shared->anon, 128, shared->owner, 0, "present", "clean", 2, "anon");
	tell(shared->segment, 64, shared->owner, 128, "present", "clean", 2,
	     "sysv");
	be_ready(ready);
}

/* Two mappings of one memfd by one mm: each of its pages has one sharer. */
static void tell_twice(unsigned int owner)
{
	int fd = memfd_create("twice", 0);
	char *first, *second;

	if (fd < 0 || ftruncate(fd, 32 * PAGE))
		give_up("memfd");
	first = area(32, MAP_SHARED, fd);
	second = area(32, MAP_SHARED, fd);
	mark(first, 32, owner, 192);
	use(second, 32);
	tell(first, 32, owner, 192, "present", "modified", 1, "memfd");
	tell(second, 32, owner, 192, "present", "clean", 1, "memfd-again");
}

static void be_shared_writer(int ready, void *context)
{
	int id = shmget(IPC_PRIVATE, 64 * PAGE, 0600);
	struct shared shared = {
		.anon = area(128, MAP_SHARED | MAP_ANONYMOUS, -1),
		.owner = me(),
	};

	(void)context;
	shared.segment = shmat(id, NULL, 0);
	if (id < 0 || shared.segment == (char *)-1)
		give_up("shmget");
	shmctl(id, IPC_RMID, NULL);
	mark(shared.anon, 128, me(), 0);
	mark(shared.segment, 64, me(), 128);
	start(be_shared_reader, &shared, "known-shmread");
	tell_twice(me());
	tell(shared.anon, 128, me(), 0, "present", "modified", 2, "anon");
	tell(shared.segment, 64, me(), 128, "present", "modified", 2, "sysv");
	be_ready(ready);
}

/* ---- States ------------------------------------------------------------- */

static void be_states(int ready, void *context)
{
	char *closed = own_area(64), *zero = own_area(64), *half = own_area(64);

	(void)context;
	mark(closed, 32, me(), 0);
	mprotect(closed, 64 * PAGE, PROT_NONE);
	use(zero, 64);
	use(half, 64);
	mark(half, 32, me(), 64);
	tell(closed, 32, me(), 0, "present", "modified", 1, "protnone");
	tell(closed + 32 * PAGE, 32, 0, 0, "none", "any", 0, "protnone");
	tell(zero, 64, 0, 0, "zero", "any", 0, "zero");
	tell(half, 32, me(), 64, "present", "modified", 1, "zero-cow");
	tell(half + 32 * PAGE, 32, 0, 0, "zero", "any", 0, "zero-cow");
	be_ready(ready);
}

/* The child takes half of what its parent has in swap back in, by writing. */
static void be_swap_child(int ready, void *context)
{
	char *at = context;

	mark(at, 64, me(), 0);
	tell(at, 64, me(), 0, "present", "modified", 1, "swap");
	tell(at + 64 * PAGE, 64, 0, 0, "swapped", "any", 0, "swap");
	be_ready(ready);
}

static void be_swapped(int ready, void *context)
{
	char *at = own_area(128);

	(void)context;
	mark(at, 128, me(), 0);
	push_out(at, 128);
	start(be_swap_child, at, "known-swapson");
	tell(at, 128, 0, 0, "swapped", "any", 0, "swap");
	be_ready(ready);
}

static void wake(int number)
{
	(void)number;
}

/*
 * Kernels from 6.10 on give the host what has changed of an mm when it runs
 * next: one that is not woken has not what was merged.
 */
static void be_merged(int ready, void *context)
{
	char *at = own_area(64), *alike = own_area(64);

	(void)context;
	mark(at, 64, OWNER_MERGED, 0);
	mark(alike, 64, OWNER_ALIKE, 7);
	if (madvise(at, 64 * PAGE, MADV_MERGEABLE) ||
	    madvise(alike, 64 * PAGE, MADV_MERGEABLE))
		give_up("MADV_MERGEABLE");
	tell(at, 64, OWNER_MERGED, 0, "present", "any", 2, "merged");
	tell(alike, 64, OWNER_ALIKE, 7, "present", "any", 2, "alike");
	signal(SIGUSR1, wake);
	be_ready(ready);
}

/* ---- What was used and what was not -------------------------------------- */

static void be_used(int ready, void *context)
{
	int fd = memfd_create("used", 0);
	char *clean, *written = own_area(64), *writer;

	(void)context;
	if (fd < 0 || ftruncate(fd, 256 * PAGE))
		give_up("memfd");
	writer = area(256, MAP_SHARED, fd);
	mark(writer, 256, me(), 0);
	clean = area(256, MAP_SHARED, fd);
	munmap(writer, 256 * PAGE);
	use(clean, 256);
	mark(written, 64, me(), 256);
	forget();
	use(clean + 16 * PAGE, 40);
	mark(clean + 100 * PAGE, 20, me(), 100);
	use(written, 16);
	tell(clean, 16, me(), 0, "present", by_module("old"), 1, "used");
	tell(clean + 16 * PAGE, 40, me(), 16, "present", "clean", 1, "used");
	tell(clean + 56 * PAGE, 44, me(), 56, "present", by_module("old"), 1,
	     "used");
	tell(clean + 100 * PAGE, 20, me(), 100, "present", "modified", 1,
	     "used");
	tell(clean + 120 * PAGE, 136, me(), 120, "present", by_module("old"), 1,
	     "used");
	tell(written, 16, me(), 256, "present", "modified", 1, "written");
	tell(written + 16 * PAGE, 48, me(), 272, "present",
	     by_module("old_modified"), 1, "written");
	be_ready(ready);
}

/* ---- All of them --------------------------------------------------------- */

#define KSM "/sys/kernel/mm/ksm/"

static void set(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		give_up(path);
	close(fd);
}

static long number_in(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		give_up(path);
	close(fd);
	return atol(text);
}

/* Until all are: 64 pairs, and 128 that are one.  Then nothing merges more. */
static void merge(void)
{
	set(KSM "pages_to_scan", "10000");
	set(KSM "sleep_millisecs", "5");
	set(KSM "run", "1");
	for (int tries = 0; number_in(KSM "pages_sharing") < 64 + 127; tries++) {
		if (tries == 2000)
			give_up("KSM merges nothing");
		usleep(5000);
	}
	set(KSM "run", "0");
}

int main(int argc, char *argv[])
{
	char done[128];
	pid_t merged[2];
	int fd = open_file();

	if (argc < 2)
		return 2;
	list_name = argv[1];
	has_module = argc > 2;
	prctl(PR_SET_NAME, "known");
	merged[0] = start(be_merged, NULL, "known-merged");
	merged[1] = start(be_merged, NULL, "known-merged");
	start(be_parent, NULL, "known-parent");
	start(be_file_reader, &fd, "known-file");
	start(be_file_writer, &fd, "known-filecow");
	start(be_binary, NULL, "known-binary");
	start(be_shared_writer, NULL, "known-shared");
	start(be_states, NULL, "known-states");
	start(be_swapped, NULL, "known-swap");
	start(be_used, NULL, "known-used");
	merge();
	kill(merged[0], SIGUSR1);
	kill(merged[1], SIGUSR1);
	snprintf(done, sizeof(done), "%s.done", list_name);
	close(open(done, O_WRONLY | O_CREAT, 0644));
	wait_for_ever();
	return 0;
}
