# SPDX-License-Identifier: GPL-2.0-or-later
#
# What goes where on a system.  The installed tools are linked once more: the
# ones in the build folder look for the library beside themselves, which an
# installed program must not.  Where the loader does not look by itself (a
# PREFIX of your own), they look in the library folder of that prefix.

LIB_REAL  := libpagemap.so.$(SOVERSION).0.0
MAN3      := $(wildcard $(LIB_DIR)/man/*.3)
MAN1      := $(wildcard tools/*/*.1)
PUBLIC    := $(wildcard $(LIB_DIR)/include/libpagemap/*.h)
UAPI      := $(wildcard kernel/uapi/*.h)
INSIDE    := tools/common/pagemap-inside.sh
COMPLETIONS := $(wildcard tools/*/*.bash-completion)
INSTALL   ?= install
INSTALL_RPATH ?= $(if $(filter /usr /usr/local,$(PREFIX)),,$$ORIGIN/../lib)

PC_FILE := $(O)/install/libpagemap.pc
INSTALL_TOOLS := $(addprefix $(O)/install/,$(TOOLS))

define install_tool_rules
$(O)/install/$(1): $(call objects,$(call tool_srcs,$(1))) $(COMMON_A) \
		$(TOOL_LINK_LIB) $(O)/sources
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)$$(call link_tool,$$@,$(1),$$(INSTALL_RPATH))
endef
$(foreach tool,$(TOOLS),$(eval $(call install_tool_rules,$(tool))))

$(PC_FILE): $(LIB_DIR)/libpagemap.pc.in force
	@mkdir -p $(@D)
	@sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
		-e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(VERSION)|' \
		$< >$@

install: library $(INSTALL_TOOLS) $(PC_FILE)
	$(Q)$(INSTALL) -d $(addprefix $(DESTDIR),$(BINDIR) $(LIBDIR)/pkgconfig \
		$(INCLUDEDIR)/libpagemap $(MANDIR)/man1 $(MANDIR)/man3 $(BASHCOMPDIR) \
		$(DATADIR)/pagemap)
	$(Q)$(INSTALL) -m 755 $(LIB_SO) $(DESTDIR)$(LIBDIR)/$(LIB_REAL)
	$(Q)ln -sf $(LIB_REAL) $(DESTDIR)$(LIBDIR)/$(notdir $(LIB_SO))
	$(Q)ln -sf $(notdir $(LIB_SO)) $(DESTDIR)$(LIBDIR)/libpagemap.so
	$(Q)$(INSTALL) -m 644 $(LIB_A) $(DESTDIR)$(LIBDIR)
	$(Q)$(INSTALL) -m 644 $(PUBLIC) $(UAPI) \
		$(DESTDIR)$(INCLUDEDIR)/libpagemap
	$(Q)$(INSTALL) -m 644 $(PC_FILE) $(DESTDIR)$(LIBDIR)/pkgconfig
	$(if $(MAN3),$(Q)$(INSTALL) -m 644 $(MAN3) $(DESTDIR)$(MANDIR)/man3)
	$(if $(MAN1),$(Q)$(INSTALL) -m 644 $(MAN1) $(DESTDIR)$(MANDIR)/man1)
	$(if $(TOOLS),$(Q)$(INSTALL) -m 755 $(INSTALL_TOOLS) $(DESTDIR)$(BINDIR))
	$(Q)$(INSTALL) -m 755 $(INSIDE) $(DESTDIR)$(DATADIR)/pagemap/pagemap-inside
	$(foreach file,$(COMPLETIONS),$(Q)$(INSTALL) -m 644 $(file) \
		$(DESTDIR)$(BASHCOMPDIR)/$(notdir $(file:.bash-completion=))$(newline))
	$(if $(DESTDIR),,-$(Q)ldconfig 2>/dev/null || :)

uninstall:
	$(Q)rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,$(LIB_REAL) $(notdir $(LIB_SO)) \
		libpagemap.so libpagemap.a pkgconfig/libpagemap.pc)
	$(Q)rm -f $(addprefix $(DESTDIR)$(INCLUDEDIR)/libpagemap/, \
		$(notdir $(PUBLIC) $(UAPI)))
	$(Q)rm -f $(addprefix $(DESTDIR)$(MANDIR)/man3/,$(notdir $(MAN3)))
	$(Q)rm -f $(addprefix $(DESTDIR)$(MANDIR)/man1/,$(notdir $(MAN1)))
	$(Q)rm -f $(addprefix $(DESTDIR)$(BINDIR)/,$(TOOLS))
	$(Q)rm -f $(addprefix $(DESTDIR)$(BASHCOMPDIR)/,$(TOOLS))
	$(Q)rm -f $(DESTDIR)$(DATADIR)/pagemap/pagemap-inside
	$(Q)rmdir $(DESTDIR)$(DATADIR)/pagemap 2>/dev/null || :
	$(Q)rmdir $(DESTDIR)$(INCLUDEDIR)/libpagemap 2>/dev/null || :

define newline


endef
