# SPDX-License-Identifier: GPL-2.0-or-later
#
# The same tree built otherwise, each in a build folder of its own, and the
# linters.  tests/run builds the sanitized variant by sanitize-programs.

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
COVERAGE := --coverage -fprofile-update=atomic
FUZZ_SECONDS ?= 30

.PHONY: sanitize-programs fuzz-programs

sanitize-programs:
	$(Q)+$(MAKE) $(PARALLEL) O=$(O)/sanitize CFLAGS="-O1 -g $(SANITIZE)" all test-programs

sanitize: sanitize-programs
	$(Q)BUILD=$(abspath $(O)/sanitize) TEST_TIMEOUT=720 \
		tests/run unit golden fuzz-replay live

# Figures stand even if a test fails: the counts of what ran are what is asked.
coverage:
	$(Q)mk/install-deps.sh build test coverage
	$(Q)+$(MAKE) $(PARALLEL) O=$(O)/coverage CFLAGS="-O0 -g $(COVERAGE)" all test-programs
	$(Q)find $(O)/coverage -name '*.gcda' -delete
	-$(Q)umask 0; chmod -R a+rwX $(O)/coverage; \
		BUILD=$(abspath $(O)/coverage) tests/run unit golden live
	$(Q)gcovr -r . --filter '$(LIB_DIR)/src/' $(O)/coverage >$(O)/coverage.txt
	$(Q)awk 'NF > 3 && $$4 ~ /%/ { printf "%-44s %6d %6d %5s\n", $$1, $$2, $$3, $$4 }' \
		$(O)/coverage.txt
	@echo "  Lines that never ran: $(O)/coverage.txt"

# clang's libFuzzer; what it finds new is kept in the build folder.
fuzz-programs:
	$(Q)mk/install-deps.sh build fuzz
	$(Q)+$(MAKE) $(PARALLEL) O=$(O)/fuzz CC=$(CLANG) FUZZER=1 \
		CFLAGS="-O1 -g -fsanitize=fuzzer-no-link,address,undefined" \
		$(patsubst $(O)/%,$(O)/fuzz/%,$(FUZZ_PROGS))

fuzz: fuzz-programs
	$(Q)set -e; for name in $(notdir $(FUZZ_PROGS)); do \
		mkdir -p $(O)/fuzz/corpus/$$name; \
		$(O)/fuzz/tests/fuzz/$$name -max_total_time=$(FUZZ_SECONDS) \
			-artifact_prefix=$(O)/fuzz/ $(O)/fuzz/corpus/$$name \
			tests/fuzz/corpus/$${name#fuzz_}; \
	done

# A linter that is not installed is left out, and said.
LINT_SRCS := $(LIB_SRCS) $(wildcard tools/*/*.c tools/*/*/*.c)
LINT_FLAGS = $(ALL_CPPFLAGS) $(TOOL_CPPFLAGS) $(VIZ_CPPFLAGS) -Itools/common \
	$(addprefix -Itools/,$(TOOLS)) -I$(LIB_DIR)/src

LINTERS := lint-cppcheck lint-clang-tidy lint-shellcheck
.PHONY: $(LINTERS)

lint: $(LINTERS)

lint-cppcheck:
	$(Q)mk/lint.sh cppcheck $(LINT_FLAGS) -- $(LINT_SRCS)

lint-clang-tidy:
	$(Q)mk/lint.sh clang-tidy -std=gnu17 $(LINT_FLAGS) -- $(LINT_SRCS)

lint-shellcheck:
	$(Q)mk/lint.sh shellcheck -- tests/run .ci/run \
		$(wildcard mk/*.sh tests/*/*.sh docs/*/*.sh \
			tools/*/*.bash-completion)
