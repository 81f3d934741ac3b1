// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watch WAY PID [CHILD]: looks at a vkernel ten times a second by the public
 * API while things happen to it, and says in TAP what must hold all the same.
 * A process of the guest is known by the frame of its root.  At rest all are
 * seen once, first; which of them then stay as they are is told by WAY:
 *
 *   churn   processes come and go, all by one: no other's figures change
 *   stop    main is stopped and goes on: nothing changes
 *   orphan  CHILD, of the host, is killed: its process is there without it
 *   kill    main is killed while it is looked at: an error, and a sentence
 *   refuse  PID only looks like a vkernel
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <libpagemap/pagemap.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common_tally.h"

#define LONGEST_S 10.0

/* What must stay as it is. */
struct seen {
	uint64_t root_pfn;
	uint64_t pages, rss, pss, uss;
	pid_t child;
	bool changed;			/* and was exact all the same */
};

static struct pagemap_source *host, *source;
static struct seen *at_rest;
static size_t rest_count;

static struct tally
	looks = { .name = "snapshots that end, and soon" },
	laws = { .name = "RSS >= PSS >= USS of each process" },
	sums = { .name = "PSS of all adds up to the frames that are mapped" },
	stay = { .name = "exact figures of processes that nothing happens to" };

/* ---- Looking ---------------------------------------------------------------- */

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct pagemap_snapshot *look(int *ret_err)
{
	const struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.detail = PAGEMAP_DETAIL_PAGES,
		.frames = PAGEMAP_FRAMES_ALL,
	};
	struct pagemap_snapshot *snapshot = NULL;
	double begin = now_s();

	*ret_err = pagemap_snapshot_take(source, &opts, &snapshot);
	tally_add(&looks, now_s() - begin < LONGEST_S, "%.1f s",
		  now_s() - begin);
	return snapshot;
}

static struct pagemap_snapshot *look_or_end(void)
{
	int err;
	struct pagemap_snapshot *snapshot = look(&err);

	if (!snapshot)
		errx(2, "no snapshot: %s: %s", strerror(-err),
		     pagemap_source_last_error(source));
	return snapshot;
}

static struct seen see(const struct pagemap_process *process, bool *ret_exact)
{
	struct pagemap_guest_process facts;
	struct pagemap_usage usage;

	if (pagemap_guest_process(process, &facts) ||
	    pagemap_usage_of_process(process, &usage))
		errx(2, "process %d is of no vkernel",
		     pagemap_process_pid(process));
	*ret_exact = pagemap_usage_quality(&usage,
		PAGEMAP_METRIC_BIT(PAGEMAP_RSS) |
		PAGEMAP_METRIC_BIT(PAGEMAP_PSS) |
		PAGEMAP_METRIC_BIT(PAGEMAP_USS)) == PAGEMAP_EXACT;
	return (struct seen){
		facts.root_pfn, facts.page_count,
		pagemap_usage_value(&usage, PAGEMAP_RSS).value,
		pagemap_usage_value(&usage, PAGEMAP_PSS).value,
		pagemap_usage_value(&usage, PAGEMAP_USS).value,
		facts.child_pid, false,
	};
}

static void see_at_rest(void)
{
	struct pagemap_snapshot *snapshot = look_or_end();
	bool exact;

	rest_count = pagemap_snapshot_process_count(snapshot);
	at_rest = calloc(rest_count, sizeof(*at_rest));
	if (!at_rest || !rest_count)
		errx(2, "a guest without processes");
	for (size_t i = 0; i < rest_count; i++) {
		at_rest[i] = see(pagemap_snapshot_process_at(snapshot, i),
				 &exact);
		tally_add(&stay, exact, "not exact at rest: root %#" PRIx64,
			  at_rest[i].root_pfn);
	}
	pagemap_snapshot_free(snapshot);
}

/* ---- What must hold ------------------------------------------------------------ */

/* Bytes that do not divide go to one of those who share, now this, now that. */
static bool is_same(const struct seen *a, const struct seen *b)
{
	return a->pages == b->pages && a->rss == b->rss && a->uss == b->uss &&
	       a->pss <= b->pss + 2 && b->pss <= a->pss + 2;
}

