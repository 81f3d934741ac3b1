/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose pages are: of one process, one user, one group alone, or of several.
 * In a process's own map one looks for those with whom it shares: pages that
 * it shares with just one other have that one's colour.
 *
 * The largest have colours, in the order of their pids (or names): so a colour
 * stays when two of them change places.
 */
#include "making.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLOURS 12

/* In place of an owner's number. */
#define SEVERAL UINT32_MAX
#define UNKNOWN (UINT32_MAX - 1)
#define ALONE   (UINT32_MAX - 2)	/* of the map's own process */

struct owner {
	const char *name;
	const char *key;
	pid_t pid;
	uint64_t pages;
	uint8_t class_of;
};

struct owners {
	struct apart apart;
	struct owner *items;
	size_t count;
	uint32_t *of_person;		/* by index of people */
	uint32_t *of_set;		/* owner, or one of those above */
	uint8_t *class_of_set;
	uint32_t self;			/* the map's own process; UNKNOWN */
	bool partners;			/* with whom it shares is looked for */
	uint8_t class_of_self;
	uint8_t several;
	uint8_t others;
	uint8_t unknown;
};

/* ---- Who there is ------------------------------------------------------ */

static int name_processes(struct making *making, struct owners *owners)
{
	const struct moment *moment = making->moment;
	size_t i;

	for (i = 0; i < moment->person_count; i++) {
		owners->of_person[i] = (uint32_t)i;
		owners->items[i].pid = moment->people[i].pid;
		owners->items[i].name = moment->people[i].name;
	}
	owners->count = moment->person_count;
	return 0;
}

static const char *team_of(const struct person *person, enum colouring by,
			   char scratch[32])
{
	if (by == COLOUR_GROUP)
		return *person->group ? person->group : "no group";
	if (*person->user)
		return person->user;
	if (person->uid < 0)
		return "unknown user";
	snprintf(scratch, 32, "%lld", (long long)person->uid);
	return scratch;
}

static int name_teams(struct making *making, struct owners *owners)
{
	const struct moment *moment = making->moment;
	size_t i;

	for (i = 0; i < moment->person_count; i++) {
		char scratch[32];
		const char *name = team_of(&moment->people[i],
					   making->layer->by, scratch);
		uint32_t number = strings_number(making->texts, name,
						 strlen(name));

		if (number == STRINGS_NONE)
			return -ENOMEM;
		owners->of_person[i] = number;
		owners->items[number].name = strings_at(making->texts, number);
		owners->items[number].key = owners->items[number].name;
	}
	owners->count = strings_count(making->texts);
	return 0;
}

static int compare_pids(const void *a, const void *b)
{
	pid_t x = ((const struct person *)a)->pid;
	pid_t y = ((const struct person *)b)->pid;

	return (x > y) - (x < y);
}

/* Of processes that share an mm one alone is listed: pages of just one member
 * tell who. */
static const struct person *self_by_pages(const struct making *making)
{
	const struct moment *moment = making->moment;
	const struct picture *picture = making->picture;
	size_t i;

	for (i = 0; i < picture->stretch_count; i++) {
		const struct share_set *set =
			picture->stretches[i].set < moment->set_count ?
			&moment->sets[picture->stretches[i].set] : NULL;

		if (set && set->member_count == 1 &&
		    set->members[0] < moment->person_count)
			return &moment->people[set->members[0]];
	}
	return NULL;
}

static void find_self(struct making *making, struct owners *owners)
{
	const struct moment *moment = making->moment;
	const struct person wanted = { .pid = making->picture->id.pid };
	const struct person *self;

	owners->self = UNKNOWN;
	if (making_is_frames(making))
		return;
	self = bsearch(&wanted, moment->people, moment->person_count,
		       sizeof(wanted), compare_pids);
	if (!self)
		self = self_by_pages(making);
	if (self)
		owners->self = owners->of_person[self - moment->people];
}

/* ---- Whose the sets are ------------------------------------------------ */

/* All members of a set are of one owner, but for the map's own process where
 * one looks for the other. */
