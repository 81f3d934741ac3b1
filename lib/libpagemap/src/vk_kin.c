/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The relatives of a vkernel's main process: which children there are, which
 * of them run a guest's mm and which help main, and what the others are like.
 * They come and go while they are read.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"
#include "vk_find.h"

/* Lists of children that are read before they are taken as they are. */
#define ROUNDS 8

/* ---- Which there are ------------------------------------------------------ */

/* "12 17 4711 ". */
static int take_pids(const struct buffer *text, struct array *ret_pids)
{
	struct span rest = { text->data, text->size }, word;
	pid_t *place;

	ret_pids->count = 0;
	while (span_take_word(&rest, &word)) {
		int pid;

		if (!span_to_int(word, &pid) || pid <= 0)
			return -EINVAL;
		place = array_push(ret_pids, sizeof(*place));
		if (!place)
			return -ENOMEM;
		*place = pid;
	}
	return 0;
}

/* The kernel's own list. */
static int list_by_task(struct pagemap_source *host,
			const struct process_ref *ref, struct array *ret_pids)
{
	struct buffer text = { 0 };
	char name[32];
	int err;

	snprintf(name, sizeof(name), "task/%d/children", (int)ref->pid);
	err = host->ops->read_text(host, ref, name, &text);
	if (!err)
		err = take_pids(&text, ret_pids);
	buffer_free(&text);
	return err;
}

/* By the parent that each process of the machine names. */
static int list_by_stat(struct pagemap_source *host, pid_t parent,
			struct array *ret_pids)
{
	struct process_ref ref = { .dir_fd = -1 };
	struct buffer text = { 0 };
	struct proc_stat stat;
	int err = 0;

	ret_pids->count = 0;
	while (!err && host->ops->next_pid(host, &ref.pid) == 1) {
		pid_t *place;

		if (host->ops->read_text(host, &ref, "stat", &text) ||
		    parse_stat(text.data, text.size, &stat) ||
		    stat.ppid != parent)
			continue;
		place = array_push(ret_pids, sizeof(*place));
		if (place)
			*place = ref.pid;
		else
			err = -ENOMEM;
	}
	buffer_free(&text);
	return err;
}

static int list_children(struct pagemap_source *host,
			 const struct process_ref *ref, uint32_t thread_count,
			 struct array *ret_pids)
{
	int err = -ENOTSUP;

	/* Each thread has a list of its own. */
	if (thread_count == 1 && host->kind != PAGEMAP_SOURCE_TREE)
		err = list_by_task(host, ref, ret_pids);
	if (err && err != -ENOMEM)
		err = list_by_stat(host, ref->pid, ret_pids);
	if (!err && ret_pids->count)
		qsort(ret_pids->items, ret_pids->count, sizeof(pid_t),
		      array_compare_pids);
	return err;
}

/* ---- What they are -------------------------------------------------------- */

