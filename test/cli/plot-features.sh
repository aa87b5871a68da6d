#!/bin/sh
# plot-features: files of features and sounds, wrong usage, nothing left behind on failure. TAP on
# stdout.
set -u
. test/tap.sh
top=$work/files && mkdir "$top" # nothing else is in it
well_formed() { [ "$(head -c 4 "$1")" = '<svg' ] && [ "$(tail -n 1 "$1")" = '</svg>' ]; }
plot() { "$BIN/plot-features" -q "$@"; }

"$BIN/make-demo-data" -q --genres 1 --sequences 3 --seconds 2 -o "$top/aist" >/dev/null 2>&1
sound=$(find "$top/aist/music" -name '*0.wav')
"$BIN/extract-music-features" -q -o "$top/song.npz" "$sound"

check 'features' plot --numbers "$top/numbers.npz" -o "$top/a.svg" "$top/song.npz"
check '... are an svg' well_formed "$top/a.svg"
check '... with the names of their blocks' grep -q '>mfcc 20<' "$top/a.svg"
check '... and their beats' grep -q ' beats</text>' "$top/a.svg"
check '... and as numbers' [ -s "$top/numbers.npz" ]
plot -j 1 -o "$top/b.svg" "$top/song.npz"
check '... the same bytes with one thread' cmp "$top/a.svg" "$top/b.svg"
check 'features of a sound' plot --fps 30 -o "$top/c.svg" "$sound"
check '... at the rate asked for' grep -q '35 columns, 30 frames a second' "$top/c.svg"
check 'a rate for what has one' fails 1 'song.npz: --fps is for sound files' \
    plot --fps 30 -o "$top/x" "$top/song.npz"
check 'no output' fails 2 '-o FILE is needed' plot "$top/song.npz"
check 'no song' fails 2 'one song is needed' plot -o "$top/x"
check 'two songs' fails 2 'one song is needed' plot -o "$top/x" "$top/song.npz" "$top/song.npz"
check 'no such file' fails 1 'nothing.npz: No such file' plot -o "$top/x" "$top/nothing.npz"
check 'a file of something else' fails 1 "numbers.npz: .*'features'" plot -o "$top/x" \
    "$top/numbers.npz"
check 'nothing was left by failures' [ ! -e "$top/x" ]
