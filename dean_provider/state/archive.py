"""The file format of an export: JSON Lines that anybody can verify, here or elsewhere.

The first line is the header: format, version, and the head of every chain inside, sealed. Every other line is an event with its hash, chain
after chain in the order of the header, each in the order of its sequences.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dean_provider.contract.workflow import Head
from dean_provider.errors import ConflictError, InvalidConfigurationError
from dean_provider.state.canonical import dumps, loads
from dean_provider.state.chain import Link
from dean_provider.state.facts import known_fact
from dean_provider.state.signing import Keys, Verdict
from dean_provider.state.verification import Chain, Stored

__all__ = ["ChainHead", "Header", "event_line", "header_line", "read_header", "read_links"]


class ChainHead(Head):
    """The end of one chain in the file."""

    workflow_id: UUID


class Header(BaseModel):
    """The first line.

    :param installation: id of the ``system`` workflow of the database it was exported from.
    """

    model_config = ConfigDict(extra="forbid")

    format: Literal["dean-record"] = "dean-record"
    version: Literal[1] = 1
    exported_at: datetime
    installation: UUID
    heads: list[ChainHead]
    seal: str = Field(default="", description="Over the rest of this line.")

    @property
    def events(self) -> int:
        """How many lines follow."""
        return sum(head.sequence for head in self.heads)


def header_line(header: Header, keys: Keys) -> str:
    """The sealed header as a line."""
    text = _sealed(header)
    return f'{{"seal":"{keys.seal(text)}",{text[1:]}\n'


def event_line(canonical: str, sealed: str) -> str:
    """An event as a line: its canonical text as it is."""
    return f'{{"hash":"{sealed}","event":{canonical}}}\n'


def read_header(lines: Iterator[str], keys: Keys, *, allow_unsigned: bool = False) -> Header:
    """The first line.

    :param allow_unsigned: take a header without a signature though there is a key.
    :raises InvalidConfigurationError: when it is not of an export that this version can read.
    :raises ConflictError: when it was changed, or is sealed with an unknown key.
    """
    try:
        header = Header.model_validate(json.loads(next(lines, "")))
    except (ValueError, ValidationError):
        raise InvalidConfigurationError(
            "This is no export that this version can read: its first line is not that of a dean-record of version 1.",
            suggestions=["Name a file that `dean audit export` wrote."],
        ) from None
    verdict = keys.judge(_sealed(header), header.seal)
    if verdict in (Verdict.WRONG, Verdict.UNKNOWN_KEY):
        raise _refused("its header was changed" if verdict is Verdict.WRONG else "its header is signed with an unknown key")
    if verdict is Verdict.PLAIN and keys.signing and not allow_unsigned:
        raise _unsigned("The header of the export is not signed")
    return header


def read_links(lines: Iterable[str], header: Header, keys: Keys, *, allow_unsigned: bool = False) -> Iterator[Link]:
    """Every event of the file, each verified before it is handed out.

    :param allow_unsigned: take a chain without any signature though there is a key.
    :raises ConflictError: at the first that is wrong, and at the end when anything is missing or too much.
    """
    waiting = iter(header.heads)
    chain: Chain | None = None
    head: ChainHead | None = None
    for number, line in enumerate(lines, start=2):
        if chain is None or head is None or chain.head.sequence == head.sequence:
            chain, head = _next_chain(waiting, chain, head, keys, number, allow_unsigned=allow_unsigned)
        one = _stored(line, number)
        event = chain.look(one)
        if event is None:
            raise _faulty(chain, number)
        yield Link(event, one.canonical, known_fact(event.event_type, event.schema_version, event.details))
    if chain is not None and head is not None:
        _end(chain, head, allow_unsigned=allow_unsigned)
    if left := [str(head.workflow_id) for head in waiting if head.sequence]:
        raise _refused(f"the events of {left[0]} are missing")


def _sealed(header: Header) -> str:
    document: dict[str, Any] = header.model_dump(mode="json", exclude={"seal"})
    return dumps(document)


def _next_chain(
    waiting: Iterator[ChainHead], chain: Chain | None, head: ChainHead | None, keys: Keys, number: int, *, allow_unsigned: bool
) -> tuple[Chain, ChainHead]:
    if chain is not None and head is not None:
        _end(chain, head, allow_unsigned=allow_unsigned)
    following = next((one for one in waiting if one.sequence), None)
    if following is None:
        raise _refused(f"line {number} is one too many")
    return Chain(following.workflow_id, keys), following


def _stored(line: str, number: int) -> Stored:
    try:
        document = loads(line)
        event = document["event"]
        return Stored(event["sequence"], dumps(event), document["hash"])
    except (ValueError, KeyError, TypeError):
        raise _refused(f"line {number} is no event") from None


def _end(chain: Chain, head: ChainHead, *, allow_unsigned: bool) -> None:
    chain.end(head, "The header")
    if chain.fault is not None:
        raise _faulty(chain, None)
    if not allow_unsigned:
        chain.expect_signature()
    if chain.fault is not None:
        raise _unsigned(f"No event of workflow {chain.workflow_id} in the export is signed")


def _faulty(chain: Chain, number: int | None) -> ConflictError:
    fault = chain.fault
    message = fault.message.rstrip(".") if fault else "an event is wrong"
    place = f"line {number}: " if number else ""
    return _refused(f"{place}{message} (workflow {chain.workflow_id})")


def _refused(why: str) -> ConflictError:
    return ConflictError(f"The export is not as it was written: {why}.", suggestions=["Nothing of it was taken. Use another copy of it."])


def _unsigned(what: str) -> ConflictError:
    return ConflictError(
        f"{what}, though [dean] audit_key is set: it was recorded where there was no key, or written anew without it.",
        suggestions=["--allow-unsigned takes it all the same: when you know that there was no key."],
    )
