/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the directories of memory cgroups are: a process's own by its cgroup
 * file, the hierarchy's by mountinfo; and making a new one.  What the files in
 * them say is not known here.
 */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parse.h"
#include "source.h"

/* The hierarchy that has the memory controller, and a process's place in it. */
struct place {
	int version;
	char *path;		/* in the hierarchy; begins with a slash */
	char *unified_path;	/* in that of version 2; NULL: none */
	struct buffer mountinfo;
};

/* A directory, and how much of it is the mount point's. */
struct directory {
	char *path;
	size_t mount_length;
};

static void place_free(struct place *place)
{
	free(place->path);
	free(place->unified_path);
	buffer_free(&place->mountinfo);
}

static int copy_span(struct span span, char **ret_text)
{
	free(*ret_text);
	*ret_text = strndup(span.at, span.len);
	return *ret_text ? 0 : -ENOMEM;
}

/* Version 1 has the controller if any line says so. */
static int read_lines(const struct buffer *file, struct place *place)
{
	struct text text = { file->data, file->data + file->size };
	struct cgroup_line found;
	struct span line;
	int err = 0;

	while (!err && text_next_line(&text, &line)) {
		if (parse_cgroup_line(line, &found))
			continue;
		if (!found.hierarchy) {
			err = copy_span(found.path, &place->unified_path);
		} else if (span_list_has(found.controllers, "memory")) {
			place->version = 1;
			err = copy_span(found.path, &place->path);
		}
	}
	if (err || place->version)
		return err;
	if (!place->unified_path)
		return -ENOTSUP;
	place->version = 2;
	place->path = strdup(place->unified_path);
	return place->path ? 0 : -ENOMEM;
}

static int place_read(struct pagemap_source *source, pid_t pid,
		      struct place *ret_place)
{
	struct process_ref ref = { .pid = pid, .dir_fd = -1 };
	struct place place = { 0 };
	struct buffer file = { 0 };
	int err;

	if (source->kind != PAGEMAP_SOURCE_LIVE)
		return -ENOTSUP;
	err = pid ? source->ops->read_text(source, &ref, "cgroup", &file) :
	      source->ops->read_text(source, NULL, "self/cgroup", &file);
	/* No such file for a process that is there: no cgroups at all. */
	if (err == -ENOENT && !pid)
		err = -ENOTSUP;
	if (!err)
		err = read_lines(&file, &place);
	if (!err)
		err = source->ops->read_text(source, NULL, "self/mountinfo",
					     &place.mountinfo);
	buffer_free(&file);
	if (err)
		place_free(&place);
	else
		*ret_place = place;
	return err;
}

static bool is_mount_of(const struct mount_line *mount, int version)
{
	if (version == 2)
		return span_is(mount->fs_type, "cgroup2");
	return span_is(mount->fs_type, "cgroup") &&
	       span_list_has(mount->super_options, "memory");
}

/* What stands in a path below another; NULL if it is not below. */
static const char *below(const char *path, const char *above)
{
	size_t length = strlen(above);

	while (length && above[length - 1] == '/')
		length--;
	if (strncmp(path, above, length) ||
	    (path[length] && path[length] != '/'))
		return NULL;
	return path + length;
}

/* As mountinfo writes a path; NULL: no memory. */
static char *copy_path(struct span path)
{
	char *copy = malloc(path.len + 1);

	if (copy)
		unescape_octal(path, copy, path.len + 1);
	return copy;
}

/* "MOUNT_POINT/REST" without slashes at its end. */
static int directory_make(const char *mount_point, const char *rest,
			  struct directory *ret_directory)
{
	size_t mount_length = strlen(mount_point), length;
	char *path = malloc(mount_length + strlen(rest) + 1);

	if (!path)
		return -ENOMEM;
	length = (size_t)(stpcpy(stpcpy(path, mount_point), rest) - path);
	while (length > mount_length && path[length - 1] == '/')
		path[--length] = '\0';
	*ret_directory = (struct directory){ path, mount_length };
	return 0;
}

/*
 * The directory of a path, if this mount shows it: in a container a mount may
 * begin anywhere in the hierarchy.  With named, the path may also be one of
 * the directory itself.
 */
static int try_mount(const struct mount_line *mount, const char *path,
		     bool named, struct directory *ret_directory)
{
	char *mount_point = copy_path(mount->mount_point);
	char *root = copy_path(mount->root);
	const char *rest = NULL;
	int err = -ENOMEM;

	if (mount_point && root) {
		if (named)
			rest = below(path, mount_point);
		if (!rest)
			rest = below(path, root);
		err = rest ? directory_make(mount_point, rest, ret_directory)
			   : -ENOENT;
	}
	free(mount_point);
	free(root);
	return err;
}

static int find_directory(const struct buffer *mountinfo, int version,
			  const char *path, bool named,
			  struct directory *ret_directory)
{
	struct text text = { mountinfo->data,
			     mountinfo->data + mountinfo->size };
	struct mount_line mount;
	struct span line;
	int err = -ENOENT;

