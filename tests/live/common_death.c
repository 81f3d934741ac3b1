// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One death: see common_death.h.  Each part of a prediction that says "freed"
 * is held against the book in which such memory is kept, and every range
 * against the flags of the frames that it had.
 */
#include "common_death.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common_measure.h"
#include "common_tool.h"

#include <cmocka.h>

#define PRESENT (UINT64_C(1) << 63)
#define PFN_BITS ((UINT64_C(1) << 55) - 1)
#define FLAG(name) (UINT64_C(1) << PAGEMAP_FLAG_##name)

/* Which book has what a part frees. */
static const struct {
	enum pagemap_killed_part part;
	enum reading reading;
} books[] = {
	{ PAGEMAP_KILLED_FREED_ANON, READ_ANON },
	{ PAGEMAP_KILLED_FREED_SHMEM, READ_SHMEM },
	{ PAGEMAP_KILLED_FREED_FILE, READ_FILE },
	{ PAGEMAP_KILLED_FREED_PAGE_TABLES, READ_PAGE_TABLES },
	{ PAGEMAP_KILLED_FREED_KERNEL_STACKS, READ_STACKS },
	{ PAGEMAP_KILLED_FREED_HUGETLB, READ_HUGE_ALL },
	{ PAGEMAP_KILLED_SWAP_FREED, READ_SWAP },
	{ PAGEMAP_KILLED_FREED, READ_USED },
};

#define BOOK_COUNT (sizeof(books) / sizeof(books[0]))

/* Those who die, and the frames of one of them that are watched. */
struct dying {
	const struct death *death;
	struct victim victim;
	pid_t pids[2];
	size_t count;
	struct pagemap_if_killed predicted;
	uint64_t *frames[MAX_RANGES];
	size_t frame_count[MAX_RANGES];
	struct readings before[2];	/* of the cage, of the machine */
	struct readings after[2];
	struct readings idle;		/* of the machine, a while before that */
};

/* 1 % or 64 pages, whichever is larger. */
static int64_t tolerance(uint64_t bytes)
{
	return bytes / 100 > 64 * PAGE ? bytes / 100 : 64 * PAGE;
}

static bool is_near(int64_t a, int64_t b)
{
	return llabs(a - b) <= tolerance(b < 0 ? 0 : b);
}

/* ---- Before ------------------------------------------------------------ */

/* What a victim has before it begins; it writes here. */
static struct own {
	uint64_t anonymous_bytes;
	uint64_t table_bytes;
} *own;

static void take_own(void)
{
	char line[128];
	uint64_t kib;
	FILE *file = fopen("/proc/self/status", "re");

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "RssAnon: %lu", &kib) == 1)
			own->anonymous_bytes = kib * KIB;
		if (sscanf(line, "VmPTE: %lu", &kib) == 1)
			own->table_bytes = kib * KIB;
	}
	if (file)
		fclose(file);
}

static uint64_t own_of(const struct expected *expected)
{
	if (!expected->with_own)
		return 0;
	return expected->part == PAGEMAP_KILLED_FREED_PAGE_TABLES ?
	       own->table_bytes : own->anonymous_bytes;
}

/*
 * What it has of the test is copied first: so all its memory is on the cage's
 * books, and what the test writes later makes nothing the victim's.
 */
static void make_in_cage(struct report *report, void *context)
{
	const struct death *death = context;

	cage_join();
	own_all_pages(report);
	take_own();
	death->make(report, NULL);
}

