"""Labels as a person types them: ``KEY=VALUE``."""

from __future__ import annotations

from collections.abc import Sequence

import rich_click as click

__all__ = ["label", "labels"]


def label(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Reads an option that takes one.

    :raises click.BadParameter: when it is none.
    """
    if value is not None:
        _pair(ctx, param, value)
    return value


def labels(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> dict[str, str]:
    """Reads an option that may be repeated.

    :raises click.BadParameter: when one is none.
    """
    return dict(_pair(ctx, param, text) for text in value)


def _pair(ctx: click.Context, param: click.Parameter, text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not name or not sign:
        raise click.BadParameter(f"{text!r} is not of the form KEY=VALUE.", ctx=ctx, param=param)
    return name, value
