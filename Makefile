# kumatop. `make help` lists what there is to make.

VERSION = 0.1.0
PREFIX = /usr/local
DESTDIR =
CC = gcc
MODE = release
BUILD = build/$(MODE)

PACKAGES = ncursesw libcurl libssl libcrypto sqlite3 libconfig libuv libcares libpcre2-8 jansson
TEST_PACKAGES = cmocka vterm

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wformat=2 -Wundef -Wcast-qual -Wwrite-strings -Wpointer-arith -Wvla -Wimplicit-fallthrough \
	-Wnull-dereference -Wno-unused-parameter
HARDENING = -fstack-protector-strong -fPIE
ifeq ($(MODE),release)
HARDENING += -D_FORTIFY_SOURCE=2 -fstack-clash-protection $(if $(filter x86_64,$(shell uname -m)),-fcf-protection)
endif
LINK_HARDENING = -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack

OPTIMIZE = -O2 -g
ifeq ($(MODE),san)
OPTIMIZE = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
endif
ifeq ($(MODE),tsan)
OPTIMIZE = -O1 -g -fsanitize=thread -fno-omit-frame-pointer
endif
ifeq ($(MODE),fuzz)
CC = clang
OPTIMIZE = -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer
endif

CFLAGS =
LDFLAGS =
# Third-party headers are not ours to warn about.
PACKAGE_CFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PACKAGES) 2>/dev/null))
PACKAGE_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)
TEST_LIBS = $(shell pkg-config --libs $(TEST_PACKAGES) 2>/dev/null)

ALL_CFLAGS = -std=c17 -D_GNU_SOURCE $(OPTIMIZE) $(WARNINGS) $(HARDENING) -pthread -MMD -MP -Iinclude -I$(BUILD) \
	-include kumatop/banned.h -DKUMATOP_VERSION='"$(VERSION)"' -DKUMATOP_PREFIX='"$(PREFIX)"' $(PACKAGE_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(OPTIMIZE) $(LINK_HARDENING) -pthread $(LDFLAGS)

SOURCES := $(sort $(wildcard src/*/*.c))
OBJECTS = $(SOURCES:%.c=$(BUILD)/%.o)
LIBRARY = $(BUILD)/libkumatop.a
PROGRAM = $(if $(filter release,$(MODE)),kumatop,$(BUILD)/kumatop)

TEST_LIBRARY_SOURCES := $(sort $(wildcard tests/lib/*.c) $(filter-out tests/bench/bench_%,$(wildcard tests/bench/*.c)))
TEST_LIBRARY = $(BUILD)/libtests.a
TEST_TOOL_SOURCES := $(sort $(wildcard tests/lib/tools/*.c))
TEST_TOOLS = $(TEST_TOOL_SOURCES:tests/lib/tools/%.c=$(BUILD)/tests/%) $(BUILD)/tests/faults.so
TEST_SOURCES := $(sort $(wildcard tests/unit/test_*.c tests/probe/test_*.c tests/tui/test_*.c tests/cli/test_*.c tests/fault/test_*.c))
TEST_PROGRAMS = $(TEST_SOURCES:%.c=$(BUILD)/%)
TEST_SCRIPTS := $(sort $(wildcard tests/cli/*.sh tests/fault/*.sh))
FAULT_PROGRAMS = $(filter $(BUILD)/tests/fault/%,$(TEST_PROGRAMS))
FAULT_SCRIPTS = $(filter tests/fault/%,$(TEST_SCRIPTS))
BENCH_SOURCES := $(sort $(wildcard tests/bench/bench_*.c))
BENCH_PROGRAMS = $(BENCH_SOURCES:%.c=$(BUILD)/%)
FUZZ_SOURCES := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_PROGRAMS = $(FUZZ_SOURCES:%.c=$(BUILD)/%)

all: $(PROGRAM)

help:
	@echo 'make              build ./kumatop'
	@echo 'make run          install what is missing, build, and open the screen with kumatop.conf'
	@echo 'make test         install what is missing, build, and run all tests'
	@echo 'make deps         install what building needs (test-deps: what testing needs)'
	@echo 'make san          the tests under AddressSanitizer and UndefinedBehaviorSanitizer'
	@echo 'make tsan         the tests under ThreadSanitizer'
	@echo 'make fault        the tests of tests/fault in their long form: 100 kills, and the like'
	@echo 'make lint         layers, headers, banned functions, clang-tidy, cppcheck'
	@echo 'make bench        the numbers of the README, each a ratio to a reference program'
	@echo 'make fuzz-smoke   every fuzzer for a few seconds'
	@echo 'make install      into $$DESTDIR$$PREFIX ($(PREFIX)); uninstall takes it away'
	@echo 'make dist         kumatop-$(VERSION).tar.gz from the committed tree'
	@echo 'make clean        remove everything that was made'
	@echo
	@echo 'Variables: CC CFLAGS LDFLAGS PREFIX DESTDIR'

# One short line a file; V=1 shows the commands.
Q = $(if $(V),,@)
SAY = @$(if $(V),:,printf '  %-4s %s\n')

# What is missing is installed before anything asks pkg-config for flags, hence the second make.
run: deps
	@$(MAKE) --no-print-directory all
	./kumatop --config kumatop.conf

test: test-deps
	@$(MAKE) --no-print-directory test-run

deps:
	@.ci/deps build

test-deps:
	@.ci/deps test

test-run: $(PROGRAM) $(TEST_PROGRAMS) $(TEST_TOOLS)
	@KUMATOP=$(abspath $(PROGRAM)) TOOLS=$(abspath $(BUILD)/tests) tests/lib/run $(TEST_PROGRAMS) $(TEST_SCRIPTS)

san: test-deps
	@$(MAKE) --no-print-directory MODE=san test-run

tsan: test-deps
	@$(MAKE) --no-print-directory MODE=tsan test-run

# The same tests as in `make test`, in the form that takes its time.
fault: test-deps
	@$(MAKE) --no-print-directory fault-run

fault-run: $(PROGRAM) $(FAULT_PROGRAMS) $(TEST_TOOLS)
	@FAULT=full KUMATOP=$(abspath $(PROGRAM)) TOOLS=$(abspath $(BUILD)/tests) tests/lib/run $(FAULT_PROGRAMS) $(FAULT_SCRIPTS)

lint: lint-deps
	@tests/lint/run '$(PACKAGE_CFLAGS)'

lint-deps:
	@.ci/deps lint

bench: test-deps
	@$(MAKE) --no-print-directory bench-run

bench-run: $(PROGRAM) $(BENCH_PROGRAMS) $(TEST_TOOLS)
	@KUMATOP=$(abspath $(PROGRAM)) TOOLS=$(abspath $(BUILD)/tests) BENCH=$(abspath $(BUILD)/tests/bench) tests/bench/run

fuzz-smoke: lint-deps
	@$(MAKE) --no-print-directory MODE=fuzz fuzz-run

fuzz-run: $(FUZZ_PROGRAMS)
	@tests/fuzz/run $(FUZZ_PROGRAMS)

$(LIBRARY): $(OBJECTS)
	@rm -f $@
	$(SAY) AR $@
	$(Q)ar rcsP $@ $(OBJECTS)

$(PROGRAM): $(BUILD)/src/main.o $(LIBRARY)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $(BUILD)/src/main.o $(LIBRARY) $(PACKAGE_LIBS) -lm

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(SAY) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Files that are embedded: each line becomes a C string.
$(BUILD)/assets/%.inc: src/assets/%
	@mkdir -p $(@D)
	$(SAY) TEXT $<
	$(Q)sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' $< > $@

$(BUILD)/src/store/schema.o: $(BUILD)/assets/schema.sql.inc $(patsubst src/assets/%,$(BUILD)/assets/%.inc,$(wildcard src/assets/upgrade-*.sql))
$(BUILD)/src/format/report_html.o: $(BUILD)/assets/report.css.inc
$(BUILD)/src/store/schema.o $(BUILD)/src/format/report_html.o: WARNINGS += -Wno-overlength-strings

$(TEST_LIBRARY): $(TEST_LIBRARY_SOURCES:%.c=$(BUILD)/%.o)
	@rm -f $@
	$(SAY) AR $@
	$(Q)ar rcsP $@ $^

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(TEST_LIBRARY) $(LIBRARY)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) $(if $(findstring /fuzz/,$@),-fsanitize=fuzzer) -o $@ $< $(TEST_LIBRARY) $(LIBRARY) $(PACKAGE_LIBS) $(TEST_LIBS) -lm

$(filter-out %.so,$(TEST_TOOLS)): $(BUILD)/tests/%: $(BUILD)/tests/lib/tools/%.o $(TEST_LIBRARY) $(LIBRARY)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $< $(TEST_LIBRARY) $(LIBRARY) $(PACKAGE_LIBS) $(TEST_LIBS) -lm

# Preloaded into ./kumatop, it shows other clocks and disks than there are.
$(BUILD)/tests/faults.so: tests/lib/preload/faults.c Makefile
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) -std=c17 -D_GNU_SOURCE -O2 -g $(WARNINGS) -fPIC -shared -Wl,-z,relro,-z,now -o $@ $<

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/kumatop/themes $(DESTDIR)$(PREFIX)/share/doc/kumatop \
		$(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/sysusers.d
	install -m 755 kumatop $(DESTDIR)$(PREFIX)/bin/kumatop
	install -m 644 themes/*.theme $(DESTDIR)$(PREFIX)/share/kumatop/themes/
	install -m 644 kumatop.conf README.md LICENSE $(DESTDIR)$(PREFIX)/share/doc/kumatop/
	install -m 644 src/assets/kumatop.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	sed 's|@PREFIX@|$(PREFIX)|' src/assets/kumatop.service > $(DESTDIR)$(PREFIX)/lib/systemd/system/kumatop.service
	install -m 644 src/assets/kumatop.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/kumatop.conf

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/kumatop $(DESTDIR)$(PREFIX)/share/man/man1/kumatop.1 \
		$(DESTDIR)$(PREFIX)/lib/systemd/system/kumatop.service $(DESTDIR)$(PREFIX)/lib/sysusers.d/kumatop.conf
	rm -rf $(DESTDIR)$(PREFIX)/share/kumatop $(DESTDIR)$(PREFIX)/share/doc/kumatop

dist:
	git archive --prefix=kumatop-$(VERSION)/ -o kumatop-$(VERSION).tar.gz HEAD

clean:
	rm -rf build kumatop kumatop-*.tar.gz

.PHONY: all help run test deps test-deps test-run san tsan fault fault-run lint lint-deps bench bench-run fuzz-smoke fuzz-run install uninstall dist clean
# Objects of tests are made on the way to their programs; they stay.
.PRECIOUS: $(BUILD)/%.o

-include $(OBJECTS:.o=.d) $(BUILD)/src/main.d $(wildcard $(BUILD)/tests/*/*.d $(BUILD)/tests/lib/tools/*.d)
