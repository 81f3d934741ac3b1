/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files that die with a set of processes.  A file without a name goes when its
 * last user does, and all of its pages with it: those that nobody maps, and
 * dirty ones.  A SysV segment goes if it was removed.  What has a name stays,
 * and where the file system is memory, so do its pages.
 */
#include "killed_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

static const char deleted_mark[] = " (deleted)";

static bool is_deleted(const char *path)
{
	size_t length = strlen(path), mark = sizeof(deleted_mark) - 1;

	return length > mark && !strcmp(path + length - mark, deleted_mark);
}

static bool is_in_ramfs(const struct dying_files *files, dev_t dev)
{
	const dev_t *devs = files->ramfs.items;
	size_t i;

	for (i = 0; i < files->ramfs.count; i++)
		if (devs[i] == dev)
			return true;
	return false;
}

int file_key_compare(const struct file_key *a, const struct file_key *b)
{
	if (a->dev != b->dev)
		return a->dev < b->dev ? -1 : 1;
	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return (int)a->sysv - (int)b->sysv;
}

/*
 * The inode of a segment is its id: other files of the kernel's own mount may
 * have the same, and 0 is one.
 */
struct file_key file_key_of(const struct pagemap_mapping *mapping)
{
	return (struct file_key){
		.dev = mapping->dev,
		.inode = mapping->inode,
		.sysv = !strncmp(mapping->path, "/SYSV", 5) &&
			mapping->kind == PAGEMAP_MAPPING_SHMEM,
	};
}

/* Whether the fate of what it maps is not plain: the cache of a named file. */
static bool is_special(const struct dying_files *files,
		       const struct pagemap_mapping *mapping)
{
	if (mapping->kind == PAGEMAP_MAPPING_SHMEM ||
	    mapping->kind == PAGEMAP_MAPPING_HUGETLB)
		return true;
	return mapping->kind == PAGEMAP_MAPPING_FILE &&
	       (is_deleted(mapping->path) ||
		is_in_ramfs(files, mapping->dev));
}

/* ---- Which files ------------------------------------------------------- */

static int read_ramfs(struct dying_files *files)
{
	struct pagemap_source *source = files->killed->source;
	struct mount_line mount;
	struct text text;
	struct span line;

	if (source->ops->read_text(source, NULL, "self/mountinfo",
				   &files->text))
		return 0;
	text = (struct text){ files->text.data,
			      files->text.data + files->text.size };
	while (text_next_line(&text, &line)) {
		dev_t *place;

		/* An initramfs is called rootfs. */
		if (parse_mountinfo_line(line, &mount) ||
		    !(span_is(mount.fs_type, "ramfs") ||
		      span_is(mount.fs_type, "rootfs")))
			continue;
		place = array_push(&files->ramfs, sizeof(*place));
		if (!place)
			return -ENOMEM;
		*place = makedev(mount.dev_major, mount.dev_minor);
	}
	return 0;
}

static int add_uses(struct dying_files *files, uint32_t index)
{
	const struct pagemap_process *process =
		&files->killed->snapshot->processes[index];
	size_t i;

	for (i = 0; i < process->mapping_count; i++) {
		const struct pagemap_mapping *mapping = &process->mappings[i];
		struct file_use *use;

		if (!is_special(files, mapping))
			continue;
		use = array_push(&files->uses, sizeof(*use));
		if (!use)
			return -ENOMEM;
		*use = (struct file_use){ file_key_of(mapping), index,
					  mapping };
	}
	return 0;
}

static int compare_uses(const void *a, const void *b)
{
	const struct file_use *x = a, *y = b;
	int order = file_key_compare(&x->key, &y->key);

	return order ? order :
	       (x->mapping > y->mapping) - (x->mapping < y->mapping);
}

