/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the JSON of all tools has in common: values with their quality, rows,
 * the source, the cost, what could not be read.  Names no JSON library.
 */
#include "json.h"

#include <time.h>

void json_set_value(struct json *object, const char *metric,
		    const struct pagemap_value *value)
{
	char key[64];

	snprintf(key, sizeof(key), "%s_bytes", metric);
	if (value->quality == PAGEMAP_UNAVAILABLE) {
		json_set(object, key, NULL);
		return;
	}
	json_set_number(object, key, (int64_t)value->value);
	if (value->quality != PAGEMAP_BOUNDED)
		return;
	snprintf(key, sizeof(key), "%s_low_bytes", metric);
	json_set_number(object, key, (int64_t)value->low);
	snprintf(key, sizeof(key), "%s_high_bytes", metric);
	json_set_number(object, key, (int64_t)value->high);
}

static void set_pids(struct json *object, const struct row *row)
{
	const pid_t *pids;
	struct json *array;
	size_t i, count;

	pids = pagemap_process_mm_pids(row->process, &count);
	array = json_new_array();
	for (i = 0; i < count; i++)
		json_append_number(array, pids[i]);
	json_set(object, "mm_pids", array);
}

static void set_cell(struct json *object, const struct column *column,
		     const struct row *row)
{
	struct pagemap_value value;
	char scratch[4096];
	int64_t number;

	if (column->kind == COLUMN_SIZE) {
		value = cell_value(column, row);
		json_set_value(object, column->name, &value);
	} else if (column->kind == COLUMN_PIDS) {
		if (row->process)
			set_pids(object, row);
	} else if (!column->number) {
		json_set_text(object, column->key,
			      cell_text(column, row, scratch,
					sizeof(scratch)));
	} else if (cell_number(column, row, &number)) {
		json_set_number(object, column->key, number);
	} else {
		json_set(object, column->key, NULL);
	}
}

void json_set_row(struct json *object, const struct column_list *columns,
		  const struct row *row)
{
	size_t i, count = 0;

	for (i = 0; i < columns->count; i++)
		set_cell(object, columns->items[i], row);
	if (row->process)
		pagemap_process_mm_pids(row->process, &count);
	if (count > 1)
		set_pids(object, row);
}

/* 2026-11-23T17:50:13.123456789Z: nanoseconds do not fit a double. */
static void set_time(struct json *object, const char *key, uint64_t time_ns)
{
	time_t seconds = (time_t)(time_ns / 1000000000u);
	char text[64];
	struct tm utc;
	size_t at;

	if (!gmtime_r(&seconds, &utc)) {
		json_set(object, key, NULL);
		return;
	}
	at = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text + at, sizeof(text) - at, ".%09uZ",
		 (unsigned int)(time_ns % 1000000000u));
	json_set_text(object, key, text);
}

static struct json *json_vkernel(const struct pagemap_vkernel *vkernel)
{
	struct json *object = json_new_object();

	json_set_number(object, "pid", vkernel->pid);
	json_set_number(object, "ram_bytes", (int64_t)vkernel->ram_bytes);
	json_set_number(object, "first_pfn", (int64_t)vkernel->first_pfn);
	json_set_number(object, "children", (int64_t)vkernel->child_count);
	json_set_number(object, "helpers", (int64_t)vkernel->helper_count);
	return object;
}

static const char *kind_of(const struct json_origin *origin)
{
	if (origin->vkernel)
		return "vkernel";
	return origin->kind == PAGEMAP_SOURCE_LIVE ? "live" : "tree";
}

struct json *json_source_of(const struct json_origin *origin)
{
	struct json *object = json_new_object();

	json_set_text(object, "kind", kind_of(origin));
	if (origin->vkernel)
		json_set(object, "vkernel", json_vkernel(origin->vkernel));
	json_set_text(object, "kernel", *origin->kernel ? origin->kernel
							: NULL);
	json_set_number(object, "page_size_bytes", origin->page_size_bytes);
	set_time(object, "time", origin->time_ns);
	json_set_text(object, "engine", pagemap_engine_name(origin->engine));
	return object;
}

struct json *json_source(struct pagemap_source *source,
			 const struct pagemap_snapshot *snapshot)
{
	const struct pagemap_guest *guest = pagemap_snapshot_guest(snapshot);
	struct pagemap_vkernel vkernel;
	struct json_origin origin = {
		.kind = pagemap_source_kind(source),
		.kernel = pagemap_source_kernel(source),
		.page_size_bytes = pagemap_source_page_size_bytes(source),
		.time_ns = pagemap_snapshot_time_ns(snapshot),
		.engine = pagemap_snapshot_engine(snapshot),
	};

	if (guest) {
		pagemap_guest_vkernel(guest, &vkernel);
		origin.vkernel = &vkernel;
	}
	return json_source_of(&origin);
}

struct json *json_cost_of(uint64_t wall_ns, uint64_t cpu_ns)
{
	struct json *object = json_new_object();

	json_set_number(object, "wall_ns", (int64_t)wall_ns);
	json_set_number(object, "cpu_ns", (int64_t)cpu_ns);
	return object;
}

struct json *json_cost(const struct pagemap_snapshot *snapshot)
{
	uint64_t wall_ns, cpu_ns;

	pagemap_snapshot_cost(snapshot, &wall_ns, &cpu_ns);
	return json_cost_of(wall_ns, cpu_ns);
}

static const char *why_unreadable(enum pagemap_status status)
{
	switch (status) {
	case PAGEMAP_STATUS_DENIED:
		return "permission denied";
	case PAGEMAP_STATUS_MALFORMED:
		return "a file of it was not understood";
	case PAGEMAP_STATUS_VANISHED:
		return "it ended";
	case PAGEMAP_STATUS_NO_MEMORY:
		return "a kernel thread or zombie: it has no memory";
	default:
		return NULL;
	}
}

void json_append_unreadable(struct json *array, pid_t pid,
			    enum pagemap_status status)
{
	const char *reason = why_unreadable(status);
	struct json *object;

	if (!reason)
		return;
	object = json_new_object();
	json_set_number(object, "pid", pid);
	json_set_text(object, "reason", reason);
	json_append(array, object);
}

struct json *json_unreadable(const struct pagemap_snapshot *snapshot)
{
	struct json *array = json_new_array();
	size_t i;

	for (i = 0; i < pagemap_snapshot_process_count(snapshot); i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_process_at(snapshot, i);

		json_append_unreadable(array, pagemap_process_pid(process),
				       pagemap_process_status(process));
	}
	return array;
}
