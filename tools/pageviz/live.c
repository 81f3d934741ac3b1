/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The window: events change the view, a thread reads, and the picture is drawn
 * when something of it changed.  What is read when follows from what reading
 * costs: at most a third of a CPU goes to it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "message.h"
#include "output_kinds.h"
#include "pageviz.h"
#include "session.h"
#include "stats.h"
#include "whole_file.h"
#include "window.h"

#define WINDOW_WIDTH 1280
#define WINDOW_HEIGHT 800
#define FRAME_NS 16666667u		/* 60 a second */
#define MOVE_MOST_S 0.05		/* that a camera moves in one frame */
#define NEWS_NS 4000000u		/* between looks at what is made */
#define READING_SHARE 3			/* a reading's CPU time, and twice that */
#define SECOND 1e9

struct showing {
	struct session session;
	struct window *window;
	struct reader *reader;
	struct stats stats;
	uint64_t asked_ns;		/* when the last reading began, */
	uint64_t cost_ns;		/* and what it cost */
	uint64_t drawn_ns;
	bool quick;			/* the newest moment is a first look */
	bool aimed;			/* --show, --at, --zoom, --keys are done */
	bool changed;			/* something is other than what is drawn */
	bool waits;			/* for what a thread makes */
	int status;
};

static bool is_over(const struct showing *showing)
{
	return showing->session.view.quit || showing->status;
}

static void fail(struct showing *showing, int status)
{
	if (!showing->status)
		showing->status = status;
}

/* ---- Reading ------------------------------------------------------------ */

/* Of a map that was never seen a first look comes first: it is quick. */
static bool has_new_map(const struct reading_request *request)
{
	size_t i;

	for (i = 0; i < request->map_count; i++)
		if (!moment_picture(request->previous, request->maps[i]))
			return true;
	return false;
}

/* Nothing of it can change any more. */
static bool all_ended(const struct session *session)
{
	const struct moment *moment = session_newest(session);
	size_t i;

	if (!moment || !moment->picture_count)
		return false;
	for (i = 0; i < moment->picture_count; i++)
		if (!moment->pictures[i].ended)
			return false;
	return true;
}

/* When it is to be read again; UINT64_MAX: not before it is asked for. */
static uint64_t due_ns(const struct showing *showing)
{
	const struct view *view = &showing->session.view;
	uint64_t pause = (uint64_t)(view->interval_s * SECOND);

	if (!showing->asked_ns || view->read_now || view->maps_changed ||
	    showing->quick)
		return 0;
	if (view->paused || all_ended(&showing->session))
		return UINT64_MAX;
	if (pause < READING_SHARE * showing->cost_ns)
		pause = READING_SHARE * showing->cost_ns;
	return showing->asked_ns + pause;
}

static void ask(struct showing *showing)
{
	struct view *view = &showing->session.view;
	struct reading_request request;

	if (reader_is_busy(showing->reader) || now_ns() < due_ns(showing))
		return;
	session_request(&showing->session, &request);
	/* A guest is read at once. */
	request.quick = showing->session.view.machine != MACHINE_GUEST &&
			has_new_map(&request);
	if (!reader_ask(showing->reader, &request))
		return;
	showing->quick = request.quick;
	showing->asked_ns = now_ns();
	view->read_now = view->maps_changed = false;
}

/* Without a picture there is nothing to stay for. */
static void say_failed(struct showing *showing, int err, const char *why)
{
	struct view *view = &showing->session.view;

	why = *why ? why : strerror(-err);
	if (!session_newest(&showing->session)) {
		message("nothing could be read: %s", why);
		fail(showing, EXIT_NOTHING);
		return;
	}
	showing->quick = false;
	snprintf(view->said, sizeof(view->said), "cannot read: %.200s", why);
}

