// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Groups of a tree of processes that the test makes, with memory copied on
 * write, files, memfds and private copies: what the library and memrank say of
 * random groups and of every subtree, against sets of frames that the test
 * joins itself, page by page, over all processes that can be read.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common_measure.h"
#include "common_scan.h"
#include "common_tool.h"

#include <cmocka.h>

#define NODES 13			/* 1 and 3 and 9 */
#define GROUPS 50
#define ANON_PAGES 400ul
#define FILE_PAGES 200ul
#define MEMFD_PAGES 300ul
#define OWN_PAGES 60ul
#define TRIES 20

/* Strangers come and go on a machine in use: their share of a frame moves. */
#define FRAMES_MAX 65536

/* ---- The tree ---------------------------------------------------------- */

/* Seen by all of it. */
struct shared {
	pid_t pids[NODES];
	int parents[NODES];		/* by place */
	volatile int ready;
};

struct areas {
	char *anon;
	char *file;
	char *memfd;
};

static struct shared *shared;
static struct victim root;

static unsigned int next_random(unsigned int *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

/* What each process does to the memory that it was born with. */
static void use_memory(const struct areas *areas, unsigned int seed)
{
	char *own = mmap(NULL, OWN_PAGES * PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	volatile char sum = 0;
	unsigned long i;

	if (own == MAP_FAILED)
		_exit(1);
	for (i = 0; i < OWN_PAGES; i++)
		if (next_random(&seed) % 2)
			own[i * PAGE] = 1;
	for (i = 0; i < ANON_PAGES; i++)
		if (next_random(&seed) % 8 == 0)
			areas->anon[i * PAGE]++;
	for (i = 0; i < FILE_PAGES; i++) {
		unsigned int how = next_random(&seed) % 6;

		if (how == 0)
			areas->file[i * PAGE]++;
		else if (how < 4)
			sum = (char)(sum + areas->file[i * PAGE]);
	}
	for (i = 0; i < MEMFD_PAGES; i++)
		if (next_random(&seed) % 3 == 0)
			areas->memfd[i * PAGE]++;
}

static int first_child(int place)
{
	return place == 0 ? 1 : place < 4 ? 4 + (place - 1) * 3 : NODES;
}

static void grow_tree(const struct areas *areas, int place)
{
	int child, first = first_child(place);
	int last = first < NODES ? first + 3 : NODES;

	shared->pids[place] = getpid();
	use_memory(areas, 7u + (unsigned int)place);
	for (child = first; child < last; child++) {
		pid_t self = getpid(), pid;

		shared->parents[child] = place;
		pid = fork();
		if (pid < 0)
			_exit(1);
		if (pid)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != self)
			_exit(1);
		grow_tree(areas, child);
		__atomic_add_fetch(&shared->ready, 1, __ATOMIC_SEQ_CST);
		for (;;)
			pause();
	}
}

static void make_tree(struct report *report, void *context)
{
	struct areas areas = {
		map_range(report, ANON_PAGES * PAGE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1),
		map_range(report, FILE_PAGES * PAGE, MAP_PRIVATE,
			  new_file(FILE_PAGES)),
		map_range(report, MEMFD_PAGES * PAGE, MAP_SHARED,
			  new_memfd(MEMFD_PAGES)),
	};

	(void)context;
	if (!areas.anon || !areas.file || !areas.memfd)
		return;
	touch_write(areas.anon, ANON_PAGES);
	own_all_pages(report);
	grow_tree(&areas, 0);
	while (shared->ready < NODES - 1)
		usleep(1000);
}

static int setup(void **state)
{
	(void)state;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(shared, MAP_FAILED);
	victim_start(&root, make_tree, NULL);
	assert_string_equal(root.report.skip, "");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	victim_end(&root);
	return 0;
}

/* ---- The slow way ------------------------------------------------------ */

struct frame {
	uint64_t pfn;
	uint32_t members;	/* bits of the tree's processes */
	uint32_t maps;		/* how often anybody was seen to map it */
	bool outside;		/* somebody else maps it */
	bool unseen;		/* the kernel counts more than were seen */
};

static struct frame frames[FRAMES_MAX];
static size_t frame_count;
static int kpageflags, kpagecount;

/* A process being read. */
struct reading {
	int pagemap;
	int place;		/* in the tree; -1 none */
};

static uint64_t kernel_word(int fd, uint64_t pfn)
{
	uint64_t word = 0;

	if (pread(fd, &word, sizeof(word), (off_t)(pfn * 8)) != sizeof(word))
		return UINT64_MAX;
	return word;
}

/* Memory of a process: no zero page, hugetlb, or what is no frame. */
static bool is_memory(uint64_t pfn)
{
	uint64_t flags = kernel_word(kpageflags, pfn);
	uint64_t none = 1ull << PAGEMAP_FLAG_ZERO_PAGE |
			1ull << PAGEMAP_FLAG_HUGE | 1ull << PAGEMAP_FLAG_NOPAGE;

	return flags != UINT64_MAX && !(flags & none) &&
	       kernel_word(kpagecount, pfn) != 0;
}

static int compare_frames(const void *a, const void *b)
{
	const struct frame *x = a, *y = b;

	return (x->pfn > y->pfn) - (x->pfn < y->pfn);
}

static void take_entry(const struct reading *reading, uint64_t entry)
{
	uint64_t pfn = entry & ((1ull << 55) - 1);
	struct frame key = { .pfn = pfn }, *frame;

	if (!(entry >> 63) || !pfn)
		return;
	if (reading->place >= 0) {
		assert_true(frame_count < FRAMES_MAX);
		if (is_memory(pfn))
			frames[frame_count++] = (struct frame){
				pfn, 1u << reading->place, 1, false, false,
			};
		return;
	}
	frame = bsearch(&key, frames, frame_count, sizeof(key),
			compare_frames);
	if (frame) {
		frame->outside = true;
		frame->maps++;
	}
}

static void read_range(struct range range, void *context)
{
	const struct reading *reading = context;
	uint64_t entries[512], at = range.start / PAGE, end = range.end / PAGE;

	while (at < end) {
		size_t want = end - at < 512 ? end - at : 512, i;
		ssize_t got = pread(reading->pagemap, entries, want * 8,
				    (off_t)(at * 8));

		if (got <= 0)
			return;
		for (i = 0; i < (size_t)got / 8; i++)
			take_entry(reading, entries[i]);
		at += (size_t)got / 8;
	}
}

static void read_process(pid_t pid, int place)
{
	struct reading reading = { .place = place };
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/pagemap", (int)pid);
	reading.pagemap = open(path, O_RDONLY | O_CLOEXEC);
	if (reading.pagemap < 0)
		return;
	scan_present(reading.pagemap, (struct range){ 0, (1ull << 47) - PAGE },
		     read_range, &reading);
	close(reading.pagemap);
}

static void join_equal_frames(void)
{
	size_t i, kept = 0;

	qsort(frames, frame_count, sizeof(*frames), compare_frames);
	for (i = 0; i < frame_count; i++) {
		if (kept && frames[kept - 1].pfn == frames[i].pfn) {
			frames[kept - 1].members |= frames[i].members;
			frames[kept - 1].maps++;
		} else {
			frames[kept++] = frames[i];
		}
	}
	frame_count = kept;
}

static int place_of(pid_t pid)
{
	int place;

	for (place = 0; place < NODES; place++)
		if (shared->pids[place] == pid)
			return place;
	return -1;
}

/* The frames of the tree, and who maps each, over the whole machine. */
static void join_frames(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t i;
	int place;

	assert_non_null(proc);
	frame_count = 0;
	for (place = 0; place < NODES; place++)
		read_process(shared->pids[place], place);
	join_equal_frames();
	while ((entry = readdir(proc))) {
		pid_t pid = (pid_t)atoi(entry->d_name);

		if (pid > 0 && place_of(pid) < 0)
			read_process(pid, -1);
	}
	closedir(proc);
	for (i = 0; i < frame_count; i++) {
		uint64_t count = kernel_word(kpagecount, frames[i].pfn);

		frames[i].unseen = count != UINT64_MAX &&
				   count > frames[i].maps;
	}
}

/* Pages of a group: distinct, only its, and of these for sure. */
struct sums {
	uint64_t rss;
	uint64_t uss;
	uint64_t uss_low;
};

static struct sums sum_group(uint32_t group)
{
	struct sums sums = { 0 };
	size_t i;

	for (i = 0; i < frame_count; i++) {
		const struct frame *frame = &frames[i];
		bool sole = !(frame->members & ~group) && !frame->outside;

		if (!(frame->members & group))
			continue;
		sums.rss++;
		sums.uss += sole;
		sums.uss_low += sole && !frame->unseen;
	}
	return sums;
}

/* ---- Groups ------------------------------------------------------------ */

static uint32_t groups[GROUPS];
static struct sums truths[GROUPS];

static void make_groups(void)
{
	unsigned int seed = 4711;
	int i;

	for (i = 0; i < GROUPS; i++)
		do
			groups[i] = next_random(&seed) % (1u << NODES);
		while (!groups[i]);
}

static bool sums_equal(const struct sums *a, const struct sums *b)
{
	return a->rss == b->rss && a->uss == b->uss &&
	       a->uss_low == b->uss_low;
}

/* Joins the frames; whether it is as it was before. */
static bool join_again(void)
{
	bool same = true;
	int i;

	join_frames();
	for (i = 0; i < GROUPS; i++) {
		struct sums sums = sum_group(groups[i]);

		same &= sums_equal(&sums, &truths[i]);
		truths[i] = sums;
	}
	return same;
}

static void library_measures(const struct pagemap_snapshot *snapshot,
			     uint32_t group, struct pagemap_usage *ret_usage)
{
	size_t i, count = pagemap_snapshot_process_count(snapshot);
	uint32_t *group_of = calloc(count, sizeof(*group_of));
	struct pagemap_partition partition = { group_of, count, 1 };

	assert_non_null(group_of);
	for (i = 0; i < count; i++) {
		int place = place_of(pagemap_process_pid(
			pagemap_snapshot_process_at(snapshot, i)));

		group_of[i] = place >= 0 && (group >> place & 1) ?
			      0 : PAGEMAP_NO_GROUP;
	}
	assert_int_equal(pagemap_usage_of_groups(snapshot, &partition,
						 ret_usage), 0);
	free(group_of);
}

/* Each page: the set that the library has it in. */
static size_t check_sets(const struct pagemap_snapshot *snapshot)
{
	struct pagemap_sharing *sharing;
	struct pagemap_share_set set;
	size_t i, k, index, checked = 0;

	assert_int_equal(pagemap_sharing_find(snapshot, &sharing), 0);
	for (i = 0; i < frame_count; i++) {
		uint32_t members = 0;
		bool outside = false;

		assert_int_equal(pagemap_sharing_set_of_frame(sharing,
					frames[i].pfn, &index), 0);
		pagemap_sharing_set_at(sharing, index, &set);
		for (k = 0; k < set.member_count; k++) {
			int place = place_of(pagemap_process_pid(
				pagemap_snapshot_process_at(snapshot,
							    set.members[k])));

			if (place < 0)
				outside = true;
			else
				members |= 1u << place;
		}
		assert_int_equal(members, frames[i].members);
		assert_int_equal(outside, frames[i].outside);
		checked++;
	}
	pagemap_sharing_free(sharing);
	return checked;
}

static struct pagemap_snapshot *take_all(struct pagemap_source *source)
{
	const struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.frames = PAGEMAP_FRAMES_ALL,
		.groups = true,
	};
	struct pagemap_snapshot *snapshot;

	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot), 0);
	return snapshot;
}

