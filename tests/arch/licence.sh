#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every source file says its licence by an SPDX line within its first two
# lines, the one that its folder has, and each licence's text is there.

. "$(dirname "$0")/common.sh"

licence_of()
{
	case $1 in
	lib/*) echo LGPL-2.1-or-later ;;
	kernel/*) echo GPL-2.0-only ;;
	*) echo GPL-2.0-or-later ;;
	esac
}

# Texts and pictures for people, data of tests, and what holds one word need
# none.
has_licence()
{
	case $1 in
	*.md|*.png|LICENSES/*|mk/help.txt|.gitignore|*/.gitignore) return 1 ;;
	tests/fuzz/corpus/*|tests/fixtures/*|tests/golden/*|tests/uml/*.config)
		[[ $1 == *.[ch] || $1 == *.sh || $1 == *.awk ]] ;;
	esac
}

wrong()
{
	local file want

	files . | while read -r file; do
		has_licence "$file" || continue
		want=$(licence_of "$file")
		head -n 2 "$file" | grep -qE "SPDX-License-Identifier: $want( |\$)" ||
			echo "$file: wants SPDX-License-Identifier: $want"
	done
}

without_text()
{
	local name

	for name in GPL-2.0-or-later LGPL-2.1-or-later GPL-2.0-only \
			Linux-syscall-note; do
		[[ -s LICENSES/$name.txt ]] || echo "LICENSES/$name.txt is missing"
	done
}

case_is "every file names its folder's licence" "$(wrong)"
case_is "the licences' texts are there" "$(without_text)"
finish
