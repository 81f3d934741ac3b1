/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pressure found, for programs: JSON (memstats/1), and CSV of the limits
 * that were tried.
 */
#include <inttypes.h>
#include <stdio.h>

#include "memstats.h"
#include "pressure.h"

static const char *const outcomes[] = {
	[PAGEMAP_PRESSURE_UNFINISHED] = "interrupted",
	[PAGEMAP_PRESSURE_COMPLETE] = "complete",
	[PAGEMAP_PRESSURE_ENDED] = "ended",
	[PAGEMAP_PRESSURE_VANISHED] = "vanished",
	[PAGEMAP_PRESSURE_FAILED] = "failed",
};

static void set_ratio(struct json *object, const char *key, double ratio)
{
	if (ratio < 0)
		json_set(object, key, NULL);
	else
		json_set_real(object, key, ratio);
}

static struct json *json_probe(const struct pagemap_pressure_probe *probe)
{
	struct json *object = json_new_object();

	json_set_text(object, "for",
		      pagemap_pressure_figure_name(probe->figure));
	json_set_number(object, "limit_bytes", (int64_t)probe->limit_bytes);
	json_set_number(object, "usage_bytes", (int64_t)probe->usage_bytes);
	json_set_number(object, "duration_ns", (int64_t)probe->duration_ns);
	set_ratio(object, "progress_ratio", probe->progress_ratio);
	set_ratio(object, "refaults_per_s", probe->refaults_per_s);
	set_ratio(object, "stall_ratio", probe->stall_ratio);
	json_set_bool(object, "refused", probe->refused);
	json_set_bool(object, "stalled", probe->stalled);
	json_set_bool(object, "runs", probe->runs);
	json_set_bool(object, "progress_good", probe->progress_good);
	json_set_bool(object, "refaults_good", probe->refaults_good);
	return object;
}

static struct json *json_probes(const struct pagemap_pressure *session)
{
	struct json *array = json_new_array();
	struct pagemap_pressure_probe probe;
	size_t i;

	for (i = 0; !pagemap_pressure_probe_at(session, i, &probe); i++)
		json_append(array, json_probe(&probe));
	return array;
}

static struct json *json_used(const struct used *used)
{
	struct json *object;

	if (!used->known)
		return NULL;
	object = json_new_object();
	json_set_text(object, "method", used->method);
	json_set_number(object, "interval_ns", (int64_t)used->interval_ns);
	json_set_number(object, "referenced_bytes", (int64_t)used->referenced);
	json_set_number(object, "anon_bytes", (int64_t)used->anon);
	json_set_number(object, "file_bytes", (int64_t)used->file);
	return object;
}

static void set_rest(struct json *object,
		     const struct pagemap_pressure_result *result)
{
	json_set_value(object, "rest", &result->rest);
	json_set_value(object, "rest_anon", &result->rest_anon);
	json_set_value(object, "rest_file", &result->rest_file);
	json_set_value(object, "rest_shmem", &result->rest_shmem);
	json_set_value(object, "rest_kernel", &result->rest_kernel);
}

static void set_known(struct json *object, const char *key, bool is_known,
		      uint64_t bytes)
{
	if (is_known)
		json_set_number(object, key, (int64_t)bytes);
	else
		json_set(object, key, NULL);
}

static struct json *json_pressure(const struct pressure_report *report)
{
	const struct pagemap_pressure_result *result = &report->result;
	struct json *object = json_new_object();
	int figure;

	json_set_text(object, "cgroup", report->cgroup_path);
	json_set_number(object, "cgroup_version", report->version);
	json_set_text(object, "outcome", outcomes[result->outcome]);
	json_set_text(object, "progress", work_name(report->work));
	set_ratio(object, "progress_per_s", result->progress_per_s);
	set_ratio(object, "refaults_per_s", result->refaults_per_s);
	json_set_bool(object, "settled", result->settled);
	json_set_bool(object, "grew", result->grew);
	json_set_bool(object, "by_major_faults", result->by_major_faults);
	json_set_bool(object, "swap", report->has_swap);
	set_rest(object, result);
	for (figure = 0; figure < PAGEMAP_PRESSURE_FIGURE_COUNT; figure++)
		json_set_value(object, pagemap_pressure_figure_name(figure),
			       &result->figures[figure]);
	json_set(object, "accessed", json_used(&report->used));
	set_known(object, "charged_elsewhere_bytes",
		  report->used.has_elsewhere, report->used.elsewhere);
	set_known(object, "read_ahead_bytes", report->used.has_read_ahead,
		  report->used.read_ahead);
	json_set_number(object, "duration_ns", (int64_t)result->duration_ns);
	json_set_number(object, "limited_ns", (int64_t)result->limited_ns);
	json_set(object, "probes", json_probes(report->session));
	return object;
}

void pressure_json(struct pagemap_source *source,
		   const struct pressure_report *report)
{
	struct json *object = json_new_object();
	struct json *machine = json_new_object();

	json_set_text(object, "schema", "memstats/1");
	json_set_text(machine, "kind", "live");
	json_set_text(machine, "kernel", pagemap_source_kernel(source));
	json_set_number(machine, "page_size_bytes",
			pagemap_source_page_size_bytes(source));
	json_set(object, "source", machine);
	json_set(object, "pressure", json_pressure(report));
	json_print(object, stdout);
	json_free(object);
	putchar('\n');
}

static void csv_ratio(double ratio)
{
	putchar(',');
	if (ratio >= 0)
		printf("%.4f", ratio);
}

void pressure_csv(const struct settings *settings,
		  const struct pressure_report *report)
{
	struct pagemap_pressure_probe probe;
	size_t i;

	if (settings->usual.header)
		puts("for,limit_bytes,usage_bytes,duration_ns,progress_ratio,"
		     "refaults_per_s,stall_ratio,refused,stalled,runs,"
		     "progress_good,refaults_good");
	for (i = 0; !pagemap_pressure_probe_at(report->session, i, &probe);
	     i++) {
		printf("%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64,
		       pagemap_pressure_figure_name(probe.figure),
		       probe.limit_bytes, probe.usage_bytes, probe.duration_ns);
		csv_ratio(probe.progress_ratio);
		csv_ratio(probe.refaults_per_s);
		csv_ratio(probe.stall_ratio);
		printf(",%d,%d,%d,%d,%d\n", probe.refused, probe.stalled,
		       probe.runs, probe.progress_good, probe.refaults_good);
	}
}
