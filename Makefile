# neverstop: music in, dance out.
#
#   make                the programs, into bin/
#   make help           this text
#   make test           the whole test suite; with ONLY=PATTERN the tests whose path contains it
#   make test-sanitize  the same under the address and undefined-behaviour sanitizers
#   make fuzz SECONDS=60
#                       libFuzzer on every reader of files, that long each (needs clang)
#   make debug          the programs without optimisation, into build/debug/bin/
#   make MPI=1          trainings that many processes share, into build/mpi/
#   make dance DATA=DIR OUT=DIR
#                       a whole experiment, from an AIST++ folder to a table: experiments/README.md
#   make tables DATA=DIR OUT=DIR
#                       the paper's Tables 2 to 5 on a data set; make table1 ... table7: one
#   make sheets OUT=DIR contact sheets of what an experiment's methods danced
#   make warnings       a compiler's warnings about everything, as errors: make warnings CC=clang
#   make parity         comparison with independent implementations (needs python3)
#   make bench          speed, beside that of librosa, PyTorch and SciPy in the virtual environment
#                       PEERS=DIR (needs python3); ONLY=PATTERN: only some rows
#   make man            manual pages, into build/man/
#   make install        PREFIX=/usr/local, staged into DESTDIR if that is given; make uninstall
#   make dist           a source archive of the last commit, neverstop-VERSION.tar.gz, in DIST=.
#   make clean
#
# Variables: CC, CPPFLAGS, CFLAGS, LDFLAGS; MARCH=, the oldest processor the programs are for (by
# default the compiler's choice; faster code is chosen when they run); OPT=-O3;
# BLAS=openblas, by its name in pkg-config; BUILD=build and BIN=bin, folders that may lie outside
# of a read-only source tree.

CC      ?= cc
MARCH   ?=
OPT     ?= -O3
BLAS    ?= openblas
PACKAGES = $(BLAS) fftw3 fftw3f sndfile libmpg123 soxr libxxhash zlib libcjson

# Homebrew keeps openblas where pkg-config does not look.
ifeq ($(shell uname),Darwin)
PKG_CONFIG = PKG_CONFIG_PATH="$$PKG_CONFIG_PATH:$$(brew --prefix openblas)/lib/pkgconfig" pkg-config
else
PKG_CONFIG ?= pkg-config
endif

BUILD ?= build
BIN   ?= $(if $(MPI),$(BUILD)/mpi,bin)

WARN     = -Wall -Wextra -Wshadow -Wconversion
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE $(OPT) -g $(if $(MARCH),-march=$(MARCH)) -fopenmp \
             -fno-math-errno -fno-trapping-math $(WARN) -MMD -MP -I. $(SANITIZE) \
             $(PACKAGE_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(FILE_CFLAGS)
PACKAGE_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES))
PACKAGE_LIBS   := $(shell $(PKG_CONFIG) --libs $(PACKAGES))

