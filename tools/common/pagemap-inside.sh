#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pagemap-inside FOLDER [PROC]: writes what a kernel says of its processes into
# a folder that looks like its /proc, for --inside of the tools on its host.
# Runs in the guest, whose folder is the host's too (hostfs):
#
#	mount -t hostfs -o /srv/guest none /mnt
#	pagemap-inside /mnt/inside
#
# The folder is made beside the one that there is, and takes its place when it
# is whole; the old one stays as FOLDER.old until the next run, for who is
# reading it.  Needs a POSIX shell, and cat, cp, dd, mkdir, mv and rm: busybox
# has them all.  Pages are of 4096 bytes.

set -u -f

# Entries of pagemap are copied by blocks: a page of 512, which are 2 MiB of
# addresses.
BLOCK=4096
BLOCK_SHIFT=21

# Blocks of a mapping that nobody may touch: more of these are only reserved.
RESERVED_BLOCKS=32

fail()
{
	echo "pagemap-inside: $*" >&2
	exit 1
}

# copy_blocks FROM TO: to their own place in the copy, where gaps are holes.
copy_blocks()
{
	[ "$1" -eq "$2" ] ||
		dd if="$from/pagemap" of="$to/pagemap" bs=$BLOCK skip="$1" \
			seek="$1" count=$(($2 - $1)) conv=notrunc 2>/dev/null
}

# The blocks that mappings lie in, those side by side at once: a program that
# is started takes longer than it copies.  A shell of its own, for its words are
# lines.
copy_pagemap()
(
	maps=$(cat "$to/maps" 2>/dev/null)
	begin=0 end=0
	IFS='
'
	for line in $maps; do
		low=${line%%-*} line=${line#*-}
		high=${line%% *} line=${line#* }
		# Addresses of the kernel's own, which no number here holds.
		[ ${#high} -lt 16 ] || continue
		low=$((0x$low >> BLOCK_SHIFT))
		high=$((((0x$high - 1) >> BLOCK_SHIFT) + 1))
		case $line in
		---*) [ $((high - low)) -le $RESERVED_BLOCKS ] || continue ;;
		esac
		if [ $low -gt $end ]; then
			copy_blocks $begin $end
			begin=$low
		fi
		[ $high -le $end ] || end=$high
	done
	copy_blocks $begin $end
)

# Whether it has an mm: kernel threads and the dead do not.
has_mappings()
{
	{ read -r line <"$from/maps"; } 2>/dev/null && [ -n "$line" ]
}

# One that ends meanwhile is there in part, which its readers can tell.
copy_process()
{
	from=$proc/$1 to=$new/$1
	has_mappings || return 0
	mkdir "$to" || fail "$to cannot be made"
	cp -P "$from/comm" "$from/cmdline" "$from/stat" "$from/status" \
		"$from/statm" "$from/maps" "$from/cgroup" "$from/exe" "$to" \
		2>/dev/null
	copy_pagemap
}

# Not every kernel has all of them, and not everybody may read them.
copy_machine()
{
	cp "$proc/version" "$proc/meminfo" "$proc/swaps" "$new" 2>/dev/null
	for file in kpageflags kpagecount; do
		[ ! -r "$proc/$file" ] ||
			dd if="$proc/$file" of="$new/$file" bs=64k 2>/dev/null
	done
	mkdir "$new/self"
	cp "$proc/self/mountinfo" "$new/self" 2>/dev/null
}

case $# in
1|2) ;;
*) fail "FOLDER [PROC]: where to write, and what looks like /proc if it is" \
	"not that" ;;
esac
folder=$1
proc=${2:-/proc}
new=$folder.new
[ -r "$proc/version" ] || fail "$proc does not look like /proc: mount it first"
[ -n "$folder" ] || fail "the folder has no name"
for path in "$folder" "$new" "$folder.old"; do
	[ ! -e "$path" ] || [ -r "$path/version" ] ||
		fail "$path is there and was not written by this: move it away"
done

rm -rf "$new" "$folder.old"
mkdir "$new" || fail "$new cannot be made"
copy_machine
set +f
for path in "$proc"/[0-9]*; do
	pid=${path##*/}
	case $pid in
	*[!0-9]*) continue ;;
	esac
	set -f
	copy_process "$pid"
done
if [ -e "$folder" ]; then
	mv "$folder" "$folder.old" || fail "$folder cannot be renamed"
fi
mv "$new" "$folder" || fail "$new cannot be renamed"
