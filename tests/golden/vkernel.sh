#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What memrank says of a vkernel on a fixture machine, to the letter: its guest
# alone, and beside what the guest says of itself.

. tests/golden/common.sh

export LC_ALL=C.UTF-8
machine vkernel
machine vkernel-guest
machine small

# With all that stands below the rows.
rank()
{
	golden "vkernel-$1" memrank -S vkernel --vkernel 2000 "${@:2}"
}

# The rows alone: the balance is the same wherever it stands.
rows()
{
	golden "vkernel-$1" above memrank -S vkernel --vkernel 2000 "${@:2}"
}

above()
{
	"$@" | sed '/^$/,$d'
	return "${PIPESTATUS[0]}"
}

json()
{
	"$@" | jq -S 'del(.source.time, .cost)'
}

# Every column that a guest alone has.
columns=pid,guest_pid,rss,pss,uss,host_pss,host_uss,host_swap,tables
columns+=,guest_tables,host_tables,vmas,child_pages,child_other,root,link
columns+=,differ,outside,quality,command

rank plain
rows columns -c "$columns" -k -t
rows csv --csv -c "$columns"
golden vkernel-json json memrank -S vkernel --vkernel 2000 --json
golden vkernel-json-row json memrank -S vkernel --vkernel 2000 --json -n 1 \
	-c "$columns" -s host_uss
rank sorted -s host_uss -r -n 3 -H -k
rows pid 2021
rows together -t 2021 2022
rows pid-missing 20
rows mappings -m
rows user -u
rows group --group server=pid:2020 --group nobody=pid:7 -t
rank sharing --sharing -n 3
rank owners --owners 0x1400
golden vkernel-by-child memrank -S vkernel --vkernel 2022 2010 -H
golden vkernel-source memrank -S vkernel -S vkernel:2000 2010 -H
golden vkernel-watch json memrank -S vkernel --vkernel 2000 --watch 0.1 \
	--count 2 --json -n 1 -c pid,pss,host_pss
rank screen --screen 100x14

# Beside what the guest says of itself.
inside()
{
	rows "inside-$1" --inside vkernel-guest "${@:2}"
}

inside plain
inside columns -c "$columns" -k -t
inside names --csv -c pid,guest_pid,ppid,uid,user,comm,session,cgroup,exe,swap
golden vkernel-inside-json json memrank -S vkernel --vkernel 2000 --json -n 1 \
	--inside vkernel-guest
inside mappings -m -n 3
inside user -u
inside unit --by unit -c host_pss,host_uss,name -H
inside filter -P worker
inside filter-map -M heap -n 2
inside group --group 'servers=comm:/server|worker/' --group none=comm:none -t
inside pids 2010 30
inside whole-system -w
golden vkernel-inside-ram-json json memrank -S vkernel --vkernel 2000 -w --json \
	--by comm --inside vkernel-guest
inside sharing --sharing -n 3
inside owners --owners 0x1400
inside if-killed --if-killed comm:/server\|worker/
inside free --free 100K
inside screen --screen 100x12
inside screen-kill --screen '100x12,F9'
inside screen-columns --screen '60x40,F2'
inside screen-process --screen '100x24,Enter'

# One that has gone on: other frames, no mapping where pages are, and someone
# who is not there yet.
sed -e 's/^pages 0 8 frame 0x1f01 accessed/pages 0 8 frame 0x1fa1 accessed/' \
	-e 's/^map 0x7fbfc00000 8 /map 0x7fbfd00000 8 /' \
	tests/fixtures/machines/vkernel-guest.txt >"$scratch/gone-on.txt"
cat >>"$scratch/gone-on.txt" <<'TEXT'
process 40 late
ppid 1
map 0x500000 8 rw-p anon
pages 0 8 frame 0x1fc0 modified
TEXT
"$BUILD/tests/fixtures/mkproc" "$scratch/gone-on.txt" "$scratch/gone-on"
golden vkernel-gone-on above memrank -S vkernel --vkernel 2000 --inside gone-on \
	-c pid,guest_pid,rss,link,differ,outside,command
golden vkernel-gone-on-json json memrank -S vkernel --vkernel 2000 --json \
	--inside gone-on -n 1

# A User-Mode Linux of 6.1 shows the flags of less frames than it has: what is
# beyond them is RAM, and resident.
"$BUILD/tests/fixtures/mkproc" tests/fixtures/machines/vkernel-guest.txt \
	"$scratch/short"
truncate -s $((0x1800 * 8)) "$scratch/short/kpageflags"
truncate -s $((0x1800 * 8)) "$scratch/short/kpagecount"
rows short-flags --inside short -c pid,rss,pss,uss,quality

# Whose tables lie: what they map is an estimate, of whom shares it a range.
machine vkernel-hostile
golden vkernel-hostile above memrank -S vkernel-hostile --vkernel 2000 \
	-c "$columns"

# One whose root is cleared, and that no mm_struct names.
sed -e 's/^vkernel .*/& nameless/' \
	-e '/^vkernel /a entry 1316 0 0\nentry 1316 510 0' \
	tests/fixtures/machines/vkernel.txt >"$scratch/rootless.txt"
cp tests/fixtures/machines/vkernel-guest.txt "$scratch"
"$BUILD/tests/fixtures/mkproc" "$scratch/rootless.txt" "$scratch/rootless"
golden vkernel-rootless above memrank -S rootless --vkernel 2000 -c "$columns"

# What a host cannot tell is asked for, or refused.
rank whole-system -w
rank if-killed --if-killed pid:2020
rank free --free 1M
rank kernel --engine kernel
rank no-inside --inside nowhere
golden vkernel-none memrank -S vkernel --vkernel 900
golden vkernel-nobody memrank -S vkernel --vkernel 4711
golden vkernel-elsewhere memrank -S small --vkernel 100
golden vkernel-bad-pid memrank --vkernel two
golden vkernel-inside-alone memrank -S vkernel --inside vkernel-guest
golden vkernel-memstats-all memstats -S vkernel --vkernel all 2000
golden vkernel-memstats-command memstats --vkernel 2000 -- true
golden vkernel-pageviz-method pageviz --vkernel 2000 --method idle 2000

finish
