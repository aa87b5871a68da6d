#!/bin/sh
# Training that processes share (make MPI=1) against one process: where MPI is installed, MPI_BIN
# has the programs. TAP on stdout.
if [ -z "${MPI_BIN-}" ]; then
    echo "ok - training by many processes # SKIP MPI is not installed or not wanted"
    exit 0
fi
. test/dances.sh
data=$work/data
# No launch over a network, more processes than cores, and OpenMPI's own leaks are not ours.
export OMPI_MCA_plm=isolated OMPI_MCA_btl=self,vader OMPI_MCA_mpi_yield_when_idle=1 \
    OMP_NUM_THREADS=1 ASAN_OPTIONS=detect_leaks=0
root=$([ "$(id -u)" -ne 0 ] || echo --allow-run-as-root)
many() {
    n=$1 program=$2
    shift 2
    mpirun $root --oversubscribe --bind-to none -n "$n" "$MPI_BIN/$program" "$@" \
        2>"$work/err" </dev/null
}
make_clusters >"$work/log" 2>&1

# same A B [PART]: logs with the same rows, losses and validation losses within PART, 1e-5, of each
# other
same() {
    paste "$1" "$2" | awk -F'\t' -v part="${3:-1e-5}" '
        NR == 1 { n = NF / 2; next }
        { for (i = 1; i <= n; i++) {
              d = $i - $(i + n)
              if (i != 6 && !(d <= part * $i && -d <= part * $i)) { print; bad = 1 }
          } }
        END { exit bad || NR < 2 }'
}

bank -o "$work/one.bank" "$all" >"$work/one.log"
many 2 train-bank $bank_options --clusters "$clusters" -o "$work/two.bank" "$all" >"$work/two.log"
check "a bank by two processes" test $? -eq 0 -a -s "$work/two.bank"
check "... with one log, that of one process" same "$work/one.log" "$work/two.log"

# 44 windows in batches of 5: a last batch of 4, which three processes share as 1, 1 and 2; five
# processes get no more than one window each.
stage3="$model_options --bank $work/one.bank --batch 5 --noise 0.1 --fade 0.5"
stage3="$stage3 --val $data/one-genre.tsv"
"$BIN/train-predictor" $stage3 --epochs 2 -o "$work/one.model" "$all" >"$work/one.log"
for n in 2 3; do
    many $n train-predictor $stage3 --epochs 2 -o "$work/$n.model" "$all" >"$work/$n.log"
    check "$n processes, batches that do not divide" same "$work/one.log" "$work/$n.log"
done
many 3 train-predictor $stage3 --batch 2 --steps 4 -o "$work/x.model" "$all" >"$work/two.log"
"$BIN/train-predictor" $stage3 --batch 2 --steps 4 -o "$work/x.model" "$all" >"$work/one.log"
check "a process without a window" same "$work/one.log" "$work/two.log"
fitted() { sed -n 's/^.*gains fitted/gains fitted/p' "$work/err"; }
fit="${stage3#-q } --steps 4 --fit-gain"
"$BIN/train-predictor" $fit -o "$work/x.model" "$all" 2>"$work/err" >"$work/one.log"
fitted >"$work/one.fit"
many 2 train-predictor $fit -o "$work/x.model" "$all" >"$work/two.log"
fitted >"$work/two.fit"
check "gains of two processes" sh -c '[ -s "$1" ] && cmp "$1" "$2"' - "$work/one.fit" \
    "$work/two.fit"
"$BIN/train-predictor" $stage3 --unroll 2 --epochs 2 -o "$work/x.model" "$all" >"$work/one.log"
many 2 train-predictor $stage3 --unroll 2 --epochs 2 -o "$work/x.model" "$all" >"$work/two.log"
check "unrolled steps" same "$work/one.log" "$work/two.log"
many 2 train-predictor $stage3 --unroll 2 --epochs 2 --micro-batch 1 -o "$work/x.model" "$all" \
    >"$work/two.log"
