#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What pagemap-inside writes in a guest is the guest's /proc, as far as the
# tools on its host need it: tried on fixture machines, with every shell that
# is here and, as in a small guest, with nothing but what the script asks for.

. tests/golden/common.sh

script=$PWD/tools/common/pagemap-inside.sh
mkdir "$scratch/own" "$scratch/busybox"
for name in cat cp dd mkdir mv rm; do
	ln -s "$(command -v $name)" "$scratch/own/$name"
	[[ -z $(command -v busybox) ]] ||
		ln -s "$(command -v busybox)" "$scratch/busybox/$name"
done

# inside SHELL PROGRAMS FOLDER [PROC]: as a guest would.
inside()
{
	local shell=$1 programs=$2

	shift 2
	(cd "$scratch" && PATH=$scratch/$programs \
		$shell "$script" "$@" 2>&1)
}

# What of a copy's pages differs, and what the census makes of both.  By the
# tools, which pass over holes: a reservation's pagemap has 256 GiB of them.
differences()
{
	local copy=$1 of=$2 path pids=()

	for path in "$of"/[0-9]*/pagemap; do
		[[ -s ${path%/*}/maps ]] && pids+=("$(basename "${path%/*}")")
	done
	diff <(memstats -S "$of" --pages --csv "${pids[@]}" 2>&1) \
		<(memstats -S "$copy" --pages --csv "${pids[@]}" 2>&1)
	# Swapped pages of shmem are in no page table: smaps alone tells them.
	diff <(memrank -S "$of" --engine census -t \
			-c pid,user,pss,uss,rss,vss,command 2>&1) \
		<(memrank -S "$copy" --engine census -t \
			-c pid,user,pss,uss,rss,vss,command 2>&1)
}

# copy_case NAME SHELL PROGRAMS: of machine NAME.
copy_case()
{
	local copy="copy of $1, ${2##*/}"

	machine "$1"
	case_is "$copy: is written without a word" \
		"$(inside "$2" "$3" "$copy" "$1")"
	case_is "$copy: has the same pages" \
		"$(differences "$scratch/$copy" "$scratch/$1" 2>&1)"
}

shells=0
for shell in dash bash yash mksh; do
	program=$(command -v $shell) || continue
	shells=$((shells + 1)) tried=$program
	copy_case vkernel-guest "$program" own
done
case_is "there is a shell to try" "$( ((shells)) || echo none)"
if [[ -n $(command -v busybox) ]]; then
	copy_case vkernel-guest "$(command -v busybox) sh" busybox
else
	case_skip "busybox alone will do" "there is no busybox"
fi
sh=$(command -v sh)

# Names that want to be more, huge pages, swapped ones, shared ones.
for name in hostile states clonevm small; do
	copy_case $name "$sh" own
done

machine vkernel
case_is "a copy names the processes of its vkernel" \
	"$(diff <(cd "$scratch" && memrank -S vkernel --vkernel 2000 \
			--inside vkernel-guest 2>&1) \
		<(cd "$scratch" && memrank -S vkernel --vkernel 2000 \
			--inside "copy of vkernel-guest, ${tried##*/}" 2>&1))"

# What is reserved and nothing more is not read: 256 GiB would take a while.
cat >"$scratch/reserved.txt" <<'TEXT'
frames 65536
process 5 reserves
map 0x400000 8 rw-p anon
pages 0 8 frame next
map 0x100000000 0x4000000 ---p anon
map 0x5000000000 8 ---p anon
pages 1 2 frame next
map 0x7f0000000000 8 rw-p anon
pages 2 4 frame next
map 0xffffffffff600000 1 --xp anon [vsyscall]
process 6 empty
thread 7 kthreadd
TEXT
"$BUILD/tests/fixtures/mkproc" "$scratch/reserved.txt" "$scratch/reserved"
case_is "a machine that reserves is written" \
	"$(inside "$sh" own few reserved)"
case_is "it has the pages of all mappings" \
	"$(differences "$scratch/few" "$scratch/reserved" 2>&1)"
blocks=$(stat -c %b "$scratch/few/5/pagemap")
case_is "and reserved addresses are a hole" \
	"$( ((blocks * 512 <= 4 * 65536)) || echo "$blocks blocks")"
case_is "who has no mm is left out" \
	"$(find "$scratch/few" -maxdepth 1 -name '[67]')"

# Again: the last one stays for who is reading it.
inode=$(stat -c %i "$scratch/few")
case_is "the second time is as the first" \
	"$(inside "$sh" own few reserved)"
case_is "the first copy is beside it" \
	"$([[ $(stat -c %i "$scratch/few.old") == "$inode" ]] || echo gone)"
case_is "and the third" "$(inside "$sh" own few reserved
	find "$scratch" -maxdepth 1 -name 'few.new')"

# What it does not do, and says.
# refused WORDS ARGUMENT...
refused()
{
	local said words=$1

	shift
	said=$(inside "$sh" own "$@") && echo "it was done"
	[[ $said == *"$words"* && $said != *$'\n'* ]] || echo "said: $said"
}
mkdir "$scratch/mine" "$scratch/other.old"
touch "$scratch/mine/letter" "$scratch/other.old/letter"
case_is "a folder of somebody's is left alone" \
	"$(refused "mine is there and was not written by this" mine small)"
case_is "so is one that is in the way" \
	"$(refused "other.old is there" other small)"
case_is "and what is in them" \
	"$(ls "$scratch/mine/letter" "$scratch/other.old/letter" 2>&1 >/dev/null)"
case_is "what is no /proc is said" \
	"$(refused "mine does not look like /proc" new mine)"
case_is "a folder has to be named" "$(refused "FOLDER [PROC]")"
case_is "and once" "$(refused "FOLDER [PROC]" a b c)"
case_is "by a name" "$(refused "the folder has no name" "" small)"
finish
