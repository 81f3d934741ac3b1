// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * guest_uses HOW: inside a vkernel, a process that has PAGES pages at a known
 * address and uses so many of them again and again, in a way that the address
 * tells: see guest_uses.h.  Does not look at itself: that is the host's.
 */
#define _GNU_SOURCE
#include <string.h>

#include "../kernel/guest.h"
#include "guest_uses.h"

static char *pages;

static char *page(size_t number)
{
	return pages + number * PAGE;
}

static void rest(void)
{
	const struct timespec beat = { .tv_nsec = 10000000 };

	nanosleep(&beat, NULL);
}

/*
 * Used pages name each other in a ring: a processor that guesses how the loop
 * goes on finds no other page to look into.
 */
static void use_ring(void)
{
	volatile size_t *at = (volatile size_t *)page(0);

	for (size_t i = 0; i < USED; i++)
		*(volatile size_t *)page(i * STEP) = (i + 1) % USED * STEP;
	for (;;) {
		for (size_t i = 0; i < USED; i++)
			at = (volatile size_t *)page(*at);
		rest();
	}
}

static void use_nothing(void)
{
	for (;;)
		pause();
}

/* Its kernel writes into them, it itself does not touch them. */
static void use_by_reading(void)
{
	int zeros = open("/dev/zero", O_RDONLY);

	if (zeros < 0)
		give_up("/dev/zero");
	for (;;) {
		if (read(zeros, page(0), USED * PAGE) != USED * PAGE)
			give_up("read");
		rest();
	}
}

/* A page that it has not had before, every beat. */
static void use_new(void)
{
	char *more = mmap((void *)USES_NEW_PAGES, BEATS * STEP * PAGE,
			  PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (more == MAP_FAILED)
		give_up("mmap");
	for (size_t i = 0; i < BEATS; i++) {
		*(volatile char *)(more + i * STEP * PAGE) = 1;
		rest();
	}
	use_nothing();
}

static const struct {
	const char *name;
	uintptr_t at;
	void (*use)(void);
} ways[] = {
	{ "ring", USES_RING, use_ring },
	{ "nothing", USES_NOTHING, use_nothing },
	{ "reading", USES_BY_READING, use_by_reading },
	{ "new", USES_NEW, use_new },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(ways) / sizeof(ways[0]);
	     i++) {
		if (strcmp(ways[i].name, argv[1]) != 0)
			continue;
		pages = mmap((void *)ways[i].at, PAGES * PAGE,
			     PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		if (pages == MAP_FAILED)
			give_up("mmap");
		for (size_t k = 0; k < PAGES; k++)
			*(volatile size_t *)page(k) = k;
		ways[i].use();
	}
	fputs("guest_uses: which way?\n", stderr);
	return 2;
}
