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
#include "taking.h"

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

static size_t list_maps(const struct reading_request *request,
			pid_t pids[MAPS_MOST])
{
	size_t i, count = 0;

	for (i = 0; i < request->map_count; i++)
		if (request->maps[i].kind == MAP_PROCESS)
			pids[count++] = request->maps[i].pid;
	return count;
}

/*
 * Everyone is counted, and of those alone who are shown pages are kept; of a
 * guest all are, so that each of its frames can tell who maps it where.  Frames
 * that a process has alone are looked up where RAM is shown only: of its own
 * pages it is told by their runs (sets_of_alone()).
 */
static int take_census(struct taking *taking)
{
	const struct reading_request *request = taking->request;
	pid_t pids[MAPS_MOST];
	const struct pagemap_page_filter filter = {
		.pids = pids,
		.pid_count = list_maps(request, pids),
	};
	bool all = taking->machine == MACHINE_GUEST;
	bool pages = all || filter.pid_count != 0;
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.detail = pages ? PAGEMAP_DETAIL_PAGES
				: PAGEMAP_DETAIL_PROCESSES,
		.metrics = METRICS,
		.identity = people_identity(taking),
		.gentle = request->gentle,
		.frames = wants(request, MAP_RAM) || wants(request, MAP_GUEST) ?
			  PAGEMAP_FRAMES_ALL : PAGEMAP_FRAMES_KINDS,
		.pages = pages && !all ? &filter : NULL,
	};

	return pagemap_snapshot_take(taking->source, &opts, &taking->snapshot);
}

/* Processes that are to be seen for the first time. */
static size_t list_new(const struct taking *taking, pid_t pids[MAPS_MOST])
{
	const struct reading_request *request = taking->request;
	size_t i, count = 0;

	for (i = 0; i < request->map_count; i++)
		if (request->maps[i].kind == MAP_PROCESS &&
		    !kept_is_known(taking, request->maps[i]))
			pids[count++] = request->maps[i].pid;
	return count;
}

/* These alone, as quickly as it goes. */
static int take_new(struct taking *taking)
{
	pid_t pids[MAPS_MOST];
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.detail = PAGEMAP_DETAIL_PAGES,
		.metrics = METRICS,
		.identity = people_identity(taking),
		.gentle = taking->request->gentle,
		.pids = pids,
		.pid_count = list_new(taking, pids),
		.alone = true,
		.no_flags = true,
	};

	return opts.pid_count ? pagemap_snapshot_take(taking->source, &opts,
						      &taking->snapshot) : 0;
}

/* Who there is, where nobody's pages can be read. */
static int take_list(struct taking *taking)
{
	pid_t pids[MAPS_MOST];
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.pids = taking->request->quick ? pids : NULL,
		.pid_count = list_new(taking, pids),
		.detail = PAGEMAP_DETAIL_MAPPINGS,
		.metrics = PAGEMAP_METRICS_SIZES,
		.identity = people_identity(taking),
		.gentle = taking->request->gentle,
	};

	return pagemap_snapshot_take(taking->source, &opts, &taking->snapshot);
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

const char *taking_why(struct taking *taking, enum pagemap_feature feature,
		       const char *what)
{
	const char *reason = pagemap_feature_reason(taking->source, feature);
	char text[WHY_SIZE];

	if (!*reason)
		return "";
	snprintf(text, sizeof(text), "%s: %s", what, reason);
	return store_text(taking->store, text);
}

/* What is wrong with all that is said of sharers here. */
static void explain_sharers(struct taking *taking)
{
	static const struct {
		enum pagemap_feature feature;
		const char *what;
	} needed[] = {
		{ PAGEMAP_FEATURE_PAGEMAP, "who shares pages is not known" },
		{ PAGEMAP_FEATURE_PFN, "who shares pages is not known" },
		{ PAGEMAP_FEATURE_ALL_PIDS, "others may share pages too" },
	};
	size_t i, unread = count_unreadable(taking->snapshot);
	char text[WHY_SIZE];

	taking->why_sharers = "";
	for (i = 0; i < sizeof(needed) / sizeof(needed[0]) &&
		    !*taking->why_sharers; i++)
		taking->why_sharers = taking_why(taking, needed[i].feature,
						 needed[i].what);
	if (*taking->why_sharers || !unread)
		return;
	snprintf(text, sizeof(text), "%zu process%s could not be read, and "
		 "may share pages too", unread, unread == 1 ? "" : "es");
	taking->why_sharers = store_text(taking->store, text);
}

static int find_sharing(struct taking *taking)
{
	size_t count;
	int err = pagemap_sharing_find(taking->snapshot, &taking->sharing);

	if (err && err != -ENOTSUP)
		return err;
	if (err)
		taking->sharing = NULL;
	count = err ? 0 : pagemap_sharing_set_count(taking->sharing);
	taking->set_numbers = calloc(count + 1, sizeof(*taking->set_numbers));
	if (!taking->set_numbers)
		return -ENOMEM;
	explain_sharers(taking);
	return 0;
}

