// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest_report HOSTDIR: inside a vkernel, writes what the guest's /proc says
 * into HOSTDIR/proc, a folder of the host that looks like it, and does what the
 * host asks for.  HOSTDIR/contents/PID has a struct known_content for each page
 * that PID has: what stands in it.
 *
 * The host asks by files command.1, command.2, ..., which it renames into
 * place; each is answered by a file done.1, ... with a line of what came of it.
 * The words are in the table at the end.  Must not find memory for itself while
 * it looks: all that it needs is there from the beginning.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "../kernel/guest.h"
#include "guest_content.h"
#include "guest_known.h"

#define ENTRIES 4096		/* of a pagemap, read at once */

static const char *host;
static char buffer[1 << 16];

/* ---- Files --------------------------------------------------------------- */

static void copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY);
	int out;
	ssize_t got;

	if (in < 0)
		return;
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (out < 0)
		give_up(to);
	while ((got = read(in, buffer, sizeof(buffer))) > 0)
		if (write(out, buffer, (size_t)got) != got)
			give_up(to);
	close(in);
	close(out);
}

static bool is_zero(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return false;
	return true;
}

/* A part of a file, and holes where there is nothing but zeros. */
static void copy_part(int in, int out, off_t offset, off_t end)
{
	while (offset < end) {
		size_t most = end - offset < ENTRIES * 8 ?
			(size_t)(end - offset) : ENTRIES * 8;
		ssize_t got = pread(in, buffer, most, offset);

		if (got <= 0)
			return;
		for (ssize_t at = 0; at < got; at += 512) {
			size_t size = got - at < 512 ? (size_t)(got - at) : 512;

			if (!is_zero(buffer + at, size) &&
			    pwrite(out, buffer + at, size, offset + at) !=
			    (ssize_t)size)
				give_up("a sparse file");
		}
		offset += got;
	}
}

static void copy_sparse(const char *from, const char *to)
{
	int in = open(from, O_RDONLY);
	int out;

	if (in < 0)
		return;
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (out < 0)
		give_up(to);
	copy_part(in, out, 0, (off_t)1 << 40);
	close(in);
	close(out);
}

/* ---- A process ----------------------------------------------------------- */

static const char *const small_files[] = {
	"stat", "statm", "comm", "cmdline", "maps", "smaps", "smaps_rollup",
	"status",
};

#define MAX_MAPPINGS 512

static struct {
	unsigned long start, end;
} mappings[MAX_MAPPINGS];

static size_t read_mappings(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[512];
	size_t count = 0;

	while (file && count < MAX_MAPPINGS &&
	       fgets(line, sizeof(line), file))
		count += sscanf(line, "%lx-%lx", &mappings[count].start,
				&mappings[count].end) == 2;
	if (file)
		fclose(file);
	return count;
}

/* of: bytes of an entry. */
static void copy_pagemap(const char *from, const char *to, size_t count,
			 off_t of)
{
	int in = open(from, O_RDONLY);
	int out;

	if (in < 0)
		return;
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (out < 0)
		give_up(to);
	for (size_t i = 0; i < count; i++)
		copy_part(in, out, (off_t)(mappings[i].start / PAGE) * of,
			  (off_t)(mappings[i].end / PAGE) * of);
	close(in);
	close(out);
}

static void note_pages(int pagemap, int memory, FILE *out, unsigned long vpn,
		       size_t count)
{
	static uint64_t entries[ENTRIES];
	static char page[PAGE];

	if (pread(pagemap, entries, count * 8, (off_t)(vpn * 8)) !=
	    (ssize_t)(count * 8))
		return;
	for (size_t i = 0; i < count; i++) {
		struct known_content content = {
			vpn + i, entries[i] & PFN_MASK, 0
		};

		if (!(entries[i] & PRESENT) ||
		    pread(memory, page, PAGE, (off_t)((vpn + i) * PAGE)) !=
		    (ssize_t)PAGE)
			continue;
		content.hash = content_hash(page, PAGE);
		fwrite(&content, sizeof(content), 1, out);
	}
}

