#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every page of a vkernel's processes, as the guest has it, as the host sees it
# from outside, and as it must be; with fixed addresses, and with those that
# chance gives in the guest and in the host.  RUNS boots of each.

. tests/vkernel/common.sh

RUNS=${RUNS:-1}

# look NAME [WORD]...: leaves the guest running.
look()
{
	local name=$1 how=''

	shift
	[[ " $* " == *" WITHOUT_MODULES=1 "* ]] && how=without-module
	vk_boot guest "$@"
	case_is "$name: the guest tells of itself" \
		"$(vk_ask dump | grep -vx dumped)"
	vk_oracle "$name" $how
	# Without them the guest's kpageflags end before its last frames.
	[[ -n $how ]] || tool "$name"
}

# sizes PID-COLUMN ARGUMENT...: what memrank says, by the pid inside.
sizes()
{
	"$BUILD/memrank" "${@:2}" --csv -H -c "$1,rss,pss,uss,swap,comm" \
		2>>"$scratch/said" | sort -n
}

# The tool, outside and on what was written inside: to the byte, but that bytes
# which do not divide go to one of those who share a page, here and there.
tool()
{
	: >"$scratch/said"
	sizes guest_pid --vkernel "$vk_pid" --inside "$vk_dir/proc" \
		>"$scratch/outside"
	sizes pid -S "$vk_dir/proc" --engine census >"$scratch/inside"
	case_is "$1: memrank says outside what it says inside" "$(
		cat "$scratch/said"
		paste -d, "$scratch/outside" "$scratch/inside" | awk -F, '
			{ off = $3 - $9 }
			$1 != $7 || $2 != $8 || off > 2 || off < -2 ||
			$4 != $10 || $5 != $11 || $6 != $12
			END { if (NR < 17) print NR " processes" }')"
}

# lie NAME: the oracle must see it.
lie()
{
	"$BUILD/tests/vkernel/oracle" "$vk_pid" "$vk_dir" >"$scratch/said" 2>&1
	case_is "the oracle sees a lie about $1" \
		"$(grep -q '^not ok' "$scratch/said" || cat "$scratch/said")"
}

# Put right again, it sees none.
lie_not()
{
	"$BUILD/tests/vkernel/oracle" "$vk_pid" "$vk_dir" >"$scratch/said" 2>&1
	case_is "the oracle sees no lie where there is none" \
		"$(grep '^not ok' "$scratch/said")"
}

# flip FILE OFFSET: the lowest bit of a byte.
flip()
{
	local byte

	byte=$(dd if="$1" bs=1 count=1 skip="$2" status=none | od -An -tu1)
	printf '%b' "\\x$(printf %x $((byte ^ 1)))" |
		dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# One fact of each kind is made wrong, and put right again.
lies()
{
	local pid start entry record=$scratch/record at

	read -r pid start < <(awk '$9 == "tree" { print $1, $2 }' "$vk_dir/known")

	cp "$vk_dir/known" "$record"
	sed -i '0,/ 3 tree/s// 2 tree/' "$vk_dir/known"
	lie "who shares a page"
	sed '0,/ modified 1 tree/s// clean 1 tree/' "$record" >"$vk_dir/known"
	lie "what was written"
	awk '$9 == "tree" && !done { $5++; done = 1 } { print }' "$record" \
		>"$vk_dir/known"
	lie "a magic number"
	cp "$record" "$vk_dir/known"

	# The first page's frame, in both files; its contents; its accesses.
	entry=$vk_dir/proc/$pid/pagemap at=$((start / 4096 * 8))
	record=$vk_dir/proc/pagemap/$pid/pagemap
	flip "$entry" $at
	flip "$record" $((at * 2))
	lie "a frame"
	flip "$entry" $at
	flip "$record" $((at * 2))
	flip "$vk_dir/contents/$pid" 16
	lie "contents"
	flip "$vk_dir/contents/$pid" 16
	flip "$record" $((at * 2 + 12))
	lie "an access"
	flip "$record" $((at * 2 + 12))
	lie_not
}

vk_guest "a vkernel from outside"
for ((run = 1; run <= RUNS; run++)); do
	look "fixed addresses" norandmaps
	[[ $run -gt 1 ]] || lies
	vk_end "$vk_pid"
	vk_random=1 look "random addresses"
	vk_end "$vk_pid"
done
look "without modules" WITHOUT_MODULES=1
finish
