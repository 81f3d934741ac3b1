/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * smaps and smaps_rollup: the sizes that the kernel counted, of a mapping and
 * of a process.  rollup is read once for each process of the machine, so the
 * kernel's own layout (28 columns a line, a fixed order) has a path of its
 * own; any other layout of the same lines is read too, only slower.
 */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "parse.h"

#define KEY_WIDTH 16		/* the key, its colon, spaces */
#define NUMBER_WIDTH 8		/* spaces, digits: up to 95 GiB */
#define UNIT_WIDTH 4		/* " kB\n" */
#define LINE_WIDTH (KEY_WIDTH + NUMBER_WIDTH + UNIT_WIDTH)

/* For lines that are known, and say nothing that is kept. */
#define NO_METRIC PAGEMAP_METRIC_COUNT

struct field {
	char key[KEY_WIDTH + 1];
	uint8_t metric;
};

/* In the kernel's order, so that the next line is most often the next row. */
static const struct field fields[] = {
	{ "Size:           ", NO_METRIC },
	{ "KernelPageSize: ", NO_METRIC },
	{ "MMUPageSize:    ", NO_METRIC },
	{ "Rss:            ", PAGEMAP_RSS },
	{ "Pss:            ", PAGEMAP_PSS },
	{ "Pss_Dirty:      ", PAGEMAP_PSS_DIRTY },
	{ "Pss_Anon:       ", PAGEMAP_PSS_ANON },
	{ "Pss_File:       ", PAGEMAP_PSS_FILE },
	{ "Pss_Shmem:      ", PAGEMAP_PSS_SHMEM },
	{ "Shared_Clean:   ", PAGEMAP_SHARED_CLEAN },
	{ "Shared_Dirty:   ", PAGEMAP_SHARED_DIRTY },
	{ "Private_Clean:  ", PAGEMAP_PRIVATE_CLEAN },
	{ "Private_Dirty:  ", PAGEMAP_PRIVATE_DIRTY },
	{ "Referenced:     ", PAGEMAP_REFERENCED },
	{ "Anonymous:      ", PAGEMAP_ANON },
	{ "KSM:            ", PAGEMAP_KSM },
	{ "LazyFree:       ", PAGEMAP_LAZY_FREE },
	{ "AnonHugePages:  ", PAGEMAP_ANON_THP },
	{ "ShmemPmdMapped: ", PAGEMAP_SHMEM_THP },
	{ "FilePmdMapped:  ", PAGEMAP_FILE_THP },
	{ "Shared_Hugetlb: ", PAGEMAP_HUGETLB_SHARED },
	{ "Private_Hugetlb:", PAGEMAP_HUGETLB_PRIVATE },
	{ "Swap:           ", PAGEMAP_SWAP },
	{ "SwapPss:        ", PAGEMAP_SWAP_PSS },
	{ "Locked:         ", PAGEMAP_LOCKED },
};

#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

/* Reading one entry: what is left, and the row expected next. */
struct reader {
	const char *at;
	const char *end;
	size_t next_row;
	struct smaps_sizes sizes;
	uint32_t vm_flags;
};

static inline uint64_t load_u64(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static inline bool key_is(const char *line, const struct field *field)
{
	return load_u64(line) == load_u64(field->key) &&
	       load_u64(line + 8) == load_u64(field->key + 8);
}

/* Finds the row of a key with its spaces.  False for a key not known. */
static inline bool find_padded(struct reader *reader, size_t *ret_row)
{
	size_t row = reader->next_row;

	for (size_t i = 0; i < FIELD_COUNT; i++, row++) {
		if (row >= FIELD_COUNT)
			row = 0;
		if (key_is(reader->at, &fields[row])) {
			*ret_row = row;
			return true;
		}
	}
	return false;
}

/*
 * Eight columns of spaces, then digits, at once: the byte of the first column
 * is the lowest.  False for anything else.
 */
static inline bool number_of_columns(const char *at, uint64_t *ret_number)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t word = le64toh(load_u64(at));
	uint64_t low = word & ones * 0x0f;
	uint64_t is_digit = (word >> 4 & ones) * 0xff;

	/* All in 0x20..0x3f, and above 0x2f only '0' to '9'. */
	if ((word & ones * 0xe0) != ones * 0x20 ||
	    ((low + ones * 6) & ones * 0x10))
		return false;
	/* No digit before a space, a digit at the end, of the rest ' ' only. */
	if ((~is_digit & (~is_digit + 1)) || !(is_digit >> 63) ||
	    (low & ~is_digit))
		return false;
	low = low * 10 + (low >> 8);
	*ret_number = ((low & UINT64_C(0x000000ff000000ff)) *
			       UINT64_C(0x000f424000000064) +
		       (low >> 16 & UINT64_C(0x000000ff000000ff)) *
			       UINT64_C(0x0000271000000001)) >> 32;
	return true;
}

/* A size that stands there twice is no smaps: which one would be right? */
static inline bool keep(struct smaps_sizes *sizes, size_t row, uint64_t bytes)
{
	unsigned int metric = fields[row].metric;

	if (metric == NO_METRIC)
		return true;
	if (sizes->found & PAGEMAP_METRIC_BIT(metric))
		return false;
	sizes->bytes[metric] = bytes;
	sizes->found |= PAGEMAP_METRIC_BIT(metric);
	return true;
}

