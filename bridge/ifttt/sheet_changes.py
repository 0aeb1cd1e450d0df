"""What changed between two sheets, and whether Applets that are switched on get over it.

An enabled Applet keeps the fields it was made with, and whatever it remembers by slug. Texts reach people at once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from bridge.ifttt.sheet import (
    ACCOUNTS,
    ADDRESS,
    Account,
    ServiceSettings,
    Sheet,
    SheetEntry,
    SheetField,
    SheetIngredient,
)

_LONGEST: Final = 120
_UNKNOWN: Final = ((ADDRESS, "the addresses are"), (ACCOUNTS, "client ids and redirect URIs are"))


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `what` names it; `why` says why it is safe, or what will happen and what to do instead."""

    what: str
    safe: bool
    why: str


def changes_between(old: Sheet, new: Sheet) -> list[Change]:
    """Return what changed, in the order of the sheet. What is not known on either side is not compared."""
    return [
        *_service_changes(old.service, new.service),
        *_entry_changes("trigger", old.triggers, new.triggers),
        *_entry_changes("action", old.actions, new.actions),
        *_entry_changes("query", old.queries, new.queries),
    ]


def not_compared(old: Sheet, new: Sheet) -> list[str]:
    """Return, as sentences, what one of the two does not know."""
    if old.service is None or new.service is None:
        return ["the settings of the service are not compared: one of the two sheets has none"]
    unknown = {*old.service.placeholders, *new.service.placeholders}
    return [
        f"{words} not compared: one of the two sheets has placeholders" for key, words in _UNKNOWN if key in unknown
    ]


def _service_changes(old: ServiceSettings | None, new: ServiceSettings | None) -> Iterator[Change]:
    if old is None or new is None:
        return
    if ADDRESS not in (*old.placeholders, *new.placeholders):
        yield from _address_changes(old, new)
    if old.refresh_tokens != new.refresh_tokens:
        yield Change("service: whether refresh tokens are used", safe=False, why=_OFFLINE)
    if ACCOUNTS not in (*old.placeholders, *new.placeholders):
        yield from _account_changes(old.accounts, new.accounts)


def _address_changes(old: ServiceSettings, new: ServiceSettings) -> Iterator[Change]:
    if old.api_url_prefix != new.api_url_prefix:
        yield _Changed("service: API URL prefix", old.api_url_prefix, new.api_url_prefix).unsafe(
            "no Applet runs until IFTTT has the new one; let both answer in the meantime"
        )
    for what, before, after in (
        ("authorization URL", old.authorize_url, new.authorize_url),
        ("token URL", old.token_url, new.token_url),
        ("scope", old.scope, new.scope),
    ):
        if before != after:
            yield _Changed(f"service: {what}", before, after).unsafe(_OFFLINE)


def _account_changes(old: Sequence[Account], new: Sequence[Account]) -> Iterator[Change]:
    for before, after in _paired(old, new, lambda account: account.client_id):
        if before is None and after is not None:
            yield Change(f"client id {_shown(after.client_id)}: new", safe=True, why="nobody is connected by it yet")
        elif after is None and before is not None:
            yield Change(f"client id {_shown(before.client_id)}: removed or changed", safe=False, why=_OFFLINE)
        elif before is not None and after is not None:
            yield from _one_account(before, after)


def _one_account(old: Account, new: Account) -> Iterator[Change]:
    about = f"client id {_shown(old.client_id)}"
    for uri in new.redirect_uris:
        if uri not in old.redirect_uris:
            yield Change(f"{about}: redirect URI {_shown(uri)} is new", safe=True, why="the others stay")
    for uri in old.redirect_uris:
        if uri not in new.redirect_uris:
            why = "nobody can connect by it any more, whoever has to connect again included"
            yield Change(f"{about}: redirect URI {_shown(uri)} removed", safe=False, why=why)
    if (old.client_secret_kept_in, old.service_key_kept_in) != (new.client_secret_kept_in, new.service_key_kept_in):
        why = "as long as what is kept there is still what IFTTT has"
        yield Change(f"{about}: where its secrets are kept", safe=True, why=why)


def _entry_changes(part: str, old: Sequence[SheetEntry], new: Sequence[SheetEntry]) -> Iterator[Change]:
    for before, after in _paired(old, new, lambda entry: entry.slug):
        if before is None and after is not None:
            yield Change(f"{part} {_shown(after.slug)}: new", safe=True, why="no Applet has it yet")
        elif after is None and before is not None:
            why = "Applets that have it fail; bring it back, slugs are for ever"
            yield Change(f"{part} {_shown(before.slug)}: removed", safe=False, why=why)
        elif before is not None and after is not None:
            about = f"{part} {_shown(before.slug)}"
            yield from _texts(
                about, ("name", before.name, after.name), ("description", before.description, after.description)
            )
            yield from _field_changes(part, about, before.fields, after.fields)
            yield from _ingredient_changes(about, before.ingredients, after.ingredients)


