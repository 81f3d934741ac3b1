/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts that end where memory ends.  See common_edge.h.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common_edge.h"

#define EDGE_SIZE ((size_t)1 << 20)
#define GARBAGE 0xa5

const char *edge_copy(const char *text, size_t size)
{
	static char *edge;

	if (!edge) {
		size_t page = (size_t)sysconf(_SC_PAGESIZE);
		char *area = mmap(NULL, EDGE_SIZE + page,
				  PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		assert_ptr_not_equal(area, MAP_FAILED);
		edge = area + EDGE_SIZE;
		assert_int_equal(mprotect(edge, page, PROT_NONE), 0);
	}
	assert_true(size <= EDGE_SIZE);
	memcpy(edge - size, text, size);
	return edge - size;
}

void fill_garbage(void *object, size_t size)
{
	memset(object, GARBAGE, size);
}

void assert_garbage(const void *object, size_t size)
{
	const unsigned char *bytes = object;

	for (size_t i = 0; i < size; i++)
		assert_int_equal(bytes[i], GARBAGE);
}
