/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tagged set in words, for the head of the screen and for the question
 * before a kill.
 */
#include <stdarg.h>

#include "screen.h"

/* Appends to a text as far as there is room. */
static size_t add(char *text, size_t size, size_t length, const char *format,
		  ...) __attribute__((format(printf, 4, 5)));

static size_t add(char *text, size_t size, size_t length, const char *format,
		  ...)
{
	va_list args;
	int more;

	va_start(args, format);
	more = vsnprintf(text + length, size - length, format, args);
	va_end(args);
	length += more > 0 ? (size_t)more : 0;
	return length < size ? length : size - 1;
}

static size_t add_value(const struct screen *screen, char *text, size_t size,
			size_t length, const char *name,
			const struct pagemap_value *value)
{
	char figure[UNITS_SIZE];

	units_format_value(value, screen->settings.usual.units, figure);
	return add(text, size, length, "%s %s  ", name, figure);
}

/* A sum of pages, some of which others may have a part of. */
static struct pagemap_value of_pages(uint64_t bytes, uint64_t unseen)
{
	return (struct pagemap_value){
		.value = bytes,
		.low = bytes - unseen,
		.high = bytes,
		.quality = unseen ? PAGEMAP_BOUNDED : PAGEMAP_EXACT,
	};
}

/* Adds what a process has by itself; false: it could not be read. */
static bool add_own(const struct screen *screen, pid_t pid,
		    struct pagemap_value *pss, struct pagemap_value *uss)
{
	const struct pagemap_process *process =
		pagemap_snapshot_find_pid(screen->snapshot, pid);
	struct pagemap_value value;

	if (!process)
		return true;
	value = pagemap_process_value(process, PAGEMAP_PSS);
	if (value.quality == PAGEMAP_UNAVAILABLE)
		return false;
	pss->value += value.value;
	uss->value += pagemap_process_value(process, PAGEMAP_USS).value;
	return true;
}

/* What is known without a census: shares add up, and single pages at least. */
static size_t describe_sums(const struct screen *screen, char *text,
			    size_t size, size_t length)
{
	const struct process_set *set = &screen->tags.set;
	struct pagemap_value pss = of_pages(0, 0), uss = pss;
	size_t i, unknown = 0;

	for (i = 0; i < set->count; i++)
		unknown += !add_own(screen, set->items[i].pid, &pss, &uss);
	if (unknown == set->count)
		return add(text, size, length, "PSS -  USS -  not readable");
	pss.low = pss.high = pss.value;
	uss.low = uss.high = uss.value;
	length = add_value(screen, text, size, length,
			   unknown ? "PSS at least" : "PSS", &pss);
	length = add_value(screen, text, size, length, "USS at least", &uss);
	if (unknown)
		length = add(text, size, length, "%zu not readable  ", unknown);
	return add(text, size, length, "%s", *screen->tags.why ?
		   screen->tags.why : "counting ...");
}

static size_t add_age(const struct screen *screen, char *text, size_t size,
		      size_t length)
{
	const struct tag_figures *figures = &screen->tags.figures;
	double age_s = tags_age_s(&screen->tags);

	if (figures->unreadable)
		length = add(text, size, length, "without %zu not readable  ",
			     figures->unreadable);
	if (figures->missing)
		length = add(text, size, length, "without %zu new  ",
			     figures->missing);
	if (screen->scripted || age_s < 1)
		return length;
	return add(text, size, length, "%d s old", (int)age_s);
}

size_t tags_describe(const struct screen *screen, char *text, size_t size)
{
	const struct tag_figures *figures = &screen->tags.figures;
	const struct pagemap_value values[] = {
		of_pages(figures->rss, 0),
		of_pages(figures->pss, figures->pss_unseen),
		of_pages(figures->uss, figures->uss_unseen),
		of_pages(figures->swap, 0),
	};
	static const char *const names[] = { "RSS", "PSS", "USS", "swap" };
	size_t i, length = add(text, size, 0, screen->width < 40 ?
			       "%zu tagged " : "%zu tagged  ",
			       screen->tags.set.count);

	if (!figures->known)
		return describe_sums(screen, text, size, length);
	/* Room for one: what nobody else has. */
	if (screen->width < 40)
		return add_value(screen, text, size, length, names[2],
				 &values[2]);
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		length = add_value(screen, text, size, length, names[i],
				   &values[i]);
	return add_age(screen, text, size, length);
}

size_t tags_describe_killed(const struct screen *screen, char *text,
			    size_t size)
{
	static const struct {
		const char *name;
		enum pagemap_killed_part part;
	} parts[] = {
		{ "freed", PAGEMAP_KILLED_FREED },
		{ "clean cache", PAGEMAP_KILLED_CLEAN_CACHE },
		{ "dirty", PAGEMAP_KILLED_DIRTY },
		{ "stays", PAGEMAP_KILLED_STAYS },
		{ "swap", PAGEMAP_KILLED_SWAP_FREED },
	};
	size_t i, length = add(text, size, 0, "If killed  ");

	if (!screen->tags.figures.has_killed)
		return add(text, size, length, *screen->tags.why ||
			   screen->tags.figures.unreadable ==
			   screen->tags.set.count ? "-" : "counting ...");
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		length = add_value(screen, text, size, length, parts[i].name,
			&screen->tags.figures.killed.parts[parts[i].part]);
	return length;
}