/* Whether main has the same pages at the same place: what a fork leaves. */
static bool main_has(const struct vk_found *found, const struct vk_piece *piece)
{
	const struct vk_piece *mapped = found->mapped.items;
	size_t low = 0, high = found->mapped.count;

	/* Both may have as many as the kernel allows. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mapped[middle].start_vpn <= piece->start_vpn)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return false;
	mapped += low - 1;
	return piece->start_vpn - mapped->start_vpn < mapped->page_count &&
	       piece->first_pfn - mapped->first_pfn ==
		       piece->start_vpn - mapped->start_vpn;
}

static bool has_own_pages(const struct vk_found *found,
			  const struct vk_child *child)
{
	const struct vk_piece *pieces = child->pieces.items;
	size_t i;

	for (i = 0; i < child->pieces.count; i++)
		if (!main_has(found, &pieces[i]))
			return true;
	return false;
}

/* Takes over what is a child or helper; gives the rest back. */
static int sort_relative(struct vk_found *found, struct vk_relative *relative,
			 struct vk_strangers *strangers)
{
	struct vk_child *child = &relative->child, *place;
	pid_t pid = child->pid, *helper;

	if (relative->ppid != found->facts.pid && !relative->tracer_pid) {
		/* It was a child when it was listed. */
	} else if (relative->same_mm) {
		helper = array_push(&found->helpers, sizeof(*helper));
		if (helper)
			*helper = pid;
		vk_child_free(child);
		return helper ? 0 : -ENOMEM;
	} else if (relative->tracer_pid != found->facts.pid) {
		if (child->pieces.count)
			strangers->untraced = pid;
	} else if (!child->pieces.count) {
		strangers->traced = pid;
	} else if (!has_own_pages(found, child)) {
		strangers->inherited = pid;
	} else {
		place = array_push(&found->children, sizeof(*place));
		if (place)
			*place = *child;
		else
			vk_child_free(child);
		return place ? 0 : -ENOMEM;
	}
	vk_child_free(child);
	return 0;
}

static bool has_pid(const struct array *pids, size_t count, pid_t pid)
{
	return count && bsearch(&pid, pids->items, count, sizeof(pid),
				array_compare_pids);
}

static int compare_children(const void *a, const void *b)
{
	const struct vk_child *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* Among so many of them, which are in order. */
static bool is_among(const struct vk_found *found, size_t child_count,
		     size_t helper_count, pid_t pid)
{
	const struct vk_child key = { .pid = pid };

	return (child_count &&
		bsearch(&key, found->children.items, child_count, sizeof(key),
			compare_children)) ||
	       has_pid(&found->helpers, helper_count, pid);
}

bool vk_is_kin(const struct vk_found *found, pid_t pid)
{
	return is_among(found, found->children.count, found->helpers.count,
			pid);
}

static void put_in_order(struct vk_found *found)
{
	if (found->children.count)
		qsort(found->children.items, found->children.count,
		      sizeof(struct vk_child), compare_children);
	if (found->helpers.count)
		qsort(found->helpers.items, found->helpers.count,
		      sizeof(pid_t), array_compare_pids);
}

/* Those that are in no list any more have ended. */
static void drop_ended(struct vk_found *found, const struct array *pids)
{
	struct vk_child *children = found->children.items;
	pid_t *helpers = found->helpers.items;
	size_t i, kept = 0;

	for (i = 0; i < found->children.count; i++) {
		if (has_pid(pids, pids->count, children[i].pid))
			children[kept++] = children[i];
		else
			vk_child_free(&children[i]);
	}
	found->children.count = kept;
	for (i = kept = 0; i < found->helpers.count; i++)
		if (has_pid(pids, pids->count, helpers[i]))
			helpers[kept++] = helpers[i];
	found->helpers.count = kept;
}

/* Whether a process lives and main traces it. */
static bool is_traced(struct pagemap_source *host, pid_t pid,
		      const struct vk_found *found)
{
	struct proc_tracing tracing;

	return !vk_tracing_read(host, pid, &tracing) &&
	       tracing.tracer_pid == found->facts.pid &&
	       tracing.state != 'Z' && tracing.state != 'X';
}

/* 1 if it is one more child; 0: it has to be looked at closely. */
static int count_child(struct pagemap_source *host, pid_t pid,
		       struct vk_found *found)
{
	struct vk_child *place;

	if (!is_traced(host, pid, found))
		return 0;
	place = array_push(&found->children, sizeof(*place));
	if (!place)
		return -ENOMEM;
	*place = (struct vk_child){
		.pid = pid, .stub_pfn = PAGEMAP_PFN_UNKNOWN,
		.tables_bytes = UINT64_MAX, .counted = true,
	};
	return 1;
}

/*
 * Reads those of a list that are not known yet; one that was just forked may
 * not have been traced when it was read before.
 */
static int read_listed(struct pagemap_source *host, const struct array *pids,
		       bool outline, struct vk_found *found,
		       struct vk_strangers *strangers)
{
	const size_t children = found->children.count;
	const size_t helpers = found->helpers.count;
	struct vk_relative relative;
	size_t i;
	int err = 0;

	*strangers = (struct vk_strangers){ 0 };
	for (i = 0; i < pids->count && err >= 0; i++) {
		pid_t pid = ((const pid_t *)pids->items)[i];

		if (is_among(found, children, helpers, pid))
			continue;
		if (outline && found->children.count) {
			err = count_child(host, pid, found);
			if (err)
				continue;
		}
		err = vk_relative_read(host, pid, found, &relative);
		if (err == 1)
			err = sort_relative(found, &relative, strangers);
	}
	put_in_order(found);
	return err < 0 ? err : 0;
}

static bool is_same_list(const struct array *a, const struct array *b)
{
	return a->count == b->count &&
	       (!a->count || !memcmp(a->items, b->items,
				     a->count * sizeof(pid_t)));
}

/* Until nobody came or went meanwhile, or they do so all the time. */
static int find_listed(struct pagemap_source *host,
		       const struct process_ref *ref, uint32_t thread_count,
		       bool outline, struct vk_found *found,
		       struct vk_strangers *ret_strangers)
{
	struct array pids = { 0 }, last = { 0 };
	bool same = host->kind == PAGEMAP_SOURCE_TREE;
	int rounds, err = 0;

	*ret_strangers = (struct vk_strangers){ 0 };
	for (rounds = 0; rounds < ROUNDS && !err; rounds++) {
		struct array spare = last;

		last = pids;
		pids = spare;
		err = list_children(host, ref, thread_count, &pids);
		if (err)
			break;
		same = same || (rounds && is_same_list(&pids, &last));
		drop_ended(found, &pids);
		err = read_listed(host, &pids, outline, found, ret_strangers);
		if (same)
			break;
	}
	array_free(&pids);
	array_free(&last);
	return err;
}

int vk_kin_find(struct pagemap_source *host, const struct process_ref *ref,
		uint32_t thread_count, bool outline, struct vk_found *found,
		struct vk_strangers *ret_strangers)
{
	int err = find_listed(host, ref, thread_count, outline, found,
			      ret_strangers);

	if (err)
		return err;
	found->facts.child_count = found->children.count;
	found->facts.helper_count = found->helpers.count;
	return 0;
}

/* ---- Whether they still are ----------------------------------------------- */

/* What a process is to main, which it was not before: 1 a child, 0, -errno. */
static int is_new_child(struct pagemap_source *host, pid_t pid,
			const struct vk_found *found)
{
	struct vk_relative relative;
	int got = vk_relative_read(host, pid, found, &relative);

	if (got <= 0)
		return got;
	got = relative.tracer_pid == found->facts.pid &&
	      has_own_pages(found, &relative.child);
	vk_child_free(&relative.child);
	return got;
}

bool vk_kin_confirm(struct pagemap_source *host, const struct vk_found *found,
		    pid_t pid)
{
	const struct vk_child *children = found->children.items;
	size_t i;

	for (i = 0; i < found->children.count; i++)
		if (children[i].pid == pid && children[i].counted)
			return is_new_child(host, pid, found) == 1;
	return true;
}

/* All that were are listed and traced; all others that are listed are none. */
static int compare_listed(struct pagemap_source *host, const struct array *pids,
			  const struct vk_found *found)
{
	const struct vk_child *children = found->children.items;
	size_t i;
	int got = 0;

	for (i = 0; i < found->children.count; i++)
		if (!has_pid(pids, pids->count, children[i].pid) ||
		    !is_traced(host, children[i].pid, found))
			return 0;
	for (i = 0; i < pids->count && !got; i++) {
		pid_t pid = ((const pid_t *)pids->items)[i];

		if (!vk_is_kin(found, pid))
			got = is_new_child(host, pid, found);
	}
	return got < 0 ? got : !got;
}

int vk_kin_same(struct pagemap_source *host, const struct process_ref *ref,
		uint32_t thread_count, const struct vk_found *found)
{
	struct array pids = { 0 };
	int got = list_children(host, ref, thread_count, &pids);

	if (!got)
		got = compare_listed(host, &pids, found);
	array_free(&pids);
	return got;
}
