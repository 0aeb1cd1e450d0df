"""The home itself: doors, buttons and lights, and the true record of what happened to them."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.simulator.fortnight.broker import Session

DOORS = ("front", "back", "cellar", "garage")
BUTTONS = ("bell", "bedside")
WORDS = ("single", "double", "long")
WALL_LIGHTS = ("hall", "porch")
LAMPS = ("desk", "shelf", "spare")
LIGHTS = WALL_LIGHTS + LAMPS
LATE_AFTER_S = 120.0


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened, in the order in which it did. `word`: how a button was pressed."""

    at_s: float
    trigger: str
    device: str
    word: str = ""


class Home:
    """Tells the broker what happens, and writes it down: all but what comes too late to count."""

    def __init__(self, session: Session, now_s: Callable[[], float]) -> None:
        self.record: list[Happened] = []
        self.orders = dict.fromkeys(LIGHTS, 0)
        self._session, self._now_s = session, now_s
        self._open = dict.fromkeys(DOORS, False)
        self._on = dict.fromkeys(LIGHTS, False)
        self._unheard: list[Happened] = []
        session.on_attached = self._heard_again
        for door in DOORS:
            self._report_door(door)
        for light in LIGHTS:
            self._report_light(light)

    def move_door(self, door: str) -> None:
        """Open it if it is closed, and the other way round."""
        self._open[door] = not self._open[door]
        self._note("door_opened" if self._open[door] else "door_closed", door)
        self._report_door(door)

    def say_again(self, door: str) -> None:
        """Let a door report once more how it stands, as many do all day."""
        self._report_door(door)

    def press(self, button: str, word: str) -> None:
        """Press a button."""
        press = self._note("button_pressed", button, word)
        if not self._session.attached:
            self._unheard.append(press)
        self._session.publish(f"home/{button}/action", word.encode(), retain=False)

    def switch(self, light: str, *, on: bool) -> None:
        """Turn a light on or off, as somebody at the wall or an order does."""
        if self._on[light] != on:
            self._on[light] = on
            self._note("light_turned_on" if on else "light_turned_off", light)
        self._report_light(light)

    def flip(self, light: str) -> None:
        """Switch at the wall."""
        self.switch(light, on=not self._on[light])

    def obey(self, topic: str, payload: bytes) -> None:
        """Carry out an order."""
        light = topic.split("/")[1]
        self.orders[light] += 1
        self.switch(light, on=payload == b"ON")

    def _note(self, trigger: str, device: str, word: str = "") -> Happened:
        happened = Happened(self._now_s(), trigger, device, word)
        self.record.append(happened)
        return happened

    def _heard_again(self, away_s: float) -> None:
        """A press that waited too long is in the timeline and runs nothing: the documented rule."""
        unheard, self._unheard = self._unheard, []
        if away_s > LATE_AFTER_S:
            late = {id(press) for press in unheard}
            self.record = [one for one in self.record if id(one) not in late]

    def _report_door(self, door: str) -> None:
        self._session.publish(f"home/{door}/state", b"open" if self._open[door] else b"closed", retain=True)

    def _report_light(self, light: str) -> None:
        self._session.publish(f"home/{light}/state", b"ON" if self._on[light] else b"OFF", retain=True)


def configuration() -> str:
    """Return the devices as a person would write them down."""
    contacts = [
        f'[[devices]]\nid = "{door}"\nname = "{door}"\nkind = "contact"\nstate_topic = "home/{door}/state"\n'
        for door in DOORS
    ]
    buttons = [
        f'[[devices]]\nid = "{button}"\nname = "{button}"\nkind = "button"\nstate_topic = "home/{button}/action"\n'
        for button in BUTTONS
    ]
    lights = [
        f'[[devices]]\nid = "{light}"\nname = "{light}"\nkind = "light"\nstate_topic = "home/{light}/state"\n'
        f'command_topic = "home/{light}/set"\n'
        for light in LIGHTS
    ]
    return "\n".join((*contacts, *buttons, *lights))
