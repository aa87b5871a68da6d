#!/bin/sh
# extract-music-features as users run it: sounds of many kinds, folders, damage, options.
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
LC_ALL=C && export LC_ALL
extract="$BIN/extract-music-features"

check() { if eval "$2"; then echo "ok - $1"; else echo "not ok - $1"; [ -f "$dir/err" ] && sed \
    's/^/# /' "$dir/err"; fi; }

octal() { printf "\\\\%03o\\\\%03o\\\\%03o\\\\%03o" $(($1 & 255)) $(($1 >> 8 & 255)) $(($1 >> 16 \
    & 255)) $(($1 >> 24 & 255)); }

# wav FILE RATE FRAMES KIND: 8-bit mono; KIND is noise, silence or clicks (every half second)
wav() {
    printf "RIFF$(octal $((36 + $3)))WAVEfmt $(octal 16)\\001\\000\\001\\000" >"$1"
    printf "$(octal "$2")$(octal "$2")\\001\\000\\010\\000data$(octal "$3")" >>"$1"
    awk -v n="$3" -v rate="$2" -v kind="$4" 'BEGIN {
        for (s = 1; i < n; i++) {
            s = (s * 1103 + 12345) % 65536
            v = kind == "silence" ? 128 : kind == "noise" || i % int(rate / 2) < 60 ? int(s / \
                256) : 128
            printf "\\%03o", v
        }
    }' >"$dir/samples"
    printf "$(cat "$dir/samples")" >>"$1"
}
shape() { grep -aq "'shape': ($2, 35)" "$1"; }

mkdir "$dir/in"
wav "$dir/in/mBR1.wav" 8000 16000 clicks
wav "$dir/in/noise.wav" 11025 5512 noise
wav "$dir/in/silence.wav" 8000 4000 silence
wav "$dir/in/one.wav" 44100 1 noise

"$extract" -q -j 2 -o "$dir/out" "$dir/in" >"$dir/stdout" 2>"$dir/err"
check "a folder of sounds" "[ $? -eq 0 ] && [ ! -s '$dir/stdout' ]"
check "one row per frame: 2 s" "shape '$dir/out/mBR1.npz' 121"
check "one row per frame: 0.5 s" "shape '$dir/out/noise.npz' 30"
check "a single sample makes one row" "shape '$dir/out/one.npz' 1"
check "silence and a single sample are told, and nothing else" \
    "[ \$(grep -c 'no onset' '$dir/err') -eq 2 ] && [ \$(wc -l <'$dir/err') -eq 2 ]"

"$extract" -q -j 1 -o "$dir/again" "$dir/in" 2>"$dir/err"
check "the same bytes again, with other threads" \
    "cmp -s '$dir/out/mBR1.npz' '$dir/again/mBR1.npz' &&
    cmp -s '$dir/out/noise.npz' '$dir/again/noise.npz'"

"$extract" -q --fps 30 -o "$dir/half" "$dir/in/mBR1.wav" 2>"$dir/err"
check "half the rows at 30 frames per second" "shape '$dir/half/mBR1.npz' 61"

cp "$dir/in/mBR1.wav" "$dir/other.wav"
"$extract" -q --start-bpm 90 -o "$dir/named" "$dir/in/mBR1.wav" 2>"$dir/err"
"$extract" -q --start-bpm 90 -o "$dir/named" "$dir/other.wav" 2>>"$dir/err"
check "an AIST++ name means its start tempo" "cmp -s '$dir/named/mBR1.npz' '$dir/out/mBR1.npz' &&
    cmp -s '$dir/named/other.npz' '$dir/out/mBR1.npz'"

# What is no sound stops nothing else.
mkdir "$dir/bad"
cp "$dir/in/noise.wav" "$dir/bad/good.wav"
: >"$dir/bad/empty.wav"
echo "just a text" >"$dir/bad/text.mp3"
head -c 3000 "$dir/in/noise.wav" | tail -c 2900 >"$dir/bad/garbage.mp3"
wav "$dir/bad/nothing.wav" 8000 0 noise
head -c 30 "$dir/in/noise.wav" >"$dir/bad/header.wav"
"$extract" -o "$dir/bad-out" "$dir/bad" >"$dir/stdout" 2>"$dir/err"
check "files that cannot be read give exit status 1" "[ $? -eq 1 ]"
check "the one that can is there, alone" "[ \"\$(ls '$dir/bad-out')\" = good.npz ]"
check "one line for each of the others" "[ \$(wc -l <'$dir/err') -eq 5 ] &&
    [ \$(grep -c '^extract-music-features: $dir/bad/[a-z]*\\.[a-z3]*: ' '$dir/err') -eq 5 ]"

