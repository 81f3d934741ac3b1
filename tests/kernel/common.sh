# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Shared by the tests that boot a guest: its initramfs, and its console's text
# as TAP.  The guest's side is guest_init and guest_*.c.

. tests/arch/common.sh

BUILD=$(realpath -m "$BUILD")
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# Skips all that this script would test.
skip_all()
{
	case_skip "$1" "$2"
	finish
}

# guest_modules KDIR [NAME=VALUE]...: builds them into $scratch/modules.
guest_modules()
{
	local kdir=$1

	shift
	make -s modules O="$scratch" KDIR="$kdir" "$@" >"$scratch/log" 2>&1
	case_is "the modules build for $(basename "$kdir")" \
		"$([[ $? -eq 0 ]] || echo failed
		   grep -iE 'warning|error' "$scratch/log")"
	[[ -e $scratch/kpagemap.ko && -e $scratch/procfs_pagemap.ko ]]
}

# The tools, which need nothing but the kernel when they are linked so.
# guest_tools FOLDER [NAME=VALUE]...: puts them there; $static is where they,
# and the library, were built.
guest_tools()
{
	local to=$1

	shift
	static=$BUILD/static$([[ $# -eq 0 ]] || echo -other)
	${MAKE:-make} -s -j"$(nproc)" STATIC=1 O="$static" "$@" tools >"$scratch/log" 2>&1
	case_is "the tools build statically" \
		"$([[ $? -eq 0 ]] || cat "$scratch/log")"
	cp "$static"/{memrank,memstats,pageviz} "$to"
}

# guest_sessions FOLDER COMPILER: programs that use the library themselves.
guest_sessions()
{
	local program

	for program in guest_cgroup guest_pressure; do
		"$2" -O2 -static -pthread -Ilib/libpagemap/include \
			-o "$1/$program" "tests/kernel/$program.c" \
			"$static/libpagemap.a" || return
	done
	for program in guest_wss guest_harm; do
		"$2" -std=gnu17 -D_GNU_SOURCE -O2 -static -pthread \
			-Ilib/libpagemap/include -o "$1/$program" \
			"tests/kernel/$program.c" tests/live/common_{truth,found}.c \
			"$static/libpagemap.a" || return
	done
}

# guest_root BUSYBOX INIT APPLET...: a guest's first folder, $scratch/root: its
# first program, what busybox has of others, and the modules.
guest_root()
{
	local root=$scratch/root applet busybox=$1 init=$2

	shift 2
	mkdir -p "$root"/{bin,proc,sys,dev,tmp}
	cp "$busybox" "$root/bin/busybox"
	for applet; do
		ln -s busybox "$root/bin/$applet"
	done
	install -m 755 "$init" "$root/init"
	# None where the kernel has them built in.
	cp "$scratch"/*.ko "$root" 2>/dev/null
}

# Packs it: $scratch/initramfs.
guest_pack()
{
	(cd "$scratch/root" && find . | cpio --quiet -o -H newc) |
		gzip -1 >"$scratch/initramfs"
}

# guest_initramfs BUSYBOX COMPILER [NAME=VALUE]...: makes $scratch/initramfs;
# the rest is how the tools are built for it.
guest_initramfs()
{
	local root=$scratch/root program busybox=$1 compiler=$2

	shift 2
	guest_root "$busybox" tests/kernel/guest_init sh mount umount dmesg \
		insmod rmmod head sed grep poweroff awk sort sleep kill rm cat \
		tee mkswap swapon
	cp tests/kernel/guest_tools "$root"
	for program in guest_frames guest_pages guest_used guest_stress \
			guest_twins; do
		"$compiler" -O2 -static -o "$root/$program" \
			"tests/kernel/$program.c" || return
	done
	guest_tools "$root" "$@" || return
	guest_sessions "$root" "$compiler" || return
	guest_pack
}

# Cases of what something else printed as TAP, under names of our own.
report_cases()
{
	local line

	while read -r line; do
		case $line in
		ok*SKIP*) case_skip "$(name_of "${line%%#*}")" "${line##*SKIP }" ;;
		ok*) case_is "$(name_of "$line")" "" ;;
		"not ok"*) case_is "$(name_of "${line#not }")" "${said_by:-the guest} says so" ;;
		*) echo "$line" ;;
		esac
	done <"$1"
}

# Cases of a guest's console, between the marks of guest_init.
guest_report()
{
	tr -d '\r' <"$1" | sed '0,/=== BEGIN ===/d;/=== END ===/,$d' \
		>"$scratch/said"
	report_cases "$scratch/said"
	case_is "the guest came to its end, and said what it tested" \
		"$(grep -q '=== END ===' "$1" && grep -q '^ok' "$scratch/said" ||
			tail -n 30 "$1")"
}

# "ok 7 - a name" without what is not the name.
name_of()
{
	sed -E 's/^ok *[0-9]* *-? *//; s/ *$//' <<<"$1"
}

# qemu_run QEMU KERNEL CONSOLE STRESS OPTION...: boots it and reports.  Two CPUs,
# a gigabyte, a disk to swap to, and no acceleration, which is not everywhere.
qemu_run()
{
	local qemu=$1 kernel=$2 console=$3 stress=$4

	shift 4
	truncate -s 256M "$scratch/swap"
	timeout 300 "$qemu" "$@" -accel tcg -m 1024 -smp 2 -nographic \
		-no-reboot -kernel "$kernel" -initrd "$scratch/initramfs" \
		-drive file="$scratch/swap",format=raw,if=none,id=swap \
		-device nvme,drive=swap,serial=swap \
		-append "console=$console panic=-1 quiet SWAP=/dev/nvme0n1 \
STRESS=$stress HARM=$HARM PRESSURE=$PRESSURE" </dev/null >"$scratch/console" 2>&1
	guest_report "$scratch/console"
}

# ---- User-Mode Linux ------------------------------------------------------

# make for a kernel's tree, which is not to know what this make was told.
uml_make()
{
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u O make -s ARCH=um "$@"
}

# uml_guest NAME CONFIG...: builds the kernel, $uml_tree, and the modules, or
# ends the script, with the reason.
uml_guest()
{
	local name=$1 tool status

	shift
	[[ $(uname -m) == x86_64 ]] ||
		skip_all "$name" "this is no x86-64 machine"
	for tool in cpio busybox setarch; do
		command -v $tool >/dev/null ||
			skip_all "$name" "$tool is not installed"
	done
	uml_tree=$(mk/uml.sh "$@" 2>"$scratch/why")
	status=$?
	[[ $status -eq 77 ]] && skip_all "$name" "$(<"$scratch/why")"
	case_is "User-Mode Linux builds" \
		"$([[ $status -eq 0 ]] || cat "$scratch/why")"
	[[ $status -eq 0 ]] || finish
	guest_modules "$uml_tree" ARCH=um || finish
}

# uml_run MEMORY WORD...: boots it and reports; words are for the kernel, or, as
# NAME=VALUE, for guest_init.
uml_run()
{
	local memory=$1

	shift
	[[ -e $scratch/initramfs ]] ||
		guest_initramfs "$(command -v busybox)" gcc || finish
	truncate -s 64M "$scratch/swap"
	# -R: else the host's random heap is added to the guest's memory.
	timeout 300 setarch -R "$uml_tree/linux" mem="$memory" \
		initrd="$scratch/initramfs" ubda="$scratch/swap" SWAP=/dev/ubda \
		con0=fd:0,fd:1 con=null rdinit=/init quiet HARM="$HARM" "$@" \
		</dev/null \
		>"$scratch/console" 2>&1
	guest_report "$scratch/console"
}
