#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What pageviz draws of fixture machines, item by item: each colouring, layout
# and theme, at sizes down to where nothing fits any more, after scripts of
# events, and of machines that hide and lie.  A few as images, to the pixel.

. tests/golden/common.sh

export LC_ALL=C.UTF-8 SOURCE_DATE_EPOCH=1800000000
for name in states shares server hidden nopfn liars hostile sparse16t ram \
		ram-liars ram1t averaged twice nothing old-3.16 \
		vkernel vkernel-guest; do
	machine "$name"
done

# The scene, and what was said; letters of its own are the same everywhere.
scene()
{
	local status

	rm -f .scene.txt
	pageviz --plain-font -o .scene.txt "$@"
	status=$?
	cat .scene.txt 2>/dev/null
	return "$status"
}

# draws NAME MACHINE OPTION...: small, so that what is kept is.
draws()
{
	local name=$1 machine=$2

	shift 2
	golden "pageviz-$name" scene -S "$machine" --size 480x320 "$@"
}

# window NAME MACHINE SCRIPT OPTION...: as a window shows it, after events.
window()
{
	local name=$1 machine=$2 keys=$3

	shift 3
	golden "pageviz-$name" scene -S "$machine" --size 800x500 --window \
		--keys "$keys" "$@"
}

for by in state sharers flags owner user group use age changed; do
	draws "by-$by" shares --size 800x500 --by $by 10
	draws "ram-by-$by" ram --size 800x600 --by $by --physical
done
for layout in rows blocks hilbert; do
	draws "layout-$layout" server --layout $layout 910
done
for theme in dark light paper; do
	draws "theme-$theme" states --theme $theme --window 14
done
for size in 64x64 200x150 320x200 1000x240; do
	draws "size-$size" shares --size $size 10
	draws "size-window-$size" shares --size $size --window 10
done

# What options say.
draws beside shares --by sharers 10 11 12
draws beside-ram ram --physical --by state,owner 100
draws show shares --by sharers --show 2 10
draws show-two states --show swapped,anon 14
draws at shares --at 0x10000000 --zoom 8 10
draws at-file shares --at libb --zoom 4 10
draws at-pfn ram --physical --at 0xb800 --zoom 2
draws zoom-out sparse16t --zoom 1/8 500
draws ram1t ram1t --physical --by flags
draws ram1t-broken ram1t --physical --by flags --show broken --layout hilbert
draws row shares --row 64 10
draws title shares --title 'A title of its own' 10
draws text-size shares --text-size 20 10
draws group shares --by group --group 'family=tree:10' 10
draws name server postgres
draws largest server
draws moments shares --moments 2 --interval 0.05 --by changed 10

# What events do.
window hover shares 'move:200,257' 10
window hover-shared shares 'move:134,264' 10 --by sharers
window hover-legend shares 'move:570,95' 10
window hover-ram ram 'move:300,200' --physical
window select shares 'click:20,245' 10 11
window only shares 'click:570,95' 10
window next-odd states 'e n n' 14
window zoom shares '+ + + Right Down' 10
window wheel server 'wheel-up:300,200 wheel-up:300,200' 910
window drag server 'z drag:300,200-200,150' 910
window colour-layout server '2 m' 910
window theme shares t 10
window no-legend shares L 10
window jump shares 'g libb Enter' 10
window jump-typed shares 'g lib' 10
window jump-nowhere shares 'g 0x1 Enter' 10
window list server P 910
window search server '/postgres' 910
window open server '/nginx Enter' 910
window open-beside server '/nginx Enter Down b' 910
window ram-beside ram 'P b' --physical
window close server 'x Tab x' 910 1
window pause shares Space 10
window step shares 'tick tick , d 9' 10
window again shares 'tick Esc' 10 --by changed
window help shares '?' 10
window small-help shares '?' 10 --size 300x200
window resize shares 'resize:500x300' 10
window quit shares q 10

# A vkernel: its RAM, its processes, and its host with its frames lit.
for by in state sharers flags owner use changed host; do
	draws "vkernel-by-$by" vkernel --size 800x500 --by $by --vkernel 2000
done
draws vkernel-inside vkernel --vkernel 2000 --inside vkernel-guest --by state
draws vkernel-flags vkernel --vkernel 2000 --inside vkernel-guest --by flags
draws vkernel-owner vkernel --vkernel 2000 --inside vkernel-guest --by owner \
	--size 800x500
draws vkernel-process vkernel --vkernel 2000 --by host,sharers \
	--size 800x500 2020
draws vkernel-light vkernel --vkernel 2000 --theme light --layout hilbert
draws vkernel-host vkernel --vkernel 2000 --physical --size 800x500
draws vkernel-host-all vkernel --vkernel 2000 --physical --size 800x500 \
	--show own,others,kernel
window vkernel vkernel P --vkernel 2000
window vkernel-hover vkernel 'g 4360 Enter move:323,260' --vkernel 2000
window vkernel-hover-inside vkernel 'g 4360 Enter move:323,260' \
	--vkernel 2000 --inside vkernel-guest
window vkernel-select vkernel 'g 10000000 Enter Enter move:180,250' \
	--vkernel 2000 2020
window vkernel-colours vkernel 'c v V 8' --vkernel 2000
window vkernel-open vkernel 'P Down Enter R' --vkernel 2000
window vkernel-host-hover vkernel 'g 4904 Enter move:322,260' --physical \
	--vkernel 2000
window vkernel-host-list vkernel 'P Down Down Enter V' --physical \
	--vkernel 2000
