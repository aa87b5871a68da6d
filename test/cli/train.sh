#!/bin/sh
# train-bank and train-predictor on small data: repeatability, going on after a stop, variants,
# failures. TAP on stdout.
. test/dances.sh
data=$work/data

check "clusters to start from" make_clusters
bank -o "$work/bank.safetensors" "$all" >"$work/log" 2>"$work/err"
check "a bank is trained" test $? -eq 0 -a -s "$work/bank.safetensors"
check "the log has a header and a row per epoch" awk -F'\t' '
    NR == 1 { bad = $0 != "stage\tstep\tepoch\tloss\tlr\tseconds"; next }
    NF != 6 || $1 != NR - 1 || $2 < 6 || $2 > 8 || $3 != 1 || $4 !~ /^[0-9.]+$/ { bad = 1 }
    $5 != 0.001 { bad = 1 }
    END { exit bad || NR != 3 }' "$work/log"
check "nothing else is said" test ! -s "$work/err"
predictor --bank "$work/bank.safetensors" -o "$work/model.safetensors" "$all" >"$work/log"
check "a predictor is trained" test $? -eq 0 -a -s "$work/model.safetensors"
check "it logs stage 3" grep -q '^3	' "$work/log"
check "a model is a safetensors file of kind model" grep -aq '"kind":"model"' \
    "$work/model.safetensors"

# --- repeatability ---

bank -o "$work/again.safetensors" "$all" >/dev/null
check "the same seed, the same bank" cmp "$work/bank.safetensors" "$work/again.safetensors"
bank --seed 2 -o "$work/again.safetensors" "$all" >/dev/null
check "another seed, another bank" sh -c '! cmp -s "$1/bank.safetensors" "$1/again.safetensors"' \
    - "$work"
model() { predictor --bank "$work/bank.safetensors" "$@" "$all"; }
model -o "$work/again.safetensors" >/dev/null
check "the same seed, the same model" cmp "$work/model.safetensors" "$work/again.safetensors"
model --seed 2 -o "$work/again.safetensors" >/dev/null
check "another seed, another model" sh -c '! cmp -s "$1/model.safetensors" "$1/again.safetensors"' \
    - "$work"

bank --epochs1 0 --epochs2 0 -o "$work/bank0.safetensors" "$all" >"$work/log"
check "no epochs write the initial bank" test $? -eq 0 -a "$(wc -l <"$work/log")" -eq 1
bank --epochs1 0 --epochs2 0 -o "$work/bank0b.safetensors" --lr1 0.5 "$all" >/dev/null
check "... which depends on nothing of the training" cmp "$work/bank0.safetensors" \
    "$work/bank0b.safetensors"
model --steps 0 -o "$work/m0.safetensors" >"$work/log"
check "no steps write the initial model" test $? -eq 0 -a "$(wc -l <"$work/log")" -eq 1
model --epochs 0 -o "$work/m0b.safetensors" >/dev/null
check "as no epochs do" cmp "$work/m0.safetensors" "$work/m0b.safetensors"
model --epochs 2 --lr 0 -o "$work/m0b.safetensors" >/dev/null
check "and a learning rate of nothing" cmp "$work/m0.safetensors" "$work/m0b.safetensors"

# --- going on ---

model --steps 6 -o "$work/straight.safetensors" >/dev/null
model --steps 3 --checkpoint "$work/c" -o "$work/part.safetensors" >/dev/null
check "a checkpoint in the middle of an epoch" grep -aq '"kind":"checkpoint"' "$work/c"
model --steps 6 --checkpoint "$work/c" -o "$work/resumed.safetensors" >"$work/log"
check "three steps and three more are six" cmp "$work/straight.safetensors" \
    "$work/resumed.safetensors"
check "the log counts on" sh -c 'tail -1 "$1" | grep -q "^3	6	1	"' - "$work/log"
cp "$work/c" "$work/done"
model --steps 6 --checkpoint "$work/c" -o "$work/resumed.safetensors" >"$work/log"
check "a run that is done only writes its model" cmp "$work/straight.safetensors" \
    "$work/resumed.safetensors"
