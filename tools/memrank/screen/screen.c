/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of the screen as a whole: made, freed, and changed by events,
 * which go to the part that has the keys at the moment.
 */
#include "screen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "background.h"
#include "message.h"

#define INTERVAL_S 2.0

/* What the head and the keys need, whichever columns are shown. */
#define SCREEN_METRICS                                                       \
	(PAGEMAP_METRIC_BIT(PAGEMAP_PSS) | PAGEMAP_METRIC_BIT(PAGEMAP_RSS) | \
	 PAGEMAP_METRIC_BIT(PAGEMAP_USS) | PAGEMAP_METRIC_BIT(PAGEMAP_SWAP) | \
	 PAGEMAP_METRIC_BIT(PAGEMAP_SWAP_PSS) |                              \
	 PAGEMAP_METRIC_BIT(PAGEMAP_PSS_ANON) |                              \
	 PAGEMAP_METRIC_BIT(PAGEMAP_PSS_FILE) |                              \
	 PAGEMAP_METRIC_BIT(PAGEMAP_PSS_SHMEM))
#define SCREEN_NAMES                                                      \
	(NAME_USER | NAME_COMM | NAME_COMMAND | NAME_START | NAME_PPID | \
	 NAME_UID | NAME_SESSION)

/* The list's reader and the view's are waited for by one descriptor. */
static int begin_waking(struct screen *screen)
{
	struct epoll_event event = { .events = EPOLLIN };

	screen->history = history_new();
	if (!screen->history)
		return -ENOMEM;
	screen->wake_fd = epoll_create1(EPOLL_CLOEXEC);
	if (screen->wake_fd < 0 ||
	    epoll_ctl(screen->wake_fd, EPOLL_CTL_ADD,
		      reader_fd(screen->reader), &event))
		return -errno;
	return 0;
}

int screen_init(struct screen *screen, const struct settings *settings,
		struct pagemap_source *source)
{
	bool grouped = settings->by != BY_PROCESS;
	int err;

	*screen = (struct screen){
		.settings = *settings,
		.source = source,
		.live = source_is_live(source),
		.vkernel = settings->usual.source.vkernel,
		.scripted = settings->script,
		.wanted_by = settings->by,
		.at_top = true,
		.wake_fd = -1,
		.width = 80,
		.height = 24,
		.interval_s = settings->watch_s ? settings->watch_s
						: INTERVAL_S,
	};
	screen->settings.usual.units = UNITS_SUFFIX;
	screen->settings.limit = 0;
	screen->settings.totals = false;
	screen->settings.more_metrics = SCREEN_METRICS;
	screen->settings.more_names = SCREEN_NAMES;
	screen->columns[grouped] = settings->columns;
	settings_default_columns(settings, grouped ? BY_PROCESS : BY_USER,
				 &screen->columns[!grouped]);
	err = reader_new(&settings->usual.source, &screen->reader);
	if (!err)
		err = begin_waking(screen);
	if (!err)
		return 0;
	screen_free(screen);
	message("cannot read: %s", strerror(-err));
	return EXIT_NOTHING;
}

void screen_free(struct screen *screen)
{
	screen_close_process(screen);
	background_close(screen->background);
	/* First of what is read: it may be reading on from a snapshot. */
	reader_free(screen->reader);
	if (screen->wake_fd >= 0)
		close(screen->wake_fd);
	history_free(screen->history);
	if (screen->ranked)
		ranking_free(&screen->ranking);
	free(screen->shown);
	free(screen->within);
	process_set_clear(&screen->folded);
	victims_free(&screen->victims);
	tags_free(&screen->tags);
	mark_clear(&screen->mark);
	proclist_free(screen->names);
	pagemap_snapshot_free(screen->snapshot);
}

void screen_say(struct screen *screen, enum style style, const char *format,
		...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(screen->message, sizeof(screen->message), format, args);
	va_end(args);
	screen->message_style = style;
}

const struct row *screen_row(const struct screen *screen)
{
	if (screen->selected >= screen->shown_count)
		return NULL;
	return &screen->ranking.rows[screen->shown[screen->selected].row];
}

void screen_scroll(struct screen *screen)
{
	size_t lines = screen_layout(screen).lines;

	if (screen->selected >= screen->shown_count)
		screen->selected = screen->shown_count ?
				   screen->shown_count - 1 : 0;
	if (screen->selected < screen->top)
		screen->top = screen->selected;
	if (lines && screen->selected >= screen->top + lines)
		screen->top = screen->selected - lines + 1;
	/* No empty lines below while there is something above. */
	if (screen->top && screen->top + lines > screen->shown_count)
		screen->top = screen->shown_count > lines ?
			      screen->shown_count - lines : 0;
}

void screen_select(struct screen *screen, size_t line)
{
	screen->selected = line;
	screen->at_top = !line;
	screen_scroll(screen);
}

static void resize(struct screen *screen, const struct event *event)
{
	if (event->width) {
		screen->width = (size_t)event->width;
		screen->height = (size_t)event->height;
	}
	screen_scroll(screen);
	if (screen->view)
		process_event(screen, event);
}

static void key_or_mouse(struct screen *screen, const struct event *event)
{
	static void (*const parts[])(struct screen *, const struct event *) = {
		[MODE_LIST] = keys_event,
		[MODE_PROMPT] = prompt_event,
		[MODE_MENU] = menu_event,
		[MODE_HELP] = help_event,
		[MODE_KILL] = kill_event,
		[MODE_PROCESS] = process_event,
	};

	screen->message[0] = '\0';
	parts[screen->mode](screen, event);
}

void screen_event(struct screen *screen, const struct event *event)
{
	switch (event->kind) {
	case EVENT_KEY:
	case EVENT_MOUSE:
		key_or_mouse(screen, event);
		break;
	case EVENT_RESIZE:
		resize(screen, event);
		break;
	case EVENT_END:
		screen->ends = true;
		break;
	default:
		break;
	}
}
