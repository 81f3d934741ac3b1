#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Installs the Debian packages that a purpose needs: install-deps.sh PURPOSE...
# It looks for one file or command of each package, starts no other program
# while nothing is missing, and never fails: as another user than root, or
# without a network, it names the command to type and the build goes on with
# what is there.

# purpose  package               what shows that it is there
TABLE='
build      gcc                   gcc
build      libc6-dev             /usr/include/stdio.h
build      make                  make
build      pkg-config            pkg-config
build      libjson-c-dev         /usr/include/json-c/json.h
build      libproc2-dev          /usr/include/libproc2/pids.h
build      libncurses-dev        /usr/include/ncurses.h
build      libsdl2-dev           /usr/include/SDL2/SDL.h
build      libsdl2-ttf-dev       /usr/include/SDL2/SDL_ttf.h
build      libfontconfig-dev     /usr/include/fontconfig/fontconfig.h
build      libpng-dev            /usr/include/png.h
build      fonts-dejavu-core     /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf
test       libcmocka-dev         /usr/include/cmocka.h
test       jq                    jq
test       mandoc                mandoc
test       cppcheck              cppcheck
test       clang-tidy            clang-tidy
test       shellcheck            shellcheck
test       clang                 clang
test       procps                ps
test       tmux                  tmux
test       xvfb                  Xvfb
test       xdotool               xdotool
test       imagemagick           compare
test       gcc-aarch64-linux-gnu aarch64-linux-gnu-gcc
test       libc6-dev-arm64-cross /usr/aarch64-linux-gnu/include/stdio.h
kernel     linux-headers-cloud-amd64 /usr/src/linux-headers-*-cloud-amd64/Makefile
kernel     qemu-system-x86       qemu-system-x86_64
kernel     qemu-system-arm       qemu-system-aarch64
kernel     busybox-static        busybox
kernel     dkms                  dkms
kernel     cpio                  cpio
kernel     linux-source-6.1      /usr/src/linux-source-6.1.tar.xz
kernel     flex                  flex
kernel     bison                 bison
kernel     bc                    bc
kernel     xz-utils              xz
fuzz       clang                 clang
fuzz       libclang-rt-14-dev    /usr/lib/llvm-14/lib/clang/14*/lib/linux/libclang_rt.fuzzer-*.a
coverage   gcovr                 gcovr
bench      procps                ps
bench      smem                  smem
bench      smemstat              smemstat
bench      atop                  atop
bench      busybox-static        busybox
bench      python3               /usr/bin/python3
bench      redis-server          redis-server
bench      sqlite3               sqlite3
bench      xvfb                  Xvfb
bench      xdotool               xdotool
'

is_there()
{
	case $1 in
	/*) compgen -G "$1" >/dev/null ;;
	*) command -v "$1" >/dev/null ;;
	esac
}

# Leaves in $missing the packages of the purposes given that are not there.
find_missing()
{
	local purpose package probe

	missing=
	while read -r purpose package probe; do
		[[ -n $purpose && " $* " == *" $purpose "* ]] || continue
		is_there "$probe" || missing+=" $package"
	done <<<"$TABLE"
}

say()
{
	echo "install-deps: $*" >&2
}

# All at once; if that fails, each by itself, so that one package which this
# release does not have leaves the others.
install()
{
	export DEBIAN_FRONTEND=noninteractive
	local package apt=(apt-get -q -o DPkg::Lock::Timeout=120)
	local install=("${apt[@]}" install -y --no-install-recommends)

	"${apt[@]}" update >/dev/null || return
	# shellcheck disable=SC2086 # a list of words
	"${install[@]}" $missing >/dev/null && return
	for package in $missing; do
		"${install[@]}" "$package" >/dev/null || say "no $package"
	done
}

# atop and Redis are wanted as programs to compare with and to pack, not as
# services that run from now on.
quiet_services()
{
	[[ $missing == *" atop"* ]] &&
		systemctl disable --now atop atopacct >/dev/null 2>&1
	[[ $missing == *" redis-server"* ]] &&
		systemctl disable --now redis-server >/dev/null 2>&1
}

find_missing "$@"
[[ -z $missing ]] && exit 0
if [[ $EUID -ne 0 ]] || ! command -v apt-get >/dev/null; then
	say "missing:$missing"
	say "as root: apt-get install$missing"
	exit 0
fi
say "installing$missing"
install </dev/null || say "that failed; going on without"
quiet_services
exit 0
