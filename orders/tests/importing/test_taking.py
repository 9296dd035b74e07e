"""What an import does to orders and money, once and again."""

import csv
import io

import pytest

from foundation.accounts.tests.factories import make_shop
from foundation.files.services import open_document
from foundation.jobs import services as jobs
from foundation.ledger.models import Entry, Transaction
from foundation.lifecycle.invariants import INVARIANTS
from orders.importing import start, steps
from orders.models import Order, OrderLine, Refund
from orders.services import mark_signed, refund

from .conftest import paid_row, table

pytestmark = pytest.mark.django_db


def figures(job) -> dict:
    assert job.status == "done", job.error
    return steps.summary(job)


def counts(job) -> tuple:
    found = figures(job)
    return tuple(found[name] for name in ("created", "updated", "unchanged", "refused"))


def reasons(job) -> list[list[str]]:
    with open_document(job.output_file) as file:
        return list(csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline="")))[1:]


def assert_books_hold():
    broken = [f"{one.code}: {said}" for one in INVARIANTS for said in one.check()]
    assert broken == []


def test_paid_rows_arrive_completed_and_settled_and_unpaid_ones_cancelled(take, shop):
    job = take(table(paid_row(1), paid_row(2, "10", "10"), "3,2026-01-02 10:00:00,,0,0", paid_row(4, "10", "2.50")))
    assert counts(job) == (4, 0, 0, 0)
    assert (figures(job)["paid_minor"], figures(job)["refunded_minor"]) == (3000, 1250)
    states = dict(Order.objects.values_list("number", "status"))
    assert states == {"1": "completed", "2": "refunded", "3": "cancelled", "4": "completed"}
    settled = Transaction.objects.filter(movement="order_settled")
    assert sorted(settled.values_list("total_minor", flat=True)) == [750, 1000]
    assert Refund.objects.count() == 2
    assert_books_hold()


def test_the_same_file_again_changes_nothing(take):
    content = table(paid_row(1), paid_row(2, "10", "4"), "3,2026-01-02 10:00:00,,0,0")
    take(content)
    before = (list(Order.objects.order_by("pk").values()), Entry.objects.count(), Refund.objects.count())
    assert counts(take(content)) == (0, 0, 3, 0)
    assert before == (list(Order.objects.order_by("pk").values()), Entry.objects.count(), Refund.objects.count())


def test_a_column_net_of_refunds_is_seen_by_its_sums(take):
    head = "订单编号,总金额,买家实际支付金额,订单创建时间,订单付款时间,退款金额\n"
    rows = "1,30,20,2020-02-20 10:00:00,2020-02-20 10:01:00,10\n2,5,5,2020-02-20 10:00:00,2020-02-20 10:01:00,0\n"
    job = take(head + rows + "3,8,0,2020-02-20 10:00:00,,0\n")
    assert job.result["mapping"]["买家实际支付金额"] == "net_received"
    assert dict(Order.objects.values_list("number", "paid_minor")) == {"1": 3000, "2": 500, "3": 0}
    assert Order.objects.get(number="1").refunded_minor == 1000


def test_a_paid_column_is_what_was_paid_when_one_row_says_so(take):
    head = "订单编号,总金额,买家实际支付金额,订单创建时间,订单付款时间,退款金额\n"
    take(head + "1,30,30,2020-02-20 10:00:00,2020-02-20 10:01:00,10\n")
    assert Order.objects.get().paid_minor == 3000


def test_bad_rows_are_told_with_row_column_value_and_reason_and_take_no_good_one_with_them(take):
    job = take(table(
        paid_row(1), paid_row(2, "1.005"), paid_row(3, "5", "6"), paid_row(1), "5,whenever,,0,0", paid_row(6, "１２"),
        paid_row(7), '"8"x,2026-01-02,,0,0', paid_row("=1+1", "NaN"), "9,2026-01-02,,5,0", paid_row(10) + ",extra",
    ))  # fmt: skip
    assert counts(job) == (2, 0, 0, 9)
    told = reasons(job)
    assert [line[0] for line in told] == ["3", "4", "5", "6", "7", "9", "10", "11", "12"]
    assert told[0][1:3] == ["实付金额", "1.005"]
    assert all(line[3] for line in told)
    assert sorted(Order.objects.values_list("number", flat=True)) == ["1", "7"]
    assert_books_hold()


def test_what_a_spreadsheet_would_run_is_kept_text_in_the_reasons(take):
    job = take(table(paid_row(1, "=cmd()"), paid_row(2, "＠x")))
    assert [line[2] for line in reasons(job)] == ["'=cmd()", "'＠x"]


