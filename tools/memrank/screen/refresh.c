/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is read and when, and what becomes of it.  A beat reads again what
 * moved, and comes later where it would cost more than a hundredth of a CPU.
 */
#include "clock.h"
#include "screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What took 1 ms of CPU is repeated after 100 ms at the earliest. */
#define BEAT_PAUSE 100

/* ---- What is asked ----------------------------------------------------- */

/* The options for what is wanted, which may not be shown yet. */
static struct pagemap_snapshot_opts wanted_opts(const struct screen *screen)
{
	struct settings settings = screen->settings;
	struct pagemap_snapshot_opts opts;

	settings.by = screen->wanted_by;
	settings.columns = screen->columns[settings.by != BY_PROCESS];
	settings_to_opts(&settings, screen->source, &opts);
	/* What the groups of the tagged or entered are called. */
	if (screen->within)
		opts.identity |= screen->opts.identity;
	opts.top_count = 0;
	return opts;
}

/* Whether the snapshot that is there can answer what is wanted. */
static bool answers(const struct screen *screen,
		    const struct pagemap_snapshot_opts *opts)
{
	return screen->snapshot && opts->groups == screen->opts.groups &&
	       opts->detail == screen->opts.detail &&
	       !(opts->metrics & ~screen->opts.metrics) &&
	       !(opts->identity & ~screen->opts.identity);
}

static bool is_due(const struct screen *screen)
{
	return screen->again || (screen->live && !screen->paused &&
				 now_ns() >= screen->next_ns);
}

void screen_read(struct screen *screen)
{
	struct read_request request = {
		.kind = READ_ALL,
		.opts = wanted_opts(screen),
		.previous = screen->snapshot,
	};

	if (reader_is_busy(screen->reader))
		return;
	if (answers(screen, &request.opts)) {
		request.kind = READ_AGAIN;
		if (!is_due(screen) && !tags_request(screen, &request))
			return;
	}
	if (request.kind == READ_ALL)
		screen->opts = request.opts;
	if (request.kind == READ_ALL || request.kind == READ_AGAIN)
		screen->again = false;
	reader_ask(screen->reader, &request);
}

/* ---- What came --------------------------------------------------------- */

static void add_process(struct sums *sums, pid_t own_pid,
			const struct pagemap_process *process)
{
	static const enum pagemap_metric parts[] = {
		PAGEMAP_PSS_ANON, PAGEMAP_PSS_FILE, PAGEMAP_PSS_SHMEM,
	};
	uint64_t *const places[] = { &sums->anon, &sums->file, &sums->shmem };
	struct pagemap_value value;
	size_t i;

	sums->processes++;
	value = pagemap_process_value(process, PAGEMAP_PSS);
	if (value.quality == PAGEMAP_UNAVAILABLE) {
		sums->unreadable++;
		return;
	}
	sums->pss += value.value;
	if (pagemap_process_pid(process) == own_pid)
		sums->own_pss = value.value;
	sums->swap_pss += pagemap_process_value(process,
						PAGEMAP_SWAP_PSS).value;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		value = pagemap_process_value(process, parts[i]);
		*places[i] += value.value;
		if (value.quality != PAGEMAP_UNAVAILABLE)
			sums->has_parts = true;
	}
}

static void sum_up(struct screen *screen)
{
	const struct pagemap_snapshot *snapshot = screen->snapshot;
	size_t i, count = pagemap_snapshot_process_count(snapshot);
	pid_t own_pid = screen->live && !screen->vkernel ? getpid() : 0;

	screen->sums = (struct sums){ .processes = 0 };
	for (i = 0; i < count; i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_process_at(snapshot, i);
		enum pagemap_status status = pagemap_process_status(process);

		if (status != PAGEMAP_STATUS_VANISHED &&
		    status != PAGEMAP_STATUS_NO_MEMORY)
			add_process(&screen->sums, own_pid, process);
	}
}

/*
 * How long to the next beat, after one that took so much CPU.  A census may
 * come as late as its cost wants it; figures of the kernel are never kept
 * waiting longer than twice the interval.
 */
static uint64_t pause_ns(const struct screen *screen, uint64_t cpu_ns)
{
	uint64_t interval_ns = (uint64_t)(screen->interval_s * 1e9);
	uint64_t pause = BEAT_PAUSE * cpu_ns;

	if (pagemap_snapshot_engine(screen->snapshot) !=
	    PAGEMAP_ENGINE_CENSUS && pause > 2 * interval_ns)
		pause = 2 * interval_ns;
	return pause > interval_ns ? pause : interval_ns;
}

/* The beat is kept: what a reading takes is no part of the pause. */
static void set_next_beat(struct screen *screen, uint64_t cpu_ns)
{
	uint64_t pause = pause_ns(screen, cpu_ns);
	uint64_t now = now_ns();

	screen->beat_s = (double)pause / 1e9;
	screen->next_ns += pause;
	if (screen->next_ns < now || screen->next_ns > now + pause)
		screen->next_ns = now + pause;
}

