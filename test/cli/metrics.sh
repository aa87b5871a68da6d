#!/bin/sh
# eval-fid, freeze-rate and beat-align on small motions: results, options, failures. TAP on stdout.
data=test/golden/metrics/motions
. test/measures.sh
real="$data/real_0.npz $data/real_1.npz $data/real_2.npz" \
    made="$data/made_0.npz $data/made_1.npz $data/made_2.npz"
mkdir "$work/real" "$work/made" && cp $real "$work/real" && cp $made "$work/made" || exit 1
real_options="--real $data/real_0.npz --real $data/real_1.npz --real $data/real_2.npz"

# --- eval-fid ---
"$BIN/eval-fid" -q --json $real_options --real-row $real >"$work/self" 2>"$work/warnings"
check "a set against itself: FID 0" awk \
    "BEGIN { exit !($(field fid_k "$work/self") < 1e-9 && $(field fid_g "$work/self") < 1e-9) }"
check "its Dist is the real row's" test \
    "$(sed 's/.*"dist_k":\([0-9.]*\).*"dist_k".*/\1/' "$work/self")" = \
    "$(sed 's/.*"real":{.*"dist_k":\([0-9.]*\).*/\1/' "$work/self")"
check "constant features are named in a warning" grep -q \
    'warning: .* geometric features .* left out .*trunk lying' "$work/warnings"
"$BIN/eval-fid" -q --json --real "$work/real" "$work/made" >"$work/folder" 2>/dev/null
"$BIN/eval-fid" -q --json -j1 $real_options $made >"$work/files" 2>/dev/null
check "folders are their files by name, any number of threads" cmp "$work/folder" "$work/files"
printf 'name\tgenre\tmotion\na\tSY\tmade_0.npz\nb\tSY\tmade_1.npz\nc\tSY\tmade_2.npz\n' \
    >"$work/made/set.tsv"
"$BIN/eval-fid" -q --json --real "$work/real" "$work/made/set.tsv" >"$work/tsv" 2>/dev/null
check "a data set's motions" cmp "$work/tsv" "$work/files"
rm "$work/made/set.tsv"
"$BIN/eval-fid" -q --json --protocol bailando --real "$work/real" "$work/made" >"$work/bailando" \
    2>/dev/null
"$BIN/eval-fid" -q --json --anchor first-root --seed keep --frames 1200 --real "$work/real" \
    "$work/made" >"$work/parts" 2>/dev/null
check "a protocol is its parts" test "$(field fid_k "$work/bailando")" = \
    "$(field fid_k "$work/parts")"
check "and differs from the other" test "$(field fid_k "$work/bailando")" != \
    "$(field fid_k "$work/files")"
mkdir "$work/six" && cp $real $made "$work/six"
eval_six() { "$BIN/eval-fid" -q "$@" --real "$work/six" "$work/made" 2>/dev/null; }
eval_six --json >"$work/none"
eval_six --json --floor 9 >"$work/floor"
check "a floor beside the distances" grep -q '"floor":{"splits":9,"clips":[0-9]*,' "$work/floor"
first() { grep -o "\"$1\":[^,}]*" "$2" | head -1; }
check "... that changes none of them" \
    test "$(first fid_k "$work/floor")" = "$(first fid_k "$work/none")"
eval_six -j 1 --json --floor 9 >"$work/again"
check "... the same with one thread" cmp "$work/floor" "$work/again"
eval_six --floor 9 >"$work/rows"
check "... in the table, with multiples" grep -q '^times floor ' "$work/rows"
eval_six --json --explain >"$work/why"
check "what the distances come from" grep -q \
    '"explain":{"fid_k":{"features":{"[a-z ]* of joint [0-9]*":[0-9.e-]*,.*"dances":{"made_' \
        "$work/why"
check "... in words" eval \
    "eval_six --explain | grep -q '^FID_g .* without one of its dances: made_'"
refuses "halves of one dance" 'at least 2 sequences' \
    "$BIN/eval-fid" -q $real_options --keep-constant --floor 9 $made
wrong "a floor without real dances" "$BIN/eval-fid" --floor 9 --real-stats "$work/stats.npz" $made
check "features go to a file" "$BIN/eval-fid" -q --features-out "$work/f.npz" $made
check "the same bytes again" sh -c \
    "'$BIN/eval-fid' -q -j1 --features-out '$work/f2.npz' $made && cmp '$work/f.npz' '$work/f2.npz'"
refuses "one dance has no distribution" 'at least 2' "$BIN/eval-fid" -q $real_options \
    --keep-constant $data/made_0.npz
refuses "copies of one real dance" 'copies of one' "$BIN/eval-fid" -q --real $data/real_0.npz \
    --real $data/real_0.npz $made
refuses "a file that is not there" 'nowhere.npz: ' "$BIN/eval-fid" -q $real_options nowhere.npz
refuses "a file that is not a motion" 'tick.npz: ' "$BIN/eval-fid" -q $real_options \
    $data/music/tick.npz
rm -f "$work/f.npz"
refuses "and no features are left" 'tick.npz: ' "$BIN/eval-fid" -q $real_options --features-out \
    "$work/f.npz" $made $data/music/tick.npz
