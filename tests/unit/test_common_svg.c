// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plots as SVG: they are whole XML whatever a process calls itself, lines have
 * gaps where nothing is known, scales fit, and marks stand where they belong.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common_edge.h"
#include "common_rows.h"
#include "svg.h"

#define MIB 1048576.0
#define DEPTH 32

static char *text_of(const struct plot *plot)
{
	FILE *stream = stream_open();

	plot_write_svg(plot, stream);
	return stream_text(stream);
}

static size_t count_of(const char *text, const char *part)
{
	size_t count = 0;

	while ((text = strstr(text, part))) {
		count++;
		text += strlen(part);
	}
	return count;
}

/* An entity, or text that needs none. */
static const char *check_letter(const char *at)
{
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;" };
	size_t i;

	assert_true((unsigned char)*at >= ' ' || *at == '\n');
	if (*at != '&')
		return at + 1;
	for (i = 0; i < 3; i++)
		if (!strncmp(at, entities[i], strlen(entities[i])))
			return at + strlen(entities[i]);
	fail_msg("a bare &: %.40s", at);
	return at;
}

/* Every element that opens is closed, in the right order. */
static void assert_well_formed(const char *text)
{
	char open[DEPTH][16];
	size_t depth = 0;

	while (*text) {
		size_t name, end;

		if (*text != '<') {
			text = check_letter(text);
			continue;
		}
		end = strcspn(text + 1, "<>") + 1;
		assert_int_equal(text[end], '>');
		name = strspn(text + 1, "/abcdefghijklmnopqrstuvwxyz");
		assert_in_range(name, 1, 15);
		if (text[1] == '/') {
			assert_true(depth > 0);
			depth--;
			assert_int_equal(name, strlen(open[depth]) + 1);
			assert_memory_equal(open[depth], text + 2, name - 1);
		} else if (text[end - 1] != '/') {
			assert_true(depth < DEPTH);
			memcpy(open[depth], text + 1, name);
			open[depth++][name] = '\0';
		}
		text += end + 1;
	}
	assert_int_equal(depth, 0);
}

static struct plot_point point(double x, double mib, double low, double high)
{
	return (struct plot_point){ x, mib * MIB, low * MIB, high * MIB };
}

static void a_curve(void **state)
{
	const struct plot_point points[] = {
		point(0.5, 8, 7, 9), point(1, 16, 16, 16), point(2, 16, 15, 17),
	};
	const struct plot_series series = { "referenced", points, 3, false };
	const struct plot plot = {
		.title = "A curve", .subtitle = "of a test",
		.x_title = "interval (s)", .longest = 2,
		.series = &series, .series_count = 1,
		.at = 1, .at_text = "flat",
	};
	char *text = text_of(&plot);

	(void)state;
	assert_well_formed(text);
	/* Halvings at equal distances, the middle one in the middle. */
	assert_non_null(strstr(text, "text-anchor=\"middle\">0.5<"));
	assert_non_null(strstr(text, "x=\"403.0\" y=\"426.0\" "
				     "text-anchor=\"middle\">1<"));
	assert_non_null(strstr(text, "text-anchor=\"middle\">2<"));
	assert_non_null(strstr(text, "memory (MiB)"));
	assert_non_null(strstr(text, "class=\"at\" d=\"M403.0 "));
	assert_int_equal(count_of(text, "class=\"band f0\""), 1);
	/* Three points and one in the legend. */
	assert_int_equal(count_of(text, "class=\"f0 c0\""), 4);
	free(text);
}

static void gaps_break_the_line(void **state)
{
	const struct plot_point points[] = {
		point(0, 1, 1, 1), point(1, 2, 2, 2),
		{ 2, NAN, NAN, NAN }, point(3, 3, 3, 3),
	};
	const struct plot_series series[] = {
		{ "RSS", points, 2, true }, { "used", points, 4, false },
	};
	const struct plot plot = {
		.title = "", .x_title = "time (s)", .series = series,
		.series_count = 2, .at = NAN,
	};
	char *text = text_of(&plot), *line = strstr(text, "\"line c0\" d=\"M");

	(void)state;
	assert_well_formed(text);
	assert_null(strstr(text, "nan"));
	/* The first is the legend's. */
	line = strstr(line + 1, "\"line c0\" d=\"M");
	assert_non_null(line);
	*strchr(line + 14, '"') = '\0';
	assert_int_equal(count_of(line + 14, "L"), 1);
	assert_int_equal(count_of(line + 13, "M"), 2);
	free(text);
}

static void any_name_is_xml(void **state)
{
	const struct plot_point points[] = { point(1, 1, 1, 1) };
	struct plot_series series[12];
	const struct plot plot = {
		.title = "<b> & \"\xff\x01\n</svg>", .subtitle = "a > b",
		.x_title = "x", .series = series, .series_count = 12,
		.longest = 1, .at = NAN,
	};
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < 12; i++)
		series[i] = (struct plot_series){
			"a & b <i> \x1b[31m, a long name of a process", points,
			1, false,
		};
	text = text_of(&plot);
	assert_well_formed(text);
	assert_int_equal(count_of(text, "</svg>"), 1);
	assert_int_equal(count_of(text, "a &amp; b &lt;i&gt; \\x1b[31m"), 12);
	free(text);
}

static void nothing_at_all(void **state)
{
	const struct plot_point zero[] = { { 0, 0, 0, 0 } };
	const struct plot_series series = { "none", zero, 1, false };
	struct plot plot = {
		.title = "t", .x_title = "x", .series = &series,
		.series_count = 1, .at = NAN,
	};
	char *text = text_of(&plot);

	(void)state;
	assert_well_formed(text);
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf"));
	free(text);
	plot.series_count = 0;
	text = text_of(&plot);
	assert_well_formed(text);
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_curve),
		cmocka_unit_test(gaps_break_the_line),
		cmocka_unit_test(any_name_is_xml),
		cmocka_unit_test(nothing_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
