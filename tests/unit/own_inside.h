/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest says of itself, made up in memory and offered as a source; and
 * walked trees made of lists of pages.  Included by one file of a program.
 */
#ifndef TESTS_OWN_INSIDE_H
#define TESTS_OWN_INSIDE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vk_inside.h"

#define INSIDE_MAX 160
#define PRESENT (UINT64_C(1) << 63)
#define SWAPPED (UINT64_C(1) << 62)

struct inside_process {
	pid_t pid;
	const char *comm;		/* as the file has it; NULL: no file */
	const char *maps;		/* NULL: no file */
	struct array pages;		/* struct vk_leaf: entries of pagemap */
	int open_error;			/* of the process, */
	int pages_error;		/* and of its pagemap */
	bool endless;			/* every page there is, in frame = page */
};

struct inside {
	struct pagemap_source source;	/* first */
	struct inside_process processes[INSIDE_MAX];
	size_t count;
	bool cannot_scan;
	int list_error;
	uint64_t entries_read;
	int open_files;			/* what is not closed */
};

static struct inside inside;
static struct vk_tree trees[INSIDE_MAX];
static size_t tree_count;
static const struct vk_layout *layout;

static struct inside_process *inside_of(pid_t pid)
{
	for (size_t i = 0; i < inside.count; i++)
		if (inside.processes[i].pid == pid)
			return &inside.processes[i];
	return NULL;
}

static int inside_next_pid(struct pagemap_source *source, pid_t *pid)
{
	size_t i;

	(void)source;
	if (inside.list_error)
		return inside.list_error;
	for (i = 0; i < inside.count; i++)
		if (inside.processes[i].pid > *pid)
			break;
	if (i == inside.count)
		return 0;
	*pid = inside.processes[i].pid;
	return 1;
}

static int inside_open(struct pagemap_source *source, pid_t pid,
		       struct process_ref *ret_ref)
{
	const struct inside_process *process = inside_of(pid);

	(void)source;
	if (process->open_error)
		return process->open_error;
	inside.open_files++;
	*ret_ref = (struct process_ref){ .pid = pid, .dir_fd = -1 };
	return 0;
}

static void inside_close(struct process_ref *ref)
{
	(void)ref;
	inside.open_files--;
}

static int inside_text(struct pagemap_source *source,
		       const struct process_ref *ref, const char *name,
		       struct buffer *ret_text)
{
	const struct inside_process *process = inside_of(ref->pid);
	const char *text = !strcmp(name, "comm") ? process->comm
						 : process->maps;

	(void)source;
	if (!text)
		return -ENOENT;
	ret_text->size = strlen(text);
	assert_int_equal(buffer_reserve(ret_text, ret_text->size), 0);
	memcpy(ret_text->data, text, ret_text->size + 1);
	return 0;
}

static int inside_open_pages(struct pagemap_source *source,
			     const struct process_ref *ref,
			     struct pages_file *ret_pages)
{
	struct inside_process *process = inside_of(ref->pid);

	(void)source;
	if (process->pages_error)
		return process->pages_error;
	inside.open_files++;
	*ret_pages = (struct pages_file){ .fd = -1, .state = process };
	return 0;
}

static void inside_close_pages(struct pages_file *pages)
{
	(void)pages;
	inside.open_files--;
}

static ssize_t inside_entries(const struct pages_file *pages, uint64_t first,
			      uint64_t *ret_entries, size_t count)
{
	const struct inside_process *process = pages->state;
	const struct vk_leaf *leaves = process->pages.items;
	size_t i;

	inside.entries_read += count;
	for (i = 0; i < count; i++)
		ret_entries[i] = process->endless ? PRESENT | (first + i) : 0;
	for (i = 0; i < process->pages.count; i++)
		if (leaves[i].vpn - first < count)
			ret_entries[leaves[i].vpn - first] = leaves[i].entry;
	return (ssize_t)count;
}

static ssize_t inside_scan(struct pagemap_source *source,
			   const struct pages_file *pages, struct scan *scan,
			   struct extent *ret_extents, size_t count)
{
	const struct inside_process *process = pages->state;
	const struct vk_leaf *leaves = process->pages.items;
	size_t i;

	(void)source, (void)count;
	if (inside.cannot_scan)
		return -ENOTSUP;
	for (i = 0; i < process->pages.count; i++)
		if (leaves[i].vpn >= scan->next_page)
			break;
	if (!process->endless && i == process->pages.count)
		return 0;
	*ret_extents = (struct extent){
		.start_page = process->endless ? scan->next_page
					       : leaves[i].vpn,
		.end_page = scan->end_page,
	};
	if (process->endless && scan->next_page == scan->end_page)
		return 0;
	/* A block of a file, as saved trees have them. */
	if (!process->endless && leaves[i].vpn + 512 < scan->end_page)
		ret_extents->end_page = leaves[i].vpn + 512;
	scan->next_page = ret_extents->end_page;
	return 1;
}

static const struct source_ops inside_ops = {
	.next_pid = inside_next_pid,
	.open_process = inside_open, .close_process = inside_close,
	.read_text = inside_text,
	.open_pages = inside_open_pages, .close_pages = inside_close_pages,
	.read_entries = inside_entries, .scan = inside_scan,
};

/* ---- Making them -------------------------------------------------------- */

static int inside_set_up(void **state)
{
	(void)state;
	inside = (struct inside){ .source = {
		.ops = &inside_ops, .page_size_bytes = 4096, .page_shift = 12,
	} };
	tree_count = 0;
	layout = vk_layout_at(0);
	return 0;
}

static int inside_tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < inside.count; i++)
		array_free(&inside.processes[i].pages);
	for (size_t i = 0; i < tree_count; i++)
		vk_tree_free(&trees[i]);
	return inside.open_files;
}

/* By rising pid. */
static struct inside_process *add_told(pid_t pid, const char *comm,
				       const char *maps)
{
	struct inside_process *process = &inside.processes[inside.count++];

	assert_true(inside.count <= INSIDE_MAX);
	*process = (struct inside_process){
		.pid = pid, .comm = comm, .maps = maps,
	};
	return process;
}

static struct vk_tree *add_tree(void)
{
	struct vk_tree *tree = &trees[tree_count++];

	assert_true(tree_count <= INSIDE_MAX);
	*tree = (struct vk_tree){ .root_pfn = tree_count };
	return tree;
}

static void add_entries(struct array *pages, uint64_t vpn, uint64_t first,
			uint64_t step, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct vk_leaf *leaf = array_push(pages, sizeof(*leaf));

		assert_non_null(leaf);
		*leaf = (struct vk_leaf){ vpn + i, first + i * step };
	}
}

/* Pages by rising address, in frames from pfn on: told, and walked. */
static void tell(struct inside_process *process, uint64_t vpn, uint64_t pfn,
		 size_t count)
{
	add_entries(&process->pages, vpn, PRESENT | pfn, 1, count);
}

static void walked(struct vk_tree *tree, uint64_t vpn, uint64_t pfn,
		   size_t count)
{
	add_entries(&tree->leaves, vpn, pfn << 12 | 0xc1, 4096, count);
}

#endif
