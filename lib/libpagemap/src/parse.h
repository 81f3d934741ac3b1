/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parsers of the texts under /proc.  Each is a pure function of (text, size):
 * no I/O, no allocation, no state.  The text need not end in NUL.  Numbers
 * that overflow, fields that are missing and lines cut off are -EINVAL, never
 * a guess; unknown lines are passed over, so that new kernels still read.
 */
#ifndef PAGEMAP_PARSE_H
#define PAGEMAP_PARSE_H

#include <libpagemap/pagemap.h>

/* The rest of a text that is being read line by line. */
struct text {
	const char *at;
	const char *end;
};

/* One line without its newline. */
struct span {
	const char *at;
	size_t len;
};

/* Takes the next line.  False at the end.  A last line may lack its newline. */
bool text_next_line(struct text *text, struct span *ret_line);

/* Parses all of a span as a number.  False for anything else, or overflow. */
bool span_to_u64(struct span span, unsigned int base, uint64_t *ret_number);

bool span_to_u32(struct span span, unsigned int base, uint32_t *ret_number);

/* The same for decimal numbers that may be negative. */
bool span_to_int(struct span span, int *ret_number);

/* Parses all of "   1234 kB".  False for anything else, or overflow. */
bool span_to_bytes(struct span span, uint64_t *ret_bytes);

/* Whether a span is this word, and no more. */
bool span_is(struct span span, const char *word);

/*
 * Takes what stands before the next separator, and the separator.  False, and
 * nothing taken, if there is none.
 */
bool span_take(struct span *rest, char separator, struct span *ret_field);

/* Whether a list that commas separate has this word. */
bool span_list_has(struct span list, const char *word);

/*
 * Undoes the \ooo of mountinfo.  Writes at most size bytes, the NUL that ends
 * them included; returns the length written.  size is at least 1.
 */
size_t unescape_octal(struct span text, char *ret_text, size_t size);

/* Takes the next word between spaces and tabs.  False if there is none. */
bool span_take_word(struct span *rest, struct span *ret_word);

/*
 * The number that follows the word that a line begins with: 1; 0 if it begins
 * with another; -EINVAL for the word without a number.
 */
int span_number_after(struct span line, const char *word, uint64_t *ret_number);

/* Whether the last line has its newline; false for an empty text. */
bool text_is_whole(const char *text, size_t size);

/* A line of maps, or the head line of an entry of smaps. */
struct maps_line {
	uint64_t start_vaddr;		/* inclusive */
	uint64_t end_vaddr;		/* exclusive, > start */
	uint64_t offset_bytes;
	uint64_t inode;
	uint32_t dev_major;
	uint32_t dev_minor;
	char permissions[5];		/* "?" for what is not known */
	struct span path;		/* in the text, escapes not undone */
};

/* One line of maps.  0 or -EINVAL. */
int parse_maps_line(struct span line, struct maps_line *ret_map);

/*
 * Undoes the escape of maps, \012 for a newline; other \ooo are the name's
 * own, since maps does not escape the backslash.  Writes at most path.len
 * bytes and a NUL to ret_path, which has room for path.len + 1.  Returns the
 * length written.
 */
size_t unescape_path(struct span path, char *ret_path);

/* The sizes that smaps and smaps_rollup give, in bytes. */
struct smaps_sizes {
	uint64_t bytes[PAGEMAP_METRIC_COUNT];
	uint64_t found;		/* mask of metrics that were there */
};

/*
 * The whole of smaps_rollup.  Fast: it runs once for each process of the
 * machine (aim: under 0.5 us).  PAGEMAP_USS is Private_Clean + Private_Dirty.
 * Fields that a kernel does not print are not in found.  -EINVAL unless Rss
 * and Pss are there and the last line is whole; -ENODATA for an empty text.
 */
int parse_smaps_rollup(const char *text, size_t size,
		       struct smaps_sizes *ret_sizes);

/*
 * The next entry of smaps: head line and sizes.  VSS is end - start.
 * vm_flags: the two-letter words of VmFlags that matter.  1, 0 at the end,
 * -EINVAL for a line that is no head line or an entry without Rss and Pss.
 */
enum { SMAPS_VM_HUGETLB = 1, SMAPS_VM_PFNMAP = 2, SMAPS_VM_IO = 4,
       SMAPS_VM_MIXEDMAP = 8 };
int parse_smaps_next(struct text *smaps, struct maps_line *ret_map,
		     struct smaps_sizes *ret_sizes, uint32_t *ret_vm_flags);

/* What is used of <pid>/stat. */
struct proc_stat {
	pid_t pid;
	pid_t ppid;
	pid_t session;
	char state;
	bool kernel_thread;	/* PF_KTHREAD in flags, field 9 */
	uint64_t user_ticks;	/* field 14, clock ticks */
	uint64_t system_ticks;	/* field 15 */
	uint32_t thread_count;	/* field 20; 0 of one that is ending */
	uint64_t start_ticks;	/* field 22, clock ticks after boot */
	struct span comm;	/* between the first ( and the last ) */
};
int parse_stat(const char *text, size_t size, struct proc_stat *ret_stat);

