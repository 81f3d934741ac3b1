// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs inside a guest: every method of finding working sets that the library
 * has, on every kind of truth target, beside the truth.  A method that does
 * nothing on this kernel must be found out.  Linked with the library; prints
 * TAP, and as comments what was found.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/utsname.h>

#include "../live/common_found.h"
#include "guest.h"

#define METHOD(name) PAGEMAP_WSS_BIT(PAGEMAP_WSS_##name)

/* The hot part is of the guest's size: an eighth of what is resident. */
static const struct truth_spec specs[] = {
	{ .name = "scattered, clean", .memory = TRUTH_SHMEM, .pages = 1024,
	  .read = 22, .written = 11 },
	{ .name = "scattered, dirtied before", .memory = TRUTH_ANON,
	  .dirtied = true, .pages = 1024, .read = 22, .written = 11 },
	{ .name = "8 MiB hot of 64", .memory = TRUTH_ANON, .dirtied = true,
	  .in_a_row = true, .pages = 16384, .read = 1024, .written = 1024 },
	{ .name = "only read", .memory = TRUTH_ANON, .dirtied = true,
	  .pages = 1024, .read = 200 },
	{ .name = "only written", .memory = TRUTH_ANON, .dirtied = true,
	  .pages = 1024, .written = 200 },
	{ .name = "shared by two", .memory = TRUTH_SHMEM, .partner = true,
	  .pages = 1024, .read = 22, .written = 11 },
	{ .name = "pages of a file", .memory = TRUTH_FILE, .pages = 1024,
	  .read = 22, .written = 11 },
};

/* Methods as they are used; the second of two tells what the first does not. */
static const uint32_t ways[] = {
	METHOD(MODULE), METHOD(IDLE), METHOD(CLEAR_REFS), METHOD(SOFT_DIRTY),
	METHOD(WRITE_PROTECT), METHOD(CLEAR_REFS) | METHOD(SOFT_DIRTY),
	METHOD(MODULE) | METHOD(SOFT_DIRTY),
};

/* What must be exact: the rest must be true within its bounds. */
static const struct {
	uint32_t way;
	bool referenced, written;
} exact[] = {
	{ METHOD(MODULE), true, false },
	{ METHOD(SOFT_DIRTY), false, true },
	{ METHOD(CLEAR_REFS) | METHOD(SOFT_DIRTY), true, true },
	{ METHOD(MODULE) | METHOD(SOFT_DIRTY), true, true },
};

static bool is_vkernel(void)
{
	char line[128];
	bool found = false;
	FILE *file = fopen("/proc/cpuinfo", "r");

	while (file && fgets(line, sizeof(line), file))
		found |= strstr(line, "User Mode Linux") != NULL;
	if (file)
		fclose(file);
	return found;
}

/* Debian 12's kernels, and a User-Mode Linux made of the same source. */
static bool should_work(unsigned int method)
{
	struct utsname kernel;

	uname(&kernel);
	switch (method) {
	case PAGEMAP_WSS_MODULE:
		return access("/proc/pagemap/1/pagemap", F_OK) == 0;
	case PAGEMAP_WSS_CLEAR_REFS:
		return !is_vkernel();
	case PAGEMAP_WSS_SOFT_DIRTY:
		return !is_vkernel() && !strcmp(kernel.machine, "x86_64");
	default:
		/* Built without, or older than they are. */
		return false;
	}
}

static void check_works(struct pagemap_source *source, unsigned int method)
{
	const char *reason, *name = pagemap_wss_method_facts(method)->name;
	bool works = pagemap_wss_method_works(source, method, &reason);
	char text[128];

	if (!works)
		printf("# %s: %s\n", name, reason);
	snprintf(text, sizeof(text), "%s %s, and the library says so", name,
		 should_work(method) ? "works here" : "does not work here");
	check(works == should_work(method) && !*reason == works, text);
}

static bool all_work(struct pagemap_source *source, uint32_t way)
{
	const char *reason;

	for (unsigned int i = 0; i < PAGEMAP_WSS_METHOD_COUNT; i++)
		if (way & PAGEMAP_WSS_BIT(i) &&
		    !pagemap_wss_method_works(source, i, &reason))
			return false;
	return true;
}

