"""The twin of the state machine can tell: it refuses and lets through for the reasons meant."""

from foundation.lifecycle.deadlines import shanghai_day

from .refund_twin import DAY, LOOK_BACK, Twin


def test_the_twin_can_tell(now):
    """The twin refuses and lets through for the reasons meant: each of them, once, by hand."""
    twin = Twin(shanghai_day(now))
    today = shanghai_day(now)
    twin.income(1_000)
    twin.shift(1_000, "settlement", "deposit")
    assert twin.covers(1_000, 0, today) and not twin.covers(1_001, 0, today)
    twin.case = 1
    assert not twin.covers(1_000, 0, today)
    twin.case, twin.listed[today - DAY] = 0, False
    assert not twin.covers(1_000, 0, today)
    twin.listed[today - DAY] = True
    twin.majors = [today - LOOK_BACK * DAY]
    assert twin.covers(1_000, 0, today)
    twin.majors = [today - (LOOK_BACK - 1) * DAY]
    assert not twin.covers(1_000, 0, today)
    twin.draw(1_500)
    assert twin.money["debt"] == -500
