/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One picture, without a window: what is read, what is played, where it goes,
 * and the exit status.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "drawn.h"
#include "message.h"
#include "output_kinds.h"
#include "pageviz.h"
#include "session.h"
#include "stats.h"
#include "whole_file.h"

struct once {
	struct session session;
	struct pagemap_source *source;
	struct reading_session *reading;	/* ages from moment to moment */
	struct stats stats;
};

/* ---- Reading ------------------------------------------------------------ */

/*
 * What is read to be the same picture each time (SOURCE_DATE_EPOCH, as in
 * reproducible-builds.org) has that time, and took none.  Nobody else has seen
 * the moment yet.
 */
static void date(const struct once *once, struct moment *moment)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	size_t i, before = history_count(once->session.history);

	if (!epoch)
		return;
	moment->time_ns = (strtoull(epoch, NULL, 10) + before) * 1000000000u;
	moment->wall_ns = moment->cost_ns = 0;
	for (i = 0; i < moment->picture_count; i++) {
		struct picture *picture = (struct picture *)&moment->pictures[i];

		if (!picture->ended)
			picture->time_ns = moment->time_ns;
	}
}

static int read_moment(struct once *once)
{
	struct reading_request request;
	struct moment *moment;
	char why[256] = "";
	int err;

	session_request(&once->session, &request);
	request.session = once->reading;
	err = reading_take(once->source, &request, &moment, why);
	if (err) {
		message("nothing could be read: %s",
			*why ? why : strerror(-err));
		return EXIT_NOTHING;
	}
	date(once, moment);
	if (!session_add(&once->session, moment))
		return 0;
	message("out of memory");
	return EXIT_NOTHING;
}

static void pause_between(double seconds)
{
	struct timespec left = {
		.tv_sec = (time_t)seconds,
		.tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9),
	};

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

static int read_moments(struct once *once)
{
	unsigned long i, moments = once->session.settings->moments;
	int status = read_moment(once);

	for (i = 1; i < moments && !status; i++) {
		pause_between(once->session.view.interval_s);
		status = read_moment(once);
	}
	return status;
}

/* ---- Drawing ------------------------------------------------------------ */

static int draw(struct once *once)
{
	uint64_t begin = now_ns();
	enum session_unrest unrest;
	int err = session_draw(&once->session, SESSION_STILL, &unrest);

	stats_add_frame(&once->stats, now_ns() - begin);
	if (!err)
		return 0;
	message("out of memory");
	return EXIT_NOTHING;
}

/* What an event asks of whoever reads. */
static int grant(struct once *once, const struct event *event)
{
	struct view *view = &once->session.view;
	bool again = event->kind == EVENT_TICK || view->read_now ||
		     view->maps_changed;

	view->read_now = view->maps_changed = view->save_now = false;
	return again ? read_moment(once) : 0;
}

static int play(struct once *once, const char *keys)
{
	struct event_script script = { .at = keys, .pointer = true };
	struct event event;
	int ret, status = 0;

	while (!status && (ret = event_script_next(&script, &event)) > 0) {
		session_take(&once->session, &event);
		status = grant(once, &event);
		if (!status)
			status = draw(once);
	}
	if (status || !ret)
		return status;
	message("--keys does not understand '%s': see SCRIPTS in pageviz(1)",
		script.at);
	return EXIT_USAGE;
}

/* ---- Writing ------------------------------------------------------------ */

static int write_png(const struct once *once, FILE *out)
{
	struct image image;
	int err = image_draw(once->session.scene, once->session.type, &image);

	if (err)
		return err;
	err = png_write(&image, out);
	image_free(&image);
	return err;
}

static int write_to(const struct once *once, FILE *out)
{
	switch (once->session.settings->output) {
	case OUTPUT_PNG:
		return write_png(once, out);
	case OUTPUT_SVG:
		return svg_write_scene(once->session.scene, once->session.type,
				       out);
	default:
		scene_dump(once->session.scene, out);
		return 0;
	}
}

static void say_not_written(const char *name, int err)
{
	if (err == -E2BIG)
		message("%s would be too many rectangles for an SVG: write a "
			".png, or zoom out", name);
	else if (err == -ENOTSUP)
		message("cannot write %s: this build has no PNG (libpng was "
			"missing)", name);
	else
		message("cannot write %s: %s", name, strerror(-err));
}

static int write_file(const struct once *once)
{
	const char *name = once->session.settings->out;
	struct whole_file file;
	int err = whole_file_open(name, &file);

	if (!err)
		err = whole_file_close(&file, write_to(once, file.stream));
	if (!err)
		return EXIT_DONE;
	say_not_written(name, err);
	return EXIT_NOTHING;
}

static int write_standard(const struct once *once)
{
	int err;

	if (isatty(STDOUT_FILENO)) {
		message("-o -: a PNG is nothing for a terminal: redirect it");
		return EXIT_USAGE;
	}
	err = write_to(once, stdout);
	if (err == -ENOTSUP)
		say_not_written("to standard output", err);
	return message_flush_output() || err ? EXIT_NOTHING : EXIT_DONE;
}

