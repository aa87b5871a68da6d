#!/bin/sh
# What eval-fid, freeze-rate, beat-align and pa-mpjpe have in common (files of all kinds, bad ones,
# intervals, tables), and their newer options. TAP on stdout.
data=test/golden/metrics/motions
. test/measures.sh
real="$data/real_0.npz $data/real_1.npz $data/real_2.npz" \
    made="$data/made_0.npz $data/made_1.npz $data/made_2.npz"
mkdir "$work/real" "$work/made" "$work/bad" && cp $real "$work/real" && cp $made "$work/made" && \
    cp $made "$work/bad" && echo nonsense >"$work/bad/aa.npz" || exit 1
eval_fid() { "$BIN/eval-fid" -q --json "$@" 2>/dev/null; }
eval_fid --real "$work/real" "$work/made" >"$work/plain"

# --- files of all kinds ---
"$BIN/export-motion" -q --to joints -o "$work/joints" $made 2>/dev/null || "$BIN/export-motion" -q \
    --to joints -o "$work/joints/" $made
for f in $real; do "$BIN/export-motion" -q --to pkl -o "$work/$(basename "$f" .npz).pkl" "$f"; done
eval_fid --real "$work/real" --seed-frames 20 "$work/joints" >"$work/out"
check "joint positions: the same features" near "$(first fid_k "$work/out")" \
    "$(first fid_k "$work/plain")" "1e-6 * $(first fid_k "$work/plain")"
check "and the same answers" near "$(first fid_g "$work/out")" "$(first fid_g "$work/plain")" 1e-9
eval_fid --real "$work/real_0.pkl" --real "$work/real_1.pkl" --real "$work/real_2.pkl" \
    "$work/made" >"$work/out"
check "AIST++ pickles" near "$(first fid_k "$work/out")" "$(first fid_k "$work/plain")" \
    "1e-3 * $(first fid_k "$work/plain")"
refuses "a seed as long as the dance" 'made_0.npy: .*seed' "$BIN/eval-fid" -q --real "$work/real" \
    --seed-frames 150 "$work/joints"
"$BIN/freeze-rate" -q --fit --target 0.4 -o "$work/t.npz" "$work/real" >/dev/null
"$BIN/freeze-rate" -q --json -t "$work/t.npz" "$work/joints" >"$work/out"
check "without rotations there is no freezing rate, but jitter" test "$(first rate "$work/out")" = \
    null -a "$(first jitter "$work/out")" != null
refuses "nor anything to fit to" 'rotations' "$BIN/freeze-rate" -q --fit -o "$work/none.npz" \
    "$work/joints"
check "and no thresholds are left" test ! -e "$work/none.npz"

# --- bad files ---
refuses "a bad file ends the run" 'aa.npz: ' "$BIN/eval-fid" -q --real "$work/real" "$work/bad"
"$BIN/eval-fid" -q --json --skip-bad --real "$work/real" "$work/bad" >"$work/out" 2>"$work/err"
check "--skip-bad: a warning that names it" grep -q 'warning: .*aa.npz: .*left out' "$work/err"
check "the others are scored" test "$(first fid_k "$work/out")" = "$(first fid_k "$work/plain")"
check "three of four" test "$(first sequences "$work/out")/$(field named "$work/out")" = 3/4
rm "$work"/bad/made_*
"$BIN/eval-fid" -q --skip-bad --real "$work/real" "$work/bad" >"$work/out" 2>"$work/err"
check "nothing but bad files" sh -c \
    "test $? -eq 1 && grep -q 'none of the 1 files' '$work/err' && test ! -s '$work/out'"

# --- intervals and tables ---
"$BIN/eval-fid" -q --json -b 50 -j1 --real "$work/real" "$work/made" >"$work/one" 2>/dev/null
"$BIN/eval-fid" -q --json -b 50 -j2 --real "$work/real" "$work/made" >"$work/two" 2>/dev/null
check "intervals: the same for any number of threads" cmp "$work/one" "$work/two"
check "that have ends" sh -c \
    "tr '{' '\n' <'$work/one' | grep -A1 '\"low\":' | grep -q '\"fid_k\":[0-9-]'"
check "another seed, another interval" sh -c \
    "'$BIN/eval-fid' -q --json -b 50 --bootstrap-seed 7 --real '$work/real' '$work/made' \
        2>/dev/null | cmp -s - '$work/one' && exit 1 || exit 0"
