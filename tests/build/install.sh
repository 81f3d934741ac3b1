#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make install puts everything where a program of somebody else finds it:
# into a DESTDIR, then a program is compiled by pkg-config and run against
# the installed library, and uninstall takes all of it away again.

. "$(dirname "$0")/../arch/common.sh"

dest=$(mktemp -d) || exit 1
trap 'rm -rf "$dest"' EXIT
make=${MAKE:-make}
prefix=/opt/pagemap
root=$dest$prefix

# As it will be asked once the files are where DESTDIR stands for.
pkg_config()
{
	PKG_CONFIG_SYSROOT_DIR=$dest PKG_CONFIG_PATH=$root/lib/pkgconfig \
		pkg-config "$@" libpagemap
}

make_quietly()
{
	$make -s O="$BUILD" PREFIX=$prefix DESTDIR="$dest" "$@" 2>&1 |
		grep -v '^  [A-Z]'
}

missing()
{
	local file

	for file in lib/libpagemap.so lib/libpagemap.so.1 lib/libpagemap.a \
		lib/pkgconfig/libpagemap.pc include/libpagemap/pagemap.h \
		include/libpagemap/sharing.h include/libpagemap/pages.h \
		include/libpagemap/ram.h \
		include/libpagemap/kpagemap.h \
		include/libpagemap/procfs_pagemap.h \
		share/man/man3/libpagemap.3 share/pagemap/pagemap-inside \
		"${of_tools[@]}"; do
		[[ -s $root/$file ]] || echo "$file"
	done
}

# The example of the man page is the program of somebody else.
example()
{
	# shellcheck disable=SC2046 # flags are words
	${CC:-cc} -Wall -Wextra -Werror -o "$dest/example" \
		lib/libpagemap/examples/largest.c \
		$(pkg_config --cflags --libs) 2>&1 || return
	output=$(LD_LIBRARY_PATH=$root/lib "$dest/example" 2>&1) ||
		echo "it ends by status $?: $output"
	[[ $output =~ [0-9]+\ KiB ]] || echo "it says: $output"
}

# What a program that reads the modules' files by itself needs.
records()
{
	printf '%s\n' '#include <libpagemap/kpagemap.h>' \
		'#include <libpagemap/procfs_pagemap.h>' \
		'_Static_assert(sizeof(struct kpagemap_record) == 16, "");' \
		'_Static_assert(sizeof(struct procfs_pagemap_record) == 16, "");' |
		${CC:-cc} -Wall -Wextra -Werror -fsyntax-only -x c \
			-I"$root/include" - 2>&1
}

static_example()
{
	# shellcheck disable=SC2046 # flags are words
	${CC:-cc} -static -o "$dest/example" lib/libpagemap/examples/largest.c \
		$(pkg_config --static --cflags --libs) 2>&1 || return
	"$dest/example" >/dev/null 2>&1 || echo "it ends by status $?"
}

in_man_page()
{
	awk '/^\.Bd -literal -compact/ { on = 1; next } /^\.Ed/ { on = 0 } on' \
		lib/libpagemap/man/libpagemap.3 | sed 's/\\e/\\/g' |
		diff - <(sed '1,/^ \*\/$/d' lib/libpagemap/examples/largest.c)
}

# An installed tool must not look for the library where it was built.
run_paths()
{
	readelf -d "$root"/bin/* | awk '/R(UN)?PATH/ && !/\[\$ORIGIN\/..\/lib\]/'
}

run_tools()
{
	for tool in "$root"/bin/*; do
		env -i "$tool" --version >/dev/null || echo "$tool --version"
	done
}

left_over()
{
	find "$dest" \( -type f -o -type l \) -not -name example
}

tools=$(files tools | sed -n 's|^tools/\([^/]*\)/.*|\1|p' | sort -u |
	grep -vx common)
of_tools=()
for tool in $tools; do
	of_tools+=("bin/$tool" "share/man/man1/$tool.1"
		"share/bash-completion/completions/$tool")
done

case_is "make install says nothing but what it builds" "$(make_quietly install)"
case_is "everything is there" "$(missing)"
case_is "a program builds by pkg-config and runs" "$(example)"
case_is "the records of the modules are described" "$(records)"
case_is "the same program links statically" "$(static_example)"
case_is "the example is the man page's" "$(in_man_page)"
case_is "installed tools have no other run path than their prefix's" \
	"$(run_paths)"
case_is "installed tools run" "$(run_tools 2>&1)"
version=$(pkg_config --modversion)
case_is "pkg-config and the library have one version" \
	"$([[ $("$root/bin/memrank" --version 2>&1) == *"$version"* ]] ||
		echo "pkg-config says $version")"
case_is "make uninstall says nothing" "$(make_quietly uninstall)"
case_is "make uninstall leaves nothing" "$(left_over)"
finish
