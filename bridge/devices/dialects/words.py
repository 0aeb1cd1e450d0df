"""The words of presses in the field, and the standard ones they stand for (device conventions, section 3.6)."""

import re
from typing import Final

STANDARD_PRESSES: Final = ("single", "double", "triple", "quad", "long", "long_release", "press", "release")

_SYNONYMS: Final = {
    "s": "single",
    "single_push": "single",
    "short_press": "single",
    "button_short_press": "single",
    "press": "single",
    "ss": "double",
    "double_push": "double",
    "double_press": "double",
    "button_double_press": "double",
    "sss": "triple",
    "triple_push": "triple",
    "triple_press": "triple",
    "button_triple_press": "triple",
    "quadruple": "quad",
    "button_quadruple_press": "quad",
    "l": "long",
    "hold": "long",
    "long_push": "long",
    "long_press": "long",
    "button_long_press": "long",
    "hold_release": "long_release",
    "clear": "long_release",
    "button_long_release": "long_release",
    "btn_down": "press",
    "btn_up": "release",
}
_WORD: Final = re.compile(r"[^\W_][\w.-]{0,63}")


def press_word(text: str) -> str | None:
    """Return the standard word for a press, the device's own word in lower case, or None if it is not one word."""
    word = text.strip().lower().replace(" ", "_")  # casefold would read "ß" as "ss", a double press
    word = _SYNONYMS.get(word, word)
    return word if _WORD.fullmatch(word) else None
