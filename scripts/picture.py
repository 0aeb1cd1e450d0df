"""Draws the picture in the README: what the demo prints, as a terminal would show it.

Run it after a change of what the demo says: .venv/bin/python scripts/picture.py
"""

import re
import subprocess
import sys
from html import escape
from pathlib import Path

PICTURE = Path(__file__).parent / "pictures" / "demo.svg"
LINE_HEIGHT = 20
CHARACTER_WIDTH = 8.43
MARGIN = 24
STYLE = 'font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="14"'
BAR = 36
TOP = BAR + 12
COLOURS = {"time": "#7ee787", "what": "#79c0ff", "plain": "#c9d1d9", "scene": "#ffffff", "prompt": "#8b949e"}


def draw(lines: list[str]) -> str:
    """Return an SVG of a terminal with these lines."""
    width = round(max(len(line) for line in lines) * CHARACTER_WIDTH) + 2 * MARGIN
    height = len(lines) * LINE_HEIGHT + BAR + MARGIN
    texts = [
        f'<text {STYLE} x="{MARGIN}" y="{TOP + number * LINE_HEIGHT}" xml:space="preserve">{_coloured(line)}</text>'
        for number, line in enumerate(lines)
    ]
    dots = [
        f'<circle cx="{MARGIN + number * 18}" cy="18" r="5.5" fill="{colour}"/>'
        for number, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
            "<title>The demo: devices are accepted; a door opens, IFTTT is told, asks, and the light turns on</title>",
            f'<rect width="{width}" height="{height}" rx="10" fill="#0d1117"/>',
            *dots,
            *texts,
            "</svg>\n",
        ]
    )


def _coloured(line: str) -> str:
    step = re.fullmatch(r"(\s+[\d.]+ ms)(  .{1,12})(.*)", line)
    if step is not None:
        return _span("time", step[1]) + _span("what", step[2]) + _span("prompt", step[3])
    if line.startswith("$"):
        return _span("prompt", line)
    return _span("scene" if line and not line.startswith(" ") else "plain", line)


def _span(name: str, text: str) -> str:
    return f'<tspan fill="{COLOURS[name]}">{escape(text)}</tspan>'


def main() -> None:
    """Run the demo once and draw what it printed."""
    command = [sys.executable, "-m", "bridge", "demo", "--rounds", "2", "--pause", "0.5"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    first, second = (number for number, line in enumerate(printed) if line == "The front door opens.")
    lines = ["$ scripts/run", *printed[:first], *printed[second:-2]]
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(draw(lines))


if __name__ == "__main__":
    main()
