// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Victims that keep using pages: see common_busy.h.
 */
#include "common_busy.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

struct busy_control *busy_new(void)
{
	struct busy_control *control =
		mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(control != MAP_FAILED);
	control->phase = 1;
	return control;
}

void busy_free(struct busy_control *control)
{
	if (control)
		munmap(control, sizeof(*control));
}

void busy_add(struct busy_control *control, struct busy_use use)
{
	control->uses[control->use_count++] = use;
}

static void use_pages(const struct busy_use *use)
{
	volatile char *at = use->area + use->first * PAGE;

	for (size_t i = 0; i < use->count; i++, at += use->step * PAGE) {
		if (use->writes)
			*at = (char)i;
		else
			(void)*at;
	}
}

static void *keep_using(void *context)
{
	struct busy_control *control = context;
	unsigned int entered = control->phase;

	for (;;) {
		unsigned int phase = control->phase;

		if (phase != entered && control->enter)
			control->enter(phase);
		entered = phase;
		for (size_t i = 0; i < control->use_count; i++)
			if (!control->uses[i].phase ||
			    control->uses[i].phase == phase)
				use_pages(&control->uses[i]);
		control->rounds++;
	}
	return NULL;
}

void busy_begin(struct report *report, struct busy_control *control)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, keep_using, control);
	if (errno)
		report_skip(report, "thread");
}

/* One round may have begun before; the next one is whole. */
void busy_wait(struct busy_control *control)
{
	unsigned long from = control->rounds;

	for (int i = 0; control->rounds < from + 2; i++) {
		assert_true(i < 100000);
		usleep(100);
	}
}

void busy_enter(struct busy_control *control, unsigned int phase)
{
	control->phase = phase;
	busy_wait(control);
}
