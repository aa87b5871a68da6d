#!/bin/sh
# encode-clap.sh: tiny networks of CLAP and Wav2CLIP from the command line. TAP on stdout.
. test/tap.sh
clap=test/golden/encoders/clap wav2clip=test/golden/encoders/wav2clip
encode() { "$BIN/encode-music" -q -j 1 "$@" >"$work/out" 2>"$work/err"; }
shape() { grep -aq "'shape': ($2)" "$1"; }
names() { grep -aqF "$2.npy" "$1"; }
says() { [ "$(wc -l <"$work/err")" -eq 1 ] && grep -q -e "$1" "$work/err"; } # in one line
refuses() { # refuses PATTERN OPTION...
    pattern=$1 && shift
    encode -o "$work/none.npz" "$@"
    got=$?
    check "refused: $pattern" test $got -eq 1 -a ! -e "$work/none.npz"
    check "... in a line" says "$pattern"
}
changed() { # changed FOLDER FILE SED-EXPRESSION: a copy of a model
    rm -rf "$work/model"
    cp -R "$1" "$work/model"
    sed "$3" "$1/$2" >"$work/model/$2"
}

"$BIN/make-demo-data" -q --genres 1 --sequences 3 --seconds 5 -o "$work/aist"
song=$work/aist/music/mHO0.wav

# --- CLAP ---

encode --model "$clap" --fps 30 --stages-out "$work/s.npz" -o "$work/a.npz" "$song"
check "CLAP: a song" test $? -eq 0
check "... a vector of 6 for each of 150 rows" shape "$work/a.npz" "150, 6"
for stage in mel image patch_embed stage_0 stage_1 norm last_hidden_state pooled audio_embeds; do
    check "... its $stage" names "$work/s.npz" $stage
done
encode --model "$clap" --native --window 0.115 --overlap 0.1 -o "$work/b.npz" "$song"
check "... a vector every 60 samples" shape "$work/b.npz" "327, 6"
encode --model "$clap" --output-of frames --with beats -o "$work/c.npz" "$song"
check "... its map of time, and beats" shape "$work/c.npz" "300, 9"
refuses "gives audio_embeds_normalized, audio_embeds or frames, not 'x'" --model "$clap" \
    --output-of x "$song"
refuses 'hears windows of 0.115 s, not of 10 s' --model "$clap" --window 10 "$song"
refuses 'has no layers to choose from' --model "$clap" --layer 1 "$song"
changed "$clap" config.json 's/"enable_fusion": false/"enable_fusion": true/'
refuses "model: config.json: 'enable_fusion' is on" --model "$work/model" "$song"
changed "$clap" preprocessor_config.json 's/"hop_length": 16/"hop_length": "16"/'
refuses "preprocessor_config.json: .*'hop_length'" --model "$work/model" "$song"
changed "$clap" config.json s/x/x/
head -c 12000 "$clap/pytorch_model.bin" >"$work/model/pytorch_model.bin"
refuses 'model/pytorch_model.bin: ' --model "$work/model" "$song"

# --- Wav2CLIP ---

encode --model "$wav2clip" --preset gcdance --stages-out "$work/s.npz" -o "$work/d.npz" \
    "$song"
check "Wav2CLIP: a song, without a config.json" test $? -eq 0
check "... 30 rows a second" shape "$work/d.npz" "150, 8"
check "... of a preset that the file names" grep -aq 'preset-gcdance' "$work/d.npz"
for stage in log_power standardised stem layer1 layer4 pooled embedding; do
    check "... its $stage" names "$work/s.npz" $stage
done
encode --model "$wav2clip" --preset gcdance --fps 60 -o "$work/e.npz" "$song"
check "... 60 rows a second" shape "$work/e.npz" "300, 8"
encode --model "$wav2clip" --native --window 1 --overlap 0.5 -o "$work/f.npz" "$song"
check "... windows of a second" shape "$work/f.npz" "9, 8"
encode --model "$wav2clip" --native --window 0 -o "$work/g.npz" "$song"
check "... the whole song" shape "$work/g.npz" "1, 8"
refuses "has the preset 'gcdance', not 'edge'" --model "$wav2clip" --preset edge "$song"
refuses 'a window of 0.01 s is too short' --model "$wav2clip" --window 0.01 "$song"
changed "$wav2clip" Wav2CLIP.pt 's/layer2.1.conv1.weight/layer2.1.conv7.weight/'
refuses "tensor 'audio_encoder.layer2.1.conv1.weight' is missing" --model "$work/model" "$song"
changed "$wav2clip" Wav2CLIP.pt s/x/x/
head -c 20000 "$wav2clip/Wav2CLIP.pt" >"$work/model/Wav2CLIP.pt"
refuses 'model/Wav2CLIP.pt: ' --model "$work/model" "$song"
