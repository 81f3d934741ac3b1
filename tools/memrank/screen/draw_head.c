/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The head of the screen: what it shows and what that costs, the memory of the
 * machine as a bar, and the tagged set.
 */
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>

#include "escape.h"
#include "screen.h"

#define NANOSECONDS 1000000000
#define LINE_SIZE 512

static void format_size(const struct screen *screen, uint64_t bytes,
			char text[UNITS_SIZE])
{
	units_format(bytes, screen->settings.usual.units, text);
}

/* ---- The title --------------------------------------------------------- */

/* Parts of a line from the left, as many as fit as a whole. */
struct line {
	struct canvas *canvas;
	size_t y, x, end;
};

static void put(struct line *line, enum style style, const char *text)
{
	size_t gap = line->x ? 2 : 0;

	if (!*text || line->x + gap + escape_width(text) > line->end)
		return;
	line->x += gap;
	line->x += canvas_text(line->canvas, line->x, line->y, line->end,
			       style, text);
}

/*
 * Whose they are, and the clock of the figures; a saved machine has none that
 * means anything.
 */
static void put_moment(const struct screen *screen, struct line *line)
{
	char text[64] = "";
	struct tm local;
	time_t seconds;

	if (screen->vkernel) {
		snprintf(text, sizeof(text), "vkernel %d",
			 (int)screen->vkernel);
		put(line, STYLE_NORMAL, text);
	}
	if (!screen->live) {
		put(line, STYLE_WARNING, "a saved machine");
		return;
	}
	if (!screen->snapshot || screen->scripted)
		return;
	seconds = (time_t)(pagemap_snapshot_time_ns(screen->snapshot) /
			   NANOSECONDS);
	if (localtime_r(&seconds, &local))
		strftime(text, sizeof(text), "%H:%M:%S", &local);
	put(line, STYLE_NORMAL, text);
}

static void put_counts(const struct screen *screen, struct line *line)
{
	char text[LINE_SIZE], size[UNITS_SIZE];
	const struct sums *sums = &screen->sums;

	snprintf(text, sizeof(text), "%zu process%s", sums->processes,
		 sums->processes == 1 ? "" : "es");
	put(line, STYLE_NORMAL, text);
	format_size(screen, sums->pss, size);
	snprintf(text, sizeof(text), "PSS %s", size);
	put(line, STYLE_BOLD, text);
	if (sums->unreadable) {
		snprintf(text, sizeof(text), "%zu not readable",
			 sums->unreadable);
		put(line, STYLE_WARNING, text);
	}
}

/* What rows are, and what hides some, must be seen. */
static void put_limits(const struct screen *screen, struct line *line)
{
	char text[LINE_SIZE], escaped[LINE_SIZE / 2];

	if (screen->settings.by != BY_PROCESS) {
		snprintf(text, sizeof(text), "by %s",
			 screen_group_name(screen->settings.by));
		put(line, STYLE_BOLD, text);
	}

	if (screen->filter.length && screen->mode != MODE_PROMPT) {
		escape_text(screen->filter.text, escaped, sizeof(escaped));
		snprintf(text, sizeof(text), "filter \"%s\"", escaped);
		put(line, STYLE_WARNING, text);
	}
	if (*screen->user) {
		escape_text(screen->user, escaped, sizeof(escaped));
		snprintf(text, sizeof(text), "user %s", escaped);
		put(line, STYLE_WARNING, text);
	}
	if (screen->within) {
		escape_text(screen->within, escaped, sizeof(escaped));
		snprintf(text, sizeof(text), "%s %s",
			 screen_group_name(screen->within_by), escaped);
		put(line, STYLE_WARNING, text);
	}
	if (settings_filter(&screen->settings))
		put(line, STYLE_WARNING, "filtered");
}