check "rows for it" sh -c \
    "'$BIN/freeze-rate' -q -b 20 -t '$work/t.npz' '$work/real' | grep -c '^95%' | grep -qx 2"
"$BIN/beat-align" -q --json -b 20 --music-dir $data/music $data/real_0.npz $data/real_0.npz \
    >"$work/out"
tr '{,}' '\n\n\n' <"$work/out" | sed -n 's/^"beat_align":\([0-9.]*\).*/\1/p' | head -n 3 \
    >"$work/ends"
check "of equal dances it is a point" awk \
    'NR == 1 { x = $1 } ($1 - x) ^ 2 > 1e-24 { exit 1 } END { exit NR != 3 }' "$work/ends"
for p in "eval-fid --real $work/real" "freeze-rate -t $work/t.npz" \
    "beat-align --music-dir $data/music" "pa-mpjpe --real $work/made"; do
    name=${p%% *}
    "$BIN/"$p -q --per-sequence "$work/$name.tsv" "$work/made" >/dev/null 2>"$work/err"
    check "$name --per-sequence: a line for every dance, as many fields in each" \
        awk -F '\t' -v OFS='\t' \
            'NR == 1 { n = NF; if ($1 != "file") exit 1 }
                NF != n { exit 1 }
                END { exit !(NR == 4 && n > 3) }' \
            "$work/$name.tsv"
done
refuses "a table that cannot be written" 'nowhere' "$BIN/freeze-rate" -q -t "$work/t.npz" \
    --per-sequence "$work/nowhere/x.tsv" "$work/made"

# --- eval-fid ---
eval_fid -p edge --clip 1 --real "$work/real" "$work/made" >"$work/edge"
eval_fid --anchor first-root --seed keep --rate 30 --clip 1 --hop 0.5 --real "$work/real" \
    "$work/made" >"$work/parts"
check "edge is its parts" test "$(first fid_k "$work/edge")" = "$(first fid_k "$work/parts")" -a \
    -n "$(first fid_k "$work/edge")"
# 150 frames, at 30 a second 75, back at 60 149: 60 from 0, 30, 60
check "clips of a second every half" test "$(first clips "$work/edge")" = 9
check "another direction than the others'" test "$(first fid_k "$work/edge")" != \
    "$(first fid_k "$work/plain")"
eval_fid --rate 60 --real "$work/real" "$work/made" >"$work/out"
check "seen at its own rate a dance is itself" test "$(first fid_k "$work/out")" = \
    "$(first fid_k "$work/plain")"
eval_fid --legacy-manual --real "$work/real" "$work/made" >"$work/out"
check "--legacy-manual changes FID_g alone" test "$(first fid_k "$work/out")" = \
    "$(first fid_k "$work/plain")" -a "$(first fid_g "$work/out")" != "$(first fid_g "$work/plain")"
check "and says so" test "$(first formulas "$work/out")" = '"legacy-manual"'
eval_fid --no-standardise --real "$work/real" "$work/made" >"$work/out"
check "--no-standardise" test "$(first standardised "$work/out")" = false -a \
    "$(first fid_k "$work/out")" != "$(first fid_k "$work/plain")"
check "three dances: ranks of 2" test "$(sed 's/.*"kinetic":{\([^}]*\).*/\1/' "$work/plain")" = \
    '"features":72,"used":72,"rank":2,"real_rank":2'
eval_fid --real-stats "$work/stats.npz" --real "$work/real" "$work/made" >"$work/first"
eval_fid --real-stats "$work/stats.npz" "$work/made" >"$work/again"
check "kept features of the real dances are as good as the dances" cmp "$work/first" "$work/again"
refuses "but not for other options" 'stats.npz: .*--real' "$BIN/eval-fid" -q -p bailando \
    --real-stats "$work/stats.npz" "$work/made"
refuses "nor is any other file" 'real_0.npz: ' "$BIN/eval-fid" -q --real-stats $data/real_0.npz \
    "$work/made"
refuses "a file of features that is not there" 'missing.npz' "$BIN/eval-fid" -q --real-stats \
    "$work/missing.npz" "$work/made"
wrong "two kinds of formulas" "$BIN/eval-fid" --corrected --legacy-manual --real "$work/real" \
    "$work/made"

