/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for libFuzzer: gives every file of the folders on the command
 * line to the target it is linked with, and every beginning of a short file
 * too, since a cut text is what a parser meets first.  Each input ends where
 * memory ends.  Prints TAP; a target that finds a fault aborts.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"

#define SHORT_SIZE 4096

/* Reads size bytes to the end of memory that can be read. */
static uint8_t *read_to_edge(int fd, size_t size)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t room = (size + page - 1) / page * page;
	uint8_t *area, *data;
	size_t done = 0;

	area = mmap(NULL, room + page, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED || mprotect(area + room, page, PROT_NONE))
		return NULL;
	data = area + room - size;
	while (done < size) {
		ssize_t got = read(fd, data + done, size - done);

		if (got <= 0)
			return NULL;
		done += (size_t)got;
	}
	return data;
}

/* The beginnings move to the edge by turns, the shortest last. */
static void replay_beginnings(uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;

	for (size_t len = size; len-- > 0;) {
		memmove(data + 1, data, len);
		data++;
		LLVMFuzzerTestOneInput(end - len, len);
	}
}

static bool replay_file(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	struct stat stat;
	uint8_t *data;

	if (fd < 0)
		return false;
	if (fstat(fd, &stat)) {
		close(fd);
		return false;
	}
	data = read_to_edge(fd, (size_t)stat.st_size);
	close(fd);
	if (!data)
		return false;
	LLVMFuzzerTestOneInput(data, (size_t)stat.st_size);
	if (stat.st_size <= SHORT_SIZE)
		replay_beginnings(data, (size_t)stat.st_size);
	return true;
}

/* Numbers of files that were and were not replayed. */
struct counts {
	unsigned int good;
	unsigned int bad;
};

static void replay_folder(const char *path, struct counts *counts)
{
	struct dirent **names;
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int count = folder < 0 ? -1 : scandir(path, &names, NULL, alphasort);
	unsigned int before = counts->good;

	for (int i = 0; i < count; i++) {
		const char *name = names[i]->d_name;

		if (*name != '.') {
			bool good = replay_file(folder, name);

			printf("%sok %u - %s/%s\n", good ? "" : "not ",
			       counts->good + counts->bad + 1, path, name);
			fflush(stdout);
			counts->good += good;
			counts->bad += !good;
		}
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	if (folder >= 0)
		close(folder);
	if (counts->good == before) {
		counts->bad++;
		printf("not ok %u - %s: nothing to replay\n",
		       counts->good + counts->bad, path);
	}
}

int main(int argc, char **argv)
{
	struct counts counts = { 0, 0 };

	for (int i = 1; i < argc; i++)
		replay_folder(argv[i], &counts);
	printf("1..%u\n", counts.good + counts.bad);
	return counts.bad || !counts.good ? EXIT_FAILURE : EXIT_SUCCESS;
}