static uint32_t owner_of_set(const struct owners *owners,
			     const struct moment *moment,
			     const struct share_set *set)
{
	uint32_t owner = UNKNOWN, next, i;

	if (owners->partners && set->member_count == 1)
		return ALONE;
	for (i = 0; i < set->member_count; i++) {
		if (set->members[i] >= moment->person_count)
			return UNKNOWN;
		next = owners->of_person[set->members[i]];
		if (owners->partners && next == owners->self)
			continue;
		if (owner != UNKNOWN && owner != next)
			return SEVERAL;
		owner = next;
	}
	return owner;
}

static uint32_t owner_of(const struct owners *owners,
			 const struct moment *moment,
			 const struct stretch *stretch)
{
	if (apart_class(&owners->apart, stretch))
		return UNKNOWN;
	if (stretch->set < moment->set_count)
		return owners->of_set[stretch->set];
	/* The kernel itself says that it is exclusive. */
	if (owners->apart.kind != MAP_PROCESS || stretch->sharers != 1)
		return UNKNOWN;
	return owners->partners ? ALONE : owners->self;
}

static void count_pages(struct making *making, struct owners *owners)
{
	const struct picture *picture = making->picture;
	uint32_t owner;
	size_t i;

	for (i = 0; i < making->moment->set_count; i++)
		owners->of_set[i] = owner_of_set(owners, making->moment,
						 &making->moment->sets[i]);
	for (i = 0; i < picture->stretch_count; i++) {
		owner = owner_of(owners, making->moment,
				 &picture->stretches[i]);
		if (owner < owners->count)
			owners->items[owner].pages +=
				picture->stretches[i].page_count;
	}
}

/* ---- Classes ----------------------------------------------------------- */

static int compare_names(const struct owner *a, const struct owner *b)
{
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	return a->pid ? 0 : strcmp(a->name, b->name);
}

static int compare_sizes(const struct owner *a, const struct owner *b)
{
	if (a->pages != b->pages)
		return a->pages > b->pages ? -1 : 1;
	return compare_names(a, b);
}

typedef int (*compare_fn)(const struct owner *a, const struct owner *b);

/* Puts one into a short sorted list; what does not fit falls off its end. */
static size_t insert(struct owner **list, size_t count, size_t most,
		     struct owner *owner, compare_fn compare)
{
	size_t i = count < most ? count : most - 1;

	if (i < count && compare(list[i], owner) < 0)
		return count;
	for (; i && compare(owner, list[i - 1]) < 0; i--)
		list[i] = list[i - 1];
	list[i] = owner;
	return count < most ? count + 1 : most;
}

static void add_owner(struct making *making, const struct owners *owners,
		      struct owner *owner, uint8_t swatch)
{
	const char *help = making->layer->by == COLOUR_USER ?
			   "processes of this user alone" :
			   making->layer->by == COLOUR_GROUP ?
			   "processes of this group alone" :
			   owners->partners ? "shared with this process alone"
					    : "this process alone";
	char pid[PID_NAME_SIZE];
	struct class_row row = {
		owner->key, owner->name, help, swatch, ROW_ANSWER,
	};

	if (owner->pid) {
		pid_name(owner->pid, pid);
		row.key = making_text(making, "%d", (int)owner->pid);
		row.name = making_text(making, "%s%s%s", owner->name,
				       *owner->name ? " " : "", pid);
	}
	owner->class_of = making_add(making, &row);
	making->layer->classes[owner->class_of].pid = owner->pid;
}

static void add_alone(struct making *making, struct owners *owners)
{
	static const struct class_row row = {
		"alone", "alone", "of this process alone", SWATCH_OWNER_0,
		ROW_ANSWER,
	};

	owners->class_of_self = making_add(making, &row);
	making->layer->classes[owners->class_of_self].pid =
		making->picture->id.pid;
}

/* The largest get classes of their own. */
static void add_owners(struct making *making, struct owners *owners)
{
	size_t most = COLOURS - owners->partners;
	struct owner *largest[COLOURS], *named[COLOURS];
	size_t i, count = 0, sharing = 0, sorted = 0;

	for (i = 0; i < owners->count; i++) {
		owners->items[i].class_of = owners->others;
		if (!owners->items[i].pages ||
		    (owners->partners && i == owners->self))
			continue;
		count = insert(largest, count, most, &owners->items[i],
			       compare_sizes);
		sharing++;
	}
	for (i = 0; i < count; i++)
		sorted = insert(named, sorted, COLOURS, largest[i],
				compare_names);
	making->first_owner = making->layer->class_count;
	if (owners->partners)
		add_alone(making, owners);
	for (i = 0; i < sorted; i++)
		add_owner(making, owners, named[i],
			  (uint8_t)(SWATCH_OWNER_0 + owners->partners + i));
	if (!owners->partners && owners->self != UNKNOWN)
		owners->class_of_self = owners->items[owners->self].class_of;
	making->layer->classes[owners->others].name =
		making_text(making, "%zu other%s", sharing - count,
			    sharing - count == 1 ? "" : "s");
}

