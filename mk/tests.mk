# SPDX-License-Identifier: GPL-2.0-or-later
#
# Test programs: which file becomes which program.  What is run, and in what
# order, is tests/run's.
#
#   tests/unit/test_*.c     a cmocka program each, with the library's internals;
#                           test_TOOL_*.c also with all of that tool but main,
#                           of pageviz with what of it is used
#   tests/live/live_*.c     a cmocka program each; live_launch.c and
#                           live_pressure.c also with the parts of memstats
#                           that start and guard processes
#   tests/fuzz/fuzz_*.c     a program each that replays a corpus (replay.c)
#   tests/fixtures/*.c, tests/bench/*.c, and any other tests/live/*.c
#                           a plain program each
#   tests/vkernel/*.c       a plain program each, but guest_*.c, which the
#                           scripts there make for a guest
#   tests/bench/programs/*.c  a program each, of nothing but that file: what is
#                           packed must not grow by what we link
#   common*.c in any of them is linked with every program of its folder;
#   test_vk_*.c and fuzz_vk_*.c have fixtures/common_guest_*.c too

TEST_GROUPS ?= arch unit golden fuzz-replay live tui viz build kernel uml vkernel kasan \
	sanitize
UML_CONFIG   := tests/uml/minimal.config
KASAN_CONFIG := tests/uml/debug.config
RUN_TESTS   := BUILD=$(abspath $(O)) tests/run

CMOCKA_LIBS := $(shell $(PKG_CONFIG) --libs cmocka 2>/dev/null)
ifeq ($(CMOCKA_LIBS),)
MISSING_TEST := libcmocka-dev
endif

