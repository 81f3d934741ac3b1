/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a kill gives back beside pages that are mapped: page tables and kernel
 * stacks; and how much members may have who could not be read.
 */
#include <errno.h>

#include "killed.h"

#define BIT(metric) PAGEMAP_METRIC_BIT(metric)

int killed_meminfo(struct killed *killed, struct proc_meminfo *ret_meminfo)
{
	struct pagemap_source *source = killed->source;
	struct buffer text = { 0 };
	int err = source->ops->read_text(source, NULL, "meminfo", &text);

	if (!err)
		err = parse_meminfo(text.data, text.size, ret_meminfo);
	buffer_free(&text);
	return err;
}

/* What the members add up to. */
struct members {
	uint64_t mms;
	uint64_t threads;
	uint64_t page_table_bytes;
	uint64_t anon_bytes;		/* of those that were not read */
	uint64_t file_bytes;
	uint64_t shmem_bytes;
	uint64_t hugetlb_bytes;
	uint64_t swap_bytes;
	bool unread;
	bool unsized_members;		/* not even their sizes are known */
	bool ended;
};

static void add_unread(struct members *members,
		       const struct proc_status *status)
{
	const uint64_t sizes = BIT(PAGEMAP_ANON) | BIT(PAGEMAP_FILE) |
			       BIT(PAGEMAP_SHMEM);

	members->unread = true;
	if ((status->found & sizes) != sizes) {
		members->unsized_members = true;
		return;
	}
	members->anon_bytes += status->bytes[PAGEMAP_ANON];
	members->file_bytes += status->bytes[PAGEMAP_FILE];
	members->shmem_bytes += status->bytes[PAGEMAP_SHMEM];
	members->swap_bytes += status->bytes[PAGEMAP_SWAP];
	if (status->hugetlb_bytes != UINT64_MAX)
		members->hugetlb_bytes += status->hugetlb_bytes;
}

static void add_threads(struct killed *killed, pid_t pid, struct buffer *text,
			struct members *members)
{
	struct pagemap_source *source = killed->source;
	struct process_ref ref = { .pid = pid, .dir_fd = -1 };
	struct proc_stat stat;
	int err = source->ops->read_text(source, &ref, "stat", text);

	if (!err)
		err = parse_stat(text->data, text->size, &stat);
	if (!err)
		members->threads += stat.thread_count;
	else if (source->kind == PAGEMAP_SOURCE_TREE)
		killed->parts[PAGEMAP_KILLED_FREED_KERNEL_STACKS].missing =
			PAGEMAP_REASON_NO_FEATURE;
	else
		members->ended = true;
}

static void add_member(struct killed *killed, size_t index,
		       struct buffer *text, struct members *members)
{
	struct pagemap_source *source = killed->source;
	const struct pagemap_process *process =
		&killed->snapshot->processes[index];
	struct process_ref ref = { .pid = process->pid, .dir_fd = -1 };
	struct proc_status status = { .hugetlb_bytes = UINT64_MAX };
	size_t i, count;
	const pid_t *pids = pagemap_process_mm_pids(process, &count);

	if (source->ops->read_text(source, &ref, "status", text) ||
	    parse_status(text->data, text->size, &status))
		status = (struct proc_status){ .hugetlb_bytes = UINT64_MAX };
	if (!killed_reads(killed, index))
		add_unread(members, &status);
	if (status.found & BIT(PAGEMAP_PAGE_TABLES))
		members->page_table_bytes += status.bytes[PAGEMAP_PAGE_TABLES];
	else if (source->kind == PAGEMAP_SOURCE_TREE)
		killed->parts[PAGEMAP_KILLED_FREED_PAGE_TABLES].missing =
			PAGEMAP_REASON_NO_FEATURE;
	else
		members->ended = true;
	members->mms++;
	for (i = 0; i < count; i++)
		add_threads(killed, pids[i], text, members);
}

static void add_exact(struct killed *killed, enum pagemap_killed_part part,
		      uint64_t bytes)
{
	killed_add(killed, part, (struct amount){ bytes, bytes, bytes },
		   PAGEMAP_REASON_NONE);
}

/*
 * All that a member has who could not be read may go each of these ways; the
 * likeliest is that its anonymous pages are its own and all else is shared.
 */
static void bound_unread(struct killed *killed, const struct members *members)
{
	uint64_t anon = members->anon_bytes, swap = members->swap_bytes;
	uint64_t file = members->file_bytes, shmem = members->shmem_bytes;
	uint64_t huge = members->hugetlb_bytes, shared = file + shmem;
	const struct {
		enum pagemap_killed_part part;
		struct amount bytes;
	} rows[] = {
		{ PAGEMAP_KILLED_FREED_ANON, { 0, anon, anon } },
		{ PAGEMAP_KILLED_FREED_SHMEM, { 0, 0, shmem } },
		{ PAGEMAP_KILLED_FREED_FILE, { 0, 0, file } },
		{ PAGEMAP_KILLED_FREED_HUGETLB, { 0, 0, huge } },
		{ PAGEMAP_KILLED_CLEAN_CACHE, { 0, 0, file } },
		{ PAGEMAP_KILLED_DIRTY, { 0, 0, file } },
		{ PAGEMAP_KILLED_STAYS_SHARED, { 0, shared, anon + shared } },
		{ PAGEMAP_KILLED_STAYS_SHMEM, { 0, 0, shmem } },
		{ PAGEMAP_KILLED_STAYS_HUGETLB, { 0, huge, huge } },
		{ PAGEMAP_KILLED_SWAP_FREED, { 0, swap, swap } },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		killed_add(killed, rows[i].part, rows[i].bytes,
			   PAGEMAP_REASON_DENIED);
		if (members->unsized_members)
			killed_estimate(killed, rows[i].part,
					PAGEMAP_REASON_DENIED);
	}
}

int killed_system(struct killed *killed)
{
	struct members members = { 0 };
	struct buffer text = { 0 };
	uint64_t bytes = 0;
	size_t i;
	int err;

	for (i = 0; i < killed->snapshot->process_count; i++)
		if (killed->dies[i])
			add_member(killed, i, &text, &members);
	/*
	 * VmPTE is without the PGD, which goes as well: a page, or two where
	 * x86 isolates page tables.  PageTables of 6.18 has it too (measured).
	 */
	add_exact(killed, PAGEMAP_KILLED_FREED_PAGE_TABLES,
		  members.page_table_bytes +
		  (members.mms << killed->snapshot->page_shift));
	err = source_stack_bytes(killed->source, &bytes);
	if (err)
		killed->parts[PAGEMAP_KILLED_FREED_KERNEL_STACKS].missing =
			PAGEMAP_REASON_NO_FEATURE;
	add_exact(killed, PAGEMAP_KILLED_FREED_KERNEL_STACKS,
		  bytes * members.threads);
	if (members.unread)
		bound_unread(killed, &members);
	for (i = 0; members.ended && i < PAGEMAP_KILLED_PART_COUNT; i++)
		killed_estimate(killed, (enum pagemap_killed_part)i,
				PAGEMAP_REASON_VANISHED);
	buffer_free(&text);
	return err == -ENOMEM ? err : 0;
}
