# dances.sh: read by scripts in test/cli: small data sets made of nothing but awk and printf, and
# how to compare what comes out.
. test/tap.sh

# refuses WHAT PATTERN OUTPUT COMMAND...: exit 1, one line on stderr that begins with the program
# and matches, and no OUTPUT
refuses() {
    what=$1 pattern=$2 output=$3
    shift 3
    rm -rf "$output"
    "$@" >"$work/out" 2>"$work/err"
    status=$?
    [ $status -eq 1 ] && [ "$(wc -l <"$work/err")" -eq 1 ] && [ ! -e "$output" ] &&
        grep -q "^$(basename "$1"): .*$pattern" "$work/err"
    passes "$what" "$work/err"
}

# header TYPE ROWS COLUMNS: of a .npy file
header() {
    printf '\223NUMPY\001\000\166\000%-117s\n' \
        "{'descr': '$1', 'fortran_order': False, 'shape': ($2, $3), }"
}
# npy FILE ROWS COLUMNS SEED: smooth small whole numbers, as unsigned bytes. A motion's matrices
# (3 + 9 J columns) are triangular with ones on the diagonal: of determinant 1, as readers want
# them.
npy() {
    {
        header '|u1' "$2" "$3"
        printf "$(awk -v rows="$2" -v columns="$3" -v seed="$4" '
            function wave(t, k) {
                return int(3.5 + 3 * sin(0.1 * t * (1 + (seed * 7 + k) % 5) + seed * 1.7 + k))
            }
            function entry(t, k,    i) {
                i = (k - 3) % 9
                if (k < 3 || (columns - 3) % 9 != 0) return wave(t, k)
                if (i % 4 == 0) return 1
                return i == 3 || i > 5 ? 0 : wave(t, k)
            }
            BEGIN {
                for (t = 0; t < rows; t++)
                    for (k = 0; k < columns; k++) printf "\\%03o", entry(t, k)
            }')"
    } >"$1"
}
# scalar FILE NUMBER, text FILE WORD: arrays of no dimension, a whole number below 256 and bytes
scalar() {
    {
        printf '\223NUMPY\001\000\166\000%-117s\n' \
            "{'descr': '|u1', 'fortran_order': False, 'shape': (), }"
        printf "$(printf '\\%03o' "$2")"
    } >"$1"
}
text() {
    {
        printf '\223NUMPY\001\000\166\000%-117s\n' \
            "{'descr': '|S${#2}', 'fortran_order': False, 'shape': (), }"
        printf '%s' "$2"
    } >"$1"
}
# le BYTES NUMBER: as printf's octal escapes, the lowest byte first
le() {
    number=$2
    for byte in $(seq "$1"); do
        printf '\\%03o' $((number & 255))
        number=$((number >> 8))
    done
}
# npz FILE NAME=ARRAY.npy...: those arrays, stored. gzip knows their checksums.
npz() {
    file=$1 at=0 count=0
    shift
    : >"$file" && : >"$work/directory"
    for member; do
        name=${member%%=*}.npy array=${member#*=}
        size=$(wc -c <"$array")
        {
            printf '\024\000\000\000\000\000\041\000\041\000'
            gzip -c "$array" | tail -c 8 | head -c 4
            printf "$(le 4 "$size")$(le 4 "$size")$(le 2 ${#name})\000\000"
        } >"$work/entry"
        { printf 'PK\003\004' && cat "$work/entry" && printf '%s' "$name" && cat "$array"; } \
            >>"$file"
        {
            printf 'PK\001\002\024\000' && cat "$work/entry"
            printf "\000\000\000\000\000\000\000\000\000\000$(le 4 "$at")" && printf '%s' "$name"
        } >>"$work/directory"
        at=$((at + 30 + ${#name} + size)) count=$((count + 1))
    done
    cat "$work/directory" >>"$file"
    size=$(wc -c <"$work/directory")
    {
        printf "PK\005\006\000\000\000\000$(le 2 $count)$(le 2 $count)"
        printf "$(le 4 "$size")$(le 4 "$at")\000\000"
    } >>"$file"
}
# song FILE.npz ROWS SEED [FPS [VERSION]]: music features that say what they are
song() {
    npy "$work/features.npy" "$2" $music_dim "$3"
    scalar "$work/fps.npy" "${4:-60}"
    text "$work/name.npy" mint35
    text "$work/version.npy" "${5:-librosa-0.11}"
    npz "$1" features="$work/features.npy" fps="$work/fps.npy" name="$work/name.npy" \
        version="$work/version.npy"
}
# motion FILE.npz ROWS SEED [FPS]: a motion that says its rate
motion() {
    npy "$work/frames.npy" "$2" $dim "$3"
    scalar "$work/fps.npy" "${4:-60}"
    npz "$1" motion="$work/frames.npy" fps="$work/fps.npy"
}

# one_joint FILE.npz: the skeleton of those motions
one_joint() {
    {
        printf '\223NUMPY\001\000\166\000%-117s\n' \
            "{'descr': '|i1', 'fortran_order': False, 'shape': (1,), }"
        printf '\377'
    } >"$work/parents.npy"
    { header '|u1' 1 3 && printf '\000\001\000'; } >"$work/offsets.npy"
    npz "$1" parents="$work/parents.npy" offsets="$work/offsets.npy"
}

# unsealed FILE: a model without its checksum, whose bytes may then be changed
unsealed() { sed 's/"checksum"/"checksun"/; s/"sealed"/"sealen"/' "$1"; }
# halves FILE ROWS COLUMNS: float16 ones, the last of them not a number
halves() {
    {
        header '<f2' "$2" "$3"
        printf "$(awk -v count=$(($2 * $3)) 'BEGIN {
            for (i = 1; i < count; i++) printf "\\000\\074"
            printf "\\000\\176"
        }')"
    } >"$1"
}

# huge FILE ROWS COLUMNS: float32 translations of 1e38; matrices of ones on and above the diagonal
huge() {
    {
        header '<f4' "$2" "$3"
        printf "$(awk -v rows="$2" -v columns="$3" 'BEGIN {
            for (t = 0; t < rows; t++)
                for (k = 0; k < columns; k++) {
                    i = (k - 3) % 9
                    if (k < 3) printf "\\231\\166\\226\\176"
                    else if (i == 3 || i > 5 && i < 8) printf "\\000\\000\\000\\000"
                    else printf "\\000\\000\\200\\077"
                }
        }')"
    } >"$1"
}

# frames FILE COLUMNS FIRST COUNT: those rows of a motion file, as bytes. Its first member is
# `motion`, stored, float32.
frames() {
    start=$(grep -abo NUMPY "$1" | head -1 | cut -d: -f1)
    tail -c +$((start + 128 + 4 * $2 * $3)) "$1" | head -c $((4 * $2 * $4))
}
# length_of FILE: frames of a motion
length_of() { grep -ao "'shape': ([0-9]*, " "$1" | head -1 | tr -dc 0-9; }
# near A B COLUMNS [TOLERANCE]: the same number of frames, equal within 1e-5 or that
near() {
    n=$(length_of "$1")
    [ -n "$n" ] && [ "$n" = "$(length_of "$2")" ] || return 1
    frames "$1" "$3" 0 "$n" | od -An -v -tf4 -w4 >"$work/near1"
    frames "$2" "$3" 0 "$n" | od -An -v -tf4 -w4 >"$work/near2"
    [ "$(wc -l <"$work/near1")" -eq $((n * $3)) ] &&
        paste "$work/near1" "$work/near2" | awk -v most="${4:-1e-5}" '
            { d = $1 - $2 }
            !(d < most + 0 && d > -most) { print NR ": " $0; bad = 1; exit }
            END { exit bad }'
}

# --- five dances of two genres: 60 frames of one joint, to 80 of music; windows of 16 + 4 ---
dim=12 music_dim=35
mkdir "$work/data"
for i in 1 2 3 4 5; do
    npy "$work/data/dance$i.npy" 60 $dim $i # the same without a rate
    motion "$work/data/dance$i.npz" 60 $i
    song "$work/data/song$i.npz" 80 $((i + 20))
done
{
    printf 'name\tgenre\tmotion\tmusic\n'
    for i in 1 2 3; do printf 'd%d\tAA\tdance%d.npz\tsong%d.npz\n' $i $i $i; done
    for i in 4 5; do printf 'd%d\tBB\tdance%d.npz\tsong%d.npz\n' $i $i $i; done
} >"$work/data/all.tsv"
sed -n '1,4p' "$work/data/all.tsv" >"$work/data/one-genre.tsv"
all="$work/data/all.tsv"
bank_options="-q -j 1 --preset tiny --past 16 --future 4 --items 3"
model_options="-q -j 1 --preset tiny --music 24"
clusters="$work/clusters"
make_clusters() {
    "$BIN/cluster-ap" -q -j 1 --length 16 --stride 4 --clusters 3 -o "$clusters" "$all"
}
bank() { "$BIN/train-bank" $bank_options --clusters "$clusters" "$@"; }
predictor() { "$BIN/train-predictor" $model_options "$@"; }
