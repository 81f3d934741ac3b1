# SPDX-License-Identifier: GPL-2.0-or-later
#
# Header dependencies, written by the compiler beside each object.

-include $(shell find $(O)/obj -name '*.d' 2>/dev/null)
