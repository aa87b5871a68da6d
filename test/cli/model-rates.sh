#!/bin/sh
# Rates and music features: a model knows its own, and what does not go with them is refused.
# TAP on stdout.
. test/dances.sh
data=$work/data x=$work/x.npz
g="$BIN/generate -q -j 1"

# wav FILE RATE SECONDS: 8-bit mono, a click every half second over faint noise
wav() {
    count=$(($2 * $3))
    {
        printf "RIFF$(le 4 $((36 + count)))WAVEfmt $(le 4 16)\\001\\000\\001\\000"
        printf "$(le 4 "$2")$(le 4 "$2")\\001\\000\\010\\000data$(le 4 $count)"
        printf "$(awk -v n=$count -v rate="$2" 'BEGIN {
            for (s = 1; i < n; i++) {
                s = (s * 1103 + 12345) % 65536
                printf "\\%03o", i % int(rate / 2) < 60 ? int(s / 256) : 126 + s % 5
            }
        }')"
    } >"$1"
}
wav "$work/sound.wav" 8000 5
set_of() { # set_of NAME SONG MOTION...: a list of dances of genre X to one song
    printf 'name\tgenre\tmotion\tmusic\n' >"$data/$1.tsv"
    name=$1 of_song=$2
    shift 2
    for m; do printf '%s\tX\t%s\t%s\n' "$m" "$m" "$of_song" >>"$data/$name.tsv"; done
}
clusters_of() { "$BIN/cluster-ap" -q -j 1 --length 16 --stride 8 --clusters 3 -o "$work/c-$1" \
    "$data/$1.tsv" >/dev/null; }
bank_of() { "$BIN/train-bank" $bank_options --clusters "$work/c-$1" -o "$work/b-$1" \
    "$data/$1.tsv" >/dev/null; }
model_of() { predictor --steps 2 --bank "$work/b-$1" -o "$work/m-$1" "$data/$1.tsv" >/dev/null; }
rate_of() { # FILE: its fps, a float64
    name=$(grep -abo fps.npy "$1" | head -1 | cut -d: -f1)
    start=$(grep -abo NUMPY "$1" | awk -F: -v name="$name" '$1 > name { print $1; exit }')
    tail -c +$((start + 128)) "$1" | head -c 8 | od -An -tf8 | tr -d ' '
}
shape_of() { grep -ao "'shape': ([0-9]*, [0-9]*)" "$1" | head -1 | tr -dc '0-9,'; }
sounds() { # sounds MODEL RATE FRAMES: what generate makes of the sound
    rm -f "$x"
    $g -m "$1" --music "$work/sound.wav" -o "$x" 2>"$work/err" && [ "$(rate_of "$x")" = "$2" ] && \
        [ "$(shape_of "$x")" = "$3,$dim" ]
}
quiet() { [ ! -s "$work/err" ]; }
one_warning() { cat "$work/err"; [ "$(wc -l <"$work/err")" -eq 1 ] && grep -q \
    "^[a-z-]*: warning: .*$1" "$work/err"; }

# --- at 30 frames a second, as at 60 ---
for fps in 30 60; do
    motion "$data/slow$fps.npz" 60 1 $fps
    motion "$data/wide$fps.npz" 70 2 $fps
    "$BIN/extract-music-features" -q --fps $fps -o "$data/song$fps.npz" "$work/sound.wav"
    set_of s$fps song$fps.npz slow$fps.npz wide$fps.npz
    check "a data set at $fps frames a second trains" eval \
        "clusters_of s$fps && bank_of s$fps && model_of s$fps"
done
check "clusters say their rate" test "$(rate_of "$work/c-s30/X.npz")" = 30
check "5 s of sound are 151 frames at a model's 30 a second" sounds "$work/m-s30" 30 151
check "... without a warning" quiet
check "and 301 at 60" sounds "$work/m-s60" 60 301
check "a bank says its rate" grep -aq '\\"fps\\":30' "$work/b-s30"
check "a model says what it was trained on" eval "grep -aq '\\\\\"fps\\\\\":30' $work/m-s30 &&
    grep -aq 'music_features.*mint35.*librosa-0.11.*mfcc:20' $work/m-s30"
from_features() { # from_features MODEL FEATURES: the same dance as from the sound
    $g -m "$1" --music "$work/sound.wav" -o "$work/sound.npz" && mkdir -p "$work/f" && cp "$2" \
        "$work/f/sound.npz" &&
        $g -m "$1" --music "$work/f/sound.npz" -o "$x" && cmp "$x" "$work/sound.npz"
}
check "features made before are what generate computes" from_features "$work/m-s30" \
    "$data/song30.npz"

# --- other versions and columns ---
trained_on() { # trained_on NAME OPTION...: a model of the bank at 30 on features with those options
    name=$1
    shift
    "$BIN/extract-music-features" -q --fps 30 "$@" -o "$data/$name.npz" "$work/sound.wav" &&
        set_of "$name" "$name.npz" slow30.npz wide30.npz && cp "$work/b-s30" "$work/b-$name" && \
            model_of "$name"
}
check "a model of librosa 0.8's features" trained_on old --compat 0.8
check "... gets them of a sound" from_features "$work/m-old" "$data/old.npz"
check "... at its rate" sounds "$work/m-old" 30 151
check "a model of some columns" trained_on some --columns beats,mfcc
check "... gets those of a sound" from_features "$work/m-some" "$data/some.npz"

