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
echo 'no music' >"$work/notes.txt"
ok 'what is no sound' fails 1 'notes.txt: no sound file' page --audio "$work/notes.txt" -o "$work/x" "$dance"
ok 'no sound file' fails 1 'nothing.mp3: ' page --audio "$work/nothing.mp3" -o "$work/x" "$dance"
ok 'more labels than dances' fails 1 '2 labels for 1 dance' page -l a -l b -o "$work/x" "$dance"
ok 'nothing was left by failures' [ ! -e "$work/x" ]

. test/choices.sh
if may_use chromium chromium && may_use python python3; then
    python3 test/browser/page.py "$work" || echo "not ok - page.py ended with status $?"
else
    echo 'ok - pages in a browser # SKIP chromium and python3 are not both installed'
fi
