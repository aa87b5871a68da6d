# dance.mk: an experiment's stages by make's own rules. experiments/dance runs it inside the
# experiment's folder: every name below is one in there. Its environment has the folders that are
# elsewhere: PROGRAMS, HERE (where this file is) and RAW (the AIST++ folder that data/ is made of;
# empty: data/ is prepared). A stage whose input or options changed is run again with what follows
# it. README.md has the variables.

PRESETS := paper small demo tiny
PRESET  ?= small
SEEDS   ?= 1
GENRES  ?=
THREADS ?= 0
DANCES  ?= 20
FPS     ?=
DURATION ?= 20
FRAMES  ?=
KEEP    ?=
METHODS ?= baseline full
CLUSTERS ?= --preset $(PRESET)

# --- rules that methods share ---

rate := $(if $(FPS),--fps $(FPS))
length := $(if $(FRAMES),--frames $(FRAMES),--seconds $(DURATION))
kept := $(if $(KEEP),--keep $(KEEP))

LC_ALL := C
export LC_ALL
Q := $(if $(V),,@)
say = @printf '%s: %s\n' "$$CALLER" '$(1)'
# A file whose name stays its target's until it differs: make then does nothing where nothing
# changed.
replace = if cmp -s $@.new $@; then rm -f $@.new; else mv -f $@.new $@; fi

table.txt: dances/GT.json $(foreach m,$(METHODS),$(SEEDS:%=dances/$(m)-%.json))

# A file that is touched only when its content changes: how options take part in make's rules.
define remember
options/$(1): force
	@echo '$(2)' >$$@.new; if cmp -s $$@.new $$@; then rm -f $$@.new; else mv -f $$@.new $$@; fi
endef

# $(call method,name,NAME,trained from,what makes it this method,its usual options): a row of the
# table below. "bank": the bank's file gives window, coordinates, statistics and seeds and, unless
# --no-refine --no-transit, what it learnt; "data": nothing but the data set. NAME_OPTIONS takes the
# place of the usual options, and MODEL_OPTIONS is for every method.
define method
$(2)_OPTIONS ?= $(5)
trainer-$(1) = "$$$$PROGRAMS"/train-predictor --preset $$(PRESET) -j $$(THREADS) $$(rate) \
	$$(MODEL_OPTIONS) $$($(2)_OPTIONS) $(4)
from-$(1) := $(3)
$(call remember,$(1),$$(PRESET) $$(MODEL_OPTIONS) $$($(2)_OPTIONS))
$(1)-%.safetensors: $(if $(filter bank,$(3)),bank-%.safetensors,train.tsv) options/$(1)
	$$(call say,$(1)-$$*: training (stage 3); its losses: $(1)-$$*.log)
	$$(Q)$$(trainer-$(1)) --seed $$* $(if $(filter bank,$(3)),--bank $$<) \
		--checkpoint $(1)-$$*.checkpoint -o $$@ train.tsv >$(1)-$$*.log
	@rm -f $(1)-$$*.checkpoint $(1)-$$*.checkpoint.previous
endef

# --- methods ---

unbanked := --no-refine --no-transit
absolute := --no-residual --no-relative-root --no-relative-heading
unaided  := --noise 0 --fade 0
published := $(absolute) $(unaided) --no-standardise --smooth 0 --root-weight 1

$(eval $(call method,full,FULL,bank,,))
$(eval $(call method,baseline,BASELINE,data,$(unbanked),$(absolute) $(unaided)))
$(eval $(call method,relative,RELATIVE,bank,$(unbanked),$(unaided)))
$(eval $(call method,aided,AIDED,bank,$(unbanked),))
$(eval $(call method,fact,FACT,data,$(unbanked),$(published)))

# --- data ---

# prepare-aist makes only what is not there or older than its source.
ifneq ($(value RAW),)
data/train.tsv: force
	$(call say,data: motions and music features)
	$(Q)"$$PROGRAMS"/prepare-aist -j $(THREADS) $(rate) "$$RAW" data
