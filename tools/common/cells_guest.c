/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cells of a vkernel's guest: what its host knows of a guest process.  Rows of
 * several processes have what the library says of them together; a row of a
 * part of a process has no figures, and one of any other source nothing.
 */
#include "cells.h"

#include <errno.h>
#include <stdlib.h>

static const struct pagemap_value unknown = {
	.quality = PAGEMAP_UNAVAILABLE,
	.reason = PAGEMAP_REASON_NOT_ASKED,
};

static struct pagemap_value exact(uint64_t bytes)
{
	return (struct pagemap_value){
		bytes, bytes, bytes, PAGEMAP_EXACT, PAGEMAP_REASON_NONE,
	};
}

static struct pagemap_value add(struct pagemap_value a, struct pagemap_value b)
{
	const struct pagemap_value *worse = a.quality >= b.quality ? &a : &b;

	if (worse->quality == PAGEMAP_UNAVAILABLE)
		return *worse;
	return (struct pagemap_value){
		a.value + b.value, a.low + b.low, a.high + b.high,
		worse->quality, worse->reason,
	};
}

/* NULL for a row that is not one whole process of a guest. */
static const struct pagemap_guest_process *guest_of(const struct row *row)
{
	return row->usage ? NULL : row->guest;
}

/* ---- Figures ----------------------------------------------------------- */

struct pagemap_value value_of_host_pss(const struct row *row)
{
	const struct pagemap_guest_process *guest = guest_of(row);

	if (row->sums)
		return row->sums->share.host_pss;
	return guest ? guest->host_pss : unknown;
}

struct pagemap_value value_of_host_uss(const struct row *row)
{
	const struct pagemap_guest_process *guest = guest_of(row);

	if (row->sums)
		return row->sums->share.host_uss;
	return guest ? guest->host_uss : unknown;
}

struct pagemap_value value_of_host_swap(const struct row *row)
{
	const struct pagemap_guest_process *guest = guest_of(row);

	if (row->sums)
		return row->sums->share.host_swapped;
	return guest ? guest->host_swapped : unknown;
}

struct pagemap_value value_of_guest_tables(const struct row *row)
{
	const struct pagemap_guest_process *guest = guest_of(row);

	if (row->sums)
		return row->sums->guest_tables;
	if (!row->page_bytes || !guest ||
	    guest->root_pfn == PAGEMAP_PFN_UNKNOWN)
		return unknown;
	return exact((guest->table_frames + guest->stub_frames) *
		     row->page_bytes);
}

struct pagemap_value value_of_host_tables(const struct row *row)
{
	const struct pagemap_guest_process *guest = guest_of(row);

	if (row->sums)
		return row->sums->host_tables;
	return guest ? guest->child_tables : unknown;
}

struct pagemap_value value_of_tables(const struct row *row)
{
	return add(value_of_guest_tables(row), value_of_host_tables(row));
}

int row_sums_make(const struct pagemap_snapshot *snapshot,
		  const struct row *rows, size_t count, const bool *which,
		  struct row_sums *ret_sums)
{
	const struct pagemap_process **members = calloc(count + 1,
							sizeof(*members));
	struct row_sums sums = { 0 };
	size_t i, kept = 0;
	int err;

	if (!members)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		/* One that was named and is not there has nothing. */
		if ((which && !which[i]) || !rows[i].guest)
			continue;
		members[kept++] = rows[i].process;
		sums.guest_tables = add(sums.guest_tables,
					value_of_guest_tables(&rows[i]));
		sums.host_tables = add(sums.host_tables,
				       value_of_host_tables(&rows[i]));
	}
	err = pagemap_guest_share(snapshot, members, kept, &sums.share);
	free(members);
	if (!err)
		*ret_sums = sums;
	return err;
}

/* ---- Texts and numbers ------------------------------------------------- */

/* Who it is is known also where a row is a part of its memory. */

const char *text_of_link(const struct row *row, char *scratch, size_t size)
{
	const struct pagemap_guest_process *guest = row->guest;

	(void)scratch, (void)size;
	return guest ? pagemap_guest_link_name(guest->link) : NULL;
}

bool number_of_guest_pid(const struct row *row, int64_t *ret_number)
{
	const struct pagemap_guest_process *guest = row->guest;

	if (!guest)
		return false;
	*ret_number = guest->guest_pid;
	return guest->guest_pid >= 0;
}

bool number_of_vmas(const struct row *row, int64_t *ret_number)
{
	const struct pagemap_guest_process *guest = guest_of(row);

	if (!guest)
		return false;
	*ret_number = (int64_t)guest->child_mappings;
	return guest->child_pid != 0;
}

/* Pages that a child maps with those that tables do. */
static bool is_compared(const struct pagemap_guest_process *guest)
{
	return guest->child_pid && guest->root_pfn != PAGEMAP_PFN_UNKNOWN;
}

bool number_of_child_pages(const struct row *row, int64_t *ret_number)
{
	const struct pagemap_guest_process *guest = guest_of(row);

	if (!guest)
		return false;
	*ret_number = (int64_t)guest->child_pages;
	return is_compared(guest);
}

bool number_of_child_other(const struct row *row, int64_t *ret_number)
{
	const struct pagemap_guest_process *guest = guest_of(row);

	if (!guest)
		return false;
	*ret_number = (int64_t)guest->child_other;
	return is_compared(guest);
}

bool number_of_root(const struct row *row, int64_t *ret_number)
{
	const struct pagemap_guest_process *guest = row->guest;

	if (!guest)
		return false;
	*ret_number = (int64_t)guest->root_pfn;
	return guest->root_pfn != PAGEMAP_PFN_UNKNOWN;
}

/* Without pages that were compared there is nothing to differ. */
bool number_of_differ(const struct row *row, int64_t *ret_number)
{
	const struct pagemap_guest_process *guest = guest_of(row);

	if (!guest)
		return false;
	*ret_number = (int64_t)guest->inside_differ;
	return guest->inside_pages != 0;
}

bool number_of_outside(const struct row *row, int64_t *ret_number)
{
	const struct pagemap_guest_process *guest = guest_of(row);

	if (!guest)
		return false;
	*ret_number = (int64_t)guest->inside_outside;
	return guest->guest_pid >= 0;
}