static const char *way_name(uint32_t way, char text[64])
{
	*text = '\0';
	for (unsigned int i = 0; i < PAGEMAP_WSS_METHOD_COUNT; i++) {
		if (!(way & PAGEMAP_WSS_BIT(i)))
			continue;
		if (*text)
			strcat(text, "+");
		strcat(text, pagemap_wss_method_facts(i)->name);
	}
	return text;
}

static void print_found(const struct truth *truth, const char *way,
			const char *how, const struct found *found)
{
	char referenced[64], written[64];

	printf("# wss | %s | %s, %s | referenced %s of %" PRIu64
	       " | written %s of %" PRIu64, way, truth->spec.name, how,
	       found_text(&found->referenced, referenced),
	       truth_used_bytes(truth), found_text(&found->written, written),
	       truth_written_bytes(truth));
	if (found->pages_told)
		printf(" | pages missed %u, beyond %u", found->missed,
		       found->beyond);
	printf("\n");
}

/* True, and exact where it must be; not known only where nothing tells it. */
static bool is_right(const struct pagemap_value *value, uint64_t truth,
		     bool told, bool must_be_exact)
{
	if (!told)
		return value->quality == PAGEMAP_UNAVAILABLE;
	return found_is_true(value, truth) &&
	       (!must_be_exact || value->quality == PAGEMAP_EXACT);
}

static bool all_right(const struct truth *truth, uint32_t way,
		      const struct found *found)
{
	bool referenced = false, written = false;
	uint32_t tells = 0;

	for (unsigned int i = 0; i < PAGEMAP_WSS_METHOD_COUNT; i++)
		if (way & PAGEMAP_WSS_BIT(i))
			tells |= pagemap_wss_method_facts(i)->tells;
	for (size_t i = 0; i < sizeof(exact) / sizeof(*exact); i++) {
		referenced |= exact[i].way == way && exact[i].referenced;
		written |= exact[i].way == way && exact[i].written;
	}
	return is_right(&found->referenced, truth_used_bytes(truth),
			tells & PAGEMAP_WSS_TELLS_REFERENCED, referenced) &&
	       is_right(&found->written, truth_written_bytes(truth),
			tells & PAGEMAP_WSS_TELLS_WRITTEN, written) &&
	       !found->missed && !found->beyond;
}

static bool measure(struct pagemap_source *source, struct truth *truth,
		    uint32_t way, enum found_while when)
{
	const char *how = when == FOUND_ASKED ? "once" : "running";
	struct found found;
	char name[64];
	int err = found_by(source, way, truth, when, &found);

	way_name(way, name);
	if (err) {
		printf("# wss | %s | %s, %s | %s: %s\n", name,
		       truth->spec.name, how, strerror(-err),
		       pagemap_source_last_error(source));
		return false;
	}
	print_found(truth, name, how, &found);
	return all_right(truth, way, &found);
}

static bool measure_spec(struct pagemap_source *source,
			 struct truth_spec spec, uint32_t way)
{
	struct truth truth;
	bool right;

	spec.registered = way & METHOD(WRITE_PROTECT);
	if (!truth_start(&spec, 1, "/", &truth)) {
		printf("# %s: %s\n", spec.name, truth.skip);
		return false;
	}
	right = measure(source, &truth, way, FOUND_ASKED);
	truth_run(&truth, false);
	right &= measure(source, &truth, way, FOUND_RUNNING);
	truth_end(&truth);
	return right;
}

static void check_way(struct pagemap_source *source, uint32_t way)
{
	char text[128], name[64];
	bool right = true;

	if (!all_work(source, way))
		return;
	for (size_t i = 0; i < sizeof(specs) / sizeof(*specs); i++)
		right &= measure_spec(source, specs[i], way);
	snprintf(text, sizeof(text), "%s finds the truth",
		 way_name(way, name));
	check(right, text);
}

int main(void)
{
	struct pagemap_source *source;
	double begun = now_s();

	if (pagemap_source_open_live(&source))
		give_up("/proc");
	for (unsigned int i = 0; i < PAGEMAP_WSS_METHOD_COUNT; i++)
		check_works(source, i);
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		check_way(source, ways[i]);
	pagemap_source_close(source);
	printf("# in %.1f s\n", now_s() - begun);
	return 0;
}
