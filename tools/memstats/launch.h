/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies of commands, started by an agent: a process of ours that is in a
 * memory cgroup before it forks, so that all of their memory, page tables and
 * stacks too, is charged there.  They die when memstats does, however it
 * dies; what they started themselves is the guardian's (guardian.h), who is
 * begun first.
 */
#ifndef MEMSTATS_LAUNCH_H
#define MEMSTATS_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <libpagemap/pagemap.h>

struct launch;

/* What is run; "{}" in any of its words becomes the number of the copy. */
struct launch_command {
	char *const *words;	/* of which the first is the program */
	size_t word_count;	/* at least 1 */
};

/* A copy that was started. */
struct launch_copy {
	pid_t pid;
	unsigned int number;
	bool ended;
	int status;		/* once it has, as wait(2) gives it; -1: it went
				   with the agent and how is not known */
};

/*
 * Starts the agent, in a cgroup or (NULL) where we are.  To be called by the
 * thread that lives as long as memstats.  0 or a negative errno.
 */
int launch_begin(struct pagemap_cgroup *cgroup, struct launch **ret_launch);

/*
 * Starts one more copy, in a process group of its own, with MEMSTATS_COPY in
 * its environment, nothing to read, and its standard output and error going
 * to a descriptor (-1: nowhere).  Returns once it has been executed: 0, or why
 * it could not be, as a negative errno (-ENOENT, -EACCES, ...); -EPIPE if the
 * agent has died.
 */
int launch_start(struct launch *launch, const struct launch_command *command,
		 unsigned int number, int output_fd, pid_t *ret_pid);

/* Says in one line that a command could not be run. */
void launch_complain(const struct launch_command *command, int err);

/* How many copies run, as of now; launch_copies says how the others ended. */
size_t launch_running(struct launch *launch);

/* All copies in the order of their start.  Borrowed: until the next start. */
const struct launch_copy *launch_copies(const struct launch *launch,
					size_t *ret_count);

/* The agent itself, which is in the cgroup too. */
pid_t launch_agent(const struct launch *launch);

/*
 * The copies and all that they started, which is still below the agent
 * whoever its parent was, without the agent.  Owner: the caller.
 */
int launch_pids(struct launch *launch, struct pagemap_source *source,
		pid_t **ret_pids, size_t *ret_count);

/* Kills one copy, with its process group. */
void launch_kill(struct launch *launch, const struct launch_copy *copy);

/*
 * Kills all of them, with what they started, and the agent, and waits until
 * they have gone.  The cgroup is left to whoever made it.  NULL is fine.
 */
void launch_end(struct launch *launch);

#endif
