/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Members of groups, see members.h.
 */
#include "members.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "escape.h"

/* comm's 15 bytes, each \xNN at worst. */
#define NAME_SIZE 64

/* Kept free for " and 1234567 more". */
#define REST_SIZE 32

struct member {
	uint32_t group;
	pid_t pid;
	char comm[16];
};

struct members {
	struct member *items;		/* by group, then by pid */
	size_t count;
	size_t capacity;
};

struct members *members_new(void)
{
	return calloc(1, sizeof(struct members));
}

void members_free(struct members *members)
{
	if (!members)
		return;
	free(members->items);
	free(members);
}

static int add(struct members *members, uint32_t group, const struct row *row)
{
	struct member *member;

	if (members->count == members->capacity) {
		size_t capacity = members->capacity * 2 + 64;
		struct member *items = realloc(members->items,
					       capacity * sizeof(*items));

		if (!items)
			return -ENOMEM;
		members->items = items;
		members->capacity = capacity;
	}
	member = &members->items[members->count++];
	*member = (struct member){
		.group = group,
		.pid = pagemap_process_pid(row->process),
	};
	if (row->comm)
		memcpy(member->comm, row->comm,
		       strnlen(row->comm, sizeof(member->comm) - 1));
	return 0;
}

int members_add(struct members *members, uint32_t group,
		const struct row *rows, size_t count, const bool *member)
{
	size_t i;
	int err = 0;

	for (i = 0; i < count && !err; i++)
		if (member[i])
			err = add(members, group, &rows[i]);
	return err;
}

struct changes {
	char *text;
	size_t size;
	size_t at;
	size_t count;
	size_t unsaid;
};

static void say(struct changes *changes, char sign, const struct member *member)
{
	char name[NAME_SIZE], line[NAME_SIZE + 32];
	int length;

	changes->count++;
	escape_text(member->comm, name, sizeof(name));
	length = snprintf(line, sizeof(line), "%s%c%d%s%s",
			  changes->at ? ", " : "", sign, (int)member->pid,
			  *name ? " " : "", name);
	if (changes->unsaid ||
	    changes->at + (size_t)length + REST_SIZE > changes->size) {
		changes->unsaid++;
		return;
	}
	memcpy(changes->text + changes->at, line, (size_t)length + 1);
	changes->at += (size_t)length;
}

/* Where the members of a group begin. */
static const struct member *first_of(const struct members *members,
				     uint32_t group)
{
	const struct member *item = members->items;

	while (item < members->items + members->count && item->group < group)
		item++;
	return item;
}

static bool is_in(const struct members *members, const struct member *item,
		  uint32_t group)
{
	return item < members->items + members->count && item->group == group;
}

size_t members_changes(const struct members *before,
		       const struct members *after, uint32_t group, char *text,
		       size_t size)
{
	struct changes changes = { .text = text, .size = size };
	const struct member *old = first_of(before, group);
	const struct member *new = first_of(after, group);

	text[0] = '\0';
	for (;;) {
		bool more_old = is_in(before, old, group);
		bool more_new = is_in(after, new, group);

		if (!more_old && !more_new)
			break;
		if (!more_old || (more_new && new->pid < old->pid)) {
			say(&changes, '+', new++);
		} else if (!more_new || old->pid < new->pid) {
			say(&changes, '-', old++);
		} else {
			old++;
			new++;
		}
	}
	if (changes.unsaid)
		snprintf(text + changes.at, size - changes.at, "%sand %zu more",
			 changes.at ? " " : "", changes.unsaid);
	return changes.count;
}
