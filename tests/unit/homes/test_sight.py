"""Who sees what, and since when."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bridge.homes.sight import Placed, Share, Sights
from bridge.timeline.entry import TimelineKey
from bridge.timeline.timeline import Question, question_of

ANY_DOOR = TimelineKey("home", None, "contact.opened")


def placed(entity: str, *, home: str = "home", exposed: bool = True, since_seq: int = 0) -> Placed:
    return Placed(entity, entity.split(".", maxsplit=1)[0], home, exposed, since_seq)


def test_everybody_sees_what_is_exposed_in_their_home_and_nothing_of_another() -> None:
    sights = Sights([placed("door"), placed("bell", exposed=False), placed("gate", home="cabin")])
    assert sights.of("home", "u_1").since == {"door": 0}
    assert sights.of("cabin", "u_2").since == {"gate": 0}
    assert sights.of("elsewhere", "u_3").since == {}


def test_what_was_taken_away_from_one_is_still_seen_by_the_others() -> None:
    sights = Sights([placed("door"), placed("bell")], [Share("u_1", "bell", shared=False, since_seq=5)])
    assert (sights.of("home", "u_1").since, sights.of("home", "u_1").whole) == ({"door": 0}, False)
    assert (sights.of("home", "u_2").since, sights.of("home", "u_2").whole) == ({"door": 0, "bell": 0}, True)


def test_what_is_shared_or_exposed_anew_counts_from_then_on() -> None:
    sights = Sights(
        [placed("door", since_seq=7), placed("bell", since_seq=3)], [Share("u_1", "bell", shared=True, since_seq=9)]
    )
    assert sights.of("home", "u_1").since == {"door": 7, "bell": 9}
    assert sights.of("home", "u_2").since == {"door": 7, "bell": 3}


def test_a_device_is_seen_as_long_as_one_of_its_abilities_is_and_since_the_first_of_them() -> None:
    things = [
        placed("lamp.light", since_seq=4),
        placed("lamp.battery", since_seq=2),
        placed("lamp.motion", since_seq=3),
        placed("gong.bell", exposed=False),
    ]
    sight = Sights(things).of("home", "u_1")
    assert sight.since == {"lamp": 2, "lamp.light": 4, "lamp.battery": 2, "lamp.motion": 3}
    assert not sight.sees("gong")


def test_a_timeline_of_a_home_is_asked_as_a_whole_only_where_nothing_of_it_is_kept_back() -> None:
    whole = Sights([placed("door"), placed("bell", since_seq=5)]).of("home", "u_1")
    assert question_of(ANY_DOOR, whole, start_seq=5) == Question(ANY_DOOR, 5)
    assert question_of(ANY_DOOR, whole, start_seq=4) == Question(ANY_DOOR, 4, among=(("bell", 5), ("door", 0)))
    assert question_of(ANY_DOOR, Sights().of("home", "u_1"), start_seq=0) == Question(ANY_DOOR, 0)
    part = Sights([placed("door"), placed("bell", exposed=False)]).of("home", "u_1")
    assert question_of(ANY_DOOR, part, start_seq=9) == Question(ANY_DOOR, 9, among=(("door", 0),))


def test_a_timeline_of_one_thing_begins_where_it_is_seen_from_or_is_nothing() -> None:
    key = TimelineKey("home", "bell", "button.single")
    sight = Sights([placed("bell", since_seq=5)]).of("home", "u_1")
    assert question_of(key, sight, start_seq=2, limit=3) == Question(key, 5, 3)
    assert question_of(key, sight, start_seq=8) == Question(key, 8)
    assert question_of(key, Sights().of("home", "u_1"), start_seq=0) is None


@given(
    st.dictionaries(st.sampled_from("abcd"), st.tuples(st.booleans(), st.integers(0, 9)), max_size=4),
    st.dictionaries(st.sampled_from("abcd"), st.tuples(st.booleans(), st.integers(0, 9)), max_size=4),
    st.integers(0, 9),
)
def test_what_is_asked_is_what_looking_at_each_thing_says(
    things: dict[str, tuple[bool, int]], shares: dict[str, tuple[bool, int]], start_seq: int
) -> None:
    sights = Sights(
        [placed(name, exposed=exposed, since_seq=since) for name, (exposed, since) in things.items()],
        [Share("u_1", name, shared, since) for name, (shared, since) in shares.items()],
    )
    question = question_of(ANY_DOOR, sights.of("home", "u_1"), start_seq=start_seq)
    assert question is not None
    for name, (exposed, since) in things.items():
        shared, shared_since = shares.get(name, (True, 0))
        begins = max(start_seq, since, shared_since) if exposed and shared else None
        among = None if question.among is None else dict(question.among)
        asked = question.start_seq if among is None else among.get(name)
        assert (None if asked is None else max(asked, question.start_seq)) == begins


def test_what_somebody_sees_is_found_again_by_its_equal() -> None:
    placed = [
        Placed("door", "door", "elm", exposed=True, since_seq=3),
        Placed("hidden", "x", "elm", exposed=False, since_seq=0),
    ]
    ours, theirs = (Sights(placed).of("elm", "u").among(0) for _ in range(2))
    assert ours is not theirs
    assert ours == theirs == (("door", 3),)
    assert {ours: 1}[theirs] == {(("door", 3),): 1}[theirs] == 1
    assert ours not in (Sights([replace(placed[0], since_seq=4), placed[1]]).of("elm", "u").among(0), None)


def test_what_somebody_sees_is_put_together_once() -> None:
    sights = Sights(
        [placed("door"), placed("bell")], [Share(user, "bell", shared=False, since_seq=0) for user in ("u_1", "u_2")]
    )
    assert sights.of("home", "u_1") is sights.of("home", "u_1") is not sights.of("home", "u_2")