static void name_window(struct showing *showing)
{
	const struct moment *moment = session_newest(&showing->session);
	const struct view *view = &showing->session.view;
	char title[256] = "pageviz";
	size_t i, at = strlen(title);

	for (i = 0; i < view->pane_count && at < sizeof(title); i++) {
		const struct picture *picture =
			moment_picture(moment, view->panes[i].map);
		char pid[24] = "";

		if (!picture)
			continue;
		if (picture->id.kind == MAP_PROCESS)
			snprintf(pid, sizeof(pid), " (%d)",
				 (int)picture->id.pid);
		at += (size_t)snprintf(title + at, sizeof(title) - at,
				       "%s%s%s%s",
				       at > strlen("pageviz") ? ", " : ": ",
				       picture->name, pid,
				       picture->ended ? ", ended" : "");
	}
	window_set_title(showing->window, title);
}

static void play_keys(struct showing *showing)
{
	struct event_script script = {
		.at = showing->session.settings->keys,
		.pointer = true,
	};
	struct event event;
	enum session_unrest unrest;
	int ret;

	while ((ret = event_script_next(&script, &event)) > 0) {
		session_take(&showing->session, &event);
		/* What comes next is at what is seen when all has moved. */
		if (session_draw(&showing->session, SESSION_STILL, &unrest))
			fail(showing, EXIT_NOTHING);
	}
	if (!ret)
		return;
	message("--keys does not understand '%s': see SCRIPTS in pageviz(1)",
		script.at);
	fail(showing, EXIT_USAGE);
}

/* What options want of the first picture, once it is all there. */
static void aim_once(struct showing *showing)
{
	enum session_unrest unrest;

	if (showing->aimed || showing->quick)
		return;
	showing->aimed = true;
	fail(showing, session_aim(&showing->session));
	if (!showing->session.settings->keys || showing->status)
		return;
	if (session_draw(&showing->session, SESSION_STILL, &unrest))
		fail(showing, EXIT_NOTHING);
	else
		play_keys(showing);
}

static void fetch(struct showing *showing)
{
	struct moment *moment;
	char why[256] = "";
	int ret = reader_fetch(showing->reader, &moment, why);

	if (!ret)
		return;
	showing->changed = true;
	if (ret < 0) {
		say_failed(showing, ret, why);
		return;
	}
	showing->cost_ns = moment->cost_ns;
	if (session_add(&showing->session, moment)) {
		message("out of memory");
		fail(showing, EXIT_NOTHING);
		return;
	}
	name_window(showing);
	aim_once(showing);
}

/* ---- Saving ------------------------------------------------------------- */

static int write_png(struct showing *showing, const char *name)
{
	struct whole_file file;
	struct image image;
	int err = image_draw(showing->session.scene, showing->session.type,
			     &image);

	if (err)
		return err;
	err = whole_file_open(name, &file);
	if (!err)
		err = whole_file_close(&file, png_write(&image, file.stream));
	image_free(&image);
	return err;
}

static void save(struct showing *showing)
{
	struct view *view = &showing->session.view;
	time_t now = time(NULL);
	struct tm local;
	char name[64];
	int err;

	view->save_now = false;
	if (!showing->session.scene || !localtime_r(&now, &local))
		return;
	strftime(name, sizeof(name), "pageviz-%Y%m%d-%H%M%S.png", &local);
	err = write_png(showing, name);
	if (err)
		snprintf(view->said, sizeof(view->said), "cannot write %s: %s",
			 name, strerror(-err));
	else
		snprintf(view->said, sizeof(view->said), "written: %s", name);
	showing->changed = true;
}

/* ---- Events ------------------------------------------------------------- */

static void fit_window(struct showing *showing)
{
	struct view *view = &showing->session.view;

	window_size(showing->window, &view->width, &view->height, &view->unit);
	if (showing->session.settings->text_size)
		view->unit = showing->session.settings->text_size;
}

static void take(struct showing *showing, const struct event *event)
{
	switch (event->kind) {
	case EVENT_NONE:
	case EVENT_WAKE:
		return;
	case EVENT_END:
		showing->session.view.quit = true;
		return;
	case EVENT_RESIZE:
		fit_window(showing);
		break;
	default:
		break;
	}
	session_take(&showing->session, event);
	showing->changed = true;
}

