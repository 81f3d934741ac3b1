/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Guest RAM by its file.  Reading it through a mapping would fill its holes,
 * and kill the reader of one that was cut short: it is read by pread, and the
 * only mappings of it are for mincore, and are never touched.  What the RAM
 * holds, and where in the host, is not known here.
 */
#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "vk_host.h"

/* Frames that are asked of at once: bounds the vector of mincore. */
#define WINDOW_FRAMES 65536

static const struct vk_ram *ram_of(const struct vk_memory *memory)
{
	return (const struct vk_ram *)memory;
}

/* ---- Reading ------------------------------------------------------------- */

/* All of it; what lies behind the end of the file reads as zeros. */
static int read_bytes(int fd, char *bytes, size_t size, off_t at)
{
	while (size) {
		ssize_t got = pread(fd, bytes, size, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0) {
			memset(bytes, 0, size);
			return 0;
		}
		bytes += got;
		at += got;
		size -= (size_t)got;
	}
	return 0;
}

static int ram_read(const struct vk_memory *memory, uint64_t pfn, size_t count,
		    void *ret_bytes)
{
	const struct vk_ram *ram = ram_of(memory);
	size_t image = 0, page = (size_t)1 << ram->page_shift;

	if (pfn > memory->frame_count || count > memory->frame_count - pfn)
		return -EINVAL;
	/* A page of the image is written there, too: a copy, not the frame. */
	if (pfn < ram->first_pfn)
		image = ram->first_pfn - pfn < count ?
			(size_t)(ram->first_pfn - pfn) : count;
	memset(ret_bytes, 0, image * page);
	return read_bytes(ram->fd, (char *)ret_bytes + image * page,
			  (count - image) * page,
			  (off_t)((pfn + image) << ram->page_shift));
}

/*
 * Without the first byte of each frame (shmem_file_read_iter marks a folio as
 * accessed where it is read from a page's beginning), so one by one.
 */
static int ram_skim(const struct vk_memory *memory, uint64_t pfn, size_t count,
		    void *ret_bytes)
{
	const struct vk_ram *ram = ram_of(memory);
	size_t i, page = (size_t)1 << ram->page_shift;
	char *bytes = ret_bytes;
	int err = 0;

	if (pfn > memory->frame_count || count > memory->frame_count - pfn)
		return -EINVAL;
	for (i = 0; i < count && !err; i++, pfn++, bytes += page) {
		bytes[0] = 0;
		if (pfn < ram->first_pfn)
			memset(bytes, 0, page);
		else
			err = read_bytes(ram->fd, bytes + 1, page - 1,
					 (off_t)(pfn << ram->page_shift) + 1);
	}
	return err;
}

static bool is_used(uint8_t state, bool resident_only)
{
	return state == PAGEMAP_GUEST_RESIDENT ||
	       (state == PAGEMAP_GUEST_SWAPPED && !resident_only);
}

static int ram_next_used(const struct vk_memory *memory, uint64_t *pfn,
			 bool resident_only, uint64_t *ret_count)
{
	const struct vk_ram *ram = ram_of(memory);
	uint64_t first = *pfn, end;

	while (first < memory->frame_count &&
	       !is_used(ram->states[first], resident_only))
		first++;
	if (first >= memory->frame_count)
		return 0;
	for (end = first + 1; end < memory->frame_count; end++)
		if (!is_used(ram->states[end], resident_only))
			break;
	*pfn = first;
	*ret_count = end - first;
	return 1;
}

/* ---- What the host has made of it ---------------------------------------- */

/* A piece of the file that is mapped, and what mincore says of it. */
struct window {
	uint64_t first;			/* frame */
	uint64_t end;
	char *at;			/* MAP_FAILED: not live, or no address
					   space is left */
	unsigned char *in_ram;
	uint64_t data_first;		/* the stretch of data that was found */
	uint64_t data_end;		/* last, which may go on behind it */
};

/* Data that lies in no RAM is in the host's swap. */
static int note_data(struct vk_ram *ram, const struct window *window,
		     uint64_t first, uint64_t end)
{
	uint64_t pfn;

	if (!ram->is_live) {
		memset(ram->states + first, PAGEMAP_GUEST_RESIDENT,
		       end - first);
		return 0;
	}
	if (mincore(window->at + ((first - window->first) << ram->page_shift),
		    (end - first) << ram->page_shift, window->in_ram))
		return -errno;
	for (pfn = first; pfn < end; pfn++)
		ram->states[pfn] = window->in_ram[pfn - first] & 1 ?
				   PAGEMAP_GUEST_RESIDENT :
				   PAGEMAP_GUEST_SWAPPED;
	return 0;
}

