"""Kinds of text that several models share."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

__all__ = ["Label", "LabelKey", "PathText"]

Label = Annotated[str, StringConstraints(min_length=1, max_length=128)]
LabelKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9._/-]{0,62})$")]


def _no_step(text: str) -> str:
    """A URL's ``.`` and ``..`` are steps: clients take them out of the path."""
    if text in (".", ".."):
        raise PydanticCustomError("path_step", "must not be a dot or two")
    return text


PathText = Annotated[str, StringConstraints(min_length=1, max_length=128), AfterValidator(_no_step)]
"""Free text that stands in a URL's path, slashes included (see ``Route.slashes``)."""
