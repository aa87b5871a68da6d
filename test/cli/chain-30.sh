#!/bin/sh
# The whole chain at 30 frames a second, from an AIST++ folder and a song to a dance, its scores and
# a page. TAP on stdout.
. test/dances.sh
aist=$work/aist data=$work/prepared x=$work/x.npz
name=gHO_sFM_cAll_d01_mHO0_ch01
"$BIN/make-demo-data" -q --genres 2 --sequences 3 --seconds 5 -o "$aist"
check "data are prepared at 30" "$BIN/prepare-aist" -q -j 1 --fps 30 "$aist" "$data"
"$BIN/import-motion" -q --fps 30 -o "$work/one" "$aist/motions/$name.pkl"
check "... as import-motion --fps 30 does" cmp "$work/one/$name.npz" "$data/motions/$name.npz"
"$BIN/extract-music-features" -q --fps 30 -o "$work/song.npz" "$aist/music/mHO0.wav"
check "... and extract-music-features --fps 30" cmp "$work/song.npz" "$data/music/mHO0.npz"

rate_of() { # FILE: its fps, a float64
    member=$(grep -abo fps.npy "$1" | head -1 | cut -d: -f1)
    start=$(grep -abo NUMPY "$1" | awk -F: -v name="$member" '$1 > name { print $1; exit }')
    tail -c +$((start + 128)) "$1" | head -c 8 | od -An -tf8 | tr -d ' '
}
shape_of() { grep -ao "'shape': ([0-9, ]*)" "$1" | head -1 | tr -dc '0-9,'; }

# --- windows of 2 s, steps of a third of a second ---
check "clusters" "$BIN/cluster-ap" -q -j 1 --clusters 4 -o "$work/c" "$data/train.tsv"
check "... of 60 frames" test "$(shape_of "$work/c/HO.npz")" = 4,60,219
check "clusters of a preset whose past is 1 s" \
    "$BIN/cluster-ap" -q -j 1 --preset small -n 4 -o "$work/small" "$data/train.tsv"
check "... of 30 frames" test "$(shape_of "$work/small/HO.npz")" = 4,30,219
train_bank() { "$BIN/train-bank" -j 1 --preset tiny --clusters "$work/c" "$@" "$data/train.tsv" \
    >/dev/null 2>"$work/lines"; }
check "a bank" train_bank -o "$work/bank"
check "... in one line what became of the preset" \
    grep -qx 'train-bank: preset tiny at 30 frames a second: past 60, future 10' "$work/lines"
check "... which it has" grep -aq '\\"past\\":60,\\"future\\":10,' "$work/bank"
train_model() { "$BIN/train-predictor" -j 1 --preset tiny --bank "$work/bank" --steps 3 "$@" \
    >/dev/null 2>"$work/lines"; }
check "a model" train_model --smooth 2 -o "$work/model" "$data/train.tsv"
check "... what became of its preset" \
    grep -qx 'train-predictor: preset tiny at 30 frames a second: music 120, keep 10' \
    "$work/lines"
check "... which it has" \
    grep -aq '\\"past\\":60,\\"future\\":10,\\"music\\":120,\\"keep\\":10,.*\\"smooth\\":2,' \
    "$work/model"
train_model --fps 60 -o "$x" "$data/train.tsv"
check "a rate that was not meant is refused" \
    eval "[ $? -eq 1 ] && [ $(wc -l <"$work/lines") -eq 1 ] && grep -q \
    'train.tsv: has 30 frames a second, but --fps says 60' $work/lines"

# --- dances of 5 s, scores, a page ---
mkdir "$work/dances"
for song in mHO1 mLO2; do
    genre=$(echo "$song" | cut -c 2-3)
    "$BIN/generate" -q -j 1 -m "$work/model" --genre "$genre" --music "$aist/music/$song.wav" -o \
    "$work/dances/$song.npz"
done
check "a dance to a sound has the model's rate" test "$(rate_of "$work/dances/mHO1.npz")" = 30
seconds=$(awk -v bytes="$(wc -c <"$aist/music/mHO1.wav")" -v \
    "rate=$(od -An -tu4 -j 24 -N 4 "$aist/music/mHO1.wav")" \
    'BEGIN { print (bytes - 44) / 2 / rate }')
check "... and lasts as long" awk -v s="$seconds" -v n="$(length_of "$work/dances/mHO1.npz")" \
    'BEGIN { exit !(s > 4 && n / 30 - s < 0.05 && s - n / 30 < 0.05) }'