/* The first stretch of data from a frame on; none: behind all frames. */
static int find_data(const struct vk_ram *ram, uint64_t first,
		     struct window *window)
{
	const off_t page = (off_t)1 << ram->page_shift;
	off_t data = lseek(ram->fd, (off_t)(first << ram->page_shift),
			   SEEK_DATA);
	off_t hole = data < 0 ? -1 : lseek(ram->fd, data, SEEK_HOLE);

	window->data_first = window->data_end = UINT64_MAX;
	/* No data up to the end; or it was cut short just now. */
	if (hole < 0)
		return errno == ENXIO ? 0 : -errno;
	window->data_first = (uint64_t)data >> ram->page_shift;
	window->data_end = (uint64_t)(hole + page - 1) >> ram->page_shift;
	return 0;
}

/*
 * The next stretch of data inside of a window: 1, 0 at its end.  The kernel
 * goes through all of a stretch to find its end: it is asked once of each.
 */
static int next_data(const struct vk_ram *ram, uint64_t *first, uint64_t *end,
		     struct window *window)
{
	int err = *first >= window->data_end ? find_data(ram, *first, window) :
					       0;

	if (err)
		return err;
	if (*first < window->data_first)
		*first = window->data_first;
	*end = window->data_end < window->end ? window->data_end : window->end;
	return *first < *end;
}

static int refresh_window(struct vk_ram *ram, struct window *window)
{
	uint64_t first = window->first, end = window->end;
	int got;

	while (first < window->end &&
	       (got = next_data(ram, &first, &end, window)) != 0) {
		int err = got < 0 ? got : note_data(ram, window, first, end);

		if (err)
			return err;
		first = end;
	}
	return 0;
}

int vk_ram_refresh(struct vk_ram *ram)
{
	uint64_t frames = ram->memory.frame_count;
	struct window window = { .first = ram->first_pfn, .at = MAP_FAILED };
	int err = 0;

	memset(ram->states, PAGEMAP_GUEST_UNTOUCHED, frames);
	memset(ram->states, PAGEMAP_GUEST_IMAGE, ram->first_pfn);
	window.in_ram = malloc(WINDOW_FRAMES);
	if (!window.in_ram)
		return -ENOMEM;
	for (; window.first < frames && !err; window.first = window.end) {
		size_t bytes;

		window.end = window.first + WINDOW_FRAMES < frames ?
			     window.first + WINDOW_FRAMES : frames;
		bytes = (size_t)(window.end - window.first) << ram->page_shift;
		if (ram->is_live) {
			window.at = mmap(NULL, bytes, PROT_READ, MAP_SHARED,
					 ram->fd, (off_t)(window.first <<
							  ram->page_shift));
			if (window.at == MAP_FAILED) {
				err = -errno;
				break;
			}
		}
		err = refresh_window(ram, &window);
		if (ram->is_live)
			munmap(window.at, bytes);
	}
	free(window.in_ram);
	return err;
}

/* ---- Opening ------------------------------------------------------------- */

static int open_states(struct vk_ram *ram, const struct vk_found *found)
{
	uint64_t bytes = found->facts.ram_bytes;
	uint64_t frames = bytes >> ram->page_shift;
	struct statfs system;
	struct stat st;

	if (fstat(ram->fd, &st))
		return -errno;
	ram->is_shmem = ram->is_live && !fstatfs(ram->fd, &system) &&
			system.f_type == TMPFS_MAGIC;
	if (!S_ISREG(st.st_mode) || !frames || bytes > VK_RAM_MAX_BYTES ||
	    found->facts.first_pfn >= frames)
		return -EINVAL;
	ram->memory.frame_count = frames;
	ram->first_pfn = found->facts.first_pfn;
	ram->states = malloc(frames);
	if (!ram->states)
		return -ENOMEM;
	memset(ram->states, PAGEMAP_GUEST_UNTOUCHED, frames);
	return 0;
}

int vk_ram_open(int fd, const struct vk_found *found, bool is_live,
		struct vk_ram *ret_ram)
{
	struct vk_ram ram = {
		.memory = { .read = ram_read, .skim = is_live ? ram_skim : NULL,
			    .next_used = ram_next_used },
		.fd = fd,
		.page_shift = found->page_shift,
		.is_live = is_live,
	};
	int err = open_states(&ram, found);

	if (err)
		vk_ram_close(&ram);
	else
		*ret_ram = ram;
	return err;
}

void vk_ram_close(struct vk_ram *ram)
{
	if (ram->fd >= 0)
		close(ram->fd);
	free(ram->states);
	ram->fd = -1;
	ram->states = NULL;
}
