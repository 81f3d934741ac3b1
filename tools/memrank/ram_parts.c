/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose the mapped frames are: groups of users, file systems and files.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "cells.h"
#include "ram.h"

/* What is looked at while one kind of parts is found. */
struct finding {
	struct ram_report *report;
	struct strings *names;		/* by number of group */
	uint32_t *group_of;
	size_t count;
};

static int finding_begin(struct finding *finding, struct ram_report *report,
			 size_t count)
{
	size_t i;

	*finding = (struct finding){ .report = report, .count = count };
	finding->names = strings_new();
	finding->group_of = calloc(count + 1, sizeof(*finding->group_of));
	if (!finding->names || !finding->group_of)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		finding->group_of[i] = PAGEMAP_NO_GROUP;
	return 0;
}

static void finding_end(struct finding *finding)
{
	strings_free(finding->names);
	free(finding->group_of);
}

static int place(struct finding *finding, size_t index, const char *name)
{
	uint32_t group = strings_number(finding->names, name, strlen(name));

	finding->group_of[index] = group;
	return group == STRINGS_NONE ? -ENOMEM : 0;
}

/* Room for a part of each group and some more, named as far as they are. */
static int make_parts(struct finding *finding, size_t more,
		      struct ram_parts *ret_parts)
{
	size_t i, groups = strings_count(finding->names);

	ret_parts->items = calloc(groups + more + 1, sizeof(struct ram_part));
	if (!ret_parts->items)
		return -ENOMEM;
	ret_parts->count = groups + more;
	for (i = 0; i < groups; i++) {
		const char *name = strings_at(finding->names, (uint32_t)i);

		name = strings_keep(finding->report->names, name, strlen(name));
		if (!name)
			return -ENOMEM;
		ret_parts->items[i].name = name;
	}
	return 0;
}

/* ---- Groups of users --------------------------------------------------- */

static int place_rows(struct finding *finding, const struct row *rows)
{
	enum rank_by by = finding->report->settings->by;
	char scratch[1024];
	size_t i;
	int err = 0;

	for (i = 0; i < finding->count && !err; i++)
		err = place(finding, i, group_name(by == BY_PROCESS ? BY_USER
								    : by,
						   finding->report->snapshot,
						   &rows[i], scratch,
						   sizeof(scratch)));
	return err;
}

static int place_processes(struct finding *finding)
{
	struct ram_report *report = finding->report;
	struct row *rows = calloc(finding->count + 1, sizeof(*rows));
	enum rank_by by = report->settings->by;
	size_t i;
	int err = 0;

	if (!rows)
		return -ENOMEM;
	for (i = 0; i < finding->count; i++) {
		rows[i] = row_init();
		rows[i].process = pagemap_snapshot_process_at(report->snapshot,
							      i);
	}
	if (by == BY_PROCESS || by == BY_USER)
		err = proclist_name_rows(report->source, report->snapshot,
					 rows, finding->count, NAME_USER,
					 &report->users);
	if (!err)
		err = place_rows(finding, rows);
	free(rows);
	return err;
}

static int share_out(struct finding *finding, struct ram_parts *ret_parts)
{
	static const char *const more[PAGEMAP_RAM_ROW_COUNT] = {
		[PAGEMAP_RAM_ROW_SEVERAL] = "(several)",
		[PAGEMAP_RAM_ROW_UNSEEN] = "(not seen whose)",
	};
	size_t i, groups = strings_count(finding->names);
	const struct pagemap_partition partition = {
		finding->group_of, finding->count, groups,
	};
	size_t rows = groups + PAGEMAP_RAM_ROW_COUNT;
	uint64_t (*pages)[PAGEMAP_RAM_CLASS_COUNT] = calloc(rows,
							    sizeof(*pages));
	int err = pages ? make_parts(finding, PAGEMAP_RAM_ROW_COUNT, ret_parts)
			: -ENOMEM;

	if (!err)
		err = pagemap_ram_of_groups(finding->report->ram, &partition,
					    pages);
	for (i = 0; i < rows && !err; i++)
		memcpy(ret_parts->items[i].pages, pages[i], sizeof(pages[i]));
	for (i = 0; i < PAGEMAP_RAM_ROW_COUNT && !err; i++) {
		ret_parts->items[groups + i].name = more[i];
		ret_parts->items[groups + i].plain = true;
	}
	free(pages);
	return err;
}

static int find_groups(struct ram_report *report)
{
	struct finding finding;
	int err = finding_begin(&finding, report,
			pagemap_snapshot_process_count(report->snapshot));

	if (!err)
		err = place_processes(&finding);
	if (!err)
		err = share_out(&finding, &report->groups);
	finding_end(&finding);
	return err;
}

/* ---- Files and file systems -------------------------------------------- */

typedef int (*name_fn)(struct finding *finding, size_t index,
		       const struct pagemap_mapping *mapping);

static int place_by_path(struct finding *finding, size_t index,
			 const struct pagemap_mapping *mapping)
{
	return place(finding, index, pagemap_mapping_path(mapping));
}

/* By device; the few that there are get names afterwards. */
static int place_by_device(struct finding *finding, size_t index,
			   const struct pagemap_mapping *mapping)
{
	char device[32];
	uint64_t inode;
	dev_t dev;

	pagemap_mapping_file(mapping, &dev, &inode);
	snprintf(device, sizeof(device), "%llx", (unsigned long long)dev);
	return place(finding, index, device);
}