/* That a vkernel is gone is no error where there is a last moment of it. */
static bool has_ended(const struct taking *taking, int err)
{
	return err == -ESRCH && taking->machine == MACHINE_GUEST &&
	       taking->request->previous;
}

static int look(struct taking *taking)
{
	uint64_t wall_ns, cpu_ns, before = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	bool quick = taking->request->quick;
	int err = quick ? take_new(taking) : take_census(taking);

	if (err == -ENOTSUP)
		err = take_list(taking);
	/* Pictures will say so, or be what was last seen of them. */
	if ((quick && err == -ESRCH) || has_ended(taking, err))
		return 0;
	if (err || !taking->snapshot)
		return err;
	/* This thread is one of those that the snapshot counted. */
	pagemap_snapshot_cost(taking->snapshot, &wall_ns, &cpu_ns);
	taking->library_ns += cpu_ns;
	taking->library_ns -= clock_ns(CLOCK_THREAD_CPUTIME_ID) - before;
	return quick ? 0 : find_sharing(taking);
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
static int list_pids(const struct taking *taking, struct list *pids,
		     const struct person *person, uint32_t index)
{
	const struct pagemap_process *process = taking->snapshot ?
		pagemap_snapshot_find_pid(taking->snapshot, person->pid) : NULL;
	const pid_t *others;
	size_t i, count;
	int err = list_pid(pids, person->pid, index);

	if (!process)
		return err;
	taking->person_of[pagemap_process_index(process)] = index;
	others = pagemap_process_mm_pids(process, &count);
	for (i = 1; i < count && !err; i++)
		err = list_pid(pids, others[i], index);
	return err;
}

static int index_people(struct taking *taking)
{
	struct person *people = taking->people.items;
	size_t i, pid_count, count = taking->people.count;
	struct list pids = { 0 };
	struct store_pid *items;
	int err = 0;

	taking->person_of = calloc(count + 1, sizeof(*taking->person_of));
	if (!taking->person_of)
		return -ENOMEM;
	if (count)
		qsort(people, count, sizeof(*people), compare_people);
	for (i = 0; i < count && !err; i++)
		err = list_pids(taking, &pids, &people[i], (uint32_t)i);
	if (pids.count)
		qsort(pids.items, pids.count, sizeof(struct store_pid),
		      compare_pids);
	pid_count = pids.count;
	items = store_take(taking->store, &pids, sizeof(struct store_pid),
			   &err);
	if (!err)
		store_set_pids(taking->store, items, pid_count);
	return err;
}

/* ---- Pictures ---------------------------------------------------------- */

static int make_picture(struct taking *taking, struct picture *picture)
{
	picture->name = picture->why = picture->why_sharers =
		picture->why_use = picture->why_age = picture->why_flags = "";
	picture->time_ns = store_moment(taking->store)->time_ns;
	picture->quick = taking->request->quick;
	if (kept_is_known(taking, picture->id))
		return kept_picture(taking, picture);
	switch (picture->id.kind) {
	case MAP_RAM:
		return ram_picture(taking, picture);
	case MAP_GUEST:
		return guest_picture(taking, picture);
	default:
		return process_picture(taking, picture);
	}
}

static bool is_complete(const struct picture *picture)
{
	return picture->name && picture->why && picture->why_sharers &&
	       picture->why_use && picture->why_age && picture->why_flags;
}

static int make_pictures(struct taking *taking)
{
	const struct reading_request *request = taking->request;
	struct moment *moment = store_moment(taking->store);
	struct picture *pictures = store_allocate(taking->store,
		request->map_count * sizeof(*pictures));
	size_t i;
	int err = 0;

	if (!pictures && request->map_count)
		return -ENOMEM;
	for (i = 0; i < request->map_count && !err; i++) {
		pictures[i].id = request->maps[i];
		err = make_picture(taking, &pictures[i]);
		if (!err && !is_complete(&pictures[i]))
			err = -ENOMEM;
	}
	moment->pictures = pictures;
	moment->picture_count = request->map_count;
	return err;
}

/* ---- The moment -------------------------------------------------------- */

static int prepare(struct taking *taking)
{
	taking->page_bytes = pagemap_source_page_size_bytes(taking->source);
	taking->has_ksm_flag = pagemap_source_has_feature(taking->source,
						PAGEMAP_FEATURE_KSM_FLAG);
	taking->why_sharers = taking->why_guest = "";
	if (taking->guest_source)
		taking->host_has_ksm_flag = pagemap_source_has_feature(
			pagemap_source_host(taking->guest_source),
			PAGEMAP_FEATURE_KSM_FLAG);
	taking->store = store_new();
	if (taking->request->quick && taking->store)
		taking->why_sharers = store_own_text(taking->store,
			"who shares pages is still being read");
	taking->flag_slots = calloc(FLAG_SLOTS, sizeof(*taking->flag_slots));
	if (!taking->store || !taking->flag_slots)
		return -ENOMEM;
	/* The first number is that of flags that are not known. */
	flags_number(taking, PAGEMAP_FLAGS_UNKNOWN);
	store_moment(taking->store)->time_ns = clock_ns(CLOCK_REALTIME);
	return taking->flags.count ? 0 : -ENOMEM;
}

/* Everyone, with those whose picture is of an earlier moment. */
static int take_people(struct taking *taking)
{
	struct moment *moment = store_moment(taking->store);
	int err = taking->machine == MACHINE_HOST ? guest_take(taking) : 0;

	if (!err)
		err = look(taking);
	if (err)
		return err;
	if (taking->snapshot && taking->machine == MACHINE_GUEST)
		guest_use(taking, taking->snapshot);
	if (taking->snapshot) {
		moment->time_ns = pagemap_snapshot_time_ns(taking->snapshot);
		moment->unreadable = count_unreadable(taking->snapshot);
		err = people_make(taking);
	}
	if (!err && !taking->request->quick)
		err = ages_take(taking);
	if (!err)
		err = ended_people(taking);
	return err ? err : index_people(taking);
}

static int make(struct taking *taking)
{
	int err = prepare(taking);

	if (!err)
		err = take_people(taking);
	if (!err)
		err = guest_places(taking);
	return err ? err : make_pictures(taking);
}

static int settle(struct taking *taking)
{
	struct moment *moment = store_moment(taking->store);
	int err = 0;

	moment->page_bytes = taking->page_bytes;
	moment->quick = taking->request->quick;
	moment->machine = taking->machine;
	if (!moment->vkernel.pid && taking->request->previous)
		moment->vkernel = taking->request->previous->vkernel;
	moment->person_count = taking->people.count;
	moment->set_count = taking->sets.count;
	moment->flag_count = taking->flags.count;
	moment->people = store_take(taking->store, &taking->people,
				    sizeof(struct person), &err);
	moment->sets = store_take(taking->store, &taking->sets,
				  sizeof(struct share_set), &err);
	moment->flags = store_take(taking->store, &taking->flags,
				   sizeof(uint64_t), &err);
	moment->memory_bytes = store_bytes(taking->store);
	return err;
}

static void clean_up(struct taking *taking)
{
	list_free(&taking->people);
	list_free(&taking->sets);
	list_free(&taking->flags);
	packer_free(&taking->stretches);
	list_free(&taking->extents);
	list_free(&taking->areas);
	ages_end(taking->ages);
	free(taking->person_of);
	free(taking->set_numbers);
	free(taking->flag_slots);
	pagemap_sharing_free(taking->sharing);
	pagemap_snapshot_free(taking->snapshot);
	pagemap_snapshot_free(taking->guest_snapshot);
}

static void explain(const struct taking *taking, int err, char why[256])
{
	const char *detail = pagemap_source_last_error(taking->source);

	if (err == -ESRCH && taking->missing)
		snprintf(why, 256, "there is no process %d",
			 (int)taking->missing);
	else if (err == -ESRCH)
		snprintf(why, 256, "the vkernel ended before it was read");
	else
		snprintf(why, 256, "%s", err != -ENOMEM && *detail ? detail
							    : strerror(-err));
}

int reading_take(struct pagemap_source *source,
		 const struct reading_request *request,
		 struct moment **ret_moment, char why[256])
{
	struct taking taking = { .source = source, .request = request };
	struct pagemap_source *host = pagemap_source_host(source);
	uint64_t begin_ns = now_ns();
	uint64_t begin_cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	struct moment *moment;
	int err;

	taking.guest_source = host ? source : NULL;
	taking.machine = !host ? MACHINE_PLAIN :
			 request->host ? MACHINE_HOST : MACHINE_GUEST;
	if (taking.machine == MACHINE_HOST)
		taking.source = host;
	err = make(&taking);
	if (!err)
		err = settle(&taking);
	if (err)
		explain(&taking, err, why);
	/* What the library read goes before stretches are laid out. */
	clean_up(&taking);
	if (!err) {
		err = store_unpack(taking.store);
		if (err)
			explain(&taking, err, why);
	}
	if (err) {
		store_free(taking.store);
		return err;
	}
	moment = store_moment(taking.store);
	moment->wall_ns = now_ns() - begin_ns;
	moment->cost_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - begin_cpu +
			  taking.library_ns;
	*ret_moment = moment;
	return 0;
}
