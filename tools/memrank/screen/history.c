/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The samples of PSS, see history.h.  Times are kept once, as every process is
 * looked at with each snapshot; a process that began later has gaps before.
 */
#include "history.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct series {
	pid_t pid;
	uint64_t start_time_ns;		/* UINT64_MAX: not known */
	uint64_t seen;			/* number of the last snapshot with it */
	float kib[HISTORY_SAMPLES];
};

struct history {
	struct series **series;		/* by rising pid; the first: all */
	size_t count;
	uint64_t time_ns[HISTORY_SAMPLES];
	size_t used;			/* samples, the last one being filled */
	uint64_t step;			/* snapshots in one sample */
	uint64_t filled;		/* snapshots in the last one so far */
	uint64_t snapshots;
};

static struct series *series_new(pid_t pid, uint64_t start_time_ns)
{
	struct series *series = malloc(sizeof(*series));
	size_t i;

	if (!series)
		return NULL;
	series->pid = pid;
	series->start_time_ns = start_time_ns;
	for (i = 0; i < HISTORY_SAMPLES; i++)
		series->kib[i] = NAN;
	return series;
}

struct history *history_new(void)
{
	struct history *history = calloc(1, sizeof(*history));

	if (!history)
		return NULL;
	history->series = malloc(sizeof(struct series *));
	if (history->series)
		history->series[0] = series_new(HISTORY_TOTAL, UINT64_MAX);
	history->count = 1;
	history->step = 1;
	if (!history->series || !history->series[0]) {
		history_free(history);
		return NULL;
	}
	return history;
}

void history_free(struct history *history)
{
	size_t i;

	if (!history)
		return;
	for (i = 0; history->series && i < history->count; i++)
		free(history->series[i]);
	free(history->series);
	free(history);
}

/* The larger of two, where either is known. */
static float larger(float a, float b)
{
	if (isnan(a))
		return b;
	return isnan(b) || a >= b ? a : b;
}

/* Two samples become one. */
static void thin_out(struct history *history)
{
	size_t i, n;

	for (n = 0; n < HISTORY_SAMPLES / 2; n++)
		history->time_ns[n] = history->time_ns[2 * n + 1];
	for (i = 0; i < history->count; i++) {
		float *kib = history->series[i]->kib;

		for (n = 0; n < HISTORY_SAMPLES / 2; n++)
			kib[n] = larger(kib[2 * n], kib[2 * n + 1]);
		for (; n < HISTORY_SAMPLES; n++)
			kib[n] = NAN;
	}
	history->used = HISTORY_SAMPLES / 2;
	history->step *= 2;
}

/* Room for one snapshot more: in the last sample, or in a new one. */
static void begin_sample(struct history *history, uint64_t time_ns)
{
	if (!history->used || history->filled == history->step) {
		if (history->used == HISTORY_SAMPLES)
			thin_out(history);
		history->used++;
		history->filled = 0;
	}
	history->filled++;
	history->snapshots++;
	history->time_ns[history->used - 1] = time_ns;
}

static void put(struct history *history, struct series *series,
		const struct pagemap_value *value)
{
	float *sample = &series->kib[history->used - 1];

	series->seen = history->snapshots;
	if (value->quality == PAGEMAP_UNAVAILABLE ||
	    value->reason == PAGEMAP_REASON_OLD)
		return;
	*sample = larger(*sample, (float)value->value / 1024);
}

/* Another process may have got the pid since. */
static bool is_same(const struct series *series,
		    const struct history_sample *sample)
{
	return sample->start_time_ns == UINT64_MAX ||
	       series->start_time_ns == UINT64_MAX ||
	       sample->start_time_ns == series->start_time_ns;
}

/* The number of the snapshot before which those that ended are forgotten. */
static uint64_t oldest_kept(const struct history *history)
{
	uint64_t newest[HISTORY_ENDED] = { 0 };
	size_t i, n;

	for (i = 1; i < history->count; i++) {
		uint64_t seen = history->series[i]->seen;

		if (seen == history->snapshots || seen <= newest[0])
			continue;
		/* The list stays sorted, the least first. */
		for (n = 0; n + 1 < HISTORY_ENDED && newest[n + 1] < seen; n++)
			newest[n] = newest[n + 1];
		newest[n] = seen;
	}
	return newest[0];
}

