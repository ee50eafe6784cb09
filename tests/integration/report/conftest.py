"""A real browser, driven over its DevTools protocol, so that the page is tested as a reader gets it."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)


class Tab:
    """One page: what it asked of the network and what the browser complained about is kept."""

    def __init__(self, socket: ClientConnection, session: str) -> None:
        self._socket = socket
        self._session = session
        self._numbers = itertools.count(1)
        self.events: list[dict[str, Any]] = []
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "sessionId": self._session, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(timeout=30))
            if answer.get("id") == number and answer.get("sessionId") == self._session:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def open(self, path: Path) -> None:
        """Returns once the whole page is there. The browser says so itself: a page without scripts could not be asked."""
        loader = self.call("Page.navigate", url=path.as_uri())["loaderId"]
        while not any(self._loaded(event, loader) for event in self.events):
            self.events.append(json.loads(self._socket.recv(timeout=30)))

    @staticmethod
    def _loaded(event: dict[str, Any], loader: str) -> bool:
        said = event.get("params", {})
        return event.get("method") == "Page.lifecycleEvent" and (said["name"], said["loaderId"]) == ("load", loader)

    def evaluate(self, expression: str) -> Any:
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def move(self, x: float, y: float) -> None:
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key)

    @property
    def requested(self) -> list[str]:
        return [event["params"]["request"]["url"] for event in self.events if event.get("method") == "Network.requestWillBeSent"]

    @property
    def complaints(self) -> list[Any]:
        kinds = ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")
        return [event["params"] for event in self.events if event.get("method") in kinds]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClientConnection]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    home = tmp_path_factory.mktemp("browser")
    flags = [*FLAGS, f"--user-data-dir={home}", *(["--no-sandbox"] if os.getuid() == 0 else [])]
    process = subprocess.Popen([program, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        with connect(_address(home / "DevToolsActivePort", process), max_size=None) as socket:
            yield socket
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


def _address(port_file: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while not port_file.exists() or len(port_file.read_text().splitlines()) < 2:
        assert process.poll() is None, "the browser ended at once"
        assert time.monotonic() < deadline, "the browser never opened its debugging port"
        time.sleep(0.05)
    port, path = port_file.read_text().splitlines()[:2]
    return f"ws://127.0.0.1:{port}{path}"


@pytest.fixture
def open_tab(browser: ClientConnection) -> Callable[[], Tab]:
    numbers = itertools.count(1_000_000)

    def call(method: str, **params: Any) -> dict[str, Any]:
        number = next(numbers)
        browser.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(browser.recv(timeout=30))).get("id") != number:
            pass
        return answer["result"]

    def opened() -> Tab:
        target = call("Target.createTarget", url="about:blank")["targetId"]
        return Tab(browser, call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])

    return opened
