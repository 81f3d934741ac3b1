/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --sharing: what its parts hand to each other.
 */
#ifndef MEMRANK_SHARE_H
#define MEMRANK_SHARE_H

#include "memrank.h"
#include "survey.h"

/* Why two share memory, by what it holds. */
enum share_reason {
	SHARE_FORK,		/* anonymous: copied when it is written */
	SHARE_FILE,
	SHARE_SHMEM,
	SHARE_KSM,
	SHARE_UNKNOWN,		/* the flags of frames could not be read */
	SHARE_REASON_COUNT
};

/* Two processes, or two groups, and what both map. */
struct share_row {
	uint32_t first;			/* indexes of processes or groups */
	uint32_t second;
	uint64_t bytes[SHARE_REASON_COUNT];
	uint64_t shared_bytes;		/* the sum of them */
	enum share_reason reason;	/* that holds most of it */
	const char *path;		/* the mapping that holds most of that;
					   NULL: it has no name, or groups */
};

/* All that is shared, of one snapshot. */
struct share {
	const struct settings *settings;
	struct pagemap_source *source;
	struct survey survey;		/* what these borrow of: */
	const struct pagemap_snapshot *snapshot;
	struct pagemap_sharing *sharing;
	struct ranking ranking;		/* rows of processes, by index */
	struct selector *selector;	/* who is meant; NULL: all */
	bool *wanted;			/* of processes; NULL: all */
	struct share_groups *groups;	/* NULL: pairs of processes */
	struct share_row *rows;
	size_t count;
	bool cut;			/* there are more than count */
	uint32_t shift;			/* bytes of a page, as a power of 2 */
};

/* Short name, for JSON and CSV. */
const char *share_reason_name(enum share_reason reason);

/*
 * What of a pair is held by a reason: bounded where some of its frames could
 * be of any kind.
 */
struct pagemap_value share_part(const struct share_row *row,
				enum share_reason reason);

/* A pair as the library counts it, in bytes and with its reason. */
struct share_row share_row_of(const struct share *share,
			      const struct pagemap_share_pair *pair);

/* ---- share_groups.c ---------------------------------------------------- */

/* Which groups each process is in. */
struct share_groups {
	size_t count;
	const char **names;		/* borrowed: settings and ranking */
	size_t *first;			/* by process, one more at the end, */
	uint32_t *items;		/* into these numbers of groups */
};

/* Groups of --group or of --by.  0, or an exit status after a message. */
int share_groups_make(struct share *share);
void share_groups_free(struct share_groups *groups);

/* All pairs of groups, not sorted.  0 or -ENOMEM. */
int share_groups_pairs(const struct share *share,
		       struct pagemap_share_pair **ret_pairs,
		       size_t *ret_count);

/* ---- share_path.c ------------------------------------------------------ */

/*
 * Sets in each row the name of the mapping of the first that the second shares
 * most of, for its reason; NULL: it has none.  Borrowed: snapshot.  0 or
 * -ENOMEM.
 */
int share_find_paths(const struct share *share);

/* ---- share_print.c, share_matrix.c ------------------------------------- */

void share_print(const struct share *share, FILE *out);

/*
 * A square of the wanted processes, in the diagonal what each maps; of those
 * that share most, if they are more than fit.  0 or -ENOMEM.
 */
int share_print_matrix(struct share *share, FILE *out);

#endif
