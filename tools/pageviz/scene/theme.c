// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How things look, see theme.h.  The colours of maps were chosen in OKLCH and
 * moved apart until eyes of every kind tell those that occur together from
 * each other; tests/unit/test_pageviz_theme.c holds them to it.  What there is
 * most of (absent, free) is near to the back, so that large maps stay calm; a
 * part of a whole has the whole's hue (huge and anonymous, clean and mapped).
 */
#include "theme.h"

#include <errno.h>
#include <string.h>

#define RGB(hex) { (hex) >> 16, (hex) >> 8 & 0xff, (hex) & 0xff, 255 }

/* On white and on nearly white alike. */
#define ON_LIGHT \
	[SWATCH_UNKNOWN] = RGB(0x858d98), \
	[SWATCH_PLAIN] = RGB(0xaec0d0), \
	[SWATCH_NO_FRAME] = RGB(0xccadbb), \
	[SWATCH_ASIDE_CACHE] = RGB(0xd5cbb8), \
	[SWATCH_ASIDE_KERNEL] = RGB(0xb89e93), \
	[SWATCH_ASIDE_TABLES] = RGB(0x7f8015), \
	[SWATCH_ASIDE_STUBS] = RGB(0x854e73), \
	[SWATCH_ASIDE_ZERO] = RGB(0xf0e07f), \
	[SWATCH_ANON] = RGB(0xe99338), \
	[SWATCH_ANON_UNMAPPED] = RGB(0xf7be83), \
	[SWATCH_HUGE] = RGB(0xaf501a), \
	[SWATCH_KSM] = RGB(0xfbd833), \
	[SWATCH_FILE] = RGB(0x3177cd), \
	[SWATCH_FILE_CLEAN] = RGB(0x88b3ec), \
	[SWATCH_FILE_DIRTY] = RGB(0x06628a), \
	[SWATCH_BUFFERS] = RGB(0x6c9ebf), \
	[SWATCH_SHMEM] = RGB(0x30b7a8), \
	[SWATCH_SHMEM_UNMAPPED] = RGB(0x9fd9d0), \
	[SWATCH_HUGETLB] = RGB(0x6d172f), \
	[SWATCH_HUGETLB_FREE] = RGB(0xd29395), \
	[SWATCH_SWAP] = RGB(0x6728b1), \
	[SWATCH_ZERO] = RGB(0xd0bff3), \
	[SWATCH_GUARD] = RGB(0xe62d71), \
	[SWATCH_MARKER] = RGB(0xe794d5), \
	[SWATCH_MOVING] = RGB(0x98d45f), \
	[SWATCH_DEVICE] = RGB(0x4f7f51), \
	[SWATCH_SLAB] = RGB(0x3d9d58), \
	[SWATCH_PAGE_TABLES] = RGB(0xa1d14a), \
	[SWATCH_KERNEL] = RGB(0x265b37), \
	[SWATCH_KERNEL_2] = RGB(0x648673), \
	[SWATCH_RESERVED] = RGB(0xd6bba2), \
	[SWATCH_OFFLINE] = RGB(0xbdb3ca), \
	[SWATCH_BROKEN] = RGB(0xb20516), \
	[SWATCH_ACTIVE] = RGB(0xea943f), \
	[SWATCH_INACTIVE] = RGB(0xffe6be), \
	[SWATCH_WRITEBACK] = RGB(0xc252bc), \
	[SWATCH_LOCKED] = RGB(0xc52253), \
	[SWATCH_UNEVICTABLE] = RGB(0xd986b8), \
	[SWATCH_CAME] = RGB(0x0caecd), \
	[SWATCH_WENT] = RGB(0xd13922), \
	[SWATCH_UNMAPPED] = RGB(0xee9d92), \
	[SWATCH_COPIED] = RGB(0xdf8538), \
	[SWATCH_MOVED] = RGB(0x5d23a4), \
	[SWATCH_CHANGED] = RGB(0xf3cf31), \
	[SWATCH_MORE] = RGB(0x09874f), \
	[SWATCH_FEWER] = RGB(0xa7e3b4), \
	[SWATCH_HANDS] = RGB(0xb655b7), \
	[SWATCH_RAMP_0 + 0] = RGB(0x9de3e2), \
	[SWATCH_RAMP_0 + 1] = RGB(0x70cadc), \
	[SWATCH_RAMP_0 + 2] = RGB(0x52abcf), \
	[SWATCH_RAMP_0 + 3] = RGB(0x368ac5), \
	[SWATCH_RAMP_0 + 4] = RGB(0x3566b8), \
	[SWATCH_RAMP_0 + 5] = RGB(0x40409f), \
	[SWATCH_RAMP_0 + 6] = RGB(0x421f7f), \
	[SWATCH_RAMP_0 + 7] = RGB(0x39094f), \
	[SWATCH_OWNER_0 + 0] = RGB(0x3e83c7), \
	[SWATCH_OWNER_0 + 1] = RGB(0xf2a661), \
	[SWATCH_OWNER_0 + 2] = RGB(0x017543), \
	[SWATCH_OWNER_0 + 3] = RGB(0xa95a92), \
	[SWATCH_OWNER_0 + 4] = RGB(0xac9913), \
	[SWATCH_OWNER_0 + 5] = RGB(0x624b9a), \
	[SWATCH_OWNER_0 + 6] = RGB(0x01aaaf), \
	[SWATCH_OWNER_0 + 7] = RGB(0xe17d7c), \
	[SWATCH_OWNER_0 + 8] = RGB(0x055268), \
	[SWATCH_OWNER_0 + 9] = RGB(0x6e851f), \
	[SWATCH_OWNER_0 + 10] = RGB(0xd094e6), \
	[SWATCH_OWNER_0 + 11] = RGB(0x644602), \
	[SWATCH_SEVERAL] = RGB(0x2b2e33), \
	[SWATCH_OTHERS] = RGB(0xb7c0c1),

