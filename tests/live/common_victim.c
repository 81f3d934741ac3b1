// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Starting, stopping and ending victims, and what they make memory with.
 */
#include "common_victim.h"

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
#include <sys/wait.h>
#include <unistd.h>

#include "common_scan.h"

#include <cmocka.h>

#define MAX_VICTIMS 512

/* Those that live; a test that fails does not come to its end. */
static struct victim living[MAX_VICTIMS];

static void remember(const struct victim *victim)
{
	for (size_t i = 0; i < MAX_VICTIMS; i++) {
		if (living[i].pid == 0) {
			living[i] = *victim;
			return;
		}
	}
}

static void forget(pid_t pid)
{
	for (size_t i = 0; i < MAX_VICTIMS; i++)
		if (living[i].pid == pid)
			living[i].pid = 0;
}

static void die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The parent may have died before the call. */
	if (getppid() != parent)
		_exit(1);
}

static void block(void)
{
	for (;;)
		pause();
}

static void be_victim(pid_t parent, int to_test, victim_fn make, void *context)
{
	struct report report = { 0 };

	die_with(parent);
	make(&report, context);
	if (write(to_test, &report, sizeof(report)) != sizeof(report))
		_exit(1);
	block();
}

void victim_start(struct victim *victim, victim_fn make, void *context)
{
	pid_t self = getpid();
	int ends[2];
	ssize_t got;

	memset(victim, 0, sizeof(*victim));
	assert_return_code(pipe2(ends, O_CLOEXEC), errno);
	victim->pid = fork();
	assert_return_code(victim->pid, errno);
	if (victim->pid == 0)
		be_victim(self, ends[1], make, context);
	close(ends[1]);
	got = read(ends[0], &victim->report, sizeof(victim->report));
	close(ends[0]);
	if (got != sizeof(victim->report)) {
		victim_end(victim);
		fail_msg("the victim died while it made its memory");
	}
	remember(victim);
}

/* A process that is not a child cannot be waited for: look at its state. */
static char state_of(pid_t pid)
{
	char path[64], text[512], *end;
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return 'X';
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (length <= 0)
		return 'X';
	text[length] = 0;
	end = strrchr(text, ')');
	return end ? end[2] : 'X';
}

static void stop_one(pid_t pid)
{
	assert_return_code(kill(pid, SIGSTOP), errno);
	for (int i = 0; state_of(pid) != 'T'; i++) {
		assert_true(i < 5000);
		usleep(1000);
	}
}

void victim_stop(const struct victim *victim)
{
	stop_one(victim->pid);
	if (victim->report.partner)
		stop_one(victim->report.partner);
}

void victim_end(struct victim *victim)
{
	pid_t partner = victim->report.partner;

	if (victim->pid <= 0)
		return;
	/* The partner dies with the victim, and init reaps it. */
	forget(victim->pid);
	kill(victim->pid, SIGKILL);
	waitpid(victim->pid, NULL, 0);
	for (int i = 0; partner && i < 2000; i++) {
		if (strchr("XZ", state_of(partner)))
			break;
		usleep(1000);
	}
	victim->pid = 0;
}

void victim_end_all(void)
{
	for (size_t i = 0; i < MAX_VICTIMS; i++) {
		struct victim victim = living[i];

		victim_end(&victim);
	}
}

void report_skip(struct report *report, const char *what)
{
	if (!report->skip[0])
		snprintf(report->skip, sizeof(report->skip), "%s: %s", what,
			 strerror(errno));
}

char *report_range(struct report *report, void *start, size_t bytes)
{
	uint64_t from = (uintptr_t)start;

	if (report->count == MAX_RANGES)
		abort();
	report->ranges[report->count++] = (struct range){ from, from + bytes };
	return start;
}

void partner_start(struct report *report, victim_fn make, void *context)
{
	pid_t self = getpid();
	struct report own = { 0 };
	int ends[2];

	if (pipe(ends) < 0) {
		report_skip(report, "pipe");
		return;
	}
	report->partner = fork();
	if (report->partner == 0)
		be_victim(self, ends[1], make, context);
	close(ends[1]);
	if (report->partner < 0 ||
	    read(ends[0], &own, sizeof(own)) != sizeof(own))
		report_skip(report, "partner");
	else if (own.skip[0])
		memcpy(report->skip, own.skip, sizeof(own.skip));
	close(ends[0]);
}

