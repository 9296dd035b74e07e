"""The platform's queue and decision page of deposit refunds (rules §7.5): the four verbs, and why one can't be pressed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deposits import reserves
from deposits.models import ApplicationMessage, RefundApplication
from deposits.reserves import Reserve, ReserveLine
from deposits.services import applications
from deposits.states import Status
from foundation.accounts.models import Membership
from foundation.accounts.services import restrict
from foundation.accounts.tests.factories import make_reviewer, make_shop, make_superuser

from .refunds import applied, deposit_reviewer, fund, holdings, in_review, operator, photo, rule, violate

pytestmark = pytest.mark.django_db
LIST = reverse("admin:deposits_refundapplication_changelist")
HUNDRED_YUAN = 10_000


def page_of(application):
    return reverse("admin:deposits_refundapplication_change", args=[application.pk])


def fresh(application):
    return RefundApplication.objects.get(pk=application.pk)


def said(application, verb, **words):
    return {"verb": verb, "version": fresh(application).version, **words}


@pytest.fixture(autouse=True)
def ready(shop, now):
    fund(shop, HUNDRED_YUAN, now)
    rule(now)


@pytest.fixture
def reviewer(db):
    return deposit_reviewer()


@pytest.fixture
def client(reviewer, sign_in_in_english):
    return sign_in_in_english(reviewer)


@pytest.fixture
def application(shop, now, reviewer):
    return in_review(shop, 4_000, now, reviewer)


def test_it_is_taken_and_stays_open_for_its_reviewer(client, reviewer, shop, now):
    one = applied(shop, 4_000, now)
    page = client.get(page_of(one)).content.decode()
    assert "Take it into review first." in page and 'value="Approve" disabled' in page
    assert client.post(page_of(one), {"verb": "take"}).url == page_of(one)
    assert (fresh(one).status, fresh(one).reviewer) == (Status.IN_REVIEW, reviewer)
    assert client.post(page_of(one), {"verb": "take"}).status_code == 409


def test_it_is_approved_with_a_note_and_the_next_one_opens(client, application, now, sign_in_in_english):
    other = make_shop("other", now=now)
    fund(other, HUNDRED_YUAN, now)
    following = applied(other, 3_000, now)
    answer = client.post(page_of(application), said(application, "approve", note="all seen"), follow=True)
    assert answer.redirect_chain[-1][0] == page_of(following)
    assert f"{application.number}, {application.shop.name}: approved, ¥40.00 are paid shortly." in answer.content.decode()
    assert (fresh(application).status, fresh(application).decided_note) == (Status.APPROVED, "all seen")
    done = client.get(page_of(application)).content.decode()
    assert "all seen" in done and 'name="verb"' not in done


def test_the_last_one_leads_back_to_the_queue(client, application):
    assert client.post(page_of(application), said(application, "reject", reason="trade_doubts", note="")).url == LIST
    assert holdings(application.shop) == {"deposit": HUNDRED_YUAN}


def test_the_shop_is_asked_and_its_answer_stands_on_the_page_with_its_pictures(client, application, owner, now):
    question = said(application, "ask", reason="papers_missing", text="Send the licence")
    assert client.post(page_of(application), question).status_code == 302
    page = client.get(page_of(application)).content.decode()
    assert "It is the shop&#x27;s turn: it has until" in page and "Send the licence" in page
    asked = fresh(application)
    applications.answer(asked.pk, text="Here it is", files=[photo()], version=asked.version, by=owner, now=now)
    stored = ApplicationMessage.objects.get(from_shop=True).files.get()
    page = client.get(page_of(application)).content.decode()
    assert "Here it is" in page and reverse("reviewer_files:thumb", args=[stored.uuid]) in page
    assert client.get(reverse("reviewer_files:file", args=[stored.uuid])).status_code == 200


@pytest.mark.parametrize(
    "words",
    [
        {"verb": "ask", "reason": "", "text": "kept words"}, {"verb": "ask", "reason": "papers_missing", "text": ""},
        {"verb": "ask", "reason": "open_cases", "text": "kept words"}, {"verb": "ask", "reason": "other", "text": "x" * 2001},
        {"verb": "reject", "reason": "all_met", "note": "kept words"}, {"verb": "reject", "reason": "other", "note": " "},
        {"verb": "approve", "note": "kept words", "version": "x"}, {"verb": "approve", "note": "kept words", "version": ""},
        {"verb": "pay", "note": ""}, {"verb": "", "note": ""},
    ],
)  # fmt: skip
def test_bad_input_is_a_422_with_the_words_kept(client, application, words):
    answer = client.post(page_of(application), {**said(application, words["verb"]), **words})
    assert answer.status_code == 422
    if "kept words" in words.values():
        assert "kept words" in answer.content.decode()
    assert fresh(application).status == Status.IN_REVIEW


def test_an_older_page_is_a_409_with_the_words_kept_and_pressed_again_it_counts(client, application):
    words = said(application, "reject", reason="trade_doubts", note="kept words")
    answer = client.post(page_of(application), {**words, "version": words["version"] + 7})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Something happened to this application meanwhile" in page and "kept words" in page
    assert f'name="version" value="{words["version"]}"' in page and "<details class=\"review-more\" open>" in page
    assert fresh(application).status == Status.IN_REVIEW


def test_what_a_colleague_ended_meanwhile_still_shows_what_was_typed(client, application, now):
    words = said(application, "reject", reason="trade_doubts", note="kept words")
    applications.withdraw(application.pk, version=None, by=None, now=now)
    answer = client.post(page_of(application), words)
    assert answer.status_code == 409
    assert "kept words" in answer.content.decode()


def test_what_is_in_the_way_is_said_before_and_a_409_after_and_kept(client, application, shop, now, monkeypatch):
    open_case = Reserve("trial", "Cases", "", HUNDRED_YUAN, 3, (ReserveLine("WO1 · trial", "", 700),))
    monkeypatch.setitem(reserves.ASKERS, "trial", lambda shop, now, *, lines: open_case)
    page = client.get(page_of(application)).content.decode()
    assert "data-in-the-way" in page and 'data-condition="covered" data-state="fail"' in page
    assert "WO1 · trial" in page and "2 more" in page
    answer = client.post(page_of(application), said(application, "approve", note="kept words"))
    assert answer.status_code == 409
    assert "Kept back for what is open" in answer.content.decode() and "kept words" in answer.content.decode()
    assert fresh(application).waits_for.startswith("¥0.00 of the ¥40.00")
    assert "It is looked at again by itself" in client.get(page_of(application)).content.decode()
    waiting = client.get(LIST, {"queue": "waits"}).content.decode()
    assert application.number in waiting and ">waits<" in waiting


def test_each_condition_stands_with_its_sentence(client, application, shop, now):
    violate(make_shop("elsewhere", now=now), now, "major")
    restrict(shop.pk, "phone_change", by=None, now=now, until=now + timedelta(days=2))
    page = client.get(page_of(application)).content.decode()
    assert 'data-condition="violations" data-state="pass"' in page
    assert 'data-condition="cool_down" data-state="not_yet"' in page
    assert 'data-restriction="phone_change"' in page


@pytest.fixture
def large(shop, now, reviewer):
    rule(now + timedelta(seconds=1), four_eyes_minor=5_000)
    return in_review(shop, 6_000, now + timedelta(seconds=2), reviewer)


def test_two_must_agree_and_the_page_says_who_was_first(client, large, reviewer, sign_in_in_english):
    assert "From ¥50.00 two reviewers must agree" in client.get(page_of(large)).content.decode()
    answer = client.post(page_of(large), said(large, "approve", note="first note"), follow=True)
    assert answer.redirect_chain[-1][0] == LIST
    assert "Another reviewer must agree too." in answer.content.decode()
    page = client.get(page_of(large)).content.decode()
    assert "You agreed already" in page and 'value="Agree, as the second, and approve" disabled' in page
    again = client.post(page_of(large), said(large, "approve", note=""))
    assert again.status_code == 403 and "You agreed already" in again.content.decode()
    other = sign_in_in_english(deposit_reviewer("other-reviewer"))
    page = other.get(page_of(large)).content.decode()
    assert f"{reviewer} agreed first" in page and "first note" in page
    assert large.number in other.get(LIST, {"queue": "second"}).content.decode()
    assert other.post(page_of(large), said(large, "approve", note="")).status_code == 302
    assert fresh(large).status == Status.APPROVED


def test_what_approving_would_do_stands_on_the_page(client, application):
    page = client.get(page_of(application))
    effect = page.context["effect"]
    assert (effect.amount_minor, effect.deposit_after_minor, effect.needs_two, effect.waits_for) == (4_000, 6_000, False, "")


def test_who_belonged_to_the_shop_sees_why_not_and_is_refused(client, application, reviewer, shop, now, owner):
    asked = applications.ask(application.pk, reason="other", text="?", version=None, by=reviewer, now=now)
    applications.answer(asked.pk, text="!", files=[photo()], version=None, by=owner, now=now)
    Membership.objects.create(shop=shop, user=reviewer, role="finance", joined_at=now, ended_at=now)
    page = client.get(page_of(application)).content.decode()
    assert "You belong or belonged to this shop" in page and "/admin/files/" not in page
    assert page.count("disabled aria-describedby") == 3
    for verb in ("approve", "reject", "ask"):
        words = said(application, verb, reason="trade_doubts", note="kept words", text="kept words")
        answer = client.post(page_of(application), words)
        assert answer.status_code == 403 and "You belong or belonged to this shop" in answer.content.decode()
    assert fresh(application).status == Status.IN_REVIEW


def test_a_superuser_outside_the_group_looks_and_does_not_decide(application, sign_in_in_english):
    boss = sign_in_in_english(make_superuser())
    page = boss.get(page_of(application)).content.decode()
    assert page.count("disabled aria-describedby") == 3 and "Only reviewers of deposits decide" in page
    assert boss.post(page_of(application), said(application, "approve", note="")).status_code == 403
    assert fresh(application).status == Status.IN_REVIEW


def test_other_desks_and_sellers_stay_outside(application, owner, sign_in_in_english):
    for person in (operator(), make_reviewer("work-orders")):
        other = sign_in_in_english(person)
        assert other.get(LIST).status_code == 403
        answer = other.get(page_of(application))
        assert answer.status_code == 403 and "Only reviewers of deposits work here." in answer.content.decode()
        assert other.post(page_of(application), said(application, "approve", note="")).status_code == 403
    assert sign_in_in_english(owner).get(page_of(application)).status_code == 302
    assert fresh(application).status == Status.IN_REVIEW


def test_an_unknown_one_is_no_500(client):
    for pk in ("0", "999999", "x", "99999999999999999999"):
        url = reverse("admin:deposits_refundapplication_change", args=[pk])
        assert client.get(url).status_code in (302, 404)
        assert client.post(url, {"verb": "approve"}).status_code in (302, 404)


def test_a_reviewers_day_begins_in_the_queue(client):
    assert client.get("/")["Location"] == LIST


def test_the_queue_by_whose_turn_it_is(client, application, now, reviewer):
    other = make_shop("other", now=now)
    fund(other, HUNDRED_YUAN, now)
    open_one = applied(other, 3_000, now)

    def shown(**asked):
        page = client.get(LIST, asked).content.decode()
        return {one.number for one in (application, open_one) if one.number in page}

    both = {application.number, open_one.number}
    assert shown() == both == shown(queue="nonsense")
    assert shown(queue="mine") == {application.number} == shown(status__exact="in_review")
    assert shown(queue="queue") == {open_one.number}
    for empty in ("second", "late", "waits", "shop", "ended"):
        assert shown(queue=empty) == set(), empty
    assert shown(queue="everything") == both
    RefundApplication.objects.filter(pk=open_one.pk).update(escalated_at=now, review_due_at=now - timedelta(days=9))
    assert shown(queue="late") == {open_one.number}
    page = client.get(LIST).content.decode()
    assert page.index(open_one.number) < page.index(application.number) and "countdown-overdue" in page
    applications.withdraw(open_one.pk, version=None, by=None, now=now)
    assert shown() == {application.number} and shown(queue="ended") == {open_one.number} == shown(status__exact="withdrawn")


def test_the_next_one_is_never_somebody_elses_or_of_a_shop_one_worked_for(client, application, reviewer, now):
    mine, colleagues = make_shop("mine", now=now), make_shop("colleagues", now=now)
    for one in (mine, colleagues):
        fund(one, HUNDRED_YUAN, now)
    applied(mine, 3_000, now)
    in_review(colleagues, 3_000, now, deposit_reviewer("colleague"))
    Membership.objects.create(shop=mine, user=reviewer, role="finance", joined_at=now, ended_at=now)
    assert client.post(page_of(application), said(application, "approve", note="")).url == LIST


def statements(client, url):
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_no_statement_for_a_row_more(client, application, reviewer, shop, now, owner):
    client.get(LIST)
    queue, page = statements(client, LIST), statements(client, page_of(application))
    assert queue <= 9 and page <= 27, (queue, page)
    for number in range(3):
        other = make_shop(f"other-{number}", now=now)
        fund(other, HUNDRED_YUAN, now)
        in_review(other, 3_000, now, deposit_reviewer(f"reviewer-{number}"))
        asked = applications.ask(application.pk, reason="other", text="?", version=None, by=reviewer, now=now)
        applications.answer(asked.pk, text="!", files=[photo((number, 9, 9))], version=None, by=owner, now=now)
        fund(shop, 1_000, now, key=f":{number}")
    assert statements(client, LIST) == queue
    more = statements(client, page_of(application))
    assert more <= page + 1  # the pictures
    for number in range(3):
        violate(make_shop(f"far-{number}", now=now), now)
    applications.withdraw(application.pk, version=None, by=None, now=now)
    violate(shop, now)
    earlier = in_review(shop, 2_000, now, reviewer, key="again")
    applications.reject(earlier.pk, reason="trade_doubts", note="", version=None, by=reviewer, now=now)
    last = in_review(shop, 2_000, now, reviewer, key="third")
    assert statements(client, page_of(last)) <= page
