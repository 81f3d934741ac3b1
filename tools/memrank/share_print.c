/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pairs that share memory, as text, CSV and JSON.
 */
#include <inttypes.h>
#include <string.h>

#include "escape.h"
#include "json.h"
#include "share.h"
#include "table.h"

/* Columns of a name: a comm has 15 bytes, a group's may be longer. */
#define COMM_WIDTH 15
#define GROUP_WIDTH 40
#define TEXT_SIZE 4352

static const struct {
	const char *heading;
	const char *key;
	enum share_reason reason;
} parts[] = {
	{ "ANON", "anon", SHARE_FORK },
	{ "FILE", "file", SHARE_FILE },
	{ "SHMEM", "shmem", SHARE_SHMEM },
	{ "KSM", "ksm", SHARE_KSM },
	{ "UNKNOWN", "unknown", SHARE_UNKNOWN },
};

#define PART_COUNT (sizeof(parts) / sizeof(parts[0]))

static const char *name_of(const struct share *share, uint32_t index)
{
	return share->groups ? share->groups->names[index]
			     : share->ranking.rows[index].comm;
}

static int pid_of(const struct share *share, uint32_t index)
{
	return (int)pagemap_process_pid(
		pagemap_snapshot_process_at(share->snapshot, index));
}

/* ---- Text -------------------------------------------------------------- */

/* Frames whose flags could not be read get a column where there are any. */
static size_t shown_parts(const struct share *share)
{
	size_t i;

	for (i = 0; i < share->count; i++)
		if (share->rows[i].bytes[SHARE_UNKNOWN])
			return PART_COUNT;
	return PART_COUNT - 1;
}

static void print_part(const struct share *share, const struct share_row *row,
		       enum share_reason reason, FILE *out)
{
	struct pagemap_value value = share_part(row, reason);
	char text[UNITS_SIZE];

	units_format_value(&value, share->settings->usual.units, text);
	fprintf(out, "%9s ", text);
}

/* A name in as many columns as there are. */
static void print_name(const char *name, size_t width, FILE *out)
{
	char text[TEXT_SIZE];
	size_t length, columns;

	escape_text(name ? name : "-", text, sizeof(text));
	length = escape_fit(text, width);
	text[length] = '\0';
	columns = escape_width(text);
	fprintf(out, "%s%*s ", text,
		(int)(columns < width ? width - columns : 0), "");
}

static size_t name_width(const struct share *share)
{
	char text[TEXT_SIZE];
	size_t i, width, most = 5, limit = share->groups ? GROUP_WIDTH
							 : COMM_WIDTH;

	for (i = 0; i < 2 * share->count; i++) {
		const struct share_row *row = &share->rows[i / 2];
		const char *name = name_of(share, i % 2 ? row->second
							: row->first);

		escape_text(name ? name : "-", text, sizeof(text));
		width = escape_width(text);
		most = width > most ? width : most;
	}
	return most < limit ? most : limit;
}

static void print_headings(const struct share *share, size_t part_count,
			   size_t width, FILE *out)
{
	const char *first = share->groups ? "GROUP" : "NAME";
	size_t i;

	fprintf(out, "%9s ", "SHARED");
	for (i = 0; i < part_count; i++)
		fprintf(out, "%9s ", parts[i].heading);
	if (!share->groups)
		fprintf(out, "%7s ", "PID");
	print_name(first, width, out);
	if (!share->groups)
		fprintf(out, "%7s ", "WITH");
	print_name(share->groups ? "WITH" : "NAME", width, out);
	fputs("WHY\n", out);
}

static void print_row(const struct share *share, const struct share_row *row,
		      size_t part_count, size_t width, FILE *out)
{
	char path[TEXT_SIZE];
	size_t i;

	units_format(row->shared_bytes, share->settings->usual.units, path);
	fprintf(out, "%9s ", path);
	for (i = 0; i < part_count; i++)
		print_part(share, row, parts[i].reason, out);
	if (!share->groups)
		fprintf(out, "%7d ", pid_of(share, row->first));
	print_name(name_of(share, row->first), width, out);
	if (!share->groups)
		fprintf(out, "%7d ", pid_of(share, row->second));
	print_name(name_of(share, row->second), width, out);
	escape_text(row->path ? row->path : "", path, sizeof(path));
	fprintf(out, "%s%s%s\n", share_reason_name(row->reason),
		*path ? " " : "", path);
}

