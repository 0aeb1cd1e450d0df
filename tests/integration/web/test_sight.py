"""Each user gets what they see, and nothing old comes back."""

from bridge.storage.exposure import Exposure
from tests.integration.web.site import Site


async def test_what_is_hidden_is_in_no_answer_and_what_is_shown_again_begins_anew(site: Site) -> None:
    exposure = Exposure(site.database)
    for fields in ({"door": "elm-door"}, {"door": "any"}):
        await site.poll("ann", fields, trigger_identity=str(fields))
    await site.happen("elm-door")
    for fields in ({"door": "elm-door"}, {"door": "any"}):
        assert len((await site.poll("ann", fields, trigger_identity=str(fields))).ids) == 1

    await exposure.expose("elm-door", exposed=False)
    await site.look_again()
    for fields in ({"door": "elm-door"}, {"door": "any"}):
        assert (await site.poll("ann", fields, trigger_identity=str(fields))).ids == []
    assert (await site.poll("ann", {"door": "elm-door"})).is_error(400), "to a new Applet it is not there"
    options = await site.request("POST", "triggers/door_opened/fields/door/options", token=site.tokens["ann"])
    assert "elm-door" not in {choice["value"] for choice in options.data}

    await exposure.expose("elm-door", exposed=True)
    await site.look_again()
    for fields in ({"door": "elm-door"}, {"door": "any"}):
        assert (await site.poll("ann", fields, trigger_identity=str(fields))).ids == []
    await site.happen("elm-door")
    for fields in ({"door": "elm-door"}, {"door": "any"}):
        assert len((await site.poll("ann", fields, trigger_identity=str(fields))).ids) == 1


async def test_what_is_taken_away_from_one_user_is_still_seen_by_another(site: Site) -> None:
    await site.poll("ann", trigger_identity="a")
    await site.poll("ben", trigger_identity="b")
    await Exposure(site.database).share("elm-door", site.users["ann"], shared=False)
    await site.look_again()
    await site.happen("elm-door")
    assert (await site.poll("ann", trigger_identity="a")).ids == []
    assert len((await site.poll("ben", trigger_identity="b")).ids) == 1


async def test_what_a_user_does_not_see_they_cannot_move(site: Site) -> None:
    await Exposure(site.database).share("elm-light", site.users["ann"], shared=False)
    await site.look_again()
    body = {"actionFields": {"light": "elm-light"}}
    answer = await site.request("POST", "actions/turn_off_light", token=site.tokens["ann"], body=body)
    assert (answer.status, answer.json["errors"][0]["status"]) == (400, "SKIP")
    assert site.carried_out == []