check "... in micro-batches" same "$work/one.log" "$work/two.log"
# A weight that lies between two numbers of bfloat16 may go to the other one: 2^-8 of it.
chosen=${NEVERSTOP_USE-}
export NEVERSTOP_USE="$chosen bf16=plain"
"$BIN/train-predictor" $stage3 --precision bf16 --epochs 2 -o "$work/x.model" "$all" \
    >"$work/one.log"
many 2 train-predictor $stage3 --precision bf16 --epochs 2 -o "$work/x.model" "$all" \
    >"$work/two.log"
check "bfloat16" same "$work/one.log" "$work/two.log" 1e-3
export NEVERSTOP_USE="$chosen"
"$BIN/train-bank" $bank_options --clusters "$clusters" --refine vae --epochs1 0 -o "$work/x.bank" \
    "$all" >"$work/one.log"
many 2 train-bank $bank_options --clusters "$clusters" --refine vae --epochs1 0 -o "$work/x.bank" \
    "$all" >"$work/two.log"
check "the VAE's noise" same "$work/one.log" "$work/two.log"

# --- going on ---

many 2 train-predictor $stage3 --epochs 1 --checkpoint "$work/c" -o "$work/x.model" "$all" \
    >"$work/log"
many 2 train-predictor $stage3 --epochs 2 --checkpoint "$work/c" -o "$work/x.model" "$all" \
    >"$work/log"
check "two processes that stopped between go on to the same bytes" cmp "$work/2.model" \
    "$work/x.model"
many 2 train-bank $bank_options --clusters "$clusters" --epochs2 0 --checkpoint "$work/c2" \
    -o "$work/x.bank" "$all" >"$work/log"
many 2 train-bank $bank_options --clusters "$clusters" --checkpoint "$work/c2" -o "$work/x.bank" \
    "$all" >"$work/log"
check "... in stage 2 too" cmp "$work/two.bank" "$work/x.bank"

# --- failures ---

said_once() { [ "$(grep -c "^train-predictor: .*$1" "$work/err")" -eq 1 ]; }
many 2 train-predictor $stage3 --epochs 1 -o "$work/none" "$data/nowhere.tsv" >"$work/log"
check "what the first process cannot read ends all" test $? -ne 0 -a ! -e "$work/none"
check "... with one message" said_once "nowhere.tsv: "
many 2 train-predictor $stage3 --seed 9 --checkpoint "$work/c" -o "$work/none" "$all" >"$work/log"
check "a checkpoint of another run" test $? -ne 0 -a ! -e "$work/none"
check "... with one message" said_once "it has seed=1, this run seed=9"
many 2 train-predictor $stage3 --steps 1 -o "$work/nowhere/model" "$all" >"$work/log"
check "a result that cannot be written" test $? -ne 0
check "... with one message" said_once "nowhere/model: "

# A signal to one process stops all: to the last of those that mpirun started.
mkfifo "$work/rows"
last_process() {
    for f in /proc/[0-9]*/cmdline; do
        case $(tr '\0' ' ' <"$f" 2>/dev/null) in
            "$MPI_BIN/train-predictor "*"$work/c3"*) echo "$f" | cut -d/ -f3 ;;
        esac
    done | sort -n | tail -1
}
stopped() { # stopped SIGNAL
    rm -f "$work/c3" "$work/x.model"
    many 2 train-predictor $stage3 --epochs 1000000 --checkpoint "$work/c3" -o "$work/x.model" \
        "$all" >"$work/rows" &
    run=$!
    exec 3<"$work/rows"
    read header <&3
    read row <&3
    kill "-$1" "$(last_process)"
    cat <&3 >"$work/log"
    exec 3<&-
    wait $run
    [ $? -ne 0 ] && [ ! -e "$work/x.model" ]
}
check "SIGTERM to one process stops all" stopped TERM
check "... with a checkpoint to go on from" test -s "$work/c3"
check "... as the message says" said_once "stopped by a signal; the same command goes on from"
check "kill -9 of one process ends all" stopped KILL
