/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * meta.json: keys that are known, keys that are not, and what is no JSON.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common_edge.h"
#include "parse.h"

static int meta_of(const char *text, size_t size, struct tree_meta *ret_meta)
{
	fill_garbage(ret_meta, sizeof(*ret_meta));
	return parse_meta(edge_copy(text, size), size, ret_meta);
}

static int meta_of_string(const char *text, struct tree_meta *ret_meta)
{
	return meta_of(text, strlen(text), ret_meta);
}

static const char all_keys[] =
	"{\n"
	"  \"kernel\": \"5.10.0-arm\",\n"
	"  \"page_size_bytes\": 65536,\n"
	"  \"word_bits\": 32,\n"
	"  \"page_counts\": \"averaged\",\n"
	"  \"byte_order\": \"big\",\n"
	"  \"all_pids\": false,\n"
	"  \"unreadable\": [{\"pid\": 7, \"why\": \"no \\\"}]\\u00e9\"}, []],\n"
	"  \"time\": 18446744073709551615\n"
	"}\n";

static void every_key(void **state)
{
	struct tree_meta meta;

	(void)state;
	assert_int_equal(meta_of_string(all_keys, &meta), 0);
	assert_int_equal(meta.page_size_bytes, 65536);
	assert_int_equal(meta.word_bits, 32);
	assert_int_equal(meta.averaged, 1);
	assert_true(meta.big_endian);
	assert_false(meta.all_pids);
	assert_int_equal(meta.time_ns, UINT64_MAX);
	assert_int_equal(meta.kernel.len, 10);
	assert_memory_equal(meta.kernel.at, "5.10.0-arm", 10);
}

static void assert_defaults(const struct tree_meta *meta)
{
	assert_int_equal(meta->page_size_bytes, 0);
	assert_int_equal(meta->word_bits, 0);
	assert_int_equal(meta->averaged, -1);
	assert_false(meta->big_endian);
	assert_true(meta->all_pids);
	assert_int_equal(meta->time_ns, 0);
	assert_int_equal(meta->kernel.len, 0);
}

static void no_known_key(void **state)
{
	static const char *const texts[] = {
		"{}", " \t\r\n{ \n} \n",
		"{\"x\":1}",
		"{\"\":\"\"}",
		"{\"x\":{\"page_size_bytes\":1,\"time\":[2]},\"y\":[\"kernel\"]}",
		"{\"Page_size_bytes\":1,\"page_size_bytesx\":1,\"time \":3}",
		"{\"page_size_bytes\":null,\"word_bits\":null,"
		"\"page_counts\":null,\"byte_order\":null,\"all_pids\":null,"
		"\"time\":null,\"kernel\":null}",
		"{\"a\":-0.5e+10,\"b\":1E-2,\"c\":0,\"d\":-0,\"e\":0.25,"
		"\"f\":true,\"g\":false,\"h\":null,\"i\":\"\\b\\/\\\\\\\"\"}",
		"{\"a\":[[[[]]],{},{\"b\":{}},[1,[2],{\"c\":[3]}]]}",
		/* Escaped, it is another key here: it is not undone. */
		"{\"\\u0074ime\":5}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct tree_meta meta;

		assert_int_equal(meta_of_string(texts[i], &meta), 0);
		assert_defaults(&meta);
	}
}

static void the_other_choices(void **state)
{
	struct tree_meta meta;

	(void)state;
	assert_int_equal(meta_of_string("{\"page_counts\":\"precise\","
		"\"byte_order\":\"little\",\"all_pids\":true,"
		"\"word_bits\":64,\"kernel\":\"a\\\"b\"}", &meta), 0);
	assert_int_equal(meta.averaged, 0);
	assert_false(meta.big_endian);
	assert_true(meta.all_pids);
	assert_int_equal(meta.word_bits, 64);
	assert_int_equal(meta.kernel.len, 4);
	assert_memory_equal(meta.kernel.at, "a\\\"b", 4);
}

static void assert_meta_fails(const char *text)
{
	struct tree_meta meta;

	assert_int_equal(meta_of_string(text, &meta), -EINVAL);
	assert_garbage(&meta, sizeof(meta));
}

