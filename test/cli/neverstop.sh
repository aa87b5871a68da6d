#!/bin/sh
# neverstop.sh: neverstop runs, lists and suggests programs. TAP on stdout.
. test/tap.sh

"$BIN/neverstop" >"$work/list"
passes "alone it lists the programs"
sed -n 's/^  \([a-z-]*\)  .*/\1/p' "$work/list" | sort >"$work/listed"
for program in "$BIN"/*; do
    name=${program##*/}
    [ "$name" = neverstop ] || grep -q -x -e "$name" "$work/listed" || echo "$name"
done >"$work/odd"
[ ! -s "$work/odd" ]
passes "every executable is in the list"
while read -r name; do
    [ -x "$BIN/$name" ] || [ -f "scripts/$name" ] || [ -f "experiments/$name" ] || echo "$name"
done <"$work/listed" >"$work/odd"
[ -s "$work/listed" ] && [ ! -s "$work/odd" ]
passes "what is in the list is an executable or a script"
for argument in help --help -h; do
    "$BIN/neverstop" "$argument" | cmp -s - "$work/list" || echo "$argument"
done >"$work/odd"
[ ! -s "$work/odd" ]
passes "help, --help and -h list them too"

"$BIN/generate" --help >"$work/direct"
sed 's/\(Usage: \|or: \|^  \|=help \)generate/\1neverstop generate/' "$work/direct" >"$work/named"
cmp -s "$work/direct" "$work/named"
[ $? -eq 1 ]
passes "a program calls itself by its own name"
"$BIN/neverstop" generate --help | cmp -s - "$work/named"
passes "neverstop generate is generate, which then calls itself so"
"$BIN/neverstop" help generate | cmp -s - "$work/named"
passes "neverstop help generate shows its options"
"$BIN/neverstop" generate --bogus 2>&1 | grep -q "try 'neverstop generate --help'"
passes "a hint says what can be typed"
(cd "$work" && env PATH="$BIN:$PATH" neverstop generate --help | cmp -s - named)
passes "found along PATH, from another folder"
ln -s "$BIN/neverstop" "$work/link" && "$work/link" generate --help | cmp -s - "$work/named"
passes "called by a symbolic link"
"$BIN/neverstop" generate -m "$work/none" --music x -o y 2>"$work/err" --genre HO
[ $? -eq 1 ] && grep -q "^generate: $work/none: " "$work/err"
passes "arguments and exit status pass through"
"$BIN/neverstop" --version | grep -q '^neverstop .*[0-9]\.[0-9]'
passes "prints its version"

refuses() { # WHAT MESSAGE ARGUMENT...
    what=$1 message=$2; shift 2
    "$BIN/neverstop" "$@" >"$work/out" 2>"$work/err"
    [ $? -eq 2 ] && [ ! -s "$work/out" ] && [ "$(wc -l <"$work/err")" -eq 1 ] &&
        grep -q "$message" "$work/err"
    passes "refuses $what"
}
refuses "a misspelt program, with the nearest name" "did you mean 'generate'" genreate
refuses "an unknown program" "no program 'zzz'" zzz
refuses "an unknown program's help" "no program 'zzz'" help zzz
refuses "help of two programs" "one program" help generate eval-fid
refuses "an unknown option" "unknown option -x" -x

cp "$BIN/neverstop" "$work/alone"
"$work/alone" generate 2>"$work/err"
[ $? -eq 1 ] && grep -q "^neverstop: $work/generate: no such file" "$work/err"
passes "says where it looked for a program that is missing"
"$BIN/neverstop" >/dev/full 2>"$work/err"
[ $? -eq 1 ] && grep -q '^neverstop: cannot write' "$work/err"
passes "a full disk is an error"

# Manual pages: man and mandoc find nothing wrong, and the line under NAME is that of the list.
mkdir "$work/man"
for program in "$BIN"/*; do "$program" --help-man >"$work/man/${program##*/}.1"; done
for page in "$work"/man/*.1; do
    name=$(basename "$page" .1) summary=
    if [ "$name" != neverstop ]; then
        summary=$(sed -n "s/^  $name  *//p" "$work/list")
        sed -n '/^\.SH NAME/{n; s/\\//g; p;}' "$page" | grep -q -x -e "neverstop-$name - $summary"
    fi || echo "$name"
done >"$work/odd"
[ ! -s "$work/odd" ]
passes "manual pages have the summaries of the list"
if command -v groff >/dev/null; then
    LC_ALL=C groff -man -Tascii -ww "$work"/man/*.1 >/dev/null 2>"$work/err" && [ ! -s "$work/err" ]
    passes "groff formats them without a warning"
else echo "ok - groff formats them # SKIP no groff"; fi
if command -v mandoc >/dev/null; then
    # A page has no date: it changes with the program.
    mandoc -T lint -W warning "$work"/man/*.1 | grep -v 'missing date' >"$work/odd"
    [ ! -s "$work/odd" ]
    passes "mandoc finds nothing to warn of"
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
        passes "completes '$*'"
    }
    completes "generate" neverstop gen
    completes "train-bank train-predictor" neverstop help train-
    completes "--clusters" neverstop cluster-ap -o x --clu
    completes "float32" neverstop generate --precision fl
    completes "" neverstop generate -m f
    completes "" neverstop unknown --
fi