"$BIN/make-demo-data" -q --genres 1 --sequences 4 --seconds 2 -o "$work/aist"
"$BIN/eval-fid" -q --json --self-check "$work/aist" >"$work/out" 2>/dev/null
check "--self-check: val and test against all" test \
    "$(first sequences "$work/out")/$(field real_sequences "$work/out")" = 2/4
check "beside the published numbers" grep -q '"published":{"sequences":40,"fid_k":17.1' "$work/out"
cat "$work"/aist/splits/crossmodal_val.txt "$work"/aist/splits/crossmodal_test.txt >"$work/named"
eval_fid -p bailando --real "$work/aist/motions" $(sed "s|.*|$work/aist/motions/&.pkl|" \
    "$work/named") >"$work/byhand"
check "which is what the protocol says" test "$(first fid_k "$work/out")" = \
    "$(first fid_k "$work/byhand")"
mv "$work/aist/motions/$(head -n 1 "$work/named").pkl" "$work/gone.pkl"
refuses "a motion that is named and missing" "$(head -n 1 "$work/named").*check-dataset" \
    "$BIN/eval-fid" -q --self-check "$work/aist"
refuses "a folder that is none" 'no such folder' "$BIN/eval-fid" -q --self-check "$work/nowhere"
wrong "--self-check with dances" "$BIN/eval-fid" --self-check "$work/aist" "$work/made"

# --- freeze-rate --sweep ---
"$BIN/freeze-rate" -q --json --sweep 4 -t "$work/t.npz" --real "$work/real" "$work/real" \
    >"$work/out"
check "a sweep has its points and a mean" sh -c \
    "grep -o '\"factor\":' '$work/out' | wc -l | grep -qx ' *5' &&
        grep -q '\"sweep_mean\":0\.' '$work/out'"
tr '{}' '\n\n' <"$work/out" | sed -n \
    's/.*"factor":.*"rate":\([^,]*\),.*"real_rate":\([^,]*\),.*/\1 \2/p' >"$work/rates"
check "rates grow with the thresholds; real dances are themselves" awk \
    '$1 < last || $1 != $2 { exit 1 } { last = $1 } END { exit !(NR == 5) }' "$work/rates"
check "at factor 1 it is the rate" test "$(sed -n '3s/ .*//p' "$work/rates")" = \
    "$(first rate "$work/out")"

# --- beat-align ---
"$BIN/beat-align" -q --json -p edge --music-dir $data/music $real >"$work/edge"
"$BIN/beat-align" -q --json -p bailando --music-dir $data/music $real >"$work/bailando"
check "EDGE counts beats as Bailando" test "$(first beat_align "$work/edge")" = \
    "$(first beat_align "$work/bailando")"

# --- pa-mpjpe ---
"$BIN/pa-mpjpe" -q --json --horizons 1,20,130 --real "$work/made" "$work/joints" --seed-frames 20 \
    >"$work/out"
check "a dance against its own joints" awk \
    "BEGIN { exit !($(first at_1 "$work/out") < 1e-3 && $(first until_130 "$work/out") < 1e-3) }"
cp $data/real_1.npz "$work/bad/made_0.npz" && rm "$work/bad/aa.npz"
"$BIN/pa-mpjpe" -q --json --horizons 10,1000 --real "$work/made" "$work/bad" >"$work/out"
check "another dance is far off, and beyond the end there is no value" sh -c \
    "awk 'BEGIN { exit !($(first at_10 "$work/out") > 1) }' &&
        test $(first at_1000 "$work/out") = null"
"$BIN/pa-mpjpe" -q --json --no-align --horizons 10 --real "$work/made" "$work/bad" \
    >"$work/unaligned"
check "aligned it is nearer" awk \
    "BEGIN { exit !($(first at_10 "$work/out") < $(first at_10 "$work/unaligned")) }"
refuses "a dance without a partner" 'no real dance called' "$BIN/pa-mpjpe" -q --real "$work/made" \
    $data/real_0.npz
wrong "horizons that do not ascend" "$BIN/pa-mpjpe" --real "$work/made" --horizons 5,5 "$work/made"
wrong "horizons that are none" "$BIN/pa-mpjpe" --real "$work/made" --horizons 5,x "$work/made"
wrong "no real dances" "$BIN/pa-mpjpe" "$work/made"
check "pa-mpjpe --help" "$BIN/pa-mpjpe" --help