static int add_file(struct dying_files *files, const struct file_use *use)
{
	struct dying_file *file = files->files.items;

	if (files->files.count)
		file += files->files.count - 1;
	if (!files->files.count || file_key_compare(&file->key, &use->key)) {
		file = array_push(&files->files, sizeof(*file));
		if (!file)
			return -ENOMEM;
		*file = (struct dying_file){
			.key = use->key,
			.process = use->process,
			.mapping = use->mapping,
			.deleted = is_deleted(use->mapping->path),
			.in_ramfs = is_in_ramfs(files, use->mapping->dev),
		};
	}
	file->mapping_count++;
	file->hugetlb |= killed_is_hugetlb(use->mapping);
	return 0;
}

static int find_files(struct dying_files *files)
{
	const struct killed *killed = files->killed;
	const struct file_use *uses;
	size_t i;
	int err = read_ramfs(files);

	for (i = 0; i < killed->snapshot->process_count && !err; i++)
		if (killed->dies[i] && killed_reads(killed, i))
			err = add_uses(files, (uint32_t)i);
	if (err)
		return err;
	if (files->uses.count)
		qsort(files->uses.items, files->uses.count,
		      sizeof(struct file_use), compare_uses);
	uses = files->uses.items;
	for (i = 0; i < files->uses.count && !err; i++)
		err = add_file(files, &uses[i]);
	return err;
}

