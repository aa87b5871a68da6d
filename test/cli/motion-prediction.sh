#!/bin/sh
# motion-prediction.sh: cut-motion, predictions of a model without music, and their errors by
# pa-mpjpe --joints and --standing, in small. TAP on stdout.
. test/dances.sh
data=$work/data

# --- cut-motion ---
check "clips of a list" "$BIN/cut-motion" -q --length 30 --stride 12 -o "$work/clips" "$all"
ls "$work/clips" >"$work/names"
check "three of each dance" test "$(grep -c 'npz$' "$work/names")" -eq 15
check "a line each" test "$(wc -l <"$work/clips/clips.tsv")" -eq 16
clip=$work/clips/d1-000024.npz
check "named by their first frame" grep -q '^d1-000024	AA	d1-000024.npz	music/d1-000024.npz$' \
    "$work/clips/clips.tsv"
{ header '|u1' 60 12 && tail -c 720 "$data/dance1.npy"; } >"$work/whole.npy"
"$BIN/import-motion" -q --from-fps 60 -o "$work/imported" "$data/dance1.npy" >/dev/null
frames "$work/imported/dance1.npz" 12 24 30 >"$work/wanted"
frames "$clip" 12 0 30 >"$work/got"
check "the dance's frames" cmp "$work/wanted" "$work/got"
frames "$work/clips/music/d1-000024.npz" 35 0 30 >"$work/got"
check "and its music's" test "$(length_of "$work/clips/music/d1-000024.npz")" -eq 30
"$BIN/cut-motion" -q --every 2 --no-music --genre all -o "$work/thin" "$all"
check "every second frame" test "$(length_of "$work/thin/d1.npz")" -eq 30
frames "$work/thin/d1.npz" 12 7 1 >"$work/got" && frames "$work/imported/dance1.npz" 12 14 1 \
    >"$work/wanted"
check "frame 7 is frame 14" cmp "$work/wanted" "$work/got"
"$BIN/export-motion" --to pkl -o "$work/x.pkl" "$work/thin/d1.npz" >"$work/said" 2>&1
check "one genre" grep -q '^d5	all	d5.npz	$' "$work/thin/clips.tsv"
"$BIN/cut-motion" -q --fps 25 --no-music -o "$work/slow" "$data/all.tsv"
check "at 25 frames a second" test "$(length_of "$work/slow/d1.npz")" -eq 25
check "motions without a list" "$BIN/cut-motion" -q --genre all --length 10 --skip 5 \
    -o "$work/loose" "$data/dance1.npz" "$data/dance2.npz"
check "from the sixth frame on" test -s "$work/loose/dance2-000045.npz"
refuses "none long enough" 'none of the 5 dances has 61 frames' "$work/x/clips.tsv" \
    "$BIN/cut-motion" --length 61 -o "$work/x" "$all"
refuses "music of another rate" 'has 60 frames a second, the clips 30' "$work/x/clips.tsv" \
    "$BIN/cut-motion" --every 2 -o "$work/x" "$all"
refuses "no genre" 'names no genre; give one for all' "$work/x" "$BIN/cut-motion" -o "$work/x" \
    "$data/dance1.npz"
refuses "one name twice" 'd1: the name comes twice' "$work/x" "$BIN/cut-motion" -o "$work/x" \
    "$all" "$all"
cp -r "$work/thin" "$work/thin2"
refuses "a clip in the place of its dance" 'thin2/d1.npz: a clip would replace the file' "$work/x" \
    "$BIN/cut-motion" --list other.tsv -o "$work/thin2" "$work/thin2/clips.tsv"
refuses "a list in the place of its source" 'clips.tsv: the list of clips would replace it' \
    "$work/x" "$BIN/cut-motion" -o "$work/thin2" "$work/thin2/clips.tsv"
check "both are as they were" diff -r "$work/thin" "$work/thin2"
wrong "two rates" "$BIN/cut-motion" --every 2 --fps 30 -o "$work/x" "$all"
wrong "a stride alone" "$BIN/cut-motion" --stride 2 -o "$work/x" "$all"
wrong "no folder" "$BIN/cut-motion" "$all"

# --- training without music, predictions, errors ---
sed 's/song[0-9].npz//' "$data/all.tsv" >"$data/silent.tsv"
small="-q -j 1 --preset tiny --past 8 --future 2 --items 3"
"$BIN/cluster-ap" -q -j 1 --length 8 --stride 4 --clusters 3 -o "$clusters" "$data/silent.tsv" \
    >/dev/null
check "a bank without music" "$BIN/train-bank" $small --clusters "$clusters" \
    -o "$work/bank.safetensors" "$data/silent.tsv"
phd="$BIN/train-predictor -q -j 1 --preset tiny --predictor phd --blocks 1 --groups 2"
check "a predictor behind it" $phd --bank "$work/bank.safetensors" -o "$work/banks.safetensors" \
    "$data/silent.tsv"
check "one without banks" $phd --no-refine --no-transit --past 8 --future 2 \
    -o "$work/bare.safetensors" "$data/silent.tsv"
