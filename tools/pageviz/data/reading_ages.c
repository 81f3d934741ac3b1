/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ages of pages: a session of a method goes on from moment to moment, and each
 * moment takes a sample of it.
 */
#include "making.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading_session {
	struct pagemap_wss *wss;	/* NULL: none is under way */
	uint32_t methods;
	bool may_disturb;
	pid_t pids[MAPS_MOST];
	size_t pid_count;
};

struct ages {
	struct pagemap_working_set *set;	/* NULL: no sample */
	const struct reading_session *session;
	char why[256];
};

struct reading_session *reading_session_new(void)
{
	return calloc(1, sizeof(struct reading_session));
}

static void end_session(struct reading_session *session)
{
	pagemap_wss_end(session->wss);
	session->wss = NULL;
}

void reading_session_free(struct reading_session *session)
{
	if (!session)
		return;
	end_session(session);
	free(session);
}

/* ---- Taking a sample --------------------------------------------------- */

static bool is_readable(const struct making *making, pid_t pid)
{
	const struct pagemap_process *process = making->snapshot ?
		pagemap_snapshot_find_pid(making->snapshot, pid) : NULL;
	enum pagemap_status status;

	if (!process)
		return false;
	status = pagemap_process_status(process);
	return status == PAGEMAP_STATUS_COMPLETE ||
	       status == PAGEMAP_STATUS_CHANGED;
}

static size_t list_pids(const struct making *making, pid_t pids[MAPS_MOST])
{
	const struct reading_request *request = making->request;
	size_t i, k, count = 0;

	for (i = 0; i < request->map_count; i++) {
		pid_t pid = request->maps[i].pid;

		if (request->maps[i].kind != MAP_PROCESS ||
		    !is_readable(making, pid))
			continue;
		for (k = 0; k < count && pids[k] != pid; k++)
			;
		if (k == count)
			pids[count++] = pid;
	}
	return count;
}

static void explain(struct making *making, int err)
{
	const char *detail = pagemap_source_last_error(making->source);

	snprintf(making->ages->why, sizeof(making->ages->why), "%s",
		 *detail ? detail : strerror(-err));
}

static void begin_session(struct making *making, const pid_t *pids,
			  size_t count)
{
	const struct reading_request *request = making->request;
	struct reading_session *session = request->session;
	struct pagemap_wss_opts opts = {
		.size = sizeof(opts),
		.methods = request->methods,
		.may_disturb = request->may_disturb,
		.pids = pids,
		.pid_count = count,
	};
	int err;

	end_session(session);
	err = pagemap_wss_begin(making->source, &opts, &session->wss);
	if (err) {
		session->wss = NULL;
		explain(making, err);
		return;
	}
	session->methods = request->methods;
	session->may_disturb = request->may_disturb;
	session->pid_count = count;
	memcpy(session->pids, pids, count * sizeof(*pids));
	snprintf(making->ages->why, sizeof(making->ages->why), "%s",
		 "an interval has just begun: ages come with the next moment");
}

static bool is_of(const struct reading_session *session,
		  const struct reading_request *request, const pid_t *pids,
		  size_t count)
{
	return session->wss && session->methods == request->methods &&
	       session->may_disturb == request->may_disturb &&
	       session->pid_count == count &&
	       !memcmp(session->pids, pids, count * sizeof(*pids));
}

static void sample(struct making *making)
{
	struct reading_session *session = making->request->session;
	int err = pagemap_wss_sample(session->wss, &making->ages->set);

	if (!err)
		return;
	making->ages->set = NULL;
	explain(making, err);
	end_session(session);
}

static void use_session(struct making *making)
{
	const struct reading_request *request = making->request;
	struct reading_session *session = request->session;
	pid_t pids[MAPS_MOST];
	size_t count = list_pids(making, pids);

	if (!session || !request->methods || !count) {
		if (session)
			end_session(session);
		snprintf(making->ages->why, sizeof(making->ages->why), "%s",
			 "no method was asked for that tells when pages are "
			 "used");
		return;
	}
	making->ages->session = session;
	if (is_of(session, request, pids, count))
		sample(making);
	else
		begin_session(making, pids, count);
}

int ages_take(struct making *making)
{
	making->ages = calloc(1, sizeof(*making->ages));
	if (!making->ages)
		return -ENOMEM;
	use_session(making);
	return 0;
}

void ages_end(struct ages *ages)
{
	if (!ages)
		return;
	pagemap_working_set_free(ages->set);
	free(ages);
}

const char *ages_why(const struct making *making)
{
	struct pagemap_wss_run_iter iter;

	if (making->ages->set &&
	    pagemap_wss_run_iter_init(&iter, making->ages->set, 0, 0) ==
	    -ENOTSUP)
		return "the method does not tell pages apart";
	return making->ages->why;
}

/* ---- Walking ----------------------------------------------------------- */

void ages_begin(const struct making *making, pid_t pid,
		struct ages_walk *ret_walk)
{
	const struct ages *ages = making->ages;
	size_t i = 0;

	*ret_walk = (struct ages_walk){ .page_bytes = making->page_bytes };
	if (!ages->set)
		return;
	while (i < ages->session->pid_count && ages->session->pids[i] != pid)
		i++;
	if (i == ages->session->pid_count)
		return;
	ret_walk->set = ages->set;
	ret_walk->process = i;
}

/* Enters the mapping that holds a page, or the first one after it. */
static bool enter_mapping(struct ages_walk *walk, uint64_t page)
{
	struct pagemap_wss_mapping mapping;

	while (page >= walk->end_page) {
		if (pagemap_working_set_mapping_at(walk->set, walk->process,
						   walk->mapping, &mapping))
			return false;
		walk->first_page = mapping.start_vaddr / walk->page_bytes;
		walk->end_page = mapping.end_vaddr / walk->page_bytes;
		if (pagemap_wss_run_iter_init(&walk->iter, walk->set,
					      walk->process, walk->mapping++))
			return false;
		walk->has_run = pagemap_wss_run_iter_next(&walk->iter,
							  &walk->run) == 1;
	}
	return true;
}

static uint64_t shorter(uint64_t count, uint64_t other)
{
	return other < count ? other : count;
}

static uint8_t age_of(const struct pagemap_wss_run *run)
{
	if (run->age == PAGEMAP_WSS_NEVER)
		return AGE_NEVER;
	return run->age < AGE_NEVER ? (uint8_t)run->age : AGE_NEVER - 1;
}

uint64_t ages_span(struct ages_walk *walk, uint64_t first_page, uint64_t count,
		   uint8_t *ret_age)
{
	uint64_t first, end;

	*ret_age = AGE_UNKNOWN;
	if (!walk->set || !enter_mapping(walk, first_page))
		return count;
	if (first_page < walk->first_page)
		return shorter(count, walk->first_page - first_page);
	for (;; walk->has_run = pagemap_wss_run_iter_next(&walk->iter,
							  &walk->run) == 1) {
		if (!walk->has_run)
			return shorter(count, walk->end_page - first_page);
		first = walk->run.start_vaddr / walk->page_bytes;
		end = first + walk->run.page_count;
		if (first_page < end)
			break;
	}
	if (first_page < first)
		return shorter(count, first - first_page);
	*ret_age = age_of(&walk->run);
	return shorter(count, end - first_page);
}
