#!/bin/sh
# export-page.sh: export-motion --to html: its bytes and refusals; then, where they are installed,
# the page in Chromium. TAP on stdout.
set -u
. test/tap.sh
lacks() { ! grep -Eq "$1" "$2"; } # lacks PATTERN FILE
one_line() { [ "$(wc -l <"$work/err")" -eq 1 ] && grep -q -- "$1" "$work/err"; }
page() { "$BIN/export-motion" -q --to html "$@" 2>"$work/err"; }
html() { "$BIN/export-motion" --to html "$@"; }
"$BIN/import-motion" -q -o "$work" test/golden/aist/aist_p4_numpy1.pkl || echo 'not ok - import'
dance=$work/aist_p4_numpy1.npz

check 'a page' page -o "$work/a.html" "$dance"
check '... names no other place' lacks 'https?:|src=|@import|url\(' "$work/a.html"
check 'two dances, one thread' page -j 1 -o "$work/1" "$dance" "$dance"
check '... two threads' page -j 2 -o "$work/2" "$dance" "$dance"
check '... the same bytes' cmp "$work/1" "$work/2"
mkdir -p "$work/left" "$work/right" && cp "$dance" "$work/left" && cp "$dance" "$work/right"
check 'files of one name' page -o "$work/both.html" "$work/left" "$work/right"
check '... are called by their folder' grep -q '"name":"left"' "$work/both.html"
check '... and the other' grep -q '"name":"right"' "$work/both.html"
check 'a note' page --note 'it stands' -o "$work/note.html" "$dance"
check '... is there' grep -q '"note":"it stands"' "$work/note.html"

printf '\000\000\000\030ftypM4A \000\000\000\000' >"$work/song.m4a"
check 'a song in m4a' page --audio "$work/song.m4a" -o "$work/m4a.html" "$dance"
check '... whose beats are not found, in a line that says what to do' \
    one_line 'song.m4a: plays in browsers.*ffmpeg -i'
check '... is in the page' grep -q 'audio/mp4' "$work/m4a.html"

esc=$(printf '\033') csi=$(printf '\302\233')
odd="up${esc}[2Jdown${csi}x"
check 'names with control characters' \
    page -l "$odd" --note "$odd" --title "$odd" -o "$work/odd.html" "$dance"
check '... lose them' lacks "$esc|$csi" "$work/odd.html"
check '... and keep the rest' grep -q 'up?\[2Jdown?x' "$work/odd.html"
check 'messages lose them, too' fails 1 'up?.2Jdown?x: No such file' \
    html --audio "$odd" -o "$work/x" "$dance"

echo 'no music' >"$work/notes.txt"
check 'text for a sound' fails 1 'notes.txt: not a sound file' \
    html --audio "$work/notes.txt" -o "$work/x" "$dance"
check 'no sound file' fails 1 'nothing.mp3: ' html --audio "$work/nothing.mp3" -o "$work/x" "$dance"
check 'more labels than dances' fails 1 '2 labels for 1 dance' \
    html -l a -l b -o "$work/x" "$dance"
check 'more notes than dances' fails 1 '2 notes for 1 dance' \
    html --note a --note b -o "$work/x" "$dance"
check 'nothing was left by failures' [ ! -e "$work/x" ]

if command -v chromium >/dev/null && command -v python3 >/dev/null; then
    python3 test/browser/page.py "$work" || echo "not ok - page.py ended with status $?"
else
    echo 'ok - pages in a browser # SKIP chromium and python3 are not both installed'
fi
