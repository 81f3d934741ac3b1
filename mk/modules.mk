# SPDX-License-Identifier: GPL-2.0-or-later
#
# Kernel modules, built outside of the kernel's tree, in the build folder:
#
#   make modules [KDIR=/lib/modules/V/build] [ARCH=um] [CROSS_COMPILE=...]
#
# What make was told is not handed on: O means something else to a kernel.

KDIR ?= /lib/modules/$(shell uname -r)/build
MODULES_O ?= $(O)/modules

KERNEL_MAKE = env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u O make -s -C $(KDIR) \
	M=$(abspath $(MODULES_O)) $(if $(ARCH),ARCH=$(ARCH)) \
	$(if $(CROSS_COMPILE),CROSS_COMPILE=$(CROSS_COMPILE)) \
	$(if $(PAGEMAP_FLUSH),PAGEMAP_FLUSH=$(PAGEMAP_FLUSH)) \
	$(if $(INSTALL_MOD_PATH),INSTALL_MOD_PATH=$(INSTALL_MOD_PATH))

.PHONY: modules modules_install install_dkms

modules:
	$(Q)test -e $(KDIR)/Makefile || { \
		echo "  No kernel to build modules for in $(KDIR): give KDIR=," \
			"or install its headers (linux-headers-...)"; exit 1; }
	$(Q)mkdir -p $(MODULES_O)
	$(Q)cp -Ru kernel/. $(MODULES_O)
	$(call say,MAKE,modules for $(KDIR))$(KERNEL_MAKE) modules
	$(Q)find $(MODULES_O) -name '*.ko' -exec cp {} $(O) \;

modules_install: modules
	$(Q)$(KERNEL_MAKE) modules_install

# Where dkms looks for sources; `dkms add pagemap/$(VERSION)` takes them up.
install_dkms:
	$(Q)mkdir -p $(DESTDIR)/usr/src/pagemap-$(VERSION)
	$(Q)cp -R kernel/. $(DESTDIR)/usr/src/pagemap-$(VERSION)
