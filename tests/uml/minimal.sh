#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The modules in a virtual kernel: User-Mode Linux, built once by mk/uml.sh.

. tests/kernel/common.sh

name="the modules in User-Mode Linux"
[[ $(uname -m) == x86_64 ]] || skip_all "$name" "this is no x86-64 machine"
for tool in cpio busybox setarch; do
	command -v $tool >/dev/null || skip_all "$name" "$tool is not installed"
done
tree=$(mk/uml.sh tests/uml/minimal.config 2>"$scratch/why")
status=$?
[[ $status -eq 77 ]] && skip_all "$name" "$(<"$scratch/why")"
case_is "User-Mode Linux builds" "$([[ $status -eq 0 ]] || cat "$scratch/why")"
[[ $status -eq 0 ]] || finish

guest_modules "$tree" ARCH=um || finish
guest_initramfs "$(command -v busybox)" gcc || finish
truncate -s 64M "$scratch/swap"
# -R: without it the host's random heap is added to the guest's memory.
timeout 200 setarch -R "$tree/linux" mem=256M initrd="$scratch/initramfs" \
	ubda="$scratch/swap" SWAP=/dev/ubda STRESS=${STRESS:-5} \
	con0=fd:0,fd:1 con=null rdinit=/init quiet </dev/null \
	>"$scratch/console" 2>&1
guest_report "$scratch/console"
finish
