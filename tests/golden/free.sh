#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# memrank --free on fixture machines, to the letter.

. tests/golden/common.sh

for name in small clonevm hidden nopfn liars averaged; do
	machine $name
	golden "free-$name" memrank -S $name --free 100K
done
golden free-two memrank -S clonevm --free 900K
golden free-all-but-enough memrank -S small --free 1G
golden free-keep memrank -S small --free 4K -n 2 --keep 100
golden free-units memrank -S small --free 8K -k -H -n 3
golden free-csv memrank -S small --free 8K --csv -n 2
golden free-strict memrank -S hidden --free 8K --strict
json()
{
	"$@" | jq -S 'del(.source.time, .cost)'
}
golden free-json json memrank -S small --free 8K --json -n 2
golden free-json-none json memrank -S small --free 1T --json

golden free-bad-size memrank --free lots
golden free-zero memrank --free 0
golden free-bad-keep memrank --free 1M --keep colour:red
golden free-keep-alone memrank --keep 1
golden free-and-watch memrank --watch 1 --free 1M
golden free-pid memrank --free 1M 17
golden free-kernel memrank -S small --free 1M --engine kernel
finish
