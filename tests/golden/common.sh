# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Shared by the golden tests: machines made from their descriptions, and the
# whole of what a command says compared with what is kept in expected/.
# UPDATE=1 writes expected/ anew; git diff then shows what has changed.

. tests/arch/common.sh

# In memory: some file systems take a second for a hundred sparse files.
scratch=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
BUILD=$(realpath -m "$BUILD")
PATH=$BUILD:$PATH
export TZ=UTC COLUMNS=200
unset LS_COLORS

# machine NAME: makes the tree $scratch/NAME, once.
machine()
{
	[[ -d $scratch/$1 ]] ||
		"$BUILD/tests/fixtures/mkproc" \
			"tests/fixtures/machines/$1.txt" "$scratch/$1"
}

# What a command says: standard output, then what went to standard error, then
# how it ended.  Runs where the machines are, so that no path is in the text.
said()
{
	local status

	cd "$scratch" || exit 1
	"$@" >"$scratch/.out" 2>"$scratch/.err"
	status=$?
	cat "$scratch/.out"
	sed 's/^/stderr: /' "$scratch/.err"
	echo "status: $status"
	cd - >/dev/null || exit 1
}

# golden NAME COMMAND...: the case passes if it says what expected/NAME holds.
golden()
{
	local name=$1 kept=tests/golden/expected/$1.txt

	shift
	if [[ ${UPDATE:-0} == 1 ]]; then
		said "$@" >"$kept"
		return
	fi
	case_is "$name: $*" "$(diff -u "$kept" <(said "$@") 2>&1 | tail -n +3 |
		head -n 40)"
}
