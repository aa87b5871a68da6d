#!/bin/sh
# extract-music-features as users run it: sounds of many kinds, folders, damage, options.
. test/tap.sh
extract="$BIN/extract-music-features"

holds() { # holds WHAT TEST: a line of shell
    eval "$2"
    passes "$1" "$work/err"
}

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
    }' >"$work/samples"
    printf "$(cat "$work/samples")" >>"$1"
}
shape() { grep -aq "'shape': ($2, 35)" "$1"; }

mkdir "$work/in"
wav "$work/in/mBR1.wav" 8000 16000 clicks
wav "$work/in/noise.wav" 11025 5512 noise
wav "$work/in/silence.wav" 8000 4000 silence
wav "$work/in/one.wav" 44100 1 noise

"$extract" -q -j 2 -o "$work/out" "$work/in" >"$work/stdout" 2>"$work/err"
holds "a folder of sounds" "[ $? -eq 0 ] && [ ! -s '$work/stdout' ]"
holds "one row per frame: 2 s" "shape '$work/out/mBR1.npz' 121"
holds "one row per frame: 0.5 s" "shape '$work/out/noise.npz' 30"
holds "a single sample makes one row" "shape '$work/out/one.npz' 1"
holds "silence and a single sample are told, and nothing else" \
    "[ \$(grep -c 'no onset' '$work/err') -eq 2 ] && [ \$(wc -l <'$work/err') -eq 2 ]"

"$extract" -q -j 1 -o "$work/again" "$work/in" 2>"$work/err"
holds "the same bytes again, with other threads" \
    "cmp -s '$work/out/mBR1.npz' '$work/again/mBR1.npz' &&
    cmp -s '$work/out/noise.npz' '$work/again/noise.npz'"

"$extract" -q --fps 30 -o "$work/half" "$work/in/mBR1.wav" 2>"$work/err"
holds "half the rows at 30 frames per second" "shape '$work/half/mBR1.npz' 61"

cp "$work/in/mBR1.wav" "$work/other.wav"
"$extract" -q --start-bpm 90 -o "$work/named" "$work/in/mBR1.wav" 2>"$work/err"
"$extract" -q --start-bpm 90 -o "$work/named" "$work/other.wav" 2>>"$work/err"
holds "an AIST++ name means its start tempo" "cmp -s '$work/named/mBR1.npz' '$work/out/mBR1.npz' &&
    cmp -s '$work/named/other.npz' '$work/out/mBR1.npz'"

# What is no sound stops nothing else.
mkdir "$work/bad"
cp "$work/in/noise.wav" "$work/bad/good.wav"
: >"$work/bad/empty.wav"
echo "just a text" >"$work/bad/text.mp3"
head -c 3000 "$work/in/noise.wav" | tail -c 2900 >"$work/bad/garbage.mp3"
wav "$work/bad/nothing.wav" 8000 0 noise
head -c 30 "$work/in/noise.wav" >"$work/bad/header.wav"
"$extract" -o "$work/bad-out" "$work/bad" >"$work/stdout" 2>"$work/err"
holds "files that cannot be read give exit status 1" "[ $? -eq 1 ]"
holds "the one that can is there, alone" "[ \"\$(ls '$work/bad-out')\" = good.npz ]"
holds "one line for each of the others" "[ \$(wc -l <'$work/err') -eq 5 ] &&
    [ \$(grep -c '^extract-music-features: $work/bad/[a-z]*\\.[a-z3]*: ' '$work/err') -eq 5 ]"

head -c 3000 "$work/in/mBR1.wav" >"$work/cut.wav"
"$extract" -q -o "$work/out" "$work/cut.wav" 2>"$work/err"
holds "a file that ends early gives what there is" "[ $? -eq 0 ] && shape '$work/out/cut.npz' 23"
holds "and says so" "[ \$(grep -c 'cut.wav: ends early' '$work/err') -eq 1 ]"

# A rate of 1 Hz would make hours of a kilobyte.
{ head -c 24 "$work/in/noise.wav"; printf '\001\000\000\000'; tail -c +29 "$work/in/noise.wav"; } \
    >"$work/slow.wav"
"$extract" -q -o "$work/out" "$work/slow.wav" 2>"$work/err"
holds "an absurd sample rate is refused" \
    "[ $? -eq 1 ] && [ ! -e '$work/out/slow.npz' ] && [ \$(wc -l <'$work/err') -eq 1 ]"

cp "$work/in/noise.wav" "$work/a name with spaces.wav"
"$extract" -q -o "$work/new/er" "$work/a name with spaces.wav" 2>"$work/err"
holds "spaces in names, and a folder that is made" "[ -s '$work/new/er/a name with spaces.npz' ]"

cp "$work/in/noise.wav" "$work/in/silence.mp3"
"$extract" -q -o "$work/twice" "$work/in" 2>"$work/err"
holds "two sounds for one result are refused before any work" \
    "[ $? -eq 1 ] && [ ! -e '$work/twice/noise.npz' ] && grep -q twice '$work/err'"
rm "$work/in/silence.mp3"

echo kept >"$work/out/noise.npz"
"$extract" -q --skip-existing -o "$work/out" "$work/in/noise.wav" 2>"$work/err"
holds "--skip-existing leaves what is there" \
    "[ $? -eq 0 ] && [ \"\$(cat '$work/out/noise.npz')\" = kept ]"

# What results say of themselves, as numpy.load shows it.
holds "the features have a name and a version" \
    "grep -aq 'mint35' '$work/out/mBR1.npz' && grep -aq 'librosa-0.11' '$work/out/mBR1.npz'"