"$BIN/cut-motion" -q --no-music --length 28 --stride 10 -o "$work/test" "$data/silent.tsv"
for model in banks bare; do
    check "predictions ($model)" "$BIN/generate" -q -j 1 -m "$work/$model.safetensors" \
        --dataset "$work/test/clips.tsv" --frames 28 -o "$work/$model"
    "$BIN/pa-mpjpe" -q --json --no-align --real "$work/test" --horizons 5,20 --joints 0 \
        --standing --skeleton "$work/none" "$work/$model" >"$work/out" 2>"$work/err"
    check "a skeleton that is not there" grep -q none "$work/err"
done
predictor --no-refine --no-transit --past 8 --future 2 -o "$work/fact.safetensors" "$all" >/dev/null
refuses "a model with music and no music" 'd1-000000 has no music' "$work/x" "$BIN/generate" -q \
    -m "$work/fact.safetensors" --dataset "$work/test/clips.tsv" --frames 28 -o "$work/x"

# --- Human3.6M's exponential maps ---
mkdir "$work/S1" "$work/S5"
for subject in S1 S5; do
    awk 'BEGIN {
        for (t = 0; t < 90; t++)
            for (k = 0; k < 99; k++)
                printf "%s%.6f%s", k ? "," : "", k == 3 ? -1.5 : 0.3 * sin(0.1 * t + k), \
                    k == 98 ? "\n" : ""
    }' >"$work/$subject/walking_1.txt"
done
check "maps of two subjects" "$BIN/import-motion" -q --fps 25 -o "$work/maps" \
    "$work/S1/walking_1.txt" "$work/S5/walking_1.txt"
check "have names of their own" test -s "$work/maps/S1-walking_1.npz" -a -s \
    "$work/maps/S5-walking_1.npz"
check "at half the rate" test "$(length_of "$work/maps/S1-walking_1.npz")" -eq 45
check "into clips of their action" "$BIN/cut-motion" -q --length 20 --stride 5 -o "$work/actions" \
    "$work/maps"
check "six of each" test "$(grep -c '	walking	' "$work/actions/clips.tsv")" -eq 12

check "positions of VideoPose3D" "$BIN/import-motion" -q --fps 25 -o "$work/joints" \
    test/golden/motion/h36m_positions.npz
check "a motion for each recording" test -s "$work/joints/S11-Walking_1.npz" -a -s \
    "$work/joints/S9-WalkDog.npz" -a -s "$work/joints/S9-Walking_1.npz"
check "and their body" "$BIN/pa-mpjpe" -q --horizons 1 --real "$work/joints" --joints common14 \
    --skeleton "$work/joints/skeleton/h36m17.npz" "$work/joints"
"$BIN/import-motion" --fps 25 --skip-existing -o "$work/joints" \
    test/golden/motion/h36m_positions.npz >"$work/out"
check "are not made a second time" grep -q '^0 imported, 0 ignored, 1 already there' "$work/out"

# --- errors, by hand ---
# positions FILE: ten frames of three joints: the first moves along x by a metre a frame, the second
# stands, the third moves along y
positions() {
    printf '\223NUMPY\001\000\166\000%-117s\n' \
        "{'descr': '|u1', 'fortran_order': False, 'shape': (10, 3, 3), }"
    awk -v still="$1" 'BEGIN {
        for (t = 0; t < 10; t++) {
            s = still ? 2 : t
            printf "\\%03o\\000\\000\\000\\000\\001\\000\\%03o\\000", s, s
        }
    }' >"$work/bytes"
    printf "$(cat "$work/bytes")"
}
mkdir "$work/real" "$work/made"
positions 0 >"$work/real/a.npy" && positions 0 >"$work/made/a.npy"
errors() { # errors OPTION...
    "$BIN/pa-mpjpe" -q --json --no-align --horizons 1,5 --fps 60 --real "$work/real" \
        --seed-frames 3 "$@" "$work/made"
}
errors --standing >"$work/out"
check "what came has no error" grep -q '^{[^{]*"at_5":0,.*"standing":' "$work/out"
# standing at frame 2: five frames on two of three joints are five metres away
check "standing still has" \
    grep -q '"standing":{"at_1":666.66[0-9]*,"at_5":3333.3[0-9]*,' "$work/out"
errors --standing --joints 0,1 >"$work/out"
check "half of two joints" \
    grep -q '"standing":{"at_1":500,"at_5":2500,"until_1":500,"until_5":1500}' "$work/out"
errors --standing --joints 2 >"$work/out"
check "one joint" grep -q '"standing":{"at_1":1000,"at_5":5000,' "$work/out"
refuses "a joint too many" 'has 3 joints, no joint 3' "$work/x" "$BIN/pa-mpjpe" -q --fps 60 \
    --joints 1,3 --real "$work/real" "$work/made"
refuses "joints that no list knows" 'has 3 joints; common14 knows' "$work/x" "$BIN/pa-mpjpe" -q \
    --fps 60 --joints common14 --real "$work/real" "$work/made"
refuses "standing without a seed" 'has no seed frames' "$work/x" "$BIN/pa-mpjpe" -q --fps 60 \
    --standing --real "$work/real" "$work/made"
for joints in 1,1 x '1,' ''; do
    wrong "--joints '$joints'" "$BIN/pa-mpjpe" --joints "$joints" --real "$work/real" "$work/made"
done
