"""What IFTTT's endpoint tests get."""

import pytest

from bridge.commands import Wish
from bridge.errors import BadInput
from bridge.ifttt.actions import read_command
from bridge.ifttt.fields import Field
from bridge.ifttt.samples import (
    SAMPLE_EVENTS,
    SAMPLE_ROWS,
    TEST_USER,
    SampleHousehold,
    sample_entries,
    sample_rows,
    setup_samples,
)
from bridge.ifttt.service import ACTIONS, QUERIES, TRIGGERS
from bridge.ifttt.triggers import check_fields, items_of
from bridge.ifttt.validation import validate

NOW_MS = 1_770_106_500_000
SAMPLES = setup_samples()
triggers = pytest.mark.parametrize("slug", list(TRIGGERS))


def declared_fields(part: str) -> dict[str, tuple[Field, ...]]:
    if part == "triggers":
        return {slug: trigger.fields for slug, trigger in TRIGGERS.items()}
    if part == "actions":
        return {slug: action.fields for slug, action in ACTIONS.items()}
    return {slug: query.fields for slug, query in QUERIES.items()}


@pytest.mark.parametrize("part", ["triggers", "actions", "queries"])
def test_there_is_a_sample_value_for_every_field_of_everything(part: str) -> None:
    assert {slug: set(values) for slug, values in SAMPLES[part].items()} == {
        slug: {field.slug for field in fields} for slug, fields in declared_fields(part).items()
    }
    assert all(value for values in SAMPLES[part].values() for value in values.values())


def test_every_field_that_is_checked_has_a_valid_and_an_invalid_sample() -> None:
    given = SAMPLES["triggerFieldValidations"]
    assert {(slug, field) for slug, fields in given.items() for field in fields} == {
        (slug, field.slug) for slug, trigger in TRIGGERS.items() for field in trigger.fields if field.validated
    }
    for slug, fields in given.items():
        for field, values in fields.items():
            (declared,) = (each for each in TRIGGERS[slug].fields if each.slug == field)
            assert validate(declared, values["valid"], SampleHousehold()) == {"valid": True}
            assert validate(declared, values["invalid"], SampleHousehold())["valid"] is False


@triggers
def test_the_sample_fields_of_a_trigger_are_right(slug: str) -> None:
    fields = SAMPLES["triggers"][slug]
    assert check_fields(TRIGGERS[slug], fields, SampleHousehold(), known=None) == fields


@pytest.mark.parametrize("slug", list(ACTIONS))
def test_the_sample_fields_of_an_action_are_a_command(slug: str) -> None:
    command = read_command(ACTIONS[slug], SAMPLES["actions"][slug], SampleHousehold(), home=TEST_USER.home)
    wish = Wish.SET_POSITION if slug == "set_cover" else ACTIONS[slug].wish
    assert (command.wish, command.home) == (wish, TEST_USER.home)
    named = ACTIONS[slug].entity_field
    assert command.entity == ("" if named is None else SAMPLES["actions"][slug][named])
    assert (command.publication is not None) == (slug == "publish_message")


def test_the_samples_for_skipping_do_skip() -> None:
    assert SAMPLES["actionRecordSkipping"]
    for slug, fields in SAMPLES["actionRecordSkipping"].items():
        assert set(fields) == {field.slug for field in ACTIONS[slug].fields}
        with pytest.raises(BadInput) as caught:
            read_command(ACTIONS[slug], fields, SampleHousehold(), home=TEST_USER.home)
        assert caught.value.skip


@pytest.mark.parametrize("part", ["triggers", "actions", "queries"])
def test_every_field_with_choices_offers_its_sample_value_among_others(part: str) -> None:
    for slug, fields in declared_fields(part).items():
        for field in fields:
            values = [choice.value for choice in field.choices(SampleHousehold())]
            assert not field.has_options or SAMPLES[part][slug][field.slug] in values
            assert len(set(values)) == len(values)


@pytest.mark.parametrize("slug", list(QUERIES))
def test_a_query_has_three_rows_with_every_ingredient_and_none_for_what_is_not_there(slug: str) -> None:
    query, fields = QUERIES[slug], SAMPLES["queries"][slug]
    rows = sample_rows(query, fields, set_up_at_ms=NOW_MS)
    assert len(rows) == SAMPLE_ROWS == 3
    assert [where for where, _ in rows] == sorted({where for where, _ in rows})
    for _, row in rows:
        assert list(row) == [ingredient.slug for ingredient in query.ingredients]
        assert all(row.values())
    assert sample_rows(query, dict.fromkeys(fields, "front-door"), set_up_at_ms=NOW_MS) == []


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
