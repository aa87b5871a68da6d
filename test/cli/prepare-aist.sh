#!/bin/sh
# prepare-aist.sh: prepare-aist and check-dataset agree on what can be used, for sounds and motions
# of every kind. TAP on stdout.
. test/tap.sh
le() { printf "$(printf '\\%03o\\%03o' $(($1 & 255)) $(($1 >> 8 & 255)))"; }
be() { printf "$(printf '\\%03o\\%03o' $(($1 >> 8 & 255)) $(($1 & 255)))"; }
clicks() { # clicks RATE: a second of 8 bits
    awk -v n="$1" 'BEGIN {
        for (i = 0; i < n; i++) printf "%c", i % 4000 < 80 ? 126 - i % 4000 : 100
    }'
}
wav() {
    printf RIFF; le 8036; le 0; printf 'WAVEfmt '; le 16; le 0; le 1; le 1; le 8000; le 0
    le 8000; le 0; le 1; le 8; printf data; le 8000; le 0; clicks 8000
}
au() { # 24 bytes of header, 8 bits linear
    printf .snd; be 0; be 24; be 0; be 8000; be 0; be 2; be 0; be 8000; be 0; be 1; clicks 8000
}
aiff() { # COMM: 1 channel, 8000 samples, 8 bits, 8000 Hz as an 80-bit float
    printf FORM; be 0; be 8046; printf AIFFCOMM; be 0; be 18; be 1; be 0; be 8000; be 8
    printf '\100\013\372\000\000\000\000\000\000\000'
    printf SSND; be 0; be 8008; be 0; be 0; be 0; be 0; clicks 8000
}

aist=$work/aist
mkdir -p "$aist/motions" "$aist/music" "$aist/splits"
name() { echo "gHO_sFM_cAll_d01_mHO$1_ch01"; } # of the dance to song 0 .. 4
for i in 0 1 2; do cp test/golden/aist/aist_p4_numpy1.pkl "$aist/motions/$(name $i).pkl"; done
"$BIN/import-motion" -q -o "$work/m" "$aist/motions/$(name 0).pkl"
"$BIN/export-motion" -q --to bvh -o "$aist/motions/$(name 3).bvh" "$work/m/$(name 0).npz"
cp "$work/m/$(name 0).npz" "$aist/motions/$(name 4).npz"
wav >"$aist/music/mHO0.Wav"
au >"$aist/music/mHO1.au"
aiff >"$aist/music/mHO2.aiff"
wav >"$aist/music/mHO3.WAV"
wav >"$aist/music/mHO4.wav"
for i in 0 1 2; do name $i; done >"$aist/splits/crossmodal_train.txt"
name 3 >"$aist/splits/crossmodal_val.txt"
name 4 >"$aist/splits/crossmodal_test.txt"

"$BIN/check-dataset" -q "$aist" >"$work/checked" 2>"$work/err"
check "every file is of a kind that check-dataset counts" test $? -eq 0
"$BIN/prepare-aist" -q "$aist" "$work/out" 2>"$work/err"
check "... and prepare-aist takes" test $? -eq 0 -a ! -s "$work/err"
check "... all five" test "$(wc -l <"$work/out/all.tsv")" -eq 6
check "... with nothing dropped" test "$(wc -l <"$work/out/dropped.tsv")" -eq 1
cmp "$work/out/music/mHO0.npz" "$work/out/music/mHO4.npz" >"$work/log"
check "the ending does not matter" test $? -eq 0

# --- one sound that cannot be read, one listed twice, one without motion ---

rm "$aist/music/mHO1.au"
printf '\000\000\000\030ftypM4A \000\000\000\000' >"$aist/music/mHO1.m4a"
name 3 >>"$aist/splits/crossmodal_test.txt"
name 3 >>"$aist/splits/crossmodal_test.txt"
name 9 >>"$aist/splits/crossmodal_test.txt"
"$BIN/check-dataset" -q "$aist" >"$work/checked" 2>"$work/err"
check "check-dataset names a sound that cannot be read" grep -q "mHO1.m4a: .*convert it" "$work/err"
"$BIN/prepare-aist" "$aist" "$work/bad" >"$work/table" 2>"$work/err"
check "prepare-aist fails with it" test $? -eq 1
check "... and says what to do" grep -q "^prepare-aist: .*mHO1.m4a: .*convert it" "$work/err"
check "... and uses the others" grep -q "^train  *3  *2  *0  *0  *0  *1  *0$" "$work/table"
check "... counts each name once" grep -q "^test  *4  *2  *0  *1  *1  *0  *1$" "$work/table"
dropped() { grep -qx "$1	$(name "$2")	$3" "$work/bad/dropped.tsv"; }
check "... reports the damage" dropped train 1 'damaged music mHO1'
check "... the repetition" dropped test 3 repeated
check "... the missing motion" dropped test 9 'no motion'
cp "$aist/music/mHO0.Wav" "$aist/music/mHO1.wav"
"$BIN/prepare-aist" -q "$aist" "$work/bad" 2>"$work/err"
check "beside one that can be read it does no harm" test $? -eq 0 -a ! -s "$work/err"

# --- what is made again ---

ages() { ls -l "$work/bad/motions" "$work/bad/music" "$work/bad"/*.tsv; }
touch -t 200001010000 "$work/bad"/*.tsv "$work/bad/music/mHO2.npz" "$work/bad/motions/$(name 2).npz"
before=$(ages)
touch -t 200001010000 "$aist/motions"/* "$aist/music"/*
"$BIN/prepare-aist" -q "$aist" "$work/bad"
check "what is as new as its source stays" test "$before" = "$(ages)"
touch -t 200001010001 "$aist/music/mHO2.aiff" "$aist/motions/$(name 2).pkl"
"$BIN/prepare-aist" -q "$aist" "$work/bad"
ages | grep 2000 | wc -l >"$work/old"
check "what is older is made again, equal lists are left" test "$(cat "$work/old")" -eq 5
"$BIN/prepare-aist" -q --fps 30 "$aist" "$work/bad" 2>"$work/err"
check "another rate is for another folder" test $? -eq 1
check "... and that is said" grep -q 'made at 60 frames a second, not 30' "$work/err"
"$BIN/prepare-aist" -q --fps 30 "$aist" "$work/slow"
check "half the rate" test $? -eq 0
size() { wc -c <"$work/$1"; }
check "... half the frames" \
    test "$(size slow/motions/$(name 0).npz)" -lt $(($(size out/motions/$(name 0).npz) * 6 / 10))
check "... of music, too" \
    test "$(size slow/music/mHO0.npz)" -lt $(($(size out/music/mHO0.npz) * 6 / 10))
