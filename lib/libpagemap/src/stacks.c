/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How large a kernel stack is.  It is the kernel's own constant: what all of
 * them take, by the number of threads, is it but for idle ones' (which are not
 * counted as threads).  It is a power of two of pages.
 */
#include <errno.h>

#include "parse.h"
#include "source.h"

int source_stack_bytes(struct pagemap_source *source, uint64_t *ret_bytes)
{
	uint64_t all, threads = 0, bytes = source->page_size_bytes;
	struct proc_meminfo meminfo = { .found = 0 };
	struct buffer text = { 0 };
	int err = source->ops->read_text(source, NULL, "meminfo", &text);

	if (!err)
		err = parse_meminfo(text.data, text.size, &meminfo);
	if (!err && !meminfo_has(&meminfo, MEMINFO_KERNEL_STACK))
		err = -ENODATA;
	if (!err)
		err = source->ops->read_text(source, NULL, "loadavg", &text);
	if (!err)
		err = parse_loadavg(text.data, text.size, &threads);
	buffer_free(&text);
	if (err)
		return err;
	all = meminfo.values[MEMINFO_KERNEL_STACK];
	/* The nearest, by its ratio: 1.5 is near enough to the root of 2. */
	while (bytes < UINT64_C(1) << 20 && all * 2 > bytes * 3 * threads)
		bytes *= 2;
	*ret_bytes = bytes;
	return 0;
}
