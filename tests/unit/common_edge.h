/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Texts that end where memory ends, for tests of parsers: a parser that reads
 * one byte too many dies at once, with or without a sanitizer.
 */
#ifndef COMMON_EDGE_H
#define COMMON_EDGE_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* A copy before a page that cannot be read.  Lives until the next copy. */
const char *edge_copy(const char *text, size_t size);

/* All of an object is still as fill_garbage left it: "untouched on failure". */
void fill_garbage(void *object, size_t size);
void assert_garbage(const void *object, size_t size);

/* The same for a literal: EDGE("text") gives text, size. */
#define EDGE(literal) edge_copy(literal, sizeof(literal) - 1), \
		      sizeof(literal) - 1

#endif