# --- what differs is refused, with both names and the remedy ---
cannot() { # cannot WHAT PATTERN OPTION...
    what=$1 pattern=$2
    shift 2
    refuses "$what" "$pattern" "$x" "$BIN/generate" -q -j 1 -o "$x" "$@"
}
cannot "features at another rate" 'song60.npz: has 60 frames a second, but .* at 30; .* --fps 30' \
    -m "$work/m-s30" --music "$data/song60.npz"
cannot "features of another version" \
    'old.npz: holds mint35 librosa-0.8, but .* on mint35 librosa-0.11; give' -m "$work/m-s30" \
    --music "$data/old.npz"
cannot "other columns" \
    'some.npz: holds .*, columns mfcc:20,beats, but .*, columns onset_strength,' -m "$work/m-s30" \
    --music "$data/some.npz"
cannot "a seed at another rate" \
    'slow60.npz: has 60 frames .* at 30; import-motion --fps 30 converts it' -m "$work/m-s30" \
    --music "$work/sound.wav" --seed-motion "$data/slow60.npz"
set_of mixed song30.npz slow30.npz slow60.npz
refuses "motions at two rates" 'slow60.npz: has 60 frames a second, but .*slow30.npz has 30' "$x" \
    "$BIN/train-bank" $bank_options --clusters "$work/c-s30" -o "$x" "$data/mixed.tsv"
refuses "clusters at another rate" \
    'X.npz: clusters of motion at 60 frames a second, but .*s30.tsv has 30; run cluster-ap again' \
    "$x" "$BIN/train-bank" $bank_options --clusters "$work/c-s60" -o "$x" "$data/s30.tsv"
model_refuses() { what=$1 pattern=$2; shift 2; refuses "$what" "$pattern" "$x" \
    "$BIN/train-predictor" $model_options --steps 2 -o "$x" "$@"; }
model_refuses "a bank at another rate" \
    's30.tsv: has 30 frames a second, but .*b-s60 was trained at 60; train a bank at 30' --bank \
    "$work/b-s60" "$data/s30.tsv"
set_of halves song60.npz slow30.npz
model_refuses "music at another rate than its motion" \
    'song60.npz: has 60 frames a second, its motion 30; extract-music-features --fps 30' --bank \
    "$work/b-s30" "$data/halves.tsv"
{ cat "$data/s30.tsv"; printf 'z\tX\tslow30.npz\told.npz\n'; } >"$data/versions.tsv"
model_refuses "songs of two versions" \
    'old.npz: holds mint35 librosa-0.8, but .*song30.npz holds mint35 librosa-0.11' --bank \
    "$work/b-s30" "$data/versions.tsv"
model_refuses "a validation set at another rate" \
    's60.tsv: has 60 frames a second, but .*s30.tsv has 30' --bank "$work/b-s30" --val \
    "$data/s60.tsv" "$data/s30.tsv"
model_refuses "a validation set of another version" \
    'old.tsv: its .* are mint35 librosa-0.8, but .*s30.tsv are mint35 librosa-0.11' --bank \
    "$work/b-s30" --val "$data/old.tsv" "$data/s30.tsv"
predictor --steps 2 --no-refine --no-transit --past 16 --future 4 --checkpoint "$work/ck" -o \
    "$work/y" "$data/s30.tsv" >/dev/null
model_refuses "a checkpoint at another rate" \
    'ck: is a checkpoint of another run: it has fps=30, this run fps=60; delete it' --no-refine \
    --no-transit --past 16 --future 4 --checkpoint "$work/ck" "$data/s60.tsv"
model_refuses "a checkpoint of other features" 'ck: is a checkpoint of another run: ' --no-refine \
    --no-transit --past 16 --future 4 --checkpoint "$work/ck" "$data/old.tsv"
predictor --steps 2 --no-refine --no-transit --past 16 --future 4 --init "$work/m-s60" -o \
    "$work/y" "$data/old.tsv" >/dev/null 2>"$work/err"
check "a start from a model of another kind is said" eval "[ \$(wc -l <$work/err) -eq 2 ] &&
    grep -q 'm-s60 was trained at 60 frames a second, this run is at 30' $work/err &&
    grep -q 'm-s60 was trained on mint35 librosa-0.11, this run is on mint35 librosa-0.8' $work/err"

