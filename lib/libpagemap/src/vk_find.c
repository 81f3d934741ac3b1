/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which process is a vkernel's main one.  It maps a large file that has no name
 * any more, shared, and traces children that map pages of it: a debugger has
 * the one, a program with shared memory the other.  What only looks like a
 * vkernel is refused, with a sentence that says what is missing.
 */
#include "vk_find.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "parse.h"

#define GONE " (deleted)"

void vk_found_free(struct vk_found *found)
{
	vk_children_free(&found->children);
	array_free(&found->helpers);
	array_free(&found->mapped);
}

/* A process that may be main. */
struct suspect {
	struct pagemap_source *host;
	struct process_ref ref;
	struct buffer maps;
	struct vk_found *found;
	char *why;			/* of SOURCE_DETAIL_SIZE */
};

__attribute__((format(printf, 3, 4)))
static int refuse(const struct suspect *suspect, int err, const char *format,
		  ...)
{
	va_list arguments;
	int length = snprintf(suspect->why, SOURCE_DETAIL_SIZE, "%d ",
			      (int)suspect->ref.pid);

	va_start(arguments, format);
	vsnprintf(suspect->why + length, SOURCE_DETAIL_SIZE - (size_t)length,
		  format, arguments);
	va_end(arguments);
	return err;
}

/* What stands in the way of reading it at all. */
static int refuse_reading(const struct suspect *suspect, int err,
			  const char *name)
{
	switch (err) {
	case -ENOMEM:
	case -EMFILE:
		return refuse(suspect, err, "%s: %s", name,
			      strerrordesc_np(-err));
	case -ENOENT:
	case -ESRCH:
	case -ESTALE:
		return refuse(suspect, -ESRCH, "is no process, or has ended");
	case -EACCES:
	case -EPERM:
		return refuse(suspect, -EACCES,
			      "may not be looked at (%s): run as its user, or "
			      "as root", name);
	default:
		return refuse(suspect, -ENOTSUP, "has no %s that can be read",
			      name);
	}
}

/* ---- Its RAM ------------------------------------------------------------- */

static int compare_files(const void *a, const void *b)
{
	const struct maps_line *x = a, *y = b;
	uint64_t dev_x = makedev(x->dev_major, x->dev_minor);
	uint64_t dev_y = makedev(y->dev_major, y->dev_minor);

	if (dev_x != dev_y)
		return dev_x < dev_y ? -1 : 1;
	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	if (x->offset_bytes != y->offset_bytes)
		return x->offset_bytes < y->offset_bytes ? -1 : 1;
	return (x->start_vaddr > y->start_vaddr) -
	       (x->start_vaddr < y->start_vaddr);
}

static bool is_same_file(const struct maps_line *a, const struct maps_line *b)
{
	return a->inode == b->inode && a->dev_major == b->dev_major &&
	       a->dev_minor == b->dev_minor;
}

static bool may_be_ram(const struct maps_line *map)
{
	const size_t length = sizeof(GONE) - 1;

	return map->permissions[3] == 's' && map->inode &&
	       map->path.len > length &&
	       !memcmp(map->path.at + map->path.len - length, GONE, length);
}

/* All mappings that may be RAM, by file and offset. */
static int list_shared(const struct suspect *suspect, struct array *ret_maps)
{
	struct text rest = { suspect->maps.data,
			     suspect->maps.data + suspect->maps.size };
	struct maps_line map, *place;
	struct span line;

	while (text_next_line(&rest, &line)) {
		if (parse_maps_line(line, &map) || !may_be_ram(&map))
			continue;
		place = array_push(ret_maps, sizeof(*place));
		if (!place)
			return -ENOMEM;
		*place = map;
	}
	if (ret_maps->count)
		qsort(ret_maps->items, ret_maps->count, sizeof(map),
		      compare_files);
	return 0;
}

/* The file of which most is mapped: its first mapping, and how many follow. */
static size_t largest_file(const struct array *shared, uint64_t *ret_bytes,
			   size_t *ret_count)
{
	const struct maps_line *maps = shared->items;
	size_t i, first = 0, best = 0;
	uint64_t bytes = 0;

	*ret_bytes = 0;
	*ret_count = 0;
	for (i = 0; i < shared->count; i++) {
		if (!is_same_file(&maps[i], &maps[first])) {
			first = i;
			bytes = 0;
		}
		bytes += maps[i].end_vaddr - maps[i].start_vaddr;
		if (bytes > *ret_bytes) {
			*ret_bytes = bytes;
			*ret_count = i - first + 1;
			best = first;
		}
	}
	return best;
}

