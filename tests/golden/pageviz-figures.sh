#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What pageviz draws beside what the other tools say of the same machine, class
# by class and exactly: pages of processes by memstats --pages, bytes by its
# metrics, RAM by memrank -w, owners of frames by its groups and rows.

. tests/golden/common.sh

# Classes of a process's pages, as memstats's runs have them: an object of
# pages by class.  What is not known without flags is told by the mapping.
read -r -d '' PROCESS <<'JQ'
def is($flag): .flags != null and (.flags | index($flag)) != null;
def not_present: .state != "present";

def state($kind):
	if .state == "migrating" then "moving"
	elif .state == "special" then "device"
	elif not_present then .state
	elif is("ksm") then "ksm"
	elif .huge then "huge"
	elif is("anon") then "anon"
	elif .flags == null then "untold"
	elif $kind == "shmem" or is("swapbacked") then "shmem"
	else "file" end;

def sharers:
	if not_present then "not_counted"
	elif .sharers == null then "unknown"
	elif .sharers <= 2 then (.sharers | tostring)
	elif .sharers <= 4 then "3-4"
	elif .sharers <= 8 then "5-8"
	elif .sharers <= 16 then "9-16"
	elif .sharers <= 64 then "17-64"
	else "65-" end;

def flags:
	if .flags == null then
		(if not_present then "no_frame" else "unknown" end)
	elif .flags == [] then "none"
	elif is("nopage") then "nopage"
	elif is("hwpoison") then "hwpoison"
	elif is("offline") then "offline"
	elif is("buddy") then "buddy"
	elif is("slab") then "slab"
	elif is("pgtable") then "pgtable"
	elif is("reserved") then "reserved"
	elif is("huge") then "huge"
	elif is("zero_page") then "zero_page"
	elif is("writeback") then "writeback"
	elif is("locked") then "locked"
	elif is("dirty") and (is("swapbacked") | not) then "dirty"
	elif is("unevictable") or is("mlocked") then "unevictable"
	elif is("ksm") then "ksm"
	elif is("swapcache") then "swapcache"
	elif is("active") then "active"
	elif is("lru") then "inactive"
	elif is("compound_head") or is("compound_tail") then "compound"
	else "other" end;

def use:
	if .accessed == null then
		(if not_present then "not_counted" else "unknown" end)
	elif .accessed and .modified then "accessed_modified"
	elif .accessed then "accessed"
	elif .modified then "modified"
	else "neither" end;

def class($by; $kind):
	if $by == "state" then state($kind)
	elif $by == "sharers" then sharers
	elif $by == "flags" then flags
	else use end;

def hex: reduce (ltrimstr("0x") | explode[]) as $c (0; . * 16 +
	(if $c >= 97 then $c - 87 else $c - 48 end));

