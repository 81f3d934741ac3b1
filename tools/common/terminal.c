/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The terminal, by ncurses.  The only file that knows ncurses: styles become
 * colours here, its key codes become events, and signals that end a program
 * become an event too, so that the terminal is given back on every way out.
 */
#include "terminal.h"

#include <errno.h>

#ifdef HAVE_NCURSES

#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ncurses.h>

/* What a key that begins with Esc may take to arrive. */
#define ESCAPE_DELAY_MS 25

struct terminal {
	SCREEN *screen;
	FILE *out;
	sigset_t waiting;		/* blocked while it waits for events */
	attr_t attributes[STYLE_COUNT];
	short pairs[STYLE_COUNT];
	bool utf8;
};

/*
 * Colours of a style where there are 256 and where there are 8 (-1: the
 * terminal's own), and what stands for them where there are none.
 */
static const struct look {
	short fore, back;
	short fore_8, back_8;
	attr_t color_attribute;
	attr_t plain_attribute;
} looks[STYLE_COUNT] = {
	[STYLE_NORMAL] = { -1, -1, -1, -1, 0, 0 },
	[STYLE_DIM] = { 244, -1, -1, -1, 0, A_DIM },
	[STYLE_BOLD] = { -1, -1, -1, -1, A_BOLD, A_BOLD },
	[STYLE_HEADING] = { 16, 71, COLOR_BLACK, COLOR_GREEN, 0,
			    A_BOLD | A_UNDERLINE },
	[STYLE_SELECTED] = { 16, 37, COLOR_BLACK, COLOR_CYAN, 0, A_REVERSE },
	[STYLE_TAGGED] = { 220, -1, COLOR_YELLOW, -1, A_BOLD, A_BOLD },
	[STYLE_WARNING] = { 203, -1, COLOR_RED, -1, A_BOLD, A_BOLD },
	[STYLE_GOOD] = { 71, -1, COLOR_GREEN, -1, 0, 0 },
	[STYLE_KEY] = { -1, -1, -1, -1, A_BOLD, A_BOLD },
	[STYLE_ACCENT] = { 16, 37, COLOR_BLACK, COLOR_CYAN, 0, A_REVERSE },
	[STYLE_BAR_1] = { 71, -1, COLOR_GREEN, -1, 0, 0 },
	[STYLE_BAR_2] = { 68, -1, COLOR_BLUE, -1, 0, 0 },
	[STYLE_BAR_3] = { 134, -1, COLOR_MAGENTA, -1, 0, 0 },
	[STYLE_BAR_4] = { 178, -1, COLOR_YELLOW, -1, 0, 0 },
	[STYLE_BAR_5] = { 203, -1, COLOR_RED, -1, 0, 0 },
	[STYLE_MAP_0] = { 240, -1, -1, -1, 0, A_DIM },
	[STYLE_MAP_1] = { 16, 71, COLOR_BLACK, COLOR_GREEN, 0, 0 },
	[STYLE_MAP_2] = { 16, 112, COLOR_BLACK, COLOR_GREEN, 0, A_BOLD },
	[STYLE_MAP_3] = { 16, 68, COLOR_BLACK, COLOR_BLUE, 0, 0 },
	[STYLE_MAP_4] = { 16, 37, COLOR_BLACK, COLOR_CYAN, 0, 0 },
	[STYLE_MAP_5] = { 16, 178, COLOR_BLACK, COLOR_YELLOW, 0, 0 },
	[STYLE_MAP_6] = { 16, 208, COLOR_BLACK, COLOR_YELLOW, 0, A_BOLD },
	[STYLE_MAP_7] = { 16, 203, COLOR_BLACK, COLOR_RED, 0, 0 },
	[STYLE_MAP_8] = { 16, 134, COLOR_BLACK, COLOR_MAGENTA, 0, 0 },
	[STYLE_MAP_9] = { 16, 252, COLOR_BLACK, COLOR_WHITE, 0, A_BOLD },
};

static const struct {
	int code;
	uint32_t key;
} keys[] = {
	{ KEY_ENTER, EVENT_ENTER }, { KEY_BTAB, EVENT_BACK_TAB },
	{ KEY_BACKSPACE, EVENT_BACKSPACE }, { KEY_DC, EVENT_DELETE },
	{ KEY_IC, EVENT_INSERT }, { KEY_UP, EVENT_UP },
	{ KEY_DOWN, EVENT_DOWN }, { KEY_LEFT, EVENT_LEFT },
	{ KEY_RIGHT, EVENT_RIGHT }, { KEY_PPAGE, EVENT_PAGE_UP },
	{ KEY_NPAGE, EVENT_PAGE_DOWN }, { KEY_HOME, EVENT_HOME },
	{ KEY_END, EVENT_END_KEY },
};

