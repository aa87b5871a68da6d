# export-motion: formats, several dances, wrong usage, nothing left behind on failure.
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
    [ $? -eq "$want" ] && [ "$(wc -l <"$top/stderr")" -eq 1 ] && grep -q -- "$pattern" "$top/stderr" || { cat "$top/stderr"; return 1; }
}
export_motion() { "$BIN/export-motion" "$@"; }
"$BIN/import-motion" -q -o "$top/m" test/golden/aist/aist_p4_numpy1.pkl test/golden/aist/aist_f64.pkl || echo 'not ok - import'
a=$top/m/aist_p4_numpy1.npz

ok 'joints' export_motion --to joints -o "$top/a.npy" "$a"
ok '... as many bytes as 8 frames of 24 joints need' [ "$(wc -c <"$top/a.npy")" -eq $((128 + 8 * 24 * 3 * 4)) ]
ok '... the same on standard output' sh -c '"$BIN/export-motion" --to joints -o - "$1" | cmp - "$2"' - "$a" "$top/a.npy"
ok 'a folder: a file for each' export_motion -q --to joints -o "$top/all" "$top/m"
ok '... by their names' [ "$(ls "$top/all" | tr '\n' ' ')" = 'aist_f64.npy aist_p4_numpy1.npy ' ]
ok '... the same bytes' cmp "$top/a.npy" "$top/all/aist_p4_numpy1.npy"

for format in bvh glb pkl; do
    ok "$format" export_motion --to $format -o "$top/$format/" "$a"
    ok '... the same bytes with two threads' sh -c '"$BIN/export-motion" -q -j 2 --to $1 -o "$2/2" "$2/m" && cmp "$2/2/aist_p4_numpy1.$1" "$2/$1/aist_p4_numpy1.$1"' - $format "$top"
done
mkdir -p "$top/cm"
ok 'bvh in centimetres' export_motion --to bvh --unit cm -o "$top/cm/aist_p4_numpy1.bvh" "$a"
for kind in bvh pkl cm; do ok "$kind is imported back" "$BIN/import-motion" -q -o "$top/back-$kind" "$top/$kind"; done
ok 'bvh renamed as Mixamo does is the same dance' sh -c 'sed "s/L_Hip/LeftUpLeg/; s/R_Hip/RightUpLeg/; s/L_Knee/LeftLeg/; s/R_Knee/RightLeg/; s/L_Ankle/LeftFoot/; s/R_Ankle/RightFoot/
    s/L_Foot/LeftToeBase/; s/R_Foot/RightToeBase/; s/L_Collar/LeftShoulder/; s/R_Collar/RightShoulder/; s/JOINT L_Shoulder/JOINT LeftArm/; s/JOINT R_Shoulder/JOINT RightArm/
    s/L_Elbow/LeftForeArm/; s/R_Elbow/RightForeArm/; s/L_Wrist/LeftHand/; s/R_Wrist/RightHand/; s/L_Hand/LeftHandMiddle1/; s/R_Hand/RightHandMiddle1/; s/Pelvis/Hips/
    s/JOINT /JOINT mixamorig:/" "$1/bvh/aist_p4_numpy1.bvh" >"$1/aist_p4_numpy1.bvh" && "$BIN/import-motion" -q -o "$1/mixamo" "$1/aist_p4_numpy1.bvh" &&
    cmp "$1/mixamo/aist_p4_numpy1.npz" "$1/back-bvh/aist_p4_numpy1.npz"' - "$top"

ok 'a contact sheet' export_motion -q --to png --poses 3 --width 300 -o "$top/sheet.png" "$top/m"
ok '... the same bytes with one thread' sh -c '"$BIN/export-motion" -q -j 1 --to png --poses 3 --width 300 -o - "$1/m" | cmp - "$1/sheet.png"' - "$top"
ok '... of a part of the dance' export_motion -q --to png --poses 2 --start 0.05 --duration 0.05 -o "$top/part.png" "$top/m"
ok 'a video' export_motion -q --to y4m --width 64 --height 36 -o "$top/video.y4m" "$top/m"
ok '... of as many bytes as 8 frames have' [ "$(wc -c <"$top/video.y4m")" -eq $((57 + 8 * (6 + 3 * 64 * 36))) ]
ok '... the same on standard output, with one thread' sh -c '"$BIN/export-motion" -q -j 1 --to y4m --width 64 --height 36 -o - "$1/m" | cmp - "$1/video.y4m"' - "$top"
ok '... of a part of the dance' export_motion -q --to y4m --width 64 --height 36 --start 0.05 --duration 0.05 -o "$top/part.y4m" "$top/m"
ok '... as many frames as that has' [ "$(wc -c <"$top/part.y4m")" -eq $((57 + 3 * (6 + 3 * 64 * 36))) ]

