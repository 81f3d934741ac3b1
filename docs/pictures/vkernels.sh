#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Draws the picture of two vkernels for README.md, after KSM has merged what it
# can of them, into this folder, or into DIR:
#
#     docs/pictures/vkernels.sh LINUX [DIR]
#
# LINUX and BUILD are as for vkernel.sh, and LINUX is not on a tmpfs; the kernel
# of the host is 6.4 or later.  KSM is switched on for this, and put back as it
# was.  Run as root.

set -e
# Mappings are shown by path: /srv is the folder of LINUX, here alone.
[[ -n $PICTURES ]] || PICTURES=1 exec unshare --mount "$0" "$@"
ksm=/sys/kernel/mm/ksm
declare -A before
# shellcheck source=docs/pictures/guests.sh
. "$(dirname "$0")/guests.sh"

put_back()
{
	local name

	for name in "${!before[@]}"; do
		echo "${before[$name]}" >"$ksm/$name"
	done
	clean_up
}
trap put_back EXIT

ksm_set()
{
	before[$1]=${before[$1]:-$(<"$ksm/$1")}
	echo "$2" >"$ksm/$1"
}

# A page is merged when rounds have seen it unchanged.
merge()
{
	local until=$(($(<"$ksm/full_scans") + 40))

	ksm_set pages_to_scan 5000
	ksm_set sleep_millisecs 10
	[[ ! -e $ksm/smart_scan ]] || ksm_set smart_scan 0
	ksm_set run 1
	until (($(<"$ksm/full_scans") >= until)); do
		sleep 0.1
	done
	ksm_set run 0
}

# merged PID: addresses and frames of what is merged of it.
merged()
{
	"$build/memstats" --pages "$1" | awk '/,ksm/ { print $1, $4 }' | sort
}

draw()
{
	local output=$1

	shift
	"$build/pageviz" --window --size 1400x820 --row 64 --by state \
		--theme dark -o "$output" --keys "$*" "$one" "$two"
}

${CC:-cc} -O1 -o "$scratch/merging" "$here/../../tests/vkernel/merging.c"
start_by+=("$scratch/merging")
make_guest
mount --bind "$(dirname "$linux")" /srv
for name in vkernel-1 vkernel-2; do
	ln -s "/srv/$(basename "$linux")" "$scratch/$name"
done
boot "$scratch/vkernel-1" one mem=24M pages=768
one=$main
boot "$scratch/vkernel-2" two mem=24M pages=768
two=$main
merge

# One of the kernel's own data that both have in one frame, lit in both; the
# pointer goes to where the drawing has its mark.
page=$(comm -12 <(merged "$one") <(merged "$two") |
	awk '/^0000602f/ { print $1 }' | tail -n 3 | head -n 1)
light="g 0x$page Enter Enter f"
draw "$scratch/lit.txt" "$light"
read -r x y < <(sed -n '/^frame .* #ffffff/{
	s/^frame \([0-9]*\),\([0-9]*\) .*/\1 \2/p;q}' "$scratch/lit.txt")
draw "$out/vkernels.png" "$light move:$((x + 8)),$((y + 8))"
"$build/memrank" --vkernel all