	while (err == -ENOENT && text_next_line(&text, &line))
		if (!parse_mountinfo_line(line, &mount) &&
		    is_mount_of(&mount, version))
			err = try_mount(&mount, path, named, ret_directory);
	return err;
}

static int open_directory(const char *path, int version,
			  struct pagemap_cgroup **ret_cgroup)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno
		      : cgroup_open_dir(fd, version, path, ret_cgroup);
}

/* Goes to the directory above; false at the mount point. */
static bool go_up(struct directory *directory)
{
	char *slash = strrchr(directory->path + directory->mount_length, '/');

	if (!slash)
		return false;
	*slash = '\0';
	return true;
}

/* Its own, or that above which is charged instead. */
static int open_charged(struct directory *directory, int version,
			struct pagemap_cgroup **ret_cgroup)
{
	int err;

	do
		err = open_directory(directory->path, version, ret_cgroup);
	while (err == -ENOTSUP && go_up(directory));
	return err;
}

int pagemap_cgroup_open_of(struct pagemap_source *source, pid_t pid,
			   struct pagemap_cgroup **ret_cgroup)
{
	struct directory directory = { 0 };
	struct place place;
	int err = place_read(source, pid, &place);

	if (err)
		return source_fail(source, err, "cgroup", pid);
	err = find_directory(&place.mountinfo, place.version, place.path,
			     false, &directory);
	if (!err)
		err = open_charged(&directory, place.version, ret_cgroup);
	if (err)
		source_fail(source, err, directory.path ? directory.path
							: place.path, 0);
	free(directory.path);
	place_free(&place);
	return err;
}

/* Whether a path has a part that is "..". */
static bool has_dots(const char *path)
{
	const char *at = path;

	while ((at = strstr(at, ".."))) {
		if ((at == path || at[-1] == '/') && (!at[2] || at[2] == '/'))
			return true;
		at += 2;
	}
	return false;
}

int pagemap_cgroup_open(struct pagemap_source *source, const char *path,
			struct pagemap_cgroup **ret_cgroup)
{
	struct directory directory = { 0 };
	struct place place;
	int err = *path != '/' || has_dots(path) ? -EINVAL :
		  place_read(source, 0, &place);

	if (err)
		return source_fail(source, err, path, 0);
	err = find_directory(&place.mountinfo, place.version, path, true,
			     &directory);
	if (!err)
		err = open_directory(directory.path, place.version,
				     ret_cgroup);
	if (err)
		source_fail(source, err, directory.path ? directory.path
							: path, 0);
	free(directory.path);
	place_free(&place);
	return err;
}

/* ---- Making one -------------------------------------------------------- */

static char *join(const char *directory, const char *name)
{
	char *path = malloc(strlen(directory) + strlen(name) + 2);

	if (path)
		stpcpy(stpcpy(stpcpy(path, directory), "/"), name);
	return path;
}

/* Has the children of a cgroup of version 2 have the memory controller. */
static int hand_down(const char *directory)
{
	int err, fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	err = cgroup_write(fd, "cgroup.subtree_control", "+memory");
	close(fd);
	return err;
}

static int make_in(const char *directory, int version, const char *name,
		   struct pagemap_cgroup **ret_cgroup)
{
	char *path = join(directory, name);
	int err;

	if (!path)
		return -ENOMEM;
	err = mkdir(path, 0755) ? -errno : 0;
	if (!err) {
		err = open_directory(path, version, ret_cgroup);
		if (err == -ENOTSUP && !hand_down(directory))
			err = open_directory(path, version, ret_cgroup);
		if (err)
			rmdir(path);
	}
	free(path);
	return err;
}

/* Another of the same name in version 2's hierarchy, if it is of any use. */
static void make_twin(const struct place *place, const char *name,
		      struct pagemap_cgroup *cgroup)
{
	struct directory directory = { 0 };
	char *path;
	int fd;

	if (!place->unified_path ||
	    find_directory(&place->mountinfo, 2, place->unified_path, false,
			   &directory))
		return;
	path = join(directory.path, name);
	free(directory.path);
	if (!path || mkdir(path, 0755)) {
		free(path);
		return;
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		cgroup_set_twin(cgroup, fd, path);
		return;
	}
	rmdir(path);
	free(path);
}

static bool is_file_name(const char *name)
{
	return *name && strcmp(name, ".") && strcmp(name, "..") &&
	       !strpbrk(name, "/\n");
}

int pagemap_cgroup_make(struct pagemap_source *source, const char *name,
			struct pagemap_cgroup **ret_cgroup)
{
	struct directory directory = { 0 };
	struct place place;
	int err = is_file_name(name) ? place_read(source, 0, &place) : -EINVAL;

	if (err)
		return source_fail(source, err, name, 0);
	err = find_directory(&place.mountinfo, place.version, place.path,
			     false, &directory);
	if (!err) {
		do
			err = make_in(directory.path, place.version, name,
				      ret_cgroup);
		while (err == -ENOTSUP && go_up(&directory));
	}
	if (!err && place.version == 1)
		make_twin(&place, name, *ret_cgroup);
	if (err)
		source_fail(source, err, directory.path ? directory.path
							: place.path, 0);
	free(directory.path);
	place_free(&place);
	return err;
}
