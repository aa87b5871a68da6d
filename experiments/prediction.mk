# prediction.mk: Table 7, motion prediction without music, after stages.mk: movement at FPS7 frames
# a second, of which WINDOWS7 frames are seen; errors of clips of what is not trained on.

FPS7     ?= 30
WINDOWS7 ?= 15 40
future7  := 10
horizons := 10,20,30,40,50
last     := 50

# Everything in these lists is at the rate, and without music.
prediction/train.tsv: train.tsv options/rate7
	$(call say,prediction: movement at $(FPS7) frames a second)
	@rm -rf $(@D)
	$(Q)"$$PROGRAMS"/cut-motion -q -j $(THREADS) --fps $(FPS7) --no-music --list $(@F) -o $(@D) $<
$(eval $(call remember,rate7,$(FPS7)))

held-out.tsv: all.tsv train.tsv
	@awk -F '\t' 'NR == FNR { seen[$$1]; next } FNR == 1 || !($$1 in seen)' train.tsv all.tsv \
		>$@.new && $(replace)

# Errors are smallest of the mean, which a gain leaves.
exact := --residual --gain 0 --escape 0

# $(call seen,frames): the rows of Table 7 that see so many frames.
define seen
clips$(1)/clips.tsv: held-out.tsv options/rate7
	@rm -rf clips$(1)
	$$(Q)"$$$$PROGRAMS"/cut-motion -q -j $(THREADS) --fps $(FPS7) --no-music --stride 25 \
		--length $(shell expr $(1) + $(last)) -o clips$(1) held-out.tsv
$(call clustering,clusters_seen$(1),--length $(1) --future $(future7),prediction/train.tsv)
$(call bank,bank_seen$(1),clusters_seen$(1),$(2),prediction/train.tsv,--fps $(FPS7))
$(call method,phd$(1),PHD,data,--predictor phd $(unbanked) $(2),$(outright) $(unaided),\
    prediction/train.tsv,--fps $(FPS7))
$(call method,phd_aided$(1),PHD_AIDED,bank_seen$(1),--predictor phd $(unbanked),$(exact),\
    prediction/train.tsv,--fps $(FPS7))
$(call method,phd_full$(1),PHD_FULL,bank_seen$(1),--predictor phd,$(exact),\
    prediction/train.tsv,--fps $(FPS7))
$(foreach m,phd phd_aided phd_full,$(call predicting,$(m)$(1),$(1),$(m)$(1)-%.safetensors,\
    "$$$$PROGRAMS"/generate -m $$<))
$(call predicting,retrieval$(1),$(1),prediction/train.tsv options/retrieval,$(nearest) --past $(1))
untrained += standing$(1) retrieval$(1)
dances/standing$(1)-%.json: dances/phd$(1)-%.json
	@sed -n 's/.*"standing":\({[^}]*}\).*/\1/p' $$< >$$@.new && mv $$@.new $$@
endef

# Pieces of other dances that go on where a clip's seed ends.
nearest := "$$$$PROGRAMS"/retrieve-dance $(RETRIEVAL_OPTIONS) --seed $$* --future $(future7) \
	--database $$<

# $(call predicting,name,frames seen,made of,program): its clips and their errors.
define predicting
dances/$(1)-%/done: $(3) clips$(2)/clips.tsv
	$$(call say,$$(@D): going on from $(2) frames)
	@rm -rf $$(@D)
	$$(Q)$(4) -j $(THREADS) --frames $(shell expr $(2) + $(last)) \
		--dataset clips$(2)/clips.tsv -o $$(@D)
	@touch $$@
dances/$(1)-%.json: dances/$(1)-%/done
	$$(call say,dances/$(1)-$$*: measuring errors)
	$$(Q)"$$$$PROGRAMS"/pa-mpjpe -q --json -j $(THREADS) --joints common14 --standing \
		--horizons $(horizons) --real clips$(2) dances/$(1)-$$* >$$@.new && mv $$@.new $$@

endef
$(foreach n,$(WINDOWS7),$(eval $(call seen,$(n),--past $(n) --future $(future7))))
