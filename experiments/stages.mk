# stages.mk: an experiment's stages by make's own rules, and its methods. experiment.sh runs it
# inside the experiment's folder with dance.mk or tables.mk, which say what is made: every name
# below is one in there. Its environment has the folders that are elsewhere: PROGRAMS, HERE (where
# this file is), RAW (the AIST++ folder that data/ is made of; empty: data/ is prepared) and SOUNDS
# (its songs; empty: not known). A stage whose input or options changed is run again with what
# follows it. README.md has the variables.

PRESETS := paper small demo tiny
PRESET  ?= small
GENRES  ?=
THREADS ?= 0
DANCES  ?= 20
FPS     ?=
DURATION ?= 20
FRAMES  ?=
KEEP    ?=
STAGE   ?=
FEATURES ?=
CLUSTERS ?= --preset $(PRESET)
# Tables 4 and 5: how many latents a window has, and how many items a bank.
LATENTS ?= 1 2 3 4 5 $(filter-out 1 2 3 4 5,$(latents_$(PRESET)))
ITEMS   ?= 32 64 128 256 512

# What train-bank has with each preset.
latents_paper := 4
latents_small := 20
latents_demo := 20
latents_tiny := 4
items_paper := 256
items_small := 128
items_demo := 32
items_tiny := 4

# --- rules that methods share ---

comma := ,
rate := $(if $(FPS),--fps $(FPS))
length := $(if $(FRAMES),--frames $(FRAMES),--seconds $(DURATION))
kept := $(strip $(if $(KEEP),--keep $(KEEP)) $(if $(STAGE),--stage $(STAGE)))
# Models trained on other features are other models.
heard := $(if $(FEATURES), $(FEATURES))

LC_ALL := C
export LC_ALL
Q := $(if $(V),,@)
say = @printf '%s: %s\n' "$$CALLER" '$(1)'
# A file whose name stays its target's until it differs: make then does nothing where nothing
# changed.
replace = if cmp -s $@.new $@; then rm -f $@.new; else mv -f $@.new $@; fi

# A file that is touched only when its content changes: how options take part in make's rules.
define remember
options/$(1): force
	@echo '$(2)' >$$@.new; if cmp -s $$@.new $$@; then rm -f $$@.new; else mv -f $$@.new $$@; fi
endef

upper = $(shell echo $(1) | tr '[:lower:]' '[:upper:]')

# $(call clustering,name,more options,list): a folder of clusters, of the list's dances. Here and
# below the list is train.tsv where none is given, and its rate the experiment's.
list = $(or $(strip $(1)),train.tsv)
define clustering
$(call remember,$(1),$(CLUSTERS) $(2))
clusterer-$(1) := "$$$$PROGRAMS"/cluster-ap -j $(THREADS) $(CLUSTERS) $(2)
$(1)/done: $(call list,$(3)) options/$(1)
	$$(call say,$(1): movements that are alike$$(comma) a table for each genre)
	@rm -rf $(1)
	$$(Q)$$(clusterer-$(1)) -o $(1) $$<
	@touch $$@
endef

# $(call bank,name,clusters,more options,list,its rate): stages 1 and 2.
define bank
trainer-$(1) := "$$$$PROGRAMS"/train-bank --preset $(PRESET) -j $(THREADS) $(or $(5),$(rate)) \
	$(BANK_OPTIONS) $(3)
list-of-$(1) := $(call list,$(4))
clusters-of-$(1) := $(2)
$(call remember,$(1),$(PRESET) $(BANK_OPTIONS) $(3)$(heard))
$(1)-%.safetensors: $(call list,$(4)) $(2)/done options/$(1)
	$$(call say,$(1)-$$*: training (stages 1 and 2); its losses: $(1)-$$*.log)
	$$(Q)$$(trainer-$(1)) --seed $$* --clusters $(2) --checkpoint $(1)-$$*.checkpoint -o $$@ $$< \
		>$(1)-$$*.log
	@rm -f $(1)-$$*.checkpoint $(1)-$$*.checkpoint.previous
endef

# $(call method,name,NAME,trained from,what makes it this method,its usual options,list,its rate): a
# row of the table below. A bank's file gives window, coordinates, statistics and seeds and, unless
# --no-refine --no-transit, what it learnt; "data": nothing but the data set. NAME_OPTIONS takes the
# place of the usual options, and MODEL_OPTIONS is for every method.
define method
methods-there += $(if $(6),,$(1))
$(2)_OPTIONS ?= $(5)
trainer-$(1) = "$$$$PROGRAMS"/train-predictor --preset $$(PRESET) -j $$(THREADS) \
	$(or $(7),$(rate)) $$(MODEL_OPTIONS) $$($(2)_OPTIONS) $(4)
