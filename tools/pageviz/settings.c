/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of pageviz: which options there are and which go together.
 * What each takes is in settings_take.c.
 */
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "methods.h"
#include "options.h"
#include "pageviz.h"

#define HISTORY_DEFAULT (256ull << 20)

enum {
	OPTION_PHYSICAL = 256, OPTION_BY, OPTION_LAYOUT, OPTION_ROW,
	OPTION_SHOW, OPTION_AT, OPTION_ZOOM, OPTION_SIZE, OPTION_TEXT_SIZE,
	OPTION_THEME, OPTION_TITLE, OPTION_WINDOW, OPTION_INTERVAL,
	OPTION_HISTORY, OPTION_MOMENTS, OPTION_KEYS, OPTION_GROUP,
	OPTION_METHOD, OPTION_YES, OPTION_PLAIN_FONT, OPTION_STATS,
};

static const struct option_row table[] = {
	{ OPTION_PHYSICAL, "physical", NULL, "all of RAM, beside processes too" },
	{ 'o', "output", "FILE", "draw a file, no window: .png, .svg or .txt" },
	{ OPTION_BY, "by", "COLOUR[,COLOUR]", "what pages are coloured by, map by "
	  "map" },
	{ OPTION_LAYOUT, "layout", "LAYOUT", "where pages lie" },
	{ OPTION_ROW, "row", "PAGES", "in layout rows: pages of a row" },
	{ OPTION_SHOW, "show", "CLASS[,CLASS]", "only these classes, as the "
	  "legend calls them" },
	{ OPTION_AT, "at", "WHERE", "go to an address, a frame, a file, a "
	  "mapping" },
	{ OPTION_ZOOM, "zoom", "PIXELS|fit", "pixels of a page; 1/16: pages of a "
	  "pixel" },
	{ OPTION_SIZE, "size", "WxH", "pixels (at most 1600x1000, a window 1280x800)" },
	{ OPTION_TEXT_SIZE, "text-size", "PIXELS", "height of small text" },
	{ OPTION_THEME, "theme", "THEME", "dark, light or paper (images: paper)" },
	{ OPTION_TITLE, "title", "TEXT", "with -o: above the picture" },
	{ OPTION_WINDOW, "window", NULL, "with -o: draw all that a window shows" },
	{ OPTION_INTERVAL, "interval", "SECONDS", "between two moments (0.3)" },
	{ OPTION_MOMENTS, "moments", "N", "with -o: read so often, draw the last" },
	{ OPTION_HISTORY, "history", "SIZE", "memory for moments (256M)" },
	{ OPTION_KEYS, "keys", "SCRIPT", "events that are played first" },
	{ OPTION_GROUP, "group", "NAME=SELECTOR", "a group of processes, for --by "
	  "group; repeatable" },
	{ OPTION_METHOD, "method", "NAME[,NAME]", "how ages of pages are found; "
	  "\"help\" lists them" },
	{ OPTION_YES, "yes", NULL, "a method may disturb what is looked at" },
	{ OPTION_PLAIN_FONT, "plain-font", NULL, "letters of its own, the same "
	  "everywhere" },
	{ OPTION_STATS, "stats", NULL, "say at the end what drawing took" },
	{ 'H', "no-header", NULL, "with --csv: no line of headings" },
	USUAL_ROWS_BUT_TABLES("pageviz/1"),
};

/* ---- Taking ------------------------------------------------------------- */

static int take_group(struct settings *settings, const char *text)
{
	return named_groups_take(text, &settings->groups,
				 &settings->group_count);
}

static int take_methods(struct settings *settings, const char *text)
{
	return methods_take(text, &settings->methods, &settings->list_methods);
}

/* Options that take something that can be wrong. */
static const struct {
	int id;
	int (*take)(struct settings *settings, const char *text);
} takers[] = {
	{ 'o', take_output }, { OPTION_BY, take_colours },
	{ OPTION_LAYOUT, take_layout }, { OPTION_ROW, take_row },
	{ OPTION_ZOOM, take_zoom }, { OPTION_SIZE, take_size },
	{ OPTION_TEXT_SIZE, take_text_size }, { OPTION_THEME, take_theme },
	{ OPTION_INTERVAL, take_interval }, { OPTION_HISTORY, take_history },
	{ OPTION_MOMENTS, take_moments }, { OPTION_GROUP, take_group },
	{ OPTION_METHOD, take_methods },
};

