/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tagged processes as one set: what they have together and what comes back
 * if they end.  A census sorts all frames by who maps them; from that the
 * figures of any set follow at once, so that tagging reads nothing.  What the
 * files of the dying decide is asked for behind, by the reading thread.
 */
#include "clock.h"
#include "screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NANOSECONDS 1000000000

/* A census and what follows may take a hundredth of a CPU. */
#define CENSUS_PAUSE 100

bool row_is_tagged(const struct screen *screen, const struct row *row)
{
	return process_set_find(&screen->tags.set, row);
}

/* ---- Sums of the sets -------------------------------------------------- */

/* Which processes of the census are tagged, and which of them are not told. */
static void find_members(const struct tags *tags, bool *member,
			 struct tag_figures *ret_figures)
{
	size_t i;

	for (i = 0; i < tags->set.count; i++) {
		const struct pagemap_process *process =
			pagemap_snapshot_find_pid(tags->snapshot,
						  tags->set.items[i].pid);
		size_t low = 0, high;

		high = pagemap_snapshot_process_count(tags->snapshot);
		while (process && low < high) {
			size_t middle = low + (high - low) / 2;

			if (pagemap_process_pid(pagemap_snapshot_process_at(
					tags->snapshot, middle)) <
			    pagemap_process_pid(process))
				low = middle + 1;
			else
				high = middle;
		}
		if (!process)
			ret_figures->missing++;
		else if (pagemap_process_status(process) ==
			 PAGEMAP_STATUS_DENIED)
			ret_figures->unreadable++;
		else
			member[low] = true;
	}
}

static void add_set(const struct pagemap_share_set *set, const bool *member,
		    uint64_t page_size, struct tag_figures *sum)
{
	uint64_t pages = 0;
	size_t i, inside = 0;
	int kind;

	for (i = 0; i < set->member_count; i++)
		inside += member[set->members[i]];
	if (!inside)
		return;
	for (kind = 0; kind < PAGEMAP_FRAME_KIND_COUNT; kind++)
		pages += set->pages[kind];
	sum->rss += pages * page_size;
	sum->pss += pages * page_size * inside / set->member_count;
	sum->pss_unseen += set->unseen_pages * page_size * inside /
			   set->member_count;
	if (inside < set->member_count)
		return;
	sum->uss += pages * page_size;
	sum->uss_unseen += set->unseen_pages * page_size;
	sum->swap += set->swap_pages * page_size;
}

/* Whether there is something to sum up; *ret_member is the caller's. */
static bool members_of(const struct screen *screen, bool **ret_member,
		       struct tag_figures *ret_figures)
{
	const struct tags *tags = &screen->tags;
	bool *member;

	if (!tags->sharing || !tags->set.count)
		return false;
	member = calloc(pagemap_snapshot_process_count(tags->snapshot) + 1,
			sizeof(*member));
	if (!member)
		return false;
	find_members(tags, member, ret_figures);
	*ret_member = member;
	return true;
}

static void sum_up(struct screen *screen)
{
	uint64_t page_size = pagemap_source_page_size_bytes(screen->source);
	struct tags *tags = &screen->tags;
	struct tag_figures sum = { .known = true };
	struct pagemap_share_set set;
	bool *member;
	size_t i;

	tags->changes++;
	tags->figures = (struct tag_figures){ .known = false };
	if (!members_of(screen, &member, &sum))
		return;
	/* Of none of them is anything known. */
	if (sum.missing + sum.unreadable == tags->set.count) {
		tags->figures = sum;
		tags->figures.known = false;
		free(member);
		return;
	}
	for (i = 0; !pagemap_sharing_set_at(tags->sharing, i, &set); i++)
		add_set(&set, member, page_size, &sum);
	free(member);
	tags->figures = sum;
}

/* ---- Tagging ----------------------------------------------------------- */

static int64_t moves_by(const struct row *row)
{
	return (int64_t)row_value(row, PAGEMAP_RSS).value;
}

static void toggle_row(struct screen *screen, const struct row *row)
{
	if (row_is_tagged(screen, row))
		process_set_remove(&screen->tags.set, row);
	else if (process_set_add(&screen->tags.set, row, moves_by(row)))
		screen_say(screen, STYLE_WARNING, "out of memory");
}

/* All processes of a group, by a ranking that is thrown away. */
static void tag_group(struct screen *screen, const struct row *group)
{
	struct settings settings = screen->settings;
	struct proclist *names = NULL;
	struct ranking ranking;
	char scratch[1024];
	size_t i, tagged = 0;

	settings.by = BY_PROCESS;
	settings.columns = screen->columns[0];
	if (ranking_make(&settings, screen->source, screen->snapshot, &names,
			 &ranking))
		return;
	for (i = 0; i < ranking.count; i++) {
		const struct row *row = &ranking.rows[i];
		const char *name = group_name(screen->settings.by,
					      screen->snapshot, row, scratch,
					      sizeof(scratch));

		if (strcmp(name, group->name) != 0 ||
		    row_is_tagged(screen, row))
			continue;
		process_set_add(&screen->tags.set, row, moves_by(row));
		tagged++;
	}
	ranking_free(&ranking);
	proclist_free(names);
	screen_say(screen, STYLE_GOOD, "%zu process%s tagged", tagged,
		   tagged == 1 ? "" : "es");
}

