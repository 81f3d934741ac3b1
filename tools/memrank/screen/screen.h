/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of memrank's screen.  Everything that is shown is a function of
 * it (draw_*.c), events change it (keys.c, menu.c, prompt.c), and readings
 * come into it (refresh.c); no part but loop.c knows a terminal.
 */
#ifndef SCREEN_SCREEN_H
#define SCREEN_SCREEN_H

#include "canvas.h"
#include "event.h"
#include "history.h"
#include "memrank.h"
#include "reader.h"
#include "set.h"

struct menu_kind;
struct background;
struct process_view;

enum screen_mode {
	MODE_LIST,
	MODE_PROMPT,		/* a line is being typed */
	MODE_MENU,
	MODE_HELP,
	MODE_KILL,		/* asked whether to */
	MODE_PROCESS,		/* one process in depth: process_view.c's */
};

/* A line of the list; which of the ranking's rows, and its place in the tree. */
struct shown {
	uint32_t row;
	uint32_t folded;	/* rows hidden below it */
	uint64_t rails;		/* a bit for each depth where a line goes on */
	uint8_t depth;
	bool last;		/* of its parent's children */
	bool parent;
	bool context;		/* does not match: shown for what is below */
};

enum { TEXT_SIZE = 128, MESSAGE_SIZE = 256 };

/* A text that is typed, or was. */
struct typed {
	char text[TEXT_SIZE];	/* UTF-8 */
	size_t length;
};

enum prompt_kind { PROMPT_SEARCH, PROMPT_FILTER };

struct prompt {
	enum prompt_kind kind;
	struct typed before;	/* given back by Esc */
	bool missing;		/* nothing matches */
};

struct menu {
	const struct menu_kind *kind;
	struct typed typed;	/* begins the item that is selected */
	size_t selected;
	size_t top;
};

/* What all measured processes have together, for the head of the screen. */
struct sums {
	uint64_t pss, anon, file, shmem, swap_pss;
	bool has_parts;		/* of these, anon, file and shmem are known */
	size_t processes;
	size_t unreadable;
	uint64_t own_pss;	/* memrank's; 0 not known */
};

/* What stood there when the mark was set. */
struct mark {
	bool set;
	uint64_t time_ns;	/* CLOCK_REALTIME */
	uint64_t pss;		/* of all */
	struct process_set processes;	/* value: PSS, -1 not known */
	enum rank_by by;	/* of the groups */
	struct strings *groups;
	int64_t *group_pss;	/* by number */
	size_t began, ended;	/* since, as of the newest ranking */
};

/* The tagged processes together; see tags.c. */
struct tag_figures {
	bool known;
	bool has_killed;		/* of just these */
	uint64_t rss, pss, uss;		/* bytes */
	uint64_t uss_unseen;		/* of these, what others may have a */
	uint64_t pss_unseen;		/* part of, who could not be read */
	uint64_t swap;
	size_t missing;			/* tagged, not in the census yet */
	size_t unreadable;		/* tagged, and not to be read */
	struct pagemap_if_killed killed;
};

struct tags {
	struct process_set set;		/* value: PSS at the last census */
	struct pagemap_snapshot *snapshot;	/* the census */
	struct pagemap_sharing *sharing;
	uint64_t next_ns;		/* not again before; CLOCK_MONOTONIC */
	bool stale;			/* a tagged process moved since */
	bool failed;			/* to be tried no more */
	unsigned int changes;		/* of the set, and of the census */
	unsigned int asked;		/* changes when READ_KILLED was asked */
	char why[MESSAGE_SIZE];		/* there is no census */
	struct tag_figures figures;
};

/* Which processes would be sent which signal. */
struct victim {
	pid_t pid;
	int fd;				/* pidfd; -1 where there are none */
	char name[96];			/* escaped */
};

struct victims {
	struct victim *items;
	size_t count;
	size_t signal;			/* index in the table of signals */
	bool tagged;			/* they are the tagged */
	struct pagemap_value uss;	/* of one that is not tagged */
};

/* What the screen itself costs. */
struct own_cost {
	uint64_t wall_ns[8];		/* when, at the last beats */
	uint64_t cpu_ns[8];
	size_t count;			/* of all beats */
};

struct screen {
	struct settings settings;	/* columns, order, grouping as shown */
	struct column_list columns[2];	/* of processes, of groups */
	struct pagemap_source *source;	/* the drawing thread's */
	struct reader *reader;
	pid_t vkernel;			/* whose guest it is; 0: a machine's own
					   processes */
	bool live;			/* not a saved tree */
	bool scripted;			/* nothing that differs from run to run */
	bool styles;			/* ... printed with styles */

