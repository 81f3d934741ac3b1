# SPDX-License-Identifier: GPL-2.0-or-later
#
# How a C file becomes an object, and the stamp that has everything built
# again when flags change.  An object's own flags come from OBJ_CPPFLAGS and
# OBJ_CFLAGS, set for its folder where that folder is described.

$(O)/obj/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)$(CC) $(ALL_CPPFLAGS) $(OBJ_CPPFLAGS) $(ALL_CFLAGS) \
		$(OBJ_CFLAGS) -MMD -MP -c -o $@ $<

comma := ,

# $(call objects,FILES): their object files.
objects = $(patsubst %.c,$(O)/obj/%.o,$(1))

FLAGS_NOW = $(CC) $(ALL_CPPFLAGS) $(TOOL_CPPFLAGS) $(ALL_CFLAGS) \
	$(ALL_LDFLAGS) $(TOOL_LIBS) STATIC=$(STATIC)

# Objects are as old as the flags, and what is linked as the list of sources:
# a file that is gone, or a switch that changed, must not leave a trace.
SOURCES_NOW = $(sort $(wildcard lib/*/src/*.c tools/*/*.c \
	tools/*/*/*.c))

.PHONY: force hints
$(O)/flags: export NOW = $(FLAGS_NOW)
$(O)/sources: export NOW = $(SOURCES_NOW)
$(O)/flags $(O)/sources: force
	@mkdir -p $(@D)
	@printf '%s\n' "$$NOW" | cmp -s - $@ || printf '%s\n' "$$NOW" >$@

hints:
	$(if $(strip $(MISSING)),@echo "  Built without some packages." \
		"For all: apt-get install $(strip $(MISSING))",@:)
