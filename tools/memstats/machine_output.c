/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports for programs: JSON (memstats/1), and CSV of mappings and pages.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>

#include "flag_text.h"
#include "guest.h"
#include "mappings.h"
#include "memstats.h"
#include "table.h"

static void set_metrics(struct json *object, const struct pagemap_usage *usage)
{
	int metric;

	for (metric = 0; metric < PAGEMAP_METRIC_COUNT; metric++) {
		struct pagemap_value value = pagemap_usage_value(usage,
						(enum pagemap_metric)metric);

		json_set_value(object,
			       pagemap_metric_name((enum pagemap_metric)metric),
			       &value);
	}
	json_set_text(object, "quality", pagemap_quality_name(
		      pagemap_usage_quality(usage,
				PAGEMAP_METRIC_BIT(PAGEMAP_PSS))));
}

static void set_address(struct json *object, const char *key, uint64_t vaddr)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%" PRIx64, vaddr);
	json_set_text(object, key, text);
}

/* True, false or, where it is not known, null. */
static void set_use(struct json *object, const char *key, uint32_t bits,
		    uint32_t bit)
{
	if (bits & PAGEMAP_RUN_USE_KNOWN)
		json_set_bool(object, key, bits & bit);
	else
		json_set(object, key, NULL);
}

/* What the host has made of guest pages. */
static void set_host(struct json *object, const struct guest_pages *pages)
{
	const struct pagemap_guest_run *host = &pages->host;

	json_set_text(object, "host_state", pages->in_ram ?
		      pagemap_guest_state_name(host->state) : NULL);
	if (!pages->in_ram || host->host_pfn == PAGEMAP_PFN_UNKNOWN)
		json_set(object, "host_pfn", NULL);
	else
		json_set_number(object, "host_pfn", (int64_t)host->host_pfn);
	json_set(object, "host_flags", json_flags(pages->in_ram ?
		 host->host_flags : PAGEMAP_FLAGS_UNKNOWN));
}

static struct json *json_run(const struct pagemap_run *run)
{
	struct json *object = json_new_object();

	set_address(object, "start", run->start_vaddr);
	json_set_number(object, "pages", (int64_t)run->page_count);
	json_set_text(object, "state", pagemap_page_state_name(run->state));
	if (run->state == PAGEMAP_PAGE_SWAPPED && run->swap_offset) {
		json_set_number(object, "swap_type", run->swap_type);
		json_set_number(object, "swap_offset",
				(int64_t)run->swap_offset);
	}
	if (run->pfn == PAGEMAP_PFN_UNKNOWN)
		json_set(object, "pfn", NULL);
	else
		json_set_number(object, "pfn", (int64_t)run->pfn);
	if (run->sharers)
		json_set_number(object, "sharers", run->sharers);
	else
		json_set(object, "sharers", NULL);
	if (run->sharers_high > run->sharers)
		json_set_number(object, "sharers_high", run->sharers_high);
	json_set(object, "flags", json_flags(run->flags));
	json_set_bool(object, "exclusive", run->bits & PAGEMAP_RUN_EXCLUSIVE);
	json_set_bool(object, "soft_dirty",
		      run->bits & PAGEMAP_RUN_SOFT_DIRTY);
	set_use(object, "accessed", run->bits, PAGEMAP_RUN_ACCESSED);
	set_use(object, "modified", run->bits, PAGEMAP_RUN_MODIFIED);
	json_set_bool(object, "huge", run->bits & PAGEMAP_RUN_HUGE);
	json_set_bool(object, "same_frame",
		      run->bits & PAGEMAP_RUN_SAME_FRAME);
	return object;
}

static void append_run(struct json *array, const struct report *report,
		       const struct pagemap_run *run)
{
	struct guest_pages_iter iter;
	struct guest_pages pages;

	guest_pages_begin(&iter, report, run);
	while (guest_pages_next(&iter, &pages)) {
		struct json *object = json_run(&pages.run);

		if (iter.guest)
			set_host(object, &pages);
		json_append(array, object);
	}
}

static struct json *json_runs(const struct report *report,
			      const struct pagemap_mapping *mapping)
{
	struct json *array = json_new_array();
	struct pagemap_run_iter iter;
	struct pagemap_run run;

	if (!pagemap_run_iter_init(&iter, mapping))
		while (pagemap_run_iter_next(&iter, &run) == 1)
			append_run(array, report, &run);
	return array;
}

