#!/bin/sh
# compare-scores.sh: what compare-scores prints. TAP on stdout.
. test/tap.sh
compare=$BIN/compare-scores
fails() {
    status=$1 says=$2 && shift 2
    "$@" >"$work/out" 2>"$work/err"
    [ $? -eq "$status" ] && [ ! -s "$work/out" ] && [ "$(wc -l <"$work/err")" -eq 1 ] &&
        grep -q "$says" "$work/err"
}

# What three programs print, keys in another order, the real set's numbers nested in the first.
score() {
    echo "{\"real\":{\"rate\":0.9,\"delta_trans\":9,\"loop\":8},\"rate\":$1,"
    echo '"delta_pose":1.5,"range_ratio":1,"jump":null,"named":3}'
    echo "{\"fid_k\":$2,\"protocol\":{\"name\":\"fact\",\"rate\":30},"
    echo '"real":{"fid_k":null,"dist_g":7},"fid_g":2}'
    echo '{"beat_align":0.25,"protocol":{"name":"fact"}}'
}
score 0.1 10 >"$work/full-1.json"
score 0.3 20 >"$work/full-2.json"
score 0.2 30 >"$work/GT.json"
cp "$work/full-1.json" "$work/a_b-1.json"
gt=$work/GT.json one=$work/full-1.json two=$work/full-2.json

# shows TEXT ARGUMENT...: a line of the result is TEXT, runs of blanks being one
shows() {
    text=$1 && shift
    "$compare" "$@" 2>&1 | tr -s ' ' >"$work/table"
    grep -qxFe "$text" "$work/table" || { cat "$work/table"; false; }
}

check "a row: what is there, and dashes" \
    shows 'full-1 10.00 2.00 1.500 - 10.0% - - - 0.250 1.000 - - -' "$gt" "$one" "$two"
check "real dances have no distance from themselves" \
    shows 'GT - - 1.500 - 20.0% - - - 0.250 1.000 - - -' "$gt" "$one" "$two"
check "the mean over seeds, a dash where nothing was scored" \
    shows 'full mean 15.00 2.00 1.500 - 20.0% - - - 0.250 1.000 - - -' "$gt" "$one" "$two"
check "half the distance of the extremes" \
    shows ' +- 5.00 0.00 0.000 - 10.0% - - - 0.000 0.000 - - -' "$gt" "$one" "$two"
"$compare" "$one" >"$work/table"
check "one seed: no mean" test "$(wc -l <"$work/table")" -eq 2
{ cat "$two" && echo '{"floor":{"mean":3},"floor_k":8.5,"floor_g":4}'; } >"$work/full-3.json"
check "the floor, where a file says it" \
    shows 'floor 8.50 4.00 - - - - - - - - - - -' "$one" "$work/full-3.json"
{ cat "$two" && echo '{"floor_k":8.5,"floor_dist_k":3,"floor_dist_g":7}{"chance":0.2}'; } \
    >"$work/full-4.json"
check "... Dist of real clips and BeatAlign by chance, too" \
    shows 'floor 8.50 - - - - - 3.00 7.00 0.200 - - - -' "$one" "$work/full-4.json"
{ cat "$gt" && echo '{"chance":0.4}'; } >"$work/real.json"
check "... but not that of the real dances' music" \
    shows 'floor 8.50 - - - - - 3.00 7.00 0.200 - - - -' --real real "$work/real.json" \
    "$work/full-4.json"
check "... in JSON" eval "\$BIN/compare-scores --json $work/full-3.json | grep -q \
    '\"floor\":{\"fid_k\":8.5,\"fid_g\":4}'"
check "another name for the real dances" \
    shows 'full-1 - - 1.500 - 10.0% - - - 0.250 1.000 - - -' --real full-1 "$one"
for locale in de_DE.UTF-8 C; do
    LC_ALL=$locale && export LC_ALL
    check "points, not commas: LC_ALL=$locale" \
        shows 'full-2 20.00 2.00 1.500 - 30.0% - - - 0.250 1.000 - - -' "$two"
done
check "LaTeX" shows \
    'a\_b-1 & 10.00 & 2.00 & 1.500 & - & 10.0\% & - & - & - & 0.250 & 1.000 & - & - & - \\' \
    --format latex "$work/a_b-1.json"
check "Markdown" shows \
    '| a_b-1 | 10.00 | 2.00 | 1.500 | - | 10.0% | - | - | - | 0.250 | 1.000 | - | - | - |' \
    --format markdown "$work/a_b-1.json"
"$compare" --json "$one" "$two" >"$work/table"
check "JSON" grep -qF \
    '"methods":[{"name":"full","rows":2,"mean":{"fid_k":15,"fid_g":2,"delta_pose":1.5,' \
        "$work/table"

# --- beside a published table ---