/* Where the mappings of a file end in it; UINT64_MAX: nowhere sane. */
static uint64_t end_of(const struct maps_line *maps, size_t count)
{
	uint64_t end = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		uint64_t at;

		if (__builtin_add_overflow(maps[i].offset_bytes,
					   maps[i].end_vaddr -
					   maps[i].start_vaddr, &at))
			return UINT64_MAX;
		if (at > end)
			end = at;
	}
	return end;
}

static int open_ram(struct pagemap_source *host, const struct process_ref *ref,
		    const struct vk_found *found)
{
	if (!host->ops->open_mapped)
		return -ENOTSUP;
	return host->ops->open_mapped(host, ref, found->ram_start_vaddr,
				      found->ram_end_vaddr,
				      found->facts.ram_dev,
				      found->facts.ram_inode);
}

/*
 * The file's size.  Where it cannot be opened, as in a tree that was saved
 * without it, RAM ends with its mappings, as far as can be seen.
 */
static int check_file(const struct suspect *suspect, uint64_t mapped_end)
{
	struct pagemap_vkernel *facts = &suspect->found->facts;
	struct stat st;
	int err, fd = open_ram(suspect->host, &suspect->ref, suspect->found);

	facts->ram_bytes = mapped_end;
	if (fd == -ENOMEM || fd == -EMFILE)
		return refuse_reading(suspect, fd, "map_files");
	if (fd < 0)
		return 0;
	err = fstat(fd, &st) ? -errno : 0;
	close(fd);
	if (err)
		return refuse_reading(suspect, err, "map_files");
	if (st.st_nlink && suspect->host->kind == PAGEMAP_SOURCE_LIVE)
		return refuse(suspect, -ENOTSUP,
			      "maps no deleted file shared, as a vkernel its "
			      "RAM: the file still has a name");
	if ((uint64_t)st.st_size < mapped_end)
		return refuse(suspect, -ENOTSUP,
			      "maps a deleted file beyond its end: no "
			      "vkernel's RAM is cut short");
	facts->ram_bytes = (uint64_t)st.st_size;
	return 0;
}

static int keep_ram(const struct suspect *suspect, const struct maps_line *maps,
		    size_t count, uint64_t mapped_bytes)
{
	uint64_t mapped_end = end_of(maps, count);
	struct vk_found *found = suspect->found;
	int err;

	if (mapped_bytes < VK_RAM_MIN_BYTES)
		return refuse(suspect, -ENOTSUP,
			      "has mapped shared %" PRIu64 " KiB of a deleted "
			      "file, too little for a vkernel's RAM",
			      mapped_bytes / 1024);
	if (mapped_end > VK_RAM_MAX_BYTES ||
	    maps->offset_bytes > maps->start_vaddr)
		return refuse(suspect, -ENOTSUP,
			      "maps a deleted file shared where no vkernel has "
			      "its RAM");
	found->facts.ram_dev = makedev(maps->dev_major, maps->dev_minor);
	found->facts.ram_inode = maps->inode;
	found->facts.base_vaddr = maps->start_vaddr - maps->offset_bytes;
	found->facts.first_pfn =
		maps->offset_bytes >> found->page_shift;
	found->ram_start_vaddr = maps->start_vaddr;
	found->ram_end_vaddr = maps->end_vaddr;
	snprintf(found->ram_name, sizeof(found->ram_name),
		 "map_files/%" PRIx64 "-%" PRIx64, maps->start_vaddr,
		 maps->end_vaddr);
	err = check_file(suspect, mapped_end);
	if (err)
		return err;
	if (found->facts.ram_bytes > VK_RAM_MAX_BYTES)
		return refuse(suspect, -ENOTSUP,
			      "maps a deleted file shared that is larger than "
			      "any vkernel's RAM");
	err = vk_pieces_read(&suspect->maps, found, &found->mapped);
	return err ? refuse_reading(suspect, err, "maps") : 0;
}

