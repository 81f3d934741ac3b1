#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Puts the modules into the source tree of a kernel, as fs/pagemap, where they
# are chosen like everything else (KPAGEMAP and PROCFS_PAGEMAP in fs/Kconfig)
# and may be built in:
#
#	mk/into-tree.sh LINUX

tree=$1
here=$(dirname "$0")/../kernel

[[ -e $tree/fs/Kconfig && -e $tree/fs/Makefile ]] || {
	echo "into-tree: '$tree' is not the source tree of a kernel" >&2
	exit 2
}
mkdir -p "$tree/fs/pagemap" && cp -R "$here/." "$tree/fs/pagemap" || exit
# Within the menu: before the line that ends it.
grep -q fs/pagemap/Kconfig "$tree/fs/Kconfig" ||
	sed -i '$i source "fs/pagemap/Kconfig"' "$tree/fs/Kconfig" || exit
grep -q '^obj-y.*pagemap/' "$tree/fs/Makefile" ||
	echo 'obj-y += pagemap/' >>"$tree/fs/Makefile"