static const struct theme themes[THEME_COUNT] = {
	[THEME_DARK] = {
		.name = "dark",
		.back = RGB(0x0f1216),
		.panel = RGB(0x181c23),
		.line = RGB(0x2b323c),
		.text = RGB(0xe8ebf0),
		.dim = RGB(0x98a3b3),
		.accent = RGB(0x5aa9ff),
		.accent_text = RGB(0x0b1016),
		.warning = RGB(0xffb86b),
		.lit = RGB(0xffffff),
		.cursor = RGB(0x8fe3ff),
		.swatches = {
			[SWATCH_NOTHING] = RGB(0x0f1216),
			[SWATCH_GAP] = RGB(0x161a20),
			[SWATCH_ABSENT] = RGB(0x252b32),
			[SWATCH_UNKNOWN] = RGB(0x525b69),
			[SWATCH_PLAIN] = RGB(0x384a5a),
			[SWATCH_NO_FRAME] = RGB(0x341c40),
			[SWATCH_ASIDE_CACHE] = RGB(0x38424b),
			[SWATCH_ASIDE_KERNEL] = RGB(0x3c2e26),
			[SWATCH_ASIDE_TABLES] = RGB(0x918112),
			[SWATCH_ASIDE_STUBS] = RGB(0x91450d),
			[SWATCH_ASIDE_ZERO] = RGB(0x708774),
			[SWATCH_FREE] = RGB(0x182a2c),
			[SWATCH_ANON] = RGB(0xea9d47),
			[SWATCH_ANON_UNMAPPED] = RGB(0x694902),
			[SWATCH_HUGE] = RGB(0xb65d36),
			[SWATCH_KSM] = RGB(0xf9de49),
			[SWATCH_FILE] = RGB(0x408ad9),
			[SWATCH_FILE_CLEAN] = RGB(0x2b578d),
			[SWATCH_FILE_DIRTY] = RGB(0x69b8e1),
			[SWATCH_BUFFERS] = RGB(0x3d6f8b),
			[SWATCH_SHMEM] = RGB(0x5dd5c0),
			[SWATCH_SHMEM_UNMAPPED] = RGB(0x208786),
			[SWATCH_HUGETLB] = RGB(0x96354d),
			[SWATCH_HUGETLB_FREE] = RGB(0x743048),
			[SWATCH_SWAP] = RGB(0x7841c1),
			[SWATCH_ZERO] = RGB(0xe5ecf6),
			[SWATCH_GUARD] = RGB(0xf75790),
			[SWATCH_MARKER] = RGB(0xf8b4e8),
			[SWATCH_MOVING] = RGB(0xb8ee8c),
			[SWATCH_DEVICE] = RGB(0x6b9967),
			[SWATCH_SLAB] = RGB(0x59ad73),
			[SWATCH_PAGE_TABLES] = RGB(0xb6d352),
			[SWATCH_KERNEL] = RGB(0x557e59),
			[SWATCH_KERNEL_2] = RGB(0x6e937d),
			[SWATCH_RESERVED] = RGB(0x493c2a),
			[SWATCH_OFFLINE] = RGB(0x3c3048),
			[SWATCH_BROKEN] = RGB(0xf4040b),
			[SWATCH_ACTIVE] = RGB(0xe88e44),
			[SWATCH_INACTIVE] = RGB(0x976733),
			[SWATCH_WRITEBACK] = RGB(0xc65cbf),
			[SWATCH_LOCKED] = RGB(0x8c001f),
			[SWATCH_UNEVICTABLE] = RGB(0xdaa4bc),
			[SWATCH_CAME] = RGB(0x42d2e1),
			[SWATCH_WENT] = RGB(0xcf362a),
			[SWATCH_UNMAPPED] = RGB(0x78322a),
			[SWATCH_COPIED] = RGB(0xf8a54f),
			[SWATCH_MOVED] = RGB(0x7f4cc4),
			[SWATCH_CHANGED] = RGB(0xf5e05d),
			[SWATCH_MORE] = RGB(0x40a460),
			[SWATCH_FEWER] = RGB(0x36794f),
			[SWATCH_HANDS] = RGB(0xd180ce),
			[SWATCH_RAMP_0 + 0] = RGB(0x473788),
			[SWATCH_RAMP_0 + 1] = RGB(0x3656a3),
			[SWATCH_RAMP_0 + 2] = RGB(0x1f78b2),
			[SWATCH_RAMP_0 + 3] = RGB(0x1399b5),
			[SWATCH_RAMP_0 + 4] = RGB(0x34b7b1),
			[SWATCH_RAMP_0 + 5] = RGB(0x69d49a),
			[SWATCH_RAMP_0 + 6] = RGB(0xbee572),
			[SWATCH_RAMP_0 + 7] = RGB(0xf9f084),
			[SWATCH_OWNER_0 + 0] = RGB(0x5fa6f6),
			[SWATCH_OWNER_0 + 1] = RGB(0xffb884),
			[SWATCH_OWNER_0 + 2] = RGB(0x087852),
			[SWATCH_OWNER_0 + 3] = RGB(0xca82c7),
			[SWATCH_OWNER_0 + 4] = RGB(0xc0b537),
			[SWATCH_OWNER_0 + 5] = RGB(0x6c56a9),
			[SWATCH_OWNER_0 + 6] = RGB(0x36d1c6),
			[SWATCH_OWNER_0 + 7] = RGB(0xf38c8b),
			[SWATCH_OWNER_0 + 8] = RGB(0x02879c),
			[SWATCH_OWNER_0 + 9] = RGB(0x7f9e43),
			[SWATCH_OWNER_0 + 10] = RGB(0xe2bcff),
			[SWATCH_OWNER_0 + 11] = RGB(0x875b00),
			[SWATCH_SEVERAL] = RGB(0xe4e8ef),
			[SWATCH_OTHERS] = RGB(0x564b43),
		},
	},
	[THEME_LIGHT] = {
		.name = "light",
		.back = RGB(0xf4f5f7),
		.panel = RGB(0xffffff),
		.line = RGB(0xd3d8df),
		.text = RGB(0x1a2029),
		.dim = RGB(0x5a6573),
		.accent = RGB(0x1464c0),
		.accent_text = RGB(0xffffff),
		.warning = RGB(0xa04a00),
		.lit = RGB(0x101419),
		.cursor = RGB(0x003f9e),
		.swatches = {
			[SWATCH_NOTHING] = RGB(0xf4f5f7),
			[SWATCH_GAP] = RGB(0xedeff2),
			[SWATCH_ABSENT] = RGB(0xe3e7ec),
			[SWATCH_FREE] = RGB(0xdee9ea),
			ON_LIGHT
		},
	},
	[THEME_PAPER] = {
		.name = "paper",
		.back = RGB(0xffffff),
		.panel = RGB(0xffffff),
		.line = RGB(0xc9ced6),
		.text = RGB(0x16191e),
		.dim = RGB(0x525c68),
		.accent = RGB(0x1464c0),
		.accent_text = RGB(0xffffff),
		.warning = RGB(0xa04a00),
		.lit = RGB(0x101419),
		.cursor = RGB(0x003f9e),
		.swatches = {
			[SWATCH_NOTHING] = RGB(0xffffff),
			[SWATCH_GAP] = RGB(0xf7f8f9),
			[SWATCH_ABSENT] = RGB(0xe6e9ed),
			[SWATCH_FREE] = RGB(0xe5eff0),
			ON_LIGHT
		},
	},
};

