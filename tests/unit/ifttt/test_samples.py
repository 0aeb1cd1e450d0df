"""What IFTTT's endpoint tests get."""

import pytest

from bridge.errors import BadInput
from bridge.ifttt.actions import read_command
from bridge.ifttt.samples import SAMPLE_EVENTS, TEST_USER, SampleHousehold, sample_entries, setup_samples
from bridge.ifttt.service import ACTIONS, TRIGGERS
from bridge.ifttt.triggers import check_fields, items_of

NOW_MS = 1_770_106_500_000
SAMPLES = setup_samples()
triggers = pytest.mark.parametrize("slug", list(TRIGGERS))


def test_there_is_a_sample_value_for_every_field_of_every_trigger_and_action() -> None:
    for part, declared in (("triggers", TRIGGERS), ("actions", ACTIONS)):
        assert {slug: set(fields) for slug, fields in SAMPLES[part].items()} == {
            slug: {field.slug for field in each.fields} for slug, each in declared.items()
        }
        assert all(value for fields in SAMPLES[part].values() for value in fields.values())


@triggers
def test_the_sample_fields_of_a_trigger_are_right(slug: str) -> None:
    fields = SAMPLES["triggers"][slug]
    assert check_fields(TRIGGERS[slug], fields, SampleHousehold(), known=None) == fields


@pytest.mark.parametrize("slug", list(ACTIONS))
def test_the_sample_fields_of_an_action_are_a_command(slug: str) -> None:
    command = read_command(ACTIONS[slug], SAMPLES["actions"][slug], SampleHousehold(), home=TEST_USER.home)
    assert (command.entity, command.wish) == ("sample-light", ACTIONS[slug].wish)


def test_the_samples_for_skipping_do_skip() -> None:
    assert SAMPLES["actionRecordSkipping"]
    for slug, fields in SAMPLES["actionRecordSkipping"].items():
        assert set(fields) == {field.slug for field in ACTIONS[slug].fields}
        with pytest.raises(BadInput) as caught:
            read_command(ACTIONS[slug], fields, SampleHousehold(), home=TEST_USER.home)
        assert caught.value.skip


def test_every_field_with_choices_offers_its_sample_value_among_others() -> None:
    for part, declared in (("triggers", TRIGGERS), ("actions", ACTIONS)):
        for slug, each in declared.items():
            for field in each.fields:
                values = [choice.value for choice in field.choices(SampleHousehold())]
                assert not field.has_options or SAMPLES[part][slug][field.slug] in values
                assert len(set(values)) == len(values)


@triggers
def test_a_trigger_has_at_least_three_events_with_every_ingredient(slug: str) -> None:
    trigger = TRIGGERS[slug]
    items = items_of(trigger, sample_entries(trigger, SAMPLES["triggers"][slug], set_up_at_ms=NOW_MS))
    assert len(items) == SAMPLE_EVENTS >= 3
    for item in items:
        assert set(item) == {ingredient.slug for ingredient in trigger.ingredients} | {"meta"}
        assert all(value for value in item.values())


@triggers
def test_samples_come_newest_first_and_are_the_same_when_asked_again(slug: str) -> None:
    trigger, fields = TRIGGERS[slug], SAMPLES["triggers"][slug]
    entries = sample_entries(trigger, fields, set_up_at_ms=NOW_MS)
    assert entries == sample_entries(trigger, dict(fields), set_up_at_ms=NOW_MS)
    times = [entry.recorded_at_ms for entry in entries]
    assert times == sorted(times, reverse=True)
    assert times[0] == NOW_MS
    assert [entry.seq for entry in entries] == [5, 4, 3, 2, 1]


def test_no_two_samples_share_an_id() -> None:
    ids = [
        entry.id
        for slug, trigger in TRIGGERS.items()
        for set_up_at_ms in (NOW_MS, NOW_MS + 1)
        for entry in sample_entries(trigger, SAMPLES["triggers"][slug], set_up_at_ms=set_up_at_ms)
    ]
    assert len(set(ids)) == len(ids) == len(TRIGGERS) * 2 * SAMPLE_EVENTS


@pytest.mark.parametrize(("press", "shown"), [("long", "long"), ("any", "double")])
def test_the_press_asked_for_is_the_press_shown(press: str, shown: str) -> None:
    trigger = TRIGGERS["button_pressed"]
    entries = sample_entries(trigger, {"button": "any", "press": press}, set_up_at_ms=NOW_MS)
    assert {entry.event.ingredients["press"] for entry in entries} == {shown}


def test_the_sample_home_has_only_samples() -> None:
    home = SampleHousehold()
    assert home.once_had("sample-door")
    assert not home.once_had("front-door")
