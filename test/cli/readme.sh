#!/bin/sh
# readme.sh: the commands of the README's section "The programs" work as they stand, in their order. TAP on stdout.
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
# Code between fences, joined where a line ends in a backslash.
awk '/^## /{ on = $0 == "## The programs" } on && /^```/{ code = !code; next } on && code' README.md |
    sed -e ':a' -e '/\\$/N; s/\\\n *//; ta' -e "s|demo-output|$work|g" -e "s|bin/|$BIN/|g" >"$work/commands"
while read -r command; do
    name=$(echo "$command" | sed "s|$BIN/||g; s|$work|demo-output|g" | cut -c1-100)
    if sh -c "$command" >"$work/log" 2>&1 </dev/null; then echo "ok - $name"; else echo "not ok - $name"; sed 's/^/# /' "$work/log"; fi
done <"$work/commands"
