/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the options of pageviz take.  Which there are is in settings.c.
 */
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "near.h"
#include "pageviz.h"
#include "source.h"
#include "units.h"

#define SIDE_LEAST 64
#define SIDE_MOST 16384
#define TEXT_LEAST 6
#define TEXT_MOST 200
#define ROW_MOST 65536
#define ZOOM_MOST 64
#define ZOOM_PAGES_MOST (1 << 24)
#define INTERVAL_LEAST_S 0.05
#define INTERVAL_MOST_S 86400
#define HISTORY_LEAST (1 << 20)
#define MOMENTS_MOST 10000

/* ---- Names -------------------------------------------------------------- */

static int unknown_name(const char *what, const char *word, size_t length,
			near_name_fn name_at)
{
	char near[128];

	if (near_names(word, length, name_at, near, sizeof(near)))
		message("unknown %s '%.*s': did you mean %s? --help lists them "
			"all", what, (int)length, word, near);
	else
		message("unknown %s '%.*s': --help lists them", what,
			(int)length, word);
	return EXIT_USAGE;
}

static int take_colour(struct settings *settings, const char *word,
		       size_t length)
{
	char name[32];

	if (settings->by_count == PANES_MOST) {
		message("--by takes a colouring for each map, and %d maps are "
			"the most", PANES_MOST);
		return EXIT_USAGE;
	}
	snprintf(name, sizeof(name), "%.*s", (int)length, word);
	if (colouring_from_name(name, &settings->by[settings->by_count]))
		return unknown_name("colouring", word, length,
				    colouring_name_at);
	settings->by_count++;
	return 0;
}

int take_colours(struct settings *settings, const char *text)
{
	settings->by_count = 0;
	for (;;) {
		size_t length = strcspn(text, ",");
		int status = take_colour(settings, text, length);

		if (status || !text[length])
			return status;
		text += length + 1;
	}
}

int take_layout(struct settings *settings, const char *text)
{
	if (layout_from_name(text, &settings->layout))
		return unknown_name("layout", text, strlen(text),
				    layout_name_at);
	settings->has_layout = true;
	return 0;
}

int take_theme(struct settings *settings, const char *text)
{
	if (theme_from_name(text, &settings->theme))
		return unknown_name("theme", text, strlen(text), theme_name_at);
	settings->has_theme = true;
	return 0;
}

int take_output(struct settings *settings, const char *text)
{
	static const struct {
		const char *ending;
		enum output_kind kind;
	} endings[] = {
		{ ".png", OUTPUT_PNG }, { ".svg", OUTPUT_SVG },
		{ ".txt", OUTPUT_TEXT },
	};
	const char *ending = strrchr(text, '.');
	size_t i;

	settings->out = text;
	settings->output = strcmp(text, "-") ? OUTPUT_NONE : OUTPUT_PNG;
	for (i = 0; ending && i < sizeof(endings) / sizeof(endings[0]); i++)
		if (!strcmp(ending, endings[i].ending))
			settings->output = endings[i].kind;
	if (settings->output != OUTPUT_NONE)
		return 0;
	message("-o takes a name that ends in .png, .svg or .txt, or - for a "
		"PNG on standard output, not '%s'", text);
	return EXIT_USAGE;
}

/* ---- Numbers ------------------------------------------------------------ */

int take_row(struct settings *settings, const char *text)
{
	unsigned long pages;

	if (!number_parse(text, "--row", ROW_MOST, &pages))
		return EXIT_USAGE;
	if (pages & (pages - 1)) {
		message("--row takes a power of two, as 64 or 128, not '%s'",
			text);
		return EXIT_USAGE;
	}
	settings->row_pages = (uint32_t)pages;
	return 0;
}

/* A positive decimal number and no more: strtod takes much else. */
static bool parse_real(const char *text, double *ret_number)
{
	char *end;

	if (!*text || strspn(text, "0123456789.") != strlen(text))
		return false;
	*ret_number = strtod(text, &end);
	return end != text && !*end;
}

int take_zoom(struct settings *settings, const char *text)
{
	bool inverse = !strncmp(text, "1/", 2);
	double number = 0;

	settings->has_zoom = true;
	settings->zoom = 0;
	if (!strcmp(text, "fit"))
		return 0;
	if (parse_real(text + (inverse ? 2 : 0), &number) && number >= 1 &&
	    number <= (inverse ? ZOOM_PAGES_MOST : ZOOM_MOST)) {
		settings->zoom = inverse ? 1 / number : number;
		return 0;
	}
	message("--zoom takes fit, the pixels of a page from 1 to %d, or pages "
		"of a pixel as 1/16, not '%s'", ZOOM_MOST, text);
	return EXIT_USAGE;
}

int take_size(struct settings *settings, const char *text)
{
	int width = 0, height = 0, end = 0;

	if (sscanf(text, "%5dx%5d%n", &width, &height, &end) == 2 &&
	    !text[end] && width >= SIDE_LEAST && height >= SIDE_LEAST &&
	    width <= SIDE_MOST && height <= SIDE_MOST) {
		settings->width = width;
		settings->height = height;
		return 0;
	}
	message("--size takes WIDTHxHEIGHT in pixels, each from %d to %d, not "
		"'%s'", SIDE_LEAST, SIDE_MOST, text);
	return EXIT_USAGE;
}

int take_text_size(struct settings *settings, const char *text)
{
	unsigned long pixels;

	if (!number_parse(text, "--text-size", TEXT_MOST, &pixels))
		return EXIT_USAGE;
	if (pixels < TEXT_LEAST) {
		message("--text-size takes %d to %d pixels: nobody reads less",
			TEXT_LEAST, TEXT_MOST);
		return EXIT_USAGE;
	}
	settings->text_size = (int)pixels;
	return 0;
}

int take_interval(struct settings *settings, const char *text)
{
	double seconds;

	if (parse_real(text, &seconds) && seconds >= INTERVAL_LEAST_S &&
	    seconds <= INTERVAL_MOST_S) {
		settings->interval_s = seconds;
		return 0;
	}
	message("--interval takes seconds from %.2f to %d, not '%s'",
		INTERVAL_LEAST_S, INTERVAL_MOST_S, text);
	return EXIT_USAGE;
}

int take_history(struct settings *settings, const char *text)
{
	uint64_t bytes;

	if (units_parse(text, &bytes) && bytes >= HISTORY_LEAST &&
	    bytes <= SIZE_MAX / 2) {
		settings->history_bytes = bytes;
		return 0;
	}
	message("--history takes a size from 1M on, as 256M or 2G, not '%s'",
		text);
	return EXIT_USAGE;
}

int take_moments(struct settings *settings, const char *text)
{
	return number_parse(text, "--moments", MOMENTS_MOST,
			    &settings->moments) ? 0 : EXIT_USAGE;
}
