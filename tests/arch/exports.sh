#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The shared object exports what the public headers declare and what the
# symbol map names: three lists that must be one.

. "$(dirname "$0")/common.sh"

headers=(lib/libpagemap/include/libpagemap/*.h)
map=lib/libpagemap/libpagemap.map
library=${LIBRARY:-$BUILD/libpagemap.so.1}

declared()
{
	cat "${headers[@]}" | code_of - | grep -v '^#' |
		grep -oE '\bpagemap_[a-z0-9_]+ *\(' | tr -d ' (' | sort -u
}

exported()
{
	nm -D --defined-only --without-symbol-versions "$library" |
		awk '$2 ~ /[TWDBRVi]/ { print $3 }' | sort -u
}

# What stands between "global:" and "local:".
mapped()
{
	awk '/local:/ { on = 0 } on && /;/ { gsub(/[ \t;]/, ""); print }
		/global:/ { on = 1 }' "$map" | sort -u
}

differ()
{
	diff <("$1") <("$2") | sed -n "s/^< \(.*\)/\1: $1, not $2/p
		s/^> \(.*\)/\1: $2, not $1/p"
}

soname()
{
	readelf -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p'
}

if [[ ! -f $library ]]; then
	case_is "the library is built" "$library is missing"
	finish
fi
case_is "exports are the header's functions" "$(differ exported declared)"
case_is "the symbol map names the header's functions" \
	"$(differ mapped declared 2>&1)"
case_is "the soname is libpagemap.so.1" \
	"$([[ $(soname) == libpagemap.so.1 ]] || soname)"
case_is "symbols have the version of the map" \
	"$(nm -D --defined-only "$library" | awk '$2 == "T" && !/@@?LIBPAGEMAP_/')"
case_is "it needs libc alone" "$(readelf -d "$library" |
	awk -F'[][]' '/NEEDED/ && $2 !~ /^(libc|ld-linux.*)\.so/ { print $2 }')"
finish
