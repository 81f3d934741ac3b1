/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One relative of a vkernel's main process: who traces it, and what of the RAM
 * it has mapped, out of its maps.  Whether it is a child that runs a guest mm is
 * vk_kin.c's to say.
 */
#include <errno.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "parse.h"
#include "vk_find.h"

/* Readings of maps, of which two must agree. */
#define TRIES 4

void vk_child_free(struct vk_child *child)
{
	array_free(&child->pieces);
}

void vk_children_free(struct array *children)
{
	struct vk_child *all = children->items;
	size_t i;

	for (i = 0; i < children->count; i++)
		vk_child_free(&all[i]);
	array_free(children);
}

/* ---- What it has mapped -------------------------------------------------- */

bool vk_is_of_ram(const struct vk_found *found, const struct maps_line *map)
{
	return map->inode == found->facts.ram_inode &&
	       makedev(map->dev_major, map->dev_minor) == found->facts.ram_dev;
}

static struct vk_piece piece_of(const struct maps_line *map, uint32_t shift)
{
	return (struct vk_piece){
		.start_vpn = map->start_vaddr >> shift,
		.page_count = (map->end_vaddr - map->start_vaddr) >> shift,
		.first_pfn = map->offset_bytes >> shift,
		.readable = map->permissions[0] == 'r',
		.writable = map->permissions[1] == 'w',
		.executable = map->permissions[2] == 'x',
		.is_private = map->permissions[3] == 'p',
	};
}

static int add_piece(const struct maps_line *map, const struct vk_found *found,
		     struct array *pieces)
{
	struct vk_piece *piece = array_push(pieces, sizeof(*piece));

	if (!piece)
		return -ENOMEM;
	*piece = piece_of(map, found->page_shift);
	return 0;
}

int vk_pieces_read(const struct buffer *maps, const struct vk_found *found,
		   struct array *ret_pieces)
{
	struct text rest = { maps->data, maps->data + maps->size };
	struct maps_line map;
	struct span line;
	int err = 0;

	while (!err && text_next_line(&rest, &line))
		if (!parse_maps_line(line, &map) && vk_is_of_ram(found, &map))
			err = add_piece(&map, found, ret_pieces);
	return err;
}

/* File systems without a device of their own: one of them is tmpfs. */
static bool may_be_shmem(const struct maps_line *map)
{
	return map->permissions[3] != 'p' || (map->inode && !map->dev_major);
}

static int read_mappings(const struct buffer *maps,
			 const struct vk_found *found, struct vk_child *child)
{
	struct text rest = { maps->data, maps->data + maps->size };
	struct maps_line map;
	struct span line;
	int err = 0;

	while (!err && text_next_line(&rest, &line)) {
		if (parse_maps_line(line, &map))
			continue;
		child->mappings++;
		if (vk_is_of_ram(found, &map))
			err = add_piece(&map, found, &child->pieces);
		else
			child->maybe_shmem |= may_be_shmem(&map);
	}
	return err;
}

static bool follows(const struct vk_piece *piece, const struct vk_piece *before)
{
	return before->start_vpn + before->page_count == piece->start_vpn;
}

static bool is_stub_code(const struct vk_piece *piece)
{
	return piece->executable && !piece->readable && !piece->writable;
}

static bool is_stub_data(const struct vk_piece *piece)
{
	return piece->readable && piece->writable && !piece->executable &&
	       !piece->is_private;
}

/*
 * Two pages or a few more, above all that the guest can have: code, of which
 * the guest kernel's image has the original, and a frame or more of data.
 */
static void find_stub(struct vk_child *child, uint32_t page_shift)
{
	const struct vk_piece *pieces = child->pieces.items;
	size_t at, count = child->pieces.count;

	child->stub_pfn = PAGEMAP_PFN_UNKNOWN;
	for (at = count; at-- > 1;)
		if (is_stub_data(&pieces[at]) && is_stub_code(&pieces[at - 1]) &&
		    follows(&pieces[at], &pieces[at - 1]))
			break;
	if (at == 0 || at > count)
		return;
	child->stub_vaddr = pieces[at - 1].start_vpn << page_shift;
	child->stub_pfn = pieces[at].first_pfn;
	child->stub_frames = pieces[at].page_count;
}

/* ---- One process --------------------------------------------------------- */

int vk_tracing_read(struct pagemap_source *host, pid_t pid,
		    struct proc_tracing *ret_tracing)
{
	struct process_ref ref = { .pid = pid, .dir_fd = -1 };
	struct buffer text = { 0 };
	int err = host->ops->read_text(host, &ref, "status", &text);

