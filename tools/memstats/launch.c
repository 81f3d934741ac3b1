/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The side of memstats: asks the agent, and keeps the list of copies.
 */
#include "launch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "escape.h"
#include "launch_agent.h"
#include "message.h"
#include "offspring.h"

#define PLACE "{}"

struct launch {
	struct pagemap_cgroup *cgroup;	/* NULL: none */
	pid_t agent;
	int socket;
	bool agent_died;
	struct launch_copy *copies;
	size_t count;
};

static int begin_agent(struct launch *launch)
{
	pid_t owner = getpid();
	int ends[2], err;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -errno;
	launch->agent = fork();
	if (!launch->agent) {
		close(ends[0]);
		agent_run(ends[1], launch->cgroup, owner);
	}
	err = launch->agent < 0 ? -errno : 0;
	close(ends[1]);
	launch->socket = ends[0];
	if (err || agent_read(launch->socket, &err, sizeof(err)))
		return err ? err : -EPIPE;
	return err;
}

int launch_begin(struct pagemap_cgroup *cgroup, struct launch **ret_launch)
{
	struct launch *launch = calloc(1, sizeof(*launch));
	int err;

	if (!launch)
		return -ENOMEM;
	launch->cgroup = cgroup;
	launch->socket = -1;
	err = begin_agent(launch);
	if (!err) {
		*ret_launch = launch;
		return 0;
	}
	if (launch->socket >= 0)
		close(launch->socket);
	if (launch->agent > 0)
		waitpid(launch->agent, NULL, 0);
	free(launch);
	return err;
}

/* ---- Words ------------------------------------------------------------- */

/* Adds so many bytes, or (at NULL) only says that they would be added. */
static size_t put_bytes(char *at, const char *bytes, size_t size)
{
	if (at)
		memcpy(at, bytes, size);
	return size;
}

/* Adds a word, each {} of which becomes the number; gives its bytes. */
static size_t put_word(const char *word, const char *number, char *at)
{
	size_t size = 0;
	const char *place;

	while ((place = strstr(word, PLACE))) {
		size += put_bytes(at ? at + size : NULL, word,
				  (size_t)(place - word));
		size += put_bytes(at ? at + size : NULL, number,
				  strlen(number));
		word = place + strlen(PLACE);
	}
	return size + put_bytes(at ? at + size : NULL, word, strlen(word) + 1);
}

/* All of them, each with its NUL. */
static char *put_words(const struct launch_command *command,
		       unsigned int number, size_t *ret_size)
{
	size_t i, size = 0, at = 0;
	char text[16], *words;

	snprintf(text, sizeof(text), "%u", number);
	for (i = 0; i < command->word_count; i++)
		size += put_word(command->words[i], text, NULL);
	words = malloc(size);
	for (i = 0; words && i < command->word_count; i++)
		at += put_word(command->words[i], text, words + at);
	*ret_size = size;
	return words;
}

/* ---- Copies ------------------------------------------------------------ */

/* The request itself, and a descriptor (-1: none). */
static int send_request(struct launch *launch,
			const struct agent_request *request, int fd)
{
	struct iovec vector = { (void *)request, sizeof(*request) };
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };

	if (fd >= 0) {
		control.header = (struct cmsghdr){
			.cmsg_len = CMSG_LEN(sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
		};
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
	}
	return sendmsg(launch->socket, &message, MSG_NOSIGNAL) ==
	       (ssize_t)sizeof(*request) ? 0 : -EPIPE;
}

static int note_copy(struct launch *launch, pid_t pid, unsigned int number)
{
	struct launch_copy *copies = reallocarray(launch->copies,
						  launch->count + 1,
						  sizeof(*copies));

	if (!copies)
		return -ENOMEM;
	launch->copies = copies;
	copies[launch->count++] = (struct launch_copy){
		.pid = pid, .number = number,
	};
	return 0;
}

