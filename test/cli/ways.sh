#!/bin/sh
# NEVERSTOP_USE: its errors and its list; training and generation in every way of computing that
# this machine offers, against the default's. TAP on stdout. $WAYS: the program that lists them.
. test/dances.sh
data=$work/data

# train FOLDER: bank.safetensors and model.safetensors with the training log; uses the clusters
train() {
    mkdir -p "$1" && bank -o "$1/bank.safetensors" "$all" >/dev/null &&
        predictor --bank "$bank" -o "$1/model.safetensors" "$all" >"$1/log.tsv"
}
# dance FOLDER PRECISION: from the default's model
dance() {
    "$BIN/generate" -q -j 2 -m "$work/default/model.safetensors" --music "$data/song1.npz" \
        --genre AA --precision "$2" -o "$1/$2.npz"
}
everything() { train "$1" && dance "$1" float32 && dance "$1" bf16; }
# losses A B: logs with the same rows; numbers within a thousandth of each other, times left out
losses() {
    paste "$1" "$2" | awk -F'\t' '
        NR == 1 { n = NF / 2; for (i = 1; i <= n; i++) loss[i] = $i ~ /loss|total/; next }
        { for (i = 1; i <= n; i++) if (loss[i] && $i != $(i + n)) {
              d = $i - $(i + n)
              if (!(d <= 1e-3 * $i && -d <= 1e-3 * $i)) { print; bad = 1 } } }
        END { exit bad || NR < 2 }'
}

chosen=${NEVERSTOP_USE-}
export NEVERSTOP_USE
for NEVERSTOP_USE in matmul=fast matmul= colour=red bf16 =plain 'pages=small tmpfile=maybe' \
    'core=prescott restart=no'; do
    refuses "$NEVERSTOP_USE is refused" 'NEVERSTOP_USE: ' "$work/x" "$BIN/freeze-rate"
done
NEVERSTOP_USE=help "$BIN/freeze-rate" >"$work/list"
check "the list of choices" grep -q "^bf16 .*plain$" "$work/list"
unset NEVERSTOP_USE
"$BIN/freeze-rate" --help >"$work/help"
check "... is where --help says" grep -q "^NEVERSTOP_USE=help freeze-rate " "$work/help"

if [ -n "$chosen" ]; then
    echo "ok - the other ways # SKIP NEVERSTOP_USE is set"
    exit 0
fi
bank=$work/default/bank.safetensors
check "clusters" make_clusters
check "the default way" everything "$work/default"
"${WAYS:-build/test/ways}" >"$work/ways"
count=0
while read -r way; do
    count=$((count + 1))
    folder=$work/$count
    export NEVERSTOP_USE="$way"
    check "$way" everything "$folder"
    check "... learns the same" losses "$work/default/log.tsv" "$folder/log.tsv"
    check "... dances the same" near "$work/default/float32.npz" "$folder/float32.npz" "$dim" 1e-3
    check "... and in bfloat16" near "$work/default/bf16.npz" "$folder/bf16.npz" "$dim" 0.02
done <"$work/ways"
