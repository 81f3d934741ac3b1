#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Shows that the other tests of this folder can fail: each is run on a copy of
# the tree in which one thing was broken, and must complain of just that.

here=$(cd "$(dirname "$0")" && pwd)
. "$here/common.sh"

copy=$(mktemp -d) || exit 1
trap 'rm -rf "$copy" "$copy.tar"' EXIT
CC=${CC:-cc}
files lib tools tests/arch tests/live mk LICENSES README.md Makefile |
	tar -cf "$copy.tar" -T -

fresh_copy()
{
	rm -rf "${copy:?}"/*
	tar -xf "$copy.tar" -C "$copy"
	mkdir -p "$copy/$OBJ" "$copy/tests/live"
}

run_in_copy()
{
	(cd "$copy" && ROOT=$copy BUILD=$copy/build "$here/$1.sh" 2>&1)
}

# breaks TEST COMPLAINT COMMAND: in a fresh copy, COMMAND (run in it) must
# bring a line matching COMPLAINT that was not there before.
breaks()
{
	local after

	fresh_copy
	[[ -n ${before[$1]} ]] || before[$1]=$(run_in_copy "$1")
	(cd "$copy" && eval "$3") || echo "cannot break: $3"
	after=$(run_in_copy "$1")
	case_is "$1 sees: ${3//[[:space:]]/ }" "$(
		grep -qE -e "$2" <<<"${before[$1]}" && echo "complained before"
		grep -qE -e "$2" <<<"$after" || echo "does not say $2"
		grep -q '^not ok' <<<"$after" || echo "does not fail")"
}

declare -A before
SRC=lib/libpagemap/src
H=lib/libpagemap/include/libpagemap/pagemap.h
OBJ=build/obj/lib/libpagemap/src

# Appends a line to a file, which may be new.
add()
{
	mkdir -p "$(dirname "$1")"
	printf '%b\n' "$2" >>"$1"
}

object()
{
	printf '%b\n' "$1" | $CC -x c -w -c -o "$OBJ/bad.o" -
}

library()
{
	printf '%b\n' "$1" | $CC -x c -w -shared -fPIC -o build/libpagemap.so.1 -
}

breaks arrows 'parse_x.c .parsers. includes source.h' \
	"add $SRC/parse_x.c '#include \"source.h\"'"
breaks arrows 'novel.c: not in the table' "add $SRC/novel.c 'int x;'"
breaks arrows 'usage_x.c .metrics. includes engine.h' \
	"add $SRC/usage_x.c '#include \"engine.h\"'"
breaks arrows 'take.c includes ../../../tools/common/json.h' \
	"add $SRC/take.c '#include \"../../../tools/common/json.h\"'"
breaks arrows 'x.c includes parse.h' "add tools/memrank/x.c '#include \"parse.h\"'"
breaks arrows 'x/x.c includes memstats.h' \
	"add tools/memrank/x/x.c '#include \"memstats.h\"'"
breaks arrows 'main.c includes x.h' "add tools/memrank/x/x.h ''
	add tools/memrank/main.c '#include \"x.h\"'"
breaks arrows 'layer/x.c .layer. includes scene.h' "add tools/pageviz/scene.h ''
	add tools/pageviz/layer/x.c '#include \"scene.h\"'"
breaks arrows 'live_x.c includes parse.h' \
	"add tests/live/live_x.c '#include \"parse.h\"'"
breaks arrows 'x.c:1:#include .y.c.' "add tools/memrank/x.c '#include \"y.c\"'"
breaks fences 'x.c:1:#include <json-c/json.h>' \
	"add tools/common/x.c '#include <json-c/json.h>'"
breaks fences 'x.c:1:#include <libproc2/pids.h>' \
	"add tools/memrank/x.c '#include <libproc2/pids.h>'"
breaks fences 'x.c:1:#include <ncurses.h>' \
	"add tools/memrank/x.c '#include <ncurses.h>'"
breaks fences 'x.c:1:.*PIDS_SD_SESS' \
	"add tools/memrank/x.c 'int x = PIDS_SD_SESS;'"
breaks licence 'x.c: wants .*LGPL-2.1-or-later' \
	"add $SRC/x.c '/* SPDX-License-Identifier: GPL-2.0-or-later */'"
breaks licence 'x.sh: wants .*GPL-2.0-or-later' "add mk/x.sh '#!/bin/sh'"
breaks licence 'LGPL-2.1-or-later.txt is missing' \
	'rm LICENSES/LGPL-2.1-or-later.txt'
breaks sizes 'x.c: 801 lines' "yes '' | head -n 801 >$SRC/x.c"
breaks sizes 'x.c:2: 81 lines: int x' \
	"(printf 'int x(void)\n{\n'; yes '' | head -n 81; echo '}') >$SRC/x.c"
breaks sizes 'x.c:1: 101 columns' "printf '\t%093d\n' 0 >$SRC/x.c"
breaks documented 'pagemap_bare' \
	"sed -i 's|^#pragma GCC visibility pop|int pagemap_bare(void);\n\n&|' $H"
breaks documented 'PAGEMAP_BARE' \
	"sed -i 's|^#pragma GCC visibility pop|#define PAGEMAP_BARE 1\n\n&|' $H"
breaks exports 'pagemap_extra: exported, not declared' \
	"library 'int pagemap_extra(void) { return 0; }'"
breaks exports 'pagemap_snapshot_take: declared, not exported' \
	"library 'int pagemap_extra(void) { return 0; }'"
breaks exports 'libm.so' \
	"echo 'double sin(double); double pagemap_x(double x) { return sin(x); }' |
	$CC -x c -w -shared -fPIC -Wl,--no-as-needed -o build/libpagemap.so.1 - -lm"
breaks quiet-library 'bad.o: printf|bad.o: puts' \
	"object 'int printf(); void f(int x) { printf(\"%d\", x); }'"
breaks quiet-library 'bad.o: __fprintf_chk' \
	"object 'int __fprintf_chk(); void f(void) { __fprintf_chk(); }'"
breaks quiet-library 'bad.o: (_exit|abort)' \
	"object 'void _exit(int); void f(void) { _exit(1); }'"
breaks quiet-library 'bad.o: __assert_fail' \
	"object '#include <assert.h>\nvoid f(int x) { assert(x); }'"
breaks quiet-library 'bad.o: getenv' \
	"object 'char *getenv(); char *f(void) { return getenv(\"A\"); }'"
breaks quiet-library 'bad.o: 000004 bytes in .bss' \
	"object 'int f(void) { static int calls; return calls++; }'"
breaks quiet-library 'bytes in .data' "object 'int level = 3;'"
breaks quiet-library 'bytes in .tbss' "object '_Thread_local int level;'"
breaks paths 'x.c:1:.*/proc/stat' \
	"add $SRC/x.c 'const char *x = \"/proc/stat\";'"
breaks paths 'x.c:1:.*/proc/stat' \
	"add tools/common/x.c 'f = fopen(\"/proc/stat\", \"r\");'"
breaks words 'README.md:.*path' "add README.md 'a path: /wor''k/main'"
breaks words 'x.c:1:.*all of it' "add $SRC/x.c '/* TO''DO: all of it */'"
breaks manpages 'libpagemap.3 is missing' 'rm lib/libpagemap/man/libpagemap.3'
breaks manpages 'unknown macro|skipping' \
	"add lib/libpagemap/man/libpagemap.3 '.Zz nonsense'"
breaks options '--nonsense' "mkdir -p build tools/memrank
	add tools/memrank/main.c ''
	printf '#!/bin/sh\necho \"  -x, --nonsense  no one knows\"\n' >build/memrank
	chmod +x build/memrank"
finish