static void print_change(const struct seen *was, const struct seen *is)
{
	printf("# child %d, then %d: %" PRIu64 " pages, RSS %" PRIu64 ", PSS %"
	       PRIu64 ", USS %" PRIu64 "; then %" PRIu64 ", %" PRIu64 ", %"
	       PRIu64 ", %" PRIu64 "\n", was->child, is->child, was->pages,
	       was->rss, was->pss, was->uss, is->pages, is->rss, is->pss,
	       is->uss);
}

/* Notes which of those that were there at rest is another now. */
static void compare(const struct seen *seen, bool exact)
{
	tally_add(&laws, seen->rss >= seen->pss && seen->pss >= seen->uss,
		  "root %#" PRIx64 ": %" PRIu64 ", %" PRIu64 ", %" PRIu64,
		  seen->root_pfn, seen->rss, seen->pss, seen->uss);
	for (size_t i = 0; exact && i < rest_count; i++)
		if (at_rest[i].root_pfn == seen->root_pfn &&
		    !is_same(&at_rest[i], seen) && !at_rest[i].changed) {
			at_rest[i].changed = true;
			print_change(&at_rest[i], seen);
		}
}

/* Rounding each to bytes loses less than one of each. */
static void check_sum(const struct pagemap_snapshot *snapshot, uint64_t sum,
		      size_t count, bool exact)
{
	struct pagemap_usage all;
	uint64_t whole;

	if (pagemap_usage_of_snapshot(snapshot, &all))
		errx(2, "no usage of all");
	whole = pagemap_usage_value(&all, PAGEMAP_USS).value;
	tally_add(&sums, !exact || (sum <= whole + count &&
		  sum + count >= whole), "%" PRIu64 ", and all have %" PRIu64,
		  sum, whole);
}

/* Gives how many processes there are, and how many of them are not exact. */
static size_t check(const struct pagemap_snapshot *snapshot,
		    size_t *ret_inexact)
{
	size_t count = pagemap_snapshot_process_count(snapshot);
	uint64_t sum = 0;

	*ret_inexact = 0;
	for (size_t i = 0; i < count; i++) {
		bool exact;
		struct seen seen = see(pagemap_snapshot_process_at(snapshot, i),
				       &exact);

		compare(&seen, exact);
		sum += seen.pss;
		*ret_inexact += !exact;
	}
	check_sum(snapshot, sum, count, !*ret_inexact);
	return count;
}

static void look_often(int times)
{
	size_t least = SIZE_MAX, most = 0, inexact = 0, total = 0;

	for (int i = 0; i < times; i++) {
		struct pagemap_snapshot *snapshot = look_or_end();
		size_t not_exact, count = check(snapshot, &not_exact);

		least = count < least ? count : least;
		most = count > most ? count : most;
		total += count;
		inexact += not_exact;
		pagemap_snapshot_free(snapshot);
		usleep(100000);
	}
	printf("# %d snapshots of %zu to %zu processes; %zu of %zu not exact\n",
	       times, least, most, inexact, total);
}

static void check_changed(size_t allowed)
{
	size_t changed = 0;

	for (size_t i = 0; i < rest_count; i++)
		changed += at_rest[i].changed;
	tally_add(&stay, changed <= allowed, "%zu of %zu changed", changed,
		  rest_count);
}

/* ---- What happens to it ---------------------------------------------------------- */

/* Begins at rest; the script wakes the churn when it is told so. */
static void way_churn(pid_t pid, pid_t child)
{
	char line[16];

	(void)pid;
	(void)child;
	see_at_rest();
	printf("at rest\n");
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		errx(2, "nobody says that it churns");
	look_often(20);
	check_changed(1);
}

static void way_stop(pid_t pid, pid_t child)
{
	(void)child;
	see_at_rest();
	kill(pid, SIGSTOP);
	look_often(10);
	kill(pid, SIGCONT);
	check_changed(0);
	look_often(10);
	check_changed(0);
}

static void way_orphan(pid_t pid, pid_t child)
{
	static struct tally orphan = { .name = "a process whose child is gone" };
	struct pagemap_snapshot *snapshot;
	size_t count;

	(void)pid;
	see_at_rest();
	kill(child, SIGKILL);
	usleep(200000);
	snapshot = look_or_end();
	count = pagemap_snapshot_process_count(snapshot);
	tally_add(&orphan, count == rest_count, "%zu processes, there were %zu",
		  count, rest_count);
	for (size_t i = 0; i < count; i++) {
		bool exact, was = false;
		struct seen seen = see(pagemap_snapshot_process_at(snapshot, i),
				       &exact);

		for (size_t n = 0; n < rest_count; n++)
			was |= at_rest[n].root_pfn == seen.root_pfn &&
			       is_same(&at_rest[n], &seen) &&
			       seen.child == (at_rest[n].child == child ? 0 :
					      at_rest[n].child);
		tally_add(&orphan, was, "root %#" PRIx64 " with child %d",
			  seen.root_pfn, seen.child);
	}
	pagemap_snapshot_free(snapshot);
	tally_report(&orphan);
}

static void *kill_soon(void *context)
{
	usleep(350000);
	kill(*(pid_t *)context, SIGKILL);
	return NULL;
}

/* Snapshots follow each other without a pause: it dies within one. */
static void way_kill(pid_t pid, pid_t child)
{
	static struct tally dead = { .name = "a dead vkernel is an error, and told" };
	struct pagemap_source *again = NULL;
	double begin = now_s();
	pthread_t killer;
	int err = 0;

	(void)child;
	see_at_rest();
	if (pthread_create(&killer, NULL, kill_soon, &pid))
		errx(2, "no thread");
	while (!err && now_s() - begin < LONGEST_S) {
		size_t inexact;
		struct pagemap_snapshot *snapshot = look(&err);

		if (snapshot)
			check(snapshot, &inexact);
		pagemap_snapshot_free(snapshot);
	}
	pthread_join(killer, NULL);
	check_changed(0);
	printf("# the first error: %s: %s\n", strerror(-err),
	       pagemap_source_last_error(source));
	tally_add(&dead, err == -ESRCH && *pagemap_source_last_error(source),
		  "%s, after %.1f s", strerror(-err), now_s() - begin);
	pagemap_snapshot_free(look(&err));
	tally_add(&dead, err == -ESRCH, "the next: %s", strerror(-err));
	err = pagemap_source_open_vkernel(host, pid, NULL, &again);
	printf("# opened once more: %s: %s\n", strerror(-err),
	       pagemap_source_last_error(host));
	tally_add(&dead, err == -ESRCH, "opened: %s", strerror(-err));
	tally_report(&dead);
}

static const struct {
	const char *name;
	void (*run)(pid_t pid, pid_t child);
} ways[] = {
	{ "churn", way_churn },
	{ "stop", way_stop },
	{ "orphan", way_orphan },
	{ "kill", way_kill },
};

/* A file and a traced child make no guest: whoever is let in has no process. */
static int refuse(pid_t pid)
{
	int err = pagemap_source_open_vkernel(host, pid, NULL, &source);
	struct pagemap_snapshot *snapshot = NULL;
	size_t count = 0;

	if (err) {
		printf("%sok - refused: %s\n", err == -ENOTSUP &&
		       *pagemap_source_last_error(host) ? "" : "not ",
		       pagemap_source_last_error(host));
		return err != -ENOTSUP;
	}
	snapshot = look(&err);
	if (snapshot)
		count = pagemap_snapshot_process_count(snapshot);
	printf("%sok - let in, and no process is made up\n",
	       count ? "not " : "");
	pagemap_snapshot_free(snapshot);
	return count != 0;
}

static void run(const char *way, pid_t pid, pid_t child)
{
	int err = pagemap_source_open_vkernel(host, pid, NULL, &source);

	if (err)
		errx(2, "no vkernel: %s: %s", strerror(-err),
		     pagemap_source_last_error(host));
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(way, ways[i].name))
			ways[i].run(pid, child);
	tally_report(&looks);
	/* One of them may die before it was looked at once more. */
	laws.may_be_none = sums.may_be_none = !strcmp(way, "orphan") ||
					      !strcmp(way, "kill");
	tally_report(&laws);
	tally_report(&sums);
	tally_report(&stay);
}

int main(int argc, char *argv[])
{
	int status = 0;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "watch WAY PID [CHILD]\n");
		return 2;
	}
	pid = atoi(argv[2]);
	if (pagemap_source_open_live(&host))
		errx(2, "no live source");
	if (!strcmp(argv[1], "refuse"))
		status = refuse(pid);
	else
		run(argv[1], pid, argc > 3 ? atoi(argv[3]) : 0);
	free(at_rest);
	pagemap_source_close(source);
	pagemap_source_close(host);
	return status;
}
