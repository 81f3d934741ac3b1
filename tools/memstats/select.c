/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes that the words of the command line name.
 */
#include <stdlib.h>
#include <string.h>

#include "memstats.h"
#include "message.h"

/* The kernel keeps so many bytes of a name. */
#define COMM_BYTES 15

static bool is_pid(const char *word, pid_t *ret_pid)
{
	char *end;
	long pid = strtol(word, &end, 10);

	*ret_pid = (pid_t)pid;
	return *word >= '0' && *word <= '9' && !*end && pid > 0 &&
	       pid <= INT32_MAX;
}

static int add(struct settings *settings, pid_t pid)
{
	pid_t *pids = reallocarray(settings->pids, settings->pid_count + 1,
				   sizeof(*pids));

	if (!pids) {
		message("out of memory");
		return EXIT_NOTHING;
	}
	settings->pids = pids;
	pids[settings->pid_count++] = pid;
	return 0;
}

static int add_named(struct settings *settings, struct pagemap_source *source,
		     const char *name)
{
	size_t before = settings->pid_count;
	pid_t pid = 0;
	int status = 0;
	char comm[256];

	while (!status && pagemap_source_next_pid(source, &pid) == 1) {
		if (pagemap_source_comm(source, pid, comm, sizeof(comm)))
			continue;
		if (!strncmp(comm, name, COMM_BYTES) &&
		    (strlen(comm) >= COMM_BYTES || !strcmp(comm, name)))
			status = add(settings, pid);
	}
	if (!status && settings->pid_count == before)
		message("no process is called '%s'", name);
	return status;
}

int select_processes(struct settings *settings, struct pagemap_source *source)
{
	int i, status = 0;
	pid_t pid;

	for (i = 0; i < settings->word_count && !status; i++)
		status = is_pid(settings->words[i], &pid) ?
			add(settings, pid) :
			add_named(settings, source, settings->words[i]);
	if (!status && !settings->pid_count)
		status = EXIT_NOTHING;
	return status;
}
