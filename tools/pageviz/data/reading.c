/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking a moment: one census of all processes, and all of what is to be seen
 * made from it.  Nothing of the library's is kept.
 */
#include "reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "making.h"

#define FLAG_SLOTS (UINT32_C(1) << 17)

#define METRICS                                                               \
	(PAGEMAP_METRICS_SIZES | PAGEMAP_METRIC_BIT(PAGEMAP_ANON) |           \
	 PAGEMAP_METRIC_BIT(PAGEMAP_SHMEM) |                                  \
	 PAGEMAP_METRIC_BIT(PAGEMAP_ANON_THP) |                               \
	 PAGEMAP_METRIC_BIT(PAGEMAP_HUGETLB_PRIVATE) |                        \
	 PAGEMAP_METRIC_BIT(PAGEMAP_HUGETLB_SHARED) |                         \
	 PAGEMAP_METRIC_BIT(PAGEMAP_ZERO))

/* ---- The census -------------------------------------------------------- */

static bool wants(const struct reading_request *request, enum map_kind kind)
{
	size_t i;

	for (i = 0; i < request->map_count; i++)
		if (request->maps[i].kind == kind)
			return true;
	return false;
}

static int take_census(struct making *making)
{
	const struct reading_request *request = making->request;
	bool pages = wants(request, MAP_PROCESS);
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.detail = pages ? PAGEMAP_DETAIL_PAGES
				: PAGEMAP_DETAIL_PROCESSES,
		.metrics = METRICS,
		.identity = people_identity(making),
		.gentle = request->gentle,
		.frames = PAGEMAP_FRAMES_ALL,
	};

	return pagemap_snapshot_take(making->source, &opts, &making->snapshot);
}

/* Who there is, where nobody's pages can be read or are of interest. */
static int take_list(struct making *making)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.detail = wants(making->request, MAP_PROCESS) ?
			  PAGEMAP_DETAIL_MAPPINGS : PAGEMAP_DETAIL_PROCESSES,
		.metrics = PAGEMAP_METRICS_SIZES,
		.identity = people_identity(making),
		.gentle = making->request->gentle,
	};

	return pagemap_snapshot_take(making->source, &opts, &making->snapshot);
}

static size_t count_unreadable(const struct pagemap_snapshot *snapshot)
{
	const struct pagemap_process *process;
	size_t i, count = 0;

	for (i = 0; (process = pagemap_snapshot_process_at(snapshot, i)); i++) {
		enum pagemap_status status = pagemap_process_status(process);

		count += status == PAGEMAP_STATUS_DENIED ||
			 status == PAGEMAP_STATUS_MALFORMED;
	}
	return count;
}

static void explain_sharers(struct making *making)
{
	static const enum pagemap_feature needed[] = {
		PAGEMAP_FEATURE_PAGEMAP, PAGEMAP_FEATURE_PFN,
		PAGEMAP_FEATURE_ALL_PIDS,
	};
	size_t i, unread = count_unreadable(making->snapshot);
	const char *why = "";

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]) && !*why; i++)
		why = pagemap_feature_reason(making->source, needed[i]);
	if (*why)
		snprintf(making->why_sharers, sizeof(making->why_sharers),
			 "%s", why);
	else if (unread)
		snprintf(making->why_sharers, sizeof(making->why_sharers),
			 "%zu process%s could not be read, and may share pages",
			 unread, unread == 1 ? "" : "es");
}

static int find_sharing(struct making *making)
{
	size_t count;
	int err = pagemap_sharing_find(making->snapshot, &making->sharing);

	if (err && err != -ENOTSUP)
		return err;
	if (err)
		making->sharing = NULL;
	count = err ? 0 : pagemap_sharing_set_count(making->sharing);
	making->set_numbers = calloc(count + 1, sizeof(*making->set_numbers));
	if (!making->set_numbers)
		return -ENOMEM;
	explain_sharers(making);
	return 0;
}

