#!/bin/sh
# export-page.sh: export-motion --to html: its bytes and refusals; then, where they are installed,
# the page in Chromium. TAP on stdout.
set -u
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
ok() { # ok WHAT COMMAND...: COMMAND succeeds
    what=$1
    shift
    if "$@"; then echo "ok - $what"; else echo "not ok - $what"; fi
}
lacks() { ! grep -Eq "$1" "$2"; } # lacks PATTERN FILE
# fails STATUS PATTERN COMMAND...: COMMAND exits with STATUS after one line on stderr that matches
fails() {
    want=$1 pattern=$2
    shift 2
    "$@" >"$work/stdout" 2>"$work/stderr"
    [ $? -eq "$want" ] && one_line "$pattern" && return
    cat "$work/stderr"
    return 1
}
one_line() { [ "$(wc -l <"$work/stderr")" -eq 1 ] && grep -q -- "$1" "$work/stderr"; }
page() { "$BIN/export-motion" -q --to html "$@" 2>"$work/stderr"; }
html() { "$BIN/export-motion" --to html "$@"; }
"$BIN/import-motion" -q -o "$work" test/golden/aist/aist_p4_numpy1.pkl || echo 'not ok - import'
dance=$work/aist_p4_numpy1.npz

ok 'a page' page -o "$work/a.html" "$dance"
ok '... names no other place' lacks 'https?:|src=|@import|url\(' "$work/a.html"
ok 'two dances, one thread' page -j 1 -o "$work/1" "$dance" "$dance"
ok '... two threads' page -j 2 -o "$work/2" "$dance" "$dance"
ok '... the same bytes' cmp "$work/1" "$work/2"
mkdir -p "$work/left" "$work/right" && cp "$dance" "$work/left" && cp "$dance" "$work/right"
ok 'files of one name' page -o "$work/both.html" "$work/left" "$work/right"
ok '... are called by their folder' grep -q '"name":"left"' "$work/both.html"
ok '... and the other' grep -q '"name":"right"' "$work/both.html"
ok 'a note' page --note 'it stands' -o "$work/note.html" "$dance"
ok '... is there' grep -q '"note":"it stands"' "$work/note.html"

printf '\000\000\000\030ftypM4A \000\000\000\000' >"$work/song.m4a"
ok 'a song in m4a' page --audio "$work/song.m4a" -o "$work/m4a.html" "$dance"
ok '... whose beats are not found, in a line that says what to do' \
    one_line 'song.m4a: plays in browsers.*ffmpeg -i'
ok '... is in the page' grep -q 'audio/mp4' "$work/m4a.html"

esc=$(printf '\033') csi=$(printf '\302\233')
odd="up${esc}[2Jdown${csi}x"
ok 'names with control characters' \
    page -l "$odd" --note "$odd" --title "$odd" -o "$work/odd.html" "$dance"
ok '... lose them' lacks "$esc|$csi" "$work/odd.html"
ok '... and keep the rest' grep -q 'up?\[2Jdown?x' "$work/odd.html"
ok 'messages lose them, too' fails 1 'up?.2Jdown?x: No such file' \
    html --audio "$odd" -o "$work/x" "$dance"

echo 'no music' >"$work/notes.txt"
ok 'text for a sound' fails 1 'notes.txt: not a sound file' \
    html --audio "$work/notes.txt" -o "$work/x" "$dance"
ok 'no sound file' fails 1 'nothing.mp3: ' html --audio "$work/nothing.mp3" -o "$work/x" "$dance"
ok 'more labels than dances' fails 1 '2 labels for 1 dance' \
    html -l a -l b -o "$work/x" "$dance"
ok 'more notes than dances' fails 1 '2 notes for 1 dance' \
    html --note a --note b -o "$work/x" "$dance"
ok 'nothing was left by failures' [ ! -e "$work/x" ]

if command -v chromium >/dev/null && command -v python3 >/dev/null; then
    python3 test/browser/page.py "$work" || echo "not ok - page.py ended with status $?"
else
    echo 'ok - pages in a browser # SKIP chromium and python3 are not both installed'
fi