	if (!err)
		err = parse_tracing(text.data, text.size, ret_tracing);
	buffer_free(&text);
	return err;
}

/* A process that is being read. */
struct reading {
	struct pagemap_source *host;
	struct process_ref ref;
	struct buffer status;
	struct buffer maps;
	struct buffer again;
	struct proc_tracing tracing;
};

static int read_tracing(struct reading *reading,
			struct proc_tracing *ret_tracing)
{
	int err = reading->host->ops->read_text(reading->host, &reading->ref,
						"status", &reading->status);

	return err ? err : parse_tracing(reading->status.data,
					 reading->status.size, ret_tracing);
}

static bool is_still(const struct proc_tracing *before,
		     const struct proc_tracing *after)
{
	return before->state == 't' && after->state == 't' &&
	       before->tracer_pid == after->tracer_pid &&
	       before->switches != UINT64_MAX &&
	       before->switches == after->switches;
}

/*
 * Its maps at one moment.  A child changes them itself, driven by main: one
 * that was stopped and was switched to by no CPU meanwhile did not.  For any
 * other two readings must agree.
 */
static int read_maps(struct reading *reading, bool *ret_changed)
{
	struct pagemap_source *host = reading->host;
	struct proc_tracing after;
	int tries, err;

	err = host->ops->read_text(host, &reading->ref, "maps", &reading->maps);
	*ret_changed = false;
	if (err || host->kind == PAGEMAP_SOURCE_TREE)
		return err;
	err = read_tracing(reading, &after);
	if (err || is_still(&reading->tracing, &after))
		return err;
	for (tries = 0; tries < TRIES; tries++) {
		struct buffer last = reading->maps;

		reading->maps = reading->again;
		reading->again = last;
		err = host->ops->read_text(host, &reading->ref, "maps",
					   &reading->maps);
		if (err)
			return err;
		if (last.size == reading->maps.size &&
		    !memcmp(last.data, reading->maps.data, last.size))
			return 0;
	}
	*ret_changed = true;
	return 0;
}

/* Where kcmp is not to be had, by their maps, which are one text then. */
static bool has_mm_of(struct reading *reading, pid_t main_pid)
{
	struct process_ref ref = { .pid = main_pid, .dir_fd = -1 };
	struct pagemap_source *host = reading->host;
	int order = host->ops->compare_mm(host, main_pid, reading->ref.pid);

	if (order >= 0)
		return order == 0;
	return !host->ops->read_text(host, &ref, "maps", &reading->again) &&
	       reading->again.size == reading->maps.size &&
	       !memcmp(reading->again.data, reading->maps.data,
		       reading->maps.size);
}

uint64_t vk_tables_bytes(const struct buffer *text)
{
	struct proc_status status;

	if (parse_status(text->data, text->size, &status) ||
	    !(status.found & PAGEMAP_METRIC_BIT(PAGEMAP_PAGE_TABLES)))
		return UINT64_MAX;
	return status.bytes[PAGEMAP_PAGE_TABLES];
}

static int fill_relative(struct reading *reading, const struct vk_found *found,
			 struct vk_relative *relative)
{
	struct vk_child *child = &relative->child;
	int err = read_tracing(reading, &reading->tracing);

	if (!err)
		err = read_maps(reading, &child->changed);
	if (!err)
		err = read_mappings(&reading->maps, found, child);
	if (err)
		return err;
	child->pid = reading->ref.pid;
	child->own_pid = reading->tracing.own_pid ? reading->tracing.own_pid :
						    child->pid;
	child->tables_bytes = vk_tables_bytes(&reading->status);
	find_stub(child, found->page_shift);
	relative->ppid = reading->tracing.ppid;
	relative->tracer_pid = reading->tracing.tracer_pid;
	relative->same_mm = child->pieces.count && !relative->tracer_pid &&
			    has_mm_of(reading, found->facts.pid);
	return 0;
}

int vk_relative_read(struct pagemap_source *host, pid_t pid,
		     const struct vk_found *found,
		     struct vk_relative *ret_relative)
{
	struct reading reading = { .host = host };
	struct vk_relative relative = { .child = { .pid = pid } };
	int err = host->ops->open_process(host, pid, &reading.ref);

	if (!err) {
		err = fill_relative(&reading, found, &relative);
		host->ops->close_process(&reading.ref);
	}
	buffer_free(&reading.status);
	buffer_free(&reading.maps);
	buffer_free(&reading.again);
	if (err) {
		vk_child_free(&relative.child);
		return err == -ENOMEM || err == -EMFILE ? err : 0;
	}
	*ret_relative = relative;
	return 1;
}
