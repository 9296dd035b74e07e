"""Columns are recognised by name in both languages, or told, and what was told is kept."""

import pytest
from django.utils.translation import override

from foundation.lifecycle.errors import Invalid
from orders.importing import columns, mappings


def test_names_are_recognised_whatever_their_blanks_case_and_units():
    found = columns.recognise(["订单编号", "Order Time", "实付金额(元)", "退款金额 ", "手机号", "Colour"])
    assert found == {
        "订单编号": "number", "Order Time": "placed_at", "实付金额(元)": "paid", "退款金额 ": "refunded", "手机号": "buyer_phone",
    }  # fmt: skip


def test_the_label_of_every_target_in_english_is_recognised():
    with override("en"):
        names = {str(target.label): code for code, target in columns.TARGETS.items()}
    assert {name: columns.recognise([name]).get(name) for name in names} == names


def test_the_header_is_cleaned_so_that_every_column_can_be_named():
    assert columns.clean_header(["\ufeff订单号 ", "", "a", "a"]) == ["订单号", "#2", "a", "a (2)"]


@pytest.mark.parametrize(
    "mapping",
    [
        {"no such": "number"},
        {"a": "nonsense", "b": "placed_at", "c": "paid"},
        {"a": "number", "b": "number", "c": "paid", "d": "placed_at"},
        {"a": "number", "b": "placed_at"},
        {"a": "paid", "b": "placed_at"},
        {"a": "number", "b": "placed_at", "c": "paid", "d": "net_received"},
    ],
)
def test_a_mapping_that_can_not_work_is_refused(mapping):
    with pytest.raises(Invalid):
        columns.check(mapping, ["a", "b", "c", "d"])


def test_a_mapping_file_may_be_written_either_way():
    both = {"a": "number", "b": "paid"}
    assert columns.from_json('{"a": "number", "b": "paid"}') == both
    assert columns.from_json('{"number": "a", "paid": "b"}') == both
    for nonsense in ("", "[]", "{", '{"a": 1}', "[" * 100_000):
        with pytest.raises(Invalid):
            columns.from_json(nonsense)


def test_what_was_told_is_kept_for_the_shop_and_its_kind_of_file(shop, owner, now):
    header = ["一", "二", "三"]
    told = {"一": "number", "二": "placed_at", "三": "paid"}
    assert mappings.suggest(shop, header) == ({}, True)
    mappings.keep(shop, header, told, by=owner, now=now)
    assert mappings.suggest(shop, list(reversed(header))) == (told, False)
    assert mappings.suggest(shop, [*header, "四"]) == ({}, True)
