/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moments of saved machines: states, folded holes, figures, people, what is
 * not permitted, what ended, and moments that a thread takes.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "own_picture.h"
#include "page_class.h"
#include "reading.h"
#include "selector.h"

#define PATH_SIZE 4096

/* In memory: some file systems take long for sparse files. */
static char scratch[64] = "/dev/shm/pageviz.XXXXXX";

/* ---- Machines ---------------------------------------------------------- */

static void run(const char *format, const char *one, const char *other)
{
	char command[2 * PATH_SIZE];

	int length = snprintf(command, sizeof(command), format, one, other);

	assert_true(length > 0 && length < (int)sizeof(command));
	assert_int_equal(system(command), 0);
}

/* The path of a machine's tree, which is made anew. */
static const char *make_tree(const char *name)
{
	static char path[PATH_SIZE];
	const char *build = getenv("BUILD");
	char command[PATH_SIZE];

	assert_non_null(build);
	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	run("rm -rf '%s%s'", path, "");
	snprintf(command, sizeof(command), "'%s/tests/fixtures/mkproc' "
		 "tests/fixtures/machines/%s.txt ", build, name);
	run("%s '%s'", command, path);
	return path;
}

static struct pagemap_source *open_tree(const char *path)
{
	struct pagemap_source *source;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pagemap_source_open_tree(fd, NULL, &source), 0);
	close(fd);
	return source;
}

static struct moment *take(struct pagemap_source *source,
			   const struct reading_request *request)
{
	struct moment *moment;
	char why[256];
	size_t i;

	assert_int_equal(reading_take(source, request, &moment, why), 0);
	for (i = 0; i < moment->picture_count; i++)
		picture_assert_laws(moment, &moment->pictures[i]);
	assert_true(moment->memory_bytes > 0);
	return moment;
}

static struct reading_request request_of(pid_t first, pid_t second)
{
	struct reading_request request = {
		.maps = { { MAP_PROCESS, first }, { MAP_PROCESS, second } },
		.map_count = 1 + (second != 0),
	};

	return request;
}

static struct moment *take_once(const char *name,
				const struct reading_request *request)
{
	struct pagemap_source *source = open_tree(make_tree(name));
	struct moment *moment = take(source, request);

	/* It needs nothing of the source any more. */
	pagemap_source_close(source);
	return moment;
}

static uint64_t pages_of_class(const struct picture *picture, uint8_t class_of)
{
	uint64_t pages = 0;
	size_t i;

	for (i = 0; i < picture->stretch_count; i++)
		if (picture->stretches[i].class_of == class_of)
			pages += picture->stretches[i].page_count;
	return pages;
}

static uint64_t pages_with_bits(const struct picture *picture, uint16_t bits)
{
	uint64_t pages = 0;
	size_t i;

	for (i = 0; i < picture->stretch_count; i++)
		if ((picture->stretches[i].bits & bits) == bits)
			pages += picture->stretches[i].page_count;
	return pages;
}

/* ---- Every machine ----------------------------------------------------- */

/* The laws hold of all of it, however it lies; take() looks. */
static void look_at_all(const char *name)
{
	struct pagemap_source *source = open_tree(make_tree(name));
	struct reading_request request = {
		.maps = { { .kind = MAP_RAM } }, .map_count = 1,
	};
	bool more = true;
	pid_t pid = 0;
	int rounds;

	for (rounds = 0; more && rounds < 8; rounds++) {
		for (request.map_count = 1; request.map_count < MAPS_MOST;) {
			more = pagemap_source_next_pid(source, &pid) == 1;
			if (!more)
				break;
			request.maps[request.map_count++] =
				(struct map_id){ MAP_PROCESS, pid };
		}
		moment_unref(take(source, &request));
	}
	request.map_count = 1;
	request.quick = true;
	moment_unref(take(source, &request));
	pagemap_source_close(source);
}

static void laws_hold_of_every_machine(void **state)
{
	DIR *folder = opendir("tests/fixtures/machines");
	struct dirent *entry;
	int count = 0;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder))) {
		char name[256], *end;

		snprintf(name, sizeof(name), "%s", entry->d_name);
		end = strstr(name, ".txt");
		if (!end)
			continue;
		*end = '\0';
		look_at_all(name);
		count++;
	}
	closedir(folder);
	assert_true(count > 15);
}

/* ---- Pages ------------------------------------------------------------- */

