/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The argument of --owners: a frame, an address of a process, a file or a
 * place in it.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "message.h"
#include "owners.h"

/* A whole text that is a number, decimal or 0x. */
static bool is_number(const char *text, uint64_t *ret_number)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	/* Not octal: a leading 0 is none here. */
	*ret_number = strtoull(text, &end,
			       text[0] == '0' && text[1] == 'x' ? 16 : 10);
	return !*end && !errno;
}

/* The same with a suffix K, M or G. */
static bool is_offset(const char *text, uint64_t *ret_offset)
{
	static const char suffixes[] = "KMG";
	size_t length = strlen(text);
	const char *suffix = length > 1 && length < 32 ?
		strchr(suffixes, toupper((unsigned char)text[length - 1])) :
		NULL;
	unsigned int shift = suffix ? 10 * (unsigned int)(suffix - suffixes + 1)
				    : 0;
	char number[32];

	if (!suffix)
		return is_number(text, ret_offset);
	memcpy(number, text, length - 1);
	number[length - 1] = '\0';
	if (!is_number(number, ret_offset) ||
	    *ret_offset > UINT64_MAX >> shift)
		return false;
	*ret_offset <<= shift;
	return true;
}

/* digits, a colon, and no slash: no file is called so by accident. */
static bool is_address(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits && text[digits] == ':' && !strchr(text, '/');
}

static int parse_address(const char *text, struct owned *owned)
{
	const char *colon = strchr(text, ':');
	uint64_t pid;
	char *end;

	errno = 0;
	pid = strtoull(text, &end, 10);
	if (errno || !pid || pid > INT32_MAX ||
	    !is_number(colon + 1, &owned->address)) {
		message("--owners takes PID:ADDRESS as 812:0x7f3200001000, not "
			"'%s'", text);
		return EXIT_USAGE;
	}
	owned->kind = OWNED_ADDRESS;
	owned->pid = (pid_t)pid;
	return 0;
}

/* The file of this machine, as maps shows it; false if there is none. */
static bool find_file(const char *path, struct owned *owned)
{
	struct stat status;

	if (stat(path, &status))
		return false;
	owned->dev = status.st_dev;
	owned->inode = status.st_ino;
	owned->path = realpath(path, NULL);
	return owned->path;
}

static int parse_file(const char *text, bool live, struct owned *owned)
{
	const char *colon = strrchr(text, ':');
	char *path;

	owned->kind = OWNED_FILE;
	if (live && find_file(text, owned))
		return 0;
	if (colon > text && is_offset(colon + 1, &owned->offset))
		owned->kind = OWNED_FILE_PAGE;
	else
		colon = text + strlen(text);
	path = strndup(text, (size_t)(colon - text));
	if (path && live && find_file(path, owned)) {
		free(path);
		return 0;
	}
	/* Deleted, a memfd or of another machine: its name is all there is. */
	owned->path = path;
	if (path)
		return 0;
	message("out of memory");
	return EXIT_NOTHING;
}

int owned_parse(const char *text, struct pagemap_source *source,
		struct owned *ret_owned)
{
	bool live = pagemap_source_kind(source) == PAGEMAP_SOURCE_LIVE;

	*ret_owned = (struct owned){ .kind = OWNED_FRAME };
	if (!*text) {
		message("--owners takes a frame number, FILE, FILE:OFFSET or "
			"PID:ADDRESS");
		return EXIT_USAGE;
	}
	if (is_number(text, &ret_owned->pfn))
		return 0;
	if (is_address(text))
		return parse_address(text, ret_owned);
	return parse_file(text, live, ret_owned);
}

void owned_free(struct owned *owned)
{
	free(owned->path);
}

bool owned_is_file(const struct owned *owned,
		   const struct pagemap_mapping *mapping)
{
	bool path = !strcmp(owned->path, pagemap_mapping_path(mapping));
	uint64_t inode;
	dev_t dev;

	if (!owned->inode)
		return path;
	pagemap_mapping_file(mapping, &dev, &inode);
	return inode == owned->inode && (path || dev == owned->dev);
}
