/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is in a cell: figures with their quality, texts and numbers of a row,
 * and the order that they give.
 */
#include "cells.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "escape.h"

#define NANOSECONDS 1000000000u
/* A text that is made up for a cell, such as a list of pids, is cut here. */
#define CELL_SIZE 8192
#define DAY_S (24 * 60 * 60)

struct row row_init(void)
{
	return (struct row){
		.ppid = -1,
		.uid = -1,
		.session = -1,
		.start_time_ns = UINT64_MAX,
	};
}

/* ---- Figures ----------------------------------------------------------- */

struct pagemap_value row_value(const struct row *row,
			       enum pagemap_metric metric)
{
	return row->usage ? pagemap_usage_value(row->usage, metric)
			  : pagemap_process_value(row->process, metric);
}

static bool is_beyond_all(const struct pagemap_value *value, int metric)
{
	return value->quality == PAGEMAP_UNAVAILABLE &&
	       ((value->reason == PAGEMAP_REASON_NO_FEATURE &&
		 metric != PAGEMAP_PSS) ||
		value->reason == PAGEMAP_REASON_NOT_ASKED);
}

enum pagemap_quality row_quality(const struct row *row, uint64_t metrics)
{
	enum pagemap_quality worst = PAGEMAP_EXACT;
	bool known = false;
	int metric;

	for (metric = 0; metric < PAGEMAP_METRIC_COUNT; metric++) {
		struct pagemap_value value;

		if (!(metrics & PAGEMAP_METRIC_BIT(metric)))
			continue;
		value = row_value(row, (enum pagemap_metric)metric);
		if (is_beyond_all(&value, metric))
			continue;
		known = true;
		if (value.quality > worst)
			worst = value.quality;
	}
	return known ? worst : PAGEMAP_UNAVAILABLE;
}

struct pagemap_value cell_value(const struct column *column,
				const struct row *row)
{
	struct pagemap_value value = column->value ? column->value(row) :
		row_value(row, (enum pagemap_metric)column->metric);

	if (column->average && row->processes) {
		value.value /= row->processes;
		value.low /= row->processes;
		value.high /= row->processes;
	}
	return value;
}

/* ---- Texts ------------------------------------------------------------- */

const char *cell_text(const struct column *column, const struct row *row,
		      char *scratch, size_t size)
{
	return column->text ? column->text(row, scratch, size) : NULL;
}

const char *text_of_user(const struct row *row, char *scratch, size_t size)
{
	(void)scratch, (void)size;
	return row->user;
}

const char *text_of_comm(const struct row *row, char *scratch, size_t size)
{
	(void)scratch, (void)size;
	return row->comm;
}

const char *text_of_command(const struct row *row, char *scratch, size_t size)
{
	if (row->command || !row->comm)
		return row->command;
	/* Without arguments: a name in brackets, as ps shows it. */
	snprintf(scratch, size, "[%s]", row->comm);
	return scratch;
}

/* The clock for a start within a day, else the date, else the year. */
const char *text_of_start(const struct row *row, char *scratch, size_t size)
{
	time_t start_s, taken_s = (time_t)(row->taken_ns / NANOSECONDS);
	const char *format = "%Y";
	struct tm local;

	if (row->start_time_ns == UINT64_MAX || !row->boot_time_ns)
		return NULL;
	start_s = (time_t)((row->boot_time_ns + row->start_time_ns) /
			   NANOSECONDS);
	if (taken_s - start_s < DAY_S)
		format = "%H:%M:%S";
	else if (taken_s - start_s < 300 * DAY_S)
		format = "%b %d";
	if (!localtime_r(&start_s, &local) ||
	    !strftime(scratch, size, format, &local))
		return NULL;
	return scratch;
}

const char *text_of_name(const struct row *row, char *scratch, size_t size)
{
	(void)scratch, (void)size;
	return row->name;
}

const char *text_of_quality(const struct row *row, char *scratch, size_t size)
{
	uint64_t metrics = row->metrics ? row->metrics : PAGEMAP_METRICS_SIZES;

	(void)scratch, (void)size;
	return pagemap_quality_name(row_quality(row, metrics));
}

