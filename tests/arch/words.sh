#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The project speaks of itself alone: no path or name of the machine it was
# written on, no remark of an author to himself, no gap left to be filled.
# Letters in brackets keep this list from finding itself.

. "$(dirname "$0")/common.sh"

# what it is              extended regular expression
WORDS='
path-of-one-machine       (^|[^a-zA-Z0-9_.])/(wor[k]|home/[a-z]+|roo[t])/
folder-beside-the-tree    \.\./shar[e]d
unfinished                (TOD[O]|FIXM[E]|(^|[^X])XX[X]([^X]|$)|GA[P]:|lorem ipsu[m])
merge-marker              ^(<{7}|>{7}) 
'

# Data may hold any path; the licences are not ours.
texts()
{
	files . | grep -vE '^(LICENSES|tests/fuzz/corpus|tests/fixtures|tests/golden)/'
}

while read -r what pattern; do
	[[ -n $what ]] || continue
	case_is "none: $what" \
		"$(texts | xargs grep -nHIE -e "$pattern" 2>/dev/null | cut -c1-150)"
done <<<"$WORDS"
name=$(uname -n)
if [[ ${#name} -lt 5 || $name == localhost ]]; then
	case_skip "none: name of this machine" "'$name' says too little to search"
else
	case_is "none: name of this machine" \
		"$(files . | xargs grep -nHIFw -e "$name" 2>/dev/null)"
fi
finish
