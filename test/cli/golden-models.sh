#!/bin/sh
# golden-models.sh: model files of every predictor, made by the reference implementations
# (scripts/parity/golden_models.py), are read as they are and dance as these do. TAP on stdout.
. test/dances.sh
golden=test/golden/predictors
for name in revolution phd dancenet li; do
    music=
    [ ! -e "$golden/$name-music.npz" ] || music="--music $golden/$name-music.npz"
    check "$name dances" "$BIN/generate" -q -j 1 -m "$golden/$name.safetensors" --genre LO \
        --seed-motion "$golden/$name-seed.npz" $music --frames 12 -o "$work/$name.npz"
    check "as its reference does" near "$work/$name.npz" "$golden/$name-dance.npz" 12 2e-5
done
"$BIN/generate" -q -j 1 -m "$golden/phd.safetensors" --genre LO --frames 12 \
    --seed-motion "$golden/phd-seed.npz" -o "$work/x.npz" 2>"$work/err"
check "a model without music speaks of its rate alone" \
    grep -q 'phd.safetensors does not say its rate; taken as 60' "$work/err"
