#!/bin/sh
# encode-music with a tiny Jukebox: what it would take, what is left by a run that could not go on,
# going on from it, damaged weights. TAP on stdout.
set -u
top=$(mktemp -d) && trap 'rm -rf "$top"' EXIT
ok() { # ok WHAT COMMAND...: COMMAND succeeds
    what=$1
    shift
    if "$@"; then echo "ok - $what"; else echo "not ok - $what"; fi
}
# fails PATTERN COMMAND...: COMMAND exits with 1 after one line on stderr that matches
fails() {
    pattern=$1
    shift
    "$@" >"$top/stdout" 2>"$top/stderr"
    [ $? -eq 1 ] && [ "$(wc -l <"$top/stderr")" -eq 1 ] && grep -q -- "$pattern" "$top/stderr" &&
        return
    cat "$top/stderr"
    return 1
}
model=test/golden/encoders/jukebox
encode() { "$BIN/encode-music" -q --native "$@"; }
"$BIN/make-demo-data" -q --genres 1 --sequences 3 --seconds 1 -o "$top/aist" >/dev/null 2>&1
sound=$(find "$top/aist/music" -name '*0.wav')

ok 'a song' encode --model "$model" -o "$top/a.npz" "$sound"
ok '... leaves nothing but its features' [ "$(ls "$top")" = "a.npz
aist" ]
encode --model "$model" -o "$top/b.npz" "$sound"
ok '... the same bytes again' cmp "$top/a.npz" "$top/b.npz"
encode --dry-run --model "$model" -o "$top/c.npz" "$sound" >"$top/needs"
ok 'what it would take' grep -q \
    'TFLOP, about .* measured on a part.* GiB of memory besides mapped weights, and .* beside' \
    "$top/needs"
ok '... is not computed' [ ! -e "$top/c.npz" ]
ok 'slices of two frames' encode --preset edge --window 0.0666666667 --model "$model" \
    -o "$top/edge.npz" "$sound"
ok 'slices that are longer than the prior sees' fails '1722 codes is more than the 24' \
    encode --preset edge --model "$model" -o "$top/x.npz" "$sound"

# --- a disk that is full, and going on ---

without_room() ( # files of at most 8 blocks of 512 bytes
    ulimit -f 8
    encode --model "$model" -o "$top/c.npz" "$sound"
)
ok 'states that cannot be written' fails 'c.npz.jukebox: cannot be written: File too large' \
    without_room
ok '... leave no result' [ ! -e "$top/c.npz" ]
ok 'going on' encode --model "$model" -o "$top/c.npz" "$sound"
ok '... to the same bytes' cmp "$top/a.npz" "$top/c.npz"
ok '... removes what was left' [ -z "$(find "$top" -name '*.jukebox*')" ]
mkdir "$top/c.npz.jukebox"
ok 'a folder where states are to lie' fails 'c.npz.jukebox: ' encode --model "$model" \
    -o "$top/c.npz" "$sound"

# --- weights ---

cp -r "$model" "$top/5b"
chmod -R u+w "$top/5b"
head -c 20000 "$model/prior_level_2.pth.tar" >"$top/5b/prior_level_2.pth.tar"
ok 'a prior cut short' fails '5b/prior_level_2.pth.tar: cut short: storage' \
    encode --model "$top/5b" -o "$top/x.npz" "$sound"
cp "$model/vqvae.pth.tar" "$top/5b/prior_level_2.pth.tar"
ok 'another file' fails "prior_level_2.pth.tar: tensor 'prior.x_emb.weight' is missing" \
    encode --model "$top/5b" -o "$top/x.npz" "$sound"
rm "$top/5b/vqvae.pth.tar"
ok 'no VQ-VAE' fails '5b/vqvae.pth.tar: No such file' \
    encode --model "$top/5b" -o "$top/x.npz" "$sound"
cp "$model/vqvae.pth.tar" "$top/5b"
cp "$model/prior_level_2.pth.tar" "$top/5b"
rm "$top/5b/config.json"
ok 'without a config.json it is the published model' fails "level_blocks.0.model.0.0.weight' has \
the shape \[2, 1, 4\], not \[32, 1, 4\]" encode --model "$top/5b" -o "$top/x.npz" "$sound"
ok 'nothing was left by failures' [ ! -e "$top/x.npz" ]
