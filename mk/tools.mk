# SPDX-License-Identifier: GPL-2.0-or-later
#
# The tools: tools/common as an internal archive, and one program for each
# other folder of tools/, of the files in it and in folders of it.  STATIC=1
# makes programs that need no library.

COMMON_SRCS := $(wildcard tools/common/*.c)
COMMON_OBJS := $(call objects,$(COMMON_SRCS))
COMMON_A    := $(if $(COMMON_SRCS),$(O)/tools-common.a)
TOOLS := $(filter-out common,$(patsubst tools/%/,%,$(sort \
	$(dir $(wildcard tools/*/*.c)))))
tool_srcs = $(wildcard tools/$(1)/*.c tools/$(1)/*/*.c)

# A folder inside a tool's sees the tool's headers too.
$(O)/obj/tools/%.o: OBJ_CPPFLAGS = -Itools/common \
	-Itools/$(word 2,$(subst /, ,$*)) $(TOOL_CPPFLAGS)
$(O)/obj/tools/pageviz/%.o: OBJ_CPPFLAGS += $(VIZ_CPPFLAGS)
TOOL_LIBS_pageviz := $(VIZ_LIBS)

tools: $(addprefix $(O)/,$(TOOLS))
.PHONY: tools

$(O)/tools-common.a: $(COMMON_OBJS) $(O)/sources
	$(call say,AR,$@)rm -f $@ && $(AR) rcs $@ $(COMMON_OBJS)

ifeq ($(STATIC),1)
TOOL_LINK_LIB  := $(LIB_A)
TOOL_LINK_ARGS := $(LIB_A) -static
else
TOOL_LINK_LIB  := $(LIB_SO) $(O)/libpagemap.so
TOOL_LINK_ARGS := -L$(O) -lpagemap
endif

# $(1): the program's file, $(2): its tool's name, $(3): its run path or none.
link_tool = $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $(1) \
	$(if $(3),-Wl$(comma)-rpath$(comma)'$(3)') \
	$(call objects,$(call tool_srcs,$(2))) $(COMMON_A) \
	$(TOOL_LINK_ARGS) $(TOOL_LIBS) $(TOOL_LIBS_$(2)) -lm

define tool_rules
$(O)/$(1): $(call objects,$(call tool_srcs,$(1))) $(COMMON_A) $(TOOL_LINK_LIB) \
		$(O)/sources
	$$(call say,LD,$$@)$$(call link_tool,$$@,$(1),$$$$ORIGIN)
endef
$(foreach tool,$(TOOLS),$(eval $(call tool_rules,$(tool))))
