/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All of RAM as JSON: every class, whose the mapped ones are, the balance and
 * the checks.
 */
#include <stdlib.h>

#include "json.h"
#include "ram.h"

#define BIT(name) PAGEMAP_RAM_BIT(PAGEMAP_RAM_##name)

/* What processes map, and so may be of a group. */
#define MAPPED (BIT(ANON) | BIT(KSM) | BIT(SHMEM_MAPPED) | BIT(FILE_MAPPED) | \
		BIT(KERNEL_MAPPED))
#define OF_FILES (BIT(FILE_MAPPED) | BIT(SHMEM_MAPPED))

static struct json *json_class(const struct ram_report *report,
			       enum pagemap_ram_class ram_class)
{
	struct json *object = json_new_object();
	uint64_t bit = PAGEMAP_RAM_BIT(ram_class);
	struct pagemap_value value = pagemap_ram_value(report->ram, bit);
	uint32_t page_size = pagemap_source_page_size_bytes(report->source);

	json_set_text(object, "class", pagemap_ram_class_name(ram_class));
	json_set_value(object, "size", &value);
	json_set_number(object, "size_low_bytes", (int64_t)value.low);
	json_set_number(object, "size_high_bytes", (int64_t)value.high);
	json_set_number(object, "frames", (int64_t)(value.value / page_size));
	json_set_bool(object, "in_mem_total", !(bit & PAGEMAP_RAM_OUTSIDE));
	json_set_bool(object, "residual", bit & PAGEMAP_RAM_RESIDUAL);
	json_set_text(object, "quality", pagemap_quality_name(value.quality));
	json_set_text(object, "reason", value.reason ?
		      pagemap_reason_describe(value.reason) : NULL);
	json_set_text(object, "what", pagemap_ram_class_describe(ram_class));
	return object;
}

/* Each class of a part that may be of one: key_bytes. */
static struct json *json_part(const struct ram_report *report,
			      const struct ram_part *part, uint64_t classes)
{
	struct json *object = json_new_object();
	uint32_t page_size = pagemap_source_page_size_bytes(report->source);
	char key[64];
	int i;

	json_set_text(object, "name", part->name);
	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++) {
		if (!(classes & PAGEMAP_RAM_BIT(i)))
			continue;
		snprintf(key, sizeof(key), "%s_bytes",
			 pagemap_ram_class_name((enum pagemap_ram_class)i));
		json_set_number(object, key,
				(int64_t)(part->pages[i] * page_size));
	}
	return object;
}

/* null where it is not known. */
static struct json *json_parts(const struct ram_report *report,
			       const struct ram_parts *parts, uint64_t classes)
{
	const struct ram_part **sorted;
	struct json *array;
	size_t i, count;

	if (!parts->items)
		return NULL;
	sorted = ram_parts_sort(parts, classes, &count);
	if (!sorted)
		return NULL;
	array = json_new_array();
	for (i = 0; i < count; i++)
		json_append(array, json_part(report, sorted[i], classes));
	free(sorted);
	return array;
}

static struct json *json_check(const struct pagemap_ram_check *check)
{
	struct json *object = json_new_object();

	json_set_text(object, "field", check->name);
	json_set_value(object, "told", &check->told);
	json_set_value(object, "seen", &check->seen);
	if (check->seen.quality == PAGEMAP_UNAVAILABLE)
		json_set(object, "difference_bytes", NULL);
	else
		json_set_number(object, "difference_bytes",
				(int64_t)(check->seen.value -
					  check->told.value));
	json_set_text(object, "note", check->note);
	return object;
}

static struct json *json_checks(const struct ram_report *report)
{
	struct json *array = json_new_array();
	struct pagemap_ram_check check;
	size_t i;

	for (i = 0; !pagemap_ram_check_at(report->ram, i, &check); i++)
		json_append(array, json_check(&check));
	return array;
}

struct json *ram_json(const struct ram_report *report)
{
	const struct pagemap_ram_balance *balance = &report->balance;
	struct json *array = json_new_array();
	struct json *object = json_new_object();
	int i;

	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++)
		json_append(array, json_class(report,
					      (enum pagemap_ram_class)i));
	json_set_value(object, "mem_total", &balance->mem_total);
	json_set_number(object, "known_bytes", (int64_t)balance->known_bytes);
	if (balance->mem_total.quality == PAGEMAP_UNAVAILABLE)
		json_set(object, "residual_bytes", NULL);
	else
		json_set_number(object, "residual_bytes",
				balance->residual_bytes);
	json_set_number(object, "overdrawn_bytes",
			(int64_t)balance->overdrawn_bytes);
	json_set_number(object, "frames", (int64_t)balance->frames);
	json_set_number(object, "moved_frames", (int64_t)balance->moved_pages);
	json_set(object, "classes", array);
	json_set(object, "groups", json_parts(report, &report->groups, MAPPED));
	json_set(object, "file_systems",
		 json_parts(report, &report->file_systems, OF_FILES));
	json_set(object, "files", json_parts(report, &report->files, OF_FILES));
	json_set(object, "checks", json_checks(report));
	return object;
}
