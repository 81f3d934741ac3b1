/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is taken over from an earlier moment: the last picture of processes that
 * ended, and those who shared pages with them; and, where a first look is taken
 * at other maps, what was known of these.
 */
#include "taking.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- Who is gone ------------------------------------------------------- */

static bool is_there(const struct taking *taking, pid_t pid)
{
	return taking->snapshot &&
	       pagemap_snapshot_find_pid(taking->snapshot, pid);
}

static bool is_seen(const struct taking *taking, struct map_id id)
{
	return id.kind == MAP_GUEST ? taking->snapshot != NULL
				    : is_there(taking, id.pid);
}

/* Whose stretches of a picture these are: a bool by index of person. */
static void mark_sharers(const struct moment *moment,
			 const struct picture *picture, bool *wanted)
{
	uint32_t last = SET_NOBODY;
	size_t i, k;

	for (i = 0; i < picture->stretch_count; i++) {
		uint32_t set = picture->stretches[i].set;

		if (set == last || set >= moment->set_count)
			continue;
		last = set;
		for (k = 0; k < moment->sets[set].member_count; k++)
			wanted[moment->sets[set].members[k]] = true;
	}
}

static int add_person(struct taking *taking, const struct person *before,
		      enum pagemap_status status)
{
	struct person *person = list_add(&taking->people, sizeof(*person));

	if (!person)
		return -ENOMEM;
	*person = *before;
	person->status = status;
	person->name = store_own_text(taking->store, before->name);
	person->command = store_own_text(taking->store, before->command);
	person->user = store_own_text(taking->store, before->user);
	person->group = store_own_text(taking->store, before->group);
	return person->name && person->command && person->user &&
	       person->group ? 0 : -ENOMEM;
}

/* Whom pictures of the ended show. */
static void mark_wanted(const struct taking *taking, bool *wanted)
{
	const struct reading_request *request = taking->request;
	const struct moment *previous = request->previous;
	size_t i;

	for (i = 0; i < request->map_count; i++) {
		struct map_id id = request->maps[i];
		const struct picture *picture = moment_picture(previous, id);

		if (picture && id.kind != MAP_RAM && !is_seen(taking, id))
			mark_sharers(previous, picture, wanted);
	}
}

int ended_people(struct taking *taking)
{
	const struct moment *previous = taking->request->previous;
	bool quick = taking->request->quick, *wanted;
	size_t i;
	int err = 0;

	if (!previous)
		return 0;
	wanted = calloc(previous->person_count + 1, sizeof(*wanted));
	if (!wanted)
		return -ENOMEM;
	mark_wanted(taking, wanted);
	for (i = 0; i < previous->person_count && !err; i++) {
		const struct person *person = &previous->people[i];

		/* Who else there is was not looked at: as it was. */
		if ((quick || wanted[i]) && !is_there(taking, person->pid))
			err = add_person(taking, person, quick ?
					 person->status :
					 PAGEMAP_STATUS_VANISHED);
	}
	free(wanted);
	return err;
}

/* ---- Its last picture -------------------------------------------------- */

/* One that is taken over. */
struct legacy {
	struct taking *taking;
	const struct moment *from;
	const struct picture *picture;
	uint32_t *sets;			/* by number there, + 1 */
};

/* A set by the people of today. */
static uint32_t take_set(struct legacy *legacy, uint32_t set)
{
	const struct share_set *before = &legacy->from->sets[set];
	struct store *store = legacy->taking->store;
	uint32_t i, count = 0, *members;

	members = malloc((before->member_count + 1) * sizeof(*members));
	if (!members)
		return SET_UNKNOWN;
	for (i = 0; i < before->member_count; i++) {
		const struct store_pid *found = store_find_pid(store,
			legacy->from->people[before->members[i]].pid);

		/* Two of that day may be one mm today, and are no more. */
		if (found && (!count || members[count - 1] < found->person))
			members[count++] = found->person;
	}
	set = sets_add(legacy->taking, members, count, before->unseen);
	free(members);
	return set;
}

static uint32_t set_of(struct legacy *legacy, uint32_t set)
{
	if (set >= legacy->from->set_count)
		return set;
	if (!legacy->sets[set])
		legacy->sets[set] = take_set(legacy, set) + 1;
	return legacy->sets[set] - 1;
}

static int take_stretches(struct legacy *legacy)
{
	const struct picture *picture = legacy->picture;
	size_t i;
	int err = 0;

	for (i = 0; i < picture->stretch_count && !err; i++) {
		struct stretch stretch = picture->stretches[i];

		stretch.set = set_of(legacy, stretch.set);
		stretch.flags = flags_number(legacy->taking,
				legacy->from->flags[stretch.flags]);
		err = stretch_close(legacy->taking);
		if (!err)
			err = stretch_add(legacy->taking, &stretch);
	}
	return err;
}

