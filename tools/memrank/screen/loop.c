/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What drives the screen: a terminal, with a beat; or a script, whose last
 * screen is printed.  Drawn is only when something changed.
 */
#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "message.h"
#include "screen.h"
#include "terminal.h"

#define SIZE_MAX_COLUMNS 1000

/* ---- On a terminal ----------------------------------------------------- */

static int show(struct screen *screen, struct terminal *terminal)
{
	struct canvas *canvas = terminal_canvas(terminal);

	if (!canvas)
		return -ENOMEM;
	if (screen->width != canvas_width(canvas) ||
	    screen->height != canvas_height(canvas)) {
		const struct event resized = {
			.kind = EVENT_RESIZE,
			.width = (int)canvas_width(canvas),
			.height = (int)canvas_height(canvas),
		};

		screen_event(screen, &resized);
	}
	screen_draw(screen, canvas);
	terminal_show(terminal, canvas);
	canvas_free(canvas);
	return 0;
}

/* Until the next beat; while something is read, until that is done. */
static int timeout_ms(const struct screen *screen)
{
	uint64_t now = now_ns();

	if (reader_is_busy(screen->reader) || !screen->live || screen->paused)
		return -1;
	return screen->next_ns <= now ? 0 :
	       (int)((screen->next_ns - now) / 1000000) + 1;
}

static int drive(struct screen *screen, struct terminal *terminal)
{
	bool changed = true;
	int err = 0;

	while (!screen->ends && !err) {
		struct event event;

		screen_read(screen);
		if (changed)
			err = show(screen, terminal);
		event = terminal_read(terminal, timeout_ms(screen),
				      screen->wake_fd);
		changed = event.kind != EVENT_NONE;
		if (event.kind == EVENT_KEY &&
		    event.key == EVENT_CONTROL('l'))
			terminal_redraw(terminal);
		screen_event(screen, &event);
		changed |= screen_take_reading(screen);
		changed |= screen_refresh_process(screen);
	}
	return err;
}

static int run_on_terminal(struct screen *screen)
{
	struct terminal *terminal;
	const char *why;
	int err = terminal_open(!screen->settings.no_color, &terminal, &why);

	if (err) {
		message("-i: %s", why);
		return EXIT_NOTHING;
	}
	err = drive(screen, terminal);
	terminal_close(terminal);
	if (err)
		message("%s", strerror(-err));
	if (screen->status)
		message("%s", screen->message);
	return err || screen->status ? EXIT_NOTHING : EXIT_DONE;
}

/* ---- After a script ---------------------------------------------------- */

/* All that is to be read, and what follows from it. */
static void read_all(struct screen *screen)
{
	do {
		screen_read(screen);
		reader_wait(screen->reader);
	} while (screen_take_reading(screen));
	screen_refresh_process(screen);
}

static int play(struct screen *screen, const char *keys)
{
	struct event_script script = { .at = keys };
	struct event event;
	int ret = 0;

	read_all(screen);
	while (!screen->ends &&
	       (ret = event_script_next(&script, &event)) > 0) {
		if (event.kind == EVENT_TICK)
			screen->again = true;
		screen_event(screen, &event);
		read_all(screen);
	}
	if (screen->ends || !ret)
		return 0;
	message("--screen does not understand '%s': see SCREEN in memrank(1)",
		script.at);
	return -EINVAL;
}

static int print_screen(struct screen *screen)
{
	bool utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	struct canvas *canvas = canvas_new(screen->width, screen->height, utf8);

	if (!canvas)
		return EXIT_NOTHING;
	screen_draw(screen, canvas);
	(screen->styles ? canvas_print_styles : canvas_print)(canvas, stdout);
	canvas_free(canvas);
	return message_flush_output();
}

/* "80x24,j j Space", "80x24+styles"; *ret_keys are the keys. */
static bool parse_script(struct screen *screen, const char **ret_keys)
{
	const char *text = screen->settings.script;
	static const char styles[] = "+styles";
	unsigned int width = 0, height = 0;
	int end = 0;

	if (sscanf(text, "%4ux%4u%n", &width, &height, &end) == 2 &&
	    !strncmp(text + end, styles, strlen(styles))) {
		screen->styles = true;
		end += (int)strlen(styles);
	}
	if (!end || !width || !height || width > SIZE_MAX_COLUMNS ||
	    height > SIZE_MAX_COLUMNS || (text[end] && text[end] != ',')) {
		message("--screen takes a size and keys, 80x24,'j j Space', "
			"not '%s'", text);
		return false;
	}
	screen->width = width;
	screen->height = height;
	*ret_keys = text + end + (text[end] == ',');
	return true;
}

static int run_script(struct screen *screen)
{
	const char *keys;

	if (!parse_script(screen, &keys) || play(screen, keys))
		return EXIT_USAGE;
	if (screen->status) {
		message("%s", screen->message);
		return EXIT_NOTHING;
	}
	return print_screen(screen);
}

int rank_screen(const struct settings *settings, struct pagemap_source *source)
{
	struct screen screen;
	int status = screen_init(&screen, settings, source);

	if (status)
		return status;
	status = settings->script ? run_script(&screen)
				  : run_on_terminal(&screen);
	screen_free(&screen);
	return status;
}
