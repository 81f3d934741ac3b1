/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measuring for memstats -w: begins a session, waits, looks, and ends it.
 * What was found is kept for each target; what it says is not known here.
 *
 * A signal that would end memstats ends the interval: what was measured is
 * kept, with the length that it had.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "ending.h"
#include "memstats.h"
#include "message.h"
#include "pidfd.h"
#include "working_set.h"

/* The shortest interval of a curve. */
#define SHORTEST_NS UINT64_C(50000000)

struct measuring {
	struct wset *set;
	struct pagemap_wss *session;
	unsigned long rounds;
	uint64_t begin_ns;		/* of the present interval */
	uint64_t first_ns;
	struct ending ending;
	struct pollfd *events;		/* ends of the targets */
	size_t living;
	bool interrupted;
};

/* ---- Waiting ----------------------------------------------------------- */

static int events_open(struct measuring *measuring)
{
	size_t i, count = measuring->set->target_count;
	struct pollfd *events = calloc(count + 1, sizeof(*events));

	ending_put_off(&measuring->ending);
	if (!events)
		return -ENOMEM;
	measuring->events = events;
	for (i = 0; i < count; i++) {
		events[i].fd = pidfd_of(measuring->set->targets[i].pid);
		events[i].events = POLLIN;
		measuring->living += events[i].fd >= 0;
	}
	/* None can be watched (before 5.3): looking will tell. */
	if (!measuring->living)
		measuring->living = count;
	return 0;
}

static void events_close(struct measuring *measuring)
{
	size_t i;

	for (i = 0; measuring->events && i < measuring->set->target_count; i++)
		if (measuring->events[i].fd >= 0)
			close(measuring->events[i].fd);
	free(measuring->events);
	ending_allow(&measuring->ending);
}

/* A process that ended is ready from now on: it is not asked again. */
static void note_ended(struct measuring *measuring)
{
	size_t i;

	for (i = 0; i < measuring->set->target_count; i++)
		if (measuring->events[i].revents) {
			close(measuring->events[i].fd);
			measuring->events[i].fd = -1;
			measuring->events[i].revents = 0;
			measuring->living--;
		}
}

/* Until then, or a signal, or the end of the last target. */
static void wait_until(struct measuring *measuring, uint64_t until_ns)
{
	uint64_t now;

	while (measuring->living && !measuring->interrupted &&
	       (now = now_ns()) < until_ns) {
		measuring->interrupted =
			ending_wait(&measuring->ending, measuring->events,
				    measuring->set->target_count,
				    until_ns - now) > 0;
		note_ended(measuring);
	}
}

/* ---- Samples ----------------------------------------------------------- */

static int keep_sample(struct measuring *measuring, struct wset_target *target,
		       const struct pagemap_wss_process *process,
		       unsigned int point)
{
	struct wset_sample *samples;

	target->status = process->status;
	if (process->status != PAGEMAP_STATUS_COMPLETE &&
	    process->status != PAGEMAP_STATUS_CHANGED)
		return 0;
	samples = reallocarray(target->samples, target->count + 1,
			       sizeof(*samples));
	if (!samples)
		return -ENOMEM;
	target->samples = samples;
	samples[target->count++] = (struct wset_sample){
		.interval_ns = process->interval_ns,
		.forget_ns = process->forget_ns,
		.read_ns = process->read_ns,
		.at_ns = now_ns() - measuring->first_ns,
		.point = point,
		.figures = process->figures,
	};
	return 1;
}

/* Takes over what was found; the set becomes the last if it has something. */
static int keep(struct measuring *measuring, struct pagemap_working_set *found,
		unsigned int point)
{
	struct wset *set = measuring->set;
	struct pagemap_wss_process process;
	int kept = 0, err = 0;
	size_t i;

	for (i = 0; i < set->target_count && err >= 0; i++) {
		if (pagemap_working_set_process_at(found, set->targets[i].index,
						   &process))
			continue;
		err = keep_sample(measuring, &set->targets[i], &process, point);
		kept += err > 0;
	}
	if (!kept) {
		pagemap_working_set_free(found);
		return err < 0 ? err : 0;
	}
	pagemap_working_set_free(set->last);
	set->last = found;
	return err < 0 ? err : 0;
}

/* Looks, and where forget is set begins the next interval. */
static int look(struct measuring *measuring, bool forget, unsigned int point)
{
	struct pagemap_working_set *found;
	int err = forget ? pagemap_wss_sample(measuring->session, &found) :
			   pagemap_wss_look(measuring->session, &found);

	if (forget)
		measuring->begin_ns = now_ns();
	if (err == -ESRCH) {
		size_t i;

		for (i = 0; i < measuring->set->target_count; i++)
			measuring->set->targets[i].status =
				PAGEMAP_STATUS_VANISHED;
		measuring->living = 0;
		return 0;
	}
	return err ? err : keep(measuring, found, point);
}

