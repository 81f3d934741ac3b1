/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes back, as lines for people, as CSV and as JSON.
 */
#include "escape.h"
#include "json.h"
#include "if_killed.h"
#include "table.h"

/* The lines, in the order of the parts. */
static const struct {
	enum pagemap_killed_part part;
	const char *label;
	const char *note;
} lines[] = {
	{ PAGEMAP_KILLED_FREED, "freed at once", "" },
	{ PAGEMAP_KILLED_FREED_ANON, "  anonymous", "" },
	{ PAGEMAP_KILLED_FREED_SHMEM, "  files in memory",
	  "memfd, unlinked tmpfs files, removed SysV segments" },
	{ PAGEMAP_KILLED_FREED_FILE, "  deleted files", "their page cache" },
	{ PAGEMAP_KILLED_FREED_PAGE_TABLES, "  page tables", "" },
	{ PAGEMAP_KILLED_FREED_KERNEL_STACKS, "  kernel stacks", "" },
	{ PAGEMAP_KILLED_FREED_HUGETLB, "  huge pages", "surplus of the pool" },
	{ PAGEMAP_KILLED_CLEAN_CACHE, "stays as clean cache",
	  "there for whoever needs memory" },
	{ PAGEMAP_KILLED_DIRTY, "dirty cache", "to be written first" },
	{ PAGEMAP_KILLED_STAYS, "stays used", "" },
	{ PAGEMAP_KILLED_STAYS_SHARED, "  shared", "others map it too" },
	{ PAGEMAP_KILLED_STAYS_SHMEM, "  files in memory",
	  "tmpfs, SysV segments, what others hold" },
	{ PAGEMAP_KILLED_STAYS_HUGETLB, "  huge pages",
	  "back in the pool, or in their file" },
	{ PAGEMAP_KILLED_SWAP_FREED, "swap freed", "slots, not RAM" },
};

#define LINE_COUNT (sizeof(lines) / sizeof(lines[0]))
#define LABEL_WIDTH 20

/* Names of members are said as far as they fit into so many columns. */
#define NAMES_WIDTH 60

static const struct pagemap_value *value_of(const struct killing *killing,
					    size_t line)
{
	return &killing->killed.parts[lines[line].part];
}

static void print_members(const struct killing *killing, FILE *out)
{
	size_t i, width = 0;

	fprintf(out, "If %llu process%s die%s:",
		(unsigned long long)killing->processes,
		killing->processes == 1 ? "" : "es",
		killing->processes == 1 ? "s" : "");
	for (i = 0; i < killing->survey.count; i++) {
		const struct row *row = &killing->survey.rows[i];
		char name[64], escaped[160];

		snprintf(name, sizeof(name), "%d %s",
			 (int)pagemap_process_pid(row->process),
			 row->comm ? row->comm : "-");
		escape_text(name, escaped, sizeof(escaped));
		width += escape_width(escaped) + 2;
		if (i && width > NAMES_WIDTH)
			break;
		fprintf(out, "%s %s", i ? "," : "", escaped);
	}
	if (i < killing->survey.count)
		fprintf(out, " and %zu more", killing->survey.count - i);
	fputc('\n', out);
}

static void print_text(const struct killing *killing, FILE *out)
{
	enum units units = killing->settings->usual.units;
	bool noted[PAGEMAP_REASON_COUNT] = { false };
	size_t i, length, width = 0;
	char text[UNITS_SIZE];

	if (killing->settings->usual.header)
		print_members(killing, out);
	for (i = 0; i < LINE_COUNT; i++) {
		length = units_format_value(value_of(killing, i), units, text);
		width = length > width ? length : width;
	}
	for (i = 0; i < LINE_COUNT; i++) {
		const struct pagemap_value *value = value_of(killing, i);

		units_format_value(value, units, text);
		fprintf(out, "  %-*s  %*s%s%s\n", LABEL_WIDTH, lines[i].label,
			(int)width, text, *lines[i].note ? "  " : "",
			lines[i].note);
		if (value->quality != PAGEMAP_EXACT)
			noted[value->reason] = true;
	}
	for (i = 0; i < PAGEMAP_REASON_COUNT; i++)
		if (noted[i])
			fprintf(out, "Not all is exact: %s\n",
				pagemap_reason_describe(
					(enum pagemap_reason)i));
}

static void print_csv(const struct killing *killing, FILE *out)
{
	size_t i;

	if (killing->settings->usual.header)
		fputs("part,bytes,low_bytes,high_bytes,quality,reason\n", out);
	for (i = 0; i < LINE_COUNT; i++) {
		const struct pagemap_value *value = value_of(killing, i);

		fputs(pagemap_killed_part_name(lines[i].part), out);
		if (value->quality == PAGEMAP_UNAVAILABLE)
			fputs(",,,", out);
		else
			fprintf(out, ",%llu,%llu,%llu",
				(unsigned long long)value->value,
				(unsigned long long)value->low,
				(unsigned long long)value->high);
		fprintf(out, ",%s,", pagemap_quality_name(value->quality));
		csv_field(value->quality == PAGEMAP_EXACT ? "" :
			  pagemap_reason_describe(value->reason), out);
		fputc('\n', out);
	}
}

/* ---- JSON -------------------------------------------------------------- */

static struct json *json_parts(const struct killing *killing)
{
	struct json *object = json_new_object(), *inexact = json_new_array();
	size_t i;

	json_set_number(object, "processes", (int64_t)killing->processes);
	json_set_number(object, "survivors", (int64_t)killing->survivors);
	for (i = 0; i < LINE_COUNT; i++) {
		const struct pagemap_value *value = value_of(killing, i);
		const char *name = pagemap_killed_part_name(lines[i].part);
		struct json *entry;

		json_set_value(object, name, value);
		if (value->quality == PAGEMAP_EXACT)
			continue;
		entry = json_new_object();
		json_set_text(entry, "part", name);
		json_set_text(entry, "quality",
			      pagemap_quality_name(value->quality));
		json_set_text(entry, "reason",
			      pagemap_reason_describe(value->reason));
		json_append(inexact, entry);
	}
	json_set(object, "inexact", inexact);
	return object;
}

static void print_member(const char *key, struct json *value, const char *end,
			 FILE *out)
{
	fprintf(out, "\"%s\":", key);
	json_print(value, out);
	fputs(end, out);
	json_free(value);
}

static void print_json(const struct killing *killing, FILE *out)
{
	struct column_list columns;
	size_t i;

	settings_columns(killing->settings, &columns);
	fputs("{\"schema\":\"memrank/1\",", out);
	print_member("source", json_source(killing->survey.source,
					   killing->survey.snapshot),
		     ",", out);
	print_member("cost", json_cost(killing->survey.snapshot), ",", out);
	print_member("unreadable", json_unreadable(killing->survey.snapshot),
		     ",\n", out);
	print_member("if_killed", json_parts(killing), ",\n", out);
	fputs("\"rows\":[", out);
	for (i = 0; i < killing->survey.count; i++) {
		struct json *row = json_new_object();

		json_set_row(row, &columns, &killing->survey.rows[i]);
		fputs(i ? ",\n" : "\n", out);
		json_print(row, out);
		json_free(row);
	}
	fputs("\n]}\n", out);
}

void killing_print(const struct killing *killing, FILE *out)
{
	if (killing->settings->usual.json)
		print_json(killing, out);
	else if (killing->settings->usual.csv)
		print_csv(killing, out);
	else
		print_text(killing, out);
}