static void add_classes(struct making *making, struct owners *owners)
{
	static const struct class_row absent = {
		"absent", "absent", "nothing there", SWATCH_ABSENT, ROW_FIXED,
	};
	static const struct class_row several = {
		"several", "several", "mapped by several of them",
		SWATCH_SEVERAL, ROW_ANSWER,
	};
	static const struct class_row others = {
		"others", "others", "of one each, too small for a colour",
		SWATCH_OTHERS, ROW_ANSWER,
	};
	static const struct class_row unknown = {
		"unknown", "unknown", "a page, but who maps it was not seen",
		SWATCH_UNKNOWN, ROW_DOUBT,
	};

	making_add(making, &absent);
	owners->several = making_add(making, &several);
	owners->others = making_add(making, &others);
	owners->unknown = making_add(making, &unknown);
	owners->class_of_self = owners->unknown;
	apart_add(making, &owners->apart);
}

static void class_sets(const struct making *making, struct owners *owners)
{
	size_t i;

	for (i = 0; i < making->moment->set_count; i++) {
		uint32_t owner = owners->of_set[i];

		owners->class_of_set[i] =
			owner == SEVERAL ? owners->several :
			owner == UNKNOWN ? owners->unknown :
			owner == ALONE ? owners->class_of_self :
					 owners->items[owner].class_of;
	}
}

static uint8_t class_of_owner(struct making *making, const void *context,
			      const struct stretch *stretch)
{
	const struct owners *owners = context;
	uint8_t class_of = apart_class(&owners->apart, stretch);

	if (class_of)
		return class_of;
	class_of = owners->unknown;
	if (stretch->set < making->moment->set_count)
		class_of = owners->class_of_set[stretch->set];
	else if (owners->apart.kind == MAP_PROCESS && stretch->sharers == 1)
		class_of = owners->class_of_self;
	/* Somebody who was not seen may map it too. */
	if (stretch->sharers_high > stretch->sharers &&
	    class_of != owners->several && class_of != owners->unknown) {
		making->unsure[class_of] += stretch->page_count;
		making->maybe[owners->several] += stretch->page_count;
	}
	return class_of;
}

/* ---- All of it --------------------------------------------------------- */

static int fill(struct making *making, struct owners *owners)
{
	bool teams = making->layer->by != COLOUR_OWNER;
	int err = teams ? name_teams(making, owners)
			: name_processes(making, owners);

	if (err)
		return err;
	owners->partners = !teams && !making_is_frames(making);
	find_self(making, owners);
	add_classes(making, owners);
	count_pages(making, owners);
	add_owners(making, owners);
	class_sets(making, owners);
	making_doubt_sharers(making);
	err = making_collect(making, class_of_owner, owners);
	if (!err && owners->partners)
		making_set_metrics(making, owners->class_of_self,
				   PAGEMAP_METRIC_BIT(PAGEMAP_USS));
	return err;
}

int make_by_owner(struct making *making)
{
	size_t people = making->moment->person_count + 1;
	size_t sets = making->moment->set_count + 1;
	struct owners owners = {
		.items = calloc(people, sizeof(*owners.items)),
		.of_person = calloc(people, sizeof(*owners.of_person)),
		.of_set = calloc(sets, sizeof(*owners.of_set)),
		.class_of_set = calloc(sets, sizeof(*owners.class_of_set)),
	};
	int err = -ENOMEM;

	if (owners.items && owners.of_person && owners.of_set &&
	    owners.class_of_set)
		err = fill(making, &owners);
	free(owners.items);
	free(owners.of_person);
	free(owners.of_set);
	free(owners.class_of_set);
	return err;
}
