/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory cgroups on folders of plain files that look like those of kernels
 * that this one is not: what each tells, where it is found, what is written.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cgroup.h"
#include "source.h"

#define UNKNOWN PAGEMAP_CGROUP_UNKNOWN
#define NO_LIMIT PAGEMAP_CGROUP_NO_LIMIT

/* A space, as a mount point may have one. */
static char folder[] = "/tmp/cgroup test-XXXXXX";

static void put(const char *path, const char *text)
{
	char full[512], *slash = full;
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", folder, path);
	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void assert_text(const char *path, const char *text)
{
	char full[512], found[512];
	ssize_t size;
	int fd;

	snprintf(full, sizeof(full), "%s/%s", folder, path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	size = read(fd, found, sizeof(found) - 1);
	close(fd);
	found[size > 0 ? size : 0] = '\0';
	assert_string_equal(found, text);
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

static int begin(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/cgroup test-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int open_folder(int version, struct pagemap_cgroup **ret_cgroup)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return cgroup_open_dir(fd, version, folder, ret_cgroup);
}

static void read_folder(int version, struct pagemap_cgroup_books *ret_books)
{
	struct pagemap_cgroup *cgroup;

	assert_int_equal(open_folder(version, &cgroup), 0);
	assert_int_equal(pagemap_cgroup_read(cgroup, ret_books), 0);
	pagemap_cgroup_close(cgroup);
}

/* Figures in the order of their enum. */
static void assert_books(int version, const uint64_t *expected)
{
	struct pagemap_cgroup_books books;

	read_folder(version, &books);
	for (int i = 0; i < PAGEMAP_CGROUP_FIGURE_COUNT; i++)
		if (books.value[i] != expected[i])
			fail_msg("%s: %lld, not %lld",
				 pagemap_cgroup_figure_name(i),
				 (long long)books.value[i],
				 (long long)expected[i]);
}

static void version_1(void **state)
{
	static const uint64_t expected[] = {
		[PAGEMAP_CGROUP_USAGE] = 5000,
		[PAGEMAP_CGROUP_ANON] = 2000,
		[PAGEMAP_CGROUP_FILE] = 2700,
		[PAGEMAP_CGROUP_SHMEM] = 300,
		[PAGEMAP_CGROUP_MAPPED_FILE] = 400,
		[PAGEMAP_CGROUP_DIRTY] = 56,
		[PAGEMAP_CGROUP_KERNEL] = 120,
		[PAGEMAP_CGROUP_PAGE_TABLES] = UNKNOWN,
		[PAGEMAP_CGROUP_KERNEL_STACKS] = UNKNOWN,
		[PAGEMAP_CGROUP_SLAB] = UNKNOWN,
		/* Not total_swap, which stays 0 on kernels of today. */
		[PAGEMAP_CGROUP_SWAP] = 700,
		[PAGEMAP_CGROUP_LIMIT] = NO_LIMIT,
		[PAGEMAP_CGROUP_PEAK] = 6000,
		[PAGEMAP_CGROUP_REFAULTS] = 33,
		[PAGEMAP_CGROUP_REFAULTS_FILE] = 22,
		[PAGEMAP_CGROUP_MAJOR_FAULTS] = 5,
		[PAGEMAP_CGROUP_FAULTS] = 77,
		[PAGEMAP_CGROUP_OOM_KILLS] = 4,
		[PAGEMAP_CGROUP_STALL_US] = UNKNOWN,
		[PAGEMAP_CGROUP_PAUSED] = 1,
	};

	(void)state;
	put("memory.stat", "cache 1\nrss 2\nshmem 1\nworkingset_refault_anon 1\n"
	    "hierarchical_memory_limit 9223372036854771712\n"
	    "total_cache 3000\ntotal_rss 2000\ntotal_rss_huge 0\n"
	    "total_shmem 300\ntotal_mapped_file 400\ntotal_dirty 50\n"
	    "total_writeback 6\ntotal_workingset_refault_anon 11\n"
	    "total_workingset_refault_file 22\ntotal_swap 0\n"
	    "total_pgfault 77\ntotal_pgmajfault 5\n");
	put("memory.usage_in_bytes", "5000\n");
	put("memory.memsw.usage_in_bytes", "5700\n");
	put("memory.kmem.usage_in_bytes", "120\n");
	put("memory.limit_in_bytes", "9223372036854771712\n");
	put("memory.max_usage_in_bytes", "6000\n");
	put("memory.oom_control", "oom_kill_disable 0\nunder_oom 1\noom_kill 4\n");
	/* Another's: version 1 has it only by a twin. */
	put("memory.pressure", "some avg10=0.00 total=9\n");
	assert_books(1, expected);
}

static void version_1_of_linux_4_9(void **state)
{
	struct pagemap_cgroup_books books;

	(void)state;
	put("memory.stat", "total_cache 3000\ntotal_rss 2000\n"
	    "total_mapped_file 400\ntotal_swap 12\ntotal_pgfault 7\n");
	put("memory.usage_in_bytes", "5000\n");
	put("memory.kmem.usage_in_bytes", "0\n");
	put("memory.limit_in_bytes", "4096\n");
	put("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n");
	read_folder(1, &books);
	/* Its cache has shmem in it, and nothing says how much. */
	assert_true(books.value[PAGEMAP_CGROUP_FILE] == UNKNOWN);
	assert_true(books.value[PAGEMAP_CGROUP_SHMEM] == UNKNOWN);
	assert_true(books.value[PAGEMAP_CGROUP_DIRTY] == UNKNOWN);
	/* Not accounted: processes have kernel memory. */
	assert_true(books.value[PAGEMAP_CGROUP_KERNEL] == UNKNOWN);
	assert_true(books.value[PAGEMAP_CGROUP_REFAULTS] == UNKNOWN);
	assert_true(books.value[PAGEMAP_CGROUP_MAJOR_FAULTS] == UNKNOWN);
	assert_true(books.value[PAGEMAP_CGROUP_OOM_KILLS] == UNKNOWN);
	assert_true(books.value[PAGEMAP_CGROUP_PEAK] == UNKNOWN);
	assert_true(books.value[PAGEMAP_CGROUP_SWAP] == 12);
	assert_true(books.value[PAGEMAP_CGROUP_LIMIT] == 4096);
}

/* Nobody is in it: then 0 is what the kernel has for it. */
static void an_empty_one_has_no_kernel_memory(void **state)
{
	struct pagemap_cgroup_books books;

	(void)state;
	put("memory.stat", "total_rss 0\n");
	put("memory.kmem.usage_in_bytes", "0\n");
	read_folder(1, &books);
	assert_true(books.value[PAGEMAP_CGROUP_KERNEL] == 0);
}

static void version_2(void **state)
{
	static const uint64_t expected[] = {
		[PAGEMAP_CGROUP_USAGE] = 9000,
		[PAGEMAP_CGROUP_ANON] = 100,
		[PAGEMAP_CGROUP_FILE] = 195,
		[PAGEMAP_CGROUP_SHMEM] = 5,
		[PAGEMAP_CGROUP_MAPPED_FILE] = 6,
		[PAGEMAP_CGROUP_DIRTY] = 15,
		[PAGEMAP_CGROUP_KERNEL] = 300,
		[PAGEMAP_CGROUP_PAGE_TABLES] = 40,
		[PAGEMAP_CGROUP_KERNEL_STACKS] = 30,
		[PAGEMAP_CGROUP_SLAB] = 50,
		[PAGEMAP_CGROUP_SWAP] = 1,
		[PAGEMAP_CGROUP_LIMIT] = 8192,
		[PAGEMAP_CGROUP_PEAK] = 9500,
		[PAGEMAP_CGROUP_REFAULTS] = 3,
		[PAGEMAP_CGROUP_REFAULTS_FILE] = 2,
		[PAGEMAP_CGROUP_MAJOR_FAULTS] = 21,
		[PAGEMAP_CGROUP_FAULTS] = 20,
		[PAGEMAP_CGROUP_OOM_KILLS] = 2,
		[PAGEMAP_CGROUP_STALL_US] = 123,
		[PAGEMAP_CGROUP_PAUSED] = UNKNOWN,
	};

	(void)state;
	put("memory.stat", "anon 100\nfile 200\nkernel 300\nkernel_stack 30\n"
	    "pagetables 40\nsec_pagetables 0\nshmem 5\nfile_mapped 6\n"
	    "file_dirty 7\nfile_writeback 8\nslab 50\n"
	    "workingset_refault_anon 1\nworkingset_refault_file 2\n"
	    "pgfault 20\npgmajfault 21\n");
	put("memory.current", "9000\n");
	put("memory.swap.current", "1\n");
	put("memory.high", "max\n");
	put("memory.max", "8192\n");
	put("memory.peak", "9500\n");
	put("memory.events", "low 0\nhigh 1\nmax 0\noom 0\noom_kill 2\n");
	put("memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=123\n"
	    "full avg10=0.00 avg60=0.00 avg300=0.00 total=45\n");
	assert_books(2, expected);
}

static void version_2_of_linux_5_4(void **state)
{
	struct pagemap_cgroup_books books;

	(void)state;
	put("memory.stat", "anon 100\nfile 200\nkernel_stack 30\nslab 50\n"
	    "shmem 5\nworkingset_refault 17\n");
	put("memory.high", "4096\n");
	put("memory.max", "max\n");
	read_folder(2, &books);
	assert_true(books.value[PAGEMAP_CGROUP_REFAULTS] == 17);
	assert_true(books.value[PAGEMAP_CGROUP_REFAULTS_FILE] == 17);
	assert_true(books.value[PAGEMAP_CGROUP_KERNEL] == UNKNOWN);
	assert_true(books.value[PAGEMAP_CGROUP_PAGE_TABLES] == UNKNOWN);
	assert_true(books.value[PAGEMAP_CGROUP_PEAK] == UNKNOWN);
	assert_true(books.value[PAGEMAP_CGROUP_STALL_US] == UNKNOWN);
	assert_true(books.value[PAGEMAP_CGROUP_LIMIT] == 4096);
}

static void what_makes_no_sense_is_unknown(void **state)
{
	struct pagemap_cgroup_books books;

	(void)state;
	put("memory.stat", "anon 100\nfile 99999999999999999999\n");
	put("memory.current", "many\n");
	put("memory.max", "");
	put("memory.events", "oom_kill 3\n");
	read_folder(2, &books);
	assert_true(books.value[PAGEMAP_CGROUP_ANON] == UNKNOWN);
	assert_true(books.value[PAGEMAP_CGROUP_USAGE] == UNKNOWN);
	assert_true(books.value[PAGEMAP_CGROUP_LIMIT] == UNKNOWN);
	assert_true(books.value[PAGEMAP_CGROUP_OOM_KILLS] == 3);
}

/* Longer than any kernel's of today, what matters last. */
static void a_long_stat_is_read_to_its_end(void **state)
{
	struct pagemap_cgroup_books books;
	static char text[40000];
	size_t at = 0;

	(void)state;
	for (int i = 0; i < 1500; i++)
		at += (size_t)sprintf(text + at, "figure_%d %d\n", i, i);
	strcpy(text + at, "anon 4711\n");
	put("memory.stat", text);
	read_folder(2, &books);
	assert_true(books.value[PAGEMAP_CGROUP_ANON] == 4711);
}

static void no_memory_controller(void **state)
{
	struct pagemap_cgroup *cgroup;

	(void)state;
	assert_int_equal(open_folder(2, &cgroup), -ENOTSUP);
	assert_int_equal(open_folder(1, &cgroup), -ENOTSUP);
}

static void names_of_figures(void **state)
{
	(void)state;
	for (int i = 0; i < PAGEMAP_CGROUP_FIGURE_COUNT; i++)
		assert_non_null(pagemap_cgroup_figure_name(i));
	assert_null(pagemap_cgroup_figure_name(PAGEMAP_CGROUP_FIGURE_COUNT));
}

/* ---- What is written --------------------------------------------------- */

static void limits_of_version_2(void **state)
{
	struct pagemap_cgroup *cgroup;

	(void)state;
	put("memory.stat", "anon 1\n");
	put("memory.high", "max\n");
	put("memory.max", "77\n");
	put("memory.reclaim", "");
	put("cgroup.kill", "");
	put("cgroup.procs", "");
	assert_int_equal(open_folder(2, &cgroup), 0);
	assert_int_equal(pagemap_cgroup_set_limit(cgroup, 65536), 0);
	assert_text("memory.high", "65536");
	assert_text("memory.max", "77\n");
	assert_int_equal(pagemap_cgroup_set_hard_limit(cgroup, 131072), 0);
	assert_text("memory.max", "131072");
	put("memory.high", "");
	put("memory.max", "");
	assert_int_equal(pagemap_cgroup_restore_limits(cgroup), 0);
	assert_text("memory.high", "max\n");
	assert_text("memory.max", "77\n");
	put("memory.high", "");
	assert_int_equal(pagemap_cgroup_set_limit(cgroup, NO_LIMIT), 0);
	assert_text("memory.high", "max");
	assert_int_equal(pagemap_cgroup_reclaim(cgroup, 1234), 0);
	assert_text("memory.reclaim", "1234");
	assert_int_equal(pagemap_cgroup_kill(cgroup), 0);
	assert_text("cgroup.kill", "1");
	assert_int_equal(pagemap_cgroup_join(cgroup, 42), 0);
	assert_text("cgroup.procs", "42");
	pagemap_cgroup_close(cgroup);
}

static void limits_of_version_1(void **state)
{
	struct pagemap_cgroup *cgroup;

	(void)state;
	put("memory.stat", "total_rss 1\n");
	put("memory.limit_in_bytes", "");
	assert_int_equal(open_folder(1, &cgroup), 0);
	assert_int_equal(pagemap_cgroup_set_limit(cgroup, 65536), 0);
	assert_text("memory.limit_in_bytes", "65536");
	assert_int_equal(pagemap_cgroup_set_hard_limit(cgroup, 65537), 0);
	assert_text("memory.limit_in_bytes", "65537");
	put("memory.limit_in_bytes", "");
	assert_int_equal(pagemap_cgroup_set_limit(cgroup, NO_LIMIT), 0);
	assert_text("memory.limit_in_bytes", "-1");
	assert_int_equal(pagemap_cgroup_reclaim(cgroup, 1), -ENOTSUP);
	assert_int_equal(pagemap_cgroup_kill(cgroup), -ENOTSUP);
	assert_int_equal(pagemap_cgroup_join(cgroup, 0), -ENODEV);
	pagemap_cgroup_close(cgroup);
}

static void members_of_all_below(void **state)
{
	struct pagemap_cgroup *cgroup;
	unsigned int sum = 0;
	size_t count;
	pid_t *pids;

	(void)state;
	put("memory.stat", "anon 1\n");
	put("cgroup.procs", "1\n20\n");
	put("a/cgroup.procs", "300\n");
	/* 0: one of a pid namespace that we do not see. */
	put("a/b/cgroup.procs", "0\n4000\n");
	put("c/cgroup.procs", "");
	assert_int_equal(open_folder(2, &cgroup), 0);
	assert_int_equal(pagemap_cgroup_pids(cgroup, &pids, &count), 0);
	assert_int_equal(count, 4);
	for (size_t i = 0; i < count; i++)
		sum += (unsigned int)pids[i];
	assert_int_equal(sum, 4321);
	free(pids);
	/* Twice: the place in the directory is not the handle's. */
	assert_int_equal(pagemap_cgroup_pids(cgroup, &pids, &count), 0);
	assert_int_equal(count, 4);
	free(pids);
	pagemap_cgroup_close(cgroup);
}

/* ---- Where they are ---------------------------------------------------- */

static const char *own_cgroup;
static char mountinfo[2048];

static int read_text(struct pagemap_source *source,
		     const struct process_ref *ref, const char *name,
		     struct buffer *ret_text)
{
	const char *text = mountinfo;

	(void)source;
	if (ref && ref->pid != 5)
		return -ENOENT;
	if (strcmp(name, "self/mountinfo") != 0) {
		assert_string_equal(name, ref ? "cgroup" : "self/cgroup");
		text = own_cgroup;
	}
	if (!text)
		return -ENOENT;
	if (buffer_reserve(ret_text, strlen(text)))
		return -ENOMEM;
	strcpy(ret_text->data, text);
	ret_text->size = strlen(text);
	return 0;
}

static const struct source_ops ops = { .read_text = read_text };

static struct pagemap_source source = {
	.ops = &ops, .kind = PAGEMAP_SOURCE_LIVE,
};

/* A mount at a folder of ours; its space written as mountinfo does. */
static void add_mount(const char *root, const char *below, const char *type,
		      const char *options)
{
	size_t at = strlen(mountinfo);

	snprintf(mountinfo + at, sizeof(mountinfo) - at,
		 "31 23 0:28 %s /tmp/cgroup\\040%s%s rw - %s none %s\n", root,
		 folder + strlen("/tmp/cgroup "), below, type, options);
}

/* Three hierarchies, as a machine of both versions has them. */
static void set_machine(const char *cgroups)
{
	own_cgroup = cgroups;
	mountinfo[0] = '\0';
	strcpy(mountinfo, "nonsense\n1 0 254:0 / / rw - ext4 /dev/vda rw\n");
	add_mount("/", "/cpu", "cgroup", "rw,cpu,memoryless");
	add_mount("/", "/memory", "cgroup", "rw,memory");
	add_mount("/", "/unified", "cgroup2", "rw");
}

static void assert_path(struct pagemap_cgroup *cgroup, int version,
			const char *below)
{
	char path[512];

	snprintf(path, sizeof(path), "%s%s", folder, below);
	assert_string_equal(pagemap_cgroup_path(cgroup), path);
	assert_int_equal(pagemap_cgroup_version(cgroup), version);
	pagemap_cgroup_close(cgroup);
}

static void the_memory_hierarchy_is_found(void **state)
{
	struct pagemap_cgroup *cgroup;

	(void)state;
	put("memory/a b/memory.stat", "");
	put("memory/memory.stat", "");
	put("unified/u/memory.stat", "");
	set_machine("3:memory:/a b\n2:cpu:/c\n0::/u\n");
	assert_int_equal(pagemap_cgroup_open_of(&source, 5, &cgroup), 0);
	assert_path(cgroup, 1, "/memory/a b");
	set_machine("3:memory:/\n");
	assert_int_equal(pagemap_cgroup_open_of(&source, 0, &cgroup), 0);
	assert_path(cgroup, 1, "/memory");
	set_machine("2:cpu:/c\n0::/u\n");
	assert_int_equal(pagemap_cgroup_open_of(&source, 0, &cgroup), 0);
	assert_path(cgroup, 2, "/unified/u");
	/* The nearest above that is charged. */
	put("unified/u/v/w/cgroup.procs", "");
	set_machine("0::/u/v/w\n");
	assert_int_equal(pagemap_cgroup_open_of(&source, 0, &cgroup), 0);
	assert_path(cgroup, 2, "/unified/u");
}

/* A container that sees a part of the hierarchy, by a mount of that part. */
static void a_part_of_the_hierarchy(void **state)
{
	struct pagemap_cgroup *cgroup;

	(void)state;
	put("part/memory.stat", "");
	put("part/x/memory.stat", "");
	own_cgroup = "0::/docker/id/x\n";
	mountinfo[0] = '\0';
	add_mount("/docker/idiot", "/wrong", "cgroup2", "rw");
	add_mount("/docker/id", "/part", "cgroup2", "rw");
	assert_int_equal(pagemap_cgroup_open_of(&source, 0, &cgroup), 0);
	assert_path(cgroup, 2, "/part/x");
	own_cgroup = "0::/docker/id\n";
	assert_int_equal(pagemap_cgroup_open_of(&source, 0, &cgroup), 0);
	assert_path(cgroup, 2, "/part");
	own_cgroup = "0::/elsewhere\n";
	assert_int_equal(pagemap_cgroup_open_of(&source, 0, &cgroup), -ENOENT);
	/* Outside of our cgroup namespace. */
	own_cgroup = "0::/../other\n";
	assert_int_equal(pagemap_cgroup_open_of(&source, 0, &cgroup), -ENOENT);
}

static void what_is_not_there_is_said(void **state)
{
	struct pagemap_cgroup *cgroup;

	(void)state;
	put("unified/cgroup.procs", "");
	set_machine("0::/\n");
	assert_int_equal(pagemap_cgroup_open_of(&source, 0, &cgroup), -ENOTSUP);
	assert_int_equal(pagemap_cgroup_open_of(&source, 6, &cgroup), -ENOENT);
	assert_string_equal(pagemap_source_last_error(&source),
			    "6/cgroup: No such file or directory");
	set_machine("0::/gone (deleted)\n");
	assert_int_equal(pagemap_cgroup_open_of(&source, 0, &cgroup), -ENOENT);
	set_machine(NULL);
	assert_int_equal(pagemap_cgroup_open_of(&source, 0, &cgroup), -ENOTSUP);
	set_machine("rubbish\n2:cpu:/c\n");
	assert_int_equal(pagemap_cgroup_open_of(&source, 0, &cgroup), -ENOTSUP);
	source.kind = PAGEMAP_SOURCE_TREE;
	assert_int_equal(pagemap_cgroup_open_of(&source, 0, &cgroup), -ENOTSUP);
	source.kind = PAGEMAP_SOURCE_LIVE;
}

static void opened_by_path(void **state)
{
	struct pagemap_cgroup *cgroup;
	char path[512];

	(void)state;
	put("unified/x/memory.stat", "");
	put("unified/..y/memory.stat", "");
	set_machine("0::/\n");
	assert_int_equal(pagemap_cgroup_open(&source, "/x", &cgroup), 0);
	assert_path(cgroup, 2, "/unified/x");
	assert_int_equal(pagemap_cgroup_open(&source, "/x//", &cgroup), 0);
	assert_path(cgroup, 2, "/unified/x");
	snprintf(path, sizeof(path), "%s/unified/x", folder);
	assert_int_equal(pagemap_cgroup_open(&source, path, &cgroup), 0);
	assert_path(cgroup, 2, "/unified/x");
	assert_int_equal(pagemap_cgroup_open(&source, "/..y", &cgroup), 0);
	assert_path(cgroup, 2, "/unified/..y");
	assert_int_equal(pagemap_cgroup_open(&source, "/", &cgroup), -ENOTSUP);
	assert_int_equal(pagemap_cgroup_open(&source, "/no", &cgroup), -ENOENT);
	assert_int_equal(pagemap_cgroup_open(&source, "x", &cgroup), -EINVAL);
	assert_int_equal(pagemap_cgroup_open(&source, "", &cgroup), -EINVAL);
	assert_int_equal(pagemap_cgroup_open(&source, "/x/..", &cgroup),
			 -EINVAL);
	assert_int_equal(pagemap_cgroup_open(&source, "/../x", &cgroup),
			 -EINVAL);
}

/* A plain file system has no memory.stat in a new folder. */
static void none_is_made_without_the_controller(void **state)
{
	static const char *const wrong[] = { "", ".", "..", "a/b", "a\nb" };
	struct pagemap_cgroup *cgroup;

	(void)state;
	put("unified/u/cgroup.subtree_control", "");
	put("unified/cgroup.subtree_control", "");
	set_machine("0::/u\n");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(pagemap_cgroup_make(&source, wrong[i],
						     &cgroup), -EINVAL);
	assert_int_equal(pagemap_cgroup_make(&source, "new", &cgroup),
			 -ENOTSUP);
	assert_text("unified/u/cgroup.subtree_control", "+memory");
	assert_text("unified/cgroup.subtree_control", "+memory");
	/* Both folders are as they were: the teardown would not mind. */
	put("unified/u/new", "no folder is in the way");
	put("unified/new", "no folder is in the way");
	assert_int_equal(pagemap_cgroup_make(&source, "new", &cgroup),
			 -EEXIST);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(version_1),
		TEST(version_1_of_linux_4_9),
		TEST(an_empty_one_has_no_kernel_memory),
		TEST(version_2),
		TEST(version_2_of_linux_5_4),
		TEST(what_makes_no_sense_is_unknown),
		TEST(a_long_stat_is_read_to_its_end),
		TEST(no_memory_controller),
		TEST(names_of_figures),
		TEST(limits_of_version_2),
		TEST(limits_of_version_1),
		TEST(members_of_all_below),
		TEST(the_memory_hierarchy_is_found),
		TEST(a_part_of_the_hierarchy),
		TEST(what_is_not_there_is_said),
		TEST(opened_by_path),
		TEST(none_is_made_without_the_controller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