static void put_mark(const struct screen *screen, struct line *line)
{
	char text[LINE_SIZE], size[UNITS_SIZE], when[16] = "";
	const struct mark *mark = &screen->mark;
	int64_t grown = (int64_t)(screen->sums.pss - mark->pss);
	time_t seconds = (time_t)(mark->time_ns / NANOSECONDS);
	struct tm local;

	if (!mark->set)
		return;
	if (!screen->scripted && localtime_r(&seconds, &local))
		strftime(when, sizeof(when), " %H:%M:%S", &local);
	format_size(screen, (uint64_t)(grown < 0 ? -grown : grown), size);
	snprintf(text, sizeof(text), "since%s %s%s, %zu began, %zu ended",
		 *when ? when : " mark", grown < 0 ? "-" : "+", size,
		 mark->began, mark->ended);
	put(line, STYLE_BOLD, text);
}

static void put_state(const struct screen *screen, struct line *line)
{
	char text[LINE_SIZE];
	double oldest_s;

	if (screen->paused)
		put(line, STYLE_WARNING, "paused");
	if (screen->wanted_by != screen->settings.by)
		put(line, STYLE_WARNING, "reading ...");
	if (!screen->live || !screen->snapshot || screen->scripted)
		return;
	oldest_s = snapshot_oldest_s(screen->snapshot);
	snprintf(text, sizeof(text), "every %.1f s", screen->beat_s);
	put(line, STYLE_DIM, text);
	snprintf(text, sizeof(text), "oldest %.0f s", oldest_s);
	put(line, STYLE_DIM, text);
}

/* To the right: what the screen itself takes. */
static void put_cost(const struct screen *screen, struct line *line)
{
	double cpu = screen->scripted ? -1 : screen_own_cpu(screen);
	char text[LINE_SIZE], size[UNITS_SIZE] = "-", percent[32] = "-";
	size_t width;

	if (cpu >= 0)
		snprintf(percent, sizeof(percent), "%.1f%%", cpu);
	if (screen->sums.own_pss && !screen->scripted)
		format_size(screen, screen->sums.own_pss, size);
	snprintf(text, sizeof(text), "itself %s CPU %s", percent, size);
	width = strlen(text);
	if (line->x + 2 + width > line->end)
		return;
	canvas_text(line->canvas, line->end - width, line->y, width, STYLE_DIM,
		    text);
	line->end -= width + 2;
}

static void draw_title(const struct screen *screen, struct canvas *canvas,
		       size_t y)
{
	struct line line = { canvas, y, 0, screen->width };

	put(&line, STYLE_BOLD, "memrank");
	if (screen->width >= 60)
		put_cost(screen, &line);
	put_moment(screen, &line);
	put_limits(screen, &line);
	put_mark(screen, &line);
	put_counts(screen, &line);
	put_state(screen, &line);
}

/* ---- Memory as a bar --------------------------------------------------- */

struct part {
	const char *name;
	const char *utf8, *ascii;	/* what fills its share of the bar */
	enum style style;
	uint64_t bytes;
};

enum { PART_ANON, PART_FILE, PART_SHMEM, PART_REST, PART_COUNT };

struct memory {
	struct part parts[PART_COUNT];
	uint64_t total;
	uint64_t free;
	uint64_t swap, swap_total;
	bool has_machine;		/* the running machine's own figures */
};

static void measure_machine(const struct screen *screen, struct memory *memory)
{
	struct sysinfo info;
	uint64_t used;

	if (!screen->live || screen->vkernel || sysinfo(&info))
		return;
	memory->has_machine = true;
	memory->total = (uint64_t)info.totalram * info.mem_unit;
	memory->free = (uint64_t)info.freeram * info.mem_unit;
	memory->swap_total = (uint64_t)info.totalswap * info.mem_unit;
	memory->swap = memory->swap_total - (uint64_t)info.freeswap *
					    info.mem_unit;
	used = memory->total - memory->free;
	memory->parts[PART_REST].bytes = used > screen->sums.pss ?
					 used - screen->sums.pss : 0;
}

static struct memory measure(const struct screen *screen)
{
	const struct sums *sums = &screen->sums;
	struct memory memory = {
		.parts = {
			{ "anon", "█", "#", STYLE_BAR_1, sums->anon },
			{ "file", "▓", "=", STYLE_BAR_2, sums->file },
			{ "shmem", "▒", "+", STYLE_BAR_3, sums->shmem },
			{ "other", "░", ":", STYLE_BAR_4, 0 },
		},
		.total = sums->pss,
		.swap = sums->swap_pss,
	};

