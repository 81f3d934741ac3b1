/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What enumerations are called, and how a usage is read.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "common_edge.h"
#include "parse.h"

typedef const char *(*name_fn)(unsigned int index);

#define NAME_FN(function, type) \
	static const char *call_##function(unsigned int index) \
	{ \
		return function((type)index); \
	}

NAME_FN(pagemap_quality_name, enum pagemap_quality)
NAME_FN(pagemap_metric_name, enum pagemap_metric)
NAME_FN(pagemap_feature_name, enum pagemap_feature)
NAME_FN(pagemap_engine_name, enum pagemap_engine)
NAME_FN(pagemap_status_name, enum pagemap_status)
NAME_FN(pagemap_mapping_kind_name, enum pagemap_mapping_kind)
NAME_FN(pagemap_page_state_name, enum pagemap_page_state)

static const struct {
	name_fn name;
	unsigned int count;
	const char *first;
	const char *last;
} families[] = {
	{ call_pagemap_quality_name, PAGEMAP_UNAVAILABLE + 1,
	  "exact", "unavailable" },
	{ call_pagemap_metric_name, PAGEMAP_METRIC_COUNT,
	  "vss", "rss_peak" },
	{ call_pagemap_feature_name, PAGEMAP_FEATURE_COUNT,
	  "pagemap", "mappings" },
	{ call_pagemap_engine_name, PAGEMAP_ENGINE_CENSUS + 1,
	  "auto", "census" },
	{ call_pagemap_status_name, PAGEMAP_STATUS_NO_MEMORY + 1,
	  "complete", "no_memory" },
	{ call_pagemap_mapping_kind_name, PAGEMAP_MAPPING_UNKNOWN + 1,
	  "anon", "unknown" },
	{ call_pagemap_page_state_name, PAGEMAP_PAGE_MIGRATING + 1,
	  "present", "migrating" },
};

static void assert_word(const char *name)
{
	assert_non_null(name);
	assert_true(*name);
	for (; *name; name++)
		assert_true(islower((unsigned char)*name) || *name == '_');
}

static void all_have_names_of_their_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		name_fn name = families[i].name;
		unsigned int count = families[i].count;

		assert_string_equal(name(0), families[i].first);
		assert_string_equal(name(count - 1), families[i].last);
		for (unsigned int a = 0; a < count; a++) {
			assert_word(name(a));
			for (unsigned int b = 0; b < a; b++)
				assert_string_not_equal(name(a), name(b));
		}
		assert_null(name(count));
		assert_null(name((unsigned int)-1));
	}
}

static void metrics_are_found_by_name(void **state)
{
	enum pagemap_metric metric;

	(void)state;
	for (unsigned int i = 0; i < PAGEMAP_METRIC_COUNT; i++) {
		metric = PAGEMAP_METRIC_COUNT;
		assert_int_equal(pagemap_metric_from_name(
			pagemap_metric_name((enum pagemap_metric)i), &metric),
			0);
		assert_int_equal(metric, i);
	}
	metric = PAGEMAP_KSM;
	assert_int_equal(pagemap_metric_from_name("", &metric), -ENOENT);
	assert_int_equal(pagemap_metric_from_name("PSS", &metric), -ENOENT);
	assert_int_equal(pagemap_metric_from_name("ps", &metric), -ENOENT);
	assert_int_equal(pagemap_metric_from_name("psss", &metric), -ENOENT);
	assert_int_equal(metric, PAGEMAP_KSM);
}

static void metrics_are_described_in_a_line(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PAGEMAP_METRIC_COUNT; i++) {
		const char *line =
			pagemap_metric_describe((enum pagemap_metric)i);

		assert_non_null(line);
		assert_in_range(strlen(line), 10, 72);
		assert_null(strchr(line, '\n'));
		assert_non_null(strchr(line, '('));
	}
	assert_null(pagemap_metric_describe(PAGEMAP_METRIC_COUNT));
}

static void reasons_are_sentences(void **state)
{
	(void)state;
	assert_string_equal(pagemap_reason_describe(PAGEMAP_REASON_NONE), "");
	for (unsigned int i = 1; i < PAGEMAP_REASON_COUNT; i++) {
		const char *line =
			pagemap_reason_describe((enum pagemap_reason)i);

		assert_non_null(line);
		assert_in_range(strlen(line), 10, 72);
		assert_int_not_equal(line[strlen(line) - 1], '.');
		for (unsigned int b = 1; b < i; b++)
			assert_string_not_equal(line, pagemap_reason_describe(
				(enum pagemap_reason)b));
	}
	assert_null(pagemap_reason_describe(PAGEMAP_REASON_COUNT));
}

