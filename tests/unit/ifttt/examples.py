"""Two homes with some things, and what their users may choose."""

from bridge.devices.catalogue import Catalogue
from bridge.devices.last_known import EntityState, LastKnown
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


def household(
    *, spoken: tuple[str, ...] = ("single", "ring"), once_known: tuple[str, ...] = ("front-door", "gone-door")
) -> RealHousehold:
    known = LastKnown(
        {
            "bell": EntityState(presses=spoken),
            "cabin-bell": EntityState(presses=("secret_knock",)),
            "gone-bell": EntityState(presses=("old",)),
        }
    )
    return RealHousehold("home", CATALOGUE, known, frozenset(once_known))
