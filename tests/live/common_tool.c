// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Running the tools, and a reader of CSV: fields in quotes may hold commas,
 * line ends and doubled quotes.
 */
#include "common_tool.h"

#include <errno.h>
#include <grp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const char *build_folder(void)
{
	const char *folder = getenv("BUILD");

	return folder ? folder : "build";
}

static void be_shell(uid_t uid, const char *command, const pid_t pids[2],
		     FILE *const files[2])
{
	char path[4200], words[2][16] = { "", "" };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof(path), "%s:%s", build_folder(), getenv("PATH"));
	setenv("PATH", path, 1);
	for (int i = 0; pids && i < 2 && pids[i]; i++)
		snprintf(words[i], sizeof(words[i]), "%d", pids[i]);
	if (uid && (setgroups(0, NULL) || setgid(uid) || setuid(uid)))
		_exit(126);
	if (dup2(fileno(files[0]), 1) < 0 || dup2(fileno(files[1]), 2) < 0)
		_exit(126);
	execl("/bin/bash", "bash", "-c", command, "bash", words[0], words[1],
	      (char *)NULL);
	_exit(127);
}

static char *slurp(FILE *file, size_t *length)
{
	long size = (fseek(file, 0, SEEK_END), ftell(file));
	char *text = malloc(size + 1);

	assert_non_null(text);
	rewind(file);
	*length = fread(text, 1, size, file);
	text[*length] = 0;
	fclose(file);
	return text;
}

void tool_run(struct tool_run *run, uid_t uid, const char *command,
	      const pid_t pids[2])
{
	FILE *files[2] = { tmpfile(), tmpfile() };
	size_t err_length;
	int status;
	pid_t pid;

	assert_true(files[0] && files[1]);
	pid = fork();
	assert_return_code(pid, errno);
	if (pid == 0)
		be_shell(uid, command, pids, files);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	run->status = WIFEXITED(status) ? WEXITSTATUS(status)
					: 128 + WTERMSIG(status);
	run->out = slurp(files[0], &run->out_length);
	run->err = slurp(files[1], &err_length);
}

void tool_done(struct tool_run *run)
{
	free(run->out);
	free(run->err);
	run->out = run->err = NULL;
}

bool tools_are_there(uid_t uid)
{
	struct tool_run run;
	bool there;

	tool_run(&run, uid, "memrank --version && memstats --version", NULL);
	there = run.status == 0;
	tool_done(&run);
	return there;
}

size_t count_lines(const char *text)
{
	size_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n' || text[1] == 0;
	return lines;
}

/* ---- CSV --------------------------------------------------------------- */

/* Copies a field and gives what follows it: a comma, a line's end, a NUL. */
static const char *take_field(const char *at, char *field, size_t size)
{
	bool quoted = *at == '"';
	size_t length = 0;

	for (at += quoted; *at; at++) {
		if (quoted && at[0] == '"' && at[1] == '"')
			at++;
		else if (quoted ? *at == '"' : *at == ',' || *at == '\n')
			break;
		if (length + 1 < size)
			field[length++] = *at;
	}
	if (size)
		field[length] = 0;
	return at + (quoted && *at == '"');
}

const char *csv_line(const char *text, size_t line)
{
	while (*text && line) {
		text = take_field(text, NULL, 0);
		line -= *text == '\n';
		text += *text != 0;
	}
	return *text ? text : NULL;
}

static int column_of(const char *text, const char *heading)
{
	char name[128];

	for (int column = 0;; column++) {
		text = take_field(text, name, sizeof(name));
		if (strcmp(name, heading) == 0)
			return column;
		if (*text++ != ',')
			return -1;
	}
}

bool csv_field(const char *text, size_t line, const char *heading,
	       char *field, size_t size)
{
	int column = column_of(text, heading);
	const char *at = csv_line(text, line);

	if (column < 0 || !at)
		return false;
	for (; column; column--) {
		at = take_field(at, NULL, 0);
		if (*at++ != ',')
			return false;
	}
	take_field(at, field, size);
	return true;
}

uint64_t csv_number(const char *text, size_t line, const char *heading)
{
	char field[64], *end;
	uint64_t number;

	if (!csv_field(text, line, heading, field, sizeof(field)))
		fail_msg("no %s in line %zu of:\n%.2000s", heading, line, text);
	number = strtoull(field, &end, 0);
	if (end == field || *end)
		fail_msg("%s is '%s', not a number", heading, field);
	return number;
}
