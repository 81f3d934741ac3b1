/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moments, a view of them and its scene, see session.h.
 */
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aim.h"
#include "maps.h"
#include "message.h"
#include "methods.h"

/* Pixels of small text at 96 dpi, and the image that this is right for. */
#define TEXT_SIZE 13
#define IMAGE_WIDTH 1600
#define IMAGE_HEIGHT 1000

/* Of a frame's time, what tiles may take. */
#define TILES_NS 6000000u

/* ---- What options say --------------------------------------------------- */

/* A larger image is no larger page: all of it grows. */
static int text_size_of(const struct view *view)
{
	int by_width = TEXT_SIZE * view->width / IMAGE_WIDTH;
	int by_height = TEXT_SIZE * view->height / IMAGE_HEIGHT;
	int size = by_width < by_height ? by_width : by_height;

	return size > TEXT_SIZE ? size : TEXT_SIZE;
}

static void set_up_image(struct view *view, const struct settings *settings)
{
	view->width = settings->width ? settings->width : IMAGE_WIDTH;
	view->height = settings->height ? settings->height : IMAGE_HEIGHT;
	view->unit = settings->text_size ? settings->text_size :
					   text_size_of(view);
	view->paper = !settings->as_window;
	view->title = settings->title;
	view->hint = false;
	if (view->paper)
		view->theme = THEME_PAPER;
}

static void set_up_panes(struct view *view, const struct settings *settings)
{
	size_t i;

	for (i = 0; i < view->pane_count; i++) {
		struct pane *pane = &view->panes[i];
		size_t by = i < settings->by_count ? i : settings->by_count - 1;

		if (settings->by_count)
			pane->by = settings->by[by];
		pane->lit = colouring_lit(pane->by);
		if (settings->has_layout)
			pane->layout = settings->layout;
		else if (settings->row_pages)
			pane->layout = LAYOUT_ROWS;
		pane->row_pages = settings->row_pages;
	}
}

static void set_up_view(struct session *session, const struct map_id *maps,
			size_t count)
{
	const struct settings *settings = session->settings;
	struct view *view = &session->view;
	size_t i;

	view_init(view);
	view->machine = settings_machine(settings);
	for (i = 0; i < count; i++)
		view_add_map(view, maps[i]);
	view->active = 0;
	view->maps_changed = false;
	if (settings->interval_s > 0)
		view->interval_s = settings->interval_s;
	if (settings->run == draw_once)
		set_up_image(view, settings);
	else
		view->list = !settings->word_count && !settings->physical &&
			     view->machine == MACHINE_PLAIN;
	if (settings->has_theme)
		view->theme = settings->theme;
	set_up_panes(view, settings);
}

static int make_groups(struct session *session)
{
	const struct settings *settings = session->settings;
	size_t i;

	session->groups = calloc(settings->group_count + 1,
				 sizeof(*session->groups));
	if (!session->groups)
		return -ENOMEM;
	for (i = 0; i < settings->group_count; i++)
		session->groups[i] = (struct reading_group){
			.name = settings->groups[i].name,
			.selector = settings->groups[i].selector,
		};
	return 0;
}

static int make_parts(struct session *session)
{
	const struct settings *settings = session->settings;

	session->type = type_open(settings->plain_font);
	session->history = history_new((size_t)settings->history_bytes);
	if (session->history)
		session->stage = stage_new(session->history);
	if (session->type && session->stage && !make_groups(session))
		return 0;
	message("out of memory");
	return EXIT_NOTHING;
}

/* Of a saved machine nobody forgets: its ages are not known, and said to be. */
static int choose_methods(struct session *session,
			  struct pagemap_source *source)
{
	const struct settings *settings = session->settings;
	int status;

	if (!settings_want_ages(settings) ||
	    source_is_elsewhere(&settings->usual.source))
		return 0;
	status = methods_choose(source, settings->methods, settings->yes,
				&session->methods);
	if (!status)
		methods_say_harm(session->methods, settings->usual.gentle);
	return status;
}

int session_open(struct session *session, const struct settings *settings,
		 struct pagemap_source *source)
{
	struct map_id maps[PANES_MOST];
	struct pagemap_source *people = source;
	size_t count;
	int status;

	*session = (struct session){ .settings = settings };
	if (settings_machine(settings) == MACHINE_HOST)
		people = pagemap_source_host(source);
	status = maps_choose(settings, people, maps, &count);
	if (!status)
		status = choose_methods(session, source);
	if (!status)
		status = make_parts(session);
	if (!status)
		set_up_view(session, maps, count);
	return status;
}

void session_close(struct session *session)
{
	scene_free(session->scene);
	stage_free(session->stage);
	history_free(session->history);
	type_close(session->type);
	free(session->groups);
}

/* ---- Reading ------------------------------------------------------------ */