head -c 3000 "$dir/in/mBR1.wav" >"$dir/cut.wav"
"$extract" -q -o "$dir/out" "$dir/cut.wav" 2>"$dir/err"
check "a file that ends early gives what there is" "[ $? -eq 0 ] && shape '$dir/out/cut.npz' 23"
check "and says so" "[ \$(grep -c 'cut.wav: ends early' '$dir/err') -eq 1 ]"

# A rate of 1 Hz would make hours of a kilobyte.
{ head -c 24 "$dir/in/noise.wav"; printf '\001\000\000\000'; tail -c +29 "$dir/in/noise.wav"; } \
    >"$dir/slow.wav"
"$extract" -q -o "$dir/out" "$dir/slow.wav" 2>"$dir/err"
check "an absurd sample rate is refused" \
    "[ $? -eq 1 ] && [ ! -e '$dir/out/slow.npz' ] && [ \$(wc -l <'$dir/err') -eq 1 ]"

cp "$dir/in/noise.wav" "$dir/a name with spaces.wav"
"$extract" -q -o "$dir/new/er" "$dir/a name with spaces.wav" 2>"$dir/err"
check "spaces in names, and a folder that is made" "[ -s '$dir/new/er/a name with spaces.npz' ]"

cp "$dir/in/noise.wav" "$dir/in/silence.mp3"
"$extract" -q -o "$dir/twice" "$dir/in" 2>"$dir/err"
check "two sounds for one result are refused before any work" \
    "[ $? -eq 1 ] && [ ! -e '$dir/twice/noise.npz' ] && grep -q twice '$dir/err'"
rm "$dir/in/silence.mp3"

echo kept >"$dir/out/noise.npz"
"$extract" -q --skip-existing -o "$dir/out" "$dir/in/noise.wav" 2>"$dir/err"
check "--skip-existing leaves what is there" \
    "[ $? -eq 0 ] && [ \"\$(cat '$dir/out/noise.npz')\" = kept ]"

# What results say of themselves, as numpy.load shows it.
check "the features have a name and a version" \
    "grep -aq 'mint35' '$dir/out/mBR1.npz' && grep -aq 'librosa-0.11' '$dir/out/mBR1.npz'"
check "all columns are named" \
    "grep -aq \"'descr': '|S14', 'fortran_order': False, 'shape': (35,)\" '$dir/out/mBR1.npz'"

# One sound into one file.
"$extract" -q -o "$dir/one.npz" "$dir/in/mBR1.wav" 2>"$dir/err"
check "a name that ends in .npz is the result's" \
    "[ $? -eq 0 ] && [ -f '$dir/one.npz' ] && cmp -s '$dir/one.npz' '$dir/out/mBR1.npz'"
"$extract" -q -o "$dir/deep/er/one.NPZ" "$dir/in/mBR1.wav" 2>"$dir/err"
check "its folder is made" "[ $? -eq 0 ] && cmp -s '$dir/deep/er/one.NPZ' '$dir/out/mBR1.npz'"
mkdir "$dir/folder.npz"
"$extract" -q -o "$dir/folder.npz" "$dir/in/mBR1.wav" 2>"$dir/err"
check "a folder stays one" "[ $? -eq 0 ] && cmp -s '$dir/folder.npz/mBR1.npz' '$dir/out/mBR1.npz'"
"$extract" -o "$dir/two.npz" "$dir/in/mBR1.wav" "$dir/in/noise.wav" 2>"$dir/err"
check "two sounds into one file are wrong usage" \
    "[ $? -eq 2 ] && [ ! -e '$dir/two.npz' ] && grep -q 'two.npz takes one sound, not 2' '$dir/err'"
