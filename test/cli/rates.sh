#!/bin/sh
# rates.sh: the programs that measure dances give the same for dances at 60 and at 30 frames a
# second, say once that they resample, and say what rate they assume. TAP on stdout.
. test/tap.sh
# of KEY FILE: a number of a JSON object's own
of() { sed -n "s/^\(.*[{,]\)\{0,1\}\"$1\":\([^,}]*\).*/\2/p" "$2" | head -n 1; }
# close KEY SHARE A B: numbers of two files, whose difference is at most SHARE of the first, or 1e-6
close() {
    echo "$(of "$1" "$3") $(of "$1" "$4") $2"
    awk -v a="$(of "$1" "$3")" -v b="$(of "$1" "$4")" -v share="$2" 'BEGIN {
        d = a - b
        if (d < 0) d = -d
        exit !(a != "" && b != "" && d <= share * a + 1e-6)
    }'
}
# says TEXT: one line of the last program's stderr
says() {
    cat "$work/err"
    [ "$(grep -c "$1" "$work/err")" -eq 1 ]
}

"$BIN/make-demo-data" -q --genres 2 --sequences 3 --seconds 12 -o "$work/demo" || exit 1
"$BIN/import-motion" -q -o "$work/60" "$work/demo/motions"
"$BIN/import-motion" -q --fps 30 -o "$work/30" "$work/60"
"$BIN/extract-music-features" -q -o "$work/music" "$work/demo/music"

freeze() { "$BIN/freeze-rate" -q --json -t "$work/t.npz" "$@" 2>"$work/err"; }
"$BIN/freeze-rate" -q --fit --json -o "$work/t.npz" "$work/60" >"$work/fit60"
"$BIN/freeze-rate" -q --fit --json -o "$work/t30.npz" "$work/30" >"$work/fit30" 2>/dev/null
check "thresholds of dances at 30 are those at 60" close pose 0.02 "$work/fit60" "$work/fit30"
freeze "$work/60" >"$work/a"
check "a dance at 60 is not resampled" test ! -s "$work/err"
freeze "$work/30" >"$work/b"
check "freeze-rate says once that it resamples" says '6 of 6 dances are not at 60 frames a second'
check "as many windows" test "$(of windows "$work/a")" = "$(of windows "$work/b")"
check "foot contact" close pfc 1e-6 "$work/a" "$work/b"
for key in delta_pose delta_trans range jump loop; do
    check "$key" close "$key" 0.01 "$work/a" "$work/b"
done
check "jitter" close jitter 0.03 "$work/a" "$work/b"
freeze --real "$work/60" "$work/30" >"$work/b"
check "both sets together: one line" says '6 of 12 dances'

for protocol in fact bailando edge; do
    for fps in 60 30; do
        "$BIN/beat-align" -q --json -p $protocol -m "$work/music" "$work/$fps" \
            >"$work/beats$fps" 2>"$work/err"
    done
    check "beat-align says it, $protocol" says '6 of 6 dances are not at 60'
    check "BeatAlign of $protocol" close beat_align 0.01 "$work/beats60" "$work/beats30"
done

fid() { "$BIN/eval-fid" -q --json --real "$work/60" "$@" 2>"$work/err"; }
for protocol in fact bailando edge; do
    fid -p $protocol "$work/60" >"$work/a"
    fid -p $protocol "$work/30" >"$work/b"
    check "eval-fid says it, $protocol" says 'dances are not at 60'
    check "FID_k of $protocol" awk -v x="$(of fid_k "$work/b")" 'BEGIN { exit !(x < 0.05) }'
    check "FID_g of $protocol" awk -v x="$(of fid_g "$work/b")" 'BEGIN { exit !(x < 0.05) }'
    check "Dist_k of $protocol" close dist_k 0.01 "$work/a" "$work/b"
done

# --- joint positions, which cannot say their rate ---

for fps in 60 30; do
    "$BIN/export-motion" -q --to joints -o "$work/joints$fps/" "$work/$fps"
done
fid "$work/joints60" >"$work/a"
check "what is assumed is said" says '6 of 12 dances do not say their rate; 60 frames a second'
fid --fps 30 "$work/joints30" >"$work/b"
check "--fps: nothing is assumed" sh -c '! grep -q assumed "$1"' - "$work/err"
check "and they are dances at 30" awk -v x="$(of fid_k "$work/b")" 'BEGIN { exit !(x < 0.05) }'
freeze --fps 30 "$work/joints30" >"$work/b"
freeze "$work/60" >"$work/a"
check "jitter of positions" close jitter 0.03 "$work/a" "$work/b"
check "foot contact of positions" close pfc 1e-4 "$work/a" "$work/b"
"$BIN/beat-align" -q --json --fps 30 -p bailando -m "$work/music" "$work/joints30" >"$work/b" \
    2>"$work/err"
check "BeatAlign of positions" close beat_align 0.001 "$work/beats30" "$work/b"
