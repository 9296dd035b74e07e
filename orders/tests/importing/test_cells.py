"""One cell: integer rules for money, plain times, and no number a person wouldn't write."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.importing import cells


@pytest.mark.parametrize(
    ("text", "minor"),
    [("", 0), ("0", 0), ("178.8", 17880), ("178.80", 17880), ("1,234.50", 123450), ("¥12", 1200), ("￥ 12.", 1200),
     ("12元", 1200), ("-0.00", 0), ("0.01", 1)],
)  # fmt: skip
def test_money_is_read_exactly(text, minor):
    assert cells.money(text) == minor


@pytest.mark.parametrize(
    "text",
    ["1.005", "0.001", "178.800", "1e3", "NaN", "inf", "１２.５", "٣", "1_000", "-1", "12,34", "1.2.3", "--", "0x10", "¹",
     "9" * 5000, "12\n", " ", "+5", "99999999999999"],
)  # fmt: skip
def test_money_refuses_what_is_no_plain_amount(text):
    with pytest.raises(cells.Refused):
        cells.money(text)


@given(st.integers(0, 10**11))
def test_money_comes_back_as_it_was_written(minor):
    assert cells.money(f"{minor // 100}.{minor % 100:02d}") == minor
    assert cells.money(f"{minor // 100:,}.{minor % 100:02d}") == minor


@given(st.text(max_size=40))
def test_no_text_breaks_a_reader(text):
    for reader in cells.READERS.values():
        try:
            reader(text.strip())
        except cells.Refused as refusal:
            assert str(refusal)


@pytest.mark.parametrize(
    "text",
    ["2020-02-20 23:59:54", "2020/2/20 23:59:54", "2020年2月20日 23:59:54", "2020-02-20T23:59:54+08:00",
     "2020-02-20T15:59:54Z", "2020.02.20 23：59：54"],
)  # fmt: skip
def test_times_are_shanghai_unless_they_say_otherwise(text):
    assert cells.moment(text) == datetime(2020, 2, 20, 15, 59, 54, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2020-02-30", "9999-12-31", "1970-01-01", "yesterday", "20200220", "２０２０-02-20", "2020-02-20 25:00", "43881.5"]
)
def test_times_refuse_what_is_no_moment(text):
    with pytest.raises(cells.Refused):
        cells.moment(text)


def test_a_number_the_spreadsheet_has_cut_short_is_refused():
    with pytest.raises(cells.Refused):
        cells.number("1.23457E+17")
    assert cells.number("260102-123456789012345") == "260102-123456789012345"


def test_states_and_flags_are_known_in_both_languages():
    assert cells.state("交易成功") == "completed"
    assert cells.state("Shipped") == "shipped"
    assert cells.state("") == ""
    assert cells.flag("红旗") == "red"
    with pytest.raises(cells.Refused):
        cells.state("somewhere")
