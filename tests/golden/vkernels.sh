#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Vkernels on fixture machines, as memrank names them among processes and sets
# them beside each other.

. tests/golden/common.sh

machine small
machine vkernel
machine vkernels
machine vkernel-pair

# JSON with its keys sorted, without what differs from run to run.
json()
{
	"$@" | jq -S 'del(.source.time, .cost)'
}

golden memrank-seen memrank -S vkernel
golden memrank-seen-not memrank -S small -H
golden memrank-seen-two memrank -S vkernel-pair -n 1
golden memrank-seen-json json memrank -S vkernel-pair --json -n 1
golden memrank-seen-users memrank -S vkernel -u
golden memrank-seen-pid memrank -S vkernel 2000
golden memrank-seen-no-names memrank -S vkernel -c pid,pss

golden memrank-all memrank -S vkernel-pair --vkernel all -t
golden memrank-all-ram-merged memrank -S vkernels --vkernel all
golden memrank-all-one memrank -S vkernel --vkernel all -k
golden memrank-all-no-header memrank -S vkernel-pair --vkernel all -H -n 1
golden memrank-all-csv memrank -S vkernel-pair --vkernel all --csv -t
golden memrank-all-json json memrank -S vkernel-pair --vkernel all --json
golden memrank-all-strict memrank -S vkernel-pair --vkernel all --strict
golden memrank-all-none memrank -S small --vkernel all
golden memrank-all-columns memrank -S vkernel --vkernel all -c pid
golden memrank-all-filter memrank -S vkernel --vkernel all -P x
golden memrank-all-pid memrank -S vkernel --vkernel all 2000
golden memrank-all-users memrank -S vkernel --vkernel all -u
golden memrank-all-watch memrank -S vkernel --vkernel all --watch 1
golden memrank-all-kernel memrank -S vkernel --vkernel all --engine kernel
golden memrank-all-stats memstats -S vkernel --vkernel all

# The same frames, counted for groups of processes.
both()
{
	memrank -S "$scratch/vkernel-pair" --json "$@" 2>/dev/null
}
case_is 'what two share is what groups of their processes share' "$(diff \
	<(both --vkernel all | jq -c '.pairs[0] | [.shared_bytes, .anon_bytes,
		.file_bytes, .shmem_bytes, .ksm_bytes]') \
	<(both --sharing --group a=tree:2000 --group b=tree:3000 |
		jq -c '.sharing[0] | [.shared_bytes, .anon_bytes, .file_bytes,
		.shmem_bytes, .ksm_bytes]'))"
case_is 'what each takes of the host is what its processes take' "$(diff \
	<(both --vkernel all | jq -c '.vkernels[], .totals |
		[.host_rss_bytes, .host_pss_bytes, .host_uss_bytes]') \
	<(both --group a=tree:2000 --group b=tree:3000 |
		jq -c '(.rows | sort_by(.name)[]), .totals |
		[.rss_bytes, .pss_bytes, .uss_bytes]'))"
case_is 'guest RAM that is resident adds up' "$(
	both --vkernel all | jq -c '.vkernels[] | select(.swapped_bytes == 0 and
		.resident_bytes != .guest_pss_bytes + .guest_tables_bytes + .guest_stubs_bytes +
		.zero_page_bytes + .slack_bytes)')"
# One page is of the image, and PSS of main and children is cut to KiB.
case_is 'the host census finds RAM and what is beside it' "$(
	both --vkernel all | jq -c '.vkernels[] | (.host_pss_bytes -
		.resident_bytes - .main_own_bytes - .child_own_bytes - 4096) |
		select(. < 0 or . > 8192)')"
finish
