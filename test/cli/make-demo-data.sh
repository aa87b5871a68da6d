# make-demo-data: AIST++'s layout, files that the project's own readers take, the same bytes for the
# same seed, refusals.
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
check() { if [ "$2" -eq 0 ]; then echo "ok - $1"; else echo "not ok - $1"; fi; }
make_data="$BIN/make-demo-data -q --genres 2 --sequences 3 --seconds 5"

$make_data -o "$tmp/a"
check "makes a data set" $?
[ "$(ls "$tmp/a/motions" | wc -l)" -eq 6 ] && [ "$(ls "$tmp/a/music" | tr '\n' ' ')" = \
    "mHO0.wav mHO1.wav mHO2.wav mLO0.wav mLO1.wav mLO2.wav " ]
check "a dance and a song for every sequence" $?
sed -n '1p;4p' "$tmp/a/splits/all.txt" | tr '\n' ' ' | grep -q \
    '^gHO_sFM_cAll_d01_mHO0_ch01 gLO_sFM_cAll_d02_mLO0_ch01 $'
check "names as AIST++ has them" $?
cat "$tmp"/a/splits/crossmodal_*.txt | sort | cmp -s - "$tmp/a/splits/all.txt"
check "train, val and test make up the whole" $?
[ "$(wc -l <"$tmp/a/splits/crossmodal_train.txt")" -eq 2 ] && [ \
    "$(wc -l <"$tmp/a/splits/crossmodal_test.txt")" -eq 2 ]
check "one song per genre to test on" $?
[ "$(wc -c <"$tmp/a/music/mHO0.wav")" -eq $((44 + 2 * 5 * 44100)) ]
check "five seconds of 16-bit sound" $?
"$BIN/import-motion" -q -o "$tmp/m" "$tmp"/a/motions/*.pkl && [ "$(ls "$tmp/m" | wc -l)" -eq 6 ]
check "the motions can be imported" $?
"$BIN/extract-music-features" -q -o "$tmp/f" "$tmp/a/music/mLO1.wav" >/dev/null && [ -s \
    "$tmp/f/mLO1.npz" ]
check "music features can be extracted" $?

$make_data -j 1 -o "$tmp/b" && diff -r "$tmp/a" "$tmp/b" >/dev/null
check "the same seed makes the same bytes, whatever the threads" $?
$make_data --seed 2 -o "$tmp/c" && ! cmp -s "$tmp/a/music/mHO0.wav" "$tmp/c/music/mHO0.wav" && ! \
    cmp -s "$tmp/a/motions/gHO_sFM_cAll_d01_mHO0_ch01.pkl" \
    "$tmp/c/motions/gHO_sFM_cAll_d01_mHO0_ch01.pkl"
check "another seed makes other songs and dances" $?
$BIN/make-demo-data -q --genres 10 --sequences 7 --seconds 1 -o "$tmp/d" && [ \
    "$(ls "$tmp/d/motions" | wc -l)" -eq 70 ] && [ "$(ls "$tmp/d/music" | wc -l)" -eq 60 ] &&
    grep -q '^gJS_sFM_cAll_d10_mJS0_ch07$' "$tmp/d/splits/crossmodal_train.txt"
check "a seventh dance shares the first one's song and split" $?

fails() { # STATUS WHAT ARGUMENT...
    want=$1 what=$2; shift 2
    "$BIN/make-demo-data" -q "$@" >/dev/null 2>"$tmp/err"; got=$?
    [ "$got" -eq "$want" ] && [ "$(wc -l <"$tmp/err")" -eq 1 ] && grep -q '^make-demo-data: ' \
        "$tmp/err"
    check "refuses $what" $?
}
fails 2 "to run without -o"
fails 2 "two sequences" --sequences 2 -o "$tmp/x"
fails 2 "eleven genres" --genres 11 -o "$tmp/x"
fails 2 "no seconds" --seconds 0 -o "$tmp/x"
fails 2 "operands" -o "$tmp/x" y
: >"$tmp/file"
fails 1 "a file as folder" -o "$tmp/file"
[ ! -e "$tmp/x" ]
check "wrong usage leaves nothing behind" $?
