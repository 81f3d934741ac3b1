/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel keeps for processes beside their pages, where no cgroup
 * tells; and how much memory the machine has to give.
 */
#include <errno.h>

#include "parse.h"
#include "sizing.h"
#include "source.h"

#define STACK_BYTES_USUAL (UINT64_C(16) << 10)

/* Adds one process.  -ENOMEM, or what its files said. */
static int add_process(struct pagemap_source *source, pid_t pid,
		       struct buffer *text, struct pagemap_kernel_share *share)
{
	struct process_ref ref = { .pid = pid, .dir_fd = -1 };
	struct proc_status status;
	struct proc_stat stat;
	int err = source->ops->read_text(source, &ref, "stat", text);

	if (!err)
		err = parse_stat(text->data, text->size, &stat);
	if (!err)
		err = source->ops->read_text(source, &ref, "status", text);
	if (!err)
		err = parse_status(text->data, text->size, &status);
	if (err)
		return err;
	share->process_count++;
	share->thread_count += stat.thread_count;
	/* A zombie has none any more. */
	if (status.found & PAGEMAP_METRIC_BIT(PAGEMAP_PAGE_TABLES))
		share->page_tables.value +=
			status.bytes[PAGEMAP_PAGE_TABLES] +
			source->page_size_bytes;
	return 0;
}

static void set_stacks(struct pagemap_source *source,
		       struct pagemap_kernel_share *share)
{
	uint64_t bytes = STACK_BYTES_USUAL;
	bool told = !source_stack_bytes(source, &bytes);

	bytes *= share->thread_count;
	share->stacks = (struct pagemap_value){
		bytes, bytes, bytes,
		told ? PAGEMAP_EXACT : PAGEMAP_ESTIMATED,
		told ? PAGEMAP_REASON_NONE : PAGEMAP_REASON_NO_FEATURE,
	};
}

int pagemap_kernel_share_of(struct pagemap_source *source, const pid_t *pids,
			    size_t count,
			    struct pagemap_kernel_share *ret_share)
{
	struct pagemap_kernel_share share = { 0 };
	struct buffer text = { 0 };
	int err = 0;
	size_t i;

	for (i = 0; i < count && err != -ENOMEM; i++)
		err = add_process(source, pids[i], &text, &share);
	buffer_free(&text);
	if (err == -ENOMEM)
		return err;
	if (!share.process_count)
		return -ESRCH;
	share.page_tables.low = share.page_tables.high =
		share.page_tables.value;
	share.page_tables.quality = PAGEMAP_EXACT;
	set_stacks(source, &share);
	*ret_share = share;
	return 0;
}

int pagemap_source_available_bytes(struct pagemap_source *source,
				   uint64_t *ret_bytes)
{
	struct proc_meminfo meminfo = { .found = 0 };
	struct buffer text = { 0 };
	uint64_t bytes;
	int err = source->ops->read_text(source, NULL, "meminfo", &text);

	if (!err)
		err = parse_meminfo(text.data, text.size, &meminfo);
	buffer_free(&text);
	if (!err && !meminfo_has(&meminfo, MEMINFO_FREE))
		err = -ENODATA;
	if (err)
		return source_fail(source, err, "meminfo", 0);
	/* What was not found is 0. */
	bytes = meminfo.values[MEMINFO_CACHED];
	bytes -= meminfo.values[MEMINFO_SHMEM] < bytes ?
		 meminfo.values[MEMINFO_SHMEM] : bytes;
	*ret_bytes = bytes + meminfo.values[MEMINFO_FREE] +
		     meminfo.values[MEMINFO_SLAB_RECLAIMABLE] / 2;
	return 0;
}
