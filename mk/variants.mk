# SPDX-License-Identifier: GPL-2.0-or-later
#
# The same tree built otherwise, each in a build folder of its own.

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer

sanitize:
	$(Q)+$(MAKE) O=$(O)/sanitize CFLAGS="-O1 -g $(SANITIZE)" all test-programs
