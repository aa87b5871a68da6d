# dance.mk: methods in one table, after stages.mk.

SEEDS   ?= 1
METHODS ?= baseline full

seeds-of = $(SEEDS)
$(eval $(call experiment,$(METHODS)))

table.txt: dances/GT.json $(foreach m,$(METHODS),$(SEEDS:%=dances/$(m)-%.json))
	@"$$PROGRAMS"/compare-scores $^ >$@.new && mv $@.new $@
