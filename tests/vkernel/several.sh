#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two vkernels beside each other: that memrank names them, and what it says
# that each takes and both share, before and after KSM has merged what it can.
# KSM is switched on for that, and put back as it was.

# All that starts here may be merged, where the kernel knows how.
merging=${BUILD:-build}/tests/vkernel/merging
if [[ -z $MERGING ]] && "$merging" true 2>/dev/null; then
	MERGING=1 exec "$merging" bash "$0" "$@"
fi

. tests/vkernel/common.sh

ksm=/sys/kernel/mm/ksm
declare -A before
trap 'ksm_back; vk_end_all; rm -rf "$scratch"' EXIT

ksm_back()
{
	local name

	for name in "${!before[@]}"; do
		echo "${before[$name]}" >"$ksm/$name"
	done
}

ksm_set()
{
	before[$1]=${before[$1]:-$(<"$ksm/$1")}
	echo "$2" >"$ksm/$1"
}

# Merges until two whole rounds found nothing more.
ksm_merge()
{
	local seen='' now quiet=0 rounds tries

	ksm_set pages_to_scan 5000
	ksm_set sleep_millisecs 10
	[[ -e $ksm/smart_scan ]] && ksm_set smart_scan 0
	ksm_set run 1
	rounds=$(<"$ksm/full_scans")
	for ((tries = 0; tries < 600 && quiet < 4; tries++)); do
		sleep 0.1
		[[ $(<"$ksm/full_scans") -gt $rounds ]] || continue
		rounds=$(<"$ksm/full_scans")
		now="$(<"$ksm/pages_shared") $(<"$ksm/pages_sharing")"
		quiet=$([[ $now == "$seen" ]] && echo $((quiet + 1)) || echo 0)
		seen=$now
	done
	ksm_set run 0
}

take()
{
	memrank --vkernel all --json >"$scratch/all" 2>/dev/null
}

# all FILTER: jq's answer on what was taken last.
all()
{
	jq -c --argjson one "$one" --argjson two "$two" "$1" "$scratch/all"
}

# What its file has in RAM and swap, by the file system.
ram_bytes()
{
	local fd

	for fd in /proc/"$1"/fd/*; do
		[[ $(readlink "$fd") == /dev/shm/*' (deleted)' ]] || continue
		echo $(($(stat -L -c '%b * %B' "$fd")))
		return
	done
}

# The file has one page that is of the image, the stub's code.  Guests that are
# idle use a page more now and then: looked at three times.
resident_is_right()
{
	local tries said is

	for ((tries = 0; tries < 3; tries++)); do
		((tries)) && take
		said=$(all ".vkernels[] | select(.pid == $1) |
			.resident_bytes + .swapped_bytes + 4096")
		is=$(ram_bytes "$1")
		[[ $said == "$is" ]] && return
	done
	echo "$said bytes, the file has $is"
}

boot()
{
	vk_boot "$1" norandmaps
	case_is "vkernel $1 runs" "$(vk_ask dump | grep -vx dumped)"
}

look()
{
	local pid pair='.pairs[] | select(.pid == ([$one, $two] | min) and
		.other_pid == ([$one, $two] | max))'

	take
	for pid in "$one" "$two"; do
		case_is "$1: what is resident is what its file has" \
			"$(resident_is_right "$pid")"
	done
	case_is "$1: pages of the executable are shared, no RAM, nothing copied" \
		"$(all "$pair | select(.file_bytes < 1000000 or
			.shmem_bytes != 0 or .anon_bytes != 0)")"
	case_is "$1: there is the pair" \
		"$([[ $(all "$pair | .shared_bytes") -gt 0 ]] || echo none)"
	shared_ksm=$(all "$pair | .ksm_bytes")
}

# What the host has mapped in it of files, in KiB.
files_of()
{
	awk '/^RssFile:/ { print $2 }' /proc/"$1"/status
}

# Its kernel has data and zeros that it never touched, a MiB or so: reading them
# would have the host map them.
left_as_it_was()
{
	local before more

	before=$(files_of "$one")
	memrank --vkernel "$one" >/dev/null 2>&1
	more=$(($(files_of "$one") - before))
	[[ $more -lt 100 ]] || echo "$more KiB more"
}

merged_ram()
{
	awk '/^[0-9a-f]+-/ { ram = / rw.s .*\(deleted\)$/; name = $0 }
		/^KSM:/ && ram && $2 > 0 { print name ": " $0 }' \
		/proc/"$one"/smaps /proc/"$two"/smaps
}

PATH=$(realpath "$BUILD"):$PATH
vk_guest "several vkernels"
boot one
one=$vk_pid
boot two
two=$vk_pid

case_is "looking at it has nothing mapped in main" "$(left_as_it_was)"
case_is "memrank names both among the processes" "$(
	memrank --json 2>/dev/null | jq -c --argjson one "$one" \
		--argjson two "$two" '[.vkernels[].pid] |
		select(contains([$one, $two]) | not)')"
look "not merged"
if [[ -z $MERGING || ! -w $ksm/run ]]; then
	case_skip "merged by KSM" "this kernel has no PR_SET_MEMORY_MERGE"
	finish
fi
case_is "nothing is merged yet" "${shared_ksm/#0/}"
ksm_merge
look "merged"
case_is "merged frames of both are some, and no more than the kernel has" \
	"$([[ $shared_ksm -gt 0 && $shared_ksm -le \
		$(($(<"$ksm/pages_shared") * 4096)) ]] ||
		echo "$shared_ksm bytes of $(<"$ksm/pages_shared") pages")"
case_is "RAM is never merged" "$(merged_ram)"
echo "# two vkernels share $((shared_ksm / 4096)) merged frames of" \
	"$(<"$ksm/pages_shared"), in $(<"$ksm/pages_sharing") places more"
finish
