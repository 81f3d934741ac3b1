// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What methods of finding working sets do to their target, as it measures
 * itself: CPU time lost and the longest stall after accesses are forgotten,
 * beside intervals of the same length in which nothing is done to it, in turns.
 *
 *	guest_harm [MIB [PAIRS [MILLISECONDS]]]
 *
 * Prints a line for each way that works here.  For guests, and by hand on any
 * machine; passes or fails nothing.
 */
#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>

#include "../live/common_found.h"
#include "guest.h"

#define METHOD(name) PAGEMAP_WSS_BIT(PAGEMAP_WSS_##name)
#define MAX_PAIRS 50

static const struct {
	const char *name;
	uint32_t methods;
	bool registered;
} ways[] = {
	{ "module", METHOD(MODULE), false },
	{ "idle", METHOD(IDLE), false },
	{ "clear_refs", METHOD(CLEAR_REFS), false },
	{ "soft-dirty", METHOD(SOFT_DIRTY), false },
	{ "clear_refs and soft-dirty", METHOD(CLEAR_REFS) | METHOD(SOFT_DIRTY),
	  false },
	{ "write-protect", METHOD(WRITE_PROTECT), true },
};

/* Figures of one kind of interval, one of each pair. */
struct samples {
	double touches[MAX_PAIRS];
	double cpu_ms[MAX_PAIRS];
	double stall_ms[MAX_PAIRS];
	double pair_ms[MAX_PAIRS];	/* mmap and munmap */
};

struct harm {
	struct samples calm, forgotten, read;
	double forget_ms[MAX_PAIRS], read_ms[MAX_PAIRS];
	double lost_ms[MAX_PAIRS];	/* CPU time, in the interval after
					   forgetting */
	double noise_ms[MAX_PAIRS];	/* the same of two calm intervals */
};

static unsigned int pairs = 9, interval_ms = 200;

static double median(const double *values)
{
	double sorted[MAX_PAIRS];

	memcpy(sorted, values, pairs * sizeof(*values));
	qsort(sorted, pairs, sizeof(*sorted), compare_doubles);
	return sorted[pairs / 2];
}

static double most(const double *values)
{
	double worst = 0;

	for (unsigned int i = 0; i < pairs; i++)
		worst = values[i] > worst ? values[i] : worst;
	return worst;
}

static void take(struct truth *truth, struct samples *samples, unsigned int nth)
{
	struct truth_pace pace;

	truth_pace(truth, &pace);
	samples->touches[nth] = (double)pace.touches;
	samples->cpu_ms[nth] = (double)pace.cpu_ns / 1e6;
	samples->stall_ms[nth] = (double)pace.stall_ns / 1e6;
	samples->pair_ms[nth] = (double)pace.pair_ns / 1e6;
}

/* CPU time beyond what so many touches took in another interval. */
static double lost_ms(const struct samples *now, const struct samples *calm,
		      unsigned int nth)
{
	return now->cpu_ms[nth] - now->touches[nth] * calm->cpu_ms[nth] /
					  calm->touches[nth];
}

static int measure_pair(struct pagemap_source *source, struct truth *truth,
			uint32_t methods, struct harm *harm, unsigned int nth)
{
	struct pagemap_wss_opts opts = {
		.size = sizeof(opts), .methods = methods, .may_disturb = true,
		.pids = &truth->pid, .pid_count = 1,
	};
	struct pagemap_working_set *set = NULL;
	struct pagemap_wss_process process;
	struct pagemap_wss *session;
	struct samples first;
	int err;

	usleep(interval_ms * 1000);
	take(truth, &first, nth);
	usleep(interval_ms * 1000);
	take(truth, &harm->calm, nth);
	harm->noise_ms[nth] = lost_ms(&harm->calm, &first, nth);
	err = pagemap_wss_begin(source, &opts, &session);
	if (err)
		return err;
	usleep(interval_ms * 1000);
	take(truth, &harm->forgotten, nth);
	harm->lost_ms[nth] = lost_ms(&harm->forgotten, &harm->calm, nth);
	err = pagemap_wss_look(session, &set);
	if (!err)
		err = pagemap_working_set_process_at(set, 0, &process);
	take(truth, &harm->read, nth);
	harm->forget_ms[nth] = (double)process.forget_ns / 1e6;
	harm->read_ms[nth] = (double)process.read_ns / 1e6;
	pagemap_working_set_free(set);
	pagemap_wss_end(session);
	return err;
}

static void print_harm(const char *name, const struct harm *harm, double gib)
{
	printf("# harm | %s | lost %.1f ms of CPU/GiB (calm %.1f) | longest stall "
	       "%.2f ms, median %.2f (calm %.2f, %.2f) | longest mmap+munmap "
	       "%.2f ms, median %.2f (calm %.2f, %.2f) | while read: stall "
	       "%.2f, mmap+munmap %.2f | forgets in %.1f ms/GiB, read in %.1f\n",
	       name, median(harm->lost_ms) / gib, median(harm->noise_ms) / gib,
	       most(harm->forgotten.stall_ms), median(harm->forgotten.stall_ms),
	       most(harm->calm.stall_ms), median(harm->calm.stall_ms),
	       most(harm->forgotten.pair_ms), median(harm->forgotten.pair_ms),
	       most(harm->calm.pair_ms), median(harm->calm.pair_ms),
	       most(harm->read.stall_ms), most(harm->read.pair_ms),
	       median(harm->forget_ms) / gib, median(harm->read_ms) / gib);
}

static bool works(struct pagemap_source *source, uint32_t methods)
{
	const char *reason;

	for (unsigned int i = 0; i < PAGEMAP_WSS_METHOD_COUNT; i++)
		if (methods & PAGEMAP_WSS_BIT(i) &&
		    !pagemap_wss_method_works(source, i, &reason))
			return false;
	return true;
}

static void measure(struct pagemap_source *source, size_t way, uint32_t mib)
{
	static struct harm harm;
	struct truth_spec spec = {
		.name = ways[way].name, .memory = TRUTH_ANON, .dirtied = true,
		.registered = ways[way].registered, .in_a_row = true,
		.pages = mib * 256, .read = mib * 128, .written = mib * 128,
	};
	struct truth truth;
	int err = 0;

	if (!truth_start(&spec, 1, "/", &truth)) {
		printf("# harm | %s | %s\n", spec.name, truth.skip);
		return;
	}
	truth_run(&truth, true);
	for (unsigned int i = 0; i < pairs && !err; i++)
		err = measure_pair(source, &truth, ways[way].methods, &harm, i);
	truth_end(&truth);
	if (err)
		printf("# harm | %s | %s\n", spec.name, strerror(-err));
	else
		print_harm(spec.name, &harm, mib / 1024.0);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	uint32_t mib = argc > 1 ? (uint32_t)atoi(argv[1]) : 64;
	struct pagemap_source *source;

	if (argc > 2)
		pairs = (unsigned int)atoi(argv[2]);
	if (argc > 3)
		interval_ms = (unsigned int)atoi(argv[3]);
	if (!mib || !pairs || pairs > MAX_PAIRS || !interval_ms)
		return 2;
	if (pagemap_source_open_live(&source))
		give_up("/proc");
	/* Else waiting for other work of the machine would be called harm. */
	setpriority(PRIO_PROCESS, 0, -20);
	printf("# harm to a target that uses all of %u MiB, over and over: "
	       "%u pairs of %u ms\n", mib, pairs, interval_ms);
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (works(source, ways[i].methods))
			measure(source, i, mib);
	pagemap_source_close(source);
	return 0;
}
