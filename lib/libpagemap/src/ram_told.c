/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel tells of memory that no flag shows, and from which class as
 * the flags tell it such pages are taken.  It is asked before and after the
 * frames are read; the mean of both is taken.
 */
#include <errno.h>
#include <string.h>

#include "ram.h"

/* ---- Reading ----------------------------------------------------------- */

int ram_look_take(struct pagemap_source *source, struct ram_look *ret_look)
{
	struct ram_look look = { .has_meminfo = false };
	struct buffer text = { 0 };
	int err = source->ops->read_text(source, NULL, "meminfo", &text);

	if (!err)
		err = parse_meminfo(text.data, text.size, &look.meminfo);
	look.has_meminfo = !err;
	if (err && err != -ENOENT) {
		buffer_free(&text);
		return source_fail(source, err, "meminfo", 0);
	}
	/* Kernels and trees may lack the zones; then less is known. */
	err = source->ops->read_text(source, NULL, "zoneinfo", &text);
	if (!err)
		err = parse_zones(text.data, text.size, &look.zones);
	look.has_zones = !err;
	buffer_free(&text);
	if (err == -ENOMEM)
		return err;
	*ret_look = look;
	return 0;
}

int ram_banks_read(struct pagemap_source *source, struct pagemap_ram *ram)
{
	struct buffer file = { 0 };
	struct ram_bank bank;
	struct text text;
	uint64_t end = 0;
	int err = source->ops->read_text(source, NULL, "iomem", &file);

	text = (struct text){ file.data, file.data + file.size };
	while (!err && (err = parse_iomem_next(&text, &bank)) == 1) {
		struct ram_bank_pfns pfns = {
			(bank.start_bytes + ram->page_size_bytes - 1) >>
				ram->page_shift,
			bank.end_bytes >> ram->page_shift,
		}, *place;

		err = 0;
		/* Less than a page: also what is shown without permission. */
		if (pfns.first >= pfns.end)
			continue;
		if (pfns.first < end) {
			err = -EINVAL;
			break;
		}
		place = array_push(&ram->banks, sizeof(pfns));
		if (!place) {
			err = -ENOMEM;
			break;
		}
		*place = pfns;
		end = pfns.end;
	}
	buffer_free(&file);
	/* One that is not understood says nothing of where RAM is. */
	if (err)
		ram->banks.count = 0;
	return err == -ENOMEM ? err : 0;
}

bool ram_field(const struct ram_look *look, enum meminfo_field field,
	       uint64_t *ret_bytes)
{
	const struct proc_meminfo *meminfo = &look->meminfo;
	uint64_t size = meminfo->values[MEMINFO_HUGE_SIZE];

	if (!look->has_meminfo || !(meminfo->found & UINT32_C(1) << field))
		return false;
	*ret_bytes = meminfo->values[field];
	if (meminfo_is_number(field))
		return !__builtin_mul_overflow(*ret_bytes, size, ret_bytes) &&
		       *ret_bytes <= INT64_MAX / 64;
	return true;
}

/* ---- How many pages ---------------------------------------------------- */

static uint64_t field_pages(const struct pagemap_ram *ram,
			    const struct ram_look *look,
			    enum meminfo_field field)
{
	uint64_t bytes;

	return ram_field(look, field, &bytes) ? bytes >> ram->page_shift : 0;
}

