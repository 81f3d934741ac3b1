/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A moment that is being taken: what the library has read, and what of it is
 * in the store by now.  The parts of reading_take() share this and nothing
 * else.
 */
#ifndef PAGEVIZ_DATA_TAKING_H
#define PAGEVIZ_DATA_TAKING_H

#include "reading.h"
#include "store.h"

/* Flags are numbered by 16 bits. */
#define FLAGS_MOST 65535

struct ages;

struct taking {
	struct pagemap_source *source;		/* whose processes are people */
	enum machine_kind machine;
	struct pagemap_source *guest_source;	/* a vkernel's; NULL: none.  Of
						   its own machine the above */
	struct pagemap_snapshot *guest_snapshot; /* beside that of a host */
	const struct pagemap_guest *guest;	/* NULL: none, or not known */
	const char *why_guest;			/* and why, beside a host */
	uint64_t first_guest_pfn;		/* where its RAM begins */
	bool maybe_swapped;			/* what no host frame is known
						   of may be in swap */
	const struct reading_request *request;
	struct ages *ages;			/* NULL: not asked for, not known */
	struct store *store;
	uint32_t page_bytes;
	bool has_ksm_flag;
	bool host_has_ksm_flag;			/* the host of the vkernel */

	struct pagemap_snapshot *snapshot;	/* NULL: not even that */
	struct pagemap_sharing *sharing;	/* NULL: and why: */
	const char *why_sharers;
	pid_t missing;				/* where -ESRCH: this one is */
	uint64_t library_ns;			/* CPU of its threads */

	struct list people;			/* struct person */
	uint32_t *person_of;			/* by index of process */
	struct list sets;			/* struct share_set */
	uint32_t *set_numbers;			/* by set of sharing, + 1 */
	struct list flags;			/* uint64_t */
	uint16_t *flag_slots;			/* number + 1, by hash */
	struct packer stretches;		/* of the picture at hand, but */
	struct stretch last;			/* the last, which may go on */
	bool has_last;
	struct list extents;
	struct list areas;
};

/* Room for a reason, one line. */
#define WHY_SIZE 512

/* What follows of a feature's lack, and the reason; "" if it is there. */
const char *taking_why(struct taking *taking, enum pagemap_feature feature,
		       const char *what);

/* ---- reading_people.c -------------------------------------------------- */

/* Everyone of the snapshot, with names and groups. */
int people_make(struct taking *taking);

/* What has to be read of who processes are. */
uint32_t people_identity(const struct taking *taking);

/* The name of a process that is not among them; "" if it has none. */
const char *people_name(struct taking *taking,
			const struct pagemap_process *process);

/* ---- reading_sets.c ---------------------------------------------------- */

/* The number of a set of sharing in the moment.  SET_UNKNOWN: no memory. */
uint32_t sets_number(struct taking *taking, size_t set);

/* The set of a process and nobody else; made if there is none. */
uint32_t sets_of_alone(struct taking *taking,
		       const struct pagemap_process *process);

/* A set of people, which are copied. */
uint32_t sets_add(struct taking *taking, const uint32_t *members,
		  uint32_t count, bool unseen);

/* The number of flags; those that are one too many are not known: 0. */
uint16_t flags_number(struct taking *taking, uint64_t flags);

/* Adds a stretch, or makes the last one longer.  0 or -ENOMEM. */
int stretch_add(struct taking *taking, const struct stretch *stretch);

/* An area ends: the last stretch does not go on.  0 or -ENOMEM. */
int stretch_close(struct taking *taking);

/* Shows pages, which rise.  0 or -ENOMEM. */
int extent_add(struct taking *taking, uint64_t first_page, uint64_t end_page);

/* Adds an area of frames, whose name is escaped; none if it is empty. */
int area_add(struct taking *taking, uint64_t first_page, uint64_t end_page,
	     const char *name);

/* What was listed is the picture's now. */
int picture_settle(struct taking *taking, struct picture *picture);

/* ---- reading_process.c, reading_ram.c ---------------------------------- */

int process_picture(struct taking *taking, struct picture *picture);
int ram_picture(struct taking *taking, struct picture *picture);

/* ---- reading_guest.c --------------------------------------------------- */

/* Reads a vkernel beside its host.  That it cannot is no error. */
int guest_take(struct taking *taking);

/* A snapshot of a vkernel is what is told of its frames. */
void guest_use(struct taking *taking, struct pagemap_snapshot *snapshot);

/* How many of these guest frames, at least 1, the host made the same of. */
uint64_t guest_host_span(const struct taking *taking, uint64_t frame,
			 uint64_t count, enum host_state *ret_host);

int guest_picture(struct taking *taking, struct picture *picture);

/* Where guest processes map frames, of the moment; and where among those of
 * the host frames are, of a picture of RAM. */
int guest_places(struct taking *taking);
int guest_pieces(struct taking *taking, struct picture *picture);

/* ---- reading_ended.c --------------------------------------------------- */

/* Whether an earlier moment shows what a process was. */
bool ended_is_known(const struct taking *taking, struct map_id id);

/* Takes the picture of a process that is gone over from an earlier moment.
 * -ESRCH: it was never there. */
int ended_picture(struct taking *taking, struct picture *picture);

/*
 * Those who share pages with it, and are gone too, are people still; and, in a
 * first look, all who were.
 */
int ended_people(struct taking *taking);

/* Of a vkernel that is gone: where its processes mapped frames. */
int ended_places(struct taking *taking);

/* Whether a first look leaves a map as an earlier moment has it; and does. */
bool kept_is_known(const struct taking *taking, struct map_id id);
int kept_picture(struct taking *taking, struct picture *picture);

/* ---- reading_ages.c ---------------------------------------------------- */

/*
 * Samples the session's targets, or begins a session, after the census and
 * before pictures: what was used in the interval is forgotten then.  That it
 * cannot is no error.
 */
int ages_take(struct taking *taking);
void ages_end(struct ages *ages);

/* Why ages are not known; "" where they are. */
const char *ages_why(const struct taking *taking);

/* Where one stands in the ages of a process, page after page. */
struct ages_walk {
	const struct pagemap_working_set *set;	/* NULL: not known */
	size_t process;
	size_t mapping;
	uint64_t first_page;			/* of the mapping at hand */
	uint64_t end_page;
	bool has_run;
	struct pagemap_wss_run_iter iter;
	struct pagemap_wss_run run;
	uint32_t page_bytes;
};

void ages_begin(const struct taking *taking, pid_t pid,
		struct ages_walk *ret_walk);

/* How many of these pages, at least 1, are of the first one's age. */
uint64_t ages_span(struct ages_walk *walk, uint64_t first_page, uint64_t count,
		   uint8_t *ret_age);

#endif
