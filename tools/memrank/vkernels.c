/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --vkernel all: the vkernels of a host beside each other.  Finds them, looks
 * into each, one after the other, and takes a census of the host.  What they
 * share is in vkernels_shared.c, how it is written in vkernels_print.c.
 */
#include "vkernels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "message.h"
#include "source.h"

/* Pairs that are shown where nothing says how many. */
#define PAIRS_DEFAULT 20

int vkernels_check(const struct settings *settings)
{
	if (settings->process_filter.set || settings->user_filter.set ||
	    settings->mapping_filter.set || settings->pid_count) {
		message("--vkernel all is of all vkernels: no -P, -U, -M and "
			"no process ids");
		return EXIT_USAGE;
	}
	if (settings->by != BY_PROCESS) {
		message("--vkernel all does not rank by anything else: no -m, "
			"-u, --by or --group");
		return EXIT_USAGE;
	}
	if (settings->columns.count || settings->sort || settings->reverse) {
		message("--vkernel all has its own columns and order: no -c, "
			"-s or -r");
		return EXIT_USAGE;
	}
	if (settings->usual.engine == PAGEMAP_ENGINE_KERNEL) {
		message("--vkernel all takes the census: it does not go with "
			"--engine kernel");
		return EXIT_USAGE;
	}
	return 0;
}

/* ---- Finding them ------------------------------------------------------ */

static int add_row(struct vkernels *vkernels,
		   const struct pagemap_vkernel *facts)
{
	struct vkernels_row *rows = reallocarray(vkernels->rows,
						 vkernels->count + 1,
						 sizeof(*rows));
	struct vkernels_row *row;
	int i;

	if (!rows)
		return -ENOMEM;
	vkernels->rows = rows;
	row = &rows[vkernels->count++];
	*row = (struct vkernels_row){ .facts = *facts };
	for (i = 0; i < VKERNELS_FIGURE_COUNT; i++)
		row->figures[i].quality = PAGEMAP_UNAVAILABLE;
	return 0;
}

static int find(struct vkernels *vkernels)
{
	struct pagemap_vkernel facts;
	pid_t pid = 0;
	int err;

	while ((err = pagemap_vkernel_next(vkernels->host, &pid, &facts)) == 1) {
		err = add_row(vkernels, &facts);
		if (err)
			break;
	}
	if (err)
		message("%s", strerror(-err));
	else if (!vkernels->count)
		message("no vkernel runs here, or none that this user may look "
			"at");
	return err || !vkernels->count ? EXIT_NOTHING : EXIT_DONE;
}

/* ---- Looking into one -------------------------------------------------- */

struct pagemap_value vkernels_bytes(const struct vkernels *vkernels,
				    const uint64_t *pages, uint32_t kinds)
{
	uint64_t low = 0, unknown = 0;
	int kind;

	for (kind = 0; kind < PAGEMAP_FRAME_KIND_COUNT; kind++) {
		uint64_t bytes = pages[kind] << vkernels->shift;

		if (kinds & (1u << kind))
			low += bytes;
		else if (kind == PAGEMAP_FRAME_UNKNOWN)
			unknown = bytes;
	}
	if (!unknown)
		return (struct pagemap_value){ low, low, low, PAGEMAP_EXACT,
					       PAGEMAP_REASON_NONE };
	return (struct pagemap_value){ low, low, low + unknown, PAGEMAP_BOUNDED,
				       PAGEMAP_REASON_NO_FEATURE };
}

static struct pagemap_value exact(uint64_t bytes)
{
	return (struct pagemap_value){ bytes, bytes, bytes, PAGEMAP_EXACT,
				       PAGEMAP_REASON_NONE };
}

/* Two parts: what is not known of one is not known of both. */
static struct pagemap_value sum(const struct pagemap_value *a,
				const struct pagemap_value *b)
{
	const struct pagemap_value *worse = a->quality >= b->quality ? a : b;

	return (struct pagemap_value){
		.value = a->value + b->value,
		.low = a->low + b->low,
		.high = a->high + b->high,
		.quality = worse->quality,
		.reason = worse->reason,
	};
}

/* Tables that changed while they were walked say what was, or what will be. */
static void mark_changing(struct vkernels_row *row)
{
	static const enum vkernels_figure moving[] = {
		VKERNELS_GUEST_PSS, VKERNELS_GUEST_TABLES, VKERNELS_GUEST_STUBS,
		VKERNELS_SLACK,
	};
	size_t i;

	if (!row->is_changing)
		return;
	for (i = 0; i < sizeof(moving) / sizeof(moving[0]); i++) {
		row->figures[moving[i]].quality = PAGEMAP_ESTIMATED;
		row->figures[moving[i]].reason = PAGEMAP_REASON_CHANGED;
	}
}

