#!/bin/sh
# help.sh: what every program says about its options. TAP on stdout.
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

# good PROGRAM: whether --help, --help-man and --help-options list the same, the first without
# defaults that stand for "not given", lines that are too long or end in a blank
good() {
    name=$(basename "$1")
    for what in help help-man help-options; do
        "$1" --$what >"$work/$what" 2>"$work/err" && [ ! -s "$work/err" ] || return 1
    done
    awk -v name="$name" '
        /\[-[0-9.]+\]$/ || length > 100 || / $/ { print; bad = 1 }
        /^Usage: / && $2 == name { usage = 1 }
        /^General options:$/ { general = 1 }
        /^Example:$/ { example = 1 }
        /--threads/ { threads = 1 }
        END { exit bad || !usage || !example || threads && !general }' "$work/help" || return 1
    sed -n 's/^  *\(-., \)\{0,1\}--\(\[no-\]\)\{0,1\}\([a-z0-9-]*\).*/\3/p' \
        "$work/help" >"$work/names"
    awk -F '\t' 'NF != 3 { exit 1 }' "$work/help-options" || return 1
    cut -f 1 "$work/help-options" | sed 's/^--\(no-\)\{0,1\}//' | LC_ALL=C sort -u >"$work/listed"
    sed 's/^no-//' "$work/names" | LC_ALL=C sort -u | diff - "$work/listed" || return 1
    awk '/^\.SH/ { inside = $2 == "OPTIONS" } inside && /^\.TP$/ { n++ } END { print n }' \
        "$work/help-man" >"$work/count"
    [ "$(cat "$work/count")" -eq "$(wc -l <"$work/names")" ]
}

for program in "$BIN"/*; do
    name=$(basename "$program")
    [ -x "$program" ] && [ "$name" != neverstop ] || continue
    if good "$program" >"$work/log" 2>&1; then echo "ok - $name"; else echo "not ok - $name"; fi
    sed 's/^/# /' "$work/log"
done
