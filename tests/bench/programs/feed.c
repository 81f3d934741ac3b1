// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * feed: a program of somebody else's and its load, as one copy.  Becomes the
 * command; its child sends it lines at a steady rate, on its standard input or
 * to a unix socket, with random numbers where the text has a %, and drops the
 * answers.  The child ends with the command.
 *
 *	feed [-s SOCKET] [-r LINES-A-SECOND] [-k KEYS] TEXT COMMAND ARG...
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

struct want {
	const char *socket;
	long rate;
	unsigned long keys;
	const char *text;
};

static uint64_t random_state;

static unsigned long random_key(unsigned long keys)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned long)(random_state >> 16) % keys;
}

static void rest_for(long ns)
{
	const struct timespec rest = { ns / 1000000000, ns % 1000000000 };

	nanosleep(&rest, NULL);
}

/* The server makes its socket when it is ready. */
static int connect_to(const char *path, pid_t server)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	while (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		if (getppid() != server)
			_exit(0);
		rest_for(50000000);
	}
	return fd;
}

static size_t make_line(const struct want *want, char *line, size_t size)
{
	size_t length = 0;
	const char *text;

	for (text = want->text; *text && length + 24 < size; text++) {
		if (*text == '%')
			length += (size_t)sprintf(line + length, "%lu",
						  random_key(want->keys));
		else
			line[length++] = *text;
	}
	line[length++] = '\n';
	return length;
}

static void drop_answers(int fd)
{
	static char bytes[16384];

	while (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
}

static void be_load(const struct want *want, int fd, pid_t server)
{
	char line[4096];
	size_t length;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	random_state = (uint64_t)getpid() << 20 | 1;
	if (want->socket)
		fd = connect_to(want->socket, server);
	while (getppid() == server) {
		length = make_line(want, line, sizeof(line));
		if (write(fd, line, length) != (ssize_t)length)
			break;
		rest_for(1000000000 / want->rate);
		if (want->socket)
			drop_answers(fd);
	}
	_exit(0);
}

static void parse_options(int argc, char **argv, struct want *want)
{
	int letter;

	while ((letter = getopt(argc, argv, "+s:r:k:")) != -1) {
		if (letter == 's')
			want->socket = optarg;
		else if (letter == 'r')
			want->rate = atol(optarg);
		else if (letter == 'k')
			want->keys = strtoul(optarg, NULL, 10);
		else
			exit(2);
	}
	if (argc - optind < 2 || want->rate <= 0 || !want->keys)
		exit(2);
	want->text = argv[optind];
}

int main(int argc, char **argv)
{
	struct want want = { .rate = 100, .keys = 1000 };
	pid_t server = getpid();
	int ends[2];

	parse_options(argc, argv, &want);
	if (pipe(ends))
		return 1;
	if (fork() == 0) {
		close(ends[0]);
		be_load(&want, ends[1], server);
	}
	close(ends[1]);
	if (!want.socket)
		dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	execvp(argv[optind + 1], argv + optind + 1);
	fprintf(stderr, "feed: %s: %s\n", argv[optind + 1], strerror(errno));
	return 1;
}
