/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pressure found, for people: the limits that were tried, the figures
 * beside that of the accessed bits, and what their difference is made of.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "grid.h"
#include "memstats.h"
#include "message.h"
#include "pressure.h"
#include "table.h"

#define SECOND 1e9

/* A difference of less is not worth a word. */
#define LEAST_BYTES (UINT64_C(64) << 10)

static const struct grid_column columns[] = {
	{ "LIMIT", NULL, GRID_SIZE },
	{ "USAGE", NULL, GRID_SIZE },
	{ "PROGRESS %", NULL, GRID_NUMBER },
	{ "REFAULTS/S", NULL, GRID_NUMBER },
	{ "STALLED %", NULL, GRID_NUMBER },
	{ "VERDICT", NULL, GRID_TEXT },
};

void pressure_show_state(const struct pagemap_pressure_state *state)
{
	char usage[UNITS_SIZE], limit[UNITS_SIZE] = "none";

	if (!isatty(STDERR_FILENO))
		return;
	units_format(state->usage_bytes, UNITS_SUFFIX, usage);
	if (state->limit_bytes != PAGEMAP_CGROUP_NO_LIMIT)
		units_format(state->limit_bytes, UNITS_SUFFIX, limit);
	fprintf(stderr, "\r\033[K%5.1f s  %-8s  usage %s  limit %s  %zu limits "
		"tried", (double)state->elapsed_ns / SECOND,
		pagemap_pressure_phase_name(state->phase), usage, limit,
		state->probe_count);
	fflush(stderr);
}

