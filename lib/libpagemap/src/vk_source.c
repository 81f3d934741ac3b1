/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The source of a vkernel: a reading of its page tables, offered as if it were
 * a tree of /proc with one process for each guest mm.  What the guest says of
 * itself, where it was given, stands in for the texts that its host has not;
 * a text that nobody has is not there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"
#include "vk_reading.h"

#define ENTRY_PRESENT (UINT64_C(1) << 63)
#define ENTRY_SWAPPED (UINT64_C(1) << 62)
#define ENTRY_SWAP_TYPE_BITS 5

struct vk_source {
	struct pagemap_source source;	/* first */
	struct vk_state state;
	struct vk_reading *reading;	/* NULL before the first */
};

static struct vk_source *of(struct pagemap_source *source)
{
	return (struct vk_source *)(void *)source;
}

/* ---- A reading ---------------------------------------------------------- */

static int renew(struct vk_source *self, bool whole)
{
	struct pagemap_source *host = self->state.host;
	struct vk_reading *reading;
	int err;

	/* What is said there is of this failure, not of an earlier one. */
	host->detail[0] = '\0';
	err = vk_reading_make(&self->state, whole, &reading);
	if (err) {
		if (!host->detail[0])
			source_fail(host, err, "RAM of the vkernel",
				    self->state.found.facts.pid);
		snprintf(self->source.detail, sizeof(self->source.detail), "%s",
			 host->detail);
		return err;
	}
	vk_reading_release(self->reading);
	self->reading = reading;
	self->source.features[PAGEMAP_FEATURE_ALL_PIDS] = FEATURE_UNTRIED;
	self->source.features[PAGEMAP_FEATURE_MAPPINGS] = FEATURE_UNTRIED;
	return 0;
}

static int vk_begin(struct pagemap_source *source, bool whole,
		    struct source_beside **ret_beside)
{
	struct vk_source *self = of(source);
	int err = renew(self, whole);

	if (err)
		return err;
	vk_reading_hold(self->reading);
	*ret_beside = &self->reading->beside;
	return 0;
}

/* Between snapshots the last one answers. */
static int hold_some(struct vk_source *self)
{
	return self->reading ? 0 : renew(self, false);
}

static const struct vk_process *process_of(struct pagemap_source *source,
					   const struct process_ref *ref)
{
	const struct vk_source *self = of(source);

	return self->reading ? vk_reading_find(self->reading, ref->pid) : NULL;
}

/* ---- Processes ---------------------------------------------------------- */

static int vk_next_pid(struct pagemap_source *source, pid_t *pid)
{
	struct vk_source *self = of(source);
	const struct vk_process *processes;
	size_t low = 0, high;
	int err = hold_some(self);

	if (err)
		return err;
	processes = self->reading->processes;
	high = self->reading->process_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (processes[middle].pid <= *pid)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == self->reading->process_count)
		return 0;
	*pid = processes[low].pid;
	return 1;
}

static int vk_open_process(struct pagemap_source *source, pid_t pid,
			   struct process_ref *ret_ref)
{
	struct process_ref ref = { .pid = pid, .dir_fd = -1 };

	if (!process_of(source, &ref))
		return -ENOENT;
	*ret_ref = ref;
	return 0;
}

static void vk_close_process(struct process_ref *ref)
{
	(void)ref;
}

/* What the guest tells of a process; NULL if it was not asked or knows not. */
static const struct vk_inside_process *
told_of(struct pagemap_source *source, const struct process_ref *ref)
{
	const struct vk_process *process = process_of(source, ref);
	const struct vk_inside_process *all;

	if (!process || process->inside == SIZE_MAX)
		return NULL;
	all = of(source)->reading->inside.processes.items;
	return &all[process->inside];
}

/* ---- Texts -------------------------------------------------------------- */

static int append(struct buffer *text, const char *line)
{
	size_t length = strlen(line);
	int err = 0;

	if (text->capacity - text->size <= length)
		err = buffer_reserve(text, (text->size + length) * 2 + 4096);
	if (err)
		return err;
	memcpy(text->data + text->size, line, length + 1);
	text->size += length;
	return 0;
}

/* What of the pages of an area may be written: all, none, or some. */
struct area {
	uint64_t start_vpn;
	uint64_t end_vpn;
	bool some_writable;
	bool some_not;
};

