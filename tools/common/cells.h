/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the table of columns takes its cells from.  Texts are not escaped and
 * NULL where not known; numbers give false.
 */
#ifndef TOOLS_CELLS_H
#define TOOLS_CELLS_H

#include "columns.h"

const char *text_of_user(const struct row *row, char *scratch, size_t size);
const char *text_of_comm(const struct row *row, char *scratch, size_t size);
const char *text_of_command(const struct row *row, char *scratch, size_t size);
const char *text_of_start(const struct row *row, char *scratch, size_t size);
const char *text_of_name(const struct row *row, char *scratch, size_t size);
const char *text_of_quality(const struct row *row, char *scratch, size_t size);
const char *text_of_status(const struct row *row, char *scratch, size_t size);
const char *text_of_exe(const struct row *row, char *scratch, size_t size);
const char *text_of_cgroup(const struct row *row, char *scratch, size_t size);
const char *text_of_unit(const struct row *row, char *scratch, size_t size);
const char *text_of_mm_pids(const struct row *row, char *scratch, size_t size);

bool number_of_pid(const struct row *row, int64_t *ret_number);
bool number_of_ppid(const struct row *row, int64_t *ret_number);
bool number_of_uid(const struct row *row, int64_t *ret_number);
bool number_of_session(const struct row *row, int64_t *ret_number);
bool number_of_processes(const struct row *row, int64_t *ret_number);
bool number_of_start(const struct row *row, int64_t *ret_number);
bool number_of_age(const struct row *row, int64_t *ret_number);

/* ---- cells_guest.c: of a vkernel's guest -------------------------------- */

const char *text_of_link(const struct row *row, char *scratch, size_t size);

bool number_of_guest_pid(const struct row *row, int64_t *ret_number);
bool number_of_vmas(const struct row *row, int64_t *ret_number);
bool number_of_child_pages(const struct row *row, int64_t *ret_number);
bool number_of_child_other(const struct row *row, int64_t *ret_number);
bool number_of_root(const struct row *row, int64_t *ret_number);
bool number_of_differ(const struct row *row, int64_t *ret_number);
bool number_of_outside(const struct row *row, int64_t *ret_number);

struct pagemap_value value_of_host_pss(const struct row *row);
struct pagemap_value value_of_host_uss(const struct row *row);
struct pagemap_value value_of_host_swap(const struct row *row);
struct pagemap_value value_of_tables(const struct row *row);
struct pagemap_value value_of_guest_tables(const struct row *row);
struct pagemap_value value_of_host_tables(const struct row *row);

/* ---- cells.c ----------------------------------------------------------- */

/*
 * The last .service, .scope or .slice in a cgroup's path; its length is
 * stored.  NULL: none.
 */
const char *cgroup_unit(const char *cgroup, size_t *ret_length);

#endif
