/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Inside of a session: its targets, the table of functions that every method
 * fills, and what the parts of the core hand to each other.  A method forgets
 * and tells; locks, ages, figures and statuses are the core's.
 */
#ifndef PAGEMAP_WSS_H
#define PAGEMAP_WSS_H

#include <libpagemap/pagemap.h>

#include "arena.h"
#include "buffer.h"
#include "parse.h"
#include "source.h"
#include "wss_ages.h"

/* Entries that are read, and asked of a method, at a time. */
#define WSS_BATCH 4096

/* ---- What methods tell ------------------------------------------------- */

/*
 * Of a page that is present.  Without a TOLD bit the method does not know, and
 * another is asked.
 */
enum wss_page_bits {
	WSS_ACCESSED_TOLD = 1 << 0,
	WSS_ACCESSED = 1 << 1,
	WSS_WRITTEN_TOLD = 1 << 2,
	WSS_WRITTEN = 1 << 3,		/* in the interval, for certain */
	WSS_MAYBE_WRITTEN = 1 << 4,	/* perhaps: another may know better */
};

/* Addresses of a target that are mapped, of one mapping. */
struct wss_range {
	uint64_t start_vaddr;
	uint64_t end_vaddr;		/* exclusive */
	bool is_empty;			/* known to have no page: not walked */
};

/* What the next interval has to know of a target. */
struct wss_next {
	struct wss_ages ages;
	struct array histories;		/* struct wss_history */
};

/* One process of a session. */
struct wss_target {
	pid_t pid;
	struct process_ref ref;		/* held: no other can take its pid */
	int lock_fd;			/* its clear_refs, to be written; -1 */
	struct pages_file pages;	/* its pagemap, of the mm that forgot */
	uint64_t zero_frame;		/* the zero page's, where no scan tells
					   it apart; 0: not known */
	struct wss_guest_target *guest;	/* whose memory is a guest's; NULL:
					   its own.  Borrowed: session */
	int error;			/* why it cannot be read any more; 0 */
	bool replaced;			/* by exec, in this interval */
	struct array layout;		/* struct wss_range, when it forgot, by
					   rising address */
	uint64_t samples;		/* intervals that are over */
	uint64_t forgot_ns;		/* the middle, CLOCK_MONOTONIC */
	uint64_t forget_ns;		/* how long it took */
	struct wss_hold *holds;		/* one for each method in use */
	size_t attached;		/* so many of them */
	struct wss_next past;		/* as of the last sample */
};

/* One method at work on one target. */
struct wss_hold {
	struct pagemap_source *source;
	struct wss_target *target;
	uint32_t methods;	/* mask of all that are in use */
	void *shared;		/* the method's, for all targets (open) */
	void *own;		/* the method's, for this one (attach) */
};

/*
 * What every method fills; functions that it does not need are NULL.  All of
 * a session's run in one thread.  Errors are negative errnos: -ENOENT and
 * -ESTALE, the process or its memory is gone; -ESRCH, it has none; -EACCES.
 */
struct wss_method_ops {
	struct pagemap_wss_method_facts facts;

	/* A page that was written, and then written back, looks unwritten. */
	bool loses_written_back;

	/*
	 * Tries it on pages of our own: maps some, touches, forgets, touches
	 * a part and reads back exactly that part.  True, or a reason.
	 */
	bool (*probe)(struct pagemap_source *source, const char **ret_reason);

	/* What a session needs once, and its end. */
	int (*open)(struct pagemap_source *source, void **ret_shared);
	void (*close)(void *shared);

	/* What it needs for one target; pages, lock_fd and ref are open. */
	int (*attach)(struct wss_hold *hold);
	void (*detach)(struct wss_hold *hold);

	/* Forgets the target's accesses.  target->layout was just read. */
	int (*forget)(struct wss_hold *hold);

	/*
	 * Told page by page: bits of pages from first_page on, of which the
	 * pagemap's entries were just read.  ret_bits is all zero; those of
	 * pages that are not present are passed over.
	 */
	int (*read_pages)(struct wss_hold *hold, uint64_t first_page,
			  const uint64_t *entries, size_t count,
			  uint8_t *ret_bits);