window vkernel-step vkernel 'tick 9' --vkernel 2000

# Machines that hide, lie, or call their processes names.
draws hidden hidden --by sharers 40
draws nopfn nopfn --by sharers 40
draws nopfn-state nopfn 40
draws nopfn-ram nopfn --physical
draws liars liars 2
draws liars-beyond liars 4
draws liars-half liars 5
draws liars-overlap liars 8
draws ram-liars ram-liars --physical
draws hostile hostile 60
draws hostile-bytes hostile 61
draws sparse sparse16t --by state 500
draws averaged averaged --by sharers
draws twice twice --by sharers
draws nothing nothing
draws old old-3.16

# Wrong usage, and what is not there.
bad()
{
	local name=$1

	shift
	golden "pageviz-bad-$name" pageviz "$@"
}
bad ending -o x.jpg 10
bad by -S shares --by sharer -o x.png 10
bad by-many --by state,flags -o x.png 10
bad by-host -S shares --by host -o x.png 10
bad by-vkernel -S vkernel --vkernel 2000 --by vkernel -o x.png
bad by-vkernel-process -S vkernel --vkernel 2000 --physical --by vkernel \
	-o x.png 900
bad by-age-vkernel -S vkernel --vkernel 2000 --by age -o x.png
bad no-vkernel -S vkernel --vkernel 900 -o x.png
bad no-guest -S vkernel --vkernel 2000 -o x.png 900
bad layout --layout row -o x.png
bad theme --theme darc -o x.png
bad size --size 10x10 -o x.png
bad zoom --zoom 0 -o x.png
bad row --row 100 -o x.png
bad row-layout --row 64 --layout hilbert -o x.png
bad interval --interval 0 -o x.png
bad interval-once --interval 1 -o x.png
bad history --history 1K
bad moments --moments 3
bad title --title x
bad window --window
bad header -H
bad maps -o x.png 1 2 3 4 5
bad both -o - --json 10
bad method --method clear
bad method-source -S shares --method idle 10
bad yes --yes
bad group --group web
bad engine --engine kernel
bad show -S shares --by state --show anonymus -o x.png 10
bad at -S shares --at 0x1 -o x.png 10
bad pid -S shares -o x.png 77
bad name -S shares -o x.png nobody-is-called-so
bad keys -S shares --keys click:x -o x.png 10
bad folder -S shares -o no/such/folder/x.png 10
golden pageviz-bad-display env -u DISPLAY -u WAYLAND_DISPLAY \
	pageviz -S shares 10

# For programs.
for name in shares hidden; do
	for by in state sharers owner; do
		golden "pageviz-csv-$name-$by" pageviz -S $name --csv --by $by \
			"$([[ $name == shares ]] && echo 10 || echo 40)"
	done
done
json()
{
	pageviz --json "$@" | jq -S .
}
golden pageviz-json json -S shares --by sharers 10 11
golden pageviz-json-ram json -S ram --physical
golden pageviz-no-header pageviz -S shares --csv -H 14

# ends STATUS OPTION...: complains unless it ends so.
ends()
{
	local wanted=$1 status

	shift
	(cd "$scratch" && pageviz --csv "$@" >/dev/null 2>&1)
	status=$?
	[[ $status == "$wanted" ]] || echo "status $status, not $wanted: $*"
}
case_is "what is drawn is exact" "$(ends 0 -S shares --strict --by state 10
	ends 0 -S shares --strict --by sharers 10)"
case_is "what is drawn is not exact" "$(
	ends 3 -S hidden --strict --by sharers 40
	ends 3 -S nopfn --strict --by sharers 40
	ends 0 -S nopfn --strict --by state 40
	ends 3 -S ram --strict --physical --by state
	ends 1 -S nopfn --strict --physical)"

# Images: pixels as they are, however they were packed.
pixels()
{
	rm -f .scene.png
	pageviz --plain-font -o .scene.png "$@" &&
		convert .scene.png -depth 8 rgba:- | sha256sum | cut -c1-32
}
# image NAME MACHINE OPTION...
image()
{
	local name=$1 machine=$2

	shift 2
	if command -v convert >/dev/null; then
		golden "pageviz-png-$name" pixels -S "$machine" \
			--size 640x400 "$@"
	else
		case_skip "$name.png" "convert (imagemagick) is not installed"
	fi
}
image state shares 10
image sharers shares --by sharers --window 10 11
image ram ram --physical --by flags --layout hilbert
image blocks server --layout blocks --theme light --window 910
image dark sparse16t --theme dark --window --text-size 20 500
golden pageviz-svg bash -c 'pageviz --plain-font -S shares --size 320x200 \
	-o x.svg 10 && cat x.svg'
case_is "-o - is what -o FILE.png writes" "$(cd "$scratch" &&
	pageviz -S shares -o one.png 10 && pageviz -S shares -o - 10 >two.png &&
	cmp one.png two.png)"
case_is "a run that fails leaves a file as it was" "$(cd "$scratch" &&
	echo mine >kept.png && pageviz -S shares -o kept.png 77 2>/dev/null
	cd "$scratch" && cat kept.png kept.png.* 2>/dev/null | grep -vx mine)"
took='pageviz: first picture after [0-9.]+ ms; 1 frame, median [0-9.]+ ms, '
took+='worst [0-9.]+ ms; memory at most [0-9.]+M; drawn by software'
said=$(cd "$scratch" && pageviz -S shares --stats -o x.png 10 2>&1)
case_is "--stats says what it took" "$([[ $said =~ ^$took$ ]] || echo "$said")"
finish