static void print_text(const struct share *share, FILE *out)
{
	size_t i, part_count = shown_parts(share), width = name_width(share);

	if (share->settings->usual.header)
		print_headings(share, part_count, width, out);
	for (i = 0; i < share->count; i++)
		print_row(share, &share->rows[i], part_count, width, out);
}

/* ---- CSV and JSON ------------------------------------------------------ */

/* What is not known is nothing, not 0. */
static void print_csv_part(const struct share_row *row,
			   enum share_reason reason, FILE *out)
{
	struct pagemap_value value = share_part(row, reason);

	if (value.value || value.quality == PAGEMAP_EXACT)
		fprintf(out, "%" PRIu64, value.value);
	putc(',', out);
}

static void print_csv(const struct share *share, FILE *out)
{
	size_t i, k;

	if (share->settings->usual.header) {
		fputs(share->groups ? "name,other_name,"
				    : "pid,comm,other_pid,other_comm,", out);
		fputs("shared_bytes,", out);
		for (k = 0; k < PART_COUNT; k++)
			fprintf(out, "%s_bytes,", parts[k].key);
		fputs(share->groups ? "reason\n" : "reason,path\n", out);
	}
	for (i = 0; i < share->count; i++) {
		const struct share_row *row = &share->rows[i];
		const uint32_t both[] = { row->first, row->second };
		const char *name;

		for (k = 0; k < 2; k++) {
			if (!share->groups)
				fprintf(out, "%d,", pid_of(share, both[k]));
			name = name_of(share, both[k]);
			csv_field(name ? name : "", out);
			putc(',', out);
		}
		fprintf(out, "%" PRIu64 ",", row->shared_bytes);
		for (k = 0; k < PART_COUNT; k++)
			print_csv_part(row, parts[k].reason, out);
		fputs(share_reason_name(row->reason), out);
		if (!share->groups)
			putc(',', out);
		csv_field(row->path ? row->path : "", out);
		putc('\n', out);
	}
}

static struct json *json_row(const struct share *share,
			     const struct share_row *row)
{
	struct json *object = json_new_object();
	size_t i;

	if (share->groups) {
		json_set_text(object, "name", name_of(share, row->first));
		json_set_text(object, "other_name",
			      name_of(share, row->second));
	} else {
		json_set_number(object, "pid", pid_of(share, row->first));
		json_set_text(object, "comm", name_of(share, row->first));
		json_set_number(object, "other_pid",
				pid_of(share, row->second));
		json_set_text(object, "other_comm",
			      name_of(share, row->second));
	}
	json_set_number(object, "shared_bytes", (int64_t)row->shared_bytes);
	for (i = 0; i < PART_COUNT; i++) {
		struct pagemap_value value = share_part(row, parts[i].reason);

		json_set_value(object, parts[i].key, &value);
	}
	json_set_text(object, "reason", share_reason_name(row->reason));
	if (!share->groups)
		json_set_text(object, "path", row->path);
	return object;
}

static void print_json(const struct share *share, FILE *out)
{
	size_t i;

	json_begin(share->source, share->snapshot, out);
	fputs("\"sharing\":[", out);
	for (i = 0; i < share->count; i++) {
		struct json *row = json_row(share, &share->rows[i]);

		fputs(i ? ",\n" : "\n", out);
		json_print(row, out);
		json_free(row);
	}
	fputs("\n]}\n", out);
}

void share_print(const struct share *share, FILE *out)
{
	if (share->settings->usual.json)
		print_json(share, out);
	else if (share->settings->usual.csv)
		print_csv(share, out);
	else
		print_text(share, out);
}
