/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The methods there are, whether they work on a source, and which of them a
 * session takes.  A method is believed for its effect on pages of our own
 * alone: the kernel takes 4 to clear_refs also where it does nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "wss.h"

/* By enum pagemap_wss_method: the best first. */
static const struct wss_method_ops *const methods[PAGEMAP_WSS_METHOD_COUNT] = {
	[PAGEMAP_WSS_MODULE] = &wss_module_ops,
	[PAGEMAP_WSS_IDLE] = &wss_idle_ops,
	[PAGEMAP_WSS_CLEAR_REFS] = &wss_clear_refs_ops,
	[PAGEMAP_WSS_SOFT_DIRTY] = &wss_soft_dirty_ops,
	[PAGEMAP_WSS_WRITE_PROTECT] = &wss_protect_ops,
};

const struct wss_method_ops *wss_method(enum pagemap_wss_method method)
{
	return (unsigned int)method < PAGEMAP_WSS_METHOD_COUNT ?
	       methods[method] : NULL;
}

const struct pagemap_wss_method_facts *
pagemap_wss_method_facts(enum pagemap_wss_method method)
{
	const struct wss_method_ops *ops = wss_method(method);

	return ops ? &ops->facts : NULL;
}

int pagemap_wss_method_from_name(const char *name,
				 enum pagemap_wss_method *ret_method)
{
	for (unsigned int i = 0; i < PAGEMAP_WSS_METHOD_COUNT; i++) {
		if (methods[i] && !strcmp(methods[i]->facts.name, name)) {
			*ret_method = (enum pagemap_wss_method)i;
			return 0;
		}
	}
	return -ENOENT;
}

bool pagemap_wss_method_works(struct pagemap_source *source,
			      enum pagemap_wss_method method,
			      const char **ret_reason)
{
	const struct wss_method_ops *ops = wss_method(method);
	const char *reason = "";

	if (!ops) {
		*ret_reason = "there is no such method";
		return false;
	}
	/* What a guest uses its host finds out. */
	if (source->kind == PAGEMAP_SOURCE_VKERNEL)
		source = pagemap_source_host(source);
	if (source->kind != PAGEMAP_SOURCE_LIVE) {
		*ret_reason = "a saved tree forgets nothing: measure on the "
			      "running machine";
		return false;
	}
	if (source->wss_methods[method] == FEATURE_UNTRIED) {
		bool works = ops->probe(source, &reason);

		source->wss_methods[method] = works ? FEATURE_PRESENT :
						      FEATURE_MISSING;
		source->wss_reasons[method] = works ? "" : reason;
	}
	*ret_reason = source->wss_reasons[method];
	return source->wss_methods[method] == FEATURE_PRESENT;
}

/* Keeps a sentence in the source and gives err back. */
static int refuse(struct pagemap_source *source, int err, const char *what,
		  const char *why)
{
	snprintf(source->detail, sizeof(source->detail), "%s: %s", what, why);
	if (source->log)
		source->log(source->log_context, source->detail);
	return err;
}

/* All of them have to work. */
static int take_asked(struct pagemap_source *source, uint32_t asked)
{
	const char *reason;

	if (asked >> PAGEMAP_WSS_METHOD_COUNT)
		return -EINVAL;
	for (unsigned int i = 0; i < PAGEMAP_WSS_METHOD_COUNT; i++) {
		if (!(asked & PAGEMAP_WSS_BIT(i)))
			continue;
		if (!pagemap_wss_method_works(source, i, &reason))
			return refuse(source, -ENOTSUP, methods[i] ?
				      methods[i]->facts.name : "method",
				      reason);
	}
	return 0;
}

/* What was passed over, for the sentence that says why. */
struct search {
	const char *disturbing;	/* works, but would disturb */
	const char *missing;	/* the last that does not work, */
	const char *reason;	/* and why */
};

/* The best that tells accesses; PAGEMAP_WSS_METHOD_COUNT if there is none. */
static unsigned int find_best(struct pagemap_source *source, bool may_disturb,
			      struct search *search)
{
	const char *reason;
	unsigned int i;

	for (i = 0; i < PAGEMAP_WSS_METHOD_COUNT; i++) {
		if (!methods[i] || methods[i]->facts.by_name_alone ||
		    !(methods[i]->facts.tells & PAGEMAP_WSS_TELLS_REFERENCED))
			continue;
		if (!pagemap_wss_method_works(source, i, &reason)) {
			search->missing = methods[i]->facts.name;
			search->reason = reason;
		} else if (methods[i]->facts.disturbs && !may_disturb) {
			if (!search->disturbing)
				search->disturbing = methods[i]->facts.name;
		} else {
			break;
		}
	}
	return i;
}

static int take_best(struct pagemap_source *source, bool may_disturb,
		     uint32_t *ret_methods)
{
	struct search search = { 0 };
	unsigned int best = find_best(source, may_disturb, &search);

	if (best == PAGEMAP_WSS_METHOD_COUNT) {
		if (search.disturbing)
			return refuse(source, -EPERM, search.disturbing,
				      "it disturbs the target, which was not "
				      "agreed to");
		return refuse(source, -ENOTSUP, search.missing, search.reason);
	}
	*ret_methods = PAGEMAP_WSS_BIT(best);
	return 0;
}

static int choose(struct pagemap_source *source, uint32_t asked,
		  bool may_disturb, uint32_t *ret_methods)
{
	int err;

	if (source->kind != PAGEMAP_SOURCE_LIVE)
		return refuse(source, -ENOTSUP, "working set",
			      "a saved tree forgets nothing: measure on the "
			      "running machine");
	if (!asked)
		return take_best(source, may_disturb, ret_methods);
	err = take_asked(source, asked);
	if (!err)
		*ret_methods = asked;
	return err;
}

int pagemap_wss_choose(struct pagemap_source *source, uint32_t asked,
		       bool may_disturb, uint32_t *ret_methods)
{
	struct pagemap_source *host = source;
	int err;

	if (source->kind == PAGEMAP_SOURCE_VKERNEL)
		host = pagemap_source_host(source);
	err = choose(host, asked, may_disturb, ret_methods);
	if (err && host != source)
		memcpy(source->detail, host->detail, sizeof(host->detail));
	return err;
}
