/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of columns, lists of them, and what the columns of a list need.
 * What is in a cell is found by the functions of cells.c; how cells are laid
 * out is in table.c, csv.c and json_rows.c.
 */
#include "columns.h"

#include <errno.h>
#include <string.h>

#include "cells.h"

#define SIZE(column_name, heading, metric, help) \
	{ column_name, heading, column_name "_bytes", COLUMN_SIZE, metric, \
	  false, false, 0, 0, help, NULL, NULL, NULL }
#define TEXT(column_name, heading, identity, names, help) \
	{ #column_name, heading, #column_name, COLUMN_TEXT, -1, false, \
	  false, identity, names, help, text_of_##column_name, NULL, NULL }
#define NUMBER(column_name, heading, key, kind, names, help) \
	{ #column_name, heading, key, kind, -1, false, false, 0, names, help, \
	  NULL, number_of_##column_name, NULL }
#define GUEST_SIZE(column_name, heading, help) \
	{ #column_name, heading, #column_name "_bytes", COLUMN_SIZE, -1, \
	  false, true, 0, 0, help, NULL, NULL, value_of_##column_name }
#define GUEST_NUMBER(column_name, heading, kind, help) \
	{ #column_name, heading, #column_name, kind, -1, false, true, 0, 0, \
	  help, NULL, number_of_##column_name, NULL }

static const struct column columns[] = {
	NUMBER(pid, "PID", "pid", COLUMN_PID, 0, "process id"),
	NUMBER(ppid, "PPID", "ppid", COLUMN_PID, NAME_PPID,
	       "parent's process id"),
	NUMBER(uid, "UID", "uid", COLUMN_PID, NAME_UID, "effective user id"),
	TEXT(user, "USER", 0, NAME_USER, "effective user's name"),
	TEXT(comm, "COMM", 0, NAME_COMM,
	     "name of the process, up to 15 bytes"),
	TEXT(command, "COMMAND", 0, NAME_COMMAND,
	     "command line, or the name in brackets"),
	{ "start", "START", "start_s", COLUMN_TIME, -1, false, false, 0,
	  NAME_START, "when it began; in JSON and CSV seconds after boot",
	  text_of_start, number_of_start, NULL },
	TEXT(name, "NAME", 0, 0, "name of a group or a mapping"),
	NUMBER(processes, "PROCS", "processes", COLUMN_COUNT, 0,
	       "processes of the row"),
	SIZE("vss", "VSS", PAGEMAP_VSS, "mapped"),
	SIZE("rss", "RSS", PAGEMAP_RSS, "resident"),
	SIZE("pss", "PSS", PAGEMAP_PSS,
	     "resident, each page divided by its sharers"),
	SIZE("uss", "USS", PAGEMAP_USS, "resident and not shared"),
	SIZE("swap", "SWAP", PAGEMAP_SWAP, "in swap"),
	SIZE("swap_pss", "SWAPPSS", PAGEMAP_SWAP_PSS,
	     "in swap, each page divided by its sharers"),
	{ "avgpss", "AVGPSS", "avgpss_bytes", COLUMN_SIZE, PAGEMAP_PSS, true,
	  false, 0, 0, "PSS divided by the row's processes", NULL, NULL, NULL },
	SIZE("anon", "ANON", PAGEMAP_ANON, "resident anonymous"),
	SIZE("file", "FILE", PAGEMAP_FILE, "resident pages of files"),
	SIZE("shmem", "SHMEM", PAGEMAP_SHMEM, "resident shmem and tmpfs"),
	SIZE("pss_anon", "PSSANON", PAGEMAP_PSS_ANON, "PSS of anonymous"),
	SIZE("pss_file", "PSSFILE", PAGEMAP_PSS_FILE, "PSS of files"),
	SIZE("pss_shmem", "PSSSHMEM", PAGEMAP_PSS_SHMEM, "PSS of shmem"),
	SIZE("pss_dirty", "PSSDIRTY", PAGEMAP_PSS_DIRTY, "PSS of dirty pages"),
	SIZE("shared_clean", "SHCLEAN", PAGEMAP_SHARED_CLEAN, "shared, clean"),
	SIZE("shared_dirty", "SHDIRTY", PAGEMAP_SHARED_DIRTY, "shared, dirty"),
	SIZE("private_clean", "PRCLEAN", PAGEMAP_PRIVATE_CLEAN,
	     "private, clean"),
	SIZE("private_dirty", "PRDIRTY", PAGEMAP_PRIVATE_DIRTY,
	     "private, dirty"),
	SIZE("referenced", "REFERENCED", PAGEMAP_REFERENCED,
	     "accessed since last cleared"),
	SIZE("lazy_free", "LAZYFREE", PAGEMAP_LAZY_FREE, "given up, MADV_FREE"),
	SIZE("locked", "LOCKED", PAGEMAP_LOCKED, "locked in memory"),
	SIZE("ksm", "KSM", PAGEMAP_KSM, "merged by KSM"),
	SIZE("anon_thp", "ANONTHP", PAGEMAP_ANON_THP, "anonymous huge pages"),
	SIZE("shmem_thp", "SHMEMTHP", PAGEMAP_SHMEM_THP, "shmem huge pages"),
	SIZE("file_thp", "FILETHP", PAGEMAP_FILE_THP, "file huge pages"),
	SIZE("hugetlb_private", "HTLBPRIV", PAGEMAP_HUGETLB_PRIVATE,
	     "hugetlb, private; not in RSS"),
	SIZE("hugetlb_shared", "HTLBSHR", PAGEMAP_HUGETLB_SHARED,
	     "hugetlb, shared; not in RSS"),
	SIZE("zero", "ZERO", PAGEMAP_ZERO, "zero pages; not in RSS"),
	SIZE("page_tables", "PGTABLES", PAGEMAP_PAGE_TABLES, "page tables"),
	SIZE("rss_peak", "PEAKRSS", PAGEMAP_RSS_PEAK, "largest RSS so far"),
	TEXT(quality, "QUALITY", 0, 0, "worst quality of the row's sizes"),
	TEXT(status, "STATUS", 0, 0, "how reading the process went"),
	NUMBER(age, "AGE", "age_s", COLUMN_SECONDS, 0,
	       "seconds between reading and showing"),
	TEXT(exe, "EXE", PAGEMAP_ID_EXE, 0, "path of the executable"),
	TEXT(cgroup, "CGROUP", PAGEMAP_ID_CGROUP, 0, "path of the cgroup"),
	TEXT(unit, "UNIT", PAGEMAP_ID_CGROUP, 0, "unit: last service, scope "
	     "or slice of the cgroup"),
	NUMBER(session, "SESSION", "session", COLUMN_PID, NAME_SESSION,
	       "session id"),
	{ "mm_pids", "MMPIDS", "mm_pids", COLUMN_PIDS, -1, false, false, 0, 0,
	  "processes that share its memory", text_of_mm_pids, NULL, NULL },
	GUEST_NUMBER(guest_pid, "GPID", COLUMN_PID, "guest: process id inside"),
	GUEST_SIZE(host_pss, "HOST", "guest: the host's memory that its pages "
		   "lie in, shared out"),
	GUEST_SIZE(host_uss, "HOSTUSS", "guest: of that, its own alone"),
	GUEST_SIZE(host_swap, "HOSTSWAP", "guest: of its pages, in the host's "
		   "swap, shared out"),
	GUEST_SIZE(tables, "TABLES", "guest: page tables on both sides, and "
		   "its stub"),
	GUEST_SIZE(guest_tables, "GTABLES", "guest: of these, in guest RAM"),
	GUEST_SIZE(host_tables, "HTABLES", "guest: of these, the host's"),
	GUEST_NUMBER(vmas, "VMAS", COLUMN_COUNT,
		     "guest: mappings that the host keeps for it"),
	GUEST_NUMBER(child_pages, "CHILD", COLUMN_COUNT,
		     "guest: of its pages, those that the host maps for it"),
	GUEST_NUMBER(child_other, "OTHER", COLUMN_COUNT,
		     "guest: pages that the host maps for it and that are not "
		     "its own"),
	GUEST_NUMBER(root, "ROOT", COLUMN_PID,
		     "guest: frame of its top page table"),
	{ "link", "LINK", "link", COLUMN_TEXT, -1, false, true, 0, 0,
	  "guest: how the host's process of it is known: mm, pages, none",
	  text_of_link, NULL, NULL },
	GUEST_NUMBER(differ, "DIFFER", COLUMN_COUNT,
		     "guest: pages of which --inside says something else"),
	GUEST_NUMBER(outside, "OUTSIDE", COLUMN_COUNT,
		     "guest: pages in no mapping that --inside tells of"),
	{ NULL, NULL, NULL, COLUMN_TEXT, -1, false, false, 0, 0, NULL, NULL,
	  NULL, NULL },
};

const struct column *columns_all(void)
{
	return columns;
}

const struct column *column_find(const char *name, size_t length)
{
	const struct column *column;

	for (column = columns; column->name; column++)
		if (strlen(column->name) == length &&
		    !memcmp(column->name, name, length))
			return column;
	return NULL;
}

const char *column_name_at(size_t index)
{
	return index < sizeof(columns) / sizeof(columns[0]) ?
	       columns[index].name : NULL;
}

int columns_parse(const char *text, struct column_list *ret_list,
		  const char **ret_wrong, size_t *ret_length)
{
	struct column_list list = { .count = 0 };

	for (;;) {
		size_t length = strcspn(text, ", ");
		const struct column *column = column_find(text, length);

		if (!column || list.count == COLUMNS_MAX) {
			*ret_wrong = text;
			*ret_length = length;
			return -EINVAL;
		}
		list.items[list.count++] = column;
		if (!text[length])
			break;
		text += length + 1;
	}
	*ret_list = list;
	return 0;
}

bool column_is_shown(const struct column_list *list, const char *name)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (!strcmp(list->items[i]->name, name))
			return true;
	return false;
}

uint64_t columns_metrics(const struct column_list *list)
{
	uint64_t metrics = 0;
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->items[i]->metric >= 0)
			metrics |= PAGEMAP_METRIC_BIT(list->items[i]->metric);
	return metrics;
}

uint32_t columns_identity(const struct column_list *list)
{
	uint32_t identity = 0;
	size_t i;

	for (i = 0; i < list->count; i++)
		identity |= list->items[i]->identity;
	return identity;
}

uint32_t columns_names(const struct column_list *list)
{
	uint32_t names = 0;
	size_t i;

	for (i = 0; i < list->count; i++)
		names |= list->items[i]->names;
	return names;
}

void columns_print_help(FILE *out)
{
	const struct column *column;

	for (column = columns; column->name; column++)
		fprintf(out, "  %-16s %s\n", column->name, column->help);
}

bool column_sorts_down(const struct column *column)
{
	return column->kind == COLUMN_SIZE || column->kind == COLUMN_COUNT ||
	       column->kind == COLUMN_SECONDS;
}
