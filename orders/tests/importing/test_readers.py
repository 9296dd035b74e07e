"""Files become rows; what can't is refused with a sentence, and one broken row takes no other with it."""

import io
import zipfile
from datetime import UTC, datetime

import openpyxl
import pytest
from django.utils.translation import override

from orders.importing import readers
from orders.importing.readers import Unreadable, rows

TEXT = "订单号,名称\n1,毛巾\n"


def read(content: bytes) -> list[list[str]]:
    return [row.cells for row in rows(io.BytesIO(content))]


def workbook(*lines) -> bytes:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_it_reads_every_encoding_exports_come_in(encoding):
    assert read(TEXT.encode(encoding)) == [["订单号", "名称"], ["1", "毛巾"]]


def test_it_strips_blanks_skips_blank_rows_and_keeps_quoted_newlines():
    assert read(b'a , b\n\n1,"x\ny"\n , \n"1 ""2""",3\n') == [["a", "b"], ["1", "x\ny"], ['1 "2"', "3"]]


def test_it_takes_semicolons_and_tabs():
    assert read(b"a;b\n1,5;2\n") == [["a", "b"], ["1,5", "2"]]
    assert read(b"a\tb\n1\t2\n") == [["a", "b"], ["1", "2"]]


def test_it_numbers_rows_as_a_spreadsheet_does():
    assert [row.number for row in rows(io.BytesIO(b'a\n"1\n1"\n\n2\n'))] == [1, 2, 4]


def test_a_row_with_broken_quotes_is_broken_alone():
    found = list(rows(io.BytesIO(b'a,b\n"1"x,2\n3,4\n')))
    assert [bool(row.broken) for row in found] == [False, True, False]
    assert found[2].cells == ["3", "4"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b'a,b\n1,"2\n3,4\n', "line 2"),
        (b"a\x00b\n1\n", "NUL"),
        (b"a\n" + b"x" * 200_000, "longer"),
        (b"a,b\n" + b"a," * 20_000, "20,000 columns"),
        (b"\xff\xff\xff\xff", "UTF-8"),
        (b"\xff\xfeabc", "character"),
        (b"PK\x03\x04 but no archive", "xlsx"),
        (b"\xd0\xcf\x11\xe0 an old workbook", ".xls"),
    ],
)
def test_it_refuses_with_a_sentence(content, said):
    with override("en"), pytest.raises(Unreadable, match=said) as refusal:
        list(rows(io.BytesIO(content)))
    assert refusal.value.status_code == 422


def test_a_workbook_reads_like_a_csv():
    moment = datetime(2020, 2, 20, 23, 59, 54, tzinfo=UTC).replace(tzinfo=None)  # a spreadsheet knows no zones
    content = workbook(["订单号", "实付金额", "下单时间"], [10**14, 178.8, moment], [None], ["2", 0.1 + 0.2, None])
    assert read(content) == [
        ["订单号", "实付金额", "下单时间"],
        ["100000000000000", "178.8", "2020-02-20 23:59:54"],
        ["2", "0.3"],
    ]


def test_a_workbook_that_unfolds_too_far_is_refused(monkeypatch):
    monkeypatch.setattr(readers, "MAX_UNZIPPED", 1000)
    with pytest.raises(Unreadable):
        read(workbook(["a"] * 50, *(["x" * 20] * 50 for _ in range(20))))


def test_an_archive_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "hello")
    with pytest.raises(Unreadable):
        read(out.getvalue())


def test_it_reads_a_row_at_a_time(monkeypatch):
    reading = rows(io.BytesIO(b"a,b\n" + b"1,2\n" * 200_000))
    assert next(reading).cells == ["a", "b"]
    monkeypatch.setattr(readers, "MAX_ROWS", 1000)
    with pytest.raises(Unreadable):
        list(reading)


def test_a_workbook_folded_too_tightly_is_refused_folded():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
        for _megabyte in range(51):
            sheet.write(b"A" * 1024 * 1024)
    with pytest.raises(Unreadable), override("en"):
        read(out.getvalue())


def test_nothing_but_line_ends_does_not_hold_the_page():
    assert list(rows(io.BytesIO(b"a,b\n" + b"\n" * 30_000 + b"1,2\n"), most=10_000)) == [readers.Row(1, ["a", "b"])]
    with pytest.raises(Unreadable, match="rows"), override("en"):
        list(rows(io.BytesIO(b"a,b\n" + b"\n" * 1_048_577 + b"1,2\n")))
