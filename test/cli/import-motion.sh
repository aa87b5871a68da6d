# import-motion, prepare-aist and check-dataset on a small AIST++ folder made here.
set -u
top=$(mktemp -d) && trap 'rm -rf "$top"' EXIT
ok() { # ok WHAT COMMAND...: COMMAND succeeds
    what=$1
    shift
    if "$@"; then echo "ok - $what"; else echo "not ok - $what"; fi
}
lines() { wc -l <"$1" | tr -d ' '; }
# fails STATUS PATTERN COMMAND...: COMMAND exits with STATUS after one line on stderr that matches
fails() {
    want=$1 pattern=$2
    shift 2
    "$@" >"$top/stdout" 2>"$top/stderr"
    [ $? -eq "$want" ] && [ "$(lines "$top/stderr")" -eq 1 ] && grep -q "$pattern" "$top/stderr" \
        || { cat "$top/stderr"; return 1; }
}

# --- a folder: five dances, one of them ignored, one damaged, one without music ---

aist=$top/aist
mkdir -p "$aist/motions" "$aist/music" "$aist/splits"
a=gBR_sBM_cAll_d04_mBR0_ch01 b=gBR_sBM_cAll_d04_mBR0_ch02 c=gWA_sBM_cAll_d25_mWA1_ch01 \
    d=gWA_sBM_cAll_d25_mWA1_ch02 e=gPO_sBM_cAll_d10_mPO5_ch01
golden=test/golden/aist
cp $golden/aist_p4_numpy1.pkl "$aist/motions/$a.pkl"
cp $golden/aist_p2_numpy1.pkl "$aist/motions/$b.pkl"
cp $golden/aist_p5_numpy2.pkl "$aist/motions/$c.pkl"
cp $golden/aist_python2.pkl "$aist/motions/$d.pkl"
cp $golden/aist_f64.pkl "$aist/motions/$e.pkl"
# wav SECONDS: mono, 8 kHz, 8 bits: a click every 4000 samples
wav() {
    n=$((8000 * $1))
    le() { printf \
        "$(printf '\\%03o\\%03o\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8 & 255)) \
            $(($1 >> 16 & 255)) $(($1 >> 24 & 255)))"; \
        }
    printf RIFF; le $((36 + n)); printf 'WAVEfmt '; le 16; printf '\001\000\001\000'; le 8000; le \
        8000; printf '\001\000\010\000data'; le $n
    awk -v n=$n \
        'BEGIN { for (i = 0; i < n; i++) printf "%c", i % 4000 < 80 ? 126 - i % 4000 : 100 }'
}
wav 2 >"$aist/music/mBR0.wav"
wav 1 >"$aist/music/mWA1.wav"
# a trailing space, as in AIST++'s own lists
printf '%s\n%s \n' $a $b >"$aist/splits/crossmodal_train.txt"
printf '%s\r\n' $c >"$aist/splits/crossmodal_val.txt"
printf '%s\n%s' $d $c >"$aist/splits/crossmodal_test.txt"
printf '%s \r\n' $b >"$aist/ignore_list.txt"

# --- import-motion ---

import() { "$BIN/import-motion" "$@"; }
ok 'a folder is imported without the ignored' import -q -o "$top/m" --ignore-list \
    "$aist/ignore_list.txt" "$aist/motions"
ok 'a result for each but the ignored' [ "$(ls "$top/m" | tr '\n' ' ')" = \
    "$a.npz $e.npz $c.npz $d.npz " ]
ok 'the same bytes with one thread' sh -c \
    '"$BIN/import-motion" -q -j 1 -o "$1/m1" "$1/aist/motions/$2.pkl" &&
        cmp "$1/m1/$2.npz" "$1/m/$2.npz"' \
    - "$top" $a
ok 'what is there is left alone' sh -c \
    '"$BIN/import-motion" --skip-existing -o "$1/m" "$1/aist/motions" |
        grep -q "^1 imported, 0 ignored, 4 already"' \
    - "$top"
touch -t 200001010000 "$top/m/$a.npz"
ok 'what is older is made again' sh -c \
    '"$BIN/import-motion" --skip-existing -o "$1/m" "$1/aist/motions" |
        grep -q "^1 imported, 0 ignored, 4 already"' \
    - "$top"
ok 'a motion file is imported too' import -q -o "$top/m2" "$top/m/$a.npz"
printf 'cos\nsystem\n(S"touch %s"\ntR.' "$top/executed" >"$top/evil.pkl"
ok 'a hostile pickle is refused by name' fails 1 "^import-motion: $top/evil.pkl: .*os.system" \
    import -q -o "$top/m3" "$top/evil.pkl"
ok '... and nothing was run' [ ! -e "$top/executed" ]
ok '... nor written' [ -z "$(ls "$top/m3")" ]
ok 'the others go on' fails 1 evil import -q -o "$top/m3" "$top/evil.pkl" "$aist/motions/$a.pkl"
ok '... and are written' [ "$(ls "$top/m3")" = "$a.npz" ]
cp "$aist/motions/$a.pkl" "$top/$a.pkl"
ok 'two of one name are refused' fails 1 'same name' import -q -o "$top/m4" "$top/$a.pkl" \
    "$aist/motions/$a.pkl"
ok 'a file is not replaced by itself' fails 1 'replace the file itself' import -q -o "$top/m" \
    "$top/m/$a.npz"
