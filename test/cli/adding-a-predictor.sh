#!/bin/sh
# adding-a-predictor.sh: the example of docs/architecture.md, compiled from its text as one more
# predictor, has all that it says follows from a row. TAP on stdout. WALK: folder of the programs
# with it; BIN: of those without.
# shellcheck disable=SC1091,SC2086,SC2154
. test/dances.sh
WALK=$(cd "${WALK:-build/walk}" && pwd)
data=$work/data
make_clusters >"$work/log" 2>&1
"$WALK/train-bank" $bank_options --clusters "$clusters" -o "$work/bank" "$all" >"$work/log" 2>&1
check "a bank to start from" test -s "$work/bank"
rnn() { "$WALK/train-predictor" $model_options --predictor rnn --hidden 12 "$@" "$all"; }
bare() { rnn --no-refine --no-transit --past 16 --future 4 "$@"; }
differ() { test -s "$1" -a -s "$2" && ! cmp -s "$1" "$2"; }
lacks() { test -s "$2" && ! grep -aq -e "$1" "$2"; } # PATTERN FILE
metadata() { grep -ao '"config":"{.*}"' "$1" | tr -d '\\'; }

# --- it trains ---

rnn --bank "$work/bank" --steps 2 -o "$work/full" >"$work/log"
check "two steps with banks" test $? -eq 0 -a -s "$work/full"
check "... of which the log has a row" sh -c 'tail -1 "$1" | grep -q "^3	2	"' - "$work/log"
bare --steps 2 -o "$work/bare" >"$work/log"
check "two steps without" test $? -eq 0 -a -s "$work/bare"
bare --steps 2 -o "$work/again" >"$work/log"
check "the same seed, the same model" cmp "$work/bare" "$work/again"
bare --steps 0 -o "$work/initial" >"$work/log"
check "it is not the one that it began with" differ "$work/bare" "$work/initial"
bare --steps 2 --fed 10 -o "$work/fed" >"$work/log"
check "true frames teach something else" differ "$work/bare" "$work/fed"
bare --steps 1 --checkpoint "$work/c" -o "$work/part" >"$work/log"
bare --steps 2 --checkpoint "$work/c" -o "$work/resumed" >"$work/log"
check "a step and another one are two" cmp "$work/bare" "$work/resumed"
refuses "a checkpoint of another width" 'it has hidden=12, this run hidden=13' "$work/x" \
    "$WALK/train-predictor" $model_options --predictor rnn --hidden 13 --no-refine --no-transit \
    --past 16 --future 4 --steps 2 --checkpoint "$work/c" -o "$work/x" "$all"
check "gradients agree with differences" "$WALK/f64_networks"

# --- its file ---

metadata "$work/bare" >"$work/json"
check "the model names it" grep -q '"predictor":"rnn"' "$work/json"
check "... and has its key" grep -q '"hidden":12' "$work/json"
check "... and its weights" grep -aq '"predictor.hidden"' "$work/bare"
check "... and no size of FACT" lacks '"mlp"\|"layers"' "$work/json"
check "a bank is the same for every predictor" lacks rnn "$work/bank"
"$BIN/generate" -q -m "$work/full" --music "$data/song1.npz" --genre AA --frames 30 \
    -o "$work/x" >"$work/out" 2>"$work/err"
check "a program without it says so" grep -q "the predictor 'rnn' is not known" "$work/err"

# --- its options ---

"$WALK/train-predictor" --predictor rnn --help >"$work/help"
check "--help has its key" grep -q -e '--hidden H .*\[64\]' "$work/help"
tr -s ' \n' '  ' <"$work/help" | tr -s ' ' >"$work/joined"
check "... what it is" grep -q 'rnn: an Elman network' "$work/joined"
check "... how it is taught" grep -q -e '--fed F' "$work/help"
check "... and not FACT's" lacks '--heads\|--cross-layers' "$work/help"
"$WALK/train-predictor" --help >"$work/help"
check "FACT's --help has not" lacks '--hidden\|--fed' "$work/help"
for option in "--heads 2" "--mlp 4" "--cross-layers 1" "--own-weight 1"; do
    wrong "$option with rnn" "$WALK/train-predictor" $model_options --predictor rnn --no-refine \
        --no-transit $option -o "$work/x" "$all"
    check "... says why" grep -q -e "${option%% *} does not apply to --predictor rnn" "$work/err"
done
wrong "--hidden with FACT" "$WALK/train-predictor" $model_options --no-refine --no-transit \
    --hidden 4 -o "$work/x" "$all"
check "... says why" grep -q -e '--hidden does not apply to --predictor fact' "$work/err"
wrong "--fed with FACT" "$BIN/train-predictor" $model_options --fed 4 -o "$work/x" "$all"
wrong "a width out of range" "$WALK/train-predictor" --predictor rnn --hidden 0 -o "$work/x" "$all"
wrong "no such predictor" "$WALK/train-predictor" --predictor lstm -o "$work/x" "$all"
wrong "a predictor by half its name" "$WALK/train-predictor" --predict rnn -o "$work/x" "$all"
refuses "music that is too short for it" 'rnn hears 19 frames of music, not 18' "$work/x" \
    "$WALK/train-predictor" -q --preset tiny --predictor rnn --music 18 --bank "$work/bank" \
    -o "$work/x" "$all"

# --- the rest ---

bare --dry-run --json --steps 2 >"$work/plan"
check "a dry run counts its operations" \
    sh -c 'test "$(sed "s/.*\"flops_per_step\":\([0-9]*\).*/\1/" "$1")" -gt 100000' - "$work/plan"
for model in full bare; do
    "$WALK/generate" -q -j 1 -m "$work/$model" --music "$data/song1.npz" --genre AA --frames 30 \
        $(test $model = full || echo "--seed-motion $data/dance1.npy") -o "$work/$model.npz" \
        >"$work/log" 2>"$work/err"
    check "$model: it dances" test "$(length_of "$work/$model.npz")" = 30
done
bf16="$WALK/generate -q -j 1 --precision bf16 --music $data/song1.npz --genre AA --frames 30"
$bf16 -m "$work/full" -o "$work/b.npz" >"$work/log" 2>&1
check "bf16 rounds the banks" differ "$work/full.npz" "$work/b.npz"
chosen=${NEVERSTOP_USE-}
export NEVERSTOP_USE="$chosen bf16=plain"
refuses "bf16 without anything to round in training" 'rnn without banks has no layers to round' \
    "$work/x" "$WALK/train-predictor" $model_options --no-refine --no-transit --past 16 --future 4 \
    --predictor rnn --precision bf16 -o "$work/x" "$all"
export NEVERSTOP_USE="$chosen"
refuses "bf16 without anything to round" 'rnn without banks has no layers to round' "$work/x.npz" \
    $bf16 -m "$work/bare" --seed-motion "$data/dance1.npy" -o "$work/x.npz"