list-of-$(1) := $(call list,$(6))
bank-of-$(1) := $(filter-out data,$(3))
$(call remember,$(1),$$(PRESET) $$(MODEL_OPTIONS) $$($(2)_OPTIONS)$(heard))
$(1)-%.safetensors: $(call list,$(6)) $(filter-out data-%,$(3)-%.safetensors) options/$(1)
	$$(call say,$(1)-$$*: training (stage 3); its losses: $(1)-$$*.log)
	$$(Q)$$(trainer-$(1)) --seed $$* $(if $(filter data,$(3)),,--bank $(3)-$$*.safetensors) \
		--checkpoint $(1)-$$*.checkpoint -o $$@ $$< >$(1)-$$*.log
	@rm -f $(1)-$$*.checkpoint $(1)-$$*.checkpoint.previous
endef

# --- methods ---

unbanked := --no-refine --no-transit
outright := --no-residual
absolute := $(outright) --no-relative-root --no-relative-heading
unaided  := --noise 0 --fade 0 --gain 0 --escape 0
published := $(absolute) $(unaided) --no-standardise --smooth 0 --root-weight 1

$(eval $(call clustering,clusters,))
$(eval $(call bank,bank,clusters,))
$(eval $(call method,full,FULL,bank,,))
$(eval $(call method,baseline,BASELINE,data,$(unbanked),$(absolute) $(unaided)))
$(eval $(call method,local,LOCAL,data,$(unbanked),$(outright) $(unaided) --no-home))
$(eval $(call method,residual,RESIDUAL,bank,,$(FULL_OPTIONS) --residual))
$(eval $(call method,relative,RELATIVE,bank,$(unbanked),--residual $(unaided) --no-home))
$(eval $(call method,aided,AIDED,bank,$(unbanked),$(FULL_OPTIONS)))
$(eval $(call method,fact,FACT,data,$(unbanked),$(published)))

# One bank of the two: RefineBank, TransitBank. What is compared with the full method has its
# options.
$(eval $(call method,refine,REFINE,bank,--no-transit,$(FULL_OPTIONS)))
$(eval $(call method,transit,TRANSIT,bank,--no-refine,$(FULL_OPTIONS)))

# Other projections than RefineBank's, other numbers of latents, other sizes of a bank.
$(foreach p,ae vae discrete,\
    $(eval $(call bank,bank_$(p),clusters,--refine $(p))))
$(eval $(call method,ae,AE,bank_ae,,$(FULL_OPTIONS)))
$(eval $(call method,vae,VAE,bank_vae,,$(FULL_OPTIONS)))
$(eval $(call method,discrete,DISCRETE,bank_discrete,,$(FULL_OPTIONS)))
$(foreach n,$(LATENTS),\
    $(eval $(call bank,bank_latents$(n),clusters,--latents $(n)))\
    $(eval $(call method,latents$(n),LATENTS,bank_latents$(n),,$(FULL_OPTIONS))))
$(foreach n,$(ITEMS),\
    $(eval $(call clustering,clusters$(n),--clusters $(n)))\
    $(eval $(call bank,bank_items$(n),clusters$(n),--items $(n)))\
    $(eval $(call method,items$(n),ITEMS,bank_items$(n),,$(FULL_OPTIONS))))

# Other predictors: taught as they were published, by a loss of their own and without our aids; with
# the banks; and with all but the banks. They were published for bodies seen from their own root, so
# that poses are predicted outright, but from the last frame's place and heading.
$(foreach p,li dancenet revolution,\
    $(eval $(call method,$(p),$(call upper,$(p)),data,--predictor $(p) $(unbanked),\
        $(outright) $(unaided) --mse-weight 0)))
$(eval $(call method,revolution_full,REVOLUTION_FULL,bank,--predictor revolution,))
$(eval $(call method,revolution_aided,REVOLUTION_AIDED,bank,--predictor revolution $(unbanked),))