rooms    := lib features model metrics export demo
library  := $(filter-out lib/base/comm_mpi.c,$(shell find $(rooms) -name '*.c' | LC_ALL=C sort))
programs := $(patsubst cmd/%.c,$(BIN)/%,$(wildcard cmd/*.c))
units    := $(patsubst %.c,$(BUILD)/%,$(shell find test -name 'test_*.c' | LC_ALL=C sort)) \
            $(patsubst %.c,$(BUILD)/f64/%,$(shell find test -name 'f64_*.c' | LC_ALL=C sort))
doubles  := $(wildcard lib/nn/*.c lib/nn/*/*.c model/predictors/*.c model/banks/*.c) \
            $(filter-out $(patsubst %,model/%.c,model_file model_tensors checkpoint_file), \
                         $(wildcard model/*.c)) \
            $(patsubst %,model/train/%.c,allreduce batch contact_loss losses presets schedule \
                                         statistics trainer training)
viewer   := $(patsubst %,export/page/%.js,algebra dance body surface shaders stage plain_stage \
                                          camera player chart main)

all: $(programs)

# Loops are compiled once more for each way of computing that the target has: lib/base/loops.h.
# Whatever MARCH is, a way is the same code.
loops       := $(filter %_loops.c,$(library))
loops_avx2   = -march=x86-64 -mtune=generic -mavx2 -mfma
loops_avx512 = $(loops_avx2) -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512
loop_ways   := $(if $(filter x86_64%,$(shell $(CC) -dumpmachine)),avx2 avx512)

$(BUILD)/libneverstop.a: $(library:%.c=$(BUILD)/%.o) $(BUILD)/export/page/viewer.o \
                         $(foreach way,$(loop_ways),$(loops:%.c=$(BUILD)/%.$(way).o))
	rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/%.avx2.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(loops_avx2) -DLOOPS_WAY=avx2 -c -o $@ $<
$(BUILD)/%.avx512.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(loops_avx512) -DLOOPS_WAY=avx512 -c -o $@ $<

# The page that export-motion --to html writes: its parts in one, as an array of bytes.
$(BUILD)/export/page/viewer.html: export/page/page.html export/page/style.css $(viewer)
	@mkdir -p $(@D)
	{ sed '/@style@/,$$d' $<; cat export/page/style.css; sed '1,/@style@/d; /@script@/,$$d' $<; \
	  echo '"use strict";'; cat $(viewer); sed '1,/@script@/d' $<; } | sed 's/^ *//' >$@

$(BUILD)/export/page/viewer.c: $(BUILD)/export/page/viewer.html
	{ echo '#include "export/page/viewer.h"'; echo 'const unsigned char page_viewer[] = {'; \
	  od -An -v -tx1 $< | sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'; echo '};'; \
	  echo 'const size_t page_viewer_size = sizeof page_viewer;'; } >$@

$(BUILD)/export/page/viewer.o: $(BUILD)/export/page/viewer.c
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Fused multiply-add where it is fast; elsewhere sums keep the order and rounding of the reference
# implementations that they are compared with.
FILE_CFLAGS = -ffp-contract=off
$(BUILD)/lib/nn/%.o $(BUILD)/model/%.o: FILE_CFLAGS = -ffp-contract=fast

# With MPI=1 the programs go to $(BUILD)/mpi, and one object file takes the place of another:
# lib/base/comm.h. MPI_PACKAGE: pkg-config's name of the MPI.
MPI_PACKAGE ?= ompi-c
mpi_there   := $(shell . test/choices.sh; may_use mpi mpirun && \
                      $(PKG_CONFIG) --exists $(MPI_PACKAGE) && echo yes)
$(BUILD)/lib/base/comm_mpi.o: FILE_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(MPI_PACKAGE))

$(BUILD)/mpi/%: $(BUILD)/cmd/%.o $(BUILD)/lib/base/comm_mpi.o $(BUILD)/libneverstop.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(PACKAGE_LIBS) \
	    $(shell $(PKG_CONFIG) --libs $(MPI_PACKAGE)) -lm

ifndef MPI
$(BIN)/%: $(BUILD)/cmd/%.o $(BUILD)/libneverstop.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(PACKAGE_LIBS) -lm
endif

# lib/nn and model again in float64, in which finite differences check gradients: f64_*.c in test/.
# clang says which loops it cannot vectorise: those of exp and tanh, in float64 only.
float64 = -DNN_FLOAT64 -Wno-pass-failed
$(BUILD)/f64/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(float64) -c -o $@ $<

$(BUILD)/f64/model.a: $(doubles:%.c=$(BUILD)/f64/%.o)
	rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/f64/test/%: $(BUILD)/f64/test/%.o $(BUILD)/f64/model.a $(BUILD)/libneverstop.a
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) -lcmocka $(PACKAGE_LIBS) -lm

$(BUILD)/test/%: $(BUILD)/test/%.o $(BUILD)/libneverstop.a
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) -lcmocka $(PACKAGE_LIBS) -lm

# Readers of files, with any bytes: in the suite, and as libFuzzer's targets.
readers := $(patsubst %,$(BUILD)/test/fuzz/%.o,readers checkpoint_readers seeds input) \
           $(BUILD)/libneverstop.a
$(BUILD)/test/fuzz/test_readers: $(BUILD)/test/fuzz/test_readers.o $(readers)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) -lcmocka $(PACKAGE_LIBS) -lm
$(BUILD)/test/fuzz/fuzz_readers: $(BUILD)/test/fuzz/fuzz_readers.o $(readers)
	$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDFLAGS) $(PACKAGE_LIBS) -lm

# The example of docs/architecture.md as one more predictor, with its row in the registry: programs
# and gradient checks for test/cli/adding-a-predictor.sh.
WALK := $(BUILD)/walk
walk_programs := $(patsubst %,$(WALK)/%,train-bank train-predictor generate f64_networks)
$(WALK)/rnn.c: docs/architecture.md
	@mkdir -p $(@D)
	awk '/^```/ { on = 0 } on || /rnn.c: / { on = 1; print }' $< >$@
$(WALK)/predictors.c: model/predictors/predictors.c docs/architecture.md
	@mkdir -p $(@D)
	awk 'NR == FNR && /&predictor_rnn,/ { row = $$0 } NR == FNR && /extern.*predictor_rnn;/ { \
	     name = $$0 } NR == FNR { next } { print } /&predictor_fact,/ { print row } \
	     /extern.*predictor_fact;/ { print name }' \
	    docs/architecture.md $< >$@
