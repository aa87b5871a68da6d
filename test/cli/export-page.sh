#!/bin/sh
# export-page.sh: export-motion --to html: its bytes and refusals; then, where they are installed, the page in Chromium. TAP on stdout.
set -u
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
ok() { # ok WHAT COMMAND...: COMMAND succeeds
    what=$1
    shift
    if "$@"; then echo "ok - $what"; else echo "not ok - $what"; fi
}
fails() { # fails STATUS PATTERN COMMAND...: COMMAND exits with STATUS after one line on stderr that matches
    want=$1 pattern=$2
    shift 2
    "$@" >"$work/stdout" 2>"$work/stderr"
    [ $? -eq "$want" ] && [ "$(wc -l <"$work/stderr")" -eq 1 ] && grep -q -- "$pattern" "$work/stderr" || { cat "$work/stderr"; return 1; }
}
page() { "$BIN/export-motion" --to html "$@"; }
"$BIN/import-motion" -q -o "$work" test/golden/aist/aist_p4_numpy1.pkl || echo 'not ok - import'
dance=$work/aist_p4_numpy1.npz

ok 'a page' page -o "$work/a.html" "$dance"
ok '... the same bytes again, two dances in two threads' sh -c '"$BIN/export-motion" -q --to html -j 1 -o "$1/1" "$2" "$2" && "$BIN/export-motion" -q --to html -j 2 -o "$1/2" "$2" "$2" && cmp "$1/1" "$1/2"' - "$work" "$dance"
ok '... which names no other place' sh -c '! grep -Eq "https?:|src=|@import|url\(" "$1"' - "$work/a.html"
ok '... and is called by its folder where files have one name' sh -c 'mkdir -p "$1/left" "$1/right" && cp "$2" "$1/left" && cp "$2" "$1/right" &&
    "$BIN/export-motion" -q --to html -o "$1/both.html" "$1/left" "$1/right" && grep -q "\"name\":\"left\"" "$1/both.html" && grep -q "\"name\":\"right\"" "$1/both.html"' - "$work" "$dance"
printf '\000\000\000\030ftypM4A \000\000\000\000' >"$work/song.m4a"
ok 'a song in m4a' sh -c '"$BIN/export-motion" -q --to html --audio "$1/song.m4a" -o "$1/m4a.html" "$2" 2>"$1/stderr" && grep -q "audio/mp4" "$1/m4a.html"' - "$work" "$dance"
ok '... whose beats are not found, in one line that says what to do' sh -c '[ "$(wc -l <"$1/stderr")" -eq 1 ] && grep -q "song.m4a: plays in browsers.*ffmpeg -i" "$1/stderr"' - "$work"
odd=$(printf 'up\033[2Jdown\302\233x')
ok 'names keep no control characters' sh -c '"$BIN/export-motion" -q --to html -l "$3" --note "$3" --title "$3" -o "$1/odd.html" "$2" &&
    [ "$(tr -cd "\033" <"$1/odd.html" | wc -c)" -eq 0 ] && ! grep -q "$(printf "\302\233")" "$1/odd.html" && grep -q "up?\[2Jdown?x" "$1/odd.html"' - "$work" "$dance" "$odd"
ok 'nor do messages' fails 1 'up?\[2Jdown?x: No such file' page --audio "$odd" -o "$work/x" "$dance"
ok 'a note' sh -c '"$BIN/export-motion" -q --to html --note "it stands" -o "$1/note.html" "$2" && grep -q "\"note\":\"it stands\"" "$1/note.html"' - "$work" "$dance"
ok 'more notes than dances' fails 1 '2 notes for 1 dance' page --note a --note b -o "$work/x" "$dance"
echo 'no music' >"$work/notes.txt"
ok 'what is no sound' fails 1 'notes.txt: not a sound file' page --audio "$work/notes.txt" -o "$work/x" "$dance"
ok 'no sound file' fails 1 'nothing.mp3: ' page --audio "$work/nothing.mp3" -o "$work/x" "$dance"
ok 'more labels than dances' fails 1 '2 labels for 1 dance' page -l a -l b -o "$work/x" "$dance"
ok 'nothing was left by failures' [ ! -e "$work/x" ]

. test/choices.sh
if may_use chromium chromium && may_use python python3; then
    python3 test/browser/page.py "$work" || echo "not ok - page.py ended with status $?"
else
    echo 'ok - pages in a browser # SKIP chromium and python3 are not both installed'
fi
