"""What is tested: a trigger, an action or a query with the values of its sample; and who asks. Plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from bridge.conformance.sheet import Declared, FieldOnSheet

ONE: Final = {"triggers": "trigger", "actions": "action", "queries": "query"}
SOURCE: Final = {"id": "1", "url": "http://example.com/applets/1"}


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request presents, and how that is called."""

    name: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who may ask. Without a token the service has no accounts, and the service key opens everything."""

    service_key: str
    token: str | None = None

    @property
    def service(self) -> Credential:
        """What IFTTT presents where no user is concerned."""
        return Credential("service key", {"IFTTT-Service-Key": self.service_key})

    @property
    def user(self) -> Credential:
        """What IFTTT presents for a user."""
        return self.service if self.token is None else Credential("token", {"Authorization": f"Bearer {self.token}"})

    @property
    def bad_user(self) -> tuple[Credential, ...]:
        """What must not open the data of a user."""
        if self.token is None:
            return (WRONG_KEY, NOTHING)
        return (BAD_TOKEN, EMPTY_BEARER, NOTHING, Credential("service key alone", self.service.headers))


WRONG_KEY: Final = Credential("wrong service key", {"IFTTT-Service-Key": "INVALID"})
NOTHING: Final = Credential("no credential", {})
BAD_TOKEN: Final = Credential("Bearer INVALID", {"Authorization": "Bearer INVALID"})
EMPTY_BEARER: Final = Credential("empty Bearer", {"Authorization": "Bearer"})


@dataclass(frozen=True, slots=True)
class Subject:
    """A trigger, an action or a query. `fields`: the values of the sample; `declared`: what the sheet says."""

    kind: str
    slug: str
    fields: Mapping[str, object]
    declared: Declared | None

    @property
    def one(self) -> str:
        """How one of this kind is called."""
        return ONE[self.kind]

    @property
    def path(self) -> str:
        """Where it is asked."""
        return f"{self.kind}/{quote(self.slug, safe='')}"

    @property
    def field_slugs(self) -> tuple[str, ...]:
        """The fields that are known of."""
        if self.declared is not None:
            return tuple(field.slug for field in self.declared.fields)
        return tuple(self.fields)

    def field_path(self, field: str, what: str) -> str:
        """Return where the options or the validation of a field are asked."""
        return f"{self.path}/fields/{quote(field, safe='')}/{what}"

    def on_sheet(self, field: str) -> FieldOnSheet | None:
        """Return what the sheet says of a field."""
        fields = () if self.declared is None else self.declared.fields
        return next((one for one in fields if one.slug == field), None)

    def without(self, field: str) -> dict[str, object]:
        """Return the sample without one field."""
        return {slug: value for slug, value in self.fields.items() if slug != field}

    def body(self, fields: object = None, **more: object) -> dict[str, object]:
        """Return the body of a request: the sample, or other fields."""
        common = {"user": {"timezone": "America/Los_Angeles"}, "ifttt_source": SOURCE}
        return {f"{self.one}Fields": dict(self.fields) if fields is None else fields} | common | more
