# SPDX-License-Identifier: GPL-2.0-or-later
#
# libpagemap, memrank, memstats and pageviz.  This file holds the targets that
# people type; how things are built is in mk/*.mk, one subject a file.
# `make help` lists targets and switches.

.DEFAULT_GOAL := all

include mk/config.mk
include mk/quiet.mk
include mk/rules.mk
include mk/library.mk
include mk/tools.mk
include mk/tests.mk
include mk/modules.mk
include mk/install.mk
include mk/variants.mk
include mk/deps.mk

.PHONY: all run check test test-kasan bench install uninstall fuzz coverage sanitize \
	lint clean help

all: library tools hints

# Installs what is missing before anything is detected, hence the new make.
run:
	$(Q)mk/install-deps.sh build
	$(Q)+$(MAKE) $(PARALLEL) --no-print-directory all
	$(Q)$(O)/memrank

# What a developer runs after each change: fast, installs nothing.
check: all test-programs
	$(Q)$(RUN_TESTS) arch unit golden fuzz-replay

test:
	$(Q)mk/install-deps.sh build test kernel
	$(Q)+$(MAKE) $(PARALLEL) --no-print-directory all test-programs
	$(Q)mk/uml.sh $(UML_CONFIG) >/dev/null || true
	$(Q)mk/uml.sh $(UML_CONFIG) $(KASAN_CONFIG) >/dev/null || true
	$(Q)+MAKE="$(MAKE)" $(RUN_TESTS) $(TEST_GROUPS)

# The modules in a kernel that looks for faults; `test` does it too.
test-kasan:
	$(Q)mk/install-deps.sh build test kernel
	$(Q)+$(MAKE) $(PARALLEL) --no-print-directory all
	$(Q)mk/uml.sh $(UML_CONFIG) $(KASAN_CONFIG) >/dev/null || true
	$(Q)+MAKE="$(MAKE)" $(RUN_TESTS) kasan

bench:
	$(Q)mk/install-deps.sh build bench
	$(Q)+$(MAKE) $(PARALLEL) --no-print-directory all bench-programs
	$(Q)BUILD=$(abspath $(O)) tests/bench/run $(BENCH_ARGS)

clean:
	$(Q)rm -rf $(O)

help:
	$(Q)sed 's/^# \{0,1\}//' mk/help.txt
