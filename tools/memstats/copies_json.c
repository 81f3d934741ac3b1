/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies as JSON: their steps, what is common to all and what each costs.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "copies.h"

/* Its quality matters here: low and high are given where there are some. */
void copies_json_value(struct json *object, const char *key,
		       const struct pagemap_value *value)
{
	char name[96];

	json_set_value(object, key, value);
	if (value->quality != PAGEMAP_ESTIMATED || value->high == UINT64_MAX)
		return;
	snprintf(name, sizeof(name), "%s_low_bytes", key);
	json_set_number(object, name, (int64_t)value->low);
	snprintf(name, sizeof(name), "%s_high_bytes", key);
	json_set_number(object, name, (int64_t)value->high);
}

static struct json *json_step(const struct copies_report *report, size_t step)
{
	struct json *object = json_new_object();
	unsigned int count = 0;
	int figure;

	for (figure = 0; figure < PAGEMAP_COPIES_FIGURE_COUNT; figure++) {
		uint64_t bytes = PAGEMAP_COPIES_UNKNOWN;
		char key[64];

		pagemap_copies_step_at(report->copies, step,
				       (enum pagemap_copies_figure)figure,
				       &count, &bytes);
		snprintf(key, sizeof(key), "%s_bytes",
			 pagemap_copies_figure_name(
				(enum pagemap_copies_figure)figure));
		if (bytes == PAGEMAP_COPIES_UNKNOWN)
			json_set(object, key, NULL);
		else
			json_set_number(object, key, (int64_t)bytes);
	}
	json_set_number(object, "copies", count);
	return object;
}

static struct json *json_costs(const struct copies_report *report, bool each)
{
	struct json *object = json_new_object();
	int figure;

	for (figure = 0; figure < PAGEMAP_COPIES_FIGURE_COUNT; figure++) {
		struct pagemap_cost cost = copies_cost(report,
					(enum pagemap_copies_figure)figure);

		copies_json_value(object, pagemap_copies_figure_name(
					(enum pagemap_copies_figure)figure),
				  each ? &cost.each : &cost.fixed);
	}
	return object;
}

static struct json *json_residuals(const struct copies_report *report)
{
	struct pagemap_cost cost = copies_cost(report, PAGEMAP_COPIES_ALL);
	struct json *object;

	if (!cost.line.point_count)
		return NULL;
	object = json_new_object();
	json_set_number(object, "largest_bytes",
			(int64_t)(cost.line.largest_residual + 0.5));
	return object;
}

static struct json *json_words(const struct settings *settings)
{
	struct json *array = json_new_array();
	int i;

	for (i = 0; i < settings->word_count; i++)
		json_append_text(array, settings->words[i]);
	return array;
}

struct json *copies_json(const struct copies_report *report)
{
	struct json *object = json_new_object(), *steps = json_new_array();
	struct pagemap_value warm = pagemap_copies_warm(report->copies);
	size_t i;

	for (i = 0; i < pagemap_copies_step_count(report->copies); i++)
		json_append(steps, json_step(report, i));
	json_set(object, "command", json_words(report->settings));
	json_set_text(object, "way", report->trial.cgroup ? "cgroup" : "sums");
	json_set_text(object, "why_no_cgroup", report->trial.cgroup ? NULL :
		      report->trial.why_not);
	if (report->trial.cgroup)
		json_set_number(object, "cgroup_version",
				pagemap_cgroup_version(report->trial.cgroup));
	else
		json_set(object, "cgroup_version", NULL);
	json_set_bool(object, "settled", !report->restless);
	json_set_number(object, "file_growth_bytes",
			(int64_t)report->file_growth_bytes);
	json_set_value(object, "cached_before", &warm);
	json_set_number(object, "hugetlb_bytes",
			(int64_t)report->last.huge_bytes);
	json_set(object, "steps", steps);
	json_set(object, "fixed", json_costs(report, false));
	json_set(object, "each", json_costs(report, true));
	json_set(object, "residual", json_residuals(report));
	if (report->companions.count)
		json_set(object, "with", companions_json(report));
	return object;
}

void copies_json_member(const char *key, struct json *value, const char *end)
{
	printf("\"%s\":", key);
	json_print(value, stdout);
	fputs(end, stdout);
	json_free(value);
}

/* What every object of memstats begins with; the rest follows. */
void copies_json_open(const struct copies_report *report)
{
	const struct pagemap_snapshot *snapshot = report->last.snapshot ?
		report->last.snapshot : report->beside.snapshot;
	struct json *cost = json_new_object();
	struct timespec cpu;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	json_set_number(cost, "wall_ns", (int64_t)(now_ns() -
						   report->trial.begin_ns));
	json_set_number(cost, "cpu_ns", (int64_t)cpu.tv_sec * 1000000000 +
					cpu.tv_nsec);
	fputs("{\"schema\":\"memstats/1\",", stdout);
	copies_json_member("source", json_source(report->source, snapshot),
			   ",");
	copies_json_member("cost", cost, ",");
	copies_json_member("unreadable", json_unreadable(snapshot), ",");
}