	/* Told by mapping: how much of it was used, by its entry of smaps. */
	struct pagemap_value (*referenced)(struct wss_hold *hold,
					   const struct smaps_sizes *sizes);
};

/* By enum pagemap_wss_method. */
const struct wss_method_ops *wss_method(enum pagemap_wss_method method);

extern const struct wss_method_ops wss_module_ops;
extern const struct wss_method_ops wss_idle_ops;
extern const struct wss_method_ops wss_clear_refs_ops;
extern const struct wss_method_ops wss_soft_dirty_ops;
extern const struct wss_method_ops wss_protect_ops;

/* ---- For methods ------------------------------------------------------- */

/*
 * Called with the entries of pages that follow each other, some of which are
 * present.  The zero page is not among them, where it can be told.  A negative
 * errno ends the walk and is given back.
 */
typedef int (*wss_entries_fn)(void *context, uint64_t first_page,
			      const uint64_t *entries, size_t count);

/* Reads the entries of all pages in a range that hold something. */
int wss_walk(struct pagemap_source *source, const struct wss_target *target,
	     const struct wss_range *range, wss_entries_fn entries_fn,
	     void *context);

/* Whether an entry of pagemap says that the page is there. */
static inline bool wss_is_present(uint64_t entry)
{
	return entry >> 63;
}

/* Writes a number to a file that forgets.  0 or negative errno. */
int wss_write(int fd, const char *number);

/* ---- Between the parts of the core ------------------------------------- */

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t wss_now_ns(void);

/*
 * A session.  Its targets' holds are by rising method.  Of a vkernel's source
 * it is the host's that is worked on: see wss_guest.h.
 */
struct pagemap_wss {
	struct pagemap_source *source;
	struct wss_guest *guest;	/* NULL: none */
	uint32_t methods;
	const struct wss_method_ops *ops[PAGEMAP_WSS_METHOD_COUNT];
	void *shared[PAGEMAP_WSS_METHOD_COUNT];	/* of each of these */
	size_t method_count;
	struct wss_target *targets;
	size_t target_count;
	struct wss_reader *reader;
	uint64_t zero_frame;	/* see struct wss_target */
};

/*
 * Holds and locks a process and lets methods attach to it.  What is in the
 * way stays in target->error; only an error of the machine, or -EBUSY, is
 * returned.
 */
int wss_target_open(struct pagemap_wss *session, pid_t pid,
		    struct wss_target *ret_target);
void wss_target_close(struct pagemap_wss *session, struct wss_target *target);

/* Reads where it is mapped, then forgets: an interval begins. */
int wss_target_forget(struct pagemap_wss *session, struct wss_target *target);

/*
 * Looks whether the mm that forgot is still its own.  Where exec gave it
 * another one this is opened, and what was known is dropped: target->replaced.
 * Gives target->error.
 */
int wss_target_check(struct pagemap_wss *session, struct wss_target *target);

enum pagemap_status wss_status_of(int err);

/* Whether all of it was mapped when the target forgot. */
bool wss_was_mapped(const struct wss_target *target, uint64_t start_vaddr,
		    uint64_t end_vaddr);

void wss_next_free(struct wss_next *next);

/*
 * Lowers the low bound of what smaps calls referenced in a range by the pages
 * of files, file_bytes at most, that perhaps others used.
 */
int wss_others_leave_out(struct pagemap_source *source,
			 const struct wss_target *target,
			 const struct wss_range *range, uint64_t file_bytes,
			 struct pagemap_value *referenced);

/* Reads targets into a set, again and again. */
struct wss_reader;
struct wss_reader *wss_reader_new(struct pagemap_wss *session);
void wss_reader_free(struct wss_reader *reader);

/*
 * Reads one target; what is found is the set's.  Only an error of the machine
 * is returned, any other stays in target->error.
 */
struct found_process;
int wss_read(struct wss_reader *reader, struct wss_target *target,
	     struct pagemap_working_set *set, struct found_process *ret_found,
	     struct wss_next *ret_next);

#endif
