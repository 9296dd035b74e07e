import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from foundation.accounts.tests.factories import make_reviewer
from workorders.bulk import files

HEADER = ["店铺编码", "订单号", "工单类型", "平台提问", "商品行", "赔付比例", "凭证"]


def table(rows, header=HEADER, *, encoding="utf-8-sig", name="questions.csv"):
    """The rows as an uploaded CSV."""
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return SimpleUploadedFile(name, text.getvalue().encode(encoding), "text/csv")


def workbook(rows, header=HEADER):
    """The same as an XLSX."""
    book = Workbook()
    for row in [header, *rows]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("questions.xlsx", out.getvalue())


def row(order, type="未收到货", text="买家反馈未收到货。", *more):
    """One row about an order."""
    return [order.shop.code, order.number, type, text, *more]


@pytest.fixture
def reviewer(db):
    return make_reviewer()


@pytest.fixture
def take_in(reviewer, now):
    """A function: an upload → its file, looked at."""

    def taken(upload):
        file, _new = files.take_in(upload, by=reviewer, now=now)
        return type(file).objects.get(pk=file.pk)

    return taken