const char *text_of_status(const struct row *row, char *scratch, size_t size)
{
	(void)scratch, (void)size;
	return row->process ?
	       pagemap_status_name(pagemap_process_status(row->process)) : NULL;
}

const char *text_of_exe(const struct row *row, char *scratch, size_t size)
{
	(void)scratch, (void)size;
	return row->process ? pagemap_process_exe(row->process) : NULL;
}

const char *text_of_cgroup(const struct row *row, char *scratch, size_t size)
{
	(void)scratch, (void)size;
	return row->process ? pagemap_process_cgroup(row->process) : NULL;
}

static bool is_unit(const char *name, size_t length)
{
	static const char *const endings[] = { ".service", ".scope", ".slice" };
	size_t i;

	for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t ending = strlen(endings[i]);

		if (length > ending &&
		    !memcmp(name + length - ending, endings[i], ending))
			return true;
	}
	return false;
}

const char *cgroup_unit(const char *cgroup, size_t *ret_length)
{
	const char *begin, *end = cgroup + strlen(cgroup);

	for (; end > cgroup; end = begin - (begin > cgroup)) {
		for (begin = end; begin > cgroup && begin[-1] != '/';)
			begin--;
		if (is_unit(begin, (size_t)(end - begin))) {
			*ret_length = (size_t)(end - begin);
			return begin;
		}
	}
	return NULL;
}

const char *text_of_unit(const struct row *row, char *scratch, size_t size)
{
	const char *unit, *cgroup = text_of_cgroup(row, scratch, size);
	size_t length;

	unit = cgroup ? cgroup_unit(cgroup, &length) : NULL;
	if (!unit)
		return NULL;
	snprintf(scratch, size, "%.*s", (int)length, unit);
	return scratch;
}

const char *text_of_mm_pids(const struct row *row, char *scratch, size_t size)
{
	const pid_t *pids;
	size_t i, count, at = 0;

	if (!row->process)
		return NULL;
	pids = pagemap_process_mm_pids(row->process, &count);
	scratch[0] = '\0';
	for (i = 0; i < count; i++) {
		if (size - at < 16) {
			snprintf(scratch + at, size - at, " ...");
			break;
		}
		at += (size_t)snprintf(scratch + at, size - at, "%s%d",
				       i ? " " : "", (int)pids[i]);
	}
	return scratch;
}

/* ---- Numbers ----------------------------------------------------------- */

bool cell_number(const struct column *column, const struct row *row,
		 int64_t *ret_number)
{
	return column->number && column->number(row, ret_number);
}

bool number_of_pid(const struct row *row, int64_t *ret_number)
{
	if (!row->process)
		return false;
	*ret_number = pagemap_process_pid(row->process);
	/* Of a guest's process that no process of the host is known to run. */
	return *ret_number < PAGEMAP_GUEST_PID_BASE;
}

static bool known(int64_t number, int64_t *ret_number)
{
	*ret_number = number;
	return number >= 0;
}

bool number_of_ppid(const struct row *row, int64_t *ret_number)
{
	return known(row->ppid, ret_number);
}

bool number_of_uid(const struct row *row, int64_t *ret_number)
{
	return known(row->uid, ret_number);
}

bool number_of_session(const struct row *row, int64_t *ret_number)
{
	return known(row->session, ret_number);
}

bool number_of_processes(const struct row *row, int64_t *ret_number)
{
	*ret_number = (int64_t)row->processes;
	return row->processes || row->counted;
}

bool number_of_start(const struct row *row, int64_t *ret_number)
{
	*ret_number = (int64_t)(row->start_time_ns / NANOSECONDS);
	return row->start_time_ns != UINT64_MAX;
}

bool number_of_age(const struct row *row, int64_t *ret_number)
{
	uint64_t read;

	if (!row->process)
		return false;
	read = pagemap_process_read_time_ns(row->process);
	*ret_number = read < row->taken_ns ?
		      (int64_t)((row->taken_ns - read) / NANOSECONDS) : 0;
	return read != 0;
}

/* ---- As people read it ------------------------------------------------- */

