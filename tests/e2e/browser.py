"""Chromium without a window, driven over the pipe of its own debugging protocol: no driver has to be installed."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
AXE = Path(__file__).parents[2] / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = {"phone": (390, 844), "tablet": (820, 1180), "desktop": (1360, 900)}
_PATIENCE = 20.0  # seconds
_QUIET = 0.15  # seconds without news, after which a page has settled


@dataclass
class Visit:
    """A page that is open, and all that was told of it since it was asked for."""

    browser: Browser
    session: str
    requests: list[str] = field(default_factory=list)
    received: int = 0
    told: list[str] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    loaded: bool = False

    def evaluate(self, expression: str) -> Any:
        """What an expression gives, once it is settled; an error of the page is one here."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """One command of the protocol, about this page."""
        return self.browser.call(method, parameters, self.session)

    def press(self, key: str, text: str = "") -> None:
        """Press and release a key."""
        code = {"Tab": 9, "Enter": 13, "Escape": 27}.get(key, 0)
        common = {"key": key, "code": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text or ("\r" if key == "Enter" else ""), **common)
        self.call("Input.dispatchKeyEvent", type="keyUp", **common)

    def until(self, expression: str) -> Any:
        """Wait until an expression is true of the page."""
        end = time.monotonic() + _PATIENCE
        while not (found := self.evaluate(expression)):
            assert time.monotonic() < end, expression
            time.sleep(0.02)
        return found

    def violations(self) -> list[str]:
        """What axe finds wrong."""
        self.evaluate(AXE.read_text(encoding="utf-8") + ";0")
        found = self.evaluate("axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations)")
        return [f"{each['id']}: {[node['html'][:200] for node in each['nodes'][:3]]}" for each in found]

    def picture(self, *, whole: bool = False) -> bytes:
        """A picture of what is shown, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=whole)["data"])


class Browser:
    """One Chromium; a context manager that ends it."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._last = 0
        self._events: list[dict[str, Any]] = []
        self._rest = b""
        self._visits: dict[str, Visit] = {}

    def __enter__(self) -> Self:
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe"]
        quiet = ["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"]
        command = [CHROMIUM, *flags, *quiet, f"--user-data-dir={self._profile}", "about:blank"]
        script = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'  # the protocol's pipes are 3 and 4
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", script, "chromium", *command],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(self._profile)},
        )
        os.close(theirs_in)
        os.close(theirs_out)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(_PATIENCE)
        os.close(self._in)
        os.close(self._out)

    def visit(
        self, url: str, width: str = "desktop", scheme: str = "light", *, script: bool = True, clipboard: bool = False
    ) -> Visit:
        """Open a page in a tab of its own and wait until it has settled."""
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        made = self._visits[session] = Visit(self, session)
        for domain in ("Page", "Network", "Runtime", "Log"):
            made.call(f"{domain}.enable")
        across, down = WIDTHS[width]
        made.call(
            "Emulation.setDeviceMetricsOverride",
            width=across,
            height=down,
            deviceScaleFactor=1,
            mobile=width == "phone",
        )
        made.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        made.call("Emulation.setScriptExecutionDisabled", value=not script)
        if clipboard:
            self.call("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
        made.call("Page.bringToFront")  # only what is in front has the focus
        made.call("Page.navigate", url=url)
        self._wait(lambda: made.loaded)
        self.settle()
        return made

    def settle(self) -> None:
        """Wait until nothing is told for a moment."""
        seen = -1
        while seen != len(self._events):
            seen = len(self._events)
            end = time.monotonic() + _QUIET
            while time.monotonic() < end:
                self._take(end - time.monotonic())

    def call(self, method: str, parameters: Mapping[str, object], session: str = "") -> dict[str, Any]:
        """One command of the protocol, and its answer."""
        self._last += 1
        number = self._last
        message = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data) :]
        found: dict[str, Any] = self._wait(
            lambda: next((each for each in self._events if each.get("id") == number), None)
        )
        self._events.remove(found)
        assert "error" not in found, (method, found["error"])
        result: dict[str, Any] = found["result"]
        return result

    def _wait(self, look: Callable[[], Any]) -> Any:
        end = time.monotonic() + _PATIENCE
        while not (found := look()):
            assert time.monotonic() < end, "the browser does not answer"
            self._take(0.1)
        return found

    def _take(self, seconds: float) -> None:
        """Read what the browser tells within so many seconds."""
        ready, _, _ = select.select([self._in], [], [], max(seconds, 0))
        if ready:
            *messages, self._rest = (self._rest + os.read(self._in, 1 << 20)).split(b"\0")
            for message in messages:
                event = json.loads(message)
                self._events.append(event)
                if visit := self._visits.get(event.get("sessionId", "")):
                    _note(visit, event.get("method", ""), event.get("params", {}))


def _note(visit: Visit, method: str, about: Mapping[str, Any]) -> None:
    match method:
        case "Page.loadEventFired":
            visit.loaded = True
        case "Network.requestWillBeSent":
            visit.requests.append(about["request"]["url"])
        case "Network.responseReceived":
            visit.statuses[about["response"]["url"]] = about["response"]["status"]
        case "Network.loadingFinished":
            visit.received += int(about["encodedDataLength"])
        case "Log.entryAdded":
            visit.told.append(about["entry"]["text"])
        case "Runtime.exceptionThrown":
            visit.told.append(str(about["exceptionDetails"]))
        case "Runtime.consoleAPICalled":
            visit.told.append(str(about["args"]))
