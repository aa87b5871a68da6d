#!/bin/sh
# predictors.sh: the predictors besides FACT train, go on from a checkpoint and dance, with the
# banks and without. TAP on stdout.
# shellcheck disable=SC1091,SC2016,SC2046,SC2086,SC2154
. test/dances.sh
data=$work/data
make_clusters >"$work/log" 2>&1
"$BIN/train-bank" $bank_options --clusters "$clusters" -o "$work/bank" "$all" >"$work/log" 2>&1
check "a bank for all of them" test -s "$work/bank"
differ() { test -s "$1" -a -s "$2" && ! cmp -s "$1" "$2"; }
same() { test -s "$1" && cmp "$1" "$2"; }
sizes() { # of a small one
    case $1 in
    revolution) echo "--music 24 --hidden 6 --embed 5 --head-dim 3" ;;
    phd) echo "--blocks 1 --groups 4" ;;
    dancenet) echo "--music 24 --blocks 3 --cycle 2 --skip 6" ;;
    li) echo "--music 24 --bins 8 --embed 2 --output 2 --head-dim 4 --motion-layers 2" ;;
    esac
}
teach() { # teach NAME OPTION...
    name=$1
    shift
    "$BIN/train-predictor" -q -j 1 --preset tiny --predictor $name $(sizes $name) "$@" "$all" \
        >"$work/log" 2>"$work/err"
}
bare="--no-refine --no-transit --past 16 --future 4"
dance() { # dance MODEL OUT.npz OPTION...
    of=$1 out=$2
    shift 2
    "$BIN/generate" -q -j 1 -m "$of" --genre AA -o "$out" "$@" >"$work/log" 2>"$work/err"
}

for p in revolution phd dancenet li; do
    music="--music $data/song1.npz"
    test $p != phd || music=
    long="--frames 200 --seed-motion $data/dance1.npy"
    teach $p --bank "$work/bank" --steps 2 -o "$work/$p"
    check "$p with both banks" test $? -eq 0 -a -s "$work/$p"
    teach $p --bank "$work/bank" --no-transit --steps 1 -o "$work/x"
    check "$p with RefineBank" test $? -eq 0 -a -s "$work/x"
    teach $p --bank "$work/bank" --no-refine --steps 1 -o "$work/x"
    check "$p with TransitBank" test $? -eq 0 -a -s "$work/x"
    teach $p $bare --steps 2 -o "$work/$p-bare"
    check "$p without banks" test $? -eq 0 -a -s "$work/$p-bare"
    teach $p $bare --steps 1 --checkpoint "$work/$p-c" -o "$work/x"
    teach $p $bare --steps 2 --checkpoint "$work/$p-c" -o "$work/x"
    check "$p: a step and another one are two" same "$work/$p-bare" "$work/x"
    teach $p $bare --steps 2 --checkpoint-activations -o "$work/x"
    check "$p: activations a second time, the same model" same "$work/$p-bare" "$work/x"
    teach $p $bare --steps 2 -j 2 -o "$work/x"
    check "$p: two threads, the same model" same "$work/$p-bare" "$work/x"
    teach $p $bare --steps 2 --fade 0.5 -o "$work/x"
    check "$p: a disturbed past teaches something else" differ "$work/$p-bare" "$work/x"
    teach $p $bare --steps 2 --dry-run --json -o "$work/x"
    check "$p: a dry run counts its operations" \
        sh -c 'test "$(sed "s/.*\"flops_per_step\":\([0-9]*\).*/\1/" "$1")" -gt 100000' - \
        "$work/log"
    for model in $p $p-bare; do
        dance "$work/$model" "$work/$model.npz" $music $long
        check "$model: it dances" test "$(length_of "$work/$model.npz")" = 200
    done
    dance "$work/$p" "$work/k.npz" $music $long --keep 3
    check "$p: --keep makes another dance" differ "$work/$p.npz" "$work/k.npz"
    dance "$work/$p" "$work/b.npz" $music $long --precision bf16
    check "$p: bf16 is near" near "$work/$p.npz" "$work/b.npz" 12 1
    "$BIN/generate" -q -j 1 -m "$work/$p" --dataset "$all" --frames 60 -o "$work/$p-1" --batch 1 \
        >"$work/log" 2>&1
    "$BIN/generate" -q -j 1 -m "$work/$p" --dataset "$all" --frames 60 -o "$work/$p-5" --batch 5 \
        >"$work/log" 2>&1
    check "$p: dances made together are near those made alone" \
        near "$work/$p-1/d3.npz" "$work/$p-5/d3.npz" 12 1e-3
