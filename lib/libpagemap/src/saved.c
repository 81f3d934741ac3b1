/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The source for a saved tree: a fixture or an unpacked capture.  Its pagemap
 * files are sparse, so holes are skipped with SEEK_DATA; nothing here may ask
 * the running kernel, since the tree can be another machine's.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tree.h"

/* Processes that a probe looks at before it says that a file is missing. */
#define PROBE_PROCESSES 64

/* Of fewer frames at once it is not worth while to look for a hole. */
#define HOLE_FRAMES 4096

static ssize_t saved_scan(struct pagemap_source *source,
			  const struct pages_file *pages, struct scan *scan,
			  struct extent *ret_extents, size_t count)
{
	size_t found = 0;

	(void)source;
	while (found < count && scan->next_page < scan->end_page) {
		off_t at = (off_t)(scan->next_page * 8);
		off_t data = lseek(pages->fd, at, SEEK_DATA);
		uint64_t start_page = (uint64_t)data / 8, end_page;
		off_t hole;

		if (data < 0 && errno == ENXIO)
			break;
		hole = data < 0 ? -1 : lseek(pages->fd, data, SEEK_HOLE);
		if (hole < 0)
			return -errno;
		/* Data comes in blocks, which neighbours may share. */
		end_page = (uint64_t)hole / 8;
		if (end_page > scan->end_page)
			end_page = scan->end_page;
		if (start_page >= end_page)
			break;
		ret_extents[found++] = (struct extent){
			.start_page = start_page, .end_page = end_page,
		};
		scan->next_page = end_page;
	}
	if (found < count)
		scan->next_page = scan->end_page;
	return (ssize_t)found;
}

/*
 * Where the flags of all RAM are read, nearly all of a large machine's file may
 * be a hole, which reads as zeros: of these the file system need not know.
 */
static ssize_t saved_read_frames(struct pagemap_source *source,
				 enum frame_file file, uint64_t pfn,
				 uint64_t *ret_values, size_t count)
{
	int fd = source->frame_fds[file];
	off_t at = (off_t)(pfn * 8), bytes = (off_t)(count * 8), data;

	if (source->records_fd >= 0 || fd < 0 || count < HOLE_FRAMES ||
	    pfn > INT64_MAX / 8 - count)
		return tree_read_frames(source, file, pfn, ret_values, count);
	data = lseek(fd, at, SEEK_DATA);
	/* No data up to the end: that far. */
	if (data < 0 && errno == ENXIO)
		data = lseek(fd, 0, SEEK_END);
	if (data < at + bytes)
		return tree_read_frames(source, file, pfn, ret_values, count);
	memset(ret_values, 0, (size_t)bytes);
	return (ssize_t)count;
}

/* Whether one of the first processes has a file that can be opened. */
static bool some_process_has(struct pagemap_source *source, const char *name)
{
	struct buffer text = { 0 };
	struct process_ref ref = { .dir_fd = -1 };
	bool found = false;
	int i;

	for (i = 0; i < PROBE_PROCESSES && !found; i++) {
		if (tree_next_pid(source, &ref.pid) != 1)
			break;
		found = !tree_read_text(source, &ref, name, &text) && text.size;
	}
	buffer_free(&text);
	return found;
}

enum { SEEN_FILE = 1, SEEN_PFN = 2 };

/* What the pagemaps of the first processes show. */
static int look_at_pages(struct pagemap_source *source,
			 const struct process_ref *ref)
{
	struct scan scan = { .end_page = INT64_MAX / 8 };
	struct pages_file pages;
	struct extent extent = { 0 };
	uint64_t entries[512];
	int seen = SEEN_FILE;

	if (tree_open_pages(source, ref, &pages))
		return 0;
	while (saved_scan(source, &pages, &scan, &extent, 1) == 1 &&
	       seen == SEEN_FILE) {
		ssize_t i, got = tree_read_entries(&pages, extent.start_page,
						   entries, 512);

		for (i = 0; i < got; i++)
			if (pagemap_decode_entry(entries[i], 0).pfn !=
			    PAGEMAP_PFN_UNKNOWN)
				seen |= SEEN_PFN;
	}
	tree_close_pages(&pages);
	return seen;
}

static int look_at_processes(struct pagemap_source *source)
{
	struct process_ref ref = { .dir_fd = -1 };
	int i, seen = 0;

	for (i = 0; i < PROBE_PROCESSES && !(seen & SEEN_PFN); i++) {
		if (tree_next_pid(source, &ref.pid) != 1)
			break;
		seen |= look_at_pages(source, &ref);
	}
	return seen;
}

