/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking a survey, see survey.h.
 */
#include "survey.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "source.h"

/* Why frames cannot be sorted here; said once, in one line. */
static int cannot_sort(struct pagemap_source *source, const char *what)
{
	static const enum pagemap_feature needed[] = {
		PAGEMAP_FEATURE_PAGEMAP, PAGEMAP_FEATURE_PFN,
	};
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!pagemap_source_has_feature(source, needed[i])) {
			message("%s: %s", what,
				pagemap_feature_reason(source, needed[i]));
			return EXIT_NOTHING;
		}
	message("%s takes the census: it does not go with --engine kernel",
		what);
	return EXIT_USAGE;
}

/*
 * What comes back depends on what pages are: of a vkernel's guest nothing else
 * than its flags tells that.
 */
static bool lacks_kinds(struct pagemap_source *source, const char *what)
{
	if (!pagemap_source_host(source) ||
	    pagemap_source_has_feature(source, PAGEMAP_FEATURE_KPAGEFLAGS))
		return false;
	message("%s needs the guest's kpageflags, which tell what pages are: "
		"%s", what, pagemap_feature_reason(source,
					PAGEMAP_FEATURE_KPAGEFLAGS));
	return true;
}

static int take(const struct settings *settings, struct survey *survey,
		const char *what, const struct survey_needs *needs)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = settings->usual.engine,
		.gentle = settings->usual.gentle,
		.detail = PAGEMAP_DETAIL_MAPPINGS,
		.metrics = PAGEMAP_METRICS_SIZES | needs->metrics,
		.frames = needs->frames,
	};
	int err;

	opts.identity = needs->identity |
			proclist_identity(survey->source, needs->names);
	if (opts.engine == PAGEMAP_ENGINE_KERNEL)
		return cannot_sort(survey->source, what);
	if (needs->kinds && lacks_kinds(survey->source, what))
		return EXIT_NOTHING;
	err = pagemap_snapshot_take(survey->source, &opts, &survey->snapshot);
	if (err == -ENOTSUP)
		return cannot_sort(survey->source, what);
	if (err)
		return snapshot_failed(survey->source, err, NULL, 0);
	err = pagemap_sharing_find(survey->snapshot, &survey->sharing);
	if (err == -ENOTSUP)
		return cannot_sort(survey->source, what);
	if (err)
		message("%s", strerror(-err));
	return err ? EXIT_NOTHING : EXIT_DONE;
}

static int name_rows(struct survey *survey, uint32_t names)
{
	size_t i;

	survey->count = pagemap_snapshot_process_count(survey->snapshot);
	survey->rows = calloc(survey->count + 1, sizeof(*survey->rows));
	if (!survey->rows)
		return -ENOMEM;
	for (i = 0; i < survey->count; i++) {
		struct row *row = &survey->rows[i];

		*row = row_init();
		row->process = pagemap_snapshot_process_at(survey->snapshot, i);
		row->taken_ns = pagemap_snapshot_time_ns(survey->snapshot);
		row->metrics = PAGEMAP_METRICS_SIZES;
		pagemap_process_mm_pids(row->process, &row->processes);
	}
	return proclist_name_rows(survey->source, survey->snapshot,
				  survey->rows, survey->count, names,
				  &survey->names);
}

int survey_take(const struct settings *settings, struct pagemap_source *source,
		const char *what, const struct survey_needs *needs,
		struct survey *ret_survey)
{
	struct survey survey = { .source = source };
	int err, status = take(settings, &survey, what, needs);

	if (status == EXIT_DONE) {
		err = name_rows(&survey, needs->names);
		if (err) {
			message("%s", strerror(-err));
			status = EXIT_NOTHING;
		}
	}
	if (status == EXIT_DONE)
		*ret_survey = survey;
	else
		survey_free(&survey);
	return status;
}

void survey_free(struct survey *survey)
{
	free(survey->rows);
	proclist_free(survey->names);
	pagemap_sharing_free(survey->sharing);
	pagemap_snapshot_free(survey->snapshot);
}
