#!/bin/sh
# Runs as a whole: what they will take (--dry-run), less memory (--checkpoint-activations), going
# on after kill -9. TAP on stdout.
. test/dances.sh
data=$work/data
make_clusters >"$work/log" 2>&1
bank -o "$work/bank.safetensors" "$all" >"$work/log" 2>&1
check "a bank to start from" test -s "$work/bank.safetensors"
model() { predictor --bank "$work/bank.safetensors" "$@" "$all"; }

# --- dry runs ---

model --dry-run -o "$work/none" >"$work/log" 2>"$work/err"
check "a dry run writes no model, and says nothing on stderr" test $? -eq 0 -a ! -e "$work/none" \
    -a ! -s "$work/err"
check "... but a row with sizes, steps and a time" awk '
    NR == 1 { bad = $1 != "parameters" }
    NR == 2 { bad = bad || $1 != "stage" || $2 != 3 || $5 <= 0 || $6 <= $5 || $9 <= 0 }
    END { exit bad || NR != 2 }' "$work/log"
bank --dry-run "$all" >"$work/log"
check "a bank has two stages, and -o is not needed" awk \
    'NR == 2 { bad = $2 != 1 } NR == 3 { bad = bad || $2 != 2 } END { exit bad || NR != 3 }' \
    "$work/log"
# Epochs of 7 batches at phase 0 (five dances of 60 frames, 44 windows of 24 frames of music in
# each epoch at most).
value() { sed 's/.*"'"$2"'":\([0-9.e+-]*\).*/\1/' "$1"; }
model --dry-run --json --epochs 3 >"$work/plan"
check "JSON has the operations" test "$(value "$work/plan" flops_per_step)" -gt 1000000
check "... and the epochs' steps" test "$(value "$work/plan" steps)" -eq 21
model --dry-run --json --steps 5 >"$work/plan5"
check "... or those that were asked for" test "$(value "$work/plan5" steps)" -eq 5
model --dry-run --json --checkpoint-activations >"$work/plan5"
check "recomputing takes less memory" test "$(value "$work/plan5" activation_bytes)" \
    -lt "$(value "$work/plan" activation_bytes)"
refuses "a dry run finds what is wrong" 'no sequence is long enough' "$work/none" \
    "$BIN/train-predictor" $model_options --dry-run --no-refine --no-transit --past 100 \
    --music 100 "$all"
"$BIN/train-predictor" -j 1 --preset tiny --music 24 --bank "$work/bank.safetensors" --steps 1 \
    -o "$work/x" "$all" >"$work/log" 2>"$work/err"
says='parameters, activations .* MiB, peak .* MiB, .* GFLOP a step, at most 1 steps'
check "a run says the same first" grep -q "^train-predictor: stage 3: .* $says$" "$work/err"

# --- the same bits in less memory ---

model --epochs 2 --noise 0.1 --unroll 2 -o "$work/a.safetensors" >"$work/log"
model --epochs 2 --noise 0.1 --unroll 2 --checkpoint-activations -o "$work/b.safetensors" \
    >"$work/log"
check "recomputed activations train the same predictor" cmp "$work/a.safetensors" \
    "$work/b.safetensors"
bank --checkpoint-activations -o "$work/b.safetensors" "$all" >"$work/log"
check "... and the same bank" cmp "$work/bank.safetensors" "$work/b.safetensors"

# --- a batch in parts ---

# same A B: logs with the same rows, losses within 1e-5 of each other (seconds differ)
same() {
    paste "$1" "$2" | awk -F'\t' '
        { for (i = 1; NR > 1 && i <= 6; i++) {
              d = $i - $(i + 6)
              if (i != 6 && !(d <= 1e-5 * $i && -d <= 1e-5 * $i)) bad = 1
          } }
        END { exit bad || NR < 2 }'
}
parts="--epochs 2 --batch 8 --noise 0.1 --fade 0.5 --unroll 2"
model $parts -o "$work/a.safetensors" >"$work/a.log"
model $parts --micro-batch 8 -o "$work/b.safetensors" >"$work/b.log"
check "a micro-batch of the whole batch changes nothing" cmp "$work/a.safetensors" \
    "$work/b.safetensors"
model $parts --micro-batch 3 -o "$work/micro.safetensors" >"$work/b.log"
check "micro-batches have the losses of whole batches" same "$work/a.log" "$work/b.log"
model $parts --micro-batch 3 --checkpoint-activations -o "$work/b.safetensors" >"$work/log"
check "... and with recomputed activations the same bytes" cmp "$work/micro.safetensors" \
    "$work/b.safetensors"
model $parts --micro-batch 3 --epochs 1 --checkpoint "$work/c" -o "$work/b.safetensors" >"$work/log"
model $parts --micro-batch 3 --checkpoint "$work/c" -o "$work/b.safetensors" >"$work/log"
check "micro-batches go on to the same bytes" cmp "$work/micro.safetensors" "$work/b.safetensors"
rm "$work/c"
model $parts --epochs 1 --checkpoint "$work/c" -o "$work/b.safetensors" >"$work/log"
model $parts --micro-batch 2 --checkpoint "$work/c" -o "$work/b.safetensors" >"$work/log"
check "a run may go on with micro-batches" test $? -eq 0
rm "$work/c"
model --dry-run --json --batch 32 >"$work/plan"
model --dry-run --json --batch 32 --micro-batch 8 >"$work/plan5"
check "a quarter of the batch takes a quarter of the activations" awk \
    -v whole="$(value "$work/plan" activation_bytes)" \
    -v part="$(value "$work/plan5" activation_bytes)" \
    'BEGIN { exit !(part > 0.2 * whole && part < 0.3 * whole) }'