/* For programs: of each map what stage_pane() gave the scene. */
static int write_drawn(const struct once *once, const struct drawn *drawn)
{
	const struct usual *usual = &once->session.settings->usual;
	struct json *json;

	if (!usual->json)
		return drawn_csv(drawn, usual->header, stdout);
	json = drawn_json(drawn);
	if (!json)
		return -ENOMEM;
	json_print(json, stdout);
	putchar('\n');
	json_free(json);
	return 0;
}

static int write_machine(const struct once *once)
{
	const struct session *session = &once->session;
	struct pagemap_source *source = session->view.machine == MACHINE_HOST ?
		pagemap_source_host(once->source) : once->source;
	struct drawn_map maps[PANES_MOST];
	struct drawn drawn = {
		.kind = pagemap_source_kind(source),
		.kernel = pagemap_source_kernel(source),
		.maps = maps,
	};
	size_t i;

	for (i = 0; i < session->view.pane_count; i++) {
		struct stage_pane pane = stage_pane(session->stage, i);

		if (!pane.picture || !pane.layer)
			continue;
		drawn.moment = pane.moment;
		maps[drawn.map_count++] = (struct drawn_map){
			.picture = pane.picture,
			.layer = pane.layer,
			.layout = layout_name(session->view.panes[i].layout),
		};
	}
	if (!drawn.map_count || !write_drawn(once, &drawn))
		return message_flush_output();
	message("out of memory");
	return EXIT_NOTHING;
}

static int write_all(const struct once *once)
{
	const struct settings *settings = once->session.settings;
	int status = EXIT_DONE;

	if (settings->out)
		status = strcmp(settings->out, "-") ? write_file(once) :
						      write_standard(once);
	if (!status && (settings->usual.json || settings->usual.csv))
		status = write_machine(once);
	return status;
}

/* ---- What is to be said ------------------------------------------------- */

/* A map without anything to see. */
static bool is_empty(const struct picture *picture)
{
	return !picture || (!picture->stretch_count && !picture->area_count);
}

/* What the legend says: each of its sizes. */
static bool legend_is_exact(const struct layer *layer)
{
	size_t i;

	for (i = 0; i < layer->legend_count; i++) {
		const struct layer_class *one =
			&layer->classes[layer->legend[i]];

		if (one->bytes.quality != PAGEMAP_EXACT)
			return false;
	}
	return true;
}

static bool is_exact(const struct stage_pane *pane)
{
	const struct picture *picture = pane->picture;

	return picture && pane->layer && !picture->ended && !*picture->why &&
	       picture->status == PAGEMAP_STATUS_COMPLETE &&
	       !*pane->layer->doubt && legend_is_exact(pane->layer);
}

/* Why, of what is drawn, something is missing: once for each map. */
static void report(const struct stage_pane *pane)
{
	const struct picture *picture = pane->picture;
	const char *why = !picture ? "" : *picture->why ? picture->why :
			  pane->layer ? pane->layer->doubt : "";

	if (!*why)
		return;
	if (picture->id.kind != MAP_PROCESS)
		message("%s: %s", picture->name, why);
	else
		message("process %d%s%s%s: %s", (int)picture->id.pid,
			*picture->name ? " (" : "", picture->name,
			*picture->name ? ")" : "", why);
}

static int status_of(const struct once *once)
{
	const struct session *session = &once->session;
	size_t i, drawn = 0, exact = 0;

	for (i = 0; i < session->view.pane_count; i++) {
		struct stage_pane pane = stage_pane(session->stage, i);

		report(&pane);
		drawn += !is_empty(pane.picture);
		exact += is_exact(&pane);
	}
	if (!drawn)
		return EXIT_NOTHING;
	return session->settings->usual.strict &&
	       exact < session->view.pane_count ? EXIT_NOT_EXACT : EXIT_DONE;
}

static int make_picture(struct once *once)
{
	const struct settings *settings = once->session.settings;
	int status;

	once->reading = reading_session_new();
	if (!once->reading) {
		message("out of memory");
		return EXIT_NOTHING;
	}
	status = read_moments(once);
	if (!status)
		status = session_aim(&once->session);
	if (!status)
		status = draw(once);
	if (!status && settings->keys)
		status = play(once, settings->keys);
	return status;
}

int draw_once(const struct settings *settings, struct pagemap_source *source)
{
	struct once once = { .source = source };
	int status;

	stats_begin(&once.stats);
	status = session_open(&once.session, settings, source);
	if (!status)
		status = make_picture(&once);
	if (!status)
		status = status_of(&once);
	if (status == EXIT_DONE || status == EXIT_NOT_EXACT) {
		int failed = write_all(&once);

		if (failed)
			status = failed;
	}
	if (settings->stats)
		stats_print(&once.stats, "software");
	reading_session_free(once.reading);
	session_close(&once.session);
	return status;
}
