"""``dean trial events``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import rich_click as click

from dean_provider.cli.options import asking, every_option, json_lines_option
from dean_provider.cli.paging import Listing, all_option, cursor_option, limit_option
from dean_provider.cli.terminal import print_line, print_note, print_text, told

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway
    from dean_provider.contract.events.envelope import Actor, Event
    from dean_provider.contract.workflow import ListEvents


@click.command()
@click.argument("trial")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Only events with a higher number.")
@click.option("--type", "event_type", metavar="TYPE", help="Only events of this type, such as trial.failed.")
@click.option("-f", "--follow", is_flag=True, help="All of them, and what happens until the trial ends. Ctrl-C ends the following.")
@limit_option(100)
@all_option
@cursor_option
@every_option
@asking
@json_lines_option
def events(
    gateway: Gateway,
    *,
    trial: str,
    after: int,
    event_type: str | None,
    follow: bool,
    limit: int,
    everything: bool,
    cursor: str | None,
    every: float,
    as_json: bool,
) -> None:
    """Show what happened to TRIAL, event by event, in order.

    With --json each line is one event, as it is recorded.
    """
    from dean_provider.cli.naming import trial_id_of, trial_of
    from dean_provider.contract.endpoints.gateway import LIST_EVENTS
    from dean_provider.contract.workflow import ListEvents

    # Who follows is told at once where there is no such trial or no gateway; only one that was there is waited for.
    workflow_id = trial_of(gateway, trial).id if follow else trial_id_of(gateway, trial)
    request = ListEvents(workflow_id=workflow_id, after=after, event_type=event_type, cursor=cursor)
    listing = Listing(gateway, LIST_EVENTS, request, "events", limit=None if everything else limit)
    shown = 0
    for page in _followed(gateway, request, every) if follow else listing.pages():
        shown += len(page)
        for event in page:
            if as_json:
                print_line(event.model_dump(mode="json"))
            else:
                _print(event)
    if not as_json:
        listing.print_more()
    if not shown:
        _print_none(event_type, as_json=as_json)


def _followed(gateway: Gateway, request: ListEvents, every: float) -> Iterator[list[Event]]:
    """The events there are, and those that come with each change of the trial."""
    from dean_provider.cli.following import Following
    from dean_provider.cli.picture import Nothing
    from dean_provider.contract.endpoints.gateway import LIST_EVENTS

    silent = Nothing()
    following = Following(gateway, request.workflow_id, every=every, away=silent.away, quiet=silent.quiet, points=False)
    for _ in following.changes():
        for page in Listing(gateway, LIST_EVENTS, request, "events").pages():
            yield page
            if page:
                request = request.model_copy(update={"after": page[-1].sequence, "cursor": None})


def _print_none(event_type: str | None, *, as_json: bool) -> None:
    """Say that there is nothing to show, and what may have been meant by a type that nobody knows here."""
    from difflib import get_close_matches

    from dean_provider.contract.events.names import EVENT_NAMES

    if not as_json:
        print_text("No events.")
    if event_type and event_type not in EVENT_NAMES:
        close = get_close_matches(event_type, EVENT_NAMES, n=1)
        print_note(f"This version knows no events of type {event_type!r}.{f' Did you mean {close[0]}?' if close else ''}")


def _print(event: Event) -> None:
    """An event on a line; on a terminal no longer than that is wide."""
    import shutil
    import sys

    from dean_provider.cli.moments import shown

    line = f"{event.sequence:>6}  {shown(event.timestamp)}  {event.event_type:<22}  {_actor(event.actor)}  {told(event.details)}".rstrip()
    width = shutil.get_terminal_size().columns
    print_text(f"{line[: width - 1]}…" if sys.stdout.isatty() and len(line) > width else line)


def _actor(actor: Actor) -> str:
    """Who it was; of a task, whose whole name is ``dag/run/task/map index``, what tells it from the trial's others."""
    parts = actor.name.rsplit("/", 2)
    if actor.kind.value != "task" or len(parts) < 3:
        return actor.name
    return parts[1] if parts[2] == "-1" else f"{parts[1]}[{parts[2]}]"
