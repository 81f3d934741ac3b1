#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# memrank -i in a real terminal (tmux): drawn, resized, driven by keys, on
# processes that this test owns; and the terminal is as it was afterwards.

. tests/arch/common.sh

if ! command -v tmux >/dev/null; then
	echo "tmux is not installed"
	exit 77
fi
BUILD=$(realpath -m "$BUILD")
# From inside another terminal it must not be that one's server.
unset TMUX
export LC_ALL=C.UTF-8 TERM=xterm-256color
scratch=$(mktemp -d) || exit 1
socket=$scratch/socket
victims=()

tm()
{
	tmux -S "$socket" -f /dev/null "$@"
}

clean_up()
{
	tm kill-server 2>/dev/null
	[[ ${#victims[@]} -gt 0 ]] && kill -9 "${victims[@]}" 2>/dev/null
	rm -rf "$scratch"
}
trap clean_up EXIT

screen()
{
	tm capture-pane -p
}

# shows PATTERN: waits until a line of the screen matches.
shows()
{
	local deadline=$((SECONDS + 10))

	until screen | grep -qE -e "$1"; do
		if [[ $SECONDS -ge $deadline ]]; then
			echo "the screen never shows '$1':"
			screen
			return
		fi
		sleep 0.05
	done
}

# gone PATTERN: waits until no line matches any more.
gone()
{
	local deadline=$((SECONDS + 10))

	while screen | grep -qE -e "$1"; do
		if [[ $SECONDS -ge $deadline ]]; then
			echo "the screen still shows '$1':"
			screen
			return
		fi
		sleep 0.05
	done
}

keys()
{
	tm send-keys "$@"
}

# Three processes of this test, told by a name that no other has.
mark=tui$$
prompt='^bash[^ ]*[$#] ?$'
for i in 1 2 3; do
	cp "$(command -v sleep)" "$scratch/$mark-$i" || exit 1
	"$scratch/$mark-$i" 600 </dev/null >/dev/null 2>&1 &
	victims+=($!)
done
disown -a

tm new-session -d -x 80 -y 24 "bash --norc --noprofile"
case_is "a shell is in the terminal" "$(shows "$prompt")"
keys "stty -a | md5sum | cut -c1-8 > $scratch/before; clear" Enter
keys "$BUILD/memrank -i --watch 1" Enter

case_is "it shows processes and keys at 80x24" \
	"$(shows '^ +PID USER .*COMMAND'; shows 'F1Help .*F10Quit'; shows 'RAM \[')"
case_is "it says what it costs" "$(shows 'itself [0-9.]+% CPU')"

keys F4
case_is "F4 asks for a filter" "$(shows '^Filter:')"
keys -l "$mark"
case_is "typing filters at once" "$(shows "$mark-1"; shows "$mark-2"; gone 'bash --norc')"
keys Enter

keys Home Space
case_is "Space tags, and the set is summed up" \
	"$(shows '^1 tagged .*PSS'; shows 'If killed')"
keys Space
case_is "a second one is tagged" "$(shows '^2 tagged')"
if [[ $EUID -eq 0 ]]; then
	case_is "the set is counted frame by frame" \
		"$(shows '^2 tagged +RSS [0-9.]+[KM]'; shows 'If killed +freed ~?[0-9]')"
fi
keys U
case_is "U takes tags away" "$(gone 'tagged')"

tm resize-window -x 20 -y 6
case_is "at 20x6 it shows rows and keys" "$(shows 'PID'; shows 'F1Help')"
case_is "at 20x6 no line is longer" \
	"$(screen | while read -r line; do
		[[ ${#line} -le 20 ]] || echo "${#line}: $line"
	done)"
tm resize-window -x 200 -y 60
case_is "at 200x60 it has room again" "$(shows 'COMMAND *$'; shows "$mark-1 600")"
tm resize-window -x 80 -y 24

keys t
case_is "t shows the tree" "$(shows ' (├─|└─) ')"
keys t
keys F1
case_is "F1 helps" "$(shows 'memrank: keys')"
keys q
case_is "any key leaves the help" "$(gone 'memrank: keys')"

keys F3
keys -l "$mark-1"
keys Enter
case_is "search selects" "$(shows "^▸.*$mark-1")"
keys F9
case_is "F9 asks, and names the process" \
	"$(shows 'Send SIGTERM to 1 process'; shows "${victims[0]} .*$mark-1")"
keys Escape
case_is "Esc sends nothing" "$(shows 'nothing was sent')"
case_is "it lives" "$(kill -0 "${victims[0]}" 2>&1)"
keys F9
shows 'Send SIGTERM' >/dev/null
keys Enter
case_is "Enter sends" "$(shows 'SIGTERM sent to 1 process')"
case_is "it is gone from the list" "$(gone "$mark-1")"
case_is "it is gone" "$(kill -0 "${victims[0]}" 2>/dev/null && echo "it lives")"
case_is "the other one lives" "$(kill -0 "${victims[1]}" 2>&1)"

# One process in depth, read in the background, and watched to its end.
keys F3
keys -l "$mark-3"
keys Enter
shows "^▸.*$mark-3" >/dev/null
keys Enter
case_is "Enter opens a process" \
	"$(shows "^ ${victims[2]} .*$mark-3"; shows '^ADDRESS'; shows '\[heap\]')"
keys 3
case_is "3 shows its pages" "$(shows 'State, a cell is 4.0K')"
keys 2
case_is "2 shows its sharers" "$(shows 'in frames: |run as root')"
keys 4
case_is "4 shows its graph" "$(shows '^PSS .*least .*most')"
kill -9 "${victims[2]}"
case_is "its end is said, and the picture stays" \
	"$(shows 'ended: the last'; shows '^PSS .*least .*most')"
keys q
case_is "q goes back to the list" "$(shows 'F10Quit')"

keys F8
case_is "F8 marks" "$(shows 'CHANGE')"
keys F7
case_is "F7 offers groups" "$(shows 'A row is')"
keys -l user
keys Enter
case_is "rows are users" "$(shows 'by user')"

keys C-z
case_is "C-z gives the terminal to the shell" "$(shows 'Stopped')"
keys fg Enter
case_is "fg brings it back" "$(shows 'by user'; shows 'F10Quit')"
keys q
case_is "q quits" "$(gone 'F10Quit'; shows "$prompt")"
keys "stty -a | md5sum | cut -c1-8 > $scratch/after; echo cursor-\$?" Enter
shows '^cursor-0' >/dev/null
case_is "the terminal is as it was" "$(diff "$scratch/before" "$scratch/after")"

# Signals that end it give the terminal back too.
for signal in TERM INT HUP; do
	keys "clear; $BUILD/memrank -i; echo ended-\$?" Enter
	shows 'F10Quit' >/dev/null
	pid=$(pgrep -f "^$BUILD/memrank -i\$" | head -n 1)
	kill -"$signal" "$pid"
	case_is "SIG$signal ends it and restores the terminal" \
		"$(shows '^ended-0'; gone 'F10Quit')"
	keys "stty -a | md5sum | cut -c1-8 > $scratch/after; clear; echo again-\$?" Enter
	shows '^again-0' >/dev/null
	case_is "after SIG$signal the terminal is as it was" \
		"$(diff "$scratch/before" "$scratch/after")"
done

keys "clear; TERM=dumb $BUILD/memrank -i; echo ended-\$?" Enter
case_is "a dumb terminal is told so" \
	"$(shows 'memrank: -i: this terminal'; shows '^ended-1')"
keys "clear; NO_COLOR=1 $BUILD/memrank -i" Enter
case_is "NO_COLOR is heeded" "$(shows 'F10Quit'
	tm capture-pane -pe | grep -E $'\e\\[[0-9;]*(3[0-7]|38;5)[0-9;]*m' | head -n 3)"
keys q
shows "$prompt" >/dev/null
finish
