#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# All of RAM (memrank -w) of fixture machines, to the letter; and that each
# frame is in one class.

. tests/golden/common.sh

machine ram
machine ram-liars
machine ram1t
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
golden ram-1t memrank -S ram1t -w
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
for name in ram ram-liars ram1t small nopfn old-3.16; do
	case_is "$name: each frame is in one class" "$(sums $name 2>&1)"
done

# Holes of the file are zeros, wherever they begin and end.
cat >"$scratch/holes.txt" <<'END'
frames 0x2a123
flags 0 5 buddy
flags 0x7ff0 0x20 slab
flags 0x13456 1 hwpoison
process 100 one
map 0x10000000 300 rw-p anon
pages 0 300 frame 0x20000
END
"$BUILD/tests/fixtures/mkproc" "$scratch/holes.txt" "$scratch/holes"
json memrank -S "$scratch/holes" -w --json >"$scratch/sparse.json"
cp --sparse=never "$scratch/holes/kpageflags" "$scratch/dense"
case_is "the file has holes" "$(
	[[ $(du -k "$scratch/holes/kpageflags" | cut -f 1) -lt 200 &&
	   $(du -k "$scratch/dense" | cut -f 1) -gt 1000 ]] || echo it has none)"
mv "$scratch/dense" "$scratch/holes/kpageflags"
case_is "holes are as if they were written" "$(diff "$scratch/sparse.json" \
	<(json memrank -S "$scratch/holes" -w --json))"

# What does not go together, and what is not there.
golden ram-mappings memrank -S ram -w -m
golden ram-pid memrank -S ram -w 100
golden ram-columns memrank -S ram -w -c pid
golden ram-engine memrank -S ram -w --engine kernel
golden ram-watch memrank -S ram -w --watch 2
rm "$scratch/small/kpageflags"
golden ram-no-flags memrank -S small -w
finish
