# experiment.mk: a whole experiment by make's own rules (included by the Makefile; run as `make dance`).
#
#   make dance DATA=DIR OUT=DIR [PRESET=small] [GENRES="BR HO"] [SEEDS="1 2 3"] [THREADS=2] [DANCES=20] [FRAMES=1200]
#
# DATA is an AIST++ folder, or what scripts/prepare-aist made of one. For every seed a bank, the full method and the FACT
# baseline are trained, dances are made for the test music from the seeds (first frames) of different sequences, and scored.
# A stage whose input or options changed is run again with what follows it; `make -j2` runs both methods at once.
# METHODS names what is compared:
#   full      the method, with the preset's aids
#   baseline  FACT as published, inputs scaled and steps joined smoothly, so that no jump between steps passes for movement
#   relative  the baseline in the full method's coordinates: displacements from the last frame, relative to root and heading
#   aided     relative, with the aids that train against freezing: what is left for the banks to do
#   fact      FACT to the letter, no aid of ours
# BANK_OPTIONS, MODEL_OPTIONS (all methods), FULL_OPTIONS, BASELINE_OPTIONS, RELATIVE_OPTIONS, AIDED_OPTIONS, FACT_OPTIONS and CLUSTERS are
# passed on to the programs.

PRESET  ?= small
SEEDS   ?= 1
GENRES  ?=
THREADS ?= 0
DANCES  ?= 20
FRAMES  ?= 1200
KEEP    ?= 20
METHODS ?= baseline full
absolute  := --no-residual --no-relative-root --no-relative-heading
unaided := --noise 0 --fade 0
BASELINE_OPTIONS ?= $(absolute) $(unaided)
RELATIVE_OPTIONS ?= $(unaided)
FACT_OPTIONS     ?= $(absolute) $(unaided) --no-standardise --smooth 0 --root-weight 1

# What belongs to a preset but not to the training programs: N, and the window that is clustered.
CLUSTERS_paper := --clusters 256
CLUSTERS_small := --clusters 128 --length 60 --relative-root --relative-heading
CLUSTERS_demo  := --clusters 32 --length 60 --relative-root --relative-heading
CLUSTERS_tiny  := --clusters 4
CLUSTERS ?= $(CLUSTERS_$(PRESET))

source   := $(if $(wildcard $(DATA)/train.tsv),$(DATA),$(OUT)/data)
models   := $(foreach m,$(METHODS),$(SEEDS:%=$(m)-%))

dance: check-dance $(OUT)/table.txt
	@cat $(OUT)/table.txt
	@echo; echo "dances: $(foreach m,$(models),$(OUT)/dances/$(m))"

check-dance: all
	@test -n '$(DATA)' -a -n '$(OUT)' || { echo 'make dance: DATA=DIR and OUT=DIR are needed' >&2; exit 2; }
	@test -d '$(DATA)' || { echo 'make dance: $(DATA): no such folder' >&2; exit 1; }
	@mkdir -p $(OUT)/dances $(OUT)/options

# An AIST++ folder is prepared first; a prepared one is taken as it is.
$(OUT)/data/train.tsv: | check-dance
	BIN=$(BIN) sh scripts/prepare-aist $(DATA) $(OUT)/data

# The list of training rows stands for the four that are written together.
$(source)/val.tsv $(source)/test.tsv $(source)/all.tsv: $(source)/train.tsv ;

# The rows of the genres asked for, with absolute paths.
$(OUT)/%.tsv: $(source)/%.tsv $(OUT)/options/genres | check-dance
	sh scripts/select-genres $< $(GENRES) > $@.new && mv $@.new $@

# A file that is touched only when its content changes: how options take part in make's rules.
option = $(OUT)/options/$(1)
define remember
$(OUT)/options/$(1): force | check-dance
	@echo '$(2)' | cmp -s - $$@ || echo '$(2)' > $$@
endef
$(eval $(call remember,genres,$(GENRES)))
$(eval $(call remember,clusters,$(CLUSTERS)))
$(eval $(call remember,bank,$(PRESET) $(BANK_OPTIONS)))
$(eval $(call remember,full,$(PRESET) $(MODEL_OPTIONS) $(FULL_OPTIONS)))
$(eval $(call remember,baseline,$(PRESET) $(MODEL_OPTIONS) $(BASELINE_OPTIONS)))
$(eval $(call remember,relative,$(PRESET) $(MODEL_OPTIONS) $(RELATIVE_OPTIONS)))
$(eval $(call remember,fact,$(PRESET) $(MODEL_OPTIONS) $(FACT_OPTIONS)))
$(eval $(call remember,aided,$(PRESET) $(MODEL_OPTIONS) $(AIDED_OPTIONS)))
$(eval $(call remember,dances,$(DANCES) $(FRAMES) $(KEEP)))
force:

