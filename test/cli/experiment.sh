#!/bin/sh
# experiment.sh: `make dance`: its scripts, what it refuses, and a small experiment from the data to
# the table, in folders with blanks in their names. TAP on stdout.
. test/experiments.sh
same() { printf "$1" >"$work/want" && diff "$work/want" "$2"; }

# --- scripts ---

mkdir "$work/data"
{
    printf 'name\tgenre\tmotion\tmusic\na\tX\tm/a.npz\ts/p.npz\n'
    printf 'b\tY\tm/b.npz\ts/q.npz\r\nc\tX\t/c.npz\ts/p.npz\n'
} >"$work/data/all.tsv"
here=$(pwd)
select_genres() { (cd "$work" && sh "$here/experiments/select-genres" "$@"); }
header='name\tgenre\tmotion\tmusic\n'
select_genres data/all.tsv X >"$work/x.tsv"
check "a genre's rows, with paths from here" \
    same "${header}a\tX\tdata/m/a.npz\tdata/s/p.npz\nc\tX\t/c.npz\tdata/s/p.npz\n" "$work/x.tsv"
select_genres data/all.tsv >"$work/every.tsv"
check "no genre: every row" test "$(wc -l <"$work/every.tsv")" -eq 4
check "no list: an error" sh -c '! sh experiments/select-genres "$1/none.tsv"' - "$work"
select_genres data/all.tsv Z >"$work/z.tsv" 2>"$work/err"
check "no row: an error" test $? -ne 0
check "... that names the list" grep -q 'data/all.tsv: none of its dances is of genre Z' "$work/err"

pair() { sh experiments/pair-dances "$@"; }
pair "$work/every.tsv" "$work/every.tsv" >"$work/pairs.tsv"
rows=$(wc -l <"$work/pairs.tsv") # a header, 2 songs, 3 seeds
check "every song once with every seed" test "$rows" -eq 7
check "a pair: seed's motion and genre, song's features" \
    grep -q "^b_to_p	Y	data/m/b.npz	data/s/p.npz$" "$work/pairs.tsv"
pair "$work/every.tsv" "$work/every.tsv" 1 >"$work/pairs.tsv"
check "another seed for another song" \
    test "$(cut -f 1 "$work/pairs.tsv" | tr '\n' ' ')" = "name a_to_p b_to_q "
check "wrong usage" sh -c 'sh experiments/pair-dances "$1/every.tsv"; test $? -eq 2' - "$work"

{
    echo bank 3
    echo '{"stages":[{"stage":1,"seconds_per_step":5,"seconds":30},{"stage":2,"seconds":15.2}]}'
    echo full 2
    echo '{"stages":[{"stage":3,"steps":7,"seconds":7200}]}'
} >"$work/forecasts"
sh experiments/training-cost "$work/forecasts" | tr -s ' ' >"$work/cost"
wanted=' training a seed seeds all\n bank 45 s 3 2.3 min\n full 2.0 hours 2 4.0 hours\n'
check "seconds of all stages, for a training's seeds" \
    same "$wanted in a row 4.0 hours\n" "$work/cost"

# --- what is refused, at once ---

make_dances
dance() { experiment dance "$@"; }
refuses() { experiment_refuses dance "$@"; } # refuses STATUS PATTERN VARIABLE=VALUE...
refuses 2 'PRESET: there is no smal; there are: paper small demo tiny$' PRESET=smal
refuses 2 'METHODS: there is no ful; there are: full baseline .* retrieval_refined$' \
    METHODS='baseline ful'
refuses 2 'GENRES (train): there is no WZ; there are: HO LO$' GENRES='HO WZ'
refuses 2 'no variable METHOD; there are: .* GENRES .*KEEP .*METHODS' GIVEN='OUT METHOD'
refuses 2 "SEEDS takes whole numbers, not 'one'" SEEDS=one
refuses 2 "FPS takes whole numbers, not 'slow'" FPS=slow
refuses 2 'DATA=DIR is needed' DATA=
refuses 2 'OUT=DIR is needed' OUT=
refuses 1 'nowhere: no such folder' DATA="$work/nowhere"
dance FULL_OPTIONS=--epoch=none METHODS=full
check "a wrong option ends it before data is prepared" test $? -ne 0 -a ! -e "$work/my out"
check "... by the program's own words" grep -q "^train-predictor: --epochs takes" "$work/err"
presets=$(sed -n 's/^PRESETS := //p' experiments/stages.mk | tr ' ' '|')
"$BIN/train-bank" --help | tr -d '\n' | grep -qF "preset $presets "
check "the presets are those of train-bank" test $? -eq 0

