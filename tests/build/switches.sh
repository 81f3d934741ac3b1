#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The build's switches do what `make help` says: another build folder, static
# programs, packages left out, another compiler, warnings as errors, a cross
# compiler where there is one.

. "$(dirname "$0")/../arch/common.sh"

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
make=${MAKE:-make}
# How fast programs run is not what is asked of them here.
fast=(-j"$(nproc)" CFLAGS=-O0)

# build NAME MAKE-ARGUMENT...: output of a failed build, in a folder NAME.
build()
{
	local name=$1

	shift
	$make -s O="$scratch/$name" WERROR=1 "${fast[@]}" "$@" >"$scratch/log" 2>&1 ||
		tail -n 20 "$scratch/log"
}

works()
{
	"$@" >/dev/null 2>"$scratch/log" </dev/null ||
		echo "$* ends by status $?: $(head -n 3 "$scratch/log")"
}

needs()
{
	readelf -d "$1" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
}

without_packages()
{
	build bare WITH_JSON_C=0 WITH_LIBPROC2=0 WITH_NCURSES=0 WITH_SDL2=0 \
		WITH_SDL2_TTF=0 WITH_FONTCONFIG=0 WITH_LIBPNG=0
	works "$scratch/bare/memrank" -n 3
	works "$scratch/bare/pageviz" -o "$scratch/bare/x.txt" $$
	for program in "$scratch"/bare/{mem*,pageviz}; do
		[[ -x $program ]] || continue
		needs "$program" |
			grep -E 'json|proc2|curses|tinfo|SDL|fontconfig|png' |
			sed "s|^|$program needs |"
	done
}

static_programs()
{
	build static STATIC=1
	for program in memrank memstats pageviz; do
		works "$scratch/static/$program" --version
		needs "$scratch/static/$program"
	done
	works "$scratch/static/memrank" -n 3
}

# A switch that changes must reach a build folder that was used before.
switch_again()
{
	build bare WITH_JSON_C=1 WITH_LIBPROC2=0
	needs "$scratch/bare/memrank" | grep -q json-c ||
		echo "json-c is not linked after the switch"
}

nothing_to_do()
{
	$make -s O="$scratch/bare" WERROR=1 "${fast[@]}" WITH_JSON_C=1 \
		WITH_LIBPROC2=0 V=1 2>&1 |
		grep -v '^make'
}

header_reaches()
{
	$make -n O="$scratch/bare" WERROR=1 "${fast[@]}" WITH_JSON_C=1 \
		WITH_LIBPROC2=0 V=1 -W lib/libpagemap/src/parse.h 2>&1 |
		grep -q -- '-o [^ ]*/parse[^ ]*.o' ||
		echo "parse.h would not have anything compiled"
}

cross_library()
{
	build cross CROSS_COMPILE=aarch64-linux-gnu- library
	readelf -h "$scratch/cross/libpagemap.so.1" | grep -q AArch64 ||
		echo "not for AArch64"
}

has_package()
{
	pkg-config --exists "$1" 2>/dev/null
}

case_is "O=DIR without json-c, libproc2 and ncurses builds and runs" \
	"$(without_packages)"
if has_package json-c; then
	case_is "a switch that changes is built again" "$(switch_again)"
	case_is "a second make builds nothing" "$(nothing_to_do)"
	case_is "a header's change reaches its users" "$(header_reaches)"
else
	case_skip "a switch that changes is built again" "json-c is not installed"
fi
case_is "STATIC=1 makes programs that need nothing" "$(static_programs)"
if command -v clang >/dev/null; then
	case_is "CC=clang WERROR=1 builds" "$(build clang CC=clang)"
else
	case_skip "CC=clang WERROR=1 builds" "clang is not installed"
fi
if command -v aarch64-linux-gnu-gcc >/dev/null; then
	case_is "CROSS_COMPILE=aarch64-linux-gnu- builds the library" \
		"$(cross_library)"
else
	case_skip "CROSS_COMPILE=aarch64-linux-gnu- builds the library" \
		"gcc-aarch64-linux-gnu is not installed"
fi
case_is "make help names the switches" \
	"$(for word in V=1 O= STATIC=1 WITH_JSON_C=0 CROSS_COMPILE PREFIX DESTDIR; do
		$make -s help | grep -q -- "$word" || echo "$word"
	done)"
finish
