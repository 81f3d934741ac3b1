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
steps=
# shellcheck source=docs/pictures/guests.sh
. "$(dirname "$0")/guests.sh"

make_guest
boot "$linux" one mem=112M

draw()
{
	local name=$1

	shift
	"$build/pageviz" --vkernel "$main" --inside "$told" \
		--theme dark -o "$out/$name.png" "$@"
}

# One of the last level: it shares with fewer what its own branch has written.
leaf=$("$build/pageviz" --vkernel "$main" --inside "$told" --json \
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
