"""What was refused or held back: every figure that says so is told, in words, and nothing that went well."""

from collections import Counter

from bridge.dashboard import held_back as module
from bridge.dashboard.exposition import Family, counter, labelled
from bridge.dashboard.held_back import Row, held_back
from bridge.dashboard.readings import Readings
from bridge.events import NotOffered

EVENTS = "ifttt_bridge_events_total"


def families(events: Counter[tuple[str, ...]], one: int) -> list[Family]:
    """Return each figure that is looked at, `one` for each reason that there are words for."""
    found = [labelled(EVENTS, "counter", "", ("kind", "reason"), lambda: events)]
    for counted in module._COUNTED:
        if counted.label:
            values = {(reason,): one for reason in counted.words}
            found.append(
                labelled(counted.metric, "counter", "", (counted.label,), lambda values=values: values)  # type: ignore[misc]
            )
        else:
            found.append(counter(counted.metric, "", lambda: one))
    return found


def test_of_what_never_happened_nothing_is_said() -> None:
    assert held_back(Readings(families(Counter({("contact", ""): 9}), 0)), {}) == []


def test_every_reason_why_no_applet_sees_an_event_has_words_of_its_own() -> None:
    events: Counter[tuple[str, ...]] = Counter({("contact", reason.value): 2 for reason in NotOffered})
    events["button", "late"] = 3
    rows = held_back(Readings(families(events, 0)), {})
    assert sum(row.count for row in rows) == 2 * len(NotOffered) + 3
    assert len({row.why for row in rows}) == len(NotOffered)
    assert not {row.why for row in rows} & set(NotOffered)
    assert Row("Events that no Applet saw", "They came too late to start anything", 5) in rows


def test_each_figure_and_each_refused_sign_in_is_told() -> None:
    rows = held_back(Readings(families(Counter(), 1)), {"wrong name or password": 4})
    assert len(rows) == sum(len(counted.words) for counted in module._COUNTED) + 1
    assert rows[-1] == Row("Signing in", "Wrong name or password", 4)
