/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kinds of selectors, in one table, and which rows a selector selects.
 * Its text was taken apart in selector.c; trees of processes are in descent.c.
 */
#include <string.h>

#include "cells.h"
#include "descent.h"
#include "selector_terms.h"

/* What the kernel keeps of a name. */
#define COMM_MAX 15

/* ---- What a kind compares ---------------------------------------------- */

static const char *whole(const char *text, size_t *ret_length)
{
	*ret_length = text ? strlen(text) : 0;
	return text;
}

static const char *user_of(const struct row *row, size_t *ret_length)
{
	return whole(row->user, ret_length);
}

static const char *comm_of(const struct row *row, size_t *ret_length)
{
	return whole(row->comm, ret_length);
}

static const char *exe_of(const struct row *row, size_t *ret_length)
{
	return whole(pagemap_process_exe(row->process), ret_length);
}

static const char *cgroup_of(const struct row *row, size_t *ret_length)
{
	return whole(pagemap_process_cgroup(row->process), ret_length);
}

/* A cgroup that is known and has no unit is known to be of none. */
static const char *unit_of(const struct row *row, size_t *ret_length)
{
	const char *unit, *cgroup = pagemap_process_cgroup(row->process);

	*ret_length = 0;
	if (!cgroup)
		return NULL;
	unit = cgroup_unit(cgroup, ret_length);
	return unit ? unit : "";
}

static bool is_text(const struct term *term, const char *text, size_t length)
{
	return strlen(term->text) == length &&
	       !memcmp(term->text, text, length);
}

/* The kernel keeps the first 15 bytes of a name, so these decide. */
static bool is_comm(const struct term *term, const char *text, size_t length)
{
	return strnlen(term->text, COMM_MAX) == length &&
	       !memcmp(term->text, text, length);
}

/* The whole path or its last part; of a replaced file the kernel says so. */
static bool is_exe(const struct term *term, const char *text, size_t length)
{
	static const char deleted[] = " (deleted)";
	const size_t mark = sizeof(deleted) - 1;
	size_t i;

	if (length > mark && !memcmp(text + length - mark, deleted, mark) &&
	    !is_text(term, text, length))
		length -= mark;
	for (i = length; !strchr(term->text, '/') && i > 0; i--)
		if (text[i - 1] == '/')
			return is_text(term, text + i, length - i);
	return is_text(term, text, length);
}

/* The cgroup itself and all below it. */
static bool is_cgroup(const struct term *term, const char *text, size_t length)
{
	size_t above = strlen(term->text);

	if (above == 1 && term->text[0] == '/')
		return true;
	return length >= above && !memcmp(term->text, text, above) &&
	       (length == above || text[above] == '/');
}

const struct kind selector_kinds[KIND_COUNT] = {
	[KIND_PID] = { "pid", VALUE_PID, 0, 0, NULL, NULL },
	[KIND_TREE] = { "tree", VALUE_PID, PAGEMAP_ID_STAT, 0, NULL, NULL },
	[KIND_USER] = { "user", VALUE_USER, 0, NAME_USER | NAME_UID, user_of,
			is_text },
	[KIND_CGROUP] = { "cgroup", VALUE_PATH, PAGEMAP_ID_CGROUP, 0, cgroup_of,
			  is_cgroup },
	[KIND_UNIT] = { "unit", VALUE_TEXT, PAGEMAP_ID_CGROUP, 0, unit_of,
			is_text },
	[KIND_EXE] = { "exe", VALUE_PATH, PAGEMAP_ID_EXE, 0, exe_of, is_exe },
	[KIND_COMM] = { "comm", VALUE_TEXT, 0, NAME_COMM, comm_of, is_comm },
};

const char *selector_kind_at(size_t index)
{
	return index < KIND_COUNT ? selector_kinds[index].name : NULL;
}

/* ---- What it needs, and what it selects -------------------------------- */

uint32_t selector_identity(const struct selector *selector)
{
	uint32_t identity = 0;
	size_t i;

	for (i = 0; i < selector->count; i++)
		identity |= selector->terms[i].kind->identity;
	return identity;
}