# $(call test_srcs,FOLDER): its C files but the common ones.
test_srcs   = $(filter-out tests/$(1)/common%,$(wildcard tests/$(1)/*.c))
test_common = $(call objects,$(wildcard tests/$(1)/common*.c))
test_progs  = $(patsubst %.c,$(O)/%,$(1))

UNIT_SRCS := $(wildcard tests/unit/test_*.c)
LIVE_SRCS := $(wildcard tests/live/live_*.c)
FUZZ_SRCS := $(if $(wildcard tests/fuzz/replay.c),$(wildcard tests/fuzz/fuzz_*.c))
CMOCKA_PROGS := $(call test_progs,$(UNIT_SRCS) $(LIVE_SRCS))
FUZZ_PROGS   := $(call test_progs,$(FUZZ_SRCS))
PLAIN_PROGS  := $(call test_progs,$(call test_srcs,fixtures) \
	$(filter-out $(LIVE_SRCS),$(call test_srcs,live)) \
	$(filter-out tests/vkernel/guest_%,$(call test_srcs,vkernel)))
BENCH_PROGS  := $(call test_progs,$(call test_srcs,bench))
PACKED_PROGS := $(call test_progs,$(wildcard tests/bench/programs/*.c))
PACKED_STATIC := $(O)/tests/bench/programs/server-static

$(O)/obj/tests/%.o: OBJ_CPPFLAGS = -I$(LIB_DIR)/src -Itools/common -Itests \
	$(TOOL_CPPFLAGS)

test-programs: $(if $(MISSING_TEST),no-cmocka,$(CMOCKA_PROGS)) $(FUZZ_PROGS) \
	$(PLAIN_PROGS) $(PACKED_PROGS) $(O)/tests/bench/pack
bench-programs: $(BENCH_PROGS) $(PACKED_PROGS) $(PACKED_STATIC)
.PHONY: test-programs bench-programs no-cmocka

no-cmocka:
	@echo "  No unit and live tests here: apt-get install $(MISSING_TEST)"

TEST_LINK = $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) \
	$(TEST_ARCHIVE) $(COMMON_A) $(LIB_A) $(TEST_LIBS) $(TOOL_LIBS) -lm
TEST_NEEDS = $(COMMON_A) $(if $(LIB_SRCS),$(LIB_A))

$(CMOCKA_PROGS): TEST_LIBS = $(CMOCKA_LIBS)

MEMRANK_TESTS := $(filter $(O)/tests/unit/test_memrank_%,$(CMOCKA_PROGS))
$(MEMRANK_TESTS): $(filter-out %/main.o,$(call objects,$(call tool_srcs,memrank)))
$(O)/obj/tests/unit/test_memrank_%.o: OBJ_CPPFLAGS += -Itools/memrank \
	-Itools/memrank/screen

LAUNCH_TESTS := $(filter %/live_launch %/live_pressure,$(CMOCKA_PROGS))
$(LAUNCH_TESTS): $(call objects,$(addprefix tools/memstats/,launch.c \
	launch_agent.c offspring.c guardian.c))
$(patsubst $(O)/%,$(O)/obj/%.o,$(LAUNCH_TESTS)): OBJ_CPPFLAGS += -Itools/memstats

MEMSTATS_TESTS := $(filter $(O)/tests/unit/test_memstats_%,$(CMOCKA_PROGS))
$(MEMSTATS_TESTS): $(filter-out %/main.o,$(call objects,$(call tool_srcs,memstats)))
$(O)/obj/tests/unit/test_memstats_%.o: OBJ_CPPFLAGS += -Itools/memstats

GUEST_TESTS := $(filter $(O)/tests/unit/test_vk_% $(O)/tests/fuzz/fuzz_vk_%, \
	$(CMOCKA_PROGS) $(FUZZ_PROGS))
$(GUEST_TESTS): $(call objects,$(wildcard tests/fixtures/common_guest_*.c))
$(patsubst $(O)/%,$(O)/obj/%.o,$(GUEST_TESTS)): OBJ_CPPFLAGS += -Itests/fixtures

# A test of one room needs no window: an archive gives what is used.  Two rooms
# may have files of one name, which only appending (q) keeps both.
PAGEVIZ_A := $(O)/pageviz.a
PAGEVIZ_OBJS := $(filter-out %/main.o,$(call objects,$(call tool_srcs,pageviz)))
$(PAGEVIZ_A): $(PAGEVIZ_OBJS) $(O)/sources
	$(call say,AR,$@)rm -f $@ && $(AR) qcs $@ $(PAGEVIZ_OBJS)

PAGEVIZ_TESTS := $(filter $(O)/tests/unit/test_pageviz_%,$(CMOCKA_PROGS))
$(PAGEVIZ_TESTS): $(PAGEVIZ_A)
$(PAGEVIZ_TESTS): TEST_ARCHIVE = $(PAGEVIZ_A)
$(PAGEVIZ_TESTS): TEST_LIBS = $(CMOCKA_LIBS) $(VIZ_LIBS)
$(O)/obj/tests/unit/test_pageviz_%.o: OBJ_CPPFLAGS += -Itools/pageviz \
	$(VIZ_CPPFLAGS)

$(O)/tests/bench/tiles: $(PAGEVIZ_A)
$(O)/tests/bench/tiles: TEST_ARCHIVE = $(PAGEVIZ_A)
$(O)/obj/tests/bench/tiles.o: OBJ_CPPFLAGS += -Itools/pageviz

# Plain programs read their corpus once; FUZZER=1 gives libFuzzer's.
ifeq ($(FUZZER),1)
$(FUZZ_PROGS): TEST_LIBS = -fsanitize=fuzzer
else
$(FUZZ_PROGS): $(O)/obj/tests/fuzz/replay.o
endif

.SECONDEXPANSION:
$(CMOCKA_PROGS) $(FUZZ_PROGS) $(PLAIN_PROGS) $(BENCH_PROGS): $(O)/tests/%: \
		$(O)/obj/tests/%.o $$(call test_common,$$(*D)) $(TEST_NEEDS)
	@mkdir -p $(@D)
	$(call say,LD,$@)$(TEST_LINK)

$(PACKED_PROGS): $(O)/tests/%: $(O)/obj/tests/%.o
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $<

$(PACKED_STATIC): $(O)/obj/tests/bench/programs/server.o
	@mkdir -p $(@D)
	$(call say,LD,$@)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -static -o $@ $<

# Kept: they would be taken for intermediate files and made again each time.
.SECONDARY:
