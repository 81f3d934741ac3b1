# SPDX-License-Identifier: GPL-2.0-or-later
#
# libpagemap: the shared object, the archive (same objects, so that tests
# reach internals) and the links that a linker and a loader look for.

LIB_DIR  := lib/libpagemap
LIB_SRCS := $(wildcard $(LIB_DIR)/src/*.c)
LIB_OBJS := $(call objects,$(LIB_SRCS))
LIB_MAP  := $(wildcard $(LIB_DIR)/libpagemap.map)
LIB_SO   := $(O)/libpagemap.so.$(SOVERSION)
LIB_A    := $(O)/libpagemap.a

$(LIB_OBJS): OBJ_CPPFLAGS = -I$(LIB_DIR)/src
$(LIB_OBJS): OBJ_CFLAGS = -fPIC -fno-semantic-interposition

# A static or cross build may have no use for the shared object, but making
# it costs little and keeps one path.
library: $(if $(LIB_SRCS),$(LIB_SO) $(O)/libpagemap.so $(LIB_A))
.PHONY: library

$(LIB_SO): $(LIB_OBJS) $(LIB_MAP) $(O)/sources
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -shared -o $@ \
		-Wl,-soname,$(@F) -Wl,-Bsymbolic-functions $(LIB_DEFS) \
		$(addprefix -Wl$(comma)--version-script=,$(LIB_MAP)) $(LIB_OBJS)

# Sanitizers leave their run-time's symbols open; all else must be defined.
LIB_DEFS := $(if $(findstring sanitize,$(CFLAGS)),,-Wl,-z,defs)

$(O)/libpagemap.so: $(LIB_SO)
	@ln -sf $(<F) $@

$(LIB_A): $(LIB_OBJS) $(O)/sources
	$(call say,AR,$@)rm -f $@ && $(AR) rcs $@ $(LIB_OBJS)
