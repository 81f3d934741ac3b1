#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What --help lists, the man page explains and the completion offers: the
# same long options in all three.

. "$(dirname "$0")/common.sh"

tools=$(files tools | sed -n 's|^tools/\([^/]*\)/.*|\1|p' | sort -u |
	grep -vx common)

help_options()
{
	"$BUILD/$1" --help | grep -oE '(^|[ ,|[])--[a-z][a-z-]+' |
		grep -oE -e '--.*' | sort -u
}

# In a page an option is \-\-name or --name, in mdoc Fl -name.
page_options()
{
	sed -e 's/\\-/-/g' -e 's/Fl -\([a-z]\)/--\1/g' "tools/$1/$1.1" |
		grep -oE -e '--[a-z][a-z-]+' | sort -u
}

# Asked the way bash asks: what it offers for "tool --".
completion_options()
{
	bash -c '
		. "$1"
		COMP_WORDS=("$2" --) COMP_CWORD=1 COMP_LINE="$2 --"
		COMP_POINT=${#COMP_LINE}
		complete_with=$(complete -p "$2" | sed "s/.*-F \([^ ]*\).*/\1/")
		$complete_with "$2" -- "$2"
		printf "%s\n" "${COMPREPLY[@]}"' \
		bash "tools/$1/$1.bash-completion" "$1" |
		sed 's/[= ]*$//' | sort -u
}

missing_in()
{
	comm -23 <(help_options "$2") <("$1" "$2")
}

unknown_in()
{
	comm -13 <(help_options "$2") <("$1" "$2")
}

for tool in $tools; do
	case_is "$tool --help lists options" \
		"$([[ $(help_options "$tool" | wc -l) -gt 3 ]] || echo none)"
	case_is "$tool.1 has every option of --help" \
		"$(missing_in page_options "$tool" 2>&1)"
	case_is "$tool's completion offers every option of --help" \
		"$(missing_in completion_options "$tool" 2>&1)"
	case_is "$tool's completion offers nothing else" \
		"$(unknown_in completion_options "$tool" 2>&1)"
done
[[ -n $tools ]] || case_is "there are tools" "none in tools/"
finish
