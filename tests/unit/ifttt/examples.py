"""Two homes with some things, and what their users may choose."""

from bridge.devices.catalogue import Catalogue
from bridge.devices.last_known import EntityState, LastKnown
from bridge.homes.sight import Sight
from bridge.ifttt.household import RealHousehold
from tests.unit.devices.examples import button, door, light, switch

CATALOGUE = Catalogue(
    [
        door("front-door", name="Front door"),
        door("back-door", name="Back door"),
        button("bell", name="Bell"),
        light("hall-light", name="Hall light"),
        switch("kettle", name="Kettle"),
        door("cabin-door", name="Cabin door", home="cabin"),
        button("cabin-bell", name="Cabin bell", home="cabin"),
        light("cabin-light", name="Cabin light", home="cabin"),
    ]
)


SEEN = ("front-door", "back-door", "bell", "hall-light", "kettle", "gone-door")


def household(*, spoken: tuple[str, ...] = ("single", "ring"), seen: tuple[str, ...] = SEEN) -> RealHousehold:
    known = LastKnown(
        {
            "bell": EntityState(presses=spoken),
            "cabin-bell": EntityState(presses=("secret_knock",)),
            "gone-bell": EntityState(presses=("old",)),
        }
    )
    return RealHousehold("home", CATALOGUE, known, Sight(dict.fromkeys(seen, 0), whole=True))
