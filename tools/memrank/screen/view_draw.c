/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frame of the process view: who it is and how large, the tabs of the
 * panes, the keys, the help.  What is not known says why.
 */
#include <string.h>

#include "escape.h"
#include "pane.h"

/* Lower screens have no line of figures of their own, and none of keys. */
#define FIGURES_LEAST 8
#define KEYS_LEAST 10

#define TITLE_SIZE 1024
#define HELP_WIDTH 62

size_t view_lines_above(size_t height)
{
	return height < FIGURES_LEAST ? 2 : 3;
}

size_t view_lines_below(size_t height)
{
	return height < KEYS_LEAST ? 0 : 1;
}

void row_title(const struct row *row, char *text, size_t size)
{
	const char *name = row->command ? row->command : row->comm;

	escape_text(name ? name : "(name not known)", text, size);
}

/* ---- Who and how large ------------------------------------------------- */

static void format_metric(const struct study *study,
			  enum pagemap_metric metric, char text[UNITS_SIZE])
{
	struct pagemap_value value = pagemap_process_value(study->process,
							   metric);

	units_format_value(&value, UNITS_SUFFIX, text);
}

static void draw_figures(const struct study *study, struct canvas *canvas,
			 size_t y)
{
	size_t i, x = 1, width = canvas_width(canvas);

	for (i = MAPPING_VSS; i <= MAPPING_SWAP; i++) {
		const struct mapping_column *column =
			mapping_column((unsigned int)i);
		char text[UNITS_SIZE];

		format_metric(study, (enum pagemap_metric)column->metric,
			      text);
		if (x + strlen(column->heading) + 1 + strlen(text) > width)
			return;
		x += canvas_printf(canvas, x, y, width, STYLE_DIM, "%s ",
				   column->heading);
		x += canvas_text(canvas, x, y, width,
				 column->metric == PAGEMAP_PSS ? STYLE_BOLD :
				 STYLE_NORMAL, text) + 2;
	}
}

/* Why figures are not exact, if they are not. */
static const char *doubt_of(const struct study *study)
{
	struct pagemap_value value = pagemap_process_value(study->process,
							   PAGEMAP_PSS);

	return value.quality == PAGEMAP_EXACT ? "" :
	       pagemap_reason_describe(value.reason);
}

static void draw_doubt(const struct study *study, struct canvas *canvas,
		       size_t y)
{
	const char *doubt = doubt_of(study);
	size_t x = canvas_width(canvas), length = strlen(doubt);

	/* Only beside the figures, never over them. */
	while (x && (!canvas_cell(canvas, x - 1, y)->text[0] ||
		     canvas_cell(canvas, x - 1, y)->text[0] == ' '))
		x--;
	if (length && x + 2 + length < canvas_width(canvas))
		canvas_text(canvas, x + 2, y, length, STYLE_WARNING, doubt);
}

static size_t draw_right(struct canvas *canvas, size_t left, size_t y,
			 enum style style, const char *text)
{
	size_t width = canvas_width(canvas), length = escape_width(text);

	if (left + length + 2 > width)
		return width;
	canvas_text(canvas, width - length - 1, y, length, style, text);
	return width - length - 2;
}

static void draw_title(const struct process_view *view,
		       const struct study *study, struct canvas *canvas)
{
	char title[TITLE_SIZE] = "", right[TITLE_SIZE] = "", pss[UNITS_SIZE];
	size_t x, end = canvas_width(canvas);

	canvas_fill(canvas, 0, 0, end, STYLE_HEADING, " ");
	x = canvas_printf(canvas, 1, 0, end, STYLE_HEADING, "%d ",
			  (int)view->pid) + 1;
	if (study)
		row_title(&study->row, title, sizeof(title));
	if (study && view->ended) {
		snprintf(right, sizeof(right), " ended");
	} else if (study && view->height < FIGURES_LEAST) {
		format_metric(study, PAGEMAP_PSS, pss);
		snprintf(right, sizeof(right), " %s", pss);
	} else if (study && study->row.user) {
		snprintf(right, sizeof(right), " user %.64s",
			 study->row.user);
	}
	/* A name is worth more than what stands at the right. */
	if (x + 8 + strlen(right) < end)
		end = draw_right(canvas, x, 0, STYLE_HEADING, right);
	if (x < end)
		canvas_text(canvas, x, 0, end - x, STYLE_HEADING, title);
}

/* ---- Tabs -------------------------------------------------------------- */

/* Where each tab stands; those of others lose their titles first. */
struct tabs {
	size_t x[PANE_COUNT];
	size_t width[PANE_COUNT];
	bool titles;
	size_t end;
};