static void fill_in(struct vkernels_row *row,
		    const struct pagemap_guest_balance *balance)
{
	struct pagemap_value *figures = row->figures;

	figures[VKERNELS_RESIDENT] = guest_state_value(
		balance, PAGEMAP_GUEST_RESIDENT);
	figures[VKERNELS_SWAPPED] = guest_state_value(
		balance, PAGEMAP_GUEST_SWAPPED);
	figures[VKERNELS_UNTOUCHED] = guest_state_value(
		balance, PAGEMAP_GUEST_UNTOUCHED);
	figures[VKERNELS_GUEST_PSS] = exact(guest_use_bytes(
		balance, PAGEMAP_GUEST_MAPPED));
	figures[VKERNELS_GUEST_TABLES] = guest_value(
		balance, PAGEMAP_GUEST_TABLE, PAGEMAP_GUEST_RESIDENT);
	figures[VKERNELS_GUEST_STUBS] = guest_value(
		balance, PAGEMAP_GUEST_STUB, PAGEMAP_GUEST_RESIDENT);
	figures[VKERNELS_ZERO_PAGE] = guest_value(
		balance, PAGEMAP_GUEST_ZERO_PAGE, PAGEMAP_GUEST_RESIDENT);
	figures[VKERNELS_SLACK] = guest_value(
		balance, PAGEMAP_GUEST_OTHER, PAGEMAP_GUEST_RESIDENT);
	figures[VKERNELS_MAIN_OWN] = balance->main_own;
	figures[VKERNELS_CHILD_OWN] = balance->child_own;
	figures[VKERNELS_HOST_TABLES] = sum(&balance->main_tables,
					    &balance->child_tables);
	figures[VKERNELS_HOST_STACKS] = balance->stacks;
}

static bool is_changing(const struct pagemap_snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < pagemap_snapshot_process_count(snapshot); i++)
		if (pagemap_process_status(pagemap_snapshot_process_at(
			    snapshot, i)) != PAGEMAP_STATUS_COMPLETE)
			return true;
	return false;
}

static void add_cost(struct vkernels *vkernels,
		     const struct pagemap_snapshot *snapshot)
{
	uint64_t wall_ns, cpu_ns;

	pagemap_snapshot_cost(snapshot, &wall_ns, &cpu_ns);
	vkernels->wall_ns += wall_ns;
	vkernels->cpu_ns += cpu_ns;
	if (!vkernels->time_ns)
		vkernels->time_ns = pagemap_snapshot_time_ns(snapshot);
}

static int read_guest(struct vkernels *vkernels, struct pagemap_source *source,
		      struct vkernels_row *row)
{
	struct pagemap_snapshot_opts opts = { .size = sizeof(opts) };
	struct pagemap_guest_balance balance;
	struct pagemap_snapshot *snapshot;
	int err = pagemap_snapshot_take(source, &opts, &snapshot);

	if (err)
		return err;
	add_cost(vkernels, snapshot);
	pagemap_guest_balance(pagemap_snapshot_guest(snapshot), &balance);
	row->is_read = true;
	row->processes = pagemap_snapshot_process_count(snapshot);
	row->is_changing = is_changing(snapshot);
	fill_in(row, &balance);
	mark_changing(row);
	pagemap_snapshot_free(snapshot);
	return 0;
}

/* One that cannot be looked into is a row all the same. */
static int look_into(struct vkernels *vkernels, struct vkernels_row *row)
{
	struct pagemap_source *source;
	const char *detail;
	int err = pagemap_source_open_vkernel(vkernels->host, row->facts.pid,
					      NULL, &source);

	row->figures[VKERNELS_RAM] = exact(row->facts.ram_bytes);
	if (err) {
		detail = pagemap_source_last_error(vkernels->host);
		message("vkernel %d cannot be looked into: %s",
			(int)row->facts.pid, *detail ? detail : strerror(-err));
		return err == -ENOMEM ? err : 0;
	}
	err = read_guest(vkernels, source, row);
	if (err) {
		detail = pagemap_source_last_error(source);
		message("vkernel %d cannot be looked into: %s",
			(int)row->facts.pid, *detail ? detail : strerror(-err));
	}
	pagemap_source_close(source);
	return err == -ENOMEM ? err : 0;
}

/* ---- All of them ------------------------------------------------------- */

