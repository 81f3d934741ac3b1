/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a vkernel takes of its host beside its RAM: the rest of the memory of
 * its processes, by the kernel's smaps, and what the kernel keeps for each of
 * them.  Nothing here is a census: who shares the image's pages is told by the
 * kernel's shares.
 */
#include <errno.h>

#include "parse.h"
#include "vk_host.h"

/* What smaps says of a process. */
struct told {
	uint64_t own_bytes;		/* PSS beside the RAM */
	uint64_t ram_swap_bytes;	/* of the RAM, in swap; UINT64_MAX */
};

/* -ENODATA: it has no memory any more. */
static int read_told(struct pagemap_source *host, pid_t pid,
		     const struct vk_found *found, struct buffer *text,
		     struct told *ret_told)
{
	struct process_ref ref = { .pid = pid, .dir_fd = -1 };
	struct smaps_sizes sizes;
	struct maps_line map;
	struct text smaps;
	uint32_t vm_flags;
	struct told told = { 0 };
	int got, err = host->ops->read_text(host, &ref, "smaps", text);

	if (err)
		return err;
	if (!text->size)
		return -ENODATA;
	smaps = (struct text){ text->data, text->data + text->size };
	while ((got = parse_smaps_next(&smaps, &map, &sizes, &vm_flags)) == 1)
		if (!vk_is_of_ram(found, &map))
			told.own_bytes += sizes.bytes[PAGEMAP_PSS];
		else if (!(sizes.found & PAGEMAP_METRIC_BIT(PAGEMAP_SWAP)))
			told.ram_swap_bytes = UINT64_MAX;
		else if (told.ram_swap_bytes != UINT64_MAX)
			told.ram_swap_bytes += sizes.bytes[PAGEMAP_SWAP];
	if (got < 0)
		return got;
	*ret_told = told;
	return 0;
}

/* Also one that is a zombie by now. */
static bool has_ended(struct pagemap_source *host, pid_t pid, int err,
		      struct buffer *text)
{
	struct process_ref ref = { .pid = pid, .dir_fd = -1 };

	if (err == -ENODATA || err == -ESTALE || err == -ESRCH)
		return true;
	/* Or there is no such file of any process. */
	return err == -ENOENT &&
	       host->ops->read_text(host, &ref, "stat", text) == -ENOENT;
}

/* All that is no shared memory; -ENOTSUP: of an old kernel. */
static int read_private(struct pagemap_source *host, pid_t pid,
			struct buffer *text, uint64_t *ret_bytes)
{
	const uint64_t needed = PAGEMAP_METRIC_BIT(PAGEMAP_PSS_ANON) |
				PAGEMAP_METRIC_BIT(PAGEMAP_PSS_FILE);
	struct process_ref ref = { .pid = pid, .dir_fd = -1 };
	struct smaps_sizes sizes;
	int err = host->ops->read_text(host, &ref, "smaps_rollup", text);

	if (!err)
		err = parse_smaps_rollup(text->data, text->size, &sizes);
	if (!err && (sizes.found & needed) != needed)
		err = -ENOTSUP;
	if (!err)
		*ret_bytes = sizes.bytes[PAGEMAP_PSS_ANON] +
			     sizes.bytes[PAGEMAP_PSS_FILE];
	return err;
}

/*
 * A child has a mapping for each few pages of the guest, and smaps a page of
 * text for each of them: where the RAM is all the shared memory that it has,
 * the sums tell as much.
 */
static int child_own(struct pagemap_source *host, const struct vk_found *found,
		     const struct vk_child *child, bool ram_is_shmem,
		     struct buffer *text, uint64_t *ret_bytes)
{
	struct told told;
	int err;

	if (ram_is_shmem && !child->maybe_shmem &&
	    !read_private(host, child->pid, text, ret_bytes))
		return 0;
	err = read_told(host, child->pid, found, text, &told);
	if (!err)
		*ret_bytes = told.own_bytes;
	return err;
}

/* A child that has ended takes nothing; one that cannot be read is not 0. */
static uint64_t children_own(struct pagemap_source *host,
			     const struct vk_found *found, bool ram_is_shmem,
			     struct buffer *text)
{
	const struct vk_child *children = found->children.items;
	uint64_t own, sum = 0;
	size_t i;

	for (i = 0; i < found->children.count; i++) {
		pid_t pid = children[i].pid;
		int err = child_own(host, found, &children[i], ram_is_shmem,
				    text, &own);

		if (!err)
			sum += own;
		else if (!has_ended(host, pid, err, text))
			return UINT64_MAX;
	}
	return sum;
}

static uint64_t main_tables(struct pagemap_source *host, pid_t pid,
			    struct buffer *text)
{
	struct process_ref ref = { .pid = pid, .dir_fd = -1 };

	return host->ops->read_text(host, &ref, "status", text) ?
	       UINT64_MAX : vk_tables_bytes(text);
}

/* From 6.4 until 6.14 the lock of each VMA was an object of its own. */
static uint64_t mapping_object(struct pagemap_source *host, struct buffer *text)
{
	uint64_t bytes, lock_bytes;

	if (host->ops->read_text(host, NULL, "slabinfo", text) ||
	    parse_slab_object(text->data, text->size, "vm_area_struct",
			      &bytes))
		return UINT64_MAX;
	if (!parse_slab_object(text->data, text->size, "vma_lock", &lock_bytes))
		bytes += lock_bytes;
	return bytes;
}

void vk_overhead_read(struct pagemap_source *host, const struct vk_found *found,
		      bool ram_is_shmem, struct vk_overhead *ret_overhead)
{
	struct vk_overhead overhead = {
		.main_own_bytes = UINT64_MAX, .ram_swap_bytes = UINT64_MAX,
		.stack_bytes = UINT64_MAX,
	};
	struct buffer text = { 0 };
	struct told told;
	uint64_t bytes;

	if (!read_told(host, found->facts.pid, found, &text, &told)) {
		overhead.main_own_bytes = told.own_bytes;
		overhead.ram_swap_bytes = told.ram_swap_bytes;
	}
	overhead.children_own_bytes = children_own(host, found, ram_is_shmem,
						   &text);
	overhead.main_tables_bytes = main_tables(host, found->facts.pid, &text);
	overhead.mapping_bytes = mapping_object(host, &text);
	buffer_free(&text);
	if (!source_stack_bytes(host, &bytes))
		overhead.stack_bytes = bytes;
	*ret_overhead = overhead;
}
