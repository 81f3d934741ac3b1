// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads what a guest said of itself: see common_dump.h.  A folder that cannot
 * be read, or that says what cannot be, ends the program.
 */
#include "common_dump.h"

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../kernel/uapi/procfs_pagemap.h"
#include "guest_content.h"
#include "guest_known.h"

#define CHUNK 4096

static void *grow(void *items, size_t count, size_t size)
{
	void *more;

	if (count & (count - 1))
		return items;
	more = realloc(items, (count ? count * 2 : 1) * size);
	if (!more)
		err(2, "memory");
	return more;
}

static int open_in(const char *format, const char *folder, int pid)
{
	char path[512];

	snprintf(path, sizeof(path), format, folder, pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static FILE *file_in(const char *format, const char *folder, int pid)
{
	int fd = open_in(format, folder, pid);

	return fd < 0 ? NULL : fdopen(fd, "r");
}

/* ---- Pages of a process --------------------------------------------------- */

static void add_page(struct dump_process *process, uint64_t vpn,
		     uint64_t entry, bool is_closed)
{
	process->pages = grow(process->pages, process->page_count,
			      sizeof(*process->pages));
	process->pages[process->page_count++] = (struct dump_page){
		.vpn = vpn, .entry = entry, .is_closed = is_closed,
		.hash_pfn = NO_PFN,
	};
}

/* What lies in holes of the file is nothing. */
static void read_entries(int fd, struct dump_process *process, uint64_t vpn,
			 uint64_t end, bool is_closed)
{
	static uint64_t entries[CHUNK];

	while (vpn < end) {
		size_t most = end - vpn < CHUNK ? end - vpn : CHUNK;
		ssize_t got = pread(fd, entries, most * 8, (off_t)(vpn * 8));

		if (got <= 0)
			return;
		for (size_t i = 0; i < (size_t)got / 8; i++)
			if (entries[i])
				add_page(process, vpn + i, entries[i],
					 is_closed);
		vpn += (size_t)got / 8;
	}
}

static void read_pages(const char *folder, struct dump_process *process)
{
	FILE *maps = file_in("%s/proc/%d/maps", folder, process->pid);
	int fd = open_in("%s/proc/%d/pagemap", folder, process->pid);
	uint64_t start, end;
	char line[512], perms[8];

	if (fd < 0 && maps && fgets(line, sizeof(line), maps))
		errx(2, "%s: %d has mappings and no pagemap", folder,
		     process->pid);
	while (fd >= 0 && maps && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s", &start, &end,
			   perms) == 3)
			read_entries(fd, process, start / PAGE, end / PAGE,
				     !strncmp(perms, "---", 3));
	if (maps)
		fclose(maps);
	if (fd >= 0)
		close(fd);
}

/* The module's records must hold mainline's entries, or one of both lies. */
static bool read_bits(const char *folder, struct dump_process *process)
{
	int fd = open_in("%s/proc/pagemap/%d/pagemap", folder, process->pid);

	if (fd < 0)
		return false;
	for (size_t i = 0; i < process->page_count; i++) {
		struct dump_page *page = &process->pages[i];
		struct procfs_pagemap_record record;

		if (pread(fd, &record, 16, (off_t)(page->vpn * 16)) != 16 ||
		    (record.entry != page->entry && !process->is_reporter))
			errx(2, "%d, page %#" PRIx64 ": the module has another "
			     "entry", process->pid, page->vpn);
		page->bits = record.bits;
		page->has_bits = record.entry == page->entry;
	}
	close(fd);
	return true;
}

static struct dump_page *find_page(const struct dump_process *process,
				   uint64_t vpn)
{
	size_t low = 0, high = process->page_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (process->pages[middle].vpn < vpn)
			low = middle + 1;
		else
			high = middle;
	}
	return low < process->page_count && process->pages[low].vpn == vpn ?
		&process->pages[low] : NULL;
}

static void read_contents(const char *folder, struct dump_process *process)
{
	FILE *file = file_in("%s/contents/%d", folder, process->pid);
	struct known_content content;

	while (file && fread(&content, sizeof(content), 1, file) == 1) {
		struct dump_page *page = find_page(process, content.vpn);

		if (!page)
			continue;
		page->has_hash = true;
		page->hash = content.hash;
		page->hash_pfn = content.pfn;
	}
	if (file)
		fclose(file);
}

static void read_rollup(const char *folder, struct dump_process *process)
{
	static const char *const names[ROLLUP_COUNT] = {
		"Rss:", "Pss:", "Private_Clean:", "Private_Dirty:", "Swap:",
		"SwapPss:",
	};
	FILE *file = file_in("%s/proc/%d/smaps_rollup", folder, process->pid);
	char line[256], name[64];
	uint64_t value;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %" SCNu64, name, &value) != 2)
			continue;
		for (int i = 0; i < ROLLUP_COUNT; i++)
			if (!strcmp(name, names[i])) {
				process->rollup[i] = value;
				process->has_rollup = true;
			}
	}
	if (file)
		fclose(file);
}

