#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The library and each tool have a man page that mandoc finds no fault with,
# and a tool has a completion that bash can read.

. "$(dirname "$0")/common.sh"

tools=$(files tools | sed -n 's|^tools/\([^/]*\)/.*|\1|p' | sort -u |
	grep -vx common)

check_page()
{
	if [[ ! -s $1 ]]; then
		case_is "$1" "$1 is missing"
	elif ! command -v mandoc >/dev/null; then
		case_skip "$1" "mandoc is not installed"
	else
		case_is "$1" "$(mandoc -Tlint -Wwarning "$1" 2>&1 |
			grep -v 'referenced manual not found')"
	fi
}

check_page lib/libpagemap/man/libpagemap.3
for tool in $tools; do
	check_page "tools/$tool/$tool.1"
	completion=tools/$tool/$tool.bash-completion
	case_is "$completion" "$(bash -n "$completion" 2>&1)"
done
finish