# Pieces of the training dances, as they are or through RefineBank: no predictor is trained.
untrained := retrieval retrieval_refined
methods-there += $(untrained)
bank-of-retrieval_refined := bank
RETRIEVAL_OPTIONS ?= --plan
maker-retrieval = "$$PROGRAMS"/retrieve-dance -j $(THREADS) $(RETRIEVAL_OPTIONS) $(length)
maker-retrieval_refined = $(maker-retrieval)
$(eval $(call remember,retrieval,$(RETRIEVAL_OPTIONS)))
pieces = --database train.tsv --dataset pairs.tsv -o $(@D)
dances/retrieval-%/done: train.tsv pairs.tsv options/retrieval
	$(call say,dances/retrieval-$*: pieces of the training dances to the test music)
	@rm -rf $(@D)
	$(Q)$(maker-retrieval) --seed $* $(pieces)
	@touch $@
dances/retrieval_refined-%/done: bank-%.safetensors train.tsv pairs.tsv options/retrieval
	$(call say,dances/retrieval_refined-$*: pieces of the training dances through RefineBank)
	@rm -rf $(@D)
	$(Q)$(maker-retrieval) --seed $* --bank $< $(pieces)
	@touch $@

methods:
	@echo $(methods-there)

# --- data ---

# prepare-aist makes only what is not there or older than its source.
ifneq ($(value RAW),)
data/train.tsv: force
	$(call say,data: motions and music features)
	$(Q)"$$PROGRAMS"/prepare-aist -j $(THREADS) $(rate) "$$RAW" data
endif

# The rows of the genres asked for.
train.tsv test.tsv all.tsv: %.tsv: data/train.tsv force
	@MUSIC=$(if $(FEATURES),features) sh "$$HERE"/select-genres data/$@ $(GENRES) >$@.new && \
		$(replace)

# The lists name features/SONG.npz, which an encoder makes of the songs.
$(eval $(call remember,features,$(FEATURES)))
features/done: train.tsv test.tsv all.tsv options/features
	$(call say,features: encoding the songs)
	$(Q)sh "$$HERE"/encode-songs "$$PROGRAMS" "$$SOUNDS" $(THREADS) $(or $(FPS),60) $(FEATURES)
	@touch $@

$(eval $(call remember,dances,$(DANCES) $(length) $(kept)))
# Every test music with DANCES seeds of different sequences of the whole set.
pairs.tsv: all.tsv test.tsv options/dances
	@sh "$$HERE"/pair-dances all.tsv test.tsv $(DANCES) >$@.new && mv $@.new $@

# --- what is trained ---

# $(call experiment,methods): what is made with the rules above; seeds-of says a method's seeds.
define experiment
makers := $(filter $(untrained),$(1))
models := $(filter-out $(untrained),$(1))
banks := $(sort $(foreach m,$(1),$(bank-of-$(m))))
$(call remember,models,$(foreach m,$(1),$(m) $(call seeds-of,$(m))))
cost.txt: $(patsubst %,options/%,$(filter-out $(untrained),$(1)) \
              $(sort $(foreach m,$(1),$(bank-of-$(m))))) \
          $(sort $(foreach m,$(1),$(list-of-$(m))))
endef
training-count:
	@echo $(words $(foreach m,$(models),$(call seeds-of,$(m))))
clusterings = $(sort $(foreach b,$(banks),$(clusters-of-$(b))))
bank-users = $(foreach m,$(models) $(makers),$(if $(filter $(1),$(bank-of-$(m))),$(m)))
bank-seeds = $(sort $(foreach m,$(bank-users),$(call seeds-of,$(m))))
force:

# Wrong options end here, before hours of work.
options-check:
	@$(foreach c,$(clusterings),$(clusterer-$(c)) --help >/dev/null &&) :
	@$(foreach t,$(banks) $(models),$(trainer-$(t)) --help >/dev/null &&) :
	@$(foreach m,$(makers),$(if $(maker-$(m)),$(maker-$(m)) --help >/dev/null &&)) :

$(eval $(call remember,rate,$(rate)))
cost.txt: train.tsv options/rate options/models $(if $(FEATURES),features/done)
	$(call say,what training will take$(comma) measured on a few steps:)
	$(Q){ $(foreach b,$(banks),echo '$(b) $(words $(call bank-seeds,$(b)))' && \
		$(trainer-$(b)) --dry-run --json $(list-of-$(b)) &&) \
	      $(foreach m,$(models),echo '$(m) $(words $(call seeds-of,$(m)))' && \
		$(trainer-$(m)) --dry-run --json $(list-of-$(m)) &&) :; } >$@.new
	@sh "$$HERE"/training-cost $@.new >$@ && rm $@.new && cat $@

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

.PHONY: force options-check methods training-count
.SECONDARY:
