// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A machine made up in memory, see common_machine.h.  Its pagemap behaves as
 * mainline's, the fault included that all entries of a page mapped by a PMD
 * carry the first one's bit 56.
 */
#include "common_machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#define ENTRY_PRESENT (UINT64_C(1) << 63)
#define ENTRY_SWAPPED (UINT64_C(1) << 62)
#define ENTRY_FILE (UINT64_C(1) << 61)
#define ENTRY_EXCLUSIVE (UINT64_C(1) << 56)

/* Frames that several processes map, below those of one process alone. */
#define SHARED_FRAMES 2048
#define FIRST_PRIVATE 8192
#define FIRST_BLOCK MACHINE_FOLIO
#define BLOCKS 4

/* One block is a huge page, another some merged pages that stand together. */
#define FOLIO_BLOCK MACHINE_FOLIO
#define MIXED_BLOCK (FIRST_BLOCK + 3 * MACHINE_BLOCK)

#define FLAG(bit) (UINT64_C(1) << PAGEMAP_FLAG_##bit)

struct machine_state {
	struct pagemap_source source;	/* first: the library frees it */
	struct machine *machine;
};

static struct machine *machine_of(struct pagemap_source *source)
{
	return ((struct machine_state *)source)->machine;
}

static uint32_t choose(unsigned int *seed, uint32_t below)
{
	return (uint32_t)rand_r(seed) % below;
}

static struct machine_page make_page(unsigned int *seed, uint32_t *next_private)
{
	struct machine_page page = { .kind = PAGE_FRAME };

	switch (choose(seed, 10)) {
	case 0:
	case 1:
		page.kind = PAGE_NONE;
		break;
	case 2:
		page.kind = PAGE_ZERO;
		page.anon = true;
		page.number = MACHINE_ZERO_FRAME;
		break;
	case 3:
		page.kind = PAGE_SWAP;
		page.anon = true;
		/* The first slot is the header of the area. */
		page.number = 1 + choose(seed, MACHINE_SLOTS - 1);
		break;
	case 4:
	case 5:
	case 6:
		page.number = 16 + choose(seed, SHARED_FRAMES);
		page.anon = page.number % 3 == 0;
		break;
	default:
		page.anon = true;
		page.number = (*next_private)++;
		if (*next_private == MACHINE_FRAMES)
			*next_private = FIRST_PRIVATE;
		break;
	}
	return page;
}

/* A run of neighbours, as read-ahead makes them. */
static void make_file_run(struct machine_mapping *mapping, uint32_t at,
			  uint32_t frame, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count && at + i < MACHINE_PAGES; i++)
		mapping->pages[at + i] = (struct machine_page){
			.kind = PAGE_FRAME, .number = frame + i,
		};
}

/* A huge page: one of four, so that processes share them. */
static void make_block(struct machine_mapping *mapping, unsigned int *seed)
{
	uint32_t first = FIRST_BLOCK + choose(seed, BLOCKS) * MACHINE_BLOCK;
	uint32_t i, at = (MACHINE_BLOCK - mapping->first_page % MACHINE_BLOCK) %
			 MACHINE_BLOCK;
	bool by_pmd = choose(seed, 3) != 0;

	for (i = 0; i < MACHINE_BLOCK; i++)
		mapping->pages[at + i] = (struct machine_page){
			.kind = PAGE_FRAME, .number = first + i,
			.by_pmd = by_pmd, .anon = true,
		};
	/* Mapped by PTEs some of its pages may have gone. */
	for (i = 0; !by_pmd && i < MACHINE_BLOCK; i++)
		if (!choose(seed, 5))
			mapping->pages[at + i].kind = PAGE_NONE;
}

static void make_mapping(struct machine_mapping *mapping, unsigned int *seed,
			 uint32_t *next_private)
{
	uint32_t i;

	for (i = 0; i < MACHINE_PAGES; i++)
		mapping->pages[i] = make_page(seed, next_private);
	for (i = 0; i < 4; i++)
		make_file_run(mapping, choose(seed, MACHINE_PAGES),
			      2100 + choose(seed, 1500), choose(seed, 200));
	if (choose(seed, 2))
		make_block(mapping, seed);
}

