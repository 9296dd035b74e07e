"""A table of questions: what each row would do, what became of it, never twice."""

from datetime import timedelta

import pytest

from foundation.accounts.models import Membership
from foundation.jobs import services as jobs
from foundation.jobs.models import Job
from foundation.lifecycle.errors import Blocked, DomainError
from orders.tests.factories import make_order, make_orders
from workorders import services
from workorders.bulk import files, steps
from workorders.models import QuestionRow, WorkOrder
from workorders.tests.factories import ask

from .conftest import HEADER, row, table, workbook

pytestmark = pytest.mark.django_db


def outcomes(file):
    return list(file.rows.order_by("place").values_list("outcome", flat=True))


def run(file, reviewer, now, *, only_all=False):
    """Open what is good, to its end."""
    job = files.start(file.pk, only_all=only_all, by=reviewer, now=now).job
    return jobs.run_to_end(job.pk)


def test_a_look_says_what_each_row_would_do_and_asks_nothing(shop, take_in, now):
    busy, free = ask(shop, now).order, make_order(shop, now)
    file = take_in(table([row(free), row(busy, "wrong_or_missing", "少发一件"), row(free, "Wrong or missing items", "少发"),
                          ["qinghe", "no-such", "未收到货", "x"]]))
    assert outcomes(file) == ["opens", "queues", "queues", "refused"]
    assert WorkOrder.objects.count() == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_a_spreadsheet_writes(shop, take_in, now, reviewer, encoding):
    order = make_order(shop, now)
    file = take_in(table([row(order, "未收到货", "请上传发货底单。", "", "", "发货底单")], encoding=encoding))
    run(file, reviewer, now)
    case = WorkOrder.objects.get()
    assert (case.platform_text, case.asked_slots, case.opened_by) == ("请上传发货底单。", ["shipping_slip"], reviewer)


def test_a_workbook_with_numbers_as_numbers(shop, take_in, now, reviewer):
    order = make_order(shop, now)
    file = take_in(workbook([[shop.number, order.number, "wrong_or_missing", "少发", 2, 12.5, "发货称重图、签收称重图"]]))
    run(file, reviewer, now)
    case = WorkOrder.objects.get()
    assert (case.line, case.compensation_bp) == (order.lines.order_by("position")[1], 1_250)
    assert case.asked_slots == ["weighing_dispatch", "weighing_sign_off"]


def test_english_headers_in_another_order_and_a_column_that_means_nothing(shop, take_in, now, reviewer):
    order = make_order(shop, now)
    head = ["remark", "Question", "Type", "Order number", "Shop code"]
    file = take_in(table([["x", "Where is it?", "not_received", order.number, shop.code]], head))
    assert (outcomes(file), file.unused) == (["opens"], ["remark"])
    run(file, reviewer, now)
    assert WorkOrder.objects.get().platform_text == "Where is it?"


BAD = [
    ("shop", "nowhere", "店铺编码", "the code or ID of a shop"),
    ("shop", "", "店铺编码", "a shop code or shop ID"),
    ("order", "no-such", "订单号", "an order of this shop"),
    ("order", "2.61101E+14", "订单号", "The spreadsheet has cut this number short"),
    ("order", "", "订单号", "The order number is missing"),
    ("type", "", "工单类型", "one of: "),
    ("type", "未收到货了", "工单类型", "one of: "),
    ("text", "", "平台提问", "a question of 1 to 4,000 characters"),
    ("text", "x" * 4_001, "平台提问", "a question of 1 to 4,000 characters"),
    ("line", "3", "商品行", "a line from 1 to 2"),
    ("line", "0", "商品行", "a line of the order, counted from 1"),
    ("line", "１", "商品行", "a line of the order, counted from 1"),
    ("compensation", "501", "赔付比例", "a percentage between 0 and 500"),
    ("compensation", "-1", "赔付比例", "a percentage between 0 and 500"),
    ("compensation", "1e2", "赔付比例", "a percentage between 0 and 500"),
    ("compensation", "0.125", "赔付比例", "a percentage between 0 and 500"),
    ("vouchers", "shipping_slip,x", "凭证", "one of: "),
]


