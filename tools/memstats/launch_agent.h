/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between launch.c and its agent: a stream of requests, each answered before
 * the next.  Both are one program, so structs go as they are.
 */
#ifndef MEMSTATS_LAUNCH_AGENT_H
#define MEMSTATS_LAUNCH_AGENT_H

#include <stdint.h>
#include <sys/types.h>

#include <libpagemap/pagemap.h>

enum agent_wish {
	AGENT_START,		/* answered by an agent_answer */
	AGENT_KILL,		/* the copy of a pid; the same */
	AGENT_ENDED,		/* by their number and an agent_end of each */
};

struct agent_request {
	enum agent_wish wish;
	pid_t pid;
	unsigned int number;
	uint32_t word_count;
	uint32_t size_bytes;	/* of the words that follow, each with its NUL */
	bool has_output;	/* a descriptor came along */
};

struct agent_answer {
	int err;
	pid_t pid;
};

struct agent_end {
	pid_t pid;
	int status;
};

/*
 * The agent's life, in the child: first it answers whether it could begin.
 * owner: who forked it.
 */
_Noreturn void agent_run(int socket, struct pagemap_cgroup *cgroup,
			 pid_t owner);

/* All of it, or a negative errno; -EPIPE at the end. */
int agent_read(int socket, void *ret_data, size_t size);
int agent_write(int socket, const void *data, size_t size);

#endif
