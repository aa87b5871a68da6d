# import-motion, prepare-aist and check-dataset on a small AIST++ folder made here.
set -u
. test/tap.sh
listed() { ls -l --time-style=full-iso -R "$1" 2>/dev/null || ls -lR "$1"; }
lines() { wc -l <"$1" | tr -d ' '; }

# --- a folder: five dances, one of them ignored, one damaged, one without music ---

aist=$work/aist
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
check 'a folder is imported without the ignored' import -q -o "$work/m" --ignore-list \
    "$aist/ignore_list.txt" "$aist/motions"
check 'a result for each but the ignored' [ "$(ls "$work/m" | tr '\n' ' ')" = \
    "$a.npz $e.npz $c.npz $d.npz " ]
check 'the same bytes with one thread' sh -c \
    '"$BIN/import-motion" -q -j 1 -o "$1/m1" "$1/aist/motions/$2.pkl" &&
        cmp "$1/m1/$2.npz" "$1/m/$2.npz"' \
    - "$work" $a
check 'what is there is left alone' sh -c \
    '"$BIN/import-motion" --skip-existing -o "$1/m" "$1/aist/motions" |
        grep -q "^1 imported, 0 ignored, 4 already"' \
    - "$work"
touch -t 200001010000 "$work/m/$a.npz"
check 'what is older is made again' sh -c \
    '"$BIN/import-motion" --skip-existing -o "$1/m" "$1/aist/motions" |
        grep -q "^1 imported, 0 ignored, 4 already"' \
    - "$work"
check 'a motion file is imported too' import -q -o "$work/m2" "$work/m/$a.npz"
printf 'cos\nsystem\n(S"touch %s"\ntR.' "$work/executed" >"$work/evil.pkl"
check 'a hostile pickle is refused by name' fails 1 "^import-motion: $work/evil.pkl: .*os.system" \
    import -q -o "$work/m3" "$work/evil.pkl"
check '... and nothing was run' [ ! -e "$work/executed" ]
check '... nor written' [ -z "$(ls "$work/m3")" ]
check 'the others go on' fails 1 evil \
    import -q -o "$work/m3" "$work/evil.pkl" "$aist/motions/$a.pkl"
check '... and are written' [ "$(ls "$work/m3")" = "$a.npz" ]
cp "$aist/motions/$a.pkl" "$work/$a.pkl"
check 'two of one name are refused' fails 1 'same name' import -q -o "$work/m4" "$work/$a.pkl" \
    "$aist/motions/$a.pkl"
check 'a file is not replaced by itself' fails 1 'replace the file itself' import -q -o "$work/m" \
    "$work/m/$a.npz"
check 'no file: wrong usage' fails 2 'no file' import
check 'a missing file' fails 1 'No such file' import -q -o "$work/m5" "$work/nothing.pkl"
echo HIERARCHY >"$work/x.bvh"
check 'a bvh file that is none' fails 1 'x.bvh: line 2: the file ends where ROOT' import -q -o \
    "$work/m5" "$work/x.bvh"

# --- rates: twice as many frames and back again are the same bytes ---

import -q -o "$work/r60" $golden/aist_f64.pkl
import -o "$work/r120" --fps 120 "$work/r60/aist_f64.npz" >"$work/out"
check '--fps says what it did' grep -qx '1 resampled to 120 frames a second' "$work/out"
import -q -o "$work/back" --fps 60 "$work/r120/aist_f64.npz"
check '60 to 120 and back to 60 frames a second' \
    cmp "$work/r60/aist_f64.npz" "$work/back/aist_f64.npz"
import -o "$work/same" --fps 60 "$work/r60/aist_f64.npz" >"$work/out"
check 'a motion of that rate is not resampled' [ "$(lines "$work/out")" -eq 1 ]
check 'a rate beyond the bounds is wrong usage' fails 2 'fps must lie' \
    "$BIN/import-motion" --fps 0.001 "$work/r60"