static int look(struct making *making)
{
	const struct reading_request *request = making->request;
	uint64_t wall_ns, cpu_ns, before = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	bool census = wants(request, MAP_PROCESS) || !request->flags_only;
	int err = census ? take_census(making) : -ENOTSUP;

	if (err == -ENOTSUP)
		err = take_list(making);
	if (err)
		return err;
	/* This thread is one of those that the snapshot counted. */
	pagemap_snapshot_cost(making->snapshot, &wall_ns, &cpu_ns);
	making->library_ns += cpu_ns;
	making->library_ns -= clock_ns(CLOCK_THREAD_CPUTIME_ID) - before;
	return find_sharing(making);
}

/* ---- People ------------------------------------------------------------ */

static int compare_people(const void *a, const void *b)
{
	pid_t x = ((const struct person *)a)->pid;
	pid_t y = ((const struct person *)b)->pid;

	return (x > y) - (x < y);
}

static int compare_pids(const void *a, const void *b)
{
	pid_t x = ((const struct store_pid *)a)->pid;
	pid_t y = ((const struct store_pid *)b)->pid;

	return (x > y) - (x < y);
}

static int list_pid(struct list *pids, pid_t pid, uint32_t person)
{
	struct store_pid *place = list_add(pids, sizeof(*place));

	if (!place)
		return -ENOMEM;
	*place = (struct store_pid){ pid, person };
	return 0;
}

/* All pids of a person: those that share its mm are found as it. */
static int list_pids(const struct making *making, struct list *pids,
		     const struct person *person, uint32_t index)
{
	const struct pagemap_process *process = making->snapshot ?
		pagemap_snapshot_find_pid(making->snapshot, person->pid) : NULL;
	const pid_t *others;
	size_t i, count;
	int err = list_pid(pids, person->pid, index);

	if (!process)
		return err;
	making->person_of[pagemap_process_index(process)] = index;
	others = pagemap_process_mm_pids(process, &count);
	for (i = 1; i < count && !err; i++)
		err = list_pid(pids, others[i], index);
	return err;
}

static int index_people(struct making *making)
{
	struct person *people = making->people.items;
	size_t i, pid_count, count = making->people.count;
	struct list pids = { 0 };
	struct store_pid *items;
	int err = 0;

	making->person_of = calloc(count + 1, sizeof(*making->person_of));
	if (!making->person_of)
		return -ENOMEM;
	if (count)
		qsort(people, count, sizeof(*people), compare_people);
	for (i = 0; i < count && !err; i++)
		err = list_pids(making, &pids, &people[i], (uint32_t)i);
	if (pids.count)
		qsort(pids.items, pids.count, sizeof(struct store_pid),
		      compare_pids);
	pid_count = pids.count;
	items = store_take(making->store, &pids, sizeof(struct store_pid),
			   &err);
	if (!err)
		store_set_pids(making->store, items, pid_count);
	return err;
}

/* ---- Pictures ---------------------------------------------------------- */

static int make_picture(struct making *making, struct picture *picture)
{
	picture->name = picture->why = picture->why_sharers =
		picture->why_use = picture->why_age = "";
	picture->time_ns = store_moment(making->store)->time_ns;
	return picture->id.kind == MAP_RAM ? ram_picture(making, picture)
					   : process_picture(making, picture);
}

static bool is_complete(const struct picture *picture)
{
	return picture->name && picture->why && picture->why_sharers &&
	       picture->why_use && picture->why_age;
}

static int make_pictures(struct making *making)
{
	const struct reading_request *request = making->request;
	struct moment *moment = store_moment(making->store);
	struct picture *pictures = store_allocate(making->store,
		request->map_count * sizeof(*pictures));
	size_t i;
	int err = 0;

	if (!pictures && request->map_count)
		return -ENOMEM;
	for (i = 0; i < request->map_count && !err; i++) {
		pictures[i].id = request->maps[i];
		err = make_picture(making, &pictures[i]);
		if (!err && !is_complete(&pictures[i]))
			err = -ENOMEM;
	}
	moment->pictures = pictures;
	moment->picture_count = request->map_count;
	return err;
}

