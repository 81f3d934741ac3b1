/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of the process view: what is read when, and what events change.
 * Reading is done by a thread; it costs at most half a percent of a CPU, as the
 * list goes on being read.
 */
#include "clock.h"
#include "pane.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What took 1 ms of CPU is read again after 200 ms at the earliest. */
#define PAUSE 200
/* And never more often than this. */
#define PAUSE_LEAST_NS UINT64_C(1000000000)

const struct pane *pane_of(enum pane_number number)
{
	static const struct pane *const panes[PANE_COUNT] = {
		&pane_mappings, &pane_sharers, &pane_pages, &pane_graph,
	};

	return panes[number];
}

struct box view_box(const struct process_view *view)
{
	size_t above = view_lines_above(view->height);
	size_t below = view_lines_below(view->height);

	return (struct box){
		0, above, view->width,
		view->height > above + below ? view->height - above - below
					     : 0,
	};
}

size_t list_lines(struct box box)
{
	return box.height ? box.height - 1 : 0;
}

const struct study *view_figures(const struct process_view *view)
{
	const struct study *process = view->studies[STUDY_PROCESS];
	const struct study *pages = view->studies[STUDY_PAGES];

	if (!process || !pages)
		return process ? process : pages;
	return pages->done_ns > process->done_ns ? pages : process;
}

/* ---- Reading ----------------------------------------------------------- */

static void work(struct pagemap_source *source, void *context)
{
	study_run(context, source);
}

static void drop(void *context)
{
	study_free(context);
}

static int start(struct process_view *view, enum study_kind kind)
{
	struct study *study = study_new(kind, view->pid, view->opts.settings);
	struct background_work job = { work, drop, study };
	int err;

	if (!study)
		return -ENOMEM;
	err = background_start(view->opts.background, &job);
	if (err)
		study_free(study);
	view->asked = false;
	return err;
}

static uint64_t start_time(const struct study *study)
{
	return study ? pagemap_process_start_time_ns(study->process)
		     : UINT64_MAX;
}

/* Another process has got the pid since. */
static bool is_another(const struct process_view *view,
		       const struct study *study)
{
	uint64_t before = start_time(view_figures(view));
	uint64_t after = start_time(study);

	return before != UINT64_MAX && after != UINT64_MAX && before != after;
}

static bool has_ended(const struct process_view *view,
		      const struct study *study)
{
	const struct study *before = view_figures(view);

	if (study->err)
		return study->err == -ESRCH;
	/* What had memory, and has none: its parent has not waited for it. */
	return is_another(view, study) ||
	       (before && !*before->why && pagemap_process_status(
			study->process) == PAGEMAP_STATUS_NO_MEMORY);
}

/* An end is seen at once, however seldom the process is read. */
static bool look_whether_it_lives(struct process_view *view)
{
	char comm[32];

	/* What runs inside a vkernel has no name that could be asked for. */
	if (view->ended || !view->live ||
	    view->opts.settings->usual.source.vkernel ||
	    pagemap_source_comm(view->opts.source, view->pid, comm,
				sizeof(comm)) != -ENOENT)
		return false;
	view->ended = true;
	return true;
}

static int adopt_all(struct process_view *view)
{
	int number, err = 0;

	for (number = 0; number < PANE_COUNT && !err; number++)
		if (pane_of(number)->adopt)
			err = pane_of(number)->adopt(view, view_box(view));
	return err;
}

static int take_over(struct process_view *view, struct study *study)
{
	struct study **place = &view->studies[study->kind];

	view->next_ns[study->kind] = study->done_ns +
		(study->cpu_ns * PAUSE > PAUSE_LEAST_NS ?
		 study->cpu_ns * PAUSE : PAUSE_LEAST_NS);
	if (study->pid != view->pid) {
		study_free(study);
		return 0;
	}
	if (has_ended(view, study)) {
		view->ended = true;
		snprintf(view->why[study->kind],
			 sizeof(view->why[study->kind]),
			 "the process has ended");
		study_free(study);
		return 0;
	}
	/* Also of one that went well: who it is, but not what it has. */
	memcpy(view->why[study->kind], study->why, sizeof(study->why));
	if (study->err) {
		study_free(study);
		return 0;
	}
	/* The map's lines point into the map that goes. */
	if (study->kind == STUDY_PAGES) {
		map_rows_free(view->pages.rows);
		view->pages.rows = NULL;
	}
	study_free(*place);
	*place = study;
	return adopt_all(view);
}

static bool is_due(const struct process_view *view, enum study_kind kind)
{
	if (view->ended)
		return false;
	if (view->asked || (!view->studies[kind] && !*view->why[kind]))
		return true;
	return view->live && view->now_ns >= view->next_ns[kind];
}

