#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The direction of the arrows: source -> snapshot -> metrics -> view.  Held on
# the #include lines, because what a file does not include it cannot use.  A
# file of the library that no row of the table knows fails: a new part has to
# say where it belongs.

. "$(dirname "$0")/common.sh"

src=lib/libpagemap/src

# The library.  First match decides; a name without ending is both files.
# part, its files, own headers that it may include
TABLE='
memory   arena|buffer                          arena|buffer
parsers  parse.*|decode|flags|metric           parse
sources  source|tree|live.*|saved|averages|mount|look|stacks  buffer|parse|source|tree|live|averages|watch
data     figures|frames|snapshot|repeats|census\.h  arena|buffer|figures|frames|snapshot|repeats
metrics  usage.*|union.*|group|rank|sharing.*|cheapest|version    arena|buffer|figures|frames|snapshot|repeats|census|usage.*|union.*|sharing
what-if  killed.*                              buffer|parse|source|frames|snapshot|sharing|killed.*
sessions wss.*                                  arena|buffer|parse|source|snapshot|engine|vk_.*|wss.*
ram      ram.*                                 buffer|parse|source|ram
cgroups  cgroup.*                              buffer|parse|source|cgroup
sizing   sizing.*                              buffer|parse|source|sizing
pressure pressure.*                            pressure
vkernel  vk_.*                                  arena|buffer|parse|source|snapshot|vk_.*
engines  engine|.*_engine|census.*|take|watch|settle|top|workers|identity|maps|gather|process_read|same_mm|runs|pages|ahead|kinds  arena|buffer|parse|source|figures|frames|snapshot|repeats|engine|gather|census.*|watch|pages
'

# Quoted includes of all files below folders: "FILE INCLUDE", one a line.
quoted_in()
{
	c_files "$@" | xargs sed -n \
		's/^[[:space:]]*#[[:space:]]*include[[:space:]]*"\([^"]*\)".*/\1/;T;F;p' |
		paste -d ' ' - -
}

row_of()
{
	awk -v name="$1" '
	NF && (name ~ "^(" $2 ")$" || name ~ "^(" $2 ")\\.[ch]$") {
		print $1, $3
		exit
	}' <<<"$TABLE"
}

against_the_table()
{
	local file include
	local -A part may

	for file in "$src"/*.[ch]; do
		read -r "part[$file]" "may[$file]" <<<"$(row_of "${file##*/}")"
		[[ -n ${part[$file]} ]] || echo "$file: not in the table of $0"
	done
	quoted_in "$src" | while read -r file include; do
		[[ -z ${part[$file]} || $include =~ ^(${may[$file]})\.h$ ]] ||
			echo "$file (${part[$file]}) includes $include"
	done
}

# Where a part of the public header is included by itself.
public_parts()
{
	c_files "$@" | xargs grep -HnE '^ *# *include *<libpagemap/' |
		grep -v '<libpagemap/pagemap.h>'
}

not_own()
{
	local file include

	quoted_in "$src" lib/libpagemap/include |
		while read -r file include; do
			[[ -f $src/$include && $include != */* ]] ||
				echo "$file includes $include"
		done
	# The one header that is included is made of those beside it.
	public_parts "$src" lib/libpagemap/include |
		grep -v '/include/libpagemap/pagemap\.h:'
}

# A tool sees its own folder, tools/common, and the one public header; a
# folder inside the tool's sees the tool's too, and not the other way round.
in_tools()
{
	local file tool include

	quoted_in tools | while read -r file include; do
		tool=${file#tools/} tool=tools/${tool%%/*}
		[[ $include != */* && (-f ${file%/*}/$include ||
			-f $tool/$include || -f tools/common/$include) ]] ||
			echo "$file includes $include"
	done
	public_parts tools
}

# The rooms of pageviz: whose headers they are, and of which rooms each may
# include those.  What lies beside main.c may include all.
ROOMS='
data     moment|reading|history              data
layer    layer|swatch                        data|layer
world    world|tile|labels                   data|layer|world
view     action|view|stage|theme|geometry    data|layer|world|view
scene    scene|type                          data|layer|world|view|scene
out      output_kinds|window|drawn           data|layer|world|scene|out
'

in_pageviz()
{
	local room headers may file include from
	local -A room_of may_of

	while read -r room headers may; do
		[[ -n $room ]] || continue
		may_of[$room]=$may
		for include in ${headers//|/ }; do
			room_of[$include.h]=$room
		done
	done <<<"$ROOMS"
	quoted_in tools/pageviz | while read -r file include; do
		[[ -f tools/pageviz/$include && ! -f ${file%/*}/$include ||
			$file != tools/pageviz/*/* ]] || continue
		from=${file#tools/pageviz/}
		case $from in
		*/*) from=${from%/*} ;;
		*.h) from=${room_of[$from]} ;;
		*) continue ;;
		esac
		[[ -z $from || -z ${room_of[$include]} ||
			${room_of[$include]} =~ ^(${may_of[$from]})$ ]] ||
			echo "$file ($from) includes $include"
	done
}

# Tests of what users see must stand on what users have; one of them plays
# kernels that this one is not, by switching features of a source off.
in_outer_tests()
{
	local file include

	quoted_in tests/live tests/golden tests/fixtures tests/bench |
		while read -r file include; do
			[[ $file:$include == *live_features.c:source.h ]] ||
			[[ ! -f $src/$include && $include != *src/* ]] ||
				echo "$file includes $include"
		done
}

sources_included()
{
	c_files lib tools tests | xargs grep -nHE '^ *# *include *["<].*\.c[">]'
}

case_is "the library's parts include only what the table allows" \
	"$(against_the_table)"
case_is "the library includes only headers of its own" "$(not_own)"
case_is "tools include their own, tools/common's and the public header" \
	"$(in_tools)"
case_is "a room of pageviz includes its own headers and those before it" \
	"$(in_pageviz)"
case_is "live, golden and bench tests include nothing of the library's inside" \
	"$(in_outer_tests)"
case_is "no source file is included" "$(sources_included)"
finish