"$BIN/generate" -q -j 1 -m "$work/model" --genre HO --music "$aist/music/mHO1.wav" --seconds 4 \
    -o "$x"
check "--seconds 4 are 120 frames" test "$(length_of "$x")" = 120
wrong "--seconds and --frames exclude each other" \
    "$BIN/generate" -q -m "$work/model" --music "$aist/music/mHO1.wav" --seconds 4 --frames 3 -o \
    "$x"
check "thresholds" "$BIN/freeze-rate" -q -j 1 --fit -o "$work/t.npz" "$data/all.tsv"
"$BIN/freeze-rate" -q -j 1 --json --thresholds "$work/t.npz" --real "$data/all.tsv" \
    "$work/dances" >"$work/freeze.json"
check "freeze-rate" grep -q '"rate":' "$work/freeze.json"
"$BIN/eval-fid" -q -j 1 --json --real "$data/all.tsv" "$work/dances" >"$work/fid.json" \
    2>"$work/lines"
check "eval-fid" grep -q '"fid_k":[0-9]' "$work/fid.json"
"$BIN/beat-align" -q -j 1 --json --music-dir "$data/music" "$work/dances" >"$work/beats.json"
check "beat-align" test $? -eq 0
"$BIN/export-motion" -q --to html --audio "$aist/music/mHO1.wav" -o "$work/page.html" \
    "$work/dances/mHO1.npz"
check "a page" grep -q '"fps":30' "$work/page.html"

# --- rates that are mixed ---
"$BIN/import-motion" -q -o "$work/at60" "$aist/motions/$name.pkl" 2>/dev/null
refuses "a seed at 60" \
    'import-motion --fps 30' "$x" "$BIN/generate" -q -m "$work/model" --genre HO --music \
    "$aist/music/mHO1.wav" --seed-motion "$work/at60/$name.npz" -o "$x"
refuses "a folder at two rates" \
    'made at 30 frames a second, not 60' "$x" "$BIN/prepare-aist" -q --fps 60 "$aist" "$data"

# --- a predictor that knows where the dance began, trained on mirrored windows, too ---
alone() { # alone OPTION...: without banks
    "$BIN/train-predictor" -q -j 1 --preset tiny --no-refine --no-transit --steps 3 "$@" \
        "$data/train.tsv" >/dev/null 2>"$work/lines"
}
check "a model in relative coordinates" alone --relative-root -o "$work/plain"
check "... says nothing of home" eval "! grep -q home $work/plain"
check "with --home" alone --relative-root --home --checkpoint "$work/ck" -o "$work/home"
check "... it says so" grep -aq '\\"home\\":true' "$work/home"
check "... and a token more is trained" grep -aq predictor.home "$work/home"
"$BIN/generate" -q -j 1 -m "$work/home" --seed-motion "$work/one/$name.npz" --genre HO \
    --music "$data/music/mHO0.npz" -o "$x"
check "... and dances" test "$(length_of "$x")" = "$(length_of "$data/music/mHO0.npz")"
alone --home -o "$x"
check "home without relative coordinates is refused" \
    grep -q 'home needs relative_root' "$work/lines"
check "with --mirror" alone --relative-root --mirror 0.5 -o "$work/mirrored"
check "... it is another model" eval "! cmp -s $work/plain $work/mirrored"
check "... of the same kind" eval "[ $(wc -c <"$work/plain") -eq $(wc -c <"$work/mirrored") ]"
alone --relative-root --mirror 0 -o "$work/again"
check "... and with 0 the same" cmp "$work/plain" "$work/again"

# --- feet that stand ---
check "with --contact" alone --relative-root --contact 0.1 --checkpoint "$work/ck2" \
    -o "$work/standing"
check "... it is another model" eval "! cmp -s $work/plain $work/standing"
check "... of the same kind" eval "[ $(wc -c <"$work/plain") -eq $(wc -c <"$work/standing") ]"
alone --relative-root --contact 0 -o "$work/again"
check "... and with 0 the same" cmp "$work/plain" "$work/again"
alone --relative-root --contact 0.2 --checkpoint "$work/ck2" -o "$x"
check "... a checkpoint keeps its weight" grep -q 'contact3=0.1' "$work/lines"
check "mirrored, unrolled, with another predictor" alone --predictor li --mirror 0.5 --unroll 2 \
    --contact 0.1 -o "$work/li"
check "a bank, too" train_bank --contact 0.1 -o "$work/standing-bank"
check "... is another one" eval "! cmp -s $work/bank $work/standing-bank"
check "... in stage 2 alone" eval "! train_bank --contact2 1 -o $x"
