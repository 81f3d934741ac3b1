/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --sharing: who shares how much with whom, and why.  Takes a census, finds
 * the pairs that share most, of processes or of groups, and tells what could
 * not be seen.  How it is written is in share_print.c and share_matrix.c.
 */
#include "share.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "source.h"
#include "table.h"

/* Pairs that are shown where nothing says how many. */
#define PAIRS_DEFAULT 100

static const char *const reason_names[SHARE_REASON_COUNT] = {
	[SHARE_FORK] = "fork",
	[SHARE_FILE] = "file",
	[SHARE_SHMEM] = "shmem",
	[SHARE_KSM] = "ksm",
	[SHARE_UNKNOWN] = "unknown",
};

const char *share_reason_name(enum share_reason reason)
{
	return reason_names[reason];
}

int sharing_check(const struct settings *settings)
{
	if (settings->process_filter.set || settings->user_filter.set ||
	    settings->mapping_filter.set) {
		message("--sharing takes selectors as words, not -P, -U or -M");
		return EXIT_USAGE;
	}
	if (settings->by == BY_MAPPING) {
		message("--sharing is of processes, or of groups of them: not "
			"of mappings");
		return EXIT_USAGE;
	}
	if (settings->columns.count || settings->sort || settings->reverse ||
	    settings->totals) {
		message("--sharing has its own columns and order: no -c, -s, "
			"-r or -t");
		return EXIT_USAGE;
	}
	if (settings->usual.engine == PAGEMAP_ENGINE_KERNEL) {
		message("--sharing takes the census: the kernel's figures do "
			"not tell who shares with whom");
		return EXIT_USAGE;
	}
	if (settings->matrix &&
	    (settings->by != BY_PROCESS || settings->usual.json)) {
		message("--matrix is of processes, not of groups; as text or "
			"CSV");
		return EXIT_USAGE;
	}
	return 0;
}

/* ---- Who is meant ------------------------------------------------------ */

/* All words together are one selector. */
static int parse_words(const struct settings *settings,
		       struct selector **ret_selector)
{
	size_t i, size = 1, at = 0;
	char *text;
	int status;

	if (!settings->word_count)
		return 0;
	for (i = 0; i < settings->word_count; i++)
		size += strlen(settings->words[i]) + 1;
	text = malloc(size);
	if (!text) {
		message("out of memory");
		return EXIT_NOTHING;
	}
	for (i = 0; i < settings->word_count; i++)
		at += (size_t)snprintf(text + at, size - at, "%s%s",
				       i ? "," : "", settings->words[i]);
	status = selector_parse(text, ret_selector);
	free(text);
	return status;
}

static uint32_t needed_names(const struct share *share)
{
	uint32_t names = NAME_COMM | settings_early_names(share->settings);

	return share->selector ? names | selector_names(share->selector)
			       : names;
}

/* Who the words select; EXIT_NOTHING after a message if nobody. */
static int select_rows(struct share *share)
{
	const struct ranking *ranking = &share->ranking;
	size_t i, unsure, selected = 0;

	if (!share->selector)
		return 0;
	share->wanted = calloc(ranking->count + 1, sizeof(*share->wanted));
	if (!share->wanted ||
	    selector_match(share->selector, share->snapshot, ranking->rows,
			   ranking->count, share->wanted)) {
		message("out of memory");
		return EXIT_NOTHING;
	}
	for (i = 0; i < ranking->count; i++)
		selected += share->wanted[i];
	unsure = selector_unsure(share->selector, ranking->rows,
				 ranking->count, share->wanted);
	if (unsure)
		message("%zu process%s may be meant too: what decides could "
			"not be read", unsure, unsure == 1 ? "" : "es");
	if (!selected)
		message("no process matches");
	return selected ? 0 : EXIT_NOTHING;
}

/* ---- What they share --------------------------------------------------- */

struct share_row share_row_of(const struct share *share,
			      const struct pagemap_share_pair *pair)
{
	struct share_row row = { .first = pair->first, .second = pair->second };
	const uint64_t *pages = pair->pages;
	int reason;

	row.bytes[SHARE_FORK] = pages[PAGEMAP_FRAME_ANON] << share->shift;
	row.bytes[SHARE_FILE] = (pages[PAGEMAP_FRAME_FILE] +
				 pages[PAGEMAP_FRAME_FILE_DIRTY])
				<< share->shift;
	row.bytes[SHARE_SHMEM] = pages[PAGEMAP_FRAME_SHMEM] << share->shift;
	row.bytes[SHARE_KSM] = pages[PAGEMAP_FRAME_KSM] << share->shift;
	row.bytes[SHARE_UNKNOWN] = pages[PAGEMAP_FRAME_UNKNOWN]
				   << share->shift;
	for (reason = 0; reason < SHARE_REASON_COUNT; reason++) {
		row.shared_bytes += row.bytes[reason];
		if (row.bytes[reason] > row.bytes[row.reason])
			row.reason = (enum share_reason)reason;
	}
	return row;
}

struct pagemap_value share_part(const struct share_row *row,
				enum share_reason reason)
{
	uint64_t low = row->bytes[reason], unknown = row->bytes[SHARE_UNKNOWN];

