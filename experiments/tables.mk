# tables.mk: the paper's tables, after stages.mk. paper.txt has their rows; a row's "method" is
# one of stages.mk's, trained once however many tables it is in.

TABLES ?= 2 3 4 5
ROWS   ?=
SEEDS  ?= 1
# Those that compare with and without banks are about differences between seeds, too.
SEEDS2 ?= $(if $(filter file,$(origin SEEDS)),1 2 3,$(SEEDS))
SEEDS6 ?= $(SEEDS2)

TITLE1 := The state of the art
TITLE2 := RefineBank and TransitBank
TITLE3 := What RefineBank projects with
TITLE4 := Latents of a window
TITLE5 := Items of a bank
TITLE6 := Another predictor
TITLE7 := Another task: errors of predicted poses in mm, by frames after the seed

# --- rows ---

paper-rows = $(shell awk -F ' *[|] *' '$$2 == $(1) { print $$4 }' "$$HERE"/paper.txt)
seen-rows = standing$(1) retrieval$(1) phd$(1) phd_aided$(1) phd_full$(1)
# Where other rows than the paper's can be asked for.
asked-4 := retrieval $(LATENTS:%=latents%)
asked-5 := retrieval $(ITEMS:%=items%)
asked-7 := $(foreach n,$(WINDOWS7),$(call seen-rows,$(n)))
all-rows = $(filter-out GT,$(or $(asked-$(1)),$(call paper-rows,$(1))))
chosen = $(if $(ROWS),$(filter $(ROWS),$(call all-rows,$(1))),$(call all-rows,$(1)))
$(foreach t,$(TABLES),\
    $(eval rows-$(t) := $(call chosen,$(t)))\
    $(eval seeds-$(t) := $(or $(SEEDS$(t)),$(SEEDS))))

# A bank of as many latents or items as the preset's is the full method's.
own := latents$(latents_$(PRESET)) items$(items_$(PRESET))
trained-as = $(if $(filter $(1),$(own)),full,$(1))
trained-for = $(foreach r,$(rows-$(1)),$(call trained-as,$(r)))
seeds-in = $(if $(filter $(1),$(call trained-for,$(2))),$(seeds-$(2)))
seeds-of = $(sort $(foreach t,$(TABLES),$(call seeds-in,$(1),$(t))))
$(eval $(call experiment,$(sort $(foreach t,$(TABLES),$(call trained-for,$(t))))))

# --- tables ---

# $(call scores,table,seeds): all rows of a seed before the next seed.
scores = $(foreach s,$(2),$(patsubst %,dances/%-$(s).json,$(call trained-for,$(1))))
source = the paper ($(if $(filter 7,$(1)),Human3.6M$(comma) from video,AIST++))
# $(call print,table,rows)
print = "$$$$PROGRAMS"/compare-scores --published $(or $(2),options/table$(1).jsonl) \
	--source '$(call source,$(1))'
table-rows = sh "$$$$HERE"/table-rows $(1) $(foreach r,$(rows-$(1)),$(r)=$(call trained-as,$(r)))
# The floor is what the first file says, and a piece's seed may last less than a model's.
files = $(filter-out options/% dances/retrieval%,$(1)) $(filter dances/retrieval%,$(1))

scored = $(strip $(call files,$(wildcard $(real-$(1)) $(call scores,$(1),$(seeds-$(1))))))

# Real dance is no row of Table 7.
$(foreach t,$(filter-out 7,$(TABLES)),$(eval real-$(t) := dances/GT.json))

# $(call table,number): as text, Markdown, LaTeX and JSON.
define table
options/table$(1).jsonl: force
	@$(call table-rows,$(1)) >$$@.new && $$(replace)
table$(1).txt: options/table$(1).jsonl $(real-$(1)) $(call scores,$(1),$(seeds-$(1)))
	@$(call print,$(1)) --format markdown $$(call files,$$^) >table$(1).md
	@$(call print,$(1)) --format latex $$(call files,$$^) >table$(1).tex
	@$(call print,$(1)) --json $$(call files,$$^) >table$(1).json
	@{ echo 'Table $(1). $(TITLE$(1))' && $(call print,$(1)) $$(call files,$$^); } >$$@.new
	@mv $$@.new $$@
# Of what is scored by now; another make may be at work in the folder.
partial$(1): force
	@echo 'Table $(1). $(TITLE$(1))'
	@rows=$$$$(mktemp) && trap 'rm -f "$$$$rows"' EXIT && $(call table-rows,$(1)) >"$$$$rows" && \
	$(if $(call scored,$(1)),$(call print,$(1),"$$$$rows") $(call scored,$(1)),echo nothing yet) && \
	echo
endef
$(foreach t,$(TABLES),$(eval $(call table,$(t))))

# Clusters of which there are too few windows end it before hours of work; then the first seed of
# every table before other seeds of one.
tables: $(clusterings:%=%/done) \
        $(foreach t,$(TABLES),$(call scores,$(t),$(firstword $(seeds-$(t))))) \
        $(TABLES:%=table%.txt)
partial: $(TABLES:%=partial%)

row-names:
	@echo $(sort $(foreach t,$(TABLES),$(call all-rows,$(t))))

.PHONY: tables partial row-names $(TABLES:%=partial%)