static int measure_series(struct measuring *measuring)
{
	const struct settings *settings = measuring->set->settings;
	uint64_t interval_ns = settings->working_set.interval_ns;
	uint64_t next_ns = measuring->begin_ns;
	unsigned long i;
	int err = 0;

	for (i = 0; i < measuring->rounds && !err && measuring->living &&
		    !measuring->interrupted; i++) {
		/* The beat is kept; one that was missed is not made up for. */
		next_ns += interval_ns;
		if (next_ns < measuring->begin_ns)
			next_ns = measuring->begin_ns + interval_ns;
		wait_until(measuring, next_ns);
		err = look(measuring, i + 1 < measuring->rounds, 0);
		if (!err)
			err = wset_print_line(measuring->set);
	}
	return err;
}

/* The longest last, each half of the next. */
static void set_lengths(struct wset *set, uint64_t longest_ns)
{
	size_t i;

	while (set->points < WSET_POINTS &&
	       longest_ns >> set->points >= SHORTEST_NS)
		set->points++;
	for (i = 0; i < set->points; i++)
		set->lengths_ns[set->points - 1 - i] = longest_ns >> i;
}

/* The looks of a round; what is late already is left out, but the last. */
static int measure_round(struct measuring *measuring, bool first, bool last)
{
	const struct wset *set = measuring->set;
	uint64_t begin_ns = measuring->begin_ns;
	unsigned int i;
	int err = 0;

	for (i = 0; i < set->points && !err && measuring->living &&
		    !measuring->interrupted; i++) {
		uint64_t at_ns = begin_ns + set->lengths_ns[i];
		bool final = i + 1 == set->points;

		if (!final && now_ns() > at_ns)
			continue;
		wait_until(measuring, at_ns);
		/* Cut short, it is no measurement of that length. */
		if (!measuring->interrupted || first)
			err = look(measuring, final && !last, i);
	}
	return err;
}

static int measure_curve(struct measuring *measuring)
{
	struct wset *set = measuring->set;
	unsigned long i;
	int err = 0;

	set_lengths(set, set->settings->working_set.interval_ns);
	for (i = 0; i < measuring->rounds && !err && measuring->living &&
		    !measuring->interrupted; i++)
		err = measure_round(measuring, !i, i + 1 == measuring->rounds);
	return err;
}

/* ---- Beginning and end ------------------------------------------------- */

/* What begin says in numbers, in words that say what to do. */
static int say_not_begun(struct pagemap_source *source, int err)
{
	const char *detail = pagemap_source_last_error(source);

	switch (-err) {
	case EBUSY:
		message("process %s; two would forget each other's accesses, "
			"so wait for its end", detail);
		break;
	case ESRCH:
		message("none of these processes can be measured: they have "
			"ended, or are kernel threads");
		break;
	case EACCES:
		message("cannot measure: %s: be their user, or root", detail);
		break;
	case EPERM:
		message("%s would disturb: add --yes", detail);
		return EXIT_USAGE;
	default:
		message("cannot measure: %s", *detail ? detail : strerror(-err));
	}
	return EXIT_NOTHING;
}

static int check_pages(const struct settings *settings,
		       struct pagemap_source *source, uint32_t methods)
{
	char who[METHODS_SIZE * 2], names[METHODS_SIZE];

	if (!settings->pages || (methods_tell(methods) & PAGEMAP_WSS_TELLS_PAGES))
		return 0;
	methods_who_tell(source, PAGEMAP_WSS_TELLS_PAGES, who, sizeof(who));
	methods_names(methods, names);
	message("--pages: %s tells whole mappings only; would: %s", names, who);
	return EXIT_NOTHING;
}

/* Chooses, and says what it does to targets.  0, or an exit status. */
static int choose_methods(const struct settings *settings,
			  struct pagemap_source *source, uint32_t *ret_methods)
{
	uint32_t methods;
	int status = methods_choose(source, settings->working_set.methods,
				    settings->yes, &methods);

	if (!status)
		status = check_pages(settings, source, methods);
	if (status)
		return status;
	methods_say_harm(methods, settings->usual.gentle);
	*ret_methods = methods;
	return 0;
}

static int session_begin(struct measuring *measuring)
{
	const struct settings *settings = measuring->set->settings;
	struct wset *set = measuring->set;
	struct pagemap_wss_opts opts = {
		.size = sizeof(opts),
		.pids = settings->pids,
		.pid_count = settings->pid_count,
	};
	int err, status = choose_methods(settings, set->source, &set->methods);

	if (status)
		return status;
	opts.methods = set->methods;
	opts.may_disturb = true;
	err = pagemap_wss_begin(set->source, &opts, &measuring->session);
	if (err)
		return say_not_begun(set->source, err);
	set->methods = pagemap_wss_methods(measuring->session);
	methods_names(set->methods, set->method_names);
	measuring->begin_ns = now_ns();
	measuring->first_ns = measuring->begin_ns;
	return 0;
}

int wset_measure(struct wset *set, unsigned long rounds)
{
	const struct wset_options *options = &set->settings->working_set;
	struct measuring measuring = { .set = set, .rounds = rounds };
	int err, status = session_begin(&measuring);

	if (status)
		return status;
	err = events_open(&measuring);
	if (!err)
		err = options->curve ? measure_curve(&measuring) :
				       measure_series(&measuring);
	events_close(&measuring);
	pagemap_wss_end(measuring.session);
	set->interrupted = measuring.interrupted;
	if (!err)
		return 0;
	if (ferror(stdout))
		return message_flush_output();
	message("cannot go on measuring: %s", strerror(-err));
	return EXIT_NOTHING;
}
