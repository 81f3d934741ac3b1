/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening what was chosen, see source_choice.h.
 */
#include "source_choice.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

bool source_is_elsewhere(const struct source_choice *choice)
{
	return choice->name || choice->vkernel || choice->all_vkernels;
}

bool source_is_live(const struct pagemap_source *source)
{
	const struct pagemap_source *host = pagemap_source_host(source);

	return pagemap_source_kind(host ? host : source) ==
	       PAGEMAP_SOURCE_LIVE;
}

static int open_tree(const char *name, struct pagemap_source **ret_source)
{
	int err, fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	err = pagemap_source_open_tree(fd, NULL, ret_source);
	close(fd);
	return err;
}

static int open_vkernel(const struct source_choice *choice,
			struct opened_source *opened,
			enum source_step *ret_failed)
{
	struct pagemap_vkernel_opts opts = { .size = sizeof(opts) };
	int err;

	opened->host = opened->source;
	opened->source = NULL;
	*ret_failed = SOURCE_STEP_INSIDE;
	if (choice->inside) {
		err = open_tree(choice->inside, &opened->inside);
		if (err)
			return err;
	}
	*ret_failed = SOURCE_STEP_VKERNEL;
	opts.inside = opened->inside;
	return pagemap_source_open_vkernel(opened->host, choice->vkernel,
					   &opts, &opened->source);
}

int source_choice_open(const struct source_choice *choice,
		       struct opened_source *ret_opened,
		       enum source_step *ret_failed)
{
	int err;

	*ret_opened = (struct opened_source){ 0 };
	*ret_failed = SOURCE_STEP_MACHINE;
	err = choice->name ? open_tree(choice->name, &ret_opened->source) :
			     pagemap_source_open_live(&ret_opened->source);
	return err || !choice->vkernel ?
	       err : open_vkernel(choice, ret_opened, ret_failed);
}

void source_close(struct opened_source *opened)
{
	/* A vkernel's first: it borrows of the other two. */
	pagemap_source_close(opened->source);
	pagemap_source_close(opened->inside);
	pagemap_source_close(opened->host);
	*opened = (struct opened_source){ 0 };
}