static int place_mappings(struct finding *finding, name_fn place_one)
{
	const struct pagemap_snapshot *snapshot = finding->report->snapshot;
	size_t i, k, count = pagemap_snapshot_process_count(snapshot);
	int err = 0;

	for (i = 0; i < count; i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_process_at(snapshot, i);

		for (k = 0; k < pagemap_process_mapping_count(process); k++) {
			const struct pagemap_mapping *mapping =
				pagemap_process_mapping_at(process, k);
			enum pagemap_mapping_kind kind =
				pagemap_mapping_kind(mapping);

			if (kind == PAGEMAP_MAPPING_FILE ||
			    kind == PAGEMAP_MAPPING_SHMEM)
				err = place_one(finding, pagemap_mapping_index(
							mapping), mapping);
			if (err)
				return err;
		}
	}
	return 0;
}

static int count_frames(struct finding *finding, struct ram_parts *ret_parts)
{
	size_t i, groups = strings_count(finding->names);
	const struct pagemap_partition partition = {
		finding->group_of, finding->count, groups,
	};
	uint64_t (*pages)[PAGEMAP_FRAME_KIND_COUNT] = calloc(groups + 1,
							     sizeof(*pages));
	int err = pages ? make_parts(finding, 0, ret_parts) : -ENOMEM;

	if (!err)
		err = pagemap_sharing_of_mapping_groups(
			finding->report->sharing, &partition, pages);
	for (i = 0; i < groups && !err; i++) {
		ret_parts->items[i].pages[PAGEMAP_RAM_FILE_MAPPED] =
			pages[i][PAGEMAP_FRAME_FILE] +
			pages[i][PAGEMAP_FRAME_FILE_DIRTY];
		ret_parts->items[i].pages[PAGEMAP_RAM_SHMEM_MAPPED] =
			pages[i][PAGEMAP_FRAME_SHMEM];
	}
	free(pages);
	return err;
}

static int find_files(struct ram_report *report, name_fn place_one,
		      struct ram_parts *ret_parts)
{
	struct finding finding;
	int err = finding_begin(&finding, report,
			pagemap_snapshot_mapping_count(report->snapshot));

	if (!err)
		err = place_mappings(&finding, place_one);
	if (!err)
		err = count_frames(&finding, ret_parts);
	finding_end(&finding);
	return err;
}

static int name_file_systems(struct ram_report *report)
{
	struct ram_parts *parts = &report->file_systems;
	char name[1024];
	size_t i;

	for (i = 0; i < parts->count; i++) {
		dev_t dev = strtoull(parts->items[i].name, NULL, 16);

		if (pagemap_source_file_system(report->source, dev, name,
					       sizeof(name)))
			snprintf(name, sizeof(name), "(device %u:%u)",
				 major(dev), minor(dev));
		parts->items[i].name = strings_keep(report->names, name,
						    strlen(name));
		if (!parts->items[i].name)
			return -ENOMEM;
	}
	return 0;
}

int ram_parts_find(struct ram_report *report)
{
	int err;

	report->names = strings_new();
	if (!report->names)
		return -ENOMEM;
	if (!report->sharing)
		return 0;
	err = find_groups(report);
	if (!err)
		err = find_files(report, place_by_device,
				 &report->file_systems);
	if (!err)
		err = name_file_systems(report);
	if (!err)
		err = find_files(report, place_by_path, &report->files);
	return err;
}

void ram_report_free(struct ram_report *report)
{
	free(report->groups.items);
	free(report->file_systems.items);
	free(report->files.items);
	strings_free(report->names);
	proclist_free(report->users);
}

/* ---- Sorted ------------------------------------------------------------ */

uint64_t ram_part_pages(const struct ram_part *part, uint64_t classes)
{
	uint64_t pages = 0;
	int i;

	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++)
		if (classes & PAGEMAP_RAM_BIT(i))
			pages += part->pages[i];
	return pages;
}

/* Largest first; our own words come last. */
static int compare_parts(const void *a, const void *b, void *context)
{
	const struct ram_part *x = *(const struct ram_part *const *)a;
	const struct ram_part *y = *(const struct ram_part *const *)b;
	uint64_t classes = *(const uint64_t *)context;
	uint64_t pages_x = ram_part_pages(x, classes);
	uint64_t pages_y = ram_part_pages(y, classes);

	if (x->plain != y->plain)
		return x->plain - y->plain;
	if (pages_x != pages_y)
		return pages_x < pages_y ? 1 : -1;
	return strcmp(x->name, y->name);
}

const struct ram_part **ram_parts_sort(const struct ram_parts *parts,
				       uint64_t classes, size_t *ret_count)
{
	const struct ram_part **sorted = calloc(parts->count + 1,
						sizeof(*sorted));
	size_t i, count = 0;

	if (!sorted)
		return NULL;
	for (i = 0; i < parts->count; i++)
		if (ram_part_pages(&parts->items[i], classes))
			sorted[count++] = &parts->items[i];
	qsort_r(sorted, count, sizeof(*sorted), compare_parts, &classes);
	*ret_count = count;
	return sorted;
}
