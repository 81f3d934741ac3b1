/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that are whole, see whole_file.h.
 */
#include "whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is no plain file is written as it is: nothing can be put in its place. */
static bool is_replaceable(const char *name)
{
	struct stat status;

	return stat(name, &status) || S_ISREG(status.st_mode);
}

/* A new file for all that the umask lets, which mkstemp(3) does not ask. */
static void set_mode(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	(void)fchmod(fd, 0666 & ~mask);
}

static int open_beside(struct whole_file *file)
{
	char *beside;
	int fd;

	if (asprintf(&beside, "%s.XXXXXX", file->name) < 0)
		return -ENOMEM;
	file->beside = beside;
	fd = mkostemp(beside, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	set_mode(fd);
	file->stream = fdopen(fd, "w");
	if (file->stream)
		return 0;
	close(fd);
	unlink(beside);
	return -ENOMEM;
}

static int open_as_it_is(struct whole_file *file)
{
	file->stream = fopen(file->name, "we");
	return file->stream ? 0 : -errno;
}

static void drop(struct whole_file *file)
{
	free(file->name);
	free(file->beside);
	*file = (struct whole_file){ .stream = NULL };
}

int whole_file_open(const char *name, struct whole_file *ret_file)
{
	struct whole_file file = { .name = realpath(name, NULL) };
	int err;

	if (!file.name)
		file.name = strdup(name);
	if (!file.name)
		return -ENOMEM;
	err = is_replaceable(file.name) ? open_beside(&file) :
					  open_as_it_is(&file);
	if (err)
		drop(&file);
	else
		*ret_file = file;
	return err;
}

int whole_file_close(struct whole_file *file, int err)
{
	bool failed = ferror(file->stream) != 0;

	errno = 0;
	if ((fclose(file->stream) || failed) && !err)
		err = errno ? -errno : -EIO;
	if (file->beside && !err && rename(file->beside, file->name))
		err = -errno;
	if (file->beside && err)
		unlink(file->beside);
	drop(file);
	return err;
}
