/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One target of a session: held by its directory, locked by its clear_refs,
 * made to forget, and watched for another mm taking its place.  What was used
 * is read elsewhere (wss_read.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "wss_guest.h"

/* Longer ones are looked up before they are walked. */
#define LONG_BYTES (UINT64_C(1) << 30)

uint64_t wss_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

enum pagemap_status wss_status_of(int err)
{
	switch (err) {
	case 0:
		return PAGEMAP_STATUS_COMPLETE;
	case -EAGAIN:
		return PAGEMAP_STATUS_CHANGED;
	case -EACCES:
	case -EPERM:
		return PAGEMAP_STATUS_DENIED;
	case -ENOENT:
	case -ESTALE:
		return PAGEMAP_STATUS_VANISHED;
	case -ESRCH:
		return PAGEMAP_STATUS_NO_MEMORY;
	default:
		return PAGEMAP_STATUS_MALFORMED;
	}
}

/* Errors that are not the target's stop the session. */
static int keep_error(struct wss_target *target, int err)
{
	if (err == -ENOMEM || err == -EMFILE || err == -ENFILE)
		return err;
	if (err < 0 && !target->error)
		target->error = err;
	return 0;
}

/* ---- Where it is mapped ------------------------------------------------ */

static int layout_parse(const struct buffer *maps,
			const struct wss_guest_target *guest,
			struct array *layout)
{
	struct text text = { maps->data, maps->data + maps->size };
	struct maps_line parsed;
	struct wss_range *range;
	struct span line;

	layout->count = 0;
	/* A kernel thread, a zombie. */
	if (!maps->size)
		return -ESRCH;
	while (text_next_line(&text, &line)) {
		if (parse_maps_line(line, &parsed))
			return -EINVAL;
		if (guest && !wss_guest_owns(guest, &parsed))
			continue;
		range = array_push(layout, sizeof(*range));
		if (!range)
			return -ENOMEM;
		*range = (struct wss_range){
			.start_vaddr = parsed.start_vaddr,
			.end_vaddr = parsed.end_vaddr,
		};
	}
	return 0;
}

/* Whether some range is long enough that walking its holes takes time. */
static bool is_long(const struct array *layout)
{
	const struct wss_range *ranges = layout->items;
	size_t i;

	for (i = 0; i < layout->count; i++)
		if (ranges[i].end_vaddr - ranges[i].start_vaddr > LONG_BYTES)
			return true;
	return false;
}

/* By smaps, which skips holes; what changed between the two files is walked. */
static void find_empty(const struct buffer *smaps, struct array *layout)
{
	struct text text = { smaps->data, smaps->data + smaps->size };
	struct wss_range *ranges = layout->items;
	struct smaps_sizes sizes;
	struct maps_line line;
	uint32_t flags;
	size_t i = 0;

	while (parse_smaps_next(&text, &line, &sizes, &flags) == 1) {
		while (i < layout->count &&
		       ranges[i].start_vaddr < line.start_vaddr)
			i++;
		if (i < layout->count &&
		    ranges[i].start_vaddr == line.start_vaddr &&
		    ranges[i].end_vaddr == line.end_vaddr)
			ranges[i].is_empty = !sizes.bytes[PAGEMAP_RSS] &&
					     !sizes.bytes[PAGEMAP_SWAP];
	}
}

static int layout_read(struct pagemap_source *source,
		       struct wss_target *target)
{
	struct buffer maps = { 0 };
	int err = source->ops->read_text(source, &target->ref, "maps", &maps);

	if (!err)
		err = layout_parse(&maps, target->guest, &target->layout);
	/* Without a scan a reservation of terabytes would be read entry by
	   entry. */
	if (!err && is_long(&target->layout) &&
	    !pagemap_source_has_feature(source, PAGEMAP_FEATURE_SCAN) &&
	    !source->ops->read_text(source, &target->ref, "smaps", &maps))
		find_empty(&maps, &target->layout);
	buffer_free(&maps);
	return err;
}

bool wss_was_mapped(const struct wss_target *target, uint64_t start_vaddr,
		    uint64_t end_vaddr)
{
	const struct wss_range *ranges = target->layout.items;
	size_t low = 0, high = target->layout.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ranges[middle].end_vaddr <= start_vaddr)
			low = middle + 1;
		else
			high = middle;
	}
	/* Several that follow each other may have become one. */
	for (; low < target->layout.count && start_vaddr < end_vaddr; low++) {
		if (ranges[low].start_vaddr > start_vaddr)
			return false;
		start_vaddr = ranges[low].end_vaddr;
	}
	return start_vaddr >= end_vaddr;
}

/* ---- Held and locked --------------------------------------------------- */

static int say_busy(struct pagemap_source *source, pid_t pid)
{
	snprintf(source->detail, sizeof(source->detail),
		 "%d: another session measures its working set", (int)pid);
	return -EBUSY;
}