/* <pid>/statm, in pages. */
struct proc_statm {
	uint64_t size_pages;
	uint64_t resident_pages;
	uint64_t shared_pages;	/* file + shmem */
};
int parse_statm(const char *text, size_t size, struct proc_statm *ret_statm);

/* What is used of <pid>/status; found says which metrics were there. */
struct proc_status {
	uint64_t bytes[PAGEMAP_METRIC_COUNT]; /* VSS RSS SWAP ANON FILE SHMEM
						 PAGE_TABLES LOCKED HUGETLB_PRIVATE
						 is not set; HugetlbPages below */
	uint64_t found;
	uint64_t hugetlb_bytes;	/* HugetlbPages; UINT64_MAX if not there */
	uid_t euid;		/* second number of Uid; -1 if not there */
};
int parse_status(const char *text, size_t size, struct proc_status *ret_status);

/* Of <pid>/status, too: who traces a process, and whether it has run. */
struct proc_tracing {
	pid_t ppid;
	pid_t tracer_pid;	/* 0: nobody */
	pid_t own_pid;		/* in its own pid namespace; 0 if not there */
	char state;		/* as in stat */
	uint64_t switches;	/* of context, both kinds; UINT64_MAX if not
				   there */
};
/* -EINVAL unless State, PPid and TracerPid are there and the text is whole. */
int parse_tracing(const char *text, size_t size,
		  struct proc_tracing *ret_tracing);

/* One line of <pid>/cgroup: "4:memory:/docker/x". */
struct cgroup_line {
	uint32_t hierarchy;		/* 0: version 2 */
	struct span controllers;	/* commas between them */
	struct span path;		/* begins with a slash */
};
int parse_cgroup_line(struct span line, struct cgroup_line *ret_line);

/*
 * The next line "key number" of memory.stat, memory.events and their like;
 * 1, 0 at the end.  Lines of another form are passed over.  -EINVAL for a
 * number that overflows, or is cut off with its line.
 */
int parse_keyed_next(struct text *text, struct span *ret_key,
		     uint64_t *ret_number);

/*
 * A file with one number of bytes, or "max".  PAGEMAP_CGROUP_NO_LIMIT for
 * that and for the number that version 1 gives instead of it.
 */
int parse_limit(const char *text, size_t size, uint64_t *ret_bytes);

/* memory.pressure: the total of its line "some", in microseconds. */
int parse_pressure(const char *text, size_t size, uint64_t *ret_some_us);

/*
 * The path of <pid>/cgroup: that of hierarchy 0 (unified) unless it is "/" and
 * name=systemd's or else memory's says more.  -ENODATA for an empty text.
 */
int parse_cgroup(const char *text, size_t size, struct span *ret_path);

/* Swap types from here on are the kernel's own: it keeps at least 23 areas. */
#define SWAP_TYPES_LEAST 23

/* /proc/swaps. */
struct proc_swaps {
	uint32_t area_count;
	uint32_t types;		/* mask of swap types that can be in use: 0 if
				   no area; else bits 0 .. max(areas, 23) - 1,
				   since the list hides gaps and the kernel's
				   special types are never below 23 */
	uint64_t used_bytes;
};
int parse_swaps(const char *text, size_t size, struct proc_swaps *ret_swaps);

/*
 * /proc/zoneinfo: one above the last page frame of any zone.  -EINVAL if the
 * text is cut off or tells of no zone.
 */
int parse_zoneinfo(const char *text, size_t size, uint64_t *ret_end_pfn);

/*
 * /proc/slabinfo: how large an object of a cache is.  -ENODATA if there is no
 * such cache, -EINVAL if its line is cut off.
 */
int parse_slab_object(const char *text, size_t size, const char *cache,
		      uint64_t *ret_bytes);

/* /proc/loadavg: how many threads there are, the kernel's own included. */
int parse_loadavg(const char *text, size_t size, uint64_t *ret_threads);

/* A line of /proc/sysvipc/shm: one segment. */
struct shm_line {
	uint64_t id;		/* the inode that maps shows */
	uint32_t mode;		/* permissions and SHM_* */
	uint64_t attach_count;	/* mappings of it */
	uint64_t resident_bytes;
	uint64_t swapped_bytes;
};
enum { SHM_LINE_DEST = 01000 };	/* to be destroyed with the last mapping */
int parse_shm_line(struct span line, struct shm_line *ret_segment);