static void forget(struct history *history)
{
	uint64_t oldest = oldest_kept(history);
	size_t i, ended = 0, kept = 1;

	for (i = 1; i < history->count; i++) {
		struct series *series = history->series[i];
		bool lives = series->seen == history->snapshots;

		if (!lives && (series->seen < oldest ||
			       ended == HISTORY_ENDED)) {
			free(series);
			continue;
		}
		ended += !lives;
		history->series[kept++] = series;
	}
	history->count = kept;
}

/* The series of a process out of the old list, or a new one. */
static struct series *take_over(struct history *history,
				const struct history_sample *sample,
				size_t *at, struct series **merged,
				size_t *count)
{
	struct series *series;

	while (*at < history->count && history->series[*at]->pid < sample->pid)
		merged[(*count)++] = history->series[(*at)++];
	if (*at < history->count && history->series[*at]->pid == sample->pid) {
		series = history->series[(*at)++];
		if (is_same(series, sample))
			return series;
		free(series);
	}
	return series_new(sample->pid, sample->start_time_ns);
}

static int add_all(struct history *history,
		   const struct history_sample *samples, size_t sample_count,
		   struct series **merged)
{
	size_t i, at = 1, count = 1;
	int err = 0;

	merged[0] = history->series[0];
	for (i = 0; i < sample_count; i++) {
		struct series *series = take_over(history, &samples[i], &at,
						  merged, &count);

		if (!series) {
			err = -ENOMEM;
			continue;
		}
		put(history, series, &samples[i].pss);
		merged[count++] = series;
	}
	while (at < history->count)
		merged[count++] = history->series[at++];
	free(history->series);
	history->series = merged;
	history->count = count;
	return err;
}

static void add_total(struct history *history,
		      const struct history_sample *samples, size_t count)
{
	struct pagemap_value total = { .quality = PAGEMAP_UNAVAILABLE };
	size_t i;

	/* Those read a while ago are in it: the sum is as old as its parts. */
	for (i = 0; i < count; i++) {
		if (samples[i].pss.quality == PAGEMAP_UNAVAILABLE)
			continue;
		total.value += samples[i].pss.value;
		total.quality = PAGEMAP_ESTIMATED;
	}
	put(history, history->series[0], &total);
}

int history_add_samples(struct history *history, uint64_t time_ns,
			const struct history_sample *samples, size_t count)
{
	struct series **merged = calloc(history->count + count,
					sizeof(struct series *));
	int err;

	if (!merged)
		return -ENOMEM;
	begin_sample(history, time_ns);
	err = add_all(history, samples, count, merged);
	add_total(history, samples, count);
	forget(history);
	return err;
}

int history_add(struct history *history, uint64_t time_ns,
		const struct pagemap_snapshot *snapshot)
{
	size_t i, count = pagemap_snapshot_process_count(snapshot);
	struct history_sample *samples = calloc(count + 1, sizeof(*samples));
	int err;

	if (!samples)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_process_at(snapshot, i);

		samples[i] = (struct history_sample){
			pagemap_process_pid(process),
			pagemap_process_start_time_ns(process),
			pagemap_process_value(process, PAGEMAP_PSS),
		};
	}
	err = history_add_samples(history, time_ns, samples, count);
	free(samples);
	return err;
}

static const struct series *find(const struct history *history, pid_t pid)
{
	size_t low = 0, high = history->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (history->series[middle]->pid == pid)
			return history->series[middle];
		if (history->series[middle]->pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool history_series(const struct history *history, pid_t pid,
		    struct history_series *ret_series)
{
	const struct series *series = find(history, pid);

	if (!series || !history->used)
		return false;
	*ret_series = (struct history_series){
		series->kib, history->used, history->time_ns, history->step,
	};
	return true;
}

size_t history_memory_bytes(const struct history *history)
{
	return sizeof(*history) +
	       history->count * (sizeof(struct series *) +
				 sizeof(struct series));
}
