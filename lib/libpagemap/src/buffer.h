/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory that grows: a text buffer that a worker uses again and again, and an
 * array of any element.  Neither knows what it holds.
 */
#ifndef PAGEMAP_BUFFER_H
#define PAGEMAP_BUFFER_H

#include <stddef.h>
#include <stdint.h>

/* A text read from a file.  data is NULL or ends in a NUL after size bytes. */
struct buffer {
	char *data;
	size_t size;
	size_t capacity;
};

/* Makes room for capacity bytes and a NUL; keeps the content.  -ENOMEM. */
int buffer_reserve(struct buffer *buffer, size_t capacity);
void buffer_free(struct buffer *buffer);

/*
 * Reads from offset 0 to the end of fd.  When the file ends, content is
 * replaced; on a negative errno it is undefined.  hint: bytes expected.
 */
int buffer_read_fd(struct buffer *buffer, int fd, size_t hint);

/* An array of items of one size. */
struct array {
	void *items;
	size_t count;
	size_t capacity;
};

/* A place for one more item of item_size bytes, zeroed; NULL: no memory. */
void *array_push(struct array *array, size_t item_size);

/* Gives back what the array reserved and does not use. */
void array_shrink(struct array *array, size_t item_size);
void array_free(struct array *array);

/* The order of rising pids, and of rising uint64_t: for qsort and bsearch. */
int array_compare_pids(const void *a, const void *b);
int array_compare_u64(const void *a, const void *b);

#endif
