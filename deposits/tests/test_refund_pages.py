"""The seller's pages of deposit refunds: list, applying, each application, answering, withdrawing."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from deposits import eta
from deposits.models import ApplicationMessage, RefundApplication
from deposits.refund_steps import ALIKE, said, steps
from deposits.services import applications
from deposits.states import Status
from deposits.tests.refunds import applied, approved, deposit_reviewer, fund, holdings, in_review, photo, rule, violate
from foundation.accounts import access
from foundation.accounts.tests.factories import make_member, make_reviewer, make_shop
from foundation.catalog.models import ListingDay
from foundation.files.models import Purpose, StoredFile
from foundation.lifecycle import clock
from foundation.lifecycle.deadlines import shanghai_day
from foundation.shell.urls_for import shop_url

pytestmark = pytest.mark.django_db
DEPOSIT = 500_000


@pytest.fixture
def funded(shop, now):
    """A shop that may have all of its ¥5,000 back."""
    rule(now)
    fund(shop, DEPOSIT, now)
    return shop


@pytest.fixture
def client(sign_in_in_english, owner):
    return sign_in_in_english(owner)


def url(shop, name, row=None):
    return shop_url(shop, f"deposits:{name}", **({"number": row.number} if row else {}))


def form(amount="1200", step="check", **more):
    return {"amount": amount, "reason": "closing the shop", "request_key": str(uuid4()), "step": step, **more}


def asked(shop, now, text="Send the licence."):
    """An application the platform asked something about."""
    reviewer = deposit_reviewer(f"reviewer-{uuid4().hex[:6]}")
    row = in_review(shop, 100_000, now, reviewer)
    return applications.ask(row.pk, reason="papers_missing", text=text, version=row.version, by=reviewer, now=now)


class TestWhoSeesWhat:
    @pytest.mark.parametrize(
        ("role", "looks", "applies"),
        [("owner", 200, 200), ("finance", 200, 200), ("administrator", 200, 403), ("service", 403, 403)],
    )
    def test_each_page_by_role(self, sign_in, funded, now, role, looks, applies):
        row, client = asked(funded, now), sign_in(make_member(funded, role, f"a-{role}"))
        assert client.get(url(funded, "refunds")).status_code == looks
        assert client.get(url(funded, "refund", row)).status_code == looks
        assert client.get(url(funded, "apply-refund")).status_code == applies
        for verb in ("answer-refund", "withdraw-refund"):
            assert client.post(url(funded, verb, row)).status_code == (422 if applies == 200 else 403)
        assert RefundApplication.objects.get().status == Status.NEED_INFO

    def test_who_may_not_apply_is_told_who_may(self, sign_in_in_english, funded, now):
        leader = sign_in_in_english(make_member(funded, "administrator"))
        assert "The owner or finance applies." in leader.get(url(funded, "account")).text
        row = asked(funded, now)
        page = leader.get(url(funded, "refund", row)).text
        assert "The owner or finance answers." in page
        assert url(funded, "answer-refund", row) not in page and url(funded, "withdraw-refund", row) not in page

    def test_another_shops_number_is_none(self, client, funded, owner, now):
        elsewhere = make_shop("elsewhere")
        fund(elsewhere, DEPOSIT, now)
        row = asked(elsewhere, now)
        assert client.get(url(funded, "refund", row)).status_code == 404
        for verb in ("answer-refund", "withdraw-refund"):
            assert client.post(url(funded, verb, row), {"version": row.version, "text": "x"}).status_code == 404
            assert client.get(url(funded, verb, row)).status_code == 405
        assert row.number not in client.get(url(funded, "refunds")).text


class TestApplying:
    def test_what_it_will_do_then_the_amount_once_more_makes_one(self, client, funded):
        page = client.get(url(funded, "apply-refund")).text
        assert 'value="5000.00"' in page
        sent = form()
        will = client.post(url(funded, "apply-refund"), sent).text
        assert "What applying will do" in will and "the deposit falls to ¥3,800.00" in will
        assert not RefundApplication.objects.exists()
        confirmed = {**sent, "step": "confirm", "typed": "1,200"}
        for _twice in range(2):
            answer = client.post(url(funded, "apply-refund"), confirmed)
            made = RefundApplication.objects.get()
            assert answer.url == url(funded, "refund", made)
        assert (made.amount_minor, made.reason) == (120_000, "closing the shop")
        assert holdings(funded) == {"deposit": 380_000, "held": 120_000}

    def test_a_wrong_amount_typed_applies_for_nothing_and_keeps_the_rest(self, client, funded):
        answer = client.post(url(funded, "apply-refund"), form(step="confirm", typed="1000"))
        assert answer.status_code == 422 and not RefundApplication.objects.exists()
        assert "Type ¥1,200.00 to confirm" in answer.text
        assert answer.text.count("closing the shop") >= 2 and 'value="1200"' in answer.text

    @pytest.mark.parametrize(
        ("amount", "status", "said"),
        [
            ("", 422, "This field is required."),
            ("viel", 422, "viel"),
            ("0", 422, "At least ¥1.00."),
            ("5000.01", 409, "Of the deposit ¥5,000.00 are there"),
        ],
    )
    def test_a_refused_amount_keeps_what_was_typed(self, client, funded, amount, status, said):
        for step in ("check", "confirm"):
            answer = client.post(url(funded, "apply-refund"), form(amount, step, typed=amount))
            assert answer.status_code == status
            assert said in answer.text and "closing the shop" in answer.text
        assert not RefundApplication.objects.exists()

    def test_whoever_is_not_eligible_reads_why_and_from_when_and_gets_no_form(self, client, funded, now):
        rule(now + timedelta(hours=1), listed_days=30)
        today = shanghai_day(now)
        days = [ListingDay(shop=funded, day=today - timedelta(days=n), listed_count=n != 10) for n in range(1, 31)]
        ListingDay.objects.bulk_create(days)
        page = client.get(url(funded, "apply-refund")).text
        broke, earliest = today - timedelta(days=10), today + timedelta(days=21)
        assert f"On {broke} no product was listed" in page and str(earliest) in page
        assert 'name="amount"' not in page
        answer = client.post(url(funded, "apply-refund"), form())
        assert answer.status_code == 409 and f"On {broke} no product was listed" in answer.text
        account = client.get(url(funded, "account")).text
        assert 'aria-describedby="why-not-apply"' in account and str(earliest) in account

    def test_an_empty_deposit_is_said(self, client, shop, now):
        rule(now)
        assert "there is nothing to refund" in client.get(url(shop, "apply-refund")).text

    def test_a_second_one_leads_to_the_first(self, client, funded, now):
        row = applied(funded, 100_000, now)
        page = client.get(url(funded, "apply-refund")).text
        assert url(funded, "refund", row) in page and 'name="amount"' not in page
        answer = client.post(url(funded, "apply-refund"), form())
        assert answer.status_code == 409 and f"An application is open already: {row.number}." in answer.text


class TestTheApplication:
    def test_list_and_account_lead_to_it_and_it_says_how_far_it_is(self, client, funded, now):
        row = applied(funded, 100_000, now)
        there = url(funded, "refund", row)
        assert there in client.get(url(funded, "refunds")).text
        assert there in client.get(url(funded, "account")).text
        page = client.get(there).text
        assert "Today is day 1." in page and 'data-place="1"' in page
        assert "Too few comparable applications have ended" in page and "¥1,000.00" in page

    def test_the_list_filters_by_status_and_counts_the_tabs(self, client, funded, now):
        row = asked(funded, now)
        for query, there in (({"tab": "answer"}, True), ({"tab": "ended"}, False), ({"status": "applied"}, False)):
            assert (row.number in client.get(url(funded, "refunds"), query).text) is there

    def test_the_menu_counts_what_waits_for_an_answer(self, client, funded, now):
        entry = re.compile(rf'href="{url(funded, "refunds")}"[^>]*>.*?</a>', re.DOTALL)
        assert "count" not in entry.search(client.get(url(funded, "quota")).text).group()
        asked(funded, now)
        assert re.search(r"count[^>]*>1<", entry.search(client.get(url(funded, "quota")).text).group())

    def test_a_violation_that_stopped_it_is_linked(self, client, funded, now):
        row = applied(funded, 100_000, now)
        found = violate(funded, now)
        page = client.get(url(funded, "refund", row)).text
        assert 'data-outcome="stopped"' in page and url(funded, "violation", found) in page

    def test_a_rejection_says_why(self, client, funded, now):
        reviewer = deposit_reviewer()
        row = in_review(funded, 100_000, now, reviewer)
        applications.reject(row.pk, reason="other", note="Come back in May.", version=row.version, by=reviewer, now=now)
        page = client.get(url(funded, "refund", row)).text
        assert "Another reason" in page and "Come back in May." in page
        assert url(funded, "withdraw-refund", row) not in page

    def test_its_money_is_told_from_the_books(self, client, funded, now):
        row = applied(funded, 100_000, now)
        applications.withdraw(row.pk, version=None, by=None, now=now)
        page = client.get(url(funded, "refund", row)).text
        assert "Deposit held for a refund" in page and "Deposit no longer held" in page


class TestAnswering:
    def test_text_and_picture_go_out_and_only_the_right_people_open_the_picture(
        self, client, sign_in, funded, now, tmp_path, settings
    ):
        row = asked(funded, now)
        page = client.get(url(funded, "refund", row)).text
        assert "Send the licence." in page and "data-countdown" in page
        sent = {"text": "Here it is.", "version": row.version, "files": [photo()]}
        answer = client.post(url(funded, "answer-refund", row), sent, follow=True)
        row.refresh_from_db()
        assert row.status == Status.IN_REVIEW and "Here it is." in answer.text
        stored = StoredFile.objects.get()
        assert stored.purpose == Purpose.DEPOSIT
        thumb = shop_url(funded, "files:thumb", uuid=stored.uuid)
        assert thumb in answer.text and client.get(thumb).status_code == 200
        service = sign_in(make_member(funded, "service"))
        assert service.get(thumb).status_code == 404
        desks = {access.REVIEW_DEPOSITS: 200, access.REVIEW_WORK_ORDERS: 404}
        for group, status in desks.items():
            desk = sign_in(make_reviewer(f"desk {group}", group))
            assert desk.get(f"/admin/files/{stored.uuid}/thumb/").status_code == status

    def test_a_refused_answer_keeps_its_text_and_leaves_no_picture(self, client, funded, now):
        row = asked(funded, now)
        stale = {"text": "My words.", "version": row.version + 5, "files": [photo()]}
        answer = client.post(url(funded, "answer-refund", row), stale)
        assert answer.status_code == 409 and "My words." in answer.text
        assert "choose them again" in answer.text
        assert f'name="version" value="{row.version}"' in answer.text
        empty = client.post(url(funded, "answer-refund", row), {"text": " ", "version": row.version})
        assert empty.status_code == 422
        assert not StoredFile.objects.exists() and ApplicationMessage.objects.count() == 1

    def test_after_the_deadline_it_is_too_late_and_said(self, client, funded, now):
        row = asked(funded, now)
        with clock.fixed(row.answer_due_at + timedelta(seconds=1)):
            page = client.get(url(funded, "refund", row)).text
            assert "The time to answer is over." in page and 'name="text"' not in page
            late = client.post(url(funded, "answer-refund", row), {"text": "Late.", "version": row.version})
        assert late.status_code == 409 and "The time to answer is over." in late.text
        assert "What you typed was not sent:" in late.text and "Late." in late.text
        assert ApplicationMessage.objects.count() == 1

    def test_sent_twice_it_is_said_once(self, client, funded, now):
        row = asked(funded, now)
        sent = {"text": "Here.", "version": row.version}
        assert client.post(url(funded, "answer-refund", row), sent).status_code == 302
        assert client.post(url(funded, "answer-refund", row), sent).status_code == 409
        assert ApplicationMessage.objects.filter(from_shop=True).count() == 1


class TestWithdrawing:
    def test_the_amount_is_deposit_again(self, client, funded, now):
        row = applied(funded, 100_000, now)
        answer = client.post(url(funded, "withdraw-refund", row), {"version": row.version}, follow=True)
        assert "Withdrawn: ¥1,000.00 are deposit again." in answer.text and 'data-outcome="withdrawn"' in answer.text
        assert holdings(funded) == {"deposit": DEPOSIT}

    def test_what_changed_meanwhile_is_looked_at_first(self, client, funded, now):
        row = applied(funded, 100_000, now)
        applications.take(row.pk, by=deposit_reviewer(), now=now)
        answer = client.post(url(funded, "withdraw-refund", row), {"version": row.version})
        assert answer.status_code == 409 and "Look at it again" in answer.text
        assert RefundApplication.objects.get().status == Status.IN_REVIEW


def test_the_steps_of_each_way_end_where_it_stands(funded, now):
    reviewer = deposit_reviewer()
    row = approved(funded, 100_000, now, reviewer)
    assert [one.state for one in steps(row, None)] == ["done", "done", "now", "to_come", "to_come"]
    applications.withdraw(row.pk, version=None, by=None, now=now)
    row.refresh_from_db()
    found = steps(row, None)
    assert [one.state for one in found] == ["done", "done", "done", "ended"]
    assert all(one.at for one in found)
    waiting = asked_again(funded, now)
    assert [(one.label, one.state) for one in steps(waiting, None)][1] == (Status.NEED_INFO.label, "now")


def asked_again(shop, now):
    reviewer = deposit_reviewer("second")
    row = in_review(shop, 100_000, now, reviewer, key="again")
    return applications.ask(row.pk, reason="papers_missing", text="More.", version=row.version, by=reviewer, now=now)


def progress(**more):
    values = {"place": 3, "ahead": 2, "day": 4, "low_days": 3, "high_days": 6, "cases": 25, "step": "all_year",
              "waits_for": "", "late": False}  # fmt: skip
    return eta.Progress(**values | more)


def test_every_step_of_the_estimate_is_named(funded, now):
    row = applied(funded, 100_000, now)
    assert {name for name, _alike, _back in eta.steps(row)} == set(ALIKE)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({}, "80 % of 25 comparable applications (all shops, ended in the last year) took 3–6 days."),
        ({"low_days": 0}, "80 % of 25 comparable applications (all shops, ended in the last year) took at most 6 days."),
        ({"low_days": None, "high_days": None}, "Too few comparable applications have ended to say how long it takes."),
        ({"day": 7}, "Yours takes longer than most of them."),
        ({}, "Place 3 in the platform's queue: 2 applications are before it."),
        ({"place": 1, "ahead": 0}, "First in the platform's queue: none is before it."),
    ],
)
def test_progress_in_sentences(funded, now, more, sentence):
    row = applied(funded, 100_000, now)
    assert sentence in said(row, progress(**more))
    applications.withdraw(row.pk, version=None, by=None, now=now)
    row.refresh_from_db()
    assert said(row, progress(**more)) == []