/* What /proc/zoneinfo counts, in pages: sums over all zones. */
struct proc_zones {
	uint64_t spanned;
	uint64_t present;	/* have RAM behind them */
	uint64_t managed;	/* given to the allocator */
	uint64_t free;		/* in its blocks, */
	uint64_t cpu_lists;	/* and free too, in lists of the CPUs */
	uint64_t zspages;	/* of zsmalloc: zram, zswap */
	bool has_managed;	/* 3.9 on */
};
/* -EINVAL as for parse_zoneinfo, or for more pages than 2^48. */
int parse_zones(const char *text, size_t size, struct proc_zones *ret_zones);

/*
 * The next zone of /proc/zoneinfo that has pages, in the order of the text: 1,
 * 0 at the end.  -EINVAL for a zone without a number of its node, with a name
 * that is not of letters, digits and _, or that no address can have.
 */
#define ZONE_NAME_SIZE 16
struct zone_place {
	int node;
	struct span name;		/* below ZONE_NAME_SIZE */
	uint64_t first_pfn;
	uint64_t spanned;		/* above 0 */
};
int parse_zone_next(struct text *zoneinfo, struct zone_place *ret_place);

/* The fields of /proc/meminfo that are used. */
enum meminfo_field {
	MEMINFO_TOTAL, MEMINFO_FREE, MEMINFO_BUFFERS, MEMINFO_CACHED,
	MEMINFO_SWAP_CACHED, MEMINFO_DIRTY, MEMINFO_WRITEBACK,
	MEMINFO_ANON_PAGES, MEMINFO_MAPPED, MEMINFO_SHMEM, MEMINFO_SLAB,
	MEMINFO_SLAB_RECLAIMABLE, MEMINFO_SLAB_UNRECLAIMABLE,
	MEMINFO_KERNEL_STACK, MEMINFO_PAGE_TABLES, MEMINFO_SEC_PAGE_TABLES,
	MEMINFO_VMALLOC_USED, MEMINFO_PERCPU, MEMINFO_ZSWAP,
	MEMINFO_CORRUPTED, MEMINFO_BALLOON, MEMINFO_HUGETLB,
	MEMINFO_HUGE_TOTAL, MEMINFO_HUGE_FREE, MEMINFO_HUGE_RESERVED,
	MEMINFO_HUGE_SURPLUS, MEMINFO_HUGE_SIZE,
	MEMINFO_FIELD_COUNT
};

/* Whether a field is a number of huge pages; all others are bytes. */
static inline bool meminfo_is_number(enum meminfo_field field)
{
	return field >= MEMINFO_HUGE_TOTAL && field < MEMINFO_HUGE_SIZE;
}

struct proc_meminfo {
	uint64_t values[MEMINFO_FIELD_COUNT];	/* bytes, or numbers */
	uint32_t found;				/* mask of fields */
};

/*
 * -EINVAL if a known field has no number or one above 2^58 bytes, or the last
 * line is cut off.
 */
int parse_meminfo(const char *text, size_t size,
		  struct proc_meminfo *ret_meminfo);

static inline bool meminfo_has(const struct proc_meminfo *meminfo,
			       enum meminfo_field field)
{
	return meminfo->found >> field & 1;
}

/* The name of a field as meminfo writes it, "MemFree"; static storage. */
const char *meminfo_field_name(enum meminfo_field field);

/*
 * The next range of RAM of /proc/iomem, in bytes; 1, 0 at the end.  -EINVAL
 * for a line that is no range.  Who may not see addresses is shown zeros: each
 * range is then of one byte.
 */
struct ram_bank {
	uint64_t start_bytes;	/* inclusive */
	uint64_t end_bytes;	/* exclusive */
};
int parse_iomem_next(struct text *iomem, struct ram_bank *ret_bank);

/* One line of mountinfo: device and type of file system. */
struct mount_line {
	uint32_t dev_major;
	uint32_t dev_minor;
	struct span root;
	struct span mount_point;	/* escapes not undone */
	struct span fs_type;
	struct span super_options;
};
int parse_mountinfo_line(struct span line, struct mount_line *ret_mount);

/* "Linux version 6.1.0-56-amd64 (...": release, and major/minor numbers. */
struct proc_version {
	struct span release;
	uint32_t major;
	uint32_t minor;
};
int parse_version(const char *text, size_t size, struct proc_version *ret_version);

/* meta.json of a tree: a flat JSON object of which a few keys are known. */
struct tree_meta {
	uint32_t page_size_bytes;	/* "page_size_bytes"; 0 if not there */
	uint32_t word_bits;		/* "word_bits": 32 or 64; 0 if not there */
	int averaged;			/* "page_counts": "precise" 0, "averaged"
					   1; -1 if not there */
	bool big_endian;		/* "byte_order": "big" */
	bool all_pids;			/* "all_pids": false says that processes
					   are missing; true if not there */
	uint64_t time_ns;		/* "time": nanoseconds; 0 if not there */
	struct span kernel;		/* "kernel"; empty if not there; as it is
					   written, escapes not undone */
};
/* A known key with null is not there; with any other type, or twice: -EINVAL. */
int parse_meta(const char *text, size_t size, struct tree_meta *ret_meta);

#endif