static void count_frames(struct machine *machine)
{
	int process, mapping, page;

	memcpy(machine->map_counts, machine->hidden_counts,
	       sizeof(machine->map_counts));
	for (process = 0; process < MACHINE_PROCESSES; process++) {
		if (process == machine->same_mm[1])
			continue;
		for (mapping = 0; mapping < MACHINE_MAPPINGS; mapping++)
			for (page = 0; page < MACHINE_PAGES; page++) {
				const struct machine_page *p =
					&machine->mappings[process][mapping]
					.pages[page];

				if (p->kind == PAGE_FRAME)
					machine->map_counts[p->number]++;
			}
	}
}

void machine_make(struct machine *machine, unsigned int seed)
{
	uint32_t next_private = FIRST_PRIVATE;
	int process, mapping;

	for (process = 0; process < MACHINE_PROCESSES; process++)
		for (mapping = 0; mapping < MACHINE_MAPPINGS; mapping++) {
			struct machine_mapping *m =
				&machine->mappings[process][mapping];

			/* Some begin at a page table, some within one. */
			m->first_page = (uint64_t)(process + 1) << 24 |
				(uint64_t)mapping << 12 | choose(&seed, 3) * 256;
			make_mapping(m, &seed, &next_private);
		}
	if (machine->same_mm[0] >= 0)
		memcpy(machine->mappings[machine->same_mm[1]],
		       machine->mappings[machine->same_mm[0]],
		       sizeof(machine->mappings[0]));
	count_frames(machine);
}

static void make_file(struct machine *machine, int file, unsigned int *seed)
{
	struct machine_file *made = &machine->files[file];

	*made = (struct machine_file){
		.linked = file != MACHINE_SEGMENT && !choose(seed, 3),
		.in_shmem = file == MACHINE_SEGMENT || choose(seed, 2),
		/* At least what is mapped of it. */
		.cached_pages = MACHINE_FILE_PAGES + choose(seed, 100),
	};
	if (made->in_shmem)
		made->swapped_pages = choose(seed, 50);
	if (file != MACHINE_SEGMENT && !choose(seed, 2))
		made->open_by = 1u << choose(seed, MACHINE_PROCESSES);
}

static void map_file(struct machine *machine, int process, int mapping,
		     int file)
{
	struct machine_mapping *m = &machine->mappings[process][mapping];
	uint32_t i;

	memset(m->pages, 0, sizeof(m->pages));
	for (i = 0; i < MACHINE_FILE_PAGES; i++) {
		struct machine_page *page = &m->pages[i + i / 8];

		page->kind = PAGE_FRAME;
		page->number = MACHINE_FIRST_FILE_FRAME + i +
			       (uint32_t)file * MACHINE_FILE_PAGES;
		page->anon = page->number % 3 == 0;
	}
	machine->file_of[process][mapping] = (int8_t)(file + 1);
	machine->files[file].mapped_by |= 1u << process;
	machine->files[file].mappings++;
}

void machine_make_files(struct machine *machine, unsigned int seed)
{
	int process, mapping, file;

	for (file = 0; file < MACHINE_FILES; file++)
		make_file(machine, file, &seed);
	for (process = 0; process < MACHINE_PROCESSES; process++)
		for (mapping = 0; mapping < MACHINE_MAPPINGS; mapping++)
			if (!choose(&seed, 4) && process != machine->same_mm[0]
			    && process != machine->same_mm[1])
				map_file(machine, process, mapping,
					 (int)choose(&seed, MACHINE_FILES));
	count_frames(machine);
}

static void add_users(const struct machine_mapping *mapping, uint32_t bit,
		      uint32_t *mappers, uint32_t *slot_users)
{
	int page;

	for (page = 0; page < MACHINE_PAGES; page++) {
		const struct machine_page *p = &mapping->pages[page];

		if (p->kind == PAGE_FRAME)
			mappers[p->number] |= bit;
		if (p->kind == PAGE_SWAP && slot_users)
			slot_users[p->number] |= bit;
	}
}

