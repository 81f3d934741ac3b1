# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# What shells do on small devices: look, count, wait.  Each round starts other
# applets.

count=0
while :; do
	count=$((count + 1))
	lines=$(wc -l <"$0")
	case $((count % lines)) in
	0) sort "$0" | tail -n 1 ;;
	esac >/dev/null
	sleep 1
done
