#!/bin/sh
# encode-music.sh: features of tiny encoders from the command line, and what becomes of them: files,
# models trained on them, dances, an experiment. TAP on stdout.
. test/tap.sh
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES # of the make that runs the tests
here=$(pwd)
mert=$here/test/golden/encoders/group wav2vec=$here/test/golden/encoders/layer
encode() { "$BIN/encode-music" -q -j 1 "$@" >"$work/out" 2>"$work/err"; }
shape() { grep -aq "'shape': ($2)" "$1"; }
says() { [ "$(wc -l <"$work/err")" -eq 1 ] && grep -q -e "$1" "$work/err"; } # in one line
refuses() { # refuses STATUS PATTERN OPTION...
    status=$1 pattern=$2 && shift 2
    encode "$@"
    got=$?
    check "refused: $pattern" test $got -eq "$status" -a ! -e "$work/none.npz"
    check "... in a line" says "$pattern"
}

"$BIN/make-demo-data" -q --genres 2 --sequences 3 --seconds 5 -o "$work/aist"
song=$work/aist/music/mHO0.wav
window="--window 0.05"

# --- files ---

encode --model "$mert" $window --layer 1 -o "$work/a.npz" "$song"
check "a song" test $? -eq 0
check "... a row of 8 for each frame" shape "$work/a.npz" "[0-9]*, 8"
check "... says encoder, layer, weights and window" \
    grep -aq 'layer-1/[0-9a-f]\{8\}/window-0.05-0' "$work/a.npz"
encode --model "$mert" $window --layer 1 -j 2 -o "$work/b.npz" "$song"
check "the same bytes again" cmp "$work/a.npz" "$work/b.npz"
encode --model "$mert" $window --layers 0,2 --with onset_strength,beats --fps 30 -o "$work/songs" \
    "$work/aist/music"
check "a folder of songs, two layers, and blocks of the 35" test $? -eq 0
check "... side by side" shape "$work/songs/mHO0.npz" "[0-9]*, 18"
before=$(ls -l "$work/songs")
encode --model "$mert" $window --layers 0,2 --with onset_strength,beats --fps 30 --skip-existing \
    -o "$work/songs" "$work/aist/music"
check "what is there is kept" test "$before" = "$(ls -l "$work/songs")"
encode --model "$wav2vec" --layer 2 --fps 30 --skip-existing -o "$work/songs" "$work/aist/music"
check "... unless it is of another encoder" test $? -eq 1
check "... which is said" grep -q 'mHO0.npz: holds mert-2x8 .* not wav2vec2-2x8' "$work/err"
"$BIN/encode-music" --model "$mert" --dry-run -o "$work/none/x.npz" "$song" >"$work/out" \
    2>"$work/err"
check "what it would take" grep -q 'TFLOP, about' "$work/out"
check "... and nothing else" test ! -e "$work/none"
encode --model "$mert" --dry-run -o "$work/none" "$song"
check "... nor a folder" test $? -eq 0 -a ! -e "$work/none"

# --- refused ---

model="--model $mert -o $work/none.npz"
refuses 2 'no sound file given' $model
refuses 2 'model is needed' -o "$work/none.npz" "$song"
refuses 2 'o is needed' --model "$mert" "$song"
refuses 2 "'x' is not a layer" $model --layer x "$song"
refuses 2 'exclude each other' $model --layer 1 --layers 1,2 "$song"
refuses 2 'exclude each other' $model --native --fps 30 "$song"
refuses 2 'overlap goes with --window' $model --overlap 1 "$song"
refuses 2 'with needs frames at --fps' $model --native --with beats "$song"
refuses 2 'tempo. is not one of' $model --with tempo "$song"
refuses 1 'there is no layer 3; there are 0 to 2' $model --layer 3 "$song"
refuses 1 'nowhere: not a folder' --model "$work/nowhere" -o "$work/none.npz" "$song"
refuses 1 'x.wav: ' $model "$work/x.wav"
cp -R "$mert" "$work/cut"
head -c 9000 "$mert/pytorch_model.bin" >"$work/cut/pytorch_model.bin"
refuses 1 'cut/pytorch_model.bin: ' --model "$work/cut" -o "$work/none.npz" "$song"
sed 's/"num_hidden_layers": 2/"num_hidden_layers": 3/' "$mert/config.json" >"$work/cut/config.json"
cp "$mert/pytorch_model.bin" "$work/cut"
refuses 1 "'wav2vec2.encoder.layers.2.*' is missing" --model "$work/cut" -o "$work/none.npz" "$song"

# --- models, dances, an experiment ---

(
    GIVEN='' DATA="$work/aist" OUT="$work/out dir" PRESET=tiny THREADS=1 DANCES=1 FRAMES=200
    GENRES=HO METHODS=full FEATURES="encoder=$mert layer=2 window=0.05"
    export GIVEN DATA OUT PRESET THREADS DANCES FRAMES GENRES METHODS FEATURES
    sh experiments/dance >"$work/out" 2>"$work/err" && sh experiments/dance >"$work/again" 2>&1
)
check "an experiment with an encoder's features" test $? -eq 0
check "... down to its table" grep -q '^full-1 ' "$work/out dir/table.txt"
check "... in which songs are encoded once" sh -c 'grep -q "encoding the songs" "$1/out" &&
    ! grep -q encoding "$1/again"' - "$work"
m="$work/out dir/full-1.safetensors"
check "its model says which features it hears" grep -aq 'layer-2/[0-9a-f]\{8\}/window-0.05-0' "$m"
dance() { "$BIN/generate" -q -j 1 -m "$m" --genre HO --music "$1" -o "$work/d.npz" 2>"$work/err"; }
rm -f "$work/d.npz"
dance "$song"
check "a song without its encoder is refused" test $? -eq 1 -a ! -e "$work/d.npz"
check "... with what is needed" \
    says 'encoder, mert-2x8, layer-2, weights [0-9a-f]\{8\}: give the folder .*--encoder FOLDER'
"$BIN/generate" -q -j 1 -m "$m" --genre HO --music "$song" --encoder "$wav2vec" -o "$work/d.npz" \
    2>"$work/err"
check "another encoder is refused" test $? -eq 1
check "... by both names" says 'computes wav2vec2-2x8 .*, not mert-2x8'
"$BIN/generate" -q -j 1 -m "$m" --genre HO --music "$song" --encoder "$mert" -o "$work/d.npz" \
    2>"$work/err"
check "a dance to a song, by its encoder" test $? -eq 0 -a -s "$work/d.npz"
dance "$work/out dir/features/mHO0.npz" && cp "$work/d.npz" "$work/e.npz"
"$BIN/generate" -q -j 1 -m "$m" --genre HO --music "$song" --encoder "$mert" -o "$work/d.npz"
check "... is that to the features" cmp "$work/d.npz" "$work/e.npz"
"$BIN/generate" -q -m "$m" --genre HO --music "$work/songs/mHO0.npz" -o "$work/f.npz" 2>"$work/err"
check "features of other layers are refused" says 'mHO0.npz: .*layer'