static struct tabs tabs_place(const struct process_view *view)
{
	struct tabs tabs = { .titles = true };
	size_t i, x;

	for (;;) {
		for (i = 0, x = 0; i < PANE_COUNT; i++) {
			bool title = tabs.titles || i == view->pane;

			tabs.x[i] = x;
			tabs.width[i] = 3 + (title ? strlen(
				pane_of((enum pane_number)i)->title) + 1 : 0);
			x += tabs.width[i];
		}
		tabs.end = x;
		if (x <= view->width || !tabs.titles)
			return tabs;
		tabs.titles = false;
	}
}

enum pane_number view_tab_at(const struct process_view *view, size_t x,
			     size_t y)
{
	struct tabs tabs = tabs_place(view);
	size_t i;

	if (y + 1 != view_lines_above(view->height))
		return PANE_COUNT;
	for (i = 0; i < PANE_COUNT; i++)
		if (x >= tabs.x[i] && x < tabs.x[i] + tabs.width[i])
			return (enum pane_number)i;
	return PANE_COUNT;
}

/* How old what is shown is, and what it cost. */
static void format_state(const struct process_view *view, char *text,
			 size_t size)
{
	enum study_kind kind = pane_of(view->pane)->study;
	const struct study *study = view->studies[kind];

	*text = '\0';
	if (view->ended && study)
		snprintf(text, size, "ended: the last that was read");
	else if (view->opts.scripted || view->ended || !study)
		return;
	else
		snprintf(text, size, "read %.0f s ago in %.1f ms of CPU%s",
			 (double)(view->now_ns > study->done_ns ?
				  view->now_ns - study->done_ns : 0) / 1e9,
			 (double)study->cpu_ns / 1e6,
			 background_is_busy(view->opts.background) ? " ..." : "");
}

static void draw_tabs(const struct process_view *view, struct canvas *canvas,
		      size_t y)
{
	struct tabs tabs = tabs_place(view);
	char state[96];
	size_t i;

	for (i = 0; i < PANE_COUNT; i++) {
		bool current = i == view->pane;
		enum style style = current ? STYLE_ACCENT : STYLE_NORMAL;

		canvas_fill(canvas, tabs.x[i], y, tabs.width[i], style, " ");
		canvas_printf(canvas, tabs.x[i] + 1, y, 1,
			      current ? style : STYLE_KEY, "%zu", i + 1);
		if (tabs.titles || current)
			canvas_text(canvas, tabs.x[i] + 3, y,
				    tabs.width[i] - 3, style,
				    pane_of((enum pane_number)i)->title);
	}
	format_state(view, state, sizeof(state));
	draw_right(canvas, tabs.end + 1, y,
		   view->ended ? STYLE_WARNING : STYLE_DIM, state);
}

/* ---- Keys and help ----------------------------------------------------- */

static void draw_search(const struct process_view *view,
			struct canvas *canvas, size_t y)
{
	size_t width = canvas_width(canvas);
	size_t x = canvas_text(canvas, 0, y, width, STYLE_ACCENT, "Search: ");
	char text[4 * sizeof(view->search.text)];

	canvas_fill(canvas, x, y, width - x, STYLE_NORMAL, " ");
	escape_text(view->search.text, text, sizeof(text));
	x += canvas_text(canvas, x, y, width - x, view->search.missing ?
			 STYLE_WARNING : STYLE_BOLD, text);
	x += canvas_text(canvas, x, y, 1, STYLE_SELECTED, " ");
	if (view->search.missing)
		canvas_text(canvas, x, y, width, STYLE_WARNING,
			    "  nothing matches");
}

/* The first name of several: "F1 h ?" is F1 here. */
static size_t first_name(const char *name, char text[16])
{
	return (size_t)snprintf(text, 16, "%.*s", (int)strcspn(name, " "),
				name);
}

static void draw_keys(const struct process_view *view, struct canvas *canvas,
		      size_t y)
{
	size_t i, x = 0, width = canvas_width(canvas);
	const struct view_key *key;
	char name[16];

	for (i = 0; (key = view_key_at(i)); i++) {
		if (!key->label || !(key->panes & 1u << view->pane))
			continue;
		if (x + first_name(key->name, name) + strlen(key->label) + 1 >
		    width)
			return;
		x += canvas_text(canvas, x, y, width, STYLE_KEY, name);
		x += canvas_text(canvas, x, y, width, STYLE_ACCENT,
				 key->label);
		x += canvas_text(canvas, x, y, width, STYLE_NORMAL, " ");
	}
}

struct help {
	struct canvas *canvas;
	struct box box;			/* inside the frame */
	size_t skip;			/* lines that are scrolled away */
	size_t line;
};