	struct pagemap_snapshot *snapshot;
	struct pagemap_snapshot_opts opts;	/* of the snapshot */
	struct proclist *names;
	struct ranking ranking;
	bool ranked;
	struct sums sums;
	struct shown *shown;
	size_t shown_count;

	enum rank_by wanted_by;		/* settings.by, once that is read */
	bool tree;
	bool by_change;			/* sorted by the change since the mark */
	struct typed filter, search;
	char user[64];			/* the only user that is shown; "" all */
	char *within;			/* the group whose processes are shown */
	enum rank_by within_by;
	struct process_set folded;
	struct tags tags;
	struct mark mark;

	size_t selected, top;		/* lines of the list */
	size_t shift;			/* columns gone to the left */
	bool at_top;			/* stays with the place, not the row */
	size_t width, height;

	enum screen_mode mode;
	struct prompt prompt;
	struct menu menu;
	size_t help_top;
	struct victims victims;
	struct process_view *view;
	struct background *background;	/* the view's; NULL: none was opened */
	struct history *history;
	int wake_fd;			/* an epoll: somebody has read */
	char message[MESSAGE_SIZE];
	enum style message_style;

	double interval_s;
	uint64_t next_ns;		/* the next beat; CLOCK_MONOTONIC */
	double beat_s;			/* as long as the last one made it */
	struct own_cost own;
	bool again;			/* read at once */
	bool paused;
	bool ends;
	int status;			/* of the program, when it ends */
};

/* ---- screen.c ---------------------------------------------------------- */

/* 0 or an exit status, after a message. */
int screen_init(struct screen *screen, const struct settings *settings,
		struct pagemap_source *source);
void screen_free(struct screen *screen);

/* Changes the state by an event. */
void screen_event(struct screen *screen, const struct event *event);

/* One line for people, until the next key. */
void screen_say(struct screen *screen, enum style style, const char *format,
		...) __attribute__((format(printf, 3, 4)));

/* The row that is selected; NULL: there is none. */
const struct row *screen_row(const struct screen *screen);

/* Makes another line the selected one, and has it in sight. */
void screen_select(struct screen *screen, size_t line);

/* Moves the list so that the selected line is in sight. */
void screen_scroll(struct screen *screen);

/* ---- refresh.c --------------------------------------------------------- */

/* Asks for what is due now; nothing while a reading is under way. */
void screen_read(struct screen *screen);

/* Takes a finished reading in.  False where there is none. */
bool screen_take_reading(struct screen *screen);

/* Has the rows made again of what was read; reads first where it must. */
void screen_rank(struct screen *screen);

/* CPU time of this program over the last beats, in percent of one CPU; -1. */
double screen_own_cpu(const struct screen *screen);

/* ---- list.c, tree.c ---------------------------------------------------- */

/* Makes the lines of the list from the ranking.  0 or -ENOMEM. */
int list_make(struct screen *screen);

/* Whether a row has a text in its name, command or pid; any case. */
bool row_has_text(const struct row *row, const char *text);

/*
 * Puts rows under their parents: order are the rows to be shown, in order;
 * context those that are only there for others.  0 or -ENOMEM.
 */
int tree_make(struct screen *screen, const uint32_t *order, size_t count,
	      const bool *context);

/* Marks the rows above those that are kept; context are those added. */
int tree_keep_ancestors(const struct screen *screen, bool *keep,
			bool *context);

/* Folds or unfolds the selected row of the tree. */
void tree_fold(struct screen *screen, bool fold);

/* ---- tags.c, mark.c ---------------------------------------------------- */

bool row_is_tagged(const struct screen *screen, const struct row *row);

/* Tags what the selected line stands for, or takes the tag away. */
void tags_toggle(struct screen *screen);
void tags_clear(struct screen *screen);

/* After a ranking: whether figures of the tagged moved; who is gone. */
void tags_follow(struct screen *screen);

/* What is to be read for the tagged; false: nothing now. */
bool tags_request(struct screen *screen, struct read_request *ret_request);
void tags_take(struct screen *screen, const struct reading *reading);
void tags_free(struct tags *tags);

/* Seconds since the census; -1: there is none. */
double tags_age_s(const struct tags *tags);

void mark_set(struct screen *screen);
void mark_clear(struct mark *mark);
void mark_follow(struct screen *screen);

enum change { CHANGE_UNKNOWN, CHANGE_BEGAN, CHANGE_KNOWN };

/* By how many bytes of PSS a row changed since the mark. */
enum change mark_change(const struct screen *screen, const struct row *row,
			int64_t *ret_bytes);

