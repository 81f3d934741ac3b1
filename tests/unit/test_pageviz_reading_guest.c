/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Moments of a vkernel of a saved machine: its RAM and its processes, its
 * frames among those of its host, and what stays of one that ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "own_picture.h"
#include "reading.h"

#define PATH_SIZE 4096
#define MAIN 2000		/* of the vkernel of vkernel.txt, */
#define SERVER 2020		/* and three of its processes: the child of */
#define WORKER 2021		/* each in the host */
#define OTHER 2022

static const struct map_id guest_ram = { .kind = MAP_GUEST };

/* In memory: some file systems take long for sparse files. */
static char scratch[64] = "/dev/shm/pageviz.XXXXXX";

struct opened {
	struct pagemap_source *host, *inside, *source;
};

static void run(const char *format, ...)
{
	char command[PATH_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	assert_int_equal(system(command), 0);
}

static struct pagemap_source *open_machine(const char *name)
{
	struct pagemap_source *source;
	char path[PATH_SIZE];
	int fd;

	run("rm -rf %s/%s && '%s/tests/fixtures/mkproc' "
	    "tests/fixtures/machines/%s.txt %s/%s", scratch, name,
	    getenv("BUILD"), name, scratch, name);
	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pagemap_source_open_tree(fd, NULL, &source), 0);
	close(fd);
	return source;
}

static void open_vkernel(struct opened *opened, bool inside)
{
	struct pagemap_vkernel_opts opts = { .size = sizeof(opts) };

	*opened = (struct opened){ .host = open_machine("vkernel") };
	if (inside)
		opened->inside = opts.inside = open_machine("vkernel-guest");
	assert_int_equal(pagemap_source_open_vkernel(opened->host, MAIN, &opts,
						     &opened->source), 0);
}

static void close_vkernel(struct opened *opened)
{
	pagemap_source_close(opened->source);
	pagemap_source_close(opened->inside);
	pagemap_source_close(opened->host);
}

static struct moment *take(const struct opened *opened,
			   const struct reading_request *request)
{
	struct moment *moment;
	char why[256];
	size_t i;

	assert_int_equal(reading_take(opened->source, request, &moment, why),
			 0);
	for (i = 0; i < moment->picture_count; i++)
		picture_assert_laws(moment, &moment->pictures[i]);
	return moment;
}

static struct reading_request guest_and(pid_t pid)
{
	return (struct reading_request){
		.maps = { guest_ram, { MAP_PROCESS, pid } },
		.map_count = 1 + (pid != 0),
	};
}

/* ---- The guest --------------------------------------------------------- */

static void assert_place(const struct moment *moment,
			 const struct guest_place *place, pid_t pid,
			 uint64_t page, uint64_t frame)
{
	assert_int_equal(moment->people[place->person].pid, pid);
	assert_int_equal(place->page + (frame - place->first_frame), page);
}

static void frames_tell_who_maps_them_where(void **state)
{
	const struct guest_place *places[8];
	struct reading_request request = guest_and(0);
	struct opened opened;
	struct moment *moment;
	const struct stretch *stretch;

	(void)state;
	open_vkernel(&opened, false);
	moment = take(&opened, &request);
	close_vkernel(&opened);
	assert_int_equal(moment->machine, MACHINE_GUEST);
	assert_int_equal(moment->vkernel.pid, MAIN);
	assert_int_equal(moment->person_count, 5);
	/* Page 8 of the server's program, of it and of what it forked. */
	stretch = picture_stretch(&moment->pictures[0], 0x1108);
	assert_int_equal(stretch->class_of, PAGEMAP_GUEST_MAPPED);
	assert_int_equal(stretch->sharers, 3);
	assert_int_equal(stretch->host, HOST_RESIDENT);
	assert_int_equal(moment->sets[stretch->set].member_count, 3);
	assert_int_equal(moment_places(moment, 0x1108, places, 8), 3);
	assert_place(moment, places[2], SERVER, 0x408, 0x1108);
	assert_place(moment, places[1], WORKER, 0x408, 0x1108);
	assert_place(moment, places[0], OTHER, 0x408, 0x1108);
	assert_int_equal(places[0]->bits, GUEST_PLACE_ACCESSED);
	/* What the guest says is not known, and so is said. */
	assert_int_equal(stretch->flags, 0);
	assert_true(*moment->pictures[0].why_flags);
	assert_string_equal(moment->pictures[0].why, "");
	moment_unref(moment);
}

/* Every place is a page of its process, and each page is at a place. */
static void places_are_all_pages(void **state)
{
	struct reading_request request = guest_and(SERVER);
	const struct picture *picture;
	uint64_t placed = 0, present = 0, page;
	struct opened opened;
	struct moment *moment;
	uint32_t person;
	size_t i, k;

	(void)state;
	open_vkernel(&opened, true);
	moment = take(&opened, &request);
	close_vkernel(&opened);
	picture = &moment->pictures[1];
	person = (uint32_t)(moment_person(moment, SERVER) - moment->people);
	for (i = 0; i < moment->place_count; i++) {
		const struct guest_place *place = &moment->places[i];

		for (k = 0; place->person == person &&
			    k < place->frame_count; k++, placed++)
			assert_int_equal(picture_frame_of(picture,
						place->page + k),
					 place->first_frame + k);
	}
	for (i = 0; i < picture->stretch_count; i++) {
		const struct stretch *stretch = &picture->stretches[i];

		if (stretch->state != PAGEMAP_PAGE_PRESENT)
			continue;
		present += stretch->page_count;
		/* Both maps say the same of a frame. */
		page = stretch->place;
		assert_int_equal(picture_stretch(&moment->pictures[0], page)
				 ->host, stretch->host);
	}
	assert_int_equal(placed, present);
	assert_true(present > 500);
	moment_unref(moment);
}

