/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON: null where nothing is known, low and high where a value is bounded,
 * and text that is JSON whatever a process calls itself.
 */
#include "json.h"

#include <stdlib.h>

#include "common_edge.h"
#include "common_rows.h"

/* Frees the object. */
static void assert_json(struct json *json, const char *expected)
{
	FILE *stream = stream_open();
	char *text;

	json_print(json, stream);
	text = stream_text(stream);
	json_free(json);
	assert_string_equal(text, expected);
	free(text);
}

static void values_have_their_quality(void **state)
{
	struct json *object = json_new_object();
	struct pagemap_value value = value_exact(6144000);

	(void)state;
	json_set_value(object, "pss", &value);
	value = value_unknown(PAGEMAP_REASON_DENIED);
	json_set_value(object, "uss", &value);
	value = value_bounded(1, 2, 3);
	json_set_value(object, "rss", &value);
	value = value_estimated(4);
	json_set_value(object, "swap", &value);
	assert_json(object, "{\"pss_bytes\":6144000,\"uss_bytes\":null,"
			    "\"rss_bytes\":2,\"rss_low_bytes\":1,"
			    "\"rss_high_bytes\":3,\"swap_bytes\":4}");
}

static void text_is_always_json(void **state)
{
	struct json *object = json_new_object();

	(void)state;
	json_set_text(object, "plain", "a/b");
	json_set_text(object, "unknown", NULL);
	json_set_text(object, "empty", "");
	json_set_text(object, "quote", "\"\\\n\x1b");
	json_set_text(object, "utf8", "\xc3\xa9");
	json_set_text(object, "bytes", "\xff\n\xc3\xa9");
	assert_json(object, "{\"plain\":\"a/b\",\"unknown\":null,"
			    "\"empty\":\"\",\"quote\":\"\\\"\\\\\\n\\u001b\","
			    "\"utf8\":\"\xc3\xa9\","
			    "\"bytes\":\"\\\\xff\\\\n\xc3\xa9\"}");
}

static void arrays_keep_their_order(void **state)
{
	struct json *object = json_new_object();
	struct json *array = json_new_array();

	(void)state;
	json_append_number(array, 2);
	json_append_number(array, -1);
	json_append_text(array, "x");
	json_append(array, NULL);
	json_set(object, "array", array);
	json_set(object, "empty", json_new_array());
	json_set_bool(object, "yes", true);
	json_set_bool(object, "no", false);
	json_set_number(object, "number", INT64_MAX);
	assert_json(object, "{\"array\":[2,-1,\"x\",null],\"empty\":[],"
			    "\"yes\":true,\"no\":false,"
			    "\"number\":9223372036854775807}");
}

static void rows_have_a_key_for_each_column(void **state)
{
	struct column_list list =
		columns_of("pid,uid,user,name,processes,pss,uss,swap_pss");
	struct json *object = json_new_object();
	struct pagemap_usage usage;
	struct row row;

	(void)state;
	usage_clear(&usage);
	usage_set(&usage, PAGEMAP_PSS, value_bounded(0, 10, 20));
	usage_set(&usage, PAGEMAP_USS, value_exact(0));
	row = row_of(&usage, "\x80");
	row.uid = 0;
	row.processes = 3;
	json_set_row(object, &list, &row);
	assert_json(object, "{\"pid\":null,\"uid\":0,\"user\":null,"
			    "\"name\":\"\\\\x80\",\"processes\":3,"
			    "\"pss_bytes\":10,\"pss_low_bytes\":0,"
			    "\"pss_high_bytes\":20,\"uss_bytes\":0,"
			    "\"swap_pss_bytes\":null}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_have_their_quality),
		cmocka_unit_test(text_is_always_json),
		cmocka_unit_test(arrays_keep_their_order),
		cmocka_unit_test(rows_have_a_key_for_each_column),
	};

	if (!json_is_built_in()) {
		puts("1..0 # skip: built without json-c");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
