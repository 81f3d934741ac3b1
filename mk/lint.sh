#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Runs one linter: lint.sh LINTER [FLAG]... -- FILE...   Any warning fails.
# A linter that is not installed is left out, and said.  What each one looks
# for is here and in .clang-tidy; exceptions stand beside the code they are
# about, as suppression comments with their reason.

linter=$1
shift
flags=()
while [[ $# -gt 0 && $1 != -- ]]; do
	flags+=("$1")
	shift
done
shift

if ! command -v "$linter" >/dev/null; then
	echo "lint: $linter is not installed, left out"
	exit 0
fi

# Includes of the system are not read by cppcheck: its own tables of libc
# and POSIX are better than what it makes of glibc's headers, or libpng's.
# Left out:
# uninitStructMember does not follow "if (!err)" after a call that fills a
# struct (gcc and clang-tidy do); tree_open_file returns its descriptor in a
# conditional expression, which is taken for a leak.
lint_cppcheck()
{
	local flag own=()

	for flag in "${flags[@]}"; do
		[[ $flag == -I/* ]] || own+=("$flag")
	done
	cppcheck --quiet --std=c11 --language=c --error-exitcode=1 -j2 \
		--enable=warning,performance,portability --inline-suppr \
		--library=posix,gnu --suppress=missingIncludeSystem \
		--suppress=uninitStructMember \
		--suppress=resourceLeak:lib/libpagemap/src/tree.c "${own[@]}" "$@"
}

# A process for each file: of two in one process the second's va_start is not
# seen.  Of a function the analyzer follows a quarter of the paths that it would
# by itself: that takes half of the time, and finds the same.
# shellcheck disable=SC2016 # the inner shell expands
lint_clang_tidy()
{
	printf '%s\0' "$@" | xargs -0 -P2 -n1 sh -c '
		flags=$1; shift
		clang-tidy --quiet --warnings-as-errors="*" "$@" -- $flags \
			-Xclang -analyzer-config -Xclang max-nodes=60000 \
			2>/dev/null' sh "${flags[*]}"
}

lint_shellcheck()
{
	shellcheck --severity=warning --external-sources "$@"
}

echo "  LINT    $linter"
"lint_${linter//-/_}" "$@"
