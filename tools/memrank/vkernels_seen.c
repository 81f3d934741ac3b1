/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Vkernels among the processes of a ranking, see vkernels_seen.h.
 */
#include "vkernels_seen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

/* More are said by their number. */
#define SAID_MAX 4

static int add(struct vkernels_seen *seen,
	       const struct pagemap_vkernel *vkernel)
{
	struct pagemap_vkernel *items;
	size_t i;

	for (i = 0; i < seen->count; i++)
		if (seen->items[i].pid == vkernel->pid)
			return 0;
	items = reallocarray(seen->items, seen->count + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	items[seen->count++] = *vkernel;
	seen->items = items;
	return 0;
}

static bool is_state_known(const struct row *rows, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (rows[i].state)
			return true;
	return false;
}

/* A vkernel's children all have one parent: it is looked at once. */
static bool was_tried(const struct row *rows, size_t index)
{
	size_t i;

	for (i = 0; i < index; i++)
		if (rows[i].state == 't' && rows[i].ppid == rows[index].ppid)
			return true;
	return false;
}

/*
 * Children of a vkernel are traced, and stand still but for the one that runs.
 * What else is traced, by a debugger, is looked at in vain and left out.
 */
static int find_by_state(struct pagemap_source *source, const struct row *rows,
			 size_t count, struct vkernels_seen *seen)
{
	struct pagemap_vkernel vkernel;
	size_t i;
	int err = 0;

	for (i = 0; i < count && !err; i++)
		if (rows[i].state == 't' && !was_tried(rows, i) &&
		    !pagemap_vkernel_look(source,
				pagemap_process_pid(rows[i].process), &vkernel))
			err = add(seen, &vkernel);
	return err;
}

static int find_all(struct pagemap_source *source, struct vkernels_seen *seen)
{
	struct pagemap_vkernel vkernel;
	pid_t pid = 0;
	int err = 0;

	while (!err && pagemap_vkernel_next(source, &pid, &vkernel) == 1)
		err = add(seen, &vkernel);
	return err;
}

static int compare(const void *a, const void *b)
{
	const struct pagemap_vkernel *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

int vkernels_seen_find(struct pagemap_source *source, const struct row *rows,
		       size_t count, struct vkernels_seen *ret_seen)
{
	struct vkernels_seen seen = { 0 };
	int err = is_state_known(rows, count) ?
		  find_by_state(source, rows, count, &seen) :
		  find_all(source, &seen);

	if (err) {
		vkernels_seen_free(&seen);
		return err;
	}
	if (seen.count)
		qsort(seen.items, seen.count, sizeof(*seen.items), compare);
	*ret_seen = seen;
	return 0;
}

void vkernels_seen_free(struct vkernels_seen *seen)
{
	free(seen->items);
	*seen = (struct vkernels_seen){ 0 };
}

void vkernels_seen_report(const struct vkernels_seen *seen)
{
	char ram[UNITS_SIZE];
	size_t i;

	for (i = 0; i < seen->count && i < SAID_MAX; i++) {
		const struct pagemap_vkernel *vkernel = &seen->items[i];

		units_format(vkernel->ram_bytes, UNITS_SUFFIX, ram);
		message("vkernel %d: %zu process%s in %s of RAM: memrank "
			"--vkernel %d", (int)vkernel->pid, vkernel->child_count,
			vkernel->child_count == 1 ? "" : "es", ram,
			(int)vkernel->pid);
	}
	if (i < seen->count)
		message("%zu more vkernel%s: memrank --vkernel all",
			seen->count - i, seen->count - i == 1 ? "" : "s");
}

struct json *vkernels_seen_json(const struct vkernels_seen *seen)
{
	struct json *array = json_new_array();
	size_t i;

	for (i = 0; i < seen->count; i++) {
		const struct pagemap_vkernel *vkernel = &seen->items[i];
		struct json *object = json_new_object();

		json_set_number(object, "pid", vkernel->pid);
		json_set_number(object, "ram_bytes",
				(int64_t)vkernel->ram_bytes);
		json_set_number(object, "children",
				(int64_t)vkernel->child_count);
		json_append(array, object);
	}
	return array;
}
