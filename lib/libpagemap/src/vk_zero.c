/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The guest's zero page.  No bit of a page table marks it in User-Mode Linux:
 * but its number and its address stand in the guest kernel's data, which are
 * main's private memory before the RAM.  A frame of zeros of which both are
 * there is it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parse.h"
#include "vk_host.h"

/* Data of a kernel that are read at most; words of a page at most. */
#define DATA_MAX_BYTES (UINT64_C(16) << 20)
#define PAGE_WORDS 8192
/* Entries of main's pagemap that are read at a time. */
#define ENTRIES 128

enum { SEEN_NUMBER = 1, SEEN_ADDRESS = 2, SEEN_BOTH = 3 };

struct candidate {
	uint64_t pfn;
	uint32_t seen;
};

struct search {
	struct pagemap_source *host;
	const struct vk_found *found;
	struct pages_file pages;	/* of main, and what is there */
	int mem_fd;
	struct candidate *candidates;	/* by rising frame */
	size_t count;
	uint64_t budget_bytes;
	uint64_t words[PAGE_WORDS];
};

static int compare_candidates(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return (x->pfn > y->pfn) - (x->pfn < y->pfn);
}

static void note(struct search *search, uint64_t pfn, uint32_t seen)
{
	struct candidate key = { .pfn = pfn }, *candidate;

	candidate = bsearch(&key, search->candidates, search->count,
			    sizeof(key), compare_candidates);
	if (candidate)
		candidate->seen |= seen;
}

static void note_words(struct search *search, size_t count)
{
	const uint64_t base = search->found->facts.base_vaddr;
	const uint64_t size = search->found->facts.ram_bytes;
	const uint32_t shift = search->found->page_shift;
	const uint64_t rest = ((uint64_t)1 << shift) - 1;
	size_t i;

	for (i = 0; i < count; i++) {
		uint64_t word = search->words[i];

		/* Most words are neither. */
		if (word < size >> shift)
			note(search, word, SEEN_NUMBER);
		else if (word - base < size && !((word - base) & rest))
			note(search, (word - base) >> shift, SEEN_ADDRESS);
	}
}

static void search_page(struct search *search, uint64_t vpn)
{
	const uint32_t shift = search->found->page_shift;
	size_t size = (size_t)1 << shift;
	ssize_t got;

	if (size > sizeof(search->words) || size > search->budget_bytes)
		return;
	got = pread(search->mem_fd, search->words, size, (off_t)(vpn << shift));
	if (got >= 8)
		note_words(search, (size_t)got / 8);
	search->budget_bytes -= size;
}

/*
 * What main has written of it.  The rest has no word of its, and to read it
 * would have the host map it in main, whose memory would be seen to grow.
 */
static bool was_written(struct pagemap_source *host, uint64_t entry)
{
	struct pagemap_page page = pagemap_decode_entry(entry,
							host->swap_types);

	return page.mapped && !(page.bits & PAGEMAP_RUN_FILE);
}

/* Data of a mapping; what cannot be read of it is passed over. */
static void search_mapping(struct search *search, const struct maps_line *map)
{
	struct pagemap_source *host = search->host;
	uint64_t vpn = map->start_vaddr >> search->found->page_shift;
	uint64_t end = map->end_vaddr >> search->found->page_shift;
	uint64_t entries[ENTRIES];
	ssize_t got, i;

	while (vpn < end) {
		got = host->ops->read_entries(&search->pages, vpn, entries,
					      end - vpn < ENTRIES ? end - vpn :
								    ENTRIES);
		if (got <= 0)
			return;
		for (i = 0; i < got; i++)
			if (was_written(host, entries[i]))
				search_page(search, vpn + (uint64_t)i);
		vpn += (uint64_t)got;
	}
}

/* Private and writable, in the image's place: between base and RAM. */
static bool is_data(const struct maps_line *map, const struct vk_found *found)
{
	return map->permissions[1] == 'w' && map->permissions[3] == 'p' &&
	       map->start_vaddr >= found->facts.base_vaddr &&
	       map->end_vaddr <= found->ram_start_vaddr;
}

static int search_data(struct search *search, const struct process_ref *ref)
{
	struct pagemap_source *host = search->host;
	struct buffer text = { 0 };
	struct maps_line map;
	struct text rest;
	struct span line;
	int err = host->ops->read_text(host, ref, "maps", &text);

	rest = (struct text){ text.data, text.data + text.size };
	while (!err && text_next_line(&rest, &line))
		if (!parse_maps_line(line, &map) &&
		    is_data(&map, search->found))
			search_mapping(search, &map);
	buffer_free(&text);
	return err;
}

static int search_main(struct search *search)
{
	struct pagemap_source *host = search->host;
	struct process_ref ref;
	int err = host->ops->open_process(host, search->found->facts.pid, &ref);

	if (err)
		return err == -ENOENT ? -ESRCH : err;
	err = host->ops->open_pages(host, &ref, &search->pages);
	if (!err) {
		search->mem_fd = host->ops->open_kept(host, &ref, "mem");
		err = search->mem_fd < 0 ? search->mem_fd :
					   search_data(search, &ref);
		if (search->mem_fd >= 0)
			close(search->mem_fd);
		host->ops->close_pages(&search->pages);
	}
	host->ops->close_process(&ref);
	return err;
}

static bool is_zero(const char *bytes, size_t size)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, size - 1);
}

/* The only one of zeros of which both words were seen. */
static int choose(const struct search *search, const struct vk_ram *ram,
		  uint64_t *ret_pfn)
{
	size_t i, hits = 0, size = (size_t)1 << search->found->page_shift;
	char *page = malloc(size);
	int err = page ? 0 : -ENOMEM;

	for (i = 0; i < search->count && !err; i++) {
		const struct candidate *candidate = &search->candidates[i];

		if (candidate->seen != SEEN_BOTH)
			continue;
		err = ram->memory.read(&ram->memory, candidate->pfn, 1, page);
		if (err || !is_zero(page, size))
			continue;
		if (hits++)
			err = -ENOENT;
		else
			*ret_pfn = candidate->pfn;
	}
	free(page);
	return err ? err : hits ? 0 : -ENOENT;
}

/* By rising frame, each once: a search finds any of those that are equal. */
static void take_candidates(struct search *search, const uint64_t *pfns,
			    size_t count)
{
	struct candidate *candidates = search->candidates;
	size_t i;

	for (i = 0; i < count; i++)
		candidates[i].pfn = pfns[i];
	qsort(candidates, count, sizeof(*candidates), compare_candidates);
	for (i = 0; i < count; i++)
		if (!i || candidates[i].pfn !=
			  candidates[search->count - 1].pfn)
			candidates[search->count++] = candidates[i];
}

int vk_find_zero_page(struct pagemap_source *host, const struct vk_found *found,
		      const struct vk_ram *ram, const uint64_t *candidates,
		      size_t count, uint64_t *ret_pfn)
{
	struct search *search;
	uint64_t pfn = 0;
	int err = -ENOMEM;

	if (!count)
		return -ENOENT;
	search = calloc(1, sizeof(*search));
	if (search)
		search->candidates = calloc(count, sizeof(struct candidate));
	if (search && search->candidates) {
		search->host = host;
		search->found = found;
		search->budget_bytes = DATA_MAX_BYTES;
		take_candidates(search, candidates, count);
		err = search_main(search);
		if (!err)
			err = choose(search, ram, &pfn);
	}
	if (search)
		free(search->candidates);
	free(search);
	if (!err)
		*ret_pfn = pfn;
	return err;
}