check "... and logs nothing" test "$(wc -l <"$work/log")" -eq 1
model --epochs 3 -o "$work/straight.safetensors" >/dev/null
rm "$work/c"
model --epochs 1 --checkpoint "$work/c" -o "$work/part.safetensors" >/dev/null
model --epochs 3 --checkpoint "$work/c" -o "$work/resumed.safetensors" >/dev/null
check "an epoch and two more are three" cmp "$work/straight.safetensors" "$work/resumed.safetensors"
rm "$work/c"
model --epochs 4 --unroll 2 --ramp 2 -o "$work/straight.safetensors" >/dev/null
model --epochs 1 --unroll 2 --ramp 2 --checkpoint "$work/c" -o "$work/part.safetensors" >/dev/null
model --epochs 3 --unroll 2 --ramp 2 --checkpoint "$work/c" -o "$work/part.safetensors" >/dev/null
model --epochs 4 --unroll 2 --ramp 2 --checkpoint "$work/c" -o "$work/resumed.safetensors" \
    >/dev/null
check "unrolling goes on where it was" cmp "$work/straight.safetensors" "$work/resumed.safetensors"

# A run that is signalled as soon as it has logged an epoch, and finished later: stopped PROGRAM
# SIGNAL EPOCH_OPTION OPTION...
mkfifo "$work/rows"
stopped() {
    program=$1 signal=$2 epochs=$3
    shift 3
    rm -f "$work/c" "$work/resumed.safetensors" "$work/straight.safetensors"
    "$BIN/$program" "$@" "--$epochs" 1000000 --checkpoint "$work/c" -o "$work/resumed.safetensors" \
        "$all" >"$work/rows" 2>"$work/err" &
    run=$!
    exec 3<"$work/rows"
    read header <&3
    read row <&3
    kill -$signal $run
    n=$(($(wc -l <&3) + 3))
    exec 3<&-
    wait $run
    [ $? -eq 1 ] && grep -q "^$program: stopped by a signal; .*$work/c" "$work/err" &&
        [ ! -e "$work/resumed.safetensors" ] || return 1
    "$BIN/$program" "$@" "--$epochs" $n --checkpoint "$work/c" -o "$work/resumed.safetensors" \
        "$all" &&
        "$BIN/$program" "$@" "--$epochs" $n -o "$work/straight.safetensors" "$all" &&
        cmp "$work/straight.safetensors" "$work/resumed.safetensors"
}
check "SIGTERM, then on to the end: stage 1" stopped train-bank TERM epochs1 $bank_options \
    --clusters "$clusters"
check "SIGINT, then on to the end: stage 2" stopped train-bank INT epochs2 $bank_options \
    --clusters "$clusters" --epochs1 0
check "SIGTERM, then on to the end: stage 3" stopped train-predictor TERM epochs $model_options \
    --bank "$work/bank.safetensors"
check "SIGINT, then on, by the VAE with noise" stopped train-bank INT epochs2 $bank_options \
    --clusters "$clusters" --epochs1 0 --refine vae --noise 0.1

# --- validation ---

bank --val "$data/one-genre.tsv" -o "$work/x.safetensors" "$all" >"$work/log"
check "--val adds a column" awk -F'\t' '
    NF != 7 || (NR == 1 && $7 != "val_loss") || (NR > 1 && !($7 > 0)) { bad = 1 }
    END { exit bad || NR != 3 }' "$work/log"
check "... and changes nothing else" cmp "$work/bank.safetensors" "$work/x.safetensors"
predictor --bank "$work/bank.safetensors" --val "$all" -o "$work/x.safetensors" "$all" >"$work/log"
check "--val of the predictor" awk -F'\t' \
    'NF != 7 { bad = 1 } END { exit bad || NR != 2 || !($7 > 0) }' "$work/log"
check "... and changes nothing else" cmp "$work/model.safetensors" "$work/x.safetensors"

# --- gains fitted to the training dances ---

fit="$BIN/train-predictor ${model_options#-q } --bank $work/bank.safetensors --fit-gain"
$fit --steps 4 -o "$work/gains.safetensors" "$all" >"$work/log" 2>"$work/err"
check "gains are fitted" grep -q \
    '^train-predictor: gains fitted to . dances: floor .*, joints .*; movement .* of the data' \
    "$work/err"
check "... and are the model's" grep -aq 'joint_gains.*true' \
    "$work/gains.safetensors"
