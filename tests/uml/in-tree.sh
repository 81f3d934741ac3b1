#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The same sources as parts of a kernel: copied into the tree of the User-Mode
# Linux, chosen in its configuration, built in, and run without any module.

. tests/kernel/common.sh

uml_guest "the modules as parts of the kernel" tests/uml/minimal.config
tree=$scratch/linux
cp -a "$uml_tree" "$tree" || skip_all "a copy of the kernel's tree" "no room for it"
mk/into-tree.sh "$tree"
case_is "they go into the tree" "$([[ -e $tree/fs/pagemap/Kbuild ]] || echo no)"
mk/into-tree.sh "$tree"
case_is "once" "$(grep -h pagemap "$tree"/fs/{Kconfig,Makefile} | sort | uniq -d)"
printf '%s\n' CONFIG_KPAGEMAP=y CONFIG_PROCFS_PAGEMAP=y >>"$tree/.config"
uml_make -C "$tree" olddefconfig >"$scratch/log" 2>&1 &&
	uml_make -C "$tree" -j"$(nproc)" >>"$scratch/log" 2>&1
status=$?
case_is "the kernel builds with them" "$([[ $status -eq 0 ]] || tail "$scratch/log")"
case_is "without a warning of theirs" "$(grep -A3 fs/pagemap "$scratch/log")"
[[ $status -eq 0 ]] || finish
uml_tree=$tree
rm "$scratch"/*.ko
uml_run 256M STRESS=2
finish
