#!/bin/sh
# generate on small models: lengths, kept frames, seeds, genres, batches, failures. TAP on stdout.
. test/dances.sh
data=$work/data

make_clusters >/dev/null
bank -o "$work/bank.safetensors" "$all" >/dev/null
predictor --bank "$work/bank.safetensors" -o "$work/model.safetensors" "$all" >/dev/null
"$BIN/cluster-ap" -q -j 1 --length 16 --stride 4 --clusters 3 -o "$work/one" \
    "$data/one-genre.tsv" >/dev/null
"$BIN/train-bank" $bank_options --clusters "$work/one" -o "$work/one-bank.safetensors" \
    "$data/one-genre.tsv" >/dev/null
predictor --bank "$work/one-bank.safetensors" -o "$work/one.safetensors" "$data/one-genre.tsv" \
    >/dev/null
predictor --no-refine --no-transit --past 16 --future 4 -o "$work/fact.safetensors" "$all" \
    >/dev/null
check "models to generate with" test -s "$work/model.safetensors" -a -s "$work/one.safetensors" \
    -a -s "$work/fact.safetensors"

x=$work/x.npz y=$work/y.npz g="$BIN/generate" m=$work/model.safetensors
song=$data/song1.npz
npy "$data/start.npy" 16 $dim 4 # the first frames of dance4
npy "$data/brief.npy" 15 $dim 4
npy "$data/other.npy" 60 21 3
npy "$data/tune.npy" 16 $music_dim 3
halves "$data/nan.npy" 40 $dim
dance() { rm -f "$x"; "$g" -q -j 1 -m "$m" --music "$song" -o "$x" "$@"; }
dances() { dance "$@" && cp "$x" "$y"; } # to compare with later
is() { [ "$(length_of "$x")" = "$1" ]; } # that many frames
differ() { [ -s "$1" ] && [ -s "$2" ] && ! cmp -s "$1" "$2"; }
same_start() { # same_start FRAMES: of $x and $y
    frames "$x" $dim 0 "$1" >"$work/a"
    frames "$y" $dim 0 "$1" >"$work/b"
    [ "$(wc -c <"$work/a")" -eq $((4 * dim * $1)) ] && cmp "$work/a" "$work/b"
}
bytes_of() { # bytes_of NAME COUNT: of an array in $x
    name=$(grep -abo "$1.npy" "$x" | head -1 | cut -d: -f1)
    start=$(grep -abo NUMPY "$x" | awk -F: -v name="$name" '$1 > name { print $1; exit }')
    tail -c +$((start + 128)) "$x" | head -c "$2"
}

# --- lengths ---
dances --genre BB
check "as long as the music" is 80
dance --genre BB
check "the same bytes again" cmp "$x" "$y"
dance --genre BB --frames 33
check "--frames counts the seed" is 33
check "a shorter dance is the longer one's start" same_start 33
dance --genre BB --frames 17
check "one frame more than the seed" same_start 17
dance --genre BB --frames 200
check "longer than the music" is 200
check "... the same as far as the music goes" same_start 57
dance --genre BB --frames 80
check "--frames of the music's length changes nothing" cmp "$x" "$y"
dance --genre BB --keep 4
check "the model's own keep is all" cmp "$x" "$y"
dance --genre BB --gain 1
check "a gain of 1 is none" cmp "$x" "$y"
predictor --bank "$work/bank.safetensors" --gain 1.1 -o "$work/gain.safetensors" "$all" >/dev/null
"$g" -q -j 1 -m "$work/gain.safetensors" --music "$song" --genre BB -o "$work/gain.npz"
dance --genre BB --gain 1.1
check "a gain asked for, as a model's own" cmp "$x" "$work/gain.npz"
check "... is another dance" differ "$x" "$y"
check "... from the same seed" same_start 16
dance --genre BB --stage 1000
check "a stage that is never left changes nothing" cmp "$x" "$y"
dance --genre BB --stage 0.0001
check "a small stage" differ "$x" "$y"
check "... begins with the same seed" same_start 16
dance --genre BB --keep 1
check "one frame kept of each step" is 80
check "... the first of which is the same" same_start 17
check "... the others are not" differ "$x" "$y"
dances --genre BB
dance --genre BB --precision float32
check "float32 is the default" cmp "$x" "$y"
dance --genre BB --precision bf16
check "bfloat16 gives as long a dance" is 80
check "with the same seed" same_start 16
check "but other bits" differ "$x" "$y"
dance --genre BB --keep 3 --frames 18
check "... any length" is 18

