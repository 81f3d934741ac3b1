#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What memrank --if-killed says of fixture machines, to the letter.

. tests/golden/common.sh

for name in killed small clonevm hidden nopfn twice; do
	machine $name
done
work=unit:work.service
golden memrank-if-killed memrank -S killed --if-killed $work
golden memrank-if-killed-units memrank -S killed --if-killed $work -k -H
golden memrank-if-killed-csv memrank -S killed --if-killed $work --csv
golden memrank-if-killed-all memrank -S killed --if-killed comm:worker,pid:20
golden memrank-if-killed-strict memrank -S small --if-killed pid:100 --strict

json()
{
	"$@" | jq -S 'del(.source.time, .cost)'
}
golden memrank-if-killed-json json memrank -S killed --if-killed $work --json

# The list of segments tells whether this one was removed, and who else has it.
segment()
{
	mkdir -p "$scratch/killed/sysvipc"
	printf '%s\n0 880304 %s 65536 1 1 %s 0 0 0 0 0 0 0 131072 4096\n' \
		'key shmid perms size' "$1" "$2" >"$scratch/killed/sysvipc/shm"
}
segment 1600 1
golden memrank-if-killed-removed memrank -S killed --if-killed $work
segment 600 1
golden memrank-if-killed-segment memrank -S killed --if-killed $work
segment 1600 2
golden memrank-if-killed-attached memrank -S killed --if-killed $work

# An mm goes with the last process that has it.
golden memrank-if-killed-some memrank -S killed --if-killed pid:12 --csv
golden memrank-if-killed-both memrank -S killed --if-killed pid:12,pid:13 --csv
golden memrank-if-killed-name memrank -S killed --if-killed comm:shares --csv

# Sharers that cannot be seen, frames that are not shown.
golden memrank-if-killed-hidden memrank -S hidden --if-killed '/./' --csv
golden memrank-if-killed-nopfn memrank -S nopfn --if-killed 'user:/./'

golden memrank-if-killed-nobody memrank -S small --if-killed comm:nobody
golden memrank-if-killed-bad memrank -S small --if-killed colour:red
golden memrank-if-killed-users memrank -S small --if-killed pid:100 -u
golden memrank-if-killed-kernel memrank -S small --if-killed pid:100 \
	--engine kernel
finish