static struct json *json_mapping(const struct settings *settings,
				 const struct report *report,
				 const struct pagemap_mapping *mapping)
{
	struct json *object = json_new_object();
	struct pagemap_usage usage;

	set_address(object, "start", pagemap_mapping_start_vaddr(mapping));
	set_address(object, "end", pagemap_mapping_end_vaddr(mapping));
	json_set_text(object, "perms", pagemap_mapping_permissions(mapping));
	json_set_number(object, "offset",
			(int64_t)pagemap_mapping_offset_bytes(mapping));
	json_set_text(object, "path", pagemap_mapping_path(mapping));
	json_set_text(object, "kind", pagemap_mapping_kind_name(
		      pagemap_mapping_kind(mapping)));
	if (!pagemap_usage_of_mapping(mapping, &usage))
		set_metrics(object, &usage);
	if (settings->pages)
		json_set(object, "runs", json_runs(report, mapping));
	return object;
}

static struct json *json_process(const struct settings *settings,
				 const struct report *report,
				 const struct row *row)
{
	struct pagemap_guest_process guest;
	static const char names[] = "pid,ppid,uid,user,comm,command";
	struct json *array, *object = json_new_object();
	struct column_list columns;
	struct pagemap_usage usage;
	const char *wrong;
	size_t i, length;

	columns_parse(names, &columns, &wrong, &length);
	json_set_row(object, &columns, row);
	if (!pagemap_usage_of_process(row->process, &usage))
		set_metrics(object, &usage);
	json_set_text(object, "status", pagemap_status_name(
		      pagemap_process_status(row->process)));
	if (guest_of(row->process, &guest))
		json_set(object, "guest", guest_json(&guest));
	if (!settings->maps && !settings->pages)
		return object;
	array = json_new_array();
	for (i = 0; i < pagemap_process_mapping_count(row->process); i++)
		json_append(array, json_mapping(settings, report,
			pagemap_process_mapping_at(row->process, i)));
	json_set(object, "mappings", array);
	return object;
}

static struct json *json_command(const struct command_run *run)
{
	struct json *object = json_new_object();

	if (WIFEXITED(run->status))
		json_set_number(object, "exit_status",
				WEXITSTATUS(run->status));
	else
		json_set_number(object, "signal", WTERMSIG(run->status));
	json_set_number(object, "duration_ns", (int64_t)run->duration_ns);
	json_set_number(object, "samples", (int64_t)run->samples);
	json_set_value(object, "peak_rss", &run->peak_rss);
	json_set_value(object, "peak_pss", &run->peak_pss);
	json_set_value(object, "peak_uss", &run->peak_uss);
	return object;
}

static void print_member(const char *key, struct json *value, const char *end)
{
	printf("\"%s\":", key);
	json_print(value, stdout);
	fputs(end, stdout);
	json_free(value);
}

void print_json(const struct settings *settings, const struct report *report)
{
	size_t i;

	fputs("{\"schema\":\"memstats/1\",", stdout);
	print_member("source", json_source(report->source, report->snapshot),
		     ",");
	print_member("cost", json_cost(report->snapshot), ",");
	print_member("unreadable", json_unreadable(report->snapshot), ",");
	if (report->run)
		print_member("command", json_command(report->run), ",");
	fputs("\n\"processes\":[", stdout);
	for (i = 0; i < report->count; i++) {
		struct json *object = json_process(settings, report,
						   &report->rows[i]);

		fputs(i ? ",\n" : "\n", stdout);
		json_print(object, stdout);
		json_free(object);
	}
	fputs("\n]}\n", stdout);
}

static void csv_value(const struct pagemap_usage *usage, int metric)
{
	struct pagemap_value value = pagemap_usage_value(usage,
						(enum pagemap_metric)metric);

	putchar(',');
	if (value.quality != PAGEMAP_UNAVAILABLE)
		printf("%" PRIu64, value.value);
}

