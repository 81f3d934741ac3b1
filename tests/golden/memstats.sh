#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What memstats says of fixture machines, to the letter.

. tests/golden/common.sh

for name in small states averaged hidden hostile old-4.9 nopfn liars; do
	machine $name
done

for engine in kernel census; do
	golden memstats-small-$engine memstats -S small --engine $engine 100
	golden memstats-maps-$engine memstats -S small --engine $engine --maps \
		first third
	golden memstats-averaged-$engine memstats -S averaged --engine $engine \
		--maps 80
	golden memstats-hidden-$engine memstats -S hidden --engine $engine \
		--maps 40
	golden memstats-csv-maps-$engine memstats -S small --engine $engine \
		--maps --csv 200
done
golden memstats-old memstats -S old-4.9 30
golden memstats-pages memstats -S states --pages 10 11 13 14 17 18 19 21
machine module
golden memstats-pages-module memstats -S module --pages 10 11 13 14 17 18 19 21
machine used
golden memstats-pages-used memstats -S used --pages 10 11
# Cut inside a record: what is used is then not known, and all else is.
truncate -s 1048577 "$scratch"/used/pagemap/12/pagemap
golden memstats-pages-used-cut memstats -S used --pages 12
golden memstats-pages-used-csv memstats -S used --pages --csv 10
golden memstats-pages-hidden memstats -S hidden --pages 40
golden memstats-pages-nopfn memstats -S nopfn --pages 40
golden memstats-pages-csv memstats -S states --pages --csv 13 14 19
golden memstats-pages-no-header memstats -S states --pages -H 13
golden memstats-hostile memstats -S hostile --maps 60 61 62 63
golden memstats-units memstats -S small --maps -k 100
golden memstats-names memstats -S small second nobody
golden memstats-missing memstats -S small 4711
golden memstats-thread memstats -S small 2
golden memstats-liars memstats -S liars 1 2 3 4 5 6 7
golden memstats-liars-census memstats -S liars --engine census 1 2 5 6
golden memstats-strict memstats -S hidden --strict --engine census 40
golden memstats-csv memstats -S small --csv 100 101

json()
{
	"$@" | jq -S 'del(.source.time, .cost)'
}
golden memstats-json json memstats -S small --json 200
golden memstats-json-maps json memstats -S hidden --json --maps \
	--engine census 40
golden memstats-json-pages json memstats -S states --json --pages 14 19
golden memstats-json-used json memstats -S used --json --pages 10
golden memstats-json-hostile json memstats -S hostile --json --maps 60 61

# A guest, by its page tables alone.
machine vkernel
of_guest()
{
	memstats -S vkernel --vkernel 2000 "$@"
}
golden memstats-vkernel of_guest 2020 2010
golden memstats-vkernel-maps of_guest --maps 2022
golden memstats-vkernel-pages of_guest --pages 2021
golden memstats-vkernel-pages-csv of_guest --pages --csv 2010
golden memstats-vkernel-json json of_guest --json 2010
golden memstats-vkernel-json-pages json of_guest --json --pages 2010
golden memstats-vkernel-nobody of_guest

# One whose root is cleared, and that no mm_struct names: its tables are not
# found, which is not none.
sed -e 's/^vkernel .*/& nameless/' \
	-e '/^vkernel /a entry 1316 0 0\nentry 1316 510 0' \
	tests/fixtures/machines/vkernel.txt >"$scratch/rootless.txt"
cp tests/fixtures/machines/vkernel-guest.txt "$scratch"
"$BUILD/tests/fixtures/mkproc" "$scratch/rootless.txt" "$scratch/rootless"
rootless()
{
	memstats -S rootless --vkernel 2000 "$@"
}
golden memstats-vkernel-rootless rootless 2030
golden memstats-vkernel-rootless-json json rootless --json 2030
# And with what it says of itself.
machine vkernel-guest
told()
{
	of_guest --inside vkernel-guest "$@"
}
golden memstats-vkernel-told told 20 sh
golden memstats-vkernel-told-maps told --maps 21
golden memstats-vkernel-told-pages told --pages init
golden memstats-vkernel-told-nobody told
golden memstats-vkernel-told-name told nobody
golden memstats-vkernel-stranger of_guest 900
golden memstats-vkernel-name of_guest init
golden memstats-vkernel-w memstats -w 1 --vkernel 2000 -S vkernel 2020
golden memstats-vkernel-one-more memstats --one-more --vkernel 2000 -- true
golden memstats-vkernel-fit memstats --fit 64M --vkernel 2000 -- true
golden memstats-vkernel-pressure memstats --pressure --vkernel 2000 -- true

golden memstats-no-process memstats -S small
golden memstats-bad-option memstats --mapz 1
golden memstats-two-views memstats -S small --maps --pages 100
golden memstats-source-command memstats -S small -- true
for wrong in "0 100" "1s 100" "1 -S small 100" "1 -- true" "1 --maps --pages 100" \
		"1 --engine census 100" "1 --curve --ages 100" \
		"0.05 --curve 100" "1 --plot x.svg 100" "1 --count 0 100" \
		"1 --method telepathy 100" "1 --json --csv 100" "1"; do
	name=${wrong//[^a-z0-9]/-}
	# shellcheck disable=SC2086 # a list of words
	golden "memstats-w-${name//--/-}" memstats -w $wrong
done
for alone in --count=2 --curve --ages --method=clear_refs --plot=x.svg; do
	golden memstats-w-alone-${alone//[^a-z0-9]/} memstats $alone 100
done
for wrong in "" "100" "-S small -- true" "--cgroup / -S small" "--maps -- true" \
		"--cgroup / --progress runs --yes" "--cgroup / -- true" \
		"--progress mood -- true" "-w 1 -- true" "--cgroup /"; do
	name=${wrong//[^a-z0-9]/-}
	# shellcheck disable=SC2086 # a list of words
	golden "memstats-pressure-${name//--/-}" memstats --pressure $wrong
done
golden memstats-pressure-alone memstats --cgroup / 100
golden memstats-pages-kernel memstats -S small --pages --engine kernel 100
finish
