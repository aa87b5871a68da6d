# tap.sh: read by scripts in test/cli: a folder for their files, and a line of TAP for every check.
LC_ALL=C && export LC_ALL
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

passes() { # passes WHAT [FILE]...: the last command's status decides; the FILEs say why not
    if [ $? -eq 0 ]; then
        echo "ok - $1"
    else
        echo "not ok - $1"
        shift
        for file in "$@"; do [ ! -f "$file" ] || sed 's/^/# /' "$file"; done
    fi
}
check() { # check WHAT COMMAND...: the command succeeds
    what=$1
    shift
    "$@" >"$work/said" 2>&1
    passes "$what" "$work/said" "$work/err"
}
# fails STATUS PATTERN COMMAND...: the command exits with STATUS after one line on stderr that
# matches, which is in $work/err
fails() {
    status=$1 pattern=$2
    shift 2
    "$@" >"$work/out" 2>"$work/err"
    [ $? -eq "$status" ] && [ "$(wc -l <"$work/err")" -eq 1 ] &&
        grep -q -e "$pattern" "$work/err"
}
wrong() { # wrong WHAT COMMAND...: exit 2
    what=$1
    shift
    "$@" >"$work/out" 2>"$work/err"
    [ $? -eq 2 ]
    passes "$what" "$work/err"
}
