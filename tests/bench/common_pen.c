// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pen's cgroup in either version, its agent and its guardian; see
 * common_pen.h.  What copies mean for a budget is pack.c's.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common_bench.h"
#include "common_pen.h"

#define ROOT_V1 "/sys/fs/cgroup/memory"
#define ROOT_V2 "/sys/fs/cgroup"

enum { COPIES_MAX = 4096, REMOVE_TRIES = 1000 };

struct pen {
	char path[96];
	bool v1;
	pid_t guardian;
	pid_t agent;
	int guardian_pipe;
	int agent_socket;
	unsigned int count;
	pid_t pids[COPIES_MAX];
};

/* Where a figure is told: rows of one figure are added; no name: the file is
 * the number. */
struct book {
	enum pen_figure figure;
	const char *file;
	const char *name;
};

static const struct book books_v1[] = {
	{ PEN_USAGE, "memory.usage_in_bytes", NULL },
	{ PEN_ANON, "memory.stat", "total_rss" },
	{ PEN_FILE, "memory.stat", "total_cache" },
	{ PEN_KERNEL, "memory.kmem.usage_in_bytes", NULL },
	{ PEN_REFAULTS, "memory.stat", "total_workingset_refault" },
	{ PEN_REFAULTS, "memory.stat", "total_workingset_refault_anon" },
	{ PEN_REFAULTS, "memory.stat", "total_workingset_refault_file" },
	{ PEN_KILLS, "memory.oom_control", "oom_kill" },
};

static const struct book books_v2[] = {
	{ PEN_USAGE, "memory.current", NULL },
	{ PEN_ANON, "memory.stat", "anon" },
	{ PEN_FILE, "memory.stat", "file" },
	{ PEN_KERNEL, "memory.stat", "kernel" },
	{ PEN_REFAULTS, "memory.stat", "workingset_refault" },
	{ PEN_REFAULTS, "memory.stat", "workingset_refault_anon" },
	{ PEN_REFAULTS, "memory.stat", "workingset_refault_file" },
	{ PEN_KILLS, "memory.events", "oom_kill" },
};

enum { BOOKS = sizeof(books_v1) / sizeof(*books_v1) };

/* ---- Files of a cgroup ------------------------------------------------- */

static int open_in(const char *folder, const char *file, int flags)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	return open(path, flags | O_CLOEXEC);
}

static bool write_in(const char *folder, const char *file, const char *text)
{
	int fd = open_in(folder, file, O_WRONLY);
	bool done = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		close(fd);
	return done;
}

static bool read_in(const char *folder, const char *file, char *text,
		    size_t size)
{
	int fd = open_in(folder, file, O_RDONLY);
	ssize_t got, length = 0;

	if (fd < 0)
		return false;
	while ((got = read(fd, text + length, size - 1 - length)) > 0)
		length += got;
	close(fd);
	text[length] = 0;
	return length > 0;
}

/* The number after a name that begins a line, or the first of all. */
static bool find_number(const char *text, const char *name, uint64_t *ret)
{
	size_t length = name ? strlen(name) : 0;

	while (length && (strncmp(text, name, length) || text[length] != ' ')) {
		text = strchr(text, '\n');
		if (!text++)
			return false;
	}
	*ret = strtoull(text + length, NULL, 10);
	return true;
}

void pen_read(const struct pen *pen, uint64_t ret_figures[PEN_FIGURES])
{
	const struct book *book = pen->v1 ? books_v1 : books_v2, *end;
	bool known[PEN_FIGURES] = { false };
	char text[16384];
	uint64_t number;

	memset(ret_figures, 0, PEN_FIGURES * sizeof(*ret_figures));
	for (end = book + BOOKS; book < end; book++) {
		if (!read_in(pen->path, book->file, text, sizeof(text)) ||
		    !find_number(text, book->name, &number))
			continue;
		ret_figures[book->figure] += number;
		known[book->figure] = true;
	}
	for (int i = 0; i < PEN_FIGURES; i++)
		if (!known[i])
			die("%s does not tell figure %d", pen->path, i);
}

/* ---- The guardian ------------------------------------------------------ */

/* Only who is in a cgroup of ours: nobody else goes there. */
static void kill_inside(const char *path)
{
	char text[65536], *line, *rest = text;
	pid_t pid;

	if (!read_in(path, "cgroup.procs", text, sizeof(text)))
		return;
	while ((line = strsep(&rest, "\n"))) {
		pid = (pid_t)atoi(line);
		if (pid > 1)
			kill(pid, SIGKILL);
	}
}

static void be_guardian(const char *path, int pipe)
{
	char byte;

	/* Whatever ends the owner's group of processes must not end this. */
	setsid();
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	while (read(pipe, &byte, 1) < 0 && errno == EINTR)
		;
	for (int i = 0; i < REMOVE_TRIES && rmdir(path); i++) {
		kill_inside(path);
		usleep(10000);
	}
	_exit(0);
}

static void start_guardian(struct pen *pen)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		die_errno("a pipe");
	pen->guardian = fork();
	if (pen->guardian < 0)
		die_errno("a guardian");
	if (pen->guardian == 0) {
		close(ends[1]);
		be_guardian(pen->path, ends[0]);
	}
	close(ends[0]);
	pen->guardian_pipe = ends[1];
}

/* ---- The agent --------------------------------------------------------- */

static void say_oom_score(const char *score)
{
	write_in("/proc/self", "oom_score_adj", score);
}

static void be_copy(pid_t agent, unsigned int number, char **command)
{
	char text[16];
	int null = open("/dev/null", O_RDWR);

	die_with_parent(agent, SIGKILL);
	say_oom_score("0");
	signal(SIGCHLD, SIG_DFL);
	snprintf(text, sizeof(text), "%u", number);
	setenv("MEMSTATS_COPY", text, 1);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	execvp(command[0], command);
	die_errno("%s", command[0]);
}

static void be_agent(const struct pen *pen, pid_t owner, int socket,
		     char **command)
{
	pid_t agent = getpid(), pid;
	unsigned int number;

	die_with_parent(owner, SIGKILL);
	close(pen->guardian_pipe);
	if (!write_in(pen->path, "cgroup.procs", "0"))
		die_errno("joining %s", pen->path);
	/* The copies are what is to be killed, and leave no zombies. */
	say_oom_score("-1000");
	signal(SIGCHLD, SIG_IGN);
	while (read(socket, &number, sizeof(number)) == sizeof(number)) {
		pid = fork();
		if (pid == 0)
			be_copy(agent, number, command);
		if (write(socket, &pid, sizeof(pid)) != sizeof(pid))
			break;
	}
	_exit(0);
}

static void start_agent(struct pen *pen, char **command)
{
	pid_t owner = getpid();
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		die_errno("a socket");
	pen->agent = fork();
	if (pen->agent < 0)
		die_errno("an agent");
	if (pen->agent == 0) {
		close(ends[0]);
		be_agent(pen, owner, ends[1], command);
	}
	close(ends[1]);
	pen->agent_socket = ends[0];
}

/* One command a pen: the agent has it from its owner's memory. */
void pen_start(struct pen *pen, unsigned int number, char **command)
{
	pid_t pid;

	if (!pen->agent)
		start_agent(pen, command);
	if (pen->count == COPIES_MAX)
		die("more than %d copies", COPIES_MAX);
	if (write(pen->agent_socket, &number, sizeof(number)) < 0 ||
	    read(pen->agent_socket, &pid, sizeof(pid)) != sizeof(pid) || pid < 0)
		die("copy %u cannot be started", number);
	pen->pids[pen->count++] = pid;
}

unsigned int pen_alive(const struct pen *pen)
{
	unsigned int alive = 0;

	for (unsigned int i = 0; i < pen->count; i++)
		alive += kill(pen->pids[i], 0) == 0;
	return alive;
}

/* ---- Making and removing ----------------------------------------------- */

struct pen *pen_make(uint64_t budget)
{
	struct pen *pen = calloc(1, sizeof(*pen));
	char text[32];

	if (!pen)
		die("no memory");
	pen->v1 = access(ROOT_V1 "/memory.stat", R_OK) == 0;
	if (!pen->v1)
		write_in(ROOT_V2, "cgroup.subtree_control", "+memory");
	snprintf(pen->path, sizeof(pen->path), "%s/libpagemap-pen-%d",
		 pen->v1 ? ROOT_V1 : ROOT_V2, getpid());
	if (mkdir(pen->path, 0755))
		die_errno("%s", pen->path);
	start_guardian(pen);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)budget);
	if (!write_in(pen->path, pen->v1 ? "memory.limit_in_bytes" :
		      "memory.max", text))
		die_errno("limiting %s", pen->path);
	return pen;
}

void pen_remove(struct pen *pen)
{
	if (!pen)
		return;
	close(pen->guardian_pipe);
	waitpid(pen->guardian, NULL, 0);
	if (pen->agent) {
		close(pen->agent_socket);
		waitpid(pen->agent, NULL, 0);
	}
	free(pen);
}