uint32_t selector_names(const struct selector *selector)
{
	uint32_t names = 0;
	size_t i;

	for (i = 0; i < selector->count; i++)
		names |= selector->terms[i].kind->names;
	return names;
}

static bool is_of(const struct term *term, int kind)
{
	return term->kind == &selector_kinds[kind];
}

/* A text that is a part of another, as a unit of a cgroup, has no NUL. */
static bool pattern_matches(const struct term *term, const char *text,
			    size_t length)
{
	regmatch_t range = { .rm_so = 0, .rm_eo = (regoff_t)length };

	return !regexec(&term->pattern, text, 1, &range, REG_STARTEND);
}

static bool matches(const struct term *term, const struct row *row)
{
	size_t length;
	const char *text = term->kind->text_of(row, &length);

	if (term->kind->value == VALUE_USER && term->number >= 0 &&
	    row->uid == term->number)
		return true;
	if (!text)
		return false;
	return term->text ? term->kind->equals(term, text, length)
			  : pattern_matches(term, text, length);
}

static void match_pid(const struct term *term,
		      const struct pagemap_snapshot *snapshot,
		      const struct row *rows, size_t count, bool *member)
{
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(snapshot, (pid_t)term->number);
	size_t i;

	for (i = 0; process && i < count; i++)
		member[i] |= rows[i].process == process;
}

static void match_text(const struct term *term, const struct row *rows,
		       size_t count, bool *member)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (rows[i].process && !member[i])
			member[i] = matches(term, &rows[i]);
}

int selector_match(const struct selector *selector,
		   const struct pagemap_snapshot *snapshot,
		   const struct row *rows, size_t count, bool *ret_member)
{
	size_t i;
	int err = 0;

	memset(ret_member, 0, count * sizeof(*ret_member));
	for (i = 0; i < selector->count && !err; i++) {
		const struct term *term = &selector->terms[i];

		if (is_of(term, KIND_PID))
			match_pid(term, snapshot, rows, count, ret_member);
		else if (is_of(term, KIND_TREE))
			err = descent_match(snapshot, (pid_t)term->number,
					    rows, count, ret_member);
		else
			match_text(term, rows, count, ret_member);
	}
	return err;
}

static bool is_unsure(const struct selector *selector, const struct row *row)
{
	size_t i, length;

	for (i = 0; i < selector->count; i++) {
		const struct term *term = &selector->terms[i];

		if (term->kind->text_of && !term->kind->text_of(row, &length))
			return true;
		if (is_of(term, KIND_TREE) &&
		    pagemap_process_ppid(row->process) < 0)
			return true;
	}
	return false;
}

size_t selector_unsure(const struct selector *selector, const struct row *rows,
		       size_t count, const bool *member)
{
	size_t i, unsure = 0;

	for (i = 0; i < count; i++)
		unsure += rows[i].process && !member[i] &&
			  is_unsure(selector, &rows[i]);
	return unsure;
}

static bool names_pid(const struct selector *selector, pid_t pid)
{
	size_t i;

	for (i = 0; i < selector->count; i++)
		if (is_of(&selector->terms[i], KIND_PID) &&
		    selector->terms[i].number == pid)
			return true;
	return false;
}

/* A tree, a user, a cgroup has all that share the mm, or else none. */
static bool is_selected_otherwise(const struct selector *selector,
				  const struct pagemap_snapshot *snapshot,
				  const struct row *row)
{
	bool member = false;
	size_t i;

	for (i = 0; i < selector->count && !member; i++) {
		const struct term *term = &selector->terms[i];

		if (is_of(term, KIND_TREE))
			descent_match(snapshot, (pid_t)term->number, row, 1,
				      &member);
		else if (!is_of(term, KIND_PID))
			member = matches(term, row);
	}
	return member;
}

bool selector_takes_whole(const struct selector *selector,
			  const struct pagemap_snapshot *snapshot,
			  const struct row *row)
{
	size_t i, count;
	const pid_t *pids = pagemap_process_mm_pids(row->process, &count);
	bool all = true;

	for (i = 0; i < count && all; i++)
		all = names_pid(selector, pids[i]);
	return all || is_selected_otherwise(selector, snapshot, row);
}