check "... for the same operations" test "$(value "$work/plan" flops_per_step)" = \
    "$(value "$work/plan5" flops_per_step)"
bank --batch 8 -o "$work/a.safetensors" "$all" >"$work/a.log"
bank --batch 8 --micro-batch 5 -o "$work/b.safetensors" "$all" >"$work/b.log"
check "banks have them, too" same "$work/a.log" "$work/b.log"
model --micro-batch 9 --batch 8 -o "$work/none" >"$work/log" 2>"$work/err"
check "a micro-batch larger than the batch is wrong usage" test $? -eq 2
check "... and says so" grep -q -e "--micro-batch is at most --batch, which is 8" "$work/err"

# --- checkpoints ---

model --steps 4 -o "$work/straight.safetensors" >"$work/log"
model --steps 3 --checkpoint "$work/c" --checkpoint-steps 1 -o "$work/part.safetensors" >"$work/log"
check "there is the one before, too" test -s "$work/c.previous"
step_of() { grep -ao '"state":"[^"]*"' "$1" | cut -d' ' -f4; }
check "... a step behind" test "$(step_of "$work/c.previous")" -eq 2 -a "$(step_of "$work/c")" -eq 3
cp "$work/c" "$work/whole"
head -c 3000 "$work/whole" >"$work/c"
model --steps 4 --checkpoint "$work/c" -o "$work/resumed.safetensors" >"$work/log" 2>"$work/err"
check "where a checkpoint is damaged, a run goes on from the one before" \
    cmp "$work/straight.safetensors" "$work/resumed.safetensors"
check "... and says so" grep \
    -q "^train-predictor: warning: $work/c: .*going on from $work/c.previous$" "$work/err"
# One bit of a weight: the header still parses.
size=$(wc -c <"$work/whole")
{
    head -c $((size - 100)) "$work/whole"
    tail -c 100 "$work/whole" | head -c 1 | tr '\000-\377' '\001-\377\000'
    tail -c 99 "$work/whole"
} >"$work/c"
model --steps 4 --checkpoint "$work/c" -o "$work/resumed.safetensors" >"$work/log" 2>"$work/err"
check "where one weight is damaged, too" cmp "$work/straight.safetensors" \
    "$work/resumed.safetensors"
check "... and says so" grep -q "damaged: its checksum .*going on from" "$work/err"
head -c 3000 "$work/whole" >"$work/c"
head -c 3000 "$work/whole" >"$work/c.previous"
refuses "two damaged checkpoints" "/c: " "$work/x" "$BIN/train-predictor" $model_options \
    --bank "$work/bank.safetensors" --steps 4 --checkpoint "$work/c" -o "$work/x" "$all"
rm "$work/c"
model --steps 4 --checkpoint "$work/c" -o "$work/resumed.safetensors" >"$work/log"
check "without the checkpoint a run starts over" cmp "$work/straight.safetensors" \
    "$work/resumed.safetensors"

# Another process holds the checkpoint: flock(1) is where util-linux is.
if command -v flock >/dev/null; then
    held() { flock "$work/c.lock" "$BIN/train-predictor" "$@"; }
    held $model_options --bank "$work/bank.safetensors" --steps 4 --checkpoint "$work/c" \
        -o "$work/second" "$all" >"$work/log" 2>"$work/err"
    check "a second run on one checkpoint is refused" test $? -eq 1 -a ! -e "$work/second"
    check "... and says why" grep -q "^train-predictor: $work/c: another run is writing" "$work/err"
else
    echo "ok - a second run on one checkpoint is refused # SKIP no flock"
fi

# A run that writes a checkpoint after every step is killed whenever it has logged two epochs, in
# the midst of what it then does, until it gets to its end:
# killed PROGRAM OPTION...
mkfifo "$work/rows"
killed() {
    program=$1
    shift
    rm -f "$work/c" "$work/c.previous" "$work/resumed.safetensors"
    kills=0
    while [ ! -e "$work/resumed.safetensors" ] && [ $kills -lt 40 ]; do
        "$BIN/$program" "$@" --checkpoint "$work/c" --checkpoint-steps 1 \
            -o "$work/resumed.safetensors" "$all" >"$work/rows" 2>"$work/err" &
        run=$!
        exec 3<"$work/rows"
        read header <&3
        read row <&3
        read row <&3
        kill -9 $run 2>/dev/null && kills=$((kills + 1))
        exec 3<&-
        wait $run 2>/dev/null
    done
    "$BIN/$program" "$@" -o "$work/straight.safetensors" "$all" >"$work/log" &&
        [ $kills -gt 2 ] && cmp "$work/straight.safetensors" "$work/resumed.safetensors"
}
check "kill -9, and again, and again: stages 1 and 2" killed train-bank $bank_options \
    --clusters "$clusters" --epochs1 4 --epochs2 4
check "kill -9, and again, and again: stage 3" killed train-predictor $model_options \
    --bank "$work/bank.safetensors" --epochs 8 --noise 0.1