static bool counts_are_precise(struct pagemap_source *source,
			       const char **ret_reason)
{
	if (source->averaged >= 0) {
		*ret_reason = "the tree's meta.json says that its kernel "
			      "averages map counts (CONFIG_NO_PAGE_MAPCOUNT)";
		source->averaged_for_sure = source->averaged;
		return !source->averaged;
	}
	*ret_reason = "the tree does not say whether its kernel, 6.15 or "
		      "later, averages map counts";
	return source->kernel_major && !source_kernel_at_least(source, 6, 15);
}

static bool saved_probe(struct pagemap_source *source,
			enum pagemap_feature feature, const char **ret_reason)
{
	*ret_reason = "the tree does not have it";
	switch (feature) {
	case PAGEMAP_FEATURE_PAGEMAP:
		return look_at_processes(source) & SEEN_FILE;
	case PAGEMAP_FEATURE_PFN:
		*ret_reason = "the tree was saved without frame numbers: save "
			      "it as root";
		return look_at_processes(source) & SEEN_PFN;
	case PAGEMAP_FEATURE_EXCLUSIVE:
		return source_kernel_at_least(source, 4, 2);
	case PAGEMAP_FEATURE_KPAGECOUNT:
		return tree_open_frames(source, FRAME_COUNTS);
	case PAGEMAP_FEATURE_KPAGEFLAGS:
		return tree_open_frames(source, FRAME_FLAGS);
	case PAGEMAP_FEATURE_KPAGEMAP:
		return tree_open_records(source);
	case PAGEMAP_FEATURE_PAGE_USE:
		return tree_has_uses(source);
	case PAGEMAP_FEATURE_KSM_FLAG:
		*ret_reason = "Linux 6.12's kpageflags call every anonymous "
			      "page merged";
		return !(source->kernel_major == 6 &&
			 source->kernel_minor == 12);
	case PAGEMAP_FEATURE_SMAPS:
		return some_process_has(source, "smaps");
	case PAGEMAP_FEATURE_SMAPS_ROLLUP:
		return some_process_has(source, "smaps_rollup");
	case PAGEMAP_FEATURE_PRECISE_COUNTS:
		return counts_are_precise(source, ret_reason);
	case PAGEMAP_FEATURE_ALL_PIDS:
		*ret_reason = "the tree's meta.json says that processes are "
			      "missing";
		return !source->missing_pids;
	case PAGEMAP_FEATURE_SWAP:
		*ret_reason = "no swap area is in use";
		return source->swap_types != 0;
	case PAGEMAP_FEATURE_FILE_BIT:
	case PAGEMAP_FEATURE_MAPPINGS:
		return true;
	default:
		/* A scan and kcmp ask a running kernel. */
		return false;
	}
}

static int saved_compare_mm(struct pagemap_source *source, pid_t a, pid_t b)
{
	(void)source, (void)a, (void)b;
	return -ENOTSUP;
}

static const struct source_ops saved_ops = {
	.next_pid = tree_next_pid,
	.open_process = tree_open_process,
	.close_process = tree_close_process,
	.read_text = tree_read_text,
	.open_kept = tree_open_file,
	.read_link = tree_read_link,
	.owner = tree_owner,
	.open_pages = tree_open_pages,
	.close_pages = tree_close_pages,
	.read_entries = tree_read_entries,
	.open_uses = tree_open_uses,
	.read_uses = tree_read_uses,
	.scan = saved_scan,
	.read_frames = saved_read_frames,
	.open_forget = tree_open_forget,
	.list_files = tree_list_files,
	.stat_file = tree_stat_file,
	.open_mapped = tree_open_mapped,
	.probe = saved_probe,
	.compare_mm = saved_compare_mm,
	.close = tree_close,
};

static int find_one_process(struct pagemap_source *source)
{
	pid_t pid = 0;
	int got = tree_next_pid(source, &pid);

	return got == 1 ? 0 : got == 0 ? -ENODATA : got;
}

int pagemap_source_open_tree(int root_fd, const struct pagemap_source_opts *opts,
			     struct pagemap_source **ret_source)
{
	struct pagemap_source *source;
	int err, fd;

	/* Opened anew: a duplicate would share the caller's file position. */
	fd = openat(root_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	source = source_new(&saved_ops, PAGEMAP_SOURCE_TREE);
	if (!source) {
		close(fd);
		return -ENOMEM;
	}
	err = tree_attach(source, fd, opts ? opts->page_size_bytes : 0);
	if (!err)
		err = find_one_process(source);
	if (!err)
		source_read_swaps(source);
	if (err)
		pagemap_source_close(source);
	else
		*ret_source = source;
	return err;
}
