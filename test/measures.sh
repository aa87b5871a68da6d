# measures.sh: read by scripts in test/cli: programs that measure, and numbers in what they print.
. test/tap.sh

field() { sed -n "s/.*\"$1\":\([^,}]*\).*/\1/p" "$2"; } # field NAME FILE: the last one
first() { tr ',{}' '\n\n\n' <"$2" | sed -n "s/^\"$1\"://p" | head -n 1; } # the first one
near() { awk "BEGIN { d = ($1) - ($2); exit !(d * d <= ($3) * ($3)) }"; }
# refuses WHAT PATTERN COMMAND...: exit 1, one line on stderr that matches, nothing on stdout
refuses() {
    what=$1
    shift
    fails 1 "$@" && [ ! -s "$work/out" ]
    passes "$what" "$work/err"
}
