/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The method of mainline's page_idle/bitmap (CONFIG_IDLE_PAGE_TRACKING): a bit
 * for each frame of RAM, set here for those that the target maps, and cleared
 * when any process or the kernel is found to have used the frame.  It works
 * for frames that reclaim knows (on its LRU lists), and of a large folio for
 * the first alone, which stands for all of it.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "wss.h"
#include "wss_own.h"
#include "wss_marks.h"

#define FLAG(bit) (UINT64_C(1) << PAGEMAP_FLAG_##bit)

/* Flags are read so many frames at a time, from a multiple of that on. */
#define FLAGS_AT_ONCE 512

#define NO_FRAME UINT64_MAX

struct idle_own {
	int bitmap_fd;			/* the session's */
	struct wss_marks frames;		/* to be set, while forgetting */
	struct wss_marks untold;		/* pages whose frames cannot be */
	uint64_t flags_first;		/* of those below; NO_FRAME */
	size_t flags_count;
	uint64_t flags[FLAGS_AT_ONCE];
	uint64_t tail;			/* the last one looked up, NO_FRAME, */
	uint64_t head;			/* and what stands for it */
	uint64_t word_number;		/* of the one below; NO_FRAME */
	uint64_t word;			/* of the bitmap */
};

static int idle_open(struct pagemap_source *source, void **ret_shared)
{
	int *fd;

	/* By it the file of flags is opened. */
	if (!pagemap_source_has_feature(source, PAGEMAP_FEATURE_KPAGEFLAGS))
		return -ENOTSUP;
	fd = malloc(sizeof(*fd));
	if (!fd)
		return -ENOMEM;
	*fd = source->ops->open_forget(source, NULL, FORGET_IDLE);
	if (*fd < 0) {
		int err = *fd;

		free(fd);
		return err;
	}
	*ret_shared = fd;
	return 0;
}

static void idle_close(void *shared)
{
	int *fd = shared;

	if (fd)
		close(*fd);
	free(fd);
}

/* What was read before is not true for ever. */
static void forget_read(struct idle_own *own)
{
	own->flags_first = NO_FRAME;
	own->tail = NO_FRAME;
	own->word_number = NO_FRAME;
}

static int idle_attach(struct wss_hold *hold)
{
	struct idle_own *own = calloc(1, sizeof(*own));

	if (!own)
		return -ENOMEM;
	own->bitmap_fd = *(int *)hold->shared;
	forget_read(own);
	hold->own = own;
	return 0;
}

static void idle_detach(struct wss_hold *hold)
{
	struct idle_own *own = hold->own;

	if (!own)
		return;
	wss_marks_free(&own->frames);
	wss_marks_free(&own->untold);
	free(own);
	hold->own = NULL;
}

/* 0: not known, which no frame that is mapped has. */
static uint64_t flags_of(struct wss_hold *hold, uint64_t frame)
{
	struct idle_own *own = hold->own;
	uint64_t within = frame % FLAGS_AT_ONCE;
	ssize_t got;

	if (own->flags_first != frame - within) {
		got = hold->source->ops->read_frames(hold->source, FRAME_FLAGS,
						     frame - within, own->flags,
						     FLAGS_AT_ONCE);
		own->flags_first = frame - within;
		own->flags_count = got < 0 ? 0 : (size_t)got;
	}
	return within < own->flags_count ? own->flags[within] : 0;
}

/*
 * The frame that stands for this one: the first of its folio.  They are mostly
 * asked of in order.
 */
static uint64_t head_of(struct wss_hold *hold, uint64_t frame)
{
	struct idle_own *own = hold->own;
	uint64_t head = frame;

	while (flags_of(hold, head) & FLAG(COMPOUND_TAIL) && head) {
		if (head == own->tail || head - 1 == own->tail) {
			head = own->head;
			break;
		}
		head--;
	}
	own->tail = frame;
	own->head = head;
	return head;
}

static uint64_t frame_of(uint64_t entry)
{
	return wss_is_present(entry) ? pagemap_decode_entry(entry, 0).pfn
				     : PAGEMAP_PFN_UNKNOWN;
}

static int note_frames(void *context, uint64_t first_page,
		       const uint64_t *entries, size_t count)
{
	struct wss_hold *hold = context;
	struct idle_own *own = hold->own;
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		uint64_t head, frame = frame_of(entries[i]);

		if (!wss_is_present(entries[i]))
			continue;
		head = frame == PAGEMAP_PFN_UNKNOWN ? 0 : head_of(hold, frame);
		err = flags_of(hold, head) & FLAG(LRU) ?
			wss_marks_add(&own->frames, head) :
			wss_marks_add(&own->untold, first_page + i);
	}
	return err;
}

