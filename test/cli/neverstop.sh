#!/bin/sh
# neverstop.sh: neverstop runs, lists and suggests programs. TAP on stdout.
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
check() { if [ "$2" -eq 0 ]; then echo "ok - $1"; else echo "not ok - $1"; fi; }

"$BIN/neverstop" >"$tmp/list"
check "alone it lists the programs" $?
sed -n 's/^  \([a-z-]*\)  .*/\1/p' "$tmp/list" | sort >"$tmp/listed"
for program in "$BIN"/*; do
    name=${program##*/}
    [ "$name" = neverstop ] || grep -q -x -e "$name" "$tmp/listed" || echo "$name"
done >"$tmp/odd"
[ ! -s "$tmp/odd" ]
check "every executable is in the list" $?
while read -r name; do
    [ -x "$BIN/$name" ] || [ -f "scripts/$name" ] || [ -f "experiments/$name" ] || echo "$name"
done <"$tmp/listed" >"$tmp/odd"
[ -s "$tmp/listed" ] && [ ! -s "$tmp/odd" ]
check "what is in the list is an executable or a script" $?
for argument in help --help -h; do
    "$BIN/neverstop" "$argument" | cmp -s - "$tmp/list" || echo "$argument"
done >"$tmp/odd"
[ ! -s "$tmp/odd" ]
check "help, --help and -h list them too" $?

"$BIN/generate" --help >"$tmp/direct"
sed 's/\(Usage: \|or: \|^  \|=help \)generate/\1neverstop generate/' "$tmp/direct" >"$tmp/named"
cmp -s "$tmp/direct" "$tmp/named"
check "a program calls itself by its own name" $(($? != 1))
"$BIN/neverstop" generate --help | cmp -s - "$tmp/named"
check "neverstop generate is generate, which then calls itself so" $?
"$BIN/neverstop" help generate | cmp -s - "$tmp/named"
check "neverstop help generate shows its options" $?
"$BIN/neverstop" generate --bogus 2>&1 | grep -q "try 'neverstop generate --help'"
check "a hint says what can be typed" $?
(cd "$tmp" && env PATH="$BIN:$PATH" neverstop generate --help | cmp -s - named)
check "found along PATH, from another folder" $?
ln -s "$BIN/neverstop" "$tmp/link" && "$tmp/link" generate --help | cmp -s - "$tmp/named"
check "called by a symbolic link" $?
"$BIN/neverstop" generate -m "$tmp/none" --music x -o y 2>"$tmp/err" --genre HO
[ $? -eq 1 ] && grep -q "^generate: $tmp/none: " "$tmp/err"
check "arguments and exit status pass through" $?
"$BIN/neverstop" --version | grep -q '^neverstop .*[0-9]\.[0-9]'
check "prints its version" $?

refuses() { # WHAT MESSAGE ARGUMENT...
    what=$1 message=$2; shift 2
    "$BIN/neverstop" "$@" >"$tmp/out" 2>"$tmp/err"
    [ $? -eq 2 ] && [ ! -s "$tmp/out" ] && [ "$(wc -l <"$tmp/err")" -eq 1 ] &&
        grep -q "$message" "$tmp/err"
    check "refuses $what" $?
}
refuses "a misspelt program, with the nearest name" "did you mean 'generate'" genreate
refuses "an unknown program" "no program 'zzz'" zzz
refuses "an unknown program's help" "no program 'zzz'" help zzz
refuses "help of two programs" "one program" help generate eval-fid
refuses "an unknown option" "unknown option -x" -x

cp "$BIN/neverstop" "$tmp/alone"
"$tmp/alone" generate 2>"$tmp/err"
[ $? -eq 1 ] && grep -q "^neverstop: $tmp/generate: no such file" "$tmp/err"
check "says where it looked for a program that is missing" $?
"$BIN/neverstop" >/dev/full 2>"$tmp/err"
[ $? -eq 1 ] && grep -q '^neverstop: cannot write' "$tmp/err"
check "a full disk is an error" $?

# Manual pages: man and mandoc find nothing wrong, and the line under NAME is that of the list.
mkdir "$tmp/man"
for program in "$BIN"/*; do "$program" --help-man >"$tmp/man/${program##*/}.1"; done
for page in "$tmp"/man/*.1; do
    name=$(basename "$page" .1) summary=
    if [ "$name" != neverstop ]; then
        summary=$(sed -n "s/^  $name  *//p" "$tmp/list")
        sed -n '/^\.SH NAME/{n; s/\\//g; p;}' "$page" | grep -q -x -e "neverstop-$name - $summary"
    fi || echo "$name"
done >"$tmp/odd"
[ ! -s "$tmp/odd" ]
check "manual pages have the summaries of the list" $?
if command -v groff >/dev/null; then
    LC_ALL=C groff -man -Tascii -ww "$tmp"/man/*.1 >/dev/null 2>"$tmp/err" && [ ! -s "$tmp/err" ]
    check "groff formats them without a warning" $?
else echo "ok - groff formats them # SKIP no groff"; fi
if command -v mandoc >/dev/null; then
    # A page has no date: it changes with the program.
    mandoc -T lint -W warning "$tmp"/man/*.1 | grep -v 'missing date' >"$tmp/odd"
    [ ! -s "$tmp/odd" ]
    check "mandoc finds nothing to warn of" $?
else echo "ok - mandoc finds nothing # SKIP no mandoc"; fi

# Completion, as bash calls it: the words of the command line, and which of them is being typed.
if command -v bash >/dev/null; then
    completes() { # EXPECTED WORD...: the last word is completed
        expected=$1; shift
        # shellcheck disable=SC2016 # expanded by bash
        got=$(env PATH="$BIN:$PATH" bash -c '. scripts/completion/neverstop.bash
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
            _neverstop && echo "${COMPREPLY[@]}"' bash "$@")
        [ "$got" = "$expected" ]
        check "completes '$*'" $?
    }
    completes "generate" neverstop gen
    completes "train-bank train-predictor" neverstop help train-
    completes "--clusters" neverstop cluster-ap -o x --clu
    completes "float32" neverstop generate --precision fl
    completes "" neverstop generate -m f
    completes "" neverstop unknown --
fi