check "none" test ! -e "$work/f.npz"
refuses "the first bad file is named" 'first.npz: ' "$BIN/eval-fid" -q $real_options $made \
    first.npz second.npz
wrong "no real dances" "$BIN/eval-fid" $made
wrong "no dances" "$BIN/eval-fid" $real_options
wrong "an unknown protocol" "$BIN/eval-fid" $real_options --protocol edgy $made

# --- freeze-rate ---
check "thresholds are fitted" "$BIN/freeze-rate" -q --fit --target 0.4 -o "$work/t.npz" "$work/real"
"$BIN/freeze-rate" -q --fit --json --target 0.4 -o "$work/t2.npz" $real >"$work/fit"
check "as near to the target as six windows allow, the same each time" sh -c \
    "cmp '$work/t.npz' '$work/t2.npz' &&
        case $(field rate "$work/fit") in 0.3333*) ;; *) false ;; esac"
"$BIN/freeze-rate" -q --json -t "$work/t.npz" $data/made_1.npz >"$work/statue"
check "a statue is frozen all the time" test "$(field rate "$work/statue")" = 1
check "and loops" test "$(field loop "$work/statue")" = 1
"$BIN/freeze-rate" -q --json -t "$work/t.npz" $data/made_2.npz >"$work/loop"
check "a loop of two steps is one" test "$(field loop "$work/loop")" = 1
"$BIN/freeze-rate" -q --json -t "$work/t.npz" --real "$work/real" --first 1 --last 1 $real \
    >"$work/own"
check "range and jitter of real dances are theirs" test \
    "$(sed 's/"real".*//' "$work/own" |
        sed 's/.*"range_ratio":\([^,]*\),.*"jitter_ratio":\([^,]*\),.*/\1 \2/')" \
    = "1 1"
check "a row per file" sh -c \
    "test \$('$BIN/freeze-rate' -q -v -t '$work/t.npz' $real | wc -l) -eq 5"
check "feet at any rate" "$BIN/freeze-rate" -q -t "$work/t.npz" --pfc-fps 7 $made
"$BIN/freeze-rate" -q -t "$work/t.npz" --fps 30 $made >/dev/null 2>"$work/warnings"
check "a rate for files that say theirs is not needed" grep -q 'warning: --fps was not needed' \
    "$work/warnings"
refuses "thresholds that are none" 'tick.npz: ' "$BIN/freeze-rate" -q -t $data/music/tick.npz $made
refuses "a folder without motions" "$work" "$BIN/freeze-rate" -q -t "$work/t.npz" "$work/real" \
    "$work/none"
rm -f "$work/t2.npz"
refuses "a fit that fails" 'nowhere' "$BIN/freeze-rate" -q --fit -o "$work/t2.npz" $real nowhere.npz
check "leaves no thresholds" test ! -e "$work/t2.npz"
wrong "no thresholds" "$BIN/freeze-rate" $made
wrong "fit without output" "$BIN/freeze-rate" --fit $real
wrong "a target beyond 1" "$BIN/freeze-rate" --fit --target 2 -o "$work/t2.npz" $real

# --- beat-align ---
"$BIN/beat-align" -q --json -v --music-dir $data/music $real >"$work/beats"
check "kinematic beats were found" grep -q '"kinematic_beats":[1-9]' "$work/beats"
"$BIN/beat-align" -q --json --music-dir $data/music $data/made_1.npz >"$work/still"
check "a statue meets no beat" test "$(field beat_align "$work/still")" = 0
"$BIN/beat-align" -q --json --direction music --music-dir $data/music $data/made_1.npz \
    >"$work/still"
check "in either direction" test "$(field beat_align "$work/still")" = 0
"$BIN/beat-align" -q --json -p bailando --music-dir $data/music $made >"$work/bailando"
"$BIN/beat-align" -q --json -j1 -p bailando --music-dir $data/music $made >"$work/again"
check "any number of threads" cmp "$work/bailando" "$work/again"
refuses "music that is not there" 'real_0.npz: its music: .*tick.npz' "$BIN/beat-align" -q \
    --music-dir "$work" $real
cp $data/real_0.npz "$work/tick.npz"
refuses "music that is none" 'its music: .*tick.npz' "$BIN/beat-align" -q --music-dir "$work" $real
wrong "no music folder" "$BIN/beat-align" $real
"$BIN/beat-align" -q --json --lags 3 --music-dir $data/music $made >"$work/lags"
check "lags: the score with the music's beats moved" sh -c \
    "tr '{' '\n' <'$work/lags' | grep '\"lag\":' >'$work/lagged' &&
        test \$(wc -l <'$work/lagged') -eq 7 && grep -q '\"best_lag\":' '$work/lagged' &&
        grep -q '\"lag\":0,$(first beat_align "$work/lags")' '$work/lagged'"
"$BIN/beat-align" -q --lags 3 --music-dir $data/music $made >"$work/lags.txt"
check "... as text" grep -q '^highest 0\.[0-9]*, beats -\{0,1\}[0-9]* ms later$' "$work/lags.txt"
check "chance is beside the score" grep -q '"chance":0\.' "$work/lags"
wrong "a negative number of lags" "$BIN/beat-align" --lags -1 --music-dir $data/music $made
for p in eval-fid freeze-rate beat-align; do check "$p --help" "$BIN/$p" --help; done
