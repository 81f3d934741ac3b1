/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the processes of a cgroup use by their accessed bits, beside what it
 * needs by pressure; and what explains that the two differ.
 */
#include "pressure.h"

#include <stdlib.h>
#include <string.h>

struct used_session {
	struct pagemap_source *source;
	struct pagemap_wss *wss;
	pid_t *pids;
	size_t count;
};

struct used_session *used_begin(struct pagemap_source *source,
				struct load *load)
{
	struct used_session *session = calloc(1, sizeof(*session));
	struct pagemap_wss_opts opts = { .size = sizeof(opts) };

	if (!session)
		return NULL;
	session->source = source;
	if (load_pids(load, &session->pids, &session->count)) {
		free(session);
		return NULL;
	}
	/* It is told before that the cgroup will be disturbed. */
	opts.methods = PAGEMAP_WSS_BIT(PAGEMAP_WSS_CLEAR_REFS);
	opts.pids = session->pids;
	opts.pid_count = session->count;
	if (pagemap_wss_begin(source, &opts, &session->wss))
		session->wss = NULL;
	return session;
}

/* Private pages of files that can be written are anonymous once they were. */
static bool is_file(const struct pagemap_wss_mapping *mapping)
{
	return (mapping->kind == PAGEMAP_MAPPING_FILE ||
		mapping->kind == PAGEMAP_MAPPING_SHMEM) &&
	       (mapping->permissions[3] == 's' ||
		mapping->permissions[1] != 'w');
}

static void add_process(const struct pagemap_working_set *set, size_t index,
			struct used *used)
{
	struct pagemap_wss_process process;
	struct pagemap_wss_mapping mapping;
	size_t i;

	if (pagemap_working_set_process_at(set, index, &process) ||
	    process.figures.referenced_share.quality == PAGEMAP_UNAVAILABLE)
		return;
	used->known = true;
	used->interval_ns = process.interval_ns;
	used->referenced += process.figures.referenced_share.value;
	for (i = 0; !pagemap_working_set_mapping_at(set, index, i, &mapping);
	     i++)
		*(is_file(&mapping) ? &used->file : &used->anon) +=
			mapping.figures.referenced_share.value;
}

static void look(struct used_session *session, struct used *used)
{
	struct pagemap_working_set *set;
	size_t i;

	if (!session->wss || pagemap_wss_look(session->wss, &set))
		return;
	for (i = 0; i < pagemap_working_set_process_count(set); i++)
		add_process(set, i, used);
	used->method = pagemap_wss_method_facts(PAGEMAP_WSS_CLEAR_REFS)->name;
	pagemap_working_set_free(set);
}

/* The device with the most resident memory of their files. */
static void find_read_ahead(struct used_session *session,
			    const struct pagemap_snapshot *snapshot,
			    struct used *used)
{
	const struct pagemap_process *process;
	const struct pagemap_mapping *mapping;
	struct pagemap_usage usage;
	uint64_t inode, most = 0;
	dev_t dev, found = 0;
	size_t i, k;

	for (i = 0; (process = pagemap_snapshot_process_at(snapshot, i)); i++)
		for (k = 0; (mapping = pagemap_process_mapping_at(process, k));
		     k++) {
			pagemap_mapping_file(mapping, &dev, &inode);
			if (!dev || pagemap_usage_of_mapping(mapping, &usage) ||
			    usage.value_bytes[PAGEMAP_RSS] <= most)
				continue;
			most = usage.value_bytes[PAGEMAP_RSS];
			found = dev;
		}
	used->has_read_ahead = found &&
		!pagemap_source_read_ahead(session->source, found,
					   &used->read_ahead);
}

/* Files that they map, each page once, less those that the cgroup pays for. */
static void find_elsewhere(const struct pagemap_snapshot *snapshot,
			   struct pagemap_cgroup *cgroup, struct used *used)
{
	struct pagemap_cgroup_books books;
	struct pagemap_value file, shmem;
	struct pagemap_usage usage;
	uint64_t mapped, paid;

	if (pagemap_usage_of_snapshot(snapshot, &usage) ||
	    pagemap_cgroup_read(cgroup, &books))
		return;
	file = pagemap_usage_value(&usage, PAGEMAP_FILE);
	shmem = pagemap_usage_value(&usage, PAGEMAP_SHMEM);
	paid = books.value[PAGEMAP_CGROUP_MAPPED_FILE];
	if (file.quality == PAGEMAP_UNAVAILABLE ||
	    shmem.quality == PAGEMAP_UNAVAILABLE ||
	    paid == PAGEMAP_CGROUP_UNKNOWN)
		return;
	mapped = file.value + shmem.value;
	used->has_elsewhere = true;
	used->elsewhere = mapped > paid ? mapped - paid : 0;
}

void used_end(struct used_session *session, struct pagemap_cgroup *cgroup,
	      struct used *ret_used)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.detail = PAGEMAP_DETAIL_MAPPINGS,
		.metrics = PAGEMAP_METRICS_ALL,
		.groups = true,
	};
	struct pagemap_snapshot *snapshot;

	*ret_used = (struct used){ 0 };
	if (!session)
		return;
	look(session, ret_used);
	opts.pids = session->pids;
	opts.pid_count = session->count;
	if (!pagemap_snapshot_take(session->source, &opts, &snapshot)) {
		find_read_ahead(session, snapshot, ret_used);
		find_elsewhere(snapshot, cgroup, ret_used);
		pagemap_snapshot_free(snapshot);
	}
	pagemap_wss_end(session->wss);
	free(session->pids);
	free(session);
}

void used_fit(struct used *used, const struct pagemap_value *anon)
{
	if (anon->quality == PAGEMAP_UNAVAILABLE || used->anon <= anon->value)
		return;
	used->file += used->anon - anon->value;
	used->anon = anon->value;
}
