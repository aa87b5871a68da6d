# shellcheck shell=sh disable=SC2154 # here and name are the script's
# experiment.sh: what the experiments share. A script sets `here` (this file's folder) and `name`
# (NAME.mk has its rules), and calls, in this order, experiment_words, its own checks,
# experiment_begin and experiment_run. `also`: variables that are not in the rules word for word;
# `part`: a makefile between stages.mk and NAME.mk.
root=$(dirname "$here")
rules=$here/$name.mk
BIN=${BIN:-bin}
LC_ALL=C
CALLER="make $name" jobs=
[ -n "${GIVEN+set}" ] || CALLER="neverstop $name"
export CALLER LC_ALL

fail() { # fail STATUS MESSAGE
    # Genres come from files: their control characters do not reach a terminal.
    printf '%s: %s\n' "$CALLER" "$2" | tr '\001-\011\013-\037\177' '[?*]' >&2
    exit "$1"
}
words() { tr '\n' ' ' | sed 's/ *$//'; }
has() { case " $1 " in *" $2 "*) ;; *) return 1 ;; esac; } # has LIST WORD
# What the rules have a row for, and the variables that a makefile uses.
presets() { sed -n 's/^PRESETS := //p' "$here/stages.mk" | words; }
variables() {
    cat "$@" | tr '$' '\n' | sed -n 's/^(\([A-Z][A-Z_0-9]*\)[):].*/\1/p' | sort -u | words
}
rules_make() { # rules_make FOLDER TARGET [OPTION]...
    folder=$1 target=$2 && shift 2
    "${MAKE:-make}" "$@" -s --no-print-directory -C "$folder" -f "$here/stages.mk" \
        ${part:+-f "$here/$part.mk"} -f "$rules" "$target"
}
methods() { MAKEFLAGS='' rules_make "$here" methods; }

# --- what is asked for ---

experiment_words() { # experiment_words [-jN] [VARIABLE=VALUE]...: the script's own
    for word in "$@"; do
        case $word in
            -h | --help)
                sed -n '1d; /^[^#]/q; s/^# \{0,1\}//p' "$0"
                cat "$here/README.md"
                exit
                ;;
            -j*) jobs=$word ;;
            [A-Z]*=*) export "${word?}" && GIVEN="${GIVEN-} ${word%%=*}" ;;
            *) fail 2 "$word: a variable as in DATA=DIR is wanted" ;;
        esac
    done
}

check_words() { # check_words VARIABLE WANTED KNOWN
    for word in $2; do
        has "$3" "$word" || fail 2 "$1: there is no $word; there are: $3"
    done
}
check_numbers() { # check_numbers VARIABLE VALUE
    [ -n "$2" ] || fail 2 "$1 is empty"
    for word in $2; do
        case $word in *[!0-9]*) fail 2 "$1 takes whole numbers, not '$word'" ;; esac
    done
}
check_variables() {
    options=$(methods | tr 'a-z ' 'A-Z\n' | sed 's/[0-9]*$/_OPTIONS/' | words)
    named=$(variables "$here/stages.mk" ${part:+"$here/$part.mk"} "$rules")
    own="DATA OUT ${also-} $options $named"
    own=$(echo "$own" | tr ' ' '\n' | grep -v -x -e LC_ALL -e Q -e "" | sort -u | words)
    known=$own
    [ ! -f "$root/Makefile" ] || known="$own $(variables "$root/Makefile")"
    for variable in ${GIVEN-}; do
        has "$known" "$variable" || fail 2 "there is no variable $variable; there are: $own"
    done
}

# Genres are looked up in the lists that train and test: names of AIST++, or a prepared list's
# column.
genres_of() { # genres_of train|test
    if [ -f "$source/$1.tsv" ]; then
        awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "genre") at = i; next }
            at { print $at }' "$source/$1.tsv"
    elif [ -f "$source/splits/crossmodal_$1.txt" ]; then
        sed -n 's/^[[:space:]]*g\([^_]*\)_s[^_]*_c.*/\1/p' "$source/splits/crossmodal_$1.txt"
    fi | sort -u | words
}

# FEATURES="encoder=FOLDER layer=7": folders are made absolute, as work is done elsewhere.
check_features() {
    features=
    for word in ${FEATURES-}; do
        case $word in
            encoder=* | sounds=*)
                folder=${word#*=}
                [ -d "$folder" ] || fail 1 "FEATURES: $folder: no such folder"
                word=${word%%=*}=$(cd "$folder" && pwd)
                ;;
            [a-z]*=*) ;;
            *) fail 2 "FEATURES: '$word' is not WORD=VALUE, as in encoder=FOLDER layer=7" ;;
        esac
        features="${features:+$features }$word"
    done
    case " $features " in
        "  " | *" encoder="*) ;;
        *) fail 2 'FEATURES: encoder=FOLDER is needed' ;;
    esac
    FEATURES=$features
    export FEATURES
}

check_shared() {
    check_variables
    [ -n "${OUT-}" ] || fail 2 'OUT=DIR is needed, the folder of the experiment'
    data=${DATA-}
    [ -n "$data" ] || [ -f "$OUT/data/train.tsv" ] ||
        fail 2 'DATA=DIR is needed, an AIST++ folder or what prepare-aist made of one'
    [ -z "$data" ] || [ -d "$data" ] || fail 1 "$data: no such folder"
    check_words PRESET "${PRESET-small}" "$(presets)"
    check_numbers THREADS "${THREADS-0}"
    check_numbers DANCES "${DANCES-0}"
    check_numbers DURATION "${DURATION-0}"
    check_numbers FRAMES "${FRAMES:-0}"
    check_numbers KEEP "${KEEP:-0}"
    check_numbers FPS "${FPS:-0}"
    check_features
    source=${data:-$OUT/data}
    for list in train test; do
        [ -z "${GENRES-}" ] || check_words "GENRES ($list)" "$GENRES" "$(genres_of $list)"
    done
}

