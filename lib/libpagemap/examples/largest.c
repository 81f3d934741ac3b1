/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Shows the five largest processes by PSS.  The example of libpagemap(3);
 * compile it with:  cc largest.c $(pkg-config --cflags --libs libpagemap)
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <libpagemap/pagemap.h>

static void show(const struct pagemap_process *process)
{
	const char *comm = pagemap_process_comm(process);
	struct pagemap_usage usage;
	struct pagemap_value pss;

	if (pagemap_usage_of_process(process, &usage))
		return;
	pss = pagemap_usage_value(&usage, PAGEMAP_PSS);
	if (pss.quality == PAGEMAP_UNAVAILABLE)
		printf("%12s      %s: %s\n", "-", comm ? comm : "?",
		       pagemap_reason_describe(pss.reason));
	else
		printf("%s%11" PRIu64 " KiB  %s\n",
		       pss.quality == PAGEMAP_EXACT ? " " : "~",
		       pss.value / 1024, comm ? comm : "?");
}

int main(void)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.identity = PAGEMAP_ID_COMM,
		.top_count = 5,
	};
	struct pagemap_snapshot *snapshot = NULL;
	struct pagemap_ranking *ranking = NULL;
	struct pagemap_source *source = NULL;
	size_t rank;
	int err;

	err = pagemap_source_open_live(&source);
	if (!err)
		err = pagemap_snapshot_take(source, &opts, &snapshot);
	if (!err)
		err = pagemap_rank(snapshot, PAGEMAP_PSS, &ranking);
	if (err)
		fprintf(stderr, "%s: %s\n", strerror(-err),
			source ? pagemap_source_last_error(source) : "/proc");
	for (rank = 0; !err && rank < 5; rank++) {
		if (rank == pagemap_ranking_count(ranking))
			break;
		show(pagemap_ranking_at(ranking, rank));
	}
	pagemap_ranking_free(ranking);
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
	return err ? 1 : 0;
}
