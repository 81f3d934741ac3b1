/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a guest says of itself, read and joined with what was walked: see
 * vk_inside.h.  How one process is read is vk_told.c's business, who belongs
 * to whom vk_match_*.c's.
 */
#include "vk_inside.h"

#include <errno.h>
#include <stdlib.h>

#include "vk_match.h"

/* Beside what trees hold: of what is older or younger than they are. */
#define SLACK_PAGES 65536

/* 64 times what the kernel allows one process. */
#define MAPPINGS_MAX (UINT64_C(1) << 22)

/*
 * No process of more than twice the pages of the largest tree can be joined,
 * and all of them together have about what the trees have.
 */
static struct told_limit limit_of(const struct vk_layout *layout,
				  const struct vk_tree *trees,
				  size_t tree_count)
{
	size_t i, most = 0, all = 0;

	for (i = 0; i < tree_count; i++) {
		all += trees[i].leaves.count;
		if (trees[i].leaves.count > most)
			most = trees[i].leaves.count;
	}
	return (struct told_limit){
		.end_vpn = UINT64_C(1) << layout->levels * layout->index_bits,
		.pages_each = most * 2,
		.pages = all * 4 + SLACK_PAGES,
		.mappings = MAPPINGS_MAX,
	};
}

static int read_process(struct pagemap_source *inside, pid_t pid,
			struct told_limit *limit, struct array *all)
{
	struct told told, *place;
	int err = told_read(inside, pid, limit, &told);

	if (err)
		return err == -ENOMEM || err == -EMFILE || err == -ENFILE ?
		       err : 0;
	place = array_push(all, sizeof(*place));
	if (place)
		*place = told;
	else
		told_free(&told);
	return place ? 0 : -ENOMEM;
}

static int read_processes(struct pagemap_source *inside,
			  struct told_limit limit, struct array *all)
{
	pid_t pid = 0;
	int got, err = 0;

	while (!err && (got = inside->ops->next_pid(inside, &pid)) != 0)
		err = got < 0 ? got : read_process(inside, pid, &limit, all);
	return err;
}

static uint64_t count_outside(const struct vk_tree *tree,
			      const struct told *told)
{
	const struct vk_leaf *leaves = tree->leaves.items;
	uint64_t outside = 0;
	size_t i, mapping = 0;

	for (i = 0; i < tree->leaves.count; i++)
		outside += !told_has_page(told, leaves[i].vpn, &mapping);
	return outside;
}

static void compare(const struct vk_layout *layout, const struct vk_tree *trees,
		    struct told *told)
{
	struct vk_inside_process *process = &told->process;
	struct match_counts counts;

	if (process->tree == VK_NO_TREE)
		return;
	process->outside = count_outside(&trees[process->tree], told);
	if (!told->has_frames)
		return;
	match_count(layout, &trees[process->tree], told, &counts);
	process->compared = counts.same + counts.other;
	process->differ = counts.other + counts.tree_alone +
			  counts.process_alone;
}

static int give(const struct vk_layout *layout, const struct vk_tree *trees,
		struct array *all, struct array *ret_processes)
{
	struct told *told = all->items;
	size_t i;

	for (i = 0; i < all->count; i++) {
		struct vk_inside_process *place =
			array_push(ret_processes, sizeof(*place));

		if (!place)
			return -ENOMEM;
		compare(layout, trees, &told[i]);
		*place = told[i].process;
	}
	return 0;
}

int vk_inside_join(struct pagemap_source *inside,
		   const struct vk_layout *layout, const struct vk_tree *trees,
		   size_t tree_count, struct vk_inside *ret_inside)
{
	struct array all = { 0 };
	struct vk_inside result = { 0 };
	size_t i;
	int err = read_processes(inside, limit_of(layout, trees, tree_count),
				 &all);

	if (!err)
		err = match_by_pages(layout, trees, tree_count, all.items,
				     all.count);
	if (!err)
		err = match_by_mappings(trees, tree_count, all.items,
					all.count);
	if (!err)
		err = give(layout, trees, &all, &result.processes);
	for (i = 0; i < all.count; i++)
		told_free(&((struct told *)all.items)[i]);
	array_free(&all);
	if (err)
		vk_inside_free(&result);
	else
		*ret_inside = result;
	return err;
}

void vk_inside_free(struct vk_inside *inside)
{
	array_free(&inside->processes);
}
