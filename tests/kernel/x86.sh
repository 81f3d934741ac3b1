#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The modules in Debian's cloud kernel, under QEMU without acceleration: two
# CPUs, huge pages, a gigabyte.

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
guest_initramfs "$(command -v busybox)" gcc || finish
truncate -s 256M "$scratch/swap"
timeout 300 qemu-system-x86_64 -accel tcg -cpu qemu64,+la57 -m 1024 -smp 2 \
	-nographic -no-reboot -kernel "$kernel" -initrd "$scratch/initramfs" \
	-drive file="$scratch/swap",format=raw,if=none,id=swap \
	-device nvme,drive=swap,serial=swap \
	-append "console=ttyS0 panic=-1 quiet SWAP=/dev/nvme0n1 STRESS=60" \
	</dev/null >"$scratch/console" 2>&1
guest_report "$scratch/console"
finish
