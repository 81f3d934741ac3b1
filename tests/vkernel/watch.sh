#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A vkernel that is watched while things happen to it: processes come and go,
# main is stopped, a child is killed, main is killed.  And what only looks like
# one.

. tests/vkernel/common.sh

# watch WAY PID [CHILD]: its cases, as ours.
watch()
{
	timeout 100 "$BUILD/tests/vkernel/watch" "$@" >"$scratch/said" 2>&1
	watched "$1" $?
}

# watched WAY STATUS
watched()
{
	case_is "$1: watching came to its end" \
		"$([[ $2 -eq 0 ]] || tail -n 5 "$scratch/said")"
	sed -E "s/^((not )?ok - )/\1$1: /" "$scratch/said" >"$scratch/named"
	said_by="who watches" report_cases "$scratch/named"
}

# It looks at the guest at rest before it lets the churn begin.
watch_churn()
{
	local status tries

	mkfifo "$scratch/go"
	timeout 100 "$BUILD/tests/vkernel/watch" churn "$vk_pid" \
		<"$scratch/go" >"$scratch/said" 2>&1 &
	exec 3>"$scratch/go"
	for ((tries = 0; tries < 500; tries++)); do
		grep -q "at rest" "$scratch/said" && break
		sleep 0.02
	done
	case_is "churn: processes begin to come and go" \
		"$(vk_ask churn on | grep -vx 'churn on')"
	echo go >&3
	exec 3>&-
	wait $!
	status=$?
	case_is "churn: and end" "$(vk_ask churn off | grep -vx 'churn off')"
	watched churn $status
}

# The child with fewest mappings, which belongs to somebody who waits.
some_child()
{
	local pid

	for pid in $(pgrep -P "$vk_pid"); do
		grep -q "^TracerPid:.$vk_pid$" "/proc/$pid/status" || continue
		echo "$(wc -l <"/proc/$pid/maps") $pid"
	done | sort -n | head -n 1 | cut -d' ' -f2
}

refuse()
{
	local pid launcher

	rm -f "$scratch/imposter"
	mkfifo "$scratch/imposter"
	"$BUILD/tests/vkernel/imposter" "$1" >"$scratch/imposter" &
	launcher=$!
	read -r pid <"$scratch/imposter"
	watch refuse "$pid"
	kill -KILL "$launcher"
	wait $launcher 2>/dev/null
}

vk_guest "a vkernel that is watched"
vk_boot guest
case_is "the guest is at rest" "$(vk_ask dump | grep -vx dumped)"
watch_churn
watch stop "$vk_pid"
watch orphan "$vk_pid" "$(some_child)"
watch kill "$vk_pid"
for level in 1 2 3 4; do
	refuse $level
done
watch refuse $$
finish
