/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was read at one moment: the processes of the machine, who shares what
 * with whom, and a picture of each map that was wanted.  All of it is of one
 * snapshot, holds no pointer into the library, and never changes once it is
 * made, so that threads may share it and a history may keep it.  It knows
 * neither colours nor places on a screen.
 */
#ifndef PAGEVIZ_MOMENT_H
#define PAGEVIZ_MOMENT_H

#include <libpagemap/pagemap.h>

enum map_kind {
	MAP_PROCESS,		/* a page is an address / page size */
	MAP_RAM,		/* a page is a frame number */
	MAP_GUEST,		/* the RAM of a vkernel: a page is a guest
				   frame number */
};

/* Whose processes and frames a moment is of. */
enum machine_kind {
	MACHINE_PLAIN,
	MACHINE_GUEST,		/* a vkernel's, seen from its host */
	MACHINE_HOST,		/* that a vkernel runs on, whose frames are
				   known among its own */
};

/* Which map. */
struct map_id {
	enum map_kind kind;
	pid_t pid;		/* MAP_PROCESS; else 0 */
};

/* In stretch.set: not one of the moment's sets. */
#define SET_NOBODY  UINT32_MAX		/* no process was seen to map it */
#define SET_UNKNOWN (UINT32_MAX - 1)	/* who maps it is not known */

/* What the host has made of a page of a guest. */
enum host_state {
	HOST_NOT_ASKED,		/* of no guest, or no frame */
	HOST_RESIDENT,
	HOST_MERGED,		/* resident, and merged by KSM */
	HOST_SWAPPED,
	HOST_UNTOUCHED,		/* it never gave it memory, or took it back */
	HOST_IMAGE,		/* of the guest kernel's image, beside its RAM */
	HOST_UNKNOWN,
	HOST_EITHER,		/* resident or swapped: a saved host does not
				   tell */
	HOST_STATE_COUNT
};

/* Pages that follow each other and are alike in all that is known. */
struct stretch {
	uint64_t first_page;
	uint64_t place;		/* first frame; PAGEMAP_PFN_UNKNOWN; where
				   swapped, the first slot; in a guest's RAM
				   the frame of the host */
	uint32_t page_count;
	uint32_t set;		/* index into moment.sets, or SET_... */
	uint32_t sharers;	/* 0: not known */
	uint32_t sharers_high;
	uint16_t flags;		/* index into moment.flags */
	uint16_t bits;		/* enum pagemap_run_bits; 0 in RAM */
	uint8_t state;		/* enum pagemap_page_state; PRESENT in RAM */
	uint8_t class_of;	/* enum page_class, in RAM enum
				   pagemap_ram_class as seen by flags, in a
				   guest's RAM enum pagemap_guest_use */
	uint8_t age;		/* samples since its last use: 0 in the last;
				   AGE_NEVER, AGE_UNKNOWN */
	uint8_t swap_type : 5;
	uint8_t host : 3;	/* enum host_state */
};

#define AGE_NEVER   254
#define AGE_UNKNOWN 255

/* A mapping, or a zone of RAM. */
struct area {
	uint64_t first_page;
	uint64_t end_page;		/* exclusive */
	const char *name;		/* escaped: path, "[heap]", "anonymous",
					   "node 0 Normal" */
	char permissions[5];		/* "rw-p"; "" for a zone */
	uint8_t kind;			/* enum pagemap_mapping_kind */
	uint64_t offset_bytes;		/* in its file */
};

/* Pages that a map has to show; what lies between two is folded away. */
struct extent {
	uint64_t first_page;
	uint64_t page_count;
};

/* What a class of RAM holds, also those that no flag shows. */
struct ram_figure {
	struct pagemap_value bytes;	/* as memrank -w says it */
	uint64_t seen_pages;		/* stretches of this class hold so many */
};

/* Frames of the host that hold frames of a guest, one after the other. */
struct guest_piece {
	uint64_t first_page;		/* of the host */
	uint64_t guest_page;
	uint32_t page_count;
	uint32_t mappers;		/* guest processes that map it */
	uint8_t use;			/* enum pagemap_guest_use */
};

/* One map. */
struct picture {
	struct map_id id;
	const char *name;		/* escaped: "firefox", "RAM" */
	enum pagemap_status status;	/* of the process */
	bool ended;			/* this is its last picture, taken over
					   from an earlier moment */
	bool quick;			/* it was seen by a first look alone */
	const char *why;		/* what of it is not known, and why; "" */
	const char *why_sharers;	/* why sharers are not known; "" */
	const char *why_use;		/* the same of accessed and modified, */
	const char *why_age;		/* and of ages */
	const char *why_flags;		/* the same of flags, where these are of
					   no kernel of ours; "" */
	uint64_t time_ns;		/* since 1970 */
	const struct area *areas;	/* rising */
	size_t area_count;
	const struct stretch *stretches; /* rising; pages of areas that are in
					    none are absent */
	size_t stretch_count;
	const struct extent *extents;	/* rising, not touching */
	size_t extent_count;
	uint64_t mapped_pages;		/* in all areas together */
	struct pagemap_usage usage;	/* of the process */
	const struct ram_figure *ram;	/* by class; NULL but for MAP_RAM */
	struct pagemap_ram_balance balance;
	const struct pagemap_guest_balance *guest; /* NULL but for MAP_GUEST */
	const struct guest_piece *pieces; /* of MAP_RAM beside a vkernel: where
					   its frames are; rising */
	size_t piece_count;
	uint64_t unplaced_pages;	/* resident, but nobody says where; */
	uint64_t unplaced_low_pages;	/* so many at least */
};