static int find_ram(const struct suspect *suspect)
{
	struct array shared = { 0 };
	size_t best, count;
	uint64_t bytes;
	int err = list_shared(suspect, &shared);

	if (err) {
		refuse_reading(suspect, err, "maps");
	} else if (!shared.count) {
		err = refuse(suspect, -ENOTSUP,
			     "maps no deleted file shared, as a vkernel its "
			     "RAM");
	} else {
		best = largest_file(&shared, &bytes, &count);
		err = keep_ram(suspect,
			       (const struct maps_line *)shared.items + best,
			       count, bytes);
	}
	array_free(&shared);
	return err;
}

/* ---- Main ---------------------------------------------------------------- */

static int refuse_strangers(const struct suspect *suspect,
			    const struct vk_strangers *strangers)
{
	if (strangers->inherited)
		return refuse(suspect, -ENOTSUP,
			      "traces %d, which has of its deleted shared file "
			      "what any fork has: no pages of a guest's",
			      (int)strangers->inherited);
	if (strangers->untraced)
		return refuse(suspect, -ENOTSUP,
			      "shares a deleted file with its child %d and does "
			      "not trace it, as a vkernel does",
			      (int)strangers->untraced);
	if (strangers->traced)
		return refuse(suspect, -ENOTSUP,
			      "traces %d, which maps nothing of its deleted "
			      "shared file: a debugger, no vkernel",
			      (int)strangers->traced);
	return refuse(suspect, -ENOTSUP,
		      "maps a deleted file shared, and has no children that it "
		      "traces, as a vkernel has");
}

/* Who it is, and its RAM. */
static int read_main(struct suspect *suspect, uint32_t *ret_threads)
{
	struct pagemap_source *host = suspect->host;
	struct buffer *text = &suspect->maps;
	struct proc_stat stat;
	int err = host->ops->read_text(host, &suspect->ref, "stat", text);

	if (!err)
		err = parse_stat(text->data, text->size, &stat);
	if (err)
		return refuse_reading(suspect, err, "stat");
	suspect->found->facts.pid = suspect->ref.pid;
	suspect->found->start_ticks = stat.start_ticks;
	*ret_threads = stat.thread_count;
	err = host->ops->read_text(host, &suspect->ref, "maps", text);
	if (err)
		return refuse_reading(suspect, err, "maps");
	if (stat.kernel_thread)
		return refuse(suspect, -ENOTSUP, "is a kernel thread");
	/* A zombie, or about to be one. */
	if (!text->size)
		return refuse_reading(suspect, -ESRCH, "maps");
	return find_ram(suspect);
}

static int find_kin(const struct suspect *suspect, uint32_t thread_count,
		    bool outline, struct vk_strangers *ret_strangers)
{
	int err = vk_kin_find(suspect->host, &suspect->ref, thread_count,
			      outline, suspect->found, ret_strangers);

	return err ? refuse_reading(suspect, err, "children") : 0;
}

/* How closely main is looked at. */
enum care {
	CARE_OUTLINE,			/* one child at least is read */
	CARE_WHOLE,			/* all children are, one at least */
	CARE_AGAIN,			/* all are, and there may be none */
};

static int judge(struct pagemap_source *host, pid_t pid, enum care care,
		 struct vk_found *ret_found, char *why)
{
	struct vk_found found = { .page_shift = host->page_shift };
	struct suspect suspect = {
		.host = host, .ref = { .pid = pid, .dir_fd = -1 },
		.found = &found, .why = why,
	};
	struct vk_strangers strangers;
	uint32_t thread_count = 0;
	int err = host->ops->open_process(host, pid, &suspect.ref);

	if (err)
		return refuse_reading(&suspect, err, "directory");
	err = read_main(&suspect, &thread_count);
	if (!err)
		err = find_kin(&suspect, thread_count, care == CARE_OUTLINE,
			       &strangers);
	if (!err && care != CARE_AGAIN && !found.children.count)
		err = refuse_strangers(&suspect, &strangers);
	host->ops->close_process(&suspect.ref);
	buffer_free(&suspect.maps);
	if (err)
		vk_found_free(&found);
	else
		*ret_found = found;
	return err;
}

int vk_find_main(struct pagemap_source *host, pid_t pid,
		 struct vk_found *ret_found, char *ret_why)
{
	return judge(host, pid, CARE_OUTLINE, ret_found, ret_why);
}

/* ---- From any of its processes ------------------------------------------- */

/* Keeps the sentence of a failure, as source_fail does. */
static int tell(struct pagemap_source *host, int err, const char *why)
{
	snprintf(host->detail, sizeof(host->detail), "%s", why);
	if (host->log)
		host->log(host->log_context, host->detail);
	return err;
}

