/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The fewest processes whose end gives so many bytes back.  What a choice gives
 * is exact: its members' own pages, and those of every set of mms that lies
 * wholly in it.  Which choice is the cheapest is searched: size after size all
 * choices that can be enough, as long as these are not too many; a quick choice
 * is made first, and stands where the search had to end.
 *
 * No choice gives more than the sum of its members' shares, each page divided
 * by those who map it: what the search leaves out, it leaves out by this.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"
#include "sharing.h"

/* Choices that are looked at; a few tenths of a second. */
#define LOOKS_MAX 2000000

/* A process that may be chosen. */
struct candidate {
	uint64_t own;		/* bytes that come back with it alone */
	double share;		/* and its part of what it shares */
	uint32_t process;
	uint32_t first_item;	/* in items_of */
	uint32_t item_count;
};

/* Pages that come back when all of these candidates end. */
struct item {
	uint64_t bytes;
	uint32_t missing;	/* members that are not chosen */
	uint32_t member_count;
	size_t first_member;
};

struct search {
	const struct pagemap_sharing *sharing;
	const struct pagemap_cheapest_opts *opts;
	struct candidate *candidates;	/* the largest share first */
	uint32_t count;
	struct array items;
	uint32_t *members;		/* of the items, by candidate */
	uint32_t *items_of;		/* candidates' items */
	bool *chosen;			/* by candidate */
	uint64_t freed;			/* by what is chosen */
	uint32_t *stack;		/* what is chosen, in its order */
	uint32_t depth;
	uint64_t looks;
	struct pagemap_cheapest *found;
	uint32_t wanted_sets;
};

struct choice {
	uint64_t freed;
	uint32_t *members;		/* processes, rising */
	uint32_t count;
};

struct pagemap_cheapest {
	struct choice *choices;		/* the best first */
	size_t count;
	uint64_t all_bytes;
	bool smallest;
};

/* ---- What can be chosen, and what comes back --------------------------- */

static uint64_t bytes_of(const struct search *search, uint32_t node)
{
	const struct share_weight *weight = &search->sharing->weights[node];
	uint64_t pages = 0;
	int kind;

	/* What others may map too is not counted on. */
	for (kind = 0; kind < PAGEMAP_FRAME_KIND_COUNT; kind++)
		if (search->opts->kinds & 1u << kind)
			pages += weight->pages[kind] - weight->unseen[kind];
	return pages << search->sharing->snapshot->page_shift;
}

static bool all_allowed(const struct search *search,
			const struct share_set *set)
{
	const uint32_t *members = search->sharing->members + set->first_member;
	uint32_t i;

	for (i = 0; i < set->member_count; i++)
		if (!search->opts->allowed[members[i]])
			return false;
	return true;
}

static int compare_shares(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->share != y->share)
		return x->share > y->share ? -1 : 1;
	return x->process < y->process ? -1 : 1;
}

/* by_process: what each has alone and its share, filled here. */
static int collect_items(struct search *search, struct candidate *by_process)
{
	const struct pagemap_sharing *sharing = search->sharing;
	size_t i, k;

	for (i = 0; i < sharing->set_count; i++) {
		const struct share_set *set = &sharing->sets[i];
		const uint32_t *members = sharing->members + set->first_member;
		uint64_t bytes = bytes_of(search, set->node);
		struct item *item;

		if (!bytes || !all_allowed(search, set))
			continue;
		if (set->member_count == 1) {
			by_process[*members].own += bytes;
			continue;
		}
		item = array_push(&search->items, sizeof(*item));
		if (!item)
			return -ENOMEM;
		*item = (struct item){ bytes, set->member_count,
				       set->member_count, set->first_member };
		for (k = 0; k < set->member_count; k++) {
			by_process[members[k]].share +=
				(double)bytes / set->member_count;
			by_process[members[k]].item_count++;
		}
	}
	return 0;
}

/* Those that give something, the largest share first. */
static int sort_candidates(struct search *search,
			   const struct candidate *by_process)
{
	const struct pagemap_cheapest_opts *opts = search->opts;
	size_t i, count = search->sharing->snapshot->process_count;

	search->candidates = calloc(count + 1, sizeof(*search->candidates));
	if (!search->candidates)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		struct candidate *candidate =
			&search->candidates[search->count];

		if (!opts->allowed[i])
			continue;
		*candidate = by_process[i];
		candidate->process = (uint32_t)i;
		if (opts->also_bytes)
			candidate->own += opts->also_bytes[i];
		candidate->share += (double)candidate->own;
		search->count += candidate->share > 0;
	}
	qsort(search->candidates, search->count, sizeof(*search->candidates),
	      compare_shares);
	return 0;
}