/* RAM of vkernels is of no two of them: it adds up. */
static void add_up(struct vkernels *vkernels)
{
	struct vkernels_row *total = &vkernels->total;
	size_t i;
	int figure;

	for (figure = 0; figure < VKERNELS_FIGURE_COUNT; figure++)
		total->figures[figure] = exact(0);
	total->is_read = true;
	for (i = 0; i < vkernels->count; i++) {
		const struct vkernels_row *row = &vkernels->rows[i];

		total->processes += row->processes;
		total->is_read &= row->is_read;
		for (figure = 0; figure < VKERNELS_FIGURE_COUNT; figure++)
			total->figures[figure] = sum(&total->figures[figure],
						     &row->figures[figure]);
	}
}

static const char *comm_of(const struct vkernels *vkernels, pid_t pid)
{
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(vkernels->survey.snapshot, pid);

	return process ? vkernels->survey.rows[
		pagemap_process_index(process)].comm : NULL;
}

/*
 * Without it (no frame numbers for this user) what only the host's census
 * tells is unknown, and why was said.
 */
static int take_survey(struct vkernels *vkernels)
{
	struct survey_needs needs = {
		.identity = PAGEMAP_ID_STAT,
		.names = NAME_COMM,
		.frames = PAGEMAP_FRAMES_KINDS,
	};
	int status = survey_take(vkernels->settings, vkernels->host,
				 "--vkernel all", &needs, &vkernels->survey);
	size_t i;

	if (status == EXIT_USAGE)
		return status;
	vkernels->has_survey = status == EXIT_DONE;
	for (i = 0; vkernels->has_survey && i < vkernels->count; i++)
		vkernels->rows[i].comm = comm_of(vkernels,
						 vkernels->rows[i].facts.pid);
	return EXIT_DONE;
}

/* People are shown the first ones; CSV has no place for any. */
static void cut_pairs(struct vkernels *vkernels)
{
	const struct settings *settings = vkernels->settings;
	size_t limit = settings->limit;

	if (settings->usual.csv)
		return;
	if (!limit && !settings->usual.json)
		limit = PAIRS_DEFAULT;
	vkernels->is_cut = limit && vkernels->pair_count > limit;
	if (vkernels->is_cut)
		vkernels->pair_count = limit;
}

static int read_all(struct vkernels *vkernels)
{
	int err = 0, status = take_survey(vkernels);
	size_t i;

	if (status)
		return status;
	for (i = 0; i < vkernels->count && !err; i++)
		err = look_into(vkernels, &vkernels->rows[i]);
	add_up(vkernels);
	if (!err && vkernels->has_survey)
		err = vkernels_share(vkernels);
	cut_pairs(vkernels);
	if (!err)
		err = vkernels_print(vkernels, stdout);
	if (err)
		message("%s", strerror(-err));
	return err ? EXIT_NOTHING : message_flush_output();
}

/* Whether anything was measured, and all of it exactly. */
static int status_of(const struct vkernels *vkernels)
{
	size_t i, read = 0, exact_rows = 0;
	int figure;

	for (i = 0; i < vkernels->count; i++) {
		const struct vkernels_row *row = &vkernels->rows[i];
		bool all = !row->is_changing;

		for (figure = 0; figure < VKERNELS_FIGURE_COUNT; figure++)
			all &= row->figures[figure].quality == PAGEMAP_EXACT;
		read += row->is_read;
		exact_rows += all;
	}
	if (!read && !vkernels->has_survey)
		return EXIT_NOTHING;
	return vkernels->settings->usual.strict &&
	       exact_rows < vkernels->count ? EXIT_NOT_EXACT : EXIT_DONE;
}

static void report(const struct vkernels *vkernels)
{
	size_t i, changing = 0;

	if (vkernels->has_survey)
		report_unreadable(vkernels->host, vkernels->survey.snapshot);
	for (i = 0; i < vkernels->count; i++)
		changing += vkernels->rows[i].is_changing;
	if (vkernels->is_cut)
		message("only the first %zu pairs are shown: -n shows more",
			vkernels->pair_count);
	if (changing)
		message("%zu vkernel%s changed while being read", changing,
			changing == 1 ? "" : "s");
}

int rank_vkernels(const struct settings *settings,
		  struct pagemap_source *source)
{
	struct vkernels vkernels = { .settings = settings, .host = source };
	uint32_t page_size = pagemap_source_page_size_bytes(source);
	int status = find(&vkernels);

	while (UINT32_C(1) << vkernels.shift < page_size)
		vkernels.shift++;
	if (!status)
		status = read_all(&vkernels);
	if (!status) {
		report(&vkernels);
		status = status_of(&vkernels);
	}
	if (vkernels.has_survey)
		survey_free(&vkernels.survey);
	free(vkernels.pairs);
	free(vkernels.rows);
	return status;
}