/* Until a picture may be drawn, or it is time to read. */
static int timeout_ms(const struct showing *showing)
{
	uint64_t now = now_ns(), until = UINT64_MAX;

	if (showing->changed)
		until = showing->drawn_ns + FRAME_NS;
	else if (showing->waits)
		until = now + NEWS_NS;
	if (!reader_is_busy(showing->reader) && due_ns(showing) < until)
		until = due_ns(showing);
	if (until == UINT64_MAX)
		return -1;
	return until <= now ? 0 : (int)((until - now) / 1000000) + 1;
}

/* All that has happened, before it is drawn. */
static void wait_for_events(struct showing *showing)
{
	int timeout = timeout_ms(showing);
	struct event event;

	do {
		window_wait(showing->window, reader_fd(showing->reader),
			    timeout, &event);
		take(showing, &event);
		timeout = 0;
	} while (event.kind != EVENT_NONE && event.kind != EVENT_WAKE &&
		 !is_over(showing));
}

/* ---- Drawing ------------------------------------------------------------ */

static void draw(struct showing *showing)
{
	uint64_t begin = now_ns();
	double passed = (double)(begin - showing->drawn_ns) / SECOND;
	enum session_unrest unrest;

	showing->changed |= showing->waits &&
			    session_has_news(&showing->session);
	if (!showing->changed || begin < showing->drawn_ns + FRAME_NS)
		return;
	/* After a rest it begins to move, and does not jump. */
	if (passed > MOVE_MOST_S)
		passed = MOVE_MOST_S;
	if (session_draw(&showing->session, passed, &unrest)) {
		message("out of memory");
		fail(showing, EXIT_NOTHING);
		return;
	}
	window_draw(showing->window, showing->session.scene);
	showing->changed = unrest == SESSION_MOVES;
	showing->waits = unrest == SESSION_WAITS;
	showing->drawn_ns = begin;
	if (session_newest(&showing->session))
		stats_add_frame(&showing->stats, now_ns() - begin);
}

static void run(struct showing *showing)
{
	fit_window(showing);
	showing->changed = true;
	while (!is_over(showing)) {
		ask(showing);
		draw(showing);
		wait_for_events(showing);
		fetch(showing);
		if (showing->session.view.save_now)
			save(showing);
	}
}

/* ---- Opening ------------------------------------------------------------ */

static int open_window(struct showing *showing)
{
	const struct settings *settings = showing->session.settings;
	char why[256] = "";
	int err = window_open("pageviz",
			      settings->width ? settings->width : WINDOW_WIDTH,
			      settings->height ? settings->height :
						 WINDOW_HEIGHT,
			      showing->session.type, &showing->window, why);

	if (!err)
		return 0;
	message("no window: %s; set DISPLAY or WAYLAND_DISPLAY, or draw a file "
		"with -o FILE.png", *why ? why : strerror(-err));
	return EXIT_NOTHING;
}

static int open_reader(struct showing *showing)
{
	int err = reader_new(&showing->session.settings->usual.source,
			     &showing->reader);

	if (!err)
		return 0;
	message("cannot read: %s", strerror(-err));
	return EXIT_NOTHING;
}

int show_window(const struct settings *settings, struct pagemap_source *source)
{
	struct showing *showing = calloc(1, sizeof(*showing));
	int status;

	if (!showing) {
		message("out of memory");
		return EXIT_NOTHING;
	}
	stats_begin(&showing->stats);
	status = session_open(&showing->session, settings, source);
	/* It reads while the window opens. */
	if (!status)
		status = open_reader(showing);
	if (!status) {
		ask(showing);
		status = open_window(showing);
	}
	if (!status) {
		run(showing);
		status = showing->status;
		if (settings->stats)
			stats_print(&showing->stats,
				    window_driver(showing->window));
	}
	reader_free(showing->reader);
	window_close(showing->window);
	session_close(&showing->session);
	free(showing);
	return status;
}
