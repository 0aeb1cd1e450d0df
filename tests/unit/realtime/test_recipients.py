"""By identity or by user."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.ifttt.identities import IdentityKey
from bridge.realtime.recipients import MOST_BY_IDENTITY, Recipient, recipients_of
from tests.unit.realtime.examples import key

KEYS = st.lists(
    st.builds(key, st.text("ab", min_size=1, max_size=6), user=st.sampled_from(["u_1", "u_2", "u_3"])), unique=True
)


def keys_of(count: int, user: str) -> list[IdentityKey]:
    return [key(f"{user}-{number}", user=user) for number in range(count)]


def test_so_many_of_one_user_are_told_by_identity_and_one_more_by_user() -> None:
    at_most, more = keys_of(MOST_BY_IDENTITY, "u_1"), keys_of(MOST_BY_IDENTITY + 1, "u_2")
    recipients = recipients_of([*at_most, *more])
    assert [recipient.entry for recipient in recipients] == [
        *({"trigger_identity": each.identity} for each in at_most),
        {"user_id": "u_2"},
    ]
    assert recipients[-1].keys == tuple(more)


def test_whom_ifttt_will_not_hear_of_is_told_by_identity() -> None:
    many = keys_of(50, "u_1")
    assert recipients_of(many, never_by_user={"u_1"}) == [Recipient((each,)) for each in many]
    (by_user,) = recipients_of(many)
    assert by_user.apart() == [Recipient((each,)) for each in many]


@given(KEYS, st.integers(0, 5), st.sets(st.sampled_from(["u_1", "u_2"])))
def test_everyone_is_told_once(keys: list[IdentityKey], most: int, never: set[str]) -> None:
    recipients = recipients_of(keys, most_by_identity=most, never_by_user=never)
    assert sorted(str(each) for recipient in recipients for each in recipient.keys) == sorted(map(str, keys))
    for recipient in recipients:
        assert {each.user for each in recipient.keys} == {recipient.user or recipient.keys[0].user}
        assert recipient.user is None or (len(recipient.keys) > most and recipient.user not in never)
        assert recipient.user is not None or len(recipient.keys) == 1
