/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process of a vkernel's guest in full: its sizes by the guest's own tables,
 * then what it takes of the host, and how well both are known.
 */
#include <inttypes.h>
#include <stddef.h>

#include "footnotes.h"
#include "guest.h"
#include "memstats.h"

static const struct {
	const char *label;
	enum pagemap_metric metric;
	const char *note;
} sizes[] = {
	{ "VSS", PAGEMAP_VSS, "mapped" },
	{ "RSS", PAGEMAP_RSS, "resident" },
	{ "PSS", PAGEMAP_PSS, "its share: each page divided by its sharers" },
	{ "USS", PAGEMAP_USS, "its own: out of use when it ends" },
	{ "swap", PAGEMAP_SWAP, "the guest's" },
	{ "  its share", PAGEMAP_SWAP_PSS, "" },
	{ "zero page", PAGEMAP_ZERO, "mapped, not in RSS" },
};

/* Of struct pagemap_guest_process. */
static const struct {
	const char *label;
	const char *key;
	size_t offset;
	const char *note;
} holds[] = {
#define HOLDS(field) #field, offsetof(struct pagemap_guest_process, field)
	{ "  its share", HOLDS(host_pss),
	  "of the host's RAM, shared out among guest processes" },
	{ "  its own", HOLDS(host_uss), "that no other guest process maps" },
	{ "  swapped out", HOLDS(host_swapped), "by the host, its share" },
	{ "  page tables", HOLDS(child_tables), "the host's, for its child" },
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const struct pagemap_value *
held(const struct pagemap_guest_process *guest, size_t i)
{
	return (const struct pagemap_value *)((const char *)guest +
					      holds[i].offset);
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void print_frames(const char *label, uint64_t frames, const char *note)
{
	printf("  %-15s %12" PRIu64 "  frame%s of guest RAM%s\n", label, frames,
	       plural(frames), note);
}

/* Its child drives it. */
static void print_stub(const struct pagemap_guest_process *guest)
{
	static const char note[] = ", by which the vkernel drives it";

	if (guest->stub_frames)
		print_frames("stub", guest->stub_frames, note);
	else
		printf("  %-15s %12s  was not found\n", "stub", "-");
}

static void print_child(const struct pagemap_guest_process *guest)
{
	if (!guest->child_pid) {
		printf("  %-15s %12s  no child of the host was found that runs "
		       "it\n", "  child", "-");
		return;
	}
	printf("  %-15s %12d  %" PRIu64 " mapping%s; has %" PRIu64 " of %"
	       PRIu64 " page%s", "  child", (int)guest->child_pid,
	       guest->child_mappings, plural(guest->child_mappings),
	       guest->child_pages, guest->page_count,
	       plural(guest->page_count));
	if (guest->child_other)
		printf(", and %" PRIu64 " that the tables have not",
		       guest->child_other);
	putchar('\n');
	printf("  %-15s %12s  %s\n", "  known by",
	       pagemap_guest_link_name(guest->link),
	       guest->link == PAGEMAP_GUEST_LINK_MM ?
	       "the guest's mm_struct names both" :
	       "what the child maps are its pages, and no other's");
}

static void print_inside(const struct pagemap_guest_process *guest)
{
	if (guest->guest_pid < 0) {
		printf("  %-15s %12s  not told: --inside DIR\n", "inside", "-");
		return;
	}
	printf("  %-15s %12d  ", "inside", (int)guest->guest_pid);
	if (!guest->inside_pages)
		fputs("by its mappings; no page could be compared", stdout);
	else if (!guest->inside_differ)
		printf("agrees on all %" PRIu64 " page%s", guest->inside_pages,
		       plural(guest->inside_pages));
	else
		printf("differs on %" PRIu64 " of %" PRIu64 " page%s",
		       guest->inside_differ, guest->inside_pages,
		       plural(guest->inside_pages));
	if (guest->inside_outside)
		printf("; %" PRIu64 " in no mapping that it tells of",
		       guest->inside_outside);
	putchar('\n');
}

void guest_print(const struct settings *settings, const struct row *row,
		 const struct pagemap_guest_process *guest)
{
	struct footnotes notes = { .count = 0 };
	struct pagemap_value value;
	size_t i;

	(void)settings;
	for (i = 0; i < COUNT_OF(sizes); i++) {
		value = row_value(row, sizes[i].metric);
		footnotes_print_line(&notes, sizes[i].label, &value,
				     sizes[i].note);
	}
	print_frames("page tables", guest->table_frames, "");
	print_stub(guest);
	puts("  in the host");
	for (i = 0; i < COUNT_OF(holds); i++)
		footnotes_print_line(&notes, holds[i].label, held(guest, i),
				     holds[i].note);
	print_child(guest);
	print_inside(guest);
	footnotes_print(&notes);
}

/* ---- For programs ------------------------------------------------------- */

/* null where it is not known. */
static void set_known(struct json *object, const char *key, uint64_t number,
		      bool known)
{
	if (known)
		json_set_number(object, key, (int64_t)number);
	else
		json_set(object, key, NULL);
}

static void set_pid(struct json *object, const char *key, pid_t pid)
{
	set_known(object, key, (uint64_t)pid, pid > 0);
}

static struct json *json_inside(const struct pagemap_guest_process *guest)
{
	struct json *object;

	if (guest->guest_pid < 0)
		return NULL;
	object = json_new_object();
	json_set_number(object, "pages", (int64_t)guest->inside_pages);
	json_set_number(object, "differ", (int64_t)guest->inside_differ);
	json_set_number(object, "outside", (int64_t)guest->inside_outside);
	return object;
}

struct json *guest_json(const struct pagemap_guest_process *guest)
{
	bool root = guest->root_pfn != PAGEMAP_PFN_UNKNOWN;
	bool has_child = guest->child_pid != 0;
	struct json *object = json_new_object();
	size_t i;

	set_pid(object, "child_pid", guest->child_pid);
	set_pid(object, "guest_pid", guest->guest_pid);
	json_set_text(object, "link", pagemap_guest_link_name(guest->link));
	set_known(object, "root_pfn", guest->root_pfn, root);
	set_known(object, "table_frames", guest->table_frames, root);
	set_known(object, "stub_frames", guest->stub_frames,
		  guest->stub_frames != 0);
	set_known(object, "pages", guest->page_count, root);
	set_known(object, "child_pages", guest->child_pages,
		  root && has_child);
	set_known(object, "child_other", guest->child_other,
		  root && has_child);
	set_known(object, "child_mappings", guest->child_mappings, has_child);
	for (i = 0; i < COUNT_OF(holds); i++)
		json_set_value(object, holds[i].key, held(guest, i));
	json_set(object, "inside", json_inside(guest));
	return object;
}
