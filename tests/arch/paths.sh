#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Where bytes come from is decided in one place: in the library one file
# alone names a folder of the system (paths as they stand in maps are data),
# and in the tools only those listed read /proc.

. "$(dirname "$0")/common.sh"

# Absolute paths in the library's strings: the live source opens /proc.
LIBRARY_MAY='lib/libpagemap/src/live.c'
# The tools' own look at the machine, beside the library: who runs what
# (libproc2), and the terminal or the command that memstats starts.  The agent
# that starts copies asks to be spared by the OOM killer.
TOOLS_MAY='tools/common/proclist.c tools/memstats/launch_agent.c'

with_strings()
{
	awk -v strings=1 -f tests/arch/code.awk "$1" | grep -v '^[[:space:]]*#'
}

absolute_in_library()
{
	c_files lib/libpagemap/src lib/libpagemap/include | while read -r file; do
		[[ " $LIBRARY_MAY " == *" $file "* ]] && continue
		with_strings "$file" | grep -nE '"/(proc|sys|etc|run|var|usr|tmp)["/]' | sed "s|^|$file:|"
	done
}

proc_in_tools()
{
	c_files tools | while read -r file; do
		[[ " $TOOLS_MAY " == *" $file "* ]] && continue
		awk -v strings=1 -f tests/arch/code.awk "$file" |
			grep -nE 'open[a-z]*\([^)]*"/(proc|sys)' | sed "s|^|$file:|"
	done
}

stale_list()
{
	for file in $LIBRARY_MAY $TOOLS_MAY; do
		[[ -f $file ]] || echo "$file is listed here and does not exist"
	done
}

case_is "the library names no folder of the system but in $LIBRARY_MAY" \
	"$(absolute_in_library)"
case_is "no tool opens files of /proc or /sys by itself" "$(proc_in_tools)"
case_is "the files listed here exist" "$(stale_list)"
finish
