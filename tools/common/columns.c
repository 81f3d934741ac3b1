/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of columns and the cells of a row.  Knows what a cell is, not how
 * it is laid out: that is in table.c, csv.c and json.c.
 */
#include "columns.h"

#include <errno.h>
#include <string.h>

#define NANOSECONDS 1000000000u

#define SIZE(column_name, heading, metric, help) \
	{ column_name, heading, column_name "_bytes", COLUMN_SIZE, metric, \
	  0, 0, help }

static const struct column columns[] = {
	{ "pid", "PID", "pid", COLUMN_PID, -1, 0, 0, "process id" },
	{ "ppid", "PPID", "ppid", COLUMN_PID, -1, PAGEMAP_ID_STAT, 0,
	  "parent's process id" },
	{ "uid", "UID", "uid", COLUMN_PID, -1, PAGEMAP_ID_UID, 0,
	  "effective user id" },
	{ "user", "USER", "user", COLUMN_TEXT, -1, PAGEMAP_ID_UID, NAME_USER,
	  "effective user's name" },
	{ "comm", "COMM", "comm", COLUMN_TEXT, -1, 0, NAME_COMM,
	  "name of the process, up to 15 bytes" },
	{ "command", "COMMAND", "command", COLUMN_TEXT, -1, 0, NAME_COMMAND,
	  "command line, or the name in brackets" },
	{ "start", "START", "start_s", COLUMN_SECONDS, -1, 0, NAME_START,
	  "start, seconds after boot" },
	{ "name", "NAME", "name", COLUMN_TEXT, -1, 0, 0,
	  "name of a group or mapping" },
	{ "processes", "PROCS", "processes", COLUMN_COUNT, -1, 0, 0,
	  "processes in a group" },
	SIZE("vss", "VSS", PAGEMAP_VSS, "mapped"),
	SIZE("rss", "RSS", PAGEMAP_RSS, "resident"),
	SIZE("pss", "PSS", PAGEMAP_PSS,
	     "resident, each page divided by its sharers"),
	SIZE("uss", "USS", PAGEMAP_USS, "resident, not shared"),
	SIZE("swap", "SWAP", PAGEMAP_SWAP, "in swap"),
	SIZE("swap_pss", "SWAPPSS", PAGEMAP_SWAP_PSS,
	     "in swap, each slot divided by its sharers"),
	SIZE("anon", "ANON", PAGEMAP_ANON, "resident anonymous"),
	SIZE("file", "FILE", PAGEMAP_FILE, "resident files"),
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
	{ "quality", "QUALITY", "quality", COLUMN_TEXT, -1, 0, 0,
	  "worst quality of the row's sizes" },
	{ "status", "STATUS", "status", COLUMN_TEXT, -1, 0, 0,
	  "how reading the process went" },
	{ "age", "AGE", "age_s", COLUMN_SECONDS, -1, 0, 0,
	  "seconds since the row was read" },
	{ "exe", "EXE", "exe", COLUMN_TEXT, -1, PAGEMAP_ID_EXE, 0,
	  "path of the executable" },
	{ "cgroup", "CGROUP", "cgroup", COLUMN_TEXT, -1, PAGEMAP_ID_CGROUP, 0,
	  "cgroup" },
	{ "session", "SESSION", "session", COLUMN_PID, -1, PAGEMAP_ID_STAT, 0,
	  "session id" },
	{ NULL, NULL, NULL, COLUMN_TEXT, -1, 0, 0, NULL },
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

struct pagemap_value row_value(const struct row *row,
			       enum pagemap_metric metric)
{
	return row->usage ? pagemap_usage_value(row->usage, metric)
			  : pagemap_process_value(row->process, metric);
}

enum pagemap_quality row_quality(const struct row *row, uint64_t metrics)
{
	enum pagemap_quality worst = PAGEMAP_EXACT;
	int metric;

	for (metric = 0; metric < PAGEMAP_METRIC_COUNT; metric++) {
		struct pagemap_value value;

		if (!(metrics & PAGEMAP_METRIC_BIT(metric)))
			continue;
		value = row_value(row, (enum pagemap_metric)metric);
		if (value.quality > worst)
			worst = value.quality;
	}
	return worst;
}

static const char *command_of(const struct row *row, char *scratch,
			      size_t size)
{
	const char *text = row->command;
	size_t count = 1;

	if (!text && !row->comm)
		return NULL;
	if (row->process)
		pagemap_process_mm_pids(row->process, &count);
	if (text && count == 1)
		return text;
	/* Without arguments: a name in brackets, as ps shows it. */
	if (count == 1)
		snprintf(scratch, size, "[%s]", row->comm);
	else
		snprintf(scratch, size, text ? "(+%zu) %s" : "(+%zu) [%s]",
			 count - 1, text ? text : row->comm);
	return scratch;
}

const char *cell_text(const struct column *column, const struct row *row,
		      char *scratch, size_t size)
{
	const struct pagemap_process *process = row->process;

	if (!strcmp(column->name, "name"))
		return row->name;
	if (!strcmp(column->name, "user"))
		return row->user;
	if (!strcmp(column->name, "comm"))
		return row->comm;
	if (!strcmp(column->name, "command"))
		return command_of(row, scratch, size);
	if (!strcmp(column->name, "quality"))
		return pagemap_quality_name(row_quality(row,
				PAGEMAP_METRIC_BIT(PAGEMAP_PSS)));
	if (!process)
		return NULL;
	if (!strcmp(column->name, "status"))
		return pagemap_status_name(pagemap_process_status(process));
	if (!strcmp(column->name, "exe"))
		return pagemap_process_exe(process);
	return pagemap_process_cgroup(process);
}

static bool process_number(const struct column *column, const struct row *row,
			   int64_t *ret_number)
{
	const struct pagemap_process *process = row->process;

	if (!strcmp(column->name, "pid"))
		*ret_number = pagemap_process_pid(process);
	else if (!strcmp(column->name, "ppid"))
		*ret_number = pagemap_process_ppid(process);
	else if (!strcmp(column->name, "session"))
		*ret_number = pagemap_process_session(process);
	else if (!strcmp(column->name, "uid"))
		*ret_number = (int32_t)pagemap_process_uid(process);
	else
		return false;
	return *ret_number >= 0;
}

bool cell_number(const struct column *column, const struct row *row,
		 int64_t *ret_number)
{
	if (!strcmp(column->name, "processes")) {
		*ret_number = (int64_t)row->processes;
		return true;
	}
	if (!strcmp(column->name, "start")) {
		*ret_number = (int64_t)(row->start_time_ns / NANOSECONDS);
		return row->start_time_ns != UINT64_MAX;
	}
	if (!row->process)
		return false;
	if (!strcmp(column->name, "age")) {
		uint64_t read = pagemap_process_read_time_ns(row->process);

		*ret_number = read < row->taken_ns ?
			(int64_t)((row->taken_ns - read) / NANOSECONDS) : 0;
		return read != 0;
	}
	return process_number(column, row, ret_number);
}

bool column_sorts_down(const struct column *column)
{
	return column->kind == COLUMN_SIZE || column->kind == COLUMN_COUNT;
}

static int compare_known(bool a, bool b)
{
	return a == b ? 0 : a ? -1 : 1;
}

static int compare_sizes(const struct column *column, const struct row *a,
			 const struct row *b)
{
	struct pagemap_value x, y;
	int order;

	x = row_value(a, (enum pagemap_metric)column->metric);
	y = row_value(b, (enum pagemap_metric)column->metric);
	order = compare_known(x.quality != PAGEMAP_UNAVAILABLE,
			      y.quality != PAGEMAP_UNAVAILABLE);
	return order ? order : (x.value < y.value) - (x.value > y.value);
}

static int compare_numbers(const struct column *column, const struct row *a,
			   const struct row *b)
{
	int64_t x = 0, y = 0;
	bool known_x = cell_number(column, a, &x);
	bool known_y = cell_number(column, b, &y);
	int order = compare_known(known_x, known_y);

	if (order)
		return order;
	order = (x > y) - (x < y);
	return column_sorts_down(column) ? -order : order;
}

static int compare_texts(const struct column *column, const struct row *a,
			 const struct row *b)
{
	char scratch_a[256], scratch_b[256];
	const char *x = cell_text(column, a, scratch_a, sizeof(scratch_a));
	const char *y = cell_text(column, b, scratch_b, sizeof(scratch_b));

	return x && y ? strcmp(x, y) : compare_known(x, y);
}

int rows_compare(const struct column *column, const struct row *a,
		 const struct row *b)
{
	switch (column->kind) {
	case COLUMN_SIZE:
		return compare_sizes(column, a, b);
	case COLUMN_TEXT:
		return compare_texts(column, a, b);
	default:
		return compare_numbers(column, a, b);
	}
}
