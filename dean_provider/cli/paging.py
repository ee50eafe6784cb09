"""Lists that come in pages: how many items to show, and where to go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import rich_click as click

from dean_provider.cli.terminal import print_json, print_note, print_table, print_text

if TYPE_CHECKING:
    from dean_provider.cli.gateway import Gateway
    from dean_provider.contract.endpoints import Operation
    from dean_provider.contract.paging import PageRequest

__all__ = ["Listing", "all_option", "cursor_option", "limit_option", "print_listing"]

_PAGE = 1000

all_option = click.option("--all", "everything", is_flag=True, help="All of them, however many.")
cursor_option = click.option("--cursor", help="Go on where a list ended: its next_cursor.")


def limit_option(default: int) -> Callable[[Any], Any]:
    """How many items to show."""
    return click.option("--limit", type=click.IntRange(min=1), default=default, show_default=True, help="At most so many.")


class Listing:
    """A list of the gateway's, read as far as it is wanted.

    :param items: the field of a page that holds them.
    :param limit: how many; ``None`` for all.
    """

    def __init__(
        self, gateway: Gateway, operation: Operation[Any, Any], request: PageRequest, items: str, *, limit: int | None = None
    ) -> None:
        self._gateway = gateway
        self._operation = operation
        self._request = request
        self._items = items
        self._limit = limit
        self.next_cursor: str | None = None

    def pages(self) -> Iterator[list[Any]]:
        """The items, page by page. Afterwards ``next_cursor`` tells where those begin that were not wanted."""
        left, request = self._limit, self._request
        while left is None or left > 0:
            page = self._gateway.call(self._operation, request.model_copy(update={"limit": _PAGE if left is None else min(_PAGE, left)}))
            found = getattr(page, self._items)
            self.next_cursor = page.next_cursor
            yield found
            if page.next_cursor is None:
                return
            request = request.model_copy(update={"cursor": page.next_cursor})
            left = None if left is None else left - len(found)

    def read(self) -> list[Any]:
        """All the items wanted, at once."""
        return [item for page in self.pages() for item in page]

    def page(self, items: list[Any]) -> dict[str, Any]:
        """Items that were read, as the one page that the gateway would have answered."""
        page: dict[str, Any] = self._operation.response(**{self._items: items, "next_cursor": self.next_cursor}).model_dump(mode="json")
        return page

    def print_more(self) -> None:
        """Say that there are more, if there are."""
        if self.next_cursor:
            print_note(f"There are more: --all shows them all, --cursor {self.next_cursor} the next ones.")


def print_listing(listing: Listing, columns: Sequence[str], row: Callable[[Any], Sequence[str]], *, none: str, as_json: bool) -> None:
    """Read a list and print it: a table, ``none`` when there is nothing in it, or as JSON one page of the gateway's form.

    :param row: the cells of an item.
    """
    found = listing.read()
    if as_json:
        print_json(listing.page(found))
        return
    if not found:
        print_text(none)
        return
    print_table(columns, [row(item) for item in found])
    listing.print_more()
