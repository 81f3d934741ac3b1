#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# pageviz in a real window: drawn, zoomed, pointed at, clicked, searched,
# resized; each time it shows what -o draws after the same events.  And however
# it ends, it leaves nothing behind.

. tests/viz/common.sh

machine server
machine ram
machine vkernel
open_screen
if [[ ! $DISPLAY =~ ^:[0-9]+$ ]]; then
	case_is "a screen opens" "$(cat "$scratch/Xvfb.log")"
	finish
fi

open_window -S "$scratch/server" 910
case_is "a window opens" "$([[ -n $window ]] || cat "$scratch/said")"
case_is "its title says what it shows" \
	"$(xd getwindowname "$window" | grep -qF 'postgres (910)' ||
		xd getwindowname "$window")"

xd key 2
do_as 2
case_is "a key colours by sharers" "$(shows "$script")"
xd key m
do_as m
case_is "a key lays pages out in blocks" "$(shows "$script")"
xd key M 1
do_as 'M 1'
case_is "keys take it back" "$(shows "$script")"
xd key plus
do_as +
case_is "a key zooms" "$(shows "$script")"
xd key plus
do_as +
case_is "and nearer" "$(shows "$script")"
point 400 300
do_as 'move:400,300'
case_is "pointing at a page says what it is" "$(shows "$script")"
xd click 4
do_as wheel-up:400,300
case_is "the wheel zooms at the pointer" "$(shows "$script")"
xd click 5
do_as wheel-down:400,300
case_is "and back" "$(shows "$script")"
xd mousedown 1
point 450 330
xd mouseup 1
do_as 'press:400,300 move:450,330 release:450,330'
case_is "dragging moves the map" "$(shows "$script")"
click 450 330
do_as 'click:450,330'
case_is "a click lights a page up" "$(shows "$script")"
xd key Escape f
do_as 'Esc f'
case_is "a key shows all of it again" "$(shows "$script")"

read -r x y <<<"$(place '.*Click: only this')"
click "$x" "$y"
do_as "move:$x,$y click:$x,$y"
case_is "a click on the legend shows a class alone" "$(shows "$script")"
click "$x" "$y"
do_as "click:$x,$y"
case_is "another shows all" "$(shows "$script")"

xd key slash
xd type post
do_as "/ 'post'"
case_is "a search finds processes" "$(shows "$script")"
xd key Return
do_as Enter
case_is "and keeps them" "$(shows "$script")"
xd key Escape Escape P
do_as 'Esc Esc P'
xd key question
do_as '?'
case_is "a key lists the keys" "$(shows "$script")"
xd key Escape
do_as Esc

xd mousemove 0 0
do_as 'move:-1,-1'
xd windowsize "$window" 300 200
do_as resize:300x200
case_is "it fits into 300x200" "$(shows "$script" 300x200)"
xd windowsize "$window" 1000 640
do_as resize:1000x640
case_is "and is as it was" "$(shows "$script")"

xd key q
ends "q ends it" 0
case_is "and it said nothing" "$(cat "$scratch/said")"

open_window -S "$scratch/vkernel" --vkernel 2000 2020
script=''
xd key v
do_as v
case_is "a vkernel's RAM has one, beside a process of its" \
	"$(shows "$script")"
rm -r "$scratch"/vkernel/20??
xd key r
case_is "that it ended is said, and its picture stays" \
	"$(eventually 20 titled '2020), ended, guest RAM, ended' ||
		xd getwindowname "$window")"
xd key q
ends "and the window is closed as ever" 0

open_window -S "$scratch/ram" --physical
script=''
xd key 3
do_as 3
case_is "RAM has a window too" "$(shows "$script")"
kill -TERM "$viewer"
ends "SIGTERM ends it as q does" 0

export SDL_RENDER_DRIVER=opengl
open_window -S "$scratch/ram" --physical
xd key 3
case_is "a GPU's driver shows the same" "$(shows "$script")"
kill -INT "$viewer"
ends "SIGINT ends it" 0
unset SDL_RENDER_DRIVER

font=''
open_window -S "$scratch/server" 910
xd key 2
case_is "so do the machine's fonts" "$(shows 2)"
xd key F10
ends "F10 ends it" 0
font=--plain-font

open_window -S "$scratch/server" 910
xd key 2
case_is "it draws again" "$(shows 2)"
kill -TERM "$screen"
wait "$screen" 2>/dev/null
screen=''
ends "a lost display ends it, as an error" error

"$pageviz" -S "$scratch/server" 910 >"$scratch/said" 2>&1
status=$?
case_is "without a display it says what to do" \
	"$([[ $status -gt 0 && $status -lt 128 ]] || echo "status $status"
	grep -q 'no window: .*-o FILE.png' "$scratch/said" ||
		cat "$scratch/said")"
finish