/* Whether another process is main of one that this belongs to. */
static bool belongs_to(struct pagemap_source *host, pid_t pid, pid_t other,
		       enum care care, struct vk_found *ret_found, char *why)
{
	struct vk_found found;

	if (other <= 0 || judge(host, other, care, &found, why))
		return false;
	if (vk_is_kin(&found, pid) && vk_kin_confirm(host, &found, pid)) {
		*ret_found = found;
		return true;
	}
	snprintf(why, SOURCE_DETAIL_SIZE,
		 "%d is a vkernel whose RAM it does not map", (int)other);
	vk_found_free(&found);
	return false;
}

static int find(struct pagemap_source *host, pid_t pid, enum care care,
		struct vk_found *ret_found)
{
	char why[SOURCE_DETAIL_SIZE], other[SOURCE_DETAIL_SIZE];
	struct proc_tracing tracing;
	size_t length;
	int err = judge(host, pid, care, ret_found, why);

	if (!err)
		return 0;
	if (err != -ENOTSUP || vk_tracing_read(host, pid, &tracing))
		return tell(host, err, why);
	if (tracing.tracer_pid) {
		if (belongs_to(host, pid, tracing.tracer_pid, care, ret_found,
			       other))
			return 0;
		length = strlen(why);
		snprintf(why + length, sizeof(why) - length,
			 "; its tracer %.*s",
			 (int)(sizeof(why) - sizeof("; its tracer ")), other);
	} else if (belongs_to(host, pid, tracing.ppid, care, ret_found,
			      other)) {
		return 0;
	}
	return tell(host, err, why);
}

int vk_find(struct pagemap_source *host, pid_t pid, struct vk_found *ret_found)
{
	return find(host, pid, CARE_WHOLE, ret_found);
}

int vk_find_outline(struct pagemap_source *host, pid_t pid,
		    struct vk_found *ret_found)
{
	return find(host, pid, CARE_OUTLINE, ret_found);
}

int vk_find_again(struct pagemap_source *host, struct vk_found *found)
{
	char why[SOURCE_DETAIL_SIZE];
	struct vk_found now;
	int err = judge(host, found->facts.pid, CARE_AGAIN, &now, why);

	if (err)
		return tell(host, err, why);
	if (now.start_ticks != found->start_ticks ||
	    now.facts.ram_dev != found->facts.ram_dev ||
	    now.facts.ram_inode != found->facts.ram_inode) {
		vk_found_free(&now);
		snprintf(why, sizeof(why), "%d is another process now",
			 (int)found->facts.pid);
		return tell(host, -ENOTSUP, why);
	}
	vk_found_free(found);
	*found = now;
	return 0;
}

/* Main is as it was: its pid, when it began, and memory that it still has. */
static int read_same(struct pagemap_source *host, const struct process_ref *ref,
		     const struct vk_found *found, struct proc_stat *ret_stat)
{
	struct buffer text = { 0 };
	int err = host->ops->read_text(host, ref, "stat", &text);

	if (!err)
		err = parse_stat(text.data, text.size, ret_stat);
	buffer_free(&text);
	if (!err && ret_stat->start_ticks != found->start_ticks)
		return -ENOTSUP;
	return err;
}

int vk_find_same(struct pagemap_source *host, const struct vk_found *found)
{
	struct process_ref ref;
	struct proc_stat stat;
	int err = host->ops->open_process(host, found->facts.pid, &ref);

	if (!err) {
		err = read_same(host, &ref, found, &stat);
		if (!err)
			err = vk_kin_same(host, &ref, stat.thread_count, found);
		host->ops->close_process(&ref);
	}
	return err < 0 ? source_fail(host, err == -ENOENT || err == -ESTALE ?
				     -ESRCH : err, "children",
				     found->facts.pid) : err;
}

int vk_open_ram(struct pagemap_source *host, const struct vk_found *found)
{
	struct process_ref ref;
	int fd, err = host->ops->open_process(host, found->facts.pid, &ref);

	if (err)
		return source_fail(host, err == -ENOENT ? -ESRCH : err,
				   "directory", found->facts.pid);
	fd = open_ram(host, &ref, found);
	host->ops->close_process(&ref);
	return fd < 0 ? source_fail(host, fd, found->ram_name,
				    found->facts.pid) : fd;
}
