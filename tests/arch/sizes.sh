#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Short functions, short files, short lines: at most 80 lines in a function,
# 800 in a file, 100 columns in a line.

. "$(dirname "$0")/common.sh"

long_files()
{
	c_files lib tools tests | xargs awk '
		function check() {
			if (lines > 800)
				print name ": " lines " lines"
		}
		FNR == 1 { check(); name = FILENAME }
		{ lines = FNR }
		END { check() }'
}

# In the kernel's style a function's body is between { and } in column one.
long_functions()
{
	c_files lib tools tests | xargs awk '
		FNR == 1 { start = 0 }
		/^\{/ { start = FNR; name = previous }
		/^\}/ && start {
			if (FNR - start - 1 > 80)
				print FILENAME ":" start ": " FNR - start - 1 \
					" lines: " name
			start = 0
		}
		/^[a-z]/ { previous = $0 }'
}

long_lines()
{
	c_files lib tools tests | xargs awk '
		length($0) > 40 {
			columns = 0
			count = split($0, parts, "\t")
			for (i = 1; i <= count; i++) {
				columns += length(parts[i])
				if (i < count)
					columns += 8 - columns % 8
			}
			if (columns > 100)
				print FILENAME ":" FNR ": " columns " columns"
		}'
}

case_is "no file is longer than 800 lines" "$(long_files)"
case_is "no function is longer than 80 lines" "$(long_functions)"
case_is "no line is wider than 100 columns" "$(long_lines)"
finish