void pressure_clear_state(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

/* ---- Limits ------------------------------------------------------------- */

static const char *verdict(const struct pagemap_pressure_probe *probe)
{
	if (probe->refused)
		return "not possible: below what can be reclaimed";
	if (probe->stalled)
		return "stands still";
	if (probe->refaults_good)
		return "good";
	if (probe->progress_ratio < 0)
		return "refaults";
	return probe->progress_good ? "refaults, at full speed" :
				      "refaults, slower";
}

/* In percent, or by itself; negative is not known. */
static void add_ratio(struct grid *grid, double ratio)
{
	if (ratio < 0)
		grid_unknown(grid);
	else
		grid_number(grid, (int64_t)(ratio + 0.5));
}

static void print_probes(const struct settings *settings,
			 const struct pressure_report *report)
{
	struct grid *grid = grid_new(columns,
				     sizeof(columns) / sizeof(*columns));
	struct pagemap_pressure_probe probe;
	size_t i;

	if (!grid)
		return;
	for (i = 0; !pagemap_pressure_probe_at(report->session, i, &probe);
	     i++) {
		grid_bytes(grid, probe.limit_bytes);
		grid_bytes(grid, probe.usage_bytes);
		add_ratio(grid, probe.refused ? -1 :
			  probe.progress_ratio * 100);
		add_ratio(grid, probe.refused ? -1 : probe.refaults_per_s);
		add_ratio(grid, probe.refused ? -1 : probe.stall_ratio * 100);
		grid_text(grid, verdict(&probe));
	}
	if (grid_row_count(grid))
		grid_print(grid, UNITS_SUFFIX, settings->usual.header, 0,
			   stdout);
	grid_free(grid);
}

/* ---- Figures ------------------------------------------------------------ */

static void line(const char *label, const struct pagemap_value *value,
		 const char *note)
{
	char text[UNITS_SIZE];

	units_format_value(value, UNITS_SUFFIX, text);
	printf("%-18s %16s  %s\n", label, text,
	       value->quality == PAGEMAP_UNAVAILABLE ?
	       pagemap_reason_describe(value->reason) : note);
}

static void print_rest(const struct pressure_report *report)
{
	const struct pagemap_pressure_result *result = &report->result;

	line("usage at rest", &result->rest, "of the whole cgroup, without a limit");
	line("  anonymous", &result->rest_anon, report->has_swap ?
	     "swap is in use: some of it may go there" :
	     "no swap: all of it stays, used or not");
	line("  kernel", &result->rest_kernel, "page tables, stacks, slab");
	line("  files", &result->rest_file, "page cache, without shmem");
	line("  shmem", &result->rest_shmem, "tmpfs, memfd, SysV");
}

static void print_figures(const struct pressure_report *report)
{
	const struct pagemap_value *figures = report->result.figures;
	struct pagemap_value used = {
		.value = report->used.referenced,
		.quality = report->used.known ? PAGEMAP_ESTIMATED :
						PAGEMAP_UNAVAILABLE,
		.reason = PAGEMAP_REASON_CHANGED,
	};
	char note[96];

	line("gentle", &figures[PAGEMAP_PRESSURE_GENTLE],
	     "in use again 4 s after a reclaim, without a limit");
	line("least by refaults", &figures[PAGEMAP_PRESSURE_BY_REFAULTS],
	     "almost no refaults: holds on other machines too");
	snprintf(note, sizeof(note), "0.9 of full speed (%s), on this disk",
		 work_name(report->work));
	if (report->result.progress_per_s < 0 &&
	    report->result.rest.quality != PAGEMAP_UNAVAILABLE)
		printf("%-18s %16s  too little work (%s) to tell\n",
		       "least by progress", "-", work_name(report->work));
	else
		line("least by progress",
		     &figures[PAGEMAP_PRESSURE_BY_PROGRESS], note);
	line("floor", &figures[PAGEMAP_PRESSURE_FLOOR], report->has_swap ?
	     "it moves at all" : "it moves at all: anonymous and kernel memory");
	snprintf(note, sizeof(note), "used in %.1f s, by mappings (%s)",
		 (double)report->used.interval_ns / SECOND,
		 report->used.known ? report->used.method : "");
	line("accessed bits", &used, note);
}

/* ---- Why the two differ ------------------------------------------------- */

static void part(int64_t bytes, const char *why)
{
	uint64_t size = (uint64_t)(bytes < 0 ? -bytes : bytes);
	char text[UNITS_SIZE];

	if (size < LEAST_BYTES)
		return;
	units_format(size, UNITS_SUFFIX, text);
	printf("  %c%-15s  %s\n", bytes < 0 ? '-' : '+', text, why);
}

static int64_t bytes_of(const struct pagemap_value *value)
{
	return value->quality == PAGEMAP_UNAVAILABLE ? 0 :
						     (int64_t)value->value;
}

/*
 * By refaults = what cannot go + files in use.  The bits have only what was
 * touched of both, and files that others pay for besides: of these, so much as
 * makes the bits show more.
 */
static void explain(const struct pressure_report *report)
{
	const struct pagemap_pressure_result *result = &report->result;
	const struct pagemap_value *least =
		&result->figures[PAGEMAP_PRESSURE_BY_REFAULTS];
	int64_t apart = bytes_of(least) - (int64_t)report->used.referenced;
	int64_t cold = report->has_swap ? 0 : bytes_of(&result->rest_anon) -
					      (int64_t)report->used.anon;
	int64_t kernel = bytes_of(&result->rest_kernel);
	int64_t rest = apart - cold - kernel;
	int64_t elsewhere = 0;

	if (!report->used.known || least->quality == PAGEMAP_UNAVAILABLE ||
	    result->outcome != PAGEMAP_PRESSURE_COMPLETE)
		return;
	if (rest < 0 && report->used.has_elsewhere)
		elsewhere = rest > -(int64_t)report->used.elsewhere ? rest :
			    -(int64_t)report->used.elsewhere;
	puts("\nBy refaults against accessed bits:");
	part(apart, "in all, of it");
	part(cold, "anonymous memory that was not used, and stays without swap");
	part(kernel, "kernel memory, which no accessed bit shows");
	part(elsewhere, "files in memory before, which other cgroups pay for");
	rest -= elsewhere;
	part(rest, rest > 0 ?
	     "files: used by read(), read ahead, or less often than that" :
	     "files that are used, but not again within the probes");
}

static void print_notes(const struct pressure_report *report)
{
	const struct pagemap_pressure_result *result = &report->result;
	char text[UNITS_SIZE];

	if (report->used.has_read_ahead) {
		units_format(report->used.read_ahead, UNITS_SUFFIX, text);
		printf("Read-ahead of its disk: %s. By progress, more can be "
		       "better or worse.\n", text);
	}
	if (report->used.has_elsewhere &&
	    report->used.elsewhere >= LEAST_BYTES) {
		units_format(report->used.elsewhere, UNITS_SUFFIX, text);
		printf("Warm: %s of files that it maps were in memory before, "
		       "and are not in these figures.\n", text);
	}
	if (!result->settled && report->work != WORK_RUNS)
		puts("Its anonymous memory did not get flat in 30 s.");
	if (result->grew)
		puts("It grew while it was measured: the figures are estimates.");
	if (result->by_major_faults)
		puts("This kernel counts no refaults: major faults stand for "
		     "them.");
}

void pressure_text(const struct settings *settings,
		   const struct pressure_report *report)
{
	print_probes(settings, report);
	putchar('\n');
	print_rest(report);
	print_figures(report);
	explain(report);
	putchar('\n');
	print_notes(report);
	printf("%.1f s, of it %.1f s under %zu limits.\n",
	       (double)report->result.duration_ns / SECOND,
	       (double)report->result.limited_ns / SECOND,
	       report->result.probe_count);
}
