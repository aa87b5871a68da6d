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
