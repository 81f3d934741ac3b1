// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tests' own promise: what they change of the system is put back, also
 * when a test is killed in the middle.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common_guardian.h"
#include "common_measure.h"

#include <cmocka.h>

/* A setting that changes nothing that others could notice. */
#define SETTING "/proc/sys/vm/stat_interval"

static bool swap_is_on(void)
{
	FILE *swaps = fopen("/proc/swaps", "r");
	char line[512];
	bool found = false;

	while (swaps && fgets(line, sizeof(line), swaps))
		found |= strstr(line, "/var/tmp/live-swap-") != NULL;
	if (swaps)
		fclose(swaps);
	return found;
}

static void expect_setting(const char *value)
{
	char text[64];

	assert_true(setting_read(SETTING, text, sizeof(text)));
	assert_string_equal(text, value);
}

static void puts_back_at_the_end(void **state)
{
	char before[64];
	struct guardian *guardian = guardian_start();

	(void)state;
	if (!guardian)
		SKIP("needs root");
	assert_true(setting_read(SETTING, before, sizeof(before)));
	assert_int_equal(guardian_set(guardian, SETTING, "7"), 0);
	expect_setting("7");
	assert_int_equal(guardian_set(guardian, SETTING, "8"), 0);
	expect_setting("8");
	assert_int_equal(guardian_set(guardian, "/proc/sys/vm/no_such", "1"),
			 -ENOENT);
	guardian_stop(guardian);
	expect_setting(before);
}

/* Runs in a process that is killed: it changes settings and says so. */
static void be_killed(int ready)
{
	struct guardian *guardian = guardian_start();
	char swap = 'n';

	if (!guardian || guardian_set(guardian, SETTING, "9"))
		_exit(1);
	if (guardian_swap_on(guardian, 4) == 0)
		swap = 'y';
	if (write(ready, &swap, 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void puts_back_after_sigkill(void **state)
{
	char before[64], text[64], swap;
	int ends[2];
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		SKIP("needs root");
	assert_true(setting_read(SETTING, before, sizeof(before)));
	assert_return_code(pipe(ends), errno);
	pid = fork();
	if (pid == 0)
		be_killed(ends[1]);
	close(ends[1]);
	assert_int_equal(read(ends[0], &swap, 1), 1);
	close(ends[0]);
	expect_setting("9");
	assert_int_equal(swap_is_on(), swap == 'y');
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	for (int i = 0; i < 500; i++) {
		if (setting_read(SETTING, text, sizeof(text)) &&
		    strcmp(text, before) == 0 && !swap_is_on())
			break;
		usleep(10000);
	}
	expect_setting(before);
	assert_false(swap_is_on());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_back_at_the_end),
		cmocka_unit_test(puts_back_after_sigkill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