$fit --steps 2 --checkpoint "$work/g" -o "$work/part.safetensors" "$all" >"$work/log" 2>&1
$fit --steps 4 --checkpoint "$work/g" -o "$work/resumed.safetensors" "$all" >"$work/log" 2>&1
check "... the same after going on" cmp "$work/gains.safetensors" "$work/resumed.safetensors"
model --steps 4 -o "$work/plain.safetensors" >"$work/log"
dance() { # dance MODEL OUT OPTION...: 30 frames
    from=$1 to=$2
    shift 2
    "$BIN/generate" -q -j 1 -m "$from" --music "$data/song1.npz" --genre BB --frames 30 \
        -o "$to" "$@"
}
dance "$work/gains.safetensors" "$work/with.npz"
dance "$work/gains.safetensors" "$work/off.npz" --gain 1
dance "$work/plain.safetensors" "$work/plain.npz"
check "... generate uses them" sh -c '! cmp -s "$1/with.npz" "$1/plain.npz"' - "$work"
check "... and leaves them out for --gain" cmp "$work/off.npz" "$work/plain.npz"
model --init "$work/plain.safetensors" --steps 0 --fit-gain -o "$work/late.safetensors" >"$work/log"
check "a model that is there gets them, too" cmp "$work/gains.safetensors" "$work/late.safetensors"
model --init "$work/plain.safetensors" --steps 0 --residual -o "$work/x" 2>"$work/err" >"$work/log"
check "another switch than the first model's is told" grep -q \
    'plain.safetensors was trained with --no-residual, this run is with --residual$' "$work/err"
model --fit-gain --gain 1.1 -o "$work/none" >"$work/log" 2>"$work/err"
check "--fit-gain and --gain are wrong usage" test $? -eq 2 -a ! -e "$work/none"
check "... and it says so" grep -q -e "--gain and --fit-gain exclude each other" "$work/err"

# --- variants: every one trains and generates ---

variant() { # variant WHAT BANK_OPTIONS MODEL_OPTIONS
    bank $2 -o "$work/v.bank" "$all" >/dev/null &&
        predictor --bank "$work/v.bank" $3 -o "$work/v.model" "$all" >/dev/null &&
        "$BIN/generate" -q -j 1 -m "$work/v.model" --music "$data/song1.npz" --genre BB \
            --frames 30 -o "$work/v.npz" &&
        [ "$(length_of "$work/v.npz")" = 30 ]
}
for refine in discrete ae vae bank; do
    check "RefineBank as $refine" variant $refine "--refine $refine" ""
done
for n in 1 2 3 5; do check "$n latents" variant $n "--latents $n" ""; done
check "every aid" variant aids \
    "--relative-root --standardise --logit-scale" "--residual --join 4 --smooth 18 --unroll 2"
check "without RefineBank" variant refine "" "--no-refine"
check "without TransitBank" variant transit "" "--no-transit"
check "with neither, and a bank's seeds" variant neither "" "--no-refine --no-transit"
predictor --no-refine --no-transit --past 16 --future 4 -o "$work/fact.safetensors" "$all" \
    >/dev/null
check "FACT needs no bank" test $? -eq 0
check "... and has none" sh -c '! grep -aq "bank\.\|refine\.encoder\|transit\.encoder" "$1"' \
    - "$work/fact.safetensors"

# Windows: one of exactly the default length, 120 + 20 frames to 240 of music, is one step.
npy "$data/long.npy" 140 $dim 9
song "$data/long-song.npz" 240 9
song "$data/short-song.npz" 239 9
printf 'name\tgenre\tmotion\tmusic\nx\tAA\tlong.npy\tlong-song.npz\n' >"$data/long.tsv"
sed s/long-song/short-song/ "$data/long.tsv" >"$data/short.tsv"
fact="$BIN/train-predictor -q -j 1 --preset tiny --no-refine --no-transit --epochs 3"
$fact -o "$work/x.safetensors" "$data/long.tsv" >"$work/log"
check "a sequence of just one window is one step an epoch" sh \
    -c 'tail -1 "$1" | grep -q "^3	3	3	"' - "$work/log"
refuses "a frame of music fewer is too short" 'no sequence is long enough' "$work/x.safetensors" \
    $fact -o "$work/x.safetensors" "$data/short.tsv"

. test/cli/train-failures