struct dying_file *dying_file_find(const struct dying_files *files,
				   const struct file_key *key)
{
	struct dying_file *file = files->files.items;
	size_t low = 0, high = files->files.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = file_key_compare(&file[middle].key, key);

		if (!order)
			return &file[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* ---- What is known of them --------------------------------------------- */

static void ask_mapped(const struct dying_files *files, struct dying_file *file)
{
	struct pagemap_source *source = files->killed->source;
	struct process_ref ref;
	char name[64];

	if (source->ops->open_process(source, files->killed->snapshot
				      ->processes[file->process].pid, &ref))
		return;
	snprintf(name, sizeof(name), "map_files/%llx-%llx",
		 (unsigned long long)file->mapping->start_vaddr,
		 (unsigned long long)file->mapping->end_vaddr);
	file->by_us = !source->ops->stat_file(source, &ref, name,
					      &file->facts);
	source->ops->close_process(&ref);
}

/* A segment of another IPC namespace may have the id of one of ours. */
static bool is_ours(const struct dying_files *files,
		    const struct dying_file *file)
{
	struct pagemap_source *source = files->killed->source;
	struct buffer ours = { 0 }, theirs = { 0 };
	struct process_ref ref;
	bool same = true;

	if (source->ops->open_process(source, files->killed->snapshot
				      ->processes[file->process].pid, &ref))
		return false;
	if (!source->ops->read_link(source, NULL, "self/ns/ipc", &ours) &&
	    !source->ops->read_link(source, &ref, "ns/ipc", &theirs))
		same = !strcmp(ours.data, theirs.data);
	source->ops->close_process(&ref);
	buffer_free(&ours);
	buffer_free(&theirs);
	return same;
}

/* The list tells of a segment all that a stat would, and who is attached. */
static void take_segment(const struct dying_files *files,
			 const struct shm_line *segment,
			 struct dying_file *file)
{
	uint32_t shift = files->killed->snapshot->page_shift;
	bool removed = files->rmid_forced || (segment->mode & SHM_LINE_DEST);

	file->by_us = true;
	file->facts = (struct source_file){
		.link_count = !removed,
		.allocated_bytes = segment->resident_bytes,
		.home = FILE_IN_SHMEM,
		.cached_pages = segment->resident_bytes >> shift,
		.swapped_pages = segment->swapped_bytes >> shift,
	};
	file->held_outside = segment->attach_count > file->mapping_count;
}

static bool read_rmid_forced(struct dying_files *files)
{
	struct pagemap_source *source = files->killed->source;

	return !source->ops->read_text(source, NULL,
				       "sys/kernel/shm_rmid_forced",
				       &files->text) &&
	       files->text.size && files->text.data[0] == '1';
}

static void ask_segments(struct dying_files *files)
{
	struct pagemap_source *source = files->killed->source;
	struct dying_file *file = files->files.items;
	struct shm_line segment;
	struct text text;
	struct span line;
	size_t i;

	files->rmid_forced = read_rmid_forced(files);
	if (source->ops->read_text(source, NULL, "sysvipc/shm", &files->text))
		return;
	text = (struct text){ files->text.data,
			      files->text.data + files->text.size };
	while (text_next_line(&text, &line)) {
		if (parse_shm_line(line, &segment))
			continue;	/* the headings */
		for (i = 0; i < files->files.count; i++)
			if (file[i].key.sysv &&
			    file[i].key.inode == segment.id &&
			    is_ours(files, &file[i]))
				take_segment(files, &segment, &file[i]);
	}
}

static void ask_for_facts(struct dying_files *files)
{
	struct dying_file *file = files->files.items;
	bool segments = false;
	size_t i;

	for (i = 0; i < files->files.count; i++) {
		if (file[i].key.sysv)
			segments = true;
		else if (file[i].mapping)
			ask_mapped(files, &file[i]);
	}
	if (segments)
		ask_segments(files);
}

enum file_fate dying_file_fate(const struct dying_file *file)
{
	if (file->mapped_outside || file->held_outside ||
	    file->foreign_frames)
		return FATE_STAYS;
	/* Its path is all there is; most segments are not removed. */
	if (!file->by_us)
		return file->deleted && !file->key.sysv ? FATE_UNTOLD
							: FATE_STAYS;
	if (file->facts.link_count)
		return FATE_STAYS;
	/* Whoever is attached to a segment has been counted. */
	return file->unsure && !file->key.sysv ? FATE_UNSURE : FATE_DIES;
}

/* ---- Their frames ------------------------------------------------------ */

static void count_frame(struct killed *killed, struct dying_file *file,
			const struct frame_piece *piece, uint32_t which)
{
	const struct pagemap_snapshot *snapshot = killed->snapshot;
	uint32_t count = piece->counts ? piece->counts[which] : piece->uniform;
	uint32_t slot = piece->slot + (piece->counts ? which : 0);
	uint8_t kind = snapshot->kinds[slot];

	/* What was copied on write is no part of the file any more. */
	if (!count || frames_is_mark(count) || kind == PAGEMAP_FRAME_ANON ||
	    kind == PAGEMAP_FRAME_KSM)
		return;
	if (!killed->node_dies[killed->sharing->node_of_slot[slot]]) {
		file->foreign_frames++;
		return;
	}
	file->frames.pages[kind]++;
	if (snapshot->unseen &&
	    (!snapshot->unseen_counts || snapshot->unseen_counts[slot]))
		file->frames.unseen[kind]++;
}

static int add_runs(const struct file_use *use, struct array *runs)
{
	const struct pagemap_process *process = use->mapping->process;
	const packed_run *run = process->shared + use->mapping->shared.first;
	uint32_t i;

	for (i = 0; i < use->mapping->shared.count; i++) {
		struct killed_run *place = array_push(runs, sizeof(*place));

		if (!place)
			return -ENOMEM;
		*place = (struct killed_run){ packed_number(run[i]),
					      packed_count(run[i]) };
	}
	return 0;
}

static void count_run(struct killed *killed, struct dying_file *file,
		      struct killed_run run)
{
	struct frame_piece piece;
	uint32_t i;

	while (run.count && frames_piece(killed->snapshot->frames, run.first,
					 run.count, &piece)) {
		for (i = 0; i < piece.count; i++)
			count_frame(killed, file, &piece, i);
		run.first += piece.count;
		run.count -= piece.count;
	}
}

/* The frames of all uses of a file, each once: uses and files are in order. */
static int count_frames(struct dying_files *files, struct dying_file *file,
			size_t *use)
{
	const struct file_use *uses = files->uses.items;
	const struct killed_run *run;
	struct array runs = { 0 };
	size_t i;
	int err = 0;

	for (; *use < files->uses.count && !err &&
	       !file_key_compare(&uses[*use].key, &file->key); ++*use)
		err = add_runs(&uses[*use], &runs);
	killed_unite(&runs);
	run = runs.items;
	for (i = 0; i < runs.count && !err; i++)
		count_run(files->killed, file, run[i]);
	array_free(&runs);
	return err;
}

/* ---- What becomes of them ---------------------------------------------- */

static uint64_t sum_of(const uint64_t counts[PAGEMAP_FRAME_KIND_COUNT])
{
	uint64_t sum = 0;
	int kind;

	for (kind = 0; kind < PAGEMAP_FRAME_KIND_COUNT; kind++)
		sum += counts[kind];
	return sum;
}

/* These are not cache that stays, but something else. */
static void take_away(struct killed *killed, const struct dying_file *file)
{
	int kind;

	for (kind = 0; kind < PAGEMAP_FRAME_KIND_COUNT; kind++) {
		killed->sole.pages[kind] -= file->frames.pages[kind];
		killed->sole.unseen[kind] -= file->frames.unseen[kind];
	}
}

static void add_to_sole(struct killed *killed, enum pagemap_frame_kind kind,
			const struct dying_file *file)
{
	killed->sole.pages[kind] += sum_of(file->frames.pages);
	killed->sole.unseen[kind] += sum_of(file->frames.unseen);
}

/* Should somebody unseen have it, the members' pages of it stay. */
static void doubt_file(struct killed *killed, const struct dying_file *file)
{
	static const struct {
		enum pagemap_frame_kind kind;
		enum pagemap_killed_part part;
	} rows[] = {
		{ PAGEMAP_FRAME_SHMEM, PAGEMAP_KILLED_STAYS_SHMEM },
		{ PAGEMAP_FRAME_FILE, PAGEMAP_KILLED_CLEAN_CACHE },
		{ PAGEMAP_FRAME_FILE_DIRTY, PAGEMAP_KILLED_DIRTY },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		killed_add(killed, rows[i].part, (struct amount){
			0, 0, file->frames.pages[rows[i].kind]
			      << killed->snapshot->page_shift,
			}, PAGEMAP_REASON_UNSEEN);
}

/* All of a file goes; where that was not told, what is mapped of it. */
static void free_file(struct killed *killed, const struct dying_file *file,
		      enum file_fate fate)
{
	uint32_t shift = killed->snapshot->page_shift;
	bool on_disk = !file->in_ramfs &&
		       (file->by_us ? file->facts.home == FILE_ON_DISK :
			file->mapping->kind == PAGEMAP_MAPPING_FILE);
	enum pagemap_killed_part part = on_disk ? PAGEMAP_KILLED_FREED_FILE
						: PAGEMAP_KILLED_FREED_SHMEM;
	uint64_t swapped, mapped = sum_of(file->frames.pages) << shift;
	struct amount bytes = { mapped, mapped, mapped };

	take_away(killed, file);
	if (file->by_us && file->facts.cached_pages != FILE_PAGES_UNKNOWN &&
	    file->facts.cached_pages << shift > mapped)
		bytes.low = bytes.value = bytes.high =
			file->facts.cached_pages << shift;
	swapped = file->by_us && file->facts.swapped_pages !=
		  FILE_PAGES_UNKNOWN ? file->facts.swapped_pages << shift : 0;
	if (fate == FATE_UNSURE) {
		bytes.low = 0;
		doubt_file(killed, file);
	}
	if (sum_of(file->frames.unseen)) {
		/* It is mapped by somebody unseen: likelier it stays. */
		bytes.value = bytes.low = 0;
		killed_add(killed, PAGEMAP_KILLED_STAYS_SHARED,
			   (struct amount){ 0, mapped, mapped },
			   PAGEMAP_REASON_UNSEEN);
	}
	killed_add(killed, part, bytes, PAGEMAP_REASON_UNSEEN);
	killed_add(killed, PAGEMAP_KILLED_SWAP_FREED,
		   (struct amount){ bytes.low ? swapped : 0, swapped, swapped },
		   PAGEMAP_REASON_UNSEEN);
	if (file->by_us && file->facts.cached_pages == FILE_PAGES_UNKNOWN)
		killed_estimate(killed, part, PAGEMAP_REASON_NO_FEATURE);
}

/* Pages of hugetlb are in no frame that was counted. */
static int free_hugetlb(struct killed *killed, const struct dying_file *file,
			enum file_fate fate)
{
	uint64_t bytes = file->by_us ? file->facts.allocated_bytes : 0;
	struct file_key *place = array_push(&killed->huge_files,
					    sizeof(*place));

	if (!place)
		return -ENOMEM;
	*place = file->key;
	if (!file->by_us) {
		killed_estimate(killed, PAGEMAP_KILLED_FREED_HUGETLB,
				PAGEMAP_REASON_NO_FEATURE);
		killed_estimate(killed, PAGEMAP_KILLED_STAYS_HUGETLB,
				PAGEMAP_REASON_NO_FEATURE);
	}
	killed->huge_file_bytes.low += fate == FATE_DIES ? bytes : 0;
	killed->huge_file_bytes.value += bytes;
	killed->huge_file_bytes.high += bytes;
	return 0;
}

static int decide(struct killed *killed, const struct dying_file *file)
{
	enum file_fate fate = dying_file_fate(file);

	if (fate == FATE_STAYS) {
		if (!file->in_ramfs)
			return 0;
		/* Clean or dirty, it has no other place than memory. */
		take_away(killed, file);
		add_to_sole(killed, PAGEMAP_FRAME_SHMEM, file);
		return 0;
	}
	if (file->hugetlb ||
	    (file->by_us && file->facts.home == FILE_IN_HUGETLB))
		return free_hugetlb(killed, file, fate);
	free_file(killed, file, fate);
	return 0;
}

/* A tree that was saved, or one's own rights, do not tell who has what open. */
static void doubt_untold(struct dying_files *files, int asked)
{
	static const enum pagemap_killed_part parts[] = {
		PAGEMAP_KILLED_FREED_SHMEM, PAGEMAP_KILLED_FREED_FILE,
		PAGEMAP_KILLED_STAYS_SHMEM,
	};
	const struct dying_file *file = files->files.items;
	enum pagemap_reason reason = asked == -EACCES || asked == -EPERM ?
		PAGEMAP_REASON_DENIED : PAGEMAP_REASON_NO_FEATURE;
	bool untold = asked != 0;
	size_t i;

	for (i = 0; i < files->files.count; i++)
		untold |= !file[i].by_us && !file[i].mapped_outside;
	for (i = 0; untold && i < sizeof(parts) / sizeof(parts[0]); i++)
		killed_estimate(files->killed, parts[i], reason);
}

static int decide_all(struct dying_files *files)
{
	struct dying_file *file = files->files.items;
	size_t i, use = 0;
	int err = 0;

	for (i = 0; i < files->files.count && !err; i++)
		err = count_frames(files, &file[i], &use);
	for (i = 0; i < files->files.count && !err; i++)
		err = decide(files->killed, &file[i]);
	return err;
}

int killed_files(struct killed *killed)
{
	struct dying_files files = { .killed = killed };
	int asked, err = find_files(&files);

	if (!err)
		ask_for_facts(&files);
	asked = err ? err : dying_files_add_open(&files);
	err = asked == -ENOMEM ? asked : 0;
	if (!err)
		err = dying_files_find_users(&files);
	if (!err)
		err = decide_all(&files);
	if (!err)
		doubt_untold(&files, asked);
	array_free(&files.files);
	array_free(&files.uses);
	array_free(&files.ramfs);
	buffer_free(&files.text);
	return err;
}
