#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The modules in Debian's cloud kernel for arm64, cross-built, under QEMU: on a
# CPU whose accessed bit is set by faults, and on one that sets it itself.

. tests/kernel/common.sh

name="the modules in an arm64 kernel under QEMU"
for tool in qemu-system-aarch64 aarch64-linux-gnu-gcc cpio apt-get; do
	command -v $tool >/dev/null || skip_all "$name" "$tool is not installed"
done
common=$(find /usr/src -maxdepth 1 -name 'linux-headers-*-common' | sort -V |
	tail -n 1)
[[ -n $common ]] || skip_all "$name" "no kernel headers are installed"
release=${common#*/linux-headers-} release=${release%-common}-cloud-arm64
guest=$(mk/guest-arm64.sh "$release" 2>"$scratch/why") ||
	skip_all "$name" "$(<"$scratch/why")"

cross=CROSS_COMPILE=aarch64-linux-gnu-
guest_modules "$guest/headers" ARCH=arm64 $cross || finish
guest_initramfs "$guest/busybox" aarch64-linux-gnu-gcc $cross WITH_JSON_C=0 \
	WITH_LIBPROC2=0 || finish
qemu_run qemu-system-aarch64 "$guest/vmlinuz" ttyAMA0 20 -M virt -cpu cortex-a57
qemu_run qemu-system-aarch64 "$guest/vmlinuz" ttyAMA0 15 -M virt -cpu max
finish
