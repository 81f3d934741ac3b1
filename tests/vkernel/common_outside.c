// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads a vkernel from its host: see common_outside.h.
 */
#include "common_outside.h"

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common_dump.h"

/* A line of maps. */
struct line {
	uint64_t start, end, offset, inode;
	char perms[8], dev[16], path[128];
};

static FILE *open_proc(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return fopen(path, "re");
}

static bool next_line(FILE *maps, struct line *ret_line)
{
	char text[512];

	if (!fgets(text, sizeof(text), maps))
		return false;
	ret_line->path[0] = '\0';
	return sscanf(text, "%" SCNx64 "-%" SCNx64 " %7s %" SCNx64 " %15s %"
		      SCNu64 " %127[^\n]", &ret_line->start, &ret_line->end,
		      ret_line->perms, &ret_line->offset, ret_line->dev,
		      &ret_line->inode, ret_line->path) >= 6;
}

/* The largest deleted file that is shared. */
static struct line find_ram(pid_t pid)
{
	FILE *maps = open_proc(pid, "maps");
	struct line line, best = { 0 };

	while (maps && next_line(maps, &line))
		if (line.perms[3] == 's' && strstr(line.path, "(deleted)") &&
		    line.end - line.start > best.end - best.start)
			best = line;
	if (maps)
		fclose(maps);
	if (!best.inode)
		errx(2, "%d has no RAM", pid);
	return best;
}

static bool is_of(const struct line *line, const struct line *ram)
{
	return line->inode == ram->inode && !strcmp(line->dev, ram->dev);
}

/* Where the file's lowest mapped page is tells where its first would be. */
static void find_base(const struct line *ram, struct outside *outside)
{
	FILE *maps = open_proc(outside->pid, "maps");
	struct line line, lowest = *ram;

	while (maps && next_line(maps, &line))
		if (is_of(&line, ram) && line.offset < lowest.offset)
			lowest = line;
	if (maps)
		fclose(maps);
	outside->base = lowest.start - lowest.offset;
	outside->first_pfn = lowest.offset / PAGE;
}

static int open_pagemap(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* ---- Children ------------------------------------------------------------- */

static bool is_traced_by(pid_t pid, pid_t tracer)
{
	FILE *status = open_proc(pid, "status");
	char line[128];
	int number, parent = 0, traces = 0;

	while (status && fgets(line, sizeof(line), status)) {
		if (sscanf(line, "PPid: %d", &number) == 1)
			parent = number;
		if (sscanf(line, "TracerPid: %d", &number) == 1)
			traces = number;
	}
	if (status)
		fclose(status);
	return parent == tracer && traces == tracer;
}

static void add_pages(struct outside_child *child, const struct line *line)
{
	size_t count = (line->end - line->start) / PAGE;
	struct outside_page *pages = realloc(child->pages,
		(child->page_count + count) * sizeof(*pages));

	if (!pages)
		err(2, "memory");
	child->pages = pages;
	for (size_t i = 0; i < count; i++)
		pages[child->page_count++] = (struct outside_page){
			line->start / PAGE + i, line->offset / PAGE + i,
			line->perms[0] == 'r', line->perms[1] == 'w',
			line->perms[2] == 'x',
		};
}

static void add_child(struct outside *outside, pid_t pid,
		      const struct line *ram)
{
	struct outside_child child = { .pid = pid };
	struct outside_child *children;
	FILE *maps = open_proc(pid, "maps");
	struct line line;

	while (maps && next_line(maps, &line))
		if (is_of(&line, ram) && line.perms[3] == 's')
			add_pages(&child, &line);
	if (maps)
		fclose(maps);
	child.pagemap = open_pagemap(pid);
	children = realloc(outside->children,
			   (outside->child_count + 1) * sizeof(child));
	if (!children)
		err(2, "memory");
	outside->children = children;
	children[outside->child_count++] = child;
}

static void read_children(struct outside *outside, const struct line *ram)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;

	while (proc && (entry = readdir(proc))) {
		pid_t pid = atoi(entry->d_name);

		if (pid > 0 && is_traced_by(pid, outside->pid))
			add_child(outside, pid, ram);
	}
	if (proc)
		closedir(proc);
}

/* ---- Both ----------------------------------------------------------------- */

void outside_read(pid_t pid, struct outside *ret_outside)
{
	struct line ram = find_ram(pid);
	char path[128];
	struct stat stat;

	*ret_outside = (struct outside){ .pid = pid };
	find_base(&ram, ret_outside);
	snprintf(path, sizeof(path), "/proc/%d/map_files/%" PRIx64 "-%" PRIx64,
		 pid, ram.start, ram.end);
	ret_outside->ram = open(path, O_RDONLY | O_CLOEXEC);
	if (ret_outside->ram < 0 || fstat(ret_outside->ram, &stat))
		err(2, "%s", path);
	ret_outside->ram_bytes = (uint64_t)stat.st_size;
	ret_outside->pagemap = open_pagemap(pid);
	if (ret_outside->pagemap < 0)
		err(2, "/proc/%d/pagemap", pid);
	read_children(ret_outside, &ram);
	if (!ret_outside->child_count)
		errx(2, "%d traces no children", pid);
}

void outside_free(struct outside *outside)
{
	for (size_t i = 0; i < outside->child_count; i++) {
		free(outside->children[i].pages);
		close(outside->children[i].pagemap);
	}
	free(outside->children);
	close(outside->ram);
	close(outside->pagemap);
}

bool outside_contents(const struct outside *outside, uint64_t pfn,
		      void *ret_page)
{
	return pread(outside->ram, ret_page, PAGE, (off_t)(pfn * PAGE)) ==
	       (ssize_t)PAGE;
}

static uint64_t frame_at(int pagemap, uint64_t vpn)
{
	uint64_t entry;

	if (pread(pagemap, &entry, 8, (off_t)(vpn * 8)) != 8 ||
	    !(entry & PRESENT))
		return NO_PFN;
	return entry & PFN_MASK;
}

uint64_t outside_host_pfn(const struct outside *outside, uint64_t pfn)
{
	return frame_at(outside->pagemap, outside->base / PAGE + pfn);
}

uint64_t outside_child_host_pfn(const struct outside_child *child,
				uint64_t vpn)
{
	return frame_at(child->pagemap, vpn);
}
