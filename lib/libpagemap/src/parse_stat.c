/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stat, statm and status of a process.
 */
#include <errno.h>
#include <string.h>

#include "parse.h"

#define PF_KTHREAD 0x00200000

#define BIT(metric) PAGEMAP_METRIC_BIT(metric)

/* Takes the next word of a line, ended by a blank, a tab or the end. */
static bool next_word(struct span *rest, struct span *ret_word)
{
	while (rest->len && (*rest->at == ' ' || *rest->at == '\t' ||
			     *rest->at == '\n')) {
		rest->at++;
		rest->len--;
	}
	*ret_word = (struct span){ rest->at, 0 };
	while (rest->len && *rest->at != ' ' && *rest->at != '\t' &&
	       *rest->at != '\n') {
		rest->at++;
		rest->len--;
		ret_word->len++;
	}
	return ret_word->len > 0;
}

/* Field number `field` of stat, counted from 1, out of what follows comm. */
static bool take_fields(struct span rest, struct proc_stat *stat)
{
	uint64_t numbers[23] = { 0 };
	struct span word;
	int field;

	for (field = 3; field <= 22; field++) {
		if (!next_word(&rest, &word))
			return false;
		if (field == 3) {
			stat->state = *word.at;
			continue;
		}
		/* tpgid and others may be negative; they are not used. */
		if (word.at[0] == '-')
			continue;
		if (!span_to_u64(word, 10, &numbers[field]))
			return false;
	}
	if (numbers[4] > INT32_MAX || numbers[6] > INT32_MAX)
		return false;
	stat->ppid = (pid_t)numbers[4];
	stat->session = (pid_t)numbers[6];
	stat->kernel_thread = numbers[9] & PF_KTHREAD;
	stat->start_ticks = numbers[22];
	return true;
}

int parse_stat(const char *text, size_t size, struct proc_stat *ret_stat)
{
	const char *open = size ? memchr(text, '(', size) : NULL;
	const char *close = size ? memrchr(text, ')', size) : NULL;
	struct proc_stat stat = { 0 };
	struct span pid_text, rest;
	uint64_t pid;

	/* Without its newline the last field may be cut. */
	if (!open || !close || close < open || open == text ||
	    text[size - 1] != '\n')
		return -EINVAL;
	pid_text = (struct span){ text, (size_t)(open - text) - 1 };
	if (!span_to_u64(pid_text, 10, &pid) || pid > INT32_MAX)
		return -EINVAL;
	stat.pid = (pid_t)pid;
	stat.comm = (struct span){ open + 1, (size_t)(close - open) - 1 };
	rest = (struct span){ close + 1, (size_t)(text + size - close) - 1 };
	if (!take_fields(rest, &stat))
		return -EINVAL;
	*ret_stat = stat;
	return 0;
}

int parse_statm(const char *text, size_t size, struct proc_statm *ret_statm)
{
	struct span word, rest = { text, size };
	uint64_t numbers[3];
	int i;

	if (!size || text[size - 1] != '\n')
		return -EINVAL;
	for (i = 0; i < 3; i++)
		if (!next_word(&rest, &word) ||
		    !span_to_u64(word, 10, &numbers[i]))
			return -EINVAL;
	*ret_statm = (struct proc_statm){ numbers[0], numbers[1], numbers[2] };
	return 0;
}

static const struct {
	const char *key;
	uint8_t metric;
} status_fields[] = {
	{ "VmSize:", PAGEMAP_VSS },
	{ "VmLck:", PAGEMAP_LOCKED },
	{ "VmRSS:", PAGEMAP_RSS },
	{ "RssAnon:", PAGEMAP_ANON },
	{ "RssFile:", PAGEMAP_FILE },
	{ "RssShmem:", PAGEMAP_SHMEM },
	{ "VmPTE:", PAGEMAP_PAGE_TABLES },
	{ "VmPMD:", PAGEMAP_PAGE_TABLES },
	{ "VmSwap:", PAGEMAP_SWAP },
};

static bool starts_with(struct span line, const char *key)
{
	size_t length = strlen(key);

	return line.len >= length && !memcmp(line.at, key, length);
}

static bool take_kilobytes(struct span line, uint64_t *ret_bytes)
{
	struct span word, unit;
	uint64_t number;

	if (!next_word(&line, &word) || !next_word(&line, &word) ||
	    !span_to_u64(word, 10, &number) || number > UINT64_MAX >> 10 ||
	    !next_word(&line, &unit) || unit.len != 2)
		return false;
	*ret_bytes = number << 10;
	return true;
}

static int take_status_line(struct span line, struct proc_status *status)
{
	struct span word;
	uint64_t bytes, uid;
	size_t i;

	if (starts_with(line, "Uid:")) {
		if (!next_word(&line, &word) || !next_word(&line, &word) ||
		    !next_word(&line, &word) || !span_to_u64(word, 10, &uid) ||
		    uid > UINT32_MAX)
			return -EINVAL;
		status->euid = (uid_t)uid;
		return 0;
	}
	if (starts_with(line, "HugetlbPages:"))
		return take_kilobytes(line, &status->hugetlb_bytes) ? 0
								    : -EINVAL;
	for (i = 0; i < sizeof(status_fields) / sizeof(status_fields[0]); i++) {
		if (!starts_with(line, status_fields[i].key))
			continue;
		if (!take_kilobytes(line, &bytes))
			return -EINVAL;
		status->bytes[status_fields[i].metric] += bytes;
		status->found |= BIT(status_fields[i].metric);
	}
	return 0;
}

int parse_status(const char *text, size_t size, struct proc_status *ret_status)
{
	struct proc_status status = {
		.hugetlb_bytes = UINT64_MAX,
		.euid = (uid_t)-1,
	};
	struct text rest = { text, text + size };
	struct span line;

	if (!size || text[size - 1] != '\n')
		return -EINVAL;
	while (text_next_line(&rest, &line))
		if (take_status_line(line, &status))
			return -EINVAL;
	*ret_status = status;
	return 0;
}
