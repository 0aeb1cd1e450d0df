"""The page of a sheet: everything declared is on it, in order, in each form, and a hostile text stays text."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Final

import pytest

from bridge.cli.sheets.html import as_html
from bridge.cli.sheets.markdown import as_markdown
from bridge.cli.sheets.text import as_text
from bridge.ifttt.declaring import Action, Query, Trigger
from bridge.ifttt.drafts import DRAFTS
from bridge.ifttt.service import ACTIONS, QUERIES, TRIGGERS
from bridge.ifttt.sheet import REVIEW, Account, service_settings, sheet_of
from bridge.ifttt.sheet_blocks import Block, Bullets, Exact, Facts, Heading, Paragraph, Table
from bridge.ifttt.sheet_changes import Change
from bridge.ifttt.sheet_page import page_of, page_of_changes

HOSTILE: Final = '"><script>alert(1)</script>`|*x*</code>'
PRODUCTION = Account("production", ("https://ifttt.com/channels/mine/authorize",), "secret one", "key one")
STAGING = Account("staging", ("https://ifttt.com/channels/mine_staging/authorize",), "secret two", "key two")
PAGE = page_of(sheet_of(service_settings("https://bridge.example.org", [PRODUCTION, STAGING], first_key="")))
DECLARED: list[Trigger | Action | Query] = [*TRIGGERS.values(), *ACTIONS.values(), *QUERIES.values()]
VOID = {"meta", "br"}


class Page(HTMLParser):
    """What a browser makes of a page: its texts, and whether each element that begins ends."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.codes: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that begins."""
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "code":
            self.codes.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that what ends is what began last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text, and whose it is."""
        if self.open and self.open[-1] not in {"script", "style"}:
            self.texts.append(data)
        if self.open and self.open[-1] == "code":
            self.codes[-1] += data

    @property
    def text(self) -> str:
        """Everything that is to be read."""
        return "\n".join(self.texts)


def html_text(page: list[Block]) -> str:
    return Page(as_html(page)).text


def markdown_text(page: list[Block]) -> str:
    return as_markdown(page).replace("\\", "")


def declared_in_order() -> list[str]:
    """Return everything to be typed for what is declared."""
    found: list[str] = []
    for one in DECLARED:
        found += [one.name, one.description, one.slug]
        for field in one.fields:
            found += [field.label, field.slug, *([field.help] if field.help else [])]
            found.append("Text" if field.choices_from is None else "Drop-down list")
        for ingredient in getattr(one, "ingredients", ()):
            found += [ingredient.name, ingredient.slug, ingredient.type.value, ingredient.example]
    return found


@pytest.mark.parametrize("form", [as_text, markdown_text, html_text])
def test_everything_declared_is_there_in_the_order_of_the_forms(form: object) -> None:
    assert callable(form)
    text, at = form(PAGE), 0
    for wanted in declared_in_order():
        at = text.find(wanted, at)
        assert at >= 0, wanted
        at += len(wanted)
    for title in (draft.title for draft in DRAFTS):
        at = text.find(title, at)
        assert at >= 0, title
    assert all(text.find(item, at) >= 0 for item in REVIEW)


@pytest.mark.parametrize("form", [as_text, markdown_text, html_text])
def test_production_and_staging_are_both_there_with_what_differs(form: object) -> None:
    assert callable(form)
    text = form(PAGE)
    for account in (PRODUCTION, STAGING):
        assert account.redirect_uris[0] in text
        assert account.client_secret_kept_in in text
        assert account.service_key_kept_in in text


@pytest.mark.parametrize("form", [as_text, markdown_text, html_text])
def test_what_ifttt_asks_about_oauth_is_there_below_the_address_of_the_bridge(form: object) -> None:
    assert callable(form)
    text = re.sub(r"[`:\s]+", " ", form(PAGE))
    for fact in (
        "Authentication OAuth2, authorization code",
        "Authorization URL https //bridge.example.org/oauth/authorize",
        "Token URL https //bridge.example.org/oauth/token",
        "Scope ifttt",
        "Uses refresh tokens yes",
    ):
        assert fact in text


def test_production_and_staging_stand_side_by_side_in_markdown_and_html() -> None:
    assert "|  | production | staging |" in as_markdown(PAGE)
    assert "| Client id | `production` | `staging` |" in as_markdown(PAGE)
    html = as_html(PAGE)
    assert '<th scope="col">production</th><th scope="col">staging</th>' in html


def test_the_html_is_balanced_and_needs_nothing_from_elsewhere() -> None:
    page = Page(as_html(PAGE))
    assert page.open == []
    assert not {"link", "img", "iframe", "object"} & set(page.tags)
    names = [name for name, _ in page.attributes]
    assert "src" not in names
    assert not [name for name in names if name.startswith("on") or name == "style"]
    assert all((value or "").startswith("#") for name, value in page.attributes if name == "href")
    assert page.tags.count("script") == page.tags.count("style") == 1


def test_each_exact_value_has_a_button_that_copies_it_and_none_is_seen_without_the_script() -> None:
    page = Page(as_html(PAGE))
    assert page.codes.count("door_opened") == 1
    assert page.tags.count("button") == page.tags.count("code") > 300
    assert page.attributes.count(("hidden", None)) == page.tags.count("button")


def test_only_the_script_and_the_style_of_the_page_itself_may_be_used() -> None:
    html = as_html(PAGE)
    [policy] = [value or "" for name, value in Page(html).attributes if name == "content" and "-src" in (value or "")]
    for tag in ("script", "style"):
        content = html.split(f"<{tag}>")[1].split(f"</{tag}>")[0]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_the_links_of_the_page_lead_to_its_sections() -> None:
    page = Page(as_html(PAGE))
    links = [value for name, value in page.attributes if name == "href"]
    assert links == [f"#{value}" for name, value in page.attributes if name == "id"]
    assert len(links) == 6


def hostile_page() -> list[Block]:
    return [
        Heading(1, HOSTILE),
        Heading(2, HOSTILE),
        Heading(3, HOSTILE),
        Paragraph(HOSTILE),
        Bullets((HOSTILE,)),
        Facts(((HOSTILE, (HOSTILE, Exact(HOSTILE))),), HOSTILE),
        Table((HOSTILE,), (((HOSTILE, Exact(HOSTILE)),),)),
        Table(("", HOSTILE), (((HOSTILE,), (Exact(HOSTILE),)),), side_by_side=True),
    ]


def test_a_hostile_text_stays_text_in_html() -> None:
    html = as_html(hostile_page())
    page = Page(html)
    assert page.open == []
    assert page.tags.count("script") == 1
    assert "alert(1)</script>" not in html
    assert page.codes == [HOSTILE] * 3
    assert page.text.count(HOSTILE) == 17


def test_a_hostile_text_stays_text_in_markdown() -> None:
    outside_code = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", as_markdown(hostile_page()).replace("\\`", ""))
    assert "<script" not in outside_code.replace("\\<", "")
    assert "*x*" not in outside_code.replace("\\*", "")
    for line in as_markdown(hostile_page()).splitlines():
        if line.startswith("|"):
            assert len(re.findall(r"(?<!\\)\|", line)) in {2, 3}


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("a", "`a`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("a``b`", "``` a``b` ```"), ("", "``")],
)
def test_code_in_markdown_is_quoted_by_more_backticks_than_it_has(text: str, quoted: str) -> None:
    assert as_markdown([Facts((("x", (Exact(text),)),))]) == f"- x: {quoted}\n"


def test_an_address_of_the_configuration_stays_text() -> None:
    evil = Account("x", ("https://ifttt.com/<script>\"'&",), "one", "two")
    page = Page(as_html(page_of(sheet_of(service_settings("https://e.org/\"'><b>", [evil], first_key="")))))
    assert page.open == []
    assert "b" not in page.tags
    assert evil.redirect_uris[0] in page.codes


def test_an_address_that_ifttt_will_not_call_is_told() -> None:
    page = page_of(sheet_of(service_settings("http://bridge.example.org", [PRODUCTION], first_key="")))
    assert "begins with https://" in as_text(page)
    assert "begins with https://" not in as_text(PAGE)


def test_a_draft_shows_what_its_form_shows() -> None:
    text = as_text(PAGE)
    assert re.search(r"If: Device +choose: Any device\n", text)
    assert re.search(r"Then: Message +The battery of \{\{DeviceName\}\} is at \{\{Level\}\} percent\n", text)
    assert re.search(r"Then: Brightness +\(leave empty\)\n", text)


def test_changes_are_told_with_what_is_not_safe_first() -> None:
    changes = [Change("one thing", safe=True, why="good"), Change("other thing", safe=False, why="bad")]
    text = as_text(page_of_changes(changes, since="old.json"))
    assert "2 changes, 1 of them not safe" in text
    assert text.index("other thing (bad)") < text.index("one thing (good)")
    for form in (markdown_text, html_text):
        shown = form(page_of_changes(changes, since="old.json"))
        assert shown.index("other thing (bad)") < shown.index("one thing (good)")
    assert "Nothing has changed." in as_text(page_of_changes([], since="old.json"))
