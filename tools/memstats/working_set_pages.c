/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memstats -w --pages: pages that follow each other and were used alike, where
 * the method tells pages apart.
 */
#include <errno.h>
#include <inttypes.h>

#include "escape.h"
#include "mappings.h"
#include "memstats.h"
#include "working_set.h"

#define NAME_SIZE 4352
#define AGE_SIZE 32

/* What is called for each run of each mapping of a target. */
struct visit {
	/* Before the runs of a mapping that has some; NULL: nothing. */
	void (*mapping)(const struct pagemap_wss_mapping *mapping,
			void *context);
	void (*run)(pid_t pid, const struct pagemap_wss_run *run,
		    void *context);
	void *context;
};

static void visit_mapping(const struct wset *set,
			  const struct wset_target *target, size_t number,
			  const struct visit *visit)
{
	struct pagemap_wss_mapping mapping;
	struct pagemap_wss_run_iter iter;
	struct pagemap_wss_run run;
	bool first = true;

	if (pagemap_working_set_mapping_at(set->last, target->index, number,
					   &mapping) ||
	    pagemap_wss_run_iter_init(&iter, set->last, target->index, number))
		return;
	while (pagemap_wss_run_iter_next(&iter, &run) == 1) {
		if (first && visit->mapping)
			visit->mapping(&mapping, visit->context);
		first = false;
		visit->run(target->pid, &run, visit->context);
	}
}

static void visit_target(const struct wset *set,
			 const struct wset_target *target,
			 const struct visit *visit)
{
	struct pagemap_wss_process process;
	size_t i;

	if (!wset_last_process(set, target, &process))
		return;
	for (i = 0; i < process.mapping_count; i++)
		visit_mapping(set, target, i, visit);
}

/* ---- For people -------------------------------------------------------- */

static void format_age(uint32_t age, char text[AGE_SIZE])
{
	if (age == PAGEMAP_WSS_NEVER)
		snprintf(text, AGE_SIZE, "not used");
	else if (!age)
		snprintf(text, AGE_SIZE, "used");
	else
		snprintf(text, AGE_SIZE, "%u before", age);
}

static const char *written_text(const struct pagemap_wss_run *run)
{
	return run->written ? " written" : run->maybe_written ? " ~written" :
								"";
}

static void print_mapping(const struct pagemap_wss_mapping *mapping,
			  void *unused)
{
	char name[NAME_SIZE];

	(void)unused;
	escape_text(mapping_name_of(mapping->path, mapping->kind), name,
		    sizeof(name));
	printf("%012" PRIx64 "-%012" PRIx64 " %s %s\n", mapping->start_vaddr,
	       mapping->end_vaddr, mapping->permissions, name);
}

static void print_run(pid_t pid, const struct pagemap_wss_run *run,
		      void *unused)
{
	char age[AGE_SIZE];

	(void)pid, (void)unused;
	format_age(run->age, age);
	printf("  %012" PRIx64 " %8" PRIu64 "  %s%s\n", run->start_vaddr,
	       run->page_count, age, written_text(run));
}

void wset_print_pages(const struct wset *set, const struct wset_target *target)
{
	const struct visit visit = { print_mapping, print_run, NULL };

	if (set->settings->usual.header)
		printf("\n  %-12s %8s  %s\n", "ADDRESS", "PAGES", "USE");
	visit_target(set, target, &visit);
}

/* ---- For programs ------------------------------------------------------ */

static void csv_run(pid_t pid, const struct pagemap_wss_run *run, void *unused)
{
	(void)unused;
	printf("%d,0x%" PRIx64 ",%" PRIu64 ",", (int)pid, run->start_vaddr,
	       run->page_count);
	if (run->age != PAGEMAP_WSS_NEVER)
		printf("%u", run->age);
	/* Empty where only perhaps. */
	printf(",%s\n", run->written ? "true" : run->maybe_written ? "" :
								     "false");
}

void wset_csv_pages(const struct wset *set)
{
	const struct visit visit = { NULL, csv_run, NULL };
	size_t i;

	if (set->settings->usual.header)
		puts("pid,start,pages,age,written");
	for (i = 0; i < set->target_count; i++)
		visit_target(set, &set->targets[i], &visit);
}

static void json_run(pid_t pid, const struct pagemap_wss_run *run, void *array)
{
	struct json *object = json_new_object();
	char address[32];

	(void)pid;
	snprintf(address, sizeof(address), "0x%" PRIx64, run->start_vaddr);
	json_set_text(object, "start", address);
	json_set_number(object, "pages", (int64_t)run->page_count);
	if (run->age == PAGEMAP_WSS_NEVER)
		json_set(object, "age", NULL);
	else
		json_set_number(object, "age", run->age);
	if (run->maybe_written && !run->written)
		json_set(object, "written", NULL);
	else
		json_set_bool(object, "written", run->written);
	json_append(array, object);
}

struct json *wset_json_pages(const struct wset *set,
			     const struct wset_target *target, size_t number)
{
	struct json *array = json_new_array();
	const struct visit visit = { NULL, json_run, array };

	visit_mapping(set, target, number, &visit);
	return array;
}
