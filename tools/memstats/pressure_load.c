/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is under pressure, and how much work it does: CPU time in user mode,
 * lines that it writes, or runs from start to end.  Waits for all of that at
 * once, and for signals that end memstats.
 */
#include "pressure.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "ending.h"
#include "pidfd.h"

/* Fewer lines than that in the time of looking are none. */
#define LINES_LEAST 5

/* What a process was seen to have run. */
struct clock {
	pid_t pid;
	uint64_t ns;
};

struct load {
	struct pagemap_source *source;
	struct pagemap_cgroup *cgroup;
	struct launch *launch;			/* NULL: only watched */
	const struct launch_command *command;
	enum work_kind kind;
	struct ending ending;
	int output[2];
	int pidfd;				/* -1: it runs not */
	pid_t pid;
	int status;
	uint64_t lines;
	uint64_t runs;
	uint64_t cpu_ns;
	struct clock *clocks;
	size_t clock_count;
};

/*
 * The agent knows how it ended.  It is asked only where a run is waited for,
 * or before the first limit: it is in the cgroup, and may have to wait there.
 */
static void take_status(struct load *load)
{
	const struct launch_copy *copies;
	size_t count;

	if (load->kind != WORK_AUTO && load->kind != WORK_RUNS)
		return;
	launch_running(load->launch);
	copies = launch_copies(load->launch, &count);
	load->status = copies[count - 1].status;
	load->runs += load->status == 0;
}

static int start(struct load *load)
{
	int err = launch_start(load->launch, load->command, 0, load->output[1],
			       &load->pid);

	if (err)
		return err;
	load->pidfd = pidfd_of(load->pid);
	if (load->pidfd >= 0)
		return 0;
	/* It was quick: the agent has waited for it. */
	if (errno != ESRCH)
		return -errno;
	take_status(load);
	return 0;
}

int load_begin(struct pagemap_source *source, struct pagemap_cgroup *cgroup,
	       struct launch *launch, const struct launch_command *command,
	       struct load **ret_load)
{
	struct load *load = malloc(sizeof(*load));
	int err = 0;

	if (!load)
		return -ENOMEM;
	*load = (struct load){
		.source = source, .cgroup = cgroup, .launch = launch,
		.command = command, .pidfd = -1, .status = -1,
		.output = { -1, -1 },
	};
	ending_put_off(&load->ending);
	/* We read without waiting; the command writes as it is used to. */
	if (launch && (pipe2(load->output, O_CLOEXEC) ||
		       fcntl(load->output[0], F_SETFL, O_NONBLOCK)))
		err = -errno;
	if (!err && launch)
		err = start(load);
	if (err)
		load_end(load);
	else
		*ret_load = load;
	return err;
}

void load_end(struct load *load)
{
	const int fds[] = {
		load->output[0], load->output[1], load->pidfd,
	};
	size_t i;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	free(load->clocks);
	free(load);
}

static void read_lines(struct load *load)
{
	char text[65536];
	ssize_t size, i;

	while ((size = read(load->output[0], text, sizeof(text))) > 0)
		for (i = 0; i < size; i++)
			load->lines += text[i] == '\n';
}

/* Short of memory it may fail to start: that is no work, not the end. */
static int restart(struct load *load)
{
	int err = start(load);

	return err == -ENOMEM || err == -EAGAIN ? 0 : err;
}

static int note_end(struct load *load)
{
	close(load->pidfd);
	load->pidfd = -1;
	take_status(load);
	return load->kind == WORK_RUNS ? restart(load) : 0;
}

static int look(struct load *load, uint64_t timeout_ns)
{
	struct pollfd wake[] = {
		{ .fd = load->output[0], .events = POLLIN },
		{ .fd = load->pidfd, .events = POLLIN },
	};
	bool starts = load->kind == WORK_RUNS && load->pidfd < 0;
	int came = ending_wait(&load->ending, wake, 2, starts ? 0 : timeout_ns);

	if (came)
		return came > 0 ? -EINTR : came;
	if (wake[0].revents)
		read_lines(load);
	if (starts)
		return restart(load);
	return wake[1].revents ? note_end(load) : 0;
}

int load_wait(struct load *load, uint64_t ns)
{
	uint64_t now = now_ns(), end = now + ns;
	int err = 0;

	while (!err && now < end) {
		err = look(load, end - now);
		now = now_ns();
	}
	return err;
}

enum work_kind load_choose(const struct load *load)
{
	if (load->launch && load->pidfd < 0)
		return WORK_RUNS;
	return load->lines >= LINES_LEAST ? WORK_LINES : WORK_CPU;
}

void load_count(struct load *load, enum work_kind kind)
{
	load->kind = kind;
}

static struct clock *clock_of(struct load *load, pid_t pid)
{
	struct clock *clocks;
	size_t i;

	for (i = 0; i < load->clock_count; i++)
		if (load->clocks[i].pid == pid)
			return &load->clocks[i];
	clocks = reallocarray(load->clocks, load->clock_count + 1,
			      sizeof(*clocks));
	if (!clocks)
		return NULL;
	load->clocks = clocks;
	clocks[load->clock_count] = (struct clock){ .pid = pid };
	return &clocks[load->clock_count++];
}

/* What a process that has ended ran stays counted. */
static void add_cpu(struct load *load, pid_t pid)
{
	uint64_t user_ns, system_ns;
	struct clock *clock = clock_of(load, pid);

	if (!clock || pagemap_source_cpu_time(load->source, pid, &user_ns,
					      &system_ns))
		return;
	/* The pid may be another's by now, who has run less. */
	load->cpu_ns += user_ns > clock->ns ? user_ns - clock->ns : 0;
	clock->ns = user_ns;
}

static uint64_t cpu_progress(struct load *load)
{
	size_t i, count;
	pid_t *pids;

	if (load_pids(load, &pids, &count))
		return PAGEMAP_PROGRESS_UNKNOWN;
	for (i = 0; i < count; i++)
		add_cpu(load, pids[i]);
	free(pids);
	/* It comes by ticks: nanoseconds would look as if it did not. */
	return count ? load->cpu_ns * (uint64_t)sysconf(_SC_CLK_TCK) / 1000000000u
		     : PAGEMAP_PROGRESS_ENDED;
}

uint64_t load_progress(struct load *load)
{
	if (load->kind == WORK_RUNS)
		return load->runs;
	if (load->launch && load->pidfd < 0)
		return PAGEMAP_PROGRESS_ENDED;
	return load->kind == WORK_LINES ? load->lines : cpu_progress(load);
}

int load_status(const struct load *load)
{
	return load->status;
}

int load_pids(struct load *load, pid_t **ret_pids, size_t *ret_count)
{
	if (load->launch)
		return launch_pids(load->launch, load->source, ret_pids,
				   ret_count);
	return pagemap_cgroup_pids(load->cgroup, ret_pids, ret_count);
}
