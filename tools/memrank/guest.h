/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is shown of a vkernel's guest beside its processes: where guest RAM is,
 * what the vkernel takes of its host, and what one more guest process costs.
 */
#ifndef MEMRANK_GUEST_H
#define MEMRANK_GUEST_H

#include "memrank.h"

/* All of a guest, added up. */
struct guest_sum {
	const struct pagemap_guest *guest;
	struct pagemap_guest_balance balance;
	struct pagemap_guest_cost cost;
	struct pagemap_value cost_all;	/* parts together; an estimate between
					   the sums of the least and the most */
	struct pagemap_value host_all;	/* that the vkernel takes of the host */
	size_t processes;
	size_t childless;		/* that no process of the host is known
					   to run */
	uint64_t compared_pages;	/* with what the guest says of itself */
	uint64_t differ_pages;
	size_t differ_processes;	/* in so many */
	uint64_t outside_pages;
	size_t outside_processes;
	size_t named;			/* processes that it gave a pid */
	size_t strays;			/* that it tells of and nobody found */
};

/* The frames of a use in one state, and in all; bytes. */
struct pagemap_value guest_value(const struct pagemap_guest_balance *balance,
				 enum pagemap_guest_use use,
				 enum pagemap_guest_state state);
uint64_t guest_use_bytes(const struct pagemap_guest_balance *balance,
			 enum pagemap_guest_use use);

/* The frames of all uses in one state. */
struct pagemap_value guest_state_value(
	const struct pagemap_guest_balance *balance,
	enum pagemap_guest_state state);

/* Of a snapshot of a vkernel. */
void guest_sum_up(const struct pagemap_snapshot *snapshot,
		  struct guest_sum *ret_sum);

/* Says what does not agree, a line each, if the snapshot is of a vkernel. */
void guest_report(const struct pagemap_snapshot *snapshot);

/* ---- guest_print.c, guest_json.c --------------------------------------- */

/* The balance below the table, for people.  0 or -ENOMEM. */
int guest_print(const struct settings *settings,
		const struct pagemap_snapshot *snapshot, FILE *out);

/* The object "guest" of memrank/1; inside: the guest was asked too. */
struct json *guest_json(const struct pagemap_snapshot *snapshot, bool inside);

#endif
