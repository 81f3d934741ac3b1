#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Figures of fixture machines against the oracle, which counts by definition:
# the census is right to the byte where it says exact, and holds the truth
# between its bounds where it says bounded; the kernel engine is right to the
# kB where its definition is the same.

. tests/golden/common.sh

# Prints what is wrong with memrank's JSON, given the oracle's lines.  $slack
# is what the kernel's figures may lack: they are cut to whole kB.  What the
# census cuts below a byte it gives back to some, so that PSS adds up.
read -r -d '' COMPARE <<'JQ'
def figures: ["vss", "rss", "pss", "uss", "swap", "swap_pss"][];
def low($row; $key): $row[$key + "_low_bytes"] // $row[$key + "_bytes"];
def high($row; $key): $row[$key + "_high_bytes"] // $row[$key + "_bytes"];
def wrong($row; $truth; $key):
	$row[$key + "_bytes"] != null and
	(low($row; $key) > $truth[$key + "_bytes"] +
		(if $key == "pss" then 1 else 0 end) or
	 high($row; $key) + $slack < $truth[$key + "_bytes"]);
($truths | map(select(.pid != null and .pid == .mm))) as $wanted |
(.rows | map({(.pid | tostring): .}) | add) as $rows |
if ($wanted | length) != (.rows | length) then
	"\(.rows | length) rows for \($wanted | length) address spaces"
else empty end,
($wanted[] | . as $truth | $rows[.pid | tostring] as $row |
 if $row == null then "no row for \(.pid)"
 else figures as $key |
	if wrong($row; $truth; $key) then
		"\(.pid) \($key): \($row[$key + "_bytes"]) for " +
		"\($truth[$key + "_bytes"])"
	else empty end
 end)
JQ

# figures_case MACHINE ENGINE QUALITY [SLACK [ESTIMATED_PID]]
figures_case()
{
	local name=$1 engine=$2 quality=$3 slack=${4:-0}
	local estimated=${5:-0} problems

	machine "$name"
	"$BUILD/tests/fixtures/mkproc" --oracle \
		"tests/fixtures/machines/$name.txt" >"$scratch/truth"
	memrank -S "$scratch/$name" --engine "$engine" --json -t \
		>"$scratch/rows" 2>"$scratch/err"
	problems=$(jq -r --slurpfile truths "$scratch/truth" \
		--argjson slack "$slack" "$COMPARE" "$scratch/rows" 2>&1)
	case_is "$name, $engine: the figures are the oracle's" \
		"$(head -n 10 <<<"$problems")"
	problems=$(jq -r --arg quality "$quality" --argjson pid "$estimated" \
		'.rows[] | select(.quality !=
				(if .pid == $pid then "estimated"
				 else $quality end)) |
			"\(.pid) is \(.quality)"' "$scratch/rows" 2>&1)
	case_is "$name, $engine: every figure is $quality" \
		"$(head -n 10 <<<"$problems")"
}

# The census's PSS adds up to the distinct frames, to the byte.
sum_case()
{
	local name=$1 sum

	machine "$name"
	sum=$(memrank -S "$scratch/$name" --engine census --json |
		jq '[.rows[].pss_bytes] | add')
	case_is "$name: PSS adds up to the distinct frames" \
		"$("$BUILD/tests/fixtures/mkproc" --oracle \
			"tests/fixtures/machines/$name.txt" |
			jq -r --argjson sum "$sum" 'select(.pid == null) |
				select(.distinct_bytes != $sum) |
				"\($sum) for \(.distinct_bytes)"')"
}

for name in small averaged clonevm twice sparse16t old-4.19 old-4.9 old-3.16 \
		hostile unsaid large; do
	figures_case $name census exact
	sum_case $name
done
figures_case hidden census bounded
figures_case nopfn census bounded
# A page in migration is nowhere to be found; the rest is exact.
figures_case states census exact 0 14
# The same machine, its frames told by the kernel module alone.
figures_case module census exact 0 14
# Entries come from the other module's file where pages are shown.
figures_case used census exact
for name in small clonevm sparse16t old-4.19 old-4.9 old-3.16 hostile hidden \
		nopfn large; do
	figures_case $name kernel exact 1024
done
finish
