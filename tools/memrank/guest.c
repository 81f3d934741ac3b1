/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A vkernel's guest added up, and what of it does not agree.
 */
#include "guest.h"

#include <inttypes.h>

#include "escape.h"
#include "message.h"

/* Processes of the guest that are named in one line. */
#define NAMED_MOST 5

static struct pagemap_value between(uint64_t low, uint64_t value, uint64_t high)
{
	return (struct pagemap_value){
		value, low, high, low == high ? PAGEMAP_EXACT : PAGEMAP_BOUNDED,
		low == high ? PAGEMAP_REASON_NONE : PAGEMAP_REASON_NO_FEATURE,
	};
}

/* What may be in swap counts as resident. */
struct pagemap_value guest_value(const struct pagemap_guest_balance *balance,
				 enum pagemap_guest_use use,
				 enum pagemap_guest_state state)
{
	uint64_t bytes = balance->counts[use][state] * balance->page_bytes;
	uint64_t maybe = balance->maybe_swapped[use] * balance->page_bytes;

	if (state == PAGEMAP_GUEST_RESIDENT)
		return between(bytes - maybe, bytes, bytes);
	if (state == PAGEMAP_GUEST_SWAPPED)
		return between(bytes, bytes, bytes + maybe);
	return between(bytes, bytes, bytes);
}

uint64_t guest_use_bytes(const struct pagemap_guest_balance *balance,
			 enum pagemap_guest_use use)
{
	uint64_t frames = 0;
	int state;

	for (state = 0; state < PAGEMAP_GUEST_STATE_COUNT; state++)
		frames += balance->counts[use][state];
	return frames * balance->page_bytes;
}

/* One that is not known leaves the sum unknown. */
static void add(struct pagemap_value *sum, const struct pagemap_value *value)
{
	if (sum->quality == PAGEMAP_UNAVAILABLE)
		return;
	if (value->quality == PAGEMAP_UNAVAILABLE) {
		*sum = *value;
		return;
	}
	sum->value += value->value;
	sum->low += value->low;
	sum->high += value->high;
	if (value->quality <= sum->quality)
		return;
	sum->quality = value->quality;
	sum->reason = value->reason;
}

struct pagemap_value guest_state_value(
	const struct pagemap_guest_balance *balance,
	enum pagemap_guest_state state)
{
	struct pagemap_value sum = between(0, 0, 0), value;
	int use;

	for (use = 0; use < PAGEMAP_GUEST_USE_COUNT; use++) {
		value = guest_value(balance, (enum pagemap_guest_use)use,
				    state);
		add(&sum, &value);
	}
	return sum;
}

static void add_host(struct guest_sum *sum)
{
	const struct pagemap_guest_balance *balance = &sum->balance;

	sum->host_all = guest_state_value(balance, PAGEMAP_GUEST_RESIDENT);
	add(&sum->host_all, &balance->main_own);
	add(&sum->host_all, &balance->child_own);
	add(&sum->host_all, &balance->main_tables);
	add(&sum->host_all, &balance->child_tables);
	add(&sum->host_all, &balance->stacks);
}

/* Medians do not add up to the median: all together is an estimate. */
static void add_cost(struct guest_sum *sum)
{
	const struct pagemap_guest_cost *cost = &sum->cost;

	sum->cost_all = between(0, 0, 0);
	add(&sum->cost_all, &cost->host_tables);
	add(&sum->cost_all, &cost->host_stack);
	add(&sum->cost_all, &cost->host_mappings);
	add(&sum->cost_all, &cost->guest_tables);
	add(&sum->cost_all, &cost->guest_stub);
	if (sum->cost_all.quality == PAGEMAP_UNAVAILABLE)
		return;
	sum->cost_all.quality = PAGEMAP_ESTIMATED;
	sum->cost_all.reason = PAGEMAP_REASON_SUMMED;
}

static void add_process(struct guest_sum *sum,
			const struct pagemap_process *process)
{
	struct pagemap_guest_process guest;

	if (pagemap_guest_process(process, &guest))
		return;
	sum->processes++;
	sum->childless += !guest.child_pid;
	sum->named += guest.guest_pid >= 0;
	sum->compared_pages += guest.inside_pages;
	sum->differ_pages += guest.inside_differ;
	sum->differ_processes += guest.inside_differ != 0;
	sum->outside_pages += guest.inside_outside;
	sum->outside_processes += guest.inside_outside != 0;
}

void guest_sum_up(const struct pagemap_snapshot *snapshot,
		  struct guest_sum *ret_sum)
{
	struct guest_sum sum = { .guest = pagemap_snapshot_guest(snapshot) };
	struct pagemap_guest_stray stray;
	size_t i;

	pagemap_guest_balance(sum.guest, &sum.balance);
	pagemap_guest_cost(sum.guest, &sum.cost);
	for (i = 0; i < pagemap_snapshot_process_count(snapshot); i++)
		add_process(&sum, pagemap_snapshot_process_at(snapshot, i));
	while (!pagemap_guest_stray_at(sum.guest, sum.strays, &stray))
		sum.strays++;
	add_host(&sum);
	add_cost(&sum);
	*ret_sum = sum;
}

/* ---- What does not agree ----------------------------------------------- */

static const char *plural(size_t count)
{
	return count == 1 ? "" : "es";
}

/* "5 sh, 7 sleep, ...": escaped. */
static void name_strays(const struct pagemap_guest *guest, char *text,
			size_t size)
{
	struct pagemap_guest_stray stray;
	size_t i, at = 0;

	for (i = 0; !pagemap_guest_stray_at(guest, i, &stray); i++) {
		if (size - at < 96)
			return;
		if (i == NAMED_MOST) {
			snprintf(text + at, size - at, ", ...");
			return;
		}
		at += (size_t)snprintf(text + at, size - at, "%s%d%s",
				       i ? ", " : "", (int)stray.guest_pid,
				       stray.comm ? " " : "");
		if (stray.comm)
			at += escape_text(stray.comm, text + at, 80);
	}
}

void guest_report(const struct pagemap_snapshot *snapshot)
{
	struct guest_sum sum;
	char names[640] = "";

	if (!pagemap_snapshot_guest(snapshot))
		return;
	guest_sum_up(snapshot, &sum);
	if (sum.childless)
		message("which process of the host runs it is not known of "
			"%zu guest process%s", sum.childless,
			plural(sum.childless));
	if (sum.differ_pages)
		message("--inside says something else of %" PRIu64 " of %" PRIu64
			" pages, in %zu process%s (column differ): the guest "
			"ran on between the two, or what it said is old",
			sum.differ_pages, sum.compared_pages,
			sum.differ_processes, plural(sum.differ_processes));
	if (sum.outside_pages)
		message("%" PRIu64 " pages of %zu process%s are in no mapping "
			"that --inside tells of (column outside)",
			sum.outside_pages, sum.outside_processes,
			plural(sum.outside_processes));
	if (!sum.strays)
		return;
	name_strays(sum.guest, names, sizeof(names));
	message("--inside tells of %zu process%s that fit%s none of those found: "
		"%s", sum.strays, plural(sum.strays), sum.strays == 1 ? "s" : "",
		names);
}
