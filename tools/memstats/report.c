/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports: which of them, and a process in full for people.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"
#include "footnotes.h"
#include "guest.h"
#include "memstats.h"
#include "message.h"
#include "source.h"
#include "table.h"

/* The lines of a process; a metric of -1 is a heading. */
static const struct {
	const char *label;
	int metric;
	const char *note;
} lines[] = {
	{ "VSS", PAGEMAP_VSS, "mapped" },
	{ "RSS", PAGEMAP_RSS, "resident" },
	{ "  anonymous", PAGEMAP_ANON, "" },
	{ "  file", PAGEMAP_FILE, "" },
	{ "  shmem", PAGEMAP_SHMEM, "" },
	{ "  peak", PAGEMAP_RSS_PEAK, "the largest so far" },
	{ "PSS", PAGEMAP_PSS, "its share: each page divided by its sharers" },
	{ "  anonymous", PAGEMAP_PSS_ANON, "" },
	{ "  file", PAGEMAP_PSS_FILE, "" },
	{ "  shmem", PAGEMAP_PSS_SHMEM, "" },
	{ "  dirty", PAGEMAP_PSS_DIRTY, "" },
	{ "USS", PAGEMAP_USS, "its own: out of use when it ends" },
	{ "  clean", PAGEMAP_PRIVATE_CLEAN, "" },
	{ "  dirty", PAGEMAP_PRIVATE_DIRTY, "" },
	{ "shared", -1, "" },
	{ "  clean", PAGEMAP_SHARED_CLEAN, "" },
	{ "  dirty", PAGEMAP_SHARED_DIRTY, "" },
	{ "swap", PAGEMAP_SWAP, "" },
	{ "  its share", PAGEMAP_SWAP_PSS, "" },
	{ "hugetlb", -1, "not in RSS" },
	{ "  private", PAGEMAP_HUGETLB_PRIVATE, "" },
	{ "  shared", PAGEMAP_HUGETLB_SHARED, "" },
	{ "huge pages", -1, "in RSS" },
	{ "  anonymous", PAGEMAP_ANON_THP, "" },
	{ "  file", PAGEMAP_FILE_THP, "" },
	{ "  shmem", PAGEMAP_SHMEM_THP, "" },
	{ "KSM", PAGEMAP_KSM, "merged with equal pages" },
	{ "zero page", PAGEMAP_ZERO, "mapped, not in RSS" },
	{ "locked", PAGEMAP_LOCKED, "" },
	{ "lazily freed", PAGEMAP_LAZY_FREE, "" },
	{ "referenced", PAGEMAP_REFERENCED, "accessed since last cleared" },
	{ "page tables", PAGEMAP_PAGE_TABLES, "the kernel's, for it" },
};

#define LINE_COUNT (sizeof(lines) / sizeof(lines[0]))

int report_make(struct pagemap_source *source,
		const struct pagemap_snapshot *snapshot,
		struct report *ret_report)
{
	struct report report = { .source = source, .snapshot = snapshot };
	size_t i;

	report.count = pagemap_snapshot_process_count(snapshot);
	report.rows = calloc(report.count + 1, sizeof(*report.rows));
	if (!report.rows)
		return -ENOMEM;
	for (i = 0; i < report.count; i++)
		report.rows[i] = (struct row){
			.process = pagemap_snapshot_process_at(snapshot, i),
			.processes = 1,
			.start_time_ns = UINT64_MAX,
			.taken_ns = pagemap_snapshot_time_ns(snapshot),
		};
	*ret_report = report;
	return proclist_name_rows(source, snapshot, report.rows, report.count,
				  NAME_USER | NAME_COMM | NAME_COMMAND,
				  &ret_report->names);
}

void report_free(struct report *report)
{
	free(report->rows);
	proclist_free(report->names);
}

static void print_line(const struct row *row, size_t i, struct footnotes *notes)
{
	struct pagemap_value value;

	if (lines[i].metric < 0) {
		if (*lines[i].note)
			printf("  %-15s %12s  %s\n", lines[i].label, "",
			       lines[i].note);
		else
			printf("  %s\n", lines[i].label);
		return;
	}
	value = row_value(row, (enum pagemap_metric)lines[i].metric);
	footnotes_print_line(notes, lines[i].label, &value, lines[i].note);
}