static const struct {
	mmask_t mask;
	enum event_button button;
} buttons[] = {
	{ BUTTON1_PRESSED | BUTTON1_CLICKED, EVENT_BUTTON_LEFT },
	{ BUTTON2_PRESSED | BUTTON2_CLICKED, EVENT_BUTTON_MIDDLE },
	{ BUTTON3_PRESSED | BUTTON3_CLICKED, EVENT_BUTTON_RIGHT },
	{ BUTTON4_PRESSED, EVENT_WHEEL_UP },
	{ BUTTON5_PRESSED, EVENT_WHEEL_DOWN },
};

/* Signals that end it, and those that ncurses itself handles. */
static const int ending[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
static const int handled[] = { SIGWINCH, SIGTSTP };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static volatile sig_atomic_t ended;

/* ---- Opening and closing ----------------------------------------------- */

static void end_by_signal(int number)
{
	(void)number;
	ended = 1;
}

/*
 * Signals come while it waits and at no other time, so that none is lost
 * between a look and the wait.
 */
static void take_signals(struct terminal *terminal)
{
	const struct sigaction action = { .sa_handler = end_by_signal };
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < COUNT(ending); i++) {
		sigaction(ending[i], &action, NULL);
		sigaddset(&set, ending[i]);
	}
	for (i = 0; i < COUNT(handled); i++)
		sigaddset(&set, handled[i]);
	pthread_sigmask(SIG_BLOCK, &set, &terminal->waiting);
	for (i = 0; i < COUNT(ending); i++)
		sigdelset(&terminal->waiting, ending[i]);
	for (i = 0; i < COUNT(handled); i++)
		sigdelset(&terminal->waiting, handled[i]);
}

static void set_looks(struct terminal *terminal, bool colors)
{
	bool many = colors && COLORS >= 256;
	int i;

	for (i = 0; i < STYLE_COUNT; i++) {
		const struct look *look = &looks[i];

		terminal->attributes[i] = colors ? look->color_attribute
						 : look->plain_attribute;
		/* What 8 colours cannot tell apart, bold does. */
		if (colors && !many)
			terminal->attributes[i] |= look->plain_attribute &
						   (A_DIM | A_BOLD);
		if (!colors || i == STYLE_NORMAL)
			continue;
		init_pair((short)i, many ? look->fore : look->fore_8,
			  many ? look->back : look->back_8);
		terminal->pairs[i] = (short)i;
	}
}

static void set_up(struct terminal *terminal, bool colors)
{
	const char *no_color = getenv("NO_COLOR");

	take_signals(terminal);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_DELAY_MS);
	curs_set(0);
	mouseinterval(0);
	mousemask(ALL_MOUSE_EVENTS, NULL);
	colors = colors && !(no_color && *no_color) && has_colors();
	if (colors) {
		start_color();
		use_default_colors();
	}
	set_looks(terminal, colors);
}

static int open_screen(struct terminal *terminal, const char **ret_why)
{
	int fd;

	*ret_why = "there is no terminal to draw on";
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return -ENOTTY;
	/* A stream of its own: that of the tool may be no stdio of a file. */
	fd = dup(STDOUT_FILENO);
	terminal->out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!terminal->out) {
		*ret_why = "out of memory";
		if (fd >= 0)
			close(fd);
		return -ENOMEM;
	}
	terminal->screen = newterm(NULL, terminal->out, stdin);
	if (terminal->screen && tigetstr("cup"))
		return 0;
	*ret_why = terminal->screen || getenv("TERM") ?
		   "this terminal cannot move its cursor, or TERM is not known"
		   : "TERM is not set";
	if (terminal->screen) {
		endwin();
		delscreen(terminal->screen);
	}
	fclose(terminal->out);
	return -EINVAL;
}

int terminal_open(bool colors, struct terminal **ret_terminal,
		  const char **ret_why)
{
	struct terminal *terminal = calloc(1, sizeof(*terminal));
	int err;

	*ret_why = "out of memory";
	if (!terminal)
		return -ENOMEM;
	terminal->utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	err = open_screen(terminal, ret_why);
	if (err) {
		free(terminal);
		return err;
	}
	set_up(terminal, colors);
	*ret_terminal = terminal;
	return 0;
}

void terminal_close(struct terminal *terminal)
{
	if (!terminal)
		return;
	endwin();
	delscreen(terminal->screen);
	fclose(terminal->out);
	free(terminal);
}

/* ---- Output ------------------------------------------------------------ */

