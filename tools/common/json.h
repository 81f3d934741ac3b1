/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON, behind a fence: json.c alone knows which library writes it.
 */
#ifndef TOOLS_JSON_H
#define TOOLS_JSON_H

#include "columns.h"

struct json;

/* Whether this build can write JSON. */
bool json_is_built_in(void);

/* New values; NULL: no memory.  Setting or appending gives them away. */
struct json *json_new_object(void);
struct json *json_new_array(void);
void json_free(struct json *json);

void json_set(struct json *object, const char *key, struct json *value);
void json_append(struct json *array, struct json *value);

/* Text of a process may be any bytes; what is no UTF-8 is escaped first. */
void json_set_text(struct json *object, const char *key, const char *text);
void json_set_number(struct json *object, const char *key, int64_t number);
void json_set_real(struct json *object, const char *key, double number);
void json_set_bool(struct json *object, const char *key, bool value);
void json_append_number(struct json *array, int64_t number);
void json_append_text(struct json *array, const char *text);

/*
 * A size: key_bytes, null where unknown; where it is bounded also
 * key_low_bytes and key_high_bytes.
 */
void json_set_value(struct json *object, const char *metric,
		    const struct pagemap_value *value);

/* The cells of a row, added to an object. */
void json_set_row(struct json *object, const struct column_list *columns,
		  const struct row *row);

/* Writes it without a newline. */
void json_print(const struct json *json, FILE *out);

/* What JSON of all tools says of a source and its cost. */
struct json *json_source(struct pagemap_source *source,
			 const struct pagemap_snapshot *snapshot);
struct json *json_cost(const struct pagemap_snapshot *snapshot);

/* Processes that could not be read, and why. */
struct json *json_unreadable(const struct pagemap_snapshot *snapshot);

/* The same where there is no snapshot any more. */
struct json_origin {
	enum pagemap_source_kind kind;
	const char *kernel;		/* "": not known */
	uint32_t page_size_bytes;
	uint64_t time_ns;
	enum pagemap_engine engine;
	const struct pagemap_vkernel *vkernel;	/* that was read; NULL: none */
};
struct json *json_source_of(const struct json_origin *origin);
struct json *json_cost_of(uint64_t wall_ns, uint64_t cpu_ns);

/* Appends a process to those that could not be read, if it could not. */
void json_append_unreadable(struct json *array, pid_t pid,
			    enum pagemap_status status);

#endif