static void the_library_has_each_page_of_each_group(void **state)
{
	struct pagemap_source *source = open_live();
	struct pagemap_snapshot *snapshot = NULL;
	struct pagemap_usage usage;
	size_t pages, i, compared = 0;
	int tries;

	(void)state;
	join_again();
	/* Taken between two joins that agree. */
	for (tries = 0; tries < TRIES; tries++) {
		pagemap_snapshot_free(snapshot);
		snapshot = take_all(source);
		if (join_again())
			break;
	}
	assert_true(tries < TRIES);
	pages = check_sets(snapshot);
	/* What the tree wrote alone is more. */
	assert_true(pages > ANON_PAGES + OWN_PAGES);
	for (i = 0; i < GROUPS; i++) {
		library_measures(snapshot, groups[i], &usage);
		assert_int_equal(usage.value_bytes[PAGEMAP_RSS],
				 truths[i].rss * PAGE);
		assert_int_equal(usage.high_bytes[PAGEMAP_USS],
				 truths[i].uss * PAGE);
		assert_int_equal(usage.low_bytes[PAGEMAP_USS],
				 truths[i].uss_low * PAGE);
		compared += truths[i].rss;
	}
	printf("# %d groups, %zu frames in their sets, %zu pages of groups: "
	       "all equal\n", GROUPS, pages, compared);
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
}

