#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds a User-Mode Linux out of Debian's package linux-source-6.1, once for
# each version and configuration, and prints the folder of the kernel's tree:
#
#	mk/uml.sh CONFIG...
#
# UML_RELEASE=6.12 takes linux-source-6.12 in its place.
#
# The folder is in PAGEMAP_CACHE (default: pagemap in XDG_CACHE_HOME, or in
# ~/.cache), outside of this tree, and takes 1.5 GB; building it takes 2 to 3
# minutes on 2 CPUs.  Exits with 77 and a reason if something is missing.

release=${UML_RELEASE:-6.1}
source=/usr/src/linux-source-$release.tar.xz
# shellcheck source=mk/cache.sh
. "$(dirname "$0")/cache.sh"

[[ -r $source ]] || none "linux-source-$release is not installed"
for tool in flex bison bc xz gcc make; do
	command -v $tool >/dev/null || none "$tool is not installed"
done
key=$(cat "$@" <(stat -Lc '%s' "$source") <(dpkg-query -W \
	-f='${Version}' "linux-source-$release" 2>/dev/null) | sha256sum | head -c 12)
tree=$cache/uml-$release-$key

# Two at a time would build into each other.
exec 9>"$cache/lock"
flock 9

# build CONFIG...
build()
{
	local half=$tree.half

	# What make was told outside is not for the kernel.
	unset MAKEFLAGS MFLAGS MAKELEVEL O CFLAGS LDFLAGS
	rm -rf "$half"
	mkdir -p "$half" || return
	tar -C "$half" --strip-components=1 -xf "$source" || return
	cd "$half" || return
	make -s ARCH=um tinyconfig || return
	cat "$@" >>.config
	make -s ARCH=um olddefconfig || return
	make -s ARCH=um -j"$(nproc)" || return
	cd / && mv "$half" "$tree"
}

mapfile -t configs < <(realpath "$@")
if [[ ! -x $tree/linux ]]; then
	echo "  UML     $tree (some minutes, once)" >&2
	build "${configs[@]}" >"$tree.log" 2>&1 || {
		echo "User-Mode Linux does not build: $tree.log" >&2
		exit 1
	}
fi
echo "$tree"
