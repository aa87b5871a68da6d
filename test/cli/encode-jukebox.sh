#!/bin/sh
# encode-music with a tiny Jukebox: what it would take, what is left by a run that could not go on,
# going on from it, damaged weights. TAP on stdout.
set -u
. test/tap.sh
top=$work/files && mkdir "$top" # nothing else is in it
model=test/golden/encoders/jukebox
encode() { "$BIN/encode-music" -q --native "$@"; }
"$BIN/make-demo-data" -q --genres 1 --sequences 3 --seconds 1 -o "$top/aist" >/dev/null 2>&1
sound=$(find "$top/aist/music" -name '*0.wav')

check 'a song' encode --model "$model" -o "$top/a.npz" "$sound"
check '... leaves nothing but its features' [ "$(ls "$top")" = "a.npz
aist" ]
encode --model "$model" -o "$top/b.npz" "$sound"
check '... the same bytes again' cmp "$top/a.npz" "$top/b.npz"
encode --dry-run --model "$model" -o "$top/c.npz" "$sound" >"$top/needs"
check 'what it would take' grep -q \
    'TFLOP, about .* measured on a part.* GiB of memory besides mapped weights, and .* beside' \
    "$top/needs"
check '... is not computed' [ ! -e "$top/c.npz" ]
check 'slices of two frames' encode --preset edge --window 0.0666666667 --model "$model" \
    -o "$top/edge.npz" "$sound"
check 'slices that are longer than the prior sees' fails 1 '1722 codes is more than the 24' \
    encode --preset edge --model "$model" -o "$top/x.npz" "$sound"

# --- a disk that is full, and going on ---

without_room() ( # files of at most 8 blocks of 512 bytes
    ulimit -f 8
    encode --model "$model" -o "$top/c.npz" "$sound"
)
check 'states that cannot be written' fails 1 'c.npz.jukebox: cannot be written: File too large' \
    without_room
check '... leave no result' [ ! -e "$top/c.npz" ]
check 'going on' encode --model "$model" -o "$top/c.npz" "$sound"
check '... to the same bytes' cmp "$top/a.npz" "$top/c.npz"
check '... removes what was left' [ -z "$(find "$top" -name '*.jukebox*')" ]
mkdir "$top/c.npz.jukebox"
check 'a folder where states are to lie' fails 1 'c.npz.jukebox: ' encode --model "$model" \
    -o "$top/c.npz" "$sound"

# --- weights ---

cp -r "$model" "$top/5b"
chmod -R u+w "$top/5b"
head -c 20000 "$model/prior_level_2.pth.tar" >"$top/5b/prior_level_2.pth.tar"
check 'a prior cut short' fails 1 '5b/prior_level_2.pth.tar: cut short: storage' \
    encode --model "$top/5b" -o "$top/x.npz" "$sound"
cp "$model/vqvae.pth.tar" "$top/5b/prior_level_2.pth.tar"
check 'another file' fails 1 "prior_level_2.pth.tar: tensor 'prior.x_emb.weight' is missing" \
    encode --model "$top/5b" -o "$top/x.npz" "$sound"
rm "$top/5b/vqvae.pth.tar"
check 'no VQ-VAE' fails 1 '5b/vqvae.pth.tar: No such file' \
    encode --model "$top/5b" -o "$top/x.npz" "$sound"
cp "$model/vqvae.pth.tar" "$top/5b"
cp "$model/prior_level_2.pth.tar" "$top/5b"
rm "$top/5b/config.json"
check 'without a config.json it is the published model' fails 1 \
    "level_blocks.0.model.0.0.weight' has \
the shape \[2, 1, 4\], not \[32, 1, 4\]" encode --model "$top/5b" -o "$top/x.npz" "$sound"
check 'nothing was left by failures' [ ! -e "$top/x.npz" ]