@pytest.mark.parametrize(("code", "value", "column", "expected"), BAD)
def test_a_refused_row_says_column_expected_and_got(shop, take_in, now, code, value, column, expected):
    order = make_order(shop, now)
    good = {"shop": shop.code, "order": order.number, "type": "未收到货", "text": "x", "line": "2",
            "compensation": "500%", "vouchers": "shipping_slip"}
    file = take_in(table([list({**good, code: value}.values())]))
    [problem] = file.rows.get(outcome="refused").problems
    assert (problem["column"], problem["got"]) == (column, value[:200])
    assert problem["expected"].startswith(expected)


def test_all_that_is_wrong_with_a_row_is_told(shop, take_in):
    file = take_in(table([["", "", "x", "", "x", "x", "x"]]))
    assert [one["column"] for one in file.rows.get().problems] == HEADER


def test_a_broken_row_takes_no_good_one_with_it(shop, take_in, now):
    order = make_order(shop, now)
    upload = table([row(order)])
    broken = f'{shop.code},"a"b,未收到货,x\n'.encode()
    file = take_in(type(upload)("q.csv", upload.read() + broken))
    assert outcomes(file) == ["opens", "refused"]


def test_the_very_same_question_is_refused_as_asked_already(shop, take_in, now):
    case = ask(shop, now, platform_text="买家反馈未收到货。")
    other = make_order(shop, now)
    file = take_in(table([row(case.order), row(other), row(other)]))
    assert outcomes(file) == ["refused", "opens", "refused"]
    first, second = (one.problems[0]["got"] for one in file.rows.filter(outcome="refused").order_by("place"))
    assert case.number in first
    assert second == "row 3 asks the same"


def test_the_same_bytes_are_the_same_file_and_open_nothing_twice(shop, take_in, now, reviewer):
    orders = make_orders(shop, 3, now)
    file = take_in(table([row(order) for order in orders]))
    run(file, reviewer, now)
    again = take_in(table([row(order) for order in orders], name="again.csv"))
    assert again.pk == file.pk
    with pytest.raises(Blocked):
        files.start(again.pk, only_all=False, by=reviewer, now=now)
    with pytest.raises(Blocked):
        files.look_again(again.pk, by=reviewer, now=now)
    assert WorkOrder.objects.count() == 3


def test_the_same_questions_in_another_file_are_asked_already(shop, take_in, now, reviewer):
    rows = [row(order) for order in make_orders(shop, 3, now)]
    run(take_in(table(rows)), reviewer, now)
    other = take_in(table([*rows, row(make_order(shop, now))]))
    assert outcomes(other) == ["refused"] * 3 + ["opens"]
    run(other, reviewer, now)
    assert WorkOrder.objects.count() == 4


def test_only_if_all_are_good_opens_nothing_when_one_is_refused(shop, take_in, now, reviewer):
    orders = make_orders(shop, 2, now)
    file = take_in(table([*(row(order) for order in orders), ["qinghe", "no-such", "未收到货", "x"]]))
    with pytest.raises(Blocked):
        files.start(file.pk, only_all=True, by=reviewer, now=now)
    run(file, reviewer, now)
    assert outcomes(file) == ["opened", "opened", "refused"]


def test_only_if_all_are_good_looks_once_more_before_the_first_is_asked(shop, take_in, now, reviewer):
    orders = make_orders(shop, 3, now)
    file = take_in(table([row(order) for order in orders]))
    ask(shop, now, order=orders[2], platform_text="买家反馈未收到货。")
    job = run(file, reviewer, now, only_all=True)
    assert (job.status, job.result["stopped"]) == ("done", True)
    assert outcomes(file) == ["opens", "opens", "refused"]
    assert WorkOrder.objects.count() == 1


def test_what_turned_bad_meanwhile_is_refused_and_the_rest_opens(shop, take_in, now, reviewer):
    orders = make_orders(shop, 3, now)
    file = take_in(table([row(order) for order in orders]))
    ask(shop, now, order=orders[1], platform_text="买家反馈未收到货。")
    run(file, reviewer, now)
    assert outcomes(file) == ["opened", "refused", "opened"]


