/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A session: begun, looked at or sampled, ended.  When targets are read and
 * when they forget; how is wss_target.c's, wss_read.c's and the methods'.
 */
#include "wss.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "wss_guest.h"
#include "wss_set.h"

static int methods_open(struct pagemap_wss *session)
{
	int err = 0;

	for (unsigned int i = 0; i < PAGEMAP_WSS_METHOD_COUNT && !err; i++) {
		size_t at = session->method_count;

		if (!(session->methods & PAGEMAP_WSS_BIT(i)))
			continue;
		session->ops[at] = wss_method((enum pagemap_wss_method)i);
		if (session->ops[at]->open)
			err = session->ops[at]->open(session->source,
						     &session->shared[at]);
		if (!err)
			session->method_count++;
	}
	return err;
}

static void methods_close(struct pagemap_wss *session)
{
	while (session->method_count) {
		size_t at = --session->method_count;

		if (session->ops[at]->close)
			session->ops[at]->close(session->shared[at]);
	}
}

/* Whether some target is left; else what is to be said. */
static int some_target_left(const struct pagemap_wss *session)
{
	int err = -ESRCH;

	for (size_t i = 0; i < session->target_count; i++) {
		int error = session->targets[i].error;

		if (!error)
			return 0;
		if (error == -EACCES || error == -EPERM)
			err = -EACCES;
	}
	return err;
}

static int targets_open(struct pagemap_wss *session,
			const struct pagemap_wss_opts *opts)
{
	struct pagemap_source *source = session->source;
	size_t i;
	int err;

	if (!pagemap_source_has_feature(source, PAGEMAP_FEATURE_SCAN))
		session->zero_frame = zero_frame_find(source);
	session->targets = calloc(opts->pid_count, sizeof(*session->targets));
	if (!session->targets)
		return -ENOMEM;
	for (i = 0; i < opts->pid_count; i++) {
		session->target_count++;
		err = wss_target_open(session, opts->pids[i],
				      &session->targets[i]);
		if (err)
			return err;
	}
	err = some_target_left(session);
	return err ? source_fail(source, err, "clear_refs", opts->pids[0]) : 0;
}

static int targets_forget(struct pagemap_wss *session)
{
	int err = 0;

	for (size_t i = 0; i < session->target_count && !err; i++)
		err = wss_target_forget(session, &session->targets[i]);
	return err;
}

static bool opts_are_possible(const struct pagemap_wss_opts *opts)
{
	size_t i, k;

	if (!opts || opts->size != sizeof(*opts) || !opts->pids ||
	    !opts->pid_count)
		return false;
	for (i = 0; i < opts->pid_count; i++) {
		if (opts->pids[i] <= 0)
			return false;
		/* The same one twice would wait for its own lock. */
		for (k = 0; k < i; k++)
			if (opts->pids[k] == opts->pids[i])
				return false;
	}
	return true;
}

static int session_begin(struct pagemap_wss *session,
			 const struct pagemap_wss_opts *opts)
{
	int err = methods_open(session);

	if (!err)
		err = targets_open(session, opts);
	if (!err)
		session->reader = wss_reader_new(session);
	if (!err && !session->reader)
		err = -ENOMEM;
	if (!err)
		err = targets_forget(session);
	return err;
}

/* Methods are the host's; only what they are used on is the guest's. */
static int guest_begin(struct pagemap_source *vkernel,
		       const struct pagemap_wss_opts *opts,
		       struct pagemap_wss *session)
{
	struct pagemap_source *host = pagemap_source_host(vkernel);
	int err = wss_guest_open(vkernel, opts->pids, opts->pid_count,
				 &session->guest);

	if (err)
		return err;
	session->source = host;
	err = session_begin(session, opts);
	if (err)
		memcpy(vkernel->detail, host->detail, sizeof(host->detail));
	return err;
}

int pagemap_wss_begin(struct pagemap_source *source,
		      const struct pagemap_wss_opts *opts,
		      struct pagemap_wss **ret_session)
{
	struct pagemap_wss *session;
	int err;

	if (!opts_are_possible(opts))
		return -EINVAL;
	session = calloc(1, sizeof(*session));
	if (!session)
		return -ENOMEM;
	session->source = source;
	err = pagemap_wss_choose(source, opts->methods, opts->may_disturb,
				 &session->methods);
	if (!err)
		err = source->kind == PAGEMAP_SOURCE_VKERNEL ?
			guest_begin(source, opts, session) :
			session_begin(session, opts);
	if (err)
		pagemap_wss_end(session);
	else
		*ret_session = session;
	return err;
}

uint32_t pagemap_wss_methods(const struct pagemap_wss *session)
{
	return session->methods;
}

void pagemap_wss_end(struct pagemap_wss *session)
{
	if (!session)
		return;
	for (size_t i = 0; i < session->target_count; i++)
		wss_target_close(session, &session->targets[i]);
	free(session->targets);
	wss_guest_close(session->guest);
	methods_close(session);
	wss_reader_free(session->reader);
	free(session);
}

/* ---- Looks and samples ------------------------------------------------- */

/* next: as many as targets, zeroed. */
static int read_all(struct pagemap_wss *session, struct wss_next *next,
		    struct pagemap_working_set *set)
{
	int err = 0;

	for (size_t i = 0; i < session->target_count && !err; i++)
		err = wss_read(session->reader, &session->targets[i], set,
			       &set->processes[i], &next[i]);
	if (!err && some_target_left(session))
		err = -ESRCH;
	return err;
}

/* The interval is over: what was found is the past of the next one. */
static int begin_next(struct pagemap_wss *session, struct wss_next *next)
{
	for (size_t i = 0; i < session->target_count; i++) {
		struct wss_target *target = &session->targets[i];

		wss_next_free(&target->past);
		target->past = next[i];
		next[i] = (struct wss_next){ 0 };
		target->samples++;
	}
	return targets_forget(session);
}

static int take(struct pagemap_wss *session, bool ends_interval,
		struct pagemap_working_set **ret_set)
{
	struct pagemap_working_set *set =
		working_set_new(session->target_count,
				session->source->page_shift);
	struct wss_next *next = calloc(session->target_count, sizeof(*next));
	int err = set && next ? 0 : -ENOMEM;

	if (!err)
		err = read_all(session, next, set);
	if (!err && ends_interval)
		err = begin_next(session, next);
	for (size_t i = 0; next && i < session->target_count; i++)
		wss_next_free(&next[i]);
	free(next);
	if (err)
		pagemap_working_set_free(set);
	else
		*ret_set = set;
	return err;
}

int pagemap_wss_look(struct pagemap_wss *session,
		     struct pagemap_working_set **ret_set)
{
	return take(session, false, ret_set);
}

int pagemap_wss_sample(struct pagemap_wss *session,
		       struct pagemap_working_set **ret_set)
{
	return take(session, true, ret_set);
}
