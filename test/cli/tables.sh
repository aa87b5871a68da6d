#!/bin/sh
# tables.sh: `make tables`: its scripts, what it refuses, and two small tables. TAP on stdout.
. test/experiments.sh

# --- rows ---

sh experiments/table-rows 2 refine=refine other=full >"$work/rows"
{
    echo '{"row":"Real dance","method":"GT"}'
    printf '%s,' '{"row":"+ RefineBank","method":"refine"' '"fid_k":28.67' '"fid_g":16.38' \
        '"delta_pose":1.53' '"delta_trans":1.15' '"rate":0.321' '"dist_k":6.65' '"dist_g":6.34'
    echo '"beat_align":0.246}'
    echo '{"row":"other","method":"full"}'
} >"$work/want"
check "a table's rows: the paper's numbers where it has the method" diff "$work/want" "$work/rows"
sh experiments/table-rows 4 latents4=full latents20=latents20 | sed 's/,"fid.*beat/,"beat/' \
    >"$work/rows"
{
    echo '{"row":"Real dance","method":"GT"}'
    echo '{"row":"n = 4","method":"full","beat_align":0.249}'
    echo '{"row":"n = 20","method":"latents20"}'
} >"$work/want"
check "... of the method that was trained for a row" diff "$work/want" "$work/rows"
check "rows of no table" sh -c 'sh experiments/table-rows 2>/dev/null; test $? -eq 2'
for preset in paper small demo tiny; do
    for number in latents items; do
        row=$(sed -n "s/^${number}_$preset := //p" experiments/stages.mk)
        check "$preset has $row $number, as train-bank says" sh -c \
            '"$BIN/train-bank" --preset $1 --help | grep -q -- "--$2 .*\[$3\]"' - \
            "$preset" "$number" "$row"
    done
done

# --- what is refused, at once ---

make_dances
tables() { experiment tables "$@"; }
refuses() { experiment_refuses tables "$@"; } # refuses STATUS PATTERN VARIABLE=VALUE...
refuses 2 'TABLES is empty' TABLES=
refuses 2 'TABLES: there is no 9; there are: 1 2 3' TABLES='2 9'
refuses 2 'ROWS: there is no ful; there are: .*full' ROWS=ful
refuses 2 "SEEDS2 takes whole numbers, not 'one'" SEEDS2=one
refuses 2 "ITEMS takes whole numbers, not 'many'" ITEMS='32 many'
refuses 2 'latents=3: tables 3, 4 and 5 decide it' BANK_OPTIONS='--lr 1e-3 --latents=3'
refuses 2 'no variable METHODS; there are: .* SEEDS SEEDS1 SEEDS2' GIVEN='OUT METHODS'
refuses 1 'no experiment is there' PARTIAL=yes
tables REFINE_OPTIONS=--epoch=none
check "a wrong option ends it before data is prepared" test $? -ne 0 -a ! -e "$work/my out"
check "... by the program's own words" grep -q "^train-predictor: --epochs takes" "$work/err"

# --- two tables of a small experiment ---

small() { tables TABLES='2 4' ROWS='baseline full latents1 latents4' SEEDS2='1 2' "$@"; }
small
check "two tables" test $? -eq 0
check "... of trainings that they share" sh -c \
    'ls "$1" | grep safetensors | tr "\n" " " | grep -qx "$2"' - "$work/my out" \
    'bank-1.safetensors bank-2.safetensors bank_latents1-1.safetensors baseline-1.safetensors '$(
    )'baseline-2.safetensors full-1.safetensors full-2.safetensors latents1-1.safetensors '
check "... whose cost is said before" grep -Eq '^  full +[0-9.]+ [a-z]+ +2 ' "$work/out"
check "... one after the other" sh -c 'sed -n "s/^Table \(.\)\. .*/\1/p" "$1" | tr -d "\n" |
    grep -qx 24' - "$work/out"
value() { # value FILE KEY: the first number of that key
    tr ',{}' '\n\n\n' <"$1" | sed -n "s/^\"$2\"://p" | head -n 1
}
one=$(value "$work/my out/dances/full-1.json" delta_pose)
two=$(value "$work/my out/dances/full-2.json" delta_pose)
cell=$(awk -v a="$one" -v b="$two" 'BEGIN {
    d = a > b ? a - b : b - a
    printf "%.3f+-%.3f", (a + b) / 2, d / 2
}')
check "the mean of two seeds and half their distance" sh -c \
    'sed -n "/^Ours /p" "$1" | grep -qF " $2 "' - "$work/my out/table2.txt" "$cell"
check "... as Markdown" grep -qF "| $(echo "$cell" | sed 's/+-/ ± /') |" "$work/my out/table2.md"
check "... as LaTeX" grep -qF "& $(echo "$cell" | sed 's/+-/ $\\pm$ /') &" "$work/my out/table2.tex"
check "the paper's row below" sh -c 'sed -n "/^Ours /,/paper/p" "$1" | tr -s " " |
    grep -q "^ the paper (AIST++) 25.96 13.42 1.640 1.360 29.6% - 7.68 6.59 0.249"' - \
    "$work/my out/table2.txt"
