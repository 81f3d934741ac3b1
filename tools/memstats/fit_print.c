/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a budget holds, for people and for programs.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "copies.h"
#include "escape.h"
#include "message.h"

/* ---- For people -------------------------------------------------------- */

static const char *size_text(uint64_t bytes, char *text)
{
	units_format(bytes, UNITS_SUFFIX, text);
	return text;
}

static void print_count(uint64_t count)
{
	if (count == UINT64_MAX)
		fputs("no end", stdout);
	else
		printf("%" PRIu64, count);
}

static void print_fit(const char *until, const struct pagemap_value *count)
{
	printf("  %-26s", until);
	if (count->quality == PAGEMAP_UNAVAILABLE) {
		printf("-  %s\n", pagemap_reason_describe(count->reason));
		return;
	}
	print_count(count->value);
	if (count->low != count->value || count->high != count->value) {
		fputs("  (", stdout);
		print_count(count->low);
		fputs(" to ", stdout);
		print_count(count->high);
		fputc(')', stdout);
	}
	fputc('\n', stdout);
}

static void print_files(const struct copies_report *report)
{
	const struct files_in_use *files = &report->files;
	char low[UNITS_SIZE], high[UNITS_SIZE];

	if (files->shared.quality == PAGEMAP_UNAVAILABLE || !files->seconds)
		return;
	printf("Files in use, of %u s: %s", files->seconds,
	       size_text(files->shared.value, low));
	if (report->copy_count)
		printf(" of all together, %s of each.\n",
		       size_text(files->each.value, high));
	else
		puts(".");
	if (!files->flat)
		printf("They went on growing: somewhere between %s and %s, so "
		       "thrashing has no\nsharp onset.\n",
		       size_text(files->shared.low, low),
		       size_text(files->shared.high, high));
	else if (files->shared.low < files->shared.value)
		printf("Others have used the same files: of that, %s was used "
		       "by these for certain.\n",
		       size_text(files->shared.low, low));
	if (files->came_back.quality != PAGEMAP_UNAVAILABLE)
		printf("Of %s page cache that they read and do not map, %s came "
		       "back in 5 s when it\nhad been dropped.\n",
		       size_text(files->unmapped.value, low),
		       size_text(files->came_back.value, high));
	else if (files->unmapped.quality != PAGEMAP_UNAVAILABLE &&
		 files->unmapped.value >= UINT64_C(256) << 10)
		printf("They have %s of page cache that they read and do not "
		       "map; how much of it is\nneeded again was not seen.\n",
		       size_text(files->unmapped.value, low));
	if (!report->trial.cgroup)
		puts("Files that they read and do not map are not seen without "
		     "a cgroup.");
}

static void print_copies(const struct copies_report *report)
{
	char escaped[256], budget[UNITS_SIZE];

	escape_text(report->command, escaped, sizeof(escaped));
	printf("\n%s%s hold%s, of %s\n", report->trial.cgroup ? "" : "~",
	       size_text(report->budget_bytes, budget),
	       report->companions.count ? "s beside those" : "s", escaped);
	print_fit("before memory runs out", &report->fit.until_killed);
	print_fit("before files thrash", &report->fit.until_thrashing);
}

static void print_room(int64_t bytes, const char *until)
{
	char text[UNITS_SIZE];

	size_text((uint64_t)(bytes < 0 ? -bytes : bytes), text);
	printf("  %-26s%s %s\n", until, text, bytes < 0 ? "missing" : "left");
}

static void print_left(const struct copies_report *report)
{
	const struct pagemap_fit_left *left = &report->left;
	bool fits = left->until_killed_bytes >= 0 &&
		    (!left->thrashing_known ||
		     left->until_thrashing_bytes >= 0);
	char budget[UNITS_SIZE];

	printf("\n%s: %s\n", size_text(report->budget_bytes, budget),
	       fits ? "they fit" : left->until_killed_bytes < 0 ?
	       "they do not fit" : "they fit, but thrash");
	print_room(left->until_killed_bytes, "before memory runs out");
	if (!left->thrashing_known)
		puts("  before files thrash       -");
	else
		print_room(left->until_thrashing_bytes, "before files thrash");
	if (left->thrashing_known &&
	    left->until_thrashing_low_bytes != left->until_thrashing_bytes)
		print_room(left->until_thrashing_low_bytes, "  at the worst");
}

