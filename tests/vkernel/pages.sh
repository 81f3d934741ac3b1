#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every page of a vkernel's processes, as the guest has it, as the host sees it
# from outside, and as it must be; with fixed addresses, and with those that
# chance gives in the guest and in the host.  RUNS boots of each.

. tests/vkernel/common.sh

RUNS=${RUNS:-1}

# look NAME [WORD]...
look()
{
	local name=$1 how=

	shift
	[[ " $* " == *" WITHOUT_MODULES=1 "* ]] && how=without-module
	vk_boot guest "$@"
	case_is "$name: the guest tells of itself" \
		"$(vk_ask dump | grep -vx dumped)"
	vk_oracle "$name" $how
	vk_end "$vk_pid"
}

vk_guest "a vkernel from outside"
for ((run = 1; run <= RUNS; run++)); do
	look "fixed addresses" norandmaps
	vk_random=1 look "random addresses"
done
look "without modules" WITHOUT_MODULES=1
finish
