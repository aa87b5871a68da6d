# make-demo-data: AIST++'s layout, files that the project's own readers take, the same bytes for the
# same seed, refusals.
. test/tap.sh
make_data="$BIN/make-demo-data -q --genres 2 --sequences 3 --seconds 5"

$make_data -o "$work/a"
passes "makes a data set"
[ "$(ls "$work/a/motions" | wc -l)" -eq 6 ] && [ "$(ls "$work/a/music" | tr '\n' ' ')" = \
    "mHO0.wav mHO1.wav mHO2.wav mLO0.wav mLO1.wav mLO2.wav " ]
passes "a dance and a song for every sequence"
sed -n '1p;4p' "$work/a/splits/all.txt" | tr '\n' ' ' | grep -q \
    '^gHO_sFM_cAll_d01_mHO0_ch01 gLO_sFM_cAll_d02_mLO0_ch01 $'
passes "names as AIST++ has them"
cat "$work"/a/splits/crossmodal_*.txt | sort | cmp -s - "$work/a/splits/all.txt"
passes "train, val and test make up the whole"
[ "$(wc -l <"$work/a/splits/crossmodal_train.txt")" -eq 2 ] && [ \
    "$(wc -l <"$work/a/splits/crossmodal_test.txt")" -eq 2 ]
passes "one song per genre to test on"
[ "$(wc -c <"$work/a/music/mHO0.wav")" -eq $((44 + 2 * 5 * 44100)) ]
passes "five seconds of 16-bit sound"
"$BIN/import-motion" -q -o "$work/m" "$work"/a/motions/*.pkl && [ "$(ls "$work/m" | wc -l)" -eq 6 ]
passes "the motions can be imported"
"$BIN/extract-music-features" -q -o "$work/f" "$work/a/music/mLO1.wav" >/dev/null && [ -s \
    "$work/f/mLO1.npz" ]
passes "music features can be extracted"

$make_data -j 1 -o "$work/b" && diff -r "$work/a" "$work/b" >/dev/null
passes "the same seed makes the same bytes, whatever the threads"
$make_data --seed 2 -o "$work/c" &&
    ! cmp -s "$work/a/music/mHO0.wav" "$work/c/music/mHO0.wav" && ! \
    cmp -s "$work/a/motions/gHO_sFM_cAll_d01_mHO0_ch01.pkl" \
    "$work/c/motions/gHO_sFM_cAll_d01_mHO0_ch01.pkl"
passes "another seed makes other songs and dances"
$BIN/make-demo-data -q --genres 10 --sequences 7 --seconds 1 -o "$work/d" && [ \
    "$(ls "$work/d/motions" | wc -l)" -eq 70 ] && [ "$(ls "$work/d/music" | wc -l)" -eq 60 ] &&
    grep -q '^gJS_sFM_cAll_d10_mJS0_ch07$' "$work/d/splits/crossmodal_train.txt"
passes "a seventh dance shares the first one's song and split"

fails() { # STATUS WHAT ARGUMENT...
    want=$1 what=$2; shift 2
    "$BIN/make-demo-data" -q "$@" >/dev/null 2>"$work/err"; got=$?
    [ "$got" -eq "$want" ] && [ "$(wc -l <"$work/err")" -eq 1 ] && grep -q '^make-demo-data: ' \
        "$work/err"
    passes "refuses $what"
}
fails 2 "to run without -o"
fails 2 "two sequences" --sequences 2 -o "$work/x"
fails 2 "eleven genres" --genres 11 -o "$work/x"
fails 2 "no seconds" --seconds 0 -o "$work/x"
fails 2 "operands" -o "$work/x" y
: >"$work/file"
fails 1 "a file as folder" -o "$work/file"
[ ! -e "$work/x" ]
passes "wrong usage leaves nothing behind"
