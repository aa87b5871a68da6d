#!/bin/sh
# Files that claim more than they hold, or hold what would take for ever: every program refuses them
# in one line, within ten seconds of processor time and 1 GiB of memory of its own. TAP on stdout.
. test/dances.sh
grep -q __asan_init "$BIN/import-motion" || memory=1048576
limited() { # limited COMMAND...
    (
        ulimit -t 10
        ${memory:+ulimit -d "$memory"}
        "$@"
    )
}
# rejects WHAT PATTERN PROGRAM ARGUMENT...: exit 1, one line that matches, no $work/result
rejects() {
    what=$1 pattern=$2 program=$3
    shift 3
    rm -rf "$work/result"
    limited "$BIN/$program" "$@" >"$work/out" 2>"$work/err"
    [ $? -eq 1 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && [ ! -e "$work/result" ] &&
        grep -q "^$program: .*$pattern" "$work/err"
    passes "$what" "$work/err"
}

# --- models of a few hundred bytes that ask for much ---

# model FILE KEYS: a header without a tensor, and a configuration with those keys first
model() {
    config="{$2, \\\"motion_dim\\\": 219, \\\"music_dim\\\": 35, \\\"music\\\": 40, \\\"keep\\\": 2"
    for key in width bank_width mlp bank_mlp; do config="$config, \\\"$key\\\": 4"; done
    for key in heads bank_heads items latents smooth; do config="$config, \\\"$key\\\": 2"; done
    for key in transit residual relative_root relative_heading standardise logit_scale; do
        config="$config, \\\"$key\\\": true"
    done
    config="$config, \\\"join\\\": 1, \\\"refine\\\": \\\"bank\\\"}"
    json="{\"__metadata__\": {\"format\": \"neverstop\", \"kind\": \"model\", "
    json="$json\"genres\": \"[\\\"A\\\"]\", \"config\": \"$config\"}}"
    { printf "$(le 8 ${#json})" && printf '%s' "$json"; } >"$1"
}
short='\"past\": 20, \"future\": 10'
one='\"bank_layers\": 1, \"layers\": [1, 1, 1]'
model "$work/future" "\\\"past\\\": 2000, \\\"future\\\": 1000, $one"
model "$work/layers" "$short, \\\"bank_layers\\\": 256, \\\"layers\\\": [256, 256, 256]"
model "$work/width" "$short, $one, \\\"relative\\\": 16777216"
for name in future layers; do
    rejects "a model with much $name and no tensor" "$work/$name: tensor .* is missing" generate \
        -m "$work/$name" --music "$work/data/song1.npz" -o "$work/result"
done
rejects "a model with an unknown key" "$work/width: .*relative" generate \
    -m "$work/width" --music "$work/data/song1.npz" -o "$work/result"

# --- 10 GB of nothing behind a good beginning ---

size=10737418240
grow() { # grow FILE: to that size, without using the disk
    dd if=/dev/null of="$1" bs=1 seek=$size 2>/dev/null
}
big=$work/big
mkdir "$big"
npy "$big/a.npy" 5 21 1 && grow "$big/a.npy"
cp "$work/data/dance1.npz" "$big/a.npz" && grow "$big/a.npz"
printf '\200\004' >"$big/a.pkl" && grow "$big/a.pkl"
printf 'HIERARCHY\nROOT Hips\n' >"$big/a.bvh" && grow "$big/a.bvh"
printf 'name\tgenre\tmotion\tmusic\n' >"$big/a.tsv" && grow "$big/a.tsv"
printf '\002\000\000\000\000\000\000\000{}' >"$big/a.safetensors" && grow "$big/a.safetensors"
if [ "$(wc -c <"$big/a.npy")" -eq $size ]; then
    rejects "a large .npy" 'a.npy: .*follow the array' import-motion -q -o "$work" "$big/a.npy"
    rejects "a large .npz" 'a.npz: .*cut short' import-motion -q -o "$work" "$big/a.npz"
    rejects "a large pickle" 'a.pkl: .*pickle' import-motion -q -o "$work" "$big/a.pkl"
    rejects "a large BVH file" 'a.bvh: .*text' import-motion -q -o "$work" "$big/a.bvh"
    rejects "a large data set" 'a.tsv: .*text' cluster-ap -q -o "$work/result" "$big/a.tsv"
    rejects "a large training log" 'a.tsv: .*text' plot-training -o "$work/result" "$big/a.tsv"
    rejects "large scores" 'a.tsv: .*text' compare-scores "$big/a.tsv"
    rejects "a large model" 'a.safetensors: ' generate -m "$big/a.safetensors" \
        --music "$work/data/song1.npz" -o "$work/result"
    rejects "large thresholds" 'a.npz: .*cut short' freeze-rate --thresholds "$big/a.npz" \
        test/golden/metrics/motions/made_0.npz
    rejects "large music features" 'a.npz: .*cut short' export-motion -q --to html \
        --music "$big/a.npz" -o "$work/result" test/golden/metrics/motions/made_0.npz
    rejects "a large sound" 'a.npy: .*browser\|a.npy: .*give' export-motion -q --to html \
        --audio "$big/a.npy" -o "$work/result" test/golden/metrics/motions/made_0.npz
else
    echo "ok - large files # SKIP the file system does not hold them"
fi

# --- numbers and names ---

npy "$work/frames.npy" 90 219 1
for fps in 1e300 0.001 -60 nan; do
    printf '\223NUMPY\001\000\166\000%-117s\n%s' \
        "{'descr': '|S${#fps}', 'fortran_order': False, 'shape': (), }" "$fps" >"$work/text.npy"
    npz "$work/text.npz" motion="$work/frames.npy" fps="$work/text.npy"
    rejects "a rate that is a text, $fps" 'text.npz: .*fps' eval-fid -q \
        --real "$work/text.npz" "$work/text.npz"
done
scalar "$work/fps.npy" 0
npz "$work/still.npz" motion="$work/frames.npy" fps="$work/fps.npy"
rejects "a rate of nothing" "still.npz: .*'fps' is 0" freeze-rate -q --fit -o "$work/result" \
    "$work/still.npz"
bad=$(printf '\033[31mX\302\23331mY\007')
printf 'name\tgenre\tmotion\tmusic\nn%s\t%s\tabsent.npz\t\n' "$bad" "$bad" >"$work/escape.tsv"
"$BIN/cluster-ap" --length 16 --clusters 2 -o "$work/result" "$work/escape.tsv" >"$work/out" 2>&1
controls() { tr -d '\n' <"$work/out" | grep "[[:cntrl:]]\|$(printf '\302\233')"; }
check "something is said" test -s "$work/out"
controls >"$work/found"
check "no control character reaches the terminal" test ! -s "$work/found"

# --- no room ---

dance=test/golden/metrics/motions/made_0.npz real=test/golden/metrics/motions/real_0.npz
music=test/golden/metrics/motions/music
make_clusters >/dev/null
bank -o "$work/bank" "$all" >"$work/log" 2>/dev/null
predictor --bank "$work/bank" --steps 1 -o "$work/model" "$all" >/dev/null 2>&1
"$BIN/freeze-rate" -q --fit -o "$work/thresholds.npz" "$real" >/dev/null 2>&1
"$BIN/freeze-rate" -q --json -t "$work/thresholds.npz" "$dance" >"$work/full-1.json" 2>/dev/null
"$BIN/export-motion" -q --to bvh -o "$work/dance.bvh" "$dance" 2>/dev/null

# no_room WHAT PROGRAM ARGUMENT...: what goes to stdout finds a full disk
no_room() {
    what=$1 program=$2
    shift 2
    "$BIN/$program" "$@" >/dev/full 2>"$work/err"
    [ $? -eq 1 ] && grep -q "^$program: .*No space left on device" "$work/err" &&
        [ "$(grep -vc warning "$work/err")" -eq 1 ]
    passes "a full disk: $what" "$work/err"
}
if [ -w /dev/full ]; then
    no_room "freeze-rate" freeze-rate -q -t "$work/thresholds.npz" "$dance"
    no_room "eval-fid" eval-fid -q --real "$real" --real test/golden/metrics/motions/real_1.npz \
        "$dance" test/golden/metrics/motions/made_1.npz
    no_room "beat-align" beat-align -q --music-dir "$music" "$dance"
    no_room "pa-mpjpe" pa-mpjpe -q --horizons 1 --real "$dance" "$dance"
    no_room "compare-scores" compare-scores "$work/full-1.json"
    no_room "a video" export-motion -q --to y4m --duration 0.1 --width 160 --height 120 -o - \
        "$dance"
    no_room "a training log" train-bank $bank_options --clusters "$clusters" -o "$work/b" "$all"
fi
# too_large WHAT PROGRAM ARGUMENT...: no file may have a byte (which is how a full disk looks); exit
# 1, one line with the system's reason, and no $work/result. LLVM's OpenMP cannot start so: it wants
# a file in /dev/shm.
too_large() {
    what=$1 program=$2
    shift 2
    if [ "$without_files" != 0 ]; then
        echo "ok - a file that cannot grow: $what # SKIP OpenMP needs files"
        return
    fi
    rm -rf "$work/result"
    {
        (
            ulimit -f 0
            "$BIN/$program" "$@"
        )
        echo "status $?"
    } 2>&1 >/dev/null | grep -v warning | cat >"$work/err"
    [ "$(wc -l <"$work/err")" -eq 1 ] && [ ! -s "$work/result" ] &&
        grep -q "^$program: .*File too large" "$work/err"
    passes "a file that cannot grow: $what" "$work/err"
}
without_files=$(
    ulimit -f 0
    "$BIN/freeze-rate" -q -t "$work/thresholds.npz" "$dance" >/dev/null 2>&1
    echo $?
)
for format in html bvh glb pkl joints png svg y4m; do
    too_large "$format" export-motion -q -j 1 --to $format -o "$work/result" "$dance"
done
too_large "a motion" import-motion -q -o "$work" "$work/dance.bvh"
too_large "clusters" cluster-ap -q -j 1 --length 16 --stride 8 --clusters 2 --genre AA \
    -o "$work/result" "$all"
too_large "a bank" train-bank $bank_options --epochs1 0 --epochs2 0 --clusters "$clusters" \
    -o "$work/result" "$all"
too_large "a model" train-predictor $model_options --steps 0 --bank "$work/bank" -o "$work/result" \
    "$all"
too_large "a checkpoint" train-predictor $model_options --steps 1 --bank "$work/bank" \
    --checkpoint "$work/result" -o "$work/m" "$all"
too_large "a dance" generate -q -j 1 -m "$work/model" --music "$work/data/song1.npz" --genre BB \
    --frames 24 -o "$work/result"
too_large "thresholds" freeze-rate -q --fit -o "$work/result" "$real"
too_large "a plot of poses" plot-poses -q --poses 12 --perplexity 3 --iterations 3 \
    -o "$work/result" "$dance"
too_large "a plot of features" plot-features -q -o "$work/result" "$work/data/song1.npz"
too_large "a plot of a training" plot-training -o "$work/result" "$work/log"
too_large "a data set" make-demo-data -q --genres 1 --sequences 3 --seconds 1 -o "$work/demo"
