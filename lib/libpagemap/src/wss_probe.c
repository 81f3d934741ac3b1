/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pages of our own: see wss_probe.h.  What is written to our clear_refs makes
 * the kernel forget accesses of this very process, and nothing else.
 */
#include "wss_probe.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "parse.h"
#include "wss.h"

/* Before and behind the area, so that it is a mapping of its own. */
#define FENCE_PAGES 1

static size_t area_bytes(const struct probe *probe)
{
	return (size_t)PROBE_PAGES * probe->source->page_size_bytes;
}

static size_t fenced_bytes(const struct probe *probe)
{
	return (size_t)(PROBE_PAGES + 2 * FENCE_PAGES) *
	       probe->source->page_size_bytes;
}

static int area_make(struct probe *probe)
{
	size_t size = area_bytes(probe);
	int err;

	probe->fenced = mmap(NULL, fenced_bytes(probe), PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			     0);
	if (probe->fenced == MAP_FAILED)
		return -errno;
	probe->area = probe->fenced +
		      (size_t)FENCE_PAGES * probe->source->page_size_bytes;
	/* Small pages: a huge one is used as a whole. */
	madvise(probe->area, size, MADV_NOHUGEPAGE);
	if (mprotect(probe->area, size, PROT_READ | PROT_WRITE)) {
		err = -errno;
		munmap(probe->fenced, fenced_bytes(probe));
		return err;
	}
	probe_write(probe, PROBE_PAGES);
	return 0;
}

int probe_begin(struct pagemap_source *source, struct probe *ret_probe)
{
	struct probe probe = { .source = source };
	int err;

	probe.clear_fd = source->ops->open_forget(source, NULL,
						  FORGET_CLEAR_REFS);
	if (probe.clear_fd < 0)
		return probe.clear_fd;
	err = source->ops->open_process(source, getpid(), &probe.self);
	if (err)
		goto no_process;
	err = source->ops->open_pages(source, &probe.self, &probe.pages);
	if (err)
		goto no_pages;
	err = area_make(&probe);
	if (err)
		goto no_area;
	*ret_probe = probe;
	return 0;
no_area:
	source->ops->close_pages(&probe.pages);
no_pages:
	source->ops->close_process(&probe.self);
no_process:
	close(probe.clear_fd);
	return err;
}

void probe_end(struct probe *probe)
{
	munmap(probe->fenced, fenced_bytes(probe));
	probe->source->ops->close_pages(&probe->pages);
	probe->source->ops->close_process(&probe->self);
	close(probe->clear_fd);
}

void probe_touch(const struct probe *probe, size_t pages)
{
	const volatile char *area = probe->area;

	for (size_t i = 0; i < pages; i++)
		(void)area[i * probe->source->page_size_bytes];
}

void probe_write(const struct probe *probe, size_t pages)
{
	volatile char *area = probe->area;

	for (size_t i = 0; i < pages; i++)
		area[i * probe->source->page_size_bytes] = (char)(i + 1);
}

int probe_flush_own(const struct probe *probe)
{
	size_t size = area_bytes(probe);

	return mprotect(probe->area, size, PROT_READ) ||
	       mprotect(probe->area, size, PROT_READ | PROT_WRITE) ?
	       -errno : 0;
}

int probe_referenced(const struct probe *probe, uint64_t *ret_pages)
{
	uint64_t at = (uintptr_t)probe->area;
	struct buffer buffer = { 0 };
	struct smaps_sizes sizes;
	struct maps_line line;
	uint32_t vm_flags;
	struct text text;
	int err = probe->source->ops->read_text(probe->source, &probe->self,
						"smaps", &buffer);

	if (!err) {
		text = (struct text){ buffer.data, buffer.data + buffer.size };
		do
			err = parse_smaps_next(&text, &line, &sizes, &vm_flags);
		while (err == 1 && line.start_vaddr != at);
		err = err == 1 ? 0 : err == 0 ? -ENODATA : err;
	}
	if (!err && !(sizes.found & PAGEMAP_METRIC_BIT(PAGEMAP_REFERENCED)))
		err = -ENODATA;
	if (!err)
		*ret_pages = sizes.bytes[PAGEMAP_REFERENCED] >>
			     probe->source->page_shift;
	buffer_free(&buffer);
	return err;
}

/* A processor may have guessed one step too far, which counts as an access. */
bool probe_is_right(uint64_t pages)
{
	return pages == PROBE_TOUCHED || pages == PROBE_TOUCHED + 1;
}

int probe_entries(const struct probe *probe, uint64_t *ret_entries)
{
	uint64_t page = (uintptr_t)probe->area >> probe->source->page_shift;
	ssize_t got = probe->source->ops->read_entries(&probe->pages, page,
						       ret_entries,
						       PROBE_PAGES);

	return got == PROBE_PAGES ? 0 : got < 0 ? (int)got : -ENODATA;
}

/* The pages that were just touched are in this CPU's TLB: a hard test. */
static bool flush_works(struct pagemap_source *source)
{
	struct probe probe;
	uint64_t found = 0;

	if (probe_begin(source, &probe))
		return false;
	probe_touch(&probe, PROBE_PAGES);
	if (!wss_write(probe.clear_fd, "1") &&
	    !wss_write(probe.clear_fd, "4")) {
		probe_touch(&probe, PROBE_TOUCHED);
		probe_referenced(&probe, &found);
	}
	probe_end(&probe);
	return probe_is_right(found);
}

bool probe_flush(struct pagemap_source *source)
{
	if (source->wss_flush == FEATURE_UNTRIED)
		source->wss_flush = flush_works(source) ? FEATURE_PRESENT :
							  FEATURE_MISSING;
	return source->wss_flush == FEATURE_PRESENT;
}
