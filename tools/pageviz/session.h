/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an image and a window have in common: the moments that were read, the
 * view of them as options set it up, and the scene that is drawn of both.  Who
 * reads, and when, is in once.c and live.c.
 */
#ifndef PAGEVIZ_SESSION_H
#define PAGEVIZ_SESSION_H

#include "history.h"
#include "pageviz.h"
#include "reading.h"
#include "scene.h"
#include "stage.h"
#include "type.h"

struct session {
	const struct settings *settings;
	struct reading_group *groups;	/* as reading.h has them */
	uint32_t methods;		/* of ages; 0: none */
	struct type *type;
	struct history *history;
	struct stage *stage;
	struct view view;
	struct scene *scene;		/* that was drawn last; NULL: none */
};

/*
 * Finds the maps that are asked for and makes ready to read.  0, or an exit
 * status after a message; session_close() is fine either way.
 */
int session_open(struct session *session, const struct settings *settings,
		 struct pagemap_source *source);
void session_close(struct session *session);

/* What is to be read now: the maps of the view, each once. */
void session_request(const struct session *session,
		     struct reading_request *ret_request);

/* The newest moment; NULL: none was read yet. */
const struct moment *session_newest(const struct session *session);

/* Takes a moment over, and says which processes ended.  0 or -ENOMEM. */
int session_add(struct session *session, struct moment *moment);

/*
 * The first picture is there: goes where --at, --zoom and --show want it.  0,
 * or an exit status after a message.
 */
int session_aim(struct session *session);

/* Something happened at a place of the scene that was drawn last. */
void session_take(struct session *session, const struct event *event);

/* What a scene will be when it is made again. */
enum session_unrest {
	SESSION_RESTS,		/* the same */
	SESSION_WAITS,		/* more, once session_has_news() */
	SESSION_MOVES,		/* another */
};

/* For session_draw(): nothing moves, and all of it is drawn. */
#define SESSION_STILL (-1.0)

/*
 * Makes the scene, so long after the last one that cameras have moved; in a
 * window, what takes too long is left for the next time.  0 or -ENOMEM.
 */
int session_draw(struct session *session, double seconds,
		 enum session_unrest *ret_unrest);

/* Whether a thread has something for a scene that waits. */
bool session_has_news(const struct session *session);

#endif
