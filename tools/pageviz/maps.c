/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words become maps, see maps.h.  That a process is not there any more is found
 * when it is read.
 */
#include "maps.h"

#include <stdlib.h>

#include "message.h"
#include "pids.h"
#include "source.h"

/* 0: it is known of none. */
static pid_t largest_by(const struct pagemap_snapshot *snapshot,
			enum pagemap_metric metric)
{
	size_t i, count = pagemap_snapshot_process_count(snapshot);
	uint64_t most = 0;
	pid_t pid = 0;

	for (i = 0; i < count; i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_process_at(snapshot, i);
		struct pagemap_value value =
			pagemap_process_value(process, metric);

		if (value.quality == PAGEMAP_UNAVAILABLE ||
		    (pid && value.value <= most))
			continue;
		most = value.value;
		pid = pagemap_process_pid(process);
	}
	return pid;
}

/* pids NULL: of all processes. */
static int find_largest(struct pagemap_source *source, const pid_t *pids,
			size_t count, pid_t *ret_pid)
{
	const struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.metrics = PAGEMAP_METRIC_BIT(PAGEMAP_PSS) |
			   PAGEMAP_METRIC_BIT(PAGEMAP_RSS),
		.pids = pids,
		.pid_count = count,
		.top_count = 1,
	};
	struct pagemap_snapshot *snapshot;
	int err = pagemap_snapshot_take(source, &opts, &snapshot);

	if (err)
		return snapshot_failed(source, err, pids, count);
	*ret_pid = largest_by(snapshot, PAGEMAP_PSS);
	/* Better than none, where the PSS of nobody may be read. */
	if (!*ret_pid)
		*ret_pid = largest_by(snapshot, PAGEMAP_RSS);
	pagemap_snapshot_free(snapshot);
	if (*ret_pid)
		return 0;
	message("no process could be read: give a pid");
	return EXIT_NOTHING;
}

static int map_of_word(struct pagemap_source *source, const char *word,
		       pid_t *ret_pid)
{
	pid_t *pids = NULL;
	size_t count = 0;
	int status = pids_add_word(source, word, &pids, &count);

	if (!status && !count)
		status = EXIT_NOTHING;
	if (!status && count == 1)
		*ret_pid = pids[0];
	else if (!status)
		status = find_largest(source, pids, count, ret_pid);
	if (!status && count > 1)
		message("%zu processes are called '%s': this is the largest, "
			"%d", count, word, (int)*ret_pid);
	free(pids);
	return status;
}

static void add(struct map_id maps[PANES_MOST], size_t *count,
		enum map_kind kind, pid_t pid)
{
	maps[(*count)++] = (struct map_id){ .kind = kind, .pid = pid };
}

int maps_choose(const struct settings *settings, struct pagemap_source *source,
		struct map_id maps[PANES_MOST], size_t *ret_count)
{
	size_t count = 0;
	int i, status = 0;
	pid_t pid = 0;

	for (i = 0; i < settings->word_count && !status; i++) {
		status = map_of_word(source, settings->words[i], &pid);
		if (!status)
			add(maps, &count, MAP_PROCESS, pid);
	}
	if (!status && settings_machine(settings) == MACHINE_GUEST)
		add(maps, &count, MAP_GUEST, 0);
	else if (!status && settings->physical)
		add(maps, &count, MAP_RAM, 0);
	if (!status && !count) {
		status = find_largest(source, NULL, 0, &pid);
		if (!status)
			add(maps, &count, MAP_PROCESS, pid);
	}
	*ret_count = count;
	return status;
}
