/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON by json-c, see json.h.  Built without it, the tools say so when --json
 * is asked for, and the rest works.
 */
#include "json.h"

#include <stdlib.h>
#include <string.h>

#include "escape.h"

#ifdef HAVE_JSON_C

#include <json-c/json.h>

/* The library's own type is hidden: struct json is never defined. */
static struct json_object *inner(struct json *json)
{
	return (struct json_object *)json;
}

static struct json *outer(struct json_object *object)
{
	return (struct json *)object;
}

bool json_is_built_in(void)
{
	return true;
}

struct json *json_new_object(void)
{
	return outer(json_object_new_object());
}

struct json *json_new_array(void)
{
	return outer(json_object_new_array());
}

void json_free(struct json *json)
{
	json_object_put(inner(json));
}

void json_set(struct json *object, const char *key, struct json *value)
{
	json_object_object_add(inner(object), key, inner(value));
}

void json_append(struct json *array, struct json *value)
{
	json_object_array_add(inner(array), inner(value));
}

static struct json_object *new_text(const char *text)
{
	struct json_object *string;
	char *escaped;
	size_t size;

	if (!text)
		return NULL;
	if (escape_is_utf8(text))
		return json_object_new_string(text);
	/* Four bytes are the longest escape of one. */
	size = strlen(text) * 4 + 1;
	escaped = malloc(size);
	if (!escaped)
		return NULL;
	escape_text(text, escaped, size);
	string = json_object_new_string(escaped);
	free(escaped);
	return string;
}

void json_set_text(struct json *object, const char *key, const char *text)
{
	json_object_object_add(inner(object), key, new_text(text));
}

void json_set_number(struct json *object, const char *key, int64_t number)
{
	json_object_object_add(inner(object), key,
			       json_object_new_int64(number));
}

void json_set_real(struct json *object, const char *key, double number)
{
	char text[32];

	/* Digits enough, and not the 17 that a double has. */
	snprintf(text, sizeof(text), "%.6g", number);
	json_object_object_add(inner(object), key,
			       json_object_new_double_s(number, text));
}

void json_set_bool(struct json *object, const char *key, bool value)
{
	json_object_object_add(inner(object), key,
			       json_object_new_boolean(value));
}

void json_append_number(struct json *array, int64_t number)
{
	json_object_array_add(inner(array), json_object_new_int64(number));
}

void json_append_text(struct json *array, const char *text)
{
	json_object_array_add(inner(array), new_text(text));
}

void json_print(const struct json *json, FILE *out)
{
	fputs(json_object_to_json_string_ext((struct json_object *)json,
					     JSON_C_TO_STRING_PLAIN |
					     JSON_C_TO_STRING_NOSLASHESCAPE),
	      out);
}

#else

bool json_is_built_in(void)
{
	return false;
}

struct json *json_new_object(void)
{
	return NULL;
}

struct json *json_new_array(void)
{
	return NULL;
}

void json_free(struct json *json)
{
	(void)json;
}

void json_set(struct json *object, const char *key, struct json *value)
{
	(void)object, (void)key, (void)value;
}

void json_append(struct json *array, struct json *value)
{
	(void)array, (void)value;
}

void json_set_text(struct json *object, const char *key, const char *text)
{
	(void)object, (void)key, (void)text;
}

void json_set_number(struct json *object, const char *key, int64_t number)
{
	(void)object, (void)key, (void)number;
}

void json_set_real(struct json *object, const char *key, double number)
{
	(void)object, (void)key, (void)number;
}

void json_set_bool(struct json *object, const char *key, bool value)
{
	(void)object, (void)key, (void)value;
}

void json_append_number(struct json *array, int64_t number)
{
	(void)array, (void)number;
}

void json_append_text(struct json *array, const char *text)
{
	(void)array, (void)text;
}

void json_print(const struct json *json, FILE *out)
{
	(void)json, (void)out;
}

#endif
