/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the programs of this folder share: ending with a message, reading
 * numbers of the command line, the clock, and the middle of a set of figures.
 * It owns nothing that is measured.
 */
#ifndef TESTS_BENCH_COMMON_BENCH_H
#define TESTS_BENCH_COMMON_BENCH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Prints "PROGRAM: message[: errno's text]" and ends with status 1. */
void die(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* The same, with errno's text after it. */
void die_errno(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* A number with an optional K, M, G or T (powers of 1024); dies if it is not. */
uint64_t parse_size(const char *text);

/* CLOCK_MONOTONIC, nanoseconds. */
uint64_t now_ns(void);

/* Sorts the values and gives the middle one (the mean of the middle two). */
double median_of(double *values, size_t count);

/* Ends this process when its parent, which is to be pid, does. */
void die_with_parent(pid_t pid, int signal);

#endif