static void states_are_told_apart(void **state)
{
	static const struct {
		pid_t pid;
		uint8_t class_of;
		uint64_t pages;
	} expected[] = {
		{ 10, CLASS_ZERO, 512 }, { 10, CLASS_ANON, 10 },
		{ 11, CLASS_HUGETLB, 1024 }, { 11, CLASS_ANON, 4 },
		{ 13, CLASS_GUARD, 8 }, { 13, CLASS_MARKER, 8 },
		{ 14, CLASS_SWAPPED, 1000 }, { 14, CLASS_MOVING, 8 },
		{ 17, CLASS_HUGE, 1024 }, { 18, CLASS_HUGE, 512 },
		{ 18, CLASS_ANON, 512 }, { 19, CLASS_KSM, 256 },
		{ 21, CLASS_DEVICE, 64 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		struct reading_request request = request_of(expected[i].pid, 0);
		struct moment *moment = take_once("states", &request);

		assert_int_equal(pages_of_class(&moment->pictures[0],
						expected[i].class_of),
				 expected[i].pages);
		moment_unref(moment);
	}
}

/* One frame that stands at many places is found at each. */
static void merged_pages_are_one_frame(void **state)
{
	struct reading_request request = request_of(19, 20);
	struct moment *moment = take_once("states", &request);
	const struct picture *picture = &moment->pictures[1];
	const struct stretch *stretch = &picture->stretches[0];
	uint64_t page = 0, count = 0;

	(void)state;
	assert_int_equal(picture->stretch_count, 1);
	assert_true(stretch->bits & PAGEMAP_RUN_SAME_FRAME);
	assert_int_equal(stretch->place, 0x5000);
	assert_int_equal(stretch->sharers, 2);
	assert_int_equal(moment->sets[stretch->set].member_count, 2);
	for (; picture_frame(picture, 0x5000, &page); page++, count++)
		assert_int_equal(page, 0x10000 + count);
	assert_int_equal(count, 256);
	page = 0;
	assert_int_equal(picture_frame(picture, 0x5001, &page), 0);
	moment_unref(moment);
}

/* Of 16 TiB so much is shown as there is, and a page table beside it. */
static void large_holes_are_folded(void **state)
{
	static const struct extent expected[] = {
		{ 0, 1024 }, { 0xfffe00, 1536 }, { 0x7ffffe00, 1536 },
		{ 0xfffffc00, 1024 },
	};
	const uint64_t first = UINT64_C(0x100000000);
	struct reading_request request = request_of(500, 501);
	struct moment *moment = take_once("sparse16t", &request);
	const struct picture *picture = &moment->pictures[0];
	size_t i;

	(void)state;
	assert_int_equal(picture->mapped_pages, UINT64_C(0x100000000));
	assert_int_equal(picture->extent_count, 4);
	for (i = 0; i < 4; i++) {
		assert_int_equal(picture->extents[i].first_page,
				 first + expected[i].first_page);
		assert_int_equal(picture->extents[i].page_count,
				 expected[i].page_count);
	}
	/* A mapping without holes is shown as it is. */
	assert_int_equal(moment->pictures[1].extent_count, 1);
	assert_int_equal(moment->pictures[1].extents[0].page_count, 2000);
	moment_unref(moment);
}

static void uses_are_told(void **state)
{
	struct reading_request request = request_of(10, 11);
	struct moment *moment = take_once("used", &request);
	const struct picture *picture = &moment->pictures[0];

	(void)state;
	assert_string_equal(picture->why_use, "");
	assert_int_equal(pages_with_bits(picture, PAGEMAP_RUN_USE_KNOWN |
						  PAGEMAP_RUN_ACCESSED),
			 8 + 4 + 2 + 512 + 4);
	assert_int_equal(pages_with_bits(picture, PAGEMAP_RUN_USE_KNOWN |
						  PAGEMAP_RUN_MODIFIED),
			 16 + 512);
	moment_unref(moment);
	moment = take_once("states", &request);
	assert_true(*moment->pictures[0].why_use);
	assert_true(*moment->pictures[0].why_age);
	moment_unref(moment);
}

/* ---- RAM --------------------------------------------------------------- */

static void figures_are_the_library_s(void **state)
{
	struct pagemap_source *source = open_tree(make_tree("ram"));
	struct reading_request request = {
		.maps = { { .kind = MAP_RAM } }, .map_count = 1,
	};
	struct moment *moment = take(source, &request);
	const struct picture *picture = &moment->pictures[0];
	struct pagemap_ram *ram;
	int i;

	(void)state;
	assert_int_equal(pagemap_ram_read(source, NULL, &ram), 0);
	for (i = 0; i < PAGEMAP_RAM_CLASS_COUNT; i++) {
		struct pagemap_value value = pagemap_ram_value(ram,
						PAGEMAP_RAM_BIT(i));

		assert_memory_equal(&picture->ram[i].bytes, &value,
				    sizeof(value));
	}
	assert_int_equal(picture->balance.frames, 65536);
	assert_int_equal(picture->area_count, 1);
	assert_string_equal(picture->areas[0].name, "node 0 Normal");
	assert_int_equal(pages_of_class(picture, PAGEMAP_RAM_HOLE), 536);
	/* Holes have no place. */
	assert_int_equal(picture->extent_count, 1);
	assert_int_equal(picture->extents[0].page_count, 65000);
	/* What others map whom nobody saw. */
	assert_int_equal(picture_stretch(picture, 0xcd00)->set, SET_UNKNOWN);
	assert_int_equal(picture_stretch(picture, 0xa000)->set, SET_NOBODY);
	assert_true(moment->flags[picture_stretch(picture, 0xbc00)->flags] &
		    UINT64_C(1) << 61);
	pagemap_ram_free(ram);
	moment_unref(moment);
	pagemap_source_close(source);
}

static void flags_alone_know_nobody(void **state)
{
	struct reading_request request = {
		.maps = { { .kind = MAP_RAM } }, .map_count = 1,
		.quick = true,
	};
	struct moment *moment = take_once("ram", &request);
	const struct picture *picture = &moment->pictures[0];

	(void)state;
	assert_int_equal(moment->set_count, 0);
	assert_true(*picture->why_sharers);
	assert_int_equal(pages_of_class(picture, PAGEMAP_RAM_HOLE), 536);
	assert_int_equal(picture_stretch(picture, 0x1000)->set, SET_UNKNOWN);
	moment_unref(moment);
}

/* ---- What is not permitted --------------------------------------------- */

static void states_are_shown_without_frames(void **state)
{
	struct reading_request request = request_of(40, 41);
	struct moment *moment;
	const struct picture *picture;
	size_t i;

	(void)state;
	request.maps[2] = (struct map_id){ .kind = MAP_RAM };
	request.map_count = 3;
	moment = take_once("nopfn", &request);
	picture = &moment->pictures[0];
	assert_string_equal(picture->why, "");
	assert_true(*picture->why_sharers);
	assert_int_equal(pages_of_class(picture, CLASS_FILE), 90);
	assert_int_equal(pages_of_class(picture, CLASS_ANON), 40);
	assert_int_equal(pages_of_class(picture, CLASS_SWAPPED), 10);
	for (i = 0; i < picture->stretch_count; i++)
		assert_int_equal(picture->stretches[i].set, SET_UNKNOWN);
	/* RAM cannot be read, which is said and harms nobody. */
	picture = &moment->pictures[2];
	assert_true(*picture->why);
	assert_null(picture->ram);
	assert_int_equal(picture->stretch_count, 0);
	moment_unref(moment);
}

static void who_cannot_be_read_is_counted(void **state)
{
	struct reading_request request = request_of(1, 2);
	struct moment *moment = take_once("liars", &request);
	const struct picture *picture = &moment->pictures[1];

	(void)state;
	assert_int_equal(moment->unreadable, 4);
	assert_int_equal(picture->status, PAGEMAP_STATUS_MALFORMED);
	assert_true(*picture->why);
	assert_int_equal(picture->stretch_count, 0);
	assert_non_null(strstr(moment->pictures[0].why_sharers, "4 processes"));
	moment_unref(moment);
}

static void threads_of_the_kernel_have_no_memory(void **state)
{
	struct reading_request request = request_of(2, 100);
	struct moment *moment = take_once("ram", &request);

	(void)state;
	assert_string_equal(moment->pictures[0].name, "kthreadd");
	assert_int_equal(moment->pictures[0].status, PAGEMAP_STATUS_NO_MEMORY);
	assert_true(*moment->pictures[0].why);
	assert_true(moment->pictures[1].stretch_count > 0);
	moment_unref(moment);
}

/* ---- People ------------------------------------------------------------ */

static void people_have_names_and_groups(void **state)
{
	struct reading_request request = { .map_count = 0 };
	struct selector *selector;
	struct reading_group group = { "shell" , NULL };
	struct moment *moment;
	const struct person *person;

	(void)state;
	assert_int_equal(selector_parse("comm:bash", &selector), 0);
	group.selector = selector;
	request.groups = &group;
	request.group_count = 1;
	moment = take_once("server", &request);
	person = moment_person(moment, 1201);
	assert_non_null(person);
	assert_string_equal(person->name, "bash");
	assert_string_equal(person->group, "shell");
	person = moment_person(moment, 700);
	assert_string_equal(person->group, "postgresql.service");
	assert_string_equal(person->user, "106");
	assert_int_equal(person->uid, 106);
	assert_int_equal(person->ppid, 1);
	assert_int_equal(person->rss.quality, PAGEMAP_EXACT);
	person = moment_person(moment, 480);
	assert_string_equal(person->command, "/usr/sbin/cron -f");
	moment_unref(moment);
	selector_free(selector);
}

static void names_are_escaped(void **state)
{
	struct reading_request request = request_of(60, 200);
	struct moment *moment;

	(void)state;
	request.map_count = 1;
	moment = take_once("hostile", &request);
	assert_string_equal(moment->pictures[0].name, "a) R 1 (b\\n");
	assert_string_equal(moment_person(moment, 61)->name,
			    "\\xff\\xfe\\x80");
	moment_unref(moment);
	request = request_of(200, 0);
	moment = take_once("ram", &request);
	assert_string_equal(moment->pictures[0].areas[1].name,
			    "/srv/da\\x1b[31mta");
	moment_unref(moment);
}

static void a_clone_is_found_by_its_pid(void **state)
{
	struct reading_request request = request_of(73, 0);
	struct moment *moment = take_once("clonevm", &request);

	(void)state;
	assert_int_equal(moment->person_count, 2);
	assert_ptr_equal(moment_person(moment, 73), moment_person(moment, 71));
	assert_int_equal(moment->pictures[0].id.pid, 73);
	assert_int_equal(pages_of_class(&moment->pictures[0], CLASS_ANON), 300);
	moment_unref(moment);
}

/* ---- What ended -------------------------------------------------------- */

static bool is_member(const struct moment *moment, uint32_t set, pid_t pid)
{
	uint32_t i;

	for (i = 0; i < moment->sets[set].member_count; i++)
		if (moment->people[moment->sets[set].members[i]].pid == pid)
			return true;
	return false;
}

/* The pictures are alike, though people and sets have other numbers. */
static void assert_same(const struct moment *moment, const struct moment *other)
{
	const struct picture *a = &moment->pictures[0];
	const struct picture *b = &other->pictures[0];
	size_t i, k;

	assert_int_equal(a->stretch_count, b->stretch_count);
	assert_int_equal(a->area_count, b->area_count);
	assert_int_equal(a->extent_count, b->extent_count);
	assert_string_equal(a->areas[0].name, b->areas[0].name);
	assert_memory_equal(&a->usage, &b->usage, sizeof(a->usage));
	for (i = 0; i < a->stretch_count; i++) {
		const struct stretch *x = &a->stretches[i];
		const struct stretch *y = &b->stretches[i];
		const struct share_set *set;

		assert_int_equal(x->first_page, y->first_page);
		assert_int_equal(x->page_count, y->page_count);
		assert_int_equal(x->place, y->place);
		assert_int_equal(moment->flags[x->flags],
				 other->flags[y->flags]);
		if (x->set >= moment->set_count) {
			assert_int_equal(x->set, y->set);
			continue;
		}
		set = &moment->sets[x->set];
		assert_int_equal(set->member_count,
				 other->sets[y->set].member_count);
		for (k = 0; k < set->member_count; k++)
			assert_true(is_member(other, y->set,
				moment->people[set->members[k]].pid));
	}
}

static void last_pictures_are_kept(void **state)
{
	struct pagemap_source *source;
	struct reading_request request = request_of(101, 100);
	struct moment *before, *after, *later;
	const char *path = make_tree("ram");
	const struct person *person;

	(void)state;
	source = open_tree(path);
	before = take(source, &request);
	assert_false(before->pictures[0].ended);
	/* Of the three one remains, who shared with both. */
	run("rm -r '%s/101' '%s/100'", path, path);
	request.previous = before;
	after = take(source, &request);
	assert_true(after->pictures[0].ended);
	assert_true(after->pictures[1].ended);
	assert_int_equal(after->pictures[0].status, PAGEMAP_STATUS_VANISHED);
	assert_true(*after->pictures[0].why);
	assert_int_equal(after->pictures[0].time_ns,
			 before->pictures[0].time_ns);
	assert_same(before, after);
	assert_int_equal(after->person_count, 3);
	person = moment_person(after, 101);
	assert_non_null(person);
	assert_int_equal(person->status, PAGEMAP_STATUS_VANISHED);
	assert_int_equal(moment_person(after, 200)->status,
			 PAGEMAP_STATUS_COMPLETE);
	/* And from then on, though the first moment goes. */
	request.previous = after;
	later = take(source, &request);
	moment_unref(before);
	assert_same(after, later);
	moment_unref(after);
	assert_string_equal(later->pictures[0].name, "server");
	moment_unref(later);
	pagemap_source_close(source);
}

/* ---- First looks ------------------------------------------------------- */

/* What ends before all of it was read is seen as far as it was. */
static void a_first_look_is_not_lost(void **state)
{
	struct reading_request request = request_of(101, 100);
	const char *path = make_tree("ram");
	struct pagemap_source *source = open_tree(path);
	struct moment *first, *after;

	(void)state;
	request.quick = true;
	first = take(source, &request);
	assert_true(first->quick);
	assert_false(first->pictures[0].ended);
	assert_true(first->pictures[0].stretch_count > 0);
	assert_int_equal(first->person_count, 2);
	run("rm -r '%s/101' '%s/100'", path, path);
	request.quick = false;
	request.previous = first;
	after = take(source, &request);
	assert_false(after->quick);
	assert_true(after->pictures[0].ended);
	assert_true(after->pictures[1].ended);
	assert_string_equal(after->pictures[0].why_sharers,
			    "it ended before that was read");
	assert_same(first, after);
	assert_int_equal(moment_person(after, 101)->status,
			 PAGEMAP_STATUS_VANISHED);
	moment_unref(first);
	moment_unref(after);
	pagemap_source_close(source);
}

/* Those who were there already stay as they were seen, to the last figure. */
static void a_first_look_keeps_what_is_known(void **state)
{
	struct reading_request request = request_of(101, 0);
	const char *path = make_tree("ram");
	struct pagemap_source *source = open_tree(path);
	struct moment *before, *first;
	const struct picture *picture;

	(void)state;
	request.maps[1] = (struct map_id){ .kind = MAP_RAM };
	request.map_count = 2;
	before = take(source, &request);
	request.maps[2] = (struct map_id){ MAP_PROCESS, 200 };
	request.map_count = 3;
	request.quick = true;
	request.previous = before;
	first = take(source, &request);
	assert_same(before, first);
	assert_int_equal(first->person_count, before->person_count);
	assert_int_equal(moment_person(first, 101)->status,
			 PAGEMAP_STATUS_COMPLETE);
	assert_false(first->pictures[0].ended);
	assert_int_equal(first->pictures[0].time_ns,
			 before->pictures[0].time_ns);
	assert_string_equal(first->pictures[0].why, before->pictures[0].why);
	picture = &first->pictures[1];
	assert_int_equal(picture->stretch_count,
			 before->pictures[1].stretch_count);
	assert_memory_equal(picture->ram, before->pictures[1].ram,
			    PAGEMAP_RAM_CLASS_COUNT * sizeof(*picture->ram));
	/* And it alone is new. */
	picture = &first->pictures[2];
	assert_true(picture->stretch_count > 0);
	assert_int_equal(picture->stretches[0].flags, 0);
	assert_true(*picture->why);
	assert_true(*picture->why_sharers);
	moment_unref(before);
	moment_unref(first);
	pagemap_source_close(source);
}

/* One that nobody saw is none, unless there is something beside it. */
static void a_first_look_at_nobody(void **state)
{
	struct reading_request request = request_of(4711, 0);
	struct pagemap_source *source = open_tree(make_tree("ram"));
	struct moment *none = NULL, *before, *first;
	char why[256];

	(void)state;
	request.quick = true;
	assert_int_equal(reading_take(source, &request, &none, why), -ESRCH);
	assert_string_equal(why, "there is no process 4711");
	request = request_of(200, 0);
	before = take(source, &request);
	request = request_of(4711, 200);
	request.quick = true;
	request.previous = before;
	first = take(source, &request);
	assert_true(first->pictures[0].ended);
	assert_int_equal(first->pictures[0].stretch_count, 0);
	assert_int_equal(first->pictures[1].stretch_count,
			 before->pictures[0].stretch_count);
	moment_unref(before);
	moment_unref(first);
	pagemap_source_close(source);
}

/* ---- Zombies ----------------------------------------------------------- */

/* Its parent has not asked for it yet: it is there, and has no memory. */
static void a_zombie_has_ended(void **state)
{
	struct reading_request request = request_of(101, 0);
	const char *path = make_tree("ram");
	struct pagemap_source *source = open_tree(path);
	struct moment *before = take(source, &request), *after;

	(void)state;
	run("rm -r '%s/101%s'", path, "");
	run("cp -r '%s/2' '%s/101'", path, path);
	request.previous = before;
	after = take(source, &request);
	assert_true(after->pictures[0].ended);
	assert_same(before, after);
	moment_unref(after);
	request.previous = NULL;
	after = take(source, &request);
	assert_false(after->pictures[0].ended);
	assert_int_equal(after->pictures[0].status, PAGEMAP_STATUS_NO_MEMORY);
	moment_unref(after);
	moment_unref(before);
	pagemap_source_close(source);
}

/* ---- By a thread ------------------------------------------------------- */

static void a_thread_takes_moments(void **state)
{
	struct reading_request request = request_of(100, 0);
	struct moment *first = NULL, *second = NULL;
	struct source_choice choice = { 0 };
	struct reader *reader;
	struct pollfd ready;
	char why[256];

	(void)state;
	choice.name = make_tree("small");
	assert_int_equal(reader_new(&choice, &reader), 0);
	ready = (struct pollfd){ reader_fd(reader), POLLIN, 0 };
	assert_int_equal(poll(&ready, 1, 0), 0);
	assert_int_equal(reader_fetch(reader, &first, why), 0);
	assert_true(reader_ask(reader, &request));
	assert_true(reader_is_busy(reader));
	assert_false(reader_ask(reader, &request));
	assert_int_equal(poll(&ready, 1, 60000), 1);
	assert_int_equal(reader_fetch(reader, &first, why), 1);
	assert_false(reader_is_busy(reader));
	assert_int_equal(reader_fetch(reader, &second, why), 0);
	picture_assert_laws(first, &first->pictures[0]);
	/* The moment before is kept while it is needed. */
	request.previous = first;
	assert_true(reader_ask(reader, &request));
	moment_unref(first);
	reader_wait(reader);
	assert_int_equal(reader_fetch(reader, &second, why), 1);
	moment_unref(second);
	request = request_of(100, 12345);
	assert_true(reader_ask(reader, &request));
	reader_wait(reader);
	assert_int_equal(reader_fetch(reader, &second, why), -ESRCH);
	assert_string_equal(why, "there is no process 12345");
	/* Who asked and does not fetch loses nothing. */
	request = request_of(100, 0);
	assert_true(reader_ask(reader, &request));
	reader_free(reader);
	reader_free(NULL);
	choice.name = "/nowhere";
	assert_int_equal(reader_new(&choice, &reader), -ENOENT);
}

/* ---- All of them ------------------------------------------------------- */

static int set_up(void **state)
{
	(void)state;
	if (mkdtemp(scratch))
		return 0;
	strcpy(scratch, "/tmp/pageviz.XXXXXX");
	return mkdtemp(scratch) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	run("rm -rf '%s%s'", scratch, "");
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(laws_hold_of_every_machine),
		cmocka_unit_test(states_are_told_apart),
		cmocka_unit_test(merged_pages_are_one_frame),
		cmocka_unit_test(large_holes_are_folded),
		cmocka_unit_test(uses_are_told),
		cmocka_unit_test(figures_are_the_library_s),
		cmocka_unit_test(flags_alone_know_nobody),
		cmocka_unit_test(states_are_shown_without_frames),
		cmocka_unit_test(who_cannot_be_read_is_counted),
		cmocka_unit_test(threads_of_the_kernel_have_no_memory),
		cmocka_unit_test(people_have_names_and_groups),
		cmocka_unit_test(names_are_escaped),
		cmocka_unit_test(a_clone_is_found_by_its_pid),
		cmocka_unit_test(last_pictures_are_kept),
		cmocka_unit_test(a_first_look_is_not_lost),
		cmocka_unit_test(a_first_look_keeps_what_is_known),
		cmocka_unit_test(a_first_look_at_nobody),
		cmocka_unit_test(a_zombie_has_ended),
		cmocka_unit_test(a_thread_takes_moments),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