/* A process of the machine. */
struct person {
	pid_t pid;
	pid_t ppid;			/* -1 */
	int64_t uid;			/* -1 */
	enum pagemap_status status;
	const char *name;		/* comm, escaped; "" */
	const char *command;		/* escaped; "" */
	const char *user;		/* escaped; "" */
	const char *group;		/* the group it was put in, else its unit;
					   escaped; "" */
	struct pagemap_value rss;
	struct pagemap_value pss;
	struct pagemap_value uss;
	pid_t guest_pid;		/* in a guest: its pid inside; 0: none is
					   known */
	bool of_vkernel;		/* beside one: it is main or a child */
};

/* Pages of a guest process that lie in frames one after the other. */
struct guest_place {
	uint64_t page;			/* its address / page size */
	uint32_t first_frame;		/* of the guest */
	uint32_t frame_count;
	uint32_t reach;			/* the end of all places so far */
	uint32_t person : 24;		/* index of people */
	uint32_t bits : 8;		/* enum guest_place_bits */
};

enum guest_place_bits {
	GUEST_PLACE_ACCESSED = 1 << 0,
	GUEST_PLACE_MODIFIED = 1 << 1,
};

/* Who maps the same frames. */
struct share_set {
	const uint32_t *members;	/* indexes of people, rising */
	uint32_t member_count;
	bool unseen;			/* others may map some of them too */
};

struct moment {
	uint64_t time_ns;		/* since 1970 */
	uint64_t cost_ns;		/* CPU that reading took, */
	uint64_t wall_ns;		/* and time */
	uint32_t page_bytes;
	const struct person *people;	/* by rising pid */
	size_t person_count;
	const struct share_set *sets;
	size_t set_count;
	const uint64_t *flags;		/* [0] PAGEMAP_FLAGS_UNKNOWN */
	size_t flag_count;
	const struct picture *pictures;	/* in the order asked for */
	size_t picture_count;
	size_t memory_bytes;		/* that it takes itself */
	size_t unreadable;		/* processes that could not be read */
	bool quick;			/* a first look: who else maps pages,
					   and flags, are yet to be read */
	enum machine_kind machine;
	struct pagemap_vkernel vkernel;	/* the one that is seen; its pid 0:
					   none */
	const struct guest_place *places; /* of a guest's processes, by rising
					   frame, then by person */
	size_t place_count;
};

/* The picture of a map; NULL if the moment has none, or is NULL itself. */
const struct picture *moment_picture(const struct moment *moment,
				     struct map_id id);

/* The person with a pid, NULL if there is none. */
const struct person *moment_person(const struct moment *moment, pid_t pid);

/* The index of the first area that ends after a page; area_count: none does. */
size_t picture_area_from(const struct picture *picture, uint64_t page);

/* The area that holds a page, NULL if none does. */
const struct area *picture_area(const struct picture *picture, uint64_t page);

/* The stretch that holds a page, NULL if nothing stands there. */
const struct stretch *picture_stretch(const struct picture *picture,
				      uint64_t page);

/*
 * Walks the pages of a picture that stand for a frame (many in a process, with
 * KSM), from *page on: 1 and the next page at or after it, or 0.
 */
int picture_frame(const struct picture *picture, uint64_t pfn, uint64_t *page);

/*
 * Where guest processes map a guest frame: at most `most` places are stored;
 * gives how many.
 */
size_t moment_places(const struct moment *moment, uint64_t frame,
		     const struct guest_place **ret_places, size_t most);

/* The piece of a guest that a frame of the host holds, NULL: none. */
const struct guest_piece *picture_piece(const struct picture *picture,
					uint64_t page);

/* The frame of a page, by which maps are linked; PAGEMAP_PFN_UNKNOWN. */
uint64_t picture_frame_of(const struct picture *picture, uint64_t page);

/* Of a vkernel's RAM: all, what the host holds of it, what guest processes map,
 * and what the host holds for nobody.  false: it is not known. */
struct guest_sums {
	struct pagemap_value all, resident, mapped, slack;
};

bool guest_sums(const struct picture *picture, struct guest_sums *ret_sums);

/* A pid as people read it: "root 0x1f3" for a guest process that no process of
 * the host runs. */
#define PID_NAME_SIZE 24
void pid_name(pid_t pid, char text[PID_NAME_SIZE]);

bool map_id_equal(struct map_id a, struct map_id b);

/*
 * The last user lets it go.  NULL is fine.  A history packs the stretches of
 * moments that it alone has, and a reference brings them back: NULL where there
 * is no memory for that.
 */
struct moment *moment_ref(struct moment *moment);
void moment_unref(struct moment *moment);

/*
 * A reference that leaves them packed, for who looks at other things; who has
 * one may bring them back later, in any thread: of RAM that takes as long as
 * ten pictures.  0 or -ENOMEM.
 */
struct moment *moment_keep(struct moment *moment);
int moment_unpack(struct moment *moment);
bool moment_is_packed(const struct moment *moment);

#endif