#define TAKER_COUNT (sizeof(takers) / sizeof(takers[0]))

static int take_rest(struct settings *settings, int id, const char *argument)
{
	switch (id) {
	case OPTION_PHYSICAL:
		settings->physical = true;
		return 0;
	case OPTION_SHOW:
		settings->show = argument;
		return 0;
	case OPTION_AT:
		settings->at = argument;
		return 0;
	case OPTION_TITLE:
		settings->title = argument;
		return 0;
	case OPTION_WINDOW:
		settings->as_window = true;
		return 0;
	case OPTION_KEYS:
		settings->keys = argument;
		return 0;
	case OPTION_YES:
		settings->yes = true;
		return 0;
	case OPTION_PLAIN_FONT:
		settings->plain_font = true;
		return 0;
	case OPTION_STATS:
		settings->stats = true;
		return 0;
	default:
		return usual_take(&settings->usual, id, argument);
	}
}

static int take_option(int id, const char *argument, void *context)
{
	struct settings *settings = context;
	size_t i;

	for (i = 0; i < TAKER_COUNT; i++)
		if (takers[i].id == id)
			return takers[i].take(settings, argument);
	return take_rest(settings, id, argument);
}

/* ---- Help --------------------------------------------------------------- */

static void print_colourings(void)
{
	const char *name;
	size_t i;

	puts("\nCOLOUR:");
	for (i = 0; (name = colouring_name_at(i)); i++)
		printf("  %-10s %s\n", name,
		       colouring_describe((enum colouring)i));
}

static void print_layouts(void)
{
	const char *name;
	size_t i;

	puts("\nLAYOUT:");
	for (i = 0; (name = layout_name_at(i)); i++)
		printf("  %-10s %s\n", name, layout_describe((enum layout)i));
}

static int print_help(void)
{
	puts("Usage: pageviz [OPTION]... [PID|NAME]...\n"
	     "Shows the pages of processes and of RAM, a map each, at most four "
	     "side by side.\nWithout a process, the largest; of a vkernel, its "
	     "RAM.  In the window ? lists\nthe keys.\n");
	options_print_help(table, stdout);
	print_colourings();
	print_layouts();
	puts("\nSELECTOR: pid:N, tree:PID, user:NAME, cgroup:PATH, unit:NAME, "
	     "exe:PATH, comm:NAME,\nseveral joined by commas; a value may be "
	     "a /regular expression/.");
	usual_print_help();
	return message_flush_output();
}

static int print_version(void)
{
	printf("pageviz %s\n", pagemap_version_string());
	return message_flush_output();
}

/* ---- What goes together ------------------------------------------------- */

bool settings_want_ages(const struct settings *settings)
{
	size_t i;

	for (i = 0; i < settings->by_count; i++)
		if (settings->by[i] == COLOUR_AGE)
			return true;
	return settings->methods != 0;
}

enum machine_kind settings_machine(const struct settings *settings)
{
	if (!settings->usual.source.vkernel)
		return MACHINE_PLAIN;
	return settings->physical ? MACHINE_HOST : MACHINE_GUEST;
}

size_t settings_frame_maps(const struct settings *settings)
{
	return settings->physical ||
	       settings_machine(settings) == MACHINE_GUEST;
}

/* A colouring says nothing of a map that is asked for. */
static bool has_odd_colouring(const struct settings *settings)
{
	enum machine_kind machine = settings_machine(settings);
	enum map_kind frames = machine == MACHINE_GUEST ? MAP_GUEST : MAP_RAM;
	size_t i, words = (size_t)settings->word_count;
	size_t maps = words + settings_frame_maps(settings);

	for (i = 0; i < (maps ? maps : 1) && settings->by_count; i++) {
		size_t by = i < settings->by_count ? i : settings->by_count - 1;
		bool is_frames = maps && i >= words;

		if (!colouring_fits(settings->by[by], machine,
				    is_frames ? frames : MAP_PROCESS))
			return true;
	}
	return false;
}

