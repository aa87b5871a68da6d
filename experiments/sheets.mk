# sheets.mk: contact sheets of what an experiment's methods danced, after stages.mk: of the first
# seed there is of each, the same dances where methods have them. Nothing is made for them: what is
# not there has no sheet.

ROWS  ?=
SHOWN ?= 6
POSES ?= 10

folders := $(sort $(patsubst dances/%/done,%,$(wildcard dances/*/done)))
method-of = $(shell echo $(1) | sed 's/-[0-9]*$$//')
there := $(sort $(foreach f,$(folders),$(call method-of,$(f))))
methods-shown := $(if $(ROWS),$(filter $(ROWS),$(there)),$(there))
first = $(firstword $(foreach f,$(folders),$(if $(filter $(1),$(call method-of,$(f))),$(f))))

export-sheet = "$$PROGRAMS"/export-motion -q -j $(THREADS) --to png --poses $(POSES) -o $@
# SHOWN dances of a folder, evenly.
pick = awk -v n=$(SHOWN) '{ f[NR] = $$0 } END { n = n < NR ? n : NR; \
	for (k = 0; k < n; k++) print f[int(k * NR / n) + 1] }'

define sheet
sheets/$(1).png: force
	@mkdir -p $$(@D)
	$$(Q)ls dances/$(call first,$(1))/*.npz | $$(pick) | tr '\n' '\0' | xargs -0 $$(export-sheet)
endef
$(foreach m,$(methods-shown),$(eval $(call sheet,$(m))))

sheets/GT.png: force
	@mkdir -p $(@D)
	$(Q)$(export-sheet) test.tsv

sheets: $(methods-shown:%=sheets/%.png) $(if $(ROWS),,sheets/GT.png)
row-names:
	@echo $(there)

.PHONY: sheets row-names
