// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guardian's process and the words it is spoken to in: one line each way,
 * "set PATH VALUE" or "swap MIB", answered by an errno.  End of input means
 * that the test ended or died.
 */
#include "common_guardian.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOCK_PATH "/run/lock/libpagemap-live-tests"
#define LOCK_SECONDS 20
#define MAX_CHANGES 32
#define PAGE_BYTES 4096

struct guardian {
	pid_t pid;
	int socket;
};

/* Left by a test that failed in the middle. */
static struct guardian *running;

/* A setting as it was; a path without a value is a swap file of ours. */
struct change {
	char path[128];
	char value[64];
};

struct changes {
	struct change list[MAX_CHANGES];
	size_t count;
};

bool setting_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char line[256];
	ssize_t length = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	char *from, *end;

	if (fd >= 0)
		close(fd);
	if (length <= 0)
		return false;
	line[length] = 0;
	from = strchr(line, '[');
	from = from ? from + 1 : line;
	end = from + strcspn(from, "] \n");
	*end = 0;
	return (size_t)snprintf(text, size, "%s", from) < size;
}

static int setting_write(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		error = -errno;
	close(fd);
	return error;
}

/* ---- In the guardian --------------------------------------------------- */

static int set(struct changes *changes, const char *path, const char *value)
{
	struct change *change = &changes->list[changes->count];
	int error;

	if (changes->count == MAX_CHANGES || strlen(path) >= sizeof(change->path))
		return -ENOSPC;
	if (!setting_read(path, change->value, sizeof(change->value)))
		return -ENOENT;
	strcpy(change->path, path);
	error = setting_write(path, value);
	if (!error)
		changes->count++;
	return error;
}

/* The header of a swap area, version 1; the rest of it is zeros. */
static int write_swap(int fd, unsigned int mib)
{
	static char page[PAGE_BYTES];
	unsigned int header[2] = { 1, mib * 256 - 1 };

	for (unsigned int i = 0; i < mib * 256; i++) {
		if (write(fd, page, sizeof(page)) != sizeof(page))
			return -ENOSPC;
	}
	if (pwrite(fd, header, sizeof(header), 1024) != sizeof(header) ||
	    pwrite(fd, "SWAPSPACE2", 10, PAGE_BYTES - 10) != 10 ||
	    fsync(fd) < 0)
		return -EIO;
	return 0;
}

static int swap_on(struct changes *changes, unsigned int mib)
{
	struct change *change = &changes->list[changes->count];
	int fd, error;

	if (changes->count == MAX_CHANGES)
		return -ENOSPC;
	strcpy(change->path, "/var/tmp/live-swap-XXXXXX");
	change->value[0] = 0;
	fd = mkstemp(change->path);
	if (fd < 0)
		return -errno;
	changes->count++;
	error = write_swap(fd, mib);
	close(fd);
	if (!error && swapon(change->path, 0) < 0)
		error = -errno;
	return error;
}

static void put_back(struct changes *changes)
{
	while (changes->count) {
		struct change *change = &changes->list[--changes->count];

		if (change->value[0]) {
			setting_write(change->path, change->value);
		} else {
			swapoff(change->path);
			unlink(change->path);
		}
	}
}

static int obey(struct changes *changes, char *line)
{
	char path[128], value[64];
	unsigned int mib;

	if (sscanf(line, "set %127s %63s", path, value) == 2)
		return set(changes, path, value);
	if (sscanf(line, "swap %u", &mib) == 1)
		return swap_on(changes, mib);
	return -EINVAL;
}

static int take_lock(void)
{
	int fd = open(LOCK_PATH, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	for (int i = 0; fd >= 0 && i < LOCK_SECONDS * 10; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		usleep(100000);
	}
	return -EBUSY;
}

static void be_guardian(int socket)
{
	static struct changes changes;
	char line[256];
	ssize_t length;
	int answer;

	/* Whatever ends the test's group of processes must not end this. */
	setsid();
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	answer = take_lock();
	if (write(socket, &answer, sizeof(answer)) < 0 || answer)
		_exit(1);
	while ((length = read(socket, line, sizeof(line) - 1)) > 0) {
		line[length] = 0;
		answer = obey(&changes, line);
		if (write(socket, &answer, sizeof(answer)) < 0)
			break;
	}
	put_back(&changes);
	_exit(0);
}

/* ---- In the test ------------------------------------------------------- */

static int hear(struct guardian *guardian)
{
	int answer;

	if (read(guardian->socket, &answer, sizeof(answer)) != sizeof(answer))
		return -EPIPE;
	return answer;
}

static int say(struct guardian *guardian, const char *line)
{
	if (send(guardian->socket, line, strlen(line), MSG_NOSIGNAL) < 0)
		return -errno;
	return hear(guardian);
}

struct guardian *guardian_start(void)
{
	struct guardian *guardian = calloc(1, sizeof(*guardian));
	int ends[2];

	guardian_stop(running);
	if (!guardian || geteuid() != 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
		free(guardian);
		return NULL;
	}
	guardian->socket = ends[0];
	guardian->pid = fork();
	if (guardian->pid == 0) {
		close(ends[0]);
		be_guardian(ends[1]);
	}
	close(ends[1]);
	if (guardian->pid < 0 || hear(guardian)) {
		guardian_stop(guardian);
		return NULL;
	}
	running = guardian;
	return guardian;
}

int guardian_set(struct guardian *guardian, const char *path,
		 const char *value)
{
	char line[256];

	snprintf(line, sizeof(line), "set %s %s", path, value);
	return say(guardian, line);
}

int guardian_swap_on(struct guardian *guardian, unsigned int mib)
{
	char line[64];

	snprintf(line, sizeof(line), "swap %u", mib);
	return say(guardian, line);
}

void guardian_stop(struct guardian *guardian)
{
	if (!guardian)
		return;
	shutdown(guardian->socket, SHUT_RDWR);
	close(guardian->socket);
	if (guardian->pid > 0)
		waitpid(guardian->pid, NULL, 0);
	if (running == guardian)
		running = NULL;
	free(guardian);
}

void guardian_end_running(void)
{
	guardian_stop(running);
}
