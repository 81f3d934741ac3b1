#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A million processes, all but one of them gone: they are looked at, and the
# one that is there is found.  It takes a gigabyte of memory file system.

. tests/golden/common.sh

COUNT=1000000
NEEDED_KIB=$((4 * 1024 * 1024))

# Why there is no place for a million directories; empty if there is.
no_place()
{
	local inodes available

	[[ $scratch == /dev/shm/* ]] || echo "no memory file system"
	inodes=$(df --output=iavail "$scratch" | tail -1)
	[[ $inodes -gt $((COUNT + 1000)) ]] || echo "$inodes inodes are free"
	available=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
	[[ $available -gt $NEEDED_KIB ]] || echo "$available KiB are free"
}

reason=$(no_place)
if [[ -n $reason ]]; then
	case_skip "a million processes" "$reason"
	finish
fi
machine small
(cd "$scratch/small" && seq 10000 $((COUNT + 9999)) | xargs -n 20000 mkdir)
for engine in kernel census; do
	golden million-$engine memrank -S small --engine $engine -t
done
golden million-top memrank -S small -n 1
finish
