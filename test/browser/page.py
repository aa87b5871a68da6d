"""page.py FOLDER: export-motion's pages in a headless Chromium. TAP on stdout. Files go to FOLDER;
$BIN holds the programs."""

import io
import math
import os
import struct
import subprocess
import sys
import wave
import zipfile

from chromium import Chromium

FOLDER, BIN = sys.argv[1], os.environ["BIN"]
FPS, SECONDS, SEED = 60, 3, 30
SMPL = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21]


def ok(what, good, *detail):
    print("%s - %s" % ("ok" if good else "not ok", what), flush=True)
    if not good:
        for d in detail:
            print("# %s" % (d,), flush=True)


def npz(name, **arrays):
    """Arrays are (dtype, shape, bytes)."""
    path = os.path.join(FOLDER, name)
    with zipfile.ZipFile(path, "w") as z:
        for key, (dtype, shape, data) in arrays.items():
            header = "{'descr': '%s', 'fortran_order': False, 'shape': %r, }" % (dtype, shape)
            header += " " * (63 - (10 + len(header)) % 64) + "\n"
            z.writestr(
                key + ".npy",
                b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode() + data,
            )
    return path


def dance(name, frames, joints=24, seed=0, still=False):
    """All joints but the root swing about z, once a second, on the spot; or it all stands still."""
    out = io.BytesIO()
    for t in range(frames):
        angle = 0 if still else 2 * math.pi * t / FPS
        row = [0, 1.2, 0]
        for j in range(joints):
            a = (0.7 if j in (16, 17) else 0.2 if j else 0) * math.sin(angle)
            row += [math.cos(a), -math.sin(a), 0, math.sin(a), math.cos(a), 0, 0, 0, 1]
        out.write(struct.pack("<%df" % len(row), *row))
    return npz(
        name,
        motion=("<f4", (frames, 3 + 9 * joints), out.getvalue()),
        fps=("<f8", (), struct.pack("<d", FPS)),
        seed_frames=("<i8", (), struct.pack("<q", seed)),
    )