int launch_start(struct launch *launch, const struct launch_command *command,
		 unsigned int number, int output_fd, pid_t *ret_pid)
{
	struct agent_request request = {
		.wish = AGENT_START, .number = number,
		.word_count = (uint32_t)command->word_count,
	};
	struct agent_answer answer;
	size_t size;
	char *words;
	int err;

	if (!command->word_count)
		return -EINVAL;
	words = put_words(command, number, &size);
	if (!words)
		return -ENOMEM;
	request.size_bytes = (uint32_t)size;
	err = send_request(launch, &request, output_fd);
	if (!err)
		err = agent_write(launch->socket, words, size);
	if (!err)
		err = agent_read(launch->socket, &answer, sizeof(answer));
	free(words);
	if (!err)
		err = answer.err;
	if (!err)
		err = note_copy(launch, answer.pid, number);
	if (!err)
		*ret_pid = answer.pid;
	return err;
}

void launch_complain(const struct launch_command *command, int err)
{
	char name[256];

	if (err == -EPIPE) {
		message("the copies' parent was killed: was memory short?");
		return;
	}
	escape_text(command->words[0], name, sizeof(name));
	message("cannot run %s: %s", name, strerror(-err));
}

static void note_end(struct launch *launch, const struct agent_end *end)
{
	size_t i;

	for (i = 0; i < launch->count; i++) {
		struct launch_copy *copy = &launch->copies[i];

		if (copy->pid != end->pid || copy->ended)
			continue;
		copy->ended = true;
		copy->status = end->status;
		break;
	}
}

static int hear_ends(struct launch *launch)
{
	const struct agent_request request = { .wish = AGENT_ENDED };
	struct agent_end end;
	uint32_t count = 0;
	int err = send_request(launch, &request, -1);

	if (!err)
		err = agent_read(launch->socket, &count, sizeof(count));
	while (!err && count--) {
		err = agent_read(launch->socket, &end, sizeof(end));
		if (!err)
			note_end(launch, &end);
	}
	return err;
}

size_t launch_running(struct launch *launch)
{
	size_t i, running = 0;

	if (!launch->agent_died)
		launch->agent_died = hear_ends(launch) != 0;
	for (i = 0; i < launch->count; i++) {
		struct launch_copy *copy = &launch->copies[i];

		if (launch->agent_died && !copy->ended) {
			copy->ended = true;
			copy->status = -1;
		}
		running += !copy->ended;
	}
	return running;
}

const struct launch_copy *launch_copies(const struct launch *launch,
					size_t *ret_count)
{
	*ret_count = launch->count;
	return launch->copies;
}

pid_t launch_agent(const struct launch *launch)
{
	return launch->agent;
}

int launch_pids(struct launch *launch, struct pagemap_source *source,
		pid_t **ret_pids, size_t *ret_count)
{
	size_t i, kept = 0, count;
	pid_t *pids;
	int err;

	if (!launch->cgroup)
		return offspring_below(source, launch->agent, ret_pids,
				       ret_count);
	err = pagemap_cgroup_pids(launch->cgroup, &pids, &count);
	if (err)
		return err;
	for (i = 0; i < count; i++)
		if (pids[i] != launch->agent)
			pids[kept++] = pids[i];
	*ret_pids = pids;
	*ret_count = kept;
	return 0;
}

void launch_kill(struct launch *launch, const struct launch_copy *copy)
{
	const struct agent_request request = {
		.wish = AGENT_KILL, .pid = copy->pid,
	};
	struct agent_answer answer;

	if (!send_request(launch, &request, -1))
		agent_read(launch->socket, &answer, sizeof(answer));
}

/* A dead child is in its cgroup until it is waited for. */
static bool empty_cgroup(struct launch *launch)
{
	bool reaped = false;
	int i;

	for (i = 0; i < OFFSPRING_LOOKS; i++) {
		if (!offspring_kill_cgroup(launch->cgroup))
			break;
		if (!reaped)
			reaped = waitpid(launch->agent, NULL, WNOHANG) ==
				 launch->agent;
		offspring_pause();
	}
	return reaped;
}

void launch_end(struct launch *launch)
{
	bool reaped = false;

	if (!launch)
		return;
	/* Without a cgroup the agent kills: the end of requests says so. */
	close(launch->socket);
	if (launch->cgroup)
		reaped = empty_cgroup(launch);
	if (!reaped)
		waitpid(launch->agent, NULL, 0);
	free(launch->copies);
	free(launch);
}
