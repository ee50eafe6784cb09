"""A trial's report, as the trial wrote it: a page that may run its own script and reach nothing, least of all this server."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from typing import Any

from fastapi import Response

from dean_provider.config import resolve
from dean_provider.config.folders import report_folder
from dean_provider.contract.endpoints import gateway
from dean_provider.contract.workflow import TRIAL, WorkflowRef
from dean_provider.errors import LimitExceededError, NotFoundError
from dean_provider.plugins.api.call import Call
from dean_provider.plugins.api.rights import Right
from dean_provider.plugins.api.serving import Served, Table
from dean_provider.plugins.api.surroundings import Surroundings

__all__ = ["routes"]

_LARGEST = 64 * 2**20
_POLICY = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
    "font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""``sandbox`` without allow-same-origin: whatever the page does, it is nobody's session. Its own policy, by hashes, holds as well."""

_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
}


def routes(_: Surroundings) -> Table:
    return {gateway.READ_REPORT: Served(read_report, Right.READ, expensive=True, only=TRIAL)}


def read_report(_: WorkflowRef, call: Call) -> Response:
    """:raises NotFoundError: when there is none yet, it is gone, or it lies where this server does not look."""
    uri = call.subject.report_uri
    if uri is None:
        raise NotFoundError(f"Trial {call.subject.id} has no report yet.", suggestions=["It is written when the trial has ended."])
    content = _content(uri, report_folder(resolve().settings))
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return Response(content, media_type="text/html; charset=utf-8", headers={**_HEADERS, "ETag": etag})


def _content(uri: str, folder: str) -> bytes:
    from airflow.sdk import ObjectStoragePath

    path, root = ObjectStoragePath(uri), ObjectStoragePath(folder)
    if not _below(path, root):
        raise NotFoundError(
            "The report lies outside the folder of reports that this server reads.",
            details={"report_uri": uri},
            suggestions=["Open it where it was written, or set [dean] report_uri to the folder that holds it, for the API server too."],
        )
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            raise LimitExceededError(f"The report is larger than {_LARGEST} bytes.", details={"report_uri": uri, "bytes": size})
        content: bytes = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise NotFoundError("The report is not where it was written any more.", details={"report_uri": uri}) from None
    return content


def _below(path: Any, root: Any) -> bool:
    """Whether ``path`` lies in ``root``, by name and, for files, in truth: a link may lead anywhere."""
    if (path.protocol, str(getattr(path, "conn_id", ""))) != (root.protocol, str(getattr(root, "conn_id", ""))):
        return False
    inner, outer = PurePosixPath(path.path), PurePosixPath(root.path)
    if ".." in inner.parts or not inner.is_relative_to(outer) or inner == outer:
        return False
    if path.protocol not in ("file", "local", ""):
        return True
    return Path(path.path).resolve().is_relative_to(Path(root.path).resolve())
