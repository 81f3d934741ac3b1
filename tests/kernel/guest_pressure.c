// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A session of pressure on a memory cgroup of version 2, of a program whose
 * needs are known: it reads a part of a block device over and over and writes
 * its own memory.  Linked with the library.
 *
 *	guest_pressure [DEVICE]		which nothing is done to
 */
#include "guest.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/swap.h>

#include <libpagemap/pagemap.h>

#define MIB (1024ul * 1024)
#define KIB 1024
#define MS UINT64_C(1000000)
#define FILE_BYTES (12 * MIB)
#define ANON_BYTES (4 * MIB)
#define PART_BYTES (64 * PAGE)
#define PARTS (FILE_BYTES / PART_BYTES)
#define ROOT "/sys/fs/cgroup"

/* Short, but longer than rounds of a CPU that is emulated. */
static const struct pagemap_pressure_opts opts = {
	.size = sizeof(opts),
	.settle_ns = 300 * MS,
	.settle_max_ns = 2000 * MS,
	.baseline_ns = 1000 * MS,
	.return_ns = 1000 * MS,
	.probe_settle_ns = 300 * MS,
	.probe_ns = 900 * MS,
	.rest_ns = 300 * MS,
	.tick_ns = 50 * MS,
	.tolerance_permille = 40,
};

static struct pagemap_cgroup *cgroup;
static _Atomic uint64_t *parts;

static void scan(volatile const char *file, volatile char *anon)
{
	for (;;) {
		for (size_t at = 0; at < FILE_BYTES; at += PAGE) {
			(void)file[at];
			if (at % PART_BYTES == 0)
				atomic_fetch_add(parts, 1);
		}
		for (size_t at = 0; at < ANON_BYTES; at += PAGE)
			anon[at]++;
		usleep(1000);
	}
}

static void be_scanner(const char *device)
{
	int fd = open(device, O_RDONLY);
	char *file, *anon;

	if (fd < 0 || pagemap_cgroup_join(cgroup, 0))
		_exit(1);
	file = mmap(NULL, FILE_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	if (file == MAP_FAILED || madvise(file, FILE_BYTES, MADV_RANDOM))
		_exit(1);
	anon = map(ANON_BYTES, MAP_PRIVATE | MAP_ANONYMOUS);
	madvise(anon, ANON_BYTES, MADV_NOHUGEPAGE);
	scan(file, anon);
}

static pid_t start_scanner(const char *device)
{
	pid_t scanner = start_child();

	if (!scanner)
		be_scanner(device);
	for (int i = 0; i < 1000 && atomic_load(parts) < 3 * PARTS; i++)
		usleep(10000);
	if (atomic_load(parts) < 3 * PARTS)
		give_up(device);
	return scanner;
}

static uint64_t figure(enum pagemap_cgroup_figure which)
{
	struct pagemap_cgroup_books books;

	if (pagemap_cgroup_read(cgroup, &books))
		give_up("pagemap_cgroup_read");
	return books.value[which];
}

static int squeeze(struct pagemap_pressure *session)
{
	struct pagemap_pressure_state now;
	int more;

	while ((more = pagemap_pressure_step(session, atomic_load(parts),
					     &now)) > 0)
		usleep((useconds_t)(now.wait_ns / 1000));
	printf("# pressure took %lu ms\n",
	       (unsigned long)(now.elapsed_ns / MS));
	return more;
}

static bool is_near(const char *what, const struct pagemap_value *value,
		    uint64_t truth)
{
	uint64_t apart = value->value > truth ? value->value - truth :
						truth - value->value;

	printf("# %s: %lu..%lu KiB, it is %lu\n", what,
	       (unsigned long)value->low / KIB,
	       (unsigned long)value->high / KIB, (unsigned long)truth / KIB);
	return value->quality != PAGEMAP_UNAVAILABLE && apart <= truth / 10;
}

static void check_figures(const struct pagemap_pressure_result *result)
{
	const struct pagemap_value *figures = result->figures;
	uint64_t fixed = figure(PAGEMAP_CGROUP_ANON) +
			 figure(PAGEMAP_CGROUP_KERNEL);

	check(result->outcome == PAGEMAP_PRESSURE_COMPLETE,
	      "pressure on version 2 comes to its end");
	check(is_near("by refaults", &figures[PAGEMAP_PRESSURE_BY_REFAULTS],
		      fixed + FILE_BYTES), "the least by refaults is known");
	printf("# floor: %lu KiB, fixed: %lu\n",
	       (unsigned long)figures[PAGEMAP_PRESSURE_FLOOR].value / KIB,
	       (unsigned long)fixed / KIB);
	check(figures[PAGEMAP_PRESSURE_FLOOR].value < fixed + FILE_BYTES * 3 / 4,
	      "the floor is lower");
}

static void check_all(const char *device)
{
	struct pagemap_pressure_result result;
	struct pagemap_pressure *session;
	pid_t scanner = start_scanner(device);

	if (pagemap_pressure_begin(cgroup, &opts, &session))
		give_up("pagemap_pressure_begin");
	if (squeeze(session))
		give_up("pagemap_pressure_step");
	pagemap_pressure_result(session, &result);
	check_figures(&result);
	check(!pagemap_pressure_end(session) &&
	      figure(PAGEMAP_CGROUP_LIMIT) == PAGEMAP_CGROUP_NO_LIMIT,
	      "no limit is left");
	check(!waitpid(scanner, NULL, WNOHANG) &&
	      !figure(PAGEMAP_CGROUP_OOM_KILLS), "nobody was killed");
	end_child(scanner);
}

int main(int argc, char **argv)
{
	struct pagemap_source *source;

	if (argc < 2 || mount("none", ROOT, "cgroup2", 0, NULL)) {
		skip("pressure on version 2", argc < 2 ? "there is no disk" :
		     "no cgroup2 here");
		return 0;
	}
	/* Without swap all anonymous memory counts. */
	swapoff(argv[1]);
	parts = (_Atomic uint64_t *)map(PAGE, MAP_SHARED | MAP_ANONYMOUS);
	if (pagemap_source_open_live(&source))
		give_up("pagemap_source_open_live");
	if (pagemap_cgroup_make(source, "pressed", &cgroup))
		skip("pressure on version 2", "no memory controller here");
	else
		check_all(argv[1]);
	pagemap_cgroup_remove(cgroup);
	pagemap_cgroup_close(cgroup);
	pagemap_source_close(source);
	umount(ROOT);
	return 0;
}