void machine_users(const struct machine *machine, const uint32_t *bit_of,
		   uint32_t ret_mappers[MACHINE_FRAMES],
		   uint32_t ret_slot_users[MACHINE_SLOTS])
{
	uint32_t process, mapping;

	memset(ret_mappers, 0, MACHINE_FRAMES * sizeof(*ret_mappers));
	if (ret_slot_users)
		memset(ret_slot_users, 0,
		       MACHINE_SLOTS * sizeof(*ret_slot_users));
	for (process = 0; process < MACHINE_PROCESSES; process++)
		for (mapping = 0; mapping < MACHINE_MAPPINGS; mapping++)
			add_users(&machine->mappings[process][mapping],
				  1u << (bit_of ? bit_of[process] : process),
				  ret_mappers, ret_slot_users);
}

static int index_of(pid_t pid)
{
	return pid < 100 || (pid - 100) % 3 ? -1 : (pid - 100) / 3;
}

static int machine_next_pid(struct pagemap_source *source, pid_t *pid)
{
	int index = *pid == 0 ? 0 : index_of(*pid) + 1;

	(void)source;
	if (index >= MACHINE_PROCESSES)
		return 0;
	*pid = MACHINE_PID(index);
	return 1;
}

static int machine_open_process(struct pagemap_source *source, pid_t pid,
				struct process_ref *ret_ref)
{
	(void)source;
	if (index_of(pid) < 0 || index_of(pid) >= MACHINE_PROCESSES)
		return -ENOENT;
	*ret_ref = (struct process_ref){ .pid = pid, .dir_fd = -1 };
	return 0;
}

static void machine_close_process(struct process_ref *ref)
{
	(void)ref;
}

#define DEVICE 9

static const char *path_of(const struct machine *machine, int file)
{
	const struct machine_file *made = &machine->files[file];

	if (file == MACHINE_SEGMENT)
		return "/SYSV00000000 (deleted)";
	if (made->in_shmem)
		return made->linked ? "/dev/shm/named"
				    : "/memfd:unnamed (deleted)";
	return made->linked ? "/named" : "/unnamed (deleted)";
}

static int write_maps(struct machine *machine, int process,
		      struct buffer *text)
{
	int mapping, err = buffer_reserve(text, 4096);

	text->size = 0;
	for (mapping = 0; !err && mapping < MACHINE_MAPPINGS; mapping++) {
		uint64_t first =
			machine->mappings[process][mapping].first_page;

		int file = machine->file_of[process][mapping] - 1;

		text->size += (size_t)snprintf(text->data + text->size,
			text->capacity - text->size,
			"%llx-%llx rw-s 00000000 00:%02x %d %s\n",
			(unsigned long long)(first << 12),
			(unsigned long long)((first + MACHINE_PAGES) << 12),
			file < 0 ? 0 : DEVICE, file < 0 ? 0 : file,
			file < 0 ? "" : path_of(machine, file));
	}
	return err;
}

static int write_text(struct buffer *text, const char *content)
{
	int err = buffer_reserve(text, strlen(content) + 1);

	if (err)
		return err;
	text->size = strlen(content);
	memcpy(text->data, content, text->size + 1);
	return 0;
}

static int write_of_process(int process, const char *name,
			    struct buffer *ret_text)
{
	char text[160];

	if (!strcmp(name, "stat"))
		snprintf(text, sizeof(text), "%d (x) S 1 1 1 0 0 0 0 0 0 0 0 0 "
			 "0 0 0 0 %d 0 5 0\n", MACHINE_PID(process),
			 machine_threads(process));
	else if (!strcmp(name, "status"))
		snprintf(text, sizeof(text), "VmPTE:\t%d kB\n",
			 machine_table_kib(process));
	else
		return -ENOENT;
	return write_text(ret_text, text);
}

static int write_segment(const struct machine *machine,
			 struct buffer *ret_text)
{
	const struct machine_file *segment = &machine->files[MACHINE_SEGMENT];
	char text[256];