def clicks(name):
    """A click every half second, which beat trackers find."""
    path, rate = os.path.join(FOLDER, name), 22050
    with wave.open(path, "wb") as w:
        w.setparams((1, 2, rate, 0, "NONE", ""))
        for t in range(rate * SECONDS):
            since = t % (rate // 2)
            w.writeframesraw(
                struct.pack("<h", int(20000 * math.exp(-since / 400) * math.sin(since / 4)))
            )
    return path


def page(name, *arguments):
    path = os.path.join(FOLDER, name)
    done = subprocess.run(
        [BIN + "/export-motion", "-q", "--to", "html", "-o", path, *arguments],
        capture_output=True,
        text=True,
    )
    ok("%s is written" % name, done.returncode == 0 and not done.stderr, done.stderr)
    return path


class Viewer(Chromium):
    """What a person does with a page."""

    def see(self, path):
        self.open(path)
        self.run(
            "window.drawn = () => new Promise(r => "
            "document.addEventListener('drawn', e => r(e.detail), { once: true }))"
        )
        self.run("page.changed(), drawn()")

    def fine(self, what):
        ok("%s: nothing to complain about" % what, not self.complaints, *self.complaints)

    def box(self, id):
        return self.run(
            "(() => { const r = document.getElementById('%s').getBoundingClientRect();"
            " return [r.left, r.top, r.width, r.height] })()" % id
        )

    def stage(self):
        """The right of the stage, without names and hint, at half size: of two dancers the one who
        swings on the spot, so that only poses change it."""
        left, top, width, height = self.box("stage")
        return self.screenshot(left + 0.66 * width, top + 80, 0.34 * width, height - 110, 0.5)

    def press(self, key):
        self.run("window.next = drawn(), 0")
        self.key(key)
        return self.run("next")

    def click(self, x, y):
        self.run("window.next = drawn(), 0")
        self.drag((x, y), (x, y))
        return self.run("next")


def colours(rows):
    return len({row[i : i + 3] for row in rows for i in range(0, len(row), 3)})


def differing(a, b):
    return sum(p[i : i + 3] != q[i : i + 3] for p, q in zip(a, b) for i in range(0, len(p), 3))


def two_dancers(viewer, path):
    viewer.see(path)
    viewer.fine("two dancers")
    ok(
        "it asks the network for nothing",
        all(u.startswith(("file:", "blob:", "data:")) for u in viewer.requests),
        *viewer.requests
    )
    ok("WebGL draws", viewer.run("document.documentElement.dataset.ready") == "Stage")
    before = viewer.stage()
    ok("the stage is not blank", colours(before) > 100, colours(before))
    ok(
        "one label for each dancer",
        viewer.run("[...document.querySelectorAll('.label bdi')].map(e => e.textContent).join()")
        == "still,swinging",
    )
    ok(
        "a dancer who stands still is frozen, one who swings is not",
        viewer.run("page.dances.map(d => d.frozen.join('')).join()") == "11,000",
        viewer.run("page.dances.map(d => d.frozen.join('')).join()"),
    )
    ok(
        "what was given is called so",
        viewer.run("[...document.querySelectorAll('.state')].map(e => e.textContent).join()")
        == "opening,",
    )
    ok(
        "notes stand under the names",
        viewer.run("[...document.querySelectorAll('.note')].map(e => e.textContent).join()")
        == "it stands,it <b>swings</b>",
    )
    ok(
        "feet stand on the floor",
        viewer.run(
            "page.dances.every(d => "
            "Math.abs(Math.min(...d.places.filter((_, i) => i % 3 === 1)) - d.floor) < 0.03)"
        ),
    )
    ok(
        "the music's beats are half a second apart",
        viewer.run(
            "page.data.musicBeats.slice(1).every((b, i) => "
            "Math.abs(b - page.data.musicBeats[i] - 0.5) < 0.04)"
        ),
    )
    ok(
        "the sound lasts as long as the dance",
        abs(
            viewer.run(
                "page.player.audio.readyState ? page.player.audio.duration : new Promise(r => "
                "page.player.audio.addEventListener('loadedmetadata', "
                "() => r(page.player.audio.duration)))"
            )
            - SECONDS
        )
        < 0.02,
    )

    left, top, width, height = viewer.box("scrub")
    seen = viewer.click(left + 0.4 * width, top + height / 2)
    ok("scrubbing goes where it is dropped", abs(seen["time"] - 0.4 * SECONDS) < 0.15, seen)
    ok("the sound follows", abs(viewer.run("page.player.audio.currentTime") - seen["time"]) < 0.02)
    ok(
        "the clock shows it",
        viewer.run("document.getElementById('time').textContent").startswith("0:01."),
    )
    ok("other frames, other poses", differing(before, viewer.stage()) > 200)
    ok("the right arrow is one frame on", viewer.press("ArrowRight")["frame"] == seen["frame"] + 1)
    ok("home is the beginning", viewer.press("Home")["frame"] == 0)

    viewer.press(" ")
    viewer.run(
        "new Promise(r => "
        "document.addEventListener('drawn', e => { if (e.detail.time > 0.4) r() }))"
    )
    off = viewer.run("page.player.audio.currentTime - page.player.time")
    ok("playing, image and sound go together", abs(off) < 0.15, off)
    viewer.press(" ")
    ok("space stops both", viewer.run("!page.player.playing && page.player.audio.paused"))
    ok("the dancers have moved", differing(before, viewer.stage()) > 200)
    viewer.press("End")
    viewer.press(" ")
    ok(
        "after the end comes the beginning",
        viewer.run(
            "new Promise(r => "
            "document.addEventListener('drawn', e => { if (e.detail.time < 1) r(true) }))"
        ),
    )
    viewer.press(" ")

    shown = (
        "document.getElementById('curves').getAttribute('aria-checked') + "
        "document.getElementById('chart').clientHeight"
    )
    folded = viewer.run(shown)
    viewer.press("c")
    ok(
        "curves fold and unfold",
        folded.startswith("false")
        and viewer.run(shown).startswith("true")
        and int(viewer.run(shown)[4:]) > int(folded[5:]) + 80,
        folded,
        viewer.run(shown),
    )
    viewer.press("c")
    ok("and back", viewer.run(shown) == folded)
    switches = viewer.run(
        "[...document.querySelectorAll('.switch')].map(e => { e.click();"
        " const off = e.getAttribute('aria-checked'); e.click();"
        " return off + e.getAttribute('aria-checked') }).join()"
    )
    ok("switches switch", switches == "falsetrue,falsetrue,falsetrue,truefalse", switches)

    viewer.press("r")
    x, y, width, height = viewer.box("stage")
    viewer.drag((x + width / 2, y + height / 3), (x + width / 2, y + height / 3))
    ok("a click on the dancers plays", viewer.run("page.player.playing"))
    viewer.drag((x + width / 2, y + height / 3), (x + width / 2, y + height / 3))
    ok("another pauses", not viewer.run("page.player.playing"))
    viewer.press("r")
    before = viewer.stage()
    x, y, width, height = viewer.box("stage")
    viewer.run("window.next = drawn(), 0")
    viewer.drag((x + width / 2, y + height / 3), (x + width / 2 + 90, y + height / 3))
    viewer.run("next")
    ok("dragging turns the view", differing(before, viewer.stage()) > 200)
    ok("and does not play", not viewer.run("page.player.playing"))
    light = viewer.stage()[0][-3:]
    viewer.press("t")
    dark = viewer.stage()[0][-3:]
    ok("there is a dark side", sum(dark) < sum(light) / 3, light, dark)
    viewer.resize(340, 620)
    viewer.run("drawn()")
    ok(
        "a narrow window needs no sideways scrolling",
        viewer.run("document.documentElement.scrollWidth <= innerWidth"),
    )
    viewer.resize(480, 600)
    viewer.fine("after all that")


def main():
    music, still, swinging = (
        clicks("music.wav"),
        dance("still.npz", FPS * SECONDS, seed=SEED, still=True),
        dance("swinging.npz", FPS * SECONDS),
    )
    single, short = dance("single.npz", 1), dance("short.npz", 30, joints=5)
    body = npz(
        "body.npz",
        parents=("<i8", (5,), struct.pack("<5q", -1, 0, 1, 0, 3)),
        offsets=(
            "<f8",
            (5, 3),
            struct.pack("<15d", *[0, 0, 0, 0, 0.5, 0, 0, 0.4, 0, 0.2, -0.5, 0, 0, -0.4, 0.1]),
        ),
    )
    odd = '</script><script>page=0</script> "\'&amp;\\ \u202e\u00e9'
    hands = dance("hands.npz", 30, joints=52)
    pages = [
        page(
            "two.html",
            "--audio",
            music,
            "--note",
            "it stands",
            "--note",
            "it <b>swings</b>",
            still,
            swinging,
        ),
        page("single.html", "--label", odd, "--title", odd, single),
        page("body.html", "--skeleton", body, short),
        page("hands.html", hands),
    ]
    viewer = Viewer(size=(480, 600))
    try:
        viewer.resize(480, 600)
        viewer.theme("light")
        two_dancers(viewer, pages[0])
        viewer.see(pages[1])
        viewer.fine("one frame, no music, an odd name")
        ok(
            "names are only text",
            viewer.run("document.getElementById('title').textContent") == odd,
            viewer.run("document.getElementById('title').textContent"),
        )
        ok("one frame plays", viewer.press(" ")["frame"] == 0)
        viewer.see(pages[2])
        viewer.fine("another skeleton")
        ok("it has a body", colours(viewer.stage()) > 60)
        viewer.see(pages[3])
        viewer.fine("a body of 52 joints")
        followed = viewer.run(
            "(() => { const s = skinOf(clothe(page.dances[0])), seen = new Set();"
            " s.joints.forEach((j, i) => { if (s.weights[i] > 0.5) seen.add(j) });"
            " return [...Array(30).keys()].filter(k => !seen.has(22 + k)).join() })()"
        )
        ok("every joint of its fingers carries some of its skin", followed == "", followed)
    finally:
        viewer.close()
    viewer = Viewer(size=(480, 600), flags=["--disable-3d-apis"])
    try:
        viewer.resize(480, 600)
        viewer.see(pages[0])
        ok(
            "without WebGL it says so",
            "WebGL" in viewer.run("document.getElementById('notice').textContent"),
        )
        before = viewer.stage()
        ok(
            "and draws all the same",
            viewer.run("document.documentElement.dataset.ready") == "PlainStage"
            and colours(before) > 20,
        )
        viewer.press("End")
        ok("and moves", differing(before, viewer.stage()) > 200)
    finally:
        viewer.close()


main()
