#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# All of RAM (memrank -w) of fixture machines, to the letter; and that each
# frame is in one class.

. tests/golden/common.sh

machine ram
machine ram-liars
machine small
machine nopfn
machine old-3.16

golden ram-plain memrank -S ram -w
golden ram-suffix memrank -S ram -wk --by comm
golden ram-files memrank -S ram -w -k -n 2 --by unit
golden ram-cgroup memrank -S ram -w -H -n 1 --by cgroup
golden ram-exe memrank -S ram -w --csv --by exe
golden ram-liars memrank -S ram-liars -w
golden ram-strict memrank -S ram -w --strict --csv -H
golden ram-no-meminfo memrank -S small -w
golden ram-no-pfn memrank -S nopfn -w
golden ram-old memrank -S old-3.16 -w
json()
{
	"$@" | jq -S 'del(.source.time, .cost)'
}
golden ram-json json memrank -S ram -w --json
golden ram-json-liars json memrank -S ram-liars -w --json

# Each frame once, on every machine.
sums()
{
	memrank -S "$scratch/$1" -w --json 2>/dev/null | jq -r '.ram |
		select((.classes | map(.frames) | add) != .frames) |
		"\(.classes | map(.frames) | add) frames of \(.frames)"'
}
for name in ram ram-liars small nopfn old-3.16; do
	case_is "$name: each frame is in one class" "$(sums $name 2>&1)"
done

# What does not go together, and what is not there.
golden ram-mappings memrank -S ram -w -m
golden ram-pid memrank -S ram -w 100
golden ram-columns memrank -S ram -w -c pid
golden ram-engine memrank -S ram -w --engine kernel
golden ram-watch memrank -S ram -w --watch 2
rm "$scratch/small/kpageflags"
golden ram-no-flags memrank -S small -w
finish
