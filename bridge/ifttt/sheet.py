"""The sheet: what is to be typed into IFTTT's forms, as values. Derived from the declaration and the configuration.

It is also what is saved and read again to see what changed since. Holds no secret, only where one is kept. Knows
nothing of how the service answers, and nothing of the configuration's files.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from bridge.ifttt.declaring import Action, Query, Trigger
from bridge.ifttt.drafts import DRAFTS, AppletDraft
from bridge.ifttt.fields import Field
from bridge.ifttt.ingredients import Ingredient
from bridge.ifttt.service import ACTIONS, QUERIES, TRIGGERS

PLACEHOLDER_URL: Final = "https://home.example.org"
DROP_DOWN: Final = "Drop-down list"
TEXT: Final = "Text"
SCOPE: Final = "ifttt"
"""What IFTTT asks for by itself, and all that there is."""

_API: Final = "/ifttt/v1"


@dataclass(frozen=True, slots=True)
class SheetField:
    """A field as the form asks for it. `options`: dynamic; `any`: what the choice of all of them is called."""

    slug: str
    label: str = ""
    type: str = TEXT
    required: bool = True
    options: bool = False
    validated: bool = False
    helper: str = ""
    any: str = ""


@dataclass(frozen=True, slots=True)
class SheetIngredient:
    """An ingredient as the form asks for it."""

    slug: str
    name: str = ""
    type: str = "String"
    example: str = ""


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A trigger, an action or a query. `note`: what to know before it is typed in."""

    slug: str
    name: str = ""
    description: str = ""
    fields: tuple[SheetField, ...] = ()
    ingredients: tuple[SheetIngredient, ...] = ()
    endpoint: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What IFTTT calls for the service as a whole. `path` goes after the API URL prefix."""

    method: str
    path: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Account:
    """One service at IFTTT: the real one, or a clone for trials. The last two say where a secret is kept."""

    client_id: str
    redirect_uris: tuple[str, ...] = ()
    client_secret_kept_in: str = ""
    service_key_kept_in: str = ""


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """What all services at IFTTT have in common. `placeholders`: what stands for a value that is not known yet."""

    api_url_prefix: str
    authorize_url: str = ""
    token_url: str = ""
    scope: str = SCOPE
    refresh_tokens: bool = True
    endpoints: tuple[Endpoint, ...] = ()
    accounts: tuple[Account, ...] = ()
    placeholders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything. A sheet from elsewhere may lack all but the first three."""

    triggers: tuple[SheetEntry, ...]
    actions: tuple[SheetEntry, ...]
    queries: tuple[SheetEntry, ...]
    service: ServiceSettings | None = None
    applets: tuple[AppletDraft, ...] = ()
    review: tuple[str, ...] = ()


ADDRESS: Final = "address"
ACCOUNTS: Final = "accounts"

ENDPOINTS: Final = (
    Endpoint("GET", f"{_API}/status", "whether the service is up"),
    Endpoint("POST", f"{_API}/test/setup", "the samples of the endpoint tests"),
    Endpoint("GET", f"{_API}/user/info", "who is connected"),
    Endpoint("POST", f"{_API}/triggers/SLUG", "what has happened"),
    Endpoint("DELETE", f"{_API}/triggers/SLUG/trigger_identity/IDENTITY", "an Applet has been switched off"),
    Endpoint("POST", f"{_API}/triggers/SLUG/fields/FIELD/options", "the choices of a drop-down list"),
    Endpoint("POST", f"{_API}/triggers/SLUG/fields/FIELD/validate", "whether a text is right"),
    Endpoint("POST", f"{_API}/actions/SLUG", "do something"),
    Endpoint("POST", f"{_API}/actions/SLUG/fields/FIELD/options", "the choices of a drop-down list"),
    Endpoint("POST", f"{_API}/queries/SLUG", "how something is"),
    Endpoint("POST", f"{_API}/queries/SLUG/fields/FIELD/options", "the choices of a drop-down list"),
)

