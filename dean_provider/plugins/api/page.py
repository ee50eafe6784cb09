"""The page's files. The document is the same for every address below ``/page/``; what stands there, the page itself decides.

Nobody unknown gets any of it, like everything else of the gateway: whoever is not signed in learns not even which version is here.
"""

from __future__ import annotations

import html
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

import dean_provider.plugins
from dean_provider.errors import NotFoundError
from dean_provider.plugins.api.documentation import authorize_document

__all__ = ["add_page"]

BUNDLE = Path(dean_provider.plugins.__file__).parent / "www" / "dist"
_ASSETS = "assets/"
_BASE = '<base href="/dean/page/" />'
_POLICY = "; ".join(  # noqa: FLY002 - a list is read
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # The lineage graph positions its nodes by style attributes, which only this allows.
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        # A trial's report, which is a document of its own.
        "frame-src 'self'",
        "base-uri 'self'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    ]
)
_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
_FOREVER = "private, max-age=31536000, immutable"
_MISSING = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>DEAN</title><p>This installation has no page: "
    "it was installed without building it. "
    "Install dean-provider from a wheel, or run <code>pip install -e .</code> again where Node.js can be fetched. "
    "The API and the <code>dean</code> command work without it.</p></html>"
)


def add_page(app: FastAPI, bundle: Path = BUNDLE) -> None:
    """Serve the page.

    :param bundle: folder with ``index.html`` and what it loads.
    """

    async def page(request: Request) -> Response:
        authorize_document("page", request)
        name = request.path_params["path"]
        file = _file(bundle, name)
        if file is not None:
            caching = _FOREVER if name.startswith(_ASSETS) else "private, max-age=3600"
            return FileResponse(file, headers={**_HEADERS, "Cache-Control": caching})
        if name.startswith(_ASSETS):
            raise NotFoundError("The page has no such file.", suggestions=["Load the page anew: it was updated meanwhile."])
        return _document(bundle, _prefix(request))

    async def without_slash(request: Request) -> Response:
        return RedirectResponse(f"{_prefix(request)}/page/")

    app.add_route("/page/{path:path}", page, methods=["GET"], name="page", include_in_schema=False)
    app.add_route("/page", without_slash, methods=["GET"], name="page", include_in_schema=False)


def _prefix(request: Request) -> str:
    """Where the gateway is mounted, as the browser sees it."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def _file(bundle: Path, name: str) -> Path | None:
    """The bundle's file of that name; never one outside of it, and not the document."""
    file = (bundle / name).resolve()
    inside = file.is_relative_to(bundle.resolve())
    return file if inside and file.is_file() and file.name not in ("index.html", "inputs.sha256") else None


def _document(bundle: Path, prefix: str) -> Response:
    headers = {**_HEADERS, "Content-Security-Policy": _POLICY, "Cache-Control": "private, no-cache"}
    try:
        document = (bundle / "index.html").read_text("utf-8")
    except FileNotFoundError:
        return HTMLResponse(_MISSING, 503, headers=headers)
    return HTMLResponse(document.replace(_BASE, f'<base href="{html.escape(prefix)}/page/" />'), headers=headers)
