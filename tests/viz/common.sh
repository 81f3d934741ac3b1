# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A screen of its own for a test (Xvfb), and windows of pageviz on it: driven
# by xdotool, looked at by import, and compared with what pageviz -o draws
# after the same events.

. tests/arch/common.sh

for program in Xvfb xdotool import compare convert; do
	if ! command -v $program >/dev/null; then
		echo "$program is not installed"
		exit 77
	fi
done
BUILD=$(realpath -m "$BUILD")
pageviz=$BUILD/pageviz
export LC_ALL=C.UTF-8 TZ=UTC
unset SDL_VIDEODRIVER SDL_RENDER_DRIVER DISPLAY WAYLAND_DISPLAY XDG_RUNTIME_DIR
if "$pageviz" $$ 2>&1 | grep -q 'built without SDL2'; then
	echo "pageviz was built without SDL2"
	exit 77
fi
scratch=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d) || exit 1
screen='' window='' viewer=''
script=''		# what a window was made to do, in words of --keys
font=--plain-font	# the same letters everywhere; '': the machine's

# Pixels that may be other than expected, of half a million: both come from one
# painter.
TOLERANCE=20

# Ends what this test started, whatever it is doing.
clean_up()
{
	local pid

	for pid in $viewer $screen; do
		kill -KILL "$pid" 2>/dev/null
	done
	rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

machine()
{
	"$BUILD/tests/fixtures/mkproc" "tests/fixtures/machines/$1.txt" \
		"$scratch/$1"
}

# A display that nobody has; it ends with this test, also if that is killed.
open_screen()
{
	mkfifo "$scratch/number" || return
	setpriv --pdeathsig KILL Xvfb -displayfd 7 -screen 0 1400x1000x24 \
		-nolisten tcp -noreset 7>"$scratch/number" \
		>"$scratch/Xvfb.log" 2>&1 &
	screen=$!
	read -r -t 20 DISPLAY <"$scratch/number"
	rm -f "$scratch/number"
	export DISPLAY=:$DISPLAY
	xd mousemove 0 0
}

xd()
{
	timeout 20 xdotool "$@"
}

# eventually SECONDS COMMAND...: until it succeeds.
eventually()
{
	local deadline=$((SECONDS + $1))

	shift
	until "$@"; do
		[[ $SECONDS -lt $deadline ]] || return 1
		sleep 0.05
	done
}

find_window()
{
	window=$(xd search --onlyvisible --class pageviz 2>/dev/null | head -n 1)
	[[ -n $window ]]
}

# open_window OPTION...: a window that reads once; keys go to it.  Nothing is
# over it: the pointer stands in the screen's corner.
open_window()
{
	xd mousemove 0 0
	options=("$@")
	# What a shell starts in the background would ignore SIGINT.
	env --default-signal=INT "$pageviz" ${font:+"$font"} --size 1000x640 \
		--interval 3600 "$@" >"$scratch/said" 2>&1 &
	viewer=$!
	if ! eventually 20 find_window; then
		echo "no window: $(<"$scratch/said")"
		return
	fi
	xd windowfocus "$window"
}

# ends NAME STATUS: the viewer ends by itself, with a status ("error": one that
# is none of a signal); said is what it said.
ends()
{
	local status=none problem=''

	if eventually 20 gone "$viewer"; then
		wait "$viewer"
		status=$?
		viewer=''
	fi
	[[ $status == "$2" || ($2 == error && $status =~ ^[0-9]+$ &&
		$status -gt 0 && $status -lt 128) ]] ||
		problem="status $status, not $2: $(<"$scratch/said")"
	case_is "$1" "$problem"
}

gone()
{
	[[ ! -d /proc/$1 || $(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) == Z* ]]
}

# What a window of the size shows after a script.
draw()
{
	"$pageviz" ${font:+"$font"} --window --theme dark --size 1000x640 \
		"${options[@]}" --keys "$1" -o "$2"
}

# Without the moments at the foot: a file has one, at another time of day.
without_time()
{
	convert "$1" -fill black -draw "rectangle 0,$((${2#*x} - 44)) ${2/x/,}" \
		"$1"
}

picture()
{
	import -silent -window "$window" "$scratch/seen.png" 2>/dev/null &&
		without_time "$scratch/seen.png" "$size"
}

is_as_wanted()
{
	picture || return
	differ=$(compare -metric AE "$scratch/want.png" "$scratch/seen.png" \
		null: 2>&1)
	[[ $differ =~ ^[0-9]+$ && $differ -le $TOLERANCE ]]
}

# shows SCRIPT [SIZE]: the window comes to show what -o draws after a script.
shows()
{
	local size=${2:-1000x640} differ=''

	if ! draw "$1" "$scratch/want.png" 2>"$scratch/why"; then
		cat "$scratch/why"
		return
	fi
	without_time "$scratch/want.png" "$size"
	eventually 20 is_as_wanted ||
		echo "after '$1': $differ pixels differ ($(identify \
			"$scratch/seen.png" 2>&1 | cut -d' ' -f3))"
}

# do_as WORDS: adds to the script.
do_as()
{
	script+=" $1"
}

# place HINT: the middle of a place that is clicked, by what it says: X Y.
place()
{
	draw "$script" "$scratch/place.txt"
	sed -nE "s/^hot ([0-9]+),([0-9]+) ([0-9]+)x([0-9]+) .*\"$1.*/\1 \2 \3 \4/p" \
		"$scratch/place.txt" | head -n 1 | {
		read -r x y width height
		echo $((x + width / 2)) $((y + height / 2))
	}
}

# point X Y, click X Y [BUTTON]: in the window.
point()
{
	xd mousemove --window "$window" "$1" "$2"
}

click()
{
	point "$1" "$2"
	xd click "${3:-1}"
}

# titled TEXT: the window's title has it.
titled()
{
	xd getwindowname "$window" | grep -qF "$1"
}
