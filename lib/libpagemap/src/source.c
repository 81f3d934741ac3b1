/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What all sources share: features found once, the last error, the log.  Where
 * bytes come from is the business of the table in source->ops.
 */
#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parse.h"
#include "watch.h"

void source_init(struct pagemap_source *source, const struct source_ops *ops,
		 enum pagemap_source_kind kind)
{
	source->ops = ops;
	source->kind = kind;
	source->root_fd = -1;
	source->frame_fds[FRAME_COUNTS] = -1;
	source->frame_fds[FRAME_FLAGS] = -1;
	source->records_fd = -1;
	source->averaged = -1;
}

struct pagemap_source *source_new(const struct source_ops *ops,
				  enum pagemap_source_kind kind)
{
	struct pagemap_source *source = calloc(1, sizeof(*source));

	if (source)
		source_init(source, ops, kind);
	return source;
}

void pagemap_source_close(struct pagemap_source *source)
{
	if (!source)
		return;
	watch_end(source);
	source->ops->close(source);
	array_free(&source->tracers);
	free(source);
}

enum pagemap_source_kind pagemap_source_kind(const struct pagemap_source *source)
{
	return source->kind;
}

uint32_t pagemap_source_page_size_bytes(const struct pagemap_source *source)
{
	return source->page_size_bytes;
}

const char *pagemap_source_kernel(const struct pagemap_source *source)
{
	return source->kernel;
}

bool pagemap_source_has_feature(struct pagemap_source *source,
				enum pagemap_feature feature)
{
	const char *reason = "";

	if ((unsigned int)feature >= PAGEMAP_FEATURE_COUNT)
		return false;
	if (source->features[feature] == FEATURE_UNTRIED) {
		bool there = source->ops->probe(source, feature, &reason);

		source->features[feature] = there ? FEATURE_PRESENT
						  : FEATURE_MISSING;
		source->feature_reasons[feature] = there ? "" : reason;
	}
	return source->features[feature] == FEATURE_PRESENT;
}

const char *pagemap_feature_reason(struct pagemap_source *source,
				   enum pagemap_feature feature)
{
	if ((unsigned int)feature >= PAGEMAP_FEATURE_COUNT)
		return "no such feature";
	pagemap_source_has_feature(source, feature);
	return source->feature_reasons[feature];
}

const char *pagemap_source_last_error(const struct pagemap_source *source)
{
	return source->detail;
}

void pagemap_source_set_log(struct pagemap_source *source, pagemap_log_fn log,
			    void *context)
{
	source->log = log;
	source->log_context = context;
}

int pagemap_source_next_pid(struct pagemap_source *source, pid_t *pid)
{
	return source->ops->next_pid(source, pid);
}

int pagemap_source_comm(struct pagemap_source *source, pid_t pid,
			char *ret_comm, size_t size)
{
	struct process_ref ref = { .pid = pid, .dir_fd = -1 };
	struct buffer text = { 0 };
	int err;

	if (!size)
		return -EINVAL;
	err = source->ops->read_text(source, &ref, "comm", &text);
	if (!err) {
		if (text.size && text.data[text.size - 1] == '\n')
			text.data[--text.size] = '\0';
		snprintf(ret_comm, size, "%s", text.data);
	}
	buffer_free(&text);
	return err;
}

int pagemap_source_cpu_time(struct pagemap_source *source, pid_t pid,
			    uint64_t *ret_user_ns, uint64_t *ret_system_ns)
{
	const uint64_t tick_ns =
		UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK);
	struct process_ref ref = { .pid = pid, .dir_fd = -1 };
	struct buffer text = { 0 };
	struct proc_stat stat;
	int err = source->ops->read_text(source, &ref, "stat", &text);

	if (!err)
		err = parse_stat(text.data, text.size, &stat);
	buffer_free(&text);
	if (err)
		return err;
	*ret_user_ns = stat.user_ticks * tick_ns;
	*ret_system_ns = stat.system_ticks * tick_ns;
	return 0;
}

int source_fail(struct pagemap_source *source, int err, const char *what,
		pid_t pid)
{
	const char *text = strerrordesc_np(-err);

	if (pid)
		snprintf(source->detail, sizeof(source->detail), "%d/%s: %s",
			 (int)pid, what, text ? text : "unknown error");
	else
		snprintf(source->detail, sizeof(source->detail), "%s: %s",
			 what, text ? text : "unknown error");
	if (source->log)
		source->log(source->log_context, source->detail);
	return err;
}

bool source_kernel_at_least(const struct pagemap_source *source,
			    uint32_t major, uint32_t minor)
{
	if (source->kernel_major != major)
		return source->kernel_major > major;
	return source->kernel_minor >= minor;
}

int source_read_swaps(struct pagemap_source *source)
{
	struct buffer text = { 0 };
	struct proc_swaps swaps = { 0 };
	int err = source->ops->read_text(source, NULL, "swaps", &text);

	/* No file: a kernel without swap, or a tree that does not say. */
	if (!err)
		err = parse_swaps(text.data, text.size, &swaps);
	buffer_free(&text);
	/* Nor does one that is not understood say that there is a swap area. */
	source->swap_types = err ? source->swap_types_untold : swaps.types;
	source->swap_used_bytes = err ? 0 : swaps.used_bytes;
	return err == -ENOMEM ? err : 0;
}