/* ---- keys.c, menu.c, prompt.c, kill.c ---------------------------------- */

void keys_event(struct screen *screen, const struct event *event);

/* A key of the last line. */
struct key_hint {
	uint32_t key;
	const char *label;	/* "Help" */
	int rank;		/* those of the least rank stay the longest */
};

/* The keys of the last line, one after the other; false past the end. */
bool keys_hint(size_t index, struct key_hint *ret_hint);

/* The lines of the help: keys, and what they do; false past the end. */
bool keys_help(size_t index, char *keys, size_t size, const char **ret_text);
void help_event(struct screen *screen, const struct event *event);

struct menu_item {
	char text[96];		/* escaped */
	const char *help;	/* NULL: none */
	bool checked;
};

struct menu_kind {
	const char *title;
	const char *hint;	/* of the last line */
	bool has_checks;
	size_t (*count)(struct screen *screen);
	void (*item)(struct screen *screen, size_t index,
		     struct menu_item *ret_item);
	/* Enter; then toggle (or NULL) is Space. */
	void (*choose)(struct screen *screen, size_t index);
	void (*toggle)(struct screen *screen, size_t index);
};

void menu_open_columns(struct screen *screen);
void menu_open_sort(struct screen *screen);
void menu_open_groups(struct screen *screen);
void menu_open_users(struct screen *screen);
void menu_event(struct screen *screen, const struct event *event);

void prompt_open(struct screen *screen, enum prompt_kind kind);
void prompt_event(struct screen *screen, const struct event *event);

/* Selects the next line that matches the search; false: none does. */
bool search_next(struct screen *screen, size_t from, bool backwards);

void kill_open(struct screen *screen);
void kill_event(struct screen *screen, const struct event *event);
void victims_free(struct victims *victims);
const char *kill_signal_name(const struct screen *screen);

/* Groups rows by another key, keeping what can be kept. */
void screen_group(struct screen *screen, enum rank_by by);

/* "process", "user", ... */
const char *screen_group_name(enum rank_by by);

/* Sorts by another column; by the same one, the other way round. */
void screen_sort(struct screen *screen, const struct column *column);

/* Shows the processes of one group alone. */
void screen_enter_group(struct screen *screen, const char *name);

/* What a box about the victims says of what comes back; tags.c's figures. */
size_t tags_describe(const struct screen *screen, char *text, size_t size);
size_t tags_describe_killed(const struct screen *screen, char *text,
			    size_t size);

/* ---- draw.c, draw_head.c, draw_list.c, draw_box.c ---------------------- */

/* Draws the state; the canvas has the state's width and height. */
void screen_draw(struct screen *screen, struct canvas *canvas);

/* Where the parts of the screen are. */
struct layout {
	size_t head;			/* lines above the tags */
	size_t tags;			/* lines of the tagged set */
	size_t heading;			/* y of the heading of the columns */
	size_t list;			/* y of the first row */
	size_t lines;			/* rows that there is room for */
	bool keys;			/* there is a last line of keys */
};
struct layout screen_layout(const struct screen *screen);

/* A column on the screen; column NULL: the change since the mark. */
struct placed {
	const struct column *column;
	size_t x, width;
};

/* Which columns fit; gives how many. */
size_t columns_place(const struct screen *screen, struct placed *ret_placed,
		     size_t max);

void draw_head(struct screen *screen, struct canvas *canvas,
	       const struct layout *layout);
void draw_list(struct screen *screen, struct canvas *canvas,
	       const struct layout *layout);
void draw_keys(struct screen *screen, struct canvas *canvas, size_t y);

/* The key at a column of the last line; EVENT_KEY_NONE: there is none. */
uint32_t keys_at(const struct screen *screen, size_t x);
void draw_menu(struct screen *screen, struct canvas *canvas);
void draw_help(struct screen *screen, struct canvas *canvas);
void draw_kill(struct screen *screen, struct canvas *canvas);

/* Lines of the help, and items of a menu, that there is room for. */
size_t help_lines(const struct screen *screen);
size_t menu_lines(const struct screen *screen);

/* ---- process.c --------------------------------------------------------- */

/* Opens a process in depth, or says why not; graph: its PSS over time. */
void screen_open_process(struct screen *screen, const struct row *row,
			 bool graph);
void screen_close_process(struct screen *screen);
void process_event(struct screen *screen, const struct event *event);

/* Takes over what the view has read; whether it shows something else. */
bool screen_refresh_process(struct screen *screen);

/* ---- loop.c ------------------------------------------------------------ */
/* rank_screen() of memrank.h */

#endif
