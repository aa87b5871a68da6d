#!/bin/sh
# install.sh: make install into a staging folder, programs run from there, make uninstall; the
# source archive. TAP on stdout.
tmp=$(mktemp -d) && trap 'rm -rf "$tmp"' EXIT
check() { if [ "$2" -eq 0 ]; then echo "ok - $1"; else echo "not ok - $1"; fi; }

quietly() { "$@" >"$tmp/log" 2>&1 || sed 's/^/# /' "$tmp/log"; }
staged() { quietly make -s "$1" DESTDIR="$tmp/stage" PREFIX=/opt/neverstop; }
staged install
root=$tmp/stage/opt/neverstop
[ "$(ls "$root/bin")" = neverstop ]
check "one command in bin" $?
for program in "$BIN"/*; do
    name=${program##*/}
    [ "$name" = neverstop ] && continue
    cmp -s "$program" "$root/libexec/neverstop/$name" &&
        [ -s "$root/share/man/man1/neverstop-$name.1" ] || echo "$name"
done >"$tmp/odd"
[ -s "$root/share/man/man1/neverstop.1" ] && [ ! -s "$tmp/odd" ]
check "every program in libexec, and a manual page for each" $?
[ -s "$root/share/doc/neverstop/README.md" ] && [ -s "$root/share/doc/neverstop/LICENSE" ]
check "README and licence" $?

# Moved elsewhere, into a folder with a blank.
mv "$root" "$tmp/moved here"
neverstop="$tmp/moved here/bin/neverstop"
cd "$tmp" || exit 1
"$neverstop" generate --help >"$tmp/help" && "$BIN/neverstop" generate --help | cmp -s - "$tmp/help"
check "an installation can be moved" $?
for name in $("$neverstop" | sed -n 's/^  \([a-z-]*\)  .*/\1/p'); do
    "$neverstop" help "$name" >"$tmp/help" 2>&1 && [ -s "$tmp/help" ] || echo "$name"
done >"$tmp/odd"
[ ! -s "$tmp/odd" ]
check "every program and script in the list is there" $?
"$neverstop" make-demo-data -q --genres 1 --sequences 3 --seconds 2 -o aist &&
    "$neverstop" prepare-aist -q aist data && [ "$(wc -l <data/all.tsv)" -eq 4 ]
check "an installed script finds the programs" $?
cd "$OLDPWD" || exit 1

mkdir -p "$tmp/stage/opt" && mv "$tmp/moved here" "$root" && echo >"$root/bin/other"
staged uninstall
[ "$(cd "$root" && find . -type f)" = ./bin/other ]
check "uninstall removes all that was installed and nothing else" $?

version=$("$BIN/neverstop" --version | sed 's/.* //')
if git rev-parse HEAD >/dev/null 2>&1; then
    quietly make -s dist DIST="$tmp"
    tar -tzf "$tmp/neverstop-$version.tar.gz" | sed -n "s|^neverstop-$version/||; /[^/]\$/p" |
        LC_ALL=C sort >"$tmp/archived"
    git ls-tree -r --name-only HEAD | LC_ALL=C sort | cmp -s - "$tmp/archived"
    check "the source archive holds every file of the last commit" $?
else echo "ok - the source archive # SKIP not a git checkout"; fi
grep -q "^version: $version\$" CITATION.cff
check "CITATION.cff names this version" $?
grep -q "^neverstop ($version)" debian/changelog
check "debian/changelog too" $?

# Every list of Debian's packages has all that is needed.
sed -n 's/^base="\(.*\)"/\1/p' scripts/install-dependencies | tr ' ' '\n' |
    grep '^lib.*-dev\|^zlib' | grep -v cmocka >"$tmp/needed"
for list in debian/control Containerfile; do
    while read -r package; do
        grep -q -w -e "$package" $list || echo "$list: $package"
    done <"$tmp/needed"
done >"$tmp/odd"
[ -s "$tmp/needed" ] && [ ! -s "$tmp/odd" ]
check "the Debian package and the Containerfile name every library" $?
sed 's/^/# /' "$tmp/odd"
