# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Vkernels for the pictures, sourced by vkernel.sh and vkernels.sh: makes the
# guest of fork_tree.c, boots it in a User-Mode Linux, waits until it rests.
# What both were told to use is here too.
# shellcheck disable=SC2034 # those who source it use these

here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
linux=$(realpath "$1")
out=$(realpath "${2:-$here}")
build=$(realpath "${BUILD:-$here/../../build}")
scratch=$(mktemp -d)
launchers=()
main=
told=
# Before a launcher: a command that starts it.
start_by=(setpriv --pdeathsig KILL)

clean_up()
{
	local launcher

	for launcher in "${launchers[@]}"; do
		kill -KILL "$launcher" 2>/dev/null || true
		wait "$launcher" 2>/dev/null || true
	done
	rm -rf "$scratch"
}
trap clean_up EXIT

make_guest()
{
	mkdir -p "$scratch/root/dev"
	${CC:-cc} -O1 -static -o "$scratch/root/init" "$here/fork_tree.c"
	mknod "$scratch/root/dev/console" c 5 1
	(cd "$scratch/root" && find . | cpio -o -H newc 2>/dev/null) \
		>"$scratch/initrd"
}

# boot LINUX NAME WORD...: words are for its kernel; $main is its main process,
# $told what its guest says of itself.  Main is the first of a pid namespace:
# with it end children that would go on without it.
boot()
{
	local linux=$1 name=$2 launcher i

	shift 2
	told=$scratch/told-$name
	mkdir "$told"
	"${start_by[@]}" unshare --pid --fork --kill-child=KILL \
		setarch -R "$linux" initrd="$scratch/initrd" \
		con0=fd:0,fd:1 con=null rdinit=/init quiet told="$told" "$@" \
		</dev/null >"$scratch/console-$name" 2>&1 &
	launcher=$!
	launchers+=("$launcher")
	for ((i = 0; i < 600; i++)); do
		grep -q '^told' "$scratch/console-$name" && break
		sleep 0.1
	done
	main=$(pgrep -P "$launcher") &&
		grep -q '^told' "$scratch/console-$name" && return
	cat "$scratch/console-$name"
	exit 1
}