/* A memory that several processes share is one row: say how many there are. */
static size_t add_sharers(const struct column *column, const struct row *row,
			  char *text, size_t size)
{
	size_t count = 1;

	if (!(column->names & NAME_COMMAND) || !row->process)
		return 0;
	pagemap_process_mm_pids(row->process, &count);
	return count < 2 ? 0 : (size_t)snprintf(text, size, "(+%zu pid%s) ",
						count - 1,
						count > 2 ? "s" : "");
}

static size_t format_unknown(char *text)
{
	memcpy(text, "-", 2);
	return 1;
}

static size_t format_text(const struct column *column, const struct row *row,
			  char *text, size_t size)
{
	char scratch[CELL_SIZE];
	const char *cell = cell_text(column, row, scratch, sizeof(scratch));
	size_t at;

	if (!cell)
		return format_unknown(text);
	at = add_sharers(column, row, text, size);
	return at + escape_text(cell, text + at, size - at);
}

size_t cell_format(const struct column *column, const struct row *row,
		   enum units units, char *text, size_t size)
{
	struct pagemap_value value;
	int64_t number;

	if (column->kind == COLUMN_SIZE) {
		value = cell_value(column, row);
		return units_format_value(&value, units, text);
	}
	if (column->text)
		return format_text(column, row, text, size);
	if (cell_number(column, row, &number))
		return (size_t)snprintf(text, size, "%" PRId64, number);
	return format_unknown(text);
}

/* ---- Order ------------------------------------------------------------- */

struct order {
	const struct column *column;
	bool reversed;
};

/* 0 for what is not known, and the larger the more comes first. */
static uint64_t sort_key(const struct order *order, const struct row *row)
{
	bool down = column_sorts_down(order->column) != order->reversed;
	struct pagemap_value value;
	int64_t number;

	if (order->column->kind == COLUMN_SIZE) {
		value = cell_value(order->column, row);
		if (value.quality == PAGEMAP_UNAVAILABLE)
			return 0;
		number = (int64_t)value.value;
	} else if (!cell_number(order->column, row, &number)) {
		return 0;
	}
	return down ? (uint64_t)number + 1 : UINT64_MAX - (uint64_t)number;
}

static int compare_texts(const struct order *order, const struct row *a,
			 const struct row *b)
{
	char scratch_a[256], scratch_b[256];
	const char *x = cell_text(order->column, a, scratch_a,
				  sizeof(scratch_a));
	const char *y = cell_text(order->column, b, scratch_b,
				  sizeof(scratch_b));

	if (!x || !y)
		return !x - !y;
	return order->reversed ? -strcmp(x, y) : strcmp(x, y);
}

static int compare_figures(const struct row *a, const struct row *b,
			   enum pagemap_metric metric)
{
	struct pagemap_value x = row_value(a, metric);
	struct pagemap_value y = row_value(b, metric);

	return (x.value < y.value) - (x.value > y.value);
}

/* By RSS too: it is known also where the PSS may not be read. */
static int compare_equals(const struct row *a, const struct row *b)
{
	int order = compare_figures(a, b, PAGEMAP_PSS);
	int64_t pid_a, pid_b;

	if (!order)
		order = compare_figures(a, b, PAGEMAP_RSS);
	if (order)
		return order;
	if (number_of_pid(a, &pid_a) && number_of_pid(b, &pid_b))
		return (pid_a > pid_b) - (pid_a < pid_b);
	return a->name && b->name ? strcmp(a->name, b->name) : 0;
}

static int compare_rows(const void *a, const void *b, void *context)
{
	const struct order *order = context;
	const struct row *x = a, *y = b;
	int sign;

	if (x->sort_key != y->sort_key)
		return x->sort_key < y->sort_key ? 1 : -1;
	sign = order->column->number || order->column->kind == COLUMN_SIZE ?
	       0 : compare_texts(order, x, y);
	return sign ? sign : compare_equals(x, y);
}

void rows_sort(struct row *rows, size_t count, const struct column *column,
	       bool reversed)
{
	struct order order = { column, reversed };
	size_t i;

	for (i = 0; i < count; i++)
		rows[i].sort_key = sort_key(&order, &rows[i]);
	qsort_r(rows, count, sizeof(*rows), compare_rows, &order);
}
