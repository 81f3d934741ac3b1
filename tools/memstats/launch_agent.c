/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent that forks copies.  It joins the cgroup before it does anything
 * else, is the parent of whatever its copies leave behind, and knows who
 * still runs.
 */
#include "launch_agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "offspring.h"

struct copy {
	pid_t pid;
	int status;
	bool ended;
	bool told;
};

/*
 * A limit of the cgroup shall kill a copy, not us and all copies with us: the
 * first value is ours, where we may, and the other the copies', as it was.
 */
#define SPARED "-1000"

struct agent {
	pid_t self;
	int socket;
	char oom_score[8];	/* of before; empty: ours is not spared */
	int signals;		/* of children that end */
	struct copy *copies;
	size_t count;
};

int agent_read(int socket, void *ret_data, size_t size)
{
	char *at = ret_data;

	while (size) {
		ssize_t got = read(socket, at, size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : -EPIPE;
		at += got;
		size -= (size_t)got;
	}
	return 0;
}

int agent_write(int socket, const void *data, size_t size)
{
	const char *at = data;

	while (size) {
		ssize_t done = send(socket, at, size, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		at += done;
		size -= (size_t)done;
	}
	return 0;
}

static bool write_oom_score(const char *score)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, score, strlen(score)) > 0;

	if (fd >= 0)
		close(fd);
	return written;
}

/* Only with privileges: without, the largest is killed, which we are not. */
static void spare_agent(struct agent *agent)
{
	int fd = open("/proc/self/oom_score_adj", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? 0 : read(fd, agent->oom_score,
					 sizeof(agent->oom_score) - 1);

	if (fd >= 0)
		close(fd);
	if (size <= 0 || !write_oom_score(SPARED))
		size = 0;
	agent->oom_score[size] = '\0';
}

/* ---- Copies ------------------------------------------------------------ */

/* The child: becomes the command, or says why it cannot. */
static _Noreturn void become_copy(const struct agent *agent, char **words,
				  unsigned int number, int output_fd,
				  int failed_fd)
{
	char text[16];
	sigset_t none;
	int err;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != agent->self)
		_exit(1);
	if (*agent->oom_score)
		write_oom_score(agent->oom_score);
	setpgid(0, 0);
	if (output_fd >= 0) {
		dup2(output_fd, STDOUT_FILENO);
		dup2(output_fd, STDERR_FILENO);
	}
	snprintf(text, sizeof(text), "%u", number);
	setenv("MEMSTATS_COPY", text, 1);
	sigemptyset(&none);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvp(words[0], words);
	err = -errno;
	if (write(failed_fd, &err, sizeof(err)) != sizeof(err))
		_exit(1);
	_exit(0);
}

/* Nothing comes out of the pipe once the command has been executed. */
static int wait_for_exec(int failed_fd, pid_t pid)
{
	int err;

	if (agent_read(failed_fd, &err, sizeof(err)))
		return 0;
	waitpid(pid, NULL, 0);
	return err;
}

static int note_copy(struct agent *agent, pid_t pid)
{
	struct copy *copies = reallocarray(agent->copies, agent->count + 1,
					   sizeof(*copies));

	if (!copies)
		return -ENOMEM;
	agent->copies = copies;
	copies[agent->count++] = (struct copy){ .pid = pid };
	return 0;
}

static int start_copy(struct agent *agent, char **words, unsigned int number,
		      int output_fd, pid_t *ret_pid)
{
	int failed[2], err;
	pid_t pid;

	if (pipe2(failed, O_CLOEXEC))
		return -errno;
	pid = fork();
	err = pid < 0 ? -errno : 0;
	if (!pid)
		become_copy(agent, words, number, output_fd, failed[1]);
	close(failed[1]);
	if (!err)
		err = wait_for_exec(failed[0], pid);
	close(failed[0]);
	if (err)
		return err;
	err = note_copy(agent, pid);
	if (err)
		kill(-pid, SIGKILL);
	*ret_pid = pid;
	return err;
}

/* Words that stand in a text one after the other. */
static char **split_words(char *text, size_t count)
{
	char **words = calloc(count + 1, sizeof(*words));
	size_t i;

	for (i = 0; words && i < count; i++) {
		words[i] = text;
		text += strlen(text) + 1;
	}
	return words;
}

static int read_and_start(struct agent *agent,
			  const struct agent_request *request, int output_fd,
			  pid_t *ret_pid)
{
	char *text = malloc(request->size_bytes);
	char **words = NULL;
	int err = text ? agent_read(agent->socket, text, request->size_bytes)
		       : -ENOMEM;

	/* What was not read cannot be passed over: there is no memory left. */
	if (!text)
		_exit(1);
	if (!err)
		words = split_words(text, request->word_count);
	if (!err)
		err = words && words[0] ? start_copy(agent, words, request->number,
					 output_fd, ret_pid) : -ENOMEM;
	free(words);
	free(text);
	return err;
}