ok 'no file: wrong usage' fails 2 'no file' import
ok 'a missing file' fails 1 'No such file' import -q -o "$top/m5" "$top/nothing.pkl"
echo HIERARCHY >"$top/x.bvh"
ok 'a bvh file that is none' fails 1 'x.bvh: line 2: the file ends where ROOT' import -q -o \
    "$top/m5" "$top/x.bvh"

# --- rates: twice as many frames and back again are the same bytes ---

import -q -o "$top/r60" $golden/aist_f64.pkl
import -o "$top/r120" --fps 120 "$top/r60/aist_f64.npz" >"$top/stdout"
ok '--fps says what it did' grep -qx '1 resampled to 120 frames a second' "$top/stdout"
import -q -o "$top/back" --fps 60 "$top/r120/aist_f64.npz"
ok '60 to 120 and back to 60 frames a second' cmp "$top/r60/aist_f64.npz" "$top/back/aist_f64.npz"
import -o "$top/same" --fps 60 "$top/r60/aist_f64.npz" >"$top/stdout"
ok 'a motion of that rate is not resampled' [ "$(lines "$top/stdout")" -eq 1 ]
ok 'a rate beyond the bounds is wrong usage' fails 2 'fps must lie' \
    "$BIN/import-motion" --fps 0.001 "$top/r60"
# A bare array of three frames of one joint that does not turn: it cannot say its rate.
one='\000\000\200\077' zero='\000\000\000\000'
frame=$zero$zero$zero$one$zero$zero$zero$one$zero$zero$zero$one
{
    printf '\223NUMPY\001\000\166\000'
    printf '%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 12), }"
    # shellcheck disable=SC2059 # the frames are formats: printf makes bytes of them
    printf "$frame$frame$frame"
} >"$top/bare.npy"
import -q -o "$top/bare" "$top/bare.npy" 2>"$top/stderr"
ok 'a rate that had to be assumed is named' grep -q 'bare.npy: .*60 frames.*--from-fps' \
    "$top/stderr"
import -q -o "$top/half" --from-fps 30 --fps 60 "$top/bare.npy" 2>"$top/stderr"
ok 'a rate that was given is not' [ ! -s "$top/stderr" ]
ok 'and decides' [ "$(wc -c <"$top/half/bare.npz")" -gt "$(wc -c <"$top/bare/bare.npz")" ]

# --- prepare-aist ---

prepare() { "$BIN/prepare-aist" "$@"; }
ok 'a folder is prepared' prepare -q "$aist" "$top/out"
row() { printf '%s\t%s\tmotions/%s.npz\tmusic/%s.npz\n' "$1" "$2" "$1" "$3"; }
{ printf 'name\tgenre\tmotion\tmusic\n'; row $d WA mWA1; row $c WA mWA1; } >"$top/expected"
ok 'rows as listed' cmp "$top/expected" "$top/out/test.tsv"
ok 'the ignored is not in train.tsv' [ "$(lines "$top/out/train.tsv")" -eq 2 ]
ok 'CRLF is taken' grep -q "^$c	WA	" "$top/out/val.tsv"
ok 'without all.txt, all.tsv has every motion with music' [ "$(lines "$top/out/all.tsv")" -eq 4 ]
ok 'the ignored name is reported' grep -q "^train	$b	ignored" "$top/out/dropped.tsv"
ok 'the missing music is reported' grep -q "^all	$e	no music mPO5" "$top/out/dropped.tsv"
ls -l --time-style=full-iso -R "$top/out" >"$top/before" 2>/dev/null || ls -lR "$top/out" \
    >"$top/before"
prepare -q "$aist" "$top/out"
ls -l --time-style=full-iso -R "$top/out" >"$top/after" 2>/dev/null || ls -lR "$top/out" \
    >"$top/after"
# folders change for a moment, files do not
grep '\.npz\|tsv' "$top/before" >"$top/before.files"
grep '\.npz\|tsv' "$top/after" >"$top/after.files"
ok 'a second time changes nothing' cmp "$top/before.files" "$top/after.files"
head -c 1000 $golden/aist_p5_numpy2.pkl >"$aist/motions/$c.pkl"
ok 'a motion damaged since fails' sh -c \
    '! "$BIN/prepare-aist" -q "$1/aist" "$1/out" 2>"$1/stderr"' - "$top"
ok '... and is not used, old result or not' sh -c '! grep -q "$2" "$1/out/test.tsv"' - "$top" $c
ok '... nor does a list without any row leave a file' [ ! -e "$top/out/val.tsv" ]
mkdir -p "$top/bare/motions" "$top/bare/music"
ok 'a folder without splits' fails 1 crossmodal_train prepare "$top/bare" "$top/out2"
ok '... leaves nothing behind' [ ! -e "$top/out2" ]
ok 'prepare-aist: wrong usage' fails 2 'two folders' prepare "$aist"

# --- check-dataset ---

check() { "$BIN/check-dataset" -q "$@"; }
ok 'check-dataset finds the damage' fails 1 "motions/$c.pkl: .*ends too early" check "$aist"
ok 'and counts' grep -q '^test  *2  *1  *0  *0  *0  *1$' "$top/stdout"
cp $golden/aist_p5_numpy2.pkl "$aist/motions/$c.pkl"
ok 'a good folder is good' check "$aist"
printf '\n%s\n' $e >>"$aist/splits/crossmodal_test.txt"
check -v "$aist" >"$top/stdout" 2>&1
ok 'missing music makes it fail' [ $? -eq 1 ]
ok 'and is named' grep -q "no music mPO5 for $e" "$top/stdout"
ok 'json' sh -c '"$BIN/check-dataset" -q --json "$1" | grep -q "\"no_music\":.1"' - "$aist"
