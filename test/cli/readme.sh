#!/bin/sh
# readme.sh: the commands of README.md and docs/ work as they are printed, in their order: those
# between ```sh and ```, unless <!-- not run by the tests: WHY --> is above them. TAP on stdout.
# What differs: folders; the demo's model is one that was made here, of a few steps; `make dance`
# and `make table2` get the smallest preset; song.mp3 is a song of the demo.
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
demo=$work/demo-output
model=$demo/experiment/full-1.safetensors

# Commands, a line each; lines that end in a backslash are joined.
commands() { # commands PAGE...
    awk 'FNR == 1 { code = 0 } /^<!-- not run by the tests/ { skip = 1; next }
        /^```/ { code = !code && /^```sh$/ && !skip; skip = 0; next }
        code { sub(/ +# .*/, ""); part = line $0
               if (sub(/ *\\$/, " ", part)) { line = part; next }
               gsub(/  +/, " ", part); print part; line = "" }' "$@"
}
run() { # run COMMAND
    here=$(printf '%s\n' "$1" | sed -e "s!demo-output!$demo!g" -e "s!bin/!$BIN/!g" \
        -e "s!song\.mp3!$demo/aist/music/mHO0.wav!g" -e "s! dance\.! $work/dance.!g" \
        -e "s! aist\$! $demo/aist!" -e "s!DATA=aist!DATA=$demo/aist!" \
        -e "s!OUT=experiment!OUT=$work/experiment!")
    case $here in
        "make dance "*) here="$here PRESET=tiny METHODS=full DANCES=1 FRAMES=200 THREADS=1" ;;
        "make table2 "*)
            here="$here PRESET=tiny ROWS=full SEEDS=1 DANCES=1 FRAMES=200 THREADS=1"
            ;;
        *"$model"*) [ -e "$model" ] || cp "$demo/model.safetensors" "$model" ;;
    esac
    if sh -c "$here" >"$work/log" 2>&1 </dev/null; then echo "ok - $1"; else
        echo "not ok - $1"
        sed 's/^/# /' "$work/log"
    fi
}

mkdir -p "$demo/experiment"
"$BIN/make-demo-data" -q -o "$demo/aist"
commands docs/manual.md docs/predictors.md docs/features.md docs/cluster.md README.md \
    >"$work/commands"
while read -r command; do run "$command"; done <"$work/commands"

words=$(wc -w <README.md)
echo "$([ "$words" -le 900 ] || echo 'not ')ok - README.md has at most 900 words: $words"
for page in README.md docs/*.md CONTRIBUTING.md CHANGELOG.md experiments/README.md; do
    grep -o '](\([^)#]*\)' "$page" | sed 's/^](//' | grep -v '^https\?:' | while read -r link; do
        [ -z "$link" ] || [ -e "$(dirname "$page")/$link" ] || echo "$page: $link"
    done
done >"$work/log"
echo "$([ ! -s "$work/log" ] || echo 'not ')ok - links lead to files that exist"
sed 's/^/# /' "$work/log"