check "the row of the preset's latents: the full method" grep -q '"row":"n = 4","method":"full"' \
    "$work/my out/table4.json"
# Few windows, and nothing trained for them.
tables TABLES='2 5' ROWS='full items500' ITEMS=500 OUT="$work/few"
check "more items than windows: an error" test $? -ne 0
check "... by its genre" grep -q 'genre HO: .* windows .* too few for 500 clusters' "$work/err"
check "... before a model is trained" sh -c '! ls "$1" | grep -q safetensors' - "$work/few"

# --- other predictors, and none ---

tables TABLES='1 6' ROWS='retrieval retrieval_refined li revolution_full' SEEDS=1
check "predictors beside pieces of real dances" test $? -eq 0
check "... retrieval needs no training" test ! -e "$work/my out/retrieval-1.safetensors" -a \
    -s "$work/my out/dances/retrieval-1.json"
check "... and has no row in the paper" sh -c \
    'sed -n "/^Retrieval refined/{n;p}" "$1" | grep -q "^Li"' - "$work/my out/table1.txt"
check "... a published table without freezing" grep -qF "$(printf '%s' '"published":{' \
    '"fid_k":50.83,"fid_g":23.75,"dist_k":5.13,"dist_g":5.69}')" "$work/my out/table6.json"

tables TABLES=7 WINDOWS7=15
check "motion prediction" test $? -eq 0
check "... of clips at 30 frames a second that nothing is trained on" sh -c \
    'ls "$1/clips15" | sed "s/-[0-9]*\.npz//" | sort -u | tr "\n" " " |
        grep -q "^clips.tsv gHO.*gLO[^ ]* [^ ]* $"' - "$work/my out"
check "... beside standing still" grep -Eq '^Standing still, 15 seen( +[0-9.]+){5}$' \
    "$work/my out/table7.txt"
still=$(sed 's/.*"standing":{"at_10":\([0-9.]*\).*/\1/' "$work/my out/dances/phd15-1.json")
check "... as pa-mpjpe has it" \
    grep -q "^Standing still, 15 seen *$(printf %.1f "$still") " "$work/my out/table7.txt"
check "... and pieces of other dances" grep -Eq '^Retrieval, 15 seen( +[0-9.]+){5}$' \
    "$work/my out/table7.txt"
check "... and the paper's" sh -c 'sed -n "/^+ our/{n;p}" "$1" | tr -s " " |
    grep -q "^ the paper (Human3.6M, from video) 62.9 64.3 77.2 93.5 117.8$"' - \
    "$work/my out/table7.txt"

# --- contact sheets ---

sheets() {
    GIVEN='' OUT="$work/my out" THREADS=1 sh experiments/sheets "$@" >"$work/out" 2>"$work/err"
}
sheets SHOWN=1 POSES=2
check "contact sheets" test $? -eq 0
check "... of every method and real dance" test "$(wc -l <"$work/out")" -eq 12
check "... in PNG" sh -c 'head -c 4 "$1" | grep -q PNG' - "$work/my out/sheets/full.png"
sheets ROWS=ful
check "a sheet of nothing" test $? -eq 2
check "... and what there is" grep -q 'ROWS: there is no ful; there are: baseline full' "$work/err"
GIVEN='' OUT="$work/none" sh experiments/sheets >"$work/out" 2>"$work/err"
check "sheets of no experiment" test $? -eq 2

# --- a second time ---

made() { ls -l "$work/my out"/*.safetensors "$work/my out/dances"/*.json; }
before=$(made)
small
check "a second time" test $? -eq 0 -a "$before" = "$(made)"
rm -r "$work/my out/full-2.safetensors" "$work/my out/dances/full-2.json" \
    "$work/my out/dances/full-2" "$work/my out/table2.txt"
rows=$(cat "$work/my out/options/table2.jsonl")
small PARTIAL=yes ROWS=full
check "part of it" test $? -eq 0 -a ! -e "$work/my out/full-2.safetensors"
check "... by what is scored" sh -c 'sed -n "/^Ours /p" "$1" | grep -qF " $2 "' - "$work/out" \
    "$(printf %.3f "$one")"
check "... with rows of its own" test "$rows" = "$(cat "$work/my out/options/table2.jsonl")"
tables TABLES=3 ROWS=vae PARTIAL=yes
check "... of a table of which nothing is scored but real dance" \
    grep -q '^VAE  *-  *-' "$work/out"
tables TABLES=7 WINDOWS7=40 PARTIAL=yes
check "... nothing at all" grep -q '^nothing yet$' "$work/out"
small
check "what is missing is made again" test $? -eq 0 -a -e "$work/my out/full-2.safetensors"
