#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Prints a kernel image of Debian for a guest, whose headers are installed:
#
#	mk/guest-kernel.sh RELEASE
#
# It is taken out of the package linux-image-RELEASE, which is downloaded and
# not installed: a test must not change what this machine boots.  Kept in
# PAGEMAP_CACHE (see cache.sh).  Exits with 77 and a reason if there is none.

release=$1
# shellcheck source=mk/cache.sh
. "$(dirname "$0")/cache.sh"
image=$cache/vmlinuz-$release

if [[ ! -s $image ]]; then
	scratch=$(mktemp -d -p "$cache") || exit 1
	trap 'rm -rf "$scratch"' EXIT
	# apt's own user must be able to write there, or it complains.
	chmod 755 "$scratch"
	(cd "$scratch" && apt-get -q download "linux-image-$release" \
		>/dev/null 2>&1) ||
		none "linux-image-$release cannot be downloaded"
	dpkg-deb --fsys-tarfile "$scratch"/*.deb |
		tar -xO "./boot/vmlinuz-$release" >"$scratch/vmlinuz" ||
		none "linux-image-$release holds no kernel"
	mv "$scratch/vmlinuz" "$image"
fi
echo "$image"
