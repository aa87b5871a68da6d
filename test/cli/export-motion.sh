# shellcheck shell=sh
# export-motion, plot-training, plot-poses: formats, several dances, wrong usage, nothing left
# behind on failure. TAP on stdout.
set -u
top=$(mktemp -d) && trap 'rm -rf "$top"' EXIT
ok() { # ok WHAT COMMAND...: COMMAND succeeds
    what=$1
    shift
    if "$@"; then echo "ok - $what"; else echo "not ok - $what"; fi
}
# fails STATUS PATTERN COMMAND...: COMMAND exits with STATUS after one line on stderr that matches
fails() {
    want=$1 pattern=$2
    shift 2
    "$@" >"$top/stdout" 2>"$top/stderr"
    [ $? -eq "$want" ] && [ "$(wc -l <"$top/stderr")" -eq 1 ] &&
        grep -q -- "$pattern" "$top/stderr" && return
    cat "$top/stderr"
    return 1
}
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
"$BIN/import-motion" -q -o "$top/m" test/golden/aist/aist_p4_numpy1.pkl \
    test/golden/aist/aist_f64.pkl || echo 'not ok - import'
a=$top/m/aist_p4_numpy1.npz

# --- formats of one dance ---

ok 'joints' export_motion --to joints -o "$top/a.npy" "$a"
ok '... as many bytes as 8 frames of 24 joints need' \
    has_bytes "$top/a.npy" $((128 + 8 * 24 * 3 * 4))
ok '... the same on standard output' writes "$top/a.npy" --to joints "$a"
ok 'a folder: a file for each' export_motion --to joints -o "$top/all" "$top/m"
ok '... by their names' [ "$(cd "$top/all" && echo *)" = 'aist_f64.npy aist_p4_numpy1.npy' ]
ok '... the same bytes' cmp "$top/a.npy" "$top/all/aist_p4_numpy1.npy"

for format in bvh glb pkl; do
    name=aist_p4_numpy1.$format
    ok "$format" export_motion --to $format -o "$top/$format/" "$a"
    ok '... of two dances, in two threads' export_motion -j 2 --to $format -o "$top/2" "$top/m"
    ok '... the same bytes' cmp "$top/2/$name" "$top/$format/$name"
done
mkdir -p "$top/cm"
ok 'bvh in centimetres' export_motion --to bvh --unit cm -o "$top/cm/aist_p4_numpy1.bvh" "$a"
for kind in bvh pkl cm; do
    ok "$kind is imported back" "$BIN/import-motion" -q -o "$top/back-$kind" "$top/$kind"
done
mixamo='s/L_Hip/LeftUpLeg/; s/R_Hip/RightUpLeg/; s/L_Knee/LeftLeg/; s/R_Knee/RightLeg/
    s/L_Ankle/LeftFoot/; s/R_Ankle/RightFoot/; s/L_Foot/LeftToeBase/; s/R_Foot/RightToeBase/
    s/L_Collar/LeftShoulder/; s/R_Collar/RightShoulder/; s/JOINT L_Shoulder/JOINT LeftArm/
    s/JOINT R_Shoulder/JOINT RightArm/; s/L_Elbow/LeftForeArm/; s/R_Elbow/RightForeArm/
    s/L_Wrist/LeftHand/; s/R_Wrist/RightHand/; s/L_Hand/LeftHandMiddle1/
    s/R_Hand/RightHandMiddle1/; s/Pelvis/Hips/; s/JOINT /JOINT mixamorig:/'
sed "$mixamo" "$top/bvh/aist_p4_numpy1.bvh" >"$top/aist_p4_numpy1.bvh"
ok 'bvh renamed as Mixamo does is imported' \
    "$BIN/import-motion" -q -o "$top/mixamo" "$top/aist_p4_numpy1.bvh"
ok '... as the same dance' cmp "$top/mixamo/aist_p4_numpy1.npz" "$top/back-bvh/aist_p4_numpy1.npz"

# --- images and videos ---

set -- --to png --poses 3 --width 300 "$top/m"
ok 'a contact sheet' export_motion "$@" -o "$top/sheet.png"
ok '... the same bytes with one thread' writes "$top/sheet.png" -j 1 "$@"
part='--start 0.05 --duration 0.05'
# shellcheck disable=SC2086 # words
ok '... of a part of the dance' export_motion "$@" $part -o "$top/part.png"
set -- --to y4m --width 64 --height 36 "$top/m"
frame=$((6 + 3 * 64 * 36))
ok 'a video' export_motion "$@" -o "$top/video.y4m"
ok '... of as many bytes as 8 frames have' has_bytes "$top/video.y4m" $((57 + 8 * frame))
ok '... the same on standard output, with one thread' writes "$top/video.y4m" -j 1 "$@"
# shellcheck disable=SC2086
ok '... of a part of the dance' export_motion "$@" $part -o "$top/part.y4m"
ok '... as many frames as that has' has_bytes "$top/part.y4m" $((57 + 3 * frame))