static void reap(struct agent *agent)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;
	size_t i;

	while (read(agent->signals, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < agent->count; i++) {
			struct copy *copy = &agent->copies[i];

			if (copy->pid != pid || copy->ended)
				continue;
			copy->ended = true;
			copy->status = status;
			break;
		}
	}
}

static int kill_copy(const struct agent *agent, pid_t pid)
{
	size_t i;

	for (i = 0; i < agent->count; i++)
		if (agent->copies[i].pid == pid && !agent->copies[i].ended)
			return kill(-pid, SIGKILL) ? -errno : 0;
	return -ESRCH;
}

static int tell_ended(struct agent *agent)
{
	uint32_t i, count = 0;
	int err;

	reap(agent);
	for (i = 0; i < agent->count; i++)
		count += agent->copies[i].ended && !agent->copies[i].told;
	err = agent_write(agent->socket, &count, sizeof(count));
	for (i = 0; !err && i < agent->count; i++) {
		struct copy *copy = &agent->copies[i];
		const struct agent_end end = { copy->pid, copy->status };

		if (!copy->ended || copy->told)
			continue;
		copy->told = true;
		err = agent_write(agent->socket, &end, sizeof(end));
	}
	return err;
}

/* ---- Its life ---------------------------------------------------------- */

/* The first bytes of a request, with the descriptor that comes along. */
static int read_request(int socket, struct agent_request *ret_request,
			int *ret_fd)
{
	struct iovec vector = { ret_request, sizeof(*ret_request) };
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr message = {
		.msg_iov = &vector, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;

	if (got <= 0)
		return -EPIPE;
	if (header)
		memcpy(ret_fd, CMSG_DATA(header), sizeof(*ret_fd));
	return agent_read(socket, (char *)ret_request + got,
			  sizeof(*ret_request) - (size_t)got);
}

static int obey(struct agent *agent)
{
	struct agent_request request;
	struct agent_answer answer = { 0 };
	int fd = -1, err = read_request(agent->socket, &request, &fd);

	if (err)
		return err;
	if (request.wish == AGENT_ENDED)
		return tell_ended(agent);
	if (request.wish == AGENT_KILL) {
		reap(agent);
		answer.err = kill_copy(agent, request.pid);
	} else {
		answer.err = read_and_start(agent, &request, fd, &answer.pid);
	}
	if (fd >= 0)
		close(fd);
	return agent_write(agent->socket, &answer, sizeof(answer));
}

/* Where there is no cgroup: all that came from us, until nobody is left. */
static void kill_offspring(struct agent *agent)
{
	struct pagemap_source *source;
	size_t i, count;
	pid_t *pids;

	if (pagemap_source_open_live(&source))
		return;
	for (;;) {
		reap(agent);
		if (offspring_below(source, agent->self, &pids, &count))
			break;
		for (i = 0; i < count; i++)
			kill(pids[i], SIGKILL);
		free(pids);
		if (!count)
			break;
		offspring_pause();
	}
	pagemap_source_close(source);
}

/* Descriptors of memstats that would keep things open when it has died. */
static int keep_alone(int fd)
{
	int own = dup2(fd, 3);

	if (close_range(4, ~0u, 0) < 0)
		for (int i = 4; i < 1024; i++)
			close(i);
	fcntl(own, F_SETFD, FD_CLOEXEC);
	return own;
}

/* In the cgroup the guardian kills; without one we do, when memstats dies. */
static int begin(struct agent *agent, struct pagemap_cgroup *cgroup,
		 pid_t owner)
{
	sigset_t children;
	int err = cgroup ? pagemap_cgroup_join(cgroup, 0) : 0;

	if (cgroup)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != owner)
		_exit(1);
	if (!err && prctl(PR_SET_CHILD_SUBREAPER, 1))
		err = -errno;
	offspring_detach();
	spare_agent(agent);
	agent->socket = keep_alone(agent->socket);
	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	agent->signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
	return err || agent->signals >= 0 ? err : -errno;
}

_Noreturn void agent_run(int socket, struct pagemap_cgroup *cgroup,
			 pid_t owner)
{
	struct agent agent = { .self = getpid(), .socket = socket };
	int err = begin(&agent, cgroup, owner);
	struct pollfd wake[] = {
		{ .fd = agent.socket, .events = POLLIN },
		{ .fd = agent.signals, .events = POLLIN },
	};

	if (agent_write(agent.socket, &err, sizeof(err)) || err)
		_exit(1);
	while (!err) {
		if (poll(wake, 2, -1) < 0)
			continue;
		if (wake[1].revents)
			reap(&agent);
		if (wake[0].revents)
			err = obey(&agent);
	}
	if (!cgroup)
		kill_offspring(&agent);
	_exit(0);
}