static void print_title(const struct row *row)
{
	const struct pagemap_process *process = row->process;
	char escaped[1024];
	size_t count, i;
	const pid_t *pids = pagemap_process_mm_pids(process, &count);
	const char *name = row->command ? row->command :
			   row->comm ? row->comm : "(name not known)";

	escape_text(name, escaped, sizeof(escaped));
	printf("%d %s\n", (int)pagemap_process_pid(process), escaped);
	for (i = 1; i < count; i++)
		printf("%s%d", i > 1 ? ", " : "  memory shared with process ",
		       (int)pids[i]);
	if (count > 1)
		putchar('\n');
}

void print_process(const struct settings *settings, const struct row *row)
{
	struct footnotes notes = { .count = 0 };
	struct pagemap_guest_process guest;
	size_t i;

	print_title(row);
	if (guest_of(row->process, &guest)) {
		guest_print(settings, row, &guest);
		return;
	}
	for (i = 0; i < LINE_COUNT; i++)
		print_line(row, i, &notes);
	footnotes_print(&notes);
}

static const char *why_not(const struct row *row)
{
	switch (pagemap_process_status(row->process)) {
	case PAGEMAP_STATUS_VANISHED:
		return "does not exist";
	case PAGEMAP_STATUS_NO_MEMORY:
		return "is a kernel thread or a zombie: it has no memory";
	case PAGEMAP_STATUS_MALFORMED:
		return "could not be read: a file of it was not understood";
	default:
		return NULL;
	}
}

static int print_text(const struct settings *settings,
		      const struct report *report)
{
	size_t i, printed = 0;
	int err = 0;

	for (i = 0; i < report->count && !err; i++) {
		const struct row *row = &report->rows[i];

		if (why_not(row))
			continue;
		if (printed++)
			putchar('\n');
		if (settings->maps)
			err = print_maps(settings, report->snapshot, row);
		else if (settings->pages)
			print_pages(settings, report, row);
		else
			print_process(settings, row);
	}
	return err;
}

/* All metrics of each process. */
static void csv_processes(const struct settings *settings,
			  const struct report *report)
{
	struct column_list columns = { .count = 0 };
	const struct column *column;
	struct table table = {
		.columns = &columns,
		.rows = report->rows,
		.count = report->count,
		.header = settings->usual.header,
	};

	for (column = columns_all(); column->name; column++)
		if (column->metric >= 0 || !strcmp(column->name, "pid") ||
		    !strcmp(column->name, "comm") ||
		    !strcmp(column->name, "command") ||
		    !strcmp(column->name, "quality"))
			columns.items[columns.count++] = column;
	table_csv(&table, stdout);
}

static int print_all(const struct settings *settings,
		     const struct report *report)
{
	if (settings->usual.json)
		print_json(settings, report);
	else if (!settings->usual.csv)
		return print_text(settings, report);
	else if (settings->maps)
		csv_maps(settings, report);
	else if (settings->pages)
		csv_pages(settings, report);
	else
		csv_processes(settings, report);
	return 0;
}

int report_print(const struct settings *settings, const struct report *report)
{
	const uint64_t sizes = PAGEMAP_METRICS_SIZES;
	size_t i, measured = 0, exact = 0;
	int err = print_all(settings, report);

	if (err) {
		message("%s", strerror(-err));
		return EXIT_NOTHING;
	}
	for (i = 0; i < report->count; i++) {
		const struct row *row = &report->rows[i];

		if (why_not(row)) {
			message("process %d %s",
				(int)pagemap_process_pid(row->process),
				why_not(row));
			continue;
		}
		measured += row_value(row, PAGEMAP_RSS).quality !=
			    PAGEMAP_UNAVAILABLE;
		exact += row_quality(row, sizes) == PAGEMAP_EXACT;
	}
	if (message_flush_output())
		return EXIT_NOTHING;
	if (!measured)
		return EXIT_NOTHING;
	return settings->usual.strict && exact < report->count ? EXIT_NOT_EXACT
							  : EXIT_DONE;
}

int report_processes(struct settings *settings, struct pagemap_source *source)
{
	struct pagemap_snapshot_opts opts;
	struct pagemap_snapshot *snapshot;
	struct report report = { 0 };
	int err, status = select_processes(settings, source);

	if (status)
		return status;
	settings_to_opts(settings, &opts);
	opts.identity |= proclist_identity(source, NAME_USER | NAME_COMM |
					   NAME_COMMAND);
	err = pagemap_snapshot_take(source, &opts, &snapshot);
	if (err)
		return snapshot_failed(source, err, settings->pids,
				       settings->pid_count);
	err = report_make(source, snapshot, &report);
	status = EXIT_NOTHING;
	if (err)
		message("%s", strerror(-err));
	else
		status = report_print(settings, &report);
	report_free(&report);
	report_unreadable(source, snapshot);
	pagemap_snapshot_free(snapshot);
	return status;
}
