#!/bin/sh
# experiment.sh: the scripts between the stages of `make dance`. TAP on stdout.
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
check() {
    what=$1 && shift
    if "$@" >"$work/log" 2>&1; then echo "ok - $what"; else echo "not ok - $what"; sed 's/^/# /' "$work/log"; fi
}
same() { printf "$1" >"$work/want" && diff "$work/want" "$2"; }

printf 'name\tgenre\tmotion\tmusic\na\tX\tm/a.npz\ts/p.npz\nb\tY\tm/b.npz\ts/q.npz\r\nc\tX\t/c.npz\ts/p.npz\n' >"$work/all.tsv"
sh scripts/select-genres "$work/all.tsv" X >"$work/x.tsv"
check "a genre's rows, with absolute paths" same "name\tgenre\tmotion\tmusic\na\tX\t$work/m/a.npz\t$work/s/p.npz\nc\tX\t/c.npz\t$work/s/p.npz\n" "$work/x.tsv"
sh scripts/select-genres "$work/all.tsv" >"$work/every.tsv"
check "no genre: every row" test "$(wc -l <"$work/every.tsv")" -eq 4
check "no list: an error" sh -c '! sh scripts/select-genres "$1/none.tsv"' - "$work"

sh scripts/pair-dances "$work/all.tsv" "$work/all.tsv" >"$work/pairs.tsv"
check "every song once with every seed" test "$(wc -l <"$work/pairs.tsv")" -eq 7 # a header, 2 songs, 3 seeds
check "a pair: seed's motion and genre, song's features" grep -q "^b_to_p	Y	$work/m/b.npz	$work/s/p.npz$" "$work/pairs.tsv"
sh scripts/pair-dances "$work/all.tsv" "$work/all.tsv" 1 >"$work/pairs.tsv"
check "another seed for another song" test "$(cut -f 1 "$work/pairs.tsv" | tr '\n' ' ')" = "name a_to_p b_to_q "
check "wrong usage" sh -c 'sh scripts/pair-dances "$1/all.tsv"; test $? -eq 2' - "$work"

score() {
    echo "{\"sequences\":3,\"rate\":$1,\"delta_pose\":1.5,\"range_ratio\":1,\"jump\":null,\"real\":{\"rate\":0.9,\"delta_trans\":9}}"
    echo "{\"protocol\":{\"name\":\"fact\"},\"fid_k\":$2,\"fid_g\":2,\"real\":{\"fid_k\":null,\"dist_g\":7}}"
    echo '{"protocol":{"name":"fact"},"beat_align":0.25}'
}
score 0.1 10 >"$work/full-1.json"
score 0.3 20 >"$work/full-2.json"
score 0.2 30 >"$work/GT.json"
sh scripts/dance-table "$work/GT.json" "$work/full-1.json" "$work/full-2.json" | tr -s ' ' >"$work/table"
check "a row: what is there, and dashes" grep -qx 'full-1 10.00 2.00 1.500 - 10.0% - - 0.250 1.000 - - -' "$work/table"
check "real dance has no distance from itself" grep -q '^GT - - 1.500' "$work/table"
check "the mean over seeds" grep -q '^full mean 15.00 2.00 1.500 [^ ]* 20.0%' "$work/table"
check "and half the distance of the extremes" grep -q '^ +- 5.00 0.00 0.000 [^ ]* 10.0%' "$work/table"
