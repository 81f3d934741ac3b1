#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What memrank says of fixture machines, to the letter.

. tests/golden/common.sh

for name in small averaged clonevm twice hidden states hostile liars nopfn \
		nothing unsaid old-3.16 old-4.19 old-4.9 sparse16t; do
	machine $name
	for engine in kernel census; do
		golden "memrank-$name-$engine" memrank -S $name --engine $engine \
			-t -c pid,user,pss,uss,rss,vss,swap,swap_pss,command
	done
done

machine shares
# Without their flags nothing tells what frames hold.
sed 's/^counts precise/&\nwithout kpageflags/' \
	tests/fixtures/machines/shares.txt >"$scratch/noflags.txt"
"$BUILD/tests/fixtures/mkproc" "$scratch/noflags.txt" "$scratch/noflags"

# The options, each with both engines where it matters.
golden memrank-plain memrank -S small
golden memrank-mappings memrank -S small -m
golden memrank-mappings-kernel memrank -S small -m --engine kernel
golden memrank-users memrank -S small -u
golden memrank-unit memrank -S small --by unit --engine census
golden memrank-unit-kernel memrank -S small --by unit --engine kernel
golden memrank-cgroup memrank -S small --by cgroup
golden memrank-exe memrank -S small --by exe
golden memrank-comm memrank -S small --by comm
golden memrank-session memrank -S small --by session -t
golden memrank-sort memrank -S states -s swap -r -c pid,swap,swap_pss,pss
golden memrank-top memrank -S states -n 3
golden memrank-top-totals memrank -S states -n 3 -t
golden memrank-units memrank -S states -k -c pid,pss,uss,rss,vss,swap
golden memrank-filter-process memrank -S small -P '^(first|third)'
golden memrank-filter-user memrank -S small -U '^1001$' -H
golden memrank-filter-map memrank -S small -M 'shared\.so'
golden memrank-filter-map-names memrank -S small -m -M 'shared\.so|heap'
golden memrank-pids memrank -S small 200 100
golden memrank-pid-missing memrank -S small 100 4711
golden memrank-pid-thread memrank -S small 2
golden memrank-no-header memrank -S small -H
golden memrank-csv memrank -S hidden --csv --engine census
golden memrank-csv-hostile memrank -S hostile --csv -c pid,pss,comm,command
golden memrank-strict-exact memrank -S small --strict
golden memrank-strict-bounded memrank -S hidden --strict --engine census
golden memrank-strict-denied memrank -S liars --strict

# Groups by name: in common, of nobody, of all, and what was not understood.
golden memrank-group memrank -S small -t --group twins=unit:twins.service \
	--group first=100 --group none=pid:7 --group all=cgroup:/
golden memrank-group-kernel memrank -S small -t --engine kernel \
	--group twins=tree:1,pid:100,pid:101 --group third=comm:/^th/
golden memrank-group-sorted memrank -S small -s name -r -n 1 -H -k \
	-c name,processes,uss,avgpss --group a=exe:first --group b=user:1000
golden memrank-group-csv memrank -S hidden --csv --engine census \
	--group 'with,comma=comm:/./' --group 'none=7'
golden memrank-group-nobody memrank -S small --group a=pid:7
golden memrank-group-strict memrank -S hidden --strict --engine census \
	--group 'all=comm:/./'
golden memrank-group-unsure memrank -S liars --group 'all=exe:/./'
golden memrank-group-clonevm memrank -S clonevm -t --group 'a=pid:73' \
	--group 'all=comm:/./'
golden memrank-group-bad memrank -S small --group web
golden memrank-group-twice memrank -S small --group a=1 --group a=2
golden memrank-group-by memrank -S small --group a=1 --by exe
golden memrank-group-pids memrank -S small --group a=1 100
golden memrank-selector-kind memrank -S small --group a=comn:x
golden memrank-selector-colon memrank -S small --group a=kworker/0:1
golden memrank-selector-empty memrank -S small --group a=pid:1,
golden memrank-selector-pid memrank -S small --group a=pid:all
golden memrank-selector-slash memrank -S small --group a=exe:/usr/bin/
golden memrank-selector-regex memrank -S small --group 'a=comm:/(/'
golden memrank-selector-repeats memrank -S small \
	--group 'a=comm:/(a{100}){100}/'

# Who shares with whom.
golden memrank-sharing memrank -S shares --sharing
golden memrank-sharing-some memrank -S shares --sharing tree:10 comm:reader -k
golden memrank-sharing-cut memrank -S shares --sharing -n 2 -H
golden memrank-sharing-csv memrank -S shares --sharing --csv
golden memrank-sharing-unit memrank -S shares --sharing --by unit
golden memrank-sharing-user memrank -S shares --sharing --by user --csv
golden memrank-sharing-group memrank -S shares --sharing 10 \
	--group both=10,11 --group second=11 --group ring=12