# --- files of older versions: one warning ---
forget() { # forget FILE OLDER: the same without rate and features; blanks keep the header's length
    said=',\\"fps\\":60\(,\\"music_features\\":{[^}]*}\)*'
    found=$(grep -ao "$said" "$1" | head -1)
    unsealed "$1" | sed "s/$said/$(printf "%${#found}s" '')/" >"$2"
}
forget "$work/m-s60" "$work/m-older"
forget "$work/b-s60" "$work/b-older"
check "an older model dances at 60" sounds "$work/m-older" 60 301
check "... with a warning" one_warning \
    'm-older does not say what its music features are; taken as mint35 librosa-0.11 at 60'
npy "$data/older.npy" 80 $music_dim 5
$g -m "$work/m-older" --music "$data/older.npy" -o "$x" 2>"$work/err"
check "one warning for an older model and older features" one_warning 'm-older does not'
$g -m "$work/m-s60" --music "$data/older.npy" --seed-motion "$data/dance1.npy" -o "$x" 2>"$work/err"
check "one for older features and a seed without a rate" one_warning 'older.npy does not say'
$g -m "$work/m-s60" --music "$work/sound.wav" --seed-motion "$data/dance1.npy" -o "$x" 2>"$work/err"
check "one for the seed alone" one_warning 'dance1.npy does not say its rate; taken as 60 frames'
cannot "older features are at 60" \
    'older.npy: has 60 frames a second, but the model was trained at 30' -m "$work/m-s30" --music \
    "$data/older.npy"
set_of older older.npy slow60.npz dance1.npy
predictor --steps 2 --bank "$work/b-s60" --val "$data/older.tsv" -o "$work/y" "$data/older.tsv" \
    >/dev/null 2>"$work/err"
check "training on older files: one warning" one_warning \
    'older.npy does not say what its music features are'
check "... and a model that says what it was" grep -aq 'music_features.*librosa-0.11' "$work/y"
predictor --steps 2 --bank "$work/b-older" -o "$work/y" "$data/s60.tsv" >/dev/null 2>"$work/err"
check "an older bank: one warning" one_warning 'b-older does not say its rate; taken as 60'
model_refuses "an older bank for 30 frames a second" \
    's30.tsv: has 30 frames a second, but .*b-older was trained at 60 (it does not say so' --bank \
    "$work/b-older" "$data/s30.tsv"
"$BIN/cluster-ap" -q -j 1 --length 16 --stride 8 --clusters 3 -o "$work/c-older" \
    "$data/older.tsv" >/dev/null 2>"$work/err"
check "clusters of motion without a rate: one warning" one_warning \
    'dance1.npy does not say its rate'

# --- features that nobody knows ---
npy "$work/features.npy" 160 12 7
scalar "$work/fps.npy" 30
npz "$data/unnamed.npz" features="$work/features.npy" fps="$work/fps.npy"
set_of unnamed unnamed.npz slow30.npz wide30.npz
cp "$work/b-s30" "$work/b-unnamed"
check "a model is trained on unnamed features" model_of unnamed
check "... and does not say what they are" eval "! grep -aq music_features $work/m-unnamed"
$g -m "$work/m-unnamed" --music "$data/unnamed.npz" -o "$x" 2>"$work/err"
check "... and dances to such" eval "quiet && [ \$(rate_of $x) = 30 ]"
cannot "it cannot have them of a sound" \
    'sound.wav: a sound file, but the features that are needed have no name' -m "$work/m-unnamed" \
    --music "$work/sound.wav"
cannot "nor take mint's" \
    'song30.npz: holds mint35 librosa-0.11, but .* on 12 unnamed features a frame' -m \
    "$work/m-unnamed" --music "$data/song30.npz"

# --- sounds that are not what they seem ---
head -c 20000 "$work/sound.wav" >"$work/cut.wav"
$g -m "$work/m-s30" --music "$work/cut.wav" -o "$x" 2>"$work/err"
check "a sound that is cut is danced to as far as it goes, with a warning" eval \
    "one_warning 'cut.wav: ends early or is damaged' && [ \$(shape_of $x) = 75,$dim ]"
head -c 44 "$work/sound.wav" >"$work/silence.wav"
head -c 40000 /dev/zero | tr '\000' '\200' >>"$work/silence.wav"
$g -m "$work/m-s30" --music "$work/silence.wav" -o "$x" 2>"$work/err"
check "so is silence" one_warning 'silence.wav: there is no onset in it'

# --- genres by their names ---
sed "s/	X	/	HO	/" "$data/s30.tsv" >"$data/named.tsv"
sed "s/	X	/	KR	/; s/^slow/v&/; s/^wide/v&/" "$data/s30.tsv" | tail -2 >>"$data/named.tsv"
check "a model of two AIST++ genres" eval "clusters_of named && bank_of named && model_of named"
dance() { $g -m "$work/m-named" --music "$data/song30.npz" -o "$work/$2.npz" --genre "$1" \
    2>"$work/err"; }
check "house is HO" eval "dance HO a && dance house b && dance Ho c &&
    cmp $work/a.npz $work/b.npz && cmp $work/a.npz $work/c.npz"
check "krumping is KR" eval "dance KR a && dance Krumping b && cmp $work/a.npz $work/b.npz"
cannot "an unknown one lists the model's" \
    'salsa: no such genre here; known are HO (house), KR (krump)' -m "$work/m-named" \
    --music "$data/song30.npz" --genre salsa
wrong "none given" $g -m "$work/m-named" --music "$data/song30.npz" -o "$x"
check "... lists them, too" grep -q 'give --genre, one of HO (house), KR (krump)' "$work/err"