# --- the folder ---

# The lock is held until the last process that was started here ends, whatever ends it.
lock() {
    case ${NEVERSTOP_LOCK:-$(command -v flock || echo link)} in
        link) lock_by_link && return ;;
        *) exec 9>"$OUT/.lock" && flock -n 9 && return ;;
    esac
    fail 1 "$OUT: another $CALLER is at work in this folder; wait for it, or take another OUT"
}
# Where there is no flock (macOS) or NEVERSTOP_LOCK is "link": a link that names its owner; one
# whose owner is gone is taken over.
lock_by_link() {
    ln -s $$ "$OUT/.owner" 2>/dev/null || {
        owner=$(readlink "$OUT/.owner") && ! kill -0 "$owner" 2>/dev/null || return 1
        # Whoever moves the old link away is the one to make a new one.
        aside=$OUT/.owner-$$
        mv "$OUT/.owner" "$aside" && [ "$(readlink "$aside")" = "$owner" ] || return 1
        rm -f "$aside"
        ln -s $$ "$OUT/.owner" 2>/dev/null || return 1
    }
    trap 'rm -f "$OUT/.owner"' EXIT
    trap 'exit 1' HUP INT TERM
}

physical() { (cd "$1" 2>/dev/null && pwd -P); }
relative() { # relative FROM TO: the path of folder TO as seen from folder FROM
    FROM=$(physical "$1") TO=$(physical "$2") awk 'BEGIN {
        n = split(ENVIRON["FROM"], from, "/")
        m = split(ENVIRON["TO"], to, "/")
        for (i = 1; i <= n && i <= m && from[i] == to[i]; i++);
        for (k = i; k <= n; k++) path = path "../"
        for (k = i; k <= m; k++) path = path to[k] "/"
        print path == "" ? "." : path
    }'
}

# data is what was prepared here, or a link to a prepared folder, so that the lists' paths, which
# begin with it, stay true wherever the experiment is moved.
link_data() {
    if [ -n "$data" ] && [ ! -f "$data/train.tsv" ]; then
        RAW=$(cd "$data" && pwd)
        [ ! -L "$OUT/data" ] || rm "$OUT/data"
    elif [ -n "$data" ] && [ "$(physical "$data")" != "$(physical "$OUT/data")" ]; then
        [ ! -d "$OUT/data" ] || [ -L "$OUT/data" ] ||
            fail 1 "$OUT/data was prepared from another folder than $data; take another OUT"
        rm -f "$OUT/data"
        ln -s "$(relative "$OUT" "$data")" "$OUT/data"
    fi
}

# --- the experiment ---

run() { # run FOLDER TARGET
    # shellcheck disable=SC2086 # no word, or one
    rules_make "$1" "$2" $jobs
}

# Run by hand, without MAKE, this takes the programs that there are.
find_programs() {
    if [ -n "${MAKE-}" ]; then
        "$MAKE" -C "$root" -s -q all 2>/dev/null || echo "$CALLER: building the programs"
        "$MAKE" -C "$root" -s --no-print-directory all
    fi
    PROGRAMS=$(cd "$root" && cd "$BIN" && pwd) HERE=$here RAW='' SOUNDS=''
    [ ! -d "$data/music" ] || [ -f "$data/train.tsv" ] || SOUNDS=$(cd "$data/music" && pwd)
    export PROGRAMS HERE RAW SOUNDS
}

# Threads of one training wait for each other where trainings side by side do not: without THREADS
# the trainings that -j allows divide the processors among them. Without -j as many go side by side
# as keep all processors at work to the end, half of them at most; not those of paper, each of which
# fills the memory.
share_processors() {
    [ -z "${THREADS-}" ] || return 0
    processors=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
    trainings=$(run "$root" training-count)
    most=$(echo " $jobs ${MAKEFLAGS-}" | sed -n 's/.* -j *\([0-9][0-9]*\).*/\1/p')
    at_once=${most:-$((trainings / 2))}
    [ "$at_once" -le "$trainings" ] || at_once=$trainings
    [ "$at_once" -le "$processors" ] || at_once=$processors
    [ "$at_once" -gt 1 ] || return 0
    if [ -z "$most" ]; then
        [ "${PRESET-small}" != paper ] || return 0
        jobs=-j$at_once
    fi
    THREADS=$((processors / at_once))
    export THREADS
    echo "$CALLER: $at_once trainings side by side, threads of each: $THREADS"
}

# Checks what is asked for before anything is built or prepared, and takes the folder.
experiment_begin() {
    check_shared
    find_programs
    run "$root" options-check
    share_processors
    mkdir -p "$OUT/dances" "$OUT/options" || exit 1
    lock
    link_data
}

# What it costs, then the target; with make -n only what would be done.
experiment_run() { # experiment_run TARGET
    letters=${MAKEFLAGS-}
    case ${letters%% *} in
        -*) ;;
        *n*) run "$OUT" "$1" && exit ;;
    esac
    run "$OUT" cost.txt
    RAW= # prepared by now
    run "$OUT" "$1"
}

# A target that only looks at what is there; another one may be at work in the folder.
experiment_look() { # experiment_look TARGET
    check_shared
    [ -d "$OUT/dances" ] || fail 1 "$OUT: no experiment is there"
    find_programs
    run "$OUT" "$1"
}
