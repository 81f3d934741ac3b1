#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The modules in a User-Mode Linux that looks for faults: of memory (KASAN,
# kmemleak), of locks (lockdep), of sleep where none may be. That it sees them
# is shown by a module with five.

. tests/kernel/common.sh

uml_guest "the modules under KASAN, lockdep and kmemleak" tests/uml/minimal.config \
	tests/uml/debug.config
planted=$scratch/planted
cp -R tests/kasan/planted "$planted"
uml_make -C "$uml_tree" M="$planted" modules >"$scratch/log" 2>&1
case_is "the module with the faults builds" \
	"$([[ -e $planted/planted.ko ]] || cat "$scratch/log")"
[[ -e $planted/planted.ko ]] || finish
cp "$planted/planted.ko" "$scratch"
# One at a time: after the first the kernel does not look at locks any more.
for bug in out_of_bounds use_after_free recursive_lock sleep_under_spinlock \
		leak; do
	uml_run 512M PLANTED=$bug
done
uml_run 512M STRESS="${STRESS:-20}"
finish