static void not_json(void **state)
{
	static const char *const texts[] = {
		"", " ", "{", "}", "[]", "1", "null", "\"x\"", "{}{}", "{}x",
		"{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\" 1}",
		"{\"a\":1 \"b\":2}", "{a:1}", "{'a':1}", "{\"a\":'b'}",
		"{1:2}", "{\"a\":tru}", "{\"a\":True}", "{\"a\":nul}",
		"{\"a\":truefalse}", "{\"a\":+1}", "{\"a\":01}", "{\"a\":-}",
		"{\"a\":1.}", "{\"a\":.5}", "{\"a\":1e}", "{\"a\":1e+}",
		"{\"a\":0x10}", "{\"a\":00}", "{\"a\":1 2}", "{\"a\":NaN}",
		"{\"a\":\"}", "{\"a\":\"\\\"}", "{\"a\":\"\\x\"}",
		"{\"a\":\"\\u12\"}", "{\"a\":\"\\u123g\"}", "{\"a\":\"\n\"}",
		"{\"a\":\"\t\"}", "{\"a\":\"\\", "{\"a\":\"\\u", "{\"a\":[}",
		"{\"a\":[}]", "{\"a\":[1}", "{\"a\":{1}}", "{\"a\":{\"b\"}}",
		"{\"a\":{\"b\":1]}", "{\"a\":[1,]}", "{\"a\":[,1]}",
		"{\"a\":[1 2]}", "{\"a\":{\"b\":1,}}", "{\"a\":[]]}",
		"{\"a\":{\"b\":1 \"c\":2}}", "{\"a\":[\"b\":1]}", "{\"a\":{[]}}",
		"// x\n{}", "{/**/}", "\xef\xbb\xbf{}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_meta_fails(texts[i]);
}

static void a_nul_is_no_space(void **state)
{
	struct tree_meta meta;

	(void)state;
	assert_int_equal(meta_of("{}\0", 3, &meta), -EINVAL);
	assert_int_equal(meta_of("{\"a\":\"\0\"}", 9, &meta), -EINVAL);
	assert_int_equal(meta_of("{\"a\":\"\\\0\"}", 10, &meta), -EINVAL);
	assert_int_equal(meta_of("{\"a\":\"\\u\0\0\0\0\"}", 14, &meta),
			 -EINVAL);
	assert_int_equal(meta_of("{\"a\":\0}", 7, &meta), -EINVAL);
}

static void known_keys_of_wrong_types(void **state)
{
	static const char *const texts[] = {
		"{\"page_size_bytes\":\"4096\"}",
		"{\"page_size_bytes\":-4096}",
		"{\"page_size_bytes\":4096.0}",
		"{\"page_size_bytes\":4e3}",
		"{\"page_size_bytes\":4294967296}",
		"{\"page_size_bytes\":[4096]}",
		"{\"page_size_bytes\":true}",
		"{\"word_bits\":16}",
		"{\"word_bits\":\"32\"}",
		"{\"page_counts\":\"other\"}",
		"{\"page_counts\":1}",
		"{\"byte_order\":\"middle\"}",
		"{\"byte_order\":false}",
		"{\"all_pids\":0}",
		"{\"all_pids\":\"false\"}",
		"{\"time\":18446744073709551616}",
		"{\"time\":\"2026\"}",
		"{\"time\":{}}",
		"{\"kernel\":6.1}",
		"{\"kernel\":[\"6.1\"]}",
		/* Twice: which one would be right? */
		"{\"time\":1,\"time\":1}",
		"{\"kernel\":null,\"kernel\":\"6.1\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_meta_fails(texts[i]);
}

/* {"a":[[[...]]]} with so many brackets. */
static int nested(size_t depth, const char *open, const char *close)
{
	const size_t size = depth * (strlen(open) + strlen(close)) + 8;
	char *text = malloc(size + 1);
	struct tree_meta meta;
	int err;

	assert_non_null(text);
	strcpy(text, "{\"a\":");
	for (size_t i = 0; i < depth; i++)
		memcpy(text + 5 + i * strlen(open), open, strlen(open) + 1);
	text[strlen(text)] = '0';
	memset(text + 6 + depth * strlen(open), *close, depth);
	memcpy(text + 6 + depth * (strlen(open) + 1), "}", 2);
	err = meta_of_string(text, &meta);
	free(text);
	return err;
}

static void depth_is_bounded(void **state)
{
	(void)state;
	assert_int_equal(nested(0, "[", "]"), 0);
	assert_int_equal(nested(64, "[", "]"), 0);
	assert_int_equal(nested(65, "[", "]"), -EINVAL);
	assert_int_equal(nested(64, "{\"k\":", "}"), 0);
	assert_int_equal(nested(65, "{\"k\":", "}"), -EINVAL);
	assert_int_equal(nested(100000, "[", "]"), -EINVAL);
}

static void cut_at_every_byte(void **state)
{
	const size_t brace = strlen(all_keys) - 1;
	struct tree_meta meta;

	(void)state;
	for (size_t len = 0; len < strlen(all_keys); len++)
		assert_int_equal(meta_of(all_keys, len, &meta),
				 len >= brace ? 0 : -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key),
		cmocka_unit_test(no_known_key),
		cmocka_unit_test(the_other_choices),
		cmocka_unit_test(not_json),
		cmocka_unit_test(a_nul_is_no_space),
		cmocka_unit_test(known_keys_of_wrong_types),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(cut_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