def test_nothing_is_written_when_bad_rows_are_to_stop_the_rest(take, small_chunks):
    job = take(table(*(paid_row(n) for n in range(5)), paid_row(9, "x")), on_bad=steps.STOP)
    assert job.result["stopped"]
    assert counts(job) == (0, 0, 0, 1)
    assert not Order.objects.exists()
    good = take(table(*(paid_row(n) for n in range(5))), on_bad=steps.STOP)
    assert counts(good) == (5, 0, 0, 0)


def test_a_booked_paid_amount_never_changes_and_a_refunded_one_never_falls(take):
    take(table(paid_row(1), paid_row(2, "10", "4")))
    before = list(Order.objects.order_by("pk").values())
    job = take(table(paid_row(1, "11"), paid_row(2, "10", "3")))
    assert counts(job) == (0, 0, 0, 2)
    assert [line[1] for line in reasons(job)] == ["实付金额", "退款金额"]
    assert list(Order.objects.order_by("pk").values()) == before


def test_more_refunded_books_the_difference(take):
    take(table(paid_row(1, "10", "4")))
    assert counts(take(table(paid_row(1, "10", "7")))) == (0, 1, 0, 0)
    assert sorted(Refund.objects.values_list("amount_minor", flat=True)) == [300, 400]
    assert counts(take(table(paid_row(1, "10", "10")))) == (0, 1, 0, 0)
    assert Order.objects.get().status == "refunded"
    assert_books_hold()


def test_unpaid_becomes_paid(take):
    take(table("1,2026-01-02 10:00:00,,0,0"))
    assert counts(take(table(paid_row(1)))) == (0, 1, 0, 0)
    order = Order.objects.get()
    assert (order.status, order.paid_minor) == ("completed", 1000)
    assert_books_hold()


STATES = "订单号,订单状态,下单时间,实付金额,商品名称,商品编码,数量,手机号,收货地址\n"


def test_states_lines_products_and_buyers_arrive_as_the_file_says(take):
    take(STATES + "1,已发货,2026-01-02,20.00,示例毛巾,T-1,2,13800001234,示例省示例市一号\n2,待发货,2026-01-02,5,,,,,\n")
    order = Order.objects.get(number="1")
    assert (order.status, order.phone_tail, order.province) == ("shipped", "1234", "示例省")
    line = OrderLine.objects.get()
    assert (line.quantity, line.paid_minor, line.product.code) == (2, 2000, "T-1")
    assert Order.objects.get(number="2").lines.count() == 0
    assert_books_hold()


def test_an_older_export_of_an_order_that_moved_on_changes_nothing(take, owner, now):
    content = STATES + "1,已发货,2026-01-02,20.00,,,,,\n"
    take(content)
    mark_signed(Order.objects.get().pk, at=now, by=None, now=now)
    assert counts(take(content)) == (0, 0, 1, 0)
    assert Order.objects.get().status == "signed"


def test_a_refund_made_here_is_not_undone_by_an_older_export(take, owner, now):
    content = table(paid_row(1))
    take(content)
    refund(Order.objects.get().pk, amount_minor=500, cause="goodwill", reason="x", key="k", by=owner, now=now)
    assert counts(take(content)) == (0, 0, 0, 1)
    assert Order.objects.get().refunded_minor == 500


def test_the_same_numbers_in_two_shops_are_two_orders(take, shop):
    other = make_shop("other")
    content = table(paid_row(1))
    assert counts(take(content)) == counts(take(content, into=other)) == (1, 0, 0, 0)
    assert Order.objects.count() == 2


def test_a_chunk_at_a_time_gives_what_one_chunk_gives(begin, take, small_chunks):
    job = take(table(*(paid_row(n, "10", "1") for n in range(10)), paid_row(99, "x")))
    assert counts(job) == (10, 0, 0, 1)
    assert job.done == job.total == 11


def test_the_preview_counts_the_same_and_writes_nothing(take, small_chunks):
    content = table(*(paid_row(n) for n in range(7)), paid_row(9, "x"))
    preview = take(content, kind=start.PREVIEW)
    assert not Order.objects.exists()
    run = jobs.run_to_end(start.start_run(preview, on_bad=steps.SKIP, by=None, now=preview.created_at).pk)
    assert steps.summary(preview) == steps.summary(run)
    assert start.start_run(preview, on_bad=steps.SKIP, by=None, now=preview.created_at).pk == run.pk