/* The kernel's layout.  False if this line has another, or is not known. */
static inline bool read_columns(struct reader *reader, bool *ret_valid)
{
	const char *at = reader->at;
	uint64_t kib;
	size_t row;

	if (reader->end - at < LINE_WIDTH ||
	    memcmp(at + KEY_WIDTH + NUMBER_WIDTH, " kB\n", UNIT_WIDTH) ||
	    !number_of_columns(at + KEY_WIDTH, &kib) ||
	    !find_padded(reader, &row))
		return false;
	reader->at = at + LINE_WIDTH;
	reader->next_row = row + 1;
	*ret_valid = keep(&reader->sizes, row, kib * 1024);
	return true;
}

static bool find_key(struct span key, size_t *ret_row)
{
	for (size_t row = 0; row < FIELD_COUNT; row++) {
		if (key.len < KEY_WIDTH && fields[row].key[key.len] == ':' &&
		    !memcmp(key.at, fields[row].key, key.len)) {
			*ret_row = row;
			return true;
		}
	}
	return false;
}

static void read_vm_flags(struct reader *reader, struct span words)
{
	static const struct {
		char word[3];
		uint32_t flag;
	} known[] = {
		{ "ht", SMAPS_VM_HUGETLB },
		{ "pf", SMAPS_VM_PFNMAP },
		{ "io", SMAPS_VM_IO },
		{ "mm", SMAPS_VM_MIXEDMAP },
	};
	struct span word;

	while (span_take_word(&words, &word)) {
		if (word.len != 2)
			continue;
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (!memcmp(word.at, known[i].word, 2))
				reader->vm_flags |= known[i].flag;
	}
}

/* Any layout of a line.  False if a size that is known cannot be read. */
static bool read_line(struct reader *reader)
{
	struct text text = { reader->at, reader->end };
	struct span line, key;
	uint64_t bytes;
	size_t row;

	text_next_line(&text, &line);
	reader->at = text.at;
	if (!span_take(&line, ':', &key))
		return true;
	if (span_is(key, "VmFlags")) {
		read_vm_flags(reader, line);
		return true;
	}
	if (!find_key(key, &row) || fields[row].metric == NO_METRIC)
		return true;
	return span_to_bytes(line, &bytes) && keep(&reader->sizes, row, bytes);
}

static inline bool read_field(struct reader *reader)
{
	bool valid;

	if (read_columns(reader, &valid))
		return valid;
	return read_line(reader);
}

static bool has(const struct smaps_sizes *sizes, uint64_t metrics)
{
	return (sizes->found & metrics) == metrics;
}

/* What follows from the lines.  False if what must be there is not. */
static bool complete(struct smaps_sizes *sizes)
{
	uint64_t *bytes = sizes->bytes;

	if (!has(sizes, PAGEMAP_METRIC_BIT(PAGEMAP_RSS) |
				PAGEMAP_METRIC_BIT(PAGEMAP_PSS)))
		return false;
	if (!has(sizes, PAGEMAP_METRIC_BIT(PAGEMAP_PRIVATE_CLEAN) |
				PAGEMAP_METRIC_BIT(PAGEMAP_PRIVATE_DIRTY)))
		return true;
	sizes->found |= PAGEMAP_METRIC_BIT(PAGEMAP_USS);
	return !__builtin_add_overflow(bytes[PAGEMAP_PRIVATE_CLEAN],
				       bytes[PAGEMAP_PRIVATE_DIRTY],
				       &bytes[PAGEMAP_USS]);
}

/* Names of sizes begin with a capital letter, head lines with an address. */
static bool at_field(const struct reader *reader)
{
	return reader->at < reader->end && *reader->at >= 'A' &&
	       *reader->at <= 'Z';
}

int parse_smaps_rollup(const char *text, size_t size,
		       struct smaps_sizes *ret_sizes)
{
	struct reader reader = { .at = text };

	if (!size)
		return -ENODATA;
	if (!text_is_whole(text, size))
		return -EINVAL;
	reader.end = text + size;
	if (!at_field(&reader))
		reader.at = (const char *)memchr(text, '\n', size) + 1;
	for (reader.next_row = 3; reader.at < reader.end;)
		if (!read_field(&reader))
			return -EINVAL;
	if (!complete(&reader.sizes))
		return -EINVAL;
	*ret_sizes = reader.sizes;
	return 0;
}

int parse_smaps_next(struct text *smaps, struct maps_line *ret_map,
		     struct smaps_sizes *ret_sizes, uint32_t *ret_vm_flags)
{
	struct reader reader = { .at = NULL };
	struct text text = *smaps;
	struct maps_line map;
	struct span line;

	if (!text_next_line(&text, &line))
		return 0;
	if (smaps->end[-1] != '\n' || parse_maps_line(line, &map))
		return -EINVAL;
	reader.at = text.at;
	reader.end = text.end;
	while (at_field(&reader))
		if (!read_field(&reader))
			return -EINVAL;
	if (!complete(&reader.sizes))
		return -EINVAL;
	reader.sizes.bytes[PAGEMAP_VSS] = map.end_vaddr - map.start_vaddr;
	reader.sizes.found |= PAGEMAP_METRIC_BIT(PAGEMAP_VSS);
	smaps->at = reader.at;
	*ret_map = map;
	*ret_sizes = reader.sizes;
	*ret_vm_flags = reader.vm_flags;
	return 1;
}
