/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moments made by hand: one picture, its people, sets and flags, each added by
 * a line.  What is not said is the plainest: a page of anonymous memory in a
 * frame of its own.
 */
#ifndef HAND_MADE_H
#define HAND_MADE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "layer.h"
#include "page_class.h"

#define HAND_MOST 512
#define HAND_PAGE 4096

struct hand_made {
	struct moment moment;
	struct picture picture;
	struct person people[HAND_MOST];
	struct share_set sets[HAND_MOST];
	uint32_t members[HAND_MOST][8];
	uint64_t flags[HAND_MOST];
	struct stretch stretches[HAND_MOST];
	struct area areas[HAND_MOST];
	struct ram_figure ram[PAGEMAP_RAM_CLASS_COUNT];
};

/* pid 0: RAM.  Freed by free(). */
static inline struct hand_made *hand_new(pid_t pid)
{
	struct hand_made *hand = calloc(1, sizeof(*hand));
	struct picture *picture;
	int i;

	assert_non_null(hand);
	picture = &hand->picture;
	hand->flags[0] = PAGEMAP_FLAGS_UNKNOWN;
	hand->moment = (struct moment){
		.page_bytes = HAND_PAGE,
		.people = hand->people,
		.sets = hand->sets,
		.flags = hand->flags,
		.flag_count = 1,
		.pictures = picture,
		.picture_count = 1,
	};
	*picture = (struct picture){
		.id = { pid ? MAP_PROCESS : MAP_RAM, pid },
		.name = "made",
		.why = "", .why_sharers = "", .why_use = "", .why_age = "",
		.why_flags = "",
		.areas = hand->areas,
		.stretches = hand->stretches,
		.ram = pid ? NULL : hand->ram,
	};
	for (i = 0; i < PAGEMAP_METRIC_SLOTS; i++) {
		picture->usage.quality[i] = PAGEMAP_UNAVAILABLE;
		picture->usage.reason[i] = PAGEMAP_REASON_NOT_ASKED;
	}
	return hand;
}

static inline uint32_t hand_person(struct hand_made *hand, pid_t pid,
				   const char *name, const char *user)
{
	size_t at = hand->moment.person_count++;

	hand->people[at] = (struct person){
		.pid = pid, .ppid = -1, .uid = -1, .name = name,
		.command = "", .user = user, .group = "",
	};
	return (uint32_t)at;
}

/* A set of the people at count places. */
static inline uint32_t hand_set(struct hand_made *hand, uint32_t count, ...)
{
	size_t i, at = hand->moment.set_count++;
	va_list members;

	va_start(members, count);
	for (i = 0; i < count; i++)
		hand->members[at][i] = va_arg(members, uint32_t);
	va_end(members);
	hand->sets[at] = (struct share_set){ hand->members[at], count, false };
	return (uint32_t)at;
}

static inline uint16_t hand_flags(struct hand_made *hand, uint64_t flags)
{
	hand->flags[hand->moment.flag_count] = flags;
	return (uint16_t)hand->moment.flag_count++;
}

static inline void hand_area(struct hand_made *hand, uint64_t first,
			     uint64_t end)
{
	hand->areas[hand->picture.area_count++] = (struct area){
		.first_page = first, .end_page = end, .name = "",
	};
	hand->picture.mapped_pages += end - first;
}

/* In RAM a frame is where it is. */
static inline struct stretch *hand_stretch(struct hand_made *hand,
					   uint64_t first, uint32_t count,
					   unsigned int class_of)
{
	struct stretch *stretch =
		&hand->stretches[hand->picture.stretch_count++];

	*stretch = (struct stretch){
		.first_page = first,
		.place = hand->picture.ram ? first : first + 0x100000,
		.page_count = count,
		.set = SET_UNKNOWN,
		.state = PAGEMAP_PAGE_PRESENT,
		.class_of = (uint8_t)class_of,
		.age = AGE_UNKNOWN,
	};
	return stretch;
}

/* The same, mapped by those of a set. */
static inline struct stretch *hand_shared(struct hand_made *hand,
					  uint64_t first, uint32_t count,
					  unsigned int class_of, uint32_t set)
{
	struct stretch *stretch = hand_stretch(hand, first, count, class_of);

	stretch->set = set;
	stretch->sharers = hand->sets[set].member_count;
	stretch->sharers_high = stretch->sharers;
	return stretch;
}

static inline void hand_metric(struct hand_made *hand,
			       enum pagemap_metric metric, uint64_t bytes)
{
	struct pagemap_usage *usage = &hand->picture.usage;

	usage->value_bytes[metric] = bytes;
	usage->low_bytes[metric] = bytes;
	usage->high_bytes[metric] = bytes;
	usage->quality[metric] = PAGEMAP_EXACT;
	usage->reason[metric] = PAGEMAP_REASON_NONE;
}

/* base: NULL none. */
static inline struct layer *hand_layer(const struct hand_made *hand,
				       const struct hand_made *base,
				       enum colouring by)
{
	const struct layer_input input = {
		.moment = &hand->moment,
		.picture = &hand->picture,
		.base_moment = base ? &base->moment : NULL,
		.base = base ? &base->picture : NULL,
	};
	struct layer *layer;

	assert_int_equal(layer_make(&input, by, &layer), 0);
	return layer;
}

/* The class of a key; the test fails if there is none. */
static inline const struct layer_class *class_of(const struct layer *layer,
						 const char *key)
{
	size_t i;

	for (i = 0; i < layer->class_count; i++)
		if (!strcmp(layer->classes[i].key, key))
			return &layer->classes[i];
	fail_msg("no class %s", key);
	return NULL;
}

static inline void assert_pages(const struct layer *layer, const char *key,
				uint64_t pages)
{
	if (class_of(layer, key)->pages != pages)
		fail_msg("%s: %llu pages for %llu", key,
			 (unsigned long long)class_of(layer, key)->pages,
			 (unsigned long long)pages);
}

static inline void assert_at(const struct layer *layer, uint64_t page,
			     const char *key)
{
	assert_string_equal(layer->classes[layer_class_at(layer, page)].key,
			    key);
}

/* The keys of the legend, in their order, with blanks between. */
static inline void assert_legend(const struct layer *layer,
				 const char *expected)
{
	char text[1024] = "";
	size_t i;

	for (i = 0; i < layer->legend_count; i++) {
		if (i)
			strcat(text, " ");
		strcat(text, layer->classes[layer->legend[i]].key);
	}
	assert_string_equal(text, expected);
}

static inline void assert_exact(const struct layer *layer, const char *key,
				uint64_t bytes)
{
	const struct pagemap_value *value = &class_of(layer, key)->bytes;

	assert_int_equal(value->quality, PAGEMAP_EXACT);
	assert_int_equal(value->value, bytes);
	assert_int_equal(value->low, bytes);
	assert_int_equal(value->high, bytes);
}

static inline void assert_bounded(const struct layer *layer, const char *key,
				  uint64_t low, uint64_t pages, uint64_t high)
{
	const struct pagemap_value *value = &class_of(layer, key)->bytes;

	assert_int_equal(value->quality, PAGEMAP_BOUNDED);
	assert_int_equal(value->low, low * HAND_PAGE);
	assert_int_equal(value->value, pages * HAND_PAGE);
	assert_int_equal(value->high, high * HAND_PAGE);
}

static inline void assert_unknown(const struct layer *layer, const char *key)
{
	assert_int_equal(class_of(layer, key)->bytes.quality,
			 PAGEMAP_UNAVAILABLE);
}

#endif
