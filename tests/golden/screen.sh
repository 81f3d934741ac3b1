#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The screen of memrank -i after scripts of keys, on fixture machines, to the
# letter: at 20x6, 80x24 and 200x60, in UTF-8 and in plain ASCII.

. tests/golden/common.sh

export LC_ALL=C.UTF-8
machine server
machine hostile
machine hidden
machine nopfn
machine liars

# screen NAME SCRIPT OPTION...: on the server.
screen()
{
	local name=$1 script=$2

	shift 2
	golden "screen-$name" memrank -S server --screen "$script" "$@"
}

for size in 20x6 80x24 200x60; do
	screen "list-$size" $size
	screen "sorted-$size" "$size,F6 USS Up Up Enter j"
	screen "filter-$size" "$size,\\postgres Enter"
	screen "search-$size" "$size,/bash"
	screen "tree-$size" "$size,t"
	screen "group-$size" "$size,F7 unit Enter"
	screen "tagged-$size" "$size,/checkp Enter Space /shop Enter Space Space"
	screen "columns-$size" "$size,F2 Down Down Space"
	screen "help-$size" "$size,F1"
	screen "kill-$size" "$size,/checkp Enter Space Space F9 Right"
	LC_ALL=C screen "ascii-$size" "$size,t Down Space"
done

# Colours and what is selected, as letters.
screen styles 80x24+styles,'Space m F6'
screen styles-prompt 80x24+styles,'\nothing-has-this'
screen styles-tree 80x24+styles,'t \nginx Enter Down Space'

# What keys do.
screen tree-folded 80x24,'t /700 Enter - Up Up Up -'
screen tree-unfolded 80x24,'t * *'
screen tree-filter 80x24,'t \sort'
screen sort-invert 80x24,'I'
screen sort-click 80x24,'click:37,3'
screen sort-click-again 80x24,'click:37,3 click:37,3'
screen keys-click 80x24,'click:35,23'
screen row-click 80x24,'click:20,7 Space'
screen wheel 80x12,'wheel-down:5,5 wheel-down:5,5 wheel-down:5,5'
screen end 80x12,'End'
screen shift 80x24,'Right Right Right'
screen shift-text 80x24,'Right Right Right Right Right Right Right'
screen units 80x24,'K'
screen user 80x24,'u Down Down Enter'
screen within 80x24,'F7 unit Enter Enter'
screen within-back 80x24,'F7 unit Enter Enter Esc Down'
screen tag-group 80x24,'F7 unit Enter Space'
screen mapping 80x24,'F7 m Enter'
screen tag-mapping 80x24,'F7 m Enter Space'
screen mark 80x24,'m tick'
screen mark-group 80x24,'F7 user Enter m d'
screen change-unmarked 80x24,'d'
screen untag 80x24,'Space Space U'
screen resize 80x24,'End resize:100x10'
screen kill-sent 80x24,'F9 Enter'
screen kill-init 80x24,'/init Enter F9'
screen kill-not 80x24,'F9 Esc'
screen no-such-key 80x24,'C-o'
screen search-missing 80x24,'/emacs'
screen search-next 80x24,'/postgres Enter n n'
screen search-pid 80x24,'/1201'
screen filter-esc 80x24,'\nginx Enter Esc'
screen columns-done 80x24,'F2 PPID Space Esc'
screen columns-groups 80x24,'F7 user Enter F2'
screen quits 80x24,'q'

# Options say what it begins with.
screen options 80x16, -c pid,ppid,swap,rss,comm -s rss -r
screen options-filter 80x16, -P nginx
screen options-user 80x16, -U '^1000$'
screen options-by 80x16, --by cgroup --no-color
screen options-pids 80x16, 700 701
screen options-kernel 80x16, --by unit --engine kernel
screen options-map 80x16, -M libc

# Machines that hide, lie, or call their processes names.
golden screen-hostile memrank -S hostile --screen 80x16,Space
golden screen-hostile-ascii env LC_ALL=C memrank -S hostile --screen 80x16,t
golden screen-hidden memrank -S hidden --engine census --screen '100x16,Space Space'
golden screen-nopfn memrank -S nopfn --screen 80x16,Space
golden screen-liars memrank -S liars --screen '80x16,Space Space'
for size in 1x1 3x3 12x4 79x5 300x8; do
	screen "size-$size" "$size,Space F1 F1 F6"
done

# Wrong usage.
screen bad-size 80
screen bad-zero 0x24
screen bad-keys '80x24,click:4'
golden screen-json memrank -S server --screen 80x24 --json
golden screen-count memrank -S server -i --count 3
golden screen-no-terminal memrank -S server -i
finish
