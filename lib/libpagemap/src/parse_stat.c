/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stat, statm and status of a process.  A number counts only when the
 * character behind it was read as well: a text that was cut in the middle of
 * a number must not give a smaller one.
 */
#include <errno.h>
#include <string.h>

#include "parse.h"

#define KERNEL_THREAD_FLAG 0x00200000	/* PF_KTHREAD */

/* Fields of stat by the numbers of proc(5). */
enum {
	STAT_STATE = 3,
	STAT_PPID = 4,
	STAT_SESSION = 6,
	STAT_FLAGS = 9,
	STAT_USER = 14,
	STAT_SYSTEM = 15,
	STAT_THREADS = 20,
	STAT_START = 22,
	STAT_NEEDED = STAT_START,
};

/* Takes a number that a space, or the end of the line, follows. */
static bool take_field(struct span *rest, struct span *ret_field)
{
	if (span_take(rest, ' ', ret_field))
		return true;
	return span_take(rest, '\n', ret_field) && !rest->len;
}

/* "1234 (comm) ": sets pid and comm, and leaves the fields from state on. */
static bool take_comm(struct span *rest, struct proc_stat *stat)
{
	const char *close = memrchr(rest->at, ')', rest->len);
	struct span pid;

	if (!close || !span_take(rest, ' ', &pid) ||
	    !span_to_int(pid, &stat->pid) || stat->pid < 0)
		return false;
	if (rest->at >= close || *rest->at != '(')
		return false;
	stat->comm.at = rest->at + 1;
	stat->comm.len = (size_t)(close - stat->comm.at);
	rest->len -= (size_t)(close + 1 - rest->at);
	rest->at = close + 1;
	if (!rest->len || *rest->at != ' ')
		return false;
	rest->at++;
	rest->len--;
	return true;
}

static bool keep_stat_field(struct proc_stat *stat, int index,
			    struct span field)
{
	uint32_t flags;
	int number;

	switch (index) {
	case STAT_STATE:
		stat->state = *field.at;
		return field.len == 1;
	case STAT_PPID:
		return span_to_int(field, &stat->ppid);
	case STAT_SESSION:
		return span_to_int(field, &stat->session);
	case STAT_FLAGS:
		if (!span_to_u32(field, 10, &flags))
			return false;
		stat->kernel_thread = flags & KERNEL_THREAD_FLAG;
		return true;
	case STAT_USER:
		return span_to_u64(field, 10, &stat->user_ticks);
	case STAT_SYSTEM:
		return span_to_u64(field, 10, &stat->system_ticks);
	case STAT_THREADS:
		return span_to_u32(field, 10, &stat->thread_count);
	case STAT_START:
		return span_to_u64(field, 10, &stat->start_ticks);
	default:
		/* Only its place counts. */
		return field.len > 0 &&
		       (span_to_int(field, &number) ||
			span_to_u64(field, 10, &(uint64_t){ 0 }));
	}
}

int parse_stat(const char *text, size_t size, struct proc_stat *ret_stat)
{
	struct span field, rest = { text, size };
	struct proc_stat stat = { 0 };

	if (!size || !take_comm(&rest, &stat))
		return -EINVAL;
	for (int index = STAT_STATE; index <= STAT_NEEDED; index++)
		if (!take_field(&rest, &field) ||
		    !keep_stat_field(&stat, index, field))
			return -EINVAL;
	*ret_stat = stat;
	return 0;
}

int parse_statm(const char *text, size_t size, struct proc_statm *ret_statm)
{
	struct span rest = { text, size };
	uint64_t numbers[3];
	struct span field;

	for (size_t i = 0; i < 3; i++)
		if (!size || !take_field(&rest, &field) ||
		    !span_to_u64(field, 10, &numbers[i]))
			return -EINVAL;
	*ret_statm = (struct proc_statm){ numbers[0], numbers[1], numbers[2] };
	return 0;
}

/* The lines of status that are used, apart from Uid. */
enum { STATUS_PMD = PAGEMAP_METRIC_COUNT, STATUS_HUGETLB, STATUS_SIZES };

/* Lengths are kept: most lines differ in that already. */
#define STATUS_LINE(key, size) { key, sizeof(key) - 1, size }

static const struct {
	char key[14];
	uint8_t key_len;
	uint8_t size;
} status_lines[] = {
	STATUS_LINE("VmSize", PAGEMAP_VSS),
	STATUS_LINE("VmLck", PAGEMAP_LOCKED),
	STATUS_LINE("VmRSS", PAGEMAP_RSS),
	STATUS_LINE("RssAnon", PAGEMAP_ANON),
	STATUS_LINE("RssFile", PAGEMAP_FILE),
	STATUS_LINE("RssShmem", PAGEMAP_SHMEM),
	STATUS_LINE("VmHWM", PAGEMAP_RSS_PEAK),
	STATUS_LINE("VmPTE", PAGEMAP_PAGE_TABLES),
	STATUS_LINE("VmPMD", STATUS_PMD),
	STATUS_LINE("VmSwap", PAGEMAP_SWAP),
	STATUS_LINE("HugetlbPages", STATUS_HUGETLB),
};

struct status_sizes {
	uint64_t bytes[STATUS_SIZES];
	uint64_t found;
	uid_t euid;
};

/* "Uid:	real	effective	saved	file system". */
static bool keep_uid(struct status_sizes *sizes, struct span rest)
{
	struct span word;
	uint32_t uid;

	for (int i = 0; i < 4; i++) {
		if (!span_take_word(&rest, &word) ||
		    !span_to_u32(word, 10, &uid))
			return false;
		if (i == 1)
			sizes->euid = uid;
	}
	return true;
}