static uint64_t above(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

uint64_t ram_lazy_pages(const struct pagemap_ram *ram,
			const struct ram_look *look)
{
	if (!look->has_zones || !look->zones.has_managed)
		return 0;
	return above(field_pages(ram, look, MEMINFO_TOTAL),
		     look->zones.managed);
}

/* Where iomem is not shown, the zones say how many numbers have no RAM. */
static uint64_t holes(const struct pagemap_ram *ram,
		      const struct ram_look *look, enum meminfo_field field)
{
	(void)field;
	if (ram->banks.count || !look->has_zones)
		return 0;
	return above(ram->frames, look->zones.present +
		     ram->seen.pages[PAGEMAP_RAM_HOLE]);
}

static uint64_t reserved_lazy(const struct pagemap_ram *ram,
			      const struct ram_look *look,
			      enum meminfo_field field)
{
	if (!ram_lazy_pages(ram, look))
		return 0;
	return above(look->zones.present, field_pages(ram, look, field) +
		     ram->seen.pages[PAGEMAP_RAM_RESERVED] +
		     ram->seen.pages[PAGEMAP_RAM_OFFLINE]);
}

/*
 * A balloon takes its pages out of MemTotal, unless it gives them back when
 * memory runs out: then MemTotal is all RAM but for what is reserved.
 */
static uint64_t lent(const struct pagemap_ram *ram, const struct ram_look *look,
		     enum meminfo_field field)
{
	uint64_t offline = ram->seen.pages[PAGEMAP_RAM_OFFLINE];
	uint64_t counted = field_pages(ram, look, field) +
			   ram->seen.pages[PAGEMAP_RAM_RESERVED];

	if (!look->has_zones || ram_lazy_pages(ram, look) || !counted)
		return 0;
	return counted + offline / 2 > look->zones.present ? offline : 0;
}

/*
 * Kernels before 4.6 mark only the first page of a free block.  A difference
 * of a few pages is what moved meanwhile.
 */
static uint64_t behind_heads(const struct pagemap_ram *ram,
			     const struct ram_look *look,
			     enum meminfo_field field)
{
	uint64_t told = above(field_pages(ram, look, field),
			      ram_lazy_pages(ram, look));
	uint64_t seen = ram->seen.pages[PAGEMAP_RAM_FREE];

	return seen < told / 2 ? told - seen : 0;
}

/* Kernels before 4.18 do not mark page tables. */
static uint64_t unmarked_tables(const struct pagemap_ram *ram,
				const struct ram_look *look,
				enum meminfo_field field)
{
	return ram->seen.pages[PAGEMAP_RAM_PAGE_TABLES] ? 0 :
	       field_pages(ram, look, field);
}

static uint64_t slab_beyond(const struct pagemap_ram *ram,
			    const struct ram_look *look,
			    enum meminfo_field field)
{
	return above(field_pages(ram, look, field),
		     ram->seen.pages[PAGEMAP_RAM_SLAB]);
}

/* Stacks are in vmalloc (CONFIG_VMAP_STACK) unless that is too small. */
static uint64_t vmalloc_alone(const struct pagemap_ram *ram,
			      const struct ram_look *look,
			      enum meminfo_field field)
{
	uint64_t pages = field_pages(ram, look, field);
	uint64_t stacks = field_pages(ram, look, MEMINFO_KERNEL_STACK);

	return pages >= stacks ? pages - stacks : pages;
}

static uint64_t cpu_lists(const struct pagemap_ram *ram,
			  const struct ram_look *look, enum meminfo_field field)
{
	(void)ram, (void)field;
	return look->has_zones ? look->zones.cpu_lists : 0;
}

static uint64_t zspages(const struct pagemap_ram *ram,
			const struct ram_look *look, enum meminfo_field field)
{
	(void)ram, (void)field;
	return look->has_zones ? look->zones.zspages : 0;
}

/* ---- From where they are taken ----------------------------------------- */

#define FROM(a, b) { PAGEMAP_RAM_##a, PAGEMAP_RAM_##b }

/* In this order: what is surest of its number comes first. */
static const struct {
	enum pagemap_ram_class to;
	enum pagemap_ram_class from[2];
	enum meminfo_field field;
	uint64_t (*pages)(const struct pagemap_ram *ram,
			  const struct ram_look *look,
			  enum meminfo_field field);
} rows[] = {
	{ PAGEMAP_RAM_HOLE, FROM(UNKNOWN, RESERVED), 0, holes },
	{ PAGEMAP_RAM_RESERVED_LAZY, FROM(FREE_LAZY, UNKNOWN), MEMINFO_TOTAL,
	  reserved_lazy },
	{ PAGEMAP_RAM_LENT, FROM(OFFLINE, OFFLINE), MEMINFO_TOTAL, lent },
	{ PAGEMAP_RAM_FREE, FROM(UNKNOWN, UNKNOWN), MEMINFO_FREE,
	  behind_heads },
	{ PAGEMAP_RAM_FREE_CPU_LISTS, FROM(UNKNOWN, UNKNOWN), 0, cpu_lists },
	{ PAGEMAP_RAM_BUFFERS, FROM(FILE_CLEAN, FILE_DIRTY), MEMINFO_BUFFERS,
	  field_pages },
	{ PAGEMAP_RAM_HUGETLB_FREE, FROM(HUGETLB_UNMAPPED, HUGETLB_UNMAPPED),
	  MEMINFO_HUGE_FREE, field_pages },
	{ PAGEMAP_RAM_SLAB_RECLAIMABLE, FROM(SLAB, SLAB),
	  MEMINFO_SLAB_RECLAIMABLE, field_pages },
	{ PAGEMAP_RAM_KMALLOC_LARGE, FROM(KERNEL_BLOCKS, UNKNOWN),
	  MEMINFO_SLAB, slab_beyond },
	{ PAGEMAP_RAM_PAGE_TABLES, FROM(UNKNOWN, KERNEL_BLOCKS),
	  MEMINFO_PAGE_TABLES, unmarked_tables },
	{ PAGEMAP_RAM_SEC_PAGE_TABLES, FROM(UNKNOWN, KERNEL_BLOCKS),
	  MEMINFO_SEC_PAGE_TABLES, field_pages },
	{ PAGEMAP_RAM_KERNEL_STACKS, FROM(UNKNOWN, KERNEL_BLOCKS),
	  MEMINFO_KERNEL_STACK, field_pages },
	{ PAGEMAP_RAM_VMALLOC, FROM(UNKNOWN, KERNEL_BLOCKS),
	  MEMINFO_VMALLOC_USED, vmalloc_alone },
	{ PAGEMAP_RAM_PERCPU, FROM(UNKNOWN, KERNEL_BLOCKS), MEMINFO_PERCPU,
	  field_pages },
	{ PAGEMAP_RAM_ZSMALLOC, FROM(UNKNOWN, KERNEL_BLOCKS), 0, zspages },
};

/* Takes pages from one class, as far as it has them; gives what is left. */
static int take(struct pagemap_ram *ram, enum pagemap_ram_class to,
		enum pagemap_ram_class from, uint64_t spread, uint64_t *wanted)
{
	uint64_t had = ram->pages[from];
	uint64_t pages = *wanted < had ? *wanted : had;
	struct ram_transfer *transfer;

	if (!pages)
		return 0;
	transfer = array_push(&ram->transfers, sizeof(*transfer));
	if (!transfer)
		return -ENOMEM;
	*transfer = (struct ram_transfer){
		.to = to,
		.from = from,
		.pages = pages,
		.low = above(pages, spread),
		.high = pages + spread < had ? pages + spread : had,
	};
	ram->pages[from] -= pages;
	ram->pages[to] += pages;
	*wanted -= pages;
	return 0;
}

int ram_transfers_make(struct pagemap_ram *ram)
{
	size_t i;
	int err = 0;

	memcpy(ram->pages, ram->seen.pages, sizeof(ram->pages));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]) && !err; i++) {
		uint64_t a = rows[i].pages(ram, &ram->before, rows[i].field);
		uint64_t b = rows[i].pages(ram, &ram->after, rows[i].field);
		uint64_t wanted = a / 2 + b / 2 + (a & b & 1);
		uint64_t spread = a > b ? a - wanted : b - wanted;

		err = take(ram, rows[i].to, rows[i].from[0], spread, &wanted);
		if (!err && rows[i].from[1] != rows[i].from[0])
			err = take(ram, rows[i].to, rows[i].from[1], spread,
				   &wanted);
		ram->overdrawn_pages += wanted;
	}
	return err;
}
