/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether pages were accessed and modified, and how long ago they were used,
 * in steps that double.
 */
#include "making.h"

#include <string.h>

static const struct class_row absent = {
	"absent", "absent", "nothing there", SWATCH_ABSENT, ROW_FIXED,
};

/* ---- Use --------------------------------------------------------------- */

enum { USE_BOTH = 1, USE_ACCESSED, USE_MODIFIED, USE_NEITHER, USE_UNKNOWN };

static const struct class_row uses[] = {
	{ "accessed_modified", "used and written",
	  "accessed, and modified since it was mapped or written back",
	  SWATCH_RAMP_7, ROW_ANSWER },
	{ "accessed", "used", "accessed, and as it is in its file or in swap",
	  SWATCH_RAMP_0 + 5, ROW_ANSWER },
	{ "modified", "written before",
	  "modified, and not accessed since that was last forgotten",
	  SWATCH_RAMP_0 + 2, ROW_ANSWER },
	{ "neither", "not used", "neither accessed nor modified",
	  SWATCH_PLAIN, ROW_ANSWER },
	{ "unknown", "unknown", "nothing tells whether it was used",
	  SWATCH_UNKNOWN, ROW_DOUBT },
};

static uint8_t use_of(struct making *making, const void *context,
		      const struct stretch *stretch)
{
	static const uint8_t classes[] = {
		USE_NEITHER, USE_ACCESSED, USE_MODIFIED, USE_BOTH,
	};
	uint8_t apart = apart_class(context, stretch);

	(void)making;
	/* Also of a page of zeros the kernel knows. */
	if (stretch->bits & PAGEMAP_RUN_USE_KNOWN)
		return classes[(stretch->bits & PAGEMAP_RUN_ACCESSED ? 1 : 0) +
			       (stretch->bits & PAGEMAP_RUN_MODIFIED ? 2 : 0)];
	return apart ? apart : USE_UNKNOWN;
}

int make_by_use(struct making *making)
{
	struct apart apart;

	making_add(making, &absent);
	making_add_all(making, uses, sizeof(uses) / sizeof(uses[0]));
	apart_add(making, &apart);
	making->why = making->picture->why_use;
	if (making_is_ram(making) && !*making->why)
		making->why = "frames do not tell it: look at a process";
	return making_collect(making, use_of, &apart);
}

/* ---- Age --------------------------------------------------------------- */

#define STEPS 8

static const struct class_row ages[] = {
	{ "0", "last sample", "used in the last sample", SWATCH_RAMP_7,
	  ROW_ANSWER },
	{ "1", "1 before", "last used one sample before",
	  SWATCH_RAMP_0 + 6, ROW_ANSWER },
	{ "2-3", "2-3 before", "last used 2 or 3 samples before",
	  SWATCH_RAMP_0 + 5, ROW_ANSWER },
	{ "4-7", "4-7 before", "last used 4 to 7 samples before",
	  SWATCH_RAMP_0 + 4, ROW_ANSWER },
	{ "8-15", "8-15 before", "last used 8 to 15 samples before",
	  SWATCH_RAMP_0 + 3, ROW_ANSWER },
	{ "16-31", "16-31 before", "last used 16 to 31 samples before",
	  SWATCH_RAMP_0 + 2, ROW_ANSWER },
	{ "32-63", "32-63 before", "last used 32 to 63 samples before",
	  SWATCH_RAMP_0 + 1, ROW_ANSWER },
	{ "64-", "64 and more before", "last used 64 samples before, or more",
	  SWATCH_RAMP_0, ROW_ANSWER },
	{ "never", "never", "not used since the first sample", SWATCH_PLAIN,
	  ROW_ANSWER },
	{ "unknown", "unknown", "nothing told when it was used",
	  SWATCH_UNKNOWN, ROW_DOUBT },
};

enum { AGE_CLASS_NEVER = STEPS + 1, AGE_CLASS_UNKNOWN };

struct ages {
	struct apart apart;
	uint8_t classes[256];
};

static uint8_t age_of(struct making *making, const void *context,
		      const struct stretch *stretch)
{
	const struct ages *made = context;
	uint8_t class_of = made->classes[stretch->age];
	uint8_t apart;

	(void)making;
	if (class_of != AGE_CLASS_UNKNOWN)
		return class_of;
	apart = apart_class(&made->apart, stretch);
	return apart ? apart : AGE_CLASS_UNKNOWN;
}

static void find_steps(struct ages *made)
{
	unsigned int age, step = 0;

	for (age = 0; age < AGE_NEVER; age++) {
		if (step + 1 < STEPS && age == 1u << step)
			step++;
		made->classes[age] = (uint8_t)(1 + step);
	}
	made->classes[AGE_NEVER] = AGE_CLASS_NEVER;
	made->classes[AGE_UNKNOWN] = AGE_CLASS_UNKNOWN;
}

int make_by_age(struct making *making)
{
	struct ages made;

	making_add(making, &absent);
	making_add_all(making, ages, sizeof(ages) / sizeof(ages[0]));
	apart_add(making, &made.apart);
	find_steps(&made);
	making->why = making->picture->why_age;
	return making_collect(making, age_of, &made);
}