static int print_text(const struct copies_report *report)
{
	int err = 0;

	if (report->companions.count)
		err = companions_print(report);
	if (err)
		return err;
	if (report->command) {
		if (report->companions.count)
			putchar('\n');
		err = copies_print_table(report);
		if (err)
			return err;
		print_copies(report);
	} else {
		print_left(report);
	}
	print_files(report);
	copies_print_facts(report);
	return 0;
}

/* ---- For programs ------------------------------------------------------ */

/* A number of copies: null where it is not known or has no end. */
static void json_count(struct json *object, const char *key, uint64_t count,
		       bool known)
{
	if (!known || count > INT64_MAX)
		json_set(object, key, NULL);
	else
		json_set_number(object, key, (int64_t)count);
}

static struct json *json_until(const struct pagemap_value *count)
{
	struct json *object = json_new_object();
	bool known = count->quality != PAGEMAP_UNAVAILABLE;

	json_count(object, "copies", count->value, known);
	json_count(object, "copies_low", count->low, known);
	json_count(object, "copies_high", count->high, known);
	json_set_text(object, "quality", pagemap_quality_name(count->quality));
	json_set_text(object, "reason", count->reason ?
		      pagemap_reason_describe(count->reason) : NULL);
	return object;
}

static struct json *json_files(const struct files_in_use *files)
{
	struct json *object = json_new_object();

	copies_json_value(object, "shared", &files->shared);
	copies_json_value(object, "each", &files->each);
	json_set_value(object, "floor", &files->floor);
	json_set_value(object, "unmapped", &files->unmapped);
	json_set_value(object, "came_back", &files->came_back);
	json_set_number(object, "interval_ns",
			(int64_t)files->seconds * 1000000000);
	json_set_bool(object, "flat", files->flat);
	return object;
}

static struct json *json_left(const struct pagemap_fit_left *left)
{
	struct json *object = json_new_object();

	json_set_number(object, "until_killed_bytes", left->until_killed_bytes);
	if (left->thrashing_known)
		json_set_number(object, "until_thrashing_bytes",
				left->until_thrashing_bytes);
	else
		json_set(object, "until_thrashing_bytes", NULL);
	json_set_bool(object, "fits", left->until_killed_bytes >= 0 &&
		      (!left->thrashing_known ||
		       left->until_thrashing_bytes >= 0));
	return object;
}

static struct json *json_fit(const struct copies_report *report)
{
	struct json *object = json_new_object();

	json_set_number(object, "budget_bytes", (int64_t)report->budget_bytes);
	json_set_number(object, "charge_batch_bytes",
			(int64_t)PAGEMAP_CHARGE_BATCH_BYTES);
	if (report->companions.count)
		json_set_value(object, "beside", &report->opts.beside);
	json_set(object, "files_in_use", json_files(&report->files));
	if (report->command) {
		json_set(object, "until_killed",
			 json_until(&report->fit.until_killed));
		json_set(object, "until_thrashing",
			 json_until(&report->fit.until_thrashing));
	} else {
		json_set(object, "left", json_left(&report->left));
		json_set(object, "with", companions_json(report));
	}
	return object;
}

static int write_json(const struct copies_report *report)
{
	copies_json_open(report);
	if (report->command)
		copies_json_member("one_more", copies_json(report), ",\n");
	copies_json_member("fit", json_fit(report), "}\n");
	return 0;
}

int fit_print(const struct copies_report *report)
{
	const struct usual *usual = &report->settings->usual;
	int err = usual->json ? write_json(report) :
		  !usual->csv ? print_text(report) :
		  report->command ? copies_csv(report) : companions_print(report);

	if (err)
		message("%s", strerror(-err));
	if (message_flush_output() || err)
		return EXIT_NOTHING;
	return usual->strict ? EXIT_NOT_EXACT : EXIT_DONE;
}
