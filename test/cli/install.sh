#!/bin/sh
# install.sh: make install into a staging folder, programs run from there, make uninstall; the
# source archive. TAP on stdout.
. test/tap.sh

quietly() { "$@" >"$work/log" 2>&1 || sed 's/^/# /' "$work/log"; }
staged() { quietly make -s "$1" DESTDIR="$work/stage" PREFIX=/opt/neverstop; }
staged install
root=$work/stage/opt/neverstop
[ "$(ls "$root/bin")" = neverstop ]
passes "one command in bin"
for program in "$BIN"/*; do
    name=${program##*/}
    [ "$name" = neverstop ] && continue
    cmp -s "$program" "$root/libexec/neverstop/$name" &&
        [ -s "$root/share/man/man1/neverstop-$name.1" ] || echo "$name"
done >"$work/odd"
[ -s "$root/share/man/man1/neverstop.1" ] && [ ! -s "$work/odd" ]
passes "every program in libexec, and a manual page for each"
[ -s "$root/share/doc/neverstop/README.md" ] && [ -s "$root/share/doc/neverstop/LICENSE" ]
passes "README and licence"

# Moved elsewhere, into a folder with a blank.
mv "$root" "$work/moved here"
neverstop="$work/moved here/bin/neverstop"
cd "$work" || exit 1
"$neverstop" generate --help >"$work/help" &&
    "$BIN/neverstop" generate --help | cmp -s - "$work/help"
passes "an installation can be moved"
for name in $("$neverstop" | sed -n 's/^  \([a-z-]*\)  .*/\1/p'); do
    "$neverstop" help "$name" >"$work/help" 2>&1 && [ -s "$work/help" ] || echo "$name"
done >"$work/odd"
[ ! -s "$work/odd" ]
passes "every program and script in the list is there"
"$neverstop" make-demo-data -q --genres 1 --sequences 3 --seconds 2 -o aist &&
    "$neverstop" prepare-aist -q aist data && [ "$(wc -l <data/all.tsv)" -eq 4 ]
passes "an installed script finds the programs"
cd "$OLDPWD" || exit 1

mkdir -p "$work/stage/opt" && mv "$work/moved here" "$root" && echo >"$root/bin/other"
staged uninstall
[ "$(cd "$root" && find . -type f)" = ./bin/other ]
passes "uninstall removes all that was installed and nothing else"

version=$("$BIN/neverstop" --version | sed 's/.* //')
if git rev-parse HEAD >/dev/null 2>&1; then
    quietly make -s dist DIST="$work"
    tar -tzf "$work/neverstop-$version.tar.gz" | sed -n "s|^neverstop-$version/||; /[^/]\$/p" |
        LC_ALL=C sort >"$work/archived"
    git ls-tree -r --name-only HEAD | LC_ALL=C sort | cmp -s - "$work/archived"
    passes "the source archive holds every file of the last commit"
else echo "ok - the source archive # SKIP not a git checkout"; fi
grep -q "^version: $version\$" CITATION.cff
passes "CITATION.cff names this version"
grep -q "^neverstop ($version)" debian/changelog
passes "debian/changelog too"

# Every list of Debian's packages has all that is needed.
sed -n 's/^base="\(.*\)"/\1/p' scripts/install-dependencies | tr ' ' '\n' |
    grep '^lib.*-dev\|^zlib' | grep -v cmocka >"$work/needed"
for list in debian/control Containerfile; do
    while read -r package; do
        grep -q -w -e "$package" $list || echo "$list: $package"
    done <"$work/needed"
done >"$work/odd"
[ -s "$work/needed" ] && [ ! -s "$work/odd" ]
passes "the Debian package and the Containerfile name every library"
sed 's/^/# /' "$work/odd"
