/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which methods are used, and what is said of them before: their harm, or why
 * they cannot be used.  See methods.h.
 */
#include "methods.h"

#include <stdio.h>
#include <string.h>

#include "message.h"

/* ---- The command line --------------------------------------------------- */

static int take_method(const char *name, uint32_t *methods)
{
	enum pagemap_wss_method method;

	if (pagemap_wss_method_from_name(name, &method)) {
		message("unknown method '%s': --method help lists them", name);
		return EXIT_USAGE;
	}
	*methods |= PAGEMAP_WSS_BIT(method);
	return 0;
}

int methods_take(const char *text, uint32_t *methods, bool *list)
{
	char name[32];
	size_t length;
	int status = 0;

	if (!strcmp(text, "help") || !strcmp(text, "list")) {
		*list = true;
		return 0;
	}
	while (!status) {
		length = strcspn(text, ",");
		snprintf(name, sizeof(name), "%.*s", (int)length, text);
		status = take_method(name, methods);
		if (!text[length])
			break;
		text += length + 1;
	}
	return status;
}

/* ---- What they are ------------------------------------------------------ */

static const struct {
	uint32_t bit;
	const char *name;
} telling[] = {
	{ PAGEMAP_WSS_TELLS_REFERENCED, "referenced" },
	{ PAGEMAP_WSS_TELLS_WRITTEN, "written" },
	{ PAGEMAP_WSS_TELLS_PAGES, "pages" },
};

#define TELLING_COUNT (sizeof(telling) / sizeof(telling[0]))

static const struct pagemap_wss_method_facts *facts_of(int method)
{
	return pagemap_wss_method_facts((enum pagemap_wss_method)method);
}

static bool works(struct pagemap_source *source, int method,
		  const char **ret_reason)
{
	return pagemap_wss_method_works(source,
					(enum pagemap_wss_method)method,
					ret_reason);
}

/* The next of a mask after a method; from -1, and -1 again at the end. */
static int next_method(uint32_t methods, int method)
{
	while (++method < PAGEMAP_WSS_METHOD_COUNT)
		if ((methods & PAGEMAP_WSS_BIT(method)) && facts_of(method))
			return method;
	return -1;
}

#define FOR_EACH_METHOD(method, methods)                          \
	for ((method) = next_method((methods), -1); (method) >= 0; \
	     (method) = next_method((methods), (method)))

uint32_t methods_tell(uint32_t methods)
{
	uint32_t tells = 0;
	int method;

	FOR_EACH_METHOD(method, methods)
		tells |= facts_of(method)->tells;
	return tells;
}

void methods_names(uint32_t methods, char names[METHODS_SIZE])
{
	size_t at = 0;
	int method;

	names[0] = '\0';
	FOR_EACH_METHOD(method, methods)
		at += (size_t)snprintf(names + at, METHODS_SIZE - at,
				       "%s%s", at ? "+" : "",
				       facts_of(method)->name);
}

void methods_who_tell(struct pagemap_source *source, uint32_t tells, char *text,
		    size_t size)
{
	const char *reason;
	size_t at = 0;
	int method;

	snprintf(text, size, "none");
	FOR_EACH_METHOD(method, UINT32_MAX)
		if ((facts_of(method)->tells & tells) == tells && at < size)
			at += (size_t)snprintf(text + at, size - at, "%s%s%s",
				at ? ", " : "", facts_of(method)->name,
				works(source, method, &reason) ? "" :
				" (not here)");
}

void methods_say_harm(uint32_t methods, bool gentle)
{
	int method;

	FOR_EACH_METHOD(method, methods)
		message("%s: %s", facts_of(method)->name,
			facts_of(method)->harm);
	if (gentle && (methods & (PAGEMAP_WSS_BIT(PAGEMAP_WSS_CLEAR_REFS) |
				  PAGEMAP_WSS_BIT(PAGEMAP_WSS_SOFT_DIRTY))))
		message("--gentle: the kernel forgets accesses of all memory "
			"of a process in one go, under its lock: this method "
			"cannot be gentle");
}

static int check_those_asked_for(struct pagemap_source *source,
				 uint32_t methods)
{
	const char *reason;
	int method;

	FOR_EACH_METHOD(method, methods) {
		if (works(source, method, &reason))
			continue;
		message("%s does not work here: %s; --method help lists what "
			"does", facts_of(method)->name, reason);
		return EXIT_NOTHING;
	}
	return 0;
}

/* Names the one that would do it, and what it does. */
static int refuse(struct pagemap_source *source)
{
	uint32_t methods = 0;
	int method;

	if (pagemap_wss_choose(source, 0, true, &methods)) {
		message("no method works here: --method help says why");
		return EXIT_NOTHING;
	}
	method = next_method(methods, -1);
	message("%s would do it, but: %s; add --yes, or --method %s",
		facts_of(method)->name, facts_of(method)->harm,
		facts_of(method)->name);
	return EXIT_USAGE;
}

int methods_choose(struct pagemap_source *source, uint32_t asked, bool yes,
		   uint32_t *ret_methods)
{
	int status = check_those_asked_for(source, asked);

	if (!status && pagemap_wss_choose(source, asked, yes, ret_methods))
		status = refuse(source);
	return status;
}

static void print_method(struct pagemap_source *source, int method)
{
	const struct pagemap_wss_method_facts *facts = facts_of(method);
	const char *reason, *comma = "";
	bool here = works(source, method, &reason);
	size_t i;

	printf("%s%s\n  does   %s\n  tells  ", facts->name,
	       facts->by_name_alone ? "  (by name)" :
	       facts->disturbs ? "  (by name, or with --yes)" : "",
	       facts->describe);
	for (i = 0; i < TELLING_COUNT; i++)
		if (facts->tells & telling[i].bit) {
			printf("%s%s", comma, telling[i].name);
			comma = ", ";
		}
	printf("\n  harm   %s\n  here   %s%s\n", facts->harm,
	       here ? "works" : "no: ", here ? "" : reason);
}

int methods_print(struct pagemap_source *source)
{
	int method;

	FOR_EACH_METHOD(method, UINT32_MAX)
		print_method(source, method);
	return message_flush_output();
}