/* Items and candidates name each other. */
static int link_items(struct search *search)
{
	const struct pagemap_sharing *sharing = search->sharing;
	size_t processes = sharing->snapshot->process_count, sum = 0, i;
	uint32_t *place = calloc(processes + 1, sizeof(*place)), k, at = 0;
	struct item *items = search->items.items;

	for (i = 0; i < search->items.count; i++)
		sum += items[i].member_count;
	search->members = calloc(sum + 1, sizeof(uint32_t));
	search->items_of = calloc(sum + 1, sizeof(uint32_t));
	if (!place || !search->members || !search->items_of) {
		free(place);
		return -ENOMEM;
	}
	for (k = 0, sum = 0; k < search->count; k++) {
		struct candidate *candidate = &search->candidates[k];

		place[candidate->process] = k;
		candidate->first_item = (uint32_t)sum;
		sum += candidate->item_count;
		candidate->item_count = 0;
	}
	for (i = 0; i < search->items.count; i++) {
		const uint32_t *members = sharing->members +
					  items[i].first_member;

		items[i].first_member = at;
		for (k = 0; k < items[i].member_count; k++) {
			uint32_t index = place[members[k]];
			struct candidate *candidate =
				&search->candidates[index];

			search->members[at++] = index;
			search->items_of[candidate->first_item +
					 candidate->item_count++] = (uint32_t)i;
		}
	}
	free(place);
	return 0;
}

static int prepare(struct search *search)
{
	size_t count = search->sharing->snapshot->process_count;
	struct candidate *by_process = calloc(count + 1, sizeof(*by_process));
	int err = by_process ? collect_items(search, by_process) : -ENOMEM;

	if (!err)
		err = sort_candidates(search, by_process);
	free(by_process);
	if (!err)
		err = link_items(search);
	search->chosen = calloc(count + 1, sizeof(*search->chosen));
	search->stack = calloc(count + 1, sizeof(*search->stack));
	return err || (search->chosen && search->stack) ? err : -ENOMEM;
}

static void choose(struct search *search, uint32_t index)
{
	const struct candidate *candidate = &search->candidates[index];
	struct item *items = search->items.items;
	uint32_t i;

	search->chosen[index] = true;
	search->freed += candidate->own;
	for (i = 0; i < candidate->item_count; i++) {
		struct item *item = &items[search->items_of[
					   candidate->first_item + i]];

		if (!--item->missing)
			search->freed += item->bytes;
	}
}

static void unchoose(struct search *search, uint32_t index)
{
	const struct candidate *candidate = &search->candidates[index];
	struct item *items = search->items.items;
	uint32_t i;

	search->chosen[index] = false;
	search->freed -= candidate->own;
	for (i = 0; i < candidate->item_count; i++) {
		struct item *item = &items[search->items_of[
					   candidate->first_item + i]];

		if (!item->missing++)
			search->freed -= item->bytes;
	}
}

/* ---- What was found ---------------------------------------------------- */

