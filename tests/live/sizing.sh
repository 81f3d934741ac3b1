#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# memstats --fit is asked how many copies of a small server a budget holds;
# meanwhile copies are packed into a cgroup of that size until one is killed and
# until pages are read again and again.  Within one copy.  The pen that they
# are packed into is shown to leave nothing behind, also when it is killed.
# make bench does it for more programs (tests/bench/sizing).

. "$(dirname "$0")/../arch/common.sh"

PROGRAMS=tests/bench/programs
# Copies are to be of their usual size, whatever asks for them.
PLAIN=${BUILD%/sanitize}
PACK=$PLAIN/tests/bench/pack
BUDGET=20M
PROGRAM=server-dynamic

skip()
{
	echo "# $1"
	exit 77
}

[[ $EUID -eq 0 ]] || skip 'memory cgroups are made as root'
grep -qE '[[:space:]]memory[[:space:]]|memory:' /proc/cgroups /proc/self/cgroup ||
	skip 'this kernel has no memory controller'
[[ -x $PACK ]] || skip "no $PACK"

scratch=$(mktemp -d /var/tmp/live-sizing-XXXXXX) || exit 1
trap 'rm -rf "$scratch"' EXIT
# Each has files of its own: those of the other would be cached already.
for folder in asked packed; do
	BUILD=$PLAIN "$PROGRAMS/prepare" "$scratch/$folder" "$PROGRAM" || exit 1
done
export BENCH_FOLDER=$scratch/packed

# pen_left PID: what there is of a packing and its copies.
pen_left()
{
	compgen -G "/sys/fs/cgroup/memory/libpagemap-pen-$1"
	compgen -G "/sys/fs/cgroup/libpagemap-pen-$1"
	pgrep -f "$BENCH_FOLDER"
}

killed_pen()
{
	local pid tries

	"$PACK" --budget 1G --most 100 -- "$PROGRAMS/$PROGRAM" >/dev/null &
	pid=$!
	for ((tries = 0; tries < 100; tries++)); do
		[[ $(pgrep -fc "$BENCH_FOLDER") -ge 2 ]] && break
		sleep 0.05
	done
	[[ $tries -lt 100 ]] || echo 'no copy was started'
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	for ((tries = 0; tries < 100; tries++)); do
		[[ -z $(pen_left "$pid") ]] && return
		sleep 0.02
	done
	pen_left "$pid"
}

# near SAID FOUND: nothing if they are one copy apart, or less.
near()
{
	[[ $1 =~ ^[0-9]+$ && $2 =~ ^[0-9]+$ && $(($1 - $2)) -ge -1 &&
		$(($1 - $2)) -le 1 ]] || echo "said ${1:--}, found ${2:--}"
}

case_is "a pen that is killed leaves nothing" "$(killed_pen)"

"$PROGRAMS/prepare" --cold "$BENCH_FOLDER"
"$PACK" --budget "$BUDGET" -- "$PROGRAMS/$PROGRAM" >"$scratch/found" 2>&1 &
said=$(BENCH_FOLDER=$scratch/asked "$BUILD/memstats" --json --fit "$BUDGET" \
	--copies 1,2,3 -- "$PROGRAMS/$PROGRAM" 2>"$scratch/errors")
case_is "memstats --fit answers" "$([[ -n $said ]] || cat "$scratch/errors")"
wait
IFS=, read -r _ _ killed stuck thrashing _ <"$scratch/found"
killed=${killed:-$stuck}
case_is "as many run as it said" "$(near \
	"$(jq .fit.until_killed.copies <<<"$said")" "$((killed - 1))")"
case_is "as many run well as it said" "$(near \
	"$(jq .fit.until_thrashing.copies <<<"$said")" \
	"$((${thrashing:-$killed} - 1))")"
finish