golden memrank-sharing-matrix memrank -S shares --sharing --matrix
golden memrank-sharing-matrix-csv memrank -S shares --sharing --matrix -n 2 \
	--csv
golden memrank-sharing-nopfn memrank -S nopfn --sharing
golden memrank-sharing-hidden memrank -S hidden --sharing --strict
golden memrank-sharing-hostile memrank -S hostile --sharing
golden memrank-sharing-noflags memrank -S noflags --sharing
golden memrank-sharing-noflags-csv memrank -S noflags --sharing --csv -n 1
golden memrank-sharing-nobody memrank -S shares --sharing comm:nobody
golden memrank-sharing-alone memrank -S shares --sharing comm:alone
golden memrank-sharing-kernel memrank -S shares --sharing --engine kernel
golden memrank-sharing-filter memrank -S shares --sharing -P first
golden memrank-sharing-columns memrank -S shares --sharing -c pid
golden memrank-sharing-mappings memrank -S shares --sharing -m
golden memrank-sharing-watch memrank -S shares --sharing --watch 1
golden memrank-matrix-alone memrank -S shares --matrix
golden memrank-matrix-json memrank -S shares --sharing --matrix --json

# Who maps what.
owners()
{
	golden "memrank-owners-$1" memrank -S shares --owners "${@:2}"
}
owners frame 0x2000
owners frame-decimal 8192 -n 2
owners frame-nobody 0x7000
owners frame-zero 7
owners frame-beyond 99999999
owners file /usr/lib/liba.so -k
owners file-csv /usr/lib/liba.so --csv -n 2
owners file-nobody /usr/lib/nothing
owners offset /usr/lib/liba.so:68K -H
owners offset-copies /usr/lib/liba.so:0x16000
owners offset-copy /usr/lib/liba.so:81920
owners offset-csv /usr/lib/liba.so:0x14000 --csv
owners offset-beyond /usr/lib/liba.so:1G
owners memfd-absent '/memfd:ring (deleted):0'
owners address 10:0x416010
owners address-ksm 12:0x20001000
owners address-hugetlb 13:0x40001000
owners address-swap 10:0x10028000
owners address-empty 10:0x1003f000
owners address-hole 10:0x9999000
owners address-zero 13:0x50000000
owners address-nobody 99:0x1000
owners address-bad 99:rip
owners empty ''
owners pid 7 10
owners columns 7 -c pid
owners kernel 7 --engine kernel
golden memrank-owners-nopfn memrank -S nopfn --owners 0x2000
golden memrank-owners-unseen memrank -S hidden --owners 0x2020 --strict
golden memrank-owners-averaged memrank -S averaged --owners 0x2000 --strict
golden memrank-owners-hidden memrank -S hidden --owners 0x2000 --strict

# What is unlike from run to run is left out of JSON.
json()
{
	"$@" | jq -S 'del(.source.time, .cost)'
}
golden memrank-json json memrank -S hidden --json --engine census -t
golden memrank-json-hostile json memrank -S hostile --json
golden memrank-json-liars json memrank -S liars --json
golden memrank-json-nothing json memrank -S nothing --json
golden memrank-json-group json memrank -S hidden --json --engine census \
	--group 'all=comm:/./' --group none=7
golden memrank-json-sharing json memrank -S shares --sharing --json -n 3
golden memrank-json-sharing-by json memrank -S shares --sharing --by unit --json
golden memrank-json-owners json memrank -S shares --json \
	--owners /usr/lib/liba.so:0x14000
golden memrank-json-owners-file json memrank -S shares --json \
	--owners /usr/lib/libb.so
golden memrank-json-mappings json memrank -S small -m --json

# Wrong usage, and directories that are no machine.
golden memrank-bad-column memrank -S small -s pss_byte
golden memrank-bad-option memrank --sorted
golden memrank-bad-engine memrank -S small --engine best
golden memrank-bad-number memrank -S small -n many
golden memrank-bad-regex memrank -S small -P '('
golden memrank-bad-key memrank -S small --by colour
golden memrank-two-formats memrank -S small --json --csv
golden memrank-no-argument memrank -s
golden memrank-no-folder memrank -S nowhere
mkdir "$scratch/empty"
golden memrank-empty memrank -S empty
golden memrank-file memrank -S "small/100/maps"
mkdir -p "$scratch/dead/17"
golden memrank-dead memrank -S dead
golden memrank-json-empty memrank -S empty --json
finish