def test_refused_rows_are_looked_at_again_once_the_cause_is_gone(shop, take_in, now, reviewer):
    case = ask(shop, now, platform_text="买家反馈未收到货。")
    file = take_in(table([row(case.order), row(make_order(shop, now))]))
    run(file, reviewer, now)
    services.agree_refund(case.pk, version=None, by=None, now=now)
    files.look_again(file.pk, by=reviewer, now=now)
    assert outcomes(file) == ["opens", "opened"]
    run(file, reviewer, now)
    assert outcomes(file) == ["opened", "opened"]
    assert WorkOrder.objects.count() == 3


def test_killed_in_the_middle_it_goes_on_without_doubles(shop, take_in, now, reviewer, monkeypatch):
    monkeypatch.setattr(steps, "CHUNK", 4)
    file = take_in(table([row(order) for order in make_orders(shop, 10, now)]))
    job = files.start(file.pk, only_all=False, by=reviewer, now=now).job
    assert jobs.run_chunk(job.pk, now=now) == jobs.AGAIN
    whole = steps._walked

    def killed(*told):
        raise KeyboardInterrupt

    monkeypatch.setattr(steps, "_walked", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.run_chunk(job.pk, now=now)
    assert WorkOrder.objects.count() == 4
    monkeypatch.setattr(steps, "_walked", whole)
    later = now + timedelta(minutes=5)
    while jobs.run_chunk(job.pk, now=later) == jobs.AGAIN:
        pass
    assert Job.objects.get(pk=job.pk).status == "done"
    assert WorkOrder.objects.count() == WorkOrder.objects.values("order").distinct().count() == 10
    assert set(outcomes(file)) == {"opened"}


def test_one_row_that_raises_is_set_aside_and_the_rest_is_asked(shop, take_in, now, reviewer, monkeypatch):
    orders = make_orders(shop, 5, now)
    file = take_in(table([row(order) for order in orders]))
    real = steps.open_work_orders

    def poisoned(questions, **said):
        if orders[3].pk in {question.order_pk for question in questions}:
            raise RuntimeError("poison")
        return real(questions, **said)

    monkeypatch.setattr(steps, "open_work_orders", poisoned)
    run(file, reviewer, now)
    assert outcomes(file) == ["opened", "opened", "opened", "refused", "opened"]
    assert "poison" in QuestionRow.objects.get(outcome="refused").problems[0]["got"]


def test_a_reviewer_who_works_for_the_shop_may_ask_it(shop, take_in, now, reviewer):
    Membership.objects.create(shop=shop, user=reviewer, role="service", joined_at=now)
    file = take_in(table([row(make_order(shop, now))]))
    run(file, reviewer, now)
    assert outcomes(file) == ["opened"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\xff", "店铺编码,订单号\nqinghe,1\n".encode(), ",".join(HEADER).encode(),
                                     b"PK\x03\x04 no workbook", b"\xd0\xcf\x11\xe0 xls"])
def test_a_file_that_is_none_of_ours_is_refused_with_a_sentence(take_in, content):
    upload = table([])
    with pytest.raises(DomainError):
        take_in(type(upload)("q.csv", content))
    assert not QuestionRow.objects.exists()


def test_more_rows_than_the_limit_are_refused(shop, take_in, now, monkeypatch):
    monkeypatch.setattr(files, "MAX_ROWS", 2)
    with pytest.raises(DomainError, match="2 rows"):
        take_in(table([row(order) for order in make_orders(shop, 3, now)]))


def test_one_job_at_a_time_works_on_a_file(shop, take_in, now, reviewer):
    file = take_in(table([row(make_order(shop, now))]))
    files.start(file.pk, only_all=False, by=reviewer, now=now)
    for verb in (lambda: files.start(file.pk, only_all=False, by=reviewer, now=now),
                 lambda: files.look_again(file.pk, by=reviewer, now=now)):
        with pytest.raises(Blocked):
            verb()