holds "all columns are named" \
    "grep -aq \"'descr': '|S14', 'fortran_order': False, 'shape': (35,)\" '$work/out/mBR1.npz'"

# One sound into one file.
"$extract" -q -o "$work/one.npz" "$work/in/mBR1.wav" 2>"$work/err"
holds "a name that ends in .npz is the result's" \
    "[ $? -eq 0 ] && [ -f '$work/one.npz' ] && cmp -s '$work/one.npz' '$work/out/mBR1.npz'"
"$extract" -q -o "$work/deep/er/one.NPZ" "$work/in/mBR1.wav" 2>"$work/err"
holds "its folder is made" "[ $? -eq 0 ] && cmp -s '$work/deep/er/one.NPZ' '$work/out/mBR1.npz'"
mkdir "$work/folder.npz"
"$extract" -q -o "$work/folder.npz" "$work/in/mBR1.wav" 2>"$work/err"
holds "a folder stays one" "[ $? -eq 0 ] && cmp -s '$work/folder.npz/mBR1.npz' '$work/out/mBR1.npz'"
"$extract" -o "$work/two.npz" "$work/in/mBR1.wav" "$work/in/noise.wav" 2>"$work/err"
holds "two sounds into one file are wrong usage" \
    "[ $? -eq 2 ] && [ ! -e '$work/two.npz' ] &&
        grep -q 'two.npz takes one sound, not 2' '$work/err'"
"$extract" -o "$work/two.npz" "$work/in" 2>"$work/err"
holds "so is a folder of them" "[ $? -eq 2 ] && [ ! -e '$work/two.npz' ]"
: >"$work/taken"
"$extract" -q -o "$work/taken/one.npz" "$work/in/mBR1.wav" 2>"$work/err"
holds "a file where a folder is needed is told" \
    "[ $? -eq 1 ] && [ \$(wc -l <'$work/err') -eq 1 ] && grep -q 'taken' '$work/err'"
"$extract" -q -o "$work/text.npz" "$work/bad/text.mp3" 2>"$work/err"
holds "a text leaves no result" \
    "[ $? -eq 1 ] && [ ! -e '$work/text.npz' ] && [ \$(wc -l <'$work/err') -eq 1 ]"

"$extract" -q --columns beats,mfcc -o "$work/some" "$work/in/mBR1.wav" 2>"$work/err"
holds "some columns only, named in the file" \
    "grep -aq \"'shape': (121, 21)\" '$work/some/mBR1.npz' &&
    grep -aq \"'shape': (21,)\" '$work/some/mBR1.npz'"
"$extract" -q --compat 0.8 -o "$work/old" "$work/in/mBR1.wav" 2>"$work/err"
holds "librosa 0.8's numbers are others" "shape '$work/old/mBR1.npz' 121 &&
    ! cmp -s '$work/old/mBR1.npz' '$work/out/mBR1.npz' &&
    grep -aq 'librosa-0.8' '$work/old/mBR1.npz'"
"$extract" -q --stages-out "$work/stages.npz" -o "$work/again" "$work/in/mBR1.wav" 2>"$work/err"
holds "intermediate stages beside the same result" \
    "grep -aq cqt.npy '$work/stages.npz' && cmp -s '$work/again/mBR1.npz' '$work/out/mBR1.npz'"
"$extract" --stages-out "$work/two.npz" -o "$work/again" "$work/in" 2>"$work/err"
holds "stages of two sounds are wrong usage" "[ $? -eq 2 ] && [ ! -e '$work/two.npz' ]"
"$extract" --columns mfcc,notes -o "$work/again" "$work/in/mBR1.wav" 2>"$work/err"
holds "a column that does not exist is wrong usage" \
    "[ $? -eq 2 ] && grep -q \"'notes'\" '$work/err'"
"$extract" --compat 0.8 --fps 18 -o "$work/again" "$work/in/mBR1.wav" 2>"$work/err"
holds "so is a rate at which librosa 0.8 goes other ways" "[ $? -eq 2 ]"

"$extract" 2>"$work/err"
holds "no sound at all is wrong usage" "[ $? -eq 2 ]"
"$extract" --fps 5 "$work/in/noise.wav" 2>"$work/err"
holds "a frame rate too low is wrong usage" "[ $? -eq 2 ]"
"$extract" -o "$work/out" "$work/missing.wav" 2>"$work/err"
holds "a missing file is told in one line" "[ $? -eq 1 ] && [ \$(wc -l <'$work/err') -eq 1 ]"
mkdir "$work/none"
"$extract" -o "$work/out" "$work/none" 2>"$work/err"
holds "so is a folder without sounds" "[ $? -eq 1 ] && [ \$(wc -l <'$work/err') -eq 1 ]"
mkdir "$work/mixed" && cp "$work/in/mBR1.wav" "$work/mixed"
printf '\000\000\000\034ftypM4A \000\000\002\000isomiso2' >"$work/mixed/song.m4a"
"$extract" -q -o "$work/mixed-out" "$work/mixed" 2>"$work/err"
holds "a song in a folder that cannot be read is named, the others are made" \
    "[ $? -eq 1 ] && [ \$(wc -l <'$work/err') -eq 1 ] && [ -s '$work/mixed-out/mBR1.npz' ]"
holds "... with what converts it" "grep -q 'song.m4a: an MP4 file.*ffmpeg' '$work/err'"
"$extract" --help >"$work/stdout" 2>"$work/err"
holds "--help tells the defaults" "[ $? -eq 0 ] && grep -q -e '--fps' '$work/stdout'"