/* ---- memrank ----------------------------------------------------------- */

static void run_memrank(const char *arguments, struct tool_run *run)
{
	static const pid_t none[2];
	char *command;

	assert_true(asprintf(&command, "memrank --csv -c name,rss,uss "
			     "--engine census %s", arguments) > 0);
	tool_run(run, 0, command, none);
	free(command);
	assert_int_equal(run->status, 0);
}

static size_t line_of(const struct tool_run *run, const char *name)
{
	char field[64];
	size_t line;

	for (line = 1; csv_field(run->out, line, "name", field, sizeof(field));
	     line++)
		if (!strcmp(field, name))
			return line;
	fail_msg("no group %s", name);
	return 0;
}

static void expect_sums(const struct tool_run *run, const char *name,
			const struct sums *truth)
{
	size_t line = line_of(run, name);

	assert_int_equal(csv_number(run->out, line, "rss_bytes"),
			 truth->rss * PAGE);
	assert_int_equal(csv_number(run->out, line, "uss_bytes"),
			 truth->uss_low * PAGE);
}

static char *write_groups(void)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	int i, place;

	assert_non_null(stream);
	for (i = 0; i < GROUPS; i++) {
		char sign = '=';

		fprintf(stream, "--group g%d", i);
		for (place = 0; place < NODES; place++) {
			if (!(groups[i] >> place & 1))
				continue;
			fprintf(stream, "%cpid:%d", sign,
				(int)shared->pids[place]);
			sign = ',';
		}
		fputc(' ', stream);
	}
	fclose(stream);
	return text;
}

