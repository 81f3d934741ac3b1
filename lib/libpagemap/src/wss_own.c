/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Trying a method of pages on ourselves, see wss_own.h.  Which pages there are
 * to try it on is the business of wss_probe.c.
 */
#include "wss_own.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "wss_probe.h"

/* A page may be one that the method cannot tell of; not many may be. */
#define LEAST_TOLD (PROBE_PAGES * 3 / 4)

struct trial {
	const struct wss_method_ops *ops;
	struct own_opts opts;
	struct probe probe;
	struct wss_target target;
	struct wss_hold hold;
};

/* The first of the pages were used, the others were not. */
static bool is_told_rightly(const struct trial *trial, const uint8_t *bits)
{
	bool accessed = trial->opts.tells == WSS_ACCESSED;
	uint8_t told = accessed ? WSS_ACCESSED_TOLD : WSS_WRITTEN_TOLD;
	uint8_t used = accessed ? WSS_ACCESSED : WSS_WRITTEN | WSS_MAYBE_WRITTEN;
	size_t i, count = 0;

	for (i = 0; i < PROBE_PAGES; i++) {
		if (!(bits[i] & told))
			continue;
		if (!!(bits[i] & used) != (i < PROBE_TOUCHED))
			return false;
		count++;
	}
	return count >= LEAST_TOLD;
}

static int forget_and_use(struct trial *trial)
{
	int err = trial->ops->forget(&trial->hold);

	if (!err && trial->opts.flush)
		err = probe_flush_own(&trial->probe);
	if (!err)
		probe_write(&trial->probe, PROBE_TOUCHED);
	return err;
}

/* True, false, or a negative errno. */
static int try_attached(struct trial *trial)
{
	uint64_t entries[PROBE_PAGES];
	uint8_t bits[PROBE_PAGES] = { 0 };
	uint64_t first = (uintptr_t)trial->probe.area >>
			 trial->probe.source->page_shift;
	int err = forget_and_use(trial);

	if (!err)
		err = probe_entries(&trial->probe, entries);
	if (!err)
		err = trial->ops->read_pages(&trial->hold, first, entries,
					     PROBE_PAGES, bits);
	return err ? err : is_told_rightly(trial, bits);
}

static int try_with_target(struct trial *trial)
{
	int right;

	right = trial->ops->attach ? trial->ops->attach(&trial->hold) : 0;
	if (!right)
		right = try_attached(trial);
	if (trial->ops->detach)
		trial->ops->detach(&trial->hold);
	return right;
}

static int make_target(struct trial *trial)
{
	struct wss_range *range = array_push(&trial->target.layout,
					     sizeof(*range));
	const struct probe *probe = &trial->probe;

	if (!range)
		return -ENOMEM;
	range->start_vaddr = (uintptr_t)probe->area;
	range->end_vaddr = range->start_vaddr +
		(uint64_t)PROBE_PAGES * probe->source->page_size_bytes;
	trial->target.pid = probe->self.pid;
	trial->target.ref = probe->self;
	trial->target.lock_fd = probe->clear_fd;
	trial->target.pages = probe->pages;
	trial->hold.source = probe->source;
	trial->hold.target = &trial->target;
	return 0;
}

static int try_with_pages(struct trial *trial)
{
	struct pagemap_source *source = trial->probe.source;
	int right = make_target(trial);

	if (!right && trial->ops->open)
		right = trial->ops->open(source, &trial->hold.shared);
	if (!right) {
		right = try_with_target(trial);
		if (trial->ops->close)
			trial->ops->close(trial->hold.shared);
	}
	array_free(&trial->target.layout);
	return right;
}

static int try_registered(struct trial *trial)
{
	struct pagemap_source *source = trial->probe.source;
	size_t bytes = (size_t)PROBE_PAGES * source->page_size_bytes;
	int right, fd;

	if (!trial->opts.registered)
		return try_with_pages(trial);
	fd = source->ops->register_own(source, trial->probe.area, bytes);
	if (fd < 0)
		return fd;
	right = try_with_pages(trial);
	close(fd);
	return right;
}

int wss_probe_own(struct pagemap_source *source,
		  const struct wss_method_ops *ops, struct own_opts opts)
{
	struct trial trial = { .ops = ops, .opts = opts };
	int right = probe_begin(source, &trial.probe);

	if (right)
		return right;
	right = try_registered(&trial);
	probe_end(&trial.probe);
	return right;
}
