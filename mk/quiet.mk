# SPDX-License-Identifier: GPL-2.0-or-later
#
# Short lines instead of commands; V=1 shows the commands.

V ?= 0
ifeq ($(V),1)
Q :=
say =
else
Q := @
say = @printf '  %-7s %s\n' '$(1)' '$(2)';
MAKEFLAGS += --no-print-directory
endif