# How many trainings go side by side, on five processors, before there is any data.
mkdir "$work/bin"
printf '#!/bin/sh\necho 5\n' >"$work/bin/nproc" && chmod +x "$work/bin/nproc"
shares() { # shares SAID VARIABLE=VALUE...
    said=$1 && shift
    rm -rf "$work/shared"
    (
        unset THREADS
        export GIVEN='' PATH="$work/bin:$PATH" DATA="$work/data" OUT="$work/shared"
        for given in METHODS='baseline fact' "$@"; do export "$given"; done
        sh experiments/dance
    ) >"$work/out" 2>"$work/err"
    check "$*: ${said:-one after the other}" \
        test "$(sed -n 's/^make dance: \(.*side by side.*\)/\1/p' "$work/out")" = "$said"
}
shares '' SEEDS=1
shares '2 trainings side by side, threads of each: 2' SEEDS='1 2'
shares '5 trainings side by side, threads of each: 1' SEEDS='1 2 3 4 5 6'
shares '' SEEDS='1 2' THREADS=0
shares '' SEEDS='1 2' PRESET=paper
shares '3 trainings side by side, threads of each: 1' SEEDS='1 2' MAKEFLAGS=' -j3'
shares '2 trainings side by side, threads of each: 2' SEEDS=1 MAKEFLAGS=' -j3'
shares '' SEEDS='1 2' MAKEFLAGS=' -j1'

# --- an experiment on so few dances that there is no FID ---

dance GENRES=HO
check "a small experiment" test $? -eq 0
tr -s ' ' <"$work/my out/table.txt" >"$work/rows"
scored='- - [0-9.]* [0-9.]* [0-9.]*% [0-9.]*% - - [0-9.]* [0-9.]*'
check "... scores what can be scored" grep -q "^full-1 $scored" "$work/rows"
check "... real dances too" grep -q "^GT $scored" "$work/rows"
check "... and says why not more" grep -q 'no FID and no Dist: .* two dances' "$work/err"
check "... after what it would cost" grep -q "^  in a row  *[0-9.]* " "$work/out"
cat "$work/my out"/*.tsv "$work/my out/data"/*.tsv >"$work/paths"
check "... in a folder of relative paths" sh -c '! grep -q "$1" "$2"' - "$work" "$work/paths"
check "... and nowhere else" test ! -e out -a ! -e my -a ! -e data
made() { ls -l "$work/my out"/*.safetensors "$work/my out/dances"/*.json; }
before=$(made)
dance GENRES=HO
check "a second time" test $? -eq 0
check "... nothing is done again" test "$before" = "$(made)"

dance GENRES=HO FPS=30
check "another rate is refused" test $? -ne 0
check "... by its data" grep -q 'made at 60 frames a second, not 30; take another folder' \
    "$work/err"

mv "$work/my out" "$work/moved"
dance GENRES=HO DATA= OUT="$work/moved" FRAMES=180
check "a folder that was moved needs no data" test $? -eq 0
check "... no model is trained again" sh -c '! grep -q training "$1"' - "$work/out"
check "... dances are made as asked for" grep -q "dancing to the test music" "$work/out"
check "... in the new place" grep -q "^dances: $work/moved" "$work/out"

dance GENRES=HO DATA="$work/moved/data" OUT="$work/linked" METHODS=baseline
check "prepared data is taken as it is" test $? -eq 0
check "... by a link that stays true" test "$(readlink "$work/linked/data")" = ../moved/data/
check "... not by another preparation" sh -c '! grep -q "data: motions" "$1"' - "$work/out"

dance GENRES=HO DATA="$work/moved/data" OUT="$work/linked" METHODS=baseline FPS=30
check "... and refused at another rate" test $? -ne 0
check "... in words that name both" \
    grep -q 'train.tsv: has 60 frames a second, but --fps says 30' "$work/err"

dance GENRES=HO FPS=30 FRAMES= DURATION=4 METHODS=baseline OUT="$work/slow"
check "an experiment at 30 frames a second" test $? -eq 0
check "... down to its table" grep -q "^baseline-1 " "$work/slow/table.txt"
grep -q 'not at 60 frames a second and were resampled' "$work/err"
check "... whose dances are at 30" test $? -eq 0

dance GENRES=HO FPS=30 FRAMES= DURATION=4 METHODS=baseline OUT="$work/slow" STAGE=0.001
check "dances on a stage" grep -q 'dances/baseline-1: dancing' "$work/out"
check "... without another training" sh -c '! grep -q "training (stage 3)" "$1"' - "$work/out"
dance GENRES=HO FPS=30 FRAMES= DURATION=4 METHODS=baseline OUT="$work/slow" STAGE=2m
check "... or not at all, for a radius that is none" test $? -ne 0
check "... in generate's words" grep -q "generate: --stage takes a number, not '2m'" "$work/err"

# --- one at a time ---

for lock in flock link; do
    command -v $lock >/dev/null || [ $lock = link ] || continue
    case $lock in
        link) ln -s $$ "$work/moved/.owner" ;;
        flock) exec 8>"$work/moved/.lock" && flock 8 ;;
    esac
    dance GENRES=HO DATA= OUT="$work/moved" FRAMES=180 NEVERSTOP_LOCK=$lock
    check "$lock: a second one is refused" test $? -eq 1 -a "$(wc -l <"$work/err")" -eq 1
    check "... and told why" grep -q 'another make dance is at work' "$work/err"
    case $lock in
        link) rm "$work/moved/.owner" && sh -c 'ln -s $$ "$1/.owner"' - "$work/moved" ;;
        flock) exec 8>&- ;;
    esac
    dance GENRES=HO DATA= OUT="$work/moved" FRAMES=180 NEVERSTOP_LOCK=$lock
    check "$lock: one that is gone is in nobody's way" test $? -eq 0
    check "... and nothing is left" test ! -e "$work/moved/.owner" -a ! -L "$work/moved/.owner"
done