static void run_between_joins(const char *arguments, struct tool_run *run)
{
	int tries;

	join_again();
	for (tries = 0; tries < TRIES; tries++) {
		run_memrank(arguments, run);
		if (join_again())
			return;
		tool_done(run);
	}
	fail_msg("frames do not rest");
}

static void memrank_says_the_same(void **state)
{
	char *arguments = write_groups(), name[16];
	struct tool_run run;
	int i;

	(void)state;
	run_between_joins(arguments, &run);
	for (i = 0; i < GROUPS; i++) {
		snprintf(name, sizeof(name), "g%d", i);
		expect_sums(&run, name, &truths[i]);
	}
	tool_done(&run);
	free(arguments);
}

static uint32_t subtree(int place)
{
	uint32_t members = 1u << place;
	int child;

	/* Children come after their parents. */
	for (child = place + 1; child < NODES; child++)
		if (members >> shared->parents[child] & 1)
			members |= 1u << child;
	return members;
}

static void trees_are_what_descends(void **state)
{
	char arguments[NODES * 40] = "", name[16];
	struct tool_run run;
	size_t at = 0;
	int place;

	(void)state;
	for (place = 0; place < NODES; place++)
		at += (size_t)snprintf(arguments + at, sizeof(arguments) - at,
				       "--group t%d=tree:%d ", place,
				       (int)shared->pids[place]);
	run_between_joins(arguments, &run);
	for (place = 0; place < NODES; place++) {
		struct sums truth = sum_group(subtree(place));

		snprintf(name, sizeof(name), "t%d", place);
		expect_sums(&run, name, &truth);
	}
	tool_done(&run);
}

static void who_comes_and_goes_is_said(void **state)
{
	const pid_t none[2] = { 0, 0 };
	struct tool_run run;

	(void)state;
	/* Nine seconds at most; it ends the sleeper itself. */
	tool_run(&run, 0, "sleep 9 & sleeper=$!; (sleep 0.7; kill $sleeper) & "
		 "memrank --watch 0.4 --count 4 --group s=pid:$sleeper",
		 none);
	assert_int_equal(run.status, 0);
	assert_non_null(strstr(run.err, "memrank: s: -"));
	assert_non_null(strstr(run.err, " sleep\n"));
	tool_done(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_library_has_each_page_of_each_group),
		cmocka_unit_test(memrank_says_the_same),
		cmocka_unit_test(trees_are_what_descends),
		cmocka_unit_test(who_comes_and_goes_is_said),
	};

	if (geteuid() != 0 || access("/proc/kpagecount", R_OK)) {
		printf("SKIP: frame numbers take root\n");
		return 77;
	}
	kpageflags = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	kpagecount = open("/proc/kpagecount", O_RDONLY | O_CLOEXEC);
	make_groups();
	return cmocka_run_group_tests(tests, setup, teardown);
}
