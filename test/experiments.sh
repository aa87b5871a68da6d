# experiments.sh: read by scripts in test/cli about experiments/dance and experiments/tables: a tiny
# data set in a folder with a blank in its name, and experiments on it.
. test/tap.sh
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES # of the make that runs the tests

make_dances() { "$BIN/make-demo-data" -q --genres 2 --sequences 3 --seconds 5 -o "$work/my aist"; }
# experiment NAME VARIABLE=VALUE...: runs experiments/NAME; what it says is in $work/out and err
experiment() {
    name=$1 && shift
    (
        GIVEN= DATA="$work/my aist" OUT="$work/my out" PRESET=tiny THREADS=1 DANCES=1 FRAMES=200
        export GIVEN DATA OUT PRESET THREADS DANCES FRAMES
        for given in "$@"; do export "$given"; done
        sh "experiments/$name"
    ) >"$work/out" 2>"$work/err"
}
# experiment_refuses NAME STATUS PATTERN VARIABLE=VALUE...: before there is a folder
experiment_refuses() {
    asked=$1 status=$2 pattern=$3 && shift 3
    experiment "$asked" "$@"
    got=$?
    check "refused: $*" test $got -eq "$status" -a ! -s "$work/out" -a ! -e "$work/my out"
    check "... in a line" test "$(wc -l <"$work/err")" -eq 1
    check "... with what there is" grep -q "^make $asked: .*$pattern" "$work/err"
}
