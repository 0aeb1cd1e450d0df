"""What a poll shows to a real user."""

import pytest

from bridge.events import CONTACT_CLOSED, NotOffered, press_kind
from tests.integration.web.site import NOON_MS, Site


async def test_the_newest_are_shown_newest_first(site: Site) -> None:
    happened = [(await site.happen())[0] for _ in range(3)]
    answer = await site.poll("ann")
    assert answer.ids == happened[::-1]
    assert answer.data[0]["device_name"] == "elm-door"


@pytest.mark.parametrize(
    ("limit", "count"),
    [
        (None, 50),
        (0, 0),
        (1, 1),
        (7, 7),
        (7.0, 7),
        (7.9, 7),
        ("7", 7),
        (" 7 ", 7),
        ("7.0", 7),
        ("0", 0),
        (-1, 0),
        ("-5", 0),
        (51, 50),
        (10**30, 50),
        ("1e300", 50),
    ],
)
async def test_limits_are_read_leniently(site: Site, limit: object, count: int) -> None:
    ids = await site.happen(times=60)
    assert (await site.poll("ann", limit=limit)).ids == ids[::-1][:count]


@pytest.mark.parametrize("limit", ["many", "", "nan", "inf", "1e400", [], {}, True, "9" * 5000])
async def test_a_limit_that_is_no_number_is_refused(site: Site, limit: object) -> None:
    assert (await site.poll("ann", limit=limit)).is_error(400)


async def test_a_user_without_events_gets_an_empty_list(site: Site) -> None:
    assert (await site.poll("ann")).data == []


async def test_a_real_user_is_never_shown_samples(site: Site) -> None:
    await site.test_token()
    fields = {"door_opened": {"door": "any"}, "button_pressed": {"button": "any", "press": "any"}}
    for trigger, given in fields.items():
        assert (await site.poll("ann", given, trigger)).data == []
    assert (await site.poll("ann", {"door": "sample-door"})).is_error(400)


async def test_the_test_user_is_never_shown_what_really_happened(site: Site) -> None:
    await site.happen(times=3)
    token = await site.test_token()
    body = {"triggerFields": {"door": "any"}}
    items = (await site.request("POST", "triggers/door_opened", token=token, body=body)).data
    assert len(items) == 5
    assert all(not item["device_id"].startswith("elm") for item in items)
    body = {"triggerFields": {"door": "elm-door"}}
    assert (await site.request("POST", "triggers/door_opened", token=token, body=body)).is_error(400)


async def test_what_is_not_offered_is_never_shown(site: Site) -> None:
    await site.happen(reason=NotOffered.LATE)
    await site.happen(reason=NotOffered.CHANGED_WHILE_AWAY)
    assert (await site.poll("ann")).data == []


async def test_other_doors_and_other_kinds_are_not_shown(site: Site) -> None:
    (door,) = await site.happen("elm-door")
    (window,) = await site.happen("elm-window")
    (closed,) = await site.happen("elm-door", CONTACT_CLOSED)
    assert (await site.poll("ann", {"door": "elm-door"})).ids == [door]
    assert (await site.poll("ann", {"door": "elm-window"})).ids == [window]
    assert (await site.poll("ann")).ids == [window, door]
    assert (await site.poll("ann", trigger="door_closed")).ids == [closed]


async def test_presses_are_told_apart_and_any_press_means_all(site: Site) -> None:
    (single,) = await site.happen("elm-button", press_kind("single"), press="single")
    (double,) = await site.happen("elm-button", press_kind("double"), press="double")
    for button in ("any", "elm-button"):
        for press, ids in (("single", [single]), ("double", [double]), ("triple", []), ("any", [double, single])):
            assert (await site.poll("ann", {"button": button, "press": press}, "button_pressed")).ids == ids


async def test_a_removed_device_keeps_its_timeline_and_one_that_never_was_is_refused(site: Site) -> None:
    assert (await site.poll("ann", {"door": "elm-gone"}, trigger_identity="abc")).data == []
    assert (await site.poll("ann", {"door": "elm-gone"})).data == []
    for never in ("elm-never", "oak-door", "ELM-DOOR", "sample-door", "*", "%", "x" * 1024, "x" * 1025):
        assert (await site.poll("ann", {"door": never}, trigger_identity="new")).is_error(400)
    assert [identity.key.identity for identity in site.identities] == ["abc"]


async def test_stamps_never_rise_though_the_clock_steps_back(site: Site) -> None:
    for ms in (NOON_MS, NOON_MS + 5000, NOON_MS - 90_000, NOON_MS + 1500):
        site.clock.ms = ms
        await site.happen()
    items = (await site.poll("ann")).data
    assert [item["meta"]["timestamp"] - NOON_MS // 1000 for item in items] == [1, -90, -90, -90]


async def test_ingredients_that_an_event_lacks_are_empty_texts(site: Site) -> None:
    await site.happen("elm-light", "light.turned_on")
    (item,) = (await site.poll("ann", {"light": "any"}, "light_turned_on")).data
    assert item["brightness"] == ""


async def test_awkward_text_reaches_ifttt_unchanged(site: Site) -> None:
    name = 'Tür "vorn" \\ \u2028 </script> \U0001f6aa\x00\x1f'
    await site.happen(device_name=name)
    assert (await site.poll("ann")).data[0]["device_name"] == name


async def test_a_user_who_joins_later_sees_nothing_older(site: Site) -> None:
    await site.happen(times=3)
    await site.add_user("dot", "elm")
    assert (await site.poll("dot")).data == []
    assert (await site.poll("dot", trigger_identity="abc")).data == []
    new = await site.happen()
    assert (await site.poll("dot")).ids == new
    assert (await site.poll("dot", trigger_identity="abc")).ids == new


async def test_equal_milliseconds_keep_the_order_of_the_sequence(site: Site) -> None:
    first = await site.happen(times=10)
    assert (await site.poll("ann")).ids == first[::-1]
