"""What grows in the second half of a soak is seen; what only warmed up, or is the machine's, is not held against it."""

from dataclasses import replace

from scripts.faultwall.flat import Sample, not_flat

CALM = Sample(0.0, 60.0, 18, 4, 1.0, 4.0, 5.0, 20.0, 1.0, 2.0, 10.0, 0.0, 0.0)


def test_what_is_flat_or_has_only_warmed_up_is_well() -> None:
    assert not_flat([CALM] * 40) == []
    assert not_flat([replace(CALM, rss_mb=50.0)] * 20 + [CALM] * 20) == []


def test_what_grows_in_the_second_half_is_named() -> None:
    leaking = [replace(CALM, rss_mb=60.0 + number, descriptors=18 + number) for number in range(40)]
    assert [each.split()[0] for each in not_flat(leaking)] == ["memory", "descriptors"]


def test_times_may_grow_as_far_as_the_machine_is_slower_and_no_further() -> None:
    busy = replace(CALM, p50_ms=50.0, machine_ms=100.0)
    assert not_flat([CALM] * 30 + [busy] * 10) == []
    assert not_flat([CALM] * 30 + [replace(busy, machine_ms=10.0)] * 10) == [
        "told p50 grew from 5.0 to 50.0 ms in the second half"
    ]