static void csv_mapping(pid_t pid, const struct pagemap_mapping *mapping)
{
	struct pagemap_usage usage;
	int metric;

	if (pagemap_usage_of_mapping(mapping, &usage))
		return;
	printf("%d,0x%" PRIx64 ",0x%" PRIx64 ",%s,%" PRIu64 ",%s", (int)pid,
	       pagemap_mapping_start_vaddr(mapping),
	       pagemap_mapping_end_vaddr(mapping),
	       pagemap_mapping_permissions(mapping),
	       pagemap_mapping_offset_bytes(mapping),
	       pagemap_mapping_kind_name(pagemap_mapping_kind(mapping)));
	for (metric = 0; metric < PAGEMAP_METRIC_COUNT; metric++)
		csv_value(&usage, metric);
	printf(",%s,", pagemap_quality_name(pagemap_usage_quality(&usage,
				PAGEMAP_METRIC_BIT(PAGEMAP_PSS))));
	csv_field(pagemap_mapping_path(mapping), stdout);
	putchar('\n');
}

void csv_maps(const struct settings *settings, const struct report *report)
{
	size_t i, k;
	int metric;

	if (settings->usual.header) {
		fputs("pid,start,end,perms,offset,kind", stdout);
		for (metric = 0; metric < PAGEMAP_METRIC_COUNT; metric++)
			printf(",%s_bytes", pagemap_metric_name(
			       (enum pagemap_metric)metric));
		puts(",quality,path");
	}
	for (i = 0; i < report->count; i++) {
		const struct pagemap_process *process = report->rows[i].process;

		for (k = 0; k < pagemap_process_mapping_count(process); k++)
			csv_mapping(pagemap_process_pid(process),
				    pagemap_process_mapping_at(process, k));
	}
}

/* Empty where it is not known. */
static void csv_use(uint32_t bits, uint32_t bit)
{
	putchar(',');
	if (bits & PAGEMAP_RUN_USE_KNOWN)
		fputs(bits & bit ? "true" : "false", stdout);
}

/* Two more columns, of a guest alone. */
static void csv_host(const struct guest_pages *pages)
{
	const struct pagemap_guest_run *host = &pages->host;

	printf(",%s,", pages->in_ram ? pagemap_guest_state_name(host->state) :
				       "");
	if (pages->in_ram && host->host_pfn != PAGEMAP_PFN_UNKNOWN)
		printf("%" PRIu64, host->host_pfn);
}

static void csv_part(pid_t pid, const struct pagemap_run *run)
{
	char flags[FLAGS_TEXT_SIZE];

	printf("%d,0x%" PRIx64 ",%" PRIu64 ",%s,", (int)pid, run->start_vaddr,
	       run->page_count, pagemap_page_state_name(run->state));
	if (run->pfn != PAGEMAP_PFN_UNKNOWN)
		printf("%" PRIu64, run->pfn);
	putchar(',');
	if (run->sharers)
		printf("%u", run->sharers);
	putchar(',');
	if (run->flags != PAGEMAP_FLAGS_UNKNOWN) {
		flags_to_text(run->flags, flags);
		csv_field(flags, stdout);
	}
	csv_use(run->bits, PAGEMAP_RUN_ACCESSED);
	csv_use(run->bits, PAGEMAP_RUN_MODIFIED);
}

static void csv_run(const struct report *report, pid_t pid,
		    const struct pagemap_run *run)
{
	struct guest_pages_iter iter;
	struct guest_pages pages;

	guest_pages_begin(&iter, report, run);
	while (guest_pages_next(&iter, &pages)) {
		csv_part(pid, &pages.run);
		if (iter.guest)
			csv_host(&pages);
		putchar('\n');
	}
}

void csv_pages(const struct settings *settings, const struct report *report)
{
	struct pagemap_run_iter iter;
	struct pagemap_run run;
	size_t i, k;

	if (settings->usual.header)
		printf("pid,start,pages,state,pfn,sharers,flags,accessed,"
		       "modified%s\n", pagemap_snapshot_guest(
		       report->snapshot) ? ",host_state,host_pfn" : "");
	for (i = 0; i < report->count; i++) {
		const struct pagemap_process *process = report->rows[i].process;

		for (k = 0; k < pagemap_process_mapping_count(process); k++) {
			if (pagemap_run_iter_init(&iter,
				pagemap_process_mapping_at(process, k)))
				continue;
			while (pagemap_run_iter_next(&iter, &run) == 1)
				csv_run(report, pagemap_process_pid(process),
					&run);
		}
	}
}