static int append_area(struct buffer *text, const struct area *area)
{
	char line[128];

	snprintf(line, sizeof(line), "%llx-%llx ?%c?? 00000000 00:00 0 \n",
		 (unsigned long long)area->start_vpn << 12,
		 (unsigned long long)area->end_vpn << 12,
		 !area->some_writable ? '-' : area->some_not ? '?' : 'w');
	return append(text, line);
}

/*
 * Pages that follow each other stand for mappings, of which a page table knows
 * nothing: neither their ends nor what backs them.
 */
static int write_areas(const struct vk_reading *reading,
		       const struct vk_process *process, struct buffer *text)
{
	const struct vk_leaf *leaves = process->tree.leaves.items;
	struct area area = { 0 };
	size_t i;
	int err = buffer_reserve(text, 4096);

	text->size = 0;
	for (i = 0; i < process->tree.leaves.count && !err; i++) {
		bool writable = leaves[i].entry & reading->layout->writable;

		if (area.end_vpn != leaves[i].vpn) {
			if (i)
				err = append_area(text, &area);
			area = (struct area){ .start_vpn = leaves[i].vpn };
		}
		area.end_vpn = leaves[i].vpn + 1;
		area.some_writable |= writable;
		area.some_not |= !writable;
	}
	return err || !i ? err : append_area(text, &area);
}

/* The guest's pid of another process in those that the snapshot has. */
static pid_t pid_outside(struct pagemap_source *source, pid_t inside)
{
	const struct vk_reading *reading = of(source)->reading;
	const struct vk_inside_process *told = reading->inside.processes.items;
	size_t low = 0, high = reading->inside.processes.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (told[middle].pid < inside)
			low = middle + 1;
		else
			high = middle;
	}
	return low < reading->inside.processes.count &&
	       told[low].pid == inside &&
	       told[low].tree < reading->process_count ?
	       reading->processes[told[low].tree].pid : -1;
}

/* stat names other processes by their pids inside: said by those outside. */
static int write_stat(struct pagemap_source *source, pid_t pid,
		      struct buffer *text)
{
	struct proc_stat stat;
	char line[512];
	int err = parse_stat(text->data, text->size, &stat);

	if (err)
		return err;
	snprintf(line, sizeof(line), "%d (%.*s) S %d 0 %d 0 0 0 0 0 0 0 %llu "
		 "%llu 0 0 20 0 1 0 %llu 0 0\n", (int)pid,
		 (int)stat.comm.len, stat.comm.at,
		 (int)pid_outside(source, stat.ppid),
		 (int)pid_outside(source, stat.session),
		 (unsigned long long)stat.user_ticks,
		 (unsigned long long)stat.system_ticks,
		 (unsigned long long)stat.start_ticks);
	text->size = 0;
	return append(text, line);
}

