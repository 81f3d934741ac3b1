/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many processes map each page, in the steps of page_class.h.  Where some
 * could not be read, a page is drawn by those that were seen, and the classes
 * that it may be in as well have bounds.
 */
#include "making.h"
#include "page_class.h"

/* From here on all are in one class. */
#define MANY 65

struct sharers {
	struct apart apart;
	uint8_t steps[MANY + 1];
};

static const uint8_t swatches[SHARERS_COUNT] = {
	[SHARERS_ABSENT] = SWATCH_ABSENT,
	[SHARERS_ONE] = SWATCH_RAMP_0,
	[SHARERS_TWO] = SWATCH_RAMP_0 + 1,
	[SHARERS_FEW] = SWATCH_RAMP_0 + 2,
	[SHARERS_8] = SWATCH_RAMP_0 + 3,
	[SHARERS_16] = SWATCH_RAMP_0 + 4,
	[SHARERS_64] = SWATCH_RAMP_0 + 5,
	[SHARERS_MORE] = SWATCH_RAMP_7,
	[SHARERS_UNKNOWN] = SWATCH_UNKNOWN,
};

static uint8_t step_of(const struct sharers *sharers, uint32_t count)
{
	return sharers->steps[count < MANY ? count : MANY];
}

static uint8_t sharers_of(struct making *making, const void *context,
			  const struct stretch *stretch)
{
	const struct sharers *sharers = context;
	uint8_t class_of = apart_class(&sharers->apart, stretch);
	uint8_t high, i;

	if (class_of)
		return class_of;
	class_of = step_of(sharers, stretch->sharers);
	if (stretch->sharers_high <= stretch->sharers || !stretch->sharers)
		return class_of;
	high = step_of(sharers, stretch->sharers_high);
	if (high != class_of)
		making->unsure[class_of] += stretch->page_count;
	for (i = class_of + 1; i <= high; i++)
		making->maybe[i] += stretch->page_count;
	return class_of;
}

static const char *const keys[SHARERS_COUNT] = {
	[SHARERS_ABSENT] = "absent",
	[SHARERS_ONE] = "1",
	[SHARERS_TWO] = "2",
	[SHARERS_FEW] = "3-4",
	[SHARERS_8] = "5-8",
	[SHARERS_16] = "9-16",
	[SHARERS_64] = "17-64",
	[SHARERS_MORE] = "65-",
	[SHARERS_UNKNOWN] = "unknown",
};

static void add_step(struct making *making, enum sharer_class number,
		     enum row_kind kind)
{
	const struct page_class_row *step = page_class_row(PAGE_BY_SHARERS,
							   number);
	const char *help = number == SHARERS_ONE && making_is_frames(making) ?
			   "of one process alone" : step->help;
	const struct class_row row = {
		keys[number], step->name, help, swatches[number],
		(uint8_t)kind,
	};

	making_add(making, &row);
}

/* Absent, the steps, in their order: so class and step are one number. */
static void add_classes(struct making *making, struct sharers *ret_sharers)
{
	struct pagemap_run run = { .state = PAGEMAP_PAGE_PRESENT };
	int i;

	add_step(making, SHARERS_ABSENT, ROW_FIXED);
	for (i = SHARERS_ONE; i <= SHARERS_MORE; i++)
		add_step(making, (enum sharer_class)i, ROW_ANSWER);
	add_step(making, SHARERS_UNKNOWN, ROW_DOUBT);
	for (run.sharers = 0; run.sharers <= MANY; run.sharers++)
		ret_sharers->steps[run.sharers] =
			(uint8_t)sharer_class_of(&run);
	apart_add(making, &ret_sharers->apart);
}

int make_by_sharers(struct making *making)
{
	struct sharers sharers;
	int err;

	add_classes(making, &sharers);
	making_doubt_sharers(making);
	err = making_collect(making, sharers_of, &sharers);
	if (!err && !making_is_frames(making))
		making_set_metrics(making, SHARERS_ONE,
				   PAGEMAP_METRIC_BIT(PAGEMAP_USS));
	return err;
}