/*
 * The lock lies on the file that every session of mainline's opens; without
 * it (CONFIG_PROC_PAGE_MONITOR), on the module's.
 */
static int lock(struct pagemap_source *source, struct wss_target *target)
{
	int fd = source->ops->open_forget(source, &target->ref,
					  FORGET_CLEAR_REFS);

	if (fd == -ENOENT)
		fd = source->ops->open_forget(source, &target->ref,
					      FORGET_MODULE);
	if (fd < 0)
		return fd;
	target->lock_fd = fd;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return 0;
	return errno == EWOULDBLOCK ? say_busy(source, target->pid) : -errno;
}

static void detach_all(struct pagemap_wss *session, struct wss_target *target)
{
	while (target->attached) {
		size_t i = --target->attached;

		if (session->ops[i]->detach)
			session->ops[i]->detach(&target->holds[i]);
	}
}

static int attach_all(struct pagemap_wss *session, struct wss_target *target)
{
	int err = 0;

	for (size_t i = 0; i < session->method_count && !err; i++) {
		target->holds[i] = (struct wss_hold){
			.source = session->source,
			.target = target,
			.methods = session->methods,
			.shared = session->shared[i],
		};
		if (session->ops[i]->attach)
			err = session->ops[i]->attach(&target->holds[i]);
		if (!err)
			target->attached++;
	}
	return err;
}

static int open_all(struct pagemap_wss *session, struct wss_target *target)
{
	struct pagemap_source *source = session->source;
	int err = source->ops->open_process(source, target->pid, &target->ref);

	/* One that is a process of the host, and not of the guest. */
	if (!err && target->guest && !target->guest->process)
		err = -ENOENT;
	if (!err)
		err = lock(source, target);
	if (!err)
		err = layout_read(source, target);
	if (!err)
		err = source->ops->open_pages(source, &target->ref,
					      &target->pages);
	if (!err)
		err = attach_all(session, target);
	return err;
}

int wss_target_open(struct pagemap_wss *session, pid_t pid,
		    struct wss_target *ret_target)
{
	int err;

	*ret_target = (struct wss_target){
		.pid = pid,
		.ref = { .pid = pid, .dir_fd = -1 },
		.lock_fd = -1,
		.pages = { .fd = -1, .uses_fd = -1 },
		.zero_frame = session->zero_frame,
	};
	if (session->guest)
		ret_target->guest = &session->guest->targets[
			ret_target - session->targets];
	ret_target->holds = calloc(session->method_count,
				   sizeof(*ret_target->holds));
	if (!ret_target->holds)
		return -ENOMEM;
	err = open_all(session, ret_target);
	return err == -EBUSY ? err : keep_error(ret_target, err);
}

void wss_target_close(struct pagemap_wss *session, struct wss_target *target)
{
	detach_all(session, target);
	free(target->holds);
	session->source->ops->close_pages(&target->pages);
	if (target->lock_fd >= 0)
		close(target->lock_fd);
	session->source->ops->close_process(&target->ref);
	array_free(&target->layout);
	wss_next_free(&target->past);
}

/* ---- Made to forget ---------------------------------------------------- */

int wss_target_forget(struct pagemap_wss *session, struct wss_target *target)
{
	uint64_t begin_ns = wss_now_ns();
	int err = target->error;

	if (err)
		return 0;
	err = layout_read(session->source, target);
	if (!err && target->guest)
		err = wss_guest_note(session, target);
	for (size_t i = 0; i < session->method_count && !err; i++)
		err = session->ops[i]->forget(&target->holds[i]);
	target->forget_ns = wss_now_ns() - begin_ns;
	target->forgot_ns = begin_ns + target->forget_ns / 2;
	target->replaced = false;
	/* One that ends is found out when it is read. */
	return keep_error(target, err == -ESRCH ? -ESTALE : err);
}

static bool mm_lives(struct pagemap_source *source,
		     const struct wss_target *target)
{
	uint64_t entry;

	return source->ops->read_entries(&target->pages, 0, &entry, 1) == 1;
}

int wss_target_check(struct pagemap_wss *session, struct wss_target *target)
{
	struct pagemap_source *source = session->source;
	int err;

	if (target->error)
		return target->error;
	if (mm_lives(source, target))
		return 0;
	detach_all(session, target);
	source->ops->close_pages(&target->pages);
	err = source->ops->open_pages(source, &target->ref, &target->pages);
	if (!err && !mm_lives(source, target))
		err = -ENOENT;
	if (!err)
		err = attach_all(session, target);
	if (err) {
		target->error = err == -ESRCH ? -ENOENT : err;
		return target->error;
	}
	/* Nothing of what was known of the old one holds of the new. */
	target->replaced = true;
	target->samples = 0;
	target->layout.count = 0;
	wss_next_free(&target->past);
	return 0;
}