static const char *wrong_colouring(const struct settings *settings)
{
	enum machine_kind machine = settings_machine(settings);
	size_t i;

	if (!has_odd_colouring(settings))
		return NULL;
	for (i = 0; i < settings->by_count; i++) {
		if (settings->by[i] == COLOUR_AGE)
			return "--by age has running processes forget "
			       "accesses: of a vkernel memstats -w --vkernel "
			       "tells it";
		if (settings->by[i] == COLOUR_HOST)
			return "--by host is of a vkernel's pages: it goes "
			       "with --vkernel PID, without --physical";
	}
	return machine == MACHINE_HOST ?
	       "--by vkernel is of RAM alone: give each map a colouring, "
	       "RAM's last" :
	       "--by vkernel is of the host's RAM: it goes with --physical "
	       "--vkernel PID";
}

/* Of what is for images alone, or for what is read more than once. */
static const char *wrong_without_output(const struct settings *settings)
{
	return settings->moments ? "--moments goes with -o, --json or --csv" :
	       settings->title ? "--title goes with -o FILE" :
	       settings->as_window ? "--window goes with -o FILE: without it "
				     "there is a window" : NULL;
}

static const char *wrong_with_output(const struct settings *settings)
{
	if (settings->out && !strcmp(settings->out, "-") &&
	    (settings->usual.json || settings->usual.csv))
		return "-o - and --json or --csv would both write to standard "
		       "output";
	if (settings->interval_s > 0 && settings->moments < 2)
		return "--interval without a window goes with --moments";
	return NULL;
}

static const char *what_is_wrong(const struct settings *settings)
{
	bool once = settings->run == draw_once;
	size_t maps = (size_t)settings->word_count +
		      settings_frame_maps(settings);

	if (maps > PANES_MOST)
		return "four maps side by side are the most";
	if (settings->by_count > maps && settings->by_count > 1)
		return "--by has more colourings than there are maps";
	if (!settings->usual.header && !settings->usual.csv)
		return "--no-header goes with --csv";
	if (settings->row_pages && settings->has_layout &&
	    settings->layout != LAYOUT_ROWS)
		return "--row goes with --layout rows";
	if (settings->methods && source_is_elsewhere(&settings->usual.source))
		return "--method has running processes forget accesses: -S "
		       "and --vkernel make no sense";
	if (settings->yes && !settings_want_ages(settings))
		return "--yes goes with --method or --by age";
	if (wrong_colouring(settings))
		return wrong_colouring(settings);
	return once ? wrong_with_output(settings) :
		      wrong_without_output(settings);
}

static int check(const struct settings *settings)
{
	const char *wrong = what_is_wrong(settings);

	if (!wrong)
		return -1;
	message("%s; try --help", wrong);
	return EXIT_USAGE;
}

int list_methods(const struct settings *settings, struct pagemap_source *source)
{
	(void)settings;
	return methods_print(source);
}

static void choose_run(struct settings *settings)
{
	if (settings->out || settings->usual.json || settings->usual.csv)
		settings->run = draw_once;
	else
		settings->run = show_window;
}

int settings_read(struct settings *settings, int argc, char **argv)
{
	int first, status;

	*settings = (struct settings){ .history_bytes = HISTORY_DEFAULT };
	usual_init(&settings->usual);
	first = options_parse(table, argc, argv, take_option, settings);
	if (first < 0)
		return -first;
	if (settings->usual.help)
		return print_help();
	if (settings->usual.version)
		return print_version();
	status = usual_check(&settings->usual);
	if (status)
		return status;
	if (settings->list_methods) {
		settings->run = list_methods;
		return -1;
	}
	settings->words = argv + first;
	settings->word_count = argc - first;
	choose_run(settings);
	return check(settings);
}

void settings_free(struct settings *settings)
{
	named_groups_free(settings->groups, settings->group_count);
}