REVIEW: Final = (
    "The service is reached from the internet by HTTPS, at any time and from any address.",
    "Every endpoint test passes. The samples of the test user stay in working order: the tests are run again at will.",
    "The authentication test passes, with the older refresh token tried once more.",
    "The page on which people connect names IFTTT, says what is granted, and asks for consent.",
    "The support address is not a person's own.",
    "Twelve Applets are published; the drafts on this sheet are twelve.",
    "Allow one to two weeks for the review.",
    "Slugs are final: after publication none is ever renamed or removed.",
    "After publication everything but texts is changed in a clone, under [[oauth.clients]] with a key of its own.",
    "The key of a clone never replaces the published one, and Applets made in a clone are not carried over.",
    "A service that stays private needs none of this: an invitation by URL admits up to 25 people.",
)


def sheet_of(service: ServiceSettings) -> Sheet:
    """Return the sheet of what is declared."""
    return Sheet(
        tuple(_entry("triggers", trigger, trigger.ingredients) for trigger in TRIGGERS.values()),
        tuple(_entry("actions", action, (), _note_of(action)) for action in ACTIONS.values()),
        tuple(_entry("queries", query, query.ingredients) for query in QUERIES.values()),
        service,
        DRAFTS,
        REVIEW,
    )


def service_settings(url: str, accounts: Sequence[Account], *, first_key: str) -> ServiceSettings:
    """Return what the service's own form asks for; placeholders where nothing is known yet.

    `first_key`: where the service key of a service without one of its own is kept.
    """
    base = url.rstrip("/") or PLACEHOLDER_URL
    unknown = [*([] if url else [ADDRESS]), *([] if accounts else [ACCOUNTS])]
    stand_in = Account(
        "production",
        ("https://ifttt.com/channels/my_service/authorize",),
        'client_secret of the [[oauth.clients]] with client_id = "production"',
        first_key,
    )
    return ServiceSettings(
        base,
        f"{base}/oauth/authorize",
        f"{base}/oauth/token",
        endpoints=ENDPOINTS,
        accounts=tuple(accounts) or (stand_in,),
        placeholders=tuple(unknown),
    )


def sheet_to_json(sheet: Sheet) -> str:
    """Write a sheet, so that it can be saved."""
    return msgspec.json.format(msgspec.json.encode(sheet)).decode()


def sheet_from_json(content: str) -> Sheet:
    """Read a sheet that was saved. Raises ValueError with words that say what is wrong."""
    try:
        sheet = msgspec.json.decode(content, type=Sheet)
    except (
        msgspec.DecodeError,
        RecursionError,
        UnicodeError,
    ) as error:  # what is of the wrong shape is one of the first
        raise ValueError(f"{error}"[:200]) from None
    for part, entries in (("triggers", sheet.triggers), ("actions", sheet.actions), ("queries", sheet.queries)):
        _check_unique(part, entries, lambda entry: entry.slug)
        for entry in entries:
            _check_unique(f"the fields of {part}", entry.fields, lambda field: field.slug)
            _check_unique(f"the ingredients of {part}", entry.ingredients, lambda ingredient: ingredient.slug)
    if sheet.service is not None:
        _check_unique("the accounts", sheet.service.accounts, lambda account: account.client_id)
    return sheet


_One = TypeVar("_One")


def _check_unique(where: str, ones: Sequence[_One], name: Callable[[_One], str]) -> None:
    if len({name(one) for one in ones}) < len(ones):
        raise ValueError(f"two of {where} have the same name")


def _entry(
    part: str, declared: Trigger | Action | Query, ingredients: Sequence[Ingredient], note: str = ""
) -> SheetEntry:
    return SheetEntry(
        declared.slug,
        declared.name,
        declared.description,
        tuple(_field(field) for field in declared.fields),
        tuple(SheetIngredient(one.slug, one.name, one.type.value, one.example) for one in ingredients),
        f"{_API}/{part}/{declared.slug}",
        note,
    )


def _field(field: Field) -> SheetField:
    return SheetField(
        field.slug,
        field.label,
        DROP_DOWN if field.has_options else TEXT,
        field.required,
        field.has_options,
        field.validated,
        field.help,
        field.any_label,
    )


def _note_of(action: Action) -> str:
    return "Type this in only if the configuration allows it for something in the home." if action.if_allowed else ""
