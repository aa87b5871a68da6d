# cluster-ap: files for all genres or one, the number of clusters asked for, the same bytes every
# time, refusals.
. test/tap.sh
data=$work/train.tsv

"$BIN/make-demo-data" -q --genres 2 --sequences 3 --seconds 10 -o "$work/aist" &&
    "$BIN/import-motion" -q -o "$work/m" "$work"/aist/motions/*.pkl || echo "not ok - test data"
printf 'name\tgenre\tmotion\n' >"$data"
for f in "$work"/m/*.npz; do
    name=$(basename "$f" .npz)
    printf '%s\t%s\tm/%s.npz\n' "$name" "$(echo "$name" | cut -c2-3)" "$name" >>"$data"
done

"$BIN/cluster-ap" -q -n 12 -o "$work/c" "$data" >"$work/table"
passes "clusters every genre"
[ "$(ls "$work/c" | tr '\n' ' ')" = "HO.npz LO.npz " ]
passes "one file for each"
# 10 s are 600 frames: 25 windows of 120 frames every 20, three dances
awk 'NR > 1 && !($2 == 75 && $3 == 12) { bad = 1 } END { exit bad || NR != 3 }' "$work/table"
passes "75 windows and 12 clusters per genre"
"$BIN/cluster-ap" -q -n 12 -g LO -o "$work/lo.npz" "$data" >/dev/null &&
    cmp -s "$work/lo.npz" "$work/c/LO.npz"
passes "one genre alone gives the same bytes"
"$BIN/cluster-ap" -q -j 2 -n 12 -g LO -o "$work/lo2.npz" "$data" >/dev/null &&
    cmp -s "$work/lo.npz" "$work/lo2.npz"
passes "another number of threads too"
"$BIN/cluster-ap" -q -n 12 -g LO --relative-root -o "$work/r.npz" "$data" >/dev/null &&
    ! cmp -s "$work/lo.npz" "$work/r.npz"
passes "--relative-root changes the centers"
"$BIN/cluster-ap" -q -l 60 --stride 30 -n 5 -g LO --json -o "$work/s.npz" "$data" | tr -d ' \t\n' |
    grep -q '"LO":{"windows":57,"clusters":5,'
passes "--length, --stride and --json"
preference=$("$BIN/cluster-ap" -q -n 12 -g LO --json -o "$work/p.npz" "$data" |
    sed -n 's/.*"preference":[[:space:]]*\(.*\),/\1/p')
"$BIN/cluster-ap" -q -p "$preference" -g LO --json -o "$work/p.npz" "$data" | grep -q '"clusters"'
passes "--preference"
"$BIN/cluster-ap" -q -n 75 -g LO -o "$work/all.npz" "$data" >/dev/null
passes "as many clusters as windows"

fails() { # STATUS WHAT PATTERN ARGUMENT...
    want=$1 what=$2 pattern=$3; shift 3
    "$BIN/cluster-ap" -q "$@" >/dev/null 2>"$work/err"; got=$?
    [ "$got" -eq "$want" ] && [ "$(wc -l <"$work/err")" -eq 1 ] &&
        grep -q "^cluster-ap: .*$pattern" "$work/err" && [ ! -e "$work/x" ]
    passes "refuses $what"
}
fails 1 "more clusters than windows" 'genre HO.*75 windows.*76 clusters' -n 76 -o "$work/x" "$data"
fails 1 "a genre that is not there" 'no genre ZZ' -g ZZ -o "$work/x" "$data"
fails 1 "a data set that is not there" 'absent.tsv' -o "$work/x" "$work/absent.tsv"
fails 1 "windows longer than the dances" 'too few' -l 601 -n 1 -o "$work/x" "$data"
fails 2 "to run without -o" 'needed' "$data"
fails 2 "to run without a data set" 'data set' -o "$work/x"
fails 2 "--clusters beside --preference" 'exclude' -n 2 -p -5 -o "$work/x" "$data"
fails 2 "a future as long as the window" 'future' --relative-root --length 9 --future 9 \
    -o "$work/x" "$data"
fails 1 "a future as long as a window of 2 s" 'windows of 120 frames at 60 a second' \
    --relative-root --future 120 -o "$work/x" "$data"
printf 'junk' >"$work/m/broken.npz"
{ cat "$data"; printf 'broken\tLO\tm/broken.npz\n'; } >"$work/broken.tsv"
fails 1 "a damaged motion, and writes no genre then" 'broken.npz' -n 12 -o "$work/x" \
    "$work/broken.tsv"
{ cat "$data"; printf 'twin\tA/B\tm/%s.npz\n' "$name"; } >"$work/slash.tsv"
fails 1 "a genre that cannot name a file" "A/B" -n 12 -o "$work/x" "$work/slash.tsv"