# --- feet ---

for format in joints bvh glb pkl; do
    set -- --clean-feet --to $format "$top/m"
    ok "feet cleaned: $format" export_motion "$@" -o "$top/feet-$format/"
    ok '... with one thread' export_motion -j 1 "$@" -o "$top/feet-1-$format/"
    ok '... the same bytes' same_files "$top/feet-1-$format" "$top/feet-$format"
done
ok 'a plot of the measures' export_motion --to svg -o "$top/plain.svg" "$top/m"
ok '... stays with clean feet' writes "$top/plain.svg" --clean-feet --to svg "$top/m"

# --- what is refused ---

ok 'no format' fails 2 '--to FORMAT' export_motion -o "$top/x" "$a"
ok 'an unknown format' fails 2 'takes one of' export_motion --to fbx -o "$top/x" "$a"
ok 'no output' fails 2 '-o PATH' export_motion --to joints "$a"
ok 'no motion' fails 2 'no motion' export_motion --to joints -o "$top/x"
ok 'an option of another format' fails 2 'does not go with --to joints' \
    export_motion --to joints --thresholds t -o "$top/x" "$a"
ok 'an unknown unit' fails 2 'takes one of m|cm' \
    export_motion --to bvh --unit inch -o "$top/x" "$a"
ok 'no such file' fails 1 'nothing.npz: No such file' \
    export_motion --to joints -o "$top/x" "$top/nothing.npz"
cp -r "$top/m" "$top/m2"
ok 'a start after the end' fails 1 'there is nothing from 9 on' \
    export_motion --to png --start 9 -o "$top/x" "$a"
ok 'two of one name' fails 1 'aist_f64' export_motion --to joints -o "$top/x" "$top/m" "$top/m2"
ok 'several dances do not fit one pipe' fails 1 'one dance, not 2' \
    export_motion --to joints -o - "$top/m"
ok 'nothing was left by failures' [ ! -e "$top/x" ]

# --- plots ---

printf '%s\t%s\t%s\t%s\t%s\t%s\n' stage step epoch loss lr seconds 1 10 1 0.5 0.1 1 \
    1 20 2 0.25 0.1 2 2 10 1 3 0.1 3 >"$top/log.tsv"
well_formed() { [ "$(head -c 4 "$1")" = '<svg' ] && [ "$(tail -n 1 "$1")" = '</svg>' ]; }
ok 'training curves' "$BIN/plot-training" -o "$top/log.svg" "$top/log.tsv"
ok '... are an svg' well_formed "$top/log.svg"
printf 'a\tb\n' >"$top/other.tsv"
ok 'a table of something else' fails 1 "other.tsv: no column 'stage'" \
    "$BIN/plot-training" -o "$top/x" "$top/other.tsv"
ok 'no log' fails 2 'no log' "$BIN/plot-training" -o "$top/x"

plot_poses() { "$BIN/plot-poses" -q --poses 16 --perplexity 4 --iterations 20 "$@" "$top/m"; }
ok 'poses' plot_poses -o "$top/poses.svg" >"$top/poses.txt"
cat "$top/poses.txt"
ok '... are an svg' well_formed "$top/poses.svg"
plot_poses -j 1 --points "$top/points.npz" -o "$top/poses1.svg" >/dev/null
ok '... the same bytes with one thread' cmp "$top/poses.svg" "$top/poses1.svg"
ok '... and as numbers' [ -s "$top/points.npz" ]
plot_poses --json -o "$top/poses.svg" >"$top/poses.json"
ok 'json' grep -q '"kl_divergence":' "$top/poses.json"
ok 'too few poses' fails 1 'perplexity of 30 needs more' "$BIN/plot-poses" -q -o "$top/x" "$top/m"

ok 'changes' export_motion --to svg --label one --label '<two>' -o "$top/changes.svg" "$top/m"
ok '... well formed' well_formed "$top/changes.svg"
ok '... with its labels' grep -q '>one<' "$top/changes.svg"
ok '... escaped' grep -q '&#60;two&#62;' "$top/changes.svg"
ok 'more labels than dances' fails 1 '3 labels for 2 dances' \
    export_motion --to svg --label a --label b --label c -o "$top/x" "$top/m"
ok 'nothing was left by failures' [ ! -e "$top/x" ]
