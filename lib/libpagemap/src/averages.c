/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether the running kernel averages map counts over large folios.  No file
 * says so, thus a huge page of our own is unmapped by half: a kernel with a
 * count per page knows that the pages of that half are mapped no more, one
 * that averages cannot.  Owns that experiment and nothing else.
 */
#include "averages.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define HUGE_BYTES (UINT64_C(2) << 20)
#define HALF_BYTES (HUGE_BYTES / 2)
#define RESULT_UNKNOWN (-1)

struct experiment {
	struct pagemap_source *source;
	int pages_fd;
	char *huge;		/* HUGE_BYTES, aligned */
};

static int entry_of(const struct experiment *experiment, const char *address,
		    struct pagemap_page *ret_page)
{
	uint64_t entry;
	off_t at = (off_t)(((uintptr_t)address >>
			    experiment->source->page_shift) * 8);

	if (pread(experiment->pages_fd, &entry, 8, at) != 8)
		return -EIO;
	*ret_page = pagemap_decode_entry(entry, 0);
	return 0;
}

/* With frame numbers: unmap the second half and ask for its count. */
static int averaged_by_count(const struct experiment *experiment)
{
	struct pagemap_source *source = experiment->source;
	struct pagemap_page first, page;
	uint64_t count;

	if (entry_of(experiment, experiment->huge, &first) ||
	    entry_of(experiment, experiment->huge + HALF_BYTES, &page) ||
	    page.pfn != first.pfn + HALF_BYTES / source->page_size_bytes)
		return RESULT_UNKNOWN;
	if (madvise(experiment->huge + HALF_BYTES, HALF_BYTES, MADV_DONTNEED))
		return RESULT_UNKNOWN;
	if (source->ops->read_frames(source, FRAME_COUNTS, page.pfn, &count,
				     1) != 1)
		return RESULT_UNKNOWN;
	return count != 0;
}

/*
 * Without them: a child shares the huge page and unmaps its first half, which
 * is then exclusively ours.  Bit 56 says so only where counts are precise.
 */
static int averaged_by_child(const struct experiment *experiment)
{
	struct pagemap_page page;
	int ends[2], result = RESULT_UNKNOWN;
	char byte = 0;
	long child;

	if (pipe2(ends, O_CLOEXEC))
		return RESULT_UNKNOWN;
	/* No signal at its end: the program may have a handler for SIGCHLD. */
	child = syscall(SYS_clone, 0, NULL, NULL, NULL, 0);
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		munmap(experiment->huge, HALF_BYTES);
		(void)!write(ends[1], &byte, 1);
		for (;;)
			pause();
	}
	close(ends[1]);
	if (child > 0 && read(ends[0], &byte, 1) == 1 &&
	    !entry_of(experiment, experiment->huge, &page))
		result = !(page.bits & PAGEMAP_RUN_EXCLUSIVE);
	close(ends[0]);
	if (child > 0) {
		kill((pid_t)child, SIGKILL);
		waitpid((pid_t)child, NULL, __WCLONE);
	}
	return result;
}

/* Whether we were given a huge page: it came as a whole with one touch. */
static bool is_huge(const struct experiment *experiment)
{
	struct pagemap_page last;

	return !entry_of(experiment, experiment->huge + HUGE_BYTES -
			 experiment->source->page_size_bytes, &last) &&
	       last.state == PAGEMAP_PAGE_PRESENT && last.mapped;
}

static int experiment_run(struct pagemap_source *source)
{
	struct experiment experiment = { .source = source };
	int result = RESULT_UNKNOWN;
	char *area = mmap(NULL, 2 * HUGE_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (area == MAP_FAILED)
		return RESULT_UNKNOWN;
	experiment.huge = (char *)(((uintptr_t)area + HUGE_BYTES - 1) &
				   ~(HUGE_BYTES - 1));
	experiment.pages_fd = openat(source->root_fd, "self/pagemap",
				     O_RDONLY | O_CLOEXEC);
	if (experiment.pages_fd >= 0 &&
	    !madvise(experiment.huge, HUGE_BYTES, MADV_HUGEPAGE)) {
		*(volatile char *)experiment.huge = 1;
		if (is_huge(&experiment))
			result = pagemap_source_has_feature(source,
					PAGEMAP_FEATURE_PFN) &&
				 pagemap_source_has_feature(source,
					PAGEMAP_FEATURE_KPAGECOUNT) ?
				averaged_by_count(&experiment) :
				averaged_by_child(&experiment);
	}
	if (experiment.pages_fd >= 0)
		close(experiment.pages_fd);
	munmap(area, 2 * HUGE_BYTES);
	return result;
}

bool counts_are_precise(struct pagemap_source *source, const char **ret_reason)
{
	int averaged;

	if (source->kernel_major && !source_kernel_at_least(source, 6, 15))
		return true;
	averaged = experiment_run(source);
	/* The half may have been taken by someone else meanwhile: once more. */
	if (averaged == 1)
		averaged = experiment_run(source);
	if (averaged == RESULT_UNKNOWN)
		*ret_reason = "no huge page could be had to find out whether "
			      "this kernel averages map counts "
			      "(CONFIG_NO_PAGE_MAPCOUNT); a census stays exact";
	else
		*ret_reason = "this kernel averages map counts over large "
			      "folios (CONFIG_NO_PAGE_MAPCOUNT); a census "
			      "stays exact";
	source->averaged_for_sure = averaged == 1;
	return averaged == 0;
}
