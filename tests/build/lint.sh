#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# make lint finds nothing, and each linter would find something: one case for
# each, and one with a fault planted in a copy of nothing but that fault.

. "$(dirname "$0")/../arch/common.sh"

scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

cat >"$scratch/fault.c" <<'C'
#include <stdlib.h>
int fault(int count);
int fault(int count)
{
	int numbers[4], *more = malloc(sizeof(*more));

	if (count == 7)
		return numbers[4];
	*more = count;
	return *more;
}
C
printf '#!/bin/sh\nif [ $a = b ]; then cd $c; fi; echo ${d[0]}\n' \
	>"$scratch/fault.sh"

lint_case()
{
	local output

	if ! command -v "$1" >/dev/null; then
		case_skip "$1 finds nothing" "$1 is not installed"
		return
	fi
	output=$(${MAKE:-make} -s O="$BUILD" "lint-$1" 2>&1) && output=
	case_is "$1 finds nothing" "$output"
	cp .clang-tidy "$scratch"
	case_is "$1 would find a fault" \
		"$(mk/lint.sh "$1" -- "$2" >/dev/null 2>&1 && echo "it does not")"
}

lint_case cppcheck "$scratch/fault.c"
lint_case clang-tidy "$scratch/fault.c"
lint_case shellcheck "$scratch/fault.sh"
finish