done

# --- what each alone has ---

# shellcheck disable=SC1003
metadata() { grep -ao '"config":"{.*}"' "$1" | tr -d '\\'; }
metadata "$work/revolution" >"$work/json"
check "a file says what it is" grep -q '"predictor":"revolution"' "$work/json"
check "... and its keys" grep -q '"hidden":6,.*"skew":false,"prior":"add"' "$work/json"
teach revolution --bank "$work/bank" --prior tokens --skew --steps 1 -o "$work/x"
check "tokens before the music, and a skewed stack" test -s "$work/x"
teach revolution $bare --steps 2 --fed 1 --grow 0 -o "$work/fed"
check "true frames teach something else" differ "$work/revolution-bare" "$work/fed"
refuses "tokens for a network of strips" 'phd has no sequence .*prior must be add' "$work/x" \
    "$BIN/train-predictor" -q --preset tiny --predictor phd --prior tokens $bare -o "$work/x" "$all"
refuses "groups that do not fit" 'groups (3) must divide .* (16)' "$work/x" \
    "$BIN/train-predictor" -q --preset tiny --predictor phd --groups 3 $bare -o "$work/x" "$all"
refuses "classes of displacements" 'li predicts frames, not displacements' "$work/x" \
    "$BIN/train-predictor" -q --preset tiny --predictor li --residual $bare -o "$work/x" "$all"
refuses "a beat that is not in the music" 'beat (35) is not a column of music of 35' "$work/x" \
    "$BIN/train-predictor" -q --preset tiny --predictor li --beat 35 $bare -o "$work/x" "$all"
refuses "music that is too short" 'hears the music of all 20 frames of past and future, not of 19' \
    "$work/x" "$BIN/train-predictor" -q --preset tiny --predictor revolution --music 19 $bare \
    -o "$work/x" "$all"
wrong "music for a predictor without" teach phd --music 24 $bare -o "$work/x"

# --- sizes ---

# A size of docs/predictors.md's table stands in --help as the preset's.
sed -n 's/^| `\([a-z]*\)` | `\(--width.*\)` |$/\1 \2/p' docs/predictors.md >"$work/sizes"
check "sizes of four predictors" test "$(grep -c . "$work/sizes")" -eq 4
while read -r p options; do
    "$BIN/train-predictor" --preset small --predictor "$p" --help >"$work/help"
    set -- $options
    while [ $# -ge 2 ]; do
        check "$p has $1 $2 in small" \
            sh -c 'tr -s "\n " " " <"$3" | grep -q -- "$1 [^[]*\[$2\]"' - "$1" "$2" "$work/help"
        shift 2
    done
done <"$work/sizes"

# --- random dances ---

long="--music $data/song1.npz --frames 60 --seed-motion $data/dance1.npy"
for p in dancenet li; do
    dance "$work/$p" "$work/0.npz" $long
    dance "$work/$p" "$work/1.npz" $long --temperature 1
    dance "$work/$p" "$work/2.npz" $long --temperature 1 --seed 2
    dance "$work/$p" "$work/3.npz" $long --temperature 1 --seed 1
    check "$p draws dances" differ "$work/0.npz" "$work/1.npz"
    check "... another seed, another dance" differ "$work/1.npz" "$work/2.npz"
    check "... the same seed, the same dance" same "$work/1.npz" "$work/3.npz"
done
refuses "random numbers that nothing is drawn from" \
    'phd draws no random numbers and there is no TransitBank' "$work/x.npz" \
    "$BIN/generate" -q -m "$work/phd-bare" --genre AA --frames 60 --seed-motion "$data/dance1.npy" \
    --temperature 1 -o "$work/x.npz"
draw_phd() { "$BIN/generate" -q -m "$work/phd" --genre AA --frames 60 "$@"; }
draw_phd -o "$work/0.npz"
draw_phd --temperature 3 -o "$work/1.npz"
draw_phd --temperature 3 --seed 2 -o "$work/2.npz"
draw_phd --temperature 3 --seed 1 -o "$work/3.npz"
check "with TransitBank any predictor has other dances" differ "$work/0.npz" "$work/1.npz"
check "... another seed, another dance" differ "$work/1.npz" "$work/2.npz"
check "... the same seed, the same dance" same "$work/1.npz" "$work/3.npz"
draw_phd --seed 5 -o "$work/4.npz"
check "... without --temperature one dance" same "$work/0.npz" "$work/4.npz"
