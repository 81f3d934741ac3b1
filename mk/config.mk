# SPDX-License-Identifier: GPL-2.0-or-later
#
# Switches, their defaults, and what was found on this machine.  Everything
# here may be given on the command line; nothing here builds anything.

VERSION   := 0.1.0
SOVERSION := 1

# What builds on the way to something else uses every CPU, unless it was told
# how many to use.
PARALLEL = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

O          ?= build
PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR     ?= $(PREFIX)/share/man
DATADIR    ?= $(PREFIX)/share
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
DESTDIR    ?=
STATIC     ?= 0

ifeq ($(origin CC),default)
CC := $(CROSS_COMPILE)gcc
endif
ifeq ($(origin AR),default)
AR := $(CROSS_COMPILE)gcc-ar
endif
NM         ?= $(CROSS_COMPILE)nm
CLANG      ?= clang
PKG_CONFIG ?= $(CROSS_COMPILE)pkg-config

CFLAGS  ?= -O2 -g
LDFLAGS ?=

# $(call found,MODULE): 1 if pkg-config knows the module, else 0.
found = $(shell $(PKG_CONFIG) --exists $(1) 2>/dev/null && echo 1 || echo 0)

# Only the tools use these; the library needs libc and threads alone.
ifndef WITH_JSON_C
WITH_JSON_C := $(call found,json-c)
MISSING += $(if $(filter 0,$(WITH_JSON_C)),libjson-c-dev)
endif
# Debian's libproc2 needs libsystemd, of which there is no static archive.
ifndef WITH_LIBPROC2
ifeq ($(STATIC),1)
WITH_LIBPROC2 := 0
else
WITH_LIBPROC2 := $(call found,libproc2)
endif
MISSING += $(if $(filter 00,$(WITH_LIBPROC2)$(STATIC)),libproc2-dev)
endif

ifndef WITH_NCURSES
WITH_NCURSES := $(call found,ncursesw)
MISSING += $(if $(filter 0,$(WITH_NCURSES)),libncurses-dev)
endif

PKG_STATIC := $(if $(filter 1,$(STATIC)),--static)

ifeq ($(WITH_JSON_C),1)
TOOL_CPPFLAGS += -DHAVE_JSON_C=1 $(shell $(PKG_CONFIG) --cflags json-c)
TOOL_LIBS     += $(shell $(PKG_CONFIG) --libs $(PKG_STATIC) json-c)
endif
# The shared libproc2 brings libsystemd and six more along: 1 ms at each start
# (measured 1.8 against 0.9 ms), as much as ranking fifty processes takes, for
# questions about logins that the tools never ask.  So the archive is linked
# where there is one, those questions defined away; LIBPROC2_SHARED=1 says no.
ifeq ($(WITH_LIBPROC2),1)
LIBPROC2_A := $(if $(filter 1,$(LIBPROC2_SHARED)),,$(filter /%,$(shell \
	$(CC) -print-file-name=libproc2.a)))
ifneq ($(LIBPROC2_A),)
LIBPROC2_LIBS := $(LIBPROC2_A) $(shell $(NM) $(LIBPROC2_A) 2>/dev/null | \
	awk '$$1 == "U" && $$2 ~ /^sd_/ && !seen[$$2]++ { \
		print "-Wl,--defsym=" $$2 "=0" }')
else
LIBPROC2_LIBS := $(shell $(PKG_CONFIG) --libs libproc2)
endif
TOOL_CPPFLAGS += -DHAVE_LIBPROC2=1 $(shell $(PKG_CONFIG) --cflags libproc2)
TOOL_LIBS     += $(LIBPROC2_LIBS)
endif

# Linked from the archives where there are some, as libproc2 is: a ranking that
# shows no screen shall not wait for the loader.
ifeq ($(WITH_NCURSES),1)
NCURSES_A := $(filter /%,$(shell $(CC) -print-file-name=libncursesw.a) \
	$(shell $(CC) -print-file-name=libtinfo.a))
TOOL_CPPFLAGS += -DHAVE_NCURSES=1 \
	$(filter -I%,$(shell $(PKG_CONFIG) --cflags ncursesw))
TOOL_LIBS     += $(if $(filter 2,$(words $(NCURSES_A))),$(NCURSES_A),$(shell \
	$(PKG_CONFIG) --libs $(PKG_STATIC) ncursesw))
endif

# What pageviz alone uses: a window, letters, images.  Each is left out by its
# switch, and in a static program, which cannot load a driver of video.
# $(1): switch, $(2): module, $(3): Debian's package.
define viz_package
ifndef WITH_$(1)
WITH_$(1) := $$(if $$(filter 1,$$(STATIC)),0,$$(call found,$(2)))
MISSING += $$(if $$(filter 00,$$(WITH_$(1))$$(STATIC)),$(3))
endif
ifeq ($$(WITH_$(1)),1)
VIZ_CPPFLAGS += -DHAVE_$(1)=1 $$(shell $$(PKG_CONFIG) --cflags $(2))
VIZ_LIBS     += $$(shell $$(PKG_CONFIG) --libs $(2))
endif
endef
$(eval $(call viz_package,SDL2,sdl2,libsdl2-dev))
$(eval $(call viz_package,SDL2_TTF,SDL2_ttf,libsdl2-ttf-dev))
$(eval $(call viz_package,FONTCONFIG,fontconfig,libfontconfig-dev))
$(eval $(call viz_package,LIBPNG,libpng,libpng-dev))

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes

ALL_CPPFLAGS = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DPAGEMAP_VERSION='"$(VERSION)"' \
	-Ilib/libpagemap/include $(CPPFLAGS)
ALL_CFLAGS   = -std=gnu17 $(WARNINGS) -pthread -fvisibility=hidden \
	$(CFLAGS) $(if $(filter 1,$(WERROR)),-Werror)
ALL_LDFLAGS  = -pthread -Wl,--as-needed -Wl,-O1 $(LDFLAGS)
