"""The endpoints of queries: their rows in pages, and the choices of fields."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from aiohttp import web

from bridge.errors import NoSuchResource
from bridge.ifttt.cursors import Asked, Cursors
from bridge.ifttt.declaring import Query
from bridge.ifttt.fields import ANY, read_fields
from bridge.ifttt.household import HouseholdOf
from bridge.ifttt.queries import FROM_STATE, Rows, Sight, history_row, only_declared, page_of
from bridge.ifttt.samples import sample_rows
from bridge.ifttt.service import QUERIES
from bridge.ifttt.triggers import read_limit
from bridge.timeline.entry import Entry
from bridge.timeline.history import Histories, Page
from bridge.web.bodies import read_object
from bridge.web.caller import Caller
from bridge.web.envelope import encode_page, respond
from bridge.web.triggers import household_for, options_response

READ_AT_ONCE: Final = 200
MAX_READS: Final = 5
"""How often the timeline is read for one page where its user sees little of it; the next page goes on from there."""


@dataclass(frozen=True, slots=True)
class QueryEndpoints:
    """Answers from what is known and has happened. `clock_ms` gives epoch milliseconds."""

    histories: Histories
    household_of: HouseholdOf
    cursors: Cursors
    clock_ms: Callable[[], int]

    async def run(self, request: web.BaseRequest, caller: Caller, slug: str) -> web.StreamResponse:
        """Return one page of rows. What is unknown in a field has no rows: it may come from an ingredient."""
        query = _query(slug)
        body = await read_object(request)
        fields = read_fields(query.fields, body.get("queryFields"))
        limit, asked = read_limit(body.get("limit")), Asked(caller.user.id, slug, fields)
        position = self.cursors.read(asked, body.get("cursor"), now_ms=self.clock_ms())
        rows = only_declared(query, await self._page(caller, query, fields, position, limit))
        cursor = None if rows.behind is None else self.cursors.make(asked, rows.behind, now_ms=self.clock_ms())
        return respond(encode_page(rows.rows, cursor), request)

    async def options(self, request: web.BaseRequest, caller: Caller, slug: str, field: str) -> web.StreamResponse:
        """Return the choices of a field."""
        declared = next((each for each in _query(slug).fields if each.slug == field and each.has_options), None)
        if declared is None:
            raise NoSuchResource("There is no such field with choices.")
        return options_response(declared.choices(household_for(caller, self.household_of)), request)

    async def _page(
        self, caller: Caller, query: Query, fields: dict[str, str], position: str | None, limit: int
    ) -> Rows:
        if caller.set_up_at_ms is not None:
            rows = sample_rows(query, fields, set_up_at_ms=caller.set_up_at_ms)
            return page_of(rows, position=position, limit=limit)
        sight = self.household_of(caller.user)
        about = FROM_STATE.get(query.slug)
        if about is None:
            return await self._history(caller, sight, fields["device"], position, limit)
        field, rows_of = about
        return page_of(rows_of(fields[field], sight), position=position, limit=limit)

    async def _history(self, caller: Caller, sight: Sight, device: str, position: str | None, limit: int) -> Rows:
        """Read the timeline backwards until the page is full of what this user sees, within bounds."""
        if limit == 0:
            return Rows([])
        user, seen, wanted = caller.user, _Seen(limit), limit + 1
        behind = None if position is None else int(position)
        for _ in range(MAX_READS):
            page = Page(user.home, None if device == ANY else device, user.since_seq, wanted, behind)
            entries = await self.histories.history(page)
            seen.add([entry for entry in entries if sight.sees(entry)])
            if seen.full or len(entries) < wanted:
                return seen.rows()
            behind, wanted = entries[-1].seq, READ_AT_ONCE
        return replace(seen.rows(), behind=str(behind))


class _Seen:
    """What a user sees of the timeline, as far as one page and a row more."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: list[Entry] = []

    def add(self, entries: list[Entry]) -> None:
        """Take more entries, older than those before."""
        self._entries += entries

    @property
    def full(self) -> bool:
        """Whether there is more than one page."""
        return len(self._entries) > self._limit

    def rows(self) -> Rows:
        """Return the page, and where it ends if there is more."""
        shown = self._entries[: self._limit]
        return Rows([history_row(entry) for entry in shown], str(shown[-1].seq) if self.full else None)


def _query(slug: str) -> Query:
    query = QUERIES.get(slug)
    if query is None:
        raise NoSuchResource("There is no such query.")
    return query
