/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Texts about the machine and its arrangement: swaps, mountinfo, loadavg,
 * SysV segments, caches of objects and version.
 */
#include <errno.h>
#include <string.h>

#include "parse.h"

#define SWAP_TYPES_MOST 32

/* "NAME TYPE SIZE USED PRIORITY", sizes in kB. */
static bool add_swap_area(struct proc_swaps *swaps, struct span line)
{
	struct span name, type, size, used, priority, more;
	uint64_t kib;
	int rank;

	if (!span_take_word(&line, &name) || !span_take_word(&line, &type) ||
	    !span_take_word(&line, &size) || !span_take_word(&line, &used) ||
	    !span_take_word(&line, &priority) || span_take_word(&line, &more))
		return false;
	if (!span_to_u64(size, 10, &kib) || !span_to_u64(used, 10, &kib) ||
	    !span_to_int(priority, &rank))
		return false;
	swaps->area_count++;
	return kib <= UINT64_MAX / 1024 &&
	       !__builtin_add_overflow(swaps->used_bytes, kib * 1024,
				       &swaps->used_bytes);
}

static uint32_t swap_types_of(uint32_t area_count)
{
	if (!area_count)
		return 0;
	if (area_count < SWAP_TYPES_LEAST)
		area_count = SWAP_TYPES_LEAST;
	if (area_count >= SWAP_TYPES_MOST)
		return UINT32_MAX;
	return (UINT32_C(1) << area_count) - 1;
}

int parse_swaps(const char *text, size_t size, struct proc_swaps *ret_swaps)
{
	struct proc_swaps swaps = { 0 };
	struct span line, title;
	struct text rest;

	if (!text_is_whole(text, size))
		return -EINVAL;
	rest = (struct text){ text, text + size };
	if (!text_next_line(&rest, &line) ||
	    !span_take_word(&line, &title) || !span_is(title, "Filename"))
		return -EINVAL;
	while (text_next_line(&rest, &line))
		if (!add_swap_area(&swaps, line))
			return -EINVAL;
	swaps.types = swap_types_of(swaps.area_count);
	*ret_swaps = swaps;
	return 0;
}

/* "8:1" */
static bool read_device(struct span field, struct mount_line *mount)
{
	struct span major;

	return span_take(&field, ':', &major) &&
	       span_to_u32(major, 10, &mount->dev_major) &&
	       span_to_u32(field, 10, &mount->dev_minor);
}

/*
 * "ID PARENT MAJOR:MINOR ROOT MOUNT_POINT OPTIONS [TAG...] - TYPE SOURCE
 * SUPER_OPTIONS".  Fields stand one space apart: SOURCE can be empty.
 */
int parse_mountinfo_line(struct span line, struct mount_line *ret_mount)
{
	struct span field, device, options;
	struct mount_line mount;
	uint64_t id;

	for (int i = 0; i < 2; i++)
		if (!span_take(&line, ' ', &field) ||
		    !span_to_u64(field, 10, &id))
			return -EINVAL;
	if (!span_take(&line, ' ', &device) || !read_device(device, &mount) ||
	    !span_take(&line, ' ', &mount.root) || !mount.root.len ||
	    !span_take(&line, ' ', &mount.mount_point) ||
	    !mount.mount_point.len || !span_take(&line, ' ', &options))
		return -EINVAL;
	do {
		if (!span_take(&line, ' ', &field))
			return -EINVAL;
	} while (!span_is(field, "-"));
	if (!span_take(&line, ' ', &mount.fs_type) || !mount.fs_type.len ||
	    !span_take(&line, ' ', &field) || !line.len)
		return -EINVAL;
	mount.super_options = line;
	*ret_mount = mount;
	return 0;
}

