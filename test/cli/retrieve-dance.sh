#!/bin/sh
# retrieve-dance on small data: a dance for a song and for the rows of a data set, with and without
# a bank, the same bytes again, failures. TAP on stdout.
. test/dances.sh
data=$work/data
small="-q -j 1 --past 16 --future 4 --skeleton $work/one-joint.npz"
one_joint "$work/one-joint.npz"
retrieve() { "$BIN/retrieve-dance" $small "$@"; }

check "a dance to a song" retrieve --database "$all" --music "$data/song2.npz" --genre AA \
    --seed-motion "$data/dance1.npz" -o "$work/a.npz"
check "as long as the music" test "$(length_of "$work/a.npz")" -eq 80
retrieve --database "$all" --music "$data/song2.npz" --genre AA \
    --seed-motion "$data/dance1.npz" -o "$work/b.npz" 2>"$work/warned"
check "again: the same bytes" cmp "$work/a.npz" "$work/b.npz"
check "the song's own dances are spoken of" grep -q "has dances to this very song" "$work/warned"
retrieve --database "$all" --music "$data/song2.npz" --genre AA --other-songs \
    --seed-motion "$data/dance1.npz" -o "$work/c.npz" 2>"$work/warned"
check "and left out" test ! -s "$work/warned"
check "a plan, of that length" retrieve --database "$all" --music "$data/song2.npz" --genre AA \
    --plan --beam 7 --frames 50 -o "$work/d.npz"
check "50 frames" test "$(length_of "$work/d.npz")" -eq 50
for seed in 1 2; do
    retrieve --database "$all" --music "$data/song2.npz" --genre AA --temperature 2 --seed $seed \
        -o "$work/drawn$seed.npz" 2>"$work/said"
done
! cmp -s "$work/drawn1.npz" "$work/drawn2.npz"
passes "dances are drawn" "$work/said"

check "a data set" retrieve -d "$all" --dataset "$all" --frames 40 -o "$work/dances"
check "a dance for each row" test -s "$work/dances/d1.npz" -a -s "$work/dances/d5.npz"
make_clusters >/dev/null
bank -o "$work/bank.safetensors" "$all" >/dev/null
check "a bank over the seams" retrieve -d "$all" --dataset "$all" --frames 40 \
    --bank "$work/bank.safetensors" -o "$work/refined"
! cmp -s "$work/dances/d1.npz" "$work/refined/d1.npz"
passes "which changes the dance"
predictor --bank "$work/bank.safetensors" -o "$work/model.safetensors" "$all" >/dev/null
check "the bank of a model" retrieve -d "$all" --dataset "$all" --frames 40 \
    -m "$work/model.safetensors" -o "$work/refined2"
check "as many dances" test -s "$work/refined2/d5.npz"

cannot() { # cannot WHAT PATTERN OPTION...
    what=$1 pattern=$2
    shift 2
    refuses "$what" "$pattern" "$work/x.npz" "$BIN/retrieve-dance" $small -o "$work/x.npz" "$@"
}
song="--music $data/song1.npz --other-songs"
cannot "a missing data set" 'none.tsv' -d "$work/none.tsv" $song --genre AA
cannot "an unknown genre" 'CC: no such genre here; known are AA, BB' -d "$all" $song --genre CC
cannot "a past longer than all dances" 'no dance has 504 frames' -d "$all" --past 500 $song \
    --genre AA
cannot "a stride that does not divide" 'stride 3 does not divide a piece.s 4 frames' -d "$all" \
    --stride 3 $song --genre AA
cannot "a blend beyond the piece" 'blend 5 is longer than a piece of 4' -d "$all" --blend 5 $song \
    --genre AA
cannot "a bank of other frames" 'bank.safetensors: refines 4 frames after 16, not 8 after 16' \
    -d "$all" --future 8 --bank "$work/bank.safetensors" $song --genre AA
predictor --no-refine --no-transit --past 16 --future 4 -o "$work/fact.safetensors" "$all" \
    >/dev/null
cannot "a model without banks" 'fact.safetensors: has no RefineBank' -d "$all" \
    -m "$work/fact.safetensors" $song --genre AA
song "$work/slow.npz" 80 3 30
cannot "music of another rate" 'has 30 frames a second, but the data set has 60' -d "$all" \
    --music "$work/slow.npz" --genre AA
sed '2,3s/song[0-9]/../; s/\.\.\.npz//' "$all" >"$data/partly.tsv"
cannot "some dances without music" 'd1 has no music' -d "$data/partly.tsv" $song --genre AA
head -2 "$all" >"$data/single.tsv"
cannot "no piece of another song" 'no piece is left to dance' -d "$data/single.tsv" $song

# --- dances without music ---

silent=$data/silent.tsv
sed '2,9s/song[0-9]/../; s/\.\.\.npz//' "$all" >"$silent"
check "a dance goes on without music" retrieve -d "$silent" --seed-motion "$data/dance1.npz" \
    --genre AA --frames 60 -o "$work/on.npz"
check "as long as asked for" test "$(length_of "$work/on.npz")" -eq 60
check "so does a data set" retrieve -d "$silent" --dataset "$silent" --frames 40 -o "$work/still"
check "by a dance for each row" test -s "$work/still/d1.npz" -a -s "$work/still/d5.npz"
seed="--seed-motion $data/dance1.npz --genre AA --frames 60"
cannot "music of a song" 'silent.tsv: its dances have no music, so that --music does not apply' \
    -d "$silent" $seed --music "$data/song1.npz"
for option in '--music-weight 1' '--beat-weight 1' --other-songs; do
    cannot "$option without music" "no music, so that ${option% 1} does not apply" \
        -d "$silent" $seed $option
done
cannot "no length" 'without music, --frames or --seconds' -d "$silent" \
    --seed-motion "$data/dance1.npz" --genre AA
sed 's/	[^	]*dance1.npz	/		/' "$silent" >"$data/seedless.tsv"
refuses "a row without a seed" 'd1.npz: .* a seed motion is needed' "$work/unseeded/d1.npz" \
    "$BIN/retrieve-dance" $small -d "$silent" --dataset "$data/seedless.tsv" --frames 40 \
    -o "$work/unseeded"

usage="$BIN/retrieve-dance $small -o $work/x.npz"
wrong "no data set" $usage --music "$data/song1.npz"
wrong "no music" $usage -d "$all"
wrong "no genre" $usage -d "$all" $song
wrong "two banks" $usage -d "$all" $song --bank "$work/bank.safetensors" \
    -m "$work/model.safetensors"
wrong "a beam without a plan" $usage -d "$all" $song --beam 3
wrong "a plan that draws" $usage -d "$all" $song --plan --temperature 1
wrong "an operand" $usage -d "$all" $song "$all"
