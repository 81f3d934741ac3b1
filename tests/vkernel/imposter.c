// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * imposter LEVEL: what looks more and more like a vkernel and is none.  Prints
 * its pid when it is ready, and waits.
 *
 *   1  a deleted file of 64 MiB, mapped shared
 *   2  and a child that maps some of it
 *   3  or a child that it traces, and that maps none of it
 *   4  or a child that does both: only what lies in the file can tell
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define RAM_BYTES (64ul << 20)
#define PAGE 4096ul

/* A file of which nothing but mappings is left, with something in it. */
static int make_ram(void)
{
	char name[] = "/dev/shm/imposter-XXXXXX";
	int fd = mkstemp(name);

	if (fd < 0 || unlink(name) || ftruncate(fd, (off_t)RAM_BYTES))
		err(2, "/dev/shm");
	return fd;
}

static void *map_ram(int fd, unsigned long bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		err(2, "mmap");
	return at;
}

static void be_child(int fd, int level)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (level != 3)
		((char *)map_ram(fd, 16 * PAGE))[0] = 1;
	if (level >= 3) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
	}
	for (;;)
		pause();
}

int main(int argc, char *argv[])
{
	int level = argc > 1 ? atoi(argv[1]) : 1;
	int fd = make_ram();
	unsigned long *ram = map_ram(fd, RAM_BYTES);
	pid_t child = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (unsigned long i = 0; i < RAM_BYTES / sizeof(*ram) / 4; i += 7)
		ram[i] = i * 0x9e3779b97f4a7c15ul;
	if (level > 1) {
		child = fork();
		if (!child) {
			/* A child inherits mappings: level 3's has none. */
			munmap(ram, RAM_BYTES);
			be_child(fd, level);
		}
		if (level >= 3)
			waitpid(child, NULL, WUNTRACED);
		else
			usleep(100000);
	}
	printf("%d\n", getpid());
	fflush(stdout);
	for (;;)
		pause();
}