def _field_changes(part: str, about: str, old: Sequence[SheetField], new: Sequence[SheetField]) -> Iterator[Change]:
    for before, after in _paired(old, new, lambda field: field.slug):
        if before is None and after is not None:
            yield _new_field(part, f"{about}, field {_shown(after.slug)}", required=after.required)
        elif after is None and before is not None:
            why = "enabled Applets go on sending it, and what it asks for is not done any more"
            yield Change(f"{about}, field {_shown(before.slug)}: removed", safe=False, why=why)
        elif before is not None and after is not None:
            yield from _one_field(part, f"{about}, field {_shown(before.slug)}", before, after)


def _new_field(part: str, about: str, *, required: bool) -> Change:
    if part == "trigger":
        why = "enabled Applets keep their old fields and never send it; declare a new trigger and keep this one"
        return Change(f"{about}: new", safe=False, why=why)
    if required:
        why = "enabled Applets keep their old fields and would be refused; make it optional"
        return Change(f"{about}: new and required", safe=False, why=why)
    return Change(f"{about}: new and optional", safe=True, why="enabled Applets do without it")


def _one_field(part: str, about: str, old: SheetField, new: SheetField) -> Iterator[Change]:
    yield from _texts(about, ("label", old.label, new.label), ("helper text", old.helper, new.helper))
    if (old.type, old.options) != (new.type, new.options):
        yield _Changed(f"{about}: type", _type(old), _type(new)).unsafe(_OLD_VALUES)
    if old.required != new.required:
        safe = part != "trigger" and old.required
        why = "enabled Applets send it anyway" if safe else _OLD_VALUES
        yield Change(f"{about}: is now {'required' if new.required else 'optional'}", safe=safe, why=why)
    if old.validated != new.validated:
        yield Change(f"{about}: is now {'' if new.validated else 'not '}validated", safe=False, why=_OLD_VALUES)
    if old.any != new.any:
        safe = bool(new.any) or not old.any
        why = (
            "what enabled Applets have chosen is still a choice" if safe else "Applets that have chosen it find nothing"
        )
        yield _Changed(f'{about}: the choice "any"', old.any, new.any).change(why, safe=safe)


def _ingredient_changes(about: str, old: Sequence[SheetIngredient], new: Sequence[SheetIngredient]) -> Iterator[Change]:
    for before, after in _paired(old, new, lambda ingredient: ingredient.slug):
        if before is None and after is not None:
            why = "it reaches enabled Applets"
            yield Change(f"{about}, ingredient {_shown(after.slug)}: new", safe=True, why=why)
        elif after is None and before is not None:
            why = "Applets that insert it get nothing; bring it back, slugs are for ever"
            yield Change(f"{about}, ingredient {_shown(before.slug)}: removed", safe=False, why=why)
        elif before is not None and after is not None:
            where = f"{about}, ingredient {_shown(before.slug)}"
            yield from _texts(where, ("name", before.name, after.name), ("example", before.example, after.example))
            if before.type != after.type:
                why = "Applets that insert it expect the old type; add an ingredient and keep this one"
                yield _Changed(f"{where}: type", before.type, after.type).unsafe(why)


_OFFLINE: Final = "everybody who is connected goes offline, and must connect again"
_OLD_VALUES: Final = "enabled Applets keep the field as it was and what was chosen in it"


@dataclass(frozen=True, slots=True)
class _Changed:
    """A value that was one thing and is another."""

    what: str
    old: str
    new: str

    def unsafe(self, why: str) -> Change:
        return self.change(why, safe=False)

    def change(self, why: str, *, safe: bool) -> Change:
        return Change(f'{self.what}: "{_shown(self.old)}" is now "{_shown(self.new)}"', safe, why)


def _texts(about: str, *texts: tuple[str, str, str]) -> Iterator[Change]:
    for name, old, new in texts:
        if old != new:
            yield _Changed(f"{about}: {name}", old, new).change("a text, for people only", safe=True)


def _type(field: SheetField) -> str:
    return f"{field.type}, dynamic" if field.options else field.type


_One = TypeVar("_One")


def _paired(
    old: Sequence[_One], new: Sequence[_One], name: Callable[[_One], str]
) -> Iterator[tuple[_One | None, _One | None]]:
    """Pair what has the same name: in the order of the new, then what is gone."""
    olds, news = {name(one): one for one in old}, {name(one): one for one in new}
    for key, one in news.items():
        yield olds.get(key), one
    for key, one in olds.items():
        if key not in news:
            yield one, None


def _shown(text: str) -> str:
    """Make a text from a file fit for a terminal: no control characters, not endless."""
    whole = "".join(mark if mark.isprintable() else "?" for mark in text)
    return whole if len(whole) <= _LONGEST else f"{whole[: _LONGEST - 3]}..."