/* Bits that are 0 change nothing. */
static int set_idle(const struct idle_own *own)
{
	const struct wss_block *block;
	size_t at = 0;

	while ((block = wss_marks_next(&own->frames, &at))) {
		ssize_t put = pwrite(own->bitmap_fd, block->words,
				     sizeof(block->words),
				     (off_t)(block->first / 8));

		/* Behind the last frame there is nothing to be written. */
		if (put < 0 && errno != ENXIO)
			return -errno;
	}
	return 0;
}

/* As of clear_refs: where the 4 does nothing else, it flushes the TLB. */
static int flush(struct wss_hold *hold)
{
	const char *reason;

	if (pagemap_wss_method_works(hold->source, PAGEMAP_WSS_SOFT_DIRTY,
				     &reason))
		return 0;
	return wss_write(hold->target->lock_fd, "4");
}

static int idle_forget(struct wss_hold *hold)
{
	const struct wss_range *ranges = hold->target->layout.items;
	struct idle_own *own = hold->own;
	int err = 0;

	wss_marks_clear(&own->frames);
	wss_marks_clear(&own->untold);
	forget_read(own);
	for (size_t i = 0; i < hold->target->layout.count && !err; i++)
		err = wss_walk(hold->source, hold->target, &ranges[i],
			       note_frames, hold);
	if (!err)
		err = set_idle(own);
	return err ? err : flush(hold);
}

/* True, false, or a negative errno. */
static int is_idle(struct wss_hold *hold, uint64_t frame)
{
	struct idle_own *own = hold->own;
	ssize_t got;

	if (own->word_number != frame / 64) {
		got = pread(own->bitmap_fd, &own->word, sizeof(own->word),
			    (off_t)(frame / 64 * 8));
		if (got < 0)
			return -errno;
		own->word = got ? own->word : 0;
		own->word_number = frame / 64;
	}
	return own->word >> frame % 64 & 1;
}

static int idle_read_pages(struct wss_hold *hold, uint64_t first_page,
			   const uint64_t *entries, size_t count,
			   uint8_t *ret_bits)
{
	struct idle_own *own = hold->own;

	forget_read(own);
	for (size_t i = 0; i < count; i++) {
		uint64_t frame = frame_of(entries[i]);
		int idle;

		if (frame == PAGEMAP_PFN_UNKNOWN)
			continue;
		idle = is_idle(hold, head_of(hold, frame));
		if (idle < 0)
			return idle;
		if (idle)
			ret_bits[i] = WSS_ACCESSED_TOLD;
		else if (!wss_marks_has(&own->untold, first_page + i))
			ret_bits[i] = WSS_ACCESSED_TOLD | WSS_ACCESSED;
	}
	return 0;
}

static bool idle_probe(struct pagemap_source *source, const char **ret_reason)
{
	struct own_opts opts = { .tells = WSS_ACCESSED, .flush = true };
	int right = wss_probe_own(source, &wss_idle_ops, opts);

	*ret_reason =
		right == -ENOENT || right == -ENOTSUP ?
			"this kernel has no page_idle/bitmap "
			"(CONFIG_IDLE_PAGE_TRACKING)" :
		right < 0 ? "page_idle/bitmap and kpageflags may not be "
			    "used: run as root" :
		"page_idle/bitmap can be written to, but does not find which "
		"of our own pages were used";
	return right == true;
}

const struct wss_method_ops wss_idle_ops = {
	.facts = {
		.name = "idle",
		.describe = "sets the bits of the target's frames in "
			    "page_idle/bitmap and reads which were cleared: "
			    "frames used by whomever",
		.harm = "little: it looks up who maps each frame, and others "
			"who use the bitmap see its bits; where soft-dirty is "
			"built in nothing flushes the TLB, and pages that are "
			"used all the time may be missed",
		.disturbs = false,
		.tells = PAGEMAP_WSS_TELLS_REFERENCED | PAGEMAP_WSS_TELLS_PAGES,
	},
	.probe = idle_probe,
	.open = idle_open,
	.close = idle_close,
	.attach = idle_attach,
	.detach = idle_detach,
	.forget = idle_forget,
	.read_pages = idle_read_pages,
};