# --- seeds ---
kept() { # kept SEED.npy: the result's first frames are its
    tail -c +129 "$1" | head -c $((16 * dim)) | od -An -v -tu1 -w1 | tr -d ' ' >"$work/a"
    frames "$x" $dim 0 16 | od -An -v -tf4 -w4 | tr -d ' ' >"$work/b"
    [ "$(wc -l <"$work/b")" -eq $((16 * dim)) ] && cmp "$work/a" "$work/b"
}
stored() { # stored GENRE: the result's first frames are the largest cluster's centre
    frames "$clusters/$1.npz" $dim 0 16 >"$work/a"
    frames "$x" $dim 0 16 >"$work/b"
    [ "$(wc -c <"$work/b")" -eq $((4 * 16 * dim)) ] && cmp "$work/a" "$work/b"
}
dances --seed-motion "$data/dance4.npy" --genre BB
check "the result begins with the seed, bit for bit" kept "$data/dance4.npy"
check "seed_frames says how many were given" test \
    "$(bytes_of seed_frames 8 | od -An -td8 | tr -d ' ')" = 16
check "the genre is noted" test "$(bytes_of genre 2)" = BB
check "the music is noted" test "$(bytes_of music 5)" = song1
check "the rate is noted" test "$(bytes_of fps 8 | od -An -tf8 | tr -d ' ')" = 60
dance --seed-motion "$data/start.npy" --genre BB
check "a longer seed gives its first frames" cmp "$x" "$y"
dance --seed-motion "$data/dance4.npy" --genre BB --keep 3
check "seeds stay whatever is kept of steps" kept "$data/start.npy"
dance --genre BB
check "without a seed, the largest cluster's centre" stored BB
dance --genre AA
check "... of the genre" stored AA

# --- genres: the option's, else the seed's, else the only one ---
dance --genre BB --frames 40
cp "$x" "$work/seed-bb.npz"
dances --seed-motion "$work/seed-bb.npz" --genre BB
dance --seed-motion "$work/seed-bb.npz"
check "the seed's genre" cmp "$x" "$y"
dance --seed-motion "$work/seed-bb.npz" --genre AA
check "the option's before the seed's" test "$(bytes_of genre 2)" = AA
check "... and it matters" differ "$x" "$y"
m=$work/one.safetensors
dance
check "the model's only one" test "$(bytes_of genre 2)" = AA
m=$work/model.safetensors
rm "$x"
wrong "no genre" "$g" -q -m "$m" --music "$song" -o "$x"
wrong "a seed without a genre" "$g" -q -m "$m" --music "$song" -o "$x" --seed-motion \
    "$data/start.npy"
check "... and no result" test ! -e "$x"

# --- data sets: many at once ---
song "$data/song6.npz" 37 6
{ cat "$all"; printf 'd6\tBB\t\tsong6.npz\n'; } >"$data/test.tsv"
batch() { "$g" -q -j 1 -m "$m" --dataset "$data/test.tsv" "$@"; }
all_near() { for i in 1 2 3 4 5 6; do near "$work/together/d$i.npz" "$work/$1/d$i.npz" $dim || \
    return 1; done; }
batch -o "$work/together"
check "a dance for each row" test "$(ls "$work/together" | tr '\n' ' ')" = \
    "d1.npz d2.npz d3.npz d4.npz d5.npz d6.npz "
batch --batch 1 -o "$work/single"
check "one at a time is the same" all_near single
batch --batch 4 -o "$work/fours"
check "four at a time is the same" all_near fours
batch --frames 24 -o "$work/together"
batch --frames 24 -j 2 -o "$work/threads"
check "with two threads it is the same" all_near threads
batch -o "$work/together"
check "dances differ" differ "$work/together/d1.npz" "$work/together/d2.npz"
dance --seed-motion "$data/dance1.npy" --genre AA
check "alone it is the same" near "$x" "$work/together/d1.npz" $dim
song=$data/song6.npz
dance --genre BB
check "a row without motion has the stored seed" near "$x" "$work/together/d6.npz" $dim
check "... and its music's length" is 37
song=$data/song1.npz
batch --genre BB --frames 30 -o "$work/bb"
x=$work/bb/d1.npz
check "--genre and --frames hold for all" test "$(bytes_of genre 2)" = BB -a "$(length_of "$x")" \
    = 30
x=$work/x.npz

# --- what cannot be done ---
cannot() { # cannot WHAT PATTERN OPTION...
    what=$1 pattern=$2
    shift 2
    refuses "$what" "$pattern" "$x" "$g" -q -j 1 -o "$x" "$@"
}
cannot "no such model" 'nowhere: ' -m "$work/nowhere" --music "$song" --genre BB
cannot "a bank as a model" 'bank.safetensors: is a bank, not a model' -m "$work/bank.safetensors" \
    --music "$song" --genre BB
