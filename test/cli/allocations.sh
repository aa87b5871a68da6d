#!/bin/sh
# Every program on small inputs, each time with one of its allocations refused: the n-th, for every
# n up to $many, and about as many of the others, evenly spread. It must end as
# test/alloc/failing.c says: with one line and exit status 1, or with the same result.
# TAP on stdout.
if [ -z "${ALLOC-}" ]; then
    echo "ok - failing allocations # SKIP the linker has no --wrap"
    exit 0
fi
. test/dances.sh
data=$work/data many=${ALLOC_MANY:-100}
NEVERSTOP_USE="${NEVERSTOP_USE-} restart=no" OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
export NEVERSTOP_USE OMP_NUM_THREADS OPENBLAS_NUM_THREADS
out=$work/out
mkdir "$work/scratch" "$work/in"

# starve PROGRAM ARGUMENT...: with failing allocations; the result goes to $out
starve() {
    program=$1
    shift
    FAIL_SCRATCH=$work/scratch FAIL_OUTPUT=$out FAIL_EVERY=$many "$ALLOC/$program" "$@"
}

make_clusters >/dev/null
bank -o "$work/bank.safetensors" "$all" >"$work/in/a.log" 2>/dev/null
predictor --bank "$work/bank.safetensors" --steps 2 -o "$work/model.safetensors" "$all" \
    >/dev/null 2>&1
"$BIN/make-demo-data" -q --genres 1 --sequences 3 --seconds 2 -o "$work/aist" >/dev/null 2>&1
for i in 1 2; do
    cp "$data/dance$i.npz" "$work/in/d$i.npz"
    cp "$data/song$i.npz" "$work/in/"
done
one_joint "$work/one-joint.npz"
awk 'BEGIN {
    for (t = 0; t < 4; t++)
        for (k = 0; k < 99; k++) printf "%s%.2f%s", k ? "," : "", 0.1 * k, k == 98 ? "\n" : ""
}' >"$work/in/walking_1.txt"
golden=test/golden/metrics/motions
smpl=$golden/made_0.npz
sound=$(find "$work/aist/music" -name '*0.wav')
"$BIN/extract-music-features" -q -o "$work/in/music.npz" "$sound" >/dev/null 2>&1
"$BIN/export-motion" -q --to bvh -o "$work/in/a.bvh" "$smpl" 2>/dev/null
"$BIN/export-motion" -q --to pkl -o "$work/in/b.pkl" "$smpl" 2>/dev/null
"$BIN/freeze-rate" -q --fit "$golden/real_0.npz" -o "$work/thresholds.npz" >/dev/null 2>&1

starve make-demo-data -q --genres 1 --sequences 3 --seconds 1 -o "$out"
FAIL_ONE=no starve prepare-aist -q -j 1 "$work/aist" "$out"
starve check-dataset "$work/aist"
starve import-motion -q -j 1 -o "$out" "$work/in/a.bvh"
starve import-motion -q -j 1 -o "$out" "$work/in/b.pkl"
starve import-motion -q -j 1 --fps 30 -o "$out" "$data/dance1.npz"
starve import-motion -q -j 1 -o "$out" test/golden/motion/h36m_positions.npz
starve import-motion -q -j 1 --fps 25 -o "$out" "$work/in/walking_1.txt"
starve cut-motion -q -j 1 --length 30 --stride 15 -o "$out" "$all"
starve extract-music-features -q -j 1 -o "$out" "$sound"
starve cluster-ap -q -j 1 --length 16 --stride 8 --clusters 2 -o "$out" "$all"
FAIL_STDOUT=no starve train-bank $bank_options --epochs1 1 --epochs2 1 --clusters "$clusters" \
    -o "$out" "$all"
FAIL_STDOUT=no starve train-predictor $model_options --steps 1 --bank "$work/bank.safetensors" \
    -o "$out" "$all"
FAIL_STDOUT=no starve train-predictor $model_options --steps 1 --bank "$work/bank.safetensors" \
    --checkpoint "$out" -o "$work/model.out" "$all"
starve generate -q -j 1 -m "$work/model.safetensors" --music "$data/song1.npz" --genre BB \
    --frames 24 -o "$out"
starve generate -q -j 1 -m "$work/model.safetensors" --dataset "$all" --frames 20 -o "$out"
retrieving="-q -j 1 --past 16 --future 4 --skeleton $work/one-joint.npz -d $all"
starve retrieve-dance $retrieving --music "$data/song1.npz" --genre BB --frames 24 -o "$out"
starve retrieve-dance $retrieving --plan --bank "$work/bank.safetensors" --dataset "$all" \
    --frames 22 -o "$out"
for format in html bvh glb pkl joints svg; do
    starve export-motion -q -j 1 --to $format -o "$out" "$smpl"
done
starve export-motion -q -j 1 --to png --poses 2 -o "$out" "$smpl"
starve export-motion -q -j 1 --to y4m --duration 0.05 --width 160 --height 120 -o "$out" "$smpl"
starve export-motion -q -j 1 --to html --thresholds "$work/thresholds.npz" \
    --music "$work/in/music.npz" -o "$out" "$smpl"
starve plot-poses -q -j 1 --poses 12 --perplexity 3 --iterations 3 -o "$out" "$golden/made_0.npz"
starve plot-features -q -j 1 -o "$out" "$work/in/song1.npz"
starve plot-training -o "$out" "$work/in/a.log"
starve freeze-rate -q -j 1 --thresholds "$work/thresholds.npz" --real "$golden/real_0.npz" \
    "$golden/made_0.npz"
starve freeze-rate -q -j 1 --fit -o "$out" "$golden/real_0.npz"
starve eval-fid -q -j 1 --real "$golden/real_0.npz" --real "$golden/real_1.npz" \
    "$golden/made_0.npz" "$golden/made_1.npz"
starve pa-mpjpe -q -j 1 --horizons 1,2 --standing --seed-frames 1 --joints 1,0 \
    --real "$golden/made_0.npz" "$golden/made_0.npz"
starve beat-align -q -j 1 --json --lags 2 --music-dir "$golden/music" "$golden/made_0.npz"
"$BIN/freeze-rate" -q --json --thresholds "$work/thresholds.npz" "$smpl" >"$work/in/full-1.json" \
    2>/dev/null
cp "$work/in/full-1.json" "$work/in/full-2.json"
starve compare-scores "$work/in/full-1.json" "$work/in/full-2.json"
starve neverstop help
out=$work/song.npz
starve encode-music -q -j 1 --native --model test/golden/encoders/jukebox -o "$out" "$sound"
starve encode-music -q -j 1 --native --model test/golden/encoders/clap -o "$out" "$sound"
starve encode-music -q -j 1 --native --model test/golden/encoders/wav2clip -o "$out" "$sound"