static void the_version_has_three_numbers(void **state)
{
	const char *version = pagemap_version_string();
	int dots = 0;

	(void)state;
	assert_true(isdigit((unsigned char)*version));
	for (; *version; version++) {
		dots += *version == '.';
		assert_true(*version == '.' || isdigit((unsigned char)*version));
	}
	assert_int_equal(dots, 2);
}

static void values_are_read_as_they_stand(void **state)
{
	struct pagemap_usage usage = { .value_bytes = { 0 } };
	struct pagemap_value value;

	(void)state;
	usage.value_bytes[PAGEMAP_PSS] = 5;
	usage.low_bytes[PAGEMAP_PSS] = 4;
	usage.high_bytes[PAGEMAP_PSS] = 6;
	usage.quality[PAGEMAP_PSS] = PAGEMAP_BOUNDED;
	usage.reason[PAGEMAP_PSS] = PAGEMAP_REASON_UNSEEN;
	value = pagemap_usage_value(&usage, PAGEMAP_PSS);
	assert_int_equal(value.value, 5);
	assert_int_equal(value.low, 4);
	assert_int_equal(value.high, 6);
	assert_int_equal(value.quality, PAGEMAP_BOUNDED);
	assert_int_equal(value.reason, PAGEMAP_REASON_UNSEEN);
}

static void assert_unavailable(struct pagemap_value value,
			       enum pagemap_reason reason)
{
	assert_int_equal(value.quality, PAGEMAP_UNAVAILABLE);
	assert_int_equal(value.reason, reason);
	assert_int_equal(value.value | value.low | value.high, 0);
}

static void unavailable_values_mean_nothing(void **state)
{
	struct pagemap_usage usage;

	(void)state;
	memset(&usage, 0x55, sizeof(usage));
	usage.quality[PAGEMAP_USS] = PAGEMAP_UNAVAILABLE;
	usage.reason[PAGEMAP_USS] = PAGEMAP_REASON_DENIED;
	assert_unavailable(pagemap_usage_value(&usage, PAGEMAP_USS),
			   PAGEMAP_REASON_DENIED);
	assert_unavailable(pagemap_usage_value(&usage, PAGEMAP_METRIC_COUNT),
			   PAGEMAP_REASON_NO_FEATURE);
	assert_unavailable(pagemap_usage_value(&usage,
					       (enum pagemap_metric)1000),
			   PAGEMAP_REASON_NO_FEATURE);
}

static void the_worst_quality_of_a_mask(void **state)
{
	const uint64_t pss = PAGEMAP_METRIC_BIT(PAGEMAP_PSS);
	const uint64_t tables = PAGEMAP_METRIC_BIT(PAGEMAP_PAGE_TABLES);
	struct pagemap_usage usage = { .value_bytes = { 0 } };

	(void)state;
	usage.quality[PAGEMAP_PSS] = PAGEMAP_ESTIMATED;
	usage.quality[PAGEMAP_PAGE_TABLES] = PAGEMAP_UNAVAILABLE;
	assert_int_equal(pagemap_usage_quality(&usage, 0), PAGEMAP_EXACT);
	assert_int_equal(pagemap_usage_quality(&usage, ~(pss | tables) &
					       PAGEMAP_METRICS_ALL),
			 PAGEMAP_EXACT);
	assert_int_equal(pagemap_usage_quality(&usage, pss),
			 PAGEMAP_ESTIMATED);
	assert_int_equal(pagemap_usage_quality(&usage, PAGEMAP_METRICS_SIZES),
			 PAGEMAP_ESTIMATED);
	assert_int_equal(pagemap_usage_quality(&usage, pss | tables),
			 PAGEMAP_UNAVAILABLE);
	assert_int_equal(pagemap_usage_quality(&usage, PAGEMAP_METRICS_ALL),
			 PAGEMAP_UNAVAILABLE);
	/* A metric that this version does not know is not available. */
	assert_int_equal(pagemap_usage_quality(
		&usage, PAGEMAP_METRIC_BIT(PAGEMAP_METRIC_COUNT)),
		PAGEMAP_UNAVAILABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_have_names_of_their_own),
		cmocka_unit_test(metrics_are_found_by_name),
		cmocka_unit_test(metrics_are_described_in_a_line),
		cmocka_unit_test(reasons_are_sentences),
		cmocka_unit_test(the_version_has_three_numbers),
		cmocka_unit_test(values_are_read_as_they_stand),
		cmocka_unit_test(unavailable_values_mean_nothing),
		cmocka_unit_test(the_worst_quality_of_a_mask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
