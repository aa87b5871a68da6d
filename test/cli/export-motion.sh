# shellcheck shell=sh
# export-motion, plot-training, plot-poses: formats, several dances, wrong usage, nothing left
# behind on failure. TAP on stdout.
set -u
. test/tap.sh
export_motion() { "$BIN/export-motion" -q "$@"; }
writes() { # writes FILE OPTION...: export-motion's standard output is the file
    file=$1
    shift
    export_motion "$@" -o - | cmp - "$file"
}
has_bytes() { [ "$(wc -c <"$1")" -eq "$2" ]; }
same_files() { # same_files FOLDER OTHER: the same files with the same bytes
    for f in "$1"/*; do cmp "$f" "$2/${f##*/}" || return 1; done
}
"$BIN/import-motion" -q -o "$work/m" test/golden/aist/aist_p4_numpy1.pkl \
    test/golden/aist/aist_f64.pkl || echo 'not ok - import'
a=$work/m/aist_p4_numpy1.npz

# --- formats of one dance ---

check 'joints' export_motion --to joints -o "$work/a.npy" "$a"
check '... as many bytes as 8 frames of 24 joints need' \
    has_bytes "$work/a.npy" $((128 + 8 * 24 * 3 * 4))
check '... the same on standard output' writes "$work/a.npy" --to joints "$a"
check 'a folder: a file for each' export_motion --to joints -o "$work/all" "$work/m"
check '... by their names' [ "$(cd "$work/all" && echo *)" = 'aist_f64.npy aist_p4_numpy1.npy' ]
check '... the same bytes' cmp "$work/a.npy" "$work/all/aist_p4_numpy1.npy"

for format in bvh glb pkl; do
    name=aist_p4_numpy1.$format
    check "$format" export_motion --to $format -o "$work/$format/" "$a"
    check '... of two dances, in two threads' export_motion -j 2 --to $format -o "$work/2" "$work/m"
    check '... the same bytes' cmp "$work/2/$name" "$work/$format/$name"
done
mkdir -p "$work/cm"
check 'bvh in centimetres' export_motion --to bvh --unit cm -o "$work/cm/aist_p4_numpy1.bvh" "$a"
for kind in bvh pkl cm; do
    check "$kind is imported back" "$BIN/import-motion" -q -o "$work/back-$kind" "$work/$kind"
done
mixamo='s/L_Hip/LeftUpLeg/; s/R_Hip/RightUpLeg/; s/L_Knee/LeftLeg/; s/R_Knee/RightLeg/
    s/L_Ankle/LeftFoot/; s/R_Ankle/RightFoot/; s/L_Foot/LeftToeBase/; s/R_Foot/RightToeBase/
    s/L_Collar/LeftShoulder/; s/R_Collar/RightShoulder/; s/JOINT L_Shoulder/JOINT LeftArm/
    s/JOINT R_Shoulder/JOINT RightArm/; s/L_Elbow/LeftForeArm/; s/R_Elbow/RightForeArm/
    s/L_Wrist/LeftHand/; s/R_Wrist/RightHand/; s/L_Hand/LeftHandMiddle1/
    s/R_Hand/RightHandMiddle1/; s/Pelvis/Hips/; s/JOINT /JOINT mixamorig:/'
sed "$mixamo" "$work/bvh/aist_p4_numpy1.bvh" >"$work/aist_p4_numpy1.bvh"
check 'bvh renamed as Mixamo does is imported' \
    "$BIN/import-motion" -q -o "$work/mixamo" "$work/aist_p4_numpy1.bvh"
check '... as the same dance' \
    cmp "$work/mixamo/aist_p4_numpy1.npz" "$work/back-bvh/aist_p4_numpy1.npz"

# --- images and videos ---

set -- --to png --poses 3 --width 300 "$work/m"
check 'a contact sheet' export_motion "$@" -o "$work/sheet.png"
check '... the same bytes with one thread' writes "$work/sheet.png" -j 1 "$@"
part='--start 0.05 --duration 0.05'
# shellcheck disable=SC2086 # words
check '... of a part of the dance' export_motion "$@" $part -o "$work/part.png"
set -- --to y4m --width 64 --height 36 "$work/m"
frame=$((6 + 3 * 64 * 36))
check 'a video' export_motion "$@" -o "$work/video.y4m"
check '... of as many bytes as 8 frames have' has_bytes "$work/video.y4m" $((57 + 8 * frame))
check '... the same on standard output, with one thread' writes "$work/video.y4m" -j 1 "$@"
# shellcheck disable=SC2086
check '... of a part of the dance' export_motion "$@" $part -o "$work/part.y4m"
check '... as many frames as that has' has_bytes "$work/part.y4m" $((57 + 3 * frame))

