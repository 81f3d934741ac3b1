/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RAM made by common_guest_ram.h as walkers are given it: with frames that the
 * host swapped out, frames that cannot be read, and a count of what was read.
 */
#ifndef TESTS_UNIT_OWN_GUEST_MEMORY_H
#define TESTS_UNIT_OWN_GUEST_MEMORY_H

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "common_guest_ram.h"
#include "vk_walk.h"

#define GUEST_NO_FRAME UINT64_MAX

struct guest_memory {
	struct vk_memory memory;	/* first: what a walker is given */
	struct guest_ram *ram;
	uint64_t swapped_pfn;		/* not in the host's RAM */
	uint64_t broken_pfn;		/* reading it is -EIO */
	uint64_t frames_read;
	bool read_outside;		/* what a walker must never do */
};

static inline struct guest_memory *
guest_memory_of(const struct vk_memory *memory)
{
	return (struct guest_memory *)(void *)(uintptr_t)memory;
}

static inline int guest_memory_read(const struct vk_memory *memory,
				    uint64_t pfn, size_t count, void *ret_bytes)
{
	struct guest_memory *guest = guest_memory_of(memory);

	if (pfn >= memory->frame_count || count > memory->frame_count - pfn) {
		guest->read_outside = true;
		return -EFAULT;
	}
	if (guest->broken_pfn - pfn < count)
		return -EIO;
	guest->frames_read += count;
	memcpy(ret_bytes, guest->ram->bytes + pfn * GUEST_PAGE_BYTES,
	       count * GUEST_PAGE_BYTES);
	return 0;
}

static inline bool guest_memory_has(const struct guest_memory *guest,
				    uint64_t pfn, bool resident_only)
{
	return guest->ram->used[pfn] &&
	       !(resident_only && pfn == guest->swapped_pfn);
}

static inline int guest_memory_next(const struct vk_memory *memory,
				    uint64_t *pfn, bool resident_only,
				    uint64_t *ret_count)
{
	const struct guest_memory *guest = guest_memory_of(memory);
	const uint64_t end = memory->frame_count;
	uint64_t first = *pfn, last;

	while (first < end && !guest_memory_has(guest, first, resident_only))
		first++;
	for (last = first; last < end; last++)
		if (!guest_memory_has(guest, last, resident_only))
			break;
	*pfn = first;
	*ret_count = last - first;
	return first < end;
}

static inline struct guest_memory guest_memory_make(struct guest_ram *ram)
{
	return (struct guest_memory){
		.memory = { .frame_count = ram->frame_count,
			    .read = guest_memory_read,
			    .next_used = guest_memory_next },
		.ram = ram,
		.swapped_pfn = GUEST_NO_FRAME,
		.broken_pfn = GUEST_NO_FRAME,
	};
}

#endif
