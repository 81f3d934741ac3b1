#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The runner counts what programs print, and fails when it should: a runner
# that passes too much would hide everything else.

. "$(dirname "$0")/../arch/common.sh"

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# gives NAME TEXT STATUS CLOSING-LINE RESULT: a program printing TEXT and
# ending by STATUS makes the runner close so.
gives()
{
	local output result

	printf '#!/bin/sh\nprintf %%b "%s"\nexit %d\n' "$2" "$3" >"$scratch/program"
	chmod +x "$scratch/program"
	output=$(TEST_TIMEOUT=1 tests/run "$scratch/program" 2>&1)
	result=$?
	case_is "$1" "$(
		[[ $(tail -n 1 <<<"$output") == "$4" ]] || echo "$output"
		[[ $result -eq $5 ]] || echo "status $result")"
}

gives "TAP that passes" '1..2\nok 1 - a\nok 2 - b\n' 0 "2 passed, 0 failed" 0
gives "TAP that fails" '1..2\nok 1 - a\nnot ok 2 - b\n' 1 "1 passed, 1 failed" 1
gives "a failed case though the status is 0" 'not ok 1\n1..1\n' 0 \
	"0 passed, 1 failed" 1
gives "a failing status though no case failed" 'ok 1\n1..1\n' 3 \
	"1 passed, 1 failed" 1
gives "fewer cases than planned" '1..3\nok 1\nok 2\n' 0 "2 passed, 1 failed" 1
gives "a skipped case" '1..2\nok 1\nok 2 - b # SKIP no swap\n' 0 \
	"1 passed, 0 failed, 1 skipped" 0
gives "cmocka's skipped case" '1..2\nok 1 - a\nno root\nnot ok 2 # SKIP b\n' 0 \
	"1 passed, 0 failed, 1 skipped" 0
gives "a script that says nothing" '' 0 "1 passed, 0 failed" 0
gives "a script that skips all" 'no swap\n' 77 \
	"0 passed, 0 failed, 1 skipped" 1
gives "Bail out!" '1..5\nok 1\nBail out! no fixture\n' 1 "1 passed, 1 failed" 1
printf '#!/bin/sh\nsleep 30\n' >"$scratch/sleeper"
printf '#!/bin/sh\nkill -SEGV $$\n' >"$scratch/crasher"
chmod +x "$scratch"/*er
for what in sleeper crasher nothing-of-the-kind; do
	output=$(TEST_TIMEOUT=1 tests/run "$scratch/$what" 2>&1)
	case_is "$what fails" "$(
		[[ $output == *"0 passed, 1 failed" ]] || echo "$output")"
done
case_is "a skip is listed with its reason" "$(
	printf '#!/bin/sh\necho ok 1; echo "ok 2 - b # SKIP no swap"\n' \
		>"$scratch/program"
	tests/run "$scratch/program" | grep -q 'program: b: no swap$' || echo no)"
case_is "no test at all fails" "$(
	BUILD=$scratch/none tests/run unit >/dev/null && echo "it passes")"

installer_time()
{
	local start=${EPOCHREALTIME/[.,]/}

	mk/install-deps.sh nothing-needs-this
	echo $(((${EPOCHREALTIME/[.,]/} - start) / 1000))
}

# With no commands in PATH all of bench is missing, and so is apt-get.
installer_words()
{
	local bash=$BASH output

	output=$(PATH=$scratch "$bash" mk/install-deps.sh bench 2>&1) ||
		echo "it fails"
	[[ $output == *"apt-get install procps smem smemstat atop "* ]] ||
		echo "it says: $output"
}

case_is "the installer names what it cannot install, and goes on" \
	"$(installer_words)"
case_is "the installer takes under 50 ms where nothing is missing" "$(
	ms=$(installer_time)
	[[ $ms -lt 50 ]] || { ms=$(installer_time); [[ $ms -lt 50 ]]; } ||
		echo "$ms ms")"
finish
