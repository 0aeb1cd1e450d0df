"""The words of `action`: which key of a remote was pressed, and how (device conventions, section 5.4).

`[<key>_]<verb>[_<key>]`, such as `single`, `2_double`, `single_left` or `button_4_hold_release`. Some two thousand
values exist; what does not follow this grammar is a word of its own, and of no key.
"""

import re
from collections.abc import Collection
from typing import Final

from bridge.devices.dialects.words import press_word

_MEANINGS: Final = {
    "single": "single",
    "click": "single",
    "short_press": "single",
    "press": "single",
    "double": "double",
    "double_press": "double",
    "double_click": "double",
    "triple": "triple",
    "triple_press": "triple",
    "triple_click": "triple",
    "quadruple": "quad",
    "many": "many",
    "hold": "long",
    "long": "long",
    "long_press": "long",
    "hold_release": "long_release",
    "long_release": "long_release",
    "initial_press": "press",
    "press_release": "release",
    "short_release": "release",
    "release": "release",
}
_LETS_GO: Final = ("press_release", "short_release", "release")
_KEY: Final = re.compile(
    r"(?:button_|dots_|key_)?[0-9]{1,3}|[lr][0-9]|button_[a-z0-9]{1,16}"
    r"|left|right|both|center|middle|up|down|on|off|top|bottom|all|dual|upper|lower"
)
_LONGEST: Final = 128


def parse_action(action: str) -> tuple[str, str]:
    """Return the key and the verb of an action; ("", "") for one that does not follow the grammar."""
    if len(action) > _LONGEST:
        return "", ""
    for verb in _MEANINGS:
        if action == verb:
            return "", verb
        if action.endswith(f"_{verb}") and _KEY.fullmatch(key := action.removesuffix(f"_{verb}")):
            return key.removeprefix("button_"), verb
        if action.startswith(f"{verb}_") and _KEY.fullmatch(key := action.removeprefix(f"{verb}_")):
            return key.removeprefix("button_"), verb
    return "", ""


def word_of(verb: str, verbs: Collection[str]) -> str:
    """Return our word for a verb. `verbs`: all of the same key, since a press that is let go again is no single one."""
    if verb == "press" and any(release in verbs for release in _LETS_GO):
        return "press"
    return _MEANINGS[verb]


def own_word(action: str) -> str:
    """Return an action under its own name, "" if that is no word."""
    return press_word(action) or "" if len(action) <= _LONGEST else ""
