"""What the demo prints: each scene, and each step of it with the milliseconds since it began."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from bridge.desk.rows import AnnouncedRow
from bridge.devices.last_known import EntityState
from bridge.simulator.records import Change
from bridge.simulator.steps import Asked, CloudStep, DoorMoved, HomeStep, LightObeyed, Pressed, Told
from bridge.timeline.entry import Entry

_OK: Final = 200
TELLING: Final = 16
"""So many characters of an id tell it from others: twelve are its time."""

_SCENES: Final = {"contact.opened", "button.double"}
_BESIDES: Final = {"availability", "battery"}
"""What tells of a device as a whole, and not what it is for."""


class Story:
    """Listens to everybody and tells what happens. `clock` gives seconds, as the steps have them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = clock()
        self._light = ""
        self._values: dict[str, str] = {}
        self._change = Change()

    def opening(self, public: int, private: int, broker: int, *, sign_in: tuple[str, str]) -> None:
        """Say what is about to be seen, and where. `sign_in`: the name and the password that open the dashboard."""
        print("ifttt-bridge, with a simulated home and a simulated IFTTT, on this machine alone.")
        print(f"  MQTT broker      127.0.0.1:{broker} (embedded; a home runs Mosquitto)")
        print(f"  IFTTT's side     http://127.0.0.1:{public}/ifttt/v1/status")
        name, password = sign_in
        print(f"  your side        http://127.0.0.1:{private}/ (sign in as {name}, password {password})")
        print("  Applet 1         if the front door opens, turn on the hall light")
        print("  Applet 2         if the button is double-pressed, turn it off")
        print("Ctrl-C ends it.", flush=True)

    def announcing(self) -> None:
        """Say that the home appears on the broker."""
        self._scene("Zigbee2MQTT announces its devices; no configuration names them.", self._clock())

    def discovered(self, devices: Sequence[AnnouncedRow]) -> None:
        """Say which devices wait to be accepted."""
        now = self._clock()
        for device in devices:
            kinds = ", ".join(each.kind for each in device.abilities if not each.minor and each.kind not in _BESIDES)
            self._step("discovered", f"{device.name}, {device.model}: {kinds}", now)

    def accepting(self) -> None:
        """Say that a person accepts them."""
        self._scene("Somebody accepts them, as with `ifttt-bridge device accept`.", self._clock())

    def accepted(self, devices: Sequence[AnnouncedRow], light: str) -> None:
        """Say that they belong to the home. `light`: the id of the one that is watched from now on."""
        self._light = light
        now = self._clock()
        for device in devices:
            self._step("accepted", f"{device.name}, id {device.id[:8]}…", now)

    def closing(self) -> None:
        """Say that it is over."""
        print("\nThat was the demo. README.md tells how to connect a real home.", flush=True)

    def home(self, step: HomeStep) -> None:
        """Take note of what somebody did in the home, or the light was told."""
        match step:
            case DoorMoved(is_open=True):
                self._scene("The front door opens.", step.at)
            case Pressed():
                self._scene(f"The button is {step.word}-pressed.", step.at)
            case LightObeyed():
                self._step("light told", f"turn {'on' if step.is_on else 'off'}", step.at)
            case _:
                pass

    def cloud(self, step: CloudStep) -> None:
        """Take note of what IFTTT does."""
        match step:
            case Told(status=status) if status == _OK:
                self._step("IFTTT told", "", step.at)
            case Asked(status=status, new=new) if status == _OK and new:
                self._step("IFTTT asked", f"{new} new event{'s' if new > 1 else ''}", step.at)
            case _:
                pass

    def committed(self, entries: Sequence[Entry], states: Mapping[str, EntityState]) -> None:
        """Take note of what the daemon has on disk."""
        for entry in entries:
            if entry.event.kind in _SCENES:
                self._step("on disk", f"{entry.event.kind}, id {entry.id[:TELLING]}…", self._clock())
        before = self._values.get(self._light)
        self._values |= {entity: state.value for entity, state in states.items() if state.value is not None}
        light = self._values.get(self._light)
        if before is not None and light != before:
            self._step(f"light {light}", "as the light itself reports", self._clock())
        self._change.happened()

    def knows(self, *entities: str) -> bool:
        """Tell whether the daemon knows how these are."""
        return self._values.keys() >= set(entities)

    async def light_is(self, value: str, within_s: float) -> None:
        """Wait until the daemon knows that the light is `on` or `off`. Raises TimeoutError."""
        what = f"the daemon to know that the light is {value}"
        await self._change.wait_until(lambda: self._values.get(self._light) == value, timeout_s=within_s, what=what)

    def _scene(self, title: str, at: float) -> None:
        self._began = at
        print(f"\n{title}", flush=True)

    def _step(self, what: str, detail: str, at: float) -> None:
        print(f"  {(at - self._began) * 1000:7.1f} ms  {what:<12} {detail}".rstrip(), flush=True)