/* Most lines are of no interest, and say so by their first letter. */
static bool may_be_known(char c)
{
	return c == 'V' || c == 'R' || c == 'H' || c == 'U';
}

static bool keep_status_line(struct status_sizes *sizes, struct span line)
{
	struct span key;

	if (!line.len || !may_be_known(*line.at) ||
	    !span_take(&line, ':', &key))
		return true;
	if (span_is(key, "Uid"))
		return keep_uid(sizes, line);
	for (size_t i = 0; i < sizeof(status_lines) / sizeof(status_lines[0]);
	     i++) {
		unsigned int size = status_lines[i].size;

		if (key.len != status_lines[i].key_len ||
		    memcmp(key.at, status_lines[i].key, key.len))
			continue;
		if (sizes->found & UINT64_C(1) << size)
			return false;
		sizes->found |= UINT64_C(1) << size;
		return span_to_bytes(line, &sizes->bytes[size]);
	}
	return true;
}

int parse_status(const char *text, size_t size, struct proc_status *ret_status)
{
	struct status_sizes sizes = { .euid = (uid_t)-1 };
	struct proc_status status;
	struct text rest;
	struct span line;

	if (!text_is_whole(text, size))
		return -EINVAL;
	rest = (struct text){ text, text + size };
	while (text_next_line(&rest, &line))
		if (!keep_status_line(&sizes, line))
			return -EINVAL;
	/* Linux 4.15 put the PMDs into VmPTE. */
	if (__builtin_add_overflow(sizes.bytes[PAGEMAP_PAGE_TABLES],
				   sizes.bytes[STATUS_PMD],
				   &sizes.bytes[PAGEMAP_PAGE_TABLES]))
		return -EINVAL;
	memcpy(status.bytes, sizes.bytes, sizeof(status.bytes));
	status.found = sizes.found & PAGEMAP_METRICS_ALL;
	status.hugetlb_bytes = UINT64_MAX;
	if (sizes.found & UINT64_C(1) << STATUS_HUGETLB)
		status.hugetlb_bytes = sizes.bytes[STATUS_HUGETLB];
	status.euid = sizes.euid;
	*ret_status = status;
	return 0;
}

/* ---- Who traces it ----------------------------------------------------- */

enum { TRACING_STATE = 1, TRACING_PPID = 2, TRACING_TRACER = 4,
       TRACING_NEEDED = 7 };

static bool keep_pid(struct span rest, pid_t *ret_pid)
{
	struct span word;

	return span_take_word(&rest, &word) && span_to_int(word, ret_pid) &&
	       *ret_pid >= 0;
}

/* "State:	t (tracing stop)". */
static bool keep_state(struct span rest, char *ret_state)
{
	struct span word;

	if (!span_take_word(&rest, &word) || word.len != 1)
		return false;
	*ret_state = *word.at;
	return true;
}

/* "NSpid:	4711	12": from the reader's namespace inwards. */
static bool keep_last_pid(struct span rest, pid_t *ret_pid)
{
	struct span word;

	while (span_take_word(&rest, &word))
		if (!span_to_int(word, ret_pid) || *ret_pid <= 0)
			return false;
	return *ret_pid > 0;
}

static bool add_switches(struct span rest, uint64_t *sum)
{
	struct span word;
	uint64_t number;

	if (!span_take_word(&rest, &word) || !span_to_u64(word, 10, &number))
		return false;
	if (*sum == UINT64_MAX)
		*sum = 0;
	/* Only whether it changed counts. */
	*sum = (*sum + number) & INT64_MAX;
	return true;
}

/* Marks a field as found; false for the second of its name. */
static bool find_once(uint32_t *found, uint32_t field)
{
	bool first = !(*found & field);

	*found |= field;
	return first;
}

static bool keep_tracing_line(struct proc_tracing *tracing, uint32_t *found,
			      struct span line)
{
	struct span key;

	/* Of 60 lines most say so by their first letter. */
	if (!line.len || !strchr("SPTNvn", *line.at) ||
	    !span_take(&line, ':', &key))
		return true;
	if (span_is(key, "State"))
		return find_once(found, TRACING_STATE) &&
		       keep_state(line, &tracing->state);
	if (span_is(key, "PPid"))
		return find_once(found, TRACING_PPID) &&
		       keep_pid(line, &tracing->ppid);
	if (span_is(key, "TracerPid"))
		return find_once(found, TRACING_TRACER) &&
		       keep_pid(line, &tracing->tracer_pid);
	if (span_is(key, "NSpid"))
		return keep_last_pid(line, &tracing->own_pid);
	if (span_is(key, "voluntary_ctxt_switches") ||
	    span_is(key, "nonvoluntary_ctxt_switches"))
		return add_switches(line, &tracing->switches);
	return true;
}

int parse_tracing(const char *text, size_t size,
		  struct proc_tracing *ret_tracing)
{
	struct proc_tracing tracing = { .switches = UINT64_MAX };
	struct text rest = { text, text + size };
	uint32_t found = 0;
	struct span line;

	if (!text_is_whole(text, size))
		return -EINVAL;
	while (text_next_line(&rest, &line))
		if (!keep_tracing_line(&tracing, &found, line))
			return -EINVAL;
	if (found != TRACING_NEEDED)
		return -EINVAL;
	*ret_tracing = tracing;
	return 0;
}
