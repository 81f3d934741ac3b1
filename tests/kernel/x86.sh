#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The modules in Debian's cloud kernel for x86-64, under QEMU.

. tests/kernel/common.sh

name="the modules in a kernel under QEMU"
[[ $(uname -m) == x86_64 ]] || skip_all "$name" "this is no x86-64 machine"
for tool in qemu-system-x86_64 cpio busybox gcc; do
	command -v $tool >/dev/null || skip_all "$name" "$tool is not installed"
done
kdir=$(find /usr/src -maxdepth 1 -name 'linux-headers-*-cloud-amd64' | sort -V |
	tail -n 1)
[[ -e $kdir/Makefile ]] ||
	skip_all "$name" "linux-headers-cloud-amd64 is not installed"
kernel=$(mk/guest-kernel.sh "${kdir#*/linux-headers-}" 2>"$scratch/why") ||
	skip_all "$name" "$(<"$scratch/why")"

guest_modules "$kdir" || finish
make -s modules_install O="$scratch" KDIR="$kdir" \
	INSTALL_MOD_PATH="$scratch/installed" >"$scratch/log" 2>&1
case_is "modules_install puts them where a kernel looks" \
	"$(find "$scratch/installed/lib/modules" -name '*.ko' -printf '%f\n' | sort |
		diff - <(printf '%s\n' kpagemap.ko procfs_pagemap.ko) ||
		cat "$scratch/log")"
guest_initramfs "$(command -v busybox)" gcc || finish
PRESSURE=1 qemu_run qemu-system-x86_64 "$kernel" ttyS0 "${STRESS:-60}" \
	-cpu qemu64,+la57

# Four levels of tables, and TLBs emptied by hand, as where the kernel keeps its
# own function for itself.
rm -r "$scratch"/{modules,initramfs,root} "$scratch"/*.ko
guest_modules "$kdir" PAGEMAP_FLUSH=hand || finish
guest_initramfs "$(command -v busybox)" gcc || finish
qemu_run qemu-system-x86_64 "$kernel" ttyS0 2 -cpu qemu64
finish