/* ---- The moment -------------------------------------------------------- */

static int prepare(struct making *making)
{
	making->page_bytes = pagemap_source_page_size_bytes(making->source);
	making->has_ksm_flag = pagemap_source_has_feature(making->source,
						PAGEMAP_FEATURE_KSM_FLAG);
	making->store = store_new();
	making->flag_slots = calloc(FLAG_SLOTS, sizeof(*making->flag_slots));
	if (!making->store || !making->flag_slots)
		return -ENOMEM;
	/* The first number is that of flags that are not known. */
	flags_number(making, PAGEMAP_FLAGS_UNKNOWN);
	return making->flags.count ? 0 : -ENOMEM;
}

static int make(struct making *making)
{
	struct moment *moment;
	int err = prepare(making);

	if (!err)
		err = look(making);
	if (err)
		return err;
	moment = store_moment(making->store);
	moment->time_ns = pagemap_snapshot_time_ns(making->snapshot);
	moment->unreadable = count_unreadable(making->snapshot);
	err = ages_take(making);
	if (!err)
		err = people_make(making);
	if (!err)
		err = ended_people(making);
	if (!err)
		err = index_people(making);
	return err ? err : make_pictures(making);
}

static int settle(struct making *making)
{
	struct moment *moment = store_moment(making->store);
	int err = 0;

	moment->page_bytes = making->page_bytes;
	moment->person_count = making->people.count;
	moment->set_count = making->sets.count;
	moment->flag_count = making->flags.count;
	moment->people = store_take(making->store, &making->people,
				    sizeof(struct person), &err);
	moment->sets = store_take(making->store, &making->sets,
				  sizeof(struct share_set), &err);
	moment->flags = store_take(making->store, &making->flags,
				   sizeof(uint64_t), &err);
	moment->memory_bytes = store_bytes(making->store);
	return err;
}

static void clean_up(struct making *making)
{
	list_free(&making->people);
	list_free(&making->sets);
	list_free(&making->flags);
	list_free(&making->stretches);
	list_free(&making->extents);
	list_free(&making->areas);
	ages_end(making->ages);
	free(making->person_of);
	free(making->set_numbers);
	free(making->flag_slots);
	pagemap_sharing_free(making->sharing);
	pagemap_snapshot_free(making->snapshot);
}

/* The process of the request that is not there, for people. */
static void explain_missing(const struct reading_request *request,
			    char why[256])
{
	size_t i;

	for (i = 0; i + 1 < request->map_count; i++)
		if (request->maps[i].kind == MAP_PROCESS)
			break;
	snprintf(why, 256, "there is no process %d",
		 (int)request->maps[i].pid);
}

static void explain(const struct making *making, int err, char why[256])
{
	const char *detail = pagemap_source_last_error(making->source);

	if (err == -ESRCH)
		explain_missing(making->request, why);
	else
		snprintf(why, 256, "%s", err != -ENOMEM && *detail ? detail
							    : strerror(-err));
}

int reading_take(struct pagemap_source *source,
		 const struct reading_request *request,
		 struct moment **ret_moment, char why[256])
{
	struct making making = { .source = source, .request = request };
	uint64_t begin_ns = now_ns();
	uint64_t begin_cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	int err = make(&making);
	struct moment *moment;

	if (!err)
		err = settle(&making);
	if (err) {
		explain(&making, err, why);
		store_free(making.store);
	}
	clean_up(&making);
	if (err)
		return err;
	moment = store_moment(making.store);
	moment->wall_ns = now_ns() - begin_ns;
	moment->cost_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin_cpu +
			  making.library_ns;
	*ret_moment = moment;
	return 0;
}