static int compare_indexes(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Fewer processes first; of equally many, those that free the least. */
static bool is_better(uint32_t count, uint64_t freed,
		      const struct choice *choice)
{
	if (count != choice->count)
		return count < choice->count;
	return freed < choice->freed;
}

static bool is_known(const struct pagemap_cheapest *found,
		     const struct choice *choice)
{
	size_t i;

	for (i = 0; i < found->count; i++)
		if (found->choices[i].count == choice->count &&
		    !memcmp(found->choices[i].members, choice->members,
			    choice->count * sizeof(uint32_t)))
			return true;
	return false;
}

/* Keeps what is chosen now, if it is among the best. */
static int keep(struct search *search, uint32_t count)
{
	struct pagemap_cheapest *found = search->found;
	struct choice choice = { .freed = search->freed, .count = count };
	size_t at = found->count;
	uint32_t i, n = 0;

	if (at == search->wanted_sets &&
	    !is_better(count, search->freed, &found->choices[at - 1]))
		return 0;
	choice.members = calloc(count + 1, sizeof(uint32_t));
	if (!choice.members)
		return -ENOMEM;
	for (i = 0; i < search->count && n < count; i++)
		if (search->chosen[i])
			choice.members[n++] = search->candidates[i].process;
	qsort(choice.members, n, sizeof(uint32_t), compare_indexes);
	if (is_known(found, &choice)) {
		free(choice.members);
		return 0;
	}
	if (at == search->wanted_sets)
		free(found->choices[--at].members);
	for (; at && is_better(count, choice.freed, &found->choices[at - 1]);
	     at--)
		found->choices[at] = found->choices[at - 1];
	found->choices[at] = choice;
	found->count += found->count < search->wanted_sets;
	return 0;
}

/* ---- A quick choice ---------------------------------------------------- */

/* What an item's members, or one candidate, would add, and how many they are. */
static uint64_t gain_of(struct search *search, const uint32_t *members,
			uint32_t count, uint32_t *ret_new)
{
	uint64_t before = search->freed, gain;
	uint32_t i, added = search->depth;

	for (i = 0; i < count; i++) {
		if (search->chosen[members[i]])
			continue;
		choose(search, members[i]);
		search->stack[search->depth++] = members[i];
	}
	gain = search->freed - before;
	*ret_new = search->depth - added;
	while (search->depth > added)
		unchoose(search, search->stack[--search->depth]);
	return gain;
}

/*
 * Whether it is the better step: one that is enough with fewer processes, else
 * more for each process.
 */
static bool is_better_step(uint64_t need, uint64_t gain, uint32_t count,
			   uint64_t best_gain, uint32_t best_count)
{
	bool enough = gain >= need, best_enough = best_gain >= need;

	if (!best_count)
		return true;
	if (enough && best_enough)
		return count != best_count ? count < best_count
					   : gain < best_gain;
	return (double)gain * best_count > (double)best_gain * count;
}

static bool step(struct search *search, const uint32_t *each)
{
	uint64_t need = search->opts->wanted_bytes - search->freed, best = 0;
	const struct item *items = search->items.items;
	const uint32_t *best_members = NULL;
	uint32_t i, added, best_added = 0, best_count = 0;

	for (i = 0; i < search->count + search->items.count; i++) {
		bool one = i < search->count;
		const uint32_t *members = one ? &each[i] : search->members +
			items[i - search->count].first_member;
		uint32_t count = one ? 1 :
			items[i - search->count].member_count;
		uint64_t gain = gain_of(search, members, count, &added);

		if (!gain || !added ||
		    !is_better_step(need, gain, added, best, best_added))
			continue;
		best = gain;
		best_added = added;
		best_members = members;
		best_count = count;
	}
	for (i = 0; i < best_count; i++)
		if (!search->chosen[best_members[i]])
			choose(search, best_members[i]);
	return best_count != 0;
}

static uint32_t count_chosen(const struct search *search)
{
	uint32_t i, count = 0;

	for (i = 0; i < search->count; i++)
		count += search->chosen[i];
	return count;
}

/* Who is not needed lives, those with the smallest shares first. */
static void prune(struct search *search)
{
	uint32_t i;

	for (i = search->count; i-- > 0;) {
		if (!search->chosen[i])
			continue;
		unchoose(search, i);
		if (search->freed < search->opts->wanted_bytes)
			choose(search, i);
	}
}

static int choose_quickly(struct search *search, uint32_t *ret_count)
{
	uint32_t i, *each = calloc(search->count + 1, sizeof(*each));
	int err;

	if (!each)
		return -ENOMEM;
	for (i = 0; i < search->count; i++)
		each[i] = i;
	search->depth = 0;
	while (search->freed < search->opts->wanted_bytes &&
	       step(search, each))
		;
	free(each);
	prune(search);
	*ret_count = count_chosen(search);
	err = keep(search, *ret_count);
	for (i = 0; i < search->count; i++)
		if (search->chosen[i])
			unchoose(search, i);
	return err;
}

/* ---- The search -------------------------------------------------------- */

/*
 * All choices of `size` candidates that can be enough, in the order of the
 * first that they leave out.  The shares fall, so where the next ones are too
 * little all later ones are.  Without recursion: the stack is the choice.
 */
static int search_size(struct search *search, uint32_t size)
{
	const struct candidate *candidates = search->candidates;
	double wanted = (double)search->opts->wanted_bytes - 0.5, sum = 0;
	uint32_t next = 0, depth = 0, i;
	int err = 0;

	while (!err && search->looks <= LOOKS_MAX) {
		uint32_t rest = size - depth;
		double most = sum;

		for (i = next; i < next + rest && i < search->count; i++)
			most += candidates[i].share;
		if (next + rest <= search->count && most >= wanted && rest) {
			choose(search, next);
			sum += candidates[next].share;
			search->stack[depth++] = next++;
			search->looks++;
			continue;
		}
		if (!rest && search->freed >= search->opts->wanted_bytes)
			err = keep(search, size);
		if (!depth)
			return err;
		next = search->stack[--depth];
		sum -= candidates[next].share;
		unchoose(search, next++);
	}
	while (depth)
		unchoose(search, search->stack[--depth]);
	return err;
}

/* No fewer can be enough. */
static uint32_t least_size(const struct search *search)
{
	double sum = 0;
	uint32_t i;

	for (i = 0; i < search->count &&
		    sum < (double)search->opts->wanted_bytes - 0.5; i++)
		sum += search->candidates[i].share;
	return i;
}

static int search_all(struct search *search)
{
	struct pagemap_cheapest *found = search->found;
	uint32_t size, quick = 0;
	int err = choose_quickly(search, &quick);

	for (size = least_size(search); !err && size <= quick; size++) {
		err = search_size(search, size);
		if (search->looks > LOOKS_MAX)
			break;
		if (found->count && found->choices[0].count == size)
			break;
	}
	/* The search came to its end, or found what nothing can be less than. */
	found->smallest = search->looks <= LOOKS_MAX ||
		(found->count &&
		 found->choices[0].count == least_size(search));
	return err;
}

static void sum_all(struct search *search)
{
	uint32_t i;

	for (i = 0; i < search->count; i++)
		choose(search, i);
	search->found->all_bytes = search->freed;
	for (i = 0; i < search->count; i++)
		unchoose(search, i);
}

static void search_free(struct search *search)
{
	free(search->candidates);
	array_free(&search->items);
	free(search->members);
	free(search->items_of);
	free(search->chosen);
	free(search->stack);
}

int pagemap_cheapest_find(const struct pagemap_sharing *sharing,
			  const struct pagemap_cheapest_opts *opts,
			  struct pagemap_cheapest **ret_cheapest)
{
	struct search search = { .sharing = sharing, .opts = opts };
	int err;

	if (opts->size != sizeof(*opts) || !opts->allowed ||
	    !opts->wanted_bytes || !opts->wanted_sets)
		return -EINVAL;
	search.wanted_sets = opts->wanted_sets;
	search.found = calloc(1, sizeof(*search.found));
	if (search.found)
		search.found->choices = calloc(opts->wanted_sets,
					       sizeof(struct choice));
	err = search.found && search.found->choices ? prepare(&search)
						    : -ENOMEM;
	if (!err)
		sum_all(&search);
	if (!err && search.found->all_bytes >= opts->wanted_bytes)
		err = search_all(&search);
	search_free(&search);
	if (err)
		pagemap_cheapest_free(search.found);
	else
		*ret_cheapest = search.found;
	return err;
}

void pagemap_cheapest_free(struct pagemap_cheapest *cheapest)
{
	size_t i;

	if (!cheapest)
		return;
	for (i = 0; cheapest->choices && i < cheapest->count; i++)
		free(cheapest->choices[i].members);
	free(cheapest->choices);
	free(cheapest);
}

size_t pagemap_cheapest_count(const struct pagemap_cheapest *cheapest)
{
	return cheapest->count;
}

const uint32_t *pagemap_cheapest_at(const struct pagemap_cheapest *cheapest,
				    size_t index, size_t *ret_count)
{
	if (index >= cheapest->count)
		return NULL;
	*ret_count = cheapest->choices[index].count;
	return cheapest->choices[index].members;
}

bool pagemap_cheapest_is_smallest(const struct pagemap_cheapest *cheapest)
{
	return cheapest->smallest;
}

uint64_t pagemap_cheapest_all_bytes(const struct pagemap_cheapest *cheapest)
{
	return cheapest->all_bytes;
}
