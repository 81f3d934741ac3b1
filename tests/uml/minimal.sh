#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The modules in a virtual kernel: User-Mode Linux, built once by mk/uml.sh.

. tests/kernel/common.sh

uml_guest "the modules in User-Mode Linux" tests/uml/minimal.config
uml_run 256M STRESS="${STRESS:-5}"
finish
