"""A reader of the page in a real browser: what they see, what the browser complains about, and pictures of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tests.integration.page.conftest import PAGE
from tests.unit.page.conftest import ROOT

__all__ = ["Reader"]

AXE = PAGE / "node_modules/axe-core/axe.min.js"
PICTURES = Path(os.environ.get("DEAN_TEST_PICTURES", ROOT / ".dean/pictures"))
# Said by Chromium of Airflow's own frame, and of answers that the page itself shows.
EXPECTED = ("allow-scripts and allow-same-origin", "Failed to load resource")


class Reader:
    """One person with one tab.

    :param page: Playwright's.
    """

    def __init__(self, page: Any, origin: str) -> None:
        self.page = page
        self.origin = origin
        self.complaints: list[str] = []
        self.requested: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requested.append(request.url))

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning") and not any(known in message.text for known in EXPECTED):
            self.complaints.append(message.text)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.origin}{path}")

    def picture(self, name: str, *, whole: bool = True) -> None:
        """Keep what is seen, or the whole page."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)

    def barriers(self) -> list[str]:
        """What keeps somebody from using what is shown now, by axe-core's rules."""
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
        return [f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes']][:3]}" for one in found]

    def too_wide(self) -> int:
        """Pixels by which the page is wider than the screen."""
        width: int = self.page.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)")
        return width