const struct theme *theme_get(enum theme_name name)
{
	return &themes[name < THEME_COUNT ? name : THEME_DARK];
}

const char *theme_name_at(size_t index)
{
	return index < THEME_COUNT ? themes[index].name : NULL;
}

int theme_from_name(const char *name, enum theme_name *ret_name)
{
	size_t i;

	for (i = 0; i < THEME_COUNT; i++) {
		if (strcmp(themes[i].name, name))
			continue;
		*ret_name = (enum theme_name)i;
		return 0;
	}
	return -ENOENT;
}

/* One part of 256 of over and the rest of under. */
static uint8_t mix(unsigned int under, unsigned int over, unsigned int part)
{
	return (uint8_t)((under * (256 - part) + over * part) / 256);
}

/* Without its hue, a trace of its lightness is left over that of a gap. */
struct colour theme_dimmed(const struct theme *theme, enum swatch swatch)
{
	struct colour of = theme->swatches[swatch];
	struct colour under = theme->swatches[SWATCH_GAP];
	unsigned int grey = (54u * of.red + 183u * of.green + 19u * of.blue) /
			    256;

	if (swatch <= SWATCH_GAP)
		return of;
	return (struct colour){ mix(under.red, grey, 36),
				mix(under.green, grey, 36),
				mix(under.blue, grey, 36), 255 };
}