struct canvas *terminal_canvas(const struct terminal *terminal)
{
	return canvas_new((size_t)COLS, (size_t)LINES, terminal->utf8);
}

static void show_line(struct terminal *terminal, const struct canvas *canvas,
		      size_t y)
{
	size_t x, width = canvas_width(canvas);
	int style = -1;

	move((int)y, 0);
	for (x = 0; x < width; x++) {
		const struct cell *cell = canvas_cell(canvas, x, y);

		if (!cell->width)
			continue;
		if (cell->style != style) {
			style = cell->style;
			attr_set(terminal->attributes[style],
				 terminal->pairs[style], NULL);
		}
		addstr(*cell->text ? cell->text : " ");
	}
}

void terminal_show(struct terminal *terminal, const struct canvas *canvas)
{
	size_t y;

	for (y = 0; y < canvas_height(canvas) && y < (size_t)LINES; y++)
		show_line(terminal, canvas, y);
	refresh();
}

void terminal_redraw(struct terminal *terminal)
{
	(void)terminal;
	clearok(stdscr, TRUE);
}

/* ---- Input ------------------------------------------------------------- */

static struct event key_event(int code)
{
	size_t i;

	for (i = 0; i < COUNT(keys); i++)
		if (keys[i].code == code)
			return event_of_key(keys[i].key);
	if (code >= KEY_F(1) && code <= KEY_F(12))
		return event_of_key(EVENT_F1 + (uint32_t)(code - KEY_F(1)));
	return (struct event){ .kind = EVENT_NONE };
}

static struct event mouse_event(void)
{
	struct event event = { .kind = EVENT_NONE };
	MEVENT mouse;
	size_t i;

	if (getmouse(&mouse) != OK)
		return event;
	for (i = 0; i < COUNT(buttons); i++) {
		if (!(mouse.bstate & buttons[i].mask))
			continue;
		event.kind = EVENT_MOUSE;
		event.button = buttons[i].button;
		event.x = mouse.x;
		event.y = mouse.y;
	}
	return event;
}

static struct event character_event(wint_t code)
{
	switch (code) {
	case '\r':
	case '\n':
		return event_of_key(EVENT_ENTER);
	case '\t':
		return event_of_key(EVENT_TAB);
	case 0x1b:
		return event_of_key(EVENT_ESCAPE);
	case '\b':
	case 0x7f:
		return event_of_key(EVENT_BACKSPACE);
	default:
		return event_of_key((uint32_t)code);
	}
}

/* What has arrived; EVENT_NONE: nothing that means anything. */
static struct event take_input(void)
{
	wint_t code;

	switch (get_wch(&code)) {
	case OK:
		return character_event(code);
	case KEY_CODE_YES:
		if (code == KEY_RESIZE)
			return (struct event){ .kind = EVENT_RESIZE };
		return code == KEY_MOUSE ? mouse_event() : key_event((int)code);
	default:
		return (struct event){ .kind = EVENT_NONE };
	}
}

struct event terminal_read(struct terminal *terminal, int timeout_ms,
			   int wake_fd)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = wake_fd, .events = POLLIN },
	};
	const struct timespec timeout = {
		timeout_ms / 1000, timeout_ms % 1000 * 1000000L,
	};
	struct event event = take_input();

	if (event.kind != EVENT_NONE)
		return event;
	ppoll(fds, 2, timeout_ms < 0 ? NULL : &timeout, &terminal->waiting);
	/* Also after a signal: ncurses tells a new size as a key. */
	event = take_input();
	if (event.kind != EVENT_NONE)
		return event;
	if (ended || (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)))
		event.kind = EVENT_END;
	else if (fds[1].revents)
		event.kind = EVENT_WAKE;
	return event;
}

#else

int terminal_open(bool colors, struct terminal **ret_terminal,
		  const char **ret_why)
{
	(void)colors, (void)ret_terminal;
	*ret_why = "this build has no screen (ncurses was missing)";
	return -ENOTSUP;
}

void terminal_close(struct terminal *terminal)
{
	(void)terminal;
}

struct canvas *terminal_canvas(const struct terminal *terminal)
{
	(void)terminal;
	return NULL;
}

void terminal_show(struct terminal *terminal, const struct canvas *canvas)
{
	(void)terminal, (void)canvas;
}

void terminal_redraw(struct terminal *terminal)
{
	(void)terminal;
}

struct event terminal_read(struct terminal *terminal, int timeout_ms,
			   int wake_fd)
{
	(void)terminal, (void)timeout_ms, (void)wake_fd;
	return (struct event){ .kind = EVENT_END };
}

#endif