static int take_areas(struct legacy *legacy)
{
	const struct picture *picture = legacy->picture;
	struct taking *taking = legacy->taking;
	size_t i;
	int err = 0;

	for (i = 0; i < picture->area_count; i++) {
		struct area *area = list_add(&taking->areas, sizeof(*area));

		if (!area)
			return -ENOMEM;
		*area = picture->areas[i];
		area->name = store_own_text(taking->store, area->name);
		if (!area->name)
			return -ENOMEM;
	}
	for (i = 0; i < picture->extent_count && !err; i++) {
		const struct extent *extent = &picture->extents[i];

		err = extent_add(taking, extent->first_page,
				 extent->first_page + extent->page_count);
	}
	return err;
}

static int take_picture(struct legacy *legacy, struct picture *picture)
{
	struct taking *taking = legacy->taking;
	int err = take_areas(legacy);

	if (!err)
		err = take_stretches(legacy);
	if (err)
		return err;
	*picture = *legacy->picture;
	picture->ram = store_copy(taking->store, picture->ram,
				  picture->ram ? PAGEMAP_RAM_CLASS_COUNT *
				  sizeof(*picture->ram) : 0);
	if (!picture->ram && legacy->picture->ram)
		return -ENOMEM;
	picture->name = store_own_text(taking->store, picture->name);
	picture->why = store_own_text(taking->store, picture->why);
	picture->why_sharers = store_own_text(taking->store,
					      picture->why_sharers);
	picture->why_use = store_own_text(taking->store, picture->why_use);
	picture->why_age = store_own_text(taking->store, picture->why_age);
	picture->why_flags = store_own_text(taking->store, picture->why_flags);
	picture->guest = store_copy(taking->store, picture->guest,
				    picture->guest ? sizeof(*picture->guest)
						   : 0);
	picture->pieces = store_copy(taking->store, picture->pieces,
				     picture->piece_count *
				     sizeof(*picture->pieces));
	if ((!picture->guest && legacy->picture->guest) ||
	    (!picture->pieces && picture->piece_count))
		return -ENOMEM;
	return picture_settle(taking, picture);
}

bool ended_is_known(const struct taking *taking, struct map_id id)
{
	const struct moment *previous = taking->request->previous;
	const struct picture *picture = previous ?
					moment_picture(previous, id) : NULL;

	return picture && picture->area_count;
}

/* Takes a map over from an earlier moment, which has it. */
static int take_over(struct taking *taking, const struct picture *before,
		     struct picture *picture)
{
	const struct moment *previous = taking->request->previous;
	struct legacy legacy = { taking, previous, before, NULL };
	int err;

	legacy.sets = calloc(previous->set_count + 1, sizeof(*legacy.sets));
	err = legacy.sets ? take_picture(&legacy, picture) : -ENOMEM;
	free(legacy.sets);
	return err;
}

bool kept_is_known(const struct taking *taking, struct map_id id)
{
	return taking->request->quick && taking->request->previous &&
	       moment_picture(taking->request->previous, id);
}

int kept_picture(struct taking *taking, struct picture *picture)
{
	return take_over(taking, moment_picture(taking->request->previous,
						picture->id), picture);
}

int ended_picture(struct taking *taking, struct picture *picture)
{
	const struct moment *previous = taking->request->previous;
	const struct picture *before;
	int err = 0;

	if (!previous) {
		taking->missing = picture->id.pid;
		return -ESRCH;
	}
	before = moment_picture(previous, picture->id);
	if (before)
		err = take_over(taking, before, picture);
	/* What was to be read of it nobody will read. */
	if (before && picture->quick)
		picture->why_sharers = picture->why_age =
			store_own_text(taking->store,
				       "it ended before that was read");
	picture->status = PAGEMAP_STATUS_VANISHED;
	picture->ended = true;
	picture->why = store_own_text(taking->store, !before ?
		"there is no such process, or it ended before it was read" :
		picture->id.kind == MAP_GUEST ?
		"the vkernel ended: this is what it was last" :
		"it ended: this is what it was last");
	return err;
}

/* ---- Where it mapped frames -------------------------------------------- */

int ended_places(struct taking *taking)
{
	const struct moment *previous = taking->request->previous;
	struct moment *moment = store_moment(taking->store);
	struct guest_place *places;
	size_t i, count = 0;

	if (!previous || !previous->place_count)
		return 0;
	places = store_copy(taking->store, previous->places,
			    previous->place_count * sizeof(*places));
	if (!places)
		return -ENOMEM;
	for (i = 0; i < previous->place_count; i++) {
		const struct store_pid *found = store_find_pid(taking->store,
			previous->people[places[i].person].pid);

		/* Those of the others reach as far as they did: no further. */
		if (!found)
			continue;
		places[count] = places[i];
		places[count++].person = found->person & 0xffffff;
	}
	moment->places = places;
	moment->place_count = count;
	return 0;
}