	snprintf(text, sizeof(text), "key shmid perms size\n"
		 "0 %d 1600 4096 1 1 %u 0 0 0 0 0 0 0 %llu %llu\n",
		 MACHINE_SEGMENT, segment->mappings,
		 (unsigned long long)segment->cached_pages << 12,
		 (unsigned long long)segment->swapped_pages << 12);
	return write_text(ret_text, text);
}

static int machine_read_text(struct pagemap_source *source,
			     const struct process_ref *ref, const char *name,
			     struct buffer *ret_text)
{
	char statm[64];

	if (ref && !strcmp(name, "maps"))
		return write_maps(machine_of(source), index_of(ref->pid),
				  ret_text);
	if (ref && !strcmp(name, "statm")) {
		snprintf(statm, sizeof(statm), "%d %d 0 0 0 0 0\n",
			 MACHINE_MAPPINGS * MACHINE_PAGES, MACHINE_PAGES);
		return write_text(ret_text, statm);
	}
	if (ref)
		return write_of_process(index_of(ref->pid), name, ret_text);
	if (!strcmp(name, "sysvipc/shm"))
		return write_segment(machine_of(source), ret_text);
	if (!strcmp(name, "meminfo"))
		return write_text(ret_text, "KernelStack: 1600 kB\n");
	if (!strcmp(name, "loadavg"))
		return write_text(ret_text, "0.00 0.00 0.00 1/100 999\n");
	if (!strcmp(name, "swaps"))
		return write_text(ret_text,
				  "Filename Type Size Used Priority\n"
				  "/swap file 4096 0 -2\n");
	return -ENOENT;
}

static int machine_read_link(struct pagemap_source *source,
			     const struct process_ref *ref, const char *name,
			     struct buffer *ret_target)
{
	(void)source, (void)ref, (void)name, (void)ret_target;
	return -ENOENT;
}

static int machine_owner(struct pagemap_source *source,
			 const struct process_ref *ref, uid_t *ret_uid)
{
	(void)source;
	*ret_uid = (uid_t)index_of(ref->pid) % 3;
	return 0;
}

static int machine_open_pages(struct pagemap_source *source,
			      const struct process_ref *ref,
			      struct pages_file *ret_pages)
{
	(void)source;
	ret_pages->fd = index_of(ref->pid);
	ret_pages->state = machine_of(source);
	return 0;
}

static void machine_close_pages(struct pages_file *pages)
{
	(void)pages;
}

static const struct machine_page *find_page(struct machine *machine,
					    int process, uint64_t page)
{
	int mapping;

	for (mapping = 0; mapping < MACHINE_MAPPINGS; mapping++) {
		struct machine_mapping *m =
			&machine->mappings[process][mapping];

		if (page >= m->first_page &&
		    page < m->first_page + MACHINE_PAGES)
			return &m->pages[page - m->first_page];
	}
	return NULL;
}

static uint64_t entry_of(struct machine *machine, int process, uint64_t page)
{
	const struct machine_page *p = find_page(machine, process, page);
	uint64_t entry;
	uint32_t asked;

	if (!p || p->kind == PAGE_NONE)
		return 0;
	if (p->kind == PAGE_SWAP)
		return ENTRY_SWAPPED | (uint64_t)p->number << 5;
	entry = ENTRY_PRESENT | p->number | (p->anon ? 0 : ENTRY_FILE);
	if (p->kind == PAGE_ZERO)
		return entry;
	asked = p->by_pmd ? p->number - p->number % MACHINE_BLOCK : p->number;
	if (machine->map_counts[asked] == 1)
		entry |= ENTRY_EXCLUSIVE;
	return entry;
}

static ssize_t machine_read_entries(const struct pages_file *pages,
				    uint64_t first_page, uint64_t *ret_entries,
				    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		ret_entries[i] = entry_of(pages->state, pages->fd,
					  first_page + i);
	return (ssize_t)count;
}

static uint32_t bits_of(const struct machine_page *page)
{
	return EXTENT_SURE | (page->kind == PAGE_ZERO ? EXTENT_ZERO : 0) |
	       (page->by_pmd ? EXTENT_HUGE : 0);
}