int parse_zoneinfo(const char *text, size_t size, uint64_t *ret_end_pfn)
{
	struct text rest = { text, text + size };
	uint64_t spanned = 0, start, end = 0;
	struct span line;
	int found;

	if (!text_is_whole(text, size))
		return -EINVAL;
	/* What a zone spans comes before where it starts. */
	while (text_next_line(&rest, &line)) {
		found = span_number_after(line, "spanned", &spanned);
		if (found > 0)
			continue;
		if (!found)
			found = span_number_after(line, "start_pfn:", &start);
		if (found < 0 || (found && start > UINT64_MAX - spanned))
			return -EINVAL;
		if (found && start + spanned > end)
			end = start + spanned;
	}
	if (!end)
		return -EINVAL;
	*ret_end_pfn = end;
	return 0;
}

/* "0.29 0.26 0.11 1/88 7917": running and all threads, the last pid. */
int parse_loadavg(const char *text, size_t size, uint64_t *ret_threads)
{
	struct span word, running, line = { text, size };
	uint64_t threads;

	if (!text_is_whole(text, size))
		return -EINVAL;
	for (int i = 0; i < 4; i++)
		if (!span_take_word(&line, &word))
			return -EINVAL;
	if (!span_take(&word, '/', &running) ||
	    !span_to_u64(word, 10, &threads) || !threads)
		return -EINVAL;
	*ret_threads = threads;
	return 0;
}

/* Columns of sysvipc/shm by their place. */
enum { SHM_ID = 1, SHM_MODE = 2, SHM_ATTACHED = 6, SHM_RSS = 14, SHM_SWAP = 15,
       SHM_COLUMNS };

int parse_shm_line(struct span line, struct shm_line *ret_segment)
{
	struct shm_line segment = { 0 };
	struct span word;

	for (int i = 0; i < SHM_COLUMNS; i++) {
		uint64_t *number = i == SHM_ID ? &segment.id :
			i == SHM_ATTACHED ? &segment.attach_count :
			i == SHM_RSS ? &segment.resident_bytes :
			i == SHM_SWAP ? &segment.swapped_bytes : NULL;

		if (!span_take_word(&line, &word) ||
		    (number && !span_to_u64(word, 10, number)) ||
		    (i == SHM_MODE && !span_to_u32(word, 8, &segment.mode)))
			return -EINVAL;
	}
	*ret_segment = segment;
	return 0;
}

/* "name <active_objs> <num_objs> <objsize> ...". */
int parse_slab_object(const char *text, size_t size, const char *cache,
		      uint64_t *ret_bytes)
{
	struct text rest = { text, text + size };
	struct span line, word, number;
	int i;

	while (text_next_line(&rest, &line)) {
		if (!span_take_word(&line, &word) || !span_is(word, cache))
			continue;
		for (i = 0; i < 3; i++)
			if (!span_take_word(&line, &number))
				return -EINVAL;
		/* What follows shows that the number is whole. */
		if (!span_take_word(&line, &word) ||
		    !span_to_u64(number, 10, ret_bytes))
			return -EINVAL;
		return 0;
	}
	return -ENODATA;
}

/* Splits the digits off that a span begins with. */
static struct span take_digits(struct span *rest)
{
	struct span digits = { rest->at, 0 };

	while (digits.len < rest->len && digits.at[digits.len] >= '0' &&
	       digits.at[digits.len] <= '9')
		digits.len++;
	rest->at += digits.len;
	rest->len -= digits.len;
	return digits;
}

int parse_version(const char *text, size_t size,
		  struct proc_version *ret_version)
{
	struct span word, line, rest = { text, size };
	struct proc_version version;

	/* The release ends at a space, or with a line that was read whole. */
	if (!span_take(&rest, '\n', &line))
		line = (struct span){ text, size };
	else
		line.len++;
	if (!span_take(&line, ' ', &word) || !span_is(word, "Linux") ||
	    !span_take(&line, ' ', &word) || !span_is(word, "version") ||
	    !(span_take(&line, ' ', &version.release) ||
	      span_take(&line, '\n', &version.release)))
		return -EINVAL;
	rest = version.release;
	if (!span_to_u32(take_digits(&rest), 10, &version.major) ||
	    !rest.len || *rest.at != '.')
		return -EINVAL;
	rest.at++;
	rest.len--;
	if (!span_to_u32(take_digits(&rest), 10, &version.minor))
		return -EINVAL;
	*ret_version = version;
	return 0;
}
