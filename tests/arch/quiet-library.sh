#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The library prints nothing, ends no process, reads no environment, changes
# no state of the process and keeps no mutable globals: seen in its objects.

. "$(dirname "$0")/common.sh"

objects=${OBJECTS:-$BUILD/obj/lib/libpagemap/src}

# what the library must not do, by calling any of these.  kill is not among
# them: the probe of averages.c ends the child that it made.
FORBIDDEN='
print        v?(f|d)?printf(_chk)? puts fputs fputc putc putchar fwrite perror syslog vsyslog stdout stderr
exit         _?exit _Exit quick_exit abort __assert_fail atexit raise
environment  (secure_)?getenv setenv putenv unsetenv environ
process      signal sigaction setlocale chdir fchdir umask set(re|res)?[ug]id fork vfork execve? execvp system popen dlopen alarm
'


# Fortified and prefixed names count as the plain ones.
calls()
{
	nm -A --undefined-only "$objects"/*.o | sed "s|^$objects/||" |
		awk -v names="$1" '
		BEGIN { count = split(names, list, " ") }
		{
			name = $NF
			sub(/@.*/, "", name)
			plain = name
			sub(/^__/, "", plain)
			for (i = 1; i <= count; i++)
				if (name ~ "^(" list[i] ")$" ||
				    plain ~ "^(" list[i] ")$") {
					print $1, name
					break
				}
		}'
}

# Constant tables with pointers are in .data.rel.ro, which is read-only.
mutable()
{
	local object

	for object in "$objects"/*.o; do
		readelf -SW "$object" | sed 's/^ *\[ *[0-9]*\]//' |
			awk -v object="${object##*/}" '
			($1 ~ /^\.(data|bss|tdata|tbss)(\.|$)/) &&
			$1 !~ /^\.data\.rel\.ro/ && $5 !~ /^0+$/ {
				print object ": " $5 " bytes in " $1
			}'
	done
	nm -A "$objects"/*.o | awk '$(NF - 1) == "C"'
}

if ! compgen -G "$objects/*.o" >/dev/null; then
	case_is "the library is built" "no objects in $objects"
	finish
fi
while read -r what names; do
	[[ -n $what ]] || continue
	case_is "no call of the kind: $what" "$(calls "$names")"
done <<<"$FORBIDDEN"
case_is "no mutable globals" "$(mutable)"
finish
