"""A page as one HTML file that needs nothing else: inline style, and a small script for the buttons that copy.

Without the script everything can be read, and the buttons are not there. Nothing but our own script may run: the page
says so itself, by its digest. All text is escaped, and written in ASCII, so that no encoding can spoil it.
"""

import base64
import hashlib
from collections.abc import Sequence
from html import escape
from typing import Final

from bridge.ifttt.sheet_blocks import Block, Bullets, Exact, Facts, Heading, Paragraph, Table, Value

_STYLE: Final = """
:root { color-scheme: light dark; --line: #c9ced6; --soft: #f3f5f8; --text: #1c2430; --page: #fff; --accent: #0b57d0 }
@media (prefers-color-scheme: dark) {
  :root { --line: #3d4654; --soft: #1d232c; --text: #e4e8ee; --page: #12161c; --accent: #8ab4f8 }
}
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; font: 1rem/1.5 system-ui, sans-serif }
body { color: var(--text); background: var(--page) }
h1 { font-size: 1.6rem } h2 { margin-top: 3rem; border-bottom: 2px solid var(--line) } h3 { margin-top: 2rem }
h4 { margin: 1rem 0 .25rem }
a { color: var(--accent) }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: .3rem 1rem; margin: .5rem 0 }
dt { font-weight: 600 } dd { margin: 0; min-width: 0 }
.wide { overflow-x: auto } table { border-collapse: collapse; width: 100% }
th, td { padding: .3rem .6rem; border: 1px solid var(--line); text-align: left; vertical-align: top }
code { padding: .1rem .3rem; border-radius: .25rem; background: var(--soft); overflow-wrap: anywhere }
button { margin-left: .4rem; padding: .1rem .5rem; border: 1px solid var(--line); border-radius: .25rem }
button { color: var(--accent); background: transparent; font: inherit; font-size: .8rem; cursor: pointer }
[hidden] { display: none }
@media (max-width: 32rem) { dl { grid-template-columns: 1fr } dd { margin-bottom: .4rem } }
@media print { button, nav { display: none } }
"""

_SCRIPT: Final = """
"use strict";
function selectAndCopy(code) {
  const range = document.createRange();
  range.selectNodeContents(code);
  const chosen = getSelection();
  chosen.removeAllRanges();
  chosen.addRange(range);
  return document.execCommand("copy");
}
async function copy(button) {
  const code = button.previousElementSibling;
  let done = true;
  try { await navigator.clipboard.writeText(code.textContent); }
  catch (error) { done = selectAndCopy(code); }
  button.textContent = done ? "Copied" : "Selected";
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}
for (const button of document.querySelectorAll("button")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
"""


def as_html(page: Sequence[Block]) -> str:
    """Return the whole file."""
    title = next(block.title for block in page if isinstance(block, Heading))
    sections = [block.title for block in page if isinstance(block, Heading) and block.level == 2]  # noqa: PLR2004 -- what the page is divided into
    policy = f"default-src 'none'; style-src '{_digest(_STYLE)}'; script-src '{_digest(_SCRIPT)}'"
    links = "".join(f'<a href="#{_anchor(section)}">{_text(section)}</a>\n' for section in sections)
    body = "\n".join(_block(block) for block in page if block != Heading(1, title))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_text(policy)}">
<title>{_text(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{_text(title)}</h1>
<nav aria-label="Sections">
{links}</nav>
<main>
{body}
</main>
<script>{_SCRIPT}</script>
</body>
</html>
"""


def _block(block: Block) -> str:
    match block:
        case Heading(2, title):
            return f'<h2 id="{_anchor(title)}">{_text(title)}</h2>'
        case Heading(level, title):
            return f"<h{level}>{_text(title)}</h{level}>"
        case Paragraph(text):
            return f"<p>{_text(text)}</p>"
        case Bullets(items):
            return f"<ul>\n{''.join(f'<li>{_text(item)}</li>' + chr(10) for item in items)}</ul>"
        case Facts(rows, title):
            facts = "\n".join(f"<dt>{_text(name)}</dt><dd>{_values(values)}</dd>" for name, values in rows)
            return f"{f'<h4>{_text(title)}</h4>' if title else ''}<dl>\n{facts}\n</dl>"
        case Table(columns, rows, side_by_side):
            return _table(columns, rows, names_first=side_by_side)


def _table(columns: Sequence[str], rows: Sequence[tuple[tuple[Value, ...], ...]], *, names_first: bool) -> str:
    head = "".join(f'<th scope="col">{_text(column)}</th>' for column in columns)
    lines = []
    for first, *others in rows:
        name = f'<th scope="row">{_values(first)}</th>' if names_first else f"<td>{_values(first)}</td>"
        lines.append(f"<tr>{name}{''.join(f'<td>{_values(cell)}</td>' for cell in others)}</tr>")
    body = "\n".join(lines)
    return f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>'


def _values(values: Sequence[Value]) -> str:
    return "<br>".join(
        f'<code>{_text(value.text)}</code><button type="button" hidden>Copy</button>'
        if isinstance(value, Exact)
        else _text(value)
        for value in values
    )


def _text(text: str) -> str:
    return escape(text).encode("ascii", "xmlcharrefreplace").decode()


def _anchor(title: str) -> str:
    return "".join(mark if mark.isascii() and mark.isalnum() else "-" for mark in title.casefold())


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