char *place(size_t bytes)
{
	size_t room = (bytes + 3 * HUGE) & ~(HUGE - 1);
	char *base = mmap(NULL, room, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (base == MAP_FAILED)
		return NULL;
	return (char *)(((uintptr_t)base + HUGE) & ~(HUGE - 1));
}

char *map_range(struct report *report, size_t bytes, int flags, int fd)
{
	char *at = place(bytes);

	if (at)
		at = mmap(at, bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED,
			  fd, 0);
	if (!at || at == MAP_FAILED) {
		report_skip(report, "mmap");
		return NULL;
	}
	/* Whoever wants huge pages asks for them after this. */
	if (!(flags & MAP_HUGETLB))
		madvise(at, bytes, MADV_NOHUGEPAGE);
	return report_range(report, at, bytes);
}

void touch_write(char *start, size_t pages)
{
	for (size_t i = 0; i < pages; i++) {
		memcpy(start + i * PAGE, &i, sizeof(i));
		*(volatile char *)(start + i * PAGE + 64) = 1;
	}
}

void touch_read(const char *start, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		(void)*(const volatile char *)(start + i * PAGE);
}

#define VAST (256 * MIB)

/* Writes a page over with what it holds. */
__attribute__((no_sanitize("address")))
static void copy_page(uint64_t at)
{
	volatile char *page = (volatile char *)(uintptr_t)at;

	*page = *page;
}

static void copy_pages(int pagemap, uint64_t start, uint64_t end)
{
	for (uint64_t at = start; at < end; at += PAGE) {
		uint64_t entry = 0;

		if (pread(pagemap, &entry, 8, at / PAGE * 8) == 8 &&
		    entry >> 63)
			copy_page(at);
	}
}

static void copy_range(struct range range, void *unused)
{
	(void)unused;
	for (uint64_t at = range.start; at < range.end; at += PAGE)
		copy_page(at);
}

static bool is_reported(const struct report *report, uint64_t start)
{
	for (size_t i = 0; i < report->count; i++)
		if (start >= report->ranges[i].start &&
		    start < report->ranges[i].end)
			return true;
	return false;
}

/* Reads, writes and executes as the text of maps says. */
static int protection(const char *perms)
{
	return (perms[0] == 'r' ? PROT_READ : 0) |
	       (perms[1] == 'w' ? PROT_WRITE : 0) |
	       (perms[2] == 'x' ? PROT_EXEC : 0);
}

static void own_line(const char *line, const struct report *report, int pagemap)
{
	uint64_t start, end;
	char perms[8], name[64] = "";
	int was;

	if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %63s", &start, &end, perms,
		   name) < 3)
		return;
	if (perms[0] != 'r' || perms[3] != 'p' || strncmp(name, "[v", 2) == 0 ||
	    is_reported(report, start))
		return;
	was = protection(perms);
	if (!(was & PROT_WRITE) &&
	    mprotect((void *)start, end - start, was | PROT_WRITE))
		return;
	/* Reservations of a sanitizer are terabytes. */
	if (end - start > VAST)
		scan_present(pagemap, (struct range){ start, end }, copy_range,
			     NULL);
	else
		copy_pages(pagemap, start, end);
	if (!(was & PROT_WRITE))
		mprotect((void *)start, end - start, was);
}

void own_all_pages(struct report *report)
{
	static char text[1 << 18];
	int maps = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got;

	/* All of it first: writing changes what is still to be read. */
	while (maps >= 0 && length < sizeof(text) - 1 &&
	       (got = read(maps, text + length, sizeof(text) - 1 - length)) > 0)
		length += got;
	if (length == 0 || pagemap < 0)
		return report_skip(report, "/proc/self");
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		own_line(line, report, pagemap);
	close(maps);
	close(pagemap);
}

int new_memfd(size_t pages)
{
	int fd = memfd_create("victim", MFD_CLOEXEC);

	if (fd >= 0 && ftruncate(fd, pages * PAGE) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int new_file(size_t pages)
{
	static const char page[PAGE] = "page";
	int fd = open("/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	for (size_t i = 0; fd >= 0 && i < pages; i++) {
		if (write(fd, page, PAGE) != (ssize_t)PAGE) {
			close(fd);
			return -1;
		}
	}
	if (fd >= 0)
		fsync(fd);
	return fd;
}

uint64_t own_entry(const char *at)
{
	uint64_t entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && pread(fd, &entry, 8, (uintptr_t)at / PAGE * 8) != 8)
		entry = 0;
	close(fd);
	return entry;
}

void page_out(struct report *report, char *area, size_t pages)
{
	for (int i = 0; i < 50; i++) {
		size_t out = 0;

		if (madvise(area, pages * PAGE, MADV_PAGEOUT))
			return report_skip(report, "MADV_PAGEOUT");
		for (size_t k = 0; k < pages; k++)
			out += !(own_entry(area + k * PAGE) >> 63);
		if (out == pages)
			return;
		usleep(20000);
	}
	errno = EBUSY;
	report_skip(report, "the pages do not go out");
}