$(OUT)/clusters/done: $(OUT)/train.tsv $(OUT)/options/clusters
	rm -rf $(@D)
	$(BIN)/cluster-ap -j $(THREADS) $(CLUSTERS) -o $(@D) $<
	touch $@

$(OUT)/bank-%.safetensors: $(OUT)/train.tsv $(OUT)/clusters/done $(OUT)/options/bank
	$(BIN)/train-bank --preset $(PRESET) --seed $* -j $(THREADS) $(BANK_OPTIONS) --clusters $(OUT)/clusters \
		--checkpoint $(OUT)/bank-$*.checkpoint -o $@ $< > $(OUT)/bank-$*.log
	rm -f $(OUT)/bank-$*.checkpoint $(OUT)/bank-$*.checkpoint.previous

train-predictor = $(BIN)/train-predictor --preset $(PRESET) --seed $* -j $(THREADS) $(MODEL_OPTIONS)
finish-model = --checkpoint $(basename $@).checkpoint -o $@ $(OUT)/train.tsv > $(basename $@).log && rm -f $(basename $@).checkpoint $(basename $@).checkpoint.previous

$(OUT)/full-%.safetensors: $(OUT)/bank-%.safetensors $(OUT)/options/full
	$(train-predictor) $(FULL_OPTIONS) --bank $< $(finish-model)

$(OUT)/baseline-%.safetensors: $(OUT)/train.tsv $(OUT)/options/baseline
	$(train-predictor) $(BASELINE_OPTIONS) --no-refine --no-transit $(finish-model)

$(OUT)/fact-%.safetensors: $(OUT)/train.tsv $(OUT)/options/fact
	$(train-predictor) $(FACT_OPTIONS) --no-refine --no-transit $(finish-model)

# The bank file gives these the full method's window, coordinates, statistics and seeds, nothing that was learnt.
$(OUT)/relative-%.safetensors: $(OUT)/bank-%.safetensors $(OUT)/options/relative
	$(train-predictor) $(RELATIVE_OPTIONS) --no-refine --no-transit --bank $< $(finish-model)

$(OUT)/aided-%.safetensors: $(OUT)/bank-%.safetensors $(OUT)/options/aided
	$(train-predictor) $(AIDED_OPTIONS) --no-refine --no-transit --bank $< $(finish-model)

# Every test music with DANCES seeds of different sequences of the whole set.
$(OUT)/pairs.tsv: $(OUT)/all.tsv $(OUT)/test.tsv $(OUT)/options/dances
	sh scripts/pair-dances $(OUT)/all.tsv $(OUT)/test.tsv $(DANCES) > $@.new && mv $@.new $@

$(OUT)/dances/%/done: $(OUT)/%.safetensors $(OUT)/pairs.tsv
	rm -rf $(@D)
	$(BIN)/generate -m $< -j $(THREADS) --keep $(KEEP) --frames $(FRAMES) --dataset $(OUT)/pairs.tsv -o $(@D)
	touch $@

$(OUT)/thresholds.npz: $(OUT)/train.tsv
	$(BIN)/freeze-rate --fit -j $(THREADS) -o $@ $< > $(OUT)/thresholds.txt

$(OUT)/dances/%.json: $(OUT)/dances/%/done $(OUT)/thresholds.npz $(OUT)/all.tsv
	sh scripts/score-dances $(BIN) $(OUT) $(source)/music $(KEEP) $(THREADS) $(@D)/$* > $@.new && mv $@.new $@

# Ground truth: the test sequences beside all of them.
$(OUT)/dances/GT.json: $(OUT)/thresholds.npz $(OUT)/all.tsv $(OUT)/test.tsv
	sh scripts/score-dances $(BIN) $(OUT) $(source)/music $(KEEP) $(THREADS) $(OUT)/test.tsv > $@.new && mv $@.new $@

$(OUT)/table.txt: $(OUT)/dances/GT.json $(models:%=$(OUT)/dances/%.json)
	sh scripts/dance-table $^ > $@.new && mv $@.new $@

.PHONY: dance check-dance force