/* Only pages that are there are read: none comes into being by that. */
static void note_contents(int pid, size_t count)
{
	char path[160];
	int pagemap, memory;
	FILE *out;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	pagemap = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	memory = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "%s/contents/%d", host, pid);
	out = fopen(path, "w");
	if (!out)
		give_up(path);
	for (size_t i = 0; i < count; i++)
		for (unsigned long at = mappings[i].start; at < mappings[i].end;
		     at += ENTRIES * PAGE) {
			unsigned long left = (mappings[i].end - at) / PAGE;

			note_pages(pagemap, memory, out, at / PAGE,
				   left < ENTRIES ? left : ENTRIES);
		}
	fclose(out);
	close(pagemap);
	close(memory);
}

static void dump_process(int pid)
{
	char from[160], to[160];
	size_t count;

	snprintf(to, sizeof(to), "%s/proc/%d", host, pid);
	mkdir(to, 0755);
	for (size_t i = 0; i < sizeof(small_files) / sizeof(char *); i++) {
		snprintf(from, sizeof(from), "/proc/%d/%s", pid,
			 small_files[i]);
		snprintf(to, sizeof(to), "%s/proc/%d/%s", host, pid,
			 small_files[i]);
		copy_file(from, to);
	}
	snprintf(from, sizeof(from), "/proc/%d/maps", pid);
	count = read_mappings(from);
	if (!count)
		return;
	note_contents(pid, count);
	snprintf(from, sizeof(from), "/proc/%d/pagemap", pid);
	snprintf(to, sizeof(to), "%s/proc/%d/pagemap", host, pid);
	copy_pagemap(from, to, count, 8);
	snprintf(to, sizeof(to), "%s/proc/pagemap/%d", host, pid);
	snprintf(from, sizeof(from), "/proc/pagemap/%d/pagemap", pid);
	if (access(from, R_OK) || (mkdir(to, 0755) && errno != EEXIST))
		return;
	snprintf(to, sizeof(to), "%s/proc/pagemap/%d/pagemap", host, pid);
	copy_pagemap(from, to, count, 16);
}

/* ---- All ------------------------------------------------------------------ */

static const char *const machine_files[] = {
	"version", "meminfo", "swaps", "stat", "zoneinfo", "loadavg",
};

static const char *const frame_files[] = {
	"kpagecount", "kpageflags", "kpagemap",
};

static void make_folders(void)
{
	static const char *const names[] = {
		"proc", "proc/pagemap", "proc/sys", "proc/sys/kernel",
		"contents",
	};
	char path[160];

	for (size_t i = 0; i < sizeof(names) / sizeof(char *); i++) {
		snprintf(path, sizeof(path), "%s/%s", host, names[i]);
		mkdir(path, 0755);
	}
}

static void dump_machine(void)
{
	char from[160], to[160];

	for (size_t i = 0; i < sizeof(machine_files) / sizeof(char *); i++) {
		snprintf(from, sizeof(from), "/proc/%s", machine_files[i]);
		snprintf(to, sizeof(to), "%s/proc/%s", host, machine_files[i]);
		copy_file(from, to);
	}
	for (size_t i = 0; i < sizeof(frame_files) / sizeof(char *); i++) {
		snprintf(from, sizeof(from), "/proc/%s", frame_files[i]);
		snprintf(to, sizeof(to), "%s/proc/%s", host, frame_files[i]);
		copy_sparse(from, to);
	}
	snprintf(to, sizeof(to), "%s/proc/sys/kernel/osrelease", host);
	copy_file("/proc/sys/kernel/osrelease", to);
	snprintf(to, sizeof(to), "%s/known", host);
	copy_file("/tmp/known", to);
}

/* only: that process alone; 0: all. */
static void dump_processes(int only)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	if (!proc)
		give_up("/proc");
	while ((entry = readdir(proc)))
		if (atoi(entry->d_name) > 0 &&
		    (!only || atoi(entry->d_name) == only))
			dump_process(atoi(entry->d_name));
	closedir(proc);
}

/* ---- What the host may ask for -------------------------------------------- */

