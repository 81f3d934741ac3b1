#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every function, struct, enum, typedef and macro of the public headers has a
# comment for readers of the header, /** ... */, right above it, and every
# function is in the library's man page.

. "$(dirname "$0")/common.sh"

headers=(lib/libpagemap/include/libpagemap/*.h)
page=lib/libpagemap/man/libpagemap.3

# Writes "documented NAME" or "bare LINE NAME" for each public declaration.
declarations()
{
	awk '
	function report(line) {
		name = line
		sub(/^#define /, "", name)
		sub(/[ \t]*[{(].*$/, "", name)
		sub(/;.*$/, "", name)
		if (doc)
			print "documented", name
		else
			print "bare", FILENAME ":" FNR, name
		doc = 0
	}
	in_comment { if (/\*\//) in_comment = 0; next }
	depth == 0 && /^\/\*/ {
		doc = /^\/\*\*/
		in_comment = !/\*\//
		next
	}
	/^$/ { if (depth == 0) doc = 0; next }
	/^#define/ && !/_H$/ { report($0) }
	/^#|^extern "C"/ { next }
	depth == 0 && !open && /^[a-z]/ { report($0); open = 1 }
	depth == 0 && /^\}$/ { next }
	{
		depth += gsub(/\{/, "{") - gsub(/\}/, "}")
		if (depth == 0 && /;[ \t]*(\/\*.*)?$/)
			open = 0
	}' "${headers[@]}"
}

list=$(declarations)
count=$(grep -c . <<<"$list")
case_is "the header has declarations at all" \
	"$([[ $count -gt 50 ]] || echo "only $count found")"
case_is "every public declaration is documented" \
	"$(awk '/^bare/ { $1 = ""; print $0 }' <<<"$list")"

functions()
{
	cat "${headers[@]}" | code_of - | grep -v '^#' | grep -oE '\bpagemap_[a-z0-9_]+ *\(' |
		tr -d ' (' | sort -u
}

not_in_page()
{
	functions | while read -r name; do
		grep -qw "$name" "$page" || echo "$name"
	done
}

case_is "libpagemap.3 names every function" "$(not_in_page 2>&1)"
finish
