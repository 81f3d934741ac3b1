/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memrank -w: all of RAM, every frame in one class, beside what the kernel
 * says.  Reads, asks the library, and says what could not be found.
 */
#include "ram.h"

#include <errno.h>
#include <string.h>

#include "json.h"
#include "message.h"
#include "source.h"

int rank_ram_check(const struct settings *settings)
{
	if (settings->by == BY_MAPPING || settings->by == BY_SESSION ||
	    settings->by == BY_NAMED ||
	    settings_filter(settings)) {
		message("-w is of the whole machine: it goes with --by user, exe, "
			"comm, cgroup or unit, not with mappings, sessions, "
			"named groups, filters and pids");
		return EXIT_USAGE;
	}
	if (settings->columns.count || settings->sort || settings->reverse ||
	    settings->totals) {
		message("-w has an order and columns of its own: leave out -c, "
			"-s, -r and -t");
		return EXIT_USAGE;
	}
	if (settings->usual.engine == PAGEMAP_ENGINE_KERNEL) {
		message("-w looks at frames, which --engine kernel does not");
		return EXIT_USAGE;
	}
	return 0;
}

static uint32_t identity_of(enum rank_by by)
{
	switch (by) {
	case BY_EXE:
		return PAGEMAP_ID_EXE;
	case BY_COMM:
		return PAGEMAP_ID_COMM;
	case BY_CGROUP:
	case BY_UNIT:
		return PAGEMAP_ID_CGROUP;
	default:
		return 0;
	}
}

/*
 * Who maps each frame, as far as that is shown; else who there is, for the
 * names of what could not be read.
 */
static int take(const struct settings *settings, struct pagemap_source *source,
		struct pagemap_snapshot **ret_snapshot,
		struct pagemap_sharing **ret_sharing)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.engine = PAGEMAP_ENGINE_CENSUS,
		.detail = PAGEMAP_DETAIL_MAPPINGS,
		.frames = PAGEMAP_FRAMES_ALL,
		.gentle = settings->usual.gentle,
		.identity = identity_of(settings->by) |
			    proclist_identity(source, NAME_USER),
	};
	int err = pagemap_snapshot_take(source, &opts, ret_snapshot);

	if (!err) {
		err = pagemap_sharing_find(*ret_snapshot, ret_sharing);
		if (!err || err == -ENOTSUP)
			return 0;
		pagemap_snapshot_free(*ret_snapshot);
		return err;
	}
	if (err != -ENOTSUP)
		return err;
	opts = (struct pagemap_snapshot_opts){ .size = sizeof(opts) };
	return pagemap_snapshot_take(source, &opts, ret_snapshot);
}

static struct json *json_totals(const struct pagemap_snapshot *snapshot)
{
	struct json *object = json_new_object();
	struct pagemap_usage usage;
	int metric;

	if (pagemap_usage_of_snapshot(snapshot, &usage))
		return object;
	for (metric = PAGEMAP_VSS; metric <= PAGEMAP_SWAP_PSS; metric++) {
		struct pagemap_value value = pagemap_usage_value(&usage,
						(enum pagemap_metric)metric);

		json_set_value(object,
			       pagemap_metric_name((enum pagemap_metric)metric),
			       &value);
	}
	return object;
}

static int print_json(const struct ram_report *report, FILE *out)
{
	struct json *object = json_new_object();
	uint64_t wall_ns, cpu_ns;
	struct json *cost;

	if (!object)
		return -ENOMEM;
	pagemap_snapshot_cost(report->snapshot, &wall_ns, &cpu_ns);
	cost = json_cost_of(wall_ns + report->balance.wall_ns,
			    cpu_ns + report->balance.cpu_ns);
	json_set_text(object, "schema", "memrank/1");
	json_set(object, "source", json_source(report->source,
					       report->snapshot));
	json_set(object, "cost", cost);
	json_set(object, "totals", json_totals(report->snapshot));
	json_set(object, "unreadable", json_unreadable(report->snapshot));
	json_set(object, "ram", ram_json(report));
	json_print(object, out);
	fputc('\n', out);
	json_free(object);
	return 0;
}

static int print(const struct ram_report *report)
{
	if (report->settings->usual.json)
		return print_json(report, stdout);
	return report->settings->usual.csv ? ram_print_csv(report, stdout)
					   : ram_print_text(report, stdout);
}

static int status_of(const struct ram_report *report)
{
	uint64_t all = PAGEMAP_RAM_ALL & ~PAGEMAP_RAM_OUTSIDE;

	if (!report->settings->usual.strict)
		return EXIT_DONE;
	return report->balance.residual_bytes || !report->sharing ||
	       pagemap_ram_value(report->ram, all).quality != PAGEMAP_EXACT ?
	       EXIT_NOT_EXACT : EXIT_DONE;
}

static int show(struct ram_report *report)
{
	int err = ram_parts_find(report);
	int status = EXIT_NOTHING;

	if (!err)
		err = print(report);
	if (err)
		message("%s", strerror(-err));
	else
		status = status_of(report);
	if (message_flush_output())
		status = EXIT_NOTHING;
	else if (!err && !report->sharing)
		message("whose the mapped frames are is not known here: %s",
			pagemap_feature_reason(report->source,
					       PAGEMAP_FEATURE_PFN));
	if (!err && report->sharing)
		report_unreadable(report->source, report->snapshot);
	ram_report_free(report);
	return status;
}

int rank_ram(const struct settings *settings, struct pagemap_source *source)
{
	struct ram_report report = { .settings = settings, .source = source };
	struct pagemap_ram_opts opts = { .size = sizeof(opts) };
	struct pagemap_snapshot *snapshot = NULL;
	struct pagemap_sharing *sharing = NULL;
	struct pagemap_ram *ram = NULL;
	int err, status;

	if (!pagemap_source_has_feature(source, PAGEMAP_FEATURE_KPAGEFLAGS)) {
		message("kpageflags, which tells what each frame is: %s",
			pagemap_feature_reason(source,
					       PAGEMAP_FEATURE_KPAGEFLAGS));
		return EXIT_NOTHING;
	}
	err = take(settings, source, &snapshot, &sharing);
	if (err)
		return snapshot_failed(source, err, NULL, 0);
	opts.sharing = sharing;
	err = pagemap_ram_read(source, &opts, &ram);
	if (err) {
		message("%s", *pagemap_source_last_error(source) ?
			pagemap_source_last_error(source) : strerror(-err));
		status = EXIT_NOTHING;
	} else {
		report.snapshot = snapshot;
		report.sharing = sharing;
		report.ram = ram;
		pagemap_ram_balance(ram, &report.balance);
		status = show(&report);
	}
	pagemap_ram_free(ram);
	pagemap_sharing_free(sharing);
	pagemap_snapshot_free(snapshot);
	return status;
}
