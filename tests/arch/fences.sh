#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A dependency is included by one file, so that it can be replaced there.

. "$(dirname "$0")/common.sh"

# what is included               the one file that may
FENCES='
json(-c/[a-z_]*|_[a-z]*)?\.h     tools/common/json.c
json-c/.*                        tools/common/json.c
libproc2/.*                      tools/common/proclist.c
proc/.*                          none
(n?curses|panel|term)\.h         tools/common/terminal.c
SDL2?/SDL_ttf\.h                 tools/pageviz/out/type.c
SDL2?/(SDL|SDL_[^t].*)\.h        tools/pageviz/out/window.c
fontconfig/.*                    tools/pageviz/out/type.c
png\.h                           tools/pageviz/out/png.c
archive(_entry)?\.h              none
'

# Own headers are in quotes, so only <...> of others' is looked at.
included=$(c_files lib tools tests |
	xargs grep -nHE '^[[:space:]]*#[[:space:]]*include[[:space:]]*<')

breaches()
{
	local pattern=$1 allowed=$2

	grep -E "^[^:]*:[0-9]*:[[:space:]]*#[[:space:]]*include[[:space:]]*<$pattern>" \
		<<<"$included" | grep -v "^${allowed//./\\.}:"
}

while read -r pattern allowed; do
	[[ -n $pattern ]] || continue
	case_is "<$pattern> is included by $allowed alone" \
		"$(breaches "$pattern" "$allowed")"
done <<<"$FENCES"

# The build defines libproc2's way to libsystemd away (mk/config.mk).
case_is "only compat.h asks which release a kernel is" \
	"$(grep -rnE 'LINUX_VERSION_CODE|KERNEL_VERSION' kernel |
		grep -v '^kernel/compat\.h:')"
case_is "nothing asks libproc2 for what libsystemd knows" \
	"$(c_files tools | xargs grep -nHw 'PIDS_SD_[A-Z]*')"
finish
