# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Where the guests' kernels are kept, $cache, for the scripts that get them:
# PAGEMAP_CACHE, or pagemap in XDG_CACHE_HOME or ~/.cache.

cache=${PAGEMAP_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/pagemap}

# There is none, which a test may skip for.
none()
{
	echo "$*" >&2
	exit 77
}

mkdir -p "$cache" || none "$cache cannot be made"
