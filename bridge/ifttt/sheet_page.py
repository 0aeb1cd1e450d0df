"""What stands on the page of a sheet, and on the one of its changes, in the order of IFTTT's forms."""

from collections.abc import Iterator, Sequence

from bridge.ifttt.drafts import ASKED, AppletDraft, inserted
from bridge.ifttt.fields import ANY, Field
from bridge.ifttt.service import ACTIONS, TRIGGERS
from bridge.ifttt.sheet import ACCOUNTS, ADDRESS, ServiceSettings, Sheet, SheetEntry, SheetField
from bridge.ifttt.sheet_blocks import Block, Bullets, Exact, Facts, Heading, Paragraph, Table, Value
from bridge.ifttt.sheet_changes import Change

_EMPTY = "(leave empty)"


def page_of(sheet: Sheet) -> list[Block]:
    """Return the page of a sheet."""
    return [
        Heading(1, "What to type into IFTTT's forms"),
        Paragraph(
            "In the order of the forms on IFTTT's platform. Type slugs exactly as they stand here: Applets know them "
            "by these, so they never change. Secrets are not on this sheet; it says where each of them is kept."
        ),
        *([] if sheet.service is None else service_blocks(sheet.service)),
        *_entries("Triggers", sheet.triggers),
        *_entries("Actions", sheet.actions),
        *_entries("Queries", sheet.queries),
        Heading(2, "Applet drafts"),
        Paragraph(
            "Publishing asks for twelve Applets. What stands in {{double braces}} is an ingredient: insert it there by "
            "IFTTT's button for ingredients. Where a field is asked of a person, let it be shown to them."
        ),
        *(block for number, draft in enumerate(sheet.applets, 1) for block in draft_blocks(number, draft)),
        Heading(2, "Before the review"),
        Bullets(sheet.review),
    ]


def page_of_changes(changes: Sequence[Change], *, since: str) -> list[Block]:
    """Return the page of what changed."""
    unsafe = [change for change in changes if not change.safe]
    count = f"{len(changes)} {'change' if len(changes) == 1 else 'changes'}, {len(unsafe)} of them not safe"
    return [
        Heading(1, f"What changed since {since}"),
        Paragraph(f"{count} for Applets that are switched on." if changes else "Nothing has changed."),
        *_judged("Not safe", unsafe),
        *_judged("Safe", [change for change in changes if change.safe]),
    ]


def _judged(title: str, changes: Sequence[Change]) -> list[Block]:
    items = tuple(f"{change.what} ({change.why})" for change in changes)
    return [Heading(2, title), Bullets(items)] if items else []


def service_blocks(service: ServiceSettings) -> Iterator[Block]:
    """Yield what stands in the forms of the service itself."""
    yield Heading(2, "The service")
    if ADDRESS in service.placeholders:
        yield Paragraph("The addresses are placeholders: the configuration has no [public] url yet.")
    if not service.api_url_prefix.startswith("https://"):
        yield Paragraph("IFTTT calls by HTTPS only: give [public] url an address that begins with https://.")
    yield Facts(
        (
            ("API URL prefix", (Exact(service.api_url_prefix),)),
            ("Authentication", ("OAuth2, authorization code",)),
            ("Authorization URL", (Exact(service.authorize_url),)),
            ("Token URL", (Exact(service.token_url),)),
            ("Scope", (Exact(service.scope), "asked for by IFTTT itself")),
            ("Uses refresh tokens", ("yes" if service.refresh_tokens else "no",)),
        )
    )
    yield Heading(3, "Each service at IFTTT")
    if ACCOUNTS in service.placeholders:
        yield Paragraph("Client id and redirect URI are placeholders: the configuration has no [[oauth.clients]] yet.")
    yield Paragraph("A secret that the configuration takes from a file is in KEY_file instead of KEY.")
    accounts = service.accounts
    yield Table(
        ("", *(account.client_id for account in accounts)),
        (
            (("Client id",), *((Exact(account.client_id),) for account in accounts)),
            (
                ("Client secret, to be typed in",),
                *((f"kept in {account.client_secret_kept_in}",) for account in accounts),
            ),
            (("Service key, from IFTTT",), *((f"kept in {account.service_key_kept_in}",) for account in accounts)),
            (("Redirect URI, as IFTTT shows it",), *(tuple(map(Exact, account.redirect_uris)) for account in accounts)),
        ),
        side_by_side=True,
    )
    yield Heading(3, "What IFTTT calls")
    yield Table(
        ("Method", "Path after the prefix", "For"),
        tuple(((one.method,), (Exact(one.path),), (one.purpose,)) for one in service.endpoints),
    )


def _entries(title: str, entries: Sequence[SheetEntry]) -> Iterator[Block]:
    yield Heading(2, title)
    for entry in entries:
        yield from entry_blocks(entry)


def entry_blocks(entry: SheetEntry) -> Iterator[Block]:
    """Yield the form of a trigger, an action or a query, under its heading."""
    yield Heading(3, entry.name)
    if entry.note:
        yield Paragraph(entry.note)
    yield Facts(
        (
            ("Name", (Exact(entry.name),)),
            ("Description", (Exact(entry.description),)),
            ("Slug", (Exact(entry.slug),)),
            ("Called at", (entry.endpoint,)),
        )
    )
    for number, field in enumerate(entry.fields, 1):
        yield _field(number, field)
    if entry.ingredients:
        yield Table(
            ("Ingredient", "Slug", "Type", "Example"),
            tuple(
                ((Exact(one.name),), (Exact(one.slug),), (one.type,), (Exact(one.example),))
                for one in entry.ingredients
            ),
        )


def _field(number: int, field: SheetField) -> Facts:
    choices = "dynamic" + (f', with "{field.any}" among them' if field.any else "") if field.options else "none"
    return Facts(
        (
            ("Label", (Exact(field.label),)),
            ("Slug", (Exact(field.slug),)),
            ("Helper text", (Exact(field.helper) if field.helper else _EMPTY,)),
            ("Required", ("yes" if field.required else "no",)),
            ("Type", (field.type,)),
            ("Options", (choices,)),
            ("Validation", ("dynamic" if field.validated else "none",)),
        ),
        f"Field {number}",
    )


def draft_blocks(number: int, draft: AppletDraft) -> Iterator[Block]:
    """Yield the form of an Applet, under its heading."""
    trigger, action = TRIGGERS[draft.trigger], ACTIONS[draft.action]
    yield Heading(3, f"{number}. {draft.title}")
    yield Facts(
        (
            ("Title", (Exact(draft.title),)),
            ("Description", (Exact(draft.description),)),
            ("If", (f"{trigger.name} ({trigger.slug})",)),
            *((f"If: {field.label}", (_filled(field, draft.trigger_fields[field.slug]),)) for field in trigger.fields),
            ("Then", (f"{action.name} ({action.slug})",)),
            *((f"Then: {field.label}", (_filled(field, draft.action_fields[field.slug]),)) for field in action.fields),
        )
    )


def _filled(field: Field, text: str) -> Value:
    """Return what the form shows: of a choice its label."""
    if text in {"", ASKED}:
        return text or _EMPTY
    if field.has_options:
        return f"choose: {field.any_label if text == ANY else text}"
    return Exact(inserted(text))
