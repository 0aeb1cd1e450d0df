"""The drafts can be made as they are, and a draft that cannot is found out."""

from dataclasses import replace

import pytest

from bridge.ifttt.actions import read_command
from bridge.ifttt.drafts import ASKED, DRAFTS, AppletDraft, faults_of, inserted
from bridge.ifttt.samples import SampleHousehold, setup_samples
from bridge.ifttt.service import ACTIONS

GOOD = AppletDraft(
    "Announce", "Says it.", "door_left_open", {"door": ASKED, "minutes": "10"},
    "publish_message", {"topic": ASKED, "message": "{{device_name}}: {{minutes}}"},
)  # fmt: skip
drafts = pytest.mark.parametrize("draft", DRAFTS, ids=[draft.title for draft in DRAFTS])


def test_there_are_twelve_all_different() -> None:
    assert len(DRAFTS) == 12
    assert len({draft.title for draft in DRAFTS}) == 12
    assert len({draft.description for draft in DRAFTS}) == 12
    assert len({(draft.trigger, draft.action) for draft in DRAFTS}) == 12


@drafts
def test_it_can_be_made_of_what_is_declared(draft: AppletDraft) -> None:
    assert faults_of(draft) == []


@drafts
def test_its_action_is_understood_as_soon_as_what_is_asked_is_chosen(draft: AppletDraft) -> None:
    samples = setup_samples()["actions"][draft.action]
    given = {slug: samples[slug] if value == ASKED else value for slug, value in draft.action_fields.items()}
    command = read_command(ACTIONS[draft.action], given, SampleHousehold(), home="home")
    assert command.home == "home"


@pytest.mark.parametrize(
    ("draft", "fault"),
    [
        (replace(GOOD, trigger="door_vanished"), "there is no trigger door_vanished"),
        (replace(GOOD, action="sing"), "no action sing"),
        (replace(GOOD, trigger_fields={"door": ASKED}), "the fields are door, minutes, not door"),
        (replace(GOOD, trigger_fields={"door": "", "minutes": "10"}), "door is required"),
        (replace(GOOD, trigger_fields={"door": "front-door", "minutes": "10"}), "door cannot be front-door"),
        (replace(GOOD, trigger_fields={"door": "any", "minutes": "10"}), "door cannot be any"),
        (replace(GOOD, trigger_fields={"door": ASKED, "minutes": "soon"}), "minutes cannot be soon"),
        (
            replace(GOOD, action_fields={"topic": ASKED, "message": "{{weather}}"}),
            "door_left_open has no ingredient weather",
        ),
    ],
)
def test_one_that_cannot_be_made_is_found_out(draft: AppletDraft, fault: str) -> None:
    assert faults_of(GOOD) == []
    [found] = faults_of(draft)
    assert fault in found


def test_ingredients_are_written_as_ifttt_inserts_them() -> None:
    assert inserted("{{device_name}} at {{level}} {x}") == "{{DeviceName}} at {{Level}} {x}"