	if (reason == SHARE_UNKNOWN || !unknown)
		return (struct pagemap_value){ low, low, low, PAGEMAP_EXACT,
					       PAGEMAP_REASON_NONE };
	return (struct pagemap_value){ low, low, low + unknown, PAGEMAP_BOUNDED,
				       PAGEMAP_REASON_NO_FEATURE };
}

static int compare_rows(const void *a, const void *b)
{
	const struct share_row *x = a, *y = b;

	if (x->shared_bytes != y->shared_bytes)
		return x->shared_bytes > y->shared_bytes ? -1 : 1;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return (x->second > y->second) - (x->second < y->second);
}

/* On a terminal as many as it has lines for; 0: all. */
static size_t wanted_pairs(const struct settings *settings)
{
	size_t columns, lines;

	if (settings->limit)
		return settings->limit;
	if (settings->usual.json || settings->usual.csv)
		return 0;
	terminal_size(&columns, &lines);
	return lines > 4 ? lines - 3 : PAIRS_DEFAULT;
}

static int find_pairs(struct share *share, struct pagemap_share_pair **pairs,
		      size_t *count)
{
	size_t limit = wanted_pairs(share->settings);

	if (share->groups)
		return share_groups_pairs(share, pairs, count);
	/* One more than is shown: then it is known that there are more. */
	*count = limit ? limit + 1 : 0;
	return pagemap_sharing_pairs(share->sharing, share->wanted, count,
				     pairs);
}

static int find_rows(struct share *share)
{
	size_t i, count, limit = wanted_pairs(share->settings);
	struct pagemap_share_pair *pairs;
	int err = find_pairs(share, &pairs, &count);

	if (err)
		return err;
	share->rows = calloc(count + 1, sizeof(*share->rows));
	for (i = 0; share->rows && i < count; i++)
		share->rows[i] = share_row_of(share, &pairs[i]);
	free(pairs);
	if (!share->rows)
		return -ENOMEM;
	qsort(share->rows, count, sizeof(*share->rows), compare_rows);
	share->cut = limit && count > limit;
	share->count = share->cut ? limit : count;
	return share->groups ? 0 : share_find_paths(share);
}

/* ---- Taking and telling ------------------------------------------------ */

static int take(struct share *share)
{
	struct survey_needs needs = {
		.identity = settings_identity(share->settings),
		.names = needed_names(share),
		.frames = PAGEMAP_FRAMES_KINDS,
	};
	struct survey *survey = &share->survey;
	int status;

	if (share->selector)
		needs.identity |= selector_identity(share->selector);
	status = survey_take(share->settings, share->source, "--sharing",
			     &needs, survey);
	if (status)
		return status;
	share->snapshot = survey->snapshot;
	share->sharing = survey->sharing;
	share->ranking.rows = survey->rows;
	share->ranking.count = survey->count;
	return 0;
}

static int print(struct share *share)
{
	int err = 0;

	if (share->settings->matrix)
		err = share_print_matrix(share, stdout);
	else
		err = find_rows(share);
	if (err) {
		message("%s", strerror(-err));
		return EXIT_NOTHING;
	}
	if (!share->settings->matrix)
		share_print(share, stdout);
	return message_flush_output();
}

/* Pages of processes that changed were seen at two moments. */
static bool is_exact(const struct share *share)
{
	size_t i;

	for (i = 0; i < share->ranking.count; i++)
		if (pagemap_process_status(share->ranking.rows[i].process) !=
		    PAGEMAP_STATUS_COMPLETE)
			return false;
	for (i = 0; share->rows && i < share->count; i++)
		if (share->rows[i].bytes[SHARE_UNKNOWN])
			return false;
	return pagemap_source_has_feature(share->source,
					  PAGEMAP_FEATURE_ALL_PIDS);
}

static int show(struct share *share)
{
	int status = select_rows(share);

	if (!status && share->settings->by != BY_PROCESS)
		status = share_groups_make(share);
	if (!status)
		status = print(share);
	if (status)
		return status;
	report_unreadable(share->source, share->snapshot);
	if (!share->count)
		message("no two of them share memory");
	if (share->cut)
		message("only the first %zu %s are shown: -n shows more",
			share->count, share->settings->matrix ? "processes"
							     : "pairs");
	return share->settings->usual.strict && !is_exact(share) ?
	       EXIT_NOT_EXACT : EXIT_DONE;
}

static void share_free(struct share *share)
{
	selector_free(share->selector);
	share_groups_free(share->groups);
	strings_free(share->ranking.group_names);
	survey_free(&share->survey);
	free(share->wanted);
	free(share->rows);
}

int rank_sharing(const struct settings *settings, struct pagemap_source *source)
{
	struct share share = { .settings = settings, .source = source };
	uint32_t page_size = pagemap_source_page_size_bytes(source);
	int status = parse_words(settings, &share.selector);

	while (UINT32_C(1) << share.shift < page_size)
		share.shift++;
	if (!status)
		status = take(&share);
	if (!status)
		status = show(&share);
	share_free(&share);
	return status;
}
