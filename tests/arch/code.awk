# SPDX-License-Identifier: GPL-2.0-or-later
#
# C without comments; string and character constants become "" and ' '.  With
# -v strings=1 they are kept.  Lines stay where they are.

function flush_string(text) {
	if (strings)
		out = out text
}

{
	out = ""
	for (i = 1; i <= length($0); i++) {
		c = substr($0, i, 1)
		two = substr($0, i, 2)
		if (in_comment) {
			if (two == "*/") { in_comment = 0; i++ }
		} else if (quote != "") {
			if (c == "\\") { flush_string(two); i++ }
			else if (c == quote) { out = out c; quote = "" }
			else flush_string(c)
		} else if (two == "/*") {
			in_comment = 1; i++
		} else if (two == "//") {
			break
		} else {
			if (c == "\"" || c == "'") quote = c
			out = out c
		}
	}
	if (quote != "" && substr($0, length($0), 1) != "\\")
		quote = ""
	print out
}
