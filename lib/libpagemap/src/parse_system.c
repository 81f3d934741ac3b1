/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Texts of the machine and of a process's surroundings: cgroup, swaps,
 * mountinfo, version.  meta.json is in parse_meta.c.
 */
#include <errno.h>
#include <string.h>

#include "parse.h"

/* Swap types below this one are never the kernel's special ones. */
#define SWAP_TYPES_ORDINARY 23

/* Cuts a span at the first separator; false if there is none. */
static bool cut(struct span *rest, char separator, struct span *ret_word)
{
	const char *at = rest->len ? memchr(rest->at, separator, rest->len)
				   : NULL;

	if (!at)
		return false;
	*ret_word = (struct span){ rest->at, (size_t)(at - rest->at) };
	rest->len -= ret_word->len + 1;
	rest->at = at + 1;
	return true;
}

static bool is_word(struct span span, const char *word)
{
	return span.len == strlen(word) && !memcmp(span.at, word, span.len);
}

/* Whether a comma-separated list of controllers names one. */
static bool names_controller(struct span list, const char *name)
{
	struct span word;

	while (cut(&list, ',', &word))
		if (is_word(word, name))
			return true;
	return is_word(list, name);
}

/* How much a hierarchy says of what a process belongs to. */
static int hierarchy_weight(struct span number, struct span controllers,
			    struct span path)
{
	if (path.len < 2)
		return 0;
	if (is_word(number, "0"))
		return 3;
	if (names_controller(controllers, "name=systemd"))
		return 2;
	return names_controller(controllers, "memory") ? 1 : 0;
}

int parse_cgroup(const char *text, size_t size, struct span *ret_path)
{
	struct text rest = { text, text + size };
	struct span line, number, controllers, best = { 0 };
	int weight, best_weight = -1;

	if (!size)
		return -ENODATA;
	while (text_next_line(&rest, &line)) {
		if (!cut(&line, ':', &number) || !cut(&line, ':', &controllers))
			return -EINVAL;
		weight = hierarchy_weight(number, controllers, line);
		if (weight <= best_weight)
			continue;
		best = line;
		best_weight = weight;
	}
	*ret_path = best;
	return 0;
}

/* The third and fourth field from the name on: size and used, in KiB. */
static bool take_swap(struct span line, uint64_t *ret_used)
{
	struct span fields[5], word;
	int count = 0;
	size_t i = 0;

	while (i < line.len && count < 5) {
		while (i < line.len && (line.at[i] == ' ' || line.at[i] == '\t'))
			i++;
		word = (struct span){ line.at + i, 0 };
		while (i < line.len && line.at[i] != ' ' && line.at[i] != '\t') {
			i++;
			word.len++;
		}
		if (word.len)
			fields[count++] = word;
	}
	return count == 5 && span_to_u64(fields[3], 10, ret_used) &&
	       *ret_used <= UINT64_MAX >> 10;
}

int parse_swaps(const char *text, size_t size, struct proc_swaps *ret_swaps)
{
	struct text rest = { text, text + size };
	struct proc_swaps swaps = { 0 };
	uint64_t used;
	struct span line;

	/* The first line names the columns. */
	if (!text_next_line(&rest, &line) || line.len < 8 ||
	    memcmp(line.at, "Filename", 8) != 0)
		return -EINVAL;
	while (text_next_line(&rest, &line)) {
		if (!take_swap(line, &used))
			return -EINVAL;
		swaps.area_count++;
		swaps.used_bytes += used << 10;
	}
	if (swaps.area_count > SWAP_TYPES_ORDINARY)
		swaps.types = swaps.area_count < 32 ?
			      (UINT32_C(1) << swaps.area_count) - 1 : UINT32_MAX;
	else if (swaps.area_count)
		swaps.types = (UINT32_C(1) << SWAP_TYPES_ORDINARY) - 1;
	*ret_swaps = swaps;
	return 0;
}

static bool take_device(struct span device, struct mount_line *mount)
{
	struct span major;
	uint64_t numbers[2];

	if (!cut(&device, ':', &major) || !span_to_u64(major, 10, &numbers[0]) ||
	    !span_to_u64(device, 10, &numbers[1]) ||
	    numbers[0] > UINT32_MAX || numbers[1] > UINT32_MAX)
		return false;
	mount->dev_major = (uint32_t)numbers[0];
	mount->dev_minor = (uint32_t)numbers[1];
	return true;
}

/* id parent major:minor root point options [optional ...] - type source super */
int parse_mountinfo_line(struct span line, struct mount_line *ret_mount)
{
	struct mount_line mount;
	struct span word;

	if (!cut(&line, ' ', &word) || !cut(&line, ' ', &word) ||
	    !cut(&line, ' ', &word) || !take_device(word, &mount) ||
	    !cut(&line, ' ', &mount.root) ||
	    !cut(&line, ' ', &mount.mount_point) || !cut(&line, ' ', &word))
		return -EINVAL;
	do {
		if (!cut(&line, ' ', &word))
			return -EINVAL;
	} while (!is_word(word, "-"));
	if (!cut(&line, ' ', &mount.fs_type) || !cut(&line, ' ', &word))
		return -EINVAL;
	mount.super_options = line;
	*ret_mount = mount;
	return 0;
}

static bool take_release_number(struct span *rest, uint32_t *ret_number)
{
	struct span digits = { rest->at, 0 };
	uint64_t number;

	while (digits.len < rest->len && rest->at[digits.len] >= '0' &&
	       rest->at[digits.len] <= '9')
		digits.len++;
	if (!span_to_u64(digits, 10, &number) || number > UINT16_MAX)
		return false;
	rest->at += digits.len;
	rest->len -= digits.len;
	*ret_number = (uint32_t)number;
	return true;
}

int parse_version(const char *text, size_t size, struct proc_version *ret_version)
{
	static const char begin[] = "Linux version ";
	const size_t length = sizeof(begin) - 1;
	struct proc_version version;
	struct span rest, numbers;

	if (size <= length || memcmp(text, begin, length) != 0)
		return -EINVAL;
	rest = (struct span){ text + length, size - length };
	version.release = (struct span){ rest.at, 0 };
	while (version.release.len < rest.len &&
	       rest.at[version.release.len] != ' ' &&
	       rest.at[version.release.len] != '\n')
		version.release.len++;
	numbers = version.release;
	if (!take_release_number(&numbers, &version.major) || !numbers.len ||
	    *numbers.at != '.')
		return -EINVAL;
	numbers.at++;
	numbers.len--;
	if (!take_release_number(&numbers, &version.minor))
		return -EINVAL;
	*ret_version = version;
	return 0;
}