"$extract" -o "$dir/two.npz" "$dir/in" 2>"$dir/err"
check "so is a folder of them" "[ $? -eq 2 ] && [ ! -e '$dir/two.npz' ]"
: >"$dir/taken"
"$extract" -q -o "$dir/taken/one.npz" "$dir/in/mBR1.wav" 2>"$dir/err"
check "a file where a folder is needed is told" \
    "[ $? -eq 1 ] && [ \$(wc -l <'$dir/err') -eq 1 ] && grep -q 'taken' '$dir/err'"
"$extract" -q -o "$dir/text.npz" "$dir/bad/text.mp3" 2>"$dir/err"
check "a text leaves no result" \
    "[ $? -eq 1 ] && [ ! -e '$dir/text.npz' ] && [ \$(wc -l <'$dir/err') -eq 1 ]"

"$extract" -q --columns beats,mfcc -o "$dir/some" "$dir/in/mBR1.wav" 2>"$dir/err"
check "some columns only, named in the file" \
    "grep -aq \"'shape': (121, 21)\" '$dir/some/mBR1.npz' &&
    grep -aq \"'shape': (21,)\" '$dir/some/mBR1.npz'"
"$extract" -q --compat 0.8 -o "$dir/old" "$dir/in/mBR1.wav" 2>"$dir/err"
check "librosa 0.8's numbers are others" "shape '$dir/old/mBR1.npz' 121 &&
    ! cmp -s '$dir/old/mBR1.npz' '$dir/out/mBR1.npz' && grep -aq 'librosa-0.8' '$dir/old/mBR1.npz'"
"$extract" -q --stages-out "$dir/stages.npz" -o "$dir/again" "$dir/in/mBR1.wav" 2>"$dir/err"
check "intermediate stages beside the same result" \
    "grep -aq cqt.npy '$dir/stages.npz' && cmp -s '$dir/again/mBR1.npz' '$dir/out/mBR1.npz'"
"$extract" --stages-out "$dir/two.npz" -o "$dir/again" "$dir/in" 2>"$dir/err"
check "stages of two sounds are wrong usage" "[ $? -eq 2 ] && [ ! -e '$dir/two.npz' ]"
"$extract" --columns mfcc,notes -o "$dir/again" "$dir/in/mBR1.wav" 2>"$dir/err"
check "a column that does not exist is wrong usage" "[ $? -eq 2 ] && grep -q \"'notes'\" '$dir/err'"
"$extract" --compat 0.8 --fps 18 -o "$dir/again" "$dir/in/mBR1.wav" 2>"$dir/err"
check "so is a rate at which librosa 0.8 goes other ways" "[ $? -eq 2 ]"

"$extract" 2>"$dir/err"
check "no sound at all is wrong usage" "[ $? -eq 2 ]"
"$extract" --fps 5 "$dir/in/noise.wav" 2>"$dir/err"
check "a frame rate too low is wrong usage" "[ $? -eq 2 ]"
"$extract" -o "$dir/out" "$dir/missing.wav" 2>"$dir/err"
check "a missing file is told in one line" "[ $? -eq 1 ] && [ \$(wc -l <'$dir/err') -eq 1 ]"
mkdir "$dir/none"
"$extract" -o "$dir/out" "$dir/none" 2>"$dir/err"
check "so is a folder without sounds" "[ $? -eq 1 ] && [ \$(wc -l <'$dir/err') -eq 1 ]"
mkdir "$dir/mixed" && cp "$dir/in/mBR1.wav" "$dir/mixed"
printf '\000\000\000\034ftypM4A \000\000\002\000isomiso2' >"$dir/mixed/song.m4a"
"$extract" -q -o "$dir/mixed-out" "$dir/mixed" 2>"$dir/err"
check "a song in a folder that cannot be read is named, the others are made" \
    "[ $? -eq 1 ] && [ \$(wc -l <'$dir/err') -eq 1 ] && [ -s '$dir/mixed-out/mBR1.npz' ]"
check "... with what converts it" "grep -q 'song.m4a: an MP4 file.*ffmpeg' '$dir/err'"
"$extract" --help >"$dir/stdout" 2>"$dir/err"
check "--help tells the defaults" "[ $? -eq 0 ] && grep -q -e '--fps' '$dir/stdout'"