	/* Where the kernel does not tell them apart they are one. */
	if (!sums->has_parts) {
		memory.parts[PART_ANON].name = "processes";
		memory.parts[PART_ANON].bytes = sums->pss;
	}
	measure_machine(screen, &memory);
	return memory;
}

static void draw_bar(const struct screen *screen, struct canvas *canvas,
		     size_t y, const struct memory *memory)
{
	char used[UNITS_SIZE], total[UNITS_SIZE], text[2 * UNITS_SIZE];
	size_t i, x, end, width, room;
	uint64_t sum = 0, scale = memory->total;

	format_size(screen, memory->total - memory->free, used);
	format_size(screen, memory->total, total);
	snprintf(text, sizeof(text), memory->has_machine ? "%s/%s" : "%s",
		 used, total);
	width = strlen(text);
	x = canvas_text(canvas, 0, y, screen->width, STYLE_BOLD,
			memory->has_machine ? "RAM [" : "PSS [");
	if (screen->width < x + width + 4)
		return;
	room = screen->width - x - width - 2;
	end = x + room;
	/* Parts of the processes' sum fill the bar, whatever was cut off them. */
	for (i = 0; i < PART_COUNT && !memory->has_machine; i++)
		sum += memory->parts[i].bytes;
	if (!memory->has_machine)
		scale = sum;
	for (i = 0, sum = 0; i < PART_COUNT && scale; i++) {
		const struct part *part = &memory->parts[i];
		size_t from = (size_t)(room * sum / scale), to;

		sum += part->bytes;
		to = (size_t)(room * sum / scale);
		canvas_fill(canvas, x + from, y, to > from ? to - from : 0,
			    part->style,
			    canvas_glyph(canvas, part->utf8, part->ascii));
	}
	canvas_text(canvas, end, y, width + 2, STYLE_BOLD, "]");
	canvas_text(canvas, screen->width - width, y, width, STYLE_BOLD, text);
}

static void draw_legend(const struct screen *screen, struct canvas *canvas,
			size_t y, const struct memory *memory)
{
	struct line line = { canvas, y, 0, screen->width };
	char text[LINE_SIZE], size[UNITS_SIZE], total[UNITS_SIZE];
	size_t i;

	for (i = 0; i < PART_COUNT; i++) {
		const struct part *part = &memory->parts[i];

		if (!part->bytes && (i == PART_REST ||
				     !screen->sums.has_parts))
			continue;
		format_size(screen, part->bytes, size);
		snprintf(text, sizeof(text), "%s %s %s", canvas_glyph(canvas,
			 part->utf8, part->ascii), part->name, size);
		put(&line, part->style, text);
	}
	if (memory->has_machine) {
		format_size(screen, memory->free, size);
		snprintf(text, sizeof(text), "free %s", size);
		put(&line, STYLE_NORMAL, text);
	}
	format_size(screen, memory->swap, size);
	format_size(screen, memory->swap_total, total);
	snprintf(text, sizeof(text), memory->swap_total ? "swap %s/%s" :
		 memory->has_machine ? "no swap" : "swap %s", size, total);
	put(&line, STYLE_DIM, text);
}

/* ---- The tagged -------------------------------------------------------- */

static void draw_tags(const struct screen *screen, struct canvas *canvas,
		      const struct layout *layout)
{
	char text[LINE_SIZE];

	tags_describe(screen, text, sizeof(text));
	canvas_text(canvas, 0, layout->head, screen->width, STYLE_TAGGED, text);
	if (layout->tags < 2)
		return;
	tags_describe_killed(screen, text, sizeof(text));
	canvas_text(canvas, 0, layout->head + 1, screen->width, STYLE_TAGGED,
		    text);
}

void draw_head(struct screen *screen, struct canvas *canvas,
	       const struct layout *layout)
{
	struct memory memory = measure(screen);

	if (layout->head)
		draw_title(screen, canvas, 0);
	if (layout->head > 1)
		draw_bar(screen, canvas, 1, &memory);
	if (layout->head > 2)
		draw_legend(screen, canvas, 2, &memory);
	if (layout->tags)
		draw_tags(screen, canvas, layout);
}
