#!/bin/sh
# architecture.sh: the source layout: includes point down (scripts/check-includes). TAP on stdout.
if found=$(sh scripts/check-includes); then echo "ok - includes point down"
else
    echo "not ok - includes point down"
    echo "$found" | sed 's/^/# /'
fi
