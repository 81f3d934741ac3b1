#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completion as bash asks for it: values of options, lists, pids, names, the
# command behind --, and a process whose name is a trap for the shell.

. "$(dirname "$0")/../arch/common.sh"

scratch=$(mktemp -d) || exit 1
sleeper=
trap '[[ -n $sleeper ]] && kill "$sleeper"; rm -rf "$scratch"' EXIT

# offers "COMMAND LINE": what is offered for its last word, one a line.
offers()
{
	bash -c '
		. "$PWD/tools/$1/$1.bash-completion"
		cd "$2" || exit
		shift 2
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		"_$1"
		printf "%s\n" "${COMPREPLY[@]}"' bash "$1" "$scratch" "$@" 2>&1
}

# has WANTED [WORD...]: complains unless WANTED is offered.
has()
{
	local wanted=$1

	shift
	offers "$@" | grep -qxF -e "$wanted" || offers "$@" | head -n 5 |
		sed "s/^/wants $wanted, has: /"
}

only()
{
	local wanted=$1

	shift
	[[ $(offers "$@" | sort | xargs) == "$wanted" ]] ||
		offers "$@" | head -n 5 | sed "s/^/wants $wanted alone, has: /"
}

cp "$(command -v sleep)" "$scratch/"'$(echo>trap)'
trap_name=$scratch/'$(echo>trap)'
"$trap_name" 60 &
sleeper=$!

case_is "an option's beginning" "$(only --engine memrank --eng)"
case_is "an option's value" "$(only kernel memrank --engine k)"
case_is "an option's value after =" "$(only census memrank --engine = ce)"
case_is "the last of a list" "$(has pid,uss memrank -c pid,us)"
case_is "a pid" "$(has $$ memrank $$)"
case_is "a folder for a source" "$(mkdir "$scratch/board"
	only board memrank -S bo)"
case_is "a pid for memstats" "$(has $$ memstats "$(cut -c1-1 <<<$$)")"
case_is "a name for memstats" "$(has "$(cat /proc/$$/comm)" memstats \
	"$(head -c 3 /proc/$$/comm)")"
case_is "a method" "$(only clear_refs memstats -w 1 --method cl)"
case_is "another method" "$(only module,idle memstats --method module,i)"
case_is "a command behind --" "$(has sleep memstats -- slee)"
case_is "an argument of that command" "$(has board memstats -- ls boa)"
case_is "a colouring of a list" "$(only state,sharers pageviz --by state,sh)"
case_is "a layout for pageviz" "$(only hilbert pageviz --layout = h)"
case_is "a name for pageviz" "$(has "$(cat /proc/$$/comm)" pageviz \
	"$(head -c 3 /proc/$$/comm)")"
case_is "a name that is a trap" "$(offers memstats e | grep trap
	offers memstats '$' | grep trap
	offers pageviz e | grep trap
	[[ -e $scratch/trap ]] && echo "the shell ran it")"
finish
