#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Prints a folder with what an arm64 guest needs, out of Debian's packages for
# arm64: vmlinuz, headers (of the kernel, to build modules with) and busybox:
#
#	mk/guest-arm64.sh RELEASE
#
# RELEASE is a cloud kernel's, and linux-headers-RELEASE's common part must be
# installed.  The packages are downloaded by lists of their own and unpacked,
# not installed: this machine's architectures stay as they are.  Kept in
# PAGEMAP_CACHE (see cache.sh).  Exits with 77 and a reason if there is none.

release=$1
# shellcheck source=mk/cache.sh
. "$(dirname "$0")/cache.sh"
folder=$cache/arm64-$release

# Two at a time would unpack into each other.
exec 9>"$cache/lock"
flock 9

unpack()
{
	local options=(-q -oAPT::Architecture=arm64 -oAPT::Architectures=arm64
		-oDir::State::Lists="$half/lists"
		-oDir::State::status="$half/status")
	local deb link target

	mkdir -p "$half/lists/partial" "$half/root" || return
	: >"$half/status"
	# apt's own user must be able to write there, or it complains.
	chmod 755 "$half"
	cd "$half" || return
	apt-get "${options[@]}" update || return
	apt-get "${options[@]}" download "linux-image-$release" \
		"linux-headers-$release" busybox-static || return
	for deb in linux-image-*.deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -xO "./boot/vmlinuz-$release" >vmlinuz || return
	done
	for deb in linux-headers-*.deb busybox-*.deb; do
		dpkg-deb -x "$deb" root || return
	done
	mv "root/usr/src/linux-headers-$release" headers &&
		mv root/bin/busybox busybox || return
	# What runs while modules are built is this machine's.
	for link in scripts tools; do
		target=$(readlink "headers/$link") &&
			ln -sfn "/usr/${target#../../}" "headers/$link" ||
			return
	done
	rm -rf lists status root ./*.deb
}

if [[ ! -s $folder/vmlinuz ]]; then
	half=$folder.half
	rm -rf "$half"
	(unpack) >"$folder.log" 2>&1 ||
		none "the packages of an arm64 kernel cannot be had: $folder.log"
	mv "$half" "$folder"
fi
echo "$folder"