def expected($by; $page):
	[.mappings[] | .kind as $kind |
	 ((((.end | hex) - (.start | hex)) / $page -
	   ([.runs[].pages] | add // 0)) | {key: "absent", value: .}),
	 (.runs[] | {key: class($by; $kind), value: .pages})] |
	group_by(.key) | map({key: .[0].key, value: ([.[].value] | add)}) |
	map(select(.value > 0)) | from_entries;

# Classes that the flags alone tell apart, where there are none.
def untold:
	if has("untold") then
		.untold += (.anon // 0) + (.file // 0) + (.shmem // 0) |
		del(.anon, .file, .shmem)
	else . end;
def as_told($other):
	if $other | has("untold") then
		. + {untold: ((.anon // 0) + (.file // 0) + (.shmem // 0))} |
		del(.anon, .file, .shmem)
	else . end;
def drawn: [.classes[] | select(.pages > 0) | {key: .class, value: .pages}] |
	from_entries;

# Bytes of a class beside a metric of memstats, with its bounds.
def metric($map; $class; $name):
	($map.classes[] | select(.class == $class)) as $drawn |
	["", "_low", "_high"][] as $side |
	.[$name + $side + "_bytes"] as $told |
	$drawn["size" + $side + "_bytes"] as $shown |
	select($told != null or $side == "") | select($told != $shown) |
	"\($map.pid) \($class): \($shown) for \($name)\($side) \($told)";

(if ($drawn | length) != 4 * ($memstats[0].processes | length) or $drawn == []
 then "\($drawn | length) maps" else empty end),
($drawn[] | select(.failed) | .failed),
($drawn[] | select(.failed | not) | . as $all | .maps[0] as $map |
([$memstats[0].processes[] | select(.pid == $map.pid)] | first) as $process |
($process | expected($map.by; $all.source.page_size_bytes) | untold) as $want |
($map | drawn | as_told($want)) as $have |
(if $want != $have then "\($map.pid) by \($map.by): \($have) for \($want)"
 else empty end),
(if $map.pages != ([$map.classes[1:][].pages] | add) then
	"\($map.pid): \($map.pages) pages"
 else empty end),
(if ($map | drawn) != ([$map.areas[].classes[]] | group_by(.class) |
	map({key: .[0].class, value: ([.[].pages] | add)}) | from_entries)
 then "\($map.pid) by \($map.by): its areas do not add up" else empty end),
(if $map.by == "sharers" then $process | metric($map; "1"; "uss")
 elif $map.by == "state" then
	$process | metric($map; "swapped"; "swap"), metric($map; "zero"; "zero")
 else empty end))
JQ

# drawn MACHINE OPTIONS...: appends what pageviz draws.
drawn()
{
	local name=$1

	shift
	pageviz -S "$scratch/$name" --json "$@" 2>>"$scratch/viz.err" ||
		echo "{\"failed\": \"$name $*: $(tail -n 1 "$scratch/viz.err")\"}"
}

# Processes of a machine that can be read.
pids_of()
{
	memrank -S "$scratch/$1" --engine census --json 2>/dev/null |
		jq -r '.rows[] | select(.rss_bytes != null).pid' | sort -n |
		head -n 12
}

process_case()
{
	local name=$1 by pid pids

	machine "$name"
	read -r -d '' -a pids < <(pids_of "$name")
	memstats -S "$scratch/$name" --pages --engine census --json \
		"${pids[@]}" >"$scratch/memstats" 2>"$scratch/err"
	for by in state sharers flags use; do
		for pid in "${pids[@]}"; do
			drawn "$name" --by "$by" "$pid"
		done
	done >"$scratch/drawn"
	case_is "$name: ${#pids[@]} processes as memstats has them" \
		"$(jq -nr --slurpfile memstats "$scratch/memstats" \
			--slurpfile drawn "$scratch/drawn" "$PROCESS" 2>&1 |
			head -n 10)"
}

# ---- RAM -------------------------------------------------------------------

# Which classes lend frames to those that are told: together they are exact.
read -r -d '' RAM <<'JQ'
def families: [
	["file_clean", "file_dirty", "buffers"],
	["hugetlb_unmapped", "hugetlb_free"],
	["slab", "slab_reclaimable"],
	["kernel_blocks", "unknown", "kmalloc_large", "page_tables",
	 "sec_page_tables", "kernel_stacks", "vmalloc", "percpu", "zsmalloc",
	 "free", "free_cpu_lists", "free_lazy", "reserved", "reserved_lazy",
	 "hole"],
	["offline", "lent"]];
def sum($of; $key): map(select(.class | IN($of[]))[$key]) | add // 0;

$drawn[0] as $all | $all.maps[0] as $map | $map.classes as $classes |
$memrank[0].ram as $ram | $all.source.page_size_bytes as $page |
(if ($classes[1:] | map(.class)) != ($ram.classes | map(.class)) then
	"not the same classes" else empty end),
($ram.classes[] | . as $told | $classes[] | select(.class == $told.class) |
 select(.size_bytes != $told.size_bytes or .quality != $told.quality or
	.reason != $told.reason) |
 "\(.class): \(.size_bytes) \(.quality) for \($told.size_bytes) " +
 "\($told.quality)"),
((families + [$ram.classes[].class | select(IN(families[][]) | not) | [.]])[] |
 . as $of | (($classes | sum($of; "pages")) * $page) as $drawn |
 ($ram.classes | sum($of; "size_bytes")) as $bytes |
 select($drawn != $bytes) | "\($of): \($drawn) drawn, \($bytes) told"),
(if ($classes | map(.pages) | add) != $ram.frames then
	"\($classes | map(.pages) | add) frames for \($ram.frames)"
 else empty end),
($classes[] | select(.told and .pages > 0) | "\(.class) is told and drawn")
JQ

ram_case()
{
	local name=$1

	machine "$name"
	memrank -S "$scratch/$name" -w --json >"$scratch/memrank" 2>"$scratch/err"
	drawn "$name" --physical --by state >"$scratch/drawn"
	case_is "$name: RAM by state as memrank -w has it" \
		"$(jq -nr --slurpfile memrank "$scratch/memrank" \
			--slurpfile drawn "$scratch/drawn" "$RAM" 2>&1 |
			head -n 10)"
}

# Users that have frames alone, those of several, those not seen whose.
read -r -d '' USERS <<'JQ'
def pages_of: [to_entries[] | select(.key | endswith("_bytes")) | .value] | add;
def name: if . == "(several)" then "several"
	elif . == "(not seen whose)" then "unknown" else . end;
def filled: map(select(.value > 0)) | sort_by(.key);
($memrank[0].ram.groups | map({key: (.name | name), value: pages_of}) |
	filled) as $want |
($drawn[0].maps[0].classes |
	map(select(.class | IN("absent", "unmapped", "kernel", "free", "out",
		"hole", "hugetlb") | not) |
	{key: .class, value: .size_bytes}) | filled) as $have |
if $want != $have then "\($have) for \($want)" else empty end
JQ

users_case()
{
	local name=$1

	machine "$name"
	memrank -S "$scratch/$name" -w --json >"$scratch/memrank" 2>"$scratch/err"
	drawn "$name" --physical --by user >"$scratch/drawn"
	case_is "$name: RAM by user as memrank -w has it" \
		"$(jq -nr --slurpfile memrank "$scratch/memrank" \
			--slurpfile drawn "$scratch/drawn" "$USERS" 2>&1)"
}

# The frames that a process has alone are its USS, those of one sharer are all
# USS together, and each mapped frame is in one class.
read -r -d '' OWNERS <<'JQ'
$drawn[0].maps[0].classes as $owners | $drawn[1].maps[0].classes as $sharers |
$memrank[0].rows as $rows |
($rows[] | .uss_bytes as $uss | .pid as $pid | $owners[] |
 select(.pid == $pid and .size_bytes != $uss) |
 "\($pid) has \(.size_bytes) alone for \($uss)"),
(([$sharers[] | select(.class == "1").size_bytes] | add) as $alone |
 ([$rows[].uss_bytes] | add) as $uss | select($alone != $uss) |
 "\($alone) of one sharer for \($uss)"),
(([$sharers[] | select(.class | test("^[0-9]")).size_bytes] | add) as $mapped |
 ([$rows[].pss_bytes] | add) as $pss | select($mapped != $pss) |
 "\($mapped) mapped for \($pss)")
JQ

owners_case()
{
	local name=$1

	machine "$name"
	memrank -S "$scratch/$name" --engine census --json >"$scratch/memrank" \
		2>"$scratch/err"
	{
		drawn "$name" --physical --by owner
		drawn "$name" --physical --by sharers
	} >"$scratch/drawn"
	case_is "$name: frames have the owners that memrank's USS says" \
		"$(jq -nr --slurpfile memrank "$scratch/memrank" \
			--slurpfile drawn "$scratch/drawn" "$OWNERS" 2>&1)"
}

# A vkernel's RAM: what it is for and where it is as memrank has it, every frame
# in one class of each colouring; those of one guest process are the USS of all,
# and those of any are what is mapped.
read -r -d '' VKERNEL <<'JQ'
def class($by; $key): [$drawn[].maps[] | select(.by == $by) | .classes[] |
	select(.class == $key).size_bytes] | add;
def uses($key): [$memrank[0].guest.uses[][$key]] | add;
def use($use; $key): [$memrank[0].guest.uses[] | select(.use == $use)[$key]] |
	add;
def same($what; $have; $want): select($have != $want) |
	"\($what): \($have) for \($want)";
$drawn[0].source.page_size_bytes as $page |
(if ($drawn | length) != 7 then "\($drawn | length) maps" else empty end),
($drawn[] | select(.failed) | .failed),
($drawn[].source |
 same("kind of source"; .kind; "vkernel"),
 same("source"; .vkernel; $memrank[0].source.vkernel)),
($drawn[].maps[] |
 same("uses by \(.by)"; .uses; $memrank[0].guest.uses),
 same("frames by \(.by)"; [.classes[].pages] | add;
	$memrank[0].guest.frames),
 same("pages by \(.by)"; .pages; $memrank[0].guest.frames),
 same("areas by \(.by)"; [.areas[].classes[].pages] | add;
	$memrank[0].guest.frames)),
(["resident", "swapped", "untouched", "image"][] |
 same(.; class("host"; .) + (if . == "resident" then class("host"; "merged") +
	class("host"; "resident_or_swapped") else 0 end); uses(. + "_bytes"))),
(["mapped", "table", "stub", "zero_page"][] |
 same(.; class("state"; .); use(.; "size_bytes"))),
(["state", "sharers", "owner", "use"][] | . as $by |
 same("slack by \($by)"; class($by; "slack");
	use("other"; "resident_bytes")),
 same("untouched by \($by)"; class($by; "untouched");
	use("other"; "untouched_bytes"))),
same("of one process"; class("sharers"; "1");
	[$memrank[0].rows[].uss_bytes] | add),
same("of processes"; [$drawn[].maps[] | select(.by == "sharers") | .classes[] |
	select(.class | test("^[0-9]")).size_bytes] | add;
	[$memrank[0].rows[].pss_bytes] | add),
($memrank[0].rows[] | . as $row |
 same("\(.pid) alone"; class("owner"; "\($row.pid)"); .uss_bytes))
JQ

# Its frames in the host's RAM are those that are resident, and where is known.
read -r -d '' LIT <<'JQ'
def lit($class): [$drawn[0].maps[0].classes[] | select(.class == $class)] |
	first | if .told then .size_bytes
	else .pages * $drawn[0].source.page_size_bytes end;
([$memrank[0].guest.uses[].resident_bytes] | add) as $resident |
(lit("guest_pages") + lit("guest_tables") + lit("guest_stubs") +
 lit("guest_zero_page") + lit("guest_slack") + lit("guest_unplaced")) as $lit |
($drawn[0].source.kind | select(. != "tree") | "a host that is a \(.)"),
(if $lit != $resident then "\($lit) lit for \($resident)" else empty end),
(["guest_pages", "guest_tables", "guest_slack", "own"][] |
 select(lit(.) == 0) | "no \(.)")
JQ

vkernel_case()
{
	local name=$1 pid=$2 by

	machine "$name"
	memrank -S "$scratch/$name" --vkernel "$pid" --json \
		>"$scratch/memrank" 2>"$scratch/err"
	for by in state sharers flags owner use host changed; do
		drawn "$name" --vkernel "$pid" --by "$by"
	done >"$scratch/drawn"
	case_is "$name: RAM of vkernel $pid as memrank has it" \
		"$(jq -nr --slurpfile memrank "$scratch/memrank" \
			--slurpfile drawn "$scratch/drawn" "$VKERNEL" 2>&1 |
			head -n 10)"
	drawn "$name" --physical --vkernel "$pid" >"$scratch/drawn"
	case_is "$name: frames of vkernel $pid in its host" \
		"$(jq -nr --slurpfile memrank "$scratch/memrank" \
			--slurpfile drawn "$scratch/drawn" "$LIT" 2>&1)"
}

# The same as CSV: a row a class.
csv_case()
{
	local name=$1

	shift
	machine "$name"
	drawn "$name" "$@" | jq -r '
		"map,by,class,pages,size_bytes,told",
		(.maps[] | . as $map | .classes[] |
		 "\($map.pid // $map.kind),\($map.by),\(.class),\(.pages)," +
		 "\(.size_bytes // ""),\(.told)")' >"$scratch/rows" 2>&1
	case_is "$name $*: CSV has what JSON has" "$(diff "$scratch/rows" \
		<(pageviz -S "$scratch/$name" --csv "$@" 2>/dev/null) | head -n 10)"
}

for name in small states shares ram hidden nopfn averaged used twice server \
		clonevm module liars unsaid old-4.19 old-4.9 old-3.16 \
		sparse16t hostile; do
	process_case $name
done
for name in ram ram-liars small old-3.16 shares server; do
	ram_case $name
done
for name in ram shares server; do
	users_case $name
	owners_case $name
done
vkernel_case vkernel 2000
vkernel_case vkernels 2000
vkernel_case vkernels 3000
vkernel_case vkernel-pair 3000
csv_case ram --physical --by state
csv_case vkernel --vkernel 2000 --by sharers,host 2020
csv_case hidden --by sharers 40
csv_case nopfn --by sharers,owner 40 41
finish
