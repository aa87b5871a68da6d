"""chromium.py: a headless Chromium driven through the DevTools protocol over a pipe, with nothing
but Python's own library."""

import base64
import json
import os
import select
import shutil
import struct
import subprocess
import tempfile
import time
import zlib


class Chromium:
    """One browser with one page. Messages of the console and exceptions are collected in
    `complaints`, requests in `requests`."""

    def __init__(self, size=(1200, 800), flags=(), patience=120):
        self.patience, self.number, self.rest, self.complaints, self.requests, self.events = (
            patience,
            0,
            b"",
            [],
            [],
            [],
        )
        self.profile = tempfile.mkdtemp(prefix="page-test-")
        ours, theirs_out = os.pipe()
        theirs_in, self.to = os.pipe()
        self.out = ours

        def wire():  # the protocol's ends are descriptors 3 and 4
            a, b = os.dup(theirs_in), os.dup(theirs_out)
            os.dup2(a, 3)
            os.dup2(b, 4)

        command = [
            shutil.which("chromium") or "chromium",
            "--headless=new",
            "--no-sandbox",
            "--remote-debugging-pipe",
            "--user-data-dir=" + self.profile,
            "--use-gl=angle",
            "--use-angle=swiftshader",
            "--enable-unsafe-swiftshader",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--autoplay-policy=no-user-gesture-required",
            "--window-size=%d,%d" % size,
            *flags,
            "about:blank",
        ]
        self.process = subprocess.Popen(
            command,
            preexec_fn=wire,
            close_fds=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self.session = None
        target = next(
            t for t in self.call("Target.getTargets")["targetInfos"] if t["type"] == "page"
        )
        self.session = self.call(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError("%s: %s" % (method, answer["error"]["message"]))
                return answer["result"]

    def receive(self):
        until = time.monotonic() + self.patience
        while b"\0" not in self.rest:
            if not select.select([self.out], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError("the browser says nothing for %d seconds" % self.patience)
            piece = os.read(self.out, 1 << 20)
            if not piece:
                raise EOFError("the browser has gone")
            self.rest += piece
        line, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(line)
        method, p = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(
                p["exceptionDetails"].get("exception", {}).get("description")
                or p["exceptionDetails"]["text"]
            )
        elif method == "Runtime.consoleAPICalled" and p["type"] in ("error", "warning", "assert"):
            self.complaints.append(
                " ".join(str(a.get("value", a.get("description"))) for a in p["args"])
            )
        elif method == "Log.entryAdded" and p["entry"]["level"] in ("error", "warning"):
            self.complaints.append(p["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(p["request"]["url"])
        if method:
            self.events.append(method)
        return message

    def open(self, path):
        """Loads a file and returns when its load event has fired."""
        self.complaints.clear()
        self.requests.clear()
        self.events.clear()
        self.call("Page.navigate", url="file://" + os.path.abspath(path))
        while "Page.loadEventFired" not in self.events:
            self.receive()

    def run(self, code):
        """The value of a JavaScript expression; a promise is waited for."""
        answer = self.call(
            "Runtime.evaluate",
            expression=code,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(
                answer["exceptionDetails"].get("exception", {}).get("description", code)
            )
        return answer["result"].get("value")

    def resize(self, width, height, ratio=1):
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=ratio,
            mobile=False,
        )

    def theme(self, name):
        self.call(
            "Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}]
        )

    def key(self, key, code=None):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=code or key)

    def drag(self, start, end, button="left"):
        self.call(
            "Input.dispatchMouseEvent",
            type="mousePressed",
            x=start[0],
            y=start[1],
            button=button,
            clickCount=1,
        )
        self.call(
            "Input.dispatchMouseEvent",
            type="mouseMoved",
            x=end[0],
            y=end[1],
            button=button,
            buttons=1 if button == "left" else 2,
        )
        self.call(
            "Input.dispatchMouseEvent",
            type="mouseReleased",
            x=end[0],
            y=end[1],
            button=button,
            clickCount=1,
        )

    def screenshot(self, x, y, width, height, scale=1):
        """A part of the page as rows of RGB bytes."""
        clip = {"x": x, "y": y, "width": width, "height": height, "scale": scale}
        return read_png(
            base64.b64decode(self.call("Page.captureScreenshot", format="png", clip=clip)["data"])
        )

    def close(self):
        try:
            self.session = None
            self.call("Browser.close")
        except (EOFError, OSError, RuntimeError, TimeoutError):
            self.process.kill()
        self.process.wait()
        os.close(self.to)
        os.close(self.out)
        shutil.rmtree(self.profile, ignore_errors=True)


def read_png(data):
    """8-bit RGB or RGBA without interlacing, as browsers write it."""
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert depth == 8 and colour in (2, 6), (depth, colour)
        elif kind == b"IDAT":
            packed += body
        at += 12 + size
    raw, step, rows = zlib.decompress(packed), 3 if colour == 2 else 4, []
    before = bytearray(width * step)
    for y in range(height):
        filter_kind, row = raw[y * (width * step + 1)], bytearray(
            raw[y * (width * step + 1) + 1 : (y + 1) * (width * step + 1)]
        )
        for i in range(len(row)) if filter_kind else ():
            left, up = (row[i - step] if i >= step else 0), before[i]
            corner = before[i - step] if i >= step else 0
            if filter_kind == 4:
                guess = left + up - corner
                nearest = min(
                    (abs(guess - left), 0, left),
                    (abs(guess - up), 1, up),
                    (abs(guess - corner), 2, corner),
                )[2]
            else:
                nearest = (left, up, (left + up) // 2)[filter_kind - 1]
            row[i] = (row[i] + nearest) & 255
        before = row
        rows.append(bytes(row) if step == 3 else bytes(b for i, b in enumerate(row) if i % 4 != 3))
    return rows