$(WALK)/%.o: $(WALK)/%.c
	$(CC) $(ALL_CFLAGS) -ffp-contract=fast -c -o $@ $<
$(WALK)/f64_%.o: $(WALK)/%.c
	$(CC) $(ALL_CFLAGS) $(float64) -c -o $@ $<
$(WALK)/f64_networks: $(BUILD)/f64/test/model/f64_networks.o $(WALK)/f64_rnn.o \
                      $(WALK)/f64_predictors.o $(BUILD)/f64/model.a $(BUILD)/libneverstop.a
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) -lcmocka $(PACKAGE_LIBS) -lm
$(WALK)/%: $(BUILD)/cmd/%.o $(WALK)/rnn.o $(WALK)/predictors.o $(BUILD)/libneverstop.a
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(PACKAGE_LIBS) -lm

# The programs again with allocations that fail on demand: test/alloc/failing.c. The names are those
# of the functions that it stands before.
linux := $(filter Linux,$(shell uname -s))
ALLOC := $(BUILD)/test/alloc
failing := $(patsubst cmd/%.c,$(ALLOC)/%,$(wildcard cmd/*.c))
wrapped := main malloc calloc realloc aligned_alloc posix_memalign strdup strndup fopen fdopen \
           opendir open_memstream realpath fftw_alloc_real fftw_alloc_complex fftwf_alloc_real \
           XXH3_createState
$(ALLOC)/%: $(BUILD)/cmd/%.o $(ALLOC)/failing.o $(BUILD)/libneverstop.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(wrapped:%=-Wl,--wrap=%) -o $@ $^ $(LDFLAGS) $(PACKAGE_LIBS) -lm

# Test programs run from the repository's root; scripts in test/cli get the folder of the
# executables in $BIN.
test: build-tests
	@BIN=$(BIN) MPI_BIN=$(if $(mpi_there),$(BUILD)/mpi) WAYS=$(BUILD)/test/ways WALK=$(WALK) \
	    ALLOC=$(if $(linux),$(ALLOC)) ALLOC_MANY=$(if $(SANITIZE),20,100) \
	    sh test/run $(units)

build-tests: all $(units) $(BUILD)/test/ways $(walk_programs) \
             $(if $(linux),$(failing)) \
             $(if $(mpi_there),$(BUILD)/mpi/train-bank $(BUILD)/mpi/train-predictor)

sanitized = $(MAKE) BUILD=$(BUILD)/sanitize BIN=$(BUILD)/sanitize/bin \
            OPT='-O1 -fno-omit-frame-pointer' \
            SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all'
test-sanitize:
	+$(sanitized) test
build-tests-sanitize:
	+$(sanitized) build-tests

# With SECONDS=60 for each reader, ONLY=PATTERN for some of them, CORPUS=DIR to begin with and to
# keep what was found. Needs clang, as FUZZ_CC names it.
FUZZ_CC ?= clang
ifdef FUZZ # kernels read no files, and clang takes minutes to instrument them
$(BUILD)/lib/nn/kernels/%.o: override SANITIZE :=
endif
SECONDS ?= 60
fuzz:
	+$(MAKE) CC='$(FUZZ_CC)' FUZZ=yes BUILD=$(BUILD)/fuzz OPT='-O1 -fno-omit-frame-pointer' \
	    SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' \
	    $(BUILD)/fuzz/test/fuzz/fuzz_readers
	@ONLY='$(ONLY)' CORPUS='$(CORPUS)' sh test/fuzz/run $(BUILD)/fuzz/test/fuzz/fuzz_readers $(SECONDS)

# For a debugger.
debug:
	+$(MAKE) BUILD=$(BUILD)/debug BIN=$(BUILD)/debug/bin OPT='-O0 -g3 -fno-omit-frame-pointer' all

# By a make of its own, so that an experiment's rules and variables stay out of the build. GIVEN:
# the names of the variables on the command line.
given = $(foreach v,$(.VARIABLES),$(if $(filter command line,$(origin $(v))),$(v)))
experiment = +@MAKE='$(MAKE)' BIN='$(BIN)' GIVEN='$(given)' $(2) sh experiments/$(1)
dance:
	$(call experiment,dance)
tables:
	$(call experiment,tables)
sheets:
	$(call experiment,sheets)
table1 table2 table3 table4 table5 table6 table7: table%:
	$(call experiment,tables,TABLES=$*)

# With VENV=DIR another virtual environment, AUDIO=DIR other music, CASES=PATTERN only some cases of
# the model.
parity: all
	@BIN=$(BIN) VENV=$(VENV) AUDIO=$(AUDIO) CASES='$(CASES)' sh scripts/parity/run

# Timing programs: test/bench/*.c.
benches := $(patsubst %.c,$(BUILD)/%,$(wildcard test/bench/*.c))
$(BUILD)/test/bench/%: $(BUILD)/test/bench/%.o $(BUILD)/libneverstop.a
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(PACKAGE_LIBS) -lm

# With PEERS=DIR the virtual environment of the implementations compared with, ONLY=PATTERN only
# some rows, CLOCK=cpu, ROUNDS=N, THREADS=N: see test/bench/run.
bench: all $(benches)
	@BIN=$(BIN) BENCH=$(BUILD)/test/bench PEERS=$(PEERS) ONLY='$(ONLY)' CLOCK=$(CLOCK) \
	    ROUNDS=$(ROUNDS) THREADS=$(THREADS) sh test/bench/run

# Manual pages are what the programs' option tables say.
VERSION := $(shell sed -n 's/.*NEVERSTOP_VERSION "\(.*\)"/\1/p' lib/base/version.h)
separate := $(filter-out $(BIN)/neverstop,$(programs))
manuals  := $(BUILD)/man/neverstop.1 $(separate:$(BIN)/%=$(BUILD)/man/neverstop-%.1)

man: $(manuals)
$(BUILD)/man/neverstop-%.1: $(BIN)/%
	@mkdir -p $(@D)
	$< --help-man >$@.new && mv $@.new $@
$(BUILD)/man/neverstop.1: $(BIN)/neverstop
	@mkdir -p $(@D)
	$< --help-man >$@.new && mv $@.new $@

# neverstop finds the programs in ../libexec/neverstop, so that an installation can be moved.
PREFIX  ?= /usr/local
INSTALL ?= install
ZSH_FUNCTIONS ?= $(PREFIX)/share/zsh/site-functions
prefix   = $(DESTDIR)$(PREFIX)
completion = $(prefix)/share/bash-completion/completions/neverstop \
             $(DESTDIR)$(ZSH_FUNCTIONS)/_neverstop
docs    := README.md LICENSE CHANGELOG.md CITATION.cff $(wildcard docs/*.md docs/*.png)
scripts := $(patsubst %,scripts/%,demo)

install: all man
	$(INSTALL) -d $(prefix)/bin $(prefix)/libexec/neverstop/scripts \
	    $(prefix)/libexec/neverstop/experiments $(prefix)/share/man/man1 \
	    $(prefix)/share/doc/neverstop/docs $(dir $(completion))
	$(INSTALL) $(BIN)/neverstop $(prefix)/bin
	$(INSTALL) $(separate) $(prefix)/libexec/neverstop
	$(INSTALL) $(scripts) $(prefix)/libexec/neverstop/scripts
	$(INSTALL) -m 644 $(wildcard experiments/*) $(prefix)/libexec/neverstop/experiments
	$(INSTALL) -m 644 $(manuals) $(prefix)/share/man/man1
	$(INSTALL) -m 644 $(filter-out docs/%,$(docs)) $(prefix)/share/doc/neverstop
	$(INSTALL) -m 644 $(filter docs/%,$(docs)) $(prefix)/share/doc/neverstop/docs
	$(INSTALL) -m 644 scripts/completion/neverstop.bash $(firstword $(completion))
	$(INSTALL) -m 644 scripts/completion/_neverstop $(lastword $(completion))

uninstall:
	rm -rf $(prefix)/bin/neverstop $(prefix)/libexec/neverstop $(prefix)/share/doc/neverstop \
	    $(patsubst $(BUILD)/man/%,$(prefix)/share/man/man1/%,$(manuals)) $(completion)

DIST ?= .
dist:
	git archive --prefix=neverstop-$(VERSION)/ -o $(DIST)/neverstop-$(VERSION).tar.gz HEAD

# Warnings of a compiler about everything, benchmarks and fuzz targets too: make warnings CC=clang
sources  = $(shell find cmd $(rooms) test -name '*.c' | LC_ALL=C sort)
syntax   = xargs -n 16 -P 2 $(CC) $(filter-out -MMD -MP,$(ALL_CFLAGS)) -Werror -fsyntax-only
warnings:
	@echo $(if $(mpi_there),$(sources),$(filter-out lib/base/comm_mpi.c,$(sources))) | \
	  $(syntax) $(if $(mpi_there),$(shell $(PKG_CONFIG) --cflags $(MPI_PACKAGE)))
	@echo $(doubles) | $(syntax) $(float64)

clean:
	rm -rf build bin

# The comment at the top.
help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

.PHONY: all help dance tables sheets $(patsubst %,table%,1 2 3 4 5 6 7) test test-sanitize \
        build-tests build-tests-sanitize fuzz debug parity bench man install uninstall dist \
        warnings clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
