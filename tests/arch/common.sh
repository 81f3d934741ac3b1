# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Shared by the architecture tests: TAP, and the lists of files they look at.
# ROOT is the tree that is looked at (default: this one), so that can-fail.sh
# can show each test a tree that is broken.

cd "${ROOT:-$(dirname "${BASH_SOURCE[0]}")/../..}" || exit 1
BUILD=${BUILD:-build}
# What the outer make was told is not for the builds that tests make.
unset MAKEFLAGS MFLAGS MAKELEVEL
cases=0 bad=0

# case_is NAME PROBLEMS: passes if PROBLEMS is empty, and shows them if not.
case_is()
{
	cases=$((cases + 1))
	if [[ -z $2 ]]; then
		echo "ok $cases - $1"
	else
		bad=$((bad + 1))
		echo "not ok $cases - $1"
		sed 's/^/# /' <<<"$2"
	fi
}

case_skip()
{
	cases=$((cases + 1))
	echo "ok $cases - $1 # SKIP $2"
}

finish()
{
	echo "1..$cases"
	exit $((bad > 0))
}

# Files that are part of the project: what git knows or would take; where
# there is no git, all of them.  Arguments are folders or files.
files()
{
	{
		git ls-files -co --exclude-standard -- "$@" 2>/dev/null ||
			find "$@" -type f -not -path './.git/*' \
				-not -path './build/*' 2>/dev/null
	} | sed 's|^\./||' | while read -r file; do
		[[ -f $file ]] && echo "$file"
	done | sort -u
}

# C sources and headers below the folders given.
c_files()
{
	files "$@" | grep '\.[ch]$'
}

# A file's text without comments and without what stands in strings; line
# numbers stay.
code_of()
{
	awk -f tests/arch/code.awk "$1"
}
