#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Draws the pictures of a vkernel for README.md into this folder, or into DIR:
#
#     docs/pictures/vkernel.sh LINUX [DIR]
#
# LINUX is a User-Mode Linux with hostfs, procfs and an initramfs; pageviz is
# that of BUILD (build).  Its guest is fork_tree.c.  Run as root.

set -e
here=$(cd "$(dirname "$0")" && pwd)
linux=$(realpath "$1")
out=$(realpath "${2:-$here}")
build=$(realpath "${BUILD:-$here/../../build}")
scratch=$(mktemp -d)
main=
steps=

clean_up()
{
	[[ -z $main ]] || kill -KILL "$main" 2>/dev/null || true
	rm -rf "$scratch"
}
trap clean_up EXIT

mkdir -p "$scratch/root/dev" "$scratch/told"
${CC:-cc} -O1 -static -o "$scratch/root/init" "$here/fork_tree.c"
mknod "$scratch/root/dev/console" c 5 1
(cd "$scratch/root" && find . | cpio -o -H newc 2>/dev/null) >"$scratch/initrd"

setarch -R "$linux" mem=112M initrd="$scratch/initrd" con0=fd:0,fd:1 con=null \
	rdinit=/init quiet told="$scratch/told" </dev/null \
	>"$scratch/console" 2>&1 &
main=$!
disown
for ((i = 0; i < 600; i++)); do
	grep -q '^told' "$scratch/console" && break
	sleep 0.1
done
grep -q '^told' "$scratch/console" || {
	cat "$scratch/console"
	exit 1
}

draw()
{
	local name=$1

	shift
	"$build/pageviz" --vkernel "$main" --inside "$scratch/told" \
		--theme dark -o "$out/$name.png" "$@"
}

# One of the last level: it shares with fewer what its own branch has written.
leaf=$("$build/pageviz" --vkernel "$main" --inside "$scratch/told" --json \
	--by owner | jq '[.maps[0].classes[] |
		select(.pid and (.name | startswith("level-3"))).pid] | first')
draw vkernel-sharers --by sharers --row 256
draw vkernel-owner --by owner --row 256
draw vkernel-process --by sharers "$leaf" \
	--title 'A guest process, and the RAM of its vkernel, by sharers'
# Where many of its frames lie near each other, each page a square.
for ((i = 0; i < 400; i++)); do
	steps+='n '
done
draw vkernel-host --physical --layout hilbert --zoom 4 --size 1400x560 \
	--keys "$steps" --title 'A part of the RAM of its host'