/* The next extent at or after a page; false at the end of the mappings. */
static bool next_extent(struct machine *machine, int process, uint64_t page,
			struct extent *ret_extent)
{
	int mapping;

	for (mapping = 0; mapping < MACHINE_MAPPINGS; mapping++) {
		struct machine_mapping *m =
			&machine->mappings[process][mapping];
		uint64_t at = page > m->first_page ? page - m->first_page : 0;
		uint64_t end;

		while (at < MACHINE_PAGES && m->pages[at].kind == PAGE_NONE)
			at++;
		if (at >= MACHINE_PAGES)
			continue;
		ret_extent->bits = bits_of(&m->pages[at]);
		for (end = at; end < MACHINE_PAGES &&
		     m->pages[end].kind != PAGE_NONE &&
		     bits_of(&m->pages[end]) == ret_extent->bits; end++)
			;
		ret_extent->start_page = m->first_page + at;
		ret_extent->end_page = m->first_page + end;
		return true;
	}
	return false;
}

static ssize_t machine_scan(struct pagemap_source *source,
			    const struct pages_file *pages, struct scan *scan,
			    struct extent *ret_extents, size_t count)
{
	size_t found = 0;

	if (!machine_of(source)->can_scan)
		return -ENOTSUP;
	while (found < count &&
	       next_extent(machine_of(source), pages->fd, scan->next_page,
			   &ret_extents[found]))
		scan->next_page = ret_extents[found++].end_page;
	return (ssize_t)found;
}

enum pagemap_frame_kind machine_kind(uint64_t pfn)
{
	bool anon = pfn >= FIRST_BLOCK || pfn % 3 == 0;

	if (pfn >= MIXED_BLOCK && pfn < MIXED_BLOCK + MACHINE_BLOCK)
		return pfn % 9 ? PAGEMAP_FRAME_ANON : PAGEMAP_FRAME_KSM;
	if (anon)
		return pfn < FIRST_BLOCK && pfn % 7 == 0 ? PAGEMAP_FRAME_KSM
							 : PAGEMAP_FRAME_ANON;
	if (pfn % 11 == 0)
		return PAGEMAP_FRAME_SHMEM;
	return pfn % 5 ? PAGEMAP_FRAME_FILE : PAGEMAP_FRAME_FILE_DIRTY;
}

static uint64_t flags_of(uint64_t pfn)
{
	static const uint64_t flags[PAGEMAP_FRAME_KIND_COUNT] = {
		[PAGEMAP_FRAME_ANON] = FLAG(ANON) | FLAG(SWAPBACKED),
		[PAGEMAP_FRAME_KSM] = FLAG(ANON) | FLAG(KSM),
		[PAGEMAP_FRAME_FILE] = 0,
		[PAGEMAP_FRAME_FILE_DIRTY] = FLAG(WRITEBACK),
		[PAGEMAP_FRAME_SHMEM] = FLAG(SWAPBACKED) | FLAG(DIRTY),
	};

	if (pfn == MACHINE_ZERO_FRAME)
		return FLAG(ZERO_PAGE);
	/* As older kernels show a huge page: its tails say nothing. */
	if (pfn > FOLIO_BLOCK && pfn < FOLIO_BLOCK + MACHINE_BLOCK)
		return FLAG(COMPOUND_TAIL) | FLAG(MMAP);
	return flags[machine_kind(pfn)] | FLAG(MMAP) | FLAG(LRU) |
	       (pfn == FOLIO_BLOCK ? FLAG(COMPOUND_HEAD) : 0) |
	       /* What a PMD maps is a huge page. */
	       (pfn >= FIRST_BLOCK &&
		pfn < FIRST_BLOCK + BLOCKS * MACHINE_BLOCK ? FLAG(THP) : 0);
}

static ssize_t machine_read_frames(struct pagemap_source *source,
				   enum frame_file file, uint64_t pfn,
				   uint64_t *ret_values, size_t count)
{
	struct machine *machine = machine_of(source);
	size_t i;

	for (i = 0; i < count && pfn + i < MACHINE_FRAMES; i++)
		ret_values[i] = file == FRAME_COUNTS ?
			machine->map_counts[pfn + i] : flags_of(pfn + i);
	return (ssize_t)i;
}

