/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A directory that looks like /proc, read by descriptors alone: what the live
 * source and saved trees have in common.
 */
#ifndef PAGEMAP_TREE_H
#define PAGEMAP_TREE_H

#include "source.h"

/*
 * Adds the entries of a directory whose names are numbers, from least on, to
 * an array of pid_t.
 */
int tree_list_numbers(int dir_fd, int least, struct array *ret_numbers);

int tree_next_pid(struct pagemap_source *source, pid_t *pid);
int tree_open_process(struct pagemap_source *source, pid_t pid,
		      struct process_ref *ret_ref);
void tree_close_process(struct process_ref *ref);
int tree_open_file(struct pagemap_source *source, const struct process_ref *ref,
		   const char *name);
int tree_read_text(struct pagemap_source *source, const struct process_ref *ref,
		   const char *name, struct buffer *ret_text);
int tree_read_link(struct pagemap_source *source, const struct process_ref *ref,
		   const char *name, struct buffer *ret_target);
int tree_owner(struct pagemap_source *source, const struct process_ref *ref,
	       uid_t *ret_uid);
int tree_open_pages(struct pagemap_source *source,
		    const struct process_ref *ref, struct pages_file *ret_pages);
void tree_close_pages(struct pages_file *pages);
ssize_t tree_read_entries(const struct pages_file *pages, uint64_t first_page,
			  uint64_t *ret_entries, size_t count);

/* /proc/pagemap of the module, or the same in a saved tree. */
bool tree_has_uses(struct pagemap_source *source);
int tree_open_uses(struct pagemap_source *source, const struct process_ref *ref,
		   struct pages_file *pages);
ssize_t tree_read_uses(const struct pages_file *pages, uint64_t first_page,
		       uint64_t *ret_entries, uint32_t *ret_uses, size_t count);

/*
 * Opens where the counts or flags of frames are: kpagemap has both in records
 * of 16 bytes.  False, with errno, if there is nothing to read.
 */
bool tree_open_records(struct pagemap_source *source);
bool tree_open_frames(struct pagemap_source *source, enum frame_file file);
ssize_t tree_read_frames(struct pagemap_source *source, enum frame_file file,
			 uint64_t pfn, uint64_t *ret_values, size_t count);
void tree_close(struct pagemap_source *source);

/* Of sources that are no running kernel: nothing in them forgets. */
int tree_open_forget(struct pagemap_source *source,
		     const struct process_ref *ref, enum forget_file file);

/* Of sources that cannot tell what files a process has open. */
int tree_list_files(struct pagemap_source *source,
		    const struct process_ref *ref, struct array *ret_files);
int tree_stat_file(struct pagemap_source *source,
		   const struct process_ref *ref, const char *name,
		   struct source_file *ret_file);

/*
 * A saved tree has the file itself, "map_files/START-END" as the kernel names
 * it, in place of a link; its device and inode are the tree's own.
 */
int tree_open_mapped(struct pagemap_source *source,
		     const struct process_ref *ref, uint64_t start_vaddr,
		     uint64_t end_vaddr, dev_t dev, uint64_t inode);

/* Its name: without leading zeros, unlike maps. */
#define MAP_FILE_NAME_SIZE 48
void tree_map_file_name(char ret_name[MAP_FILE_NAME_SIZE], uint64_t start_vaddr,
			uint64_t end_vaddr);

/* Takes root_fd over, reads version and meta.json, sets the page size. */
int tree_attach(struct pagemap_source *source, int root_fd,
		uint32_t page_size_bytes);

#endif