for format in joints bvh glb pkl; do
    ok "feet cleaned: $format" export_motion -q --clean-feet --to $format -o "$top/feet-$format/" "$top/m"
    ok '... the same bytes with one thread' sh -c '"$BIN/export-motion" -q -j 1 --clean-feet --to $1 -o "$2/feet-1" "$2/m" && for f in "$2/feet-$1"/*; do cmp "$f" "$2/feet-1/${f##*/}" || exit 1; done' - $format "$top"
done
ok '... and the measures stay' sh -c '"$BIN/export-motion" -q --to svg -o "$1/plain.svg" "$1/m" && "$BIN/export-motion" -q --clean-feet --to svg -o - "$1/m" | cmp - "$1/plain.svg"' - "$top"

ok 'no format' fails 2 '--to FORMAT' export_motion -o "$top/x" "$a"
ok 'an unknown format' fails 2 'takes one of' export_motion --to fbx -o "$top/x" "$a"
ok 'no output' fails 2 '-o PATH' export_motion --to joints "$a"
ok 'no motion' fails 2 'no motion' export_motion --to joints -o "$top/x"
ok 'an option of another format' fails 2 'does not go with --to joints' export_motion --to joints --thresholds t -o "$top/x" "$a"
ok 'a unit that is none' fails 2 'takes one of m|cm' export_motion --to bvh --unit inch -o "$top/x" "$a"
ok 'no such file' fails 1 'nothing.npz: No such file' export_motion --to joints -o "$top/x" "$top/nothing.npz"
cp -r "$top/m" "$top/m2"
ok 'a start after the end' fails 1 'there is nothing from 9 on' export_motion --to png --start 9 -o "$top/x" "$a"
ok 'two of one name' fails 1 'aist_f64' export_motion -q --to joints -o "$top/x" "$top/m" "$top/m2"
ok 'several dances do not fit one pipe' fails 1 'one dance, not 2' export_motion -q --to joints -o - "$top/m"
ok 'nothing was left by failures' [ ! -e "$top/x" ]

# --- plots ---

printf 'stage\tstep\tepoch\tloss\tlr\tseconds\n1\t10\t1\t0.5\t0.1\t1\n1\t20\t2\t0.25\t0.1\t2\n2\t10\t1\t3\t0.1\t3\n' >"$top/log.tsv"
well_formed() { [ "$(head -c 4 "$1")" = '<svg' ] && [ "$(tail -n 1 "$1")" = '</svg>' ]; }
ok 'training curves' "$BIN/plot-training" -o "$top/log.svg" "$top/log.tsv"
ok '... are an svg' well_formed "$top/log.svg"
printf 'a\tb\n' >"$top/other.tsv"
ok 'a table of something else' fails 1 "other.tsv: no column 'stage'" "$BIN/plot-training" -o "$top/x" "$top/other.tsv"
ok 'no log' fails 2 'no log' "$BIN/plot-training" -o "$top/x"
ok 'poses' sh -c '"$BIN/plot-poses" "$@" >/dev/null' - -q --poses 16 --perplexity 4 --iterations 20 -o "$top/poses.svg" "$top/m"
ok '... are an svg' well_formed "$top/poses.svg"
ok '... the same bytes with one thread' sh -c '"$BIN/plot-poses" -q -j 1 --poses 16 --perplexity 4 --iterations 20 --points "$1/points.npz" -o "$1/poses1.svg" "$1/m" && cmp "$1/poses.svg" "$1/poses1.svg"' - "$top"
ok '... and as numbers' [ -s "$top/points.npz" ]
ok 'json' sh -c '"$BIN/plot-poses" -q --json --poses 16 --perplexity 4 --iterations 20 -o "$1/poses.svg" "$1/m" | grep -q "\"kl_divergence\":"' - "$top"
ok 'too few poses' fails 1 'perplexity of 30 needs more' "$BIN/plot-poses" -q -o "$top/x" "$top/m"
ok 'changes' export_motion -q --to svg --label one --label '<two>' -o "$top/changes.svg" "$top/m"
ok '... are an svg with its labels, escaped' sh -c 'grep -q ">one<" "$1" && grep -q "two" "$1" && ! grep -q "<two>" "$1"' - "$top/changes.svg"
ok '... well formed' well_formed "$top/changes.svg"
ok 'more labels than dances' fails 1 '3 labels for 2 dances' export_motion -q --to svg --label a --label b --label c -o "$top/x" "$top/m"
ok 'nothing was left by failures' [ ! -e "$top/x" ]
