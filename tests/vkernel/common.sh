# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Shared by the tests that look at a vkernel from its host: makes a User-Mode
# Linux of known processes (guest_init, guest_known.c, guest_report.c), boots
# it, asks it for things, ends it.  What is started here ends with the script,
# however that ends.

. tests/kernel/common.sh

trap 'vk_end_all; rm -rf "$scratch"' EXIT
declare -A vk_launchers=()

# vk_guest NAME: builds all that vk_boot needs, or ends the script.
vk_guest()
{
	local program

	[[ $EUID -eq 0 ]] || skip_all "$1" "only root may look at its RAM"
	for program in setpriv unshare; do
		command -v $program >/dev/null ||
			skip_all "$1" "$program is not installed"
	done
	unshare --pid --fork true 2>/dev/null ||
		skip_all "$1" "no pid namespace may be made here"
	[[ -x $BUILD/tests/vkernel/oracle ]] ||
		skip_all "$1" "$BUILD/tests/vkernel is not built: make test-programs"
	uml_guest "$1" tests/uml/minimal.config
	guest_root "$(command -v busybox)" tests/vkernel/guest_init sh mount \
		insmod swapon sleep poweroff
	mkdir "$scratch/root/host"
	for program in guest_known guest_report; do
		gcc -std=gnu17 -O2 -static -o "$scratch/root/$program" \
			"tests/vkernel/$program.c" || finish
	done
	guest_pack
}

# vk_boot NAME [WORD]...: starts one, of $vk_memory (default 128M); it writes
# to $vk_dir, and $vk_pid is its main process.  Words are for its kernel.  With
# vk_random=1 the host lays out its addresses as it likes, which adds to the
# guest's RAM what lies between its heap and its image.
#
# Children whose main is killed are let go, and some then run the guest's
# program as one of the host, with root's rights.  So main is the first process
# of a pid namespace, which ends with it.
vk_boot()
{
	local name=$1 launcher
	local -a fixed=(setarch -R)

	shift
	[[ ${vk_random:-0} == 1 ]] && fixed=()
	vk_dir=$scratch/$name
	rm -rf "$vk_dir"
	mkdir "$vk_dir"
	truncate -s 64M "$vk_dir/swap"
	busybox mkswap "$vk_dir/swap" >/dev/null
	setpriv --pdeathsig KILL unshare --pid --fork --kill-child=KILL \
		"${fixed[@]}" "$uml_tree/linux" \
		mem="${vk_memory:-128M}" initrd="$scratch/initramfs" \
		ubda="$vk_dir/swap" SWAP=/dev/ubda HOSTDIR="$vk_dir" \
		con0=fd:0,fd:1 con=null rdinit=/init quiet "$@" \
		</dev/null >"$vk_dir/console" 2>&1 &
	launcher=$!
	until vk_pid=$(pgrep -P $launcher); do
		kill -0 $launcher 2>/dev/null || return
		sleep 0.01
	done
	vk_launchers[$vk_pid]=$launcher
}

# vk_ask WORD [ARGUMENT]: asks the guest and waits for its answer, which is
# printed; fails if it dies or takes a minute.
vk_ask()
{
	local number tries

	number=$(vk_send "$@")
	for ((tries = 0; tries < 3000; tries++)); do
		[[ -e $vk_dir/done.$number ]] && break
		kill -0 "$vk_pid" 2>/dev/null || break
		sleep 0.02
	done
	cat "$vk_dir/done.$number" 2>/dev/null || {
		echo "# the guest does not answer: $*"
		sed 's/^/# console: /' "$vk_dir/console"
		return 1
	}
}

# The same without waiting; prints the command's number.
vk_send()
{
	local number=1

	while [[ -e $vk_dir/command.$number ]]; do
		number=$((number + 1))
	done
	echo "$*" >"$vk_dir/half"
	mv "$vk_dir/half" "$vk_dir/command.$number"
	echo "$number"
}

# vk_end PID: ends one by its main process.
vk_end()
{
	kill -KILL "$1" 2>/dev/null
	wait "${vk_launchers[$1]}" 2>/dev/null
	unset "vk_launchers[$1]"
}

vk_end_all()
{
	local pid

	for pid in "${!vk_launchers[@]}"; do
		vk_end "$pid"
	done
}

# vk_oracle NAME [without-module]: every page of the guest that was booted last.
vk_oracle()
{
	"$BUILD/tests/vkernel/oracle" "$vk_pid" "$vk_dir" "${@:2}" \
		>"$scratch/said" 2>&1
	case_is "$1: the oracle came to its end" \
		"$([[ $? -lt 2 ]] || cat "$scratch/said")"
	sed -E "s/^((not )?ok - )/\1$1: /" "$scratch/said" >"$scratch/named"
	said_by="the oracle" report_cases "$scratch/named"
}
