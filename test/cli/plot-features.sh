#!/bin/sh
# plot-features: files of features and sounds, wrong usage, nothing left behind on failure. TAP on
# stdout.
set -u
top=$(mktemp -d) && trap 'rm -rf "$top"' EXIT
ok() { # ok WHAT COMMAND...: COMMAND succeeds
    what=$1
    shift
    if "$@"; then echo "ok - $what"; else echo "not ok - $what"; fi
}
# fails STATUS PATTERN COMMAND...: COMMAND exits with STATUS after one line on stderr that matches
fails() {
    want=$1 pattern=$2
    shift 2
    "$@" >"$top/stdout" 2>"$top/stderr"
    [ $? -eq "$want" ] && [ "$(wc -l <"$top/stderr")" -eq 1 ] &&
        grep -q -- "$pattern" "$top/stderr" && return
    cat "$top/stderr"
    return 1
}
well_formed() { [ "$(head -c 4 "$1")" = '<svg' ] && [ "$(tail -n 1 "$1")" = '</svg>' ]; }
plot() { "$BIN/plot-features" -q "$@"; }

"$BIN/make-demo-data" -q --genres 1 --sequences 3 --seconds 2 -o "$top/aist" >/dev/null 2>&1
sound=$(find "$top/aist/music" -name '*0.wav')
"$BIN/extract-music-features" -q -o "$top/song.npz" "$sound"

ok 'features' plot --numbers "$top/numbers.npz" -o "$top/a.svg" "$top/song.npz"
ok '... are an svg' well_formed "$top/a.svg"
ok '... with the names of their blocks' grep -q '>mfcc 20<' "$top/a.svg"
ok '... and their beats' grep -q ' beats</text>' "$top/a.svg"
ok '... and as numbers' [ -s "$top/numbers.npz" ]
plot -j 1 -o "$top/b.svg" "$top/song.npz"
ok '... the same bytes with one thread' cmp "$top/a.svg" "$top/b.svg"
ok 'features of a sound' plot --fps 30 -o "$top/c.svg" "$sound"
ok '... at the rate asked for' grep -q '35 columns, 30 frames a second' "$top/c.svg"
ok 'a rate for what has one' fails 1 'song.npz: --fps is for sound files' \
    plot --fps 30 -o "$top/x" "$top/song.npz"
ok 'no output' fails 2 '-o FILE is needed' plot "$top/song.npz"
ok 'no song' fails 2 'one song is needed' plot -o "$top/x"
ok 'two songs' fails 2 'one song is needed' plot -o "$top/x" "$top/song.npz" "$top/song.npz"
ok 'no such file' fails 1 'nothing.npz: No such file' plot -o "$top/x" "$top/nothing.npz"
ok 'a file of something else' fails 1 "numbers.npz: .*'features'" plot -o "$top/x" \
    "$top/numbers.npz"
ok 'nothing was left by failures' [ ! -e "$top/x" ]