void tags_toggle(struct screen *screen)
{
	const struct row *row = screen_row(screen);

	if (!row)
		return;
	if (row->process)
		toggle_row(screen, row);
	else if (screen->settings.by == BY_MAPPING)
		screen_say(screen, STYLE_WARNING, "a mapping is no process: "
			   "group by something else (F7) to tag");
	else
		tag_group(screen, row);
	screen->tags.failed = false;
	sum_up(screen);
}

void tags_clear(struct screen *screen)
{
	process_set_clear(&screen->tags.set);
	sum_up(screen);
}

void tags_follow(struct screen *screen)
{
	struct tags *tags = &screen->tags;
	size_t i, kept = 0;

	for (i = 0; i < tags->set.count; i++) {
		struct process_item *item = &tags->set.items[i];
		const struct pagemap_process *process =
			pagemap_snapshot_find_pid(screen->snapshot, item->pid);
		int64_t rss;

		if (!process)
			continue;
		rss = (int64_t)pagemap_process_value(process,
						     PAGEMAP_RSS).value;
		if (rss != item->value)
			tags->stale = true;
		item->value = rss;
		tags->set.items[kept++] = *item;
	}
	if (kept == tags->set.count)
		return;
	screen_say(screen, STYLE_WARNING, "%zu tagged process%s ended",
		   tags->set.count - kept,
		   tags->set.count - kept == 1 ? "" : "es");
	tags->set.count = kept;
	tags->stale = true;
	sum_up(screen);
}

/* ---- Reading ----------------------------------------------------------- */

static void request_census(const struct screen *screen,
			   struct read_request *ret_request)
{
	*ret_request = (struct read_request){
		.kind = READ_SETS,
		.opts = {
			.size = sizeof(ret_request->opts),
			.engine = PAGEMAP_ENGINE_CENSUS,
			.detail = PAGEMAP_DETAIL_MAPPINGS,
			.gentle = screen->settings.usual.gentle,
			.frames = PAGEMAP_FRAMES_KINDS,
		},
	};
}

bool tags_request(struct screen *screen, struct read_request *ret_request)
{
	struct tags *tags = &screen->tags;
	struct tag_figures found = { .known = true };

	if (!tags->set.count || tags->failed)
		return false;
	if (!tags->sharing || tags->figures.missing ||
	    (tags->stale && screen->live)) {
		if (!tags->sharing || now_ns() >= tags->next_ns) {
			request_census(screen, ret_request);
			return true;
		}
	}
	if (tags->asked == tags->changes)
		return false;
	*ret_request = (struct read_request){
		.kind = READ_KILLED,
		.sharing = tags->sharing,
	};
	tags->asked = tags->changes;
	return tags->figures.known &&
	       members_of(screen, &ret_request->dies, &found);
}

static void take_census(struct screen *screen, const struct reading *reading)
{
	struct tags *tags = &screen->tags;

	pagemap_sharing_free(tags->sharing);
	pagemap_snapshot_free(tags->snapshot);
	tags->sharing = reading->sharing;
	tags->snapshot = reading->snapshot;
	tags->next_ns = now_ns() + CENSUS_PAUSE * reading->cpu_ns;
	tags->stale = false;
	tags->why[0] = '\0';
	sum_up(screen);
}

void tags_take(struct screen *screen, const struct reading *reading)
{
	struct tags *tags = &screen->tags;

	if (reading->err) {
		tags->failed = true;
		snprintf(tags->why, sizeof(tags->why), "%s", reading->why);
		return;
	}
	if (reading->kind == READ_SETS) {
		take_census(screen, reading);
		return;
	}
	tags->next_ns += CENSUS_PAUSE * reading->cpu_ns;
	/* Of a set that has changed meanwhile: it is asked for again. */
	if (tags->asked != tags->changes)
		return;
	tags->figures.killed = reading->killed;
	tags->figures.has_killed = tags->figures.known;
}

double tags_age_s(const struct tags *tags)
{
	struct timespec now;
	uint64_t taken;

	if (!tags->snapshot)
		return -1;
	taken = pagemap_snapshot_time_ns(tags->snapshot);
	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / NANOSECONDS -
	       (double)taken / NANOSECONDS;
}

void tags_free(struct tags *tags)
{
	process_set_clear(&tags->set);
	pagemap_sharing_free(tags->sharing);
	pagemap_snapshot_free(tags->snapshot);
}