# Here full: FID_k 15 (10, 20), freezing 20% (10, 30); base: FID_k 40, freezing 50%.
score 0.5 40 >"$work/base-1.json"
row() { # row LABEL METHOD NUMBERS
    printf '{"row":"%s","method":"%s"%s}\n' "$1" "$2" "$3"
}
{
    row 'Real' GT ',"rate":0.19'
    row 'Base_1' base ',"fid_k":9,"rate":0.3,"beat_align":0.2'
    row 'Ours & all' full ',"fid_k":7,"rate":0.4,"beat_align":0.3'
    row 'Other' other ''
} >"$work/published"
beside() { # beside TEXT OPTION...
    text=$1 && shift
    shows "$text" --published "$work/published" --source 'the book' "$@" \
        "$gt" "$one" "$two" "$work/base-1.json"
}
check "a published row's method: its mean, half the distance of the extremes" beside \
    'Ours & all 15.00+-5.00 2.00+-0.00 1.500+-0.000 20.0+-10.0% 0.250+-0.000 1.000+-0.000'
check "... and below it what was published, columns without any value left out" beside \
    ' the book 7.00 - - 40.0% 0.300 -'
check "one seed: no half distance" beside 'Base_1 40.00 2.00 1.500 50.0% 0.250 1.000'
check "a method that was not scored" beside 'Other - - - - - -'
# of base and full: FID_k falls in both, freezing rises in the book alone, BeatAlign is equal here
check "pairs in the same order" beside "Pairs of rows in the same order as in the book: 1 of 3 $(
)(FID_k: 1 of 1, freezing: 0 of 1, BeatAlign: 0 of 1)."
check "... as Markdown" beside \
    '| Ours & all | 15.00 ± 5.00 | 2.00 ± 0.00 | 1.500 ± 0.000 | 20.0 ± 10.0% | 0.250 ± 0.000 |'$(
    )' 1.000 ± 0.000 |' --format markdown
check "... as LaTeX" beside \
    'Ours \& all & 15.00 $\pm$ 5.00 & 2.00 $\pm$ 0.00 & 1.500 $\pm$ 0.000'$(
    )' & 20.0 $\pm$ 10.0\% & 0.250 $\pm$ 0.000 & 1.000 $\pm$ 0.000 \\' --format latex
check "... a label with a character that LaTeX has a meaning for" beside \
    'Base\_1 & 40.00 & 2.00 & 1.500 & 50.0\% & 0.250 & 1.000 \\' --format latex
"$compare" --json --published "$work/published" "$gt" "$one" "$two" >"$work/table"
check "... as JSON" grep -qF \
    '{"row":"Ours & all","method":"full","seeds":2,"mean":{"fid_k":15,"fid_g":2,' "$work/table"
check "... with what was published" grep -qF \
    '"published":{"fid_k":7,"rate":0.4,"beat_align":0.3}' "$work/table"
echo '{"at_10":12.34,"at_50":99.96,"until_10":1}' >"$work/phd-1.json"
row PHD phd ',"at_10":64.4' >"$work/errors"
check "errors at horizons" shows 'PHD 12.3 100.0' --published "$work/errors" "$work/phd-1.json"
check "... in a table without published rows" \
    shows 'phd-1 - - - - - - - - - - - - - 12.3 100.0' "$work/phd-1.json"
echo '{"rate":0.125,"held":0.25}' >"$work/held-1.json"
check "seconds that are held" shows 'held-1 - - - - 12.5% 25.0% - - - - - - -' "$work/held-1.json"
for wrong in '{"row":"a"}' '{"method":"a"}' '{"row":1,"method":"a"}' '[]' ''; do
    echo "$wrong" >"$work/wrong"
    check "no published table: $wrong" fails 1 "$work/wrong: " "$compare" -p "$work/wrong" "$one"
done
{ row a full '' && row b full ''; } >"$work/wrong"
check "two rows of a method" fails 1 'two rows are of method full' \
    "$compare" -p "$work/wrong" "$one"

# --- what is refused ---

check "no file: wrong usage" fails 2 'no file of scores is given' "$compare"
check "a missing file" fails 1 'none.json' "$compare" "$work/none.json"
: >"$work/empty.json"
check "an empty file" fails 1 'empty.json: is empty' "$compare" "$work/empty.json"
head -c 200 "$work/full-1.json" >"$work/cut-1.json"
check "a cut file" fails 1 'cut-1.json: is not what.*(object 2)' "$compare" "$work/cut-1.json"
echo '[1, 2]' >"$work/list-1.json"
check "JSON that is not an object" fails 1 'list-1.json: is not what' "$compare" "$work/list-1.json"
mkdir "$work/other" && cp "$work/full-1.json" "$work/other"
check "two files of one name" fails 1 'has the same name' \
    "$compare" "$one" "$work/other/full-1.json"