static bool is_requested(const struct reading_request *request, struct map_id id)
{
	size_t i;

	for (i = 0; i < request->map_count; i++)
		if (map_id_equal(request->maps[i], id))
			return true;
	return false;
}

void session_request(const struct session *session,
		     struct reading_request *ret_request)
{
	const struct view *view = &session->view;
	const struct map_id guest = { .kind = MAP_GUEST };
	struct reading_request request = {
		.host = view->machine == MACHINE_HOST,
		.gentle = session->settings->usual.gentle,
		.groups = session->groups,
		.group_count = session->settings->group_count,
		.methods = session->methods,
		.may_disturb = session->methods != 0,
		.previous = session_newest(session),
	};
	size_t i;

	for (i = 0; i < view->pane_count; i++)
		if (!is_requested(&request, view->panes[i].map))
			request.maps[request.map_count++] = view->panes[i].map;
	/* It tells of its processes' pages too where in the host they are. */
	if (view->machine == MACHINE_GUEST && !is_requested(&request, guest))
		request.maps[request.map_count++] = guest;
	*ret_request = request;
}

const struct moment *session_newest(const struct session *session)
{
	size_t count = history_count(session->history);

	return count ? history_at(session->history, count - 1) : NULL;
}

static void say_who_ended(struct view *view, const struct moment *moment,
			  const struct picture *picture)
{
	pid_t pid = picture->id.pid;

	if (picture->id.kind == MAP_GUEST)
		snprintf(view->said, sizeof(view->said), "the vkernel (%d) "
			 "ended: its last picture stays",
			 (int)moment->vkernel.pid);
	else
		snprintf(view->said, sizeof(view->said), "%s (%d) ended: its "
			 "last picture stays", picture->name, (int)pid);
}

/* Who ended since the moment before: their last pictures stay. */
static void say_ended(struct view *view, const struct moment *before,
		      const struct moment *moment)
{
	size_t i;

	for (i = 0; before && i < moment->picture_count; i++) {
		const struct picture *now = &moment->pictures[i];
		const struct picture *then = moment_picture(before, now->id);

		if (now->ended && then && !then->ended)
			say_who_ended(view, moment, now);
	}
}

int session_add(struct session *session, struct moment *moment)
{
	const struct moment *before = session_newest(session);
	int removed;

	/* It may be removed for the new one. */
	moment_ref((struct moment *)before);
	removed = history_add(session->history, moment);
	if (removed >= 0) {
		view_moment_added(&session->view, session->stage,
				  (size_t)removed);
		if (session_newest(session) == moment)
			say_ended(&session->view, before, moment);
	}
	moment_unref((struct moment *)before);
	return removed < 0 ? removed : 0;
}

/* Boxes, worlds and layers as they are to be drawn. */
static int prepare(struct session *session)
{
	struct view *view = &session->view;
	size_t i;

	for (i = 0; i < view->pane_count; i++)
		view->panes[i].box = scene_map_box(view, i);
	view->list_rows = scene_list_rows(view);
	return view_prepare(view, session->stage);
}

int session_aim(struct session *session)
{
	const struct settings *settings = session->settings;

	if (!settings->show && !settings->at && !settings->has_zoom)
		return 0;
	/* What is gone to has to be there. */
	stage_budget(session->stage, UINT64_MAX);
	if (prepare(session)) {
		message("out of memory");
		return EXIT_NOTHING;
	}
	return aim(&session->view, session->stage, session->settings);
}

/* ---- Looking ------------------------------------------------------------ */

void session_take(struct session *session, const struct event *event)
{
	bool is_key = event->kind == EVENT_KEY;
	const struct hot *hot = !session->scene || is_key ? NULL :
		scene_hot_at(session->scene, event->x, event->y);

	view_take(&session->view, session->stage, event, hot);
}

int session_draw(struct session *session, double seconds,
		 enum session_unrest *ret_unrest)
{
	bool still = seconds < 0, moves = false;
	struct scene *scene;
	int err;

	stage_budget(session->stage, still ? UINT64_MAX : TILES_NS);
	err = prepare(session);
	if (err)
		return err;
	if (still)
		view_arrive(&session->view);
	else
		moves = view_animate(&session->view, seconds);
	scene = scene_make(session->stage, &session->view, session->type);
	if (!scene)
		return -ENOMEM;
	/* An image of no size that was asked for is as large as it needs. */
	if (session->view.paper && !session->settings->width)
		scene_trim(scene);
	scene_free(session->scene);
	session->scene = scene;
	*ret_unrest = moves ? SESSION_MOVES :
		      stage_is_short(session->stage) ? SESSION_WAITS :
						       SESSION_RESTS;
	return 0;
}

bool session_has_news(const struct session *session)
{
	return stage_has_news(session->stage);
}