static struct source_file describe(const struct machine *machine, int file)
{
	const struct machine_file *made = &machine->files[file];

	return (struct source_file){
		.dev = makedev(0, DEVICE),
		.inode = (uint64_t)file,
		.link_count = made->linked,
		.descriptor = file,
		.home = made->in_shmem ? FILE_IN_SHMEM : FILE_ON_DISK,
		.cached_pages = made->cached_pages,
		.swapped_pages = made->swapped_pages,
	};
}

static int machine_list_files(struct pagemap_source *source,
			      const struct process_ref *ref,
			      struct array *ret_files)
{
	const struct machine *machine = machine_of(source);
	int file, process = index_of(ref->pid);

	if (machine->hides_files & 1u << process)
		return -EACCES;
	for (file = 0; file < MACHINE_FILES; file++) {
		struct source_file *place;

		if (!(machine->files[file].open_by & 1u << process))
			continue;
		place = array_push(ret_files, sizeof(*place));
		if (!place)
			return -ENOMEM;
		*place = describe(machine, file);
	}
	return 0;
}

static int machine_stat_file(struct pagemap_source *source,
			     const struct process_ref *ref, const char *name,
			     struct source_file *ret_file)
{
	const struct machine *machine = machine_of(source);
	int mapping, file = -1, process = index_of(ref->pid);
	unsigned long long start;

	if (sscanf(name, "map_files/%llx-", &start) == 1)
		for (mapping = 0; mapping < MACHINE_MAPPINGS; mapping++)
			if (machine->mappings[process][mapping].first_page ==
			    start >> 12)
				file = machine->file_of[process][mapping] - 1;
	if (file < 0 && sscanf(name, "fd/%d", &file) != 1)
		return -ENOENT;
	*ret_file = describe(machine, file);
	return 0;
}

static bool machine_probe(struct pagemap_source *source,
			  enum pagemap_feature feature,
			  const char **ret_reason)
{
	*ret_reason = "made up so";
	switch (feature) {
	case PAGEMAP_FEATURE_SMAPS:
	case PAGEMAP_FEATURE_SMAPS_ROLLUP:
	case PAGEMAP_FEATURE_PAGE_USE:
		return false;
	case PAGEMAP_FEATURE_SCAN:
		return machine_of(source)->can_scan;
	case PAGEMAP_FEATURE_ALL_PIDS:
		return !machine_of(source)->hides_pids;
	default:
		return true;
	}
}

static int machine_compare_mm(struct pagemap_source *source, pid_t a, pid_t b)
{
	const int *same = machine_of(source)->same_mm;
	int x = index_of(a), y = index_of(b);

	x = x == same[1] ? same[0] : x;
	y = y == same[1] ? same[0] : y;
	return x == y ? 0 : x < y ? 1 : 2;
}

static void machine_close(struct pagemap_source *source)
{
	(void)source;
}

static const struct source_ops machine_ops = {
	.next_pid = machine_next_pid,
	.open_process = machine_open_process,
	.close_process = machine_close_process,
	.read_text = machine_read_text,
	.read_link = machine_read_link,
	.owner = machine_owner,
	.open_pages = machine_open_pages,
	.close_pages = machine_close_pages,
	.read_entries = machine_read_entries,
	.scan = machine_scan,
	.read_frames = machine_read_frames,
	.list_files = machine_list_files,
	.stat_file = machine_stat_file,
	.probe = machine_probe,
	.compare_mm = machine_compare_mm,
	.close = machine_close,
};

struct pagemap_source *machine_source(struct machine *machine)
{
	struct machine_state *state = calloc(1, sizeof(*state));

	if (!state)
		return NULL;
	state->machine = machine;
	state->source = (struct pagemap_source){
		.ops = &machine_ops,
		.kind = PAGEMAP_SOURCE_LIVE,
		.page_size_bytes = MACHINE_PAGE_BYTES,
		.page_shift = 12,
		.root_fd = -1,
		.frame_fds = { -1, -1 },
	};
	return &state->source;
}
