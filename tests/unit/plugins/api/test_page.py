"""The page's files come to whoever is signed in, each with the caching it bears, and nothing from outside the bundle."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.middleware import Middleware

from dean_provider.plugins.api.authentication import Authentication
from dean_provider.plugins.api.page import add_page
from dean_provider.web.problems import CrashGuard, install_problem_handlers
from tests.unit.plugins.api.conftest import identify

DOCUMENT = '<!doctype html><base href="/dean/page/" /><script type="module" src="./assets/index-1.js"></script>'
VIEWER = {"x-caller": "user:viewer"}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(DOCUMENT)
    (folder / "icon.svg").write_text("<svg/>")
    (folder / "assets" / "index-1.js").write_text("1")
    (tmp_path / "secret").write_text("not to be had")
    return folder


async def _get(bundle: Path, path: str, root_path: str = "/dean", headers: dict[str, str] | None = None) -> httpx.Response:
    app = FastAPI(middleware=[Middleware(CrashGuard), Middleware(Authentication, identify=identify)])
    install_problem_handlers(app)
    add_page(app, bundle)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, root_path=root_path)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
        return await http.get(f"{root_path}{path}", headers=VIEWER if headers is None else headers)


@pytest.mark.parametrize("path", ["/page/", "/page/trials/1", "/page/dags/a%20b/runs/manual__2026-01-01T00:00:00+00:00"])
async def test_the_document_is_the_same_below_every_address_and_says_where_it_is(bundle: Path, path: str) -> None:
    for root_path in ("/dean", "/af/dean"):
        answer = await _get(bundle, path, root_path)
        assert answer.status_code == 200
        assert f'<base href="{root_path}/page/" />' in answer.text
        assert answer.headers["cache-control"] == "private, no-cache"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy


async def test_assets_are_kept_for_good_and_icons_for_an_hour(bundle: Path) -> None:
    asset = await _get(bundle, "/page/assets/index-1.js")
    assert (asset.status_code, asset.headers["cache-control"]) == (200, "private, max-age=31536000, immutable")
    icon = await _get(bundle, "/page/icon.svg")
    assert (icon.headers["content-type"], icon.headers["cache-control"]) == ("image/svg+xml", "private, max-age=3600")


async def test_an_asset_of_another_version_is_not_found(bundle: Path) -> None:
    answer = await _get(bundle, "/page/assets/index-0.js")
    assert answer.status_code == 404
    assert "Load the page anew" in answer.json()["suggestions"][0]


@pytest.mark.parametrize(
    "path", ["/page/../secret", "/page/%2e%2e/secret", "/page/..%2fsecret", "/page//etc/passwd", "/page/assets/../../secret"]
)
async def test_nothing_outside_the_bundle_is_served(bundle: Path, path: str) -> None:
    answer = await _get(bundle, path)
    assert "not to be had" not in answer.text
    assert "root:" not in answer.text


@pytest.mark.parametrize("path", ["/page/", "/page/assets/index-1.js", "/page/icon.svg"])
async def test_nobody_unknown_gets_any_of_it(bundle: Path, path: str) -> None:
    assert (await _get(bundle, path, headers={})).status_code == 401
    assert (await _get(bundle, path, headers={"x-caller": "task:mine"})).status_code == 403


async def test_without_the_slash_it_is_the_same_page(bundle: Path) -> None:
    answer = await _get(bundle, "/page", "/af/dean")
    assert (answer.status_code, answer.headers["location"]) == (307, "/af/dean/page/")


async def test_an_installation_without_the_page_says_so(tmp_path: Path) -> None:
    answer = await _get(tmp_path / "nowhere", "/page/")
    assert answer.status_code == 503
    assert "has no page" in answer.text