endif

# The rows of the genres asked for.
train.tsv test.tsv all.tsv: %.tsv: data/train.tsv force
	@sh "$$HERE"/select-genres data/$@ $(GENRES) >$@.new && $(replace)

$(eval $(call remember,dances,$(DANCES) $(length) $(kept)))
# Every test music with DANCES seeds of different sequences of the whole set.
pairs.tsv: all.tsv test.tsv options/dances
	@sh "$$HERE"/pair-dances all.tsv test.tsv $(DANCES) >$@.new && mv $@.new $@

# --- training ---

trainer-bank = "$$PROGRAMS"/train-bank --preset $(PRESET) -j $(THREADS) $(rate) $(BANK_OPTIONS)
$(eval $(call remember,clusters,$(CLUSTERS)))
$(eval $(call remember,bank,$(PRESET) $(BANK_OPTIONS)))
force:

# Wrong options end here, before hours of work.
options-check:
	@"$$PROGRAMS"/cluster-ap $(CLUSTERS) --help >/dev/null
	@$(trainer-bank) --help >/dev/null
	@$(foreach m,$(METHODS),$(trainer-$(m)) --help >/dev/null &&) :

trained := $(if $(filter bank,$(foreach m,$(METHODS),$(from-$(m)))),bank) $(METHODS)
$(eval $(call remember,rate,$(rate)))
cost.txt: train.tsv $(trained:%=options/%) options/rate
	$(call say,what training will take$(comma) measured on a few steps:)
	$(Q){ $(foreach t,$(trained),echo '$(t)' && $(trainer-$(t)) --dry-run --json train.tsv &&) :; } \
		>$@.new
	@sh "$$HERE"/training-cost $(words $(SEEDS)) $@.new >$@ && rm $@.new && cat $@
comma := ,

clusters/done: train.tsv options/clusters
	$(call say,clusters: movements that are alike$(comma) a table for each genre)
	@rm -rf clusters
	$(Q)"$$PROGRAMS"/cluster-ap -j $(THREADS) $(CLUSTERS) -o clusters train.tsv
	@touch $@

bank-%.safetensors: train.tsv clusters/done options/bank
	$(call say,bank-$*: training (stages 1 and 2); its losses: bank-$*.log)
	$(Q)$(trainer-bank) --seed $* --clusters clusters --checkpoint bank-$*.checkpoint -o $@ train.tsv \
		>bank-$*.log
	@rm -f bank-$*.checkpoint bank-$*.checkpoint.previous

# --- dances and scores ---

dances/%/done: %.safetensors pairs.tsv
	$(call say,dances/$*: dancing to the test music)
	@rm -rf $(@D)
	$(Q)"$$PROGRAMS"/generate -m $< -j $(THREADS) $(kept) $(length) \
		--dataset pairs.tsv -o $(@D)
	@touch $@

thresholds.npz: train.tsv
	$(call say,thresholds: which movement counts as frozen in real dance)
	$(Q)"$$PROGRAMS"/freeze-rate -q --fit -j $(THREADS) -o $@ $< >thresholds.txt

score = sh "$$HERE"/score-dances "$$PROGRAMS" "$(KEEP)" $(THREADS)
dances/%.json: dances/%/done thresholds.npz all.tsv
	$(call say,dances/$*: scoring)
	$(Q)$(score) dances/$* >$@.new && mv $@.new $@

# Ground truth: the test sequences beside all of them.
dances/GT.json: thresholds.npz all.tsv test.tsv
	$(call say,test.tsv: scoring real dances)
	$(Q)$(score) test.tsv >$@.new && mv $@.new $@

table.txt:
	@"$$PROGRAMS"/compare-scores $^ >$@.new && mv $@.new $@

.PHONY: force options-check
.SECONDARY:
