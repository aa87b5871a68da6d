# make            the executables, into bin/
# make test       the whole test suite          make test-sanitize   the same under ASan and UBSan
# make dance      a whole experiment, from an AIST++ folder to a table (see experiment.mk)
# make parity     compares with independent implementations (needs python3)
# make bench      measures speed, beside the peers in the virtual environment PEERS=DIR (needs python3); ONLY=PATTERN: only some
# make MPI=1      training that many processes share, into build/mpi/
# BLAS=NAME      another BLAS, by its name in pkg-config: see docs/performance.md
# make clean

CC      ?= cc
MARCH   ?= native
OPT     ?= -O3
BLAS    ?= openblas
PACKAGES = $(BLAS) fftw3 fftw3f sndfile libmpg123 soxr zlib libcjson

BUILD ?= build
BIN   ?= $(if $(MPI),$(BUILD)/mpi,bin)

WARN     = -Wall -Wextra -Wshadow -Wconversion
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE $(OPT) -g -march=$(MARCH) -fopenmp -fno-math-errno -fno-trapping-math \
             $(WARN) -MMD -MP -I. $(SANITIZE) $(PACKAGE_CFLAGS) $(CFLAGS)
PACKAGE_CFLAGS := $(shell pkg-config --cflags $(PACKAGES))
PACKAGE_LIBS   := $(shell pkg-config --libs $(PACKAGES))

rooms    := lib features model metrics export demo
library  := $(filter-out lib/base/comm_mpi.c,$(shell find $(rooms) -name '*.c' | LC_ALL=C sort))
programs := $(patsubst cmd/%.c,$(BIN)/%,$(wildcard cmd/*.c))
units    := $(patsubst %.c,$(BUILD)/%,$(shell find test -name 'test_*.c' | LC_ALL=C sort)) \
            $(patsubst %.c,$(BUILD)/f64/%,$(shell find test -name 'f64_*.c' | LC_ALL=C sort))
doubles  := $(wildcard lib/nn/*.c lib/nn/*/*.c model/predictors/*.c model/banks/*.c) $(filter-out model/model_file.c,$(wildcard model/*.c)) \
            $(patsubst %,model/train/%.c,allreduce batch losses presets schedule statistics trainer)
viewer   := $(patsubst %,export/page/%.js,algebra dance body surface shaders stage plain_stage camera player chart main)

all: $(programs)

$(BUILD)/libneverstop.a: $(library:%.c=$(BUILD)/%.o) $(BUILD)/export/page/viewer.o
	rm -f $@ && ar rcs $@ $^

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# The page that export-motion --to html writes: its parts in one, as an array of bytes.
$(BUILD)/export/page/viewer.html: export/page/page.html export/page/style.css $(viewer)
	@mkdir -p $(@D)
	{ sed '/@style@/,$$d' $<; cat export/page/style.css; sed '1,/@style@/d; /@script@/,$$d' $<; \
	  echo '"use strict";'; cat $(viewer); sed '1,/@script@/d' $<; } >$@

$(BUILD)/export/page/viewer.c: $(BUILD)/export/page/viewer.html
	{ echo '#include "export/page/viewer.h"'; echo 'const unsigned char page_viewer[] = {'; \
	  od -An -v -tx1 $< | sed 's/ *\([0-9a-f][0-9a-f]\)/0x\1,/g'; echo '};'; \
	  echo 'const size_t page_viewer_size = sizeof page_viewer;'; } >$@

$(BUILD)/export/page/viewer.o: $(BUILD)/export/page/viewer.c
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

# Fused multiply-add where it is fast; elsewhere sums keep the order and rounding of the peers that they are compared with.
$(BUILD)/lib/nn/%.o $(BUILD)/model/%.o: CFLAGS += -ffp-contract=fast

# With MPI=1 the programs go to $(BUILD)/mpi, and one object file takes the place of another: lib/base/comm.h. MPI_PACKAGE: pkg-config's name of the MPI.
MPI_PACKAGE ?= ompi-c
mpi_there   := $(shell pkg-config --exists $(MPI_PACKAGE) && command -v mpirun)
$(BUILD)/lib/base/comm_mpi.o: CFLAGS += $(shell pkg-config --cflags $(MPI_PACKAGE))

$(BUILD)/mpi/%: $(BUILD)/cmd/%.o $(BUILD)/lib/base/comm_mpi.o $(BUILD)/libneverstop.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(PACKAGE_LIBS) $(shell pkg-config --libs $(MPI_PACKAGE)) -lm

ifndef MPI
$(BIN)/%: $(BUILD)/cmd/%.o $(BUILD)/libneverstop.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(PACKAGE_LIBS) -lm
endif

# The model wing once more in float64, where differences tell right gradients from wrong ones: test/*/f64_*.c.
$(BUILD)/f64/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -DNN_FLOAT64 -c -o $@ $<

$(BUILD)/f64/model.a: $(doubles:%.c=$(BUILD)/f64/%.o)
	rm -f $@ && ar rcs $@ $^

$(BUILD)/f64/test/%: $(BUILD)/f64/test/%.o $(BUILD)/f64/model.a $(BUILD)/libneverstop.a
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) -lcmocka $(PACKAGE_LIBS) -lm

$(BUILD)/test/%: $(BUILD)/test/%.o $(BUILD)/libneverstop.a
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) -lcmocka $(PACKAGE_LIBS) -lm

# Test programs run from the repository's root; scripts in test/cli get the folder of the executables in $BIN.
test: build-tests
	@BIN=$(BIN) MPI_BIN=$(if $(mpi_there),$(BUILD)/mpi) sh test/run $(units)

build-tests: all $(units) $(if $(mpi_there),$(BUILD)/mpi/train-bank $(BUILD)/mpi/train-predictor)

sanitized = $(MAKE) BUILD=$(BUILD)/sanitize BIN=$(BUILD)/sanitize/bin OPT='-O1 -fno-omit-frame-pointer' \
            SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all'
test-sanitize:
	+$(sanitized) test
build-tests-sanitize:
	+$(sanitized) build-tests

# With VENV=DIR another virtual environment, AUDIO=DIR other music, CASES=PATTERN only some cases of the model
parity: all
	@BIN=$(BIN) VENV=$(VENV) AUDIO=$(AUDIO) CASES='$(CASES)' sh scripts/parity/run

# Timing programs: test/bench/*.c, no tests
benches := $(patsubst %.c,$(BUILD)/%,$(wildcard test/bench/*.c))
$(BUILD)/test/bench/%: $(BUILD)/test/bench/%.o $(BUILD)/libneverstop.a
	$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDFLAGS) $(PACKAGE_LIBS) -lm

# With PEERS=DIR the peers' virtual environment, ONLY=PATTERN only some rows, CLOCK=cpu, ROUNDS=N, THREADS=N: see test/bench/run
bench: all $(benches)
	@BIN=$(BIN) BENCH=$(BUILD)/test/bench PEERS=$(PEERS) ONLY='$(ONLY)' CLOCK=$(CLOCK) ROUNDS=$(ROUNDS) THREADS=$(THREADS) sh test/bench/run

clean:
	rm -rf build bin

include experiment.mk

.PHONY: all test test-sanitize build-tests build-tests-sanitize parity bench clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
