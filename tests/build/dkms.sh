#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The modules as dkms builds them for an installed kernel's headers, in folders
# of the test's own.

. "$(dirname "$0")/../arch/common.sh"

version=$(sed -n 's/^VERSION *:= *//p' mk/config.mk)
case_is "dkms.conf has the version of the build" \
	"$(grep -qx "PACKAGE_VERSION=\"$version\"" kernel/dkms.conf || echo "not $version")"

name="dkms builds the modules"
kdir=$(find /usr/src -maxdepth 1 -name 'linux-headers-*-cloud-amd64' | sort -V |
	tail -n 1)
if ! command -v dkms >/dev/null; then
	case_skip "$name" "dkms is not installed"
	finish
elif [[ ! -e $kdir/Makefile || $(uname -m) != x86_64 ]]; then
	case_skip "$name" "linux-headers-cloud-amd64 is not installed"
	finish
fi
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/tree"
make -s install_dkms DESTDIR="$scratch" >"$scratch/log" 2>&1
env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u O dkms build "pagemap/$version" \
	-k "${kdir#*/linux-headers-}" --kernelsourcedir "$kdir" \
	--sourcetree "$scratch/usr/src" --dkmstree "$scratch/tree" \
	>>"$scratch/log" 2>&1
case_is "$name" "$([[ $? -eq 0 ]] || tail -n 20 "$scratch/log")"
case_is "both of them" "$(find "$scratch/tree" -name '*.ko*' -path '*/module/*' \
	-printf '%f\n' | sed 's/\.ko.*//' | sort |
	diff - <(printf '%s\n' kpagemap procfs_pagemap))"
finish
