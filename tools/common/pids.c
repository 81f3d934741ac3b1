/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pids that words mean, see pids.h.
 */
#include "pids.h"

#include <stdlib.h>
#include <string.h>

#include "message.h"

/* The kernel keeps so many bytes of a name. */
#define COMM_BYTES 15

bool pid_parse(const char *word, pid_t *ret_pid)
{
	char *end;
	long pid = strtol(word, &end, 10);

	if (*word < '0' || *word > '9' || *end || pid <= 0 || pid > INT32_MAX)
		return false;
	*ret_pid = (pid_t)pid;
	return true;
}

static int add(pid_t **pids, size_t *count, pid_t pid)
{
	pid_t *more = reallocarray(*pids, *count + 1, sizeof(*more));

	if (!more) {
		message("out of memory");
		return EXIT_NOTHING;
	}
	more[(*count)++] = pid;
	*pids = more;
	return 0;
}

static int add_named(struct pagemap_source *source, const char *name,
		     pid_t **pids, size_t *count)
{
	size_t before = *count;
	pid_t pid = 0;
	int status = 0;
	char comm[256];

	while (!status && pagemap_source_next_pid(source, &pid) == 1) {
		if (pagemap_source_comm(source, pid, comm, sizeof(comm)))
			continue;
		if (!strncmp(comm, name, COMM_BYTES) &&
		    (strlen(comm) >= COMM_BYTES || !strcmp(comm, name)))
			status = add(pids, count, pid);
	}
	if (!status && *count == before)
		message("no process is called '%s'", name);
	return status;
}

int pids_add_word(struct pagemap_source *source, const char *word, pid_t **pids,
		  size_t *count)
{
	pid_t pid;

	return pid_parse(word, &pid) ? add(pids, count, pid) :
				       add_named(source, word, pids, count);
}
