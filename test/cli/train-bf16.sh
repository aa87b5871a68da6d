#!/bin/sh
# Training with --precision bf16, in every way that this machine offers: repeatability, going on,
# memory, losses beside float32's, refusals. TAP on stdout.
. test/dances.sh
make_clusters >"$work/log" 2>&1
bank -o "$work/bank.safetensors" "$all" >"$work/log" 2>&1
check "a bank to start from" test -s "$work/bank.safetensors"
model() { predictor --bank "$work/bank.safetensors" --epochs 3 --noise 0.1 "$@" "$all"; }
rounded() { model --precision bf16 "$@"; }
# near_losses A B: logs with the same rows, losses within a hundredth of each other
near_losses() {
    paste "$1" "$2" | awk -F'\t' '
        NR > 1 { d = $4 - $10; if (!(d <= 0.01 * $4 && -d <= 0.01 * $4) || $2 != $8) bad = 1 }
        END { exit bad || NR < 2 }'
}
value() { sed 's/.*"'"$2"'":\([0-9.e+-]*\).*/\1/' "$1"; }
differ() { ! cmp -s "$1" "$2"; }
same_models() { cmp "$work/$1.safetensors" "$work/$2.safetensors"; }

model -o "$work/float.safetensors" >"$work/float.log"
bank -o "$work/float-bank.safetensors" "$all" >"$work/float-bank.log"
model --epochs 1 --checkpoint "$work/float-checkpoint" -o "$work/x.safetensors" >"$work/log"
NEVERSTOP_USE=help "$BIN/train-predictor" >"$work/list"
offered=$(sed -n 's/^bf16 *//p' "$work/list" | sed 's/\[[^]]*\]//g')
[ -z "${NEVERSTOP_USE-}" ] || offered=
if [ "$offered" = plain ]; then
    refuses "bf16 on a processor that has neither" 'has neither AMX nor AVX512-BF16' "$work/x" \
        "$BIN/train-predictor" $model_options --bank "$work/bank.safetensors" --precision bf16 \
        -o "$work/x" "$all"
fi
for way in ${offered:-plain}; do
    [ -z "$offered" ] || export NEVERSTOP_USE="bf16=$way"
    rounded -o "$work/a.safetensors" >"$work/a.log" 2>"$work/err"
    check "$way: a predictor is trained" test $? -eq 0 -a -s "$work/a.safetensors"
    check "... with float32's losses, nearly" near_losses "$work/float.log" "$work/a.log"
    check "... but not its bytes" differ "$work/float.safetensors" "$work/a.safetensors"
    rounded -j 2 -o "$work/b.safetensors" >"$work/log"
    check "... and the same bytes again, with other threads" same_models a b
    rounded --checkpoint-activations -o "$work/b.safetensors" >"$work/log"
    check "... with recomputed activations" same_models a b
    rm -f "$work/c"
    rounded --epochs 1 --checkpoint "$work/c" -o "$work/b.safetensors" >"$work/log"
    rounded --checkpoint "$work/c" -o "$work/b.safetensors" >"$work/log"
    check "... and after a stop" same_models a b
    rounded --micro-batch 3 -o "$work/b.safetensors" >"$work/b.log"
    check "... and nearly so in micro-batches" near_losses "$work/a.log" "$work/b.log"
    bank --precision bf16 -o "$work/b.safetensors" "$all" >"$work/b.log"
    check "$way: a bank is trained" near_losses "$work/float-bank.log" "$work/b.log"
    check "... to other bytes" differ "$work/bank.safetensors" "$work/b.safetensors"
    for p in revolution phd dancenet li; do
        alone="$model_options"
        [ $p != phd ] || alone="-q -j 1 --preset tiny"
        alone="$alone --predictor $p --no-refine --no-transit --past 16 --future 4 --epochs 1"
        "$BIN/train-predictor" $alone -o "$work/x" "$all" >"$work/b.log"
        "$BIN/train-predictor" $alone --precision bf16 -o "$work/y" "$all" >"$work/log"
        check "$way: $p is trained" near_losses "$work/b.log" "$work/log"
        check "... in bfloat16" differ "$work/x" "$work/y"
    done
done

rounded --dry-run --json >"$work/plan"
model --dry-run --json >"$work/plan32"
check "a dry run counts the room for rounded operands" test \
    "$(value "$work/plan" activation_bytes)" -gt "$(value "$work/plan32" activation_bytes)"
check "... and the same operations" test "$(value "$work/plan" flops_per_step)" = \
    "$(value "$work/plan32" flops_per_step)"
refuses "a checkpoint in float32" 'it has precision3=none, this run precision3=bf16' "$work/x" \
    "$BIN/train-predictor" $model_options --bank "$work/bank.safetensors" --epochs 3 --noise 0.1 \
    --precision bf16 --checkpoint "$work/float-checkpoint" -o "$work/x" "$all"
refuses "a checkpoint in bfloat16" 'it has precision3=bf16, this run precision3=none' "$work/x" \
    "$BIN/train-predictor" $model_options --bank "$work/bank.safetensors" --epochs 3 --noise 0.1 \
    --checkpoint "$work/c" -o "$work/x" "$all"
wrong "an unknown precision" "$BIN/train-predictor" $model_options --precision int8 -o "$work/x" \
    "$all"