static void inside_gives_names_and_flags(void **state)
{
	struct reading_request request = guest_and(SERVER);
	const struct person *person;
	const struct stretch *stretch;
	struct opened opened;
	struct moment *moment;

	(void)state;
	open_vkernel(&opened, true);
	moment = take(&opened, &request);
	close_vkernel(&opened);
	person = moment_person(moment, SERVER);
	assert_string_equal(person->name, "server");
	assert_int_equal(person->guest_pid, 20);
	assert_string_equal(moment->pictures[1].name, "server");
	assert_string_equal(moment->pictures[0].why_flags, "");
	stretch = picture_stretch(&moment->pictures[0], 0x1108);
	assert_true(moment->flags[stretch->flags] != PAGEMAP_FLAGS_UNKNOWN);
	moment_unref(moment);
}

/* ---- The host ---------------------------------------------------------- */

static uint64_t resident_of(const struct moment *moment)
{
	struct guest_sums sums;

	assert_true(guest_sums(&moment->pictures[0], &sums));
	return sums.resident.value / moment->page_bytes;
}

static void pieces_are_what_is_resident(void **state)
{
	struct reading_request request = {
		.maps = { { .kind = MAP_RAM } }, .map_count = 1, .host = true,
	};
	struct reading_request inside = guest_and(0);
	const struct picture *ram, *guest;
	struct moment *moment, *other;
	uint64_t pages = 0, next = 0;
	struct opened opened;
	size_t i;

	(void)state;
	open_vkernel(&opened, false);
	moment = take(&opened, &request);
	other = take(&opened, &inside);
	close_vkernel(&opened);
	ram = &moment->pictures[0];
	guest = &other->pictures[0];
	assert_int_equal(moment->machine, MACHINE_HOST);
	for (i = 0; i < ram->piece_count; i++) {
		const struct guest_piece *piece = &ram->pieces[i];
		const struct stretch *stretch =
			picture_stretch(guest, piece->guest_page);

		assert_true(piece->first_page >= next);
		next = piece->first_page + piece->page_count;
		pages += piece->page_count;
		assert_int_equal(stretch->place + (piece->guest_page -
						   stretch->first_page),
				 piece->first_page);
		assert_int_equal(stretch->class_of, piece->use);
		assert_int_equal(stretch->sharers, piece->mappers);
	}
	assert_int_equal(pages + ram->unplaced_pages, resident_of(other));
	assert_true(moment_person(moment, MAIN)->of_vkernel);
	assert_true(moment_person(moment, SERVER)->of_vkernel);
	assert_false(moment_person(moment, 900)->of_vkernel);
	moment_unref(moment);
	moment_unref(other);
}

/* ---- What ended -------------------------------------------------------- */

/* All that was known of it stays, also who mapped what where. */
static void the_last_picture_stays(void **state)
{
	struct reading_request request = guest_and(SERVER);
	const struct guest_place *places[8];
	struct moment *before, *after, *last;
	struct opened opened;
	int i;

	(void)state;
	open_vkernel(&opened, false);
	before = take(&opened, &request);
	run("rm -r %s/vkernel/20??", scratch);
	request.previous = before;
	after = take(&opened, &request);
	moment_unref(before);
	request.previous = after;
	last = take(&opened, &request);
	moment_unref(after);
	close_vkernel(&opened);
	for (i = 0; i < 2; i++) {
		assert_true(last->pictures[i].ended);
		assert_true(last->pictures[i].stretch_count > 0);
		assert_true(*last->pictures[i].why);
	}
	assert_int_equal(last->vkernel.pid, MAIN);
	assert_int_equal(moment_places(last, 0x1108, places, 8), 3);
	assert_place(last, places[2], SERVER, 0x408, 0x1108);
	moment_unref(last);
}

/* Its host is shown as ever, without its frames, and says so. */
static void a_host_outlives_it(void **state)
{
	struct reading_request request = {
		.maps = { { .kind = MAP_RAM } }, .map_count = 1, .host = true,
	};
	struct moment *before, *after;
	struct opened opened;

	(void)state;
	open_vkernel(&opened, false);
	before = take(&opened, &request);
	assert_true(before->pictures[0].piece_count > 0);
	run("rm -r %s/vkernel/20??", scratch);
	request.previous = before;
	after = take(&opened, &request);
	close_vkernel(&opened);
	assert_false(after->pictures[0].ended);
	assert_int_equal(after->pictures[0].piece_count, 0);
	assert_non_null(strstr(after->pictures[0].why, "the vkernel ended"));
	assert_int_equal(after->vkernel.pid, MAIN);
	moment_unref(before);
	moment_unref(after);
}

static void one_that_never_was(void **state)
{
	struct reading_request request = guest_and(900);
	struct moment *moment = NULL;
	struct opened opened;
	char why[256];

	(void)state;
	open_vkernel(&opened, false);
	assert_int_equal(reading_take(opened.source, &request, &moment, why),
			 -ESRCH);
	assert_string_equal(why, "there is no process 900");
	run("rm -r %s/vkernel/20??", scratch);
	request.map_count = 1;
	assert_int_equal(reading_take(opened.source, &request, &moment, why),
			 -ESRCH);
	assert_string_equal(why, "the vkernel ended before it was read");
	assert_null(moment);
	close_vkernel(&opened);
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(scratch) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	run("rm -rf %s", scratch);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_tell_who_maps_them_where),
		cmocka_unit_test(places_are_all_pages),
		cmocka_unit_test(inside_gives_names_and_flags),
		cmocka_unit_test(pieces_are_what_is_resident),
		cmocka_unit_test(the_last_picture_stays),
		cmocka_unit_test(a_host_outlives_it),
		cmocka_unit_test(one_that_never_was),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
