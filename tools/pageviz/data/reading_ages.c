/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ages of pages: a session of a method goes on from moment to moment, and each
 * moment takes a sample of it.
 */
#include "taking.h"

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

static bool is_readable(const struct taking *taking, pid_t pid)
{
	const struct pagemap_process *process = taking->snapshot ?
		pagemap_snapshot_find_pid(taking->snapshot, pid) : NULL;
	enum pagemap_status status;

	if (!process)
		return false;
	status = pagemap_process_status(process);
	return status == PAGEMAP_STATUS_COMPLETE ||
	       status == PAGEMAP_STATUS_CHANGED;
}

static size_t list_pids(const struct taking *taking, pid_t pids[MAPS_MOST])
{
	const struct reading_request *request = taking->request;
	size_t i, k, count = 0;

	for (i = 0; i < request->map_count; i++) {
		pid_t pid = request->maps[i].pid;

		if (request->maps[i].kind != MAP_PROCESS ||
		    !is_readable(taking, pid))
			continue;
		for (k = 0; k < count && pids[k] != pid; k++)
			;
		if (k == count)
			pids[count++] = pid;
	}
	return count;
}

static void explain(struct taking *taking, int err)
{
	const char *detail = pagemap_source_last_error(taking->source);

	snprintf(taking->ages->why, sizeof(taking->ages->why), "%s",
		 *detail ? detail : strerror(-err));
}

static void begin_session(struct taking *taking, const pid_t *pids,
			  size_t count)
{
	const struct reading_request *request = taking->request;
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
	err = pagemap_wss_begin(taking->source, &opts, &session->wss);
	if (err) {
		session->wss = NULL;
		explain(taking, err);
		return;
	}
	session->methods = request->methods;
	session->may_disturb = request->may_disturb;
	session->pid_count = count;
	memcpy(session->pids, pids, count * sizeof(*pids));
	snprintf(taking->ages->why, sizeof(taking->ages->why), "%s",
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

static void sample(struct taking *taking)
{
	struct reading_session *session = taking->request->session;
	int err = pagemap_wss_sample(session->wss, &taking->ages->set);

	if (!err)
		return;
	taking->ages->set = NULL;
	explain(taking, err);
	end_session(session);
}

static void use_session(struct taking *taking)
{
	const struct reading_request *request = taking->request;
	struct reading_session *session = request->session;
	pid_t pids[MAPS_MOST];
	size_t count = list_pids(taking, pids);

	if (!session || !request->methods || !count) {
		if (session)
			end_session(session);
		snprintf(taking->ages->why, sizeof(taking->ages->why), "%s",
			 "no method was asked for that tells when pages are "
			 "used (--method)");
		return;
	}
	taking->ages->session = session;
	if (is_of(session, request, pids, count))
		sample(taking);
	else
		begin_session(taking, pids, count);
}

int ages_take(struct taking *taking)
{
	taking->ages = calloc(1, sizeof(*taking->ages));
	if (!taking->ages)
		return -ENOMEM;
	use_session(taking);
	return 0;
}

void ages_end(struct ages *ages)
{
	if (!ages)
		return;
	pagemap_working_set_free(ages->set);
	free(ages);
}

/* Whether one of the methods in use tells all of this. */
static bool tells(const struct pagemap_wss *wss, uint32_t what)
{
	uint32_t methods = pagemap_wss_methods(wss);
	int i;

	for (i = 0; i < PAGEMAP_WSS_METHOD_COUNT; i++)
		if (methods & PAGEMAP_WSS_BIT(i) &&
		    !(what & ~pagemap_wss_method_facts(
				     (enum pagemap_wss_method)i)->tells))
			return true;
	return false;
}

const char *ages_why(const struct taking *taking)
{
	const struct ages *ages = taking->ages;

	if (!ages)
		return "ages are still being read";
	if (!ages->set)
		return ages->why;
	if (!tells(ages->session->wss, PAGEMAP_WSS_TELLS_PAGES))
		return "the method does not tell pages apart";
	if (!tells(ages->session->wss, PAGEMAP_WSS_TELLS_PAGES |
				       PAGEMAP_WSS_TELLS_REFERENCED))
		return "of writes alone: the method does not tell reads";
	return "";
}

/* ---- Walking ----------------------------------------------------------- */

void ages_begin(const struct taking *taking, pid_t pid,
		struct ages_walk *ret_walk)
{
	const struct ages *ages = taking->ages;
	size_t i = 0;

	*ret_walk = (struct ages_walk){ .page_bytes = taking->page_bytes };
	if (!ages || !ages->set)
		return;
	while (i < ages->session->pid_count && ages->session->pids[i] != pid)
		i++;
	if (i == ages->session->pid_count)
		return;
	ret_walk->set = ages->set;
	ret_walk->process = i;
}

/* Of what a program has not registered itself no write-protection tells. */
static bool is_told(const struct pagemap_wss_figures *figures)
{
	return figures->referenced.quality != PAGEMAP_UNAVAILABLE ||
	       figures->written.quality != PAGEMAP_UNAVAILABLE;
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
		walk->has_run = is_told(&mapping.figures) &&
				pagemap_wss_run_iter_next(&walk->iter,
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