static uint64_t cpu_now_ns(void)
{
	struct timespec cpu;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	return (uint64_t)cpu.tv_sec * 1000000000 + (uint64_t)cpu.tv_nsec;
}

static void note_cost(struct own_cost *own)
{
	size_t place = own->count++ % (sizeof(own->cpu_ns) /
				       sizeof(own->cpu_ns[0]));

	own->wall_ns[place] = now_ns();
	own->cpu_ns[place] = cpu_now_ns();
}

double screen_own_cpu(const struct screen *screen)
{
	const struct own_cost *own = &screen->own;
	size_t slots = sizeof(own->cpu_ns) / sizeof(own->cpu_ns[0]);
	size_t last, first;

	if (own->count < 2)
		return -1;
	last = (own->count - 1) % slots;
	first = own->count > slots ? own->count % slots : 0;
	return 100.0 * (double)(own->cpu_ns[last] - own->cpu_ns[first]) /
	       (double)(own->wall_ns[last] - own->wall_ns[first]);
}

static void fail(struct screen *screen, const struct reading *reading)
{
	screen_say(screen, STYLE_WARNING, "cannot read: %s", reading->why);
	screen->next_ns = now_ns() + (uint64_t)(screen->interval_s *
						       1e9);
	/* Nothing was ever shown: say it where it stays. */
	if (!screen->snapshot) {
		screen->ends = true;
		screen->status = -1;
		return;
	}
	/* What is shown stays as it is grouped. */
	screen->wanted_by = screen->settings.by;
	screen->paused = reading->err == -ESRCH;
}

/* In a script time goes by beats.  Without memory the graphs have a gap. */
static void remember_pss(struct screen *screen)
{
	uint64_t time_ns = screen->scripted ?
		screen->own.count * (uint64_t)(screen->interval_s * 1e9) :
		pagemap_snapshot_time_ns(screen->snapshot);

	history_add(screen->history, time_ns, screen->snapshot);
}

static void take_snapshot(struct screen *screen, const struct reading *reading)
{
	struct pagemap_snapshot *before = screen->snapshot;
	uint64_t begin_ns = cpu_now_ns();

	screen->snapshot = reading->snapshot;
	sum_up(screen);
	remember_pss(screen);
	note_cost(&screen->own);
	screen_rank(screen);
	pagemap_snapshot_free(before);
	set_next_beat(screen, reading->cpu_ns + cpu_now_ns() - begin_ns);
}

bool screen_take_reading(struct screen *screen)
{
	struct reading reading;

	if (!reader_take(screen->reader, &reading))
		return false;
	if (reading.kind == READ_SETS || reading.kind == READ_KILLED)
		tags_take(screen, &reading);
	else if (reading.err)
		fail(screen, &reading);
	else
		take_snapshot(screen, &reading);
	return true;
}

/* ---- Rows -------------------------------------------------------------- */

/* What the selected line stands for, to find it again. */
struct remembered {
	struct process_set process;
	char *name;
};

static void remember(const struct screen *screen, struct remembered *ret)
{
	const struct row *row = screen_row(screen);

	*ret = (struct remembered){ .name = NULL };
	if (!row || screen->at_top)
		return;
	if (row->process)
		process_set_add(&ret->process, row, 0);
	else if (row->name)
		ret->name = strdup(row->name);
}

static void find_again(struct screen *screen, struct remembered *remembered)
{
	size_t i;

	for (i = 0; i < screen->shown_count; i++) {
		const struct row *row =
			&screen->ranking.rows[screen->shown[i].row];

		if (process_set_find(&remembered->process, row) ||
		    (remembered->name && !row->process && row->name &&
		     !strcmp(row->name, remembered->name))) {
			screen->selected = i;
			break;
		}
	}
	process_set_clear(&remembered->process);
	free(remembered->name);
	screen_scroll(screen);
}

/* Columns, grouping and order as they are wanted, where that was read. */
static bool adopt_wanted(struct screen *screen)
{
	struct pagemap_snapshot_opts opts = wanted_opts(screen);
	bool grouped = screen->wanted_by != BY_PROCESS;

	if (!screen->snapshot)
		return false;
	if (screen->wanted_by != screen->settings.by && !answers(screen, &opts))
		return false;
	screen->settings.by = screen->wanted_by;
	screen->settings.columns = screen->columns[grouped];
	return true;
}

void screen_rank(struct screen *screen)
{
	struct remembered remembered;
	struct ranking ranking;
	int err;

	if (!adopt_wanted(screen))
		return;
	remember(screen, &remembered);
	err = ranking_make(&screen->settings, screen->source, screen->snapshot,
			   &screen->names, &ranking);
	if (!err) {
		if (screen->ranked)
			ranking_free(&screen->ranking);
		screen->ranking = ranking;
		screen->ranked = true;
		/* Its totals would point into the local one; none are used. */
		mark_follow(screen);
		tags_follow(screen);
		err = list_make(screen);
	}
	if (err)
		screen_say(screen, STYLE_WARNING, "%s", strerror(-err));
	find_again(screen, &remembered);
}