static void help_line(struct help *help, enum style style, const char *left,
		      const char *right)
{
	size_t y = help->line++, narrow = help->box.width < 40 ? 8 : 11;

	/* Nothing is in sight where lines are only counted. */
	if (y < help->skip || y - help->skip >= help->box.height)
		return;
	y = help->box.y + y - help->skip;
	canvas_text(help->canvas, help->box.x, y, help->box.width, style, left);
	if (help->box.width > narrow)
		canvas_text(help->canvas, help->box.x + narrow, y,
			    help->box.width - narrow, STYLE_NORMAL, right);
}

static void help_classes(struct help *help, enum page_by by)
{
	char letter[2] = "";
	unsigned int i;

	help_line(help, STYLE_NORMAL, "", "");
	for (i = 0; i < page_class_count(by); i++) {
		const struct page_class_row *row = page_class_row(by, i);
		char text[96];

		letter[0] = row->letter;
		snprintf(text, sizeof(text), "%s: %s", row->name, row->help);
		help_line(help, row->style, letter, text);
	}
	help_line(help, STYLE_BOLD, "A B ...",
		  "a capital: others too, this one is the rarest");
}

static void help_sharers(struct help *help)
{
	static const char *const columns[][2] = {
		{ "SHARED", "all that both map, whoever else does" },
		{ "FORK", "anonymous, unwritten since a fork" },
		{ "KSM", "equal pages that the kernel merged" },
		{ "FILE", "page cache of a file, as the file is" },
		{ "DIRTY", "page cache that is to be written" },
		{ "SHMEM", "memfd, tmpfs, SysV shared memory" },
	};
	size_t i;

	help_line(help, STYLE_NORMAL, "", "");
	for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		help_line(help, STYLE_BOLD, columns[i][0], columns[i][1]);
}

static void help_all(struct help *help, const struct process_view *view)
{
	const struct view_key *key;
	size_t i;

	help->line = 0;
	for (i = 0; (key = view_key_at(i)); i++)
		if (key->name && key->panes & 1u << view->pane)
			help_line(help, STYLE_KEY, key->name, key->help);
	if (view->pane == PANE_SHARERS)
		help_sharers(help);
	if (view->pane == PANE_PAGES)
		help_classes(help, view->pages.by);
}

size_t view_help_hidden(const struct process_view *view)
{
	size_t lines = view->height > 2 ? view->height - 2 : 0;
	struct help help = { .skip = SIZE_MAX };

	help_all(&help, view);
	return help.line > lines ? help.line - lines : 0;
}

/* A box as large as its text, over what is shown. */
static void draw_help(const struct process_view *view, struct canvas *canvas)
{
	size_t width = canvas_width(canvas), height = canvas_height(canvas);
	struct help help = { .canvas = canvas, .skip = SIZE_MAX };
	size_t x, y;

	help_all(&help, view);
	if (width < 8 || height < 3)
		return;
	width = width > HELP_WIDTH + 4 ? HELP_WIDTH + 4 : width;
	height = height > help.line + 2 ? help.line + 2 : height;
	x = (canvas_width(canvas) - width) / 2;
	y = (canvas_height(canvas) - height) / 2;
	canvas_box(canvas, x, y, width, height, pane_of(view->pane)->title);
	help.box = (struct box){ x + 2, y + 1, width - 4, height - 2 };
	help.skip = view->help_top;
	help_all(&help, view);
}

/* ---- All of it --------------------------------------------------------- */

void draw_nothing(const struct process_view *view, enum study_kind study,
		  struct canvas *canvas, struct box box)
{
	const char *why = view->why[study];

	if (!box.height)
		return;
	canvas_text(canvas, box.x + 1, box.y, box.width - 1,
		    *why ? STYLE_WARNING : STYLE_DIM,
		    *why ? why : "being read ...");
}

void process_view_draw(const struct process_view *view, struct canvas *canvas)
{
	const struct study *figures = view_figures(view);
	size_t height = canvas_height(canvas), above;
	struct box box = view_box(view);

	if (!figures)
		figures = view->studies[STUDY_SHARERS];
	above = view_lines_above(height);
	draw_title(view, figures, canvas);
	if (figures && above > 2) {
		draw_figures(figures, canvas, 1);
		if (!*view->why[figures->kind])
			draw_doubt(figures, canvas, 1);
	}
	draw_tabs(view, canvas, above - 1);
	pane_of(view->pane)->draw(view, canvas, box);
	if (view->search.typing)
		draw_search(view, canvas, height - 1);
	else if (view_lines_below(height))
		draw_keys(view, canvas, height - 1);
	if (view->help)
		draw_help(view, canvas);
}