/* Texts that may be handed on as the guest wrote them. */
static bool is_handed_on(const char *name)
{
	static const char *const names[] = {
		"comm", "cmdline", "cgroup", "statm", "status", "stat", "maps",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

static int read_told(struct pagemap_source *source,
		     const struct process_ref *ref, const char *name,
		     struct buffer *ret_text)
{
	struct pagemap_source *inside = of(source)->state.inside;
	const struct vk_inside_process *told = told_of(source, ref);
	struct process_ref there = { .dir_fd = -1 };

	if (!told || !is_handed_on(name))
		return -ENOENT;
	there.pid = told->pid;
	return inside->ops->read_text(inside, &there, name, ret_text);
}

static int vk_read_text(struct pagemap_source *source,
			const struct process_ref *ref, const char *name,
			struct buffer *ret_text)
{
	struct vk_source *self = of(source);
	const struct vk_process *process;
	int err;

	if (!ref)
		return self->state.inside ?
			self->state.inside->ops->read_text(self->state.inside,
				NULL, name, ret_text) : -ENOENT;
	process = process_of(source, ref);
	if (!process)
		return -ENOENT;
	err = read_told(source, ref, name, ret_text);
	if (!err && !strcmp(name, "stat"))
		err = write_stat(source, ref->pid, ret_text);
	if (err && !strcmp(name, "maps"))
		err = process->tree.leaves.count ?
			write_areas(self->reading, process, ret_text) : -ESRCH;
	return err;
}

static int vk_open_kept(struct pagemap_source *source,
			const struct process_ref *ref, const char *name)
{
	(void)source, (void)ref, (void)name;
	return -ENOTSUP;
}

static int vk_read_link(struct pagemap_source *source,
			const struct process_ref *ref, const char *name,
			struct buffer *ret_target)
{
	struct pagemap_source *inside = of(source)->state.inside;
	const struct vk_inside_process *told = ref ? told_of(source, ref) : NULL;
	struct process_ref there = { .dir_fd = -1 };

	if (!told)
		return -ENOENT;
	there.pid = told->pid;
	return inside->ops->read_link(inside, &there, name, ret_target);
}

static int vk_owner(struct pagemap_source *source,
		    const struct process_ref *ref, uid_t *ret_uid)
{
	struct pagemap_source *inside = of(source)->state.inside;
	const struct vk_inside_process *told = told_of(source, ref);
	struct process_ref there = { .dir_fd = -1 };

	if (!told)
		return -ENOENT;
	there.pid = told->pid;
	return inside->ops->owner(inside, &there, ret_uid);
}

/* ---- Pages -------------------------------------------------------------- */

/* Of an open pagemap: state is the process, beside the reading's layout. */
struct vk_pages {
	const struct vk_reading *reading;
	const struct vk_process *process;
};

static int vk_open_pages(struct pagemap_source *source,
			 const struct process_ref *ref,
			 struct pages_file *ret_pages)
{
	const struct vk_process *process = process_of(source, ref);
	struct vk_pages *state;

	if (!process)
		return -ENOENT;
	/* Its page tables were not found: there is nothing to be understood. */
	if (!process->has_root)
		return -EBADMSG;
	state = malloc(sizeof(*state));
	if (!state)
		return -ENOMEM;
	*state = (struct vk_pages){ of(source)->reading, process };
	*ret_pages = (struct pages_file){
		.fd = -1, .uses_fd = -1, .state = state,
		.changed = process->changed ||
			   process->tree.wrong & VK_WRONG_LOSES,
	};
	return 0;
}

static void vk_close_pages(struct pages_file *pages)
{
	free(pages->state);
	pages->state = NULL;
}

static uint64_t entry_of(const struct vk_layout *layout, uint64_t word)
{
	uint64_t type, offset;

	switch (vk_leaf_kind(layout, word)) {
	case VK_LEAF_PAGE:
		return ENTRY_PRESENT | vk_entry_pfn(layout, word);
	case VK_LEAF_SWAPPED:
		type = word >> layout->swap_type_shift &
		       ((UINT64_C(1) << layout->swap_type_bits) - 1);
		offset = word >> layout->swap_offset_shift;
		return ENTRY_SWAPPED |
		       (type & ((1u << ENTRY_SWAP_TYPE_BITS) - 1)) |
		       (offset << ENTRY_SWAP_TYPE_BITS &
			((UINT64_C(1) << 55) - 1));
	default:
		return 0;
	}
}

static uint32_t use_of(const struct vk_layout *layout, uint64_t word)
{
	return vk_leaf_kind(layout, word) == VK_LEAF_PAGE ?
	       vk_run_bits(vk_entry_bits(layout, word)) : 0;
}

static ssize_t vk_read_uses(const struct pages_file *pages,
			    uint64_t first_page, uint64_t *ret_entries,
			    uint32_t *ret_uses, size_t count)
{
	const struct vk_pages *state = pages->state;
	const struct vk_layout *layout = state->reading->layout;
	const struct vk_tree *tree = &state->process->tree;
	const struct vk_leaf *leaves = tree->leaves.items;
	size_t i = vk_leaf_from(tree, first_page);

	memset(ret_entries, 0, count * sizeof(*ret_entries));
	if (ret_uses)
		memset(ret_uses, 0, count * sizeof(*ret_uses));
	for (; i < tree->leaves.count && leaves[i].vpn - first_page < count;
	     i++) {
		size_t at = (size_t)(leaves[i].vpn - first_page);

		ret_entries[at] = entry_of(layout, leaves[i].entry);
		if (ret_uses)
			ret_uses[at] = use_of(layout, leaves[i].entry);
	}
	return (ssize_t)count;
}

static ssize_t vk_read_entries(const struct pages_file *pages,
			       uint64_t first_page, uint64_t *ret_entries,
			       size_t count)
{
	return vk_read_uses(pages, first_page, ret_entries, NULL, count);
}

static int vk_open_uses(struct pagemap_source *source,
			const struct process_ref *ref, struct pages_file *pages)
{
	(void)source, (void)ref, (void)pages;
	return 0;
}

static uint32_t extent_bits(const struct vk_reading *reading, uint64_t word)
{
	uint64_t pfn;
	bool zero = vk_entry_is_page(reading->layout, word, &pfn) &&
		    pfn == reading->zero_pfn;

	return EXTENT_SURE | (zero ? EXTENT_ZERO : 0);
}

static ssize_t vk_scan(struct pagemap_source *source,
		       const struct pages_file *pages, struct scan *scan,
		       struct extent *ret_extents, size_t count)
{
	const struct vk_pages *state = pages->state;
	const struct vk_tree *tree = &state->process->tree;
	const struct vk_leaf *leaves = tree->leaves.items;
	size_t i = vk_leaf_from(tree, scan->next_page), found = 0;

	(void)source;
	for (; i < tree->leaves.count && leaves[i].vpn < scan->end_page; i++) {
		uint32_t bits = extent_bits(state->reading, leaves[i].entry);
		struct extent *last = found ? &ret_extents[found - 1] : NULL;

		if (last && last->end_page == leaves[i].vpn &&
		    last->bits == bits) {
			last->end_page++;
			continue;
		}
		if (found == count)
			break;
		ret_extents[found++] = (struct extent){
			leaves[i].vpn, leaves[i].vpn + 1, bits,
		};
	}
	if (found)
		scan->next_page = ret_extents[found - 1].end_page;
	return (ssize_t)found;
}

static ssize_t vk_read_frames(struct pagemap_source *source,
			      enum frame_file file, uint64_t pfn,
			      uint64_t *ret_values, size_t count)
{
	struct pagemap_source *inside = of(source)->state.inside;

	return inside ? inside->ops->read_frames(inside, file, pfn, ret_values,
						 count) : -ENOTSUP;
}

static int vk_open_forget(struct pagemap_source *source,
			  const struct process_ref *ref, enum forget_file file)
{
	(void)source, (void)ref, (void)file;
	return -ENOTSUP;
}

static int vk_list_files(struct pagemap_source *source,
			 const struct process_ref *ref, struct array *ret_files)
{
	(void)source, (void)ref, (void)ret_files;
	return -ENOTSUP;
}

static int vk_stat_file(struct pagemap_source *source,
			const struct process_ref *ref, const char *name,
			struct source_file *ret_file)
{
	(void)source, (void)ref, (void)name, (void)ret_file;
	return -ENOTSUP;
}

/* ---- What it can -------------------------------------------------------- */

static bool probe_inside(struct pagemap_source *source,
			 enum pagemap_feature feature, const char **ret_reason)
{
	struct pagemap_source *inside = of(source)->state.inside;

	*ret_reason = "the host of a vkernel cannot see it: give a folder that "
		      "the guest writes (--inside)";
	return inside && pagemap_source_has_feature(inside, feature);
}

static bool probe_all(const struct vk_source *self, const char **ret_reason)
{
	if (!self->reading || !self->reading->incomplete)
		return true;
	*ret_reason = self->reading->incomplete_reason;
	return false;
}

/* Every process has maps of the guest's own. */
static bool probe_mappings(const struct vk_source *self,
			   const char **ret_reason)
{
	size_t i;

	*ret_reason = "page tables tell pages and no mappings: pages that "
		      "follow each other stand for them";
	if (!self->reading || !self->state.inside)
		return false;
	for (i = 0; i < self->reading->process_count; i++)
		if (self->reading->processes[i].inside == SIZE_MAX)
			return false;
	return true;
}

static bool vk_probe(struct pagemap_source *source,
		     enum pagemap_feature feature, const char **ret_reason)
{
	switch (feature) {
	case PAGEMAP_FEATURE_PAGEMAP:
	case PAGEMAP_FEATURE_PFN:
	case PAGEMAP_FEATURE_SCAN:
	case PAGEMAP_FEATURE_PAGE_USE:
	case PAGEMAP_FEATURE_KCMP:
	case PAGEMAP_FEATURE_PRECISE_COUNTS:
		return true;
	case PAGEMAP_FEATURE_ALL_PIDS:
		return probe_all(of(source), ret_reason);
	case PAGEMAP_FEATURE_MAPPINGS:
		return probe_mappings(of(source), ret_reason);
	case PAGEMAP_FEATURE_KPAGECOUNT:
	case PAGEMAP_FEATURE_KPAGEFLAGS:
	case PAGEMAP_FEATURE_KPAGEMAP:
	case PAGEMAP_FEATURE_KSM_FLAG:
		return probe_inside(source, feature, ret_reason);
	case PAGEMAP_FEATURE_SWAP:
		*ret_reason = "no swap area of the guest is known";
		return source->swap_types != 0;
	case PAGEMAP_FEATURE_EXCLUSIVE:
	case PAGEMAP_FEATURE_FILE_BIT:
	case PAGEMAP_FEATURE_SMAPS:
	case PAGEMAP_FEATURE_SMAPS_ROLLUP:
	case PAGEMAP_FEATURE_COUNT:
		break;
	}
	*ret_reason = "the page tables of a guest do not tell";
	return false;
}

/* Each guest mm is another one. */
static int vk_compare_mm(struct pagemap_source *source, pid_t a, pid_t b)
{
	(void)source;
	return a == b ? 0 : a < b ? 1 : 2;
}

static void vk_close(struct pagemap_source *source)
{
	struct vk_source *self = of(source);

	vk_reading_release(self->reading);
	vk_state_free(&self->state);
}

static const struct source_ops vk_ops = {
	.begin = vk_begin,
	.next_pid = vk_next_pid,
	.open_process = vk_open_process,
	.close_process = vk_close_process,
	.read_text = vk_read_text,
	.open_kept = vk_open_kept,
	.read_link = vk_read_link,
	.owner = vk_owner,
	.open_pages = vk_open_pages,
	.close_pages = vk_close_pages,
	.read_entries = vk_read_entries,
	.open_uses = vk_open_uses,
	.read_uses = vk_read_uses,
	.scan = vk_scan,
	.read_frames = vk_read_frames,
	.open_forget = vk_open_forget,
	.list_files = vk_list_files,
	.stat_file = vk_stat_file,
	.probe = vk_probe,
	.compare_mm = vk_compare_mm,
	.close = vk_close,
};

/* ---- Opening one --------------------------------------------------------- */

static int open_ram(struct vk_state *state)
{
	int fd, err = 0;

	fd = vk_open_ram(state->host, &state->found);
	if (fd < 0)
		return source_fail(state->host, fd, "RAM of the vkernel",
				   state->found.facts.pid);
	err = vk_ram_open(fd, &state->found,
			  state->host->kind == PAGEMAP_SOURCE_LIVE,
			  &state->ram);
	if (err)
		source_fail(state->host, err, "RAM of the vkernel",
			    state->found.facts.pid);
	return err;
}

int pagemap_source_open_vkernel(struct pagemap_source *host, pid_t pid,
				const struct pagemap_vkernel_opts *opts,
				struct pagemap_source **ret_source)
{
	struct pagemap_source *base;
	struct vk_source *self;
	int err;

	if (opts && opts->size != sizeof(*opts))
		return -EINVAL;
	self = calloc(1, sizeof(*self));
	if (!self)
		return -ENOMEM;
	base = &self->source;
	source_init(base, &vk_ops, PAGEMAP_SOURCE_VKERNEL);
	base->page_size_bytes = 4096;
	base->page_shift = 12;
	/* Which areas a guest has is not seen: what is none of its kernel's
	 * own entries is in one. */
	base->swap_types_untold = (UINT32_C(1) << SWAP_TYPES_LEAST) - 1;
	self->state.host = host;
	self->state.inside = opts ? opts->inside : NULL;
	self->state.zero_pfn = PAGEMAP_PFN_UNKNOWN;
	self->state.ram.fd = -1;
	err = vk_find_outline(host, pid, &self->state.found);
	if (!err)
		err = open_ram(&self->state);
	if (err) {
		pagemap_source_close(base);
		return err;
	}
	if (self->state.inside)
		snprintf(base->kernel, sizeof(base->kernel), "%s",
			 self->state.inside->kernel);
	*ret_source = base;
	return 0;
}

struct pagemap_source *pagemap_source_host(const struct pagemap_source *source)
{
	const struct vk_source *self = (const void *)source;

	return source->kind == PAGEMAP_SOURCE_VKERNEL ? self->state.host : NULL;
}
