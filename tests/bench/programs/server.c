// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * server: a small server under a light load, as its own program.  It holds
 * private anonymous memory, a file that all copies map and only read, the same
 * file mapped privately and partly written, and a file of its own.  Each
 * request touches a few random pages of each.  Its client is its child and ends
 * with it.  It owns what is touched; how many copies there are is the
 * harness's.
 *
 *	server SHARED-FILE OWN-FILE
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	PAGE = 4096,
	ANON_PAGES = 768,
	SHARED_PAGES = 512,		/* of the file that all read */
	PRIVATE_PAGES = 512,		/* of it again, behind those */
	WRITTEN_PAGES = 128,		/* of these */
	OWN_PAGES = 64,
	TOUCHED = 4,			/* of each area, a request */
	REQUEST_NS = 10000000,
};

struct areas {
	char *anon, *shared, *private, *own;
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static char *map(size_t pages, int protection, int flags, int fd, size_t from)
{
	char *start = mmap(NULL, pages * PAGE, protection, flags, fd,
			   (off_t)(from * PAGE));

	if (start == MAP_FAILED)
		fail("server: mmap");
	return start;
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state >> 16;
}

static void write_pages(char *start, size_t pages)
{
	for (size_t i = 0; i < pages; i++)
		*(uint64_t *)(start + i * PAGE) = i ^ (uint64_t)getpid() << 32;
}

/* Written through, so that its pages are clean ones of the cache. */
static char *make_own(const char *path)
{
	static char page[PAGE];
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char *start;

	if (fd < 0)
		fail(path);
	for (int i = 0; i < OWN_PAGES; i++)
		if (write(fd, page, PAGE) != PAGE)
			fail(path);
	if (fdatasync(fd))
		fail(path);
	start = map(OWN_PAGES, PROT_READ, MAP_SHARED, fd, 0);
	unlink(path);
	close(fd);
	return start;
}

static void make_areas(const char *shared_path, const char *own_path,
		       struct areas *areas)
{
	int fd = open(shared_path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		fail(shared_path);
	areas->anon = map(ANON_PAGES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	areas->shared = map(SHARED_PAGES, PROT_READ, MAP_SHARED, fd, 0);
	areas->private = map(PRIVATE_PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE,
			     fd, SHARED_PAGES);
	close(fd);
	write_pages(areas->anon, ANON_PAGES);
	write_pages(areas->private, WRITTEN_PAGES);
	areas->own = make_own(own_path);
}

static uint64_t read_random(const volatile char *start, size_t pages,
			    uint64_t *state)
{
	uint64_t sum = 0;

	for (int i = 0; i < TOUCHED; i++)
		sum += (uint64_t)start[next_random(state) % pages * PAGE];
	return sum;
}

static uint64_t serve(const struct areas *areas, uint64_t request)
{
	uint64_t state = request | 1, sum;

	for (int i = 0; i < TOUCHED; i++)
		areas->anon[next_random(&state) % ANON_PAGES * PAGE]++;
	sum = read_random(areas->shared, SHARED_PAGES, &state);
	sum += read_random(areas->private, PRIVATE_PAGES, &state);
	return sum + read_random(areas->own, OWN_PAGES, &state);
}

static void be_client(int socket, pid_t server)
{
	const struct timespec rest = { .tv_nsec = REQUEST_NS };
	uint64_t state = (uint64_t)getpid() << 20 | 1, word;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == server) {
		word = next_random(&state);
		if (write(socket, &word, sizeof(word)) < 0 ||
		    read(socket, &word, sizeof(word)) <= 0)
			break;
		nanosleep(&rest, NULL);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	struct areas areas;
	pid_t server = getpid();
	uint64_t word;
	int ends[2];

	if (argc != 3 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends))
		return 2;
	/* Small pages on every machine. */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	if (fork() == 0)
		be_client(ends[1], server);
	close(ends[1]);
	make_areas(argv[1], argv[2], &areas);
	while (read(ends[0], &word, sizeof(word)) == sizeof(word)) {
		word = serve(&areas, word);
		if (write(ends[0], &word, sizeof(word)) < 0)
			break;
	}
	return 1;
}