# --- feet ---

for format in joints bvh glb pkl; do
    set -- --clean-feet --to $format "$work/m"
    check "feet cleaned: $format" export_motion "$@" -o "$work/feet-$format/"
    check '... with one thread' export_motion -j 1 "$@" -o "$work/feet-1-$format/"
    check '... the same bytes' same_files "$work/feet-1-$format" "$work/feet-$format"
done
check 'a plot of the measures' export_motion --to svg -o "$work/plain.svg" "$work/m"
check '... stays with clean feet' writes "$work/plain.svg" --clean-feet --to svg "$work/m"

# --- what is refused ---

check 'no format' fails 2 '--to FORMAT' export_motion -o "$work/x" "$a"
check 'an unknown format' fails 2 'takes one of' export_motion --to fbx -o "$work/x" "$a"
check 'no output' fails 2 '-o PATH' export_motion --to joints "$a"
check 'no motion' fails 2 'no motion' export_motion --to joints -o "$work/x"
check 'an option of another format' fails 2 'does not go with --to joints' \
    export_motion --to joints --thresholds t -o "$work/x" "$a"
check 'an unknown unit' fails 2 'takes one of m|cm' \
    export_motion --to bvh --unit inch -o "$work/x" "$a"
check 'no such file' fails 1 'nothing.npz: No such file' \
    export_motion --to joints -o "$work/x" "$work/nothing.npz"
cp -r "$work/m" "$work/m2"
check 'a start after the end' fails 1 'there is nothing from 9 on' \
    export_motion --to png --start 9 -o "$work/x" "$a"
check 'two of one name' fails 1 'aist_f64' \
    export_motion --to joints -o "$work/x" "$work/m" "$work/m2"
check 'several dances do not fit one pipe' fails 1 'one dance, not 2' \
    export_motion --to joints -o - "$work/m"
check 'nothing was left by failures' [ ! -e "$work/x" ]

# --- plots ---

printf '%s\t%s\t%s\t%s\t%s\t%s\n' stage step epoch loss lr seconds 1 10 1 0.5 0.1 1 \
    1 20 2 0.25 0.1 2 2 10 1 3 0.1 3 >"$work/log.tsv"
well_formed() { [ "$(head -c 4 "$1")" = '<svg' ] && [ "$(tail -n 1 "$1")" = '</svg>' ]; }
check 'training curves' "$BIN/plot-training" -o "$work/log.svg" "$work/log.tsv"
check '... are an svg' well_formed "$work/log.svg"
printf 'a\tb\n' >"$work/other.tsv"
check 'a table of something else' fails 1 "other.tsv: no column 'stage'" \
    "$BIN/plot-training" -o "$work/x" "$work/other.tsv"
check 'no log' fails 2 'no log' "$BIN/plot-training" -o "$work/x"

plot_poses() { "$BIN/plot-poses" -q --poses 16 --perplexity 4 --iterations 20 "$@" "$work/m"; }
check 'poses' plot_poses -o "$work/poses.svg"
check '... are an svg' well_formed "$work/poses.svg"
plot_poses -j 1 --points "$work/points.npz" -o "$work/poses1.svg" >/dev/null
check '... the same bytes with one thread' cmp "$work/poses.svg" "$work/poses1.svg"
check '... and as numbers' [ -s "$work/points.npz" ]
plot_poses --json -o "$work/poses.svg" >"$work/poses.json"
check 'json' grep -q '"kl_divergence":' "$work/poses.json"
check 'too few poses' fails 1 'perplexity of 30 needs more' \
    "$BIN/plot-poses" -q -o "$work/x" "$work/m"

check 'changes' export_motion --to svg --label one --label '<two>' -o "$work/changes.svg" "$work/m"
check '... well formed' well_formed "$work/changes.svg"
check '... with its labels' grep -q '>one<' "$work/changes.svg"
check '... escaped' grep -q '&#60;two&#62;' "$work/changes.svg"
check 'more labels than dances' fails 1 '3 labels for 2 dances' \
    export_motion --to svg --label a --label b --label c -o "$work/x" "$work/m"
check 'nothing was left by failures' [ ! -e "$work/x" ]
