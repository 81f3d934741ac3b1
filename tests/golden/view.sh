#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What memrank -i shows of one process: its mappings, its sharers, the map of
# its pages and its graph, as they are after keys, to the letter.

. tests/golden/common.sh

for name in small states sparse16t nopfn hidden hostile clonevm; do
	machine $name
done

# view NAME MACHINE SIZE KEYS [PID]: the screen after the keys.
view()
{
	golden "view-$1" env LC_ALL="${locale:-C.UTF-8}" memrank -S "$2" \
		--screen "$3,$4" "${@:5}"
}

for size in 20x6 80x24 200x60; do
	view mappings-$size small $size 'Enter'
	view sharers-$size small $size 'Enter 2'
	view pages-$size small $size 'Enter 3'
	view graph-$size small $size 'g tick tick tick'
done
view empty-1x1 small 1x1 'Enter 3'
view pages-300x10 small 300x10 'Enter 3'
view pages-styles small 80x24+styles 'Enter 3 s'
view sharers-styles small 80x10+styles 'Enter 2'
locale=C
view pages-plain small 80x24 'Enter 3 Down Right'
view graph-plain small 80x24 'g tick tick t z'
unset locale

# Every state that a page can be in, and the odd page from afar.
for pid in 10 11 13 14 17 19 21; do
	view state-$pid states 80x14 'Enter 3' $pid
done
view state-absent states 80x14 'Enter 3' 16
view sharers-huge states 80x24 'Enter 3 - - - s Down' 18
view sharers-ksm states 100x10 'Enter 2' 19
view zoom-odd states 80x14 'Enter 3 - - - - -' 13
view change states 80x14 'Enter 3 ] ] [' 13

# 16 TiB of which 2,000 pages are touched.
view sparse sparse16t 80x24 'Enter 3 Down PgDn' 500
view sparse-fold sparse16t 80x24 'Enter 3 ] Down' 500
view sparse-out sparse16t 80x24 'Enter 3 - - - - - - - - - - - - - - - - -' 500
view sparse-end sparse16t 120x20 'Enter 3 End [' 500

# Who may not see all, and what is none.
view nopfn-pages nopfn 80x14 'Enter 3 s' 40
view nopfn-sharers nopfn 80x10 'Enter 2' 40
view hidden-sharers hidden 120x10 'Enter 2' 40
view hidden-pages hidden 120x20 'Enter 3 s' 40
view hostile hostile 80x10 'Enter' 60
view clonevm clonevm 80x12 'Enter 2'
view thread small 80x10 'Enter' 2

# Keys and the mouse.
view help small 80x24 'Enter F1'
view help-pages small 80x24 'Enter 3 F1 Down Down'
view help-sharers small 60x12 'Enter 2 ? PgDn'
view sort small 80x10 'Enter s'
view search small 80x10 'Enter /hea'
view search-none small 80x10 'Enter /nothing'
view enter-mapping small 80x16 'Enter End Enter'
view enter-sharer small 80x10 'Enter 2 Enter'
view next-mapping small 80x10 'Enter 3 n'
view previous-mapping small 80x10 'Enter 3 n Down p p'
view clicks small 80x12 'Enter click:28,2 click:20,6'
view search-click small 80x10 'Enter / click:28,2 abc'
view wheel states 80x12 'Enter 3 wheel-down:20,6 wheel-down:20,6 wheel-up:20,6' 14
view resized small 80x24 'Enter 3 Down Down resize:120x16'
view back small 60x8 'Enter 3 q'
finish