int process_view_refresh(struct process_view *view)
{
	enum study_kind kind = pane_of(view->pane)->study;
	struct study *study;
	int err = 0;
	bool taken = look_whether_it_lives(view);

	do {
		view->now_ns = now_ns();
		if (view->opts.scripted)
			background_wait(view->opts.background);
		study = background_fetch(view->opts.background);
		if (study)
			err = take_over(view, study);
		taken |= study != NULL;
		if (!err && !background_is_busy(view->opts.background) &&
		    is_due(view, kind))
			err = start(view, kind);
	} while (!err && view->opts.scripted &&
		 background_is_busy(view->opts.background));
	return err ? err : taken;
}

/* ---- Opening ----------------------------------------------------------- */

int process_view_open(const struct process_view_opts *opts, pid_t pid,
		      struct process_view **ret_view)
{
	struct process_view *view = calloc(1, sizeof(*view));
	int err;

	if (!view)
		return -ENOMEM;
	view->opts = *opts;
	view->pid = pid;
	view->width = opts->width;
	view->height = opts->height;
	view->live = source_is_live(opts->source);
	view->pane = opts->graph ? PANE_GRAPH : PANE_MAPPINGS;
	view->mappings.sort = MAPPING_START;
	err = process_view_refresh(view);
	if (err < 0) {
		process_view_close(view);
		return err;
	}
	*ret_view = view;
	return 0;
}

static void forget(struct process_view *view)
{
	int kind;

	map_rows_free(view->pages.rows);
	view->pages.rows = NULL;
	for (kind = 0; kind < STUDY_COUNT; kind++) {
		study_free(view->studies[kind]);
		view->studies[kind] = NULL;
		view->why[kind][0] = '\0';
	}
	free(view->mappings.order);
	view->mappings.order = NULL;
	view->mappings.count = 0;
}

void process_view_close(struct process_view *view)
{
	if (!view)
		return;
	forget(view);
	free(view);
}

void view_turn_to(struct process_view *view, pid_t pid)
{
	forget(view);
	view->pid = pid;
	view->ended = false;
	view->pages = (struct pages_pane){ .by = view->pages.by };
	view->mappings.picker = (struct picker){ 0 };
	view->sharers = (struct picker){ 0 };
	view->sharer_pid = 0;
	view->mappings.selected_vaddr = 0;
	view_show(view, PANE_MAPPINGS);
}

void view_show(struct process_view *view, enum pane_number pane)
{
	view->pane = pane;
	/* Not every pane has lines that can be searched. */
	view->search.typing = false;
	process_view_refresh(view);
}

/* ---- Events ------------------------------------------------------------ */

static bool closes(uint32_t key)
{
	return key == EVENT_ESCAPE || key == 'q' || key == EVENT_F1 + 9;
}

static void resize(struct process_view *view, const struct event *event)
{
	if (event->width > 0 && event->height > 0) {
		view->width = (size_t)event->width;
		view->height = (size_t)event->height;
	}
	adopt_all(view);
}

/* In the help every key but those that move it ends it. */
static void help_event(struct process_view *view, const struct event *event)
{
	struct picker picker = { view->help_top, view->help_top };

	if (picker_event(&picker, event, SIZE_MAX / 2, 1))
		view->help_top = picker.selected < view_help_hidden(view) ?
				 picker.selected : view_help_hidden(view);
	else if (event->kind == EVENT_KEY)
		view->help = false;
}

static void click(struct process_view *view, const struct event *event)
{
	enum pane_number tab = event->x < 0 || event->y < 0 ? PANE_COUNT :
		view_tab_at(view, (size_t)event->x, (size_t)event->y);

	if (event->button == EVENT_BUTTON_LEFT && tab != PANE_COUNT)
		view_show(view, tab);
	else
		pane_of(view->pane)->event(view, event, view_box(view));
}

bool process_view_event(struct process_view *view, const struct event *event)
{
	if (event->kind == EVENT_RESIZE) {
		resize(view, event);
	} else if (event->kind == EVENT_TICK || event->kind == EVENT_WAKE) {
		process_view_refresh(view);
	} else if (view->help) {
		help_event(view, event);
	} else if (event->kind == EVENT_MOUSE) {
		click(view, event);
	} else if (event->kind != EVENT_KEY) {
		return true;
	} else if (view->search.typing) {
		search_event(view, event);
	} else if (closes(event->key)) {
		return false;
	} else if (!view_key_press(view, event->key)) {
		pane_of(view->pane)->event(view, event, view_box(view));
	}
	return true;
}