/* Itself it tells of once more at the end, when nothing is new to it. */
static void do_dump(const char *argument, FILE *answer)
{
	(void)argument;
	make_folders();
	dump_processes(0);
	dump_machine();
	dump_processes(getpid());
	dump_processes(getpid());
	fprintf(answer, "dumped\n");
}

static pid_t churning;

/* Children that share, write and go; some live for a while. */
static void churn(void)
{
	char *at = map(400 * PAGE, MAP_PRIVATE | MAP_ANONYMOUS);

	for (unsigned int n = 0;; n++) {
		pid_t child;

		for (size_t i = 0; i < 400; i += 2)
			at[i * PAGE] = (char)n;
		child = fork();
		if (!child) {
			for (size_t i = 0; i < 100; i++)
				at[i * PAGE] = 2;
			usleep(n % 4 * 5000);
			_exit(0);
		}
		while (waitpid(-1, NULL, n % 8 ? WNOHANG : 0) > 0)
			;
	}
}

static void do_churn(const char *argument, FILE *answer)
{
	if (churning > 0) {
		kill(-churning, SIGKILL);
		waitpid(churning, NULL, 0);
		churning = 0;
	}
	if (!strcmp(argument, "on")) {
		churning = start_child();
		if (!churning) {
			setpgid(0, 0);
			signal(SIGCHLD, SIG_DFL);
			churn();
		}
		setpgid(churning, churning);
	}
	fprintf(answer, "churn %s\n", argument);
}

/* Reads and writes 16 MiB in steps that no cache likes, so many times. */
static void do_work(const char *argument, FILE *answer)
{
	static const size_t pages = 4096;
	char *at = map(pages * PAGE, MAP_PRIVATE | MAP_ANONYMOUS);
	unsigned long rounds = strtoul(argument, NULL, 10), sum = 0;
	double begin;

	for (size_t i = 0; i < pages; i++)
		at[i * PAGE] = 1;
	begin = now_s();
	for (unsigned long n = 0; n < rounds; n++)
		for (size_t i = 0; i < pages; i++) {
			volatile unsigned long *word = (unsigned long *)
				(at + (i * 1021 % pages) * PAGE + n % 64 * 64);

			*word += n;
			sum += *word;
		}
	fprintf(answer, "%.6f %lu\n", now_s() - begin, sum);
	munmap(at, pages * PAGE);
}

static void do_kill(const char *argument, FILE *answer)
{
	int status = kill(atoi(argument), SIGKILL);

	fprintf(answer, "%s\n", status ? "nobody" : "killed");
}

static void do_exit(const char *argument, FILE *answer)
{
	(void)argument;
	fprintf(answer, "exit\n");
}

static const struct {
	const char *word;
	void (*answer)(const char *argument, FILE *answer);
} commands[] = {
	{ "dump", do_dump },
	{ "churn", do_churn },
	{ "work", do_work },
	{ "kill", do_kill },
	{ "exit", do_exit },
};

/* A line "WORD [ARGUMENT]"; gives whether there is more to come. */
static bool obey(char *line, FILE *answer)
{
	char *argument = line + strcspn(line, " \n");

	if (*argument)
		*argument++ = '\0';
	argument[strcspn(argument, "\n")] = '\0';
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(line, commands[i].word))
			commands[i].answer(argument, answer);
	return strcmp(line, "exit") != 0;
}

/* One command, once it is there. */
static bool serve(unsigned int number)
{
	char path[160], half[176], line[128] = "";
	bool more;
	FILE *file;

	snprintf(path, sizeof(path), "%s/command.%u", host, number);
	while (!(file = fopen(path, "r")))
		usleep(20000);
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	snprintf(path, sizeof(path), "%s/done.%u", host, number);
	snprintf(half, sizeof(half), "%s.half", path);
	file = fopen(half, "w");
	if (!file)
		give_up(half);
	more = obey(line, file);
	fclose(file);
	rename(half, path);
	return more;
}

int main(int argc, char *argv[])
{
	unsigned int number = 1;

	if (argc < 2)
		return 2;
	host = argv[1];
	prctl(PR_SET_NAME, "report");
	while (serve(number))
		number++;
	return 0;
}