cannot "a motion as a model" 'dance1.npy: ' -m "$data/dance1.npy" --music "$song" --genre BB
head -c 9000 "$m" >"$work/cut.safetensors"
cannot "a model cut off" 'cut.safetensors: ' -m "$work/cut.safetensors" --music "$song" --genre BB
unsealed "$m" | sed 's/past\\":16/past\\":17/' >"$work/past.safetensors"
cannot "a model that contradicts its configuration" \
    'past.safetensors: tensor .* is not float32 of the shape' -m "$work/past.safetensors" --music \
    "$song" --genre BB
cannot "no such music" 'nowhere.npz: ' -m "$m" --music "$data/nowhere.npz" --genre BB
cannot "motion as music" \
    'dance1.npy: holds 12 unnamed features a frame, but .* mint35 librosa-0.11; give' -m "$m" \
    --music "$data/dance1.npy" --genre BB
cannot "a file that is no sound" 'test.tsv: ' -m "$m" --music "$data/test.tsv" --genre BB
cannot "a seed that is too short" 'brief.npy: 15 frames are fewer than the 16 of a seed' -m "$m" \
    --music "$song" --genre BB --seed-motion "$data/brief.npy"
cannot "a seed of another body" \
    'other.npy: frames of 21 numbers, but the model was trained on 12' -m "$m" --music "$song" \
    --genre BB --seed-motion "$data/other.npy"
cannot "a seed that is not a number" 'nan.npy: .*NaN' -m "$m" --music "$song" --genre BB \
    --seed-motion "$data/nan.npy"
cannot "music no longer than the seed" 'tune.npy: 16 frames are no longer than the seed of 16' -m \
    "$m" --music "$data/tune.npy" --genre BB
cannot "frames no more than the seed's" '16 frames are no longer than the seed' -m "$m" --music \
    "$song" --genre BB --frames 16
cannot "a way to a pose that is not known" 'the model knows no mean pose' -m "$m" --music \
    "$song" --genre BB --escape 0.2
cannot "an unknown genre" 'CC: no such genre here; known are AA, BB' -m "$m" --music \
    "$song" --genre CC
cannot "a seed of an unknown genre" 'BB: no such genre here; known are AA' -m \
    "$work/one.safetensors" --music "$song" --seed-motion "$work/seed-bb.npz"
cannot "a model without a seed, and none given" 'the model stores no seed; give --seed-motion' -m \
    "$work/fact.safetensors" --music "$song" --genre BB
printf 'name\tgenre\tmotion\tmusic\na\tAA\tdance1.npy\tsong1.npz\nb\tAA\tdance2.npy\tgone.npy\n' \
    >"$data/gone.tsv"
refuses "a row whose music is gone" 'gone.npy: ' "$work/none/a.npz" "$g" -q -m "$m" --dataset \
    "$data/gone.tsv" -o "$work/none"
printf 'name\tgenre\tmotion\na\tAA\tdance1.npy\n' >"$data/silent.tsv"
refuses "a row without music" 'silent.tsv: a has no music' "$work/none/a.npz" "$g" -q -m "$m" \
    --dataset "$data/silent.tsv" -o "$work/none"

wrong "nothing given" "$g"
says() { wrong "$1" "$g" -m "$m" --music "$song" --genre BB -o "$3" && grep -q -e "$2" \
    "$work/err" && [ ! -e "$3" ]; }
check "another format has a command of its own" says "x" \
    'then export-motion --to bvh -o .*d.bvh dance.npz' "$work/d.bvh"
check "... in capitals, too" says "x" 'export-motion --to glb' "$work/d.GLB"
check "so has a video" says "x" 'export-motion --to y4m -o - dance.npz | ffmpeg' "$work/d.mp4"
check "an unknown ending is refused" says "x" 'then export-motion' "$work/d.xyz"
wrong "no music" "$g" -m "$m" -o "$x"
wrong "music and a data set" "$g" -m "$m" --music "$song" --dataset "$all" -o "$x"
wrong "a seed for a data set" "$g" -m "$m" --dataset "$all" --seed-motion "$data/dance1.npy" -o \
    "$work/none"
wrong "an unknown precision" "$g" -m "$m" --music "$song" --genre BB --precision int3 -o "$x"
wrong "a gain of nothing" "$g" -m "$m" --music "$song" --genre BB --gain 0 -o "$x"
wrong "more frames kept than predicted" "$g" -m "$m" --music "$song" --genre BB --keep 5 -o "$x"
wrong "an operand" "$g" -m "$m" --music "$song" --genre BB -o "$x" more
check "help" "$g" --help
"$g" -j 1 -m "$m" --music "$song" --genre BB -o "$x" >"$work/out" 2>"$work/err"
check "nothing is said on stdout" test $? -eq 0 -a ! -s "$work/out"