static void collect(struct dying *dying, size_t r)
{
	struct range range = dying->victim.report.ranges[r];
	size_t pages = (range.end - range.start) / PAGE, count = 0;
	uint64_t *entries = calloc(pages, sizeof(*entries));
	char path[64];
	ssize_t got;
	int fd;

	assert_non_null(entries);
	snprintf(path, sizeof(path), "/proc/%d/pagemap", dying->pids[0]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_return_code(fd, errno);
	got = pread(fd, entries, pages * 8, range.start / PAGE * 8);
	close(fd);
	assert_int_equal(got, pages * 8);
	for (size_t i = 0; i < pages; i++)
		if ((entries[i] & PRESENT) && (entries[i] & PFN_BITS))
			entries[count++] = entries[i] & PFN_BITS;
	dying->frames[r] = entries;
	dying->frame_count[r] = count;
}

static void predict(struct dying *dying)
{
	struct pagemap_snapshot_opts opts = {
		.size = sizeof(opts),
		.detail = PAGEMAP_DETAIL_MAPPINGS,
		.frames = PAGEMAP_FRAMES_KINDS,
	};
	struct pagemap_source *source = open_live();
	struct pagemap_snapshot *snapshot;
	struct pagemap_sharing *sharing;
	size_t i, k, count;
	bool *dies;

	assert_int_equal(pagemap_snapshot_take(source, &opts, &snapshot), 0);
	assert_int_equal(pagemap_sharing_find(snapshot, &sharing), 0);
	count = pagemap_snapshot_process_count(snapshot);
	dies = calloc(count, sizeof(*dies));
	assert_non_null(dies);
	for (i = 0; i < count; i++)
		for (k = 0; k < dying->count; k++)
			dies[i] |= pagemap_process_pid(
				pagemap_snapshot_process_at(snapshot, i)) ==
				dying->pids[k];
	assert_int_equal(pagemap_if_killed(source, sharing, dies,
					   &dying->predicted), 0);
	free(dies);
	pagemap_sharing_free(sharing);
	pagemap_snapshot_free(snapshot);
	pagemap_source_close(source);
}

static void begin(struct dying *dying)
{
	pid_t partner;

	if (!own)
		own = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(own != MAP_FAILED);
	victim_start(&dying->victim, make_in_cage, (void *)dying->death);
	if (dying->victim.report.skip[0]) {
		char skip[96];

		strcpy(skip, dying->victim.report.skip);
		victim_end(&dying->victim);
		SKIP("%s: %s", dying->death->name, skip);
	}
	partner = dying->victim.report.partner;
	victim_stop(&dying->victim);
	if (!dying->death->partner_alone)
		dying->pids[dying->count++] = dying->victim.pid;
	if (partner)
		dying->pids[dying->count++] = partner;
	for (size_t r = 0; r < dying->victim.report.count; r++)
		collect(dying, r);
}

/* ---- The kill ---------------------------------------------------------- */

/* A process that is no child of ours is reaped by another. */
static bool is_gone(pid_t pid)
{
	char path[64], text[512] = "", *end;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return true;
	if (read(fd, text, sizeof(text) - 1) <= 0)
		text[0] = 0;
	close(fd);
	end = strrchr(text, ')');
	return !end || end[2] == 'Z' || end[2] == 'X';
}

static bool is_settled(const struct readings *a, const struct readings *b)
{
	return !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

/* The last pages come back a while after, when batches are worked off. */
static void settle(struct dying *dying)
{
	struct readings last;
	int i, same = 0;

	cage_read(&last);
	for (i = 0; i < 100 && same < 5; i++) {
		usleep(20000);
		cage_read(&dying->after[0]);
		same = is_settled(&last, &dying->after[0]) ? same + 1 : 0;
		last = dying->after[0];
	}
	machine_read(&dying->after[1]);
}

static void kill_all(struct dying *dying)
{
	cage_read(&dying->before[0]);
	machine_read(&dying->before[1]);
	for (size_t i = 0; i < dying->count; i++)
		assert_return_code(kill(dying->pids[i], SIGKILL), errno);
	for (size_t i = 0; i < dying->count; i++)
		for (int k = 0; k < 5000 && !is_gone(dying->pids[i]); k++)
			usleep(1000);
	/* A stack of the kernel is given back when its task is reaped. */
	if (!dying->death->partner_alone)
		victim_end(&dying->victim);
	settle(dying);
}

/* ---- What was left ----------------------------------------------------- */

/*
 * A frame that was freed may be in use again by anybody else: then it is
 * charged to him.
 */
static bool is_freed(uint64_t pfn, uint64_t flags)
{
	const uint64_t used = FLAG(LRU) | FLAG(ANON) | FLAG(MMAP) |
			      FLAG(SWAPBACKED) | FLAG(UPTODATE) | FLAG(HUGE);

	return !(flags & used) || (!(flags & FLAG(HUGE)) &&
	       cage_knows_frames() && !cage_has_frame(pfn));
}

static bool has_fate(uint64_t pfn, uint64_t flags, enum fate fate)
{
	const uint64_t dirty = FLAG(DIRTY) | FLAG(WRITEBACK);

	switch (fate) {
	case FATE_FREE:
		return is_freed(pfn, flags);
	case FATE_ANON:
		return flags & FLAG(ANON);
	case FATE_CACHE:
		return (flags & FLAG(UPTODATE)) &&
		       !(flags & (FLAG(ANON) | FLAG(SWAPBACKED) | dirty));
	case FATE_DIRTY:
		return (flags & FLAG(UPTODATE)) && (flags & dirty) &&
		       !(flags & (FLAG(ANON) | FLAG(SWAPBACKED)));
	case FATE_SHMEM:
		return (flags & FLAG(SWAPBACKED)) && !(flags & FLAG(ANON));
	case FATE_HUGETLB:
		return flags & FLAG(HUGE);
	default:
		return true;
	}
}

/* Frames of a range that are not what they should have become. */
static size_t count_astray(const struct dying *dying, size_t r)
{
	int fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);
	size_t astray = 0;

	assert_return_code(fd, errno);
	for (size_t i = 0; i < dying->frame_count[r]; i++) {
		uint64_t flags = 0;

		if (pread(fd, &flags, 8, dying->frames[r][i] * 8) != 8 ||
		    !has_fate(dying->frames[r][i], flags,
			      dying->death->fates[r]))
			astray++;
	}
	close(fd);
	return astray;
}

static const struct pagemap_value *part_of(const struct dying *dying,
					   enum pagemap_killed_part part)
{
	return &dying->predicted.parts[part];
}

/* How a book fell; false if it was not read. */
static bool fall_of(const struct dying *dying, int which,
		    enum reading reading, int64_t *ret_bytes)
{
	*ret_bytes = dying->before[which].bytes[reading] -
		     dying->after[which].bytes[reading];
	return dying->before[which].known[reading] &&
	       dying->after[which].known[reading];
}

/* ---- The comparison ---------------------------------------------------- */

void death_print_head(void)
{
	printf("# %-28s %-20s %9s %9s %9s %7s %7s %8s\n", "killed", "part",
	       "predicted", "cgroup", "meminfo", "diff", "%", "frames");
}

static void print_fall(bool known, int64_t bytes)
{
	if (known)
		printf(" %9ld", (long)(bytes / (int64_t)PAGE));
	else
		printf(" %9s", "-");
}

/* Pages; the difference is that to the cage, or else to the machine. */
static void print_line(const struct dying *dying,
		       enum pagemap_killed_part part, enum reading reading,
		       size_t astray, size_t frames)
{
	int64_t value = part_of(dying, part)->value, cage, machine;
	bool in_cage = fall_of(dying, 0, reading, &cage);
	bool in_machine = fall_of(dying, 1, reading, &machine);
	int64_t diff = value - (in_cage ? cage : machine);

	printf("# %-28s %-20s %9ld", dying->death->name,
	       pagemap_killed_part_name(part), (long)(value / (int64_t)PAGE));
	print_fall(in_cage, cage);
	print_fall(in_machine, machine);
	printf(" %7ld %6.2f%%", (long)(diff / (int64_t)PAGE),
	       value ? 100.0 * (double)diff / (double)value : 0.0);
	if (frames)
		printf(" %4zu/%zu", frames - astray, frames);
	printf("\n");
}

/* What stays is in no book: its frames are looked at. */
static void print_kept(const struct dying *dying,
		       enum pagemap_killed_part part, size_t astray,
		       size_t frames)
{
	printf("# %-28s %-20s %9ld %9s %9s %7s %7s %4zu/%zu\n",
	       dying->death->name, pagemap_killed_part_name(part),
	       (long)(part_of(dying, part)->value / PAGE), "", "", "", "",
	       frames - astray, frames);
}

static bool book_of(enum pagemap_killed_part part, enum reading *ret_reading)
{
	for (size_t i = 0; i < BOOK_COUNT; i++) {
		if (books[i].part != part)
			continue;
		*ret_reading = books[i].reading;
		return true;
	}
	return false;
}

static void print_table(const struct dying *dying, size_t astray,
			size_t frames)
{
	for (size_t i = 0; i < 3 && dying->death->expected[i].is; i++) {
		enum pagemap_killed_part part = dying->death->expected[i].part;
		enum reading reading;

		if (book_of(part, &reading) && !dying->death->apart)
			print_line(dying, part, reading, astray, frames);
		else
			print_kept(dying, part, astray, frames);
	}
}

static void check_parts(const struct dying *dying)
{
	for (size_t i = 0; i < 3 && dying->death->expected[i].is; i++) {
		const struct expected *expected = &dying->death->expected[i];
		const struct pagemap_value *value =
			part_of(dying, expected->part);
		uint64_t bytes = expected->bytes + own_of(expected);

		if (value->quality == PAGEMAP_UNAVAILABLE ||
		    !is_near(value->value, bytes))
			fail_msg("%s: %s is predicted as %lu, not %lu (%s)",
				 dying->death->name,
				 pagemap_killed_part_name(expected->part),
				 value->value, bytes,
				 pagemap_reason_describe(value->reason));
		assert_true(value->low <= value->value);
		assert_true(value->high >= value->value);
	}
}

/*
 * In the cage every book must have fallen by what was predicted, also by
 * nothing.  The machine's books are everybody's: there the part that this
 * death is about has to show.
 */
static void check_books(const struct dying *dying)
{
	for (size_t i = 0; i < BOOK_COUNT; i++) {
		int64_t fall, value = part_of(dying, books[i].part)->value;

		if (dying->death->apart ||
		    !fall_of(dying, 0, books[i].reading, &fall) ||
		    is_near(fall, value))
			continue;
		fail_msg("%s: %s: %ld pages predicted, %ld by the cgroup",
			 dying->death->name,
			 pagemap_killed_part_name(books[i].part),
			 (long)(value / (int64_t)PAGE),
			 (long)(fall / (int64_t)PAGE));
	}
}

/*
 * Whether the machine's books agree where the cage has none: theirs are
 * everybody's.
 */
static bool machine_agrees(const struct dying *dying)
{
	for (size_t i = 0; i < 3 && dying->death->expected[i].is; i++) {
		enum pagemap_killed_part part = dying->death->expected[i].part;
		enum reading reading;
		int64_t fall;

		if (!book_of(part, &reading) ||
		    fall_of(dying, 0, reading, &fall) ||
		    !fall_of(dying, 1, reading, &fall))
			continue;
		if (!is_near(fall, part_of(dying, part)->value))
			return false;
	}
	return true;
}

/* Whether its books move by more than is tolerated while nobody dies. */
static bool has_moved(const struct death *death, const struct readings *before,
		      const struct readings *after)
{
	for (size_t i = 0; i < 3 && death->expected[i].is; i++) {
		enum reading reading;

		if (book_of(death->expected[i].part, &reading) &&
		    llabs(before->bytes[reading] - after->bytes[reading]) >
			    tolerance(death->expected[i].bytes) / 4)
			return true;
	}
	return false;
}

static bool machine_is_noisy(const struct death *death)
{
	struct readings before, after;

	for (int i = 0; i < 15; i++) {
		machine_read(&before);
		usleep(200000);
		machine_read(&after);
		if (has_moved(death, &before, &after))
			return true;
	}
	return false;
}

static void check_tool(const struct dying *dying)
{
	const pid_t pids[2] = { dying->pids[0],
				dying->count > 1 ? dying->pids[1] : 0 };
	struct tool_run run;
	char key[48];

	tool_run(&run, 0, "memrank --if-killed pid:$1${2:+,pid:$2} --json",
		 pids);
	assert_int_equal(run.status, 0);
	for (int part = 0; part < PAGEMAP_KILLED_PART_COUNT; part++) {
		const char *at;

		snprintf(key, sizeof(key), "\"%s_bytes\":",
			 pagemap_killed_part_name(part));
		at = strstr(run.out, key);
		assert_non_null(at);
		if (!is_near(strtoll(at + strlen(key), NULL, 10),
			     part_of(dying, part)->value))
			fail_msg("%s: memrank says %.40s, the library %lu",
				 dying->death->name, at,
				 part_of(dying, part)->value);
	}
	tool_done(&run);
}

static void free_frames(struct dying *dying)
{
	for (size_t r = 0; r < MAX_RANGES; r++) {
		free(dying->frames[r]);
		dying->frames[r] = NULL;
	}
}

/* One attempt; false if the machine's books moved for other reasons. */
static bool die_once(const struct death *death, bool first, bool last,
		     bool *noisy)
{
	struct dying dying = { .death = death };
	size_t r, astray = 0, frames = 0;
	bool agrees;

	begin(&dying);
	machine_read(&dying.idle);
	predict(&dying);
	if (first && tools_are_there(0))
		check_tool(&dying);
	kill_all(&dying);
	for (r = 0; r < dying.victim.report.count; r++) {
		if (death->fates[r] == FATE_ANY)
			continue;
		astray += count_astray(&dying, r);
		frames += dying.frame_count[r];
	}
	agrees = machine_agrees(&dying);
	*noisy |= has_moved(death, &dying.idle, &dying.before[1]);
	if (agrees || last)
		print_table(&dying, astray, frames);
	check_parts(&dying);
	check_books(&dying);
	if ((int64_t)(astray * PAGE) > tolerance(frames * PAGE))
		fail_msg("%s: %zu of %zu frames went another way", death->name,
			 astray, frames);
	free_frames(&dying);
	victim_end(&dying.victim);
	return agrees;
}

#define ATTEMPTS 10
#define SECONDS 15

void death_check(const struct death *death)
{
	time_t end = time(NULL) + SECONDS;
	bool noisy = false;
	int i = 1;

	/* The last one is shown, be it for want of time. */
	while (i <= ATTEMPTS) {
		bool last = i == ATTEMPTS || time(NULL) >= end;

		if (die_once(death, i == 1, last, &noisy))
			return;
		if (last)
			break;
		i++;
	}
	if (noisy || machine_is_noisy(death))
		SKIP("%s: others use more memory and less meanwhile than what "
		     "dies", death->name);
	fail_msg("%s: meminfo shows another figure, %d times", death->name, i);
}

void death_watch(const struct death *death, enum pagemap_killed_part part,
		 enum reading reading, struct outcome *ret_outcome)
{
	struct dying dying = { .death = death };

	begin(&dying);
	predict(&dying);
	kill_all(&dying);
	ret_outcome->value = *part_of(&dying, part);
	fall_of(&dying, 0, reading, &ret_outcome->cage);
	fall_of(&dying, 1, reading, &ret_outcome->machine);
	free_frames(&dying);
	victim_end(&dying.victim);
}

void death_test(void **row)
{
	death_check(*row);
}
