#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What guest processes use, found by their host: pages whose uses are known,
# the bounds that others who look on leave, and the guest's own accessed bits,
# which nothing is taken from.

. tests/vkernel/common.sh

# As in guest_uses.h.
PAGES=600 USED=100
ring=0x50000000 nothing=0x51000000 reading=0x52000000 new=0x53000000
new_pages=0x54000000

# memstats of the guest; standard error is kept in $scratch/err.
look()
{
	"$BUILD/memstats" --vkernel "$vk_pid" "$@" 2>"$scratch/err"
}

guest_pids()
{
	"$BUILD/memrank" --vkernel "$vk_pid" --json | jq -r '.rows[].pid'
}

# Who has pages at these addresses: $owners, whole or not.
find_owners()
{
	local -a pids

	mapfile -t pids < <(guest_pids)
	look --maps --csv "${pids[@]}" >"$scratch/maps"
	mapfile -t owners < <(for at; do
		awk -F, -v at="$at" '$2 == at { print $1 }' "$scratch/maps"
	done)
}

# figures ADDRESS: low, value, high and size in pages of what is used there.
figures()
{
	jq -r --arg start "$1" '
	def pages(of): (of // 0) / 4096;
	[.processes[].mappings[]? | select(.start == $start) | .working_set] |
	if length == 0 then "none" else .[0] |
	[pages(.referenced_low_bytes // .referenced_bytes),
	 pages(.referenced_bytes),
	 pages(.referenced_high_bytes // .referenced_bytes),
	 pages(.rss_bytes)] | join(" ") end' "$scratch/set"
}

# expect NAME ADDRESS PAGES: that many are within the bounds, always; and in one
# interval or another, when nobody else has noted uses, exactly they are found.
expect()
{
	local low value high size

	read -r low value high size <<<"$(figures "$2")"
	case_is "$1" "$([[ $size -eq $PAGES && $low -le $3 && $3 -le $high ]] ||
		echo "$low..$high of $size pages, and not $3")"
	found+=" $value"
	[[ $value -eq $3 ]] && exact[$2]=yes
}

# Others look at the guest meanwhile, which is not to be mistaken for a use.
measure()
{
	(sleep 0.2; guest_pids >/dev/null 2>&1) &
	look -w 0.5 --yes --json --maps "${owners[@]}" >"$scratch/set"
	wait $!
}

# Pages that came in the interval, each far from the others: of what is there
# these alone were used.  "USED ALL".
new_ones()
{
	jq -r --argjson at "$((new_pages))" '
	def number: .[2:] | ascii_downcase | explode |
		reduce .[] as $c (0; . * 16 + $c -
				     (if $c > 57 then 87 else 48 end));
	[.processes[].mappings[]? | select((.start | number) >= $at and
					   (.start | number) < $at + 134217728)
	 | .working_set] |
	([.[] | select(.referenced_bytes > 0)] | length),
	length' "$scratch/set" | xargs
}

used_by_name()
{
	expect "$1: a ring of pages" $ring $USED
	expect "$1: nothing" $nothing 0
	expect "$1: what the guest's kernel writes is not seen" $reading 0
	expect "$1: old pages of one that uses new ones" $new 0
	read -r used all < <(new_ones)
	case_is "$1: new pages are used pages" \
		"$([[ $used -gt 0 && $used -le 100 && $used -lt $all ]] ||
			echo "$used of $all")"
}

# Pages that are marked as accessed, of the processes that rest.
accessed()
{
	local pid start pages accessed i

	look --pages --csv "${owners[@]::3}" |
		while IFS=, read -r pid start pages _ _ _ _ accessed _; do
			[[ $accessed == true ]] || continue
			for ((i = 0; i < pages; i++)); do
				echo "$pid $((start + i * 4096))"
			done
		done | sort
}

uml_guest "working sets of a vkernel's processes" tests/uml/minimal.config
guest_root "$(command -v busybox)" tests/vkernel/guest_uses_init sh mount \
	sleep poweroff kill
mkdir "$scratch/root/host"
gcc -std=gnu17 -O2 -static -o "$scratch/root/guest_uses" \
	tests/vkernel/guest_uses.c || finish
guest_pack
vk_boot guest norandmaps
for ((tries = 0; tries < 100; tries++)); do
	find_owners $ring $nothing $reading $new $new_pages
	[[ ${#owners[*]} -eq 5 ]] && break
	sleep 0.1
done
# The last two are one.
owners=("${owners[@]::4}")
case_is "the guest's processes are found" "$([[ $tries -lt 100 ]] || {
	echo "these are: ${owners[*]}"; sed 's/^/console: /' "$vk_dir/console"; })"
[[ $tries -lt 100 ]] || finish

declare -A exact
found=
accessed >"$scratch/before"
for ((tries = 1; tries <= 5; tries++)); do
	measure
	used_by_name "interval $tries"
	[[ ${#exact[*]} -eq 4 ]] && break
done
case_is "in one of five intervals each is exact" \
	"$([[ ${#exact[*]} -eq 4 ]] || echo "found were$found")"
accessed >"$scratch/after"
case_is "the guest's own accessed bits stay" \
	"$(comm -23 "$scratch/before" "$scratch/after" | head -5)"
case_is "and there are some" "$([[ -s $scratch/before ]] || echo none)"

look -w 20 --yes "${owners[1]}" >"$scratch/said" &
asked=$!
sleep 1
touch "$vk_dir/end"
wait $asked
case_is "one that ends meanwhile ends it" "$(grep -q \
	"process ${owners[1]}: nothing could be measured: it has ended" \
	"$scratch/err" || cat "$scratch/err")"
look -w 1 --yes "${owners[1]}" >"$scratch/said"
case_is "and is not there afterwards" "$(grep -q \
	"vkernel $vk_pid has no guest process '${owners[1]}'; it has: " \
	"$scratch/err" || cat "$scratch/err")"
finish