/* ---- All of them ---------------------------------------------------------- */

static void add_process(const char *folder, int pid, struct dump *dump)
{
	struct dump_process process = { .pid = pid };
	FILE *comm = file_in("%s/proc/%d/comm", folder, pid);

	if (!comm || !fgets(process.comm, sizeof(process.comm), comm))
		process.comm[0] = '\0';
	if (comm)
		fclose(comm);
	process.comm[strcspn(process.comm, "\n")] = '\0';
	process.is_reporter = !strcmp(process.comm, "report");
	read_pages(folder, &process);
	if (!process.page_count)
		return;
	dump->has_bits |= read_bits(folder, &process);
	read_contents(folder, &process);
	read_rollup(folder, &process);
	dump->processes = grow(dump->processes, dump->process_count,
			       sizeof(process));
	dump->processes[dump->process_count++] = process;
}

static int by_pid(const void *a, const void *b)
{
	return ((const struct dump_process *)a)->pid -
	       ((const struct dump_process *)b)->pid;
}

static void read_processes(const char *folder, struct dump *dump)
{
	char path[512];
	struct dirent *entry;
	DIR *proc;

	snprintf(path, sizeof(path), "%s/proc", folder);
	proc = opendir(path);
	if (!proc)
		err(2, "%s", path);
	while ((entry = readdir(proc)))
		if (atoi(entry->d_name) > 0)
			add_process(folder, atoi(entry->d_name), dump);
	closedir(proc);
	if (!dump->process_count)
		errx(2, "%s: no process has memory", path);
	qsort(dump->processes, dump->process_count, sizeof(*dump->processes),
	      by_pid);
}

static void read_known(const char *folder, struct dump *dump)
{
	FILE *file = file_in("%s/known", folder, 0);
	struct dump_known known;
	char line[256];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, KNOWN_READ, &known.pid, &known.start,
			   &known.pages, &known.owner, &known.index,
			   known.state, known.use, &known.sharers,
			   known.name) != 9)
			errx(2, "%s/known: %s", folder, line);
		dump->known = grow(dump->known, dump->known_count,
				   sizeof(known));
		dump->known[dump->known_count++] = known;
	}
	if (!dump->known_count)
		errx(2, "%s/known says nothing", folder);
	fclose(file);
}

/* Where it says that zero pages are, there is but one frame. */
static uint64_t find_zero(const struct dump *dump)
{
	uint64_t zero = NO_PFN;

	for (size_t i = 0; i < dump->known_count; i++) {
		const struct dump_known *known = &dump->known[i];
		const struct dump_process *process = dump_find(dump, known->pid);

		if (strcmp(known->state, "zero") || !process)
			continue;
		for (size_t n = 0; n < known->pages; n++) {
			uint64_t pfn = dump_pfn(dump_page_at(process,
						known->start / PAGE + n));

			if (pfn == NO_PFN || (zero != NO_PFN && zero != pfn))
				errx(2, "a zero page is in frame %#" PRIx64
				     ", another in %#" PRIx64, pfn, zero);
			zero = pfn;
		}
	}
	return zero;
}

static void count_frames(struct dump *dump)
{
	uint32_t *last = calloc(dump->frame_count, sizeof(*last));

	dump->frames = calloc(dump->frame_count, sizeof(*dump->frames));
	if (!last || !dump->frames)
		err(2, "memory");
	for (size_t i = 0; i < dump->process_count; i++)
		for (size_t n = 0; n < dump->processes[i].page_count; n++) {
			uint64_t pfn = dump_pfn(&dump->processes[i].pages[n]);

			if (pfn == NO_PFN)
				continue;
			if (pfn >= dump->frame_count)
				errx(2, "frame %#" PRIx64 " is not in RAM", pfn);
			dump->frames[pfn].mappings++;
			dump->frames[pfn].sharers += last[pfn] != i + 1;
			last[pfn] = (uint32_t)i + 1;
		}
	free(last);
}

void dump_read(const char *folder, size_t frame_count, struct dump *ret_dump)
{
	*ret_dump = (struct dump){ .frame_count = frame_count };
	read_processes(folder, ret_dump);
	read_known(folder, ret_dump);
	ret_dump->zero_pfn = find_zero(ret_dump);
	count_frames(ret_dump);
}

void dump_free(struct dump *dump)
{
	for (size_t i = 0; i < dump->process_count; i++)
		free(dump->processes[i].pages);
	free(dump->processes);
	free(dump->known);
	free(dump->frames);
}

const struct dump_process *dump_find(const struct dump *dump, int pid)
{
	for (size_t i = 0; i < dump->process_count; i++)
		if (dump->processes[i].pid == pid)
			return &dump->processes[i];
	return NULL;
}

const struct dump_page *dump_page_at(const struct dump_process *process,
				     uint64_t vpn)
{
	return find_page(process, vpn);
}
