/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory that grows, see buffer.h.  The only file that reads whole texts from
 * a descriptor.
 */
#include "buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int buffer_reserve(struct buffer *buffer, size_t capacity)
{
	char *data;

	if (buffer->data && capacity <= buffer->capacity)
		return 0;
	if (capacity < buffer->capacity * 2)
		capacity = buffer->capacity * 2;
	if (capacity < 4095)
		capacity = 4095;
	data = realloc(buffer->data, capacity + 1);
	if (!data)
		return -ENOMEM;
	buffer->data = data;
	buffer->capacity = capacity;
	return 0;
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){ 0 };
}

int buffer_read_fd(struct buffer *buffer, int fd, size_t hint)
{
	ssize_t got;
	int err;

	buffer->size = 0;
	do {
		size_t want = buffer->size ? buffer->capacity * 2 : hint;

		/* /proc gives at most a page a read: grow only when near full. */
		if (buffer->size && buffer->capacity - buffer->size >= 4096)
			want = buffer->capacity;
		err = buffer_reserve(buffer, want);
		if (err)
			return err;
		got = read(fd, buffer->data + buffer->size,
			   buffer->capacity - buffer->size);
		if (got < 0)
			return -errno;
		buffer->size += (size_t)got;
	} while (got > 0);
	buffer->data[buffer->size] = '\0';
	return 0;
}

void *array_push(struct array *array, size_t item_size)
{
	char *item;

	if (array->count == array->capacity) {
		size_t capacity = array->capacity ? array->capacity * 2 : 16;
		void *items = reallocarray(array->items, capacity, item_size);

		if (!items)
			return NULL;
		array->items = items;
		array->capacity = capacity;
	}
	item = (char *)array->items + array->count++ * item_size;
	return memset(item, 0, item_size);
}

void array_shrink(struct array *array, size_t item_size)
{
	void *items;

	if (array->count == array->capacity || !array->count)
		return;
	items = reallocarray(array->items, array->count, item_size);
	if (!items)
		return;
	array->items = items;
	array->capacity = array->count;
}

void array_free(struct array *array)
{
	free(array->items);
	*array = (struct array){ 0 };
}

int array_compare_pids(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

int array_compare_u64(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}