# A bare array of three frames of one joint that does not turn: it cannot say its rate.
one='\000\000\200\077' zero='\000\000\000\000'
frame=$zero$zero$zero$one$zero$zero$zero$one$zero$zero$zero$one
{
    printf '\223NUMPY\001\000\166\000'
    printf '%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 12), }"
    # shellcheck disable=SC2059 # the frames are formats: printf makes bytes of them
    printf "$frame$frame$frame"
} >"$work/bare.npy"
import -q -o "$work/bare" "$work/bare.npy" 2>"$work/err"
check 'a rate that had to be assumed is named' grep -q 'bare.npy: .*60 frames.*--from-fps' \
    "$work/err"
import -q -o "$work/half" --from-fps 30 --fps 60 "$work/bare.npy" 2>"$work/err"
check 'a rate that was given is not' [ ! -s "$work/err" ]
check 'and decides' [ "$(wc -c <"$work/half/bare.npz")" -gt "$(wc -c <"$work/bare/bare.npz")" ]

# --- prepare-aist ---

prepare() { "$BIN/prepare-aist" "$@"; }
check 'a folder is prepared' prepare -q "$aist" "$work/prepared"
row() { printf '%s\t%s\tmotions/%s.npz\tmusic/%s.npz\n' "$1" "$2" "$1" "$3"; }
{ printf 'name\tgenre\tmotion\tmusic\n'; row $d WA mWA1; row $c WA mWA1; } >"$work/expected"
check 'rows as listed' cmp "$work/expected" "$work/prepared/test.tsv"
check 'the ignored is not in train.tsv' [ "$(lines "$work/prepared/train.tsv")" -eq 2 ]
check 'CRLF is taken' grep -q "^$c	WA	" "$work/prepared/val.tsv"
check 'without all.txt, all.tsv has every motion with music' \
    [ "$(lines "$work/prepared/all.tsv")" -eq 4 ]
check 'the ignored name is reported' grep -q "^train	$b	ignored" "$work/prepared/dropped.tsv"
check 'the missing music is reported' grep -q "^all	$e	no music mPO5" "$work/prepared/dropped.tsv"
listed "$work/prepared" >"$work/before"
prepare -q "$aist" "$work/prepared"
listed "$work/prepared" >"$work/after"
# folders change for a moment, files do not
grep '\.npz\|tsv' "$work/before" >"$work/before.files"
grep '\.npz\|tsv' "$work/after" >"$work/after.files"
check 'a second time changes nothing' cmp "$work/before.files" "$work/after.files"
head -c 1000 $golden/aist_p5_numpy2.pkl >"$aist/motions/$c.pkl"
check 'a motion damaged since fails' sh -c \
    '! "$BIN/prepare-aist" -q "$1/aist" "$1/prepared" 2>"$1/err"' - "$work"
check '... and is not used, old result or not' \
    sh -c '! grep -q "$2" "$1/prepared/test.tsv"' - "$work" $c
check '... nor does a list without any row leave a file' [ ! -e "$work/prepared/val.tsv" ]
mkdir -p "$work/bare/motions" "$work/bare/music"
check 'a folder without splits' fails 1 crossmodal_train prepare "$work/bare" "$work/prepared2"
check '... leaves nothing behind' [ ! -e "$work/prepared2" ]
check 'prepare-aist: wrong usage' fails 2 'two folders' prepare "$aist"

# --- check-dataset ---

check_dataset() { "$BIN/check-dataset" -q "$@"; }
check 'check-dataset finds the damage' fails 1 "motions/$c.pkl: .*ends too early" \
    check_dataset "$aist"
check 'and counts' grep -q '^test  *2  *1  *0  *0  *0  *1$' "$work/out"
cp $golden/aist_p5_numpy2.pkl "$aist/motions/$c.pkl"
check 'a good folder is good' check_dataset "$aist"
printf '\n%s\n' $e >>"$aist/splits/crossmodal_test.txt"
check_dataset -v "$aist" >"$work/out" 2>&1
check 'missing music makes it fail' [ $? -eq 1 ]
check 'and is named' grep -q "no music mPO5 for $e" "$work/out"
check 'json' sh -c '"$BIN/check-dataset" -q --json "$1" | grep -q "\"no_music\":.1"' - "$aist"
